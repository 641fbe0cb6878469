//! What a validator of the family remembers, and how votes become certificates.

use super::message::{Certificate, Link, Message, View};
use crate::base::Micros;
use crate::base::limits::MAX_VALUES_PER_SIGNER;
use crate::consensus::proposer::Schedule;
use crate::consensus::{self, Context, Threshold};
use crate::types::{
    BlockId, Evidence, Height, Signed, Slot, ValidatorId, ValidatorSet, ValidatorSets,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A message with its signature, shared by all who hold it.
pub type SignedMessage = Arc<Signed<Message>>;

/// In what the protocols of the family differ, as numbers.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Votes for one block that notarize it.
    pub notarize: Threshold,
    /// View-changes that skip a view.
    pub skip: Threshold,
    /// What makes a block final: votes of the kind that finalizes.
    pub finalize: Threshold,
    /// Blocks are final by [`Message::Finalize`], not by votes.
    pub second_vote: bool,
    /// The proposal counts as its leader's vote.
    pub proposal_votes: bool,
    /// Certificates are handed on when first seen.
    pub relay: bool,
    /// How long a view may take, microseconds.
    pub view_timeout: Micros,
    /// Between the starts of two views a leader lets at least this pass, microseconds.
    pub min_view: Micros,
    /// A bug: it also finalizes in a view that it asked to leave.
    pub finalizes_skipped: bool,
    /// A bug: it also gives up a view that it voted in.
    pub nullifies_anyway: bool,
    /// What the protocol calls the rules that all of the family have.
    pub rules: RuleNumbers,
}

/// Indices into a protocol's rules, for notes that one took effect.
#[derive(Clone, Copy, Debug)]
pub struct RuleNumbers {
    /// Entering a view.
    pub enter: u8,
    /// Proposing.
    pub propose: u8,
    /// Voting for a proposal.
    pub vote: u8,
    /// A block is notarized.
    pub notarize: u8,
    /// A view is skipped.
    pub skip: u8,
    /// A block is final.
    pub finalize: u8,
}

/// A [`Context`] without the parameters of one protocol.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The present instant, microseconds.
    pub now: Micros,
    /// The validator this node runs.
    pub me: Option<ValidatorId>,
    /// Who votes; the same on all heights.
    pub validators: &'a ValidatorSets,
    /// Who leads which view.
    pub proposers: &'a Schedule,
    /// What the protocol's parameters mean.
    pub settings: Settings,
}

impl<'a> Surroundings<'a> {
    /// What `context` shows, for a protocol whose parameters mean `settings`.
    #[must_use]
    pub fn new<P>(context: &Context<'a, P>, settings: Settings) -> Self {
        Surroundings {
            now: context.now,
            me: context.me,
            validators: context.validators,
            proposers: context.proposers,
            settings,
        }
    }

    /// Views count through all heights: each is a turn of its own.
    #[must_use]
    pub fn leader(&self, view: View) -> ValidatorId {
        self.proposers.at(self.validators, u64::from(view), 0)
    }

    /// Validators stay the same in a run of this family.
    #[must_use]
    pub fn set(&self) -> &ValidatorSet {
        self.validators.at(1)
    }

    /// True when `stake` is at least `threshold` of all stake.
    #[must_use]
    pub fn enough(&self, stake: u64, threshold: Threshold) -> bool {
        threshold.is_met(stake, self.set().total())
    }
}

/// What the ledger says of a proposed block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It was not asked: the block's parent may not be built upon yet.
    Unasked,
    /// The answer is on its way.
    Asked,
    /// The answer.
    Told(bool),
}

/// Votes for one thing: each signer once.
#[derive(Clone, Debug)]
pub struct Pool<M = Message> {
    /// By signer.
    pub votes: BTreeMap<ValidatorId, Arc<Signed<M>>>,
    /// Of all signers together.
    pub stake: u64,
}

impl<M> Default for Pool<M> {
    fn default() -> Self {
        Pool {
            votes: BTreeMap::new(),
            stake: 0,
        }
    }
}

impl<M> Pool<M> {
    /// True when the vote is new.
    pub fn add(&mut self, vote: &Arc<Signed<M>>, set: &ValidatorSet) -> bool {
        let stake = set.stake(vote.signer);
        if stake == 0 || self.votes.contains_key(&vote.signer) {
            return false;
        }
        self.votes.insert(vote.signer, vote.clone());
        self.stake += stake;
        true
    }
}

/// All that is known of one view.
#[derive(Clone, Debug, Default)]
pub struct ViewState {
    /// The leader's, in the order they came; an honest one makes one.
    pub proposals: Vec<(SignedMessage, Link, Validity)>,
    /// Votes for each block, a leader's proposal among them where it counts as one.
    pub votes: BTreeMap<Link, Pool>,
    /// Votes that make each block final.
    pub finalizes: BTreeMap<Link, Pool>,
    /// Votes for giving the view up.
    pub skips: Pool,
    /// Notarized blocks with the votes that made them so, in the order they became so.
    pub notarized: Vec<(Link, Vec<SignedMessage>)>,
    /// The votes that skipped the view.
    pub skipped: Option<Vec<SignedMessage>>,
    /// The time for this view is up here.
    pub timed_out: bool,
    /// What this validator said in it.
    pub said: Said,
}

/// What one validator said in one view. It survives a crash.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// It led the view and has proposed.
    pub proposed: bool,
    /// The block it voted for.
    pub vote: Option<Link>,
    /// It gave the view up.
    pub skip: bool,
    /// The block it voted to make final: then it never gives this view up.
    pub finalize: Option<Link>,
    /// The signed messages themselves, to be sent again.
    pub messages: Vec<SignedMessage>,
}

impl ViewState {
    /// The place of a block notarized in a view, by the view and the block.
    #[must_use]
    pub fn is_notarized(&self, view_block: (View, &BlockId)) -> Option<&Link> {
        let mut links = self.notarized.iter().map(|(link, _)| link);
        links.find(|link| link.view == view_block.0 && link.block == *view_block.1)
    }
}

/// Everything one validator remembers.
#[derive(Clone, Debug)]
pub struct State {
    /// The view it is in; 0 before the first.
    pub view: View,
    /// When the view before this one was entered: see [`Settings::min_view`].
    pub entered_before: Micros,
    /// When this view was entered, microseconds.
    pub entered: Micros,
    /// Height of the block this view is to bring, as far as known when it was entered.
    pub height: Height,
    /// Index into the protocol's steps.
    pub step: u8,
    /// The last block that was decided.
    pub last_final: Link,
    /// From the last final block's view on.
    pub views: BTreeMap<View, ViewState>,
    /// Blocks whose bodies are in the node's store, from the last final one on.
    pub bodies: BTreeSet<BlockId>,
    /// The view a block is being built for, and what it stands on.
    pub building: Option<(View, Link)>,
    /// The highest block that enough stake has made final and that is not decided yet, with its proof.
    pub candidate: Option<(Link, Vec<SignedMessage>)>,
}

impl State {
    /// Before [`Input::Start`](crate::consensus::Input::Start), on top of `genesis`.
    #[must_use]
    pub fn new(genesis: BlockId) -> Self {
        let root = Link::genesis(genesis);
        let notarized = vec![(root, Vec::new())];
        let first = ViewState {
            notarized,
            ..ViewState::default()
        };
        State {
            view: 0,
            entered_before: 0,
            entered: 0,
            height: 1,
            step: 0,
            last_final: root,
            views: BTreeMap::from([(0, first)]),
            bodies: BTreeSet::from([genesis]),
            building: None,
            candidate: None,
        }
    }

    /// Where it stands: the height this view is to bring, with the view as round.
    #[must_use]
    pub fn slot(&self) -> Slot {
        Slot {
            height: self.height,
            round: self.view,
        }
    }

    /// What is known of a view; an empty record of one not heard of yet.
    pub fn at(&mut self, view: View) -> &mut ViewState {
        self.views.entry(view).or_default()
    }

    /// The notarized block a link names as its parent.
    #[must_use]
    pub fn parent(&self, link: &Link) -> Option<&Link> {
        if link.parent_view >= link.view {
            return None;
        }
        let view = self.views.get(&link.parent_view)?;
        let parent = view.is_notarized((link.parent_view, &link.parent))?;
        (parent.height + 1 == link.height).then_some(parent)
    }

    /// True when enough validators are known to have given the view up.
    #[must_use]
    pub fn is_skipped(&self, view: View) -> bool {
        self.views.get(&view).is_some_and(|v| v.skipped.is_some())
    }

    /// The notarized blocks from `tip` down to the child of the last final one, if all are known.
    #[must_use]
    pub fn chain(&self, tip: &Link) -> Option<Vec<Link>> {
        let mut chain = Vec::new();
        let mut at = *tip;
        while at != self.last_final {
            if at.view <= self.last_final.view {
                return None;
            }
            chain.push(at);
            at = *self.parent(&at)?;
        }
        Some(chain)
    }

    /// Whether the bodies of a block and of all before it are here.
    #[must_use]
    pub fn is_at_hand(&self, tip: &Link) -> bool {
        self.chain(tip)
            .is_some_and(|chain| chain.iter().all(|link| self.bodies.contains(&link.block)))
    }

    /// Counts a vote. What it brought about, and the proof that its signer contradicts itself.
    pub fn count(
        &mut self,
        around: &Surroundings,
        vote: &SignedMessage,
    ) -> (Option<Crossed>, Option<Evidence<Message>>) {
        let settings = around.settings;
        let set = around.set();
        let signer = vote.signer;
        match &vote.message {
            // As its leader's vote.
            Message::Vote(link) | Message::Propose(link) => {
                let view = self.at(link.view);
                let others: Vec<&SignedMessage> = view
                    .votes
                    .iter()
                    .filter(|(other, _)| *other != link)
                    .filter_map(|(_, pool)| pool.votes.get(&signer))
                    .collect();
                if others.len() >= MAX_VALUES_PER_SIGNER {
                    return (None, None);
                }
                let evidence = others.first().map(|first| contradiction(first, vote));
                let pool = view.votes.entry(*link).or_default();
                if !pool.add(vote, set) {
                    return (None, None);
                }
                let stake = pool.stake;
                let known = view.is_notarized((link.view, &link.block)).is_some();
                let notarizes = !known && around.enough(stake, settings.notarize);
                if notarizes {
                    let votes = view.votes[link].votes.values().cloned().collect();
                    view.notarized.push((*link, votes));
                }
                if !settings.second_vote && around.enough(stake, settings.finalize) {
                    self.consider(link, VoteKind::Vote);
                }
                (notarizes.then_some(Crossed::Notarized(*link)), evidence)
            }
            Message::Finalize(link) => {
                let view = self.at(link.view);
                let mut values = view.finalizes.iter().filter(|(other, _)| *other != link);
                let other = values.find_map(|(_, pool)| pool.votes.get(&signer));
                let skipped = view.skips.votes.get(&signer);
                let evidence = other.or(skipped).map(|first| contradiction(first, vote));
                let room = view
                    .finalizes
                    .iter()
                    .filter(|(l, p)| *l != link && p.votes.contains_key(&signer))
                    .count()
                    < MAX_VALUES_PER_SIGNER;
                if !room || !view.finalizes.entry(*link).or_default().add(vote, set) {
                    return (None, None);
                }
                let stake = view.finalizes[link].stake;
                if settings.second_vote && around.enough(stake, settings.finalize) {
                    self.consider(link, VoteKind::Finalize);
                }
                (None, evidence)
            }
            Message::Skip { view: number, .. } => {
                let view = self.at(*number);
                let said = view.finalizes.values();
                let other = said.filter_map(|pool| pool.votes.get(&signer)).next();
                let evidence = other.map(|first| contradiction(first, vote));
                if !view.skips.add(vote, set) {
                    return (None, None);
                }
                let enough =
                    view.skipped.is_none() && around.enough(view.skips.stake, settings.skip);
                if enough {
                    view.skipped = Some(view.skips.votes.values().cloned().collect());
                }
                (enough.then_some(Crossed::Skipped(*number)), evidence)
            }
            Message::Certificate(_) => (None, None),
        }
    }

    /// Takes a certificate as a whole: what it says of each signer needs no room among single votes, so
    /// that no equivocator can keep out what enough others know.
    pub fn take(&mut self, around: &Surroundings, certificate: &Certificate) -> Option<Crossed> {
        let settings = around.settings;
        let votes = certificate.votes();
        match &votes.first()?.message {
            Message::Vote(link) | Message::Propose(link) => {
                let link = *link;
                let leader = around.leader(link.view);
                let proposed = |v: &SignedMessage| matches!(v.message, Message::Propose(_));
                let counts = settings.proposal_votes;
                if votes
                    .iter()
                    .any(|v| proposed(v) && !(counts && v.signer == leader))
                {
                    return None;
                }
                if self
                    .at(link.view)
                    .is_notarized((link.view, &link.block))
                    .is_some()
                {
                    return None;
                }
                let stake = stake_behind(around.set(), votes, |m| named(m) == Some(&link));
                if !around.enough(stake?, settings.notarize) {
                    return None;
                }
                self.at(link.view).notarized.push((link, votes.to_vec()));
                Some(Crossed::Notarized(link))
            }
            Message::Skip { view, .. } => {
                let view = *view;
                if self.is_skipped(view) {
                    return None;
                }
                let same = |m: &Message| matches!(m, Message::Skip { view: v, .. } if *v == view);
                let stake = stake_behind(around.set(), votes, same);
                if !around.enough(stake?, settings.skip) {
                    return None;
                }
                self.at(view).skipped = Some(votes.to_vec());
                Some(Crossed::Skipped(view))
            }
            Message::Finalize(_) | Message::Certificate(_) => None,
        }
    }

    fn consider(&mut self, link: &Link, kind: VoteKind) {
        let higher = self
            .candidate
            .as_ref()
            .is_none_or(|(c, _)| link.height >= c.height);
        if link.height <= self.last_final.height || !higher {
            return;
        }
        let view = self.at(link.view);
        let pools = match kind {
            VoteKind::Vote => &view.votes,
            VoteKind::Finalize => &view.finalizes,
        };
        let votes = pools.get(link).into_iter().flat_map(|p| p.votes.values());
        let votes = votes.cloned().collect();
        self.candidate = Some((*link, votes));
    }

    /// `link` is final: what came before is not needed any more.
    pub fn finalize(&mut self, link: Link, bodies: &[BlockId]) {
        self.last_final = link;
        self.candidate = None;
        self.views = self.views.split_off(&link.view);
        for block in bodies {
            self.bodies.remove(block);
        }
        self.bodies.insert(link.block);
        if self
            .at(link.view)
            .is_notarized((link.view, &link.block))
            .is_none()
        {
            self.at(link.view).notarized.push((link, Vec::new()));
        }
    }
}

enum VoteKind {
    Vote,
    Finalize,
}

/// What enough votes brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossed {
    /// Votes enough for a block.
    Notarized(Link),
    /// Votes enough to give a view up.
    Skipped(View),
}

/// The block a vote names; a proposal is its leader's vote.
#[must_use]
pub fn named(message: &Message) -> Option<&Link> {
    match message {
        Message::Vote(link) | Message::Propose(link) => Some(link),
        Message::Finalize(_) | Message::Skip { .. } | Message::Certificate(_) => None,
    }
}

/// The stake of distinct signers, if all say the same.
pub fn stake_behind<M>(
    set: &ValidatorSet,
    votes: &[Arc<Signed<M>>],
    same: impl Fn(&M) -> bool,
) -> Option<u64> {
    let mut seen = BTreeSet::new();
    let mut stake = 0;
    for vote in votes {
        if !same(&vote.message) || !seen.insert(vote.signer) {
            return None;
        }
        stake += set.stake(vote.signer);
    }
    Some(stake)
}

/// The proof that a signer said two things that exclude each other.
pub fn contradiction<M: consensus::Message>(
    first: &Arc<Signed<M>>,
    second: &Arc<Signed<M>>,
) -> Evidence<M> {
    let slot = second.message.describe().slot;
    Evidence {
        offender: second.signer,
        height: slot.height,
        round: slot.round,
        first: first.clone(),
        second: second.clone(),
    }
}
