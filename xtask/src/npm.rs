//! The engine as an npm package, in target/npm: the module, what wasm-bindgen writes for it, the files of
//! web/engine/npm, types made from the engine's own, and the sample contracts.

use crate::run::{self, run};
use crate::{bindgen, browsers, install, page};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const PACKAGE: &str = "consensusforge-engine";
const SOURCES: &str = "web/engine/npm";
const TESTS: &str = "web/engine/test";

#[derive(clap::Args)]
pub struct Npm {
    /// Compile without optimisation: faster to build, many times slower to run
    #[arg(long)]
    dev: bool,
}

pub fn npm(arguments: &Npm) -> Result<()> {
    let folder = build(arguments.dev)?;
    run(run::command("npm", &["pack", "--silent"]).current_dir(&folder))?;
    println!(
        "The package is in {0}; a program takes it with `npm install {0}`.",
        folder.display()
    );
    Ok(())
}

/// Builds the package without optimisation, checks its types and runs its tests in Node.
pub fn test() -> Result<()> {
    build(true)?;
    let folder = run::root().join(TESTS);
    browsers::packages(&folder, "typescript checks the library's types")?;
    run(run::command("node", &["--test"]).current_dir(folder))
}

/// The package's folder, made anew.
pub fn build(dev: bool) -> Result<PathBuf> {
    install::node()?;
    install::wasm_target()?;
    let folder = run::root().join("target/npm");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(folder.join("contracts"))?;
    let module = compile(dev)?;
    bind(&module, &folder, dev)?;
    let sources = run::root().join(SOURCES);
    for name in crate::files::below(&sources)? {
        fs::copy(sources.join(&name), folder.join(&name))?;
    }
    fs::copy(run::root().join("LICENSE"), folder.join("LICENSE"))?;
    contracts(&folder)?;
    run(run::cargo(&[
        "run",
        "--locked",
        "--quiet",
        "--package",
        PACKAGE,
        "--example",
        "declarations",
        "--",
    ])
    .arg(&folder))?;
    Ok(folder)
}

/// Compiles the module as the page is compiled, so that what the page has compiled already is shared.
fn compile(dev: bool) -> Result<PathBuf> {
    let (profile, folder) = if dev {
        ("dev", "debug")
    } else {
        ("page", "page")
    };
    let flags = if dev {
        page::ERASE.into()
    } else {
        page::optimised()?
    };
    run(run::cargo(&[
        "build",
        "--locked",
        "--lib",
        "--target=wasm32-unknown-unknown",
        "--package",
        PACKAGE,
        "--profile",
        profile,
    ])
    .env(page::FLAGS, flags))?;
    let metadata = run::metadata(&run::root().join("Cargo.toml"), &["--no-deps"])?;
    let target = metadata["target_directory"].as_str();
    let target = Path::new(target.context("cargo metadata names no target folder")?);
    Ok(target
        .join("wasm32-unknown-unknown")
        .join(folder)
        .join("consensusforge_engine.wasm"))
}

fn bind(module: &Path, folder: &Path, dev: bool) -> Result<()> {
    let mut bindgen = run::command(
        "wasm-bindgen",
        &[
            "--target=web",
            "--no-typescript",
            "--out-name=engine",
            "--out-dir",
        ],
    );
    bindgen
        .env("PATH", bindgen::path()?)
        .arg(folder)
        .arg(module);
    if !dev {
        bindgen.args(["--remove-name-section", "--remove-producers-section"]);
    }
    run(&mut bindgen)
}

/// The sample contracts that are no part of the module, and where a program finds them. Bundlers take
/// along what `new URL` names in full.
fn contracts(folder: &Path) -> Result<()> {
    let root = run::root().join("contracts");
    let text = fs::read_to_string(root.join("contracts.json"))?;
    let list: Value = serde_json::from_str(&text).context("contracts.json is not JSON")?;
    let mut map = String::from(
        "// Sample contracts that the engine asks for when a scenario names them.\nexport const contracts = {\n",
    );
    for contract in run::list(&list) {
        let source = contract["source"].as_str().unwrap_or_default();
        let file = contract["file"].as_str().unwrap_or_default();
        // As core/build.rs tells them apart.
        if source.starts_with("cosmwasm/") {
            fs::copy(
                root.join("wasm").join(file),
                folder.join("contracts").join(file),
            )?;
            writeln!(
                map,
                "  \"{file}\": new URL(\"./contracts/{file}\", import.meta.url),"
            )?;
        }
    }
    map.push_str("};\n");
    Ok(fs::write(folder.join("contracts.js"), map)?)
}
