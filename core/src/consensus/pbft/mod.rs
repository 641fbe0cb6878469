//! PBFT, after Castro, Liskov, "Practical Byzantine Fault Tolerance" (OSDI 1999): one primary for as long as it works,
//! two rounds of votes, and a view change that carries over what may have been decided. Our transcription of its
//! rules is `docs/papers/pbft.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | request m, its digest d | a block; the null request is `None` |
//! | view v, primary v mod n | a slot's round, from 0 on; the proposer of turn v: `state::primary` |
//! | sequence number n | [`Assignment::sequence`] |
//! | pre-prepare, prepare, commit | [`Message::PrePrepare`], [`Message::Prepare`], [`Message::Commit`] |
//! | prepared, committed-local | `normal::commit`, `normal::execute_committed` |
//! | 2f + 1, f + 1 | strictly more than 2/3, 1/3 of the stake |
//! | state digest | [`Point`]: the last block, whose header commits to all before it |
//! | low water mark h, high H = h + k | `State::stable`, [`Params::window`] more |
//! | checkpoint period K | [`Params::checkpoint_interval`] |
//! | C, P | the proof of a [`Message::ViewChange`]: `certificate::claims` |
//! | V, O | the proof and the order of a [`Message::NewView`]: [`order`] |
//!
//! # Rules
//!
//! | rule | function |
//! |---|---|
//! | P1 | `normal::assign`, `normal::built` |
//! | P2 | `normal::accept`, `normal::prepare` |
//! | P3 | `normal::commit` |
//! | P4 | `normal::execute_committed` |
//! | P5 | `normal::execute` |
//! | P6 | `normal::stabilise`, `normal::move_water_marks` |
//! | P7 | `view_change::timed_out` |
//! | P8 | `view_change::receive_view_change` |
//! | P9 | `view_change::begin`, `certificate::order` |
//! | P10 | `view_change::receive_new_view`, `certificate::justified` |
//! | P11 | `view_change::receive_view_change` |
//!
//! # Deviations
//!
//! 1. There are no clients: blocks take the place of requests, a validator always waits for the next one, and nobody
//!    is sent a reply. A block names its parent, so a pre-prepare is accepted only on top of that of the number before.
//! 2. A null request adds no block, so each that is executed puts the sequence number one further ahead of the
//!    height. A prepared block whose parent has given way to a null request becomes one itself.
//! 3. Commits are sent in the order of sequence numbers. Commits of a quorum then settle all that is before them, so
//!    they are the proof of a decision to anybody, and whoever is sent them executes even without the pre-prepare.
//! 4. The pre-prepares of O follow the new-view one by one: each is signed by itself, to be part of a later
//!    certificate, and brings its block along. The new-view lists what they assign.
//! 5. The timer starts again with each block decided and runs `block_interval` longer, as long as a primary pauses.
//! 6. State transfer is the simulator's: who lacks blocks asks, and is sent them with the commits that decided them.
//!    A primary answers a view-change for a view that has begun with its new-view.
//! 7. What was prepared in an earlier view is not asked of the ledger again.
//! 8. Building and validating take time. Signatures take the place of MACs; there are no read-only or tentative
//!    executions.
//! 9. Memory is bounded: what is of a view more than 64 ahead is not kept, nor are numbers more than two windows above
//!    the low water mark, nor more than four checkpoints of a signer.
//! 10. Validators stay the same in a run.

mod certificate;
mod info;
mod message;
mod normal;
mod place;
mod report;
mod state;
mod view_change;

pub use crate::consensus::hotstuff::params::Quorum;
pub use certificate::order;
pub use info::Params;
pub use message::{Assignment, Message, Point, Sequence, SignedMessage};
pub use state::{Claims, State};

use super::{
    ComposeWith, Conflicting, Corruptible, Effect, Extends, Input, Keeps, Protocol, ProtocolInfo,
    Resend, Status, VotesFor, Waits,
};
use crate::base::limits::MAX_ROUNDS_AHEAD;
use crate::types::BlockId;
use normal::{advance, built, follow, keep_checkpoint};
use place::{await_block, enter};
use state::{Context, Effects, Validity, primary};
use view_change::{receive_new_view, receive_view_change, timed_out};

/// The protocol.
#[derive(Clone, Copy, Debug)]
pub struct Pbft;

fn receive(state: &mut State, context: &Context, signed: SignedMessage, out: &mut Effects) {
    match &signed.message {
        Message::PrePrepare(a) | Message::Prepare(a) | Message::Commit(a) => {
            let far = context.params.window.saturating_mul(2);
            let far = state.stable.sequence.saturating_add(far);
            let proposed = matches!(signed.message, Message::PrePrepare(_));
            if a.view > state.view.saturating_add(MAX_ROUNDS_AHEAD)
                || a.view < state.view
                || a.sequence <= state.stable.sequence
                || a.sequence > far
                || proposed && signed.signer != primary(context, a.view)
            {
                return;
            }
            if let Some(block) = a.block.filter(|_| proposed) {
                state.bodies.insert(block, a.height);
            }
            if let Some(first) = state.keep(signed.clone())
                && first.message.assignment().map(|b| b.slot()) == Some(a.slot())
            {
                out.push(Effect::Accuse(message::contradiction(&first, &signed)));
            }
        }
        Message::Checkpoint(point) => keep_checkpoint(state, *point, signed.clone()),
        Message::ViewChange { view, .. } => {
            receive_view_change(state, context, *view, signed.clone(), out);
        }
        Message::NewView { view, .. } => {
            receive_new_view(state, context, *view, signed.clone(), out);
        }
    }
}

impl Protocol for Pbft {
    type Message = Message;
    type State = State;
    type Params = Params;

    const INFO: ProtocolInfo = info::PAPER;

    const KEEPS: Keeps = Keeps {
        lock: None,
        marks: &["prepared"],
    };

    fn info(params: &Params) -> ProtocolInfo {
        info::told(params)
    }

    fn waits(_: &Params) -> Vec<Waits> {
        info::waits()
    }

    fn new(genesis: BlockId, _: &Params) -> State {
        State::new(genesis)
    }

    fn step(state: &mut State, context: &Context, input: Input<Message>, out: &mut Effects) {
        match input {
            Input::Start => {
                enter(state, context, info::AWAIT_PRE_PREPARE, out);
                await_block(state, context.params.timeout_us, out);
            }
            Input::Message(signed) => receive(state, context, signed, out),
            Input::Timer(timer) => timed_out(state, context, timer, out),
            Input::Built { slot, block } => built(state, context, slot, block, out),
            Input::Validated { block, valid } => {
                let entries = state.log.values_mut();
                let about = entries.filter(|e| e.accepted.is_some_and(|a| a.block == Some(block)));
                about.for_each(|entry| entry.validity = Validity::Told(valid));
            }
            Input::Fetched { block } => {
                state.bodies.insert(block, state.executed.height + 1);
            }
            Input::Certificate {
                first,
                blocks,
                proof,
            } => follow(state, context, (first, &blocks), &proof, out),
            Input::Restarted => restart(state, context, out),
        }
        advance(state, context, out);
    }

    fn status(state: &State, context: &Context) -> Status {
        report::status(state, context)
    }

    fn resend(state: &State, context: &Context) -> Resend<Message> {
        report::resend(state, context)
    }
}

/// What was promised is still known; what was under way in the process is gone.
fn restart(state: &mut State, context: &Context, out: &mut Effects) {
    for entry in state.log.values_mut() {
        if entry.validity == Validity::Asked {
            entry.validity = Validity::Unasked;
        }
    }
    state.asked_for.clear();
    // A block that was being built never left.
    let tip = state.tip().sequence;
    if state.assigned.0 == state.view {
        state.assigned.1 = state.assigned.1.min(tip);
    }
    state.ready_at = context.now;
    if state.active || state.heard == state.view {
        await_block(state, context.params.timeout_us, out);
    }
}

impl Corruptible for Pbft {
    const CONFLICTING: Option<Conflicting<Message>> = Some(Message::for_block);
    const VOTES_FOR: Option<VotesFor<Message>> = Some(|proposal| match proposal {
        Message::PrePrepare(a) => vec![Message::Prepare(*a), Message::Commit(*a)],
        Message::Prepare(_)
        | Message::Commit(_)
        | Message::Checkpoint(_)
        | Message::ViewChange { .. }
        | Message::NewView { .. } => Vec::new(),
    });
    const COMPOSE_WITH: Option<ComposeWith<Message, State>> = Some(report::compose);
    const EXTENDS: Option<Extends<State>> = Some(|state, _| Some(state.tip().block));
    /// Its view-changes tell of nothing it has prepared.
    const FORGET_LOCK: Option<fn(&mut State)> = Some(|state| state.prepared.clear());
    /// What is committed is followed here whatever the ledger said of it: validity is asked for prepares alone.
    const ACCEPT_INVALID: Option<fn(&mut State)> = Some(|_| {});
}
