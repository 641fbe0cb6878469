//! Where a validator stands: its height, view and step, and the timer for the next block.

use super::info;
use super::message::Assignment;
use super::state::{Context, Effects, State, is_quorum, primary};
use crate::consensus::{Effect, Note, Timer};
use crate::types::Slot;

/// Tells readers where the validator is.
pub(super) fn enter(state: &State, context: &Context, step: u8, out: &mut Effects) {
    out.push(Effect::Note(Note::Step {
        slot: here(state),
        step,
        leader: Some(primary(context, state.view)),
    }));
}

/// The height it works on, and its view.
pub(super) fn here(state: &State) -> Slot {
    Slot {
        height: state.executed.height + 1,
        round: state.view,
    }
}

/// Starts the timer for the next block in this view.
pub(super) fn await_block(state: &State, after: u64, out: &mut Effects) {
    out.push(Effect::SetTimer {
        timer: Timer {
            kind: info::VIEW_TIMER,
            slot: here(state),
        },
        after,
    });
}

/// The step it is in, an index into the protocol's.
pub(super) fn step(state: &State, context: &Context) -> u8 {
    let slot = here(state);
    let next = state.log.iter();
    let mut next = next.filter(|((_, view), entry)| {
        let at = |a: Assignment| a.height == slot.height;
        *view == state.view && entry.accepted.is_some_and(at)
    });
    let next = next.next().map(|(_, entry)| entry);
    let signers = || state.changes.keys().filter(|(view, _)| *view == state.view);
    match (state.active, next) {
        (false, _) if is_quorum(context, signers().map(|(_, v)| *v)) => info::AWAIT_NEW_VIEW,
        (false, _) => info::AWAIT_VIEW_CHANGES,
        (true, None) => info::AWAIT_PRE_PREPARE,
        (true, Some(entry)) if entry.commit_sent => info::AWAIT_COMMITS,
        (true, Some(_)) => info::AWAIT_PREPARES,
    }
}
