//! What several rules do: fetching a block, starting a window's timers, deciding.

use super::message::{Message, SignedMessage};
use super::pool::{State, Surroundings};
use crate::consensus::simplex::{Link, View};
use crate::consensus::{Effect, Timer};
use crate::types::{BlockId, Height, Slot, ValidatorId};

/// What a step asks for, in order.
pub type Effects = Vec<Effect<Message>>;

/// Index of the timer after which a slot without a vote is skipped: Timeout(i).
pub const SLOT_TIMER: u8 = 0;

/// Index of the timer after which a leader's next block is complete.
pub const BLOCK_TIMER: u8 = 1;

pub(super) fn slot_of(height: Height, view: View) -> Slot {
    Slot {
        height,
        round: view,
    }
}

/// Who signed, those first who must have the block: a fallback vote in the first slot of a window needs no body.
pub(super) fn holders(votes: &[SignedMessage]) -> Vec<ValidatorId> {
    let has = |vote: &&SignedMessage| matches!(vote.message, Message::Notar(_));
    let (first, then): (Vec<_>, Vec<_>) = votes.iter().partition(has);
    first
        .into_iter()
        .chain(then)
        .map(|vote| vote.signer)
        .collect()
}

pub(super) fn fetch(
    state: &mut State,
    around: &Surroundings,
    block: BlockId,
    holders: impl IntoIterator<Item = ValidatorId>,
    out: &mut Effects,
) {
    if state.bodies.contains(&block) || state.fetched.contains(&block) {
        return;
    }
    let mut holders = holders.into_iter();
    if let Some(from) = holders.find(|v| Some(*v) != around.me) {
        state.fetched.insert(block);
        out.push(Effect::FetchBlock { block, from });
    }
}

/// SETTIMEOUTS, and the leader's own clock. `height` is that of the first slot's block.
pub(super) fn set_timeouts(
    state: &mut State,
    around: &Surroundings,
    first: View,
    height: Height,
    out: &mut Effects,
) {
    state.timed.insert(first);
    let leads = around.me == Some(around.leader(state.window_of(first)));
    let settings = around.settings;
    for (number, view) in (0..).zip(state.window_slots(first)) {
        if view <= state.last_final.view {
            continue;
        }
        let slot = slot_of(height.saturating_add(number), view);
        let complete = settings.block.saturating_mul(number + 1);
        let mut timer = |kind, after| {
            let timer = Timer { kind, slot };
            out.push(Effect::SetTimer { timer, after });
        };
        timer(
            SLOT_TIMER,
            settings.delta.saturating_mul(3).saturating_add(complete),
        );
        if leads {
            timer(BLOCK_TIMER, complete);
        }
    }
}

pub(super) fn settle(
    state: &mut State,
    around: &Surroundings,
    chain: &[Link],
    rule: u8,
    proof: Vec<SignedMessage>,
    out: &mut Effects,
) {
    let Some(last) = chain.last() else { return };
    out.push(Effect::fired(rule, last.slot()));
    let blocks: Vec<BlockId> = chain.iter().map(|link| link.block).collect();
    let mut gone = blocks.clone();
    gone.push(state.last_final.block);
    out.push(Effect::Decide {
        first: state.last_final.height + 1,
        blocks,
        round: last.view,
        proof: proof.into(),
    });
    state.finalize(*last, &gone);
    // A validator that came by a proof into the middle of a window has heard of no parent for its first slot. Without
    // timers it would neither vote in the rest of the window nor skip it, and enough of its kind would stop the others.
    let first = state.first_of(last.view);
    let next = last.view.saturating_add(1);
    if state.first_of(next) == first && !state.timed.contains(&first) {
        let height = (last.height + 1).saturating_sub(u64::from(next - first));
        set_timeouts(state, around, first, height, out);
    }
}
