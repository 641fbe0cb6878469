//! Accounts, storage and proofs at one validator after one block.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An account a person acts with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct PersonView {
    pub number: u16,
    /// In bech32, as CosmWasm contracts write it, and in hex.
    pub address: String,
    pub hex: String,
    /// Amount and denomination.
    pub coins: Vec<(String, String)>,
}

/// A contract's storage at one validator after one block.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct StorageView {
    pub height: u64,
    /// What the validator says its state root is.
    pub root: String,
    /// At most 100.
    pub rows: Vec<StoredView>,
    /// How many there are.
    pub found: u64,
}

/// One entry; bytes in hex, of a long value the first 4,096.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct StoredView {
    pub key: String,
    /// The key for people.
    pub shown: String,
    pub value: Option<String>,
    /// Where two heights are compared: what stood there at the other.
    pub before: Option<String>,
}

/// What a proof shows.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ProofView {
    pub root: String,
    pub contract: String,
    pub key: String,
    pub value: Option<String>,
    /// Hashes on the way from key to root.
    pub halves: u64,
    pub sentence: String,
    /// To hand on: anybody can check it.
    pub text: String,
}
