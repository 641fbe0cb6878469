//! The paper's rules, each a function citing its lines. [`apply`] fires them until none is enabled.
//!
//! A rule returns true when it fired. None fires twice on the same state: each moves the step or the
//! round on, or sets a flag of its round.

use super::info::{
    L11_L19, L20_L21, L22_L27, L28_L33, L34_L35, L36_L43, L44_L46, L47_L48, L49_L54, L55_L56,
    L57_L60, L61_L64, L65_L67,
};
use super::message::Message;
use super::params::Flaw;
use super::state::{Commit, State, Step, Verdict};
use super::{Context, Effects, PRECOMMIT_TIMER, PREVOTE_TIMER, PROPOSE_TIMER, receive};
use crate::base::Micros;
use crate::base::limits::{MAX_ROUND, MAX_ROUNDS_BEHIND, MAX_VALUES_PER_SIGNER};
use crate::consensus::{Effect, Note, Timer};
use crate::types::{BlockId, Round, Slot};
use std::sync::Arc;

/// Verdicts of one height: a few for each round whose votes are kept.
const VERDICTS_KEPT: usize = MAX_ROUNDS_BEHIND as usize * MAX_VALUES_PER_SIGNER;

/// Fires enabled rules until none is left. Any order is legal; deciding and skipping come first since
/// they make the others moot.
pub(super) fn apply(state: &mut State, context: &Context, out: &mut Effects) {
    loop {
        let fired = decide(state, context, out)
            || state.step != Step::NewHeight
                && (skip_to_a_later_round(state, context, out)
                    || prevote_new_proposal(state, context, out)
                    || prevote_proposal_with_polka(state, context, out)
                    || lock_and_precommit(state, context, out)
                    || precommit_nil(state, context, out)
                    || arm_prevote_timer(state, context, out)
                    || arm_precommit_timer(state, context, out));
        if !fired {
            return;
        }
    }
}

// L11-L13, L20-L21
/// Enters `round`: proposes if it is this validator's turn, and arms the propose timer.
pub(super) fn start_round(state: &mut State, context: &Context, round: Round, out: &mut Effects) {
    state.round = round;
    state.skip_to = state.skip_to.filter(|later| *later > round);
    let oldest = round.saturating_sub(MAX_ROUNDS_BEHIND);
    let set = context.validators.at(state.height);
    let held = [state.locked, state.valid].map(|held| held.map(|(_, round)| round));
    state.votes.prune(set, oldest, held);
    forget(state, oldest);
    state.enter(context, Step::Propose, out);
    if context.me != Some(context.proposer(state.height, round)) {
        out.push(Effect::fired(L20_L21, state.slot()));
    }
    propose(state, context, out);
    arm_propose_timer(state, context, out);
}

/// A height that stalls must not grow for ever: what was said in rounds before `oldest` is not said again,
/// and of verdicts the newest are enough, with those still stood by and those that a proposal of this or a
/// later round waits for.
fn forget(state: &mut State, oldest: Round) {
    let stood_by = [state.locked, state.valid].map(|held| held.map(|(_, round)| round));
    state
        .signed
        .retain(|message| message.slot().round >= oldest);
    state.own.retain(|signed| {
        let round = signed.message.slot().round;
        round >= oldest || stood_by.contains(&Some(round))
    });
    let mut surplus = state.verdicts.len().saturating_sub(VERDICTS_KEPT);
    let held = [state.locked, state.valid].map(|held| held.map(|(block, _)| block));
    let (commits, votes, round) = (&state.commits, &state.votes, state.round);
    state.verdicts.retain(|(block, _)| {
        let needed = held.contains(&Some(*block))
            || commits.iter().any(|c| c.block == *block)
            || surplus > 0
                && votes
                    .iter()
                    .any(|r| r.round >= round && r.is_proposed(*block));
        let goes = surplus > 0 && !needed;
        surplus -= usize::from(goes);
        !goes
    });
}

// L14-L19
/// Proposes the valid value, or asks for a new one: getValue() takes time.
pub(super) fn propose(state: &mut State, context: &Context, out: &mut Effects) {
    if context.me != Some(context.proposer(state.height, state.round)) {
        return;
    }
    out.push(Effect::fired(L11_L19, state.slot()));
    let valid = |_: &_| context.params.flaw != Flaw::ForgetsValid;
    match state.valid.filter(valid) {
        Some((value, valid_round)) => {
            let message = Message::Proposal {
                height: state.height,
                round: state.round,
                value,
                valid_round: Some(valid_round),
            };
            sign(state, context, message, out);
        }
        None => out.push(Effect::BuildBlock {
            slot: state.slot(),
            parents: vec![state.decided],
        }),
    }
}

// L18-L19
/// The block asked for in [`propose`] is there.
pub(super) fn propose_new_value(
    state: &mut State,
    context: &Context,
    slot: Slot,
    block: BlockId,
    out: &mut Effects,
) {
    let mine = context.me == Some(context.proposer(state.height, state.round));
    if slot == state.slot() && state.step == Step::Propose && mine {
        let message = Message::Proposal {
            height: state.height,
            round: state.round,
            value: block,
            valid_round: None,
        };
        sign(state, context, message, out);
    }
}

// L22-L27
/// Prevotes a fresh proposal, or nil if it is invalid or the lock forbids it.
fn prevote_new_proposal(state: &mut State, context: &Context, out: &mut Effects) -> bool {
    if state.step != Step::Propose {
        return false;
    }
    let Some(votes) = state.votes.round(state.round) else {
        return false;
    };
    for proposal in &votes.proposals {
        let Message::Proposal {
            value,
            valid_round: None,
            ..
        } = proposal.message
        else {
            continue;
        };
        let valid = match state.verdict(value) {
            Verdict::Asked => continue,
            Verdict::Valid => true,
            Verdict::Invalid => false,
        };
        let free = context.params.flaw == Flaw::IgnoresLock
            || state.locked.is_none_or(|(locked, _)| locked == value);
        out.push(Effect::fired(L22_L27, state.slot()));
        prevote(state, context, (valid && free).then_some(value), out);
        return true;
    }
    false
}

// L28-L33
/// Prevotes a proposal that a quorum prevoted in an earlier round, if that round is no older than the
/// lock: the only way to vote against a lock.
fn prevote_proposal_with_polka(state: &mut State, context: &Context, out: &mut Effects) -> bool {
    if state.step != Step::Propose {
        return false;
    }
    let Some(votes) = state.votes.round(state.round) else {
        return false;
    };
    let set = context.validators.at(state.height);
    for proposal in &votes.proposals {
        let Message::Proposal {
            value,
            valid_round: Some(valid_round),
            ..
        } = proposal.message
        else {
            continue;
        };
        if valid_round >= state.round {
            continue;
        }
        let polka = state
            .votes
            .round(valid_round)
            .is_some_and(|v| set.is_quorum(v.prevotes.stake(Some(value))));
        if !polka {
            continue;
        }
        let valid = match state.verdict(value) {
            Verdict::Asked => continue,
            Verdict::Valid => true,
            Verdict::Invalid => false,
        };
        let free = state
            .locked
            .is_none_or(|(locked, round)| round <= valid_round || locked == value);
        out.push(Effect::fired(L28_L33, state.slot()));
        prevote(state, context, (valid && free).then_some(value), out);
        return true;
    }
    false
}

// L34-L35
/// A quorum has prevoted, for whatever: do not wait for agreement for ever.
fn arm_prevote_timer(state: &mut State, context: &Context, out: &mut Effects) -> bool {
    let set = context.validators.at(state.height);
    let enabled = state.step == Step::Prevote
        && state
            .votes
            .round(state.round)
            .is_some_and(|v| !v.prevote_timer_armed && set.is_quorum(v.prevotes.any()));
    if enabled {
        state.votes.round_mut(state.round).prevote_timer_armed = true;
        out.push(Effect::fired(L34_L35, state.slot()));
        arm(
            state,
            PREVOTE_TIMER,
            context.params.prevote_timeout_us,
            context,
            out,
        );
    }
    enabled
}

// L36-L43
/// A polka for a valid proposal of this round: lock it and precommit it if there is still time; keep
/// it as the value to propose in any case.
fn lock_and_precommit(state: &mut State, context: &Context, out: &mut Effects) -> bool {
    if !matches!(state.step, Step::Prevote | Step::Precommit) {
        return false;
    }
    let Some(votes) = state.votes.round(state.round) else {
        return false;
    };
    if votes.polka_seen {
        return false;
    }
    let set = context.validators.at(state.height);
    let polka = votes
        .prevotes
        .values()
        .filter(|(_, stake)| set.is_quorum(*stake))
        .filter_map(|(value, _)| value)
        .find(|value| votes.is_proposed(*value) && state.verdict(*value) == Verdict::Valid);
    let Some(value) = polka else {
        return false;
    };
    let round = state.round;
    state.votes.round_mut(round).polka_seen = true;
    out.push(Effect::fired(L36_L43, state.slot()));
    state.valid = Some((value, round));
    if state.step == Step::Prevote {
        state.locked = Some((value, round));
        out.push(Effect::Note(Note::Locked {
            slot: state.slot(),
            block: value,
        }));
        precommit(state, context, Some(value), out);
    }
    true
}

// L44-L46
/// A quorum prevoted nil: precommit nil. The lock stays.
fn precommit_nil(state: &mut State, context: &Context, out: &mut Effects) -> bool {
    let set = context.validators.at(state.height);
    let enabled = state.step == Step::Prevote
        && state
            .votes
            .round(state.round)
            .is_some_and(|v| set.is_quorum(v.prevotes.stake(None)));
    if enabled {
        out.push(Effect::fired(L44_L46, state.slot()));
        if context.params.flaw == Flaw::UnlocksOnNil {
            state.locked = None;
        }
        precommit(state, context, None, out);
    }
    enabled
}

// L47-L48
/// A quorum has precommitted, for whatever: after a while, try the next round.
fn arm_precommit_timer(state: &mut State, context: &Context, out: &mut Effects) -> bool {
    let set = context.validators.at(state.height);
    let enabled = state
        .votes
        .round(state.round)
        .is_some_and(|v| !v.precommit_timer_armed && set.is_quorum(v.precommits.any()));
    if enabled {
        state.votes.round_mut(state.round).precommit_timer_armed = true;
        out.push(Effect::fired(L47_L48, state.slot()));
        arm(
            state,
            PRECOMMIT_TIMER,
            context.params.precommit_timeout_us,
            context,
            out,
        );
    }
    enabled
}

// L49-L54
/// A quorum precommitted a proposed, valid block, in whichever round: decide it.
fn decide(state: &mut State, context: &Context, out: &mut Effects) -> bool {
    let ready = state.commits.iter().find(|commit| {
        let proposed = || {
            state
                .votes
                .round(commit.round)
                .is_some_and(|v| v.is_proposed(commit.block))
        };
        let verdict = state.verdict(commit.block);
        (verdict == Verdict::Valid || state.accepts_invalid && verdict == Verdict::Invalid)
            && (commit.certificate.is_some() || proposed())
    });
    let Some(Commit {
        block,
        round,
        certificate,
    }) = ready.cloned()
    else {
        return false;
    };
    let certificate = certificate.unwrap_or_else(|| {
        let votes = state.votes.round(round);
        let precommits = votes
            .iter()
            .flat_map(|v| v.precommits.votes_for(Some(block)));
        Arc::new(precommits.cloned().collect())
    });
    let slot = Slot {
        height: state.height,
        round,
    };
    out.push(Effect::fired(L49_L54, slot));
    out.push(Effect::Decide {
        first: state.height,
        blocks: vec![block],
        round,
        proof: certificate,
    });
    receive::start_height(state, context, block, out);
    true
}

// L55-L56
/// More than a third of the stake, so at least one honest validator, is in a later round: join it.
fn skip_to_a_later_round(state: &mut State, context: &Context, out: &mut Effects) -> bool {
    let Some(round) = state.skip_to.filter(|later| *later > state.round) else {
        return false;
    };
    let slot = Slot {
        height: state.height,
        round,
    };
    out.push(Effect::fired(L55_L56, slot));
    out.push(Effect::Note(Note::Skipped { slot }));
    start_round(state, context, round, out);
    true
}

// L57-L60
/// The propose timer fired: prevote nil, even when locked.
pub(super) fn on_propose_timeout(
    state: &mut State,
    context: &Context,
    slot: Slot,
    out: &mut Effects,
) {
    if slot == state.slot() && state.step == Step::Propose {
        out.push(Effect::fired(L57_L60, slot));
        prevote(state, context, None, out);
    }
}

// L61-L64
/// The prevote timer fired: precommit nil.
pub(super) fn on_prevote_timeout(
    state: &mut State,
    context: &Context,
    slot: Slot,
    out: &mut Effects,
) {
    if slot == state.slot() && state.step == Step::Prevote {
        out.push(Effect::fired(L61_L64, slot));
        precommit(state, context, None, out);
    }
}

// L65-L67
/// The precommit timer fired: next round.
pub(super) fn on_precommit_timeout(
    state: &mut State,
    context: &Context,
    slot: Slot,
    out: &mut Effects,
) {
    if slot == state.slot() && state.step != Step::NewHeight && state.round < MAX_ROUND {
        out.push(Effect::fired(L65_L67, slot));
        start_round(state, context, state.round + 1, out);
    }
}

/// Arms again what a crash disarmed, in full length, and repeats a lost question to the ledger.
pub(super) fn resume(state: &mut State, context: &Context, out: &mut Effects) {
    if context.params.flaw == Flaw::ForgetsLock {
        (state.locked, state.valid) = (None, None);
    }
    for (block, verdict) in &state.verdicts {
        if *verdict == Verdict::Asked {
            out.push(Effect::ValidateBlock {
                block: *block,
                parents: vec![state.decided],
            });
        }
    }
    let (prevote_timer, precommit_timer) =
        state.votes.round(state.round).map_or((false, false), |v| {
            (v.prevote_timer_armed, v.precommit_timer_armed)
        });
    match state.step {
        Step::NewHeight => receive::arm_interval_timer(state, context, out),
        Step::Propose => {
            if !signed_kind(state, super::message::PROPOSAL) {
                propose(state, context, out);
            }
            arm_propose_timer(state, context, out);
        }
        Step::Prevote if prevote_timer => {
            arm(
                state,
                PREVOTE_TIMER,
                context.params.prevote_timeout_us,
                context,
                out,
            );
        }
        Step::Prevote | Step::Precommit => {}
    }
    if precommit_timer && state.step != Step::NewHeight {
        arm(
            state,
            PRECOMMIT_TIMER,
            context.params.precommit_timeout_us,
            context,
            out,
        );
    }
}

fn prevote(state: &mut State, context: &Context, value: Option<BlockId>, out: &mut Effects) {
    let message = Message::Prevote {
        height: state.height,
        round: state.round,
        value,
    };
    sign(state, context, message, out);
    state.enter(context, Step::Prevote, out);
}

fn precommit(state: &mut State, context: &Context, value: Option<BlockId>, out: &mut Effects) {
    let message = Message::Precommit {
        height: state.height,
        round: state.round,
        value,
    };
    sign(state, context, message, out);
    state.enter(context, Step::Precommit, out);
}

/// Signs and sends `message`, unless this node is no validator at this height or has signed another
/// message of this kind in this round.
fn sign(state: &mut State, context: &Context, message: Message, out: &mut Effects) {
    let set = context.validators.at(state.height);
    let member = context.me.is_some_and(|me| set.get(me).is_some());
    if member && !signed_kind(state, message.kind()) {
        state.signed.push(message);
        out.push(Effect::Broadcast(message));
    }
}

/// True when this node has signed a message of `kind` in the current round.
fn signed_kind(state: &State, kind: u8) -> bool {
    let slot = state.slot();
    state
        .signed
        .iter()
        .rev()
        .any(|m| m.kind() == kind && m.slot() == slot)
}

fn arm_propose_timer(state: &State, context: &Context, out: &mut Effects) {
    arm(
        state,
        PROPOSE_TIMER,
        context.params.propose_timeout_us,
        context,
        out,
    );
}

/// Timeouts grow with the round, so that some round outlasts any fixed delay.
fn arm(state: &State, kind: u8, base: Micros, context: &Context, out: &mut Effects) {
    let growth = u64::from(state.round).saturating_mul(context.params.timeout_delta_us);
    out.push(Effect::SetTimer {
        timer: Timer {
            kind,
            slot: state.slot(),
        },
        after: base.saturating_add(growth),
    });
}
