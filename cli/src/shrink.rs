//! `shrink`: the smallest run that still breaks a property.

use crate::failure::{Exit, Failure, Outcome};
use crate::variation::Judgement;
use crate::{explain, output, source};
use consensusforge_core::search::{self, Found, Need, ShrinkStep};
use consensusforge_core::session::view::Story;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::IsTerminal;

/// Simulator events between two looks at how far it is.
const SLICE: u64 = 50_000;

/// Make a run that breaks a property smaller
///
/// Takes out commands, liars and validators and makes values simpler, as long as the same property is still broken,
/// and says what each part that is left is needed for.
#[derive(clap::Args)]
pub struct Shrink {
    /// A link, a file, `-`, or `preset:ID`
    scenario: String,
    #[command(flatten)]
    judgement: Judgement,
    /// Stop after so many runs; what is smallest then is printed
    #[arg(long, value_name = "RUNS")]
    most: Option<u64>,
    #[arg(long)]
    json: bool,
}

/// The smallest run.
#[derive(Serialize, JsonSchema)]
pub struct ShrinkReport {
    /// What is broken, in words.
    pub property: String,
    /// The smallest run that breaks it.
    pub found: Found,
    /// How it comes to that.
    pub story: Option<Story>,
    /// What made it smaller, in order.
    pub steps: Vec<ShrinkStep>,
    /// What each part that is left is needed for; not complete when it was stopped.
    pub needs: Vec<Need>,
    /// Runs tried.
    pub runs: u64,
}

impl Shrink {
    pub fn run(self) -> Outcome {
        let scenario = source::document(&self.scenario)?.scenario;
        let judged = self.judgement.judged()?;
        let property = judged.property.to_string();
        let told = judged.clone();
        let mut shrink =
            search::Shrink::new(scenario, judged).map_err(|p| Failure::sentence(&p))?;
        let shows = !self.json && std::io::stderr().is_terminal();
        // A bound of runs is kept run by run: a run may be much shorter than a slice.
        let slice = if self.most.is_some() { 1 } else { SLICE };
        let mut whole = true;
        while !shrink.advance(slice) {
            if shows {
                eprint!(
                    "\r{} runs, {} steps   ",
                    shrink.runs(),
                    shrink.steps().len()
                );
            }
            if self.most.is_some_and(|most| shrink.runs() >= most) {
                whole = false;
                break;
            }
        }
        if shows {
            eprint!("\r{:40}\r", "");
        }
        if let Some(problem) = shrink.problem() {
            return Err(Failure::sentence(problem));
        }
        let found = shrink.best().ok_or_else(|| {
            Failure::input("it was stopped before the run itself had been run: allow more runs.")
        })?;
        let report = ShrinkReport {
            property,
            story: explain::of(&found, &told),
            found,
            steps: shrink.steps().to_vec(),
            needs: shrink.needs().to_vec(),
            runs: shrink.runs(),
        };
        if self.json {
            output::print_json(&report)?;
        } else {
            output::print(&text(&report, whole))?;
        }
        Ok(Exit::Violated)
    }
}

/// `whole`: it was not stopped before its end.
fn text(report: &ShrinkReport, whole: bool) -> String {
    let mut text = String::new();
    for step in &report.steps {
        text += &format!("{}\n", step.what);
    }
    let validators = report.found.scenario.validators.len();
    text += &format!(
        "\n{}\n{} validators, {} runs tried.\n",
        report.found.broken.sentence, validators, report.runs
    );
    if let Some(story) = &report.story {
        text += &format!("\n{}", explain::text(story));
    }
    if !whole {
        text += "Stopped there: with more runs it may become smaller, and not all that is needed is listed.\n";
    }
    if !report.needs.is_empty() {
        text += "\nEach of these is needed; without it the property holds:\n";
        for need in &report.needs {
            text += &format!("  {}\n", need.what);
        }
    }
    if let Some(link) = &report.found.link {
        text += &format!("\n{link}\n");
    }
    text
}
