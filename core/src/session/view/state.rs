//! Accounts, storage and proofs at one validator after one block.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An account a person acts with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct PersonView {
    /// User account, from 0.
    pub number: u16,
    /// In bech32, as CosmWasm contracts write it, and in hex.
    pub address: String,
    /// The same address in hex.
    pub hex: String,
    /// Amount and denomination.
    pub coins: Vec<(String, String)>,
}

/// A contract's storage at one validator after one block.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct StorageView {
    /// After which block.
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
    /// In hex.
    pub key: String,
    /// The key for people.
    pub shown: String,
    /// In hex; `None`: nothing is stored.
    pub value: Option<String>,
    /// Where two heights are compared: what stood there at the other.
    pub before: Option<String>,
}

/// What a proof shows.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ProofView {
    /// The state root it leads to, in hex.
    pub root: String,
    /// Address of the contract in hex.
    pub contract: String,
    /// The key in hex.
    pub key: String,
    /// The value in hex; `None`: it proves that nothing is stored.
    pub value: Option<String>,
    /// Hashes on the way from key to root.
    pub halves: u64,
    /// The same in words.
    pub sentence: String,
    /// To hand on: anybody can check it.
    pub text: String,
}

/// The account that a validator's fees are paid to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct FeeAccountView {
    /// Name of the validator.
    pub validator: String,
    /// As bech32.
    pub address: String,
    /// The same in hex.
    pub hex: String,
}
