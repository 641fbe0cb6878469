//! The hostile catalogue (tests/catalogue) as one module, which the browser tests run.

use crate::run::{self, run};
use crate::{install, page};
use anyhow::Result;

/// Compiles it as the page is compiled; what the page has compiled already is shared.
pub fn build() -> Result<()> {
    install::wasm_target()?;
    run(run::cargo(&[
        "build",
        "--locked",
        "--package=consensusforge-catalogue",
        "--lib",
        "--target=wasm32-unknown-unknown",
        "--profile=page",
    ])
    .env(page::FLAGS, page::optimised()?))
}
