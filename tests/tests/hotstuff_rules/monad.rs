//! MonadBFT: tips, re-proposals and no-endorsements.

use super::shared::*;
use super::times::{D, calm, decisions, silent};
use super::*;
use consensusforge_core::consensus::Note;
use consensusforge_core::consensus::hotstuff::message::SignedMessage;
use consensusforge_core::consensus::hotstuff::monad::{self, MonadBft, NoEndorsements};
use consensusforge_core::consensus::hotstuff::proof::Extend;
use consensusforge_tests::staged::lost_with_its_voters;

fn node_with(no_endorsements: NoEndorsements) -> Node<MonadBft> {
    node(monad::Params {
        delta_us: DELTA,
        no_endorsements,
        ..monad::Params::default()
    })
}

fn monad() -> Node<MonadBft> {
    node_with(NoEndorsements::Quorum)
}

/// A proposal as a tip, on `grounds`.
fn row(link: &Link, grounds: &[SignedMessage]) -> Vec<SignedMessage> {
    let (link, proof) = (*link, Proof::default());
    let proposal = signed(leader(link.view), Message::Propose { link, proof });
    [&[proposal], grounds].concat()
}

/// A timeout of one whose tip is `tip` on `parent`.
fn timeout_on(view: View, tip: &Link, parent: &Link, entry: Option<&Proof>) -> Message {
    timeout_with(view, tip, parent, entry, &row(tip, &[]))
}

fn timeout_with(
    view: View,
    tip: &Link,
    parent: &Link,
    entry: Option<&Proof>,
    row: &[SignedMessage],
) -> Message {
    let (height, high) = (parent.height + 1, parent.view);
    Message::TimeoutOn {
        report: Report { view, height, high },
        tip: *tip,
        proof: Proof::new(&certificate(parent, &QUORUM), entry).with_tip(row),
    }
}

/// The timeout certificate of those.
fn certificate_on(view: View, tip: &Link, parent: &Link) -> Proof {
    let all = QUORUM.map(|s| signed(s, timeout_on(view, tip, parent, None)));
    Proof::from_timeouts(all.iter())
}

fn refusals(view: View, tip: &Link, signers: &[u16]) -> Vec<SignedMessage> {
    let message = Message::NoEndorsement { view, tip: *tip };
    let all = signers.iter().map(|s| signed(*s, message.clone()));
    all.collect()
}

fn fired(out: &[Effect<Message>], id: &str) -> Vec<Slot> {
    let all = out.iter().filter_map(|e| match e {
        Effect::Note(Note::Fired { rule, slot })
            if MonadBft::INFO.rules[usize::from(*rule)].id == id =>
        {
            Some(*slot)
        }
        _ => None,
    });
    all.collect()
}

fn again(link: &Link, view: View) -> Link {
    Link { view, ..*link }
}

/// A, B and C of views 1 to 3; the votes for C are lost, and view 3 is given up, which leads to view 4. The node has
/// or lacks C.
fn after_view_3(has_c: bool) -> (Node<MonadBft>, [Link; 3], Vec<Effect<Message>>) {
    after_view_3_with(monad(), has_c)
}

fn after_view_3_with(
    mut node: Node<MonadBft>,
    has_c: bool,
) -> (Node<MonadBft>, [Link; 3], Vec<Effect<Message>>) {
    let a = first(1, "A");
    let b = on(&a, 2, "B");
    let c = on(&b, 3, "C");
    node.row(if has_c { &["A", "B", "C"] } else { &["A", "B"] });
    node.now = DELTA;
    let mut out = Vec::new();
    for signer in QUORUM {
        out.extend(node.hear(signer, timeout_on(3, &c, &b, None)));
    }
    assert_eq!(node.state.view, 4);
    // The leader's pause is over.
    node.now = 2 * DELTA;
    (node, [a, b, c], out)
}

#[test]
fn m1_a_view_starts_a_timer_of_six_delta() {
    a_view_starts_a_timer(monad(), 6);
}

#[test]
fn m2_a_leader_with_the_certificate_of_the_view_before_proposes_at_once() {
    a_quorum_of_votes_certifies(monad());
}

#[test]
fn m2_a_timeout_certificate_without_a_later_tip_lets_a_leader_propose_a_new_block() {
    let mut node = monad();
    let links = node.row(&["A", "B"]);
    // They know that B is certified and have voted for nothing after it.
    let mut out = Vec::new();
    for signer in QUORUM {
        out.extend(node.hear(signer, timeout(3, &links[2], None)));
        node.now = DELTA;
    }
    assert_eq!(built_on(&out), Some((4, links[2].block)));
    assert_eq!(fired(&out, "M2").len(), 1);
    // A certificate is as good as a tip of its view.
    let (mut node, [_, _, c], out) = after_view_3(false);
    assert_eq!(built_on(&out), None);
    for signer in QUORUM {
        assert_eq!(built_on(&node.hear(signer, Message::Vote(c))), None);
    }
    assert_eq!(node.state.high.link, c, "and its block is still missing");
    let out = node.input(Input::Fetched { block: c.block });
    assert_eq!(built_on(&out), Some((4, c.block)));
}

#[test]
fn m3_a_leader_proposes_the_newest_tip_again() {
    let (node, [_, b, c], out) = after_view_3(true);
    assert_eq!(fired(&out, "M3"), [again(&c, 4).slot()]);
    assert_eq!(built_on(&out), None);
    let said = node.said.iter().find_map(|(to, m)| match m {
        Message::Propose { link, proof } if link.view == 4 => Some((*to, *link, proof.clone())),
        _ => None,
    });
    let (to, link, proof) = said.expect("it proposes");
    assert_eq!((to, link), (None, again(&c, 4)));
    let given_up = proof.timeouts().expect("with the timeout certificate");
    assert_eq!((given_up.view, given_up.extend()), (3, Extend::Tip(c)));
    let set = node.sets.at(1);
    let quorum = Quorum::TwoThirds.threshold();
    assert_eq!(proof.certified(set, quorum), Some((Phase::Prepare, b)));
    assert_eq!(proof.gives_up(set, quorum), Some(3));
    assert!(proof.tip(&c).is_some() && proof.no_endorsements().is_empty());
}

/// It asks one of those who voted for it, and proposes it when it has come and is valid.
#[test]
fn m3_a_leader_fetches_a_block_that_it_lacks() {
    let (mut node, [_, _, c], out) = after_view_3(false);
    let fetched = out.iter().find_map(|e| match e {
        Effect::FetchBlock { block, from } if *block == c.block => Some(*from),
        _ => None,
    });
    assert!(fetched.is_some_and(|from| QUORUM.contains(&from.0)));
    let out = node.input(Input::Fetched { block: c.block });
    assert_eq!(fired(&out, "M3"), [again(&c, 4).slot()]);
}

#[test]
fn m4_a_quorum_that_cannot_vouch_lets_the_leader_propose_another_block() {
    let (mut node, [_, b, c], _) = after_view_3(false);
    // Its own no-endorsement is one of three.
    let refusal = refusals(4, &c, &[0])[0].message.clone();
    let own = (Some(ValidatorId(ME)), refusal.clone());
    assert!(node.said.contains(&own));
    assert_eq!(built_on(&node.hear(0, refusal.clone())), None);
    assert_eq!(built_on(&node.hear(0, refusal.clone())), None, "once more");
    let other = refusals(4, &again(&c, 2), &[1])[0].message.clone();
    assert_eq!(built_on(&node.hear(1, other)), None, "of another tip");
    let out = node.hear(1, refusal);
    assert_eq!(built_on(&out), Some((4, b.block)));
    assert_eq!(fired(&out, "M4").len(), 1);
    node.built(4, 3, "X");
    let proposed = node.said.iter().find_map(|(_, m)| match m {
        Message::Propose { link, proof } if link.view == 4 => Some((*link, proof.clone())),
        _ => None,
    });
    let (link, proof) = proposed.expect("it proposes");
    assert_eq!(link, on(&b, 4, "X"));
    assert_eq!(proof.no_endorsements().len(), 3);
    // What it says it may vote for itself, and so may others.
    assert!(node.voted_for(&link));
    assert_eq!(node.state.tip.as_ref().map(|tip| tip.link), Some(link));
}

/// The proposal of `link` in view 4 reaches a node that waits there, after view 3 was given up.
fn votes_in_view_5(
    no_endorsements: NoEndorsements,
    link: &Link,
    parent: &Link,
    refused: &[u16],
) -> (bool, Node<MonadBft>) {
    let (mut node, [_, b, c], _) = after_view_3_with(node_with(no_endorsements), true);
    // Its own proposal in view 4 gets no further.
    let entry = certificate_on(3, &c, &b);
    for signer in QUORUM {
        node.hear(signer, timeout_on(4, &c, &b, Some(&entry)));
    }
    assert_eq!(node.state.view, 5);
    let all = QUORUM.map(|s| signed(s, timeout_on(4, &c, &b, Some(&entry))));
    let given_up = Proof::from_timeouts(all.iter());
    let proof = Proof::new(&certificate(parent, &QUORUM), Some(&given_up));
    let proof = proof.with_no_endorsements(refusals(5, &c, refused));
    node.hear(0, Message::Propose { link: *link, proof });
    (node.voted_for(link), node)
}

#[test]
fn m5_votes_for_the_tip_again_and_for_another_block_with_no_endorsements_only() {
    let a = first(1, "A");
    let b = on(&a, 2, "B");
    let c = on(&b, 3, "C");
    let quorum = NoEndorsements::Quorum;
    let (voted, node) = votes_in_view_5(quorum, &again(&c, 5), &b, &[]);
    assert!(voted);
    let tip = node.state.tip.as_ref().map(|tip| tip.link);
    assert_eq!(tip, Some(c), "as it was first proposed");
    let other = on(&b, 5, "X");
    assert!(!votes_in_view_5(quorum, &other, &b, &[]).0);
    assert!(!votes_in_view_5(quorum, &other, &b, &[0, 1]).0);
    let (voted, node) = votes_in_view_5(quorum, &other, &b, &QUORUM);
    assert!(voted);
    let tip = node.state.tip.as_ref().expect("the new one");
    assert_eq!((tip.link, tip.proposal.len()), (other, 4));
    // With the lower parameter two of four are enough: a liar and one that missed the block.
    assert!(votes_in_view_5(NoEndorsements::Third, &other, &b, &[0, 1]).0);
    assert!(!votes_in_view_5(NoEndorsements::Third, &other, &b, &[0]).0);
    // On another parent than the tip's, or further back, with all no-endorsements there are.
    let aside = on(&a, 5, "Y");
    assert!(!votes_in_view_5(quorum, &aside, &a, &QUORUM).0);
    // On the tip itself, which somebody saw certified.
    let later = on(&c, 5, "Z");
    assert!(votes_in_view_5(quorum, &later, &c, &[]).0);
}

#[test]
fn m6_a_quorum_of_votes_certifies_and_the_next_leader_proposes() {
    a_quorum_of_votes_certifies(monad());
}

#[test]
fn m7_a_block_certified_in_the_view_before_is_speculatively_final() {
    let mut node = monad();
    let a = node.row(&["A"])[1];
    assert_eq!(node.state.speculative.view, 0);
    let b = on(&a, 2, "B");
    let out = node.proposed(&b, &a);
    assert_eq!(fired(&out, "M7"), [a.slot()]);
    assert_eq!(node.state.speculative, a);
    assert_eq!(decided(&out), None);
    // Not across a view that was given up.
    let mut node = monad();
    let a = node.row(&["A"])[1];
    for view in 2..=3 {
        let entry = (view == 3).then(|| timeouts(2, &[(0, 1), (1, 1), (2, 1)]));
        node.given_up(view, &a, entry.as_ref());
    }
    let entry = timeouts(3, &[(0, 1), (1, 1), (2, 1)]);
    let far = on(&a, 4, "D");
    let out = node.hear(3, proposal(&far, &a, Some(&entry)));
    assert!(node.voted_for(&far));
    assert_eq!(fired(&out, "M7"), []);
}

#[test]
fn m8_a_timeout_names_the_tip_with_its_parents_certificate() {
    let mut node = monad();
    let links = node.row(&["A", "B"]);
    node.time_out();
    node.time_out();
    let said: Vec<&Message> = node
        .said
        .iter()
        .map(|(_, m)| m)
        .filter(|m| m.timeout().is_some())
        .collect();
    let [Message::TimeoutOn { report, tip, proof }] = said[..] else {
        panic!("one timeout with a tip: {said:?}");
    };
    assert_eq!((report.view, report.high, *tip), (2, 1, links[2]));
    assert_eq!(proof.votes(), certificate(&links[1], &QUORUM).votes());
    let is_proposal = proof.tip(&links[2]).map(<[_]>::len);
    assert_eq!(is_proposal, Some(1));
    // It votes no more.
    let c = on(&links[2], 3, "C");
    node.hear(2, proposal(&c, &links[2], None));
    assert!(node.voted_for(&c), "in the next view it does");
    let mut node = monad();
    node.time_out();
    node.hear(0, proposal(&links[1], &links[0], None));
    assert!(!node.voted_for(&links[1]), "its time is up");
    assert_eq!(node.timed_out().len(), 1, "without a tip");
    joins_more_than_a_third(monad());
}

/// A certificate of its view, or a later one, says more than a tip.
#[test]
fn m8_a_timeout_names_the_highest_certificate_where_that_is_as_late() {
    let mut node = monad();
    let b = node.row(&["A", "B"])[2];
    node.hear(0, timeout(3, &b, None));
    node.time_out();
    let report = node.timed_out()[0];
    assert_eq!((report.view, report.high), (3, 2));
}

#[test]
fn m9_a_timeout_certificate_ends_the_view_and_is_handed_on() {
    a_quorum_of_timeouts_ends_the_view(monad());
}

/// Whether it sends the leader of view 5 a no-endorsement when that asks for C.
fn refuses(has_c: bool, finds_valid: bool) -> bool {
    let (mut node, [_, b, c], _) = after_view_3(has_c);
    let entry = certificate_on(3, &c, &b);
    let all = QUORUM.map(|s| signed(s, timeout_on(4, &c, &b, Some(&entry))));
    if !finds_valid {
        // It came late, and the ledger said no.
        node.state.bodies.insert(c.block);
        node.state.judged = Some((c.block, Validity::Told(false)));
    }
    for timeout in &all {
        node.hear(timeout.signer.0, timeout.message.clone());
    }
    let report = Report {
        view: 5,
        height: 3,
        high: 2,
    };
    let proof = Proof::new(
        &certificate(&b, &QUORUM),
        Some(&Proof::from_timeouts(all.iter())),
    );
    let ask = Message::NewView { report, proof };
    node.hear(1, ask.clone());
    let refusal = (
        Some(ValidatorId(0)),
        Message::NoEndorsement { view: 5, tip: c },
    );
    assert!(!node.said.contains(&refusal), "1 does not lead view 5");
    node.hear(0, ask.clone());
    node.hear(0, ask);
    let count = node.said.iter().filter(|said| **said == refusal).count();
    assert!(count <= 1);
    count == 1
}

#[test]
fn m10_who_cannot_vouch_for_the_block_tells_the_leader_that_asks() {
    assert!(refuses(false, true), "it has never seen C");
    assert!(!refuses(true, true), "it voted for C");
    assert!(refuses(false, false), "it found C invalid");
    // What it has and was not told of it asks the ledger first.
    let (mut node, [_, b, c], _) = after_view_3(false);
    let out = node.input(Input::Fetched { block: c.block });
    let parents = out.iter().find_map(|e| match e {
        Effect::ValidateBlock { block, parents } if *block == c.block => Some(parents.clone()),
        _ => None,
    });
    assert_eq!(parents, Some(vec![b.block]));
}

#[test]
fn m11_two_in_a_row_are_final() {
    two_in_a_row_are_final(monad);
}

/// A liar brings up what nobody could have voted for; it must not win over the tips of others.
#[test]
fn a_tip_without_grounds_is_no_tip() {
    let (a, genesis) = (first(1, "A"), Link::genesis(genesis()));
    let forged = on(&genesis, 3, "F");
    let counted = |node: &Node<MonadBft>| {
        node.state
            .views
            .get(&3)
            .map_or(0, |v| v.timeouts.messages.len())
    };
    let entry = timeouts(2, &[(0, 1), (1, 1), (2, 1)]);
    let hear = |row: &[SignedMessage]| {
        let mut node = monad();
        node.row(&["A"]);
        node.hear(0, timeout(3, &a, Some(&entry)));
        assert_eq!((node.state.view, counted(&node)), (3, 1));
        node.hear(1, timeout_with(3, &forged, &genesis, Some(&entry), row));
        counted(&node) == 3
    };
    // Two timeouts are more than a third: its own follows.
    assert!(!hear(&row(&forged, &[])), "its parent is of view 0");
    assert!(!hear(&row(&forged, entry.messages())), "A was certified");
    let low = timeouts(2, &[(0, 0), (1, 0), (2, 0)]);
    assert!(hear(&row(&forged, low.messages())));
    assert!(!hear(&row(&forged, &low.messages()[..2])), "no quorum");
    let instead_of = on(&genesis, 1, "A");
    assert!(hear(&row(&forged, &refusals(3, &instead_of, &QUORUM))));
    assert!(!hear(&row(&forged, &refusals(3, &instead_of, &[0, 1]))));
    assert!(!hear(&row(&forged, &refusals(2, &instead_of, &QUORUM))));
    // From one that does not lead its view.
    let mut other = row(&forged, low.messages());
    other[0] = signed(1, other[0].message.clone());
    assert!(!hear(&other));
}

/// A timeout certificate of signed timeouts that say what they say, but the tip in it is nobody's proposal.
#[test]
fn a_timeout_certificate_with_a_forged_tip_leads_nowhere() {
    let (b, forged) = {
        let b = on(&first(1, "A"), 2, "B");
        (b, on(&first(1, "A"), 3, "F"))
    };
    let lie = timeout_with(3, &forged, &first(1, "A"), None, &row(&forged, &[]));
    let all = [
        signed(0, timeout(3, &b, None)),
        signed(1, timeout(3, &b, None)),
        signed(2, lie),
    ];
    let proof = Proof::new(
        &certificate(&b, &QUORUM),
        Some(&Proof::from_timeouts(all.iter())),
    );
    let report = Report {
        view: 4,
        height: 3,
        high: 2,
    };
    let mut node = monad();
    node.row(&["A", "B"]);
    node.hear(2, Message::NewView { report, proof });
    assert_eq!(node.state.view, 2);
}

#[test]
fn a_proof_with_tips_and_no_endorsements_is_the_same_after_its_bytes() {
    let a = first(1, "A");
    let b = on(&a, 2, "B");
    let c = on(&b, 3, "C");
    let given_up = certificate_on(3, &c, &b);
    let proof = Proof::new(&certificate(&b, &QUORUM), Some(&given_up));
    let proof = proof.with_no_endorsements(refusals(4, &c, &QUORUM));
    let link = on(&b, 4, "X");
    let far = row(&link, proof.no_endorsements());
    for message in [
        Message::Propose { link, proof },
        timeout_with(6, &link, &b, Some(&given_up), &far),
        timeout_with(6, &link, &b, None, &row(&link, given_up.messages())),
        refusals(4, &c, &[0])[0].message.clone(),
    ] {
        let bytes = encode(&message);
        assert_eq!(
            decode::<Message>(&bytes).expect("bytes of a message"),
            message
        );
        for cut in 0..bytes.len() {
            assert!(decode::<Message>(&bytes[..cut]).is_err(), "{cut}");
        }
    }
}

/// What it voted for it names after a crash too.
#[test]
fn a_restart_keeps_the_tip() {
    let mut node = monad();
    let b = node.row(&["A", "B"])[2];
    node.input(Input::Restarted);
    node.time_out();
    let tips: Vec<&Link> = node.said.iter().filter_map(|(_, m)| m.tip()).collect();
    assert_eq!(tips, [&b]);
    MonadBft::FORGET_LOCK.expect("a liar may")(&mut node.state);
    assert!(node.state.tip.is_none() && node.state.voted.is_empty());
}

/// How many validators decide the block proposed in that round.
fn decided_by(protocol: &str, round: u64) -> usize {
    let mut scenario = calm(protocol, &[10; 7], [("delta_us", DELTA)]);
    silent(&mut scenario, "v7");
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(5_000_000);
    let lines = session.trace_lines();
    let mut events =
        lines.map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("a JSON line"));
    let proposed = events.find(|e| {
        e["event"] == "sent" && e["kind"] == "propose" && e["round"] == round && e["from"] == "v6"
    });
    let block = proposed.expect("proposed")["value"].clone();
    let decisions = session.decisions();
    let of_it = decisions.iter().filter(|d| d.block == block);
    of_it.count()
}

/// The same validators, the same silent leader of round 7, who keeps the votes of round 6 for itself: Jolteon's next
/// leader drops the block of round 6, and MonadBFT's has to propose it again.
#[test]
fn the_block_before_a_silent_leader_is_dropped_by_jolteon_and_kept_by_monadbft() {
    assert_eq!(decided_by("jolteon", 6), 0);
    assert_eq!(decided_by("monadbft", 6), 7, "by all, the silent one too");
}

#[test]
fn a_block_is_speculatively_final_after_three_delays_and_final_after_five() {
    for n in [4u64, 7, 10, 16] {
        let scenario = calm("monadbft", &vec![10; n as usize], []);
        let mut session = Session::open(scenario.clone()).expect("possible");
        session.run_to(1_000_000);
        let lines = session.trace_lines();
        let events = lines
            .map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("a JSON line"));
        let mut count = 0;
        for event in events.filter(|e| e["event"] == "rule" && e["rule"] == "M7") {
            let height = event["height"].as_u64().expect("a height");
            let node = event["node"].as_str().expect("a name");
            let index: u64 = node[1..].parse().expect("v and a number");
            // The next leader collects the votes itself.
            let next = height % n == index - 1;
            let sent = (height - 1) * 2 * D;
            let expected = sent + if next { 2 } else { 3 } * D;
            assert_eq!(event["at_us"], expected, "n = {n}, {height}, {node}");
            count += 1;
        }
        assert!(count >= 8 * n, "n = {n}: {count}");
        for (height, validator, at) in decisions(&scenario, 1_000_000) {
            let collects = (height + 1) % n == validator as u64;
            let sent = (height - 1) * 2 * D;
            assert_eq!(at, sent + if collects { 4 } else { 5 } * D, "n = {n}");
        }
    }
}

/// Nobody who is up has the block that the next leader is to propose again.
#[test]
fn a_block_lost_with_its_voters_is_left_out_with_no_endorsements() {
    let mut session = Session::open(lost_with_its_voters()).expect("possible");
    session.run_to(20_000_000);
    let lines = session.trace_lines();
    let events: Vec<serde_json::Value> = lines
        .map(|line| serde_json::from_str(&line).expect("a JSON line"))
        .collect();
    let by = |rule: &str| -> Vec<(String, u64)> {
        let all = events
            .iter()
            .filter(|e| e["event"] == "rule" && e["rule"] == rule && e["round"] == 2);
        let who = |e: &serde_json::Value| e["node"].as_str().expect("a name").to_owned();
        let when = |e: &serde_json::Value| e["at_us"].as_u64().expect("a time");
        all.map(|e| (who(e), when(e))).collect()
    };
    // The timeouts arrive at 1.85 s, the leader's question a delay later, and the answers after another.
    assert_eq!(by("M4"), [("v2".to_owned(), 1_950_000)]);
    let mut refusing = by("M10");
    refusing.sort_unstable();
    let names: Vec<&str> = refusing.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["v2", "v3", "v4", "v5", "v6"]);
    let proposed = |leader: &str, round: u64| {
        let found = events.iter().find(|e| {
            e["event"] == "sent"
                && e["kind"] == "propose"
                && e["round"] == round
                && e["from"] == leader
        });
        found.expect("proposed")["value"].clone()
    };
    let (lost, instead) = (proposed("v1", 1), proposed("v2", 2));
    let decisions = session.decisions();
    assert!(decisions.iter().all(|d| d.block != lost));
    let decided = decisions.iter().filter(|d| d.block == instead);
    assert_eq!(decided.count(), 7, "by all, who was away too");
    let holds = |v: &consensusforge_core::session::view::Verdict| v.kind == VerdictKind::Holds;
    assert!(session.frame().verdicts.iter().all(holds));
}
