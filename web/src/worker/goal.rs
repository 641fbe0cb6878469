//! Where the run was told to go, and how far it is.

use crate::protocol::{Operation, Progress};
use crate::words;
use consensusforge_core::session::Explanation;
use consensusforge_core::session::view::{Expected, Unit};

/// Simulated time after which a step that has led nowhere is given up: far more than any round takes.
pub const STEP_US: u64 = 120_000_000;

pub enum Goal {
    None,
    /// A step, given up at an instant.
    Step {
        unit: Unit,
        until_us: u64,
    },
    Back,
    Seek(u64),
    /// Time flows to here.
    RunTo(u64),
    Replay(Expected),
}

impl Goal {
    pub fn progress(&self, now_us: u64, steps: u64) -> Option<Progress> {
        let (what, share) = match self {
            Goal::None | Goal::RunTo(_) => return None,
            Goal::Step { .. } => (Operation::Stepping, 0.0),
            Goal::Back => (Operation::SteppingBack, 0.0),
            Goal::Seek(to_us) => (Operation::Seeking, now_us as f64 / (*to_us).max(1) as f64),
            Goal::Replay(expected) => (
                Operation::Replaying,
                steps as f64 / expected.steps.max(1) as f64,
            ),
        };
        Some(Progress {
            what,
            share: share.clamp(0.0, 1.0),
        })
    }
}

/// Says of a step that it led nowhere.
pub fn given_up(unit: Unit, at_us: u64) -> Explanation {
    let missing = match unit {
        Unit::Event => "Nothing has happened",
        Unit::Message => "No message has arrived",
        Unit::Step => "No validator has entered a step",
        Unit::Height => "No new height has been decided",
    };
    Explanation {
        sentence: format!(
            "{missing} in {} of simulated time, so the step ends here. The verdict says what the chain waits for.",
            words::duration(STEP_US)
        ),
        at_us,
        node: None,
        message: None,
        to: None,
        rules: Vec::new(),
    }
}
