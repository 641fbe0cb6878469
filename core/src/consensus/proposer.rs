//! Who proposes in a given height and round.

use crate::types::{Height, Round, ValidatorId, ValidatorSets};

/// How proposers are chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// CometBFT's proposer-priority algorithm.
    Priority,
    /// `(height - 1 + round) mod n`.
    Rotation,
    /// A draw in proportion to stake, keyed by (seed, height, round).
    Draw { seed: u64 },
    /// The list, over and over: entry `(height - 1 + round) mod length`.
    List(Vec<ValidatorId>),
}

/// Answers "who proposes?" for any height and round.
#[derive(Clone, Debug)]
pub struct Schedule {
    rule: Rule,
}

impl Schedule {
    #[must_use]
    pub fn new(rule: Rule) -> Self {
        Schedule { rule }
    }

    #[must_use]
    pub fn at(&self, validators: &ValidatorSets, height: Height, round: Round) -> ValidatorId {
        let set = validators.at(height);
        let turn = height.saturating_sub(1) + u64::from(round);
        match &self.rule {
            Rule::List(list) if !list.is_empty() => list[(turn % list.len() as u64) as usize],
            Rule::Priority | Rule::Rotation | Rule::Draw { .. } | Rule::List(_) => {
                ValidatorId((turn % set.len() as u64) as u16)
            }
        }
    }
}
