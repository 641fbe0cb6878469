//! What the protocols of the family share of a view: proposing, voting, and what a certified block brings. Where they differ they say so in [`Settings`](super::state::Settings).

use super::message::{Link, Message, Phase, View};
use super::pacemaker::{COLLECT_VOTES, PAUSE_TIMER, VOTED, enter, go_to};
use super::state::{Certified, Effects, Lock, MayPropose, State, Surroundings, Validity};
use super::tips::Lead;
use super::{phases, tips};
use crate::consensus::{Effect, Note, Timer};
use crate::types::{BlockId, Slot};

/// The leader asks for a block on the highest certified one.
pub fn build(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let view = state.view;
    if !around.leads(view) || state.at(view).proposed || state.at(view).timed_out {
        return;
    }
    if state.building.as_ref().is_some_and(|(v, _)| *v == view) {
        return;
    }
    let MayPropose::From(earliest) = (around.settings.may_propose)(state, around) else {
        return;
    };
    // Without a pause a network without delay would go through views for ever at one instant.
    let pause = match view {
        1 => 0,
        _ => state
            .entered_before
            .saturating_add(around.settings.min_view),
    };
    let earliest = earliest.max(pause);
    if around.now < earliest {
        out.push(Effect::SetTimer {
            timer: Timer {
                kind: PAUSE_TIMER,
                slot: state.slot(),
            },
            after: earliest - around.now,
        });
        return;
    }
    let rules = &around.settings.rules;
    let lead = match around.settings.tips {
        None => Lead::On(state.high.clone()),
        Some(_) => tips::lead(state, around),
    };
    let (parent, rule) = match (lead, around.settings.tips) {
        (Lead::Instead(parent), Some(tips)) => (parent, tips.instead),
        (Lead::Again(tip, parent), Some(tips)) => {
            let link = Link { view, ..tip };
            out.push(Effect::fired(tips.again, link.slot()));
            offer(state, link, &parent, out);
            return;
        }
        (Lead::NotYet, _) => return,
        (Lead::On(parent) | Lead::Instead(parent) | Lead::Again(_, parent), _) => {
            (parent, rules.propose)
        }
    };
    if parent.link.view >= view || !state.is_at_hand(&parent.link) {
        return;
    }
    let slot = Slot {
        height: parent.link.height + 1,
        round: view,
    };
    out.push(Effect::fired(rule, slot));
    out.push(Effect::BuildBlock {
        slot,
        parents: vec![parent.link.block],
    });
    state.building = Some((view, parent));
}

/// Proposes the block that was built, in the view it was asked for.
pub fn propose(state: &mut State, view: View, block: BlockId, out: &mut Effects) {
    let Some((_, parent)) = state.building.take_if(|(v, _)| *v == view) else {
        return;
    };
    if view != state.view || state.at(view).proposed {
        return;
    }
    let link = Link {
        view,
        height: parent.link.height + 1,
        block,
        parent_view: parent.link.view,
        parent: parent.link.block,
    };
    offer(state, link, &parent, out);
}

fn offer(state: &mut State, link: Link, parent: &Certified, out: &mut Effects) {
    state.at(link.view).proposed = true;
    let proof = tips::proof(state, parent, &link.block);
    out.push(Effect::Broadcast(Message::Propose { link, proof }));
}

/// Votes for the leader's first proposal of this view, to the leader of the next one alone.
pub fn vote(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let number = state.view;
    if state.last_voted >= number {
        return;
    }
    let first = state.views.get(&number).and_then(|v| v.proposals.first());
    let Some((signed, validity)) = first.cloned() else {
        return;
    };
    let Message::Propose { link, proof } = &signed.message else {
        return;
    };
    let Some(parent) = state.parent(link).map(|parent| parent.link) else {
        return;
    };
    if !state.is_at_hand(&parent) || !(around.settings.may_vote)(state, around, link, proof) {
        return;
    }
    match validity {
        Validity::Unasked => {
            state.at(number).proposals[0].1 = Validity::Asked;
            out.push(Effect::ValidateBlock {
                block: link.block,
                parents: vec![link.parent],
            });
        }
        Validity::Told(true) => {
            state.last_voted = number;
            out.push(Effect::fired(around.settings.rules.vote, link.slot()));
            tips::voted(state, around, &signed, out);
            out.push(Effect::Send {
                to: around.collector(number),
                message: Message::Vote(*link),
            });
            let step = if around.me == Some(around.collector(number)) {
                COLLECT_VOTES
            } else {
                VOTED
            };
            go_to(state, around, step, out);
        }
        Validity::Asked | Validity::Told(false) => {}
    }
}

/// A block is certified: it is perhaps the highest, locks, ends its view, and makes another one final.
pub fn certify(state: &mut State, around: &Surroundings, certified: &Certified, out: &mut Effects) {
    let link = certified.link;
    let settings = &around.settings;
    if link.view < state.last_final.view {
        return;
    }
    if link.view > state.high.link.view {
        state.high = certified.clone();
    }
    let known = &mut state.at(link.view).certified;
    if known.iter().any(|c| c.link == link) {
        return;
    }
    known.push(certified.clone());
    let (slot, block) = (link.slot(), Some(link.block));
    out.push(Effect::fired(settings.rules.certify, slot));
    out.push(Effect::Note(Note::Polka { slot, block }));
    fetch(state, around, certified, out);
    let locks_on = match settings.lock {
        Lock::Certified => Some(link),
        Lock::Parent => state.parent(&link).map(|parent| parent.link),
        Lock::Phase(_) | Lock::None => None,
    };
    if let Some(on) = locks_on {
        state.lock(around, on, out);
    }
    if settings.phases.is_some() {
        // Its view goes on.
        return;
    }
    for chain in state.final_chains(settings, link.view) {
        state.consider(chain);
    }
    enter(state, around, link.view.saturating_add(1), None, out);
}

/// A quorum voted for a block in that phase of its view.
pub fn cross(
    state: &mut State,
    around: &Surroundings,
    phase: Phase,
    certified: &Certified,
    out: &mut Effects,
) {
    if phase == Phase::Prepare {
        certify(state, around, certified, out);
    }
    phases::crossed(state, around, phase, certified, out);
}

/// Asks one of its voters for the body of a certified block.
pub fn fetch(state: &State, around: &Surroundings, certified: &Certified, out: &mut Effects) {
    let block = certified.link.block;
    if state.bodies.contains(&block) {
        return;
    }
    let mut voters = certified.votes.votes().iter().map(|vote| vote.signer);
    if let Some(from) = voters.find(|voter| Some(*voter) != around.me) {
        out.push(Effect::FetchBlock { block, from });
    }
}
