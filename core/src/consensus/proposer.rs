//! Who proposes in a given height and round.

mod priority;

use crate::base::random::{Purpose, Randomness};
use crate::types::{Height, Round, ValidatorId, ValidatorSet, ValidatorSets};
use priority::Memo;
use std::cell::RefCell;

/// How proposers are chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// CometBFT's proposer-priority algorithm.
    Priority,
    /// `(height - 1 + round) mod n`.
    Rotation,
    /// A draw in proportion to stake, keyed by (seed, height, round).
    Draw {
        /// The run's seed.
        seed: u64,
    },
    /// The list, over and over: entry `(height - 1 + round) mod length`, without those that do not vote at
    /// the height. One that leaves nobody is a rotation.
    List(Vec<ValidatorId>),
}

/// Answers "who proposes?" for any height and round.
///
/// The answer depends on the rule and the validator sets alone. What was computed is remembered, so a
/// schedule serves one chain: give it the same [`ValidatorSets`] every time.
#[derive(Clone, Debug)]
pub struct Schedule {
    rule: Rule,
    memo: RefCell<Memo>,
}

impl Schedule {
    /// A schedule by `rule`.
    #[must_use]
    pub fn new(rule: Rule) -> Self {
        Schedule {
            rule,
            memo: RefCell::default(),
        }
    }

    /// The proposer of `round` at `height`.
    #[must_use]
    pub fn at(&self, validators: &ValidatorSets, height: Height, round: Round) -> ValidatorId {
        let turn = height.saturating_sub(1).saturating_add(u64::from(round));
        match &self.rule {
            Rule::Priority => self.memo.borrow_mut().proposer(validators, height, round),
            Rule::Draw { seed } => draw(*seed, validators.at(height), height, round),
            Rule::List(list) => listed(list, validators.at(height), turn),
            Rule::Rotation => nth(validators.at(height), turn),
        }
    }

    /// What decides [`Rule::Priority`]: each validator's priority at round 0 of `height`, after its proposer has
    /// paid the total stake for the turn. `None` under another rule.
    #[must_use]
    pub fn priorities(
        &self,
        validators: &ValidatorSets,
        height: Height,
    ) -> Option<Vec<(ValidatorId, i64)>> {
        let priorities = self.rule == Rule::Priority;
        priorities.then(|| self.memo.borrow_mut().priorities(validators, height))
    }

    /// Forgets what was computed for `height` and later ones, whose validators have changed.
    pub fn forget_from(&mut self, height: Height) {
        self.memo.get_mut().forget_from(height);
    }
}

/// Whoever stands at `turn` of the list; if it does not vote at this height, the next one that does.
fn listed(list: &[ValidatorId], set: &ValidatorSet, turn: u64) -> ValidatorId {
    let first = (turn % (list.len().max(1) as u64)) as usize;
    let (before, after) = list.split_at(first.min(list.len()));
    let mut in_turn = after.iter().chain(before);
    let votes = in_turn.find(|id| set.get(**id).is_some());
    votes.copied().unwrap_or_else(|| nth(set, turn))
}

fn nth(set: &ValidatorSet, turn: u64) -> ValidatorId {
    let index = (turn % (set.len().max(1) as u64)) as usize;
    set.iter().nth(index).map_or(ValidatorId(0), |v| v.id)
}

/// Picks the validator in whose stretch of the line-up of stakes a uniform point falls.
fn draw(seed: u64, set: &ValidatorSet, height: Height, round: Round) -> ValidatorId {
    let mut draw = Randomness::new(seed).draw(Purpose::Proposer, height, u64::from(round));
    let mut point = draw.below(set.total());
    for validator in set.iter() {
        match point.checked_sub(validator.stake) {
            Some(rest) => point = rest,
            None => return validator.id,
        }
    }
    ValidatorId(0)
}
