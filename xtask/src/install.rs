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
    if !ready_made_trunk() {
        println!(
            "Building {TRUNK}, which bundles the page: once, 3 to 5 minutes on 2 cores. \
             `cargo binstall trunk` or a package manager that has trunk is quicker; \
             to use one, press Ctrl-C and start again afterwards."
        );
        // Trunk copies files and calls cargo: unoptimised it is as quick, and it builds in a quarter of the time
        // that its own release profile takes.
        run(run::cargo(&[
            "install",
            TRUNK,
            "--locked",
            "--debug",
            "--no-default-features",
            "--features",
            "rustls",
        ])
        .env("CARGO_PROFILE_DEV_DEBUG", "0"))?;
    }
    if run::version("trunk").is_none() {
        bail!(
            "trunk was installed into cargo's folder of programs, but that folder is not on PATH; \
             add it (usually ~/.cargo/bin) and try again"
        );
    }
    Ok(())
}

/// Whether `cargo binstall` is there and could fetch a trunk.
fn ready_made_trunk() -> bool {
    // Asked for its version, cargo-binstall wants `-V`.
    let installed = Command::new("cargo")
        .args(["binstall", "-V"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !installed {
        return false;
    }
    println!("Fetching {TRUNK}, which bundles the page, with cargo binstall: once, some seconds.");
    let fetched = run(&mut run::cargo(&["binstall", "--no-confirm", TRUNK]));
    if let Err(error) = &fetched {
        println!("It could not be fetched: {error:#}.");
    }
    fetched.is_ok()
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
