//! `scenario`: what a link or a preset is made of.

use crate::failure::{Exit, Outcome};
use crate::{output, source};
use consensusforge_core::scenario::{codec, validate};

/// Check a scenario and print it as a file, nothing left out
#[derive(clap::Args)]
pub struct Show {
    /// A file, `-`, a link, or `preset:ID`
    scenario: String,
}

impl Show {
    pub fn run(self) -> Outcome {
        let document = source::document(&self.scenario)?;
        validate(&document.scenario)?;
        output::print(&codec::write_file(&document))?;
        Ok(Exit::Fine)
    }
}
