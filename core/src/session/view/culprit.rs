//! Who is proven to have lied, and where a stalled chain stands.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A validator that lied, and the messages that prove it. Nobody honest is ever named.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema
)]
pub struct CulpritView {
    pub validator: String,
    /// `equivocation` (two different messages of one kind in one slot), `amnesia` (a vote against the own
    /// lock that no quorum justifies) or `out of turn` (a proposal in another's turn).
    pub kind: String,
    /// What it did, one sentence.
    pub sentence: String,
    pub height: u64,
    pub evidence: Vec<StatementView>,
}

/// A signed message that is part of a proof.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema
)]
pub struct StatementView {
    /// The message's number in the trace.
    pub message: u32,
    pub at_us: u64,
    /// As the trace names it: `proposal`, `prevote`, ...
    pub kind: String,
    pub height: u64,
    pub round: u32,
    /// Full hex of the block; absent for nil.
    pub value: Option<String>,
    /// Further fields by name.
    pub fields: Vec<(String, String)>,
}

/// Where a stalled chain stands: the furthest honest validator that is up.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema
)]
pub struct StallView {
    pub validator: String,
    pub height: u64,
    pub round: u32,
    pub step: String,
    /// When a height was last decided.
    pub since_us: u64,
}
