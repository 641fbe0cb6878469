//! What the protocols of the family share: the pacemaker that leads everybody from view to view, proposing, voting,
//! committing, catching up. Where they differ they say so in [`Settings`](super::state::Settings).

use super::message::{Link, Message, Phase, Proof, View};
use super::receive::receive;
use super::settle::{catch_up, decide, restart};
use super::state::{Certified, Effects, Lock, MayPropose, State, Surroundings, Validity};
use super::tips::Lead;
use super::{phases, tips};
use crate::consensus::{Effect, Input, Message as _, Note, Timer};
use crate::types::{BlockId, Slot};

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

/// What follows from `input`, until no rule has anything more to do.
pub fn step(state: &mut State, around: &Surroundings, input: Input<Message>, out: &mut Effects) {
    match input {
        Input::Start => enter(state, around, 1, None, out),
        Input::Message(signed) => receive(state, around, &signed, out),
        Input::Timer(timer) if timer.kind == VIEW_TIMER => {
            if timer.slot.round == state.view {
                time_out(state, around, out);
            }
        }
        // The pause is over: propose, below.
        Input::Timer(_) => {}
        Input::Built { slot, block } => propose(state, slot.round, block, out),
        Input::Validated { block, valid } => {
            for (signed, validity) in state.views.values_mut().flat_map(|v| &mut v.proposals) {
                if signed.message.attachment() == Some(block) && *validity == Validity::Asked {
                    *validity = Validity::Told(valid);
                }
            }
            if state.judged == Some((block, Validity::Asked)) {
                state.judged = Some((block, Validity::Told(valid)));
            }
        }
        Input::Fetched { block } => {
            state.bodies.insert(block);
        }
        Input::Certificate { blocks, proof, .. } => {
            catch_up(state, around, &blocks, &proof, out);
        }
        Input::Restarted => restart(state, around, out),
    }
    decide(state, around, out);
    tips::answer(state, around, out);
    build(state, around, out);
    vote(state, around, out);
}

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

/// The leader asks for a block on the highest certified one.
fn build(state: &mut State, around: &Surroundings, out: &mut Effects) {
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

fn propose(state: &mut State, view: View, block: BlockId, out: &mut Effects) {
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
fn vote(state: &mut State, around: &Surroundings, out: &mut Effects) {
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
        lock(state, around, on, out);
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

/// Locks on a block, if it is of a later view than the lock.
pub fn lock(state: &mut State, around: &Surroundings, on: Link, out: &mut Effects) {
    if on.view <= state.locked.view {
        return;
    }
    state.locked = on;
    let (slot, block) = (on.slot(), on.block);
    let rule = around.settings.rules.lock;
    out.extend(rule.map(|rule| Effect::fired(rule, slot)));
    out.push(Effect::Note(Note::Locked { slot, block }));
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
