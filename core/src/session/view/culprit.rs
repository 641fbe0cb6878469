//! Who is proven to have lied, and where a stalled chain stands.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A validator that lied, and the messages that prove it. Nobody honest is ever named.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct CulpritView {
    /// Its name.
    pub validator: String,
    /// `equivocation` (two different messages of one kind in one slot), `amnesia` (a vote against the own
    /// lock that no quorum justifies) or `out of turn` (a proposal in another's turn).
    pub kind: String,
    /// What it did, one sentence.
    pub sentence: String,
    /// The height it lied at.
    pub height: u64,
    /// One message, or two that contradict each other.
    pub evidence: Vec<StatementView>,
}

/// A signed message that is part of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct StatementView {
    /// The message's number in the trace.
    pub message: u32,
    /// When it was sent, microseconds.
    pub at_us: u64,
    /// As the trace names it: `proposal`, `prevote`, ...
    pub kind: String,
    /// Height of its slot.
    pub height: u64,
    /// Round of its slot.
    pub round: u32,
    /// Full hex of the block; absent for nil.
    pub value: Option<String>,
    /// Further fields by name.
    pub fields: Vec<(String, String)>,
}

/// A signed message by what it says, to be held against others.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedStatement {
    /// Name of the validator that signed it.
    pub signer: String,
    /// As the protocol calls it: `proposal`, `prevote`, ...
    pub kind: String,
    /// Height of its slot.
    pub height: u64,
    /// Round of its slot.
    pub round: u32,
    /// The block it speaks for: a digest in hex, or a label of your own. Absent: nil.
    #[serde(default)]
    pub value: Option<String>,
    /// A proposal's valid round, -1 for none.
    #[serde(default)]
    pub valid_round: Option<i64>,
}

/// Where a stalled chain stands: the furthest honest validator that is up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct StallView {
    /// Its name.
    pub validator: String,
    /// The height it works on.
    pub height: u64,
    /// The round it is in.
    pub round: u32,
    /// Name of its step.
    pub step: String,
    /// When a height was last decided.
    pub since_us: u64,
}
