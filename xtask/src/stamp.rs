//! Gives the worker's files a version in their address. Trunk hashes the page's files, but not a
//! worker's, so after an update a browser could run a cached old worker under a new page.

use crate::offline;
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// The loader names its neighbours relative to itself, so that all three can move together.
/// The compiler of contracts is a worker of its own, fetched when it is first wanted, and lies beside.
const FILES: [&str; 9] = [
    "painter.js",
    "worker_loader.js",
    "worker.js",
    "worker_bg.wasm",
    "compiler_loader.js",
    "compiler.js",
    "compiler_bg.wasm",
    "curves.js",
    "curves_bg.wasm",
];
/// What the glue of a module binds: two in one worker need two names.
const GLUE: &str = "let wasm_bindgen";
const IN_PAGE: &str = r#"content="worker_loader.js""#;
/// Bundles from npm (see `vendor.rs`), and what stands for their folder in the page.
const VENDOR: &str = "vendor";
const VENDOR_IN_PAGE: &str = r#"content="vendor/""#;

/// Moves the worker into a folder named for its content and writes that name into the page.
pub fn stamp() -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from).context(
        "`stamp` works on a page being built; trunk calls it (`cargo xtask build` starts trunk)",
    )?;
    fs::write(staging.join("worker_loader.js"), WORKER_LOADER)?;
    fs::write(staging.join("compiler_loader.js"), loader("compiler"))?;
    rename_glue(&staging.join("curves.js"))?;
    let page = staging.join("index.html");
    let folder = format!("worker-{}", version(&staging, &FILES)?);

    fs::create_dir_all(staging.join(&folder))?;
    for file in FILES {
        fs::rename(staging.join(file), staging.join(&folder).join(file))?;
    }
    // The record names the digests of all of them.
    let bundles = format!(
        "{VENDOR}-{}",
        version(&staging.join(VENDOR), &["vendor.json"])?
    );
    fs::rename(staging.join(VENDOR), staging.join(&bundles))?;
    let mut stamped = fs::read_to_string(&page).context("trunk made no index.html")?;
    for (what, before, after) in [
        (
            "worker",
            IN_PAGE,
            format!(r#"content="{folder}/worker_loader.js""#),
        ),
        (VENDOR, VENDOR_IN_PAGE, format!(r#"content="{bundles}/""#)),
    ] {
        ensure!(
            stamped.matches(before).count() == 1,
            "index.html must hold one <meta name=\"consensusforge:{what}\" {before}>: \
             the page finds its files by it"
        );
        stamped = stamped.replace(before, &after);
    }
    fs::write(&page, stamped)?;
    offline::write(&staging)
}

/// A few digits that change when one of these files does.
fn version(folder: &Path, files: &[&str]) -> Result<String> {
    let mut hasher = Sha256::new();
    for file in files {
        let path = folder.join(file);
        let bytes = fs::read(&path).with_context(|| format!("trunk made no {}", path.display()))?;
        hasher.update(bytes);
    }
    let digest = hasher.finalize();
    Ok(digest[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
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

/// The module of elliptic curves comes into the worker's scope, where the worker's own glue is already.
fn rename_glue(glue: &Path) -> Result<()> {
    let text = fs::read_to_string(glue).context("trunk made no curves.js")?;
    ensure!(
        text.matches(GLUE).count() == 1,
        "curves.js, which wasm-bindgen made, no longer begins by {GLUE}"
    );
    fs::write(glue, text.replace("wasm_bindgen", "curves_glue"))?;
    Ok(())
}

/// The worker's loader. The module of elliptic curves is needed in the midst of a contract's call, so it is
/// fetched synchronously: a worker may wait, and the page does not wait for it.
const WORKER_LOADER: &str = r#"importScripts("./worker.js");
let served;
const whole = (name, what) => {
  const request = new XMLHttpRequest();
  request.open("GET", `./${name}`, false);
  request.responseType = "arraybuffer";
  try {
    request.send();
  } catch (error) {
    throw new Error(`A part of the simulator, the one for ${what}, could not be fetched. See whether this page's host can be reached, and restart.`);
  }
  if (request.status !== 200) {
    throw new Error(`A part of the simulator, the one for ${what}, is not where this page came from (status ${request.status}). Reload the page.`);
  }
  return new WebAssembly.Module(request.response);
};
self.curves = (request) => {
  if (!served) {
    const module = whole("curves_bg.wasm", "elliptic curves");
    importScripts("./curves.js");
    curves_glue.initSync({ module });
    served = true;
  }
  return curves_glue.serve(request);
};
wasm_bindgen({ module_or_path: "./worker_bg.wasm" })
  .catch((error) => setTimeout(() => { throw error; }));
"#;
