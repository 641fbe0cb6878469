//! What lies around the rules: other heights, restarts, sending again, any order of messages.

use super::{a, assert_never_twice, b, locked_on_a, node, slot};
use consensusforge_core::consensus::tendermint::Message;
use consensusforge_core::consensus::{Input, Timer};
use consensusforge_core::types::BlockId;
use consensusforge_tests::one_node::*;

// ---------------------------------------------------------------- later and earlier heights

#[test]
fn messages_of_the_next_height_wait_for_it() {
    let mut node = locked_on_a();
    let prevote = Message::Prevote {
        height: 2,
        round: 0,
        value: Some(b()),
    };
    let proposal = Message::Proposal {
        height: 2,
        round: 0,
        value: b(),
        valid_round: None,
    };
    assert!(node.message(0, prevote).0.is_empty());
    assert!(node.message(1, prevote).0.is_empty());
    assert!(node.message(1, proposal).0.is_empty());
    let decided = node.precommits(&[0, 1], 0, Some(a()));
    assert_eq!(decided.asked(), [b()]);
    node.validated(b(), true);
    let started = node.timeout(INTERVAL, 0);
    assert_eq!(started.prevoted(), [Some(b())]);
    assert_eq!(started.precommitted(), [Some(b())]);
}

#[test]
fn messages_of_earlier_heights_and_of_strangers_are_ignored() {
    let mut node = locked_on_a();
    node.precommits(&[0, 1], 0, Some(a()));
    let old = Message::Prevote {
        height: 1,
        round: 0,
        value: None,
    };
    assert!(node.message(0, old).0.is_empty());
    let mut node = self::node();
    node.timeout(PROPOSE, 0);
    let strangers: Vec<u16> = (4..200).chain([u16::MAX]).collect();
    assert!(node.prevotes(&strangers, 0, Some(a())).0.is_empty());
    assert!(node.prevotes(&strangers, 7, Some(a())).0.is_empty());
    let far = Message::Prevote {
        height: u64::MAX,
        round: 0,
        value: None,
    };
    assert!(node.message(0, far).0.is_empty());
}

// ---------------------------------------------------------------- restart

#[test]
fn restart_arms_the_timers_its_step_needs() {
    let mut node = node();
    let armed = |node: &mut OneNode| node.input(Input::Restarted).timers();
    assert_eq!(armed(&mut node), [(PROPOSE, 0, PARAMS.propose_timeout_us)]);
    node.timeout(PROPOSE, 0);
    assert_eq!(armed(&mut node), []);
    node.prevotes(&[0, 1], 0, Some(a()));
    assert_eq!(armed(&mut node), [(PREVOTE, 0, PARAMS.prevote_timeout_us)]);
    node.timeout(PREVOTE, 0);
    assert_eq!(armed(&mut node), []);
    node.precommits(&[0, 1], 0, Some(a()));
    assert_eq!(
        armed(&mut node),
        [(PRECOMMIT, 0, PARAMS.precommit_timeout_us)]
    );
    node.proposal(0, a(), None);
    node.validated(a(), true);
    node.precommits(&[2], 0, Some(a()));
    assert_eq!(node.height(), 2);
    assert_eq!(armed(&mut node), [(INTERVAL, 0, BLOCK_INTERVAL)]);
}

#[test]
fn restart_asks_again_what_was_not_answered() {
    let mut node = node();
    node.proposal(0, a(), None);
    assert_eq!(node.input(Input::Restarted).asked(), [a()]);
    node.validated(a(), true);
    assert_eq!(node.input(Input::Restarted).asked(), []);

    let mut proposer = OneNode::new(&[1, 1, 1, 1], 0);
    assert_eq!(
        proposer.input(Input::Restarted).built_for(),
        [(slot(0), genesis())]
    );
    let built = Input::Built {
        slot: slot(0),
        block: a(),
    };
    assert_eq!(proposer.input(built).sent().len(), 1);
    assert_eq!(proposer.input(Input::Restarted).built_for(), []);
}

#[test]
fn restart_before_the_start_of_the_run_starts_it_later() {
    let mut node = OneNode::idle(&[1, 1, 1, 1], 3);
    let restarted = node.input(Input::Restarted);
    assert_eq!(restarted.timers(), [(INTERVAL, 0, BLOCK_INTERVAL)]);
    node.timeout(INTERVAL, 0);
    assert_eq!(node.status().step, "propose");
}

#[test]
fn restart_keeps_the_lock_and_never_signs_twice() {
    let mut node = locked_on_a();
    node.input(Input::Restarted);
    assert_eq!(node.status().locked, Some((a(), 0)));
    node.valid_proposal(0, b(), None);
    node.timeout(PROPOSE, 0);
    node.timeout(PREVOTE, 0);
    node.prevotes(&[0, 1, 2], 0, Some(b()));
    node.prevotes(&[0, 1, 2], 0, None);
    assert_never_twice(&node);
    assert_eq!(node.history.len(), 2);
}

// ---------------------------------------------------------------- sending again

#[test]
fn resend_keeps_own_messages_and_the_votes_behind_the_valid_value() {
    let mut node = locked_on_a();
    let (own, others) = node.resend();
    assert_eq!(own, node.history);
    let senders: Vec<(u16, u8)> = others.iter().map(|(s, m)| (*s, m.kind())).collect();
    assert_eq!(senders, [(0, 0), (0, 1), (1, 1)], "proposal and polka");

    // Far from the round of the lock its votes are still there.
    node.prevotes(&[0, 1], 50, None);
    assert_eq!(node.status().round, 50);
    let (own, others) = node.resend();
    assert_eq!(own, node.history);
    assert_eq!(others.len(), 2, "the polka of round 0");
}

#[test]
fn a_node_without_a_validator_follows_and_signs_nothing() {
    let mut node = OneNode::idle(&[1, 1, 1, 1], 0);
    node.me = None;
    node.input(Input::Start);
    node.valid_proposal(0, a(), None);
    node.prevotes(&[0, 1, 2], 0, Some(a()));
    let outcome = node.precommits(&[0, 1, 2], 0, Some(a()));
    assert_eq!(outcome.decided().len(), 1);
    assert_eq!(node.history, []);
}

// ---------------------------------------------------------------- any order

#[test]
fn any_order_of_the_same_messages_decides_the_same_block_and_signs_nothing_twice() {
    // v1's proposal, its equivocation, and three votes of each kind for the second.
    let proposal = |value| Message::Proposal {
        height: 1,
        round: 0,
        value,
        valid_round: None,
    };
    let prevote = Message::Prevote {
        height: 1,
        round: 0,
        value: Some(b()),
    };
    let precommit = Message::Precommit {
        height: 1,
        round: 0,
        value: Some(b()),
    };
    let mut inputs = vec![
        Input::Message(signed(0, proposal(a()))),
        Input::Message(signed(0, proposal(b()))),
        Input::Timer(Timer {
            kind: PROPOSE,
            slot: slot(0),
        }),
        Input::Restarted,
    ];
    for signer in 0..3 {
        inputs.push(Input::Message(signed(signer, prevote)));
        inputs.push(Input::Message(signed(signer, precommit)));
    }
    let mut seed = 1u64;
    for _ in 0..2_000 {
        for i in (1..inputs.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            inputs.swap(i, (seed >> 33) as usize % (i + 1));
        }
        let mut node = node();
        let mut outcome = Outcome::default();
        for input in &inputs {
            outcome.0.extend(node.input(input.clone()).0);
            for asked in outcome.asked() {
                outcome.0.extend(node.validated(asked, true).0);
            }
        }
        let decided: Vec<BlockId> = outcome.decided().iter().map(|d| d.0).collect();
        assert_eq!(decided, [b()]);
        assert_never_twice(&node);
    }
}
