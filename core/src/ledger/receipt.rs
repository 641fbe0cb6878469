//! What came of a transaction. Receipts are for people; the state root does not cover them.

use crate::base::Hash;
use crate::types::{Address, bech32};
use crate::vm;
use crate::vm::gas::GasUse;
use std::sync::Arc;

/// The outcome of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// [`crate::types::SignedTransaction::id`].
    pub tx: Hash,
    /// A contract's answer (empty for a transfer), or a sentence saying what failed. A failed
    /// transaction left nothing but its fee and its nonce.
    pub result: Result<Vec<u8>, String>,
    /// Gas paid for, at most the transaction's limit.
    pub gas_used: u64,
    /// Gas by category, with the tree of calls.
    pub gas: GasReport,
    /// In the order emitted; none when the transaction failed.
    pub events: Vec<Event>,
    /// Where a successful deployment or instantiation put its contract.
    pub created: Option<Address>,
    /// The id of code that was stored.
    pub code_id: Option<u64>,
    /// Calls, messages and replies, with the gas of each; none for what never reached a contract.
    pub calls: Option<CallTree>,
    /// Storage keys whose value changed, in the order first written; none when it failed.
    pub storage: Vec<StorageChange>,
}

/// `gas_used` by what it was spent on; the parts add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GasReport {
    /// Signature, bytes, upload, transfer: known before anything runs ([`super::prices`]).
    pub transaction: u64,
    /// Burnt by the contract.
    pub contract: GasUse,
}

/// Something announced while a transaction ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// In a contract's own words, often text (own ABI).
    Said {
        /// The contract.
        contract: Address,
        /// Its bytes.
        data: Vec<u8>,
    },
    /// With a type and attributes: by a CosmWasm contract, or by the chain about a message.
    Typed(vm::Event),
}

impl Event {
    /// As contracts read events.
    #[must_use]
    pub fn to_typed(&self) -> vm::Event {
        match self {
            Event::Typed(event) => event.clone(),
            Event::Said { contract, data } => vm::Event::new(
                "wasm",
                &[
                    ("_contract_address", &bech32::encode(contract)),
                    ("said", &String::from_utf8_lossy(data)),
                ],
            ),
        }
    }
}

/// A call or message and what followed from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallTree {
    /// `call`, `deploy`, `send`, `execute`, `instantiate`, `reply`, ...
    pub what: &'static str,
    /// The contract it went to.
    pub to: Option<Address>,
    /// Gas it was allowed.
    pub gas_limit: u64,
    /// All of it, with what followed.
    pub gas_used: u64,
    /// Its own part, without what followed.
    pub gas: GasUse,
    /// For a reply: the contract's number of the message it answers to.
    pub reply_to: Option<u64>,
    /// What the contract wrote for whoever debugs it; no part of consensus.
    pub log: Vec<String>,
    /// Why it failed and was undone.
    pub failed: Option<String>,
    /// Messages and replies, in order.
    pub children: Vec<CallTree>,
    /// Further ones that are not kept: a receipt holds so many.
    pub omitted: u64,
}

/// Children one node of a tree keeps.
const MAX_CHILDREN: usize = 64;
/// Levels of a tree. Calls nest ten times as deep, and whoever draws, writes or drops a tree recurses: in a
/// browser's small stack, and in JSON, whose readers stop at 128 levels.
const MAX_TREE_DEPTH: usize = 50;

impl CallTree {
    /// A call that has used nothing yet.
    #[must_use]
    pub fn new(what: &'static str, gas_limit: u64) -> Self {
        CallTree {
            what,
            to: None,
            gas_limit,
            gas_used: 0,
            gas: GasUse::default(),
            reply_to: None,
            log: Vec::new(),
            failed: None,
            children: Vec::new(),
            omitted: 0,
        }
    }

    pub(super) fn spend(&mut self, used: u64, gas: &GasUse) {
        self.gas_used = self.gas_used.saturating_add(used);
        self.gas.merge(gas);
    }

    /// Takes in what a message or reply did, `depth` below the root.
    pub(super) fn adopt(&mut self, child: CallTree, depth: usize) {
        self.gas_used = self.gas_used.saturating_add(child.gas_used);
        if self.children.len() < MAX_CHILDREN && depth < MAX_TREE_DEPTH {
            self.children.push(child);
        } else {
            self.omitted = self.omitted.saturating_add(1).saturating_add(child.omitted);
            // What it spent still counts, here.
            self.gas.merge(&child.total());
        }
    }

    /// All gas by category, with what followed.
    #[must_use]
    pub fn total(&self) -> GasUse {
        let mut total = self.gas;
        for child in &self.children {
            total.merge(&child.total());
        }
        total
    }
}

/// One key of a contract's storage before and after a transaction; `None` is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageChange {
    /// Address of the contract.
    pub contract: Address,
    /// The key.
    pub key: Arc<[u8]>,
    /// The value before; `None`: there was none.
    pub before: Option<Arc<[u8]>>,
    /// The value after; `None`: it was removed.
    pub after: Option<Arc<[u8]>>,
}
