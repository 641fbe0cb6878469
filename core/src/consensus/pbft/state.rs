//! What a validator remembers, and how it is looked at.

use super::info::Params;
use super::message::{Assignment, Message, Point, Sequence, SignedMessage};
use crate::base::Micros;
use crate::consensus::{self, Effect};
use crate::types::{BlockId, Height, Round, ValidatorId};
use std::collections::{BTreeMap, BTreeSet};

pub(super) type Context<'a> = consensus::Context<'a, Params>;
pub(super) type Effects = Vec<Effect<Message>>;
pub(super) type Votes = BTreeMap<ValidatorId, SignedMessage>;

/// What a view-change proves.
#[derive(Clone, Debug)]
pub struct Claims {
    /// The signer's stable checkpoint, and the messages that prove it.
    pub stable: Point,
    /// The assignments it has prepared since, by number.
    pub prepared: BTreeMap<Sequence, Assignment>,
}

/// What the ledger says of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Validity {
    #[default]
    Unasked,
    Asked,
    Told(bool),
}

/// What was said about a sequence number in a view.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub pre_prepare: Option<SignedMessage>,
    /// Of each signer the first.
    pub prepares: Votes,
    pub commits: Votes,
    pub validity: Validity,
    /// The pre-prepare is the one accepted, and what it assigns.
    pub accepted: Option<Assignment>,
    pub prepare_sent: bool,
    pub prepared: bool,
    pub commit_sent: bool,
}

/// Everything one validator remembers. It survives a crash.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) genesis: Point,
    /// The view it is in, or wants to be in.
    pub(super) view: Round,
    /// Whether it is in that view. Between its view-change and the new-view it is in none.
    pub(super) active: bool,
    /// The last stable checkpoint, and the checkpoints that prove it.
    pub(super) stable: Point,
    pub(super) stable_proof: Vec<SignedMessage>,
    pub(super) executed: Point,
    pub(super) log: BTreeMap<(Sequence, Round), Entry>,
    /// For each number above the stable checkpoint the prepared certificate of the latest view: the pre-prepare and
    /// the prepares.
    pub(super) prepared: BTreeMap<Sequence, Vec<SignedMessage>>,
    pub(super) checkpoints: BTreeMap<(Point, ValidatorId), SignedMessage>,
    /// Valid view-changes for its view and later ones.
    pub(super) changes: BTreeMap<(Round, ValidatorId), (SignedMessage, Claims)>,
    /// The last view for which it has had view-changes of a quorum.
    pub(super) heard: Round,
    /// The new-view that brought it into its view.
    pub(super) new_view: Option<SignedMessage>,
    /// What the primary of its view had to assign again, and the checkpoint it began from.
    pub(super) order: Vec<Assignment>,
    pub(super) base: Point,
    /// View changes since the last block it decided.
    pub(super) attempts: u32,
    /// The last view and number it assigned as a primary, and until when it pauses.
    pub(super) assigned: (Round, Sequence),
    pub(super) ready_at: Micros,
    /// Bodies it has, with their heights.
    pub(super) bodies: BTreeMap<BlockId, Height>,
    pub(super) asked_for: BTreeSet<BlockId>,
}

/// The primary of a view.
pub(super) fn primary(context: &Context, view: Round) -> ValidatorId {
    context.proposer(1, view)
}

/// The stake of these validators, each counted once.
fn stake(context: &Context, signers: impl Iterator<Item = ValidatorId>) -> u64 {
    let set = context.validators.at(1);
    let distinct: BTreeSet<ValidatorId> = signers.collect();
    distinct.into_iter().map(|v| set.stake(v)).sum()
}

/// The stake of the signers of those votes that say just this, and of `also`.
pub(super) fn matching(
    context: &Context,
    votes: &Votes,
    said: &Message,
    also: Option<ValidatorId>,
) -> u64 {
    let set = context.validators.at(1);
    let same = votes.iter().filter(|(_, s)| s.message == *said);
    let others = same.map(|(signer, _)| *signer).filter(|v| Some(*v) != also);
    others.chain(also).map(|v| set.stake(v)).sum()
}

/// The least stake of a quorum.
pub(super) fn quorum(context: &Context) -> u64 {
    let total = context.validators.at(1).total();
    context.params.quorum.threshold().needed(total)
}

pub(super) fn is_quorum(context: &Context, signers: impl Iterator<Item = ValidatorId>) -> bool {
    stake(context, signers) >= quorum(context)
}

/// Whether they hold more than a third of the stake: at least one is honest.
pub(super) fn is_some_honest(
    context: &Context,
    signers: impl Iterator<Item = ValidatorId>,
) -> bool {
    let total = context.validators.at(1).total();
    consensus::Threshold::MORE_THAN_ONE_THIRD.is_met(stake(context, signers), total)
}

impl State {
    pub(super) fn new(genesis: BlockId) -> Self {
        let genesis = Point {
            sequence: 0,
            height: 0,
            block: genesis,
        };
        State {
            genesis,
            view: 0,
            active: true,
            stable: genesis,
            stable_proof: Vec::new(),
            executed: genesis,
            log: BTreeMap::new(),
            prepared: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            changes: BTreeMap::new(),
            heard: 0,
            new_view: None,
            order: Vec::new(),
            base: genesis,
            attempts: 0,
            assigned: (0, 0),
            ready_at: 0,
            bodies: BTreeMap::from([(genesis.block, 0)]),
            asked_for: BTreeSet::new(),
        }
    }

    /// The numbers up to here may be assigned.
    pub(super) fn high_water_mark(&self, context: &Context) -> Sequence {
        self.stable.sequence.saturating_add(context.params.window)
    }

    /// What this view's primary had to assign to that number, where the new-view says so.
    pub(super) fn ordered(&self, sequence: Sequence) -> Option<&Assignment> {
        self.order.iter().find(|a| a.sequence == sequence)
    }

    /// Where the chain stands after the number, as far as it is settled or accepted in this view.
    pub(super) fn point_at(&self, sequence: Sequence) -> Option<Point> {
        let known = [self.executed, self.stable, self.base];
        let known = known.into_iter().find(|p| p.sequence == sequence);
        let accepted = || self.log.get(&(sequence, self.view))?.accepted;
        let ordered = || self.ordered(sequence).copied();
        known.or_else(|| accepted().or_else(ordered).map(|a| a.point()))
    }

    /// Where the chain stands after the last number that is settled or assigned in this view.
    pub(super) fn tip(&self) -> Point {
        let accepted = self.log.iter().rev();
        let accepted = accepted.filter(|((_, view), _)| *view == self.view);
        let accepted = accepted.filter_map(|(_, entry)| entry.accepted).next();
        let last = [accepted, self.order.last().copied()];
        let assigned = last.into_iter().flatten().map(|a| a.point());
        let all = [self.executed, self.stable, self.base].into_iter();
        let latest = all.chain(assigned).max_by_key(|p| p.sequence);
        latest.unwrap_or(self.genesis)
    }

    /// The first vote of a signer for a number in a view counts, and a second that contradicts it comes back.
    pub(super) fn keep(&mut self, signed: SignedMessage) -> Option<SignedMessage> {
        let a = signed.message.assignment()?;
        let entry = self.log.entry((a.sequence, a.view)).or_default();
        let kept = match signed.message {
            Message::PrePrepare(_) => entry.pre_prepare.get_or_insert_with(|| signed.clone()),
            Message::Prepare(_) => {
                let of_signer = entry.prepares.entry(signed.signer);
                of_signer.or_insert_with(|| signed.clone())
            }
            Message::Commit(_) => {
                let of_signer = entry.commits.entry(signed.signer);
                of_signer.or_insert_with(|| signed.clone())
            }
            Message::Checkpoint(_) | Message::ViewChange { .. } | Message::NewView { .. } => {
                return None;
            }
        };
        (kept.message != signed.message).then(|| kept.clone())
    }
}
