//! What users send.

use crate::base::Hash;
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a user sends. `hex` inputs are bytes, `text` inputs UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SubmitSpec {
    /// Native coins to another user account.
    Transfer {
        /// User account, 0 to 7.
        to: u16,
        /// How much.
        amount: u64,
    },
    /// A module of the scenario's `contracts`, by name.
    Deploy {
        /// The contract.
        contract: String,
        /// What it is called with.
        input: InputSpec,
    },
    /// A deployed contract, by address.
    Call {
        /// The contract.
        address: Hash,
        /// What it is called with.
        input: InputSpec,
        /// Units of the native denomination that go along.
        value: u64,
    },
    /// Coins of several denominations. An account or contract is named by `user:0` to `user:7`, by
    /// `forge1...` or by 64 hex digits, here and in what follows.
    Send {
        /// The receiver.
        to: String,
        /// How much of each.
        coins: Vec<CoinSpec>,
    },
    /// Puts a module of the scenario's `contracts` on the chain; the first stored gets code id 1.
    Store {
        /// The contract.
        contract: String,
    },
    /// A contract of stored code. With a salt its address depends on code, sender and salt alone.
    Instantiate {
        /// Number of the stored code, from 1.
        code_id: u64,
        /// What `init` or `instantiate` is called with.
        msg: InputSpec,
        /// Coins that go along.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        funds: Vec<CoinSpec>,
        /// A line for people.
        #[serde(default)]
        label: String,
        /// Who may migrate it; absent: nobody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        admin: Option<String>,
        /// Chooses the address, together with code and sender; absent: the address is the next one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        salt: Option<InputSpec>,
    },
    /// Calls a contract with coins of several denominations.
    Execute {
        /// `forge1...` or 64 hex digits.
        contract: String,
        /// What it is called with.
        msg: InputSpec,
        /// Coins that go along.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        funds: Vec<CoinSpec>,
    },
    /// Other stored code for a contract, by its admin.
    Migrate {
        /// `forge1...` or 64 hex digits.
        contract: String,
        /// Number of the new code.
        code_id: u64,
        /// What `migrate` is called with.
        msg: InputSpec,
    },
    /// Another admin, or none forever.
    SetAdmin {
        /// `forge1...` or 64 hex digits.
        contract: String,
        /// The new admin; absent: nobody, forever.
        #[serde(default)]
        admin: Option<String>,
    },
}

/// So much of one denomination.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoinSpec {
    /// Name of the denomination.
    pub denom: String,
    /// Units.
    pub amount: u64,
}

/// Bytes, as a person writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InputSpec {
    /// UTF-8 text.
    Text(String),
    /// Pairs of hex digits.
    Hex(String),
}
