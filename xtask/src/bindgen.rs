//! The `wasm-bindgen` program. Its version must be exactly that of the crate in Cargo.lock, so it is
//! built from there (xtask/wasm-bindgen) unless the right one is on PATH already.

use crate::run::{self, run};
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::path::PathBuf;

/// The package's version is kept equal to the crate's, which its manifest pins.
const PACKAGE: &str = "wasm-bindgen-tools";

/// A PATH on which the pinned `wasm-bindgen` and its test runner come first.
pub fn path() -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let pinned = format!("wasm-bindgen {}", pinned()?);
    if run::version("wasm-bindgen").is_some_and(|found| found == pinned) {
        return Ok(path);
    }
    let folder = folder()?;
    let built = folder.join("wasm-bindgen");
    if run::version(&built.to_string_lossy()).is_none_or(|found| found != pinned) {
        println!(
            "Building {pinned}, which joins the page's WebAssembly and JavaScript: once, about a minute on 2 cores."
        );
        run(&mut run::cargo(&[
            "build",
            "--locked",
            "--profile=tools",
            "--package",
            PACKAGE,
        ]))?;
    }
    let folders = std::iter::once(folder).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).context("PATH holds a folder whose name cannot be on a PATH")
}

fn pinned() -> Result<String> {
    let metadata = run::metadata(&run::root().join("Cargo.toml"), &["--no-deps"])?;
    run::list(&metadata["packages"])
        .iter()
        .find(|p| p["name"] == PACKAGE)
        .and_then(|p| p["version"].as_str())
        .map(str::to_owned)
        .with_context(|| {
            format!("the workspace has no package {PACKAGE} to build wasm-bindgen from")
        })
}

fn folder() -> Result<PathBuf> {
    let metadata = run::metadata(&run::root().join("Cargo.toml"), &["--no-deps"])?;
    let target = metadata["target_directory"].as_str();
    Ok(PathBuf::from(target.context("cargo metadata names no target folder")?).join("tools"))
}
