//! Addresses in sentences and keys, as whose they are.

use super::people::NAMES;
use crate::state::contracts::ContractState;
use crate::words;
use consensusforge_core::session::view::ContractView;
use leptos::prelude::*;

/// What contracts read addresses as begins so.
const PREFIX: &str = "forge1";
/// Digits of an address in hex.
const DIGITS: usize = 64;

/// A text with known addresses replaced by names: `to=Alice`.
pub fn named(contracts: ContractState, text: &str) -> String {
    let mut text = text.to_owned();
    if !text.contains(PREFIX) && text.len() < DIGITS {
        return text;
    }
    contracts.ledger.with_untracked(|l| {
        text = words::with_fee_accounts(&text, &l.fee_accounts);
        for ((bech32, hex), name) in l.people.iter().zip(NAMES) {
            text = text.replace(bech32, name).replace(hex, name);
        }
        for contract in &l.contracts {
            let name = display_name(contract, &l.contracts);
            text = text
                .replace(&contract.bech32, &name)
                .replace(&contract.address, &name);
        }
    });
    text
}

/// The address of a person or deployed contract of this name, in any case of letters; other text stays.
pub fn resolve(contracts: ContractState, text: &str) -> String {
    let wanted = text.trim().to_lowercase();
    contracts.ledger.with_untracked(|l| {
        let people = l.people.iter().zip(NAMES);
        let mut people = people.filter(|(_, name)| name.to_lowercase() == wanted);
        if let Some(((bech32, _), _)) = people.next() {
            return bech32.clone();
        }
        let mut found = l
            .contracts
            .iter()
            .filter(|c| display_name(c, &l.contracts).to_lowercase() == wanted);
        found
            .next()
            .map_or_else(|| text.to_owned(), |c| c.bech32.clone())
    })
}

/// What a transaction does, with the short forms of addresses in it replaced by names.
pub fn describe_action(contracts: ContractState, what: &str) -> String {
    let mut text = what.to_owned();
    for (number, name) in NAMES.iter().enumerate() {
        text = text
            .replace(&format!("user:{number}"), name)
            .replace(&format!("to user {}", number + 1), &format!("to {name}"));
    }
    contracts.ledger.with_untracked(|l| {
        for ((bech32, hex), name) in l.people.iter().zip(NAMES) {
            for address in [bech32, hex] {
                text = text.replace(&format!("…{}", words::end(address)), name);
            }
        }
        for contract in &l.contracts {
            let name = display_name(contract, &l.contracts);
            for address in [&contract.bech32, &contract.address] {
                text = text.replace(&format!("…{}", words::end(address)), &name);
            }
            let by_hex = format!("call of {} ", words::short(&contract.address));
            text = text.replace(&by_hex, &format!("call of {name} "));
        }
    });
    text
}

/// A contract's name; with the end of its address where another is called the same.
fn display_name(contract: &ContractView, all: &[ContractView]) -> String {
    if all.iter().filter(|c| c.name == contract.name).count() > 1 {
        return format!("{} …{}", contract.name, words::end(&contract.bech32));
    }
    contract.name.clone()
}
