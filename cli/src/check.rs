//! `check`: does a saved trace make sense, and what do the monitors say about it?

use crate::failure::{Exit, Outcome};
use crate::{output, source, verdicts};
use consensusforge_core::session::Session;
use consensusforge_core::session::view::{CulpritView, Verdict, VerdictKind};
use schemars::JsonSchema;
use serde::Serialize;

/// Records between two looks.
const SLICE: u64 = 10_000;

/// Read a saved trace, report what in it does not make sense, and let the monitors judge it
#[derive(clap::Args)]
pub struct Check {
    /// A file that `run --save` or the page has written, or `-`
    trace: String,
    #[arg(long)]
    json: bool,
}

/// What is found in a trace file.
#[derive(Serialize, JsonSchema)]
pub struct CheckReport {
    /// How much was read.
    pub sentence: String,
    /// What does not make sense; it was left out, or counts as unsigned.
    pub complaints: Vec<String>,
    /// The worst of the verdicts on what remains.
    pub outcome: VerdictKind,
    pub verdicts: Vec<Verdict>,
    /// Everybody proven to have lied, and the messages that prove it.
    pub culprits: Vec<CulpritView>,
    /// Simulated time at the end, microseconds.
    pub now_us: u64,
    pub height: u64,
}

impl Check {
    pub fn run(self) -> Outcome {
        let recorded = Session::open_trace(&source::trace(&self.trace)?, u64::MAX)?;
        let mut session = recorded.session;
        while !session.advance(recorded.end_us, SLICE).reached {}
        let frame = session.frame();
        let report = CheckReport {
            sentence: recorded.sentence,
            complaints: recorded.complaints,
            outcome: verdicts::worst(&frame.verdicts),
            verdicts: frame.verdicts,
            culprits: session.culprits(),
            now_us: frame.now_us,
            height: frame.metrics.height,
        };
        if self.json {
            output::print_json(&report)?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(match report.outcome {
            // What does not make sense is bad input, however well the rest holds.
            VerdictKind::Holds if !report.complaints.is_empty() => Exit::BadInput,
            outcome => verdicts::exit(outcome),
        })
    }
}

fn text(report: &CheckReport) -> String {
    let mut text = format!("{}\n\n", report.sentence);
    for complaint in &report.complaints {
        text += &format!("does not make sense: {complaint}\n");
    }
    if !report.complaints.is_empty() {
        text += "\n";
    }
    text += &verdicts::text(&report.verdicts);
    text
}
