//! One test a rule of the HotStuff family, named for it; then what its protocols are known for: times and message
//! counts by closed formula, what a silent leader costs, and random schedules. In rule tests the node under test is
//! the last of four validators with one unit of stake each; view v is led by validator (v - 1) mod 4, counting
//! from 0.

use consensusforge_core::base::{Micros, decode, encode, hash_bytes};
use consensusforge_core::consensus::hotstuff::message::{Phase, View};
use consensusforge_core::consensus::hotstuff::params::{Params, Quorum};
use consensusforge_core::consensus::hotstuff::{
    BasicHotStuff, ChainedHotStuff, HotStuff2, Jolteon, Link, Message, Proof, Report, State,
    chained,
};
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::consensus::{
    Corruptible, Effect, Environment, Input, Message as _, Protocol, Recipients, Timer,
};
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, CrashSpec, Cut, LatencySpec, ParamsSpec, PartitionSpec, ProposerSpec,
    ProtocolSpec, StrategySpec, ValidatorSpec, Who, WorkloadSpec,
};
use consensusforge_core::session::view::VerdictKind;
use consensusforge_core::types::{
    BlockId, NodeId, Signature, Signed, Slot, ValidatorId, ValidatorSets,
};
use consensusforge_tests::one_node::{genesis, validators};
use consensusforge_tests::swarm::{Coverage, storm_under, survive};
use std::sync::Arc;

const DELTA: Micros = 100_000;
const N: u16 = 4;
const ME: u16 = 3;

struct Node<P: Protocol<Message = Message, State = State>> {
    sets: ValidatorSets,
    environment: Environment<P::Params>,
    state: State,
    now: Micros,
    /// Everything it ever said, and to whom when it was one validator.
    said: Vec<(Option<ValidatorId>, Message)>,
}

fn node<P: Protocol<Message = Message, State = State>>(params: P::Params) -> Node<P> {
    let mut node = Node {
        sets: validators(&[1; N as usize]),
        state: P::new(genesis(), &params),
        environment: Environment {
            proposers: Schedule::new(Rule::Rotation),
            params,
            block_interval: 1,
        },
        now: 0,
        said: Vec::new(),
    };
    node.input(Input::Start);
    node
}

fn chained() -> Node<ChainedHotStuff> {
    let params = chained::Params {
        delta_us: DELTA,
        ..chained::Params::default()
    };
    node(params)
}

fn params() -> Params {
    Params {
        delta_us: DELTA,
        ..Params::default()
    }
}

fn two() -> Node<HotStuff2> {
    node(params())
}

fn jolteon() -> Node<Jolteon> {
    node(params())
}

fn basic() -> Node<BasicHotStuff> {
    node(params())
}

fn block(name: &str) -> BlockId {
    hash_bytes("test/block", name.as_bytes())
}

/// A block of `view` on genesis.
fn first(view: View, name: &str) -> Link {
    on(&Link::genesis(genesis()), view, name)
}

fn on(parent: &Link, view: View, name: &str) -> Link {
    Link {
        view,
        height: parent.height + 1,
        block: block(name),
        parent_view: parent.view,
        parent: parent.block,
    }
}

fn signed(signer: u16, message: Message) -> Arc<Signed<Message>> {
    Signed::with_signature(message, ValidatorId(signer), Signature([0; 64]))
}

/// The certificate of a block; genesis needs none.
fn certificate(link: &Link, signers: &[u16]) -> Proof {
    if link.view == 0 {
        return Proof::default();
    }
    let votes = signers.iter().map(|s| signed(*s, Message::Vote(*link)));
    Proof::from_votes(votes.collect())
}

/// Timeouts of view `view`, each with the highest certified view its signer knows.
fn timeouts(view: View, highs: &[(u16, View)]) -> Proof {
    let all: Vec<_> = highs
        .iter()
        .map(|(signer, high)| {
            let (high, height, proof) = (*high, 1, Proof::default());
            let report = Report { view, height, high };
            signed(*signer, Message::Timeout { report, proof })
        })
        .collect();
    Proof::from_timeouts(all.iter())
}

/// A proposal on `parent`, certified by a quorum, with the timeouts that its view was entered by.
fn proposal(link: &Link, parent: &Link, entry: Option<&Proof>) -> Message {
    let proof = Proof::new(&certificate(parent, &[0, 1, 2]), entry);
    Message::Propose { link: *link, proof }
}

fn timeout(view: View, high: &Link, entry: Option<&Proof>) -> Message {
    Message::Timeout {
        report: Report {
            view,
            height: high.height + 1,
            high: high.view,
        },
        proof: Proof::new(&certificate(high, &[0, 1, 2]), entry),
    }
}

impl<P: Protocol<Message = Message, State = State>> Node<P> {
    /// Own messages and answers about validity (yes) come back at once.
    fn input(&mut self, input: Input<Message>) -> Vec<Effect<Message>> {
        let mut out = Vec::new();
        let me = Some(ValidatorId(ME));
        let context = self
            .environment
            .context(&self.sets, self.now, NodeId(ME), me);
        P::step(&mut self.state, &context, input, &mut out);
        for effect in out.clone() {
            let back = match effect {
                Effect::Broadcast(message) => {
                    self.said.push((None, message.clone()));
                    Input::Message(signed(ME, message))
                }
                Effect::Send { to, message } => {
                    self.said.push((Some(to), message.clone()));
                    if to != ValidatorId(ME) {
                        continue;
                    }
                    Input::Message(signed(ME, message))
                }
                Effect::ValidateBlock { block, .. } => Input::Validated { block, valid: true },
                _ => continue,
            };
            out.extend(self.input(back));
        }
        out
    }

    fn hear(&mut self, signer: u16, message: Message) -> Vec<Effect<Message>> {
        self.input(Input::Message(signed(signer, message)))
    }

    /// The proposal of `link` on `parent`, from its leader.
    fn proposed(&mut self, link: &Link, parent: &Link) -> Vec<Effect<Message>> {
        self.hear(leader(link.view), proposal(link, parent, None))
    }

    /// A row of blocks, each of the view after the last, beginning with view 1; the node has their proposals.
    fn row(&mut self, names: &[&str]) -> Vec<Link> {
        let mut links = vec![Link::genesis(genesis())];
        for name in names {
            let parent = *links.last().expect("genesis at least");
            let link = on(&parent, parent.view + 1, name);
            self.proposed(&link, &parent);
            links.push(link);
        }
        links
    }

    /// The timer of the view it is in fires.
    fn time_out(&mut self) -> Vec<Effect<Message>> {
        let slot = self.state.slot();
        self.input(Input::Timer(Timer { kind: 0, slot }))
    }

    /// Three others time out in `view`, all knowing `high` alone.
    fn given_up(&mut self, view: View, high: &Link, entry: Option<&Proof>) -> Vec<Effect<Message>> {
        let all = (0..3).flat_map(|s| self.hear(s, timeout(view, high, entry)));
        all.collect()
    }

    /// It voted for the block, to whoever collects the votes.
    fn voted_for(&self, link: &Link) -> bool {
        let basic = P::INFO.name == BasicHotStuff::INFO.name;
        let to = Some(ValidatorId(leader(link.view + View::from(!basic))));
        self.said.contains(&(to, Message::Vote(*link)))
    }

    fn timed_out(&self) -> Vec<Report> {
        let all = self.said.iter().filter_map(|(_, m)| match m {
            Message::Timeout { report, .. } => Some(*report),
            _ => None,
        });
        all.collect()
    }

    fn built(&mut self, view: View, height: u64, name: &str) {
        let block = block(name);
        let slot = Slot {
            height,
            round: view,
        };
        self.input(Input::Built { slot, block });
    }
}

fn leader(view: View) -> u16 {
    u16::try_from((view - 1) % View::from(N)).expect("small")
}

fn decided(effects: &[Effect<Message>]) -> Option<(u64, Vec<BlockId>)> {
    effects.iter().find_map(|e| match e {
        Effect::Decide { first, blocks, .. } => Some((*first, blocks.clone())),
        _ => None,
    })
}

fn built_on(effects: &[Effect<Message>]) -> Option<(View, BlockId)> {
    effects.iter().find_map(|e| match e {
        Effect::BuildBlock { slot, parents } => Some((slot.round, parents[0])),
        _ => None,
    })
}

fn timer_of(effects: &[Effect<Message>], kind: u8) -> Option<Micros> {
    effects.iter().find_map(|e| match e {
        Effect::SetTimer { timer, after } if timer.kind == kind => Some(*after),
        _ => None,
    })
}

// --------------------------------------------------------------------------------- what all of them share

fn a_view_starts_a_timer<P: Protocol<Message = Message, State = State>>(
    mut node: Node<P>,
    deltas: u64,
) {
    let a = first(1, "A");
    node.proposed(&a, &Link::genesis(genesis()));
    let out = node.proposed(&on(&a, 2, "B"), &a);
    assert_eq!(node.state.view, 2);
    assert_eq!(timer_of(&out, 0), Some(deltas * DELTA));
}

fn a_quorum_of_votes_certifies<P: Protocol<Message = Message, State = State>>(mut node: Node<P>) {
    let links = node.row(&["A", "B", "C"]);
    let c = links[3];
    assert!(node.voted_for(&c), "to the leader of view 4, itself");
    // Its own vote is one of three.
    node.hear(0, Message::Vote(c));
    assert_eq!((node.state.view, node.state.high.link.view), (3, 2));
    node.hear(0, Message::Vote(c));
    assert_eq!(node.state.view, 3, "one voter twice");
    let out = node.hear(1, Message::Vote(c));
    assert_eq!((node.state.view, node.state.high.link), (4, c));
    node.now = 2 * DELTA;
    let out = [out, node.input(Input::Restarted)].concat();
    assert_eq!(built_on(&out), Some((4, c.block)));
    node.built(4, 4, "D");
    let proof = certificate(&c, &[0, 1, ME]);
    let link = on(&c, 4, "D");
    assert!(
        node.said
            .contains(&(None, Message::Propose { link, proof }))
    );
}

fn gives_a_view_up_once<P: Protocol<Message = Message, State = State>>(mut node: Node<P>) {
    let links = node.row(&["A"]);
    node.time_out();
    node.time_out();
    let (view, height, high) = (1, 1, 0);
    assert_eq!(node.timed_out(), [Report { view, height, high }]);
    // It voted before; in the next view it does not vote after.
    let b = on(&links[1], 2, "B");
    node.hear(2, proposal(&b, &links[1], None));
    assert_eq!(node.state.view, 1, "validator 2 does not lead view 2");
    let entry = timeouts(1, &[(0, 0), (1, 0), (2, 0)]);
    node.hear(0, timeout(2, &links[0], Some(&entry)));
    assert_eq!(
        node.state.view, 2,
        "led there by one timeout with its proof"
    );
    node.time_out();
    node.hear(1, proposal(&b, &links[1], None));
    assert!(!node.voted_for(&b), "its time is up");
}

fn joins_more_than_a_third<P: Protocol<Message = Message, State = State>>(mut node: Node<P>) {
    let root = Link::genesis(genesis());
    node.hear(0, timeout(1, &root, None));
    assert_eq!(node.timed_out().len(), 0);
    node.hear(1, timeout(1, &root, None));
    assert_eq!(
        node.timed_out().len(),
        1,
        "two of four are more than a third"
    );
}

fn a_quorum_of_timeouts_ends_the_view<P: Protocol<Message = Message, State = State>>(
    mut node: Node<P>,
) {
    let links = node.row(&["A"]);
    node.hear(0, timeout(1, &links[0], None));
    assert_eq!(node.state.view, 1);
    // With its own, which it sends when it has heard of two.
    node.hear(1, timeout(1, &links[0], None));
    assert_eq!(node.state.view, 2);
    let new_view = node.said.iter().find_map(|(to, m)| match m {
        Message::NewView { report, proof } => Some((*to, *report, proof.clone())),
        _ => None,
    });
    let (to, report, proof) = new_view.expect("tells everybody");
    assert_eq!((to, report.view, report.high), (None, 2, 0));
    let set = node.sets.at(1);
    let quorum = Quorum::TwoThirds.threshold();
    assert_eq!(proof.gives_up(set, quorum), Some(1));
    // Who receives it follows.
    let mut other: Node<P> = self::node(node.environment.params.clone());
    other.hear(2, Message::NewView { report, proof });
    assert_eq!(other.state.view, 2);
}

fn two_in_a_row_are_final<P: Protocol<Message = Message, State = State>>(
    node: impl Fn() -> Node<P>,
) {
    let mut consecutive = node();
    let links = consecutive.row(&["A", "B"]);
    let out = consecutive.proposed(&on(&links[2], 3, "C"), &links[2]);
    assert_eq!(decided(&out), Some((1, vec![links[1].block])));
    // A gap between them: the first of the two is not final, but all before the next pair are.
    let mut gap = node();
    let a = gap.row(&["A"])[1];
    gap.given_up(1, &Link::genesis(genesis()), None);
    gap.given_up(2, &a, None);
    let entry = timeouts(2, &[(0, 1), (1, 1), (2, 1)]);
    let c = on(&a, 3, "C");
    gap.hear(2, proposal(&c, &a, Some(&entry)));
    let d = on(&c, 4, "D");
    let out = gap.hear(3, proposal(&d, &c, None));
    assert_eq!(decided(&out), None, "views 1 and 3 are not consecutive");
    let out = gap.proposed(&on(&d, 5, "E"), &d);
    assert_eq!(decided(&out), Some((1, vec![a.block, c.block])));
}

// --------------------------------------------------------------------------------------- basic HotStuff

/// Votes of `signers` in a phase, and the message by which the leader begins the next one with them.
fn votes_in(phase: Phase, link: &Link, signers: &[u16]) -> Proof {
    let link = *link;
    let message = match phase {
        Phase::Prepare => Message::Vote(link),
        _ => Message::PhaseVote { phase, link },
    };
    let votes = signers.iter().map(|s| signed(*s, message.clone()));
    Proof::from_votes(votes.collect())
}

fn begins(phase: Phase, link: &Link, signers: &[u16]) -> Message {
    let before = match phase {
        Phase::Prepare | Phase::PreCommit => Phase::Prepare,
        Phase::Commit => Phase::PreCommit,
        Phase::Decide => Phase::Commit,
    };
    Message::Certificate {
        phase,
        link: *link,
        proof: votes_in(before, link, signers),
    }
}

const QUORUM: [u16; 3] = [0, 1, 2];

fn new_view(view: View, high: &Link) -> Message {
    let (height, proof) = (high.height + 1, certificate(high, &QUORUM));
    let high = high.view;
    Message::NewView {
        report: Report { view, height, high },
        proof,
    }
}

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

// ------------------------------------------------------------------------------------- chained HotStuff

#[test]
fn c1_a_view_starts_a_timer_of_four_delta() {
    a_view_starts_a_timer(chained(), 4);
}

#[test]
fn c2_a_leader_proposes_on_the_highest_certified_block_without_waiting() {
    let mut node = chained();
    let links = node.row(&["A", "B"]);
    // View 2 brings nothing more, nor does view 3.
    node.given_up(2, &links[1], None);
    let entry = timeouts(2, &[(0, 1), (1, 1), (2, 1)]);
    let out = node.given_up(3, &links[1], Some(&entry));
    node.now += DELTA;
    let slot = node.state.slot();
    let out = [out, node.input(Input::Timer(Timer { kind: 1, slot }))].concat();
    assert_eq!(built_on(&out), Some((4, links[1].block)));
    node.built(4, 2, "D");
    let sent = node.said.iter().find_map(|(_, m)| match m {
        Message::Propose { link, proof } => Some((*link, proof.clone())),
        _ => None,
    });
    let (link, proof) = sent.expect("proposed");
    assert_eq!(link, on(&links[1], 4, "D"));
    assert_eq!(
        proof.timeouts().map(|t| t.view),
        Some(3),
        "why it is in view 4"
    );
}

#[test]
fn c3_votes_on_its_lock_or_on_what_was_certified_later() {
    let mut node = chained();
    // Locked on A since B is certified.
    let links = node.row(&["A", "B", "C"]);
    assert_eq!(node.state.locked, links[1]);
    let root = links[0];
    node.given_up(3, &links[2], None);
    let entry = timeouts(3, &[(0, 2), (1, 2), (2, 2)]);
    // Beside the lock, on genesis.
    let aside = first(4, "X");
    node.hear(3, proposal(&aside, &root, Some(&entry)));
    assert!(!node.voted_for(&aside));
    // On the locked block itself, although a later one is certified.
    let mut node = chained();
    node.row(&["A", "B", "C"]);
    node.given_up(3, &links[2], None);
    let fits = on(&links[1], 4, "Y");
    node.hear(3, proposal(&fits, &links[1], Some(&entry)));
    assert!(node.voted_for(&fits));
    // Beside the lock, but certified later: whoever else was locked as this one, a quorum voted for X.
    let mut node = chained();
    node.row(&["A", "B", "C"]);
    let late = timeouts(4, &[(0, 2), (1, 2), (2, 2)]);
    let aside = Link { view: 4, ..aside };
    let mut further = on(&aside, 6, "Z");
    let wait = timeouts(5, &[(0, 4), (1, 4), (2, 4)]);
    node.hear(1, proposal(&further, &aside, Some(&wait)));
    assert!(!node.voted_for(&further), "X itself never came");
    node.input(Input::Fetched { block: aside.block });
    assert!(node.voted_for(&further));
    further.view = 7;
    assert!(!node.voted_for(&further));
    assert_eq!(late.timeouts().map(|t| t.highest()), Some(2));
}

#[test]
fn c3_votes_once_a_view_for_the_leaders_first_valid_proposal() {
    let mut node = chained();
    let (a, b) = (first(1, "A"), first(1, "B"));
    let root = Link::genesis(genesis());
    node.hear(1, proposal(&b, &root, None));
    assert!(!node.voted_for(&b), "not its leader's");
    node.hear(0, proposal(&a, &root, None));
    let out = node.hear(0, proposal(&b, &root, None));
    assert!(node.voted_for(&a) && !node.voted_for(&b));
    assert!(out.iter().any(|e| matches!(e, Effect::Accuse(_))));
}

#[test]
fn c4_a_quorum_of_votes_certifies_and_the_next_leader_proposes() {
    a_quorum_of_votes_certifies(chained());
}

#[test]
fn c5_a_certified_block_locks_its_parent() {
    let mut node = chained();
    let links = node.row(&["A"]);
    assert_eq!(node.state.locked.view, 0);
    let b = on(&links[1], 2, "B");
    node.proposed(&b, &links[1]);
    assert_eq!(
        node.state.locked.view, 0,
        "A is certified, its parent is genesis"
    );
    node.proposed(&on(&b, 3, "C"), &b);
    assert_eq!(node.state.locked, links[1]);
}

#[test]
fn c6_gives_a_view_up_once_and_votes_no_more_in_it() {
    gives_a_view_up_once(chained());
    joins_more_than_a_third(chained());
}

#[test]
fn c7_a_quorum_of_timeouts_ends_the_view_and_everybody_is_told() {
    a_quorum_of_timeouts_ends_the_view(chained());
}

#[test]
fn c8_three_in_a_row_are_final_and_two_are_not() {
    let mut node = chained();
    let links = node.row(&["A", "B", "C"]);
    assert_eq!(node.state.last_final.height, 0);
    let d = on(&links[3], 4, "D");
    let out = node.hear(3, proposal(&d, &links[3], None));
    assert_eq!(decided(&out), Some((1, vec![links[1].block])));
    // View 5 brings nothing: D, F, G are three direct links, of views 4, 6, 7.
    node.given_up(4, &links[3], None);
    let entry = timeouts(5, &[(0, 4), (1, 4), (2, 4)]);
    let f = on(&d, 6, "F");
    node.hear(1, proposal(&f, &d, Some(&entry)));
    let g = on(&f, 7, "G");
    node.hear(2, proposal(&g, &f, None));
    let out = node.hear(3, proposal(&on(&g, 8, "H"), &g, None));
    assert_eq!(decided(&out), None);
    assert_eq!(node.state.last_final, links[2], "B, of views 2, 3, 4");
}

/// "Direct links whatever the views": blocks of views 1, 3 and 5, each the parent of the next, and in view 2 another
/// block, C, that was certified too. One validator votes for all of them by the rules, and in view 7 for a child of
/// C. Another one that saw the three certified would have decided the first of them.
#[test]
fn c8_direct_links_alone_are_not_final_as_a_quorum_may_still_vote_beside_them() {
    let params = |consecutive_views| chained::Params {
        consecutive_views,
        ..chained::Params::default()
    };
    let root = Link::genesis(genesis());
    let b = first(1, "B");
    let c = first(2, "C");
    let second = on(&b, 3, "second");
    let third = on(&second, 5, "third");
    let entry = |view: View, high: View| timeouts(view - 1, &[(0, high), (1, high), (2, high)]);
    let through = |node: &mut Node<ChainedHotStuff>| {
        node.hear(0, proposal(&b, &root, None));
        node.hear(1, proposal(&c, &root, Some(&entry(2, 0))));
        node.hear(2, proposal(&second, &b, Some(&entry(3, 1))));
        node.hear(0, proposal(&third, &second, Some(&entry(5, 3))))
    };
    let mut voter: Node<ChainedHotStuff> = node(params(true));
    through(&mut voter);
    assert_eq!(voter.state.locked, b);
    let beside = on(&c, 7, "beside");
    voter.hear(2, proposal(&beside, &c, Some(&entry(7, 2))));
    for link in [b, c, second, third, beside] {
        assert!(voter.voted_for(&link), "view {}", link.view);
    }
    for (consecutive, final_block) in [(true, None), (false, Some((1, vec![b.block])))] {
        let mut seer: Node<ChainedHotStuff> = node(params(consecutive));
        through(&mut seer);
        let fourth = on(&third, 6, "fourth");
        let out = seer.hear(1, proposal(&fourth, &third, None));
        assert_eq!(decided(&out), final_block);
    }
    let safe = ChainedHotStuff::info(&params(true)).bound.liars_below;
    assert_eq!((safe.part, safe.of), (1, 3));
    let unsafe_words = ChainedHotStuff::info(&params(false)).bound;
    assert_eq!(unsafe_words.liars_below.part, 0);
}

// ------------------------------------------------------------------------------------------- HotStuff-2

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

// ----------------------------------------------------------------------------------------------- Jolteon

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

// ------------------------------------------------------------------------------- certificates, restart, liars

#[test]
fn a_proposal_or_timeout_that_does_not_prove_its_view_changes_nothing() {
    let root = Link::genesis(genesis());
    let a = first(1, "A");
    let b = on(&a, 2, "B");
    let entry = timeouts(4, &[(0, 0), (1, 0), (2, 0)]);
    let thin = timeouts(4, &[(0, 0), (1, 0)]);
    let twice = timeouts(4, &[(0, 0), (1, 0), (1, 0)]);
    let proof = |signers: &[u16]| certificate(&a, signers);
    let of = |link: Link, proof: Proof| Message::Propose { link, proof };
    let wrong = [
        (1, of(b, proof(&[0, 1])), "two votes of four"),
        (1, of(b, proof(&[0, 1, 1])), "one voter twice"),
        (1, of(b, Proof::default()), "no certificate"),
        (
            1,
            of(Link { height: 5, ..b }, proof(&[0, 1, 2])),
            "wrong height",
        ),
        (
            1,
            of(first(2, "C"), Proof::default()),
            "on genesis, in view 2",
        ),
        (0, timeout(5, &root, None), "no timeouts"),
        (0, timeout(5, &root, Some(&thin)), "two timeouts of four"),
        (0, timeout(5, &root, Some(&twice)), "one validator twice"),
        (
            0,
            timeout(7, &root, Some(&entry)),
            "timeouts of another view",
        ),
    ];
    for (signer, message, why) in wrong {
        let mut node = jolteon();
        node.hear(signer, message);
        let at = (node.state.view, node.state.high.link.view);
        assert_eq!((at, node.said.len()), ((1, 0), 0), "{why}");
    }
    let mut node = jolteon();
    node.hear(0, timeout(5, &root, Some(&entry)));
    assert_eq!(node.state.view, 5);
}

#[test]
fn a_message_is_the_same_after_its_bytes_and_its_signature_does_not_cover_its_proof() {
    use consensusforge_core::types::Signable as _;
    let a = first(1, "A");
    let entry = timeouts(3, &[(0, 1), (1, 0), (2, 1)]);
    let chain = genesis();
    let b = on(&a, 4, "B");
    for message in [
        proposal(&b, &a, Some(&entry)),
        Message::Vote(b),
        timeout(4, &a, Some(&entry)),
    ] {
        let again: Message = decode(&encode(&message)).expect("a message");
        assert_eq!(again, message);
        let nested = message.proof().map_or(0, |p| p.messages().len());
        assert_eq!(again.justification().len(), nested);
    }
    let bare = proposal(&b, &a, None);
    assert_eq!(
        bare.digest(&chain),
        proposal(&b, &a, Some(&entry)).digest(&chain)
    );
    assert_ne!(bare.digest(&chain), Message::Vote(b).digest(&chain));
}

#[test]
fn a_restart_keeps_what_was_promised() {
    let mut node = jolteon();
    let a = first(1, "A");
    let root = Link::genesis(genesis());
    node.hear(0, proposal(&a, &root, None));
    node.time_out();
    let said = node.said.len();
    let out = node.input(Input::Restarted);
    assert_eq!(timer_of(&out, 0), Some(4 * DELTA));
    node.hear(0, proposal(&first(1, "B"), &root, None));
    node.time_out();
    assert_eq!(
        node.said.len(),
        said,
        "neither a second vote nor a second timeout"
    );
}

#[test]
fn a_stuck_validator_repeats_its_timeout_to_all_and_others_messages_to_one() {
    let mut node = jolteon();
    let a = first(1, "A");
    node.proposed(&a, &Link::genesis(genesis()));
    node.hear(0, timeout(1, &Link::genesis(genesis()), None));
    node.time_out();
    let context = node
        .environment
        .context(&node.sets, 0, NodeId(ME), Some(ValidatorId(ME)));
    let again = Jolteon::resend(&node.state, &context);
    let to = |signer: u16, kind: u8| {
        let found = again
            .iter()
            .find(|(_, s)| s.signer.0 == signer && s.message.describe().kind == kind);
        found.map(|(to, _)| *to)
    };
    assert_eq!(to(ME, 2), Some(Recipients::Everyone));
    assert_eq!(to(0, 2), Some(Recipients::OnePeer));
    assert_eq!(to(0, 0), Some(Recipients::OnePeer));
    assert_eq!(to(ME, 1), None, "a vote brings nothing any more");
}

#[test]
fn a_proof_of_several_blocks_brings_a_validator_that_was_away_to_the_same_place() {
    let root = Link::genesis(genesis());
    let a = first(1, "A");
    let (b, c) = (on(&a, 2, "B"), on(&on(&a, 2, "B"), 3, "C"));
    let votes = |link: &Link| certificate(link, &[0, 1, 2]).votes().to_vec();
    let all = [votes(&a), votes(&b), votes(&c)].concat();
    let input = |proof: &[Arc<Signed<Message>>]| Input::Certificate {
        first: 1,
        blocks: vec![a.block, b.block],
        proof: proof.to_vec().into(),
    };
    let mut node = jolteon();
    // Without the votes for C nothing makes B final.
    let out = node.input(input(&all[..6]));
    assert_eq!(decided(&out), Some((1, vec![a.block])));
    let mut node = jolteon();
    assert_eq!(
        decided(&node.input(input(&all[3..]))),
        None,
        "A is not certified"
    );
    let mut node = jolteon();
    let out = node.input(input(&all));
    assert_eq!(decided(&out), Some((1, vec![a.block, b.block])));
    assert_eq!(node.state.view, 4);
    assert_eq!(root.height, 0);
}

#[test]
fn a_liar_says_the_same_of_another_block_and_forgets_its_lock() {
    let a = first(1, "A");
    let other = block("B");
    let said = proposal(&a, &Link::genesis(genesis()), None);
    let conflicting = Jolteon::CONFLICTING.expect("there");
    let lie = conflicting(&said, other).expect("a proposal");
    assert_eq!(lie.describe().value, Some(other));
    let votes = Jolteon::VOTES_FOR.expect("there");
    assert_eq!(votes(&lie), [Message::Vote(Link { block: other, ..a })]);
    let mut node = chained();
    node.row(&["A", "B", "C"]);
    ChainedHotStuff::FORGET_LOCK.expect("has a lock")(&mut node.state);
    assert_eq!(node.state.locked.view, 0);
    assert!(Jolteon::FORGET_LOCK.is_none(), "has none");
}

// ------------------------------------------------------------------------- papers, code and tests agree

#[test]
fn every_rule_has_its_row_and_its_test() {
    let tests = include_str!("hotstuff_rules.rs");
    let papers = [
        (
            include_str!("../../docs/papers/basic-hotstuff.md"),
            BasicHotStuff::INFO.rules,
        ),
        (
            include_str!("../../docs/papers/chained-hotstuff.md"),
            ChainedHotStuff::INFO.rules,
        ),
        (
            include_str!("../../docs/papers/hotstuff-2.md"),
            HotStuff2::INFO.rules,
        ),
        (
            include_str!("../../docs/papers/jolteon.md"),
            Jolteon::INFO.rules,
        ),
    ];
    for (paper, rules) in papers {
        let rows: Vec<&str> = paper
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.split_once(" |").map(|(id, _)| id))
            .filter(|id| id.chars().nth(1).is_some_and(|c| c.is_ascii_digit()))
            .collect();
        let known: Vec<&str> = rules.iter().map(|r| r.id).collect();
        assert_eq!(rows, known);
        for id in rows {
            let named = format!("fn {}_", id.to_lowercase());
            assert!(tests.contains(&named), "{id} has no test");
        }
    }
}

// ------------------------------------------------------------------------------------- closed formulas

const D: u64 = 50_000;

fn calm<const K: usize>(protocol: &str, stakes: &[u64], params: [(&str, u64); K]) -> Scenario {
    let mut scenario = Scenario {
        validators: (0..)
            .zip(stakes)
            .map(|(i, stake)| ValidatorSpec::numbered(i, *stake))
            .collect(),
        protocol: ProtocolSpec {
            name: protocol.into(),
            proposer: ProposerSpec::Rotation,
            params: ParamsSpec::from(params),
            resend: false,
            ..ProtocolSpec::default()
        },
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Constant { us: D };
    scenario
}

/// Height, index of the validator and instant of every decision.
fn decisions(scenario: &Scenario, until: u64) -> Vec<(u64, usize, u64)> {
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(until);
    let all = session.decisions();
    let index = |name: &str| name[1..].parse::<usize>().expect("v and a number") - 1;
    all.iter()
        .map(|d| (d.height, index(&d.validator), d.at_us))
        .collect()
}

/// Protocols of one block a view, and of how many certified blocks in a row the first is final.
const PIPELINED: [(&str, u64); 3] = [("chained-hotstuff", 3), ("hotstuff-2", 2), ("jolteon", 2)];

#[test]
fn a_view_takes_two_delays_and_a_block_is_final_when_the_last_certificate_arrives() {
    for (protocol, chain) in PIPELINED {
        for n in [4, 7, 10, 16] {
            let decided = decisions(&calm(protocol, &vec![10; n], []), 2_000_000);
            assert!(decided.len() >= 15 * n, "{protocol}, n = {n}");
            for (height, validator, at) in decided {
                // Its leader collects the certificate; the others have it a delay later.
                let collects = (height + chain - 1) % n as u64 == validator as u64;
                let arrives = if collects { 0 } else { D };
                let expected = (height - 1) * 2 * D + 2 * chain * D + arrives;
                assert_eq!(at, expected, "{protocol}, n = {n}, height {height}");
            }
        }
    }
}

#[test]
fn basic_hotstuff_is_final_after_seven_delays_and_goes_on_after_eight() {
    for n in [4, 7, 10, 16] {
        let decided = decisions(&calm("basic-hotstuff", &vec![10; n], []), 4_000_000);
        assert!(decided.len() >= 9 * n, "n = {n}");
        for (height, validator, at) in decided {
            let leads = (height - 1) % n as u64 == validator as u64;
            let delays = (height - 1) * 8 + if leads { 6 } else { 7 };
            assert_eq!(at, delays * D, "n = {n}, height {height}");
        }
    }
}

#[test]
fn basic_hotstuff_costs_seven_messages_a_validator_and_a_new_view() {
    for n in [4u64, 7, 10, 16] {
        let views = 4;
        let mut session =
            Session::open(calm("basic-hotstuff", &vec![10; n as usize], [])).expect("possible");
        session.run_to(views * 8 * D - 1);
        let kinds = session.frame().metrics.messages_by_kind;
        let sent = |kind: &str| kinds.iter().find(|k| k.kind == kind).map_or(0, |k| k.sent);
        let each = views * (n - 1);
        let counts = [
            "prepare",
            "prepare vote",
            "pre-commit vote",
            "commit vote",
            "new-view",
        ];
        assert_eq!(counts.map(sent), [each; 5], "n = {n}");
        assert_eq!(sent("certificate"), 3 * each, "n = {n}");
        let all: u64 = kinds.iter().map(|k| k.sent).sum();
        assert_eq!(all, 8 * each, "n = {n}");
    }
}

/// Its votes go to the leader of their own view: a silent one takes no other block with it.
#[test]
fn a_silent_leader_of_basic_hotstuff_costs_one_view() {
    let mut scenario = calm("basic-hotstuff", &[10; 4], [("delta_us", DELTA)]);
    silent(&mut scenario, "v4");
    let decided = decisions(&scenario, 6_000_000);
    for height in 1..=7u64 {
        // Three blocks a cycle, and then the timers of those who entered last, one delay after the leader.
        let cycles = (height - 1) / 3;
        let start = (height - 1) * 8 * D + cycles * 9 * DELTA;
        for validator in 0..3 {
            let found = decided
                .iter()
                .find(|d| (d.0, d.1) == (height, validator))
                .map(|d| d.2);
            let leads = (height - 1) % 3 == validator as u64;
            let expected = start + if leads { 6 } else { 7 } * D;
            assert_eq!(found, Some(expected), "height {height}, v{}", validator + 1);
        }
    }
}

/// The votes of round 6 went to v7 alone, which never tells of them. Everybody honest voted for that block, and
/// the next honest leader drops it without knowing: what is known as tail-forking.
#[test]
fn jolteon_drops_the_block_before_a_silent_leader_although_a_quorum_voted_for_it() {
    let mut scenario = calm("jolteon", &[10; 7], [("delta_us", DELTA)]);
    silent(&mut scenario, "v7");
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(4_000_000);
    let rounds: Vec<u32> = session.decisions().iter().map(|d| d.round).collect();
    for round in [1, 2, 3, 4, 5, 8, 9, 10, 11] {
        assert!(rounds.contains(&round), "round {round}");
    }
    assert!(!rounds.contains(&6) && !rounds.contains(&7));
    let lines = session.trace_lines();
    let events =
        lines.map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("a JSON line"));
    let voted = events
        .filter(|e| e["event"] == "rule" && e["rule"] == "J3" && e["round"] == 6)
        .filter(|e| e["node"] != "v7");
    assert_eq!(voted.count(), 6, "all but v7");
}

#[test]
fn a_view_costs_one_proposal_to_all_and_one_vote_of_each() {
    for (protocol, _) in PIPELINED {
        for n in [4u64, 7, 10, 16] {
            let views = 6;
            let scenario = calm(protocol, &vec![10; n as usize], []);
            let mut session = Session::open(scenario).expect("possible");
            // All of the last view has been sent, and the next one has not begun.
            session.run_to(views * 2 * D - 1);
            let kinds = session.frame().metrics.messages_by_kind;
            let sent = |kind: &str| kinds.iter().find(|k| k.kind == kind).map_or(0, |k| k.sent);
            assert_eq!(sent("propose"), views * (n - 1), "{protocol}, n = {n}");
            assert_eq!(sent("vote"), views * (n - 1), "{protocol}, n = {n}");
            let all: u64 = kinds.iter().map(|k| k.sent).sum();
            assert_eq!(all, views * 2 * (n - 1), "{protocol}, n = {n}");
        }
    }
}

/// When a validator has heard of a quorum: the earliest instant by which voters, whose votes leave at these
/// instants, of more than 2/3 of the stake have been heard.
fn quorum_heard(stakes: &[u64], leave: &[u64], to: usize, delay: &[Vec<u64>]) -> u64 {
    let total: u64 = stakes.iter().sum();
    let arrival = |from: usize| leave[from] + if from == to { 0 } else { delay[from][to] };
    let mut order: Vec<usize> = (0..stakes.len()).collect();
    order.sort_by_key(|i| arrival(*i));
    let mut heard = 0;
    for i in order {
        heard += stakes[i];
        if 3 * heard > 2 * total {
            return arrival(i);
        }
    }
    unreachable!("all the stake is a quorum")
}

#[test]
fn stakes_and_matrices_follow_the_weighted_quorum_recurrence() {
    let cases: &[(&[u64], u64)] = &[
        (&[100, 500, 200], 1),
        (&[1, 2, 3, 4, 5], 7),
        (&[7; 6], 3),
        (&[50, 1, 1, 1, 1, 1, 45], 11),
    ];
    for (protocol, chain) in PIPELINED {
        for (stakes, salt) in cases {
            let n = stakes.len();
            let delay: Vec<Vec<u64>> = (0..n as u64)
                .map(|a| {
                    (0..n as u64)
                        .map(|b| 40_000 + (a * 7_919 + b * 104_729 + salt * 31) % 20_000)
                        .collect()
                })
                .collect();
            let mut scenario = calm(protocol, stakes, []);
            scenario.network.latency = LatencySpec::Matrix { us: delay.clone() };
            let decided = decisions(&scenario, 2_000_000);
            // When each validator learns what the proposal of a view tells: its leader when it has collected the
            // votes of the view before, the others when the proposal arrives. A leader that needs one vote beside
            // its own collects them at the instant it votes, and then makes a pause.
            let (mut collected, mut sent) = (0, 0);
            let mut known: Vec<Vec<u64>> = Vec::new();
            for view in 0..12 {
                let (leader, next) = (view % n, (view + 1) % n);
                let at = |i: usize, own: u64| {
                    if i == leader {
                        own
                    } else {
                        sent + delay[leader][i]
                    }
                };
                let voted: Vec<u64> = (0..n).map(|i| at(i, sent)).collect();
                let learned: Vec<u64> = (0..n).map(|i| at(i, collected)).collect();
                collected = quorum_heard(stakes, &voted, next, &delay);
                let entered = if view == 0 { 0 } else { learned[next] };
                sent = collected.max(entered + 1_000);
                known.push(learned);
            }
            for height in 1..=8u64 {
                let certified = &known[height as usize - 1 + chain as usize];
                for (validator, expected) in certified.iter().enumerate() {
                    let found = decided
                        .iter()
                        .find(|d| (d.0, d.1) == (height, validator))
                        .map(|d| d.2);
                    assert_eq!(
                        found,
                        Some(*expected),
                        "{protocol}, stakes {stakes:?}, height {height}, v{}",
                        validator + 1
                    );
                }
            }
        }
    }
}

fn silent(scenario: &mut Scenario, who: &str) {
    scenario.adversary = AdversarySpec {
        who: Who::Names(vec![who.into()]),
        strategy: StrategySpec::Silent,
    };
}

/// What a view may take, and what a leader waits after a view that brought nothing, in Δ.
fn patience(protocol: &str) -> (u64, u64) {
    if protocol == "hotstuff-2" {
        (6, 2)
    } else {
        (4, 0)
    }
}

#[test]
fn a_silent_first_leader_costs_its_timeout_and_one_delay() {
    for (protocol, chain) in PIPELINED {
        let mut scenario = calm(protocol, &[10; 7], [("delta_us", DELTA)]);
        silent(&mut scenario, "v1");
        let (view, wait) = patience(protocol);
        // Timeouts leave when the time is up, and the leader of view 2 enters when they have arrived.
        let proposed = view * DELTA + D + wait * DELTA;
        for (height, validator, at) in decisions(&scenario, 2_000_000) {
            if height == 1 {
                let collects = (1 + chain) % 7 == validator as u64;
                let arrives = if collects { 0 } else { D };
                assert_eq!(at, proposed + 2 * chain * D + arrives, "{protocol}");
            }
        }
    }
}

#[test]
fn a_silent_leader_costs_the_time_of_two_views_and_the_block_before() {
    for (protocol, _) in PIPELINED {
        let mut scenario = calm(protocol, &[10; 7], [("delta_us", DELTA)]);
        silent(&mut scenario, "v7");
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(4_000_000);
        let (view, wait) = patience(protocol);
        // The votes of view 6 go to v7 and are lost: that view is given up, and then view 7. Everybody but its
        // leader enters view 6 with its proposal.
        let entered = 5 * 2 * D + D;
        let expected = entered + 2 * (view * DELTA + D) + wait * DELTA;
        let lines = session.trace_lines();
        let events = lines
            .map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("a JSON line"));
        let begins = events
            .filter(|e| e["event"] == "step" && e["round"] == 8)
            .map(|e| e["at_us"].as_u64().expect("a time"));
        let first = begins.min().expect("view 8 begins");
        assert_eq!(first, expected - wait * DELTA, "{protocol}");
    }
}

/// n = 4, turns in order, one silent leader: of each cycle of four views the votes of one are lost with the leader
/// that should have collected them, and one has no proposal. Two consecutive ones are certified, never three.
#[test]
fn with_one_silent_leader_of_four_the_three_chain_never_commits_and_two_chains_do_once_a_cycle() {
    for (protocol, chain) in PIPELINED {
        let mut scenario = calm(protocol, &[10; 4], [("delta_us", DELTA)]);
        silent(&mut scenario, "v4");
        scenario.checks.stall_after_us = 15_000_000;
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(20_000_000);
        let frame = session.frame();
        let lines = session.trace_lines();
        let certified = lines.filter(|line| line.contains("\"polka\"")).count();
        assert!(certified > 60, "{protocol}: {certified} certificates seen");
        let told = &frame.adversary.sentence;
        let turns = if chain == 3 { "four" } else { "three" };
        let stops = format!("stops it only where no {turns} leaders in a row are honest");
        assert!(told.contains(&stops), "{protocol}: {told}");
        if chain == 3 {
            assert_eq!(frame.metrics.height, 0, "{protocol}");
            assert_eq!(frame.verdicts[0].kind, VerdictKind::Stalled);
            continue;
        }
        let mut of_v1: Vec<(u64, u64)> = decisions(&session.scenario().clone(), 20_000_000)
            .into_iter()
            .filter(|d| d.1 == 0)
            .map(|d| (d.2, d.0))
            .collect();
        of_v1.sort_unstable();
        let mut instants: Vec<u64> = of_v1.iter().map(|d| d.0).collect();
        instants.dedup();
        // Block 1 alone in the first cycle, whose views 1 and 2 are certified; then two at a time.
        let (heights, commits) = (of_v1.len(), instants.len());
        assert!(commits > 8, "{protocol}: {commits}");
        assert_eq!(heights, 2 * commits - 1, "{protocol}");
    }
}

/// At exactly a third nobody can fork the chain, and whoever says nothing stops it.
#[test]
fn one_silent_validator_of_three_stops_every_protocol_and_forks_none() {
    for protocol in [
        "basic-hotstuff",
        "chained-hotstuff",
        "hotstuff-2",
        "jolteon",
    ] {
        let mut scenario = calm(protocol, &[10; 3], [("delta_us", DELTA)]);
        silent(&mut scenario, "v3");
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(20_000_000);
        let frame = session.frame();
        let kind = frame.verdicts[0].kind;
        assert_eq!(kind, VerdictKind::Stalled, "{protocol}");
        let sentence = &frame.verdicts[0].sentence;
        assert!(sentence.contains("66.7 %"), "{protocol}: {sentence}");
    }
}

#[test]
fn with_one_more_leader_the_three_chain_commits_in_spite_of_a_silent_one() {
    let mut scenario = calm("chained-hotstuff", &[10; 5], [("delta_us", DELTA)]);
    silent(&mut scenario, "v5");
    let heights = decisions(&scenario, 20_000_000);
    assert!(heights.iter().map(|d| d.0).max() > Some(10));
}

// --------------------------------------------------------------------------------- random schedules, bounds

/// Liars below the bound: nothing forks, and after the network is calm everybody goes on.
fn weather(protocol: &str, proposer: Option<ProposerSpec>, relocks: u32) {
    let mut coverage = Coverage::default();
    for seed in 1..=14 {
        let mut scenario = storm_under(protocol, 3, seed);
        if let Some(proposer) = proposer.clone() {
            scenario.protocol.proposer = proposer;
        }
        survive(seed, &scenario, 3, &mut coverage);
    }
    assert!(coverage.restarts > 3, "restarts: {}", coverage.restarts);
    assert!(coverage.caught_up > 3, "caught up: {}", coverage.caught_up);
    assert!(coverage.skips > 10, "ended views: {}", coverage.skips);
    let equivocations = coverage.equivocations;
    assert!(equivocations > 3, "equivocations: {equivocations}");
    assert!(coverage.relocks >= relocks, "relocks: {}", coverage.relocks);
}

#[test]
fn basic_hotstuff_survives_random_schedules_with_liars_up_to_a_third() {
    // Of one view a validator locks on one block, and the next leader hears of it from a quorum: in so few runs
    // none was left for another.
    weather("basic-hotstuff", None, 0);
}

#[test]
fn chained_hotstuff_survives_random_schedules_with_liars_up_to_a_third() {
    // Of four in turn one liar may keep every three-chain from closing: that is the scenario above. And a lock needs
    // two blocks in a row, so that none is left for another in so few runs.
    weather("chained-hotstuff", Some(ProposerSpec::Draw), 0);
}

#[test]
fn hotstuff_2_survives_random_schedules_with_liars_up_to_a_third() {
    weather("hotstuff-2", None, 3);
}

#[test]
fn jolteon_survives_random_schedules_with_liars_up_to_a_third() {
    weather("jolteon", None, 0);
}

const ALL: [&str; 4] = [
    "basic-hotstuff",
    "chained-hotstuff",
    "hotstuff-2",
    "jolteon",
];

/// v1 runs twice, once in each half of a network that is cut for good; the others are split between the halves.
fn torn(protocol: &str, stakes: &[u64], quorum: &str) -> Scenario {
    let mut scenario = calm(protocol, stakes, []);
    let params = serde_json::json!({"delta_us": DELTA, "quorum": quorum});
    scenario.protocol.params = serde_json::from_value(params).expect("parameters");
    scenario.protocol.proposer = ProposerSpec::Draw;
    scenario.twins = vec!["v1".into()];
    let half = stakes.len() / 2;
    let names = |from: usize, to: usize, twin: &str| -> Vec<String> {
        let others = (from..=to).map(|i| format!("v{i}"));
        others.chain([twin.to_owned()]).collect()
    };
    let (one, other) = (
        names(2, half + 1, "'v1"),
        names(half + 2, stakes.len(), "v1'"),
    );
    scenario.network.partitions = vec![PartitionSpec {
        from_us: 0,
        until_us: None,
        cut: Cut::Groups(vec![one, other]),
    }];
    scenario
}

fn forks(scenario: &Scenario) -> bool {
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(60_000_000);
    let frame = session.frame();
    let agreement = &frame.verdicts[0];
    if agreement.kind != VerdictKind::Violated {
        assert_eq!(
            agreement.kind,
            VerdictKind::Stalled,
            "{}",
            agreement.sentence
        );
    }
    agreement.kind == VerdictKind::Violated
}

/// A validator in both halves is what two quorums share. With a third of the stake both halves lack a quorum and
/// stall; with one part in a hundred more both have one, and the chain forks.
#[test]
fn a_third_of_the_stake_in_both_halves_stalls_and_more_than_a_third_forks() {
    for protocol in ALL {
        assert!(
            !forks(&torn(protocol, &[33, 33, 33], "two_thirds")),
            "{protocol}"
        );
        assert!(
            forks(&torn(protocol, &[34, 33, 33], "two_thirds")),
            "{protocol}"
        );
    }
}

#[test]
fn a_lowered_quorum_lets_a_fifth_of_the_stake_fork_the_chain() {
    for protocol in ALL {
        assert!(
            !forks(&torn(protocol, &[10; 5], "two_thirds")),
            "{protocol}"
        );
        assert!(forks(&torn(protocol, &[10; 5], "half")), "{protocol}");
    }
}

/// Two processes with one key, both in reach of all: what they say twice is proven, and nothing forks.
#[test]
fn a_twin_below_a_third_is_accused_and_forks_nothing() {
    for protocol in ALL {
        let mut scenario = calm(protocol, &[10; 5], [("delta_us", DELTA)]);
        scenario.twins = vec!["v2".into()];
        scenario.workload.tx_per_second = 5;
        let (min_us, max_us) = (20_000, 80_000);
        scenario.network.latency = LatencySpec::Uniform { min_us, max_us };
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(20_000_000);
        let frame = session.frame();
        assert!(frame.metrics.height > 20, "{protocol}");
        let holds = |v: &consensusforge_core::session::view::Verdict| v.kind == VerdictKind::Holds;
        assert!(frame.verdicts.iter().all(holds), "{protocol}");
        let accused = session
            .trace_lines()
            .any(|l| l.contains("\"evidence\"") && l.contains("\"v2\""));
        assert!(accused, "{protocol}");
    }
}

/// A validator that was away for a while is where the others are after it came back, and has signed nothing twice.
#[test]
fn a_validator_that_crashed_catches_up_and_contradicts_nothing_it_said() {
    for protocol in ALL {
        let mut scenario = calm(protocol, &[10; 5], [("delta_us", DELTA)]);
        scenario.protocol.resend = true;
        scenario.protocol.proposer = ProposerSpec::Draw;
        scenario.faults.crashes = vec![CrashSpec {
            validator: "v3".into(),
            at_us: 2_030_000,
            restart_us: Some(9_000_000),
        }];
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(9_000_000);
        let before: Vec<u64> = session.frame().nodes.iter().map(|n| n.decided).collect();
        assert!(before[2] + 5 < before[0], "{protocol}: {before:?}");
        session.run_to(25_000_000);
        let frame = session.frame();
        let after: Vec<u64> = frame.nodes.iter().map(|n| n.decided).collect();
        assert!(after[2] + 3 > after[0], "{protocol}: {after:?}");
        assert!(session.culprits().is_empty(), "{protocol}");
    }
}

/// Hears of blocks 3 and 4 first, whose chain it lacks; then it is sent the proof of block 1.
#[test]
fn newer_certificates_do_not_keep_a_validator_from_catching_up() {
    let a = first(1, "A");
    let b = on(&a, 2, "B");
    let c = on(&b, 3, "C");
    let d = on(&c, 4, "D");
    let votes = |link: &Link| certificate(link, &QUORUM).votes().to_vec();
    let mut node = jolteon();
    node.hear(3, proposal(&d, &c, None));
    node.hear(0, proposal(&on(&d, 5, "E"), &d, None));
    assert_eq!((node.state.view, node.state.last_final.height), (5, 0));
    let mut decide = |blocks: &[&Link], proof: &[&Link]| {
        let out = node.input(Input::Certificate {
            first: blocks[0].height,
            blocks: blocks.iter().map(|l| l.block).collect(),
            proof: proof
                .iter()
                .flat_map(|l| votes(l))
                .collect::<Vec<_>>()
                .into(),
        });
        decided(&out).map(|(first, blocks)| (first, blocks.len()))
    };
    assert_eq!(decide(&[&a], &[&a, &b]), Some((1, 1)));
    // The body of B comes with its decision, that of C is still missing.
    assert_eq!(decide(&[&b], &[&b, &c]), Some((2, 1)));
    let out = node.input(Input::Fetched { block: c.block });
    assert_eq!(decided(&out), Some((3, vec![c.block])));
}
