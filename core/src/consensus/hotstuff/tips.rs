//! Tips: the newest block that each validator voted for. Where a view was given up, its timeouts tell them, and the next
//! leader has to propose the newest one again, unless enough validators cannot vouch for it.

use super::message::{Link, Message, Proof, SignedMessage, View};
use super::proof::{Extend, Timeouts, bare, stake_behind};
use super::state::{Certified, Effects, State, Surroundings, Tip, Validity};
use crate::base::limits::{MAX_ROUNDS_AHEAD, MAX_ROUNDS_BEHIND, MAX_VALUES_PER_SIGNER};
use crate::consensus::{Effect, Threshold};
use crate::types::BlockId;
use std::collections::BTreeMap;

/// What a proposal is, by its proof.
enum Standing {
    /// A new block.
    Fresh,
    /// This one again.
    Again(Link),
}

/// What a leader may propose now.
#[derive(Debug)]
pub enum Lead {
    /// A new block on this one.
    On(Certified),
    /// The same on this one, as a quorum cannot vouch for the block that would have to be proposed again.
    Instead(Certified),
    /// This block again, on that one.
    Again(Link, Certified),
    /// Nothing yet.
    NotYet,
}

/// What a validator can say of a block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Valid,
    Invalid,
    /// It has the block and was told nothing.
    Unjudged,
    Missing,
}

fn same_place(link: &Link, other: &Link) -> bool {
    (link.height, link.parent_view, link.parent) == (other.height, other.parent_view, other.parent)
}

/// Whether enough stake said in `view` that it cannot vouch for `tip`.
fn is_refused(
    around: &Surroundings,
    no_endorsements: &[SignedMessage],
    view: View,
    tip: &Link,
) -> bool {
    let wanted = Message::NoEndorsement { view, tip: *tip };
    let stake = stake_behind(around.set(), no_endorsements, |m| *m == wanted);
    let needed = around.settings.tips.map(|rules| rules.no_endorsements);
    let enough = |stake, needed: Threshold| needed.is_met(stake, around.set().total());
    stake
        .zip(needed)
        .is_some_and(|(stake, needed)| enough(stake, needed))
}

fn standing(around: &Surroundings, link: &Link, proof: &Proof) -> Option<Standing> {
    if link.parent_view + 1 == link.view {
        return Some(Standing::Fresh);
    }
    match proof.timeouts()?.extend() {
        Extend::Certificate(view) => (link.parent_view >= view).then_some(Standing::Fresh),
        Extend::Tip(tip) if link.parent_view >= tip.view => Some(Standing::Fresh),
        Extend::Tip(tip) if !same_place(link, &tip) => None,
        Extend::Tip(tip) if link.block == tip.block => Some(Standing::Again(tip)),
        Extend::Tip(tip) => {
            let refused = is_refused(around, proof.no_endorsements(), link.view, &tip);
            refused.then_some(Standing::Fresh)
        }
    }
}

/// Whether a proposal with this proof may be voted for: its parent was certified in the view before, or the view before
/// was given up and the block is what that leaves to the leader.
#[must_use]
pub fn may_vote(_: &State, around: &Surroundings, link: &Link, proof: &Proof) -> bool {
    standing(around, link, proof).is_some()
}

/// Whether a tip is the proposal of a new block by its view's leader, made on grounds that it might be voted for on.
fn is_genuine(around: &Surroundings, proposal: &[SignedMessage]) -> bool {
    let Some((first, grounds)) = proposal.split_first() else {
        return false;
    };
    let Some(link) = first.message.proposed() else {
        return false;
    };
    if first.signer != around.leader(link.view) || link.parent_view >= link.view {
        return false;
    }
    if link.parent_view + 1 == link.view {
        return true;
    }
    match grounds.first().map(|s| &s.message) {
        Some(Message::NoEndorsement { view, tip }) => {
            let another = same_place(link, tip) && link.block != tip.block;
            *view == link.view && another && is_refused(around, grounds, *view, tip)
        }
        _ => Timeouts::among(grounds).is_some_and(|timeouts| {
            let given_up = timeouts.give_up(around.set(), around.settings.quorum);
            let on = match timeouts.extend() {
                Extend::Certificate(view) => view,
                Extend::Tip(tip) => tip.view,
            };
            given_up.is_some_and(|view| view + 1 == link.view) && link.parent_view >= on
        }),
    }
}

/// Whether the tip that the timeouts of a proof leave to the next leader is one: where it is not, they prove nothing.
#[must_use]
pub fn entry_is_genuine(around: &Surroundings, proof: &Proof) -> bool {
    match proof.timeouts().map(|timeouts| timeouts.extend()) {
        Some(Extend::Tip(tip)) => {
            let proposal = proof.tip(&tip);
            proposal.is_some_and(|proposal| is_genuine(around, proposal))
        }
        Some(Extend::Certificate(_)) | None => true,
    }
}

/// Whether a timeout proves the tip it names, whose parent has the certificate `high`.
#[must_use]
pub fn is_proven(
    around: &Surroundings,
    view: View,
    high: &Link,
    tip: &Link,
    proof: &Proof,
) -> bool {
    let parent =
        (tip.parent_view, tip.parent, tip.height) == (high.view, high.block, high.height + 1);
    let proposal = proof.tip(tip);
    let genuine = || proposal.is_some_and(|proposal| is_genuine(around, proposal));
    parent && tip.view > high.view && tip.view <= view && genuine()
}

/// It votes for a proposal: from now on that is its tip, or the one that is proposed again.
pub fn voted(
    state: &mut State,
    around: &Surroundings,
    proposal: &SignedMessage,
    out: &mut Effects,
) {
    let Some(rules) = around.settings.tips else {
        return;
    };
    let Message::Propose { link, proof } = &proposal.message else {
        return;
    };
    state.voted.insert(link.view, link.block);
    let oldest = link.view.saturating_sub(MAX_ROUNDS_BEHIND);
    state.voted.retain(|view, _| *view >= oldest);
    let Some(parent) = state.parent(link).cloned() else {
        return;
    };
    match standing(around, link, proof) {
        Some(Standing::Fresh) => {
            let grounds = if link.parent_view + 1 == link.view {
                &[]
            } else if proof.no_endorsements().is_empty() {
                proof.timeouts().map_or(&[][..], |t| t.messages)
            } else {
                proof.no_endorsements()
            };
            let mut row = vec![bare(proposal)];
            row.extend(grounds.iter().cloned());
            state.tip = Some(Tip {
                link: *link,
                parent: parent.clone(),
                proposal: row,
            });
        }
        Some(Standing::Again(tip)) => {
            state.tip = proof.tip(&tip).map(|row| Tip {
                link: tip,
                parent: parent.clone(),
                proposal: row.to_vec(),
            });
        }
        None => {}
    }
    // Say it entered by a certificate and voted for a proposal with timeouts: its own timeout has to tell why.
    if state.entry.is_none() && proof.timeouts().is_some() {
        state.entry = Some(proof.of_timeouts());
    }
    let parent = parent.link;
    if parent.view + 1 == link.view && parent.view > state.speculative.view {
        state.speculative = parent;
        out.push(Effect::fired(rules.speculate, parent.slot()));
    }
}

/// The timeout of the view it is in: with its tip, if that is later than all it knows to be certified.
#[must_use]
pub fn timeout(state: &State) -> Message {
    let later = |tip: &&Tip| tip.link.view > state.high.link.view;
    let Some(tip) = state.tip.as_ref().filter(later) else {
        let (report, proof) = state.report();
        return Message::Timeout { report, proof };
    };
    let (mut report, _) = state.report();
    report.high = tip.parent.link.view;
    let entry = state.entry.as_ref();
    let entry = entry.filter(|_| report.high + 1 < report.view);
    let proof = Proof::new(&tip.parent.votes, entry).with_tip(&tip.proposal);
    let tip = tip.link;
    Message::TimeoutOn { report, tip, proof }
}

/// What the leader of the view it is in may propose.
#[must_use]
pub fn lead(state: &mut State, around: &Surroundings) -> Lead {
    let high = state.high.clone();
    let given_up = state.entry.as_ref().and_then(Proof::timeouts);
    let tip = match given_up.map(|timeouts| timeouts.extend()) {
        _ if high.link.view + 1 == state.view => return Lead::On(high),
        Some(Extend::Certificate(view)) if high.link.view >= view => return Lead::On(high),
        Some(Extend::Tip(tip)) if high.link.view >= tip.view => return Lead::On(high),
        Some(Extend::Tip(tip)) => tip,
        Some(Extend::Certificate(_)) | None => return Lead::NotYet,
    };
    let Some(parent) = state.parent(&tip).cloned() else {
        return Lead::NotYet;
    };
    if known(state, &tip) == Known::Valid && state.is_at_hand(&parent.link) {
        return Lead::Again(tip, parent);
    }
    let refused = state.views.get(&state.view);
    let refused = refused.and_then(|view| view.no_endorsements.get(&tip));
    let stake = refused.map_or(0, |pool| pool.stake);
    let needed = around.settings.tips.map(|rules| rules.no_endorsements);
    if needed.is_some_and(|needed| needed.is_met(stake, around.set().total())) {
        return Lead::Instead(parent);
    }
    Lead::NotYet
}

/// The proof of a proposal of `block` on `parent`: with no-endorsements where another block would have to be proposed
/// again.
#[must_use]
pub fn proof(state: &State, parent: &Certified, block: &BlockId) -> Proof {
    let entry = state.entry.as_ref();
    let entry = entry.filter(|_| parent.link.view + 1 != state.view);
    let proof = Proof::new(&parent.votes, entry);
    match proof.timeouts().map(|timeouts| timeouts.extend()) {
        Some(Extend::Tip(tip)) if tip.view > parent.link.view && tip.block != *block => {
            let view = state.views.get(&state.view);
            let pool = view.and_then(|view| view.no_endorsements.get(&tip));
            let messages = pool.into_iter().flat_map(|pool| pool.messages.values());
            proof.with_no_endorsements(messages.cloned().collect())
        }
        Some(_) | None => proof,
    }
}

/// What is known here of the block of a tip.
fn known(state: &State, tip: &Link) -> Known {
    if state.voted.values().any(|block| *block == tip.block) {
        return Known::Valid;
    }
    let told = |validity: Validity| match validity {
        Validity::Told(true) => Some(Known::Valid),
        Validity::Told(false) => Some(Known::Invalid),
        Validity::Unasked | Validity::Asked => None,
    };
    let judged = state.judged.filter(|(block, _)| *block == tip.block);
    if let Some(known) = judged.and_then(|(_, validity)| told(validity)) {
        return known;
    }
    let proposals = state.views.values().flat_map(|view| &view.proposals);
    let mut same = proposals.filter(|(signed, _)| {
        let link = signed.message.proposed();
        link.is_some_and(|link| link.block == tip.block && same_place(link, tip))
    });
    match same.find_map(|(_, validity)| told(*validity)) {
        Some(known) => known,
        None if state.bodies.contains(&tip.block) => Known::Unjudged,
        None => Known::Missing,
    }
}

/// The leader of a view told by which timeouts it entered: what they leave to it, everybody has to vouch for.
pub fn asked(state: &mut State, view: View, proof: &Proof) {
    let timeouts = proof.timeouts().filter(|t| t.view + 1 == view);
    if let Some(Extend::Tip(tip)) = timeouts.map(|timeouts| timeouts.extend()) {
        state.at(view).asked.get_or_insert(tip);
    }
}

/// Answers the leader of the view it is in, if it cannot vouch for the block that is to be proposed again; a block it
/// has and does not know yet is judged first, and the leader looks for one that it lacks.
pub fn answer(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let Some(rules) = around.settings.tips else {
        return;
    };
    let number = state.view;
    let Some(view) = state.views.get(&number) else {
        return;
    };
    let (asked, answered) = (view.asked, view.answered);
    let Some(tip) = asked.filter(|tip| tip.view > state.high.link.view) else {
        return;
    };
    match known(state, &tip) {
        Known::Valid => {}
        // A leader that has got a block that it lacked may propose it after all.
        Known::Unjudged if !answered || around.leads(number) => {
            let Some(parent) = state.parent(&tip).map(|parent| parent.link) else {
                return;
            };
            let waits = state.judged.is_some_and(|(block, _)| block == tip.block);
            if !waits && state.is_at_hand(&parent) {
                state.judged = Some((tip.block, Validity::Asked));
                out.push(Effect::ValidateBlock {
                    block: tip.block,
                    parents: vec![tip.parent],
                });
            }
        }
        Known::Invalid | Known::Missing if !answered => {
            state.at(number).answered = true;
            out.push(Effect::fired(rules.refuse, state.slot()));
            out.push(Effect::Send {
                to: around.leader(number),
                message: Message::NoEndorsement { view: number, tip },
            });
            if around.leads(number) {
                look_for(state, around, &tip, out);
            }
        }
        Known::Unjudged | Known::Invalid | Known::Missing => {}
    }
}

/// Asks one of those who voted for the block, another one in each view: it may be a liar who says nothing.
fn look_for(state: &State, around: &Surroundings, tip: &Link, out: &mut Effects) {
    let timeouts = state.entry.as_ref().and_then(Proof::timeouts);
    let all = timeouts
        .map_or(&[][..], |timeouts| timeouts.messages)
        .iter();
    let others = all.filter(|s| s.message.tip() == Some(tip) && Some(s.signer) != around.me);
    let others: Vec<_> = others.map(|s| s.signer).collect();
    let count = u32::try_from(others.len()).unwrap_or(u32::MAX).max(1);
    let chosen = others
        .iter()
        .zip(0..)
        .find(|(_, k)| *k == state.view % count);
    if let Some((from, _)) = chosen {
        out.push(Effect::FetchBlock {
            block: tip.block,
            from: *from,
        });
    }
}

/// Counts a no-endorsement, at the leader of its view alone.
pub fn count_refusal(state: &mut State, around: &Surroundings, signed: &SignedMessage) {
    let Message::NoEndorsement { view, tip } = &signed.message else {
        return;
    };
    let known = state.view..=state.view.saturating_add(MAX_ROUNDS_AHEAD);
    if !around.leads(*view) || !known.contains(view) {
        return;
    }
    let pools = &mut state.at(*view).no_endorsements;
    let said = |pool: &super::state::Pool| pool.messages.contains_key(&signed.signer);
    if pools.values().filter(|pool| said(pool)).count() < MAX_VALUES_PER_SIGNER {
        pools.entry(*tip).or_default().add(signed, around.set());
    }
}

/// Of no block it ever voted for.
pub fn forget(state: &mut State) {
    state.tip = None;
    state.voted = BTreeMap::new();
}
