//! What a validator tells of itself, and what it repeats.

use super::actions::{BLOCK_TIMER, SLOT_TIMER};
use super::message::{
    FINAL, NOTAR, NOTAR_FALLBACK, PROPOSE, Proves, SKIP, SKIP_FALLBACK, SignedMessage,
};
use super::pool::{SlotState, State, Surroundings, needed};
use super::{V2, V3, V4, V5, V6, V7, V8, V9, V10, V11};
use crate::consensus::simplex::View;
use crate::consensus::{Recipients, Resend, Status, StepInfo, Tally, Waits, WaitsFor};
use crate::types::{BlockId, ValidatorId};

/// What votes are needed for, after "to".
const NOTARIZE_BLOCK: &str = "notarize the block";
const FINALIZE_BLOCK: &str = "finalize the block at once";
const FINALIZE_SLOT: &str = "finalize the slot's block";
const BUILD_UPON: &str = "let others build on the block";
const SKIP_SLOT: &str = "skip the slot";
const FALL_BACK: &str = "vote notar-fallback too";
const FALL_BACK_TO_SKIP: &str = "vote skip-fallback too";

/// What the rules wait for.
#[must_use]
pub fn waits() -> Vec<Waits> {
    let certificates = [NOTARIZE_BLOCK, BUILD_UPON, SKIP_SLOT].map(WaitsFor::Votes);
    let mut waits = vec![
        WaitsFor::Timer(BLOCK_TIMER).before(V2),
        WaitsFor::Message(PROPOSE).before(V3),
        WaitsFor::Message(PROPOSE).before(V4),
        WaitsFor::Timer(SLOT_TIMER).before(V5),
        WaitsFor::Votes(FALL_BACK).before(V6),
        WaitsFor::Votes(FALL_BACK_TO_SKIP).before(V7),
        WaitsFor::Votes(NOTARIZE_BLOCK).before(V9),
        WaitsFor::Votes(FINALIZE_BLOCK).before(V10),
        WaitsFor::Votes(FINALIZE_SLOT).before(V11),
    ];
    waits.extend(certificates.map(|votes| votes.before(V8)));
    waits
}

/// What a stuck validator repeats: its own messages of this slot, the one before and those after to all, older ones
/// and others' votes, without which nobody could follow, to one peer after another.
pub fn resend(state: &State, around: &Surroundings) -> Resend<super::Message> {
    let mut again = Resend::new();
    for (view, slot) in &state.slots {
        let recent = view.saturating_add(1) >= state.view;
        let to = if recent {
            Recipients::Everyone
        } else {
            Recipients::OnePeer
        };
        again.extend(slot.said.messages.iter().map(|signed| (to, signed.clone())));
        let mut others: Vec<&SignedMessage> = slot.proposals.iter().map(|(p, ..)| p).collect();
        if !around.settings.relay || recent {
            let pools = slot.notar.values().chain(slot.fallback.values());
            let pools = pools.chain([&slot.skip, &slot.skip_fallback, &slot.finals]);
            others.extend(pools.flat_map(|pool| pool.votes.values()));
        }
        let others = others.into_iter().filter(|s| Some(s.signer) != around.me);
        again.extend(others.map(|signed| (Recipients::OnePeer, signed.clone())));
    }
    again
}

/// A validator's state in plain words.
pub fn status(state: &State, around: &Surroundings, steps: &'static [StepInfo]) -> Status {
    let mut tallies = Vec::new();
    for (view, slot) in &state.slots {
        let mut told = Teller {
            around,
            view: *view,
            slot,
            tallies: &mut tallies,
        };
        for link in slot.notar.keys() {
            told.block(link);
        }
        for link in slot.fallback.keys().filter(|l| !slot.notar.contains_key(l)) {
            told.block(link);
        }
        told.certificate(SKIP, None, Proves::Skipped(*view), SKIP_SLOT);
        told.certificate(FINAL, None, Proves::Final(*view), FINALIZE_SLOT);
        told.fallbacks();
    }
    let step = steps.get(usize::from(state.step));
    Status {
        height: state.last_final.height + 1,
        round: state.view,
        step: step.map_or("", |s| s.name),
        awaits: step.map_or(&[], |s| s.awaits),
        tallies,
        ..Status::default()
    }
}

struct Teller<'a> {
    around: &'a Surroundings<'a>,
    view: View,
    slot: &'a SlotState,
    tallies: &'a mut Vec<Tally>,
}

impl Teller<'_> {
    /// What the block's votes can bring about next.
    fn block(&mut self, link: &crate::consensus::simplex::Link) {
        let block = Some(link.block);
        let has = |proves| self.slot.certificates.contains_key(&proves);
        if has(Proves::Notarized(*link)) {
            let proves = Proves::FastFinal(*link);
            self.certificate(NOTAR, block, proves, FINALIZE_BLOCK);
            return;
        }
        let proves = Proves::Notarized(*link);
        self.certificate(NOTAR, block, proves, NOTARIZE_BLOCK);
        if self.slot.fallback.contains_key(link) {
            let (proves, words) = (Proves::NotarFallback(*link), BUILD_UPON);
            self.certificate(NOTAR_FALLBACK, block, proves, words);
        }
    }

    fn certificate(
        &mut self,
        kind: u8,
        value: Option<BlockId>,
        proves: Proves,
        purpose: &'static str,
    ) {
        let voters: Vec<ValidatorId> = self.slot.votes_towards(&proves).into_keys().collect();
        if voters.is_empty() {
            return;
        }
        let set = self.around.set();
        self.tallies.push(Tally {
            kind,
            round: self.view,
            value,
            have: self.slot.stake_towards(&proves, set),
            needed: needed(self.around, &proves).needed(set.total()),
            of: set.total(),
            purpose,
            voters,
        });
    }

    /// What its own fallback votes wait for, once it has voted.
    fn fallbacks(&mut self) {
        let said = &self.slot.said;
        let total = self.around.set().total();
        let weak = self.around.settings.weak.needed(total);
        let mut tally = |kind, value, have, purpose| {
            self.tallies.push(Tally {
                kind,
                round: self.view,
                value,
                have,
                needed: weak,
                of: total,
                purpose,
                voters: Vec::new(),
            });
        };
        for (link, pool) in &self.slot.notar {
            if said.voted() && said.notar != Some(*link) && !said.fallback.contains(link) {
                let value = Some(link.block);
                tally(NOTAR_FALLBACK, value, pool.stake, FALL_BACK);
            }
        }
        let against = self.slot.against_strongest();
        if said.notar.is_some() && !said.skip_fallback && against > 0 {
            tally(SKIP_FALLBACK, None, against, FALL_BACK_TO_SKIP);
        }
    }
}
