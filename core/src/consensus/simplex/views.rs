//! What the protocols of the family share: entering views, proposing, voting, catching up. Where they differ
//! they say so in [`Settings`] or in their own file.

use super::message::{Certificate, FINALIZE, Link, Message, PROPOSE, SKIP, VOTE, View};
use super::state::{
    Crossed, Pool, Said, Settings, SignedMessage, State, Surroundings, Validity, named,
    stake_behind,
};
use crate::base::limits::{MAX_ROUNDS_AHEAD, MAX_VALUES_PER_SIGNER};
use crate::consensus::{
    Awaited, Effect, Input, Note, Recipients, Resend, Status, StepInfo, Tally, Timer, Waits,
    WaitsFor,
};
use crate::types::{BlockId, Evidence, Height, Slot, ValidatorId};
use std::collections::BTreeMap;

/// What a step asks for, in order.
pub type Effects = Vec<Effect<Message>>;

/// Indices into the timers of every protocol of the family.
pub const VIEW_TIMER: u8 = 0;
/// Index of the pause before a leader proposes, see [`Settings::min_view`].
pub const PAUSE_TIMER: u8 = 1;

/// Indices into the steps of every protocol of the family.
pub const AWAIT_PROPOSAL: u8 = 0;
/// Index of the step after its vote: it waits for a certificate.
pub const AWAIT_VOTES: u8 = 1;
/// Index of the step after it gave the view up.
pub const AWAIT_SKIP: u8 = 2;

/// What follows from `input`, until no rule has anything more to do. `after` are the rules of one protocol
/// alone.
pub fn step(
    state: &mut State,
    around: &Surroundings,
    input: Input<Message>,
    out: &mut Effects,
    after: impl Fn(&mut State, &Surroundings, &mut Effects),
) {
    match input {
        Input::Start => enter(state, around, 1, out),
        Input::Message(signed) => receive(state, around, &signed, out),
        Input::Timer(timer) if timer.kind == VIEW_TIMER => time_out(state, timer.slot.round),
        // The pause is over: propose, below.
        Input::Timer(_) => {}
        Input::Built { slot, block } => propose(state, around, slot.round, block, out),
        Input::Validated { block, valid } => {
            for (_, link, validity) in state.views.values_mut().flat_map(|v| &mut v.proposals) {
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
        } => catch_up(state, around, first, &blocks, &proof, out),
        Input::Restarted => restart(state, around, out),
    }
    decide(state, around, out);
    build(state, around, out);
    vote(state, around, out);
    after(state, around, out);
}

/// Enters `view`, if it is a later one: its timer starts, and all timers of earlier views mean nothing any
/// more.
pub fn enter(state: &mut State, around: &Surroundings, view: View, out: &mut Effects) {
    if view <= state.view {
        return;
    }
    let tips = state.views.values().flat_map(|v| &v.notarized);
    let height = tips.map(|(link, _)| link.height).max().unwrap_or(0) + 1;
    state.entered_before = state.entered;
    state.entered = around.now;
    state.view = view;
    state.height = height;
    state.building = None;
    out.push(Effect::fired(around.settings.rules.enter, state.slot()));
    out.push(Effect::SetTimer {
        timer: Timer {
            kind: VIEW_TIMER,
            slot: state.slot(),
        },
        after: around.settings.view_timeout,
    });
    go_to(state, around, AWAIT_PROPOSAL, out);
}

/// Enters a step of the view it is in.
pub fn go_to(state: &mut State, around: &Surroundings, step: u8, out: &mut Effects) {
    state.step = step;
    out.push(Effect::Note(Note::Step {
        slot: state.slot(),
        step,
        leader: Some(around.leader(state.view)),
    }));
}

/// The leader asks for a block on the highest notarized one below this view that skips lead to.
fn build(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let view = state.view;
    if around.me != Some(around.leader(view)) || state.at(view).said.proposed {
        return;
    }
    if state.building.is_some_and(|(v, _)| v == view) {
        return;
    }
    // Without a pause a network without delay would go through views for ever at one instant.
    let earliest = match view {
        1 => 0,
        _ => state
            .entered_before
            .saturating_add(around.settings.min_view),
    };
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
    let Some(parent) = select_parent(state, view) else {
        return;
    };
    state.building = Some((view, parent));
    let slot = Slot {
        height: parent.height + 1,
        round: view,
    };
    out.push(Effect::fired(around.settings.rules.propose, slot));
    out.push(Effect::BuildBlock {
        slot,
        parents: vec![parent.block],
    });
}

/// The notarized block nearest below `view` whose chain is here, if every view between is skipped.
fn select_parent(state: &State, view: View) -> Option<Link> {
    for below in (state.last_final.view..view).rev() {
        let known = state.views.get(&below)?;
        let notarized = known.notarized.iter().map(|(link, _)| link);
        let mut usable = notarized.filter(|link| state.is_at_hand(link));
        if let Some(link) = usable.next() {
            return Some(*link);
        }
        known.skipped.as_ref()?;
    }
    None
}

/// What an honest validator would build on if it led the slot's view.
#[must_use]
pub fn extends(state: &State, slot: Slot) -> Option<BlockId> {
    select_parent(state, slot.round).map(|link| link.block)
}

fn propose(
    state: &mut State,
    around: &Surroundings,
    view: View,
    block: BlockId,
    out: &mut Effects,
) {
    let Some((_, parent)) = state.building.take_if(|(v, _)| *v == view) else {
        return;
    };
    if view != state.view || state.at(view).said.proposed {
        return;
    }
    let link = Link {
        view,
        height: parent.height + 1,
        block,
        parent_view: parent.view,
        parent: parent.block,
    };
    let said = &mut state.at(view).said;
    said.proposed = true;
    if around.settings.proposal_votes {
        if said.vote.is_some() || said.skip {
            return;
        }
        said.vote = Some(link);
        out.push(Effect::Broadcast(Message::Propose(link)));
        go_to(state, around, AWAIT_VOTES, out);
    } else {
        out.push(Effect::Broadcast(Message::Propose(link)));
    }
}

/// Votes for the leader's first proposal of this view that is valid and whose parent may be built upon.
fn vote(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let number = state.view;
    let Some(view) = state.views.get(&number) else {
        return;
    };
    if view.said.vote.is_some() || (view.said.skip && !around.settings.second_vote) {
        return;
    }
    let Some((_, link, validity)) = view.proposals.first() else {
        return;
    };
    let (link, validity) = (*link, *validity);
    let between = link.parent_view.saturating_add(1)..number;
    if state
        .parent(&link)
        .is_none_or(|parent| !state.is_at_hand(parent))
        || !between.into_iter().all(|v| state.is_skipped(v))
    {
        return;
    }
    let view = state.at(number);
    match validity {
        Validity::Unasked => {
            view.proposals[0].2 = Validity::Asked;
            out.push(Effect::ValidateBlock {
                block: link.block,
                parents: vec![link.parent],
            });
        }
        Validity::Told(true) => {
            view.said.vote = Some(link);
            out.push(Effect::fired(around.settings.rules.vote, link.slot()));
            out.push(Effect::Broadcast(Message::Vote(link)));
            if !view.said.skip {
                go_to(state, around, AWAIT_VOTES, out);
            }
        }
        Validity::Asked | Validity::Told(false) => {}
    }
}

/// Marks that the view's time is up. What a protocol says then is its own rule.
fn time_out(state: &mut State, view: View) {
    if view == state.view {
        state.at(view).timed_out = true;
    }
}

/// Gives the view up, once, by `rule`.
pub fn skip(state: &mut State, around: &Surroundings, rule: u8, out: &mut Effects) {
    let (view, height) = (state.view, state.height);
    let said = &mut state.at(view).said;
    if said.skip {
        return;
    }
    said.skip = true;
    out.push(Effect::fired(rule, state.slot()));
    out.push(Effect::Broadcast(Message::Skip { view, height }));
    go_to(state, around, AWAIT_SKIP, out);
}

fn receive(state: &mut State, around: &Surroundings, signed: &SignedMessage, out: &mut Effects) {
    let view = signed.message.view();
    if view < state.last_final.view || view == 0 {
        return;
    }
    if let Message::Certificate(certificate) = &signed.message {
        let crossed = state.take(around, certificate);
        if let Some(crossed) = crossed {
            follow(state, around, crossed, out);
        }
        keep_own(state, around, signed);
        return;
    }
    if view > state.view.saturating_add(MAX_ROUNDS_AHEAD) {
        return;
    }
    keep_own(state, around, signed);
    if let Message::Propose(link) = &signed.message {
        if signed.signer != around.leader(view) {
            return;
        }
        keep_proposal(state, signed, link, out);
        if !around.settings.proposal_votes {
            return;
        }
    }
    let (crossed, evidence) = state.count(around, signed);
    if let Some(evidence) = evidence {
        out.push(Effect::Accuse(evidence));
    }
    if let Some(crossed) = crossed {
        follow(state, around, crossed, out);
    }
}

fn keep_own(state: &mut State, around: &Surroundings, signed: &SignedMessage) {
    let Said { messages, .. } = &mut state.at(signed.message.view()).said;
    if Some(signed.signer) == around.me && !messages.contains(signed) {
        messages.push(signed.clone());
    }
}

fn keep_proposal(state: &mut State, signed: &SignedMessage, link: &Link, out: &mut Effects) {
    state.bodies.insert(link.block);
    let proposals = &mut state.at(link.view).proposals;
    if proposals.iter().any(|(_, other, _)| other == link)
        || proposals.len() >= MAX_VALUES_PER_SIGNER
    {
        return;
    }
    if let Some((first, ..)) = proposals.first() {
        let slot = link.slot();
        out.push(Effect::Accuse(Evidence {
            offender: signed.signer,
            height: slot.height,
            round: slot.round,
            first: first.clone(),
            second: signed.clone(),
        }));
    }
    proposals.push((signed.clone(), *link, Validity::Unasked));
}

/// A block is notarized or a view is skipped: hands the votes on, fetches what is missing, and goes on to
/// the next view.
fn follow(state: &mut State, around: &Surroundings, crossed: Crossed, out: &mut Effects) {
    let (view, slot, block, votes) = match &crossed {
        Crossed::Notarized(link) => {
            let view = state.at(link.view);
            let found = view.notarized.iter().find(|(l, _)| l == link);
            let votes = found.map(|(_, votes)| votes.clone()).unwrap_or_default();
            (link.view, link.slot(), Some(*link), votes)
        }
        Crossed::Skipped(view) => {
            let votes = state.at(*view).skipped.clone().unwrap_or_default();
            let height = votes.first().map_or(0, |v| v.message.height());
            let slot = Slot {
                height,
                round: *view,
            };
            (*view, slot, None, votes)
        }
    };
    let rules = around.settings.rules;
    out.push(Effect::fired(
        block.map_or(rules.skip, |_| rules.notarize),
        slot,
    ));
    match block {
        Some(link) => {
            let block = Some(link.block);
            out.push(Effect::Note(Note::Polka { slot, block }));
            fetch(state, &link, votes.iter().map(|v| v.signer), around.me, out);
        }
        None => out.push(Effect::Note(Note::Skipped { slot })),
    }
    if around.settings.relay {
        let certificate = Certificate::new(votes);
        out.push(Effect::Broadcast(Message::Certificate(certificate)));
    }
    if let Some(link) = block
        && around.settings.second_vote
        && (around.settings.finalizes_skipped || !state.at(view).said.skip)
        && state.at(view).said.finalize.is_none()
    {
        state.at(view).said.finalize = Some(link);
        out.push(Effect::Broadcast(Message::Finalize(link)));
    }
    enter(state, around, view.saturating_add(1), out);
}

fn fetch(
    state: &State,
    link: &Link,
    mut holders: impl Iterator<Item = ValidatorId>,
    me: Option<ValidatorId>,
    out: &mut Effects,
) {
    if state.bodies.contains(&link.block) {
        return;
    }
    if let Some(from) = holders.find(|v| Some(*v) != me) {
        out.push(Effect::FetchBlock {
            block: link.block,
            from,
        });
    }
}

/// Enough stake made a block final, and all before it is known: it and what comes before is decided.
fn decide(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let Some((link, _)) = &state.candidate else {
        return;
    };
    let link = *link;
    let Some(mut chain) = state.chain(&link) else {
        return;
    };
    if !chain.iter().all(|l| state.bodies.contains(&l.block)) {
        return;
    }
    chain.reverse();
    // Who was away has seen none of them notarized: the proof has the votes for all.
    let mut proof = state
        .candidate
        .take()
        .map(|(_, votes)| votes)
        .unwrap_or_default();
    for earlier in &chain[..chain.len() - 1] {
        let view = state.at(earlier.view);
        let found = view.notarized.iter().find(|(l, _)| l == earlier);
        proof.extend(
            found
                .into_iter()
                .flat_map(|(_, votes)| votes.iter().cloned()),
        );
    }
    settle(state, around, &chain, proof, out);
    enter(state, around, link.view.saturating_add(1), out);
}

fn settle(
    state: &mut State,
    around: &Surroundings,
    chain: &[Link],
    proof: Vec<SignedMessage>,
    out: &mut Effects,
) {
    let Some(last) = chain.last() else { return };
    out.push(Effect::fired(around.settings.rules.finalize, last.slot()));
    let blocks: Vec<BlockId> = chain.iter().map(|l| l.block).collect();
    let before = state.last_final.block;
    out.push(Effect::Decide {
        first: state.last_final.height + 1,
        blocks: blocks.clone(),
        round: last.view,
        proof: proof.into(),
    });
    let mut gone = blocks;
    gone.push(before);
    state.finalize(*last, &gone);
}

/// Blocks decided elsewhere: the last has the votes that make it final, each before it the votes that notarized
/// it, and each names the one before.
fn catch_up(
    state: &mut State,
    around: &Surroundings,
    first: Height,
    blocks: &[BlockId],
    proof: &[SignedMessage],
    out: &mut Effects,
) {
    let behind = state.last_final.height + 1;
    let Some(known) = behind
        .checked_sub(first)
        .and_then(|n| usize::try_from(n).ok())
    else {
        return;
    };
    let Some(fresh) = blocks.get(known..).filter(|b| !b.is_empty()) else {
        return;
    };
    let mut by_link: BTreeMap<(Link, bool), Vec<SignedMessage>> = BTreeMap::new();
    for vote in proof {
        if let Some(key) = voted(around, vote) {
            by_link.entry(key).or_default().push(vote.clone());
        }
    }
    let settings = around.settings;
    let mut chain: Vec<Link> = Vec::new();
    for block in fresh.iter().rev() {
        let last = chain.last();
        let threshold = last.map_or(settings.finalize, |_| settings.notarize);
        let second = last.is_none() && settings.second_vote;
        let found = by_link.iter().find(|((link, finalizes), votes)| {
            let follows = last.is_none_or(|next| {
                next.parent == link.block
                    && next.parent_view == link.view
                    && next.height == link.height + 1
            });
            let stake = stake_behind(around.set(), votes, |_| true);
            link.block == *block
                && follows
                && *finalizes == second
                && stake.is_some_and(|stake| around.enough(stake, threshold))
        });
        let Some(((link, _), _)) = found else { return };
        chain.push(*link);
    }
    chain.reverse();
    let stands = chain.first().is_some_and(|l| {
        l.parent == state.last_final.block && l.height == behind && l.view > state.last_final.view
    });
    let Some(last) = chain.last().copied().filter(|_| stands) else {
        return;
    };
    settle(state, around, &chain, proof.to_vec(), out);
    enter(state, around, last.view.saturating_add(1), out);
}

/// What a vote of a proof stands for: a block, and whether it finalizes or notarizes it.
fn voted(around: &Surroundings, vote: &SignedMessage) -> Option<(Link, bool)> {
    match &vote.message {
        Message::Finalize(link) => Some((*link, true)),
        Message::Propose(link) => {
            let counts = around.settings.proposal_votes && vote.signer == around.leader(link.view);
            counts.then_some((*link, false))
        }
        message => named(message).map(|link| (*link, false)),
    }
}

/// After a crash: answers that did not come are asked for again, and the view gets its full time.
fn restart(state: &mut State, around: &Surroundings, out: &mut Effects) {
    state.building = None;
    let mut missing = Vec::new();
    for view in state.views.values_mut() {
        for (_, _, validity) in &mut view.proposals {
            if *validity == Validity::Asked {
                *validity = Validity::Unasked;
            }
        }
        missing.extend(view.notarized.iter().map(|(link, votes)| {
            let signers: Vec<ValidatorId> = votes.iter().map(|v| v.signer).collect();
            (*link, signers)
        }));
    }
    for (link, signers) in missing {
        fetch(state, &link, signers.into_iter(), around.me, out);
    }
    if state.view == 0 {
        enter(state, around, 1, out);
        return;
    }
    out.push(Effect::SetTimer {
        timer: Timer {
            kind: VIEW_TIMER,
            slot: state.slot(),
        },
        after: around.settings.view_timeout,
    });
    go_to(state, around, state.step, out);
}

/// What a stuck validator repeats: its own messages of this view and the one before to all, older ones and others'
/// votes, without which nobody could follow, to one peer after another.
pub fn resend(state: &State, around: &Surroundings) -> Resend<Message> {
    let mut again = Resend::new();
    for (number, view) in state.views.range(state.last_final.view..) {
        let recent = number.saturating_add(1) >= state.view;
        let own = view.said.messages.iter();
        let to = if recent {
            Recipients::Everyone
        } else {
            Recipients::OnePeer
        };
        again.extend(own.map(|signed| (to, signed.clone())));
        let mut others: Vec<&SignedMessage> = view.proposals.iter().map(|(p, ..)| p).collect();
        if !around.settings.relay || recent {
            let pools = view.votes.values().chain(view.finalizes.values());
            let pools = pools.chain(std::iter::once(&view.skips));
            others.extend(pools.flat_map(|pool| pool.votes.values()));
        }
        let others = others.into_iter().filter(|s| Some(s.signer) != around.me);
        again.extend(others.map(|signed| (Recipients::OnePeer, signed.clone())));
    }
    again
}

/// What a quorum of votes is needed for, after "to".
const NOTARIZE_BLOCK: &str = "notarize the block";
const FINALIZE_BLOCK: &str = "finalize the block";
const SKIP_VIEW: &str = "skip the view";

/// What the rules that all of the family have wait for, and `give_up`, by which a validator gives a view up when its
/// timer fires.
#[must_use]
pub fn waits(settings: &Settings, give_up: u8) -> Vec<Waits> {
    let rules = settings.rules;
    vec![
        WaitsFor::Timer(PAUSE_TIMER).before(rules.propose),
        WaitsFor::Message(PROPOSE).before(rules.vote),
        WaitsFor::Votes(NOTARIZE_BLOCK).before(rules.notarize),
        WaitsFor::Votes(SKIP_VIEW).before(rules.skip),
        WaitsFor::Votes(FINALIZE_BLOCK).before(rules.finalize),
        WaitsFor::Timer(VIEW_TIMER).before(give_up),
    ]
}

/// A validator's state in plain words. `steps` are the protocol's, in the order of [`AWAIT_PROPOSAL`] and the
/// others.
pub fn status(state: &State, around: &Surroundings, steps: &'static [StepInfo]) -> Status {
    let Settings {
        notarize,
        skip,
        finalize,
        second_vote,
        ..
    } = around.settings;
    let total = around.set().total();
    let mut tallies = Vec::new();
    for (number, view) in &state.views {
        let tally = |kind, value, pool: &Pool, needed: u64, purpose| Tally {
            kind,
            round: *number,
            value,
            have: pool.stake,
            needed,
            of: total,
            purpose,
            voters: pool.votes.keys().copied().collect(),
        };
        for (link, pool) in &view.votes {
            let notarized = view.is_notarized((link.view, &link.block)).is_some();
            let (needed, purpose) = if notarized && !second_vote {
                (finalize, FINALIZE_BLOCK)
            } else {
                (notarize, NOTARIZE_BLOCK)
            };
            let needed = needed.needed(total);
            tallies.push(tally(VOTE, Some(link.block), pool, needed, purpose));
        }
        for (link, pool) in &view.finalizes {
            let needed = finalize.needed(total);
            let (kind, block) = (FINALIZE, Some(link.block));
            tallies.push(tally(kind, block, pool, needed, FINALIZE_BLOCK));
        }
        if !view.skips.votes.is_empty() {
            let needed = skip.needed(total);
            tallies.push(tally(SKIP, None, &view.skips, needed, SKIP_VIEW));
        }
    }
    let step = steps.get(usize::from(state.step));
    let awaits: &'static [Awaited] = step.map_or(&[], |s| s.awaits);
    Status {
        height: state.last_final.height + 1,
        round: state.view,
        step: step.map_or("", |s| s.name),
        awaits,
        tallies,
        ..Status::default()
    }
}
