//! Gives the worker's files a version in their address. Trunk hashes the page's files, but not a
//! worker's, so after an update a browser could run a cached old worker under a new page.

use crate::{files, offline, order};
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// Workers name their neighbours relative to themselves, so that all of them can move together.
const FILES: [&str; 7] = [
    "painter.js",
    "worker.js",
    "compiler_loader.js",
    "compiler.js",
    "compiler_bg.wasm",
    "curves.js",
    "curves_bg.wasm",
];
const IN_PAGE: &str = r#"content="worker.js""#;
/// What Trunk.toml has trunk write before the address of the page's module.
const MODULE_IN_PAGE: &str = "data-wasm=\"";
/// Bundles from npm (see `vendor.rs`), and what stands for their folder in the page.
const VENDOR: &str = "vendor";
const VENDOR_IN_PAGE: &str = r#"content="vendor/""#;

/// Moves the worker into a folder named for its content and writes that name into the page.
pub fn stamp() -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from).context(
        "`stamp` works on a page being built; trunk calls it (`cargo xtask build` starts trunk)",
    )?;
    fs::write(staging.join("compiler_loader.js"), COMPILER_LOADER)?;
    let page = staging.join("index.html");
    if std::env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release") {
        order_functions(&staging)?;
    }
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
            format!(r#"content="{folder}/worker.js""#),
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
    fs::write(&page, with_size(&stamped, &module(&staging, &stamped)?)?)?;
    offline::write(&staging)
}

/// In every module that trunk made. Their names depend on what is in them, and are chosen before.
fn order_functions(staging: &Path) -> Result<()> {
    for name in files::below(staging)? {
        if name.ends_with("_bg.wasm") {
            let module = staging.join(&name);
            let ordered = order::by_name(&fs::read(&module)?);
            fs::write(&module, ordered.with_context(|| name)?)?;
        }
    }
    Ok(())
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
const COMPILER_LOADER: &str = r#"importScripts("./compiler.js");
wasm_bindgen({ module_or_path: "./compiler_bg.wasm" }).catch((error) => setTimeout(() => { throw error; }));
"#;

/// The page's module, as the page names it.
fn module(staging: &Path, html: &str) -> Result<PathBuf> {
    let address = html.split(MODULE_IN_PAGE).nth(1);
    let (address, _) = address
        .and_then(|rest| rest.split_once('"'))
        .with_context(|| format!("index.html must hold one {MODULE_IN_PAGE}"))?;
    Ok(staging.join(address))
}

/// Writes the size of the page's module beside its address. The loading state needs it: of a compressed
/// answer the browser tells the compressed length alone.
fn with_size(html: &str, module: &Path) -> Result<String> {
    let size = fs::metadata(module)
        .with_context(|| format!("trunk made no {}", module.display()))?
        .len();
    let told = format!("data-bytes=\"{size}\" {MODULE_IN_PAGE}");
    Ok(html.replacen(MODULE_IN_PAGE, &told, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_told_the_size_of_its_module() {
        let folder = std::env::temp_dir().join(format!("stamp-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("app-1_bg.wasm"), [0; 12]).unwrap();
        let html = r#"<meta content="./app-1.js" data-wasm="./app-1_bg.wasm">"#;
        let module = module(&folder, html).unwrap();
        let told = with_size(html, &module);
        let missing = with_size(html, &folder.join("app-2_bg.wasm"));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            told.unwrap(),
            r#"<meta content="./app-1.js" data-bytes="12" data-wasm="./app-1_bg.wasm">"#
        );
        assert!(missing.is_err());
        assert!(super::module(&folder, "<meta>").is_err());
    }
}
