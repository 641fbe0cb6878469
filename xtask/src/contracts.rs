//! The sample contracts are committed as `.wasm` and known by hash; their sources must still make
//! the same behaviour.

use crate::install;
use crate::run::{self, Outcome, run};
use anyhow::Result;

const PACKAGE: &str = "consensusforge-tests";
const BIN: &str = "contracts-check";

/// Builds the contracts and lets the checking program compare them with the committed ones.
pub fn check() -> Result<Outcome> {
    let manifest = run::root().join("contracts/Cargo.toml");
    if !manifest.exists() {
        return Ok(Outcome::Skipped("contracts/ has no sources yet".to_owned()));
    }
    install::wasm_target()?;
    run(run::cargo(&[
        "build",
        "--release",
        "--target=wasm32-unknown-unknown",
        "--manifest-path",
    ])
    .arg(&manifest))?;
    if !run::targets(PACKAGE, "bin")?.iter().any(|name| name == BIN) {
        return Ok(Outcome::Skipped(format!(
            "the contracts compile; there is no program {BIN} in {PACKAGE} yet to compare them"
        )));
    }
    run(&mut run::cargo(&[
        "run",
        "--package",
        PACKAGE,
        "--bin",
        BIN,
    ]))?;
    Ok(Outcome::Passed)
}
