//! What `contract run` prints.

use super::names::Names;
use consensusforge_core::base::digest::to_hex;
use consensusforge_core::ledger::{CallTree, Event, Receipt};
use consensusforge_core::types::bech32;
use consensusforge_core::vm::gas::GasUse;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Serialize, JsonSchema)]
pub struct RunReport {
    pub codes: Vec<CodeRow>,
    /// One for each of the script, in its order.
    pub steps: Vec<StepRow>,
    /// How many of them failed.
    pub failed: usize,
    /// The script's accounts as they are at the end.
    pub accounts: Vec<Party>,
    /// All contracts there are at the end, also those that contracts made.
    pub contracts: Vec<Party>,
    /// Digest of everything at the end.
    pub state_root: String,
}

/// A stored module.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CodeRow {
    pub code_id: u64,
    pub file: String,
    pub sha256: String,
    pub bytes: u64,
    /// Of storing it.
    pub gas_used: u64,
}

/// The result of a step.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct StepRow {
    /// Its place in the script, from 0.
    pub step: usize,
    /// `instantiate`, `execute`, ...
    pub what: String,
    pub ok: bool,
    /// Why it failed. Nothing of what it did remains, but its block and its sender's count of transactions.
    pub error: Option<String>,
    /// Of the chain behind it.
    pub height: u64,
    /// Address of the contract an `instantiate` made.
    pub contract: Option<String>,
    /// What the contract answered: JSON where it is JSON, else text where it is text, else null.
    pub answer: Value,
    /// The same in hex; null when it answered nothing.
    pub answer_hex: Option<String>,
    pub gas_used: u64,
    pub gas: Gas,
    pub events: Vec<EventRow>,
    /// Storage that changed.
    pub storage: Vec<StorageRow>,
    /// Calls, messages and replies, with the gas of each.
    pub calls: Option<CallRow>,
    /// What a contract said for its developer while it was asked; of other steps see `calls`.
    pub log: Vec<String>,
    /// Digest of everything behind the step.
    pub state_root: String,
}

/// Gas by what it was spent on; adds up to `gas_used`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Gas {
    /// Signature and bytes: known before anything runs.
    pub transaction: u64,
    /// The contracts' part by category; what is zero is left out.
    pub contract: BTreeMap<String, u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct EventRow {
    #[serde(rename = "type")]
    pub kind: String,
    pub attributes: Vec<AttributeRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct AttributeRow {
    pub key: String,
    pub value: String,
}

/// A value before and after, in hex; null is absent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StorageRow {
    pub contract: String,
    pub key_hex: String,
    pub before_hex: Option<String>,
    pub after_hex: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CallRow {
    /// `execute`, `send`, `reply`, ...
    pub what: String,
    /// The contract it went to: its name in the script, or its address.
    pub to: Option<String>,
    pub gas_limit: u64,
    /// With what followed.
    pub gas_used: u64,
    /// Of a reply: the contract's number of the message.
    pub reply_to: Option<u64>,
    /// Why it failed and was undone.
    pub failed: Option<String>,
    /// What the contract said for its developer.
    pub log: Vec<String>,
    pub children: Vec<CallRow>,
    /// Further ones that were not kept.
    pub omitted: u64,
}

/// An account or a contract.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Party {
    /// Its name in the script.
    pub name: Option<String>,
    pub address: String,
    /// The address as contracts of the own ABI write it.
    pub hex: String,
    /// Amounts by denomination.
    pub balances: BTreeMap<String, String>,
    /// Of a contract.
    pub code_id: Option<u64>,
    pub admin: Option<String>,
    pub label: Option<String>,
}

impl Gas {
    pub fn of(transaction: u64, contract: &GasUse) -> Gas {
        let parts = serde_json::to_value(contract).unwrap_or_default();
        let parts: BTreeMap<String, u64> = serde_json::from_value(parts).unwrap_or_default();
        Gas {
            transaction,
            contract: parts.into_iter().filter(|(_, gas)| *gas > 0).collect(),
        }
    }
}

impl StepRow {
    pub fn of(receipt: &Receipt, names: &Names) -> StepRow {
        let mut row = StepRow {
            contract: receipt.created.as_ref().map(bech32::encode),
            gas_used: receipt.gas_used,
            gas: Gas::of(receipt.gas.transaction, &receipt.gas.contract),
            events: receipt.events.iter().map(EventRow::of).collect(),
            storage: receipt
                .storage
                .iter()
                .map(|change| StorageRow {
                    contract: bech32::encode(&change.contract),
                    key_hex: to_hex(&change.key),
                    before_hex: change.before.as_deref().map(to_hex),
                    after_hex: change.after.as_deref().map(to_hex),
                })
                .collect(),
            calls: receipt.calls.as_ref().map(|tree| CallRow::of(tree, names)),
            ..StepRow::default()
        };
        match &receipt.result {
            Ok(answer) => row.answered(answer),
            Err(why) => row.error = Some(why.clone()),
        }
        row
    }

    pub fn answered(&mut self, answer: &[u8]) {
        if answer.is_empty() {
            return;
        }
        self.answer = serde_json::from_slice(answer).unwrap_or_else(|_| {
            // A text that is no JSON stands as it is.
            std::str::from_utf8(answer).map_or(Value::Null, Value::from)
        });
        self.answer_hex = Some(to_hex(answer));
    }
}

impl EventRow {
    fn of(event: &Event) -> EventRow {
        let event = event.to_typed();
        let attributes = event.attributes.into_iter();
        EventRow {
            kind: event.kind,
            attributes: attributes
                .map(|(key, value)| AttributeRow { key, value })
                .collect(),
        }
    }
}

impl CallRow {
    fn of(tree: &CallTree, names: &Names) -> CallRow {
        CallRow {
            what: tree.what.into(),
            to: tree.to.map(|to| {
                names
                    .of(&to)
                    .map_or_else(|| bech32::encode(&to), str::to_owned)
            }),
            gas_limit: tree.gas_limit,
            gas_used: tree.gas_used,
            reply_to: tree.reply_to,
            failed: tree.failed.clone(),
            log: tree.log.clone(),
            children: tree
                .children
                .iter()
                .map(|c| CallRow::of(c, names))
                .collect(),
            omitted: tree.omitted,
        }
    }
}
