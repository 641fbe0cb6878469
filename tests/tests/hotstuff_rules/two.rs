//! HotStuff-2, pipelined and basic.

use super::shared::*;
use super::*;

#[test]
fn t1_a_view_starts_a_timer_of_six_delta() {
    a_view_starts_a_timer(two(), 6);
}

#[test]
fn t2_a_leader_without_the_certificate_of_the_view_before_waits_two_delta() {
    let mut node = two();
    let links = node.row(&["A", "B"]);
    node.given_up(2, &links[1], None);
    let entry = timeouts(2, &[(0, 1), (1, 1), (2, 1)]);
    node.now = DELTA;
    let out = node.given_up(3, &links[1], Some(&entry));
    assert_eq!((node.state.view, built_on(&out)), (4, None));
    assert_eq!(timer_of(&out, 1), Some(2 * DELTA));
    // Meanwhile somebody who is locked higher tells it.
    let late = timeouts(3, &[(0, 1), (1, 1), (2, 1)]);
    let report = Report {
        view: 4,
        height: 3,
        high: 2,
    };
    let proof = Proof::new(&certificate(&links[2], &[0, 1, 2]), Some(&late));
    let out = node.hear(0, Message::NewView { report, proof });
    assert_eq!(built_on(&out), None);
    node.now = 3 * DELTA;
    let slot = node.state.slot();
    let out = node.input(Input::Timer(Timer { kind: 1, slot }));
    assert_eq!(built_on(&out), Some((4, links[2].block)));
}

#[test]
fn t2_a_leader_with_the_certificate_of_the_view_before_does_not_wait() {
    a_quorum_of_votes_certifies(two());
}

#[test]
fn t3_votes_where_the_parent_was_certified_as_late_as_the_lock() {
    let mut node = two();
    let links = node.row(&["A", "B", "C"]);
    assert_eq!(node.state.locked, links[2]);
    node.given_up(3, &links[2], None);
    let entry = timeouts(3, &[(0, 2), (1, 2), (2, 2)]);
    let below = on(&links[1], 4, "X");
    node.hear(3, proposal(&below, &links[1], Some(&entry)));
    assert!(!node.voted_for(&below), "A was certified before B");
    let mut node = two();
    node.row(&["A", "B", "C"]);
    node.given_up(3, &links[2], None);
    let fits = on(&links[2], 4, "Y");
    node.hear(3, proposal(&fits, &links[2], Some(&entry)));
    assert!(node.voted_for(&fits));
}

#[test]
fn t4_a_quorum_of_votes_certifies_and_locks() {
    a_quorum_of_votes_certifies(two());
    let mut node = two();
    let links = node.row(&["A", "B"]);
    assert_eq!(node.state.locked, links[1]);
}

#[test]
fn t5_gives_a_view_up_once_and_votes_no_more_in_it() {
    gives_a_view_up_once(two());
    joins_more_than_a_third(two());
}

#[test]
fn t6_a_quorum_of_timeouts_ends_the_view_and_everybody_is_told() {
    a_quorum_of_timeouts_ends_the_view(two());
}

#[test]
fn t7_two_in_a_row_are_final() {
    two_in_a_row_are_final(two);
}

/// The node has decided C of view 3 of the basic form, and leads view 4.
fn leading_view_4(at: Micros) -> (Node<BasicHotStuff2>, Link, Vec<Effect<Message>>) {
    let mut node = basic_two();
    let c = node.row(&["A", "B", "C"])[3];
    node.hear(2, begins(Phase::PreCommit, &c, &QUORUM));
    node.now = at;
    let decides = begins_after(Phase::PreCommit, Phase::Decide, &c, &QUORUM);
    let out = node.hear(2, decides);
    (node, c, out)
}

#[test]
fn d1_a_view_starts_a_timer_of_eight_delta() {
    a_view_starts_a_timer(basic_two(), 8);
}

#[test]
fn d2_a_leader_with_the_certificate_of_the_view_before_proposes_at_once() {
    let (node, c, out) = leading_view_4(DELTA);
    assert_eq!((node.state.view, built_on(&out)), (4, Some((4, c.block))));
    assert!(node.said.contains(&(Some(ValidatorId(ME)), {
        let (report, proof) = node.state.report();
        Message::NewView { report, proof }
    })));
}

#[test]
fn d2_a_leader_without_it_waits_two_delta() {
    let mut node = basic_two();
    let links = node.row(&["A", "B", "C"]);
    node.now = DELTA;
    let out = node.given_up(3, &links[2], None);
    assert_eq!((node.state.view, built_on(&out)), (4, None));
    assert_eq!(timer_of(&out, 1), Some(2 * DELTA));
    node.now = 3 * DELTA;
    let slot = node.state.slot();
    let out = node.input(Input::Timer(Timer { kind: 1, slot }));
    assert_eq!(built_on(&out), Some((4, links[2].block)));
    // The timeouts of the view before may name its block.
    let mut node = basic_two();
    let links = node.row(&["A", "B", "C"]);
    node.now = DELTA;
    let out = node.given_up(3, &links[3], None);
    assert_eq!(built_on(&out), Some((4, links[3].block)));
}

#[test]
fn d3_votes_to_the_leader_where_the_parent_was_certified_as_late_as_the_lock() {
    let locked = || {
        let mut node = basic_two();
        let links = node.row(&["A", "B", "C"]);
        assert!(node.voted_for(&links[3]), "to the leader of its own view");
        node.hear(2, begins(Phase::PreCommit, &links[3], &QUORUM));
        assert_eq!(node.state.locked, links[3]);
        node.given_up(3, &links[2], None);
        (node, links)
    };
    let entry = timeouts(3, &[(0, 2), (1, 2), (2, 2)]);
    let (mut node, links) = locked();
    let aside = on(&links[2], 4, "X");
    node.hear(3, proposal(&aside, &links[2], Some(&entry)));
    assert_eq!(node.state.view, 4);
    assert!(!node.voted_for(&aside), "B was certified before C");
    let (mut node, links) = locked();
    let fits = on(&links[3], 4, "Y");
    node.hear(3, proposal(&fits, &links[3], Some(&entry)));
    assert!(node.voted_for(&fits));
}

/// From the leader and as a quorum only; then one vote, to the leader.
#[test]
fn d4_a_certified_block_locks_and_is_pre_committed() {
    let mut node = basic_two();
    let a = node.row(&["A"])[1];
    let (phase, link) = (Phase::PreCommit, a);
    let vote = (Some(ValidatorId(0)), Message::PhaseVote { phase, link });
    node.hear(1, begins(phase, &a, &QUORUM));
    node.hear(0, begins(phase, &a, &[0, 1]));
    assert!(!node.said.contains(&vote));
    assert_eq!(node.state.locked.view, 0);
    node.hear(0, begins(phase, &a, &QUORUM));
    node.hear(0, begins(phase, &a, &QUORUM));
    assert_eq!(node.said.iter().filter(|said| **said == vote).count(), 1);
    assert_eq!((node.state.locked, node.state.view), (a, 1));
    // Not after its time is up.
    let mut node = basic_two();
    node.row(&["A"]);
    node.time_out();
    node.hear(0, begins(phase, &a, &QUORUM));
    assert!(!node.said.contains(&vote));
    assert_eq!(node.state.locked, a, "but it knows");
}

#[test]
fn d5_a_quorum_of_pre_commit_votes_decides_and_the_leader_leads_through_both_phases() {
    let (mut node, c, out) = leading_view_4(DELTA);
    assert_eq!(
        decided(&out),
        Some((1, ["A", "B", "C"].map(block).to_vec()))
    );
    node.built(4, 4, "D");
    let d = on(&c, 4, "D");
    let mut out = Vec::new();
    for (phase, next) in [
        (Phase::Prepare, Phase::PreCommit),
        (Phase::PreCommit, Phase::Decide),
    ] {
        let began = |node: &Node<BasicHotStuff2>| {
            let all = node.said.iter();
            all.filter(|(_, m)| matches!(m, Message::Certificate { phase, .. } if *phase == next))
                .count()
        };
        // Its own vote is one of three.
        let vote = votes_in(phase, &d, &[0]).votes()[0].message.clone();
        node.hear(0, vote.clone());
        assert_eq!(began(&node), 0);
        out = node.hear(1, vote.clone());
        out.extend(node.hear(2, vote));
        assert_eq!(began(&node), 1, "{next:?}");
    }
    assert_eq!(decided(&out), Some((4, vec![d.block])));
    assert_eq!((node.state.view, node.state.locked), (5, d));
    let told = node.said.iter().rev().find_map(|(to, m)| match m {
        Message::NewView { report, .. } => Some((*to, report.view, report.high)),
        _ => None,
    });
    assert_eq!(told, Some((Some(ValidatorId(0)), 5, 4)));
}

/// The votes of the first phase alone are not enough, and there is no third.
#[test]
fn d5_the_votes_of_both_phases_decide() {
    let a = first(1, "A");
    let votes = |phase| votes_in(phase, &a, &QUORUM).votes().to_vec();
    let decides = |proof: Vec<Arc<Signed<Message>>>| {
        let out = basic_two().input(Input::Certificate {
            first: 1,
            blocks: vec![a.block],
            proof: proof.into(),
        });
        decided(&out)
    };
    let prepare = votes(Phase::Prepare);
    assert_eq!(decides(prepare.clone()), None);
    assert_eq!(
        decides([prepare.clone(), votes(Phase::Commit)].concat()),
        None
    );
    let both = [prepare, votes(Phase::PreCommit)].concat();
    assert_eq!(decides(both), Some((1, vec![a.block])));
}

#[test]
fn d6_gives_a_view_up_once_and_votes_no_more_in_it() {
    gives_a_view_up_once(basic_two());
    joins_more_than_a_third(basic_two());
}

#[test]
fn d7_a_quorum_of_timeouts_ends_the_view_and_everybody_is_told() {
    a_quorum_of_timeouts_ends_the_view(basic_two());
}
