//! What the paper leaves to others: catching up by a proof, and coming back after a crash.

use super::actions::{Effects, fetch, holders, set_timeouts, settle};
use super::message::{Message, Proves, SignedMessage};
use super::pool::{State, Surroundings, is_parent, needed};
use super::{V10, V11};
use crate::consensus::simplex::Link;
use crate::consensus::simplex::state::{Validity, stake_behind};
use crate::types::{BlockId, Height};

/// Blocks decided elsewhere: the last has the votes that make it final, each before it those that certify it, and each
/// names the one before.
pub(super) fn catch_up(
    state: &mut State,
    around: &Surroundings,
    first: Height,
    blocks: &[BlockId],
    proof: &[SignedMessage],
    out: &mut Effects,
) {
    let behind = state.last_final.height + 1;
    let known = behind.checked_sub(first);
    let known = known.and_then(|n| usize::try_from(n).ok());
    let Some(fresh) = known
        .and_then(|n| blocks.get(n..))
        .filter(|b| !b.is_empty())
    else {
        return;
    };
    let proven = |proves: Proves| {
        let votes = proof.iter().filter(|vote| proves.counts(&vote.message));
        let mut votes: Vec<SignedMessage> = votes.cloned().collect();
        // Who cast both kinds counts once.
        votes.sort_by_key(|vote| vote.signer);
        votes.dedup_by_key(|vote| vote.signer);
        let stake = stake_behind(around.set(), &votes, |_| true).unwrap_or(0);
        around.enough(stake, needed(around, &proves))
    };
    let mut chain: Vec<Link> = Vec::new();
    let mut rule = V10;
    for block in fresh.iter().rev() {
        let links = proof.iter().filter_map(|vote| match &vote.message {
            Message::Notar(link) | Message::NotarFallback(link) => Some(*link),
            Message::Propose(_)
            | Message::Skip { .. }
            | Message::SkipFallback { .. }
            | Message::Final { .. }
            | Message::Certificate(_) => None,
        });
        let next = chain.last().copied();
        let mut links = links
            .filter(|link| link.block == *block && next.is_none_or(|next| is_parent(link, &next)));
        let found = links.find(|link| match next {
            Some(_) => proven(Proves::NotarFallback(*link)),
            None if proven(Proves::FastFinal(*link)) => true,
            None => {
                rule = V11;
                proven(Proves::Notarized(*link)) && proven(Proves::Final(link.view))
            }
        });
        let Some(link) = found else { return };
        chain.push(link);
    }
    chain.reverse();
    let stands = chain.first().is_some_and(|link| {
        is_parent(&state.last_final, link) && link.view > state.last_final.view
    });
    if stands {
        settle(state, around, &chain, rule, proof.to_vec(), out);
    }
}

/// After a crash: answers that did not come are asked for again, and timers run again from their beginning.
pub(super) fn restart(state: &mut State, around: &Surroundings, out: &mut Effects) {
    state.building = None;
    state.fetched.clear();
    let mut missing = Vec::new();
    for slot in state.slots.values_mut() {
        for (_, _, validity) in &mut slot.proposals {
            if *validity == Validity::Asked {
                *validity = Validity::Unasked;
            }
        }
        missing.extend(
            slot.certificates
                .iter()
                .filter_map(|(proves, votes)| Some((proves.link()?.block, holders(votes)))),
        );
    }
    for (block, signers) in missing {
        fetch(state, around, block, signers, out);
    }
    let height = state.height;
    for first in state.timed.clone() {
        set_timeouts(state, around, first, height, out);
    }
}
