//! How rounds begin, end by timers, and are skipped.

use super::{a, b, locked_on_a, locked_on_a_in_round, node, slot};
use consensusforge_core::base::limits::MAX_ROUND;
use consensusforge_core::consensus::tendermint::Message;
use consensusforge_core::consensus::{Input, Note, Timer};
use consensusforge_core::types::{Round, Slot};
use consensusforge_tests::one_node::*;

// ---------------------------------------------------------------- starting a round

#[test]
fn l1_a_height_starts_in_round_0_without_lock_or_valid_value() {
    let node = node();
    let status = node.status();
    assert_eq!(
        (status.height, status.round, status.step),
        (1, 0, "propose")
    );
    assert_eq!((status.locked, status.mark("valid")), (None, None));
}

#[test]
fn l11_the_proposer_asks_for_a_new_value_and_proposes_it() {
    let mut node = OneNode::idle(&[1, 1, 1, 1], 0);
    let started = node.input(Input::Start);
    assert_eq!(started.built_for(), [(slot(0), genesis())]);
    assert_eq!(started.sent(), []);
    let built = node.input(Input::Built {
        slot: slot(0),
        block: a(),
    });
    let proposal = Message::Proposal {
        height: 1,
        round: 0,
        value: a(),
        valid_round: None,
    };
    assert_eq!(built.sent(), [proposal]);
    assert_eq!(built.asked(), [a()]);
    assert_eq!(node.validated(a(), true).prevoted(), [Some(a())]);
}

#[test]
fn l11_the_proposer_proposes_its_valid_value_with_its_round() {
    let mut node = locked_on_a();
    node.walk_to_round(2);
    node.timeout(PROPOSE, 2);
    let entered = node.timeout(PRECOMMIT, 2);
    let proposal = Message::Proposal {
        height: 1,
        round: 3,
        value: a(),
        valid_round: Some(0),
    };
    // Then it sees the polka of round 0 behind its own proposal, and prevotes it.
    assert_eq!(entered.sent()[0], proposal);
    assert_eq!(entered.prevoted(), [Some(a())]);
    assert_eq!(entered.built_for(), []);
}

#[test]
fn l11_a_value_that_is_built_too_late_is_not_proposed() {
    let mut node = OneNode::new(&[1, 1, 1, 1], 0);
    node.timeout(PROPOSE, 0);
    let late = node.input(Input::Built {
        slot: slot(0),
        block: a(),
    });
    assert_eq!(late.sent(), []);

    let mut node = OneNode::new(&[1, 1, 1, 1], 0);
    node.prevotes(&[1, 2], 4, None);
    assert_eq!(node.status().round, 4);
    let late = node.input(Input::Built {
        slot: slot(0),
        block: a(),
    });
    assert_eq!(late.sent(), []);
}

#[test]
fn l11_a_second_build_is_not_proposed() {
    let mut node = OneNode::new(&[1, 1, 1, 1], 0);
    for value in [a(), b()] {
        node.input(Input::Built {
            slot: slot(0),
            block: value,
        });
    }
    assert_eq!(node.history.len(), 1);
}

#[test]
fn l20_another_proposes_so_the_propose_timer_of_this_round_is_armed() {
    let mut node = OneNode::idle(&[1, 1, 1, 1], 3);
    let started = node.input(Input::Start);
    assert_eq!(started.timers(), [(PROPOSE, 0, PARAMS.propose_timeout_us)]);
    assert_eq!(started.built_for(), []);
    node.timeout(PROPOSE, 0);
    let next = node.timeout(PRECOMMIT, 0);
    assert_eq!(
        next.timers(),
        [(
            PROPOSE,
            1,
            PARAMS.propose_timeout_us + PARAMS.timeout_delta_us
        )]
    );
}

// ---------------------------------------------------------------- skipping

#[test]
fn l55_skips_to_a_round_where_enough_stake_is() {
    let mut node = node();
    assert_eq!(node.prevotes(&[0], 5, None).sent(), []);
    assert_eq!(node.status().round, 0);
    let skipped = node.precommits(&[1], 5, Some(a()));
    assert_eq!((node.status().round, node.status().step), (5, "propose"));
    assert!(skipped.notes().contains(&Note::Skipped { slot: slot(5) }));
    assert!(skipped.timers().contains(&(
        PROPOSE,
        5,
        PARAMS.propose_timeout_us + 5 * PARAMS.timeout_delta_us
    )));
}

#[test]
fn l55_counts_signers_once_whatever_they_send() {
    let mut node = node();
    node.prevotes(&[1], 1, None);
    node.prevotes(&[1], 1, Some(a()));
    node.precommits(&[1], 1, None);
    node.proposal(1, a(), None);
    assert_eq!(node.status().round, 0, "v2 alone is no third");
    node.prevotes(&[2], 1, None);
    assert_eq!(node.status().round, 1);
}

#[test]
fn l55_messages_of_different_rounds_do_not_add_up() {
    let mut node = node();
    node.prevotes(&[0], 1, None);
    node.prevotes(&[1], 2, None);
    node.prevotes(&[2], 3, None);
    assert_eq!(node.status().round, 0);
}

#[test]
fn l55_counts_stake_not_heads() {
    // Total 9: exactly a third is not enough, four are.
    let mut node = OneNode::new(&[3, 1, 2, 3], 3);
    node.prevotes(&[0], 1, None);
    assert_eq!(node.status().round, 0);
    node.prevotes(&[1], 1, None);
    assert_eq!(node.status().round, 1);
    let mut heavy = OneNode::new(&[4, 1, 1, 3], 3);
    heavy.prevotes(&[0], 2, None);
    assert_eq!(heavy.status().round, 2, "one validator with enough stake");
}

#[test]
fn l55_an_earlier_round_is_never_gone_back_to() {
    let mut node = node();
    node.walk_to_round(3);
    node.prevotes(&[0, 1, 2], 1, None);
    assert_eq!(node.status().round, 3);
}

#[test]
fn l55_sees_rounds_too_far_ahead_to_keep_their_votes() {
    let mut node = node();
    node.prevotes(&[0], 5_000, None);
    assert_eq!(node.status().round, 0);
    node.prevotes(&[1], 5_000, None);
    assert_eq!(node.status().round, 5_000);
}

#[test]
fn l55_no_node_goes_beyond_the_last_round() {
    let mut node = node();
    node.prevotes(&[0, 1, 2], MAX_ROUND + 1, None);
    node.prevotes(&[0, 1, 2], Round::MAX, None);
    assert_eq!(node.status().round, 0);
}

// ---------------------------------------------------------------- timers

#[test]
fn l57_the_propose_timer_prevotes_nil() {
    let mut node = node();
    assert_eq!(node.timeout(PROPOSE, 0).prevoted(), [None]);
    assert_eq!(node.status().step, "prevote");
}

#[test]
fn l57_prevotes_nil_even_when_locked() {
    let mut node = locked_on_a_in_round(1);
    assert_eq!(node.timeout(PROPOSE, 1).prevoted(), [None]);
    assert_eq!(node.status().locked, Some((a(), 0)));
}

#[test]
fn l57_a_late_proposal_is_not_prevoted_but_can_be_locked() {
    let mut node = node();
    node.timeout(PROPOSE, 0);
    assert_eq!(node.valid_proposal(0, a(), None).sent(), []);
    let polka = node.prevotes(&[0, 1, 2], 0, Some(a()));
    assert_eq!(polka.precommitted(), [Some(a())]);
}

#[test]
fn l57_ignores_timers_of_other_rounds_heights_and_steps() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    assert!(node.timeout(PROPOSE, 0).0.is_empty(), "step has moved on");
    let mut node = locked_on_a_in_round(1);
    assert!(node.timeout(PROPOSE, 0).0.is_empty());
    assert!(node.timeout(PROPOSE, 2).0.is_empty());
    let other_height = Timer {
        kind: PROPOSE,
        slot: Slot {
            height: 2,
            round: 1,
        },
    };
    assert!(node.input(Input::Timer(other_height)).0.is_empty());
    assert!(node.timeout(9, 1).0.is_empty(), "no such timer");
}

#[test]
fn l61_the_prevote_timer_precommits_nil() {
    let mut node = node();
    node.timeout(PROPOSE, 0);
    assert_eq!(node.timeout(PREVOTE, 0).precommitted(), [None]);
    assert_eq!(node.status().step, "precommit");
}

#[test]
fn l61_ignores_timers_of_other_rounds_and_steps() {
    let mut node = node();
    assert!(node.timeout(PREVOTE, 0).0.is_empty(), "still in propose");
    let mut node = locked_on_a();
    assert!(node.timeout(PREVOTE, 0).0.is_empty(), "has precommitted");
    node.walk_to_round(1);
    node.timeout(PROPOSE, 1);
    assert!(node.timeout(PREVOTE, 0).0.is_empty(), "of round 0");
}

#[test]
fn l65_the_precommit_timer_starts_the_next_round_from_any_step() {
    for steps in [&[][..], &[PROPOSE], &[PROPOSE, PREVOTE]] {
        let mut node = node();
        for timer in steps {
            node.timeout(*timer, 0);
        }
        node.timeout(PRECOMMIT, 0);
        assert_eq!((node.status().round, node.status().step), (1, "propose"));
    }
}

#[test]
fn l65_ignores_timers_of_other_rounds_and_of_decided_heights() {
    let mut node = locked_on_a_in_round(1);
    assert!(node.timeout(PRECOMMIT, 0).0.is_empty());
    let mut node = locked_on_a();
    node.precommits(&[0, 1], 0, Some(a()));
    assert!(node.timeout(PRECOMMIT, 0).0.is_empty());
    assert_eq!(node.status().step, "new height");
}
