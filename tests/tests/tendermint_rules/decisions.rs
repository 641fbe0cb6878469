//! Counting precommits, and certificates of what was decided.

use super::{a, b, locked_on_a, node};
use consensusforge_core::consensus::tendermint::{Message, certificate};
use consensusforge_core::consensus::{Input, Timer};
use consensusforge_core::types::Slot;
use consensusforge_tests::one_node::*;

// ---------------------------------------------------------------- counting precommits

#[test]
fn l47_a_quorum_of_any_precommits_arms_the_precommit_timer_once_in_any_step() {
    let mut node = node();
    assert_eq!(node.precommits(&[0], 0, None).timers(), []);
    assert_eq!(node.precommits(&[1], 0, Some(b())).timers(), []);
    let armed = node.precommits(&[2], 0, Some(a()));
    assert_eq!(node.status().step, "propose");
    assert_eq!(
        armed.timers(),
        [(PRECOMMIT, 0, PARAMS.precommit_timeout_us)]
    );
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
    assert!(skipped.timers().contains(&(
        PRECOMMIT,
        1,
        PARAMS.precommit_timeout_us + PARAMS.timeout_delta_us
    )));
}

#[test]
fn l49_decides_and_starts_the_next_height_after_the_interval() {
    let mut node = locked_on_a();
    assert_eq!(node.precommits(&[0], 0, Some(a())).decided(), []);
    let outcome = node.precommits(&[1], 0, Some(a()));
    assert_eq!(outcome.decided(), [(a(), 1, 0, 3)]);
    assert_eq!(outcome.timers(), [(INTERVAL, 0, BLOCK_INTERVAL)]);
    let status = node.status();
    assert_eq!((status.height, status.step), (2, "new height"));
    assert_eq!((status.locked, status.mark("valid")), (None, None));
    assert_eq!(node.resend(), (vec![], vec![]));

    let next = node.timeout(INTERVAL, 0);
    assert_eq!(next.timers(), [(PROPOSE, 0, PARAMS.propose_timeout_us)]);
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
            consensusforge_core::consensus::Effect::Decide { proof, .. } => Some(proof.to_vec()),
            _ => None,
        })
        .expect("decided");
    let mut other = OneNode::new(&[1, 1, 1, 1], 2);
    other.certificate(a(), 1, proof);
    assert_eq!(other.validated(a(), true).decided().len(), 1);
}
