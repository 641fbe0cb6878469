//! What a validator of the family tells of itself: to its peers when it is stuck, and to people.

use super::message::{
    COMMIT, Link, Message, NO_ENDORSEMENT, PRE_COMMIT, PROPOSE, Phase, SignedMessage, TIMEOUT, VOTE,
};
use super::pacemaker::{PAUSE_TIMER, VIEW_TIMER};
use super::state::TipRules;
use super::state::{Lock, Pool, Settings, State, Surroundings};
use crate::consensus::{
    Awaited, Mark, Recipients, Resend, Status, StepInfo, Tally, Waits, WaitsFor,
};

/// What a quorum of votes is needed for, after "to".
const CERTIFY: &str = "certify the block";
const LET_LOCK: &str = "let all lock on the block";
const DECIDE: &str = "decide the block";
const END_VIEW: &str = "end the view";
const LEAVE_OUT: &str = "leave the block out";

/// What the rules that all of the family have wait for.
#[must_use]
pub fn waits(settings: &Settings) -> Vec<Waits> {
    let rules = settings.rules;
    let mut waits = vec![
        WaitsFor::Timer(PAUSE_TIMER).before(rules.propose),
        WaitsFor::Message(PROPOSE).before(rules.vote),
        WaitsFor::Votes(CERTIFY).before(rules.certify),
        WaitsFor::Timer(VIEW_TIMER).before(rules.give_up),
        WaitsFor::Votes(END_VIEW).before(rules.end_view),
    ];
    if settings.phases.is_some() {
        waits.push(WaitsFor::Votes(DECIDE).before(rules.finalize));
        let lock = rules
            .lock
            .map(|lock| WaitsFor::Votes(LET_LOCK).before(lock));
        waits.extend(lock);
    }
    let instead = |tips: TipRules| WaitsFor::Votes(LEAVE_OUT).before(tips.instead);
    waits.extend(settings.tips.map(instead));
    waits
}

/// What a stuck validator repeats: its own messages of this view and the one before, to all; proposals, without
/// which nobody could follow, and others' timeouts of this view, to one peer after another. Votes are not
/// repeated: once a view's time is up they bring nothing, and its timeouts go on.
#[must_use]
pub fn resend(state: &State) -> Resend<Message> {
    let mut again = Resend::new();
    for (number, view) in &state.views {
        let recent = number.saturating_add(1) >= state.view;
        let own: &[SignedMessage] = if recent { &view.own } else { &[] };
        again.extend(own.iter().map(|m| (Recipients::Everyone, m.clone())));
        let mut others: Vec<&SignedMessage> = view.proposals.iter().map(|(p, _)| p).collect();
        if recent {
            others.extend(view.timeouts.messages.values());
        }
        let others = others.into_iter().filter(|signed| !own.contains(signed));
        again.extend(others.map(|signed| (Recipients::OnePeer, signed.clone())));
    }
    again
}

/// A validator's state in plain words. `steps` are the protocol's, in the order of
/// [`AWAIT_PROPOSAL`](super::pacemaker::AWAIT_PROPOSAL) and the others.
#[must_use]
pub fn status(state: &State, around: &Surroundings, steps: &'static [StepInfo]) -> Status {
    let Settings {
        quorum, lock, tips, ..
    } = around.settings;
    let of = around.set().total();
    let mut tallies = Vec::new();
    for (round, view) in &state.views {
        let tally = |kind, value, pool: &Pool, purpose| Tally {
            kind,
            round: *round,
            value,
            have: pool.stake,
            needed: quorum.needed(of),
            of,
            purpose,
            voters: pool.messages.keys().copied().collect(),
        };
        for ((phase, link), pool) in &view.votes {
            let last = around.settings.phases.map(|phases| phases.last);
            let (kind, purpose) = match phase {
                Phase::Prepare => (VOTE, CERTIFY),
                Phase::PreCommit if last == Some(Phase::PreCommit) => (PRE_COMMIT, DECIDE),
                Phase::PreCommit => (PRE_COMMIT, LET_LOCK),
                Phase::Commit | Phase::Decide => (COMMIT, DECIDE),
            };
            tallies.push(tally(kind, Some(link.block), pool, purpose));
        }
        if !view.timeouts.messages.is_empty() {
            tallies.push(tally(TIMEOUT, None, &view.timeouts, END_VIEW));
        }
        for (tip, pool) in &view.no_endorsements {
            let mut refused = tally(NO_ENDORSEMENT, Some(tip.block), pool, LEAVE_OUT);
            let needed = tips.map(|rules| rules.no_endorsements.needed(of));
            refused.needed = needed.unwrap_or(refused.needed);
            tallies.push(refused);
        }
    }
    let step = steps.get(usize::from(state.step));
    let awaits: &'static [Awaited] = step.map_or(&[], |s| s.awaits);
    let mark = |name, link: &Link| Mark {
        name,
        block: link.block,
        round: link.view,
    };
    let mut marks = vec![mark("highest certified", &state.high.link)];
    if tips.is_some() {
        let tip = state.tip.as_ref().map(|tip| mark("tip", &tip.link));
        marks.extend(tip);
        marks.push(mark("speculatively final", &state.speculative));
    }
    Status {
        height: state.last_final.height + 1,
        round: state.view,
        step: step.map_or("", |s| s.name),
        awaits,
        locked: (lock != Lock::None && state.locked.view > 0)
            .then_some((state.locked.block, state.locked.view)),
        marks,
        tallies,
    }
}
