//! How messages are taken in: what a proof has to show, and the counting of votes and timeouts.

use super::message::{Link, Message, Phase, Proof, Report, SignedMessage, View, contradiction};
use super::pacemaker::{end_view, enter, time_out};
use super::state::{Certified, Effects, State, Surroundings, Validity, ViewState};
use super::tips;
use super::views::{certify, cross};
use crate::base::limits::{MAX_ROUNDS_AHEAD, MAX_VALUES_PER_SIGNER};
use crate::consensus::{Effect, Message as _, Threshold};

/// Takes a message in.
pub fn receive(
    state: &mut State,
    around: &Surroundings,
    signed: &SignedMessage,
    out: &mut Effects,
) {
    let view = signed.message.view();
    if view < state.last_final.view || view == 0 {
        return;
    }
    match &signed.message {
        Message::TimeoutOn { .. } | Message::NoEndorsement { .. }
            if around.settings.tips.is_none() => {}
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
            if hear_report(state, around, report, proof, out).is_none() {
                return;
            }
            keep_own(state, around, signed);
            if view >= state.view {
                count_timeout(state, around, signed, out);
            }
        }
        Message::TimeoutOn { report, tip, proof } => {
            let high = hear_report(state, around, report, proof, out);
            if !high.is_some_and(|high| tips::is_proven(around, view, &high, tip, proof)) {
                return;
            }
            keep_own(state, around, signed);
            if view >= state.view {
                count_timeout(state, around, signed, out);
            }
        }
        Message::NewView { report, proof } => {
            if hear_report(state, around, report, proof, out).is_none() {
                return;
            }
            keep_own(state, around, signed);
            state.at(view).new_views.add(signed, around.set());
            if signed.signer == around.leader(view) {
                tips::asked(state, view, proof);
            }
        }
        Message::NoEndorsement { .. } => tips::count_refusal(state, around, signed),
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
pub fn certified_by(
    state: &State,
    around: &Surroundings,
    phase: Phase,
    proof: &Proof,
) -> Option<Link> {
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

/// Takes in what a timeout or a new-view proves, and says which certified block that is; nothing when it does not
/// prove what it says.
fn hear_report(
    state: &mut State,
    around: &Surroundings,
    report: &Report,
    proof: &Proof,
    out: &mut Effects,
) -> Option<Link> {
    let high = match report.high {
        0 => proof.votes().is_empty().then_some(state.genesis),
        view => certified_by(state, around, Phase::Prepare, proof).filter(|l| l.view == view),
    };
    high.filter(|high| learn(state, around, report.view, high, proof, out))
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
        let genuine = around.settings.tips.is_none() || tips::entry_is_genuine(around, proof);
        if given_up.is_none_or(|given_up| given_up + 1 != view) || !genuine {
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
