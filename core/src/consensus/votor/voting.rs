//! Algorithms 1 and 2, block creation and finalization.

use super::actions::{Effects, SLOT_TIMER, fetch, holders, set_timeouts, settle, slot_of};
use super::message::{Certificate, Message, Proves, SignedMessage};
use super::pool::{MAX_PROPOSALS, SlotState, State, Surroundings, is_parent};
use super::{V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11, V12, recovery};
use crate::base::limits::MAX_ROUNDS_AHEAD;
use crate::consensus::simplex::state::{Validity, contradiction};
use crate::consensus::simplex::{Link, View};
use crate::consensus::{Effect, Input, Note};
use crate::types::{BlockId, Slot, ValidatorId};

/// Index of the step before its vote.
pub const AWAIT_PROPOSAL: u8 = 0;
/// Index of the step after its notar vote.
pub const AWAIT_VOTES: u8 = 1;
/// Index of the step after its skip vote.
pub const AWAIT_SKIP: u8 = 2;

/// What follows from `input`, until no rule has anything more to do.
pub fn step(state: &mut State, around: &Surroundings, input: Input<Message>, out: &mut Effects) {
    let restarted = matches!(input, Input::Restarted);
    match input {
        // The window after genesis is ready at once, below.
        Input::Start => {}
        Input::Message(signed) => receive(state, around, &signed, out),
        Input::Timer(timer) if timer.kind == SLOT_TIMER => {
            time_out(state, timer.slot.round, out);
        }
        Input::Timer(timer) => state.due = state.due.max(timer.slot.round),
        Input::Built { slot, block } => propose(state, slot.round, block, out),
        Input::Validated { block, valid } => {
            for (_, link, validity) in state.slots.values_mut().flat_map(|s| &mut s.proposals) {
                if link.block == block && *validity == Validity::Asked {
                    *validity = Validity::Told(valid);
                }
            }
        }
        Input::Fetched { block } => {
            state.bodies.insert(block);
        }
        Input::Certificate {
            first,
            blocks,
            proof,
        } => recovery::catch_up(state, around, first, &blocks, &proof, out),
        Input::Restarted => recovery::restart(state, around, out),
    }
    decide(state, around, out);
    start_windows(state, around, out);
    build(state, around, out);
    vote(state, out);
    fall_back(state, around, out);
    stand(state, around, restarted, out);
}

fn receive(state: &mut State, around: &Surroundings, signed: &SignedMessage, out: &mut Effects) {
    let view = signed.message.view();
    if view < state.last_final.view || view == 0 {
        return;
    }
    if let Message::Certificate(certificate) = &signed.message {
        if state.take(around, certificate) {
            follow(state, around, certificate.proves, out);
        }
        keep_own(state, around, signed);
        return;
    }
    if view > state.view.saturating_add(MAX_ROUNDS_AHEAD) {
        return;
    }
    keep_own(state, around, signed);
    if let Message::Propose(link) = &signed.message {
        if signed.signer == around.leader(state.window_of(view)) {
            keep_proposal(state, signed, link, out);
        }
        return;
    }
    let counted = state.count(around, signed);
    if let Some(evidence) = counted.evidence {
        if counted.towards.is_empty() {
            let slot = slot_of(evidence.height, evidence.round);
            out.push(Effect::fired(V12, slot));
        }
        out.push(Effect::Accuse(evidence));
    }
    for proves in counted.towards {
        if state.generate(around, proves) {
            follow(state, around, proves, out);
        }
    }
}

fn keep_own(state: &mut State, around: &Surroundings, signed: &SignedMessage) {
    let messages = &mut state.at(signed.message.view()).said.messages;
    if Some(signed.signer) == around.me && !messages.contains(signed) {
        messages.push(signed.clone());
    }
}

fn keep_proposal(state: &mut State, signed: &SignedMessage, link: &Link, out: &mut Effects) {
    state.bodies.insert(link.block);
    let proposals = &mut state.at(link.view).proposals;
    if proposals.iter().any(|(_, other, _)| other == link) || proposals.len() >= MAX_PROPOSALS {
        return;
    }
    if let Some((first, ..)) = proposals.first() {
        out.push(Effect::Accuse(contradiction(first, signed)));
    }
    proposals.push((signed.clone(), *link, Validity::Unasked));
}

/// A certificate is new (Def. 13): hands it on, fetches what it names, and perhaps votes to finalize.
fn follow(state: &mut State, around: &Surroundings, proves: Proves, out: &mut Effects) {
    let view = proves.view();
    let slot = state.at(view);
    let votes = slot.certificates.get(&proves).cloned().unwrap_or_default();
    let named = votes.first().map_or(0, |vote| vote.message.height());
    let link = proves.link().copied();
    let place = slot_of(link.map_or(named, |link| link.height), view);
    let known = slot
        .certified()
        .filter(|other| Some(**other) == link)
        .count();
    let holders = holders(&votes);
    out.push(Effect::fired(V8, place));
    if known == 1 {
        out.push(Effect::Note(Note::Polka {
            slot: place,
            block: link.map(|link| link.block),
        }));
    }
    if let Proves::Skipped(_) = proves {
        out.push(Effect::Note(Note::Skipped { slot: place }));
    }
    if around.settings.relay {
        let certificate = Certificate::new(proves, votes);
        out.push(Effect::Broadcast(Message::Certificate(certificate)));
    }
    if let Some(link) = link {
        fetch(state, around, link.block, holders, out);
    }
    try_final(state, view, out);
}

/// TRYFINAL.
fn try_final(state: &mut State, view: View, out: &mut Effects) {
    let slot = state.at(view);
    let Some(link) = slot.said.notar else { return };
    let notarized = slot.certificates.contains_key(&Proves::Notarized(link));
    if !notarized || slot.said.bad || slot.said.over {
        return;
    }
    slot.said.over = true;
    out.push(Effect::fired(V9, link.slot()));
    let height = link.height;
    out.push(Effect::Broadcast(Message::Final { view, height }));
}

/// ParentReady: the first time that the first slot of a window has a parent, the window's timers start.
fn start_windows(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let certified = |(_, slot): &(&View, &SlotState)| !slot.certificates.is_empty();
    let newest = state.slots.iter().rev().find(certified);
    let newest = newest.map_or(0, |(view, _)| view.saturating_add(1));
    let mut first = state.first_of(state.last_final.view.saturating_add(1));
    while first <= newest {
        if first > state.last_final.view
            && !state.timed.contains(&first)
            && let Some(parent) = state.ready_parents(first).first()
        {
            let height = parent.height + 1;
            out.push(Effect::fired(V1, slot_of(height, first)));
            set_timeouts(state, around, first, height, out);
        }
        first = first.saturating_add(state.window);
    }
}

/// What a leader builds on in a slot: in the first of its window a parent that is ready, in the others its own block
/// before.
fn select_parent(state: &State, view: View) -> Option<Link> {
    if view == state.first_of(view) {
        let ready = state.ready_parents(view);
        return ready.into_iter().find(|link| state.is_at_hand(link));
    }
    let before = state.slots.get(&view.checked_sub(1)?)?;
    before.said.proposed
}

/// What an honest validator would build on if it led a slot.
#[must_use]
pub fn extends(state: &State, slot: Slot) -> Option<BlockId> {
    let parent = select_parent(state, slot.round).or_else(|| {
        let before = state.slots.get(&slot.round.checked_sub(1)?)?;
        before.said.notar.or(before.certified().next().copied())
    });
    parent.map(|link| link.block)
}

/// The leader asks for the next block of its window whose time has come (Alg. 3), until it gave the window up.
fn build(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let due = state.due;
    if state.building.is_some() || due <= state.last_final.view {
        return;
    }
    if around.me != Some(around.leader(state.window_of(due))) {
        return;
    }
    let last = state.last_final.view;
    let slots = state
        .window_slots(due)
        .filter(|view| (last + 1..=due).contains(view));
    let Some(view) = slots.into_iter().find(|view| {
        state
            .slots
            .get(view)
            .is_none_or(|s| s.said.proposed.is_none())
    }) else {
        return;
    };
    let slot = state.at(view);
    if slot.said.skip || slot.is_skipped(view) {
        return;
    }
    let Some(parent) = select_parent(state, view) else {
        return;
    };
    state.building = Some((view, parent));
    let slot = slot_of(parent.height + 1, view);
    out.push(Effect::fired(V2, slot));
    out.push(Effect::BuildBlock {
        slot,
        parents: vec![parent.block],
    });
}

fn propose(state: &mut State, view: View, block: BlockId, out: &mut Effects) {
    let Some((_, parent)) = state.building.take_if(|(v, _)| *v == view) else {
        return;
    };
    if view <= state.last_final.view {
        return;
    }
    let link = Link {
        view,
        height: parent.height + 1,
        block,
        parent_view: parent.view,
        parent: parent.block,
    };
    state.at(view).said.proposed = Some(link);
    out.push(Effect::Broadcast(Message::Propose(link)));
}

/// CHECKPENDINGBLOCKS: votes for each slot's first proposal, by increasing slot, as TRYNOTAR has it.
fn vote(state: &mut State, out: &mut Effects) {
    let pending: Vec<(View, Link, Validity)> = state
        .slots
        .range(state.last_final.view.saturating_add(1)..)
        .filter(|(_, slot)| !slot.said.voted())
        .filter_map(|(view, slot)| slot.proposals.first().map(|(_, l, v)| (*view, *l, *v)))
        .collect();
    for (view, link, validity) in pending {
        let first = view == state.first_of(view);
        let stands = if first {
            let ready = state.ready_parents(view);
            ready
                .iter()
                .any(|parent| is_parent(parent, &link) && state.is_at_hand(parent))
        } else {
            let before = state.slots.get(&(view - 1));
            let voted = before.and_then(|slot| slot.said.notar);
            voted.is_some_and(|parent| is_parent(&parent, &link))
        };
        if !stands {
            continue;
        }
        match validity {
            Validity::Unasked => {
                state.at(view).proposals[0].2 = Validity::Asked;
                out.push(Effect::ValidateBlock {
                    block: link.block,
                    parents: vec![link.parent],
                });
            }
            Validity::Told(true) => {
                state.at(view).said.notar = Some(link);
                let rule = if first { V3 } else { V4 };
                out.push(Effect::fired(rule, link.slot()));
                out.push(Effect::Broadcast(Message::Notar(link)));
                try_final(state, view, out);
            }
            Validity::Asked | Validity::Told(false) => {}
        }
    }
}

/// Timeout(i).
fn time_out(state: &mut State, view: View, out: &mut Effects) {
    if view > state.last_final.view && !state.at(view).said.voted() {
        let slot = slot_of(state.height, view);
        out.push(Effect::fired(V5, slot));
        skip_window(state, view, out);
    }
}

/// TRYSKIPWINDOW: skips what it has not voted in of the window.
fn skip_window(state: &mut State, view: View, out: &mut Effects) {
    let height = state.height;
    for view in state.window_slots(view) {
        if view <= state.last_final.view || state.at(view).said.voted() {
            continue;
        }
        let said = &mut state.at(view).said;
        said.skip = true;
        said.bad = true;
        out.push(Effect::Broadcast(Message::Skip { view, height }));
    }
}

/// SafeToNotar and SafeToSkip (Def. 16), each once.
fn fall_back(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let voted = state.slots.range(state.last_final.view.saturating_add(1)..);
    let voted: Vec<View> = voted
        .filter(|(_, slot)| slot.said.voted())
        .map(|(view, _)| *view)
        .collect();
    for view in voted {
        for link in state.at(view).notar.keys().copied().collect::<Vec<_>>() {
            let told = state.at(view).said.fallback.contains(&link);
            if !told
                && state.is_safe_to_notar(around, &link)
                && is_fetched(state, around, &link, out)
            {
                out.push(Effect::fired(V6, link.slot()));
                skip_window(state, view, out);
                let said = &mut state.at(view).said;
                said.fallback.push(link);
                if !said.over {
                    said.bad = true;
                    out.push(Effect::Broadcast(Message::NotarFallback(link)));
                }
            }
        }
        if !state.at(view).said.skip_fallback && state.is_safe_to_skip(around, view) {
            let height = state.height;
            out.push(Effect::fired(V7, slot_of(height, view)));
            skip_window(state, view, out);
            let said = &mut state.at(view).said;
            said.skip_fallback = true;
            if !said.over {
                said.bad = true;
                out.push(Effect::Broadcast(Message::SkipFallback { view, height }));
            }
        }
    }
}

/// Outside the first slot of a window a block is fetched and its parent certified before it is safe to notarize.
fn is_fetched(state: &mut State, around: &Surroundings, link: &Link, out: &mut Effects) -> bool {
    if link.view == state.first_of(link.view) {
        return true;
    }
    let voters = state.at(link.view).notar.get(link);
    let voters: Vec<ValidatorId> = voters
        .into_iter()
        .flat_map(|p| p.votes.keys().copied())
        .collect();
    fetch(state, around, link.block, voters, out);
    let before = link.parent_view + 1 == link.view;
    before && state.bodies.contains(&link.block) && state.parent(link).is_some()
}

/// For readers: which slot it is in, and in which step of it, where that is new or `anew`.
fn stand(state: &mut State, around: &Surroundings, anew: bool, out: &mut Effects) {
    let passed = state
        .slots
        .iter()
        .rev()
        .find(|(view, slot)| slot.is_skipped(**view) || slot.certified().next().is_some());
    let view = passed.map_or(1, |(view, _)| view.saturating_add(1));
    let view = view.max(state.view).max(1);
    let said = &state.at(view).said;
    let step = match (said.notar, said.skip) {
        (Some(_), _) => AWAIT_VOTES,
        (None, true) => AWAIT_SKIP,
        (None, false) => AWAIT_PROPOSAL,
    };
    if (view, step) == (state.view, state.step) && !anew {
        return;
    }
    let heights = state.slots.values().flat_map(SlotState::certified);
    state.height = heights.map(|link| link.height).max().unwrap_or(0) + 1;
    state.view = view;
    state.step = step;
    out.push(Effect::Note(Note::Step {
        slot: slot_of(state.height, view),
        step,
        leader: Some(around.leader(state.window_of(view))),
    }));
}

/// The highest final block (Def. 14) before which all is known: it and what comes before is decided.
fn decide(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let later = state.slots.range(state.last_final.view.saturating_add(1)..);
    let found = later.rev().find_map(|(view, _)| {
        let (link, fast, votes) = state.finality(*view)?;
        let chain = state.chain(&link)?;
        let here = chain.iter().all(|link| state.bodies.contains(&link.block));
        here.then_some((chain, fast, votes))
    });
    let Some((mut chain, fast, mut proof)) = found else {
        return;
    };
    chain.reverse();
    // Who was away has seen none of them certified: the proof has the votes for all.
    for link in &chain[..chain.len() - 1] {
        let certificates = state.at(link.view).certificates.iter();
        let mut about = certificates.filter(|(proves, _)| proves.link() == Some(link));
        proof.extend(
            about
                .next()
                .into_iter()
                .flat_map(|(_, votes)| votes.iter().cloned()),
        );
    }
    settle(
        state,
        around,
        &chain,
        if fast { V10 } else { V11 },
        proof,
        out,
    );
}
