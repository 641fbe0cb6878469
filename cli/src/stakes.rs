//! Stakes as a command line gives them: `100 500 200`, or `4x100` for four of 100.

use crate::failure::Failure;
use consensusforge_core::base::limits::MAX_VALIDATORS;
use consensusforge_core::scenario::model::ValidatorSpec;
use consensusforge_core::scenario::{Scenario, validate};
use consensusforge_core::types::{PublicKey, Validator, ValidatorId, ValidatorSet, ValidatorSets};
use std::collections::BTreeMap;

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

/// Reads the stake of all validators together.
pub fn total(word: &str) -> Result<u64, Failure> {
    let total = word.parse().ok().filter(|total| *total > 0);
    total.ok_or_else(|| {
        Failure::input(format!(
            "{word:?} is not a total stake; give a whole number from 1 to {}.",
            u64::MAX
        ))
    })
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

/// Who votes on which height: `specs` at the beginning, and after each of `changes`, as in `5:v2=300,v5=100`.
/// With everybody who votes at some time, and the stake each begins with.
pub fn sets(
    specs: &[ValidatorSpec],
    changes: &[String],
) -> Result<(ValidatorSets, Vec<ValidatorSpec>), Failure> {
    let of = |stakes: &BTreeMap<usize, u64>| {
        let voting = stakes.iter().filter(|(_, stake)| **stake > 0);
        // Who stays is known by its key: each has one of its own.
        let set = ValidatorSet::of(voting.map(|(i, stake)| Validator {
            id: ValidatorId(*i as u16),
            key: PublicKey([*i as u8; 32]),
            stake: *stake,
        }));
        set.map_err(|e| Failure::input(format!("{e}.")))
    };
    let mut stakes: BTreeMap<usize, u64> = specs.iter().map(|v| v.stake).enumerate().collect();
    let mut sets = ValidatorSets::new(of(&stakes)?);
    let mut everybody = specs.to_vec();
    let mut last = 1;
    for change in changes {
        let (height, changed) = parse_change(change)?;
        if height <= last {
            return Err(Failure::input(format!(
                "{change:?} changes stakes at height {height}; the first change can be at height 2, and \
                 each must be later than the one before."
            )));
        }
        last = height;
        for (i, stake) in changed {
            if i > everybody.len() || i >= MAX_VALIDATORS {
                return Err(Failure::input(format!(
                    "{change:?} names v{}; there are v1 to v{}, and the next one to join is v{} (at most \
                     {MAX_VALIDATORS}).",
                    i + 1,
                    everybody.len(),
                    everybody.len() + 1
                )));
            }
            if i == everybody.len() {
                everybody.push(ValidatorSpec::numbered(i, 0));
            }
            stakes.insert(i, stake);
        }
        sets.change(height, of(&stakes)?);
    }
    Ok((sets, everybody))
}

/// `5:v2=300,v5=100`: a height, and the places of validators with their stakes.
fn parse_change(text: &str) -> Result<(u64, Vec<(usize, u64)>), Failure> {
    let wrong = || {
        Failure::input(format!(
            "{text:?} is not a change of stakes; give a height and stakes from there on, as in \
             5:v2=300,v5=100,v1=0."
        ))
    };
    let (height, rest) = text.split_once(':').ok_or_else(wrong)?;
    let one = |entry: &str| {
        let (name, stake) = entry.split_once('=')?;
        let number: usize = name.strip_prefix('v')?.parse().ok()?;
        Some((number.checked_sub(1)?, stake.parse().ok()?))
    };
    let all: Option<Vec<_>> = rest.split(',').map(one).collect();
    let height = height.parse().map_err(|_| wrong())?;
    Ok((height, all.ok_or_else(wrong)?))
}

/// The set votes are counted in; keys play no part in tables.
pub fn set(validators: &[ValidatorSpec]) -> Result<ValidatorSet, Failure> {
    ValidatorSet::new(validators.iter().map(|v| (PublicKey([0; 32]), v.stake)))
        .map_err(|e| Failure::input(format!("{e}.")))
}
