//! Who takes part: names and stakes.

use super::{Checked, ScenarioError, distinct, quote, require};
use crate::base::limits::{MAX_NAME_BYTES, MAX_TOTAL_STAKE, MAX_VALIDATORS};
use crate::model::{StakeChange, ValidatorSpec};
use std::collections::BTreeSet;

/// Names listed in a sentence before it says "and so on".
const LISTED: usize = 8;

/// The names there are, in order and for look-up.
pub(super) struct Names<'a> {
    order: Vec<&'a str>,
    set: BTreeSet<&'a str>,
    twins: BTreeSet<&'a str>,
}

impl Names<'_> {
    pub(super) fn count(&self) -> usize {
        self.order.len()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.set.contains(name)
    }

    /// A validator, or one of the two nodes of a twin: `'a` is its first and `a'` its second.
    pub(super) fn has_node(&self, name: &str) -> bool {
        let twin = name.strip_suffix('\'').or_else(|| name.strip_prefix('\''));
        self.has(name) || twin.is_some_and(|twin| self.twins.contains(twin))
    }

    pub(super) fn list(&self) -> String {
        let mut list: Vec<String> = self
            .order
            .iter()
            .take(LISTED)
            .map(|n| super::text::quote(n))
            .collect();
        if self.order.len() > LISTED {
            list.push(format!("and {} more", self.order.len() - LISTED));
        }
        list.join(", ")
    }
}

pub(super) fn check(validators: &[ValidatorSpec]) -> Result<Names<'_>, ScenarioError> {
    let count = validators.len();
    require(count > 0, "validators", || {
        "a chain needs at least one validator; add one.".into()
    })?;
    require(count <= MAX_VALIDATORS, "validators", || {
        format!(
            "{count} validators are too many; at most {MAX_VALIDATORS} can take part. Remove some."
        )
    })?;
    let mut set = BTreeSet::new();
    let mut total: u128 = 0;
    for (i, validator) in validators.iter().enumerate() {
        name(&format!("validators[{i}].name"), &validator.name)?;
        require(
            set.insert(validator.name.as_str()),
            &format!("validators[{i}].name"),
            || {
                format!(
                    "two validators are called {}; rename one.",
                    quote(&validator.name)
                )
            },
        )?;
        total += u128::from(validator.stake);
    }
    require(total > 0, "validators", || {
        "no validator has any stake, so none could vote; give at least one of them a stake of 1 or more.".into()
    })?;
    require(total <= u128::from(MAX_TOTAL_STAKE), "validators", || {
        format!(
            "the stakes add up to {total}; together they may be at most {MAX_TOTAL_STAKE} (2^63 / 8, \
             so that votes can be counted without overflow). Divide them all by the same number."
        )
    })?;
    Ok(Names {
        order: validators.iter().map(|v| v.name.as_str()).collect(),
        set,
        twins: BTreeSet::new(),
    })
}

/// Changes of validators. What they add up to is for the run to see, which knows what came before.
pub(super) fn changes(place: &str, changes: &[StakeChange], names: &Names) -> Checked {
    require(!changes.is_empty(), place, || {
        "no validator is named; name one, with the stake it is to have.".into()
    })?;
    let named: Vec<String> = changes.iter().map(|c| c.validator.clone()).collect();
    distinct(place, &named, names)?;
    for (i, change) in changes.iter().enumerate() {
        let place = format!("{place}[{i}].stake");
        require(change.stake <= MAX_TOTAL_STAKE, &place, || {
            format!(
                "a stake of {} is too much; all together may have at most {MAX_TOTAL_STAKE}.",
                change.stake
            )
        })?;
    }
    Ok(())
}

/// A name people and charts can show.
pub(super) fn name(place: &str, name: &str) -> Checked {
    require(!name.is_empty(), place, || {
        "the name is empty; give one.".into()
    })?;
    require(name.len() <= MAX_NAME_BYTES, place, || {
        format!(
            "the name {} has {} bytes; at most {MAX_NAME_BYTES} fit. Shorten it.",
            quote(name),
            name.len()
        )
    })?;
    require(
        !name.chars().any(char::is_control) && name.trim() == name,
        place,
        || {
            format!(
                "the name {} has control characters, or blanks at an end; take them out.",
                quote(name)
            )
        },
    )
}

/// The twins must be validators, and their nodes must have names of their own.
pub(super) fn check_twins<'a>(twins: &'a [String], names: &mut Names<'a>) -> Checked {
    distinct("twins", twins, names)?;
    for (i, twin) in twins.iter().enumerate() {
        for node in [format!("{twin}'"), format!("'{twin}")] {
            require(!names.has(&node), &format!("twins[{i}]"), || {
                format!(
                    "a node of the twin {} is called {}, and so is a validator; rename that validator.",
                    quote(twin),
                    quote(&node)
                )
            })?;
        }
    }
    names.twins = twins.iter().map(String::as_str).collect();
    Ok(())
}
