//! Installing what a chore needs and the machine lacks. Each thing is named, with its reason, before
//! it is fetched.

use crate::run::{self, run};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

const WASM: &str = "wasm32-unknown-unknown";
/// Newer trunks want a newer Rust than rust-toolchain.toml asks for.
const TRUNK: &str = "trunk@0.21.14";

/// The compiler's WebAssembly target.
pub fn wasm_target() -> Result<()> {
    let sysroot = run::read(&mut run::command("rustc", &["--print", "sysroot"]))?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib").join(WASM);
    if library.exists() {
        return Ok(());
    }
    println!("Installing the Rust target {WASM}: the page is compiled for it.");
    run(&mut run::command("rustup", &["target", "add", WASM])).with_context(|| {
        format!("the Rust target {WASM} is missing; install it the way your Rust was installed")
    })
}

/// Trunk, which bundles the page. A trunk that works is left alone, whatever its version:
/// Trunk.toml says which versions will do, and trunk reads that.
pub fn trunk() -> Result<()> {
    if run::version("trunk").is_some() {
        return Ok(());
    }
    println!("Installing {TRUNK} with cargo (once, a few minutes): it bundles the page.");
    // Trunk's own release profile is fat LTO, which doubles the wait and gains nothing here.
    run(run::cargo(&[
        "install",
        TRUNK,
        "--locked",
        "--no-default-features",
        "--features",
        "rustls",
    ])
    .env("CARGO_PROFILE_RELEASE_LTO", "off")
    .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
    .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"))?;
    if run::version("trunk").is_none() {
        bail!(
            "trunk was installed into cargo's folder of programs, but that folder is not on PATH; \
             add it (usually ~/.cargo/bin) and try again"
        );
    }
    Ok(())
}

/// Node and npm, which run the scripts that drive browsers.
pub fn node() -> Result<()> {
    if run::version("node").is_none() {
        apt(&["nodejs"], "it runs the browser tests")?;
    }
    if run::version("npm").is_none() {
        apt(&["npm"], "it fetches the library that drives the browsers")?;
    }
    Ok(())
}

/// Installs Debian packages, or says in a sentence why that is not possible here.
pub fn apt(packages: &[&str], why: &str) -> Result<()> {
    let names = packages.join(", ");
    let root = run::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root || run::version("apt-get").is_none() {
        bail!(
            "{names} is missing ({why}), and this user cannot install it here; \
             install it with the system's package manager and try again"
        );
    }
    println!("Installing {names} with apt-get: {why}.");
    run(run::command("apt-get", &["update", "--quiet"]).env("DEBIAN_FRONTEND", "noninteractive"))?;
    run(run::command(
        "apt-get",
        &["install", "--quiet", "--yes", "--no-install-recommends"],
    )
    .args(packages)
    .env("DEBIAN_FRONTEND", "noninteractive"))
}
