//! Streamlet's rules, each a function citing its own, and what a validator remembers for them.

use super::info::{self, Flaw, Params};
use super::message::{Message, Place, slot};
use crate::base::limits::{MAX_ROUNDS_AHEAD, MAX_VALUES_PER_SIGNER};
use crate::consensus::{self, Effect, Note, Timer};
use crate::types::{BlockId, Round, Signed, ValidatorId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) type Votes = BTreeMap<ValidatorId, Arc<Signed<Message>>>;
pub(super) type Effects = Vec<Effect<Message>>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Validity {
    Unasked,
    Asked,
    Told(bool),
}

/// Everything one validator remembers.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) epoch: Round,
    pub(super) last_final: Place,
    /// Notarized blocks, from the last final one on.
    pub(super) notarized: BTreeMap<BlockId, Place>,
    pub(super) proposals: BTreeMap<Place, (Arc<Signed<Message>>, Validity)>,
    pub(super) votes: BTreeMap<Place, Votes>,
    pub(super) bodies: BTreeSet<BlockId>,
    /// What the block being built stands on: by the time it is there, another chain may be the longest.
    pub(super) building: Option<Place>,
    pub(super) proposed: Round,
    pub(super) voted: Round,
}

pub(super) type Context<'a> = consensus::Context<'a, Params>;

// S1
/// Starts the epoch the clock says; its leader extends the longest notarized chain it knows.
pub(super) fn start_epoch(state: &mut State, context: &Context, out: &mut Effects) {
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
pub(super) fn longest(state: &State) -> Place {
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
pub(super) fn vote(state: &mut State, context: &Context, out: &mut Effects) {
    if state.voted >= state.epoch {
        return;
    }
    let longest = longest(state).height;
    let mine = |(_, votes): (_, &Votes)| context.me.is_some_and(|me| votes.contains_key(&me));
    let fits = |place: &Place| {
        let parent = state.notarized.get(&place.parent);
        let any = context.params.flaw == Flaw::AnyChain;
        let extends = parent.is_some_and(|p| {
            (any || p.height == longest)
                && p.height + 1 == place.height
                && chain(state, p).is_some()
        });
        let mut same = state.votes.iter().filter(|(p, _)| p.block == place.block);
        place.epoch == state.epoch
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
pub(super) fn finalize(state: &mut State, context: &Context, out: &mut Effects) {
    let middle = state.notarized.values().filter_map(|last| {
        let middle = state.notarized.get(&last.parent)?;
        let first = state.notarized.get(&middle.parent)?;
        let consecutive = match context.params.flaw {
            Flaw::AnyEpochs => true,
            Flaw::None | Flaw::AnyChain => {
                first.epoch + 1 == middle.epoch && middle.epoch + 1 == last.epoch
            }
        };
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

pub(super) fn receive(
    state: &mut State,
    context: &Context,
    signed: Arc<Signed<Message>>,
    out: &mut Effects,
) {
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
    if state.notarized.contains_key(&place.block) {
        return;
    }
    let set = context.validators.at(place.height);
    if set.is_quorum(stake(votes, context, place)) {
        state.notarized.insert(place.block, place);
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

pub(super) fn stake(votes: &Votes, context: &Context, place: Place) -> u64 {
    let set = context.validators.at(place.height);
    votes.keys().map(|v| set.stake(*v)).sum()
}
