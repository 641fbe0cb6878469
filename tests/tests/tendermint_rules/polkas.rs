//! Counting prevotes: locks and precommits.

use super::{a, b, locked_on_a, locked_on_a_in_round, node, slot};
use consensusforge_core::consensus::Note;
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
    assert!(polka.notes().contains(&Note::Locked {
        slot: slot(0),
        block: a()
    }));
    assert!(polka.notes().contains(&Note::Polka {
        slot: slot(0),
        block: Some(a())
    }));
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
