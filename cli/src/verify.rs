//! `verify`: does a link still give the run it was made from?

use crate::failure::{Exit, Failure, Outcome};
use crate::{output, source};
use consensusforge_core::session::Session;
use schemars::JsonSchema;
use serde::Serialize;

/// Simulator events between two looks.
const SLICE: u64 = 10_000;

/// Replay a link (or a saved file) and compare the result with what the link says
#[derive(clap::Args)]
pub struct Verify {
    /// A link, a file, or `-`
    link: String,
    /// Refuse a link that claims more simulator events than this. A link from a stranger may claim any
    /// number, and a million take about a second
    #[arg(long, value_name = "EVENTS", default_value_t = 300_000_000)]
    most: u64,
    #[arg(long)]
    json: bool,
}

#[derive(Serialize, JsonSchema)]
pub struct VerifyReport {
    pub matches: bool,
    /// "replay matches", or where it diverges.
    pub sentence: String,
    pub expected_steps: u64,
    pub expected_digest: String,
}

impl Verify {
    pub fn run(self) -> Outcome {
        let document = source::document(&self.link)?;
        let Some(expected) = document.expected else {
            return Err(Failure::input(
                "this link does not say how its run ended, so there is nothing to compare. Copy one \
                 from a run: `run --json` prints it as `link`.",
            ));
        };
        if expected.steps > self.most {
            return Err(Failure::input(format!(
                "this link claims a run of {} simulator events, but at most {} are replayed. To replay it \
                 anyway, give `--most {}`.",
                expected.steps, self.most, expected.steps
            )));
        }
        let mut session = Session::open(document.scenario)?;
        let replay = loop {
            if let Some(replay) = session.replay_to(&expected, SLICE) {
                break replay;
            }
        };
        if self.json {
            output::print_json(&VerifyReport {
                matches: replay.matches,
                sentence: replay.sentence,
                expected_steps: expected.steps,
                expected_digest: expected.digest,
            })?;
        } else {
            output::print(&format!("{}\n", replay.sentence))?;
        }
        Ok(if replay.matches {
            Exit::Fine
        } else {
            Exit::Diverges
        })
    }
}
