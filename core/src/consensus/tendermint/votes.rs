//! What was received at one height: proposals, votes and their stake, round by round.
//!
//! Most inputs of a run are votes that change nothing, so counting one is a few array accesses, and
//! the caller hears only when a tally crossed a threshold.

use super::message::Message;
use crate::base::limits::{MAX_VALIDATORS, MAX_VALUES_PER_SIGNER};
use crate::types::{BlockId, Round, Signed, ValidatorId, ValidatorSet};
use std::sync::Arc;

/// A signed message, shared with everybody else who received it.
pub type SignedMessage = Arc<Signed<Message>>;

/// Distinct validators, one bit each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signers([u128; 4]);

const _: () = assert!(MAX_VALIDATORS <= 512, "Signers has one bit a validator");

impl Signers {
    /// True when `id` was not in the set before.
    pub fn insert(&mut self, id: ValidatorId) -> bool {
        let Some(word) = self.0.get_mut(id.index() / 128) else {
            return false;
        };
        let bit = 1 << (id.index() % 128);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// What counting a vote changed.
#[derive(Debug)]
pub enum Counted {
    /// Nothing: a duplicate, or one value too many from an equivocator.
    Nothing,
    Vote(Crossed),
}

#[derive(Debug)]
pub struct Crossed {
    /// The stake behind this vote's value has just become a quorum.
    pub value: bool,
    /// The stake of all voters has just become a quorum.
    pub any: bool,
    /// The signer's earlier vote for something else, the first time it contradicts itself.
    pub against: Option<SignedMessage>,
}

/// Votes of one kind in one round.
///
/// An equivocator's stake counts once behind each value it voted for (the paper counts messages as a
/// set) and once in `any` (the paper counts senders).
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Each validator's first vote, by its id.
    first: Vec<Option<SignedMessage>>,
    /// Equivocators' votes for other values, in order of arrival.
    further: Vec<SignedMessage>,
    any: u64,
    values: Vec<(Option<BlockId>, u64)>,
}

impl Tally {
    /// Counts `vote`, whose message names `value`. The signer must be in `set`.
    pub fn add(
        &mut self,
        set: &ValidatorSet,
        value: Option<BlockId>,
        vote: SignedMessage,
    ) -> Counted {
        let signer = vote.signer;
        let stake = set.stake(signer);
        if self.first.is_empty() {
            self.first.resize(set.places(), None);
        }
        let Some(first) = self.first.get_mut(signer.index()) else {
            return Counted::Nothing;
        };
        let mut crossed = Crossed {
            value: false,
            any: false,
            against: None,
        };
        match first {
            None => {
                *first = Some(vote);
                crossed.any = crosses(set, &mut self.any, stake);
            }
            Some(earlier) if Arc::ptr_eq(earlier, &vote) || earlier.message.value() == value => {
                return Counted::Nothing;
            }
            Some(earlier) => {
                let mut known = 1;
                for other in self.further.iter().filter(|v| v.signer == signer) {
                    if other.message.value() == value {
                        return Counted::Nothing;
                    }
                    known += 1;
                }
                if known >= MAX_VALUES_PER_SIGNER {
                    return Counted::Nothing;
                }
                if known == 1 {
                    crossed.against = Some(earlier.clone());
                }
                self.further.push(vote);
            }
        }
        crossed.value = match self.values.iter_mut().find(|(v, _)| *v == value) {
            Some((_, total)) => crosses(set, total, stake),
            None => {
                let mut total = 0;
                let crossed = crosses(set, &mut total, stake);
                self.values.push((value, total));
                crossed
            }
        };
        Counted::Vote(crossed)
    }

    /// Stake of the distinct validators that voted for `value`.
    #[must_use]
    pub fn stake(&self, value: Option<BlockId>) -> u64 {
        self.values
            .iter()
            .find(|(v, _)| *v == value)
            .map_or(0, |(_, stake)| *stake)
    }

    /// Stake of the distinct validators that voted at all.
    #[must_use]
    pub fn any(&self) -> u64 {
        self.any
    }

    /// Every value voted for with its stake, in order of first arrival.
    pub fn values(&self) -> impl Iterator<Item = (Option<BlockId>, u64)> + '_ {
        self.values.iter().copied()
    }

    /// The votes for `value`, one a validator: first votes by signer, then equivocators'.
    pub fn votes_for(&self, value: Option<BlockId>) -> impl Iterator<Item = &SignedMessage> {
        self.first
            .iter()
            .flatten()
            .chain(&self.further)
            .filter(move |vote| vote.message.value() == value)
    }

    fn has_quorum_for_a_block(&self, set: &ValidatorSet) -> bool {
        self.values
            .iter()
            .any(|(value, stake)| value.is_some() && set.is_quorum(*stake))
    }
}

/// Adds `stake` to `total`; true when this made it a quorum.
fn crosses(set: &ValidatorSet, total: &mut u64, stake: u64) -> bool {
    let before = *total;
    *total = before.saturating_add(stake);
    set.is_quorum(*total) && !set.is_quorum(before)
}

/// Everything received for one round, and which of its once-only rules have fired.
#[derive(Clone, Debug)]
pub struct RoundVotes {
    pub round: Round,
    /// Distinct proposals of the round's proposer, in order of arrival: more than one when it equivocates.
    pub proposals: Vec<SignedMessage>,
    pub prevotes: Tally,
    pub precommits: Tally,
    senders: Signers,
    senders_stake: u64,
    /// L34 has fired in this round.
    pub prevote_timer_armed: bool,
    /// L36 has fired in this round.
    pub polka_seen: bool,
    /// L47 has fired in this round.
    pub precommit_timer_armed: bool,
}

impl RoundVotes {
    fn new(round: Round) -> Self {
        RoundVotes {
            round,
            proposals: Vec::new(),
            prevotes: Tally::default(),
            precommits: Tally::default(),
            senders: Signers::default(),
            senders_stake: 0,
            prevote_timer_armed: false,
            polka_seen: false,
            precommit_timer_armed: false,
        }
    }

    /// Notes that `signer` sent some message of this round; true when more than a third of the stake
    /// has, for the first time.
    pub fn heard_from(&mut self, set: &ValidatorSet, signer: ValidatorId) -> bool {
        if !self.senders.insert(signer) {
            return false;
        }
        let before = self.senders_stake;
        self.senders_stake = before.saturating_add(set.stake(signer));
        set.exceeds_one_third(self.senders_stake) && !set.exceeds_one_third(before)
    }

    /// Keeps a proposal unless it is known or one too many; tells whether it was kept, and the first
    /// proposal if this is the second.
    ///
    /// A value that a quorum already votes for is kept beyond the limit. 1. A lying proposer sends us
    /// junk up to the limit and B to everybody else. 2. All others decide B. 3. Without B's proposal,
    /// which they pass on, neither L36 nor L49 could ever fire here.
    pub fn propose(
        &mut self,
        set: &ValidatorSet,
        proposal: SignedMessage,
    ) -> (bool, Option<SignedMessage>) {
        if self.proposals.iter().any(|p| p.message == proposal.message) {
            return (false, None);
        }
        let value = proposal.message.value();
        let wanted = set.is_quorum(self.prevotes.stake(value))
            || set.is_quorum(self.precommits.stake(value));
        let most = MAX_VALUES_PER_SIGNER + usize::from(wanted);
        if self.proposals.len() >= most {
            return (false, None);
        }
        let first = match self.proposals.as_slice() {
            [first] => Some(first.clone()),
            [] | [_, _, ..] => None,
        };
        self.proposals.push(proposal);
        (true, first)
    }

    #[must_use]
    pub fn is_proposed(&self, value: BlockId) -> bool {
        self.proposals
            .iter()
            .any(|p| p.message.value() == Some(value))
    }
}

/// The rounds of one height of which anything was received, in order.
#[derive(Clone, Debug, Default)]
pub struct Votes(Vec<RoundVotes>);

impl Votes {
    #[must_use]
    pub fn round(&self, round: Round) -> Option<&RoundVotes> {
        match self.0.last() {
            Some(last) if last.round == round => Some(last),
            Some(_) | None => {
                let index = self.0.binary_search_by_key(&round, |r| r.round).ok()?;
                self.0.get(index)
            }
        }
    }

    /// The votes of `round`, made if there were none.
    pub fn round_mut(&mut self, round: Round) -> &mut RoundVotes {
        let index = match self.0.last() {
            Some(last) if last.round == round => self.0.len() - 1,
            Some(_) | None => match self.0.binary_search_by_key(&round, |r| r.round) {
                Ok(index) => index,
                Err(index) => {
                    self.0.insert(index, RoundVotes::new(round));
                    index
                }
            },
        };
        &mut self.0[index]
    }

    pub fn iter(&self) -> impl Iterator<Item = &RoundVotes> {
        self.0.iter()
    }

    /// Forgets rounds before `oldest` in which no block has a quorum of either kind of votes.
    pub fn prune(&mut self, set: &ValidatorSet, oldest: Round) {
        if self.0.first().is_some_and(|r| r.round < oldest) {
            self.0.retain(|r| {
                r.round >= oldest
                    || r.prevotes.has_quorum_for_a_block(set)
                    || r.precommits.has_quorum_for_a_block(set)
            });
        }
    }
}
