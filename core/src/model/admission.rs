//! Which modules a chain takes.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rules for CosmWasm modules; those of the own ABI are the same under both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdmissionSpec {
    /// What cosmwasm-vm takes.
    Strict,
    /// Also `memory.copy` and `memory.fill`, which compilers of today emit.
    #[default]
    Modern,
}

impl AdmissionSpec {
    /// Left out where it is the default, so that links are as they were before there was a choice.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    pub(super) fn is_modern(&self) -> bool {
        *self == AdmissionSpec::Modern
    }
}
