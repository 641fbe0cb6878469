//! The normal case: pre-prepare, prepare, commit, execution, checkpoints.

use super::info::{self, P1, P2, P3, P4, P5, P6};
use super::message::{Assignment, Message, Point, Sequence, SignedMessage};
use super::place::{await_block, enter, here, step};
use super::state::{Context, Effects, State, Validity, is_quorum, matching, primary, quorum};
use crate::base::limits::MAX_VALUES_PER_SIGNER;
use crate::consensus::{Certificate, Effect, Note, Timer};
use crate::types::{BlockId, Height, Round, Slot};
use std::sync::Arc;

/// All that follows from what is known now.
pub(super) fn advance(state: &mut State, context: &Context, out: &mut Effects) {
    loop {
        let before = (state.executed, state.stable);
        if state.active {
            let numbers = (state.stable.sequence + 1, 0)..;
            let view = state.view;
            let unfinished = state.log.range(numbers);
            let unfinished = unfinished.filter(|((_, of), e)| *of == view && !e.commit_sent);
            let numbers: Vec<Sequence> = unfinished.map(|((number, _), _)| *number).collect();
            for number in numbers {
                accept(state, context, number, out);
                prepare(state, context, number, out);
                commit(state, context, number, out);
            }
        }
        execute_committed(state, context, out);
        stabilise(state, context, out);
        if before == (state.executed, state.stable) {
            break;
        }
    }
    assign(state, context, out);
}

// P1
fn assign(state: &mut State, context: &Context, out: &mut Effects) {
    if !state.active || context.me != Some(primary(context, state.view)) {
        return;
    }
    let tip = state.tip();
    let number = (state.view, tip.sequence + 1);
    let under_way = tip.sequence.saturating_sub(state.executed.sequence);
    let again = state.order.last().map_or(0, |a| a.sequence);
    let last = state.log.get(&(again, state.view));
    let all_again = again <= state.stable.sequence || last.is_some_and(|e| e.accepted.is_some());
    if state.assigned >= number
        || number.1 > state.high_water_mark(context)
        || under_way >= context.params.pipeline
        || context.now < state.ready_at
        || !all_again
        || !state.bodies.contains_key(&tip.block)
    {
        return;
    }
    state.assigned = number;
    out.push(Effect::BuildBlock {
        slot: Slot {
            height: tip.height + 1,
            round: state.view,
        },
        parents: vec![tip.block],
    });
}

/// The block that was asked for is there.
pub(super) fn built(
    state: &mut State,
    context: &Context,
    slot: Slot,
    block: BlockId,
    out: &mut Effects,
) {
    let next = state.tip().next(state.view, Some(block));
    // Blocks may have been decided elsewhere while it was built.
    if !state.active || slot != next.slot() || state.assigned != (next.view, next.sequence) {
        state.assigned = state.assigned.min((next.view, next.sequence - 1));
        return;
    }
    if context.params.pipeline > 1 {
        pause(state, context, out);
    }
    out.push(Effect::fired(P1, slot));
    out.push(Effect::Broadcast(Message::PrePrepare(next)));
}

/// A primary lets a while pass before it assigns the next number.
fn pause(state: &mut State, context: &Context, out: &mut Effects) {
    state.ready_at = context.now.saturating_add(context.block_interval);
    out.push(Effect::SetTimer {
        timer: Timer {
            kind: info::PAUSE,
            slot: here(state),
        },
        after: context.block_interval,
    });
}

// P2
/// Accepts the pre-prepare for a number: at most one in a view, on top of what was accepted for the number before.
fn accept(state: &mut State, context: &Context, number: Sequence, out: &mut Effects) {
    let before = state.point_at(number - 1);
    let ordered = state.ordered(number).copied();
    let last_ordered = state.order.last().map_or(0, |a| a.sequence);
    let within = number <= state.high_water_mark(context);
    let Some(entry) = state.log.get_mut(&(number, state.view)) else {
        return;
    };
    let Some(signed) = entry.pre_prepare.as_ref().filter(|_| within) else {
        return;
    };
    let Message::PrePrepare(assignment) = signed.message else {
        return;
    };
    let fits = match ordered {
        Some(ordered) => assignment == ordered,
        None => number > last_ordered && before.is_some_and(|p| assignment.follows(&p)),
    };
    if entry.accepted.is_some() || !fits {
        return;
    }
    entry.accepted = Some(assignment);
    if assignment.height == state.executed.height + 1 {
        enter(state, context, info::AWAIT_PREPARES, out);
    }
}

// P2
/// Sends a prepare for what was accepted, once the ledger calls it valid. What was prepared in an earlier view is valid.
fn prepare(state: &mut State, context: &Context, number: Sequence, out: &mut Effects) {
    let again = state.ordered(number).is_some();
    let is_primary = context.me == Some(primary(context, state.view));
    let Some(entry) = state.log.get_mut(&(number, state.view)) else {
        return;
    };
    let Some(assignment) = entry
        .accepted
        .filter(|_| !entry.prepare_sent && !is_primary)
    else {
        return;
    };
    match (assignment.block, entry.validity) {
        (Some(block), Validity::Unasked) if !again => {
            entry.validity = Validity::Asked;
            let parents = vec![assignment.parent];
            out.push(Effect::ValidateBlock { block, parents });
        }
        (Some(_), Validity::Asked | Validity::Told(false)) if !again => {}
        (Some(_) | None, _) => {
            entry.prepare_sent = true;
            out.push(Effect::fired(P2, assignment.slot()));
            out.push(Effect::Broadcast(Message::Prepare(assignment)));
        }
    }
}

// P3
/// Sends a commit once the number is prepared, and all numbers before it are.
fn commit(state: &mut State, context: &Context, number: Sequence, out: &mut Effects) {
    let settled = state.executed.sequence.max(state.stable.sequence);
    let before = state.log.get(&(number - 1, state.view));
    let in_turn = number - 1 <= settled || before.is_some_and(|e| e.commit_sent);
    let leader = primary(context, state.view);
    let Some(entry) = state.log.get_mut(&(number, state.view)) else {
        return;
    };
    let (Some(pre_prepare), Some(assignment)) = (&entry.pre_prepare, entry.accepted) else {
        return;
    };
    let same = Message::Prepare(assignment);
    if !entry.prepared && matching(context, &entry.prepares, &same, Some(leader)) >= quorum(context)
    {
        entry.prepared = true;
        let prepares = entry.prepares.values().filter(|s| s.message == same);
        let certificate = [pre_prepare].into_iter().chain(prepares).cloned().collect();
        state.prepared.insert(number, certificate);
        out.push(Effect::Note(Note::Polka {
            slot: assignment.slot(),
            block: assignment.block,
        }));
    }
    if entry.prepared && !entry.commit_sent && in_turn {
        entry.commit_sent = true;
        out.push(Effect::fired(P3, assignment.slot()));
        out.push(Effect::Broadcast(Message::Commit(assignment)));
        if assignment.height == state.executed.height + 1 {
            enter(state, context, info::AWAIT_COMMITS, out);
        }
    }
}

// P4
/// Executes the next number if commits of a quorum are there: they prove it whatever else this validator has seen.
fn execute_committed(state: &mut State, context: &Context, out: &mut Effects) {
    let number = state.executed.sequence + 1;
    let views = state.log.range((number, 0)..=(number, Round::MAX));
    let mut committed = None;
    for (_, entry) in views {
        let mut said: Vec<&SignedMessage> = Vec::new();
        for signed in entry.commits.values() {
            if !said.iter().any(|s| s.message == signed.message) {
                said.push(signed);
            }
        }
        let enough = |s: &&&SignedMessage| {
            let follows = s
                .message
                .assignment()
                .is_some_and(|a| a.follows(&state.executed));
            follows && matching(context, &entry.commits, &s.message, None) >= quorum(context)
        };
        if let Some(one) = said.iter().find(enough)
            && let Some(assignment) = one.message.assignment()
        {
            let same = entry.commits.values().filter(|s| s.message == one.message);
            committed = Some((*assignment, one.signer, same.cloned().collect::<Vec<_>>()));
            break;
        }
    }
    let Some((assignment, from, proof)) = committed else {
        return;
    };
    match assignment.block {
        Some(block) if !state.bodies.contains_key(&block) => {
            if state.asked_for.insert(block) {
                out.push(Effect::FetchBlock { block, from });
            }
        }
        Some(_) | None => execute(state, context, assignment, Arc::new(proof), out),
    }
}

fn execute(
    state: &mut State,
    context: &Context,
    assignment: Assignment,
    proof: Arc<Certificate<Message>>,
    out: &mut Effects,
) {
    state.executed = assignment.point();
    out.push(Effect::fired(P4, assignment.slot()));
    if let Some(block) = assignment.block {
        let height = assignment.height;
        out.push(Effect::Decide {
            first: height,
            blocks: vec![block],
            round: assignment.view,
            proof,
        });
        state.bodies.retain(|_, at| *at >= height);
        state.asked_for.clear();
        if context.params.pipeline == 1 {
            pause(state, context, out);
        }
        if state.active {
            state.attempts = 0;
        }
        if state.active || state.heard == state.view {
            let timeout = context.params.timeout_us;
            await_block(state, timeout.saturating_add(context.block_interval), out);
        }
        enter(state, context, step(state, context), out);
    }
    // P5
    let interval = context.params.checkpoint_interval;
    let due = assignment.sequence.is_multiple_of(interval);
    if due {
        out.push(Effect::fired(P5, assignment.slot()));
        out.push(Effect::Broadcast(Message::Checkpoint(state.executed)));
    }
}

/// Blocks that others have decided: each commit stands on its own.
pub(super) fn follow(
    state: &mut State,
    context: &Context,
    (first, blocks): (Height, &[BlockId]),
    proof: &Arc<Certificate<Message>>,
    out: &mut Effects,
) {
    let next = Point {
        height: first.saturating_sub(1),
        ..state.executed
    };
    let Some(assignment) = proof.first().and_then(|s| s.message.assignment()).copied() else {
        return;
    };
    let fits = next == state.executed
        && blocks.len() == 1
        && assignment.block == blocks.first().copied()
        && assignment.height == first
        && assignment.parent == state.executed.block
        && assignment.sequence > state.executed.sequence;
    let same = proof
        .iter()
        .all(|s| s.message == Message::Commit(assignment));
    if fits && same && is_quorum(context, proof.iter().map(|s| s.signer)) {
        state.bodies.insert(blocks[0], first);
        execute(state, context, assignment, proof.clone(), out);
    }
}

/// A checkpoint of a validator: those with the highest numbers are kept.
pub(super) fn keep_checkpoint(state: &mut State, point: Point, signed: SignedMessage) {
    if point.sequence <= state.stable.sequence {
        return;
    }
    let signer = signed.signer;
    state.checkpoints.insert((point, signer), signed);
    let of_signer = state.checkpoints.keys().filter(|(_, s)| *s == signer);
    let of_signer: Vec<_> = of_signer.copied().collect();
    if of_signer.len() > MAX_VALUES_PER_SIGNER {
        state.checkpoints.remove(&of_signer[0]);
    }
}

// P6
fn stabilise(state: &mut State, context: &Context, out: &mut Effects) {
    let points = state.checkpoints.keys().map(|(point, _)| *point);
    let mut points: Vec<Point> = points.collect();
    points.dedup();
    let stable = points.into_iter().rev().find(|point| {
        let same = state.checkpoints.keys().filter(|(p, _)| p == point);
        is_quorum(context, same.map(|(_, signer)| *signer))
    });
    if let Some(point) = stable {
        let same = state.checkpoints.iter().filter(|((p, _), _)| *p == point);
        let proof = same.map(|(_, signed)| signed.clone()).collect();
        out.push(Effect::fired(
            P6,
            Slot {
                height: point.height,
                round: state.view,
            },
        ));
        move_water_marks(state, point, proof);
    }
}

/// Discards what the stable checkpoint settles.
pub(super) fn move_water_marks(state: &mut State, stable: Point, proof: Vec<SignedMessage>) {
    state.stable = stable;
    state.stable_proof = proof;
    let above = |sequence: Sequence| sequence > stable.sequence;
    state.prepared.retain(|sequence, _| above(*sequence));
    state.checkpoints.retain(|(p, _), _| above(p.sequence));
    // Commits that this validator has not executed yet are what it catches up by.
    let executed = state.executed.sequence;
    let settled = |sequence: Sequence| !above(sequence) && sequence <= executed;
    state.log.retain(|(sequence, _), _| !settled(*sequence));
}
