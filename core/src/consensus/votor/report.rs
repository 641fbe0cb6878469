//! What a validator tells of itself, and what it repeats.

use super::message::{FINAL, NOTAR, NOTAR_FALLBACK, Proves, SKIP, SKIP_FALLBACK, SignedMessage};
use super::pool::{SlotState, State, Surroundings, needed};
use crate::consensus::simplex::View;
use crate::consensus::{Recipients, Resend, Status, StepInfo, Tally};
use crate::types::{BlockId, ValidatorId};

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
        told.certificate(SKIP, None, Proves::Skipped(*view), "skip the slot");
        told.certificate(
            FINAL,
            None,
            Proves::Final(*view),
            "finalize the slot's block",
        );
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
            self.certificate(NOTAR, block, proves, "finalize the block at once");
            return;
        }
        let proves = Proves::Notarized(*link);
        self.certificate(NOTAR, block, proves, "notarize the block");
        if self.slot.fallback.contains_key(link) {
            let (proves, words) = (
                Proves::NotarFallback(*link),
                "let others build on the block",
            );
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
                tally(NOTAR_FALLBACK, value, pool.stake, "vote notar-fallback too");
            }
        }
        let against = self.slot.against_strongest();
        if said.notar.is_some() && !said.skip_fallback && against > 0 {
            tally(SKIP_FALLBACK, None, against, "vote skip-fallback too");
        }
    }
}
