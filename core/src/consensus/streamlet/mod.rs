//! Streamlet, after Chan, Shi, "Streamlet: Textbook Streamlined Blockchains" (2020): a tree of blocks, no
//! locks, no view change. Our transcription of its rules is `docs/papers/streamlet.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | epoch e | a slot's round; the timer follows the clock all share, [`Context::now`] |
//! | epoch length, 2 Delta | [`Params::epoch_us`] |
//! | leader H(e) | the proposer of turn e: [`leader`] |
//! | notarized: votes of 2n/3 | votes of strictly more than 2/3 of the stake |
//! | final | [`Decide`](Effect::Decide) |
//!
//! # Rules
//!
//! | rule | function |
//! |---|---|
//! | S1 | [`start_epoch`], [`longest`] |
//! | S2 | [`vote`] |
//! | S3 | [`receive`] |
//! | S4 | [`finalize`] |
//! | S5 | [`Protocol::resend`] |
//!
//! # Deviations
//!
//! 1. Not every message is echoed at once (S5): a node without progress passes on what it holds, to one
//!    peer after another, which costs a fraction of the paper's cubic number of messages.
//! 2. A slot's height is the block's place in its chain.
//! 3. A vote carries the proposal's fields, so that a notarized block is known without its proposal and its
//!    body can be fetched.
//! 4. One block is voted for in one epoch only: a header here does not commit to the epoch.
//! 5. Building and validating take time: a block is voted for once the ledger calls it valid on its parent,
//!    and if that takes longer than the epoch, not at all.

mod info;

pub use info::Params;

use crate::base::limits::{MAX_ROUNDS_AHEAD, MAX_VALUES_PER_SIGNER};
use crate::consensus::{
    self, Compose, Conflicting, Corruptible, Description, Effect, Extends, Input, Note, Protocol,
    ProtocolInfo, Recipients, Resend, Status, Tally, Timer, VotesFor,
};
use crate::types::{BlockId, Height, Round, Signable, Signed, Slot, ValidatorId};
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A block of an epoch in its place: what proposals and votes both name.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize
)]
pub struct Place {
    /// The epoch it was proposed in.
    pub epoch: Round,
    /// Its place in its chain.
    pub height: Height,
    /// The block.
    pub block: BlockId,
    /// The block before it.
    pub parent: BlockId,
}

/// A vote for a block in its place, or else the proposal of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Message {
    /// False: the proposal.
    pub vote: bool,
    /// What it names.
    pub place: Place,
}

impl Place {
    fn slot(&self) -> Slot {
        slot(self.height, self.epoch)
    }
}

fn slot(height: Height, round: Round) -> Slot {
    Slot { height, round }
}

impl Signable for Message {
    const DOMAIN: &'static str = "consensusforge/streamlet/message";
}

impl consensus::Message for Message {
    fn describe(&self) -> Description {
        Description {
            kind: u8::from(self.vote),
            slot: self.place.slot(),
            value: Some(self.place.block),
            fields: vec![("parent", self.place.parent.short(8))],
        }
    }

    fn attachment(&self) -> Option<BlockId> {
        (!self.vote).then_some(self.place.block)
    }
}

type Votes = BTreeMap<ValidatorId, Arc<Signed<Message>>>;
type Effects = Vec<Effect<Message>>;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Validity {
    Unasked,
    Asked,
    Told(bool),
}

/// Everything one validator remembers.
#[derive(Clone, Debug)]
pub struct State {
    epoch: Round,
    last_final: Place,
    /// Notarized blocks, from the last final one on.
    notarized: BTreeMap<BlockId, Place>,
    proposals: BTreeMap<Place, (Arc<Signed<Message>>, Validity)>,
    votes: BTreeMap<Place, Votes>,
    bodies: BTreeSet<BlockId>,
    /// What the block being built stands on: by the time it is there, another chain may be the longest.
    building: Option<Place>,
    proposed: Round,
    voted: Round,
}

/// The protocol.
#[derive(Clone, Copy, Debug)]
pub struct Streamlet;

type Context<'a> = consensus::Context<'a, Params>;

// S1
/// Starts the epoch the clock says; its leader extends the longest notarized chain it knows.
fn start_epoch(state: &mut State, context: &Context, out: &mut Effects) {
    let length = context.params.epoch_us.max(1);
    state.epoch = u32::try_from(context.now / length + 1).unwrap_or(Round::MAX);
    enter(state, context, info::PROPOSE, out);
    let (kind, timer_slot) = (0, slot(0, state.epoch));
    out.push(Effect::SetTimer {
        timer: Timer {
            kind,
            slot: timer_slot,
        },
        after: length - context.now % length,
    });
    if context.me == Some(leader(context, state.epoch)) && state.proposed < state.epoch {
        let tip = longest(state);
        state.building = Some(tip);
        let (slot, parent) = (slot(tip.height + 1, state.epoch), tip.block);
        out.push(Effect::fired(info::S1, slot));
        out.push(Effect::BuildBlock {
            slot,
            parents: vec![parent],
        });
    }
}

fn enter(state: &State, context: &Context, step: u8, out: &mut Effects) {
    out.push(Effect::Note(Note::Step {
        slot: slot(state.last_final.height + 1, state.epoch),
        step,
        leader: Some(leader(context, state.epoch)),
    }));
}

fn leader(context: &Context, epoch: Round) -> ValidatorId {
    context.proposer(u64::from(epoch), 0)
}

/// The tip of the longest notarized chain, the latest if there are several.
fn longest(state: &State) -> Place {
    let known = state.notarized.values();
    let connected = known.filter(|tip| chain(state, tip).is_some());
    let tip = connected.max_by_key(|p| (p.height, p.epoch, p.block));
    tip.copied().unwrap_or(state.last_final)
}

/// The notarized blocks from `tip` down to the child of the last final one, if all are known.
fn chain(state: &State, tip: &Place) -> Option<Vec<Place>> {
    let mut chain = Vec::new();
    let mut at = *tip;
    while at.block != state.last_final.block {
        chain.push(at);
        let parent = *state.notarized.get(&at.parent)?;
        if parent.height + 1 != at.height || parent.epoch >= at.epoch {
            return None;
        }
        at = parent;
    }
    Some(chain)
}

// S2
/// Votes for the first valid proposal of this epoch that extends a longest notarized chain.
fn vote(state: &mut State, context: &Context, out: &mut Effects) {
    if state.voted >= state.epoch {
        return;
    }
    let longest = longest(state).height;
    let mine = |(_, votes): (_, &Votes)| context.me.is_some_and(|me| votes.contains_key(&me));
    let fits = |place: &Place| {
        let parent = state.notarized.get(&place.parent);
        let extends = parent.is_some_and(|p| p.height == longest && chain(state, p).is_some());
        let mut same = state.votes.iter().filter(|(p, _)| p.block == place.block);
        place.epoch == state.epoch
            && place.height == longest + 1
            && extends
            && state.bodies.contains(&place.parent)
            && !same.any(mine)
    };
    let fitting: Vec<Place> = state.proposals.keys().copied().filter(fits).collect();
    for place in fitting {
        let Some((_, validity)) = state.proposals.get_mut(&place) else {
            continue;
        };
        match *validity {
            Validity::Unasked => {
                *validity = Validity::Asked;
                let Place { block, parent, .. } = place;
                out.push(Effect::ValidateBlock {
                    block,
                    parents: vec![parent],
                });
            }
            Validity::Told(true) => {
                state.voted = state.epoch;
                out.push(Effect::fired(info::S2, place.slot()));
                out.push(Effect::Broadcast(Message { vote: true, place }));
                enter(state, context, info::VOTE, out);
                return;
            }
            Validity::Asked | Validity::Told(false) => {}
        }
    }
}

// S4
/// Three adjacent notarized blocks of consecutive epochs: the middle one and all before it are final.
fn finalize(state: &mut State, out: &mut Effects) {
    let middle = state.notarized.values().filter_map(|last| {
        let middle = state.notarized.get(&last.parent)?;
        let first = state.notarized.get(&middle.parent)?;
        let consecutive = first.epoch + 1 == middle.epoch && middle.epoch + 1 == last.epoch;
        let prefix = chain(state, middle)?;
        let at_hand = prefix.iter().all(|p| state.bodies.contains(&p.block));
        let new = middle.height > state.last_final.height;
        (consecutive && at_hand && new).then_some((*middle, prefix, [*first, *last]))
    });
    let Some((middle, mut order, around)) = middle.max_by_key(|(middle, ..)| middle.height) else {
        return;
    };
    order.reverse();
    // Who was away has seen none of them notarized: the proof has the votes for all.
    let proof: BTreeSet<Place> = order.iter().chain(&around).copied().collect();
    let votes = proof.iter().filter_map(|place| state.votes.get(place));
    out.push(Effect::fired(info::S4, middle.slot()));
    out.push(Effect::Decide {
        first: state.last_final.height + 1,
        blocks: order.iter().map(|place| place.block).collect(),
        round: middle.epoch,
        proof: Arc::new(votes.flat_map(|v| v.values().cloned()).collect()),
    });
    state.last_final = middle;
    state.notarized.retain(|_, p| p.height >= middle.height);
    state.votes.retain(|p, _| p.height >= middle.height);
    state.proposals.retain(|p, _| p.height >= middle.height);
}

fn receive(state: &mut State, context: &Context, signed: Arc<Signed<Message>>, out: &mut Effects) {
    let Message { vote, place } = signed.message;
    let too_far = place.epoch > state.epoch.saturating_add(MAX_ROUNDS_AHEAD);
    if too_far || place.height <= state.last_final.height {
        return;
    }
    if !vote {
        let rivals = state.proposals.keys().filter(|p| p.epoch == place.epoch);
        let room = rivals.count() < MAX_VALUES_PER_SIGNER;
        if signed.signer == leader(context, place.epoch) && room {
            state.bodies.insert(place.block);
            let fresh = || (signed, Validity::Unasked);
            state.proposals.entry(place).or_insert_with(fresh);
        }
        return;
    }
    // S3
    let from = signed.signer;
    let votes = state.votes.entry(place).or_default();
    votes.insert(from, signed);
    let notarized = context
        .validators
        .at(place.height)
        .is_quorum(stake(votes, context, place));
    if notarized && state.notarized.insert(place.block, place).is_none() {
        let (slot, block) = (place.slot(), place.block);
        out.push(Effect::fired(info::S3, slot));
        out.push(Effect::Note(Note::Polka {
            slot,
            block: Some(block),
        }));
        if !state.bodies.contains(&block) {
            out.push(Effect::FetchBlock { block, from });
        }
    }
}

fn stake(votes: &Votes, context: &Context, place: Place) -> u64 {
    let set = context.validators.at(place.height);
    votes.keys().map(|v| set.stake(*v)).sum()
}

impl Protocol for Streamlet {
    type Message = Message;
    type State = State;

    type Params = Params;

    const INFO: ProtocolInfo = info::INFO;

    fn new(genesis: BlockId, _: &Params) -> State {
        let root = Place {
            epoch: 0,
            height: 0,
            block: genesis,
            parent: genesis,
        };
        State {
            epoch: 0,
            last_final: root,
            notarized: BTreeMap::from([(genesis, root)]),
            proposals: BTreeMap::new(),
            votes: BTreeMap::new(),
            bodies: BTreeSet::from([genesis]),
            building: None,
            proposed: 0,
            voted: 0,
        }
    }

    fn step(state: &mut State, context: &Context, input: Input<Message>, out: &mut Effects) {
        match input {
            Input::Start | Input::Timer(_) => start_epoch(state, context, out),
            Input::Message(signed) => receive(state, context, signed, out),
            Input::Built { slot, block } => {
                if let Some(tip) = state.building.take()
                    && slot.round == state.epoch
                {
                    let (epoch, height, parent) = (slot.round, slot.height, tip.block);
                    let place = Place {
                        epoch,
                        height,
                        block,
                        parent,
                    };
                    state.proposed = epoch;
                    out.push(Effect::Broadcast(Message { vote: false, place }));
                }
            }
            Input::Validated { block, valid } => {
                let proposals = state.proposals.iter_mut();
                proposals
                    .filter(|(place, _)| place.block == block)
                    .for_each(|(_, (_, validity))| *validity = Validity::Told(valid));
            }
            Input::Fetched { block } => {
                state.bodies.insert(block);
            }
            Input::Certificate { proof, .. } => {
                for signed in proof.iter() {
                    receive(state, context, signed.clone(), out);
                }
            }
            Input::Restarted => {
                let proposals = state.proposals.values_mut();
                proposals
                    .filter(|(_, validity)| *validity == Validity::Asked)
                    .for_each(|(_, validity)| *validity = Validity::Unasked);
                for place in state.notarized.values() {
                    let from = state.votes.get(place).and_then(|v| v.keys().next());
                    if let Some(&from) = from
                        && !state.bodies.contains(&place.block)
                    {
                        out.push(Effect::FetchBlock {
                            block: place.block,
                            from,
                        });
                    }
                }
                start_epoch(state, context, out);
            }
        }
        vote(state, context, out);
        finalize(state, out);
    }

    fn status(state: &State, context: &Context) -> Status {
        let tally = |(place, votes): (&Place, &Votes)| Tally {
            kind: 1,
            round: place.epoch,
            value: Some(place.block),
            have: stake(votes, context, *place),
            needed: context.validators.at(place.height).quorum(),
            of: context.validators.at(place.height).total(),
            purpose: "notarize",
            voters: votes.keys().copied().collect(),
        };
        let step = if state.voted == state.epoch && state.epoch > 0 {
            info::VOTE
        } else {
            info::PROPOSE
        };
        let step = info::STEPS[usize::from(step)];
        Status {
            height: state.last_final.height + 1,
            round: state.epoch,
            step: step.name,
            awaits: step.awaits,
            tallies: state.votes.iter().map(tally).collect(),
            ..Status::default()
        }
    }

    // S5
    fn resend(state: &State, context: &Context) -> Resend<Message> {
        let proposals = state.proposals.values().map(|(signed, _)| signed);
        let all = proposals.chain(state.votes.values().flat_map(BTreeMap::values));
        let (own, others): (Vec<_>, Vec<_>) =
            all.partition(|signed| Some(signed.signer) == context.me);
        let own = own.into_iter().map(|s| (Recipients::Everyone, s.clone()));
        let others = others.into_iter().map(|s| (Recipients::OnePeer, s.clone()));
        own.chain(others).collect()
    }
}

impl Corruptible for Streamlet {
    const CONFLICTING: Option<Conflicting<Message>> = Some(|message, other| {
        let place = Place {
            block: other,
            ..message.place
        };
        Some(Message { place, ..*message })
    });
    const VOTES_FOR: Option<VotesFor<Message>> = Some(|proposal| {
        vec![Message {
            vote: true,
            ..*proposal
        }]
    });
    const COMPOSE: Option<Compose<Message>> = Some(|script| {
        let vote = script.kind(info::INFO.kinds)? == info::VOTE_KIND;
        script.without_valid_round()?;
        let (block, (parent, _)) = (script.block()?, script.parent()?);
        let place = Place {
            epoch: script.slot.round,
            height: script.slot.height,
            block,
            parent,
        };
        Ok(Message { vote, place })
    });
    const EXTENDS: Option<Extends<State>> = Some(|state, _| Some(longest(state).block));
    /// What is final is followed here whatever the ledger said of it: validity is asked for votes alone.
    const ACCEPT_INVALID: Option<fn(&mut State)> = Some(|_| {});
}
