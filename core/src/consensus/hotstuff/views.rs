//! What the protocols of the family share: the pacemaker that leads everybody from view to view, proposing, voting,
//! committing, catching up. Where they differ they say so in [`Settings`](super::state::Settings).

use super::message::{Link, Message, Phase, Proof, Report, SignedMessage, View, contradiction};
use super::phases;
use super::state::{
    Certified, Effects, Lock, MayPropose, State, Surroundings, Validity, ViewState,
};
use crate::base::limits::{MAX_ROUNDS_AHEAD, MAX_VALUES_PER_SIGNER};
use crate::consensus::{Effect, Input, Message as _, Note, Threshold, Timer};
use crate::types::{BlockId, Slot};
use std::collections::BTreeMap;

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

fn start_timer(state: &State, around: &Surroundings, out: &mut Effects) {
    out.push(Effect::SetTimer {
        timer: Timer {
            kind: VIEW_TIMER,
            slot: state.slot(),
        },
        after: around.settings.view_timeout,
    });
}

fn go_to(state: &mut State, around: &Surroundings, step: u8, out: &mut Effects) {
    state.step = step;
    out.push(Effect::Note(Note::Step {
        slot: state.slot(),
        step,
        leader: Some(around.leader(state.view)),
    }));
}

/// The time for the view is up, here or at more than a third of the stake.
fn time_out(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let view = state.view;
    if std::mem::replace(&mut state.at(view).timed_out, true) {
        return;
    }
    state.last_voted = state.last_voted.max(view);
    let (report, proof) = state.report();
    out.push(Effect::fired(around.settings.rules.give_up, state.slot()));
    out.push(Effect::Broadcast(Message::Timeout { report, proof }));
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
    let parent = state.high.clone();
    if parent.link.view >= view || !state.is_at_hand(&parent.link) {
        return;
    }
    let slot = Slot {
        height: parent.link.height + 1,
        round: view,
    };
    out.push(Effect::fired(around.settings.rules.propose, slot));
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
    state.at(view).proposed = true;
    let link = Link {
        view,
        height: parent.link.height + 1,
        block,
        parent_view: parent.link.view,
        parent: parent.link.block,
    };
    let entry = state
        .entry
        .as_ref()
        .filter(|_| link.parent_view + 1 != view);
    let proof = Proof::new(&parent.votes, entry);
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
    if !state.is_at_hand(&parent) || !(around.settings.may_vote)(state, link, proof) {
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

fn receive(state: &mut State, around: &Surroundings, signed: &SignedMessage, out: &mut Effects) {
    let view = signed.message.view();
    if view < state.last_final.view || view == 0 {
        return;
    }
    match &signed.message {
        Message::Vote(_) | Message::PhaseVote { .. } => count_vote(state, around, signed, out),
        Message::Propose { link, proof } => {
            let parent = if link.parent_view == 0 {
                (link.parent == state.genesis.block && link.height == 1).then_some(state.genesis)
            } else {
                let certified = certified_by(state, around, Phase::Prepare, proof);
                certified.filter(|c| {
                    (c.view, c.block) == (link.parent_view, link.parent)
                        && c.height + 1 == link.height
                })
            };
            let Some(parent) = parent else { return };
            if signed.signer != around.leader(view)
                || parent.view >= view
                || !learn(state, around, view, &parent, proof, out)
            {
                return;
            }
            keep_own(state, around, signed);
            keep_proposal(state, signed, link, out);
        }
        Message::Timeout { report, proof } => {
            if !hear_report(state, around, report, proof, out) {
                return;
            }
            keep_own(state, around, signed);
            if view >= state.view {
                count_timeout(state, around, signed, out);
            }
        }
        Message::NewView { report, proof } => {
            if hear_report(state, around, report, proof, out) {
                keep_own(state, around, signed);
                state.at(view).new_views.add(signed, around.set());
            }
        }
        Message::Certificate { phase, link, proof } => {
            let phases = around.settings.phases;
            let Some(before) = phases.and_then(|phases| phases.before(*phase)) else {
                return;
            };
            if signed.signer != around.leader(view)
                || certified_by(state, around, before, proof) != Some(*link)
            {
                return;
            }
            keep_own(state, around, signed);
            let (link, votes) = (*link, Proof::new(proof, None));
            cross(state, around, before, &Certified { link, votes }, out);
        }
    }
}

/// The block that the votes of a proof certify in that phase: looked up where they were counted before.
fn certified_by(state: &State, around: &Surroundings, phase: Phase, proof: &Proof) -> Option<Link> {
    let (claimed, named) = proof.votes().first()?.message.ballot()?;
    if claimed != phase {
        return None;
    }
    let known = state.views.get(&named.view);
    let counted = |view: &ViewState| view.certified.iter().any(|c| c.link == *named);
    if phase == Phase::Prepare && known.is_some_and(counted) {
        return Some(*named);
    }
    let certified = proof.certified(around.set(), around.settings.quorum);
    certified.map(|(_, link)| link)
}

/// Takes in what a timeout or a new-view proves; false when it does not prove what it says.
fn hear_report(
    state: &mut State,
    around: &Surroundings,
    report: &Report,
    proof: &Proof,
    out: &mut Effects,
) -> bool {
    let high = match report.high {
        0 => proof.votes().is_empty().then_some(state.genesis),
        view => certified_by(state, around, Phase::Prepare, proof).filter(|l| l.view == view),
    };
    high.is_some_and(|high| learn(state, around, report.view, &high, proof, out))
}

/// Takes in the certified block `high` of a proof, and the timeouts by which its sender entered `view`. False
/// when it could not have been there.
fn learn(
    state: &mut State,
    around: &Surroundings,
    view: View,
    high: &Link,
    proof: &Proof,
    out: &mut Effects,
) -> bool {
    // Where a certified block does not end its view, its own view may name it.
    let own_view = high.view == view && around.settings.phases.is_some();
    if high.view >= view && !own_view {
        return false;
    }
    let by_timeouts = high.view.saturating_add(1) < view;
    if by_timeouts {
        let given_up = proof.gives_up(around.set(), around.settings.quorum);
        if given_up.is_none_or(|given_up| given_up + 1 != view) {
            return false;
        }
    }
    let votes = Proof::new(proof, None);
    certify(state, around, &Certified { link: *high, votes }, out);
    if by_timeouts && view > state.view {
        end_view(state, around, view - 1, proof.of_timeouts(), out);
    }
    // Where a certified block does not end its view, whoever goes on by it is followed all the same.
    enter(state, around, view, None, out);
    true
}

/// A block is certified: it is perhaps the highest, locks, ends its view, and makes another one final.
fn certify(state: &mut State, around: &Surroundings, certified: &Certified, out: &mut Effects) {
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
fn cross(
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

fn fetch(state: &State, around: &Surroundings, certified: &Certified, out: &mut Effects) {
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
fn end_view(
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

fn count_vote(state: &mut State, around: &Surroundings, vote: &SignedMessage, out: &mut Effects) {
    let Some((phase, link)) = vote.message.ballot() else {
        return;
    };
    if link.view > state.view.saturating_add(MAX_ROUNDS_AHEAD) {
        return;
    }
    let view = state.at(link.view);
    let rivals = view.votes.iter();
    let rivals = rivals.filter(|((p, other), _)| *p == phase && other != link);
    let others: Vec<&SignedMessage> = rivals
        .filter_map(|(_, pool)| pool.messages.get(&vote.signer))
        .collect();
    if let Some(first) = others.first() {
        out.push(Effect::Accuse(contradiction(first, vote)));
    }
    if others.len() >= MAX_VALUES_PER_SIGNER {
        return;
    }
    let pool = view.votes.entry((phase, *link)).or_default();
    if !pool.add(vote, around.set()) || !around.is_quorum(pool.stake) {
        return;
    }
    let votes = Proof::from_votes(pool.messages.values().cloned().collect());
    cross(state, around, phase, &Certified { link: *link, votes }, out);
}

fn count_timeout(
    state: &mut State,
    around: &Surroundings,
    timeout: &SignedMessage,
    out: &mut Effects,
) {
    let number = timeout.message.view();
    let pool = &mut state.at(number).timeouts;
    if let Some(first) = pool.messages.get(&timeout.signer)
        && first.message.describe() != timeout.message.describe()
    {
        out.push(Effect::Accuse(contradiction(first, timeout)));
    }
    if !pool.add(timeout, around.set()) {
        return;
    }
    let stake = pool.stake;
    if around.is_quorum(stake) {
        let timeouts = Proof::from_timeouts(pool.messages.values());
        end_view(state, around, number, timeouts, out);
    } else if number == state.view
        && Threshold::MORE_THAN_ONE_THIRD.is_met(stake, around.set().total())
    {
        time_out(state, around, out);
    }
}

fn keep_own(state: &mut State, around: &Surroundings, signed: &SignedMessage) {
    let own = &mut state.at(signed.message.view()).own;
    if Some(signed.signer) == around.me && !own.contains(signed) {
        own.push(signed.clone());
    }
}

fn keep_proposal(state: &mut State, signed: &SignedMessage, link: &Link, out: &mut Effects) {
    state.bodies.insert(link.block);
    let proposals = &mut state.at(link.view).proposals;
    let same = |(other, _): &(SignedMessage, Validity)| other.message.proposed() == Some(link);
    if proposals.iter().any(same) || proposals.len() >= MAX_VALUES_PER_SIGNER {
        return;
    }
    if let Some((first, _)) = proposals.first() {
        out.push(Effect::Accuse(contradiction(first, signed)));
    }
    proposals.push((signed.clone(), Validity::Unasked));
}

/// As long as a block is final and all before it is known, it and what comes before is decided.
fn decide(state: &mut State, around: &Surroundings, out: &mut Effects) {
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
fn catch_up(
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
fn restart(state: &mut State, around: &Surroundings, out: &mut Effects) {
    if state.view == 0 {
        enter(state, around, 1, None, out);
        return;
    }
    state.building = None;
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
