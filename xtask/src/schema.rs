//! The scenario's JSON schema, as the command line tool prints it.

use crate::run;
use anyhow::{Result, ensure};

const FILE: &str = "docs/scenario.schema.json";

#[derive(clap::Args)]
pub struct Schema {
    /// Write it to docs/scenario.schema.json instead of printing it
    #[arg(long)]
    write: bool,
}

pub fn schema(arguments: &Schema) -> Result<()> {
    let text = run::read(&mut run::cargo(&[
        "run",
        "--quiet",
        "--package",
        "consensusforge",
        "--",
        "schema",
    ]))?;
    ensure!(
        !text.trim().is_empty(),
        "`consensusforge schema` printed nothing; the command line tool (cli/) must know `schema`"
    );
    if arguments.write {
        std::fs::write(run::root().join(FILE), text)?;
        println!("Wrote {FILE}.");
    } else {
        print!("{text}");
    }
    Ok(())
}
