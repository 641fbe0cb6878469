//! What a proposal is prevoted.

use super::{a, b, locked_on_a_in_round, node};
use consensusforge_core::consensus::tendermint::Message;
use consensusforge_tests::one_node::*;

#[test]
fn l22_prevotes_a_valid_proposal() {
    let mut node = node();
    let outcome = node.valid_proposal(0, a(), None);
    assert_eq!(outcome.prevoted(), [Some(a())]);
    assert_eq!(node.status().step, "prevote");
}

#[test]
fn l22_prevotes_nil_when_the_proposal_is_invalid() {
    let mut node = node();
    node.proposal(0, a(), None);
    assert_eq!(node.validated(a(), false).prevoted(), [None]);
}

#[test]
fn l22_waits_until_validity_is_known_and_asks_once() {
    let mut node = node();
    assert_eq!(node.proposal(0, a(), None).asked(), [a()]);
    assert_eq!(node.proposal(0, a(), None).asked(), []);
    assert_eq!(node.proposal(0, a(), Some(0)).asked(), []);
    assert_eq!(node.status().step, "propose");
    assert_eq!(node.validated(b(), true).sent(), []);
    assert_eq!(node.validated(a(), true).prevoted(), [Some(a())]);
}

#[test]
fn l22_an_answer_after_the_propose_timer_comes_too_late_for_the_prevote_but_not_for_the_polka() {
    let mut node = node();
    node.proposal(0, a(), None);
    assert_eq!(node.timeout(PROPOSE, 0).prevoted(), [None]);
    node.prevotes(&[0, 1, 2], 0, Some(a()));
    assert_eq!(node.status().locked, None);
    let answered = node.validated(a(), true);
    assert_eq!(answered.prevoted(), []);
    assert_eq!(answered.precommitted(), [Some(a())]);
}

#[test]
fn l22_prevotes_nil_when_locked_on_another_value() {
    let mut node = locked_on_a_in_round(1);
    assert_eq!(node.valid_proposal(1, b(), None).prevoted(), [None]);
    assert_eq!(node.status().locked, Some((a(), 0)));
}

#[test]
fn l22_prevotes_the_value_it_is_locked_on_even_as_a_fresh_proposal() {
    let mut node = locked_on_a_in_round(1);
    assert_eq!(node.proposal(1, a(), None).prevoted(), [Some(a())]);
}

#[test]
fn l22_only_the_proposer_of_the_round_can_propose() {
    let mut node = node();
    let forged = Message::Proposal {
        height: 1,
        round: 0,
        value: a(),
        valid_round: None,
    };
    assert_eq!(node.message(1, forged).asked(), []);
    assert_eq!(node.validated(a(), true).sent(), []);
    assert_eq!(node.status().step, "propose");
}

#[test]
fn l22_a_proposal_of_a_later_round_is_prevoted_when_that_round_starts() {
    let mut node = node();
    assert_eq!(node.valid_proposal(1, a(), None).sent(), []);
    node.timeout(PROPOSE, 0);
    assert_eq!(node.timeout(PRECOMMIT, 0).prevoted(), [Some(a())]);
}

#[test]
fn l28_unlocks_when_the_polka_is_newer_than_the_lock() {
    let mut node = locked_on_a_in_round(2);
    node.prevotes(&[0, 1, 2], 1, Some(b()));
    let outcome = node.valid_proposal(2, b(), Some(1));
    assert_eq!(outcome.prevoted(), [Some(b())]);
    // Prevoting against the lock does not yet drop it: only a new polka moves it.
    assert_eq!(node.status().locked, Some((a(), 0)));
    let polka = node.prevotes(&[0, 1], 2, Some(b()));
    assert_eq!(polka.precommitted(), [Some(b())]);
    assert_eq!(node.status().locked, Some((b(), 2)));
}

#[test]
fn l28_unlocks_when_the_polka_is_of_the_very_round_of_the_lock() {
    // Two polkas in one round need a third of the stake to lie; the rule reads <= all the same.
    let mut node = locked_on_a_in_round(1);
    node.prevotes(&[0, 1, 2], 0, Some(b()));
    let outcome = node.valid_proposal(1, b(), Some(0));
    assert_eq!(outcome.prevoted(), [Some(b())]);
}

#[test]
fn l28_keeps_to_the_lock_when_the_polka_is_older() {
    let mut node = node();
    node.walk_to_round(1);
    node.valid_proposal(1, a(), None);
    node.prevotes(&[0, 1], 1, Some(a()));
    assert_eq!(node.status().locked, Some((a(), 1)));
    node.walk_to_round(2);
    node.prevotes(&[0, 1, 2], 0, Some(b()));
    assert_eq!(node.valid_proposal(2, b(), Some(0)).prevoted(), [None]);
}

#[test]
fn l28_prevotes_the_locked_value_whatever_the_round_of_its_polka() {
    let mut node = node();
    node.prevotes(&[0, 1, 2], 0, Some(a()));
    node.walk_to_round(1);
    node.valid_proposal(1, a(), None);
    node.prevotes(&[0, 1], 1, Some(a()));
    node.walk_to_round(2);
    assert_eq!(node.status().locked, Some((a(), 1)));
    assert_eq!(node.proposal(2, a(), Some(0)).prevoted(), [Some(a())]);
}

#[test]
fn l28_waits_for_the_polka_of_the_valid_round() {
    let mut node = node();
    node.walk_to_round(1);
    assert_eq!(node.valid_proposal(1, a(), Some(0)).sent(), []);
    assert_eq!(node.prevotes(&[0, 1], 0, Some(a())).sent(), []);
    assert_eq!(node.prevotes(&[2], 0, Some(a())).prevoted(), [Some(a())]);
}

#[test]
fn l28_a_valid_round_that_is_not_earlier_is_never_prevoted() {
    let mut node = node();
    node.prevotes(&[0, 1, 2], 1, Some(a()));
    assert_eq!(node.status().round, 1, "skipped");
    assert_eq!(node.valid_proposal(1, a(), Some(1)).prevoted(), []);
    assert_eq!(node.valid_proposal(1, a(), Some(7)).prevoted(), []);
    assert_eq!(node.status().step, "propose");
}

#[test]
fn l28_prevotes_nil_when_the_value_is_invalid() {
    let mut node = node();
    node.walk_to_round(1);
    node.prevotes(&[0, 1, 2], 0, Some(a()));
    node.proposal(1, a(), Some(0));
    assert_eq!(node.validated(a(), false).prevoted(), [None]);
}

#[test]
fn l28_relocks_when_the_same_value_has_a_newer_polka() {
    let mut node = locked_on_a_in_round(1);
    assert_eq!(node.proposal(1, a(), Some(0)).prevoted(), [Some(a())]);
    node.prevotes(&[0, 1], 1, Some(a()));
    assert_eq!(node.status().locked, Some((a(), 1)));
    assert_eq!(node.status().mark("valid"), Some((a(), 1)));
}
