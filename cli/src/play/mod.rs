//! `contract run`: a script of steps against a module, on a ledger of its own: no network, no votes, one
//! transaction a block.

mod chain;
mod message;
mod names;
mod report;
mod script;

pub use report::RunReport;
pub use script::Script;

use crate::failure::{Exit, Outcome};
use crate::output;
use std::path::Path;

/// Runs `script` with the module of `file` as code 1 and prints the results.
pub fn run(file: &Path, script: &str) -> Outcome {
    let steps = script::read(script)?;
    let folder = Path::new(script).parent().unwrap_or(Path::new(""));
    let mut play = chain::Play::new(&steps)?;
    play.store(file)?;
    for module in &steps.modules {
        play.store(&folder.join(module))?;
    }
    for (index, step) in steps.steps.iter().enumerate() {
        play.step(index, step);
    }
    output::print_json(&play.report())?;
    Ok(Exit::Fine)
}
