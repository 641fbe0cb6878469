//! Jolteon.

use super::shared::*;
use super::*;

#[test]
fn j1_a_round_starts_a_timer_of_four_delta() {
    a_view_starts_a_timer(jolteon(), 4);
}

#[test]
fn j2_a_leader_proposes_with_the_timeout_certificate_once_it_holds_what_that_names() {
    let mut node = jolteon();
    let links = node.row(&["A", "B"]);
    // Led into round 4 by timeouts of round 3 that name B's certificate, which it lacks.
    let entry = timeouts(3, &[(0, 1), (1, 2), (2, 1)]);
    let report = Report {
        view: 4,
        height: 2,
        high: 1,
    };
    let proof = Proof::new(&certificate(&links[1], &[0, 1, 2]), Some(&entry));
    node.now = DELTA;
    let out = node.hear(0, Message::NewView { report, proof });
    assert_eq!((node.state.view, built_on(&out)), (4, None));
    let before = timeouts(2, &[(0, 1), (1, 1), (2, 1)]);
    let out = node.hear(1, timeout(3, &links[2], Some(&before)));
    let slot = node.state.slot();
    let out = [out, node.input(Input::Timer(Timer { kind: 1, slot }))].concat();
    assert_eq!(built_on(&out), Some((4, links[2].block)));
}

#[test]
fn j3_votes_by_the_round_before_or_by_its_timeout_certificate() {
    let mut node = jolteon();
    let links = node.row(&["A", "B", "C"]);
    assert!(node.voted_for(&links[3]), "C stands on round 2");
    // Below the highest certificate that the timeouts name.
    let named = timeouts(3, &[(0, 1), (1, 2), (2, 1)]);
    let below = on(&links[1], 4, "X");
    node.hear(3, proposal(&below, &links[1], Some(&named)));
    assert_eq!(node.state.view, 4);
    assert!(!node.voted_for(&below));
    // As high as they name.
    let mut node = jolteon();
    node.row(&["A", "B", "C"]);
    let fits = on(&links[2], 4, "Y");
    node.hear(3, proposal(&fits, &links[2], Some(&named)));
    assert!(node.voted_for(&fits));
    // There is no lock: had nobody named B, a block beside it would do.
    let mut node = jolteon();
    node.row(&["A", "B", "C"]);
    let silent = timeouts(3, &[(0, 1), (1, 1), (2, 1)]);
    node.hear(3, proposal(&below, &links[1], Some(&silent)));
    assert!(node.voted_for(&below));
}

#[test]
fn j4_a_quorum_of_votes_certifies_and_the_next_leader_proposes() {
    a_quorum_of_votes_certifies(jolteon());
}

#[test]
fn j5_gives_a_round_up_once_and_votes_no_more_in_it() {
    gives_a_view_up_once(jolteon());
    joins_more_than_a_third(jolteon());
}

#[test]
fn j6_a_timeout_certificate_ends_the_round_and_is_handed_on() {
    a_quorum_of_timeouts_ends_the_view(jolteon());
}

#[test]
fn j7_two_in_a_row_are_final() {
    two_in_a_row_are_final(jolteon);
}
