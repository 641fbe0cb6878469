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
use consensusforge_core::consensus::Protocol;
use consensusforge_core::consensus::tendermint::Tendermint;

/// Feed one validator's machine a JSON list of inputs; print its effects and state after each
#[derive(clap::Args)]
pub struct Step {
    /// A JSON file, or `-`; `schema step-input` describes it
    inputs: String,
}

impl Step {
    pub fn run(self) -> Outcome {
        let input = input::read(&source::read_bytes(&self.inputs)?)?;
        let report = match input.protocol.as_str() {
            Tendermint::NAME => machine::run::<Tendermint>(&input)?,
            other => {
                return Err(Failure::input(format!(
                    "there is no protocol {other:?}; there is: {:?}.",
                    Tendermint::NAME
                )));
            }
        };
        crate::output::print_json(&report)?;
        Ok(Exit::Fine)
    }
}
