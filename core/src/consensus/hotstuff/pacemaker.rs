//! The pacemaker of the family: it leads everybody from view to view.

use super::message::{Message, Proof, View};
use super::state::{Effects, State, Surroundings};
use super::tips;
use crate::consensus::{Effect, Note, Timer};
use crate::types::Slot;

/// Indices into the timers of every protocol of the family.
pub const VIEW_TIMER: u8 = 0;
/// Index of what a leader waits for before it proposes.
pub const PAUSE_TIMER: u8 = 1;

/// Indices into the steps of every protocol of the family.
pub const AWAIT_PROPOSAL: u8 = 0;
/// Index of the step after its vote: the next leader's block comes next.
pub const VOTED: u8 = 1;
/// Index of the step of the next leader after its vote.
pub const COLLECT_VOTES: u8 = 2;
/// Index of the step after it gave the view up.
pub const AWAIT_TIMEOUTS: u8 = 3;

/// Enters `view`, if it is a later one. `entry` are the timeouts that ended the one before, where no certified
/// block did.
pub fn enter(
    state: &mut State,
    around: &Surroundings,
    view: View,
    entry: Option<Proof>,
    out: &mut Effects,
) {
    if view <= state.view {
        return;
    }
    state.forget_old(view);
    state.entered_before = state.entered;
    state.entered = around.now;
    state.view = view;
    state.height = state.high.link.height + 1;
    state.building = None;
    state.entry = entry;
    out.push(Effect::fired(around.settings.rules.enter, state.slot()));
    start_timer(state, around, out);
    go_to(state, around, AWAIT_PROPOSAL, out);
    if state.entry.is_some() {
        let (report, proof) = state.report();
        out.push(Effect::Broadcast(Message::NewView { report, proof }));
    }
}

/// The time of the view begins.
pub fn start_timer(state: &State, around: &Surroundings, out: &mut Effects) {
    out.push(Effect::SetTimer {
        timer: Timer {
            kind: VIEW_TIMER,
            slot: state.slot(),
        },
        after: around.settings.view_timeout,
    });
}

/// Notes the step it is in.
pub fn go_to(state: &mut State, around: &Surroundings, step: u8, out: &mut Effects) {
    state.step = step;
    out.push(Effect::Note(Note::Step {
        slot: state.slot(),
        step,
        leader: Some(around.leader(state.view)),
    }));
}

/// The time for the view is up, here or at more than a third of the stake.
pub fn time_out(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let view = state.view;
    if std::mem::replace(&mut state.at(view).timed_out, true) {
        return;
    }
    state.last_voted = state.last_voted.max(view);
    out.push(Effect::fired(around.settings.rules.give_up, state.slot()));
    out.push(Effect::Broadcast(tips::timeout(state)));
    go_to(state, around, AWAIT_TIMEOUTS, out);
}

/// A quorum has given `view` up.
pub fn end_view(
    state: &mut State,
    around: &Surroundings,
    view: View,
    timeouts: Proof,
    out: &mut Effects,
) {
    if view < state.view {
        return;
    }
    let height = state.high.link.height + 1;
    let slot = Slot {
        height,
        round: view,
    };
    out.push(Effect::fired(around.settings.rules.end_view, slot));
    out.push(Effect::Note(Note::Skipped { slot }));
    enter(state, around, view.saturating_add(1), Some(timeouts), out);
}
