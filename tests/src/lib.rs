//! What the cross-crate suites share.

pub mod dag;
pub mod guests;
pub mod import_cycles;
pub mod imports;
pub mod mini_network;
pub mod one_node;
pub mod published;
pub mod siege;
pub mod swarm;

use consensusforge_core::session::Session;
use consensusforge_core::session::view::{Expected, Replay};

/// Runs on to where a link was made, however many slices that takes, and compares.
pub fn replay(session: &mut Session, expected: &Expected) -> Replay {
    loop {
        if let Some(replay) = session.replay_to(expected, u64::MAX) {
            return replay;
        }
    }
}
