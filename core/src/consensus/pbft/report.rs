//! What a validator tells of itself: to readers, to peers that may have missed something, and as a puppet.

use super::info::{self, PAPER, TO_COMMIT, TO_PREPARE, TO_STABILISE};
use super::message::{
    Assignment, CHECKPOINT, COMMIT, Message, NEW_VIEW, PRE_PREPARE, PREPARE, Point, SignedMessage,
    VIEW_CHANGE,
};
use super::place::{here, step};
use super::state::{Context, Entry, State, Votes, matching, primary, quorum};
use super::view_change::view_change;
use crate::consensus::{Mark, Recipients, Resend, Script, ScriptError, Status, Tally};
use crate::types::{BlockId, Round};
use std::collections::BTreeSet;

pub(super) fn status(state: &State, context: &Context) -> Status {
    let slot = here(state);
    let step = info::step(context.params, step(state, context));
    let marks = state.prepared.values().filter_map(|certificate| {
        let a = certificate.first()?.message.assignment()?;
        Some(Mark {
            name: "prepared",
            block: a.block.filter(|_| a.height >= slot.height)?,
            round: a.view,
        })
    });
    Status {
        height: slot.height,
        round: slot.round,
        step: step.name,
        awaits: step.awaits,
        locked: None,
        marks: marks.collect(),
        tallies: tallies(state, context),
    }
}

fn tallies(state: &State, context: &Context) -> Vec<Tally> {
    let mut all = Vec::new();
    let mut tally = |kind, round, value, have, purpose, voters| {
        all.push(Tally {
            kind,
            round,
            value,
            have,
            needed: quorum(context),
            of: context.validators.at(1).total(),
            purpose,
            voters,
        });
    };
    let under_way = (state.executed.sequence + 1, 0)..;
    for ((_, view), entry) in state.log.range(under_way) {
        for (assignment, message, votes) in said(entry) {
            let (kind, leader, purpose) = match &message {
                Message::Prepare(_) => (PREPARE, Some(primary(context, *view)), TO_PREPARE),
                _commit => (COMMIT, None, TO_COMMIT),
            };
            let of_leader = entry.pre_prepare.as_ref().map(|s| s.message.assignment());
            let leader = leader.filter(|_| of_leader == Some(Some(&assignment)));
            let have = matching(context, votes, &message, leader);
            let same = votes.values().filter(|s| s.message == message);
            let voters: BTreeSet<_> = leader.into_iter().chain(same.map(|s| s.signer)).collect();
            let voters = voters.into_iter().collect();
            tally(kind, *view, assignment.block, have, purpose, voters);
        }
    }
    let mut points: Vec<Point> = state.checkpoints.keys().map(|(point, _)| *point).collect();
    points.dedup();
    for point in points {
        let same = state.checkpoints.iter().filter(|((p, _), _)| *p == point);
        let votes: Votes = same.map(|((_, v), s)| (*v, s.clone())).collect();
        let have = matching(context, &votes, &Message::Checkpoint(point), None);
        let voters = votes.into_keys().collect();
        tally(CHECKPOINT, 0, Some(point.block), have, TO_STABILISE, voters);
    }
    all
}

/// What the votes about a number in a view name: what to count, and among which.
fn said(entry: &Entry) -> Vec<(Assignment, Message, &Votes)> {
    let mut all: Vec<(Assignment, Message, &Votes)> = Vec::new();
    let proposed = entry.pre_prepare.as_ref();
    let proposed = proposed.and_then(|s| s.message.assignment());
    let proposed = proposed.map(|a| (Message::Prepare(*a), &entry.prepares));
    let prepares = entry
        .prepares
        .values()
        .map(|s| (s.message.clone(), &entry.prepares));
    let commits = entry
        .commits
        .values()
        .map(|s| (s.message.clone(), &entry.commits));
    for (message, votes) in proposed.into_iter().chain(prepares).chain(commits) {
        if let Some(assignment) = message.assignment().copied()
            && !all.iter().any(|(_, m, _)| *m == message)
        {
            all.push((assignment, message, votes));
        }
    }
    all
}

pub(super) fn resend(state: &State, context: &Context) -> Resend<Message> {
    let mut all: Vec<&SignedMessage> = Vec::new();
    all.extend(&state.stable_proof);
    all.extend(state.checkpoints.values());
    if state.active {
        all.extend(&state.new_view);
        let under_way = state.log.range((state.executed.sequence + 1, 0)..);
        for (_, entry) in under_way {
            all.extend(&entry.pre_prepare);
            all.extend(entry.prepares.values());
            all.extend(entry.commits.values());
        }
    } else {
        all.extend(state.changes.values().map(|(signed, _)| signed));
    }
    let to = |signed: &SignedMessage| {
        if Some(signed.signer) == context.me {
            Recipients::Everyone
        } else {
            Recipients::OnePeer
        }
    };
    all.into_iter().map(|s| (to(s), s.clone())).collect()
}

/// What a puppet signs. A certificate that goes with it is what its node has been sent.
pub(super) fn compose(state: &State, script: &Script) -> Result<Message, ScriptError> {
    let kind = script.kind(PAPER.kinds)?;
    script.without_valid_round()?;
    let view = script.slot.round;
    Ok(match kind {
        PRE_PREPARE => Message::PrePrepare(assignment(state, script, view)?),
        PREPARE => Message::Prepare(assignment(state, script, view)?),
        COMMIT => Message::Commit(assignment(state, script, view)?),
        CHECKPOINT => Message::Checkpoint(Point {
            sequence: sequence(state, script.slot.height),
            height: script.slot.height,
            block: script.block()?,
        }),
        VIEW_CHANGE if script.value.is_some() => {
            return Err(ScriptError::NamesNoBlock(script.kind.clone()));
        }
        VIEW_CHANGE => view_change(state, view),
        NEW_VIEW | 6.. => return Err(ScriptError::OthersVotes(script.kind.clone())),
    })
}

/// The number of a height, if no null request comes before it that this validator has not seen.
fn sequence(state: &State, height: u64) -> u64 {
    let accepted = state.log.values().filter_map(|entry| entry.accepted);
    let mut known = accepted.filter(|a| a.height == height).map(|a| a.sequence);
    let ahead = state.executed.sequence - state.executed.height;
    known.next_back().unwrap_or(height.saturating_add(ahead))
}

fn assignment(state: &State, script: &Script, view: Round) -> Result<Assignment, ScriptError> {
    let parent: BlockId = script.parent()?.0;
    Ok(Assignment {
        view,
        sequence: sequence(state, script.slot.height),
        height: script.slot.height,
        parent,
        block: script.value,
    })
}
