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
fn junk_of_an_equivocator_hides_no_quorum() {
    for junk in [
        vec![Some('a'), Some('b'), Some('c'), Some('d')],
        vec![None, Some('a'), Some('b'), Some('c')],
        ('a'..='z').map(Some).collect(),
    ] {
        let mut node = node();
        for name in &junk {
            node.prevotes(&[0], 0, name.map(block));
            node.precommits(&[0], 0, name.map(block));
        }
        node.valid_proposal(0, a(), None);
        assert_eq!(node.prevotes(&[1], 0, Some(a())).precommitted(), []);
        let locks = node.prevotes(&[0], 0, Some(a()));
        assert_eq!(locks.precommitted(), [Some(a())], "{junk:?}");
        node.precommits(&[1], 0, Some(a()));
        let decides = node.precommits(&[0], 0, Some(a()));
        assert_eq!(decides.decided(), [(a(), 1, 0, 3)], "{junk:?}");
    }
}

/// Two liars of seven: each has used up its own choices, and the quorum needs both.
#[test]
fn junk_of_two_equivocators_hides_no_quorum() {
    let mut node = OneNode::new(&[1; 7], 6);
    for name in 'a'..='f' {
        node.prevotes(&[0, 1], 0, Some(block(name)));
    }
    node.valid_proposal(0, a(), None);
    node.prevotes(&[2, 3], 0, Some(a()));
    node.prevotes(&[0, 1], 0, Some(a()));
    assert_eq!(node.status().locked, Some((a(), 0)));
}

#[test]
fn a_relayed_vote_that_came_before_the_honest_ones_counts_when_it_comes_again() {
    let mut node = node();
    for name in 'a'..='d' {
        node.prevotes(&[0], 0, Some(block(name)));
    }
    node.timeout(PROPOSE, 0);
    node.prevotes(&[0, 1, 2], 0, Some(a()));
    node.valid_proposal(0, a(), None);
    assert_eq!(node.status().locked, None, "two of four");
    node.prevotes(&[0], 0, Some(a()));
    assert_eq!(node.status().locked, Some((a(), 0)));
}

#[test]
fn junk_proposals_do_not_hide_the_one_that_the_others_vote_for() {
    let mut node = node();
    for name in 'a'..='z' {
        node.proposal(0, block(name), None);
    }
    node.timeout(PROPOSE, 0);
    node.prevotes(&[1, 2], 0, Some(a()));
    node.valid_proposal(0, a(), None);
    node.prevotes(&[0], 0, Some(a()));
    assert_eq!(node.status().locked, Some((a(), 0)));
}

/// The most that three liars of ten can make a node keep, whatever they say and in whatever order.
#[test]
fn votes_of_one_slot_stay_bounded_however_liars_vote_together() {
    let mut node = OneNode::new(&[1; 10], 9);
    for _ in 0..2 {
        for name in 'a'..='z' {
            node.prevotes(&[0, 1, 2], 0, Some(block(name)));
        }
    }
    let voters = |node: &OneNode| {
        let tallies = node.status().tallies;
        tallies.iter().map(|t| t.voters.len()).sum::<usize>()
    };
    assert_eq!(voters(&node), 3 * 4, "four values each");
    node.prevotes(&[3, 4, 5, 6], 0, Some(block('z')));
    for name in 'a'..='z' {
        node.prevotes(&[0, 1, 2], 0, Some(block(name)));
    }
    assert_eq!(voters(&node), 3 * 5 + 4, "and the one that others want");
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
    assert!(unknown.to_string().contains("precommit"), "{unknown}");
    let other = conflicting(&proposal, b()).expect("another proposal");
    assert_eq!(other.value(), Some(b()));
}
