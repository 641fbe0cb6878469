//! One test a rule of the paper, named for its first line. The node under test is v4, of four
//! validators with one unit of stake each unless said otherwise; v1 proposes in round 0, v2 in round
//! 1, and so on. In calls, validators count from 0 and the node itself is 3.

use consensusforge_core::base::limits::MAX_ROUND;
use consensusforge_core::consensus::tendermint::{Message, Tendermint, certificate};
use consensusforge_core::consensus::{Input, Note, Protocol, Timer};
use consensusforge_core::types::{BlockId, Round, Slot, ValidatorId};
use consensusforge_tests::one_node::*;

fn node() -> OneNode {
    OneNode::new(&[1, 1, 1, 1], 3)
}

fn a() -> BlockId {
    block('A')
}

fn b() -> BlockId {
    block('B')
}

/// A node that has locked A in round 0 and precommitted it.
fn locked_on_a() -> OneNode {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    node.prevotes(&[0, 1], 0, Some(a()));
    assert_eq!(node.status().locked, Some((a(), 0)));
    node
}

/// The same, moved on to `round` by the precommit timers.
fn locked_on_a_in_round(round: Round) -> OneNode {
    let mut node = locked_on_a();
    node.walk_to_round(round);
    node
}

fn slot(round: Round) -> Slot {
    Slot { height: 1, round }
}

// ---------------------------------------------------------------- starting a round

#[test]
fn l1_a_height_starts_in_round_0_without_lock_or_valid_value() {
    let node = node();
    let status = node.status();
    assert_eq!(
        (status.height, status.round, status.step),
        (1, 0, "propose")
    );
    assert_eq!((status.locked, status.valid), (None, None));
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
    assert_eq!(started.timers(), [(PROPOSE, 0, TIMING.propose)]);
    assert_eq!(started.built_for(), []);
    node.timeout(PROPOSE, 0);
    let next = node.timeout(PRECOMMIT, 0);
    assert_eq!(next.timers(), [(PROPOSE, 1, TIMING.propose + TIMING.delta)]);
}

// ---------------------------------------------------------------- prevoting

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
    assert_eq!(node.status().valid, Some((a(), 1)));
}

// ---------------------------------------------------------------- counting prevotes

#[test]
fn l34_a_quorum_of_any_prevotes_arms_the_prevote_timer_once() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    assert_eq!(node.prevotes(&[0], 0, None).timers(), []);
    let armed = node.prevotes(&[1], 0, Some(b()));
    assert_eq!(armed.timers(), [(PREVOTE, 0, TIMING.prevote)]);
    assert_eq!(node.prevotes(&[2], 0, None).timers(), []);
}

#[test]
fn l34_waits_for_step_prevote() {
    let mut node = node();
    assert_eq!(node.prevotes(&[0, 1], 0, None).timers(), []);
    assert_eq!(node.prevotes(&[2], 0, Some(b())).timers(), []);
    let entered = node.valid_proposal(0, a(), None);
    assert_eq!(entered.timers(), [(PREVOTE, 0, TIMING.prevote)]);
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
        (status.locked, status.valid),
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
    assert_eq!((status.locked, status.valid), (None, Some((a(), 0))));
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
    assert_eq!(node.status().valid, None);
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
    assert_eq!((node.status().locked, node.status().valid), (None, None));
}

#[test]
fn l36_fires_once_a_round() {
    let mut node = locked_on_a();
    // More than a third lie: a second polka in the same round.
    node.valid_proposal(0, b(), None);
    let second = node.prevotes(&[0, 1, 2], 0, Some(b()));
    assert_eq!(second.sent(), []);
    assert_eq!(node.status().valid, Some((a(), 0)));
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
        (status.locked, status.valid),
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

// ---------------------------------------------------------------- counting precommits

#[test]
fn l47_a_quorum_of_any_precommits_arms_the_precommit_timer_once_in_any_step() {
    let mut node = node();
    assert_eq!(node.precommits(&[0], 0, None).timers(), []);
    assert_eq!(node.precommits(&[1], 0, Some(b())).timers(), []);
    let armed = node.precommits(&[2], 0, Some(a()));
    assert_eq!(node.status().step, "propose");
    assert_eq!(armed.timers(), [(PRECOMMIT, 0, TIMING.precommit)]);
    node.timeout(PROPOSE, 0);
    assert_eq!(node.timeout(PREVOTE, 0).timers(), []);
}

#[test]
fn l47_a_quorum_of_nil_precommits_waits_for_the_timer() {
    let mut node = node();
    node.precommits(&[0, 1, 2], 0, None);
    assert_eq!(node.status().round, 0);
    node.timeout(PRECOMMIT, 0);
    assert_eq!(node.status().round, 1);
}

#[test]
fn l47_precommits_that_came_before_the_round_started_count() {
    let mut node = node();
    node.precommits(&[0], 1, None);
    let skipped = node.precommits(&[1, 2], 1, None);
    assert_eq!(node.status().round, 1);
    assert!(
        skipped
            .timers()
            .contains(&(PRECOMMIT, 1, TIMING.precommit + TIMING.delta))
    );
}

#[test]
fn l49_decides_and_starts_the_next_height_after_the_interval() {
    let mut node = locked_on_a();
    assert_eq!(node.precommits(&[0], 0, Some(a())).decided(), []);
    let outcome = node.precommits(&[1], 0, Some(a()));
    assert_eq!(outcome.decided(), [(a(), 1, 0, 3)]);
    assert_eq!(outcome.timers(), [(INTERVAL, 0, TIMING.block_interval)]);
    let status = node.status();
    assert_eq!((status.height, status.step), (2, "new height"));
    assert_eq!((status.locked, status.valid), (None, None));
    assert_eq!(node.resend(), (vec![], vec![]));

    let next = node.timeout(INTERVAL, 0);
    assert_eq!(next.timers(), [(PROPOSE, 0, TIMING.propose)]);
    assert_eq!(node.status().step, "propose");
}

#[test]
fn l49_the_next_value_is_built_on_the_decided_block() {
    let mut node = OneNode::new(&[1, 1, 1, 1], 1);
    node.valid_proposal(0, a(), None);
    node.precommits(&[0, 2, 3], 0, Some(a()));
    let next = node.timeout(INTERVAL, 0);
    assert_eq!(
        next.built_for(),
        [(
            Slot {
                height: 2,
                round: 0
            },
            a()
        )]
    );
}

#[test]
fn l49_decides_in_any_step_and_any_round() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    node.walk_to_round(2);
    let outcome = node.precommits(&[0, 1, 2], 0, Some(a()));
    assert_eq!(outcome.decided(), [(a(), 1, 0, 3)]);

    // A round this node is not yet in: its peers are ahead.
    let mut node = self::node();
    node.valid_proposal(1, a(), None);
    let outcome = node.precommits(&[0, 1, 2], 1, Some(a()));
    assert_eq!(outcome.decided(), [(a(), 1, 1, 3)]);
}

#[test]
fn l49_waits_for_the_proposal_and_for_validity() {
    let mut node = node();
    assert_eq!(node.precommits(&[0, 1, 2], 0, Some(a())).decided(), []);
    assert_eq!(node.proposal(0, a(), None).decided(), []);
    assert_eq!(node.validated(a(), true).decided(), [(a(), 1, 0, 3)]);
}

#[test]
fn l49_never_decides_what_is_invalid_here() {
    let mut node = node();
    node.proposal(0, a(), None);
    node.validated(a(), false);
    assert_eq!(node.precommits(&[0, 1, 2], 0, Some(a())).decided(), []);
    let proof = certificate_of(&[0, 1, 2], 1, 0, a());
    assert_eq!(node.certificate(a(), 1, proof).decided(), []);
}

#[test]
fn l49_a_proposal_of_another_round_is_not_enough() {
    let mut node = node();
    node.valid_proposal(1, a(), None);
    assert_eq!(node.precommits(&[0, 1, 2], 0, Some(a())).decided(), []);
}

#[test]
fn l49_decides_an_equivocating_proposers_second_proposal() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    node.valid_proposal(0, b(), None);
    let outcome = node.precommits(&[0, 1, 2], 0, Some(b()));
    assert_eq!(outcome.decided(), [(b(), 1, 0, 3)]);
}

#[test]
fn l49_precommits_of_different_rounds_do_not_add_up() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    node.walk_to_round(1);
    node.proposal(1, a(), None);
    let mut outcome = node.precommits(&[0, 1], 0, Some(a()));
    outcome.0.extend(node.precommits(&[2], 1, Some(a())).0);
    assert_eq!(outcome.decided(), []);
}

#[test]
fn l49_counts_stake_not_heads() {
    // Total 10, quorum 7: three small validators and the node are 4.
    let mut node = OneNode::new(&[6, 1, 1, 2], 3);
    node.valid_proposal(0, a(), None);
    assert_eq!(node.precommits(&[1, 2], 0, Some(a())).decided(), []);
    assert_eq!(
        node.precommits(&[0], 0, Some(a())).decided(),
        [(a(), 1, 0, 3)]
    );
}

#[test]
fn l49_exactly_two_thirds_are_no_quorum() {
    let mut node = OneNode::new(&[1, 1, 1], 2);
    node.valid_proposal(0, a(), None);
    assert_eq!(node.precommits(&[0, 1], 0, Some(a())).decided(), []);
}

#[test]
fn l49_an_equivocator_counts_behind_each_value_it_voted_for() {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    node.precommits(&[0], 0, Some(b()));
    node.precommits(&[1, 2], 0, Some(a()));
    assert_eq!(
        node.precommits(&[0], 0, Some(a())).decided(),
        [(a(), 1, 0, 3)]
    );
}

#[test]
fn l49_the_pause_ends_early_only_for_a_decision() {
    let mut node = locked_on_a();
    node.precommits(&[0, 1], 0, Some(a()));
    assert_eq!(node.height(), 2);
    // Height 2, while this node still pauses: nothing but L49 fires.
    let mut outcome = node.valid_proposal(0, b(), None);
    outcome.0.extend(node.prevotes(&[0, 1, 2], 0, Some(b())).0);
    assert_eq!((outcome.sent(), outcome.timers()), (vec![], vec![]));
    let outcome = node.precommits(&[0, 1, 2], 0, Some(b()));
    assert_eq!(outcome.decided(), [(b(), 2, 0, 3)]);
    assert_eq!(node.height(), 3);
    // The timer of the pause before is void.
    let stale = node.input(Input::Timer(Timer {
        kind: INTERVAL,
        slot: Slot {
            height: 2,
            round: 0,
        },
    }));
    assert!(stale.0.is_empty());
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
    assert!(
        skipped
            .timers()
            .contains(&(PROPOSE, 5, TIMING.propose + 5 * TIMING.delta))
    );
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

// ---------------------------------------------------------------- certificates

#[test]
fn a_certificate_decides_without_a_proposal_once_the_block_is_valid() {
    let mut node = node();
    let proof = certificate_of(&[0, 1, 2], 1, 4, a());
    let outcome = node.certificate(a(), 1, proof);
    assert_eq!((outcome.asked(), outcome.decided()), (vec![a()], vec![]));
    assert_eq!(node.validated(a(), true).decided(), [(a(), 1, 4, 3)]);
}

#[test]
fn a_certificate_is_refused_unless_it_is_a_quorum_for_this_block() {
    let good = certificate_of(&[0, 1, 2], 1, 0, a());
    let cases = [
        ("too little stake", certificate_of(&[0, 1], 1, 0, a())),
        ("a duplicate", certificate_of(&[0, 1, 1], 1, 0, a())),
        ("another height", certificate_of(&[0, 1, 2], 2, 0, a())),
        ("another block", certificate_of(&[0, 1, 2], 1, 0, b())),
        ("a stranger", certificate_of(&[0, 1, 7], 1, 0, a())),
        ("too many", certificate_of(&[0, 1, 2, 3, 0], 1, 0, a())),
        ("empty", vec![]),
        (
            "two rounds",
            [
                certificate_of(&[0, 1], 1, 0, a()),
                certificate_of(&[2], 1, 1, a()),
            ]
            .concat(),
        ),
        (
            "prevotes",
            [0, 1, 2]
                .map(|s| {
                    signed(
                        s,
                        Message::Prevote {
                            height: 1,
                            round: 0,
                            value: Some(a()),
                        },
                    )
                })
                .to_vec(),
        ),
    ];
    let sets = validators(&[1, 1, 1, 1]);
    assert_eq!(certificate::check(&good, a(), 1, sets.at(1)), Ok(0));
    for (why, bad) in cases {
        assert!(
            certificate::check(&bad, a(), 1, sets.at(1)).is_err(),
            "{why}"
        );
        let mut node = node();
        let mut outcome = node.certificate(a(), 1, bad);
        outcome.0.extend(node.validated(a(), true).0);
        assert_eq!(outcome.decided(), [], "{why}");
    }
    let mut node = node();
    assert!(node.certificate(a(), 2, good.clone()).0.is_empty());
    assert!(node.certificate(a(), 0, good).0.is_empty());
}

#[test]
fn the_certificate_of_a_decision_convinces_another_node() {
    let mut one = locked_on_a();
    let outcome = one.precommits(&[0, 1], 0, Some(a()));
    let proof = outcome
        .0
        .iter()
        .find_map(|effect| match effect {
            consensusforge_core::consensus::Effect::Decide { certificate, .. } => {
                Some(certificate.to_vec())
            }
            _ => None,
        })
        .expect("decided");
    let mut other = OneNode::new(&[1, 1, 1, 1], 2);
    other.certificate(a(), 1, proof);
    assert_eq!(other.validated(a(), true).decided().len(), 1);
}

// ---------------------------------------------------------------- restart

#[test]
fn restart_arms_the_timers_its_step_needs() {
    let mut node = node();
    let armed = |node: &mut OneNode| node.input(Input::Restarted).timers();
    assert_eq!(armed(&mut node), [(PROPOSE, 0, TIMING.propose)]);
    node.timeout(PROPOSE, 0);
    assert_eq!(armed(&mut node), []);
    node.prevotes(&[0, 1], 0, Some(a()));
    assert_eq!(armed(&mut node), [(PREVOTE, 0, TIMING.prevote)]);
    node.timeout(PREVOTE, 0);
    assert_eq!(armed(&mut node), []);
    node.precommits(&[0, 1], 0, Some(a()));
    assert_eq!(armed(&mut node), [(PRECOMMIT, 0, TIMING.precommit)]);
    node.proposal(0, a(), None);
    node.validated(a(), true);
    node.precommits(&[2], 0, Some(a()));
    assert_eq!(node.height(), 2);
    assert_eq!(armed(&mut node), [(INTERVAL, 0, TIMING.block_interval)]);
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
    assert_eq!(restarted.timers(), [(INTERVAL, 0, TIMING.block_interval)]);
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

fn assert_never_twice(node: &OneNode) {
    for (i, one) in node.history.iter().enumerate() {
        for other in &node.history[i + 1..] {
            assert!(
                one.kind() != other.kind() || one.slot() != other.slot(),
                "signed {one:?} and {other:?}"
            );
        }
    }
}

// ---------------------------------------------------------------- evidence and liars' tools

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
    Tendermint::forget_lock(&mut node.state);
    assert_eq!(node.valid_proposal(1, b(), None).prevoted(), [Some(b())]);
}

#[test]
fn a_puppet_signs_what_its_script_says() {
    let prevote = Tendermint::compose(&script("prevote", None)).expect("a nil prevote");
    assert_eq!(
        prevote,
        Message::Prevote {
            height: 1,
            round: 0,
            value: None
        }
    );
    let conflicting = Tendermint::conflicting(&prevote, a());
    assert_eq!(conflicting, None, "a nil vote names no block");
    let proposal = Tendermint::compose(&script("proposal", Some(a()))).expect("a proposal");
    let votes = Tendermint::votes_for(&proposal);
    assert_eq!(votes.iter().map(Message::kind).collect::<Vec<_>>(), [1, 2]);
    assert!(Tendermint::compose(&script("proposal", None)).is_err());
    let unknown = Tendermint::compose(&script("commit", None)).expect_err("no such kind");
    assert!(unknown.contains("precommit"), "{unknown}");
    let other = Tendermint::conflicting(&proposal, b()).expect("another proposal");
    assert_eq!(other.value(), Some(b()));
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

// ---------------------------------------------------------------- paper, code and tests agree

/// First and last line of every rule in our transcription.
fn rules_of_the_transcription() -> Vec<(u32, u32)> {
    let text = include_str!("../../docs/papers/tendermint.md");
    text.lines()
        .filter_map(|line| line.strip_prefix("| L"))
        .map(|row| {
            let (lines, _) = row.split_once(" |").expect("a table row");
            let (first, last) = lines.split_once("-L").expect("two lines");
            (first.parse().unwrap(), last.parse().unwrap())
        })
        .collect()
}

/// Every line range cited in a comment of its own, as `// L22-L27` or `// L11-L13, L20-L21`.
fn citations(source: &str) -> Vec<(u32, u32)> {
    source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("// L"))
        .filter(|cited| cited.starts_with(|c: char| c.is_ascii_digit()))
        .flat_map(|cited| cited.split(", "))
        .map(|range| {
            let numbers: Vec<u32> = range
                .split('-')
                .map(|n| n.trim_start_matches('L').parse().expect(range))
                .collect();
            (numbers[0], *numbers.last().unwrap())
        })
        .collect()
}

#[test]
fn every_rule_of_the_paper_is_cited_in_code_and_tested_and_nothing_else_is() {
    let rules = rules_of_the_transcription();
    assert_eq!(rules.len(), 14);
    let code = concat!(
        include_str!("../../core/src/consensus/tendermint/state.rs"),
        include_str!("../../core/src/consensus/tendermint/rules.rs"),
        include_str!("../../core/src/consensus/tendermint/receive.rs"),
    );
    let cited = citations(code);
    for (first, last) in &rules {
        assert!(
            cited.iter().any(|(from, _)| from == first),
            "no function cites L{first}"
        );
        assert!(
            include_str!("tendermint_rules.rs").contains(&format!("fn l{first}_")),
            "no test for L{first}-L{last}"
        );
    }
    for (from, to) in cited {
        assert!(
            rules
                .iter()
                .any(|(first, last)| first <= &from && to <= *last),
            "the code cites L{from}-L{to}, which is no rule of the transcription"
        );
    }
}
