//! Stake and what counts as enough of it.

use super::{Height, PublicKey, ValidatorId};
use crate::base::limits::{MAX_TOTAL_STAKE, MAX_VALIDATORS};
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why validators cannot make a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValidatorSetError {
    /// No validator, so nothing could be decided.
    #[error("a chain needs at least one validator")]
    Empty,
    /// More than [`MAX_VALIDATORS`].
    #[error("{0} validators are too many: at most {MAX_VALIDATORS}")]
    TooMany(usize),
    /// A validator with stake 0.
    #[error("{0} has no stake: every validator needs at least 1")]
    NoStake(ValidatorId),
    /// A total above [`MAX_TOTAL_STAKE`].
    #[error("the stakes add up to {0}: at most {MAX_TOTAL_STAKE} together (2^63 / 8)")]
    TooMuchStake(u128),
}

/// One entry of a validator set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Validator {
    /// Its place in the set, and its name in messages and certificates.
    pub id: ValidatorId,
    /// The key that verifies its signatures.
    pub key: PublicKey,
    /// Voting power, at least 1.
    pub stake: u64,
}

/// Strictly more than 2/3 of `total`: the paper's 2f + 1.
#[must_use]
pub fn is_quorum(stake: u64, total: u64) -> bool {
    3 * u128::from(stake) > 2 * u128::from(total)
}

/// The least stake that is a quorum of `total`.
#[must_use]
pub fn quorum(total: u64) -> u64 {
    // floor(2 * total / 3) + 1, in u128 so that 2 * total cannot wrap.
    (2 * u128::from(total) / 3) as u64 + 1
}

/// The validators of one height, in the order of their ids, with their total stake. A validator keeps
/// its id when others join or leave, so ids may have gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatorSet {
    validators: Vec<Validator>,
    total: u64,
}

impl ValidatorSet {
    /// Numbers the validators from 0.
    ///
    /// # Errors
    /// [`ValidatorSetError`] when there is no validator, more than [`MAX_VALIDATORS`], one without stake, or
    /// a total above [`MAX_TOTAL_STAKE`] (so that `3 * stake` and proposer priorities cannot overflow).
    pub fn new(
        entries: impl IntoIterator<Item = (PublicKey, u64)>,
    ) -> Result<Self, ValidatorSetError> {
        let numbered = entries.into_iter().enumerate();
        Self::of(numbered.map(|(i, (key, stake))| Validator {
            id: ValidatorId(u16::try_from(i).unwrap_or(u16::MAX)),
            key,
            stake,
        }))
    }

    /// The set of `validators`, who have their ids already.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of(validators: impl IntoIterator<Item = Validator>) -> Result<Self, ValidatorSetError> {
        let mut validators: Vec<Validator> = validators.into_iter().collect();
        validators.sort_by_key(|v| v.id);
        validators.dedup_by_key(|v| v.id);
        if validators.is_empty() {
            return Err(ValidatorSetError::Empty);
        }
        if validators.len() > MAX_VALIDATORS {
            return Err(ValidatorSetError::TooMany(validators.len()));
        }
        if let Some(v) = validators.iter().find(|v| v.stake == 0) {
            return Err(ValidatorSetError::NoStake(v.id));
        }
        let total: u128 = validators.iter().map(|v| u128::from(v.stake)).sum();
        match u64::try_from(total) {
            Ok(total) if total <= MAX_TOTAL_STAKE => Ok(ValidatorSet { validators, total }),
            _ => Err(ValidatorSetError::TooMuchStake(total)),
        }
    }

    /// A set read from a record. Nothing is refused, so it may be empty, and then nothing is a quorum.
    #[must_use]
    pub fn from_record(validators: impl IntoIterator<Item = Validator>) -> Self {
        let mut validators: Vec<Validator> =
            validators.into_iter().filter(|v| v.stake > 0).collect();
        validators.sort_by_key(|v| v.id);
        validators.dedup_by_key(|v| v.id);
        let total = validators
            .iter()
            .fold(0, |sum: u64, v| sum.saturating_add(v.stake));
        ValidatorSet { validators, total }
    }

    /// The set after `changes`: a stake of 0 takes a validator out, any other puts it in or changes it.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn changed(&self, changes: &[Validator]) -> Result<Self, ValidatorSetError> {
        let stays = |v: &&Validator| changes.iter().all(|c| c.id != v.id);
        let enter = changes.iter().filter(|c| c.stake > 0);
        Self::of(self.validators.iter().filter(stays).chain(enter).cloned())
    }

    /// How many validators there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.validators.len()
    }

    /// One more than the highest id: the length of a table that has a place for each validator by id.
    #[must_use]
    pub fn places(&self) -> usize {
        self.validators.last().map_or(0, |v| v.id.index() + 1)
    }

    /// True for a set read from a record that names nobody; [`Self::new`] refuses it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.validators.is_empty()
    }

    /// The validators in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Validator> {
        self.validators.iter()
    }

    /// The validator `id`; `None` for one that is not in the set.
    #[must_use]
    pub fn get(&self, id: ValidatorId) -> Option<&Validator> {
        // Without gaps, as in nearly every run, a validator stands at its own number.
        if let Some(v) = self.validators.get(id.index())
            && v.id == id
        {
            return Some(v);
        }
        let index = self.validators.binary_search_by_key(&id, |v| v.id).ok()?;
        self.validators.get(index)
    }

    /// Stake of `id`, 0 for a stranger.
    #[must_use]
    pub fn stake(&self, id: ValidatorId) -> u64 {
        self.get(id).map_or(0, |v| v.stake)
    }

    /// The stake of all validators together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Strictly more than 2/3 of the total stake: the paper's 2f + 1.
    #[must_use]
    pub fn is_quorum(&self, stake: u64) -> bool {
        is_quorum(stake, self.total)
    }

    /// Strictly more than 1/3 of the total stake: the paper's f + 1.
    #[must_use]
    pub fn exceeds_one_third(&self, stake: u64) -> bool {
        3 * u128::from(stake) > u128::from(self.total)
    }

    /// The least stake that is a quorum.
    #[must_use]
    pub fn quorum(&self) -> u64 {
        quorum(self.total)
    }

    /// The least stake that forces a round skip.
    #[must_use]
    pub fn skip(&self) -> u64 {
        self.total / 3 + 1
    }
}

/// Validator sets by the height from which each votes.
#[derive(Clone, Debug)]
pub struct ValidatorSets {
    from: BTreeMap<Height, Arc<ValidatorSet>>,
    genesis: Arc<ValidatorSet>,
}

impl ValidatorSets {
    /// `genesis` votes on every height until [`Self::change`].
    #[must_use]
    pub fn new(genesis: ValidatorSet) -> Self {
        ValidatorSets {
            from: BTreeMap::new(),
            genesis: Arc::new(genesis),
        }
    }

    /// The same validators with one vote each, whatever their stake.
    #[must_use]
    pub fn by_heads(&self) -> Self {
        let heads = |set: &Arc<ValidatorSet>| {
            Arc::new(ValidatorSet::from_record(set.iter().map(|v| Validator {
                stake: 1,
                ..v.clone()
            })))
        };
        ValidatorSets {
            from: self.from.iter().map(|(h, set)| (*h, heads(set))).collect(),
            genesis: heads(&self.genesis),
        }
    }

    /// From `height` on, `set` votes.
    pub fn change(&mut self, height: Height, set: impl Into<Arc<ValidatorSet>>) {
        self.from.insert(height, set.into());
    }

    /// The sets after the first, each with the first height it votes on, in order.
    pub fn changes(&self) -> impl Iterator<Item = (Height, &Arc<ValidatorSet>)> {
        self.from.iter().map(|(height, set)| (*height, set))
    }

    /// The key `id` signs with at `height`: the newest it had in a set up to there, so that who has left
    /// still has one. `None` for one that never voted.
    #[must_use]
    pub fn key(&self, id: ValidatorId, height: Height) -> Option<PublicKey> {
        let newest_first = self.from.range(..=height).rev().map(|(_, set)| set);
        newest_first
            .chain([&self.genesis])
            .find_map(|set| set.get(id))
            .map(|v| v.key)
    }

    /// The set that votes on `height`.
    #[must_use]
    pub fn at(&self, height: Height) -> &Arc<ValidatorSet> {
        self.from
            .range(..=height)
            .next_back()
            .map_or(&self.genesis, |(_, set)| set)
    }
}
