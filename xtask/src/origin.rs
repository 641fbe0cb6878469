//! Folders of this machine. A panic names the file it happened in, and the page is not to say where its
//! builder keeps the sources.

use crate::{files, run};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Folders that hold sources of the page, and what stands for each.
fn all() -> Result<BTreeMap<String, &'static str>> {
    let mut folders = BTreeMap::from([(run::root().display().to_string(), ".")]);
    let manifest = run::root().join("Cargo.toml");
    let metadata = run::metadata(&manifest, &["--filter-platform=wasm32-unknown-unknown"])?;
    for package in run::list(&metadata["packages"]) {
        let manifest = package["manifest_path"].as_str().map(Path::new);
        let folder = manifest.and_then(Path::parent).and_then(Path::parent);
        if !package["source"].is_null() {
            let folder = folder.context("cargo metadata says of no package where it lies")?;
            folders.insert(folder.display().to_string(), "crates");
        }
    }
    let sysroot = run::read(&mut run::command("rustc", &["--print", "sysroot"]))?;
    folders.insert(sysroot.trim().to_owned(), "rust");
    Ok(folders)
}

/// Flags by which the compiler writes something else. They are told apart by spaces, so that a folder with
/// one in its name cannot be among them.
pub fn flags() -> Result<String> {
    let folders = all()?;
    let plain = folders.iter().filter(|(folder, _)| !folder.contains(' '));
    Ok(plain
        .map(|(folder, name)| format!(" --remap-path-prefix={folder}={name}"))
        .collect())
}

/// # Errors
/// When a module of the page in dist/ names one of these folders.
pub fn check() -> Result<()> {
    let folders = all()?;
    let dist = run::root().join("dist");
    for name in files::below(&dist)? {
        if !name.ends_with(".wasm") {
            continue;
        }
        let module = fs::read(dist.join(&name))?;
        for folder in folders.keys() {
            let named = module
                .windows(folder.len())
                .any(|bytes| bytes == folder.as_bytes());
            ensure!(
                !named,
                "{name} names the folder {folder} of this machine (xtask/src/origin.rs)"
            );
        }
    }
    Ok(())
}
