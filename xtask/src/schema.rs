//! The JSON Schemas of what goes into the command line tool and comes out, as it writes them.

use crate::run::{self, run};
use anyhow::Result;

const FOLDER: &str = "docs/schema";

/// Brings docs/schema up to date; a test fails when it is not.
pub fn schema() -> Result<()> {
    run(run::cargo(&[
        "run",
        "--quiet",
        "--package",
        "consensusforge",
        "--",
        "schema",
        "--write",
    ])
    .arg(run::root().join(FOLDER)))?;
    println!("Wrote {FOLDER}.");
    Ok(())
}
