//! Stakes as a command line gives them: `100 500 200`, or `4x100` for four of 100.

use crate::failure::Failure;
use consensusforge_core::base::limits::MAX_VALIDATORS;
use consensusforge_core::scenario::model::ValidatorSpec;
use consensusforge_core::scenario::{Scenario, validate};
use consensusforge_core::types::{PublicKey, ValidatorSet};

/// Reads stakes; blanks and commas separate them.
pub fn parse(words: &[String]) -> Result<Vec<u64>, Failure> {
    let mut stakes = Vec::new();
    let words = words.iter().flat_map(|w| w.split([',', ' ']));
    for word in words.filter(|w| !w.is_empty()) {
        let (count, stake) = word.split_once('x').unwrap_or(("1", word));
        let (Ok(count), Ok(stake)) = (count.parse::<usize>(), stake.parse::<u64>()) else {
            return Err(Failure::input(format!(
                "{word:?} is not a stake; give whole numbers from 1 to {}, or 4x100 for four of 100.",
                u64::MAX
            )));
        };
        // Before a vector of 10^9 entries is made.
        if count > MAX_VALIDATORS - stakes.len().min(MAX_VALIDATORS) {
            return Err(Failure::input(format!(
                "{word} makes more than {MAX_VALIDATORS} validators, the most there can be. Leave some \
                 out."
            )));
        }
        stakes.extend(std::iter::repeat_n(stake, count));
    }
    Ok(stakes)
}

/// Validators `v1`, `v2`, ... with these stakes, if a chain can have them.
pub fn validators(stakes: &[u64]) -> Result<Vec<ValidatorSpec>, Failure> {
    let validators: Vec<ValidatorSpec> = stakes
        .iter()
        .enumerate()
        .map(|(i, stake)| ValidatorSpec::numbered(i, *stake))
        .collect();
    check(&validators)?;
    Ok(validators)
}

/// The same rules as for a scenario.
fn check(validators: &[ValidatorSpec]) -> Result<(), Failure> {
    // A scenario may have validators that vote later; a table of stakes is about those that vote now.
    if let Some(v) = validators.iter().find(|v| v.stake == 0) {
        return Err(Failure::input(format!(
            "{} has no stake; give it at least 1.",
            v.name
        )));
    }
    let scenario = Scenario {
        validators: validators.to_vec(),
        ..Scenario::default()
    };
    Ok(validate(&scenario)?)
}

/// The set votes are counted in; keys play no part in tables.
pub fn set(validators: &[ValidatorSpec]) -> Result<ValidatorSet, Failure> {
    ValidatorSet::new(validators.iter().map(|v| (PublicKey([0; 32]), v.stake)))
        .map_err(|e| Failure::input(format!("{e}.")))
}
