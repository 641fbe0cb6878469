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
    Transfer { to: u16, amount: u64 },
    /// A module of the scenario's `contracts`, by name.
    Deploy { contract: String, input: InputSpec },
    /// A deployed contract, by address.
    Call {
        address: Hash,
        input: InputSpec,
        value: u64,
    },
    /// Coins of several denominations. An account or contract is named by `user:0` to `user:7`, by
    /// `forge1...` or by 64 hex digits, here and in what follows.
    Send { to: String, coins: Vec<CoinSpec> },
    /// Puts a module of the scenario's `contracts` on the chain; the first stored gets code id 1.
    Store { contract: String },
    /// A contract of stored code. With a salt its address depends on code, sender and salt alone.
    Instantiate {
        code_id: u64,
        msg: InputSpec,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        funds: Vec<CoinSpec>,
        #[serde(default)]
        label: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        admin: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        salt: Option<InputSpec>,
    },
    Execute {
        contract: String,
        msg: InputSpec,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        funds: Vec<CoinSpec>,
    },
    /// Other stored code for a contract, by its admin.
    Migrate {
        contract: String,
        code_id: u64,
        msg: InputSpec,
    },
    /// Another admin, or none for ever.
    SetAdmin {
        contract: String,
        #[serde(default)]
        admin: Option<String>,
    },
}

/// So much of one denomination.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoinSpec {
    pub denom: String,
    pub amount: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InputSpec {
    Text(String),
    Hex(String),
}
