//! A run that went wrong, as a story.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a run came to be wrong, or why it stands still, in at most ten sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Story {
    /// In the order in which they are to be read.
    pub sentences: Vec<StorySentence>,
    /// Names of those who are proven to have lied where it went wrong.
    pub guilty: Vec<String>,
}

/// A sentence, and the record it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct StorySentence {
    /// For people.
    pub sentence: String,
    /// Number of the record.
    pub record: u64,
    /// When that was, microseconds.
    pub at_us: u64,
    /// The node it was at; absent for what concerns all.
    pub node: Option<u16>,
    /// Number of the message it is about.
    pub message: Option<u32>,
}
