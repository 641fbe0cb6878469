//! `step`: one validator's machine, fed a list of inputs, with what it does and how it stands after
//! each. The machine is the protocol's own; nothing here is simulated around it.

mod input;
mod machine;
mod names;
mod output;

pub use input::StepInput;
pub use output::StepOutput;

use crate::failure::{Exit, Failure, Outcome};
use crate::source;
use consensusforge_core::consensus::Corruptible;
use consensusforge_core::consensus::registry::{Visitor, unknown, visit};

/// Feed one validator's machine a JSON list of inputs; print its effects and state after each
#[derive(clap::Args)]
pub struct Step {
    /// A JSON file, or `-`; `schema step-input` describes it
    inputs: String,
}

impl Step {
    pub fn run(self) -> Outcome {
        let input = input::read(&source::read_bytes(&self.inputs)?)?;
        let report = visit(&input.protocol, Run(&input))
            .unwrap_or_else(|| Err(Failure::input(format!("{}.", unknown(&input.protocol)))))?;
        crate::output::print_json(&report)?;
        Ok(Exit::Fine)
    }
}

struct Run<'a>(&'a StepInput);

impl Visitor for Run<'_> {
    type Output = Result<StepOutput, Failure>;

    fn visit<P: Corruptible>(self) -> Self::Output {
        machine::run::<P>(self.0)
    }
}
