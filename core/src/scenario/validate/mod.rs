//! Which scenarios can run. Everything that is impossible gets a sentence: what, where, which limit,
//! what to do. A scenario that passes here never makes the simulator overflow or loop at one instant.

mod adversary;
mod commands;
mod contracts;
mod faults;
mod network;
mod protocol;
mod text;
mod validators;

pub(crate) use text::quote;

use super::Scenario;
use crate::base::limits::{
    MAX_ACCOUNTS, MAX_BLOCK_GAS, MAX_DELAY, MAX_TIME, MAX_TITLE_BYTES, MAX_TX_PER_SECOND,
};
use crate::base::{Micros, SECOND};
use crate::model::{CheckSpec, ExecutionSpec, SEMANTICS, WorkloadSpec};
use crate::world::USERS;
use validators::Names;

/// The shape of scenario this build writes and reads.
pub const VERSION: u32 = 2;

/// Why a scenario cannot run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {sentence}")]
pub struct ScenarioError {
    /// Where, as in the file: `network.latency.uniform`.
    pub place: String,
    /// What is wrong, the limit and the remedy.
    pub sentence: String,
}

impl ScenarioError {
    pub(crate) fn new(place: impl Into<String>, sentence: impl Into<String>) -> Self {
        ScenarioError {
            place: place.into(),
            sentence: sentence.into(),
        }
    }
}

type Checked = Result<(), ScenarioError>;

/// Ends the check with a sentence about `place` unless `fine`.
fn require(fine: bool, place: &str, sentence: impl FnOnce() -> String) -> Checked {
    if fine {
        Ok(())
    } else {
        Err(ScenarioError::new(place, sentence()))
    }
}

/// # Errors
/// The first thing in `scenario` that cannot be.
pub fn validate(scenario: &Scenario) -> Result<(), ScenarioError> {
    versions(scenario.version, scenario.semantics)?;
    require(scenario.title.len() <= MAX_TITLE_BYTES, "title", || {
        format!(
            "the title has {} bytes; at most {MAX_TITLE_BYTES} are allowed. Shorten it.",
            scenario.title.len()
        )
    })?;
    let mut names = validators::check(&scenario.validators)?;
    validators::check_twins(&scenario.twins, &mut names)?;
    protocol::check(&scenario.protocol, &names)?;
    network::check(&scenario.network, &names)?;
    faults::check(&scenario.faults, &names)?;
    adversary::check(
        "adversary",
        &scenario.adversary,
        &scenario.protocol.name,
        &names,
    )?;
    workload(&scenario.workload)?;
    execution(&scenario.execution)?;
    checks(&scenario.checks)?;
    few(
        "accounts",
        scenario.accounts.len(),
        usize::from(USERS),
        "accounts",
    )?;
    for (i, owner) in scenario.accounts.iter().enumerate() {
        let place = format!("accounts[{i}]");
        require(owner.user < USERS, &format!("{place}.user"), || {
            format!(
                "there is no user account {}; give 0 to {}.",
                owner.user,
                USERS - 1
            )
        })?;
        commands::several(&format!("{place}.coins"), &owner.coins)?;
    }
    let modules = contracts::check(&scenario.contracts)?;
    commands::check(scenario, &names, &modules)
}

fn versions(version: u32, semantics: u32) -> Checked {
    require(version == VERSION, "version", || {
        if version > VERSION {
            format!(
                "this scenario has format {version} and was made by a newer ConsensusForge; this one \
                 reads formats up to {VERSION}. Open it with the newer one."
            )
        } else {
            format!("there is no format {version}; write {VERSION}.")
        }
    })?;
    require((1..=SEMANTICS).contains(&semantics), "semantics", || {
        if semantics > SEMANTICS {
            format!(
                "this scenario was made for semantics {semantics} of a newer ConsensusForge; this one \
                     knows {SEMANTICS}. Open it with the newer one, or write {SEMANTICS} and \
                     accept a different run."
            )
        } else {
            format!("there is no semantics version {semantics}; write {SEMANTICS}.")
        }
    })
}

fn workload(workload: &WorkloadSpec) -> Checked {
    rate("workload.tx_per_second", workload.tx_per_second)?;
    let accounts = usize::from(workload.accounts);
    require(
        (2..=MAX_ACCOUNTS).contains(&accounts),
        "workload.accounts",
        || format!("{accounts} accounts cannot send to one another; give 2 to {MAX_ACCOUNTS}."),
    )
}

fn rate(place: &str, tx_per_second: u32) -> Checked {
    require(tx_per_second <= MAX_TX_PER_SECOND, place, || {
        format!(
            "{tx_per_second} transactions a second are too many; at most {MAX_TX_PER_SECOND} can be \
             generated. Give a smaller number."
        )
    })
}

fn execution(execution: &ExecutionSpec) -> Checked {
    let ExecutionSpec {
        block_gas,
        gas_per_second,
        ..
    } = *execution;
    require(
        (1..=MAX_BLOCK_GAS).contains(&block_gas),
        "execution.block_gas",
        || format!("{block_gas} is not a possible block gas; give 1 to {MAX_BLOCK_GAS}."),
    )?;
    // A full block must be executed within the longest delay the simulator can write down.
    let slowest = block_gas.div_ceil(MAX_DELAY / SECOND);
    require(
        gas_per_second == 0 || gas_per_second >= slowest,
        "execution.gas_per_second",
        || {
            format!(
                "at {gas_per_second} gas a second a full block takes more than an hour; give at \
                 least {slowest}, or 0 for execution that takes no time."
            )
        },
    )
}

fn checks(checks: &CheckSpec) -> Checked {
    require(
        (1..=MAX_TIME).contains(&checks.stall_after_us),
        "checks.stall_after_us",
        || {
            format!(
                "a chain cannot count as stalled after {}; give {} to {}.",
                text::time(checks.stall_after_us),
                text::time(1),
                text::time(MAX_TIME)
            )
        },
    )
}

/// A span that may be 0.
fn delay(place: &str, us: Micros) -> Checked {
    require(us <= MAX_DELAY, place, || {
        format!(
            "{} is longer than the longest delay, {}. Give a shorter one.",
            text::time(us),
            text::time(MAX_DELAY)
        )
    })
}

/// A span that may not be 0, because something would then repeat forever at one instant.
fn pause(place: &str, us: Micros) -> Checked {
    require(us > 0, place, || {
        "0 would let the chain run forever at one instant; give at least 1 (microsecond).".into()
    })?;
    delay(place, us)
}

/// A point in simulated time.
fn instant(place: &str, us: Micros) -> Checked {
    require(us <= MAX_TIME, place, || {
        format!(
            "{} is beyond the end of simulated time, {}. Give an earlier instant.",
            text::time(us),
            text::time(MAX_TIME)
        )
    })
}

/// An end that must come after its beginning.
fn span(place: &str, from: Micros, until: Option<Micros>) -> Checked {
    let Some(until) = until else { return Ok(()) };
    instant(place, until)?;
    require(until > from, place, || {
        format!(
            "it ends at {}, which is not after its beginning at {}. Give a later end.",
            text::time(until),
            text::time(from)
        )
    })
}

fn few(place: &str, count: usize, most: usize, what: &str) -> Checked {
    require(count <= most, place, || {
        format!("{count} {what} are too many; at most {most} are allowed. Remove some.")
    })
}

fn known(place: &str, name: &str, names: &Names) -> Checked {
    require(names.has(name), place, || {
        format!(
            "there is no validator {}; there are {}.",
            quote(name),
            names.list()
        )
    })
}

/// A validator, or either node of a twin.
fn known_node(place: &str, name: &str, names: &Names) -> Checked {
    require(names.has_node(name), place, || {
        let bare = name.trim_matches('\'');
        if names.has(bare) && bare != name {
            return format!(
                "{} names one node of a twin, and {} is none; `twins` lists them.",
                quote(name),
                quote(bare)
            );
        }
        format!(
            "there is no validator {}; there are {}.",
            quote(name),
            names.list()
        )
    })
}

/// Known nodes, each once.
fn distinct_nodes(place: &str, listed: &[String], names: &Names) -> Checked {
    let mut seen = std::collections::BTreeSet::new();
    for (i, name) in listed.iter().enumerate() {
        let place = format!("{place}[{i}]");
        known_node(&place, name, names)?;
        require(seen.insert(name), &place, || {
            format!("{} is named twice; name it once.", quote(name))
        })?;
    }
    Ok(())
}

fn all_known(place: &str, listed: &[String], names: &Names) -> Checked {
    for (i, name) in listed.iter().enumerate() {
        known(&format!("{place}[{i}]"), name, names)?;
    }
    Ok(())
}

/// Known names, each once.
fn distinct(place: &str, listed: &[String], names: &Names) -> Checked {
    all_known(place, listed, names)?;
    let mut seen = std::collections::BTreeSet::new();
    for (i, name) in listed.iter().enumerate() {
        require(seen.insert(name), &format!("{place}[{i}]"), || {
            format!("{} is listed twice; list it once.", quote(name))
        })?;
    }
    Ok(())
}
