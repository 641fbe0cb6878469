//! Names. A node is a process with a place in the network; a validator is an entry of the validator
//! set; a key signs. One validator may run on two nodes with one key (Twins).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Place in the validator set, counted from 0. Shown as `v1`, `v2`, ... (counted from 1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[derive(Serialize, Deserialize, JsonSchema, BorshSerialize, BorshDeserialize)]
pub struct ValidatorId(pub u16);

/// A process in the simulated network, counted from 0. Nodes `0..n` run validators `0..n`; twins follow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[derive(Serialize, Deserialize, JsonSchema, BorshSerialize, BorshDeserialize)]
pub struct NodeId(pub u16);

/// Heights count from 1; height 0 is genesis.
pub type Height = u64;
/// Rounds of a height count from 0. The paper's round -1 is `None` of `Option<Round>`.
pub type Round = u32;

/// Where in the protocol's progress a message belongs: a height and a round (or view).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[derive(Serialize, Deserialize, JsonSchema, BorshSerialize, BorshDeserialize)]
pub struct Slot {
    /// The height.
    pub height: Height,
    /// The round, or the view.
    pub round: Round,
}

/// 32 bytes: a user's public key, or the digest that names a contract. Shown as hex.
pub type Address = crate::base::Hash;

impl ValidatorId {
    /// The same as an index into tables.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl NodeId {
    /// The same as an index into tables.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Display for ValidatorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0 + 1)
    }
}

impl fmt::Debug for ValidatorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0 + 1)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
