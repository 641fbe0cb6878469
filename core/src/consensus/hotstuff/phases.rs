//! Views of several phases: the leader collects the votes of each and begins the next one with them.

use super::message::{Link, Message, Phase};
use super::pacemaker::enter;
use super::state::{Certified, Effects, Lock, State, Surroundings};
use crate::consensus::Effect;

/// A quorum voted for the block in that phase, as these votes show: counted here, or sent by the leader. The leader
/// that counted them begins the next phase with them, and whoever has them does what that phase asks for.
pub fn crossed(
    state: &mut State,
    around: &Surroundings,
    phase: Phase,
    certified: &Certified,
    out: &mut Effects,
) {
    let Some(phases) = around.settings.phases else {
        return;
    };
    let Certified { link, votes } = certified.clone();
    let Some(next) = phases.after(phase) else {
        return;
    };
    let view = state.at(link.view);
    if around.leads(link.view) && view.begun < Some(next) {
        view.begun = Some(next);
        out.push(Effect::Broadcast(Message::Certificate {
            phase: next,
            link,
            proof: votes.clone(),
        }));
    }
    if around.settings.lock == Lock::Phase(phase) {
        state.lock(around, link, out);
    }
    if next == Phase::Decide {
        decide(state, around, certified, out);
    } else {
        vote(state, around, next, link, out);
    }
}

/// Votes in a later phase of the view it is in, once.
fn vote(state: &mut State, around: &Surroundings, phase: Phase, link: Link, out: &mut Effects) {
    let current = link.view == state.view;
    let view = state.at(link.view);
    if !current || view.timed_out || view.phase >= Some(phase) {
        return;
    }
    view.phase = Some(phase);
    out.push(Effect::Send {
        to: around.leader(link.view),
        message: Message::PhaseVote { phase, link },
    });
}

/// The votes of the last phase make the block and all before it final, as soon as they are here, and the next view
/// begins with a new-view to its leader. Whoever missed the block's certificate could not say there why it has come:
/// it follows when others do.
fn decide(state: &mut State, around: &Surroundings, votes: &Certified, out: &mut Effects) {
    let link = votes.link;
    let certified = state.views.get(&link.view).and_then(|view| {
        let mut all = view.certified.iter();
        all.find(|c| c.link == link).cloned()
    });
    if link.height > state.last_final.height {
        let mut on_top = vec![votes.clone()];
        on_top.extend(certified);
        state.consider(on_top);
    }
    if state.view == link.view && state.high.link == link {
        let next = link.view.saturating_add(1);
        enter(state, around, next, None, out);
        let (report, proof) = state.report();
        out.push(Effect::Send {
            to: around.leader(next),
            message: Message::NewView { report, proof },
        });
    }
}

/// The votes of all phases that carry a liar's proposal on: its own, and those of the `later` ones.
#[must_use]
pub fn votes_for(proposal: &Message, later: &[Phase]) -> Vec<Message> {
    let mut votes = proposal.votes_for();
    if let Some(link) = proposal.proposed() {
        let link = *link;
        votes.extend(later.iter().map(|phase| Message::PhaseVote {
            phase: *phase,
            link,
        }));
    }
    votes
}
