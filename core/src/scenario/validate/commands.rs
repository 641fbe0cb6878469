//! What is done while a run goes on.

use super::text::time;
use super::{
    Checked, Names, adversary, delay, faults, few, instant, known_node, network, pause, quote,
    rate, require, validators,
};
use crate::base::digest::from_hex;
use crate::base::limits::{MAX_CALL_BYTES, MAX_COMMANDS, MAX_DENOMS, MAX_LABEL_BYTES};
use crate::consensus::registry::PROTOCOLS;
use crate::ledger::validity::check_denom;
use crate::model::{CoinSpec, Command, CopySpec, InputSpec, Scenario, SubmitSpec};
use crate::world::{UNSIGNED_KINDS, USERS, named_address};
use std::collections::BTreeSet;

pub(super) fn check(scenario: &Scenario, names: &Names, modules: &BTreeSet<&str>) -> Checked {
    let commands = &scenario.commands;
    few("commands", commands.len(), MAX_COMMANDS, "commands")?;
    let mut before = 0;
    for (i, timed) in commands.iter().enumerate() {
        let place = format!("commands[{i}]");
        let at = format!("{place}.at_us");
        instant(&at, timed.at_us)?;
        require(timed.at_us >= before, &at, || {
            format!(
                "this command at {} follows one at {}; sort them by time.",
                time(timed.at_us),
                time(before)
            )
        })?;
        before = timed.at_us;
        let place = format!("{place}.command");
        if let Some((what, message)) = timed.command.target_copy() {
            copy(&format!("{place}.{what}"), message, scenario, names)?;
        }
        command(&place, &timed.command, scenario, names, modules)?;
    }
    Ok(())
}

fn command(
    place: &str,
    command: &Command,
    scenario: &Scenario,
    names: &Names,
    modules: &BTreeSet<&str>,
) -> Checked {
    match command {
        Command::SetLatency(latency) => {
            network::latency(&format!("{place}.set_latency"), latency, names)
        }
        Command::SetLoss { ppm } => network::share(&format!("{place}.set_loss.ppm"), *ppm),
        Command::SetDuplicate { ppm } => {
            network::share(&format!("{place}.set_duplicate.ppm"), *ppm)
        }
        Command::SetReorder { ppm, by_us } => {
            network::share(&format!("{place}.set_reorder.ppm"), *ppm)?;
            delay(&format!("{place}.set_reorder.by_us"), *by_us)
        }
        Command::SetBlockInterval { us } => pause(&format!("{place}.set_block_interval.us"), *us),
        Command::SetWorkload { tx_per_second } => rate(
            &format!("{place}.set_workload.tx_per_second"),
            *tx_per_second,
        ),
        Command::SetCrashed { count } => {
            faults::crashed(&format!("{place}.set_crashed.count"), *count, names)
        }
        Command::Crash { validator } => {
            known_node(&format!("{place}.crash.validator"), validator, names)
        }
        Command::Restart { validator } => {
            known_node(&format!("{place}.restart.validator"), validator, names)
        }
        Command::SetAdversary(spec) => {
            let place = format!("{place}.set_adversary");
            adversary::check(&place, spec, &scenario.protocol.name, names)
        }
        Command::Partition(cut) => network::cut(&format!("{place}.partition"), cut, names),
        Command::Heal => Ok(()),
        Command::Submit {
            from,
            action,
            gas_limit,
        } => {
            let place = format!("{place}.submit");
            account(&format!("{place}.from"), *from)?;
            gas(
                &format!("{place}.gas_limit"),
                *gas_limit,
                scenario.execution.block_gas,
            )?;
            submit(&format!("{place}.action"), action, modules)
        }
        Command::SubmitTwice {
            from,
            first,
            second,
        } => {
            let place = format!("{place}.submit_twice");
            account(&format!("{place}.from"), *from)?;
            submit(&format!("{place}.first"), first, modules)?;
            submit(&format!("{place}.second"), second, modules)?;
            require(first != second, &format!("{place}.second"), || {
                "both transactions are the same; give the second another action.".into()
            })
        }
        Command::ChangeValidators { changes } => {
            let place = format!("{place}.change_validators.changes");
            validators::changes(&place, changes, names)
        }
        Command::Drop(_) | Command::DeliverNow(_) => Ok(()),
        Command::Delay { by_us, .. } => pause(&format!("{place}.delay.by_us"), *by_us),
        Command::Duplicate { after_us, .. } => {
            delay(&format!("{place}.duplicate.after_us"), *after_us)
        }
        Command::Isolate { validator } => {
            known_node(&format!("{place}.isolate.validator"), validator, names)
        }
        Command::Restore { validator } => {
            known_node(&format!("{place}.restore.validator"), validator, names)
        }
    }
}

/// Both ends exist and the protocol, or its nodes' chatter, has this kind.
fn copy(place: &str, message: &CopySpec, scenario: &Scenario, names: &Names) -> Checked {
    for (field, node) in [("from", &message.from), ("to", &message.to)] {
        known_node(&format!("{place}.{field}"), node, names)?;
    }
    let own = PROTOCOLS
        .iter()
        .filter(|p| p.info.name == scenario.protocol.name)
        .flat_map(|p| p.info.kinds.iter().map(|k| k.name));
    let mut kinds: Vec<&str> = own.chain(UNSIGNED_KINDS).collect();
    let there = kinds.contains(&message.kind.as_str());
    require(there, &format!("{place}.kind"), || {
        kinds.dedup();
        format!(
            "there is no kind of message {}; there are {}.",
            quote(&message.kind),
            kinds.join(", ")
        )
    })
}

fn account(place: &str, index: u16) -> Checked {
    require(index < USERS, place, || {
        format!("there is no user account {index}; give 0 to {}.", USERS - 1)
    })
}

fn gas(place: &str, limit: Option<u64>, block_gas: u64) -> Checked {
    require(limit.is_none_or(|limit| limit <= block_gas), place, || {
        format!(
            "a gas limit of {} is above the {block_gas} that a block may use, so no block could contain the \
             transaction. Lower it, or raise `execution.block_gas`.",
            limit.unwrap_or_default()
        )
    })
}

fn submit(place: &str, action: &SubmitSpec, modules: &BTreeSet<&str>) -> Checked {
    match action {
        SubmitSpec::Transfer { to, .. } => account(&format!("{place}.transfer.to"), *to),
        SubmitSpec::Deploy {
            contract,
            input: given,
        } => {
            require(
                modules.contains(contract.as_str()),
                &format!("{place}.deploy.contract"),
                || {
                    format!(
                        "there is no contract {} in `contracts`; add it there first.",
                        quote(contract)
                    )
                },
            )?;
            input(&format!("{place}.deploy.input"), given)
        }
        SubmitSpec::Call { input: given, .. } => input(&format!("{place}.call.input"), given),
        SubmitSpec::Send { to, coins } => {
            address(&format!("{place}.send.to"), to)?;
            several(&format!("{place}.send.coins"), coins)
        }
        SubmitSpec::Store { contract } => {
            let at = format!("{place}.store.contract");
            require(modules.contains(contract.as_str()), &at, || {
                format!(
                    "there is no contract {} in `contracts`; add it there first.",
                    quote(contract)
                )
            })
        }
        SubmitSpec::Instantiate {
            msg,
            funds,
            label,
            admin,
            salt,
            ..
        } => {
            let place = format!("{place}.instantiate");
            input(&format!("{place}.msg"), msg)?;
            several(&format!("{place}.funds"), funds)?;
            require(
                label.len() <= MAX_LABEL_BYTES,
                &format!("{place}.label"),
                || format!("a label has at most {MAX_LABEL_BYTES} bytes. Shorten it."),
            )?;
            if let Some(salt) = salt {
                input(&format!("{place}.salt"), salt)?;
            }
            match admin {
                Some(admin) => address(&format!("{place}.admin"), admin),
                None => Ok(()),
            }
        }
        SubmitSpec::Execute {
            contract,
            msg,
            funds,
        } => {
            let place = format!("{place}.execute");
            address(&format!("{place}.contract"), contract)?;
            input(&format!("{place}.msg"), msg)?;
            several(&format!("{place}.funds"), funds)
        }
        SubmitSpec::Migrate { contract, msg, .. } => {
            let place = format!("{place}.migrate");
            address(&format!("{place}.contract"), contract)?;
            input(&format!("{place}.msg"), msg)
        }
        SubmitSpec::SetAdmin { contract, admin } => {
            let place = format!("{place}.set_admin");
            address(&format!("{place}.contract"), contract)?;
            match admin {
                Some(admin) => address(&format!("{place}.admin"), admin),
                None => Ok(()),
            }
        }
    }
}

fn address(place: &str, text: &str) -> Checked {
    named_address(text)
        .map(|_| ())
        .map_err(|why| super::ScenarioError::new(place, format!("{why}.")))
}

/// Coins in any order; one of nothing is left out later.
pub(super) fn several(place: &str, coins: &[CoinSpec]) -> Checked {
    few(place, coins.len(), MAX_DENOMS, "coins")?;
    for (i, coin) in coins.iter().enumerate() {
        let place = format!("{place}[{i}].denom");
        check_denom(&coin.denom)
            .map_err(|why| super::ScenarioError::new(place.as_str(), format!("{why}.")))?;
        require(
            coins[..i].iter().all(|other| other.denom != coin.denom),
            &place,
            || {
                format!(
                    "{} is listed twice; add the two amounts.",
                    quote(&coin.denom)
                )
            },
        )?;
    }
    Ok(())
}

fn input(place: &str, input: &InputSpec) -> Checked {
    let bytes = match input {
        InputSpec::Text(text) => text.len(),
        InputSpec::Hex(hex) => from_hex(hex)
            .map_err(|e| super::ScenarioError::new(format!("{place}.hex"), format!("{e}.")))?
            .len(),
    };
    require(bytes <= MAX_CALL_BYTES, place, || {
        format!(
            "an input of {bytes} bytes is too long; at most {MAX_CALL_BYTES} are allowed. Shorten it."
        )
    })
}
