//! Evidence, and what liars are given to lie with.

use super::{a, b, locked_on_a_in_round, node};
use consensusforge_core::consensus::Corruptible;
use consensusforge_core::consensus::tendermint::{Message, Tendermint};
use consensusforge_core::types::ValidatorId;
use consensusforge_tests::one_node::*;

#[test]
fn a_contradiction_is_reported_once_for_each_kind_and_round() {
    let mut node = node();
    node.prevotes(&[0], 0, Some(a()));
    let outcome = node.prevotes(&[0], 0, Some(b()));
    let evidence = &outcome.accused()[0];
    assert_eq!(evidence.offender, ValidatorId(0));
    assert_eq!((evidence.height, evidence.round), (1, 0));
    assert_eq!(evidence.first.message.value(), Some(a()));
    assert_eq!(evidence.second.message.value(), Some(b()));
    assert_eq!(node.prevotes(&[0], 0, Some(b())).accused().len(), 0);
    assert_eq!(node.prevotes(&[0], 0, None).accused().len(), 0);
    assert_eq!(node.precommits(&[0], 0, None).accused().len(), 0);
    assert_eq!(node.precommits(&[0], 0, Some(a())).accused().len(), 1);
    assert_eq!(node.prevotes(&[0], 1, None).accused().len(), 0);
}

#[test]
fn a_liar_fills_no_memory() {
    let mut node = node();
    let names: Vec<char> = ('a'..='z').collect();
    for name in &names {
        node.prevotes(&[0], 0, Some(block(*name)));
        node.proposal(0, block(*name), None);
    }
    let values = node.status().tallies.len();
    assert_eq!(values, 4, "a fifth value of one signer is not counted");
}

#[test]
fn amnesia_prevotes_against_the_forgotten_lock() {
    let mut node = locked_on_a_in_round(1);
    let forget_lock = Tendermint::FORGET_LOCK.expect("there is a lock to forget");
    forget_lock(&mut node.state);
    assert_eq!(node.valid_proposal(1, b(), None).prevoted(), [Some(b())]);
}

#[test]
fn a_puppet_signs_what_its_script_says() {
    let compose = Tendermint::COMPOSE.expect("scripts are taken");
    let conflicting = Tendermint::CONFLICTING.expect("there is something else to say");
    let votes_for = Tendermint::VOTES_FOR.expect("there are votes");
    let prevote = compose(&script("prevote", None)).expect("a nil prevote");
    assert_eq!(
        prevote,
        Message::Prevote {
            height: 1,
            round: 0,
            value: None
        }
    );
    assert_eq!(
        conflicting(&prevote, a()),
        None,
        "a nil vote names no block"
    );
    let proposal = compose(&script("proposal", Some(a()))).expect("a proposal");
    let votes = votes_for(&proposal);
    assert_eq!(votes.iter().map(Message::kind).collect::<Vec<_>>(), [1, 2]);
    assert!(compose(&script("proposal", None)).is_err());
    let unknown = compose(&script("commit", None)).expect_err("no such kind");
    assert!(unknown.contains("precommit"), "{unknown}");
    let other = conflicting(&proposal, b()).expect("another proposal");
    assert_eq!(other.value(), Some(b()));
}
