//! The block tree: what was proposed on what, how far each block came, which branches came to nothing.

use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::view::{BlockState, TreeBlockView, TreeView};
use consensusforge_core::session::{Session, presets};

fn preset(id: &str) -> Scenario {
    let found = presets().into_iter().find(|p| p.id == id);
    found.expect("a preset").scenario
}

fn run(scenario: Scenario, until: u64) -> Session {
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(until);
    session
}

/// Four validators of a protocol, the second of which is silent.
fn with_a_silent_leader(protocol: &str) -> Scenario {
    let mut scenario = preset("silent");
    scenario.protocol.name = protocol.into();
    scenario.protocol.params = Default::default();
    scenario
}

fn parent<'a>(view: &'a TreeView, block: &TreeBlockView) -> Option<&'a TreeBlockView> {
    let parent = block.parents.first()?;
    view.blocks.get(usize::from(*parent))
}

/// Every block stands above its parents, and in a chain one height above.
fn is_a_tree(view: &TreeView) {
    for (k, block) in view.blocks.iter().enumerate() {
        assert!(block.height >= view.from && block.height <= view.to);
        for p in &block.parents {
            assert!(usize::from(*p) < k);
        }
        if let Some(parent) = parent(view, block) {
            assert_eq!(parent.height + 1, block.height);
        }
    }
}

#[test]
fn a_calm_chain_is_one_line_of_final_blocks_from_genesis() {
    let session = run(preset("happy"), 5_000_000);
    let view = session.tree(None, None);
    is_a_tree(&view);
    assert_eq!((view.from, view.to), (0, view.top));
    assert_eq!(view.blocks[0].proposer, None);
    let heights: Vec<u64> = view.blocks.iter().map(|b| b.height).collect();
    assert_eq!(heights, (0..=view.top).collect::<Vec<_>>());
    for block in view.blocks.iter().skip(1) {
        assert!(parent(&view, block).is_some(), "{block:?}");
        assert!(!block.abandoned && !block.forked && block.skipped.is_none());
        // What proposed it is a message of its proposer.
        let (message, node) = block.proposal.expect("its proposal was seen");
        let sent = session.message_inside(message).expect("it is kept");
        assert_eq!(
            (sent.view.value.as_deref(), Some(node)),
            (Some(block.id.as_str()), block.proposer)
        );
    }
    let done: Vec<_> = view
        .blocks
        .iter()
        .filter(|b| b.state == BlockState::Final)
        .collect();
    assert!(done.len() >= 5);
    assert_eq!(done[3].decided, [0, 1, 2, 3]);
}

#[test]
fn a_fork_has_two_final_blocks_of_one_height_and_each_side_sees_the_other_abandoned() {
    let session = run(preset("fork"), 3_000_000);
    let view = session.tree(None, None);
    is_a_tree(&view);
    let forked: Vec<&TreeBlockView> = view.blocks.iter().filter(|b| b.forked).collect();
    assert!(forked.len() >= 2, "{view:?}");
    let (one, other) = (forked[0], forked[1]);
    assert_eq!(one.height, other.height);
    assert!(one.decided.iter().all(|node| !other.decided.contains(node)));
    for (mine, theirs) in [(one, other), (other, one)] {
        let node = mine.decided[0];
        let own = session.tree(Some(node), None);
        let of = |id: &str| own.blocks.iter().find(|b| b.id == id).expect("it is shown");
        assert_eq!(
            (of(&mine.id).state, of(&mine.id).abandoned),
            (BlockState::Final, false)
        );
        assert_ne!(of(&theirs.id).state, BlockState::Final);
        assert!(of(&theirs.id).abandoned);
    }
}

#[test]
fn a_jolteon_block_whose_votes_went_to_a_silent_leader_is_a_tail_that_was_forked_off() {
    let session = run(with_a_silent_leader("jolteon"), 20_000_000);
    let view = session.tree(None, None);
    is_a_tree(&view);
    let tails: Vec<&TreeBlockView> = view.blocks.iter().filter(|b| b.abandoned).collect();
    assert!(!tails.is_empty(), "{view:?}");
    for tail in tails {
        // Honest validators voted for it, nobody could count the votes, and the next leader went on from below it.
        assert_eq!((tail.state, tail.certified), (BlockState::Proposed, 0));
        let rival = view
            .blocks
            .iter()
            .find(|b| b.height == tail.height && b.state == BlockState::Final)
            .expect("another block of its height is final");
        assert_eq!(rival.parents, tail.parents);
        assert!(rival.round > tail.round);
    }
}

#[test]
fn a_skipped_view_of_simplex_shows_between_a_block_and_its_parent() {
    let session = run(with_a_silent_leader("simplex"), 20_000_000);
    let view = session.tree(None, None);
    is_a_tree(&view);
    let skipped: Vec<&TreeBlockView> = view.blocks.iter().filter(|b| b.skipped.is_some()).collect();
    assert!(!skipped.is_empty());
    for block in skipped {
        let parent = parent(&view, block).expect("it is shown");
        assert_eq!(block.skipped, Some((parent.round + 1, block.round - 1)));
    }
    // Where each height begins anew, no round between two blocks is missing.
    let rounds = run(with_a_silent_leader("tendermint"), 20_000_000);
    assert!(
        rounds
            .tree(None, None)
            .blocks
            .iter()
            .all(|b| b.skipped.is_none())
    );
}

#[test]
fn a_chain_that_certifies_and_never_commits_has_locked_blocks_and_no_final_one() {
    let session = run(preset("three-chain"), 15_000_000);
    let view = session.tree(None, None);
    is_a_tree(&view);
    let count = |state| view.blocks.iter().filter(|b| b.state == state).count();
    assert_eq!(count(BlockState::Final), 1, "genesis alone");
    assert!(count(BlockState::Certified) + count(BlockState::Locked) >= 2);
    assert!(count(BlockState::Locked) >= 1);
}

#[test]
fn going_back_and_forth_gives_the_tree_of_that_instant() {
    let mut session = run(with_a_silent_leader("jolteon"), 6_000_000);
    let early = session.tree(None, None);
    session.run_to(12_000_000);
    let late = session.tree(None, None);
    assert_ne!(early, late);
    assert_eq!(session.fork().tree(None, None), late);
    while !session.seek(6_000_000, 10_000).reached {}
    assert_eq!(session.tree(None, None), early);
    while !session.seek(12_000_000, 10_000).reached {}
    assert_eq!(session.tree(None, None), late);
}

#[test]
fn a_saved_trace_has_the_same_tree() {
    for protocol in ["tendermint", "jolteon", "simplex"] {
        let session = run(with_a_silent_leader(protocol), 10_000_000);
        let (bytes, _) = session.save_trace();
        let mut read = Session::open_trace(&bytes, 0)
            .expect("it can be read")
            .session;
        read.run_to(10_000_000);
        let (told, seen) = (read.tree(None, None), session.tree(None, None));
        let shape = |view: &TreeView| -> Vec<(String, Vec<u16>, BlockState, bool)> {
            let blocks = view.blocks.iter();
            blocks
                .map(|b| (b.id.clone(), b.parents.clone(), b.state, b.abandoned))
                .collect()
        };
        assert_eq!(shape(&told), shape(&seen), "{protocol}");
    }
}

#[test]
fn a_long_chain_is_shown_a_window_at_a_time() {
    let mut scenario = preset("simplex");
    scenario.workload = Default::default();
    let session = run(scenario, 20_000_000);
    let newest = session.tree(None, None);
    assert!(newest.top > 60, "{}", newest.top);
    assert_eq!((newest.to, newest.from), (newest.top, newest.top - 47));
    assert!(newest.blocks.len() <= 256);
    // The lowest block shown stands on one that is not.
    assert!(newest.blocks[0].further_below && newest.blocks[0].parents.is_empty());
    let early = session.tree(None, Some(10));
    assert_eq!((early.from, early.to, early.top), (0, 10, newest.top));
    let beyond = session.tree(None, Some(u64::MAX));
    assert_eq!(beyond, newest);
}
