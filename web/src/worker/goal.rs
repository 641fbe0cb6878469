//! Where the run was told to go, and how far it is.

use crate::protocol::{Doing, Progress};
use consensusforge_core::session::view::{Expected, Unit};

pub enum Goal {
    None,
    Step(Unit),
    Back,
    Seek(u64),
    Replay(Expected),
}

impl Goal {
    pub fn progress(&self, now_us: u64, steps: u64) -> Option<Progress> {
        let (what, share) = match self {
            Goal::None => return None,
            Goal::Step(_) => (Doing::Stepping, 0.0),
            Goal::Back => (Doing::SteppingBack, 0.0),
            Goal::Seek(to_us) => (Doing::Seeking, now_us as f64 / (*to_us).max(1) as f64),
            Goal::Replay(expected) => (
                Doing::Replaying,
                steps as f64 / expected.steps.max(1) as f64,
            ),
        };
        Some(Progress {
            what,
            share: share.clamp(0.0, 1.0),
        })
    }
}
