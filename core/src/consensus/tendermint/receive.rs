//! What comes in: messages are kept and counted here, and the rules are tried when a tally crossed a
//! threshold.

use super::certificate;
use super::message::Message;
use super::state::{Commit, State, Step, Verdict};
use super::votes::{Counted, Crossed, SignedMessage, Votes};
use super::{Context, Effects, INTERVAL_TIMER};
use crate::base::limits::{MAX_HEIGHTS_AHEAD, MAX_ROUND, MAX_ROUNDS_AHEAD, MAX_ROUNDS_BEHIND};
use crate::consensus::{Certificate, Effect, Note, Timer};
use crate::types::{BlockId, Evidence, Height, Round, Slot, Validator, ValidatorSet};
use std::sync::Arc;

/// Keeps `signed`; true when a rule may have become enabled.
pub(super) fn message(
    state: &mut State,
    context: &Context,
    signed: SignedMessage,
    out: &mut Effects,
) -> bool {
    let message = signed.message;
    let Slot { height, round } = message.slot();
    if height != state.height {
        if height > state.height && height - state.height <= MAX_HEIGHTS_AHEAD {
            state.ahead.keep(height, signed);
        }
        return false;
    }
    let set = context.validators.at(height);
    let signer = signed.signer;
    if round > MAX_ROUND || set.get(signer).is_none() {
        return false;
    }
    if round > state.round.saturating_add(MAX_ROUNDS_AHEAD) {
        return far_ahead(state, set, &signed, round);
    }
    if state.votes.round(round).is_none() && too_old(state, &message) {
        return false;
    }
    if context.me == Some(signer) {
        remember_own(state, &signed);
    }
    match message {
        Message::Proposal { value, .. } => {
            if signer != context.proposer(height, round) {
                return false;
            }
            let votes = state.votes.round_mut(round);
            let skip = votes.heard_from(set, signer);
            let (kept, first) = votes.propose(set, signed.clone());
            if skip {
                may_skip(state, round);
            }
            if let Some(first) = first {
                accuse(first, signed, out);
            }
            if kept {
                want_verdict(state, value, out);
            }
            skip || kept
        }
        Message::Prevote { value, .. } => {
            let votes = state.votes.round_mut(round);
            let skip = votes.heard_from(set, signer);
            let crossed = match votes.prevotes.add(set, value, signed.clone()) {
                Counted::Nothing => return false,
                Counted::Vote(crossed) => crossed,
            };
            if crossed.value {
                out.push(Effect::Note(Note::Polka {
                    slot: message.slot(),
                    block: value,
                }));
            }
            counted(state, crossed, skip, signed, round, out)
        }
        Message::Precommit { value, .. } => {
            let votes = state.votes.round_mut(round);
            let skip = votes.heard_from(set, signer);
            let crossed = match votes.precommits.add(set, value, signed.clone()) {
                Counted::Nothing => return false,
                Counted::Vote(crossed) => crossed,
            };
            if let (true, Some(block)) = (crossed.value, value) {
                commit(state, block, round, None);
            }
            counted(state, crossed, skip, signed, round, out)
        }
    }
}

/// A message of a round whose votes are forgotten, and that nobody needs any more. 1. v1 locked A in round
/// 0 and was cut off. 2. The cut heals in round 70: v1 proposes A again, naming round 0, and relays the
/// prevotes of that round. 3. If they were dropped for their age, nobody could follow v1's lock, and v1
/// nobody else. So the prevotes that a proposal of a round still kept speaks of are taken, whatever their
/// age; a liar's proposals make room for a few more and take none away.
fn too_old(state: &State, message: &Message) -> bool {
    let oldest = state.round.saturating_sub(MAX_ROUNDS_BEHIND);
    let round = message.slot().round;
    let needed = || match message {
        Message::Prevote { value, .. } => state.votes.is_claimed(oldest, *value, round),
        Message::Proposal { .. } | Message::Precommit { .. } => false,
    };
    round < oldest && !needed()
}

/// A round too far ahead to keep its votes. 1. We were cut off for a hundred rounds. 2. All others are
/// in round 100 and send only that round's messages. 3. If we dropped them unread, we would never
/// skip. So each signer's latest round is remembered; the votes themselves are sent again.
fn far_ahead(state: &mut State, set: &ValidatorSet, signed: &SignedMessage, round: Round) -> bool {
    state.far.resize(set.places(), 0);
    match state.far.get_mut(signed.signer.index()) {
        Some(latest) if *latest < round => *latest = round,
        Some(_) | None => return false,
    }
    let there = |v: &&Validator| state.far.get(v.id.index()) == Some(&round);
    let stake = set
        .iter()
        .filter(there)
        .fold(0u64, |sum, v| sum.saturating_add(v.stake));
    let skip = set.exceeds_one_third(stake);
    if skip {
        may_skip(state, round);
    }
    skip
}

fn may_skip(state: &mut State, round: Round) {
    state.skip_to = state.skip_to.max(Some(round));
}

/// Tells whether a counted vote may enable a rule: only a tally that crossed a threshold does.
fn counted(
    state: &mut State,
    crossed: Crossed,
    skip: bool,
    signed: SignedMessage,
    round: Round,
    out: &mut Effects,
) -> bool {
    if skip {
        may_skip(state, round);
    }
    if let Some(first) = crossed.against {
        accuse(first, signed, out);
    }
    skip || crossed.value || crossed.any
}

fn accuse(first: SignedMessage, second: SignedMessage, out: &mut Effects) {
    let Slot { height, round } = first.message.slot();
    out.push(Effect::Accuse(Evidence {
        offender: first.signer,
        height,
        round,
        first,
        second,
    }));
}

/// The node's own message, back with its signature. A twin's messages carry the same key but were not
/// signed here.
fn remember_own(state: &mut State, signed: &SignedMessage) {
    let message = &signed.message;
    if state.signed.contains(message) && !state.own.iter().any(|own| own.message == *message) {
        state.own.push(signed.clone());
    }
}

/// Asks for `block`'s validity, once a height.
fn want_verdict(state: &mut State, block: BlockId, out: &mut Effects) {
    if !state.verdicts.iter().any(|(id, _)| *id == block) {
        state.verdicts.push((block, Verdict::Asked));
        out.push(Effect::ValidateBlock {
            block,
            parents: vec![state.decided],
        });
    }
}

/// Takes the ledger's answer; true when it was asked for.
pub(super) fn verdict(state: &mut State, block: BlockId, valid: bool) -> bool {
    let asked = state
        .verdicts
        .iter_mut()
        .find(|(id, verdict)| *id == block && *verdict == Verdict::Asked);
    match asked {
        Some((_, verdict)) => {
            *verdict = if valid {
                Verdict::Valid
            } else {
                Verdict::Invalid
            };
            true
        }
        None => false,
    }
}

/// Checks a decision proved elsewhere; true when it may enable L49.
pub(super) fn certificate(
    state: &mut State,
    context: &Context,
    block: BlockId,
    height: Height,
    certificate: Arc<Certificate<Message>>,
    out: &mut Effects,
) -> bool {
    if height != state.height {
        return false;
    }
    let set = context.validators.at(height);
    let Ok(round) = certificate::check(&certificate, block, height, set) else {
        return false;
    };
    // Its precommits are messages like any other: one may contradict what its signer told this node.
    for signed in certificate.iter() {
        message(state, context, signed.clone(), out);
    }
    commit(state, block, round, Some(certificate));
    want_verdict(state, block, out);
    true
}

/// Notes a quorum of precommits.
fn commit(
    state: &mut State,
    block: BlockId,
    round: Round,
    certificate: Option<Arc<Certificate<Message>>>,
) {
    let known = state
        .commits
        .iter_mut()
        .find(|c| c.block == block && c.round == round);
    match known {
        Some(known) => {
            if known.certificate.is_none() {
                known.certificate = certificate;
            }
        }
        None => state.commits.push(Commit {
            block,
            round,
            certificate,
        }),
    }
}

// L50-L53
/// After deciding `block`: resets to the next height, whose round 0 starts when the interval is over,
/// and counts what came early for it.
pub(super) fn start_height(
    state: &mut State,
    context: &Context,
    block: BlockId,
    out: &mut Effects,
) {
    state.decided = block;
    state.height = state.height.saturating_add(1);
    state.round = 0;
    state.locked = None;
    state.valid = None;
    state.votes = Votes::default();
    state.verdicts.clear();
    state.commits.clear();
    state.skip_to = None;
    state.far.clear();
    state.signed.clear();
    state.own.clear();
    state.enter(context, Step::NewHeight, out);
    arm_interval_timer(state, context, out);
    for early in state.ahead.take(state.height) {
        message(state, context, early, out);
    }
}

pub(super) fn arm_interval_timer(state: &State, context: &Context, out: &mut Effects) {
    out.push(Effect::SetTimer {
        timer: Timer {
            kind: INTERVAL_TIMER,
            slot: state.slot(),
        },
        after: context.block_interval.max(1),
    });
}
