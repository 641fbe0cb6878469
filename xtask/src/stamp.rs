//! Gives the worker's files a version in their address. Trunk hashes the page's files, but not a
//! worker's, so after an update a browser could run a cached old worker under a new page.

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::PathBuf;

/// The loader names its neighbours relative to itself, so that all three can move together.
/// The compiler of contracts is a worker of its own, fetched when it is first wanted, and lies beside.
const FILES: [&str; 6] = [
    "worker_loader.js",
    "worker.js",
    "worker_bg.wasm",
    "compiler_loader.js",
    "compiler.js",
    "compiler_bg.wasm",
];
const IN_PAGE: &str = r#"content="worker_loader.js""#;

/// Moves the worker into a folder named for its content and writes that name into the page.
pub fn stamp() -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from).context(
        "`stamp` works on a page being built; trunk calls it (`cargo xtask build` starts trunk)",
    )?;
    for name in ["worker", "compiler"] {
        fs::write(staging.join(format!("{name}_loader.js")), loader(name))?;
    }
    let mut hasher = Sha256::new();
    for file in FILES {
        let path = staging.join(file);
        let bytes = fs::read(&path).with_context(|| format!("trunk made no {}", path.display()))?;
        hasher.update(bytes);
    }
    let version: String = hasher.finalize()[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let folder = format!("worker-{version}");

    fs::create_dir_all(staging.join(&folder))?;
    for file in FILES {
        fs::rename(staging.join(file), staging.join(&folder).join(file))?;
    }
    let page = staging.join("index.html");
    let html = fs::read_to_string(&page).context("trunk made no index.html")?;
    ensure!(
        html.matches(IN_PAGE).count() == 1,
        "index.html must hold one <meta name=\"consensusforge:worker\" {IN_PAGE}>: \
         the page finds its worker by it"
    );
    fs::write(
        &page,
        html.replace(IN_PAGE, &format!(r#"content="{folder}/worker_loader.js""#)),
    )?;
    Ok(())
}

/// Trunk's own loader drops the promise, and a page would wait for ever for a file that is missing.
/// What is thrown outside of it reaches the page's `onerror`.
fn loader(name: &str) -> String {
    format!(
        "importScripts(\"./{name}.js\");\n\
         wasm_bindgen({{ module_or_path: \"./{name}_bg.wasm\" }})\
         .catch((error) => setTimeout(() => {{ throw error; }}));\n"
    )
}
