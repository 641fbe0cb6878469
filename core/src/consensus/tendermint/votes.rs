//! What was received at one height: proposals, votes and their stake, round by round.
//!
//! Most inputs of a run are votes that change nothing, so counting one is a few array accesses, and
//! the caller hears only when a tally crossed a threshold.

use super::message::Message;
use crate::base::limits::{MAX_ROUNDS_BEHIND, MAX_VALIDATORS, MAX_VALUES_PER_SIGNER};
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
    /// Nothing: a duplicate, or one more value of an equivocator that hardly anybody else voted for.
    Nothing,
    /// It counts.
    Vote(Crossed),
}

/// Which thresholds a vote has crossed.
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
///
/// A signer has a few values of its choice ([`MAX_VALUES_PER_SIGNER`]); beyond them its vote is kept
/// where others with more than a third of the stake voted for the same. 1. A liar sends us junk up to
/// the limit, and its vote for A to v1 alone. 2. v1 locks A and relays the quorum that made it. 3. If
/// that vote were one too many here, we could never follow v1's lock. Any quorum holds honest votes of
/// more than a third, as long as liars hold no more than a third, so that what a quorum needs is always
/// kept once its honest votes are in; a relay that came too early is repeated. Memory stays bounded: with
/// four values of each signer's choice, at most eleven have more than a third, so that a signer has
/// fifteen votes at most.
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
                let earlier = earlier.clone();
                let mut known = 1;
                for other in self.further.iter().filter(|v| v.signer == signer) {
                    if other.message.value() == value {
                        return Counted::Nothing;
                    }
                    known += 1;
                }
                if known >= MAX_VALUES_PER_SIGNER && !set.exceeds_one_third(self.stake(value)) {
                    return Counted::Nothing;
                }
                if known == 1 {
                    crossed.against = Some(earlier);
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
    /// The round.
    pub round: Round,
    /// Distinct proposals of the round's proposer, in order of arrival: more than one when it equivocates.
    pub proposals: Vec<SignedMessage>,
    /// First votes.
    pub prevotes: Tally,
    /// Second votes.
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
    /// A value that more than a third of the stake voted for is kept beyond the limit, once. 1. A lying
    /// proposer sends us junk up to the limit and B to everybody else. 2. All others decide B. 3. Without
    /// B's proposal, which they pass on, neither L36 nor L49 could ever fire here.
    pub fn propose(
        &mut self,
        set: &ValidatorSet,
        proposal: SignedMessage,
    ) -> (bool, Option<SignedMessage>) {
        if self.proposals.iter().any(|p| p.message == proposal.message) {
            return (false, None);
        }
        if self.proposals.len() >= MAX_VALUES_PER_SIGNER {
            let value = proposal.message.value();
            let new = self.proposals.iter().all(|p| p.message.value() != value);
            let wanted = [&self.prevotes, &self.precommits]
                .iter()
                .any(|tally| set.exceeds_one_third(tally.stake(value)));
            if !(new && wanted) {
                return (false, None);
            }
        }
        let first = match self.proposals.as_slice() {
            [first] => Some(first.clone()),
            [] | [_, _, ..] => None,
        };
        self.proposals.push(proposal);
        (true, first)
    }

    /// True when `value` was proposed at this height.
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
    /// What is kept of `round`.
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

    /// What is kept of each round, in order.
    pub fn iter(&self) -> impl Iterator<Item = &RoundVotes> {
        self.0.iter()
    }

    /// A proposal of `oldest` or a later round says that a quorum prevoted `value` in `round`.
    #[must_use]
    pub fn is_claimed(&self, oldest: Round, value: Option<BlockId>, round: Round) -> bool {
        self.claims(oldest)
            .any(|claim| (Some(claim.0), claim.1) == (value, round))
    }

    /// The values and valid rounds named by proposals of `oldest` and later rounds.
    fn claims(&self, oldest: Round) -> impl Iterator<Item = (BlockId, Round)> + '_ {
        let kept = self.0.partition_point(|r| r.round < oldest);
        let proposals = self.0[kept..].iter().flat_map(|r| &r.proposals);
        proposals.filter_map(|signed| match signed.message {
            Message::Proposal {
                value, valid_round, ..
            } => Some((value, valid_round?)),
            Message::Prevote { .. } | Message::Precommit { .. } => None,
        })
    }

    /// Forgets rounds before `oldest`, except those in `held`, those that a later proposal claims a quorum
    /// of prevotes in, and the newest in which a block has a quorum of either kind of votes.
    pub fn prune(&mut self, set: &ValidatorSet, oldest: Round, held: [Option<Round>; 2]) {
        if self.0.first().is_none_or(|r| r.round >= oldest) {
            return;
        }
        let claimed: Vec<Round> = self.claims(oldest).map(|(_, round)| round).collect();
        let keeps = |r: &RoundVotes| held.contains(&Some(r.round)) || claimed.contains(&r.round);
        let has_quorum = |r: &RoundVotes| {
            r.prevotes.has_quorum_for_a_block(set) || r.precommits.has_quorum_for_a_block(set)
        };
        let old = self.0.iter().filter(|r| r.round < oldest);
        let mut surplus = old
            .filter(|r| !keeps(r) && has_quorum(r))
            .count()
            .saturating_sub(MAX_ROUNDS_BEHIND as usize);
        self.0.retain(|r| {
            if r.round >= oldest || keeps(r) {
                return true;
            }
            let newest = has_quorum(r) && surplus == 0;
            surplus = surplus.saturating_sub(usize::from(has_quorum(r)));
            newest
        });
    }
}
