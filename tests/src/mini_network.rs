//! A handful of validators of any protocol in one queue: enough of a world to run a protocol without
//! the simulator. Delays, losses and builds are what the test says; bodies travel with proposals.

use consensusforge_core::base::{Micros, hash_of};
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::consensus::{
    Certificate, Context, Effect, Environment, Input, Message as _, Protocol,
};
use consensusforge_core::types::{
    BlockId, Height, NodeId, Signature, Signed, ValidatorId, ValidatorSets,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Delay of the k-th message from one node to another; `None` loses it.
pub type Link = Box<dyn FnMut(usize, usize, Micros) -> Option<Micros>>;

/// When, which of the events of that instant, and for whom.
type Queue<M> = BTreeMap<(Micros, u64), (usize, Input<M>)>;
/// Blocks decided together and what proves them.
type Commit<M> = (Vec<BlockId>, Arc<Certificate<M>>);

pub struct MiniNetwork<P: Protocol> {
    pub now: Micros,
    sets: ValidatorSets,
    environment: Environment<P::Params>,
    pub states: Vec<P::State>,
    queue: Queue<P::Message>,
    next: u64,
    link: Link,
    /// Time an answer of the ledger takes.
    work: Micros,
    /// Parent and height of every block ever built.
    blocks: BTreeMap<BlockId, (BlockId, Height)>,
    stores: Vec<BTreeSet<BlockId>>,
    /// The final chain of each node, from height 1.
    pub chains: Vec<Vec<BlockId>>,
    /// The commits seen, by their first height, kept by all who have decided them.
    commits: BTreeMap<Height, Commit<P::Message>>,
    genesis: BlockId,
}

impl<P: Protocol> MiniNetwork<P> {
    #[must_use]
    pub fn new(
        stakes: &[u64],
        params: P::Params,
        block_interval: Micros,
        work: Micros,
        link: Link,
    ) -> Self {
        let genesis = super::one_node::genesis();
        let nodes = stakes.len();
        let mut network = MiniNetwork {
            now: 0,
            states: vec![P::new(genesis, &params); nodes],
            sets: super::one_node::validators(stakes),
            environment: Environment {
                proposers: Schedule::new(Rule::Priority),
                params,
                block_interval,
            },
            queue: BTreeMap::new(),
            next: 0,
            link,
            work,
            blocks: BTreeMap::from([(genesis, (genesis, 0))]),
            stores: vec![BTreeSet::from([genesis]); nodes],
            chains: vec![Vec::new(); nodes],
            commits: BTreeMap::new(),
            genesis,
        };
        for node in 0..nodes {
            network.push(0, node, Input::Start);
        }
        network
    }

    fn push(&mut self, after: Micros, node: usize, input: Input<P::Message>) {
        self.next += 1;
        self.queue
            .insert((self.now + after, self.next), (node, input));
    }

    /// Runs until `end`; every `gossip` microseconds every node sends again what it holds.
    pub fn run(&mut self, end: Micros, gossip: Micros) {
        let mut next_gossip = self.now + gossip;
        loop {
            // A stalled network has an empty queue, and gossip may be what wakes it.
            let next = self.queue.first_key_value().map(|((at, _), _)| *at);
            if next.unwrap_or(u64::MAX).min(next_gossip) >= end {
                break;
            }
            if next.is_none_or(|at| next_gossip <= at) {
                self.now = next_gossip;
                next_gossip += gossip;
                self.gossip();
            } else if let Some(((at, _), (node, input))) = self.queue.pop_first() {
                self.now = at;
                self.step(node, input);
            }
        }
        self.now = end;
    }

    fn gossip(&mut self) {
        for node in 0..self.states.len() {
            let context = self.context(node);
            // Here everybody gets what one peer would.
            for (_, message) in P::resend(&self.states[node], &context) {
                self.broadcast(node, message);
            }
            self.help_others_catch_up(node);
        }
    }

    /// Sends the commit of their next height, and its blocks, to those who are behind `node`.
    fn help_others_catch_up(&mut self, node: usize) {
        for behind in 0..self.states.len() {
            let height = self.chains[behind].len() as u64 + 1;
            let decided = self.chains[node].len() as u64 >= height;
            let mut before = self.commits.range(..=height).rev();
            let commit = before.find(|(first, (blocks, _))| **first + blocks.len() as u64 > height);
            let Some((first, (blocks, proof))) = commit.filter(|_| decided) else {
                continue;
            };
            let (first, blocks, proof) = (*first, blocks.clone(), proof.clone());
            if let Some(delay) = (self.link)(node, behind, self.now) {
                self.stores[behind].extend(&blocks);
                let input = Input::Certificate {
                    first,
                    blocks,
                    proof,
                };
                self.push(delay, behind, input);
            }
        }
    }

    fn context(&self, node: usize) -> Context<'_, P::Params> {
        let id = u16::try_from(node).unwrap_or(u16::MAX);
        self.environment
            .context(&self.sets, self.now, NodeId(id), Some(ValidatorId(id)))
    }

    fn step(&mut self, node: usize, input: Input<P::Message>) {
        if let Input::Message(signed) = &input {
            self.stores[node].extend(signed.message.attachment());
        }
        let mut state = self.states[node].clone();
        let mut out = Vec::new();
        P::step(&mut state, &self.context(node), input, &mut out);
        self.states[node] = state;
        for effect in out {
            self.carry_out(node, effect);
        }
    }

    fn broadcast(&mut self, from: usize, signed: Arc<Signed<P::Message>>) {
        for to in (0..self.states.len()).filter(|to| *to != from) {
            if let Some(delay) = (self.link)(from, to, self.now) {
                self.push(delay, to, Input::Message(signed.clone()));
            }
        }
    }

    fn carry_out(&mut self, node: usize, effect: Effect<P::Message>) {
        let me = ValidatorId(u16::try_from(node).unwrap_or(u16::MAX));
        match effect {
            Effect::Broadcast(message) => {
                let signed = Signed::with_signature(message, me, Signature([0; 64]));
                self.broadcast(node, signed.clone());
                self.step(node, Input::Message(signed));
            }
            Effect::Send { to, message } => {
                let signed = Signed::with_signature(message, me, Signature([0; 64]));
                if let Some(delay) = (self.link)(node, to.index(), self.now) {
                    self.push(delay, to.index(), Input::Message(signed));
                }
            }
            Effect::SetTimer { timer, after } => self.push(after, node, Input::Timer(timer)),
            Effect::BuildBlock { slot, parents } => {
                let parent = parents[0];
                let key = (slot.height, slot.round, me.0, parent);
                let block = hash_of("test/built", &key);
                let height = self.blocks[&parent].1 + 1;
                self.blocks.insert(block, (parent, height));
                self.stores[node].insert(block);
                self.push(self.work, node, Input::Built { slot, block });
            }
            Effect::ValidateBlock { block, parents } => {
                let parent = parents[0];
                assert!(
                    self.stores[node].contains(&block),
                    "validates a body it lacks"
                );
                assert!(
                    self.stores[node].contains(&parent),
                    "lacks the parent's body"
                );
                let valid = self.blocks.get(&block).is_some_and(|b| b.0 == parent);
                self.push(self.work, node, Input::Validated { block, valid });
            }
            Effect::FetchBlock { block, from } => {
                if let Some(delay) = (self.link)(from.index(), node, self.now) {
                    self.stores[node].insert(block);
                    self.push(2 * delay, node, Input::Fetched { block });
                }
            }
            Effect::Decide {
                first,
                blocks,
                round: _,
                proof,
            } => {
                for (height, block) in (first..).zip(&blocks) {
                    self.decide(node, *block, height);
                }
                self.commits.entry(first).or_insert((blocks, proof));
            }
            Effect::Accuse(evidence) => panic!("accused {:?}", evidence.offender),
            Effect::Note(_) => {}
        }
    }

    /// Appends `block`, which must stand on what was decided before.
    fn decide(&mut self, node: usize, block: BlockId, height: Height) {
        let tip = *self.chains[node].last().unwrap_or(&self.genesis);
        assert_eq!(self.blocks[&block].0, tip, "{block:?} is not on top");
        assert!(
            self.stores[node].contains(&block),
            "decides a body it lacks"
        );
        self.chains[node].push(block);
        assert_eq!(self.chains[node].len() as u64, height);
    }

    /// The longest chain, after checking that every other is a prefix of it.
    ///
    /// # Panics
    /// When two nodes disagree.
    #[must_use]
    pub fn agreed(&self) -> Vec<BlockId> {
        let longest = self.chains.iter().max_by_key(|c| c.len());
        let longest = longest.cloned().unwrap_or_default();
        for (node, chain) in self.chains.iter().enumerate() {
            assert!(longest.starts_with(chain), "node {node} disagrees");
        }
        longest
    }
}
