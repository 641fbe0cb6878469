//! Counting prevotes: locks and precommits.

use super::{a, b, locked_on_a, locked_on_a_in_round, node, slot};
use consensusforge_core::consensus::tendermint::Tendermint;
use consensusforge_core::consensus::{Note, Protocol, rule_number};
use consensusforge_tests::one_node::*;

#[test]
fn l34_a_quorum_of_any_prevotes_arms_the_prevote_timer_once() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    assert_eq!(node.prevotes(&[0], 0, None).timers(), []);
    let armed = node.prevotes(&[1], 0, Some(b()));
    assert_eq!(armed.timers(), [(PREVOTE, 0, PARAMS.prevote_timeout_us)]);
    assert_eq!(node.prevotes(&[2], 0, None).timers(), []);
}

#[test]
fn l34_waits_for_step_prevote() {
    let mut node = node();
    assert_eq!(node.prevotes(&[0, 1], 0, None).timers(), []);
    assert_eq!(node.prevotes(&[2], 0, Some(b())).timers(), []);
    let entered = node.valid_proposal(0, a(), None);
    assert_eq!(entered.timers(), [(PREVOTE, 0, PARAMS.prevote_timeout_us)]);
}

#[test]
fn l34_an_equivocator_counts_once_among_all_voters() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    for value in [Some(a()), Some(b()), None] {
        assert_eq!(node.prevotes(&[0], 0, value).timers(), []);
    }
}

#[test]
fn l34_below_a_quorum_nothing_is_armed_and_the_network_stays_in_its_round() {
    let mut node = node();
    let mut outcome = node.timeout(PROPOSE, 0);
    outcome.0.extend(node.prevotes(&[0], 0, None).0);
    outcome.0.extend(node.precommits(&[0], 0, None).0);
    assert_eq!(outcome.timers(), []);
    assert_eq!((node.status().round, node.status().step), (0, "prevote"));
}

#[test]
fn l36_polka_locks_and_precommits() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    assert_eq!(node.prevotes(&[0], 0, Some(a())).sent(), []);
    let polka = node.prevotes(&[1], 0, Some(a()));
    assert_eq!(polka.precommitted(), [Some(a())]);
    // The note of the rule stands between the message that made it possible and what it brought about.
    let rule = rule_number(Tendermint::INFO.rules, "L36-L43");
    let (slot, block) = (slot(0), a());
    let seen = Note::Polka {
        slot,
        block: Some(block),
    };
    let fired = Note::Fired { rule, slot };
    assert_eq!(
        polka.notes()[..3],
        [seen, fired, Note::Locked { slot, block }]
    );
    let status = node.status();
    assert_eq!(status.step, "precommit");
    assert_eq!(
        (status.locked, status.mark("valid")),
        (Some((a(), 0)), Some((a(), 0)))
    );
}

#[test]
fn l36_after_precommit_a_polka_still_gives_the_valid_value_but_no_lock() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    node.prevotes(&[0], 0, None);
    node.prevotes(&[1], 0, Some(a()));
    assert_eq!(node.timeout(PREVOTE, 0).precommitted(), [None]);
    assert_eq!(node.prevotes(&[2], 0, Some(a())).sent(), []);
    let status = node.status();
    assert_eq!(
        (status.locked, status.mark("valid")),
        (None, Some((a(), 0)))
    );
}

#[test]
fn l36_a_polka_does_nothing_until_its_block_is_seen() {
    let mut node = node();
    node.timeout(PROPOSE, 0);
    assert_eq!(node.prevotes(&[0, 1, 2], 0, Some(a())).precommitted(), []);
    assert_eq!(node.proposal(0, a(), None).precommitted(), []);
    assert_eq!(node.validated(a(), true).precommitted(), [Some(a())]);
}

#[test]
fn l36_a_polka_does_nothing_while_its_block_is_invalid() {
    let mut node = node();
    node.proposal(0, a(), None);
    node.validated(a(), false);
    let polka = node.prevotes(&[0, 1, 2], 0, Some(a()));
    assert_eq!(polka.precommitted(), []);
    assert_eq!(node.status().mark("valid"), None);
}

#[test]
fn l36_waits_for_the_own_prevote() {
    let mut node = node();
    node.prevotes(&[0, 1, 2], 0, Some(a()));
    let outcome = node.valid_proposal(0, a(), None);
    // L22 comes first, then L36 at once.
    assert_eq!(outcome.prevoted(), [Some(a())]);
    assert_eq!(outcome.precommitted(), [Some(a())]);
}

#[test]
fn l36_takes_an_equivocating_proposers_second_proposal() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    let second = node.valid_proposal(0, b(), None);
    assert_eq!(second.prevoted(), [], "it has prevoted A already");
    assert_eq!(second.accused().len(), 1);
    let polka = node.prevotes(&[0, 1, 2], 0, Some(b()));
    assert_eq!(polka.precommitted(), [Some(b())]);
}

#[test]
fn l36_takes_a_proposal_beyond_the_limit_when_a_quorum_votes_for_it() {
    let mut node = node();
    for junk in ['p', 'q', 'r', 's'] {
        node.proposal(0, block(junk), None);
    }
    assert_eq!(node.proposal(0, a(), None).asked(), []);
    node.timeout(PROPOSE, 0);
    node.prevotes(&[0, 1, 2], 0, Some(a()));
    assert_eq!(node.proposal(0, a(), None).asked(), [a()]);
    assert_eq!(node.validated(a(), true).precommitted(), [Some(a())]);
}

#[test]
fn l36_a_polka_of_an_older_round_changes_nothing() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    node.walk_to_round(1);
    let late = node.prevotes(&[0, 1, 2], 0, Some(a()));
    assert_eq!(late.sent(), []);
    assert_eq!(
        (node.status().locked, node.status().mark("valid")),
        (None, None)
    );
}

#[test]
fn l36_fires_once_a_round() {
    let mut node = locked_on_a();
    // More than a third lie: a second polka in the same round.
    node.valid_proposal(0, b(), None);
    let second = node.prevotes(&[0, 1, 2], 0, Some(b()));
    assert_eq!(second.sent(), []);
    assert_eq!(node.status().mark("valid"), Some((a(), 0)));
}

#[test]
fn l44_a_nil_polka_precommits_nil() {
    let mut node = node();
    node.timeout(PROPOSE, 0);
    assert_eq!(node.prevotes(&[0], 0, None).precommitted(), []);
    assert_eq!(node.prevotes(&[1], 0, None).precommitted(), [None]);
    assert_eq!(node.status().step, "precommit");
}

#[test]
fn l44_a_nil_polka_keeps_the_lock() {
    let mut node = locked_on_a_in_round(1);
    node.timeout(PROPOSE, 1);
    assert_eq!(node.prevotes(&[0, 1], 1, None).precommitted(), [None]);
    let status = node.status();
    assert_eq!(
        (status.locked, status.mark("valid")),
        (Some((a(), 0)), Some((a(), 0)))
    );
}

#[test]
fn l44_waits_for_step_prevote() {
    let mut node = node();
    assert_eq!(node.prevotes(&[0, 1, 2], 0, None).sent(), []);
    let outcome = node.timeout(PROPOSE, 0);
    assert_eq!(outcome.prevoted(), [None]);
    assert_eq!(outcome.precommitted(), [None]);
}

// ------------------------------------------------- the quorum behind a lock, whatever its age

/// v1 and v2 know nothing of round 0 but their own prevotes, v4 has moved on without a lock.
fn in_round(round: u32) -> OneNode {
    let mut node = node();
    node.timeout(PROPOSE, 0);
    node.walk_to_round(round);
    node
}

#[test]
fn l28_takes_the_polka_of_a_round_however_old_once_a_proposal_speaks_of_it() {
    for round in [4, 64, 68, 400] {
        let mut node = in_round(round);
        let waits = node.valid_proposal(round, a(), Some(0));
        assert_eq!(waits.prevoted(), []);
        assert_eq!(node.prevotes(&[0, 1], 0, Some(a())).prevoted(), []);
        assert_eq!(
            node.prevotes(&[2], 0, Some(a())).prevoted(),
            [Some(a())],
            "in round {round}"
        );
    }
}

#[test]
fn an_old_polka_stays_known_for_the_proposers_next_turn() {
    let mut node = in_round(100);
    node.valid_proposal(100, a(), Some(0));
    node.prevotes(&[0, 1], 0, Some(a()));
    node.walk_to_round(104);
    // The last vote comes when the round of the proposal that spoke of it is over.
    node.prevotes(&[2], 0, Some(a()));
    node.walk_to_round(300);
    let outcome = node.valid_proposal(300, a(), Some(0));
    assert_eq!(outcome.prevoted(), [Some(a())]);
}

#[test]
fn old_votes_that_no_proposal_speaks_of_are_not_kept() {
    let mut node = in_round(200);
    let before = node.status().tallies.len();
    for round in 0..100 {
        node.prevotes(&[0, 1], round, Some(block('x')));
        node.precommits(&[0, 1], round, Some(block('x')));
    }
    assert_eq!(node.status().tallies.len(), before);
    // Nor are they when a liar names them, beyond the rounds that its own proposals name.
    node.proposal(200, b(), Some(7));
    for round in 0..100 {
        node.prevotes(&[0, 1], round, Some(b()));
    }
    assert_eq!(node.status().tallies.len(), before + 1);
}

#[test]
fn a_lock_keeps_its_own_polka_however_many_polkas_follow() {
    let mut node = locked_on_a();
    for round in 1..400 {
        node.walk_to_round(round);
        // A quorum for blocks that this node never sees.
        node.prevotes(&[0, 1, 2], round, Some(b()));
    }
    let (_, others) = node.resend();
    let behind = others.iter().filter(|(_, m)| m.slot().round == 0);
    assert_eq!(behind.count(), 2, "the two prevotes that made the lock");
    let rounds = node.status().tallies.len();
    assert!(rounds < 600, "{rounds} tallies are kept");
}
