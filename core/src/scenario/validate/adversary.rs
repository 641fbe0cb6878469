//! Who lies and how.

use super::validators::name;
use super::{
    Checked, Names, delay, distinct, distinct_nodes, few, instant, known_node, quote, require,
};
use crate::base::limits::MAX_PUPPET_LINES;
use crate::consensus::registry::{PROTOCOLS, find};
use crate::model::{AdversarySpec, PuppetLine, StrategySpec, ValueSpec, Who};
use crate::world::USERS;
use std::collections::BTreeSet;

pub(super) fn check(
    place: &str,
    adversary: &AdversarySpec,
    protocol: &str,
    names: &Names,
) -> Checked {
    let nobody = match &adversary.who {
        Who::Count(count) => *count == 0,
        Who::Names(listed) => listed.is_empty(),
    };
    if !nobody {
        supported(place, &adversary.strategy, protocol)?;
    }
    match &adversary.who {
        Who::Count(count) => {
            require(
                usize::from(*count) <= names.count(),
                &format!("{place}.who.count"),
                || {
                    format!(
                        "{count} Byzantine validators are more than there are; give at most {}.",
                        names.count()
                    )
                },
            )?;
        }
        Who::Names(listed) => distinct(&format!("{place}.who.names"), listed, names)?,
    }
    match &adversary.strategy {
        StrategySpec::Delay { by_us } => delay(&format!("{place}.strategy.delay.by_us"), *by_us),
        StrategySpec::Puppet { script } => {
            let at = format!("{place}.strategy.puppet.script");
            few(&at, script.len(), MAX_PUPPET_LINES, "lines of a script")?;
            for (i, line) in script.iter().enumerate() {
                let at = format!("{at}[{i}]");
                speaker(&at, line, &adversary.who)?;
                puppet_line(&at, line, names)?;
            }
            Ok(())
        }
        StrategySpec::Censor { users } => {
            let at = format!("{place}.strategy.censor.users");
            few(&at, users.len(), usize::from(USERS), "users")?;
            require(users.iter().all(|u| *u < USERS), &at, || {
                format!("user accounts are 0 to {}.", USERS - 1)
            })
        }
        StrategySpec::Coalition
        | StrategySpec::Silent
        | StrategySpec::WrongRoot
        | StrategySpec::WrongAnswers
        | StrategySpec::Amnesia => Ok(()),
    }
}

/// What a strategy needs of the protocol must be there: it never does something else instead.
fn supported(place: &str, strategy: &StrategySpec, protocol: &str) -> Checked {
    let Some(facts) = find(protocol) else {
        return Ok(());
    };
    let powers = facts.powers;
    let (name, there, lacks) = match strategy {
        StrategySpec::Coalition => (
            "coalition",
            powers.equivocate,
            "there is no second proposal to be made in it",
        ),
        StrategySpec::Amnesia => ("amnesia", powers.forget_lock, "it has no lock to forget"),
        StrategySpec::WrongRoot | StrategySpec::WrongAnswers => (
            "wrong_root",
            powers.accept_invalid,
            "a validator whose state is wrong cannot keep up in it",
        ),
        StrategySpec::Puppet { .. } => {
            ("puppet", powers.compose, "its messages cannot be scripted")
        }
        StrategySpec::Silent | StrategySpec::Delay { .. } | StrategySpec::Censor { .. } => {
            return Ok(());
        }
    };
    require(there, &format!("{place}.strategy"), || {
        format!(
            "{} does not support the strategy `{name}`: {lacks}. Choose another strategy or another \
             protocol.",
            facts.info.title
        )
    })
}

/// A script signs with the keys of its puppets, so these must be named and be Byzantine.
fn speaker(place: &str, line: &PuppetLine, who: &Who) -> Checked {
    require(
        matches!(who, Who::Names(names) if names.contains(&line.from)
            || names.iter().any(|n| n == line.from.trim_matches('\''))),
        &format!("{place}.from"),
        || {
            format!(
                "{} sends messages in the script but is not among the Byzantine validators; list it in \
                 `who.names`.",
                quote(&line.from)
            )
        },
    )
}

fn puppet_line(place: &str, line: &PuppetLine, names: &Names) -> Checked {
    instant(&format!("{place}.at_us"), line.at_us)?;
    known_node(&format!("{place}.from"), &line.from, names)?;
    require(!line.to.is_empty(), &format!("{place}.to"), || {
        "the message has no receiver; name at least one validator.".into()
    })?;
    distinct_nodes(&format!("{place}.to"), &line.to, names)?;
    kind(&format!("{place}.kind"), &line.kind)?;
    height(&format!("{place}.height"), line.height)?;
    match &line.value {
        ValueSpec::Nil => Ok(()),
        ValueSpec::Block(label) => name(&format!("{place}.value.block"), label),
        ValueSpec::InvalidBlock(label) => name(&format!("{place}.value.invalid_block"), label),
        ValueSpec::BlockOn {
            label, height: h, ..
        } => {
            name(&format!("{place}.value.block_on.label"), label)?;
            match h {
                0 => Ok(()),
                1.. => height(&format!("{place}.value.block_on.height"), *h),
            }
        }
        ValueSpec::Proposed { height: h, .. } => {
            height(&format!("{place}.value.proposed.height"), *h)
        }
    }
}

fn kind(place: &str, name: &str) -> Checked {
    let kinds: BTreeSet<&str> = PROTOCOLS
        .iter()
        .flat_map(|p| p.info.kinds.iter().map(|k| k.name))
        .collect();
    require(kinds.contains(name), place, || {
        let there_are: Vec<String> = kinds.iter().map(|k| quote(k)).collect();
        format!(
            "there is no kind of message {}; there are: {}.",
            quote(name),
            there_are.join(", ")
        )
    })
}

fn height(place: &str, height: u64) -> Checked {
    // Traces keep heights in 32 bits.
    require((1..=u64::from(u32::MAX)).contains(&height), place, || {
        format!("there is no height {height}; give 1 to {}.", u32::MAX)
    })
}
