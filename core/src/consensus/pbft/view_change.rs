//! From one view to the next.

use super::certificate::{claims, justified, order};
use super::info::{self, P7, P8, P9, P10, P11};
use super::message::{Message, SignedMessage};
use super::normal::move_water_marks;
use super::place::{await_block, enter, here};
use super::state::{Claims, Context, Effects, State, is_quorum, is_some_honest, primary};
use crate::base::limits::MAX_ROUNDS_AHEAD;
use crate::consensus::{Effect, Timer};
use crate::types::Round;

/// So often the time for a view is doubled at most.
const MOST_DOUBLINGS: u32 = 10;

/// How long a view that others want too is waited for, or its first block.
fn patience(state: &State, context: &Context) -> u64 {
    let doublings = state.attempts.saturating_sub(1).min(MOST_DOUBLINGS);
    context.params.timeout_us << doublings
}

// P7
pub(super) fn timed_out(state: &mut State, context: &Context, timer: Timer, out: &mut Effects) {
    if timer.kind == info::VIEW_TIMER && timer.slot == here(state) {
        out.push(Effect::fired(P7, here(state)));
        leave(state, context, state.view.saturating_add(1), out);
    }
}

/// The view-change for a view that this validator would send now.
pub(super) fn view_change(state: &State, view: Round) -> Message {
    let certificates = state.prepared.values().flatten();
    let proof: Vec<_> = state
        .stable_proof
        .iter()
        .chain(certificates)
        .cloned()
        .collect();
    Message::ViewChange {
        view,
        height: here(state).height,
        stable: state.stable,
        proof: proof.into(),
    }
}

/// Takes part in no view before `view` any more.
fn leave(state: &mut State, context: &Context, view: Round, out: &mut Effects) {
    state.view = view;
    state.active = false;
    state.attempts = state.attempts.saturating_add(1);
    out.push(Effect::Broadcast(view_change(state, view)));
    enter(state, context, info::AWAIT_VIEW_CHANGES, out);
}

pub(super) fn receive_view_change(
    state: &mut State,
    context: &Context,
    view: Round,
    signed: SignedMessage,
    out: &mut Effects,
) {
    let past = view < state.view || view == state.view && state.active;
    if past {
        answer(state, context, &signed, out);
        return;
    }
    if view > state.view.saturating_add(MAX_ROUNDS_AHEAD) {
        return;
    }
    let Some(claims) = claims(state, context, &signed.message) else {
        return;
    };
    let key = (view, signed.signer);
    state.changes.entry(key).or_insert((signed, claims));
    // P8
    let later = || {
        state
            .changes
            .range((state.view.saturating_add(1), crate::types::ValidatorId(0))..)
    };
    if is_some_honest(context, later().map(|((_, signer), _)| *signer))
        && let Some(((lowest, _), _)) = later().next()
    {
        let lowest = *lowest;
        out.push(Effect::fired(P8, here(state)));
        leave(state, context, lowest, out);
    }
    let wanted = || of_view(state, state.view);
    if !state.active && is_quorum(context, wanted().map(|(s, _)| s.signer)) {
        if state.heard < state.view {
            state.heard = state.view;
            out.push(Effect::fired(P11, here(state)));
            await_block(state, patience(state, context), out);
            enter(state, context, info::AWAIT_NEW_VIEW, out);
        }
        begin(state, context, out);
    }
}

fn of_view(state: &State, view: Round) -> impl Iterator<Item = &(SignedMessage, Claims)> {
    let all = state.changes.iter();
    all.filter(move |((of, _), _)| *of == view)
        .map(|(_, change)| change)
}

/// Who asks for a view that is past when a block was decided in it did not hear how it began: the primary says it again.
fn answer(state: &State, context: &Context, signed: &SignedMessage, out: &mut Effects) {
    let mine = state.new_view.as_ref();
    let mine = mine.filter(|s| Some(s.signer) == context.me && s.signer != signed.signer);
    if let Some(new_view) = mine.filter(|_| state.active && state.attempts == 0) {
        out.push(Effect::Send {
            to: signed.signer,
            message: new_view.message.clone(),
        });
    }
}

/// The new-view of a primary with these view-changes.
pub(super) fn new_view(state: &State, context: &Context, view: Round) -> Option<Message> {
    let changes: Vec<_> = of_view(state, view).collect();
    if !is_quorum(context, changes.iter().map(|(s, _)| s.signer)) {
        return None;
    }
    let claims: Vec<&Claims> = changes.iter().map(|(_, claims)| claims).collect();
    let (_, order) = order(view, &claims, state.genesis);
    let proof: Vec<_> = changes.iter().map(|(signed, _)| signed.clone()).collect();
    Some(Message::NewView {
        view,
        height: here(state).height,
        order,
        proof: proof.into(),
    })
}

// P9
fn begin(state: &mut State, context: &Context, out: &mut Effects) {
    let view = state.view;
    // One new-view a view, whatever crash came between: it counts as the assignment of number 0.
    if context.me != Some(primary(context, view)) || state.assigned >= (view, 0) {
        return;
    }
    let Some(message) = new_view(state, context, view) else {
        return;
    };
    state.assigned = (view, 0);
    out.push(Effect::fired(P9, here(state)));
    let again = match &message {
        Message::NewView { order, .. } => order.clone(),
        _other => Vec::new(),
    };
    out.push(Effect::Broadcast(message));
    let again = again.into_iter().map(Message::PrePrepare);
    out.extend(again.map(Effect::Broadcast));
}

// P10
pub(super) fn receive_new_view(
    state: &mut State,
    context: &Context,
    view: Round,
    signed: SignedMessage,
    out: &mut Effects,
) {
    let past = view < state.view || view == state.view && state.active;
    if past || view > state.view.saturating_add(MAX_ROUNDS_AHEAD) {
        return;
    }
    let Some((base, checkpoints)) = justified(state, context, &signed) else {
        return;
    };
    let Message::NewView { order, .. } = &signed.message else {
        return;
    };
    state.view = view;
    state.active = true;
    state.base = base;
    state.order.clone_from(order);
    state.new_view = Some(signed);
    if base.sequence > state.stable.sequence {
        move_water_marks(state, base, checkpoints);
    }
    let executed = state.executed.sequence;
    let of_use = |number: u64, of: Round| of >= view || number > executed;
    state.log.retain(|(number, of), _| of_use(*number, *of));
    state.changes.retain(|(of, _), _| *of > view);
    out.push(Effect::fired(P10, here(state)));
    await_block(state, patience(state, context), out);
    enter(state, context, info::AWAIT_PRE_PREPARE, out);
}
