//! What the cross-crate suites share.

pub mod dag;
pub mod guests;
pub mod import_cycles;
pub mod imports;
pub mod mini_network;
pub mod museum;
pub mod mutants;
pub mod one_node;
pub mod published;
pub mod searches;
pub mod siege;
pub mod staged;
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

/// Whoever a run accuses was in the adversary's hands at some time, or runs twice with one key.
///
/// # Panics
/// When somebody honest is named, with `back`, the way to the run.
pub fn nobody_honest_is_named(session: &Session, back: impl Fn() -> String) {
    let mut liars: Vec<String> = session.scenario().twins.clone();
    liars.extend(session.frame().adversary.names);
    for line in session.trace_lines() {
        if line.contains("\"byzantine\"") {
            let value: serde_json::Value = serde_json::from_str(&line).expect("a JSON line");
            let nodes = value["nodes"].as_array().into_iter().flatten();
            liars.extend(nodes.filter_map(|n| n.as_str()).map(str::to_owned));
        }
    }
    for culprit in session.culprits() {
        assert!(
            liars.contains(&culprit.validator),
            "{} is honest: {}\n{}",
            culprit.validator,
            culprit.sentence,
            back()
        );
    }
}
