//! What a validator of the family remembers: views, certified blocks, and the chain they form.

use super::message::{Link, Message, Phase, Proof, Report, SignedMessage, View};
use crate::base::Micros;
use crate::base::limits::MAX_ROUNDS_BEHIND;
use crate::consensus::proposer::Schedule;
use crate::consensus::{Context, Effect, Note, Rule, Threshold, rule_number};
use crate::types::{BlockId, Height, Slot, ValidatorId, ValidatorSet, ValidatorSets};
use std::collections::{BTreeMap, BTreeSet};

/// What a step asks for, in order.
pub type Effects = Vec<Effect<Message>>;

/// In what the protocols of the family differ: numbers, and the two rules that make each what it is.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Votes that certify a block, and timeouts that end a view.
    pub quorum: Threshold,
    /// So many certified blocks, each the parent of the next, make the first of them final.
    pub chain: u8,
    /// These blocks must be of consecutive views.
    pub consecutive: bool,
    /// What a validator locks on.
    pub lock: Lock,
    /// Whether it may vote for a proposal, which comes with this proof.
    pub may_vote: MayVote,
    /// When a leader may propose in the view it is in.
    pub may_propose: fn(&State, &Surroundings) -> MayPropose,
    /// So long a leader waits after it entered where it may have missed a certificate, microseconds.
    pub wait: Micros,
    /// How long a view may take, microseconds.
    pub view_timeout: Micros,
    /// Between the starts of two views a leader lets at least this pass, microseconds.
    pub min_view: Micros,
    /// What the protocol calls the rules that all of the family have.
    pub rules: RuleNumbers,
    /// A view has several phases; its leader collects the votes.
    pub phases: Option<Phases>,
    /// A failed leader's block is proposed again.
    pub tips: Option<TipRules>,
}

/// The phases of a protocol whose views have several. A certified block alone then ends no view.
#[derive(Clone, Copy, Debug)]
pub struct Phases {
    /// The last one that is voted in: its votes decide.
    pub last: Phase,
}

impl Phases {
    /// The phase whose votes begin `phase`.
    #[must_use]
    pub fn before(self, phase: Phase) -> Option<Phase> {
        match phase {
            Phase::Prepare => None,
            Phase::PreCommit => Some(Phase::Prepare),
            Phase::Commit => Some(Phase::PreCommit),
            Phase::Decide => Some(self.last),
        }
    }

    /// The phase that the votes of `phase` begin.
    #[must_use]
    pub fn after(self, phase: Phase) -> Option<Phase> {
        match phase {
            _ if phase == self.last => Some(Phase::Decide),
            Phase::Prepare => Some(Phase::PreCommit),
            Phase::PreCommit => Some(Phase::Commit),
            Phase::Commit | Phase::Decide => None,
        }
    }
}

/// Numbers and rules of a protocol with tips.
#[derive(Clone, Copy, Debug)]
pub struct TipRules {
    /// No-endorsements that let a leader leave a block out.
    pub no_endorsements: Threshold,
    /// Proposing a block again.
    pub again: u8,
    /// Proposing another one with no-endorsements.
    pub instead: u8,
    /// Sending a no-endorsement.
    pub refuse: u8,
    /// A block is speculatively final.
    pub speculate: u8,
}

/// The newest block a validator voted for, with all that others need to propose it again.
#[derive(Clone, Debug)]
pub struct Tip {
    /// In the place that it was first proposed in.
    pub link: Link,
    /// Its parent.
    pub parent: Certified,
    /// Its proposal and the grounds of that, as in a [`Proof`].
    pub proposal: Vec<SignedMessage>,
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
    /// A block is certified.
    pub certify: u8,
    /// Locking, where that is a rule of its own.
    pub lock: Option<u8>,
    /// Sending a timeout.
    pub give_up: u8,
    /// A quorum has given a view up.
    pub end_view: u8,
    /// A block is final.
    pub finalize: u8,
}

impl RuleNumbers {
    /// Those with these ids, in the order of the fields without `lock`.
    #[must_use]
    pub const fn of(rules: &[Rule], ids: [&str; 7]) -> Self {
        RuleNumbers {
            enter: rule_number(rules, ids[0]),
            propose: rule_number(rules, ids[1]),
            vote: rule_number(rules, ids[2]),
            certify: rule_number(rules, ids[3]),
            lock: None,
            give_up: rule_number(rules, ids[4]),
            end_view: rule_number(rules, ids[5]),
            finalize: rule_number(rules, ids[6]),
        }
    }
}

/// What a validator that learns of a certified block locks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// The block.
    Certified,
    /// Its parent.
    Parent,
    /// Nothing: a quorum of votes in that phase locks on the block.
    Phase(Phase),
    /// Nothing.
    None,
}

/// Whether a validator may vote for a block with what proves its parent.
pub type MayVote = fn(&State, &Surroundings, &Link, &Proof) -> bool;

/// When a leader may propose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayPropose {
    /// From this instant on.
    From(Micros),
    /// Not before it has learned more.
    NotYet,
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

    /// Whether this validator leads `view`.
    #[must_use]
    pub fn leads(&self, view: View) -> bool {
        self.me == Some(self.leader(view))
    }

    /// Who collects the votes of `view`.
    #[must_use]
    pub fn collector(&self, view: View) -> ValidatorId {
        match self.settings.phases {
            Some(_) => self.leader(view),
            None => self.leader(view.saturating_add(1)),
        }
    }

    /// Validators stay the same in a run of this family.
    #[must_use]
    pub fn set(&self) -> &ValidatorSet {
        self.validators.at(1)
    }

    /// Whether `stake` is enough for a certificate.
    #[must_use]
    pub fn is_quorum(&self, stake: u64) -> bool {
        self.settings.quorum.is_met(stake, self.set().total())
    }
}

/// What the ledger says of a proposed block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It was not asked: the block may not be voted for yet.
    Unasked,
    /// The answer is on its way.
    Asked,
    /// The answer.
    Told(bool),
}

/// Messages about one thing: each signer once.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// By signer.
    pub messages: BTreeMap<ValidatorId, SignedMessage>,
    /// Of all signers together.
    pub stake: u64,
}

impl Pool {
    /// True when the message is new and its signer has stake.
    pub fn add(&mut self, signed: &SignedMessage, set: &ValidatorSet) -> bool {
        let stake = set.stake(signed.signer);
        if stake == 0 || self.messages.contains_key(&signed.signer) {
            return false;
        }
        self.messages.insert(signed.signer, signed.clone());
        self.stake += stake;
        true
    }
}

/// A block that a quorum voted for, with the votes.
#[derive(Clone, Debug)]
pub struct Certified {
    /// The block in its place.
    pub link: Link,
    /// The votes; none for genesis.
    pub votes: Proof,
}

/// All that is known of one view.
#[derive(Clone, Debug, Default)]
pub struct ViewState {
    /// The leader's, in the order they came; an honest one makes one.
    pub proposals: Vec<(SignedMessage, Validity)>,
    /// Votes for each block, as far as they came here.
    pub votes: BTreeMap<(Phase, Link), Pool>,
    /// Who has given the view up.
    pub timeouts: Pool,
    /// Who has entered the view and told so.
    pub new_views: Pool,
    /// One block, unless liars hold more than the bound.
    pub certified: Vec<Certified>,
    /// This validator has proposed.
    pub proposed: bool,
    /// This validator has said that its time is up.
    pub timed_out: bool,
    /// The last phase of the view that this validator voted in, where there are several.
    pub phase: Option<Phase>,
    /// The last phase that this validator began as the leader.
    pub begun: Option<Phase>,
    /// The block that the leader has to propose again, as it told.
    pub asked: Option<Link>,
    /// This validator has said, or need not say, that it cannot vouch for that block.
    pub answered: bool,
    /// Who cannot vouch for which block, at the leader.
    pub no_endorsements: BTreeMap<Link, Pool>,
    /// Its own messages, to be sent again.
    pub own: Vec<SignedMessage>,
}

/// Everything one validator remembers.
#[derive(Clone, Debug)]
pub struct State {
    /// Where every chain begins.
    pub genesis: Link,
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
    /// It votes in later views only: the last one it voted in, or whose time was up.
    pub last_voted: View,
    /// The certified block of the highest view known.
    pub high: Certified,
    /// The block it is locked on; genesis where it never was.
    pub locked: Link,
    /// The newest block it voted for, where there are tips.
    pub tip: Option<Tip>,
    /// What it voted for in the last views, where there are tips.
    pub voted: BTreeMap<View, BlockId>,
    /// A block to be proposed again and what the ledger says of it.
    pub judged: Option<(BlockId, Validity)>,
    /// The newest block that is speculatively final, where there are tips.
    pub speculative: Link,
    /// The timeouts that ended the view before this one; absent where a certified block did.
    pub entry: Option<Proof>,
    /// The last block that was decided.
    pub last_final: Link,
    /// From the last final block's view on.
    pub views: BTreeMap<View, ViewState>,
    /// Blocks whose bodies are in the node's store, from the last final one on.
    pub bodies: BTreeSet<BlockId>,
    /// Of these, the certified ones known to stand on the last final block with nothing missing between.
    pub connected: BTreeSet<BlockId>,
    /// The view a block is being built for, and what it stands on.
    pub building: Option<(View, Certified)>,
    /// The highest block that the chain on top of it makes final and that is not decided yet, and the
    /// certified blocks on top.
    pub candidate: Option<Vec<Certified>>,
}

impl State {
    /// Before [`Input::Start`](crate::consensus::Input::Start), on top of `genesis`.
    #[must_use]
    pub fn new(genesis: BlockId) -> Self {
        let root = Link::genesis(genesis);
        let certified = Certified {
            link: root,
            votes: Proof::default(),
        };
        let first = ViewState {
            certified: vec![certified.clone()],
            ..ViewState::default()
        };
        State {
            genesis: root,
            view: 0,
            entered_before: 0,
            entered: 0,
            height: 1,
            step: 0,
            last_voted: 0,
            high: certified,
            locked: root,
            tip: None,
            voted: BTreeMap::new(),
            judged: None,
            speculative: root,
            entry: None,
            last_final: root,
            views: BTreeMap::from([(0, first)]),
            bodies: BTreeSet::from([genesis]),
            connected: BTreeSet::from([genesis]),
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

    /// What this validator says when it sees no progress, with what proves it.
    #[must_use]
    pub fn report(&self) -> (Report, Proof) {
        let high = self.high.link.view;
        let report = Report {
            view: self.view,
            height: self.height,
            high,
        };
        let entry = self.entry.as_ref().filter(|_| high + 1 < self.view);
        (report, Proof::new(&self.high.votes, entry))
    }

    /// A chain that commits nothing goes through views for ever: of those far behind `entering` only certified
    /// blocks are kept.
    pub fn forget_old(&mut self, entering: View) {
        let oldest = entering.saturating_sub(MAX_ROUNDS_BEHIND);
        let newly_old = self.view.saturating_sub(MAX_ROUNDS_BEHIND)..oldest;
        for (_, view) in self.views.range_mut(newly_old) {
            *view = ViewState {
                certified: std::mem::take(&mut view.certified),
                ..ViewState::default()
            };
        }
        let kept = |number: View, view: &ViewState| number >= oldest || !view.certified.is_empty();
        self.views.retain(|number, view| kept(*number, view));
    }

    /// Whether the highest certificate that the timeouts before this view name is here. A leader that was led into
    /// the view by others' timeouts may lack it, and whoever is locked by it would not follow.
    #[must_use]
    pub fn holds_what_timeouts_name(&self) -> bool {
        let named = self.entry.as_ref().and_then(Proof::timeouts);
        named.is_none_or(|timeouts| self.high.link.view >= timeouts.highest())
    }

    /// The certified block that a block names as its parent.
    #[must_use]
    pub fn parent(&self, link: &Link) -> Option<&Certified> {
        if link.parent_view >= link.view {
            return None;
        }
        let mut known = self.views.get(&link.parent_view)?.certified.iter();
        known.find(|c| c.link.block == link.parent && c.link.height + 1 == link.height)
    }

    /// Whether `link` stands on `ancestor`, as far as the blocks between are known.
    #[must_use]
    pub fn extends(&self, link: &Link, ancestor: &Link) -> bool {
        let mut at = *link;
        while at.view > ancestor.view {
            if (at.parent_view, at.parent) == (ancestor.view, ancestor.block) {
                return true;
            }
            match self.parent(&at) {
                Some(parent) => at = parent.link,
                None => return false,
            }
        }
        at == *ancestor
    }

    /// The certified blocks from `tip` down to the child of the last final one, if all are known.
    #[must_use]
    pub fn chain(&self, tip: &Certified) -> Option<Vec<Certified>> {
        let mut chain = Vec::new();
        let mut at = tip;
        while at.link != self.last_final {
            if at.link.view <= self.last_final.view {
                return None;
            }
            chain.push(at.clone());
            at = self.parent(&at.link)?;
        }
        Some(chain)
    }

    /// Whether the bodies of a certified block and of all before it are here.
    pub fn is_at_hand(&mut self, tip: &Link) -> bool {
        let mut new = Vec::new();
        let mut at = *tip;
        while !self.connected.contains(&at.block) {
            if !self.bodies.contains(&at.block) || at.view <= self.last_final.view {
                return false;
            }
            new.push(at.block);
            match self.parent(&at) {
                Some(parent) => at = parent.link,
                None => return false,
            }
        }
        self.connected.extend(new);
        true
    }

    /// The certified blocks that make one below them final by the rule of `settings`, the final one last: those that
    /// begin with a block of view `from` or a later one. Several where certificates come late.
    #[must_use]
    pub fn final_chains(&self, settings: &Settings, from: View) -> Vec<Vec<Certified>> {
        if settings.phases.is_some() {
            return Vec::new();
        }
        let tips = self.views.range(from..);
        let tips = tips.flat_map(|(_, view)| &view.certified);
        let chains = tips.filter_map(|tip| {
            let mut chain = vec![tip.clone()];
            let mut at = tip;
            while chain.len() < usize::from(settings.chain) {
                let below = self.parent(&at.link)?;
                if settings.consecutive && below.link.view + 1 != at.link.view {
                    return None;
                }
                chain.push(below.clone());
                at = below;
            }
            (at.link.height > self.last_final.height).then_some(chain)
        });
        chains.collect()
    }

    /// Takes note of certified blocks that make the last of them final. One that can be decided now is kept before
    /// one that cannot, however high: say a validator was away and hears the newest certificates first. What it is
    /// sent of the time it missed makes lower blocks final, and it must take these.
    pub fn consider(&mut self, chain: Vec<Certified>) {
        let Some(new) = chain.last().map(|c| c.link) else {
            return;
        };
        let new = (self.is_at_hand(&new), new.height);
        let known = self.candidate.as_ref().and_then(|c| c.last());
        let known = known.map(|c| c.link);
        if known.is_none_or(|known| new > (self.is_at_hand(&known), known.height)) {
            self.candidate = Some(chain);
        }
    }

    /// `link` is final: what came before is not needed any more.
    pub fn finalize(&mut self, link: Link) {
        self.last_final = link;
        self.candidate = None;
        self.voted = self.voted.split_off(&link.view);
        self.tip = self.tip.take().filter(|tip| tip.link.view > link.view);
        self.views = self.views.split_off(&link.view);
        let mut kept = BTreeSet::from([link.block]);
        for view in self.views.values() {
            kept.extend(view.certified.iter().map(|c| c.link.block));
            let proposals = view.proposals.iter();
            let proposed = proposals.filter_map(|(p, _)| p.message.proposed());
            kept.extend(proposed.map(|link| link.block));
        }
        let known = &mut self.at(link.view).certified;
        if !known.iter().any(|c| c.link == link) {
            let votes = Proof::default();
            known.push(Certified { link, votes });
        }
        self.bodies.retain(|block| kept.contains(block));
        // Blocks beside the final one stand on nothing that counts any more.
        self.connected = BTreeSet::from([link.block]);
    }

    /// Locks on a block, if it is of a later view than the lock.
    pub fn lock(&mut self, around: &Surroundings, on: Link, out: &mut Effects) {
        if on.view <= self.locked.view {
            return;
        }
        self.locked = on;
        let (slot, block) = (on.slot(), on.block);
        let rule = around.settings.rules.lock;
        out.extend(rule.map(|rule| Effect::fired(rule, slot)));
        out.push(Effect::Note(Note::Locked { slot, block }));
    }
}
