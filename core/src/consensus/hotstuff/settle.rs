//! How blocks are decided, here or elsewhere, and what a validator does after a crash.

use super::message::{Link, Phase, Proof, SignedMessage, View};
use super::pacemaker::{enter, go_to, start_timer};
use super::receive::certified_by;
use super::state::{Certified, Effects, State, Surroundings, Validity};
use super::views::{cross, fetch};
use crate::consensus::Effect;
use crate::types::BlockId;
use std::collections::BTreeMap;

/// As long as a block is final and all before it is known, it and what comes before is decided.
pub fn decide(state: &mut State, around: &Surroundings, out: &mut Effects) {
    while let Some(on_top) = state.candidate.clone() {
        let decided = on_top
            .last()
            .is_some_and(|last| state.is_at_hand(&last.link))
            && settle(state, around, &on_top, out).is_some();
        // Another one may be lower and within reach, or come next.
        for chain in state.final_chains(&around.settings, state.last_final.view) {
            state.consider(chain);
        }
        let next = state.candidate.as_ref().and_then(|c| c.last());
        if !decided && next.map(|c| c.link) == on_top.last().map(|c| c.link) {
            return;
        }
    }
}

/// Decides the last of these blocks, which the others make final, and what comes before.
fn settle(
    state: &mut State,
    around: &Surroundings,
    on_top: &[Certified],
    out: &mut Effects,
) -> Option<()> {
    let last = on_top.last()?.clone();
    let mut chain = state.chain(&last)?;
    chain.reverse();
    // Who was away has seen none of them certified: the proof has the votes for all.
    let before = chain.iter().filter(|c| c.link != last.link);
    let all = before.chain(on_top.iter().rev());
    let proof: Vec<SignedMessage> = all.flat_map(|c| c.votes.votes()).cloned().collect();
    let slot = last.link.slot();
    out.push(Effect::fired(around.settings.rules.finalize, slot));
    out.push(Effect::Decide {
        first: state.last_final.height + 1,
        blocks: chain.iter().map(|c| c.link.block).collect(),
        round: last.link.view,
        proof: proof.into(),
    });
    state.finalize(last.link);
    Some(())
}

/// Blocks decided elsewhere. Their proof is the votes that certified them and the blocks on top, and what these
/// certificates make final here is decided here.
pub fn catch_up(
    state: &mut State,
    around: &Surroundings,
    blocks: &[BlockId],
    proof: &[SignedMessage],
    out: &mut Effects,
) {
    state.bodies.extend(blocks);
    let mut by_link: BTreeMap<(View, Phase, Link), Vec<SignedMessage>> = BTreeMap::new();
    for signed in proof {
        if let Some((phase, link)) = signed.message.ballot() {
            let key = (link.view, phase, *link);
            by_link.entry(key).or_default().push(signed.clone());
        }
    }
    // In the order of views: each stands on one before.
    for ((_, phase, _), votes) in by_link {
        let votes = Proof::from_votes(votes);
        if let Some(link) = certified_by(state, around, phase, &votes) {
            cross(state, around, phase, &Certified { link, votes }, out);
        }
    }
}

/// After a crash: answers that did not come are asked for again, and the view gets its full time.
pub fn restart(state: &mut State, around: &Surroundings, out: &mut Effects) {
    if state.view == 0 {
        enter(state, around, 1, None, out);
        return;
    }
    state.building = None;
    state.judged = None;
    for (_, validity) in state.views.values_mut().flat_map(|v| &mut v.proposals) {
        if *validity == Validity::Asked {
            *validity = Validity::Unasked;
        }
    }
    for certified in state.views.values().flat_map(|v| &v.certified) {
        fetch(state, around, certified, out);
    }
    start_timer(state, around, out);
    go_to(state, around, state.step, out);
}
