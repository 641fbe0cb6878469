//! What a preset's line promises, held against its run.

use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::presets;
use consensusforge_core::session::view::VerdictKind;

fn run(id: &str, until_us: u64) -> Session {
    let preset = presets()
        .into_iter()
        .find(|p| p.id == id)
        .expect("a preset");
    let mut session = Session::open(preset.scenario).expect("possible");
    while !session.advance(until_us, 10_000).reached {}
    session
}

/// "One block gets the 5 votes it needs and the other only 4. The chain does not fork, and evidence accumulates."
#[test]
fn below_a_third_one_of_two_blocks_is_decided_and_the_liars_are_proven() {
    let session = run("below-third", 20_000_000);
    let frame = session.frame();
    assert!(frame.verdicts.iter().all(|v| v.kind == VerdictKind::Holds));
    // Two blocks proposed in one round, of which one is decided and the other is not.
    let split = (1..=frame.metrics.height).find(|height| {
        let blocks = session.height_inside(*height).blocks;
        blocks.iter().any(|(one, round, _, decided)| {
            let rival = |b: &&(String, u32, u16, u32)| b.0 != *one && b.1 == *round && b.3 == 0;
            *decided > 0 && blocks.iter().find(rival).is_some()
        })
    });
    assert!(split.is_some(), "no height with two blocks in one round");
    assert!(session.chart(0, 1_000_000).marks.iter().any(|m| {
        matches!(
            m.what,
            consensusforge_core::session::view::MarkKind::Evidence { .. }
        )
    }));
}

/// The caption of a fork speaks of honest validators, and never of what a liar says that it decided.
#[test]
fn the_caption_of_a_fork_names_honest_validators_alone() {
    let preset = presets()
        .into_iter()
        .find(|p| p.id == "fork")
        .expect("a preset");
    let mut session = Session::open(preset.scenario).expect("possible");
    let mut forks = 0;
    for until in (0..10_000_000).step_by(20_000) {
        while !session.advance(until, 10_000).reached {}
        let frame = session.frame();
        let Some((who, _)) = frame.caption.split_once(" decided ") else {
            continue;
        };
        if frame.caption.contains("another honest validator") {
            forks += 1;
            assert!(!["v1", "v2", "v3"].contains(&who), "{}", frame.caption);
        }
    }
    assert!(forks > 0, "the fork was never in the caption");
}
