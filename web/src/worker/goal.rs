//! Where the run was told to go, and how far it is.

use crate::protocol::{Operation, Progress};
use consensusforge_core::session::view::{Expected, Unit};

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
