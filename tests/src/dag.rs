//! A throw-away DAG, after Mysticeti-C (arXiv 2310.14821) with one leader a round: here to prove that the
//! seam carries one. Every validator proposes a block a round on blocks of more than two thirds of the
//! stake of the round before. No votes: blocks decide.
//!
//! | paper | here |
//! |---|---|
//! | round | a slot's height |
//! | support: a block of the next round has it as a parent | [`State::supports`] |
//! | certificate: a block two rounds on, with supporters of 2f + 1 among its parents | [`State::certifies`] |
//! | direct and indirect rule, anchor | [`State::verdicts`] |
//! | commit: a leader with its history that is not ordered yet | [`commit`], by round, author and digest |
//!
//! Deviations: parents are of the round before alone, so a block that comes too late for that is never
//! ordered; no waiting for a leader's block; nothing is ever forgotten.

use borsh::{BorshDeserialize, BorshSerialize};
use consensusforge_core::consensus::{
    self, Bound, Corruptible, Description, Effect, Input, Kind, NoParams, Note, Paper, Protocol,
    ProtocolInfo, Recipients, Resend, Role, Rounds, Share, Status, StepInfo, Threshold, Timer,
    TimerInfo,
};
use consensusforge_core::types::{
    BlockId, Evidence, Height, Signable, Signed, Slot, ValidatorId, ValidatorSet,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A block of a round: what its author signs.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Message {
    pub round: Height,
    pub block: BlockId,
    pub parents: Vec<BlockId>,
}

impl Signable for Message {
    const DOMAIN: &'static str = "consensusforge/test/dag";
}

impl consensus::Message for Message {
    fn describe(&self) -> Description {
        Description {
            kind: 0,
            slot: slot(self.round),
            value: Some(self.block),
            fields: vec![("parents", self.parents.len().to_string())],
        }
    }

    fn attachment(&self) -> Option<BlockId> {
        Some(self.block)
    }
}

fn slot(height: Height) -> Slot {
    Slot { height, round: 0 }
}

type Context<'a> = consensus::Context<'a, NoParams>;
type Effects = Vec<Effect<Message>>;
type Received = Arc<Signed<Message>>;

#[derive(Clone, Debug)]
pub struct State {
    genesis: BlockId,
    /// Blocks that stand in the DAG with all their ancestors, and the same by round.
    blocks: BTreeMap<BlockId, Received>,
    rounds: BTreeMap<Height, Vec<BlockId>>,
    /// Parents that were asked for.
    asked: BTreeSet<BlockId>,
    /// Blocks that cannot stand yet: a parent is missing, or their verdict (`None`).
    waiting: BTreeMap<BlockId, (Received, Option<bool>)>,
    proposed: Height,
    /// The parents of the block being built.
    building: Vec<BlockId>,
    /// The pause after the newest proposal is over.
    rested: bool,
    /// The first leader that is neither committed nor skipped.
    leader: Height,
    ordered: BTreeSet<BlockId>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Undecided,
    Skip,
    Commit(BlockId),
}

impl State {
    fn round(&self, round: Height) -> impl Iterator<Item = &Received> {
        let ids = self.rounds.get(&round).into_iter().flatten();
        ids.filter_map(|id| self.blocks.get(id))
    }

    fn newest(&self) -> Height {
        self.rounds.last_key_value().map_or(0, |(round, _)| *round)
    }

    fn supports(block: &Received, leader: &BlockId) -> bool {
        block.message.parents.contains(leader)
    }

    fn certifies(&self, block: &Received, leader: &BlockId, set: &ValidatorSet) -> bool {
        let parents = block.message.parents.iter();
        let known = parents.filter_map(|id| self.blocks.get(id));
        quorum(set, known.filter(|p| Self::supports(p, leader)))
    }

    /// All that `block` stands on, itself included, without what is ordered.
    fn history(&self, block: BlockId) -> BTreeSet<BlockId> {
        let (mut found, mut next) = (BTreeSet::new(), vec![block]);
        while let Some(id) = next.pop() {
            if let Some(b) = self.blocks.get(&id)
                && !self.ordered.contains(&id)
                && found.insert(id)
            {
                next.extend(&b.message.parents);
            }
        }
        found
    }

    /// Of each round from `self.leader` on, what became of its leader.
    fn verdicts(&self, context: &Context) -> Vec<Verdict> {
        let last = self.newest();
        let mut verdicts: BTreeMap<Height, Verdict> = BTreeMap::new();
        for round in (self.leader..=last).rev() {
            let set = context.validators.at(round);
            let author = context.proposer(round, 0);
            let leaders: Vec<BlockId> = self
                .round(round)
                .filter(|b| b.signer == author)
                .map(|b| b.message.block)
                .collect();
            let certified = |leader: &BlockId| {
                let later = self.round(round + 2);
                quorum(set, later.filter(|b| self.certifies(b, leader, set)))
            };
            let none = |b: &&Received| !leaders.iter().any(|l| Self::supports(b, l));
            let verdict = if let Some(leader) = leaders.iter().find(|l| certified(l)) {
                Verdict::Commit(*leader)
            } else if quorum(set, self.round(round + 1).filter(none)) {
                Verdict::Skip
            } else {
                let mut anchors = verdicts.range(round + 3..).map(|(_, v)| *v);
                match anchors.find(|v| *v != Verdict::Skip) {
                    Some(Verdict::Commit(anchor)) => {
                        let history = self.history(anchor);
                        let within = self
                            .round(round + 2)
                            .filter(|b| history.contains(&b.message.block));
                        let within: Vec<&Received> = within.collect();
                        let certified =
                            |l: &&BlockId| within.iter().any(|b| self.certifies(b, l, set));
                        leaders
                            .iter()
                            .find(certified)
                            .map_or(Verdict::Skip, |leader| Verdict::Commit(*leader))
                    }
                    Some(Verdict::Undecided | Verdict::Skip) | None => Verdict::Undecided,
                }
            };
            verdicts.insert(round, verdict);
        }
        verdicts.into_values().collect()
    }
}

/// Whether the authors of `blocks`, each once, hold a quorum.
fn quorum<'a>(set: &ValidatorSet, blocks: impl Iterator<Item = &'a Received>) -> bool {
    let authors: BTreeSet<ValidatorId> = blocks.map(|b| b.signer).collect();
    set.is_quorum(authors.iter().map(|a| set.stake(*a)).sum())
}

/// Keeps a block; one whose body came along is judged, another one's body is fetched first.
fn receive(state: &mut State, signed: &Received, with_body: bool, out: &mut Effects) {
    let Message { block, parents, .. } = &signed.message;
    if state.blocks.contains_key(block) || state.waiting.contains_key(block) {
        return;
    }
    state.waiting.insert(*block, (signed.clone(), None));
    out.push(if with_body {
        validate(*block, parents)
    } else {
        fetch(signed)
    });
}

fn validate(block: BlockId, parents: &[BlockId]) -> Effect<Message> {
    let parents = parents.to_vec();
    Effect::ValidateBlock { block, parents }
}

fn fetch(signed: &Received) -> Effect<Message> {
    let (block, from) = (signed.message.block, signed.signer);
    Effect::FetchBlock { block, from }
}

/// Moves into the DAG what is valid and stands on blocks that are in it; true when there was something.
fn admit(state: &mut State, context: &Context, out: &mut Effects) -> bool {
    let before = state.blocks.len();
    loop {
        let ready = state.waiting.iter().find(|(_, (signed, valid))| {
            let Message { round, parents, .. } = &signed.message;
            let known = parents.iter().filter_map(|id| state.blocks.get(id));
            let known: Vec<&Received> = known.filter(|p| p.message.round + 1 == *round).collect();
            let authors: BTreeSet<ValidatorId> = known.iter().map(|p| p.signer).collect();
            let set = context.validators.at(*round);
            let first = *round == 1 && *parents == [state.genesis];
            let later = known.len() == parents.len()
                && authors.len() == parents.len()
                && quorum(set, known.into_iter());
            *valid == Some(true) && set.get(signed.signer).is_some() && (first || later)
        });
        let Some(id) = ready.map(|(id, _)| *id) else {
            return state.blocks.len() > before;
        };
        let Some((signed, _)) = state.waiting.remove(&id) else {
            return state.blocks.len() > before;
        };
        let round = signed.message.round;
        let rival = state.round(round).find(|b| b.signer == signed.signer);
        if let Some(first) = rival.cloned() {
            out.push(Effect::Accuse(Evidence {
                offender: signed.signer,
                height: round,
                round: 0,
                first,
                second: signed.clone(),
            }));
        }
        state.rounds.entry(round).or_default().push(id);
        state.blocks.insert(id, signed);
    }
}

/// Asks for what blocks stand on that never came here: 1. A liar sends us one block and v2 another. 2. v2's
/// next block has the other as a parent.
fn ask(state: &mut State, out: &mut Effects) {
    for (signed, _) in state.waiting.values() {
        for block in &signed.message.parents {
            let known = state.blocks.contains_key(block) || state.waiting.contains_key(block);
            if !known && *block != state.genesis && state.asked.insert(*block) {
                let (block, from) = (*block, signed.signer);
                out.push(Effect::FetchBlock { block, from });
            }
        }
    }
}

/// Proposes in the round after the newest that has blocks of a quorum, once a round.
fn propose(state: &mut State, context: &Context, out: &mut Effects) {
    let full = |round: &Height| quorum(context.validators.at(*round), state.round(*round));
    let newest = state.rounds.keys().rev().copied().find(full).unwrap_or(0);
    if !state.rested || newest < state.proposed {
        return;
    }
    let mut authors = BTreeSet::new();
    let first_of_each = state.round(newest).filter(|b| authors.insert(b.signer));
    let mut parents: Vec<BlockId> = first_of_each.map(|b| b.message.block).collect();
    if newest == 0 {
        parents.push(state.genesis);
    }
    (state.proposed, state.rested) = (newest + 1, false);
    state.building.clone_from(&parents);
    let slot = slot(newest + 1);
    let (step, leader) = (0, None);
    out.push(Effect::Note(Note::Step { slot, step, leader }));
    out.push(Effect::BuildBlock { slot, parents });
    rest(context, slot, out);
}

fn rest(context: &Context, slot: Slot, out: &mut Effects) {
    let (timer, after) = (Timer { kind: 0, slot }, context.block_interval);
    out.push(Effect::SetTimer { timer, after });
}

/// Orders what decided leaders bring along, up to the first that is undecided.
fn commit(state: &mut State, context: &Context, out: &mut Effects) {
    for verdict in state.verdicts(context) {
        match verdict {
            Verdict::Undecided => return,
            Verdict::Skip => {}
            Verdict::Commit(leader) => {
                let blocks = state.history(leader);
                let place = |id: &BlockId| {
                    let block = state.blocks.get(id);
                    (block.map(|b| (b.message.round, b.signer)), *id)
                };
                let mut order: Vec<BlockId> = blocks.into_iter().collect();
                order.sort_by_key(place);
                let after = state.rounds.range(state.leader + 1..);
                let decisive = after.flat_map(|(_, ids)| ids);
                let proof: BTreeSet<&BlockId> = order.iter().chain(decisive).collect();
                let proof = proof
                    .into_iter()
                    .filter_map(|id| state.blocks.get(id).cloned());
                out.push(Effect::Decide {
                    first: state.ordered.len() as u64 + 1,
                    blocks: order.clone(),
                    round: 0,
                    proof: Arc::new(proof.collect()),
                });
                state.ordered.extend(order);
            }
        }
        state.leader += 1;
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Dag;

impl Protocol for Dag {
    type Message = Message;
    type State = State;
    type Params = NoParams;

    const INFO: ProtocolInfo = ProtocolInfo {
        name: "dag",
        title: "A DAG",
        family: "dag",
        summary: "Proves the seam.",
        paper: Paper {
            title: "Mysticeti: Reaching the Limits of Latency with Uncertified DAGs",
            authors: "Babel and others",
            year: 2023,
            place: "arXiv 2310.14821",
        },
        kinds: &[Kind {
            name: "block of a round",
            role: Role::Proposal,
        }],
        timers: &[TimerInfo {
            name: "pause",
            fired: None,
        }],
        steps: &[StepInfo {
            name: "round",
            awaits: &[],
        }],
        rounds: Rounds {
            noun: "round",
            restart: true,
        },
        certificate: "blocks",
        bound: Bound {
            quorum: Threshold::MORE_THAN_TWO_THIRDS,
            liars_below: Share { part: 1, of: 3 },
            honest_leaders: 1,
            words: "More than two thirds.",
        },
        validators_change: false,
        dag: true,
        conventions: &[],
        rules: &[],
    };

    fn new(genesis: BlockId, _: &NoParams) -> State {
        State {
            genesis,
            blocks: BTreeMap::new(),
            rounds: BTreeMap::new(),
            asked: BTreeSet::new(),
            waiting: BTreeMap::new(),
            proposed: 0,
            building: Vec::new(),
            rested: true,
            leader: 1,
            ordered: BTreeSet::new(),
        }
    }

    fn step(state: &mut State, context: &Context, input: Input<Message>, out: &mut Effects) {
        match input {
            Input::Start => {}
            Input::Message(signed) => receive(state, &signed, true, out),
            Input::Timer(timer) => state.rested |= timer.slot.height == state.proposed,
            Input::Built { slot, block } => {
                let (round, parents) = (slot.height, std::mem::take(&mut state.building));
                out.push(Effect::Broadcast(Message {
                    round,
                    block,
                    parents,
                }));
            }
            Input::Validated { block, valid } => {
                if let Some((_, verdict)) = state.waiting.get_mut(&block) {
                    *verdict = Some(valid);
                }
            }
            Input::Fetched { block } => {
                if let Some((signed, None)) = state.waiting.get(&block) {
                    out.push(validate(block, &signed.message.parents));
                }
            }
            Input::Certificate { proof, .. } => {
                for signed in proof.iter() {
                    receive(state, signed, false, out);
                }
            }
            Input::Restarted => {
                let asked = state.waiting.values().filter(|(_, valid)| valid.is_none());
                out.extend(asked.map(|(signed, _)| fetch(signed)));
                state.asked.clear();
                rest(context, slot(state.proposed), out);
            }
        }
        let grown = admit(state, context, out);
        ask(state, out);
        propose(state, context, out);
        if grown {
            commit(state, context, out);
        }
    }

    fn status(state: &State, _: &Context) -> Status {
        Status {
            height: state.proposed,
            step: "round",
            ..Status::default()
        }
    }

    fn resend(state: &State, context: &Context) -> Resend<Message> {
        let recent = state.rounds.range(state.newest().saturating_sub(3)..);
        let recent = recent.flat_map(|(_, ids)| ids);
        let to = |b: &Received| match context.me == Some(b.signer) {
            true => Recipients::Everyone,
            false => Recipients::OnePeer,
        };
        let known = recent.filter_map(|id| state.blocks.get(id));
        known.map(|b| (to(b), b.clone())).collect()
    }
}

impl Corruptible for Dag {
    const CONFLICTING: Option<fn(&Message, BlockId) -> Option<Message>> = Some(|message, block| {
        Some(Message {
            block,
            ..message.clone()
        })
    });
    const VOTES_FOR: Option<fn(&Message) -> Vec<Message>> = Some(|_| Vec::new());
}
