//! Modules, contracts, and the results of transactions.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An uploaded or built-in module.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ModuleView {
    /// The name that commands use.
    pub name: String,
    /// SHA-256 of the file in hex.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// What it does, in one line.
    pub summary: String,
    /// Its WAT, where there is one to show.
    pub wat: Option<String>,
    /// One of the sample contracts.
    pub builtin: bool,
    /// Calls to try, as text.
    pub examples: Vec<String>,
}

/// A deployed contract as one validator sees it.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ContractView {
    /// In hex.
    pub address: String,
    /// The same as CosmWasm contracts and people write it.
    pub bech32: String,
    /// What its code is called, or the line it was made with.
    pub name: String,
    /// SHA-256 of its code in hex.
    pub code: String,
    /// Native units it owns, in decimal.
    pub balance: String,
    /// Key and value in hex, at most 256 entries.
    pub storage: Vec<(String, String)>,
    /// How many entries there are.
    pub storage_entries: u64,
}

/// The result of a user's transaction, by the first honest validator that executed it.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ReceiptView {
    /// Id of the transaction in hex.
    pub tx: String,
    /// `pending`, `ok` or `failed`.
    pub status: String,
    /// What it does, in words.
    pub what: String,
    /// The block that contains it; `None` while it waits.
    pub height: Option<u64>,
    /// When it was handed in, microseconds.
    pub submitted_us: u64,
    /// What its sender allowed; none where only what it used is known.
    pub gas_limit: Option<u64>,
    /// Gas used.
    pub gas_used: u64,
    /// The same by category.
    pub gas_by: Vec<(String, u64)>,
    /// Calls, messages and replies, each with all that follows from it before the next.
    pub calls: Vec<CallView>,
    /// Further ones.
    pub calls_omitted: u64,
    /// Output bytes in hex, or the error's sentence.
    pub output: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// Events in words, in order.
    pub events: Vec<String>,
    /// Contract made by a deployment.
    pub created: Option<String>,
    /// (contract, key, before, after) in hex.
    pub changes: Vec<(String, String, Option<String>, Option<String>)>,
    /// Validators that executed it, with the state root of the block: (name, root).
    pub roots: Vec<(String, String)>,
}

/// A call, message or reply of a transaction.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct CallView {
    /// Of how many others it is a part: 0 for the transaction's own.
    pub depth: u32,
    /// `execute`, `instantiate`, `send`, `reply`, ...
    pub what: String,
    /// The contract it went to: what its code is called, and its address.
    pub to: Option<(String, String)>,
    /// Gas it was allowed.
    pub gas_limit: u64,
    /// With all that followed.
    pub gas_used: u64,
    /// Its own part by category.
    pub gas_by: Vec<(String, u64)>,
    /// Of a reply: the number of the message it answers to.
    pub reply_to: Option<u64>,
    /// Why it failed and was undone.
    pub failed: Option<String>,
    /// What the contract wrote for whoever debugs it.
    pub log: Vec<String>,
}

/// Result of a read-only call.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ViewResult {
    /// Output bytes in hex.
    pub output: Option<String>,
    /// Why there is no output.
    pub error: Option<String>,
    /// Gas used; nobody pays for it.
    pub gas_used: u64,
}

/// What a module is, as its admission found.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct CardView {
    /// SHA-256 in hex.
    pub code: String,
    /// Size of the file.
    pub bytes: u64,
    /// The contract interface it speaks, and the export by which it says so.
    pub abi: String,
    /// The export by which it says which interface it speaks.
    pub marker: String,
    /// The strictest set of rules that admits it: `strict` or `modern`.
    pub profile: String,
    /// What the chain calls of it.
    pub entries: Vec<String>,
    /// What it says it needs of the chain.
    pub capabilities: Vec<String>,
    /// The version of its data that it declares for migrations.
    pub migrate_version: Option<u64>,
    /// Its newest id, when it is stored on the chain.
    pub code_id: Option<u64>,
    /// Entry point and message to try, with addresses filled in.
    pub examples: Vec<(String, String)>,
    /// What it exports for people to call.
    pub functions: Vec<String>,
    /// Gas of a fresh instance, paid at each call.
    pub start_gas: u64,
    /// Gas of the upload.
    pub upload_gas: u64,
}
