//! One test a rule of the HotStuff family, named for it; then what its protocols are known for: times and message
//! counts by closed formula, what a silent leader costs, and random schedules. In rule tests the node under test is
//! the last of four validators with one unit of stake each; view v is led by validator (v - 1) mod 4, counting
//! from 0.

mod basic;
mod chained;
mod jolteon;
mod messages;
mod monad;
mod puppets;
mod schedules;
mod shared;
mod times;
mod two;

use consensusforge_core::base::{Micros, decode, encode, hash_bytes};
use consensusforge_core::consensus::hotstuff::message::{Phase, View};
use consensusforge_core::consensus::hotstuff::params::{Params, Quorum};
use consensusforge_core::consensus::hotstuff::state::Validity;
use consensusforge_core::consensus::hotstuff::{
    BasicHotStuff, BasicHotStuff2, ChainedHotStuff, HotStuff2, Jolteon, Link, Message, MonadBft,
    Proof, Report, State, chained as three_chain,
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
use consensusforge_tests::swarm::{Coverage, Dice, storm_under, survive};
use std::collections::{BTreeMap, BTreeSet};
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
    let params = three_chain::Params {
        delta_us: DELTA,
        ..three_chain::Params::default()
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

fn basic_two() -> Node<BasicHotStuff2> {
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
        let basic = P::INFO.name.starts_with("basic");
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
    begins_after(before, phase, link, signers)
}

fn begins_after(before: Phase, phase: Phase, link: &Link, signers: &[u16]) -> Message {
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

#[test]
fn every_rule_has_its_row_and_its_test() {
    let tests = [
        include_str!("basic.rs"),
        include_str!("chained.rs"),
        include_str!("two.rs"),
        include_str!("jolteon.rs"),
        include_str!("monad.rs"),
    ]
    .concat();
    let papers = [
        (
            include_str!("../../../docs/papers/basic-hotstuff.md"),
            BasicHotStuff::INFO.rules,
        ),
        (
            include_str!("../../../docs/papers/chained-hotstuff.md"),
            ChainedHotStuff::INFO.rules,
        ),
        (
            include_str!("../../../docs/papers/hotstuff-2.md"),
            HotStuff2::INFO.rules,
        ),
        (
            include_str!("../../../docs/papers/basic-hotstuff-2.md"),
            BasicHotStuff2::INFO.rules,
        ),
        (
            include_str!("../../../docs/papers/jolteon.md"),
            Jolteon::INFO.rules,
        ),
        (
            include_str!("../../../docs/papers/monadbft.md"),
            MonadBft::INFO.rules,
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
