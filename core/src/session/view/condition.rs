//! What a person can wait for, or look for, in a run.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that happens at a validator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// It locks a block: it will not vote against it. Some protocols have no locks.
    Locks,
    /// It decides a block.
    Decides,
    /// It sends a second, different message of one kind in one slot. Of a validator and height the first counts.
    DoubleSigns,
    /// It enters this round or a later one.
    EntersRound(u32),
    /// A message of the kind of this name arrives at it.
    Receives(String),
}

/// Something that happens, and at whom, at which height, about which block; what is absent may be any.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Condition {
    /// Name of the node.
    pub who: Option<String>,
    /// Height it is about.
    pub height: Option<u64>,
    /// The first digits of the block's digest.
    pub block: Option<String>,
    /// What happens.
    pub what: Happening,
}

impl Condition {
    /// At any node, of any height and block.
    #[must_use]
    pub fn of(what: Happening) -> Condition {
        Condition {
            who: None,
            height: None,
            block: None,
            what,
        }
    }
}

/// What a search for a condition found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct FoundRecords {
    /// In order of time.
    pub records: Vec<FoundRecord>,
    /// How many more there are than are given.
    pub more: u64,
    /// The instant from which on records were searched, microseconds; 0: all of the run.
    pub from_us: u64,
}

/// A record that fulfils a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct FoundRecord {
    /// When, microseconds.
    pub at_us: u64,
    /// Until when it held, where it is a lock that was given up: microseconds.
    pub until_us: Option<u64>,
    /// Number of the node it happened at.
    pub node: Option<u16>,
    /// Number of the message it is about.
    pub message: Option<u32>,
    /// In words, with the node's name.
    pub what: String,
}
