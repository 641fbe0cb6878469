//! What a puppet signs. Its words are the script's; the certificates that go with them are those that its node has been
//! sent, like anybody's.

use super::message::{
    Link, Message, NEW_VIEW, PRE_COMMIT, PROPOSE, Phase, Proof, Report, TIMEOUT, VOTE, View,
};
use super::proof::{Extend, bare};
use super::state::{Certified, State};
use crate::consensus::{Kind, Script, ScriptError};
use crate::types::{BlockId, Height, Slot};

/// A script as a message of a protocol that has these kinds. `state` is that of the puppet's node.
///
/// # Errors
/// When the kind does not exist, a block is missing where there must be one or given where there is none, or the node
/// has not been sent a certificate without which nobody would believe the message.
pub fn compose(state: &State, script: &Script, kinds: &[Kind]) -> Result<Message, ScriptError> {
    let kind = script.kind(kinds)?;
    script.without_valid_round()?;
    let lacks = || ScriptError::LacksCertificate(script.kind.clone());
    let view = script.slot.round;
    Ok(match kind {
        PROPOSE => {
            let (link, parent) = place(state, script)?;
            let parent = parent.ok_or_else(lacks)?;
            let proof = proof_of(state, &link, parent).ok_or_else(lacks)?;
            Message::Propose { link, proof }
        }
        VOTE => Message::Vote(ballot(state, script)?),
        TIMEOUT | NEW_VIEW => {
            let height = script.slot.height;
            match (script.value, kind) {
                (None, TIMEOUT) => {
                    let (report, proof) = report(state, view, height).ok_or_else(lacks)?;
                    Message::Timeout { report, proof }
                }
                (None, _) => {
                    let (report, proof) = report(state, view, height).ok_or_else(lacks)?;
                    Message::NewView { report, proof }
                }
                (Some(block), TIMEOUT) if has_tips(kinds) => {
                    timeout_on(state, view, height, block).ok_or_else(lacks)?
                }
                (Some(_), _) => return Err(ScriptError::NamesNoBlock(script.kind.clone())),
            }
        }
        _ if kinds[usize::from(kind)].name == NO_ENDORSEMENT => {
            let block = script.block()?;
            let asked = state.views.get(&view).and_then(|view| view.asked);
            let asked = asked.filter(|tip| tip.block == block);
            let tip = asked.or_else(|| first_place(state, block));
            let tip = tip.ok_or_else(lacks)?;
            Message::NoEndorsement { view, tip }
        }
        _ if kinds[usize::from(kind)].role != crate::consensus::Role::Vote => {
            return Err(ScriptError::OthersVotes(script.kind.clone()));
        }
        PRE_COMMIT => Message::vote(Phase::PreCommit, ballot(state, script)?),
        _ => Message::vote(Phase::Commit, ballot(state, script)?),
    })
}

const NO_ENDORSEMENT: &str = "no-endorsement";

fn has_tips(kinds: &[Kind]) -> bool {
    kinds.iter().any(|kind| kind.name == NO_ENDORSEMENT)
}

/// What an honest validator would build on in the slot's view at its height: the newest certified block below it.
#[must_use]
pub fn extends(state: &State, slot: Slot) -> Option<BlockId> {
    let below = certified_before(state, slot.round);
    let mut at_height = below.filter(|c| c.link.height + 1 == slot.height);
    at_height.next().map(|c| c.link.block)
}

/// The newest first.
fn certified_before(state: &State, view: View) -> impl Iterator<Item = &Certified> {
    let views = state.views.range(..view).rev();
    views.flat_map(|(_, view)| &view.certified)
}

/// The place of the script's block in its view, on the newest certificate of its parent, and that.
fn place<'a>(
    state: &'a State,
    script: &Script,
) -> Result<(Link, Option<&'a Certified>), ScriptError> {
    let (block, (parent, proposed_in)) = (script.block()?, script.parent()?);
    let Slot {
        height,
        round: view,
    } = script.slot;
    let known = certified_before(state, view).find(|c| c.link.block == parent);
    let link = Link {
        view,
        height,
        block,
        parent_view: known.map_or(proposed_in, |c| c.link.view),
        parent,
    };
    Ok((link, known))
}

/// The place a vote names: that of the proposal, where the node has it.
fn ballot(state: &State, script: &Script) -> Result<Link, ScriptError> {
    let (block, view) = (script.block()?, script.slot.round);
    let proposals = state.views.get(&view).map_or(&[][..], |v| &v.proposals);
    let mut proposed = proposals.iter().filter_map(|(p, _)| p.message.proposed());
    match proposed.find(|link| link.block == block) {
        Some(link) => Ok(*link),
        None => place(state, script).map(|(link, _)| link),
    }
}

/// The timeouts that let a validator be in `view`, if the node has them.
fn entry(state: &State, view: View) -> Option<&Proof> {
    let entry = state.entry.as_ref();
    entry.filter(|entry| entry.timeouts().is_some_and(|t| t.view + 1 == view))
}

fn proof_of(state: &State, link: &Link, parent: &Certified) -> Option<Proof> {
    if link.parent_view + 1 == link.view {
        return Some(Proof::new(&parent.votes, None));
    }
    let proof = Proof::new(&parent.votes, Some(entry(state, link.view)?));
    let left = proof.timeouts().map(|timeouts| timeouts.extend());
    let view = state.views.get(&link.view);
    let refused = match left {
        Some(Extend::Tip(tip)) if tip.block != link.block => {
            view.and_then(|view| view.no_endorsements.get(&tip))
        }
        Some(_) | None => None,
    };
    let refused = refused.map(|pool| pool.messages.values().cloned().collect());
    Some(refused.map_or(proof.clone(), |all| proof.with_no_endorsements(all)))
}

/// As if the node were in `view`: with the newest certificate from before.
fn report(state: &State, view: View, height: Height) -> Option<(Report, Proof)> {
    let high = certified_before(state, view).next()?;
    let known = high.link.view;
    let entry = if known + 1 == view {
        None
    } else {
        Some(entry(state, view)?)
    };
    let report = Report {
        view,
        height,
        high: known,
    };
    Some((report, Proof::new(&high.votes, entry)))
}

/// The first proposal of a block that the node knows.
fn first_place(state: &State, block: BlockId) -> Option<Link> {
    let proposals = state.views.values().flat_map(|view| &view.proposals);
    let mut links = proposals.filter_map(|(p, _)| p.message.proposed());
    links.find(|link| link.block == block).copied()
}

/// With a tip whose parent was certified in the view before it.
fn timeout_on(state: &State, view: View, height: Height, block: BlockId) -> Option<Message> {
    let proposals = state.views.values().flat_map(|view| &view.proposals);
    let mut found = proposals.filter_map(|(p, _)| Some((p, *p.message.proposed()?)));
    let (proposal, tip) = found.find(|(_, link)| link.block == block)?;
    let parent = state.parent(&tip)?;
    if tip.parent_view + 1 != tip.view {
        return None;
    }
    let high = parent.link.view;
    let entry = if high + 1 < view {
        Some(entry(state, view)?)
    } else {
        None
    };
    let report = Report { view, height, high };
    let proof = Proof::new(&parent.votes, entry).with_tip(&[bare(proposal)]);
    Some(Message::TimeoutOn { report, tip, proof })
}
