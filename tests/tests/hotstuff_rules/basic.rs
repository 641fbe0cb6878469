//! Basic HotStuff.

use super::shared::*;
use super::*;

/// The node has decided C of view 3 and leads view 4.
fn leading_view_4() -> (Node<BasicHotStuff>, Link) {
    let mut node = basic();
    let c = node.row(&["A", "B", "C"])[3];
    node.hear(2, begins(Phase::PreCommit, &c, &QUORUM));
    node.hear(2, begins(Phase::Commit, &c, &QUORUM));
    node.now = DELTA;
    let out = node.hear(2, begins(Phase::Decide, &c, &QUORUM));
    assert_eq!((node.state.view, built_on(&out)), (4, None));
    let names = ["A", "B", "C"].map(block).to_vec();
    assert_eq!(decided(&out), Some((1, names)));
    (node, c)
}

#[test]
fn b1_a_view_starts_a_timer_of_nine_delta() {
    a_view_starts_a_timer(basic(), 9);
}

#[test]
fn b2_a_leader_proposes_when_a_quorum_told_it_what_it_knows() {
    let (mut node, c) = leading_view_4();
    // Its own new-view is one of three.
    assert!(node.said.contains(&(Some(ValidatorId(ME)), {
        let (report, proof) = node.state.report();
        Message::NewView { report, proof }
    })));
    assert_eq!(built_on(&node.hear(0, new_view(4, &c))), None);
    assert_eq!(built_on(&node.hear(0, new_view(4, &c))), None, "once more");
    let out = node.hear(1, new_view(4, &c));
    assert_eq!(built_on(&out), Some((4, c.block)));
    // By timeouts, too.
    let mut node = basic();
    let links = node.row(&["A", "B", "C"]);
    node.now = DELTA;
    let out = node.given_up(3, &links[2], None);
    assert_eq!(built_on(&out), Some((4, links[2].block)));
}

#[test]
fn b3_votes_on_its_lock_or_on_what_was_certified_later_to_the_leader_of_the_view() {
    let locked = || {
        let mut node = basic();
        let links = node.row(&["A", "B", "C"]);
        assert!(node.voted_for(&links[3]));
        node.hear(2, begins(Phase::Commit, &links[3], &QUORUM));
        assert_eq!(node.state.locked, links[3]);
        node.given_up(3, &links[2], None);
        (node, links)
    };
    let entry = timeouts(3, &[(0, 2), (1, 2), (2, 2)]);
    let (mut node, links) = locked();
    let aside = on(&links[2], 4, "X");
    node.hear(3, proposal(&aside, &links[2], Some(&entry)));
    assert_eq!(node.state.view, 4);
    assert!(!node.voted_for(&aside));
    let (mut node, links) = locked();
    let fits = on(&links[3], 4, "Y");
    node.hear(3, proposal(&fits, &links[3], Some(&entry)));
    assert!(node.voted_for(&fits));
}

/// From the leader and as a quorum only; then one vote, to the leader.
#[test]
fn b4_a_certified_block_is_pre_committed() {
    let mut node = basic();
    let a = node.row(&["A"])[1];
    let vote = Message::PhaseVote {
        phase: Phase::PreCommit,
        link: a,
    };
    let vote = (Some(ValidatorId(0)), vote);
    node.hear(1, begins(Phase::PreCommit, &a, &QUORUM));
    node.hear(0, begins(Phase::PreCommit, &a, &[0, 1]));
    let wrong = votes_in(Phase::PreCommit, &a, &QUORUM);
    let (phase, link) = (Phase::PreCommit, a);
    node.hear(
        0,
        Message::Certificate {
            phase,
            link,
            proof: wrong,
        },
    );
    assert!(!node.said.contains(&vote));
    assert_eq!(node.state.high.link.view, 0);
    node.hear(0, begins(Phase::PreCommit, &a, &QUORUM));
    node.hear(0, begins(Phase::PreCommit, &a, &QUORUM));
    assert_eq!(node.said.iter().filter(|said| **said == vote).count(), 1);
    assert_eq!((node.state.high.link, node.state.view), (a, 1));
    assert_eq!(node.state.locked.view, 0);
}

#[test]
fn b5_a_quorum_of_pre_commit_votes_locks() {
    let mut node = basic();
    let a = node.row(&["A"])[1];
    node.hear(0, begins(Phase::Commit, &a, &QUORUM));
    let (phase, link) = (Phase::Commit, a);
    let vote = (Some(ValidatorId(0)), Message::PhaseVote { phase, link });
    assert!(node.said.contains(&vote));
    assert_eq!((node.state.locked, node.state.view), (a, 1));
    // Not after its time is up.
    let mut node = basic();
    node.row(&["A"]);
    node.time_out();
    node.hear(0, begins(Phase::Commit, &a, &QUORUM));
    assert!(!node.said.contains(&vote));
    assert_eq!(node.state.locked, a, "but it knows");
}

#[test]
fn b6_a_quorum_of_commit_votes_decides_and_the_leader_leads_through_all_phases() {
    let (mut node, c) = leading_view_4();
    node.hear(0, new_view(4, &c));
    node.hear(1, new_view(4, &c));
    node.built(4, 4, "D");
    let d = on(&c, 4, "D");
    let began = |node: &Node<BasicHotStuff>, wanted: Phase| {
        let all = node.said.iter();
        all.filter(|(_, m)| matches!(m, Message::Certificate { phase, .. } if *phase == wanted))
            .count()
    };
    let phases = [
        (Phase::Prepare, Phase::PreCommit),
        (Phase::PreCommit, Phase::Commit),
        (Phase::Commit, Phase::Decide),
    ];
    let mut out = Vec::new();
    for (phase, next) in phases {
        // Its own vote is one of three.
        let vote = votes_in(phase, &d, &[0]).votes()[0].message.clone();
        node.hear(0, vote.clone());
        assert_eq!(began(&node, next), 0);
        out = node.hear(1, vote.clone());
        out.extend(node.hear(2, vote));
        assert_eq!(began(&node, next), 1, "{next:?}");
    }
    assert_eq!(decided(&out), Some((4, vec![d.block])));
    assert_eq!((node.state.view, node.state.locked), (5, d));
    let told = node.said.iter().rev().find_map(|(to, m)| match m {
        Message::NewView { report, .. } => Some((*to, report.view, report.high)),
        _ => None,
    });
    assert_eq!(told, Some((Some(ValidatorId(0)), 5, 4)));
}

/// Two of three phases and the block is not final, whoever says so.
#[test]
fn b6_commit_votes_alone_decide() {
    let mut node = basic();
    let a = node.row(&["A"])[1];
    let votes = [
        votes_in(Phase::Prepare, &a, &QUORUM),
        votes_in(Phase::PreCommit, &a, &QUORUM),
        votes_in(Phase::Commit, &a, &QUORUM),
    ];
    let [prepare, pre_commit, commit] = votes.map(|v| v.votes().to_vec());
    let input = |proof: Vec<Arc<Signed<Message>>>| Input::Certificate {
        first: 1,
        blocks: vec![a.block],
        proof: proof.into(),
    };
    let out = node.input(input([prepare.clone(), pre_commit].concat()));
    assert_eq!(decided(&out), None);
    let mut away = basic();
    let out = away.input(input([prepare, commit].concat()));
    assert_eq!(decided(&out), Some((1, vec![a.block])));
    assert_eq!(away.state.view, 2);
}

#[test]
fn b7_gives_a_view_up_once_and_votes_no_more_in_it() {
    gives_a_view_up_once(basic());
    joins_more_than_a_third(basic());
}

/// Two of three validators know that the block of this view is certified, and its leader says nothing more. Their
/// timeouts name that very view, and the third must count them.
#[test]
fn b7_a_timeout_may_name_the_block_of_its_own_view() {
    let mut node = basic();
    let a = node.row(&["A"])[1];
    node.hear(0, begins(Phase::PreCommit, &a, &QUORUM));
    node.time_out();
    let report = node.timed_out()[0];
    assert_eq!((report.view, report.high), (1, 1));
    let mut other = basic();
    other.hear(0, timeout(1, &a, None));
    assert_eq!((other.state.view, other.state.high.link), (1, a));
    other.hear(1, timeout(1, &a, None));
    assert_eq!(other.state.view, 2, "with its own");
    // Where blocks are chained a certified block ends its view.
    let mut chained = chained();
    chained.hear(0, timeout(1, &a, None));
    assert_eq!(chained.state.high.link.view, 0);
}

#[test]
fn b8_a_quorum_of_timeouts_ends_the_view_and_everybody_is_told() {
    a_quorum_of_timeouts_ends_the_view(basic());
}
