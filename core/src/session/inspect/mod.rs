//! One thing at a time, in full: what a person who clicked on it may want to know.

use super::view::Mark;
use borsh::{BorshDeserialize, BorshSerialize};

/// Something of a run that can be named, and so selected.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Thing {
    /// A message by its number in the run.
    Message(u32),
    /// A node by its place in [`super::view::World::nodes`]; at an instant in microseconds, or now.
    Node {
        node: u16,
        at_us: Option<u64>,
    },
    /// A block by its digest in hex, or by enough of its beginning.
    Block(String),
    Height(u64),
    /// A transaction by its id in hex, or by enough of its beginning.
    Transaction(String),
    /// Something that happened at one node at one instant.
    Mark(Mark),
}
