//! The long runs: speed, and random scenarios. Both are programs of the test package.

use crate::browsers;
use crate::run::{self, run};
use anyhow::{Result, bail};

const PACKAGE: &str = "consensusforge-tests";

#[derive(clap::Args)]
pub struct Bench {
    /// Leave the browser out
    #[arg(long)]
    native: bool,
    /// Passed on to the bench program
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

#[derive(clap::Args)]
pub struct Soak {
    /// Passed on to the soak program
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

#[derive(clap::Args)]
pub struct Museum {
    /// Passed on to the museum program: seeds, and the most trials of a search
    rest: Vec<String>,
}

pub fn museum(arguments: &Museum) -> Result<()> {
    program("museum", &arguments.rest)
}

pub fn bench(arguments: &Bench) -> Result<()> {
    program("bench", &arguments.rest)?;
    if arguments.native {
        return Ok(());
    }
    browsers::measure()
}

pub fn soak(arguments: &Soak) -> Result<()> {
    program("soak", &arguments.rest)
}

fn program(bin: &str, rest: &[String]) -> Result<()> {
    if !run::targets(PACKAGE, "bin")?.iter().any(|name| name == bin) {
        bail!("there is no program `{bin}` in {PACKAGE} yet (tests/src/bin/{bin}.rs)");
    }
    run(run::cargo(&["run", "--release", "--package", PACKAGE, "--bin", bin, "--"]).args(rest))
}
