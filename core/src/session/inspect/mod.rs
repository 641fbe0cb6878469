//! One thing at a time, in full: what a person who clicked on it may want to know. Plain data; times
//! are microseconds, digests hex, nodes places in [`super::view::RunInfo::nodes`]. A validator's place is
//! that of its first node.

mod block;
mod height;
mod message;
mod node;
mod transaction;

pub use block::{BlockInside, ExecutedBy, Signature, TxLine};
pub use height::{AtHeight, HeightInside};
pub use message::{CopyInside, MessageInside, Sending, SignatureVerdict};
pub use node::{NodeInside, ProofInside, TimerInside, VotesInside};
pub use transaction::{InBlock, TransactionInside};

use super::Session;
use super::view::Mark;
use crate::base::Micros;
use crate::trace::Event;
use crate::types::BlockId;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Something of a run that can be named, and so selected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub enum Thing {
    /// A message by its number in the run.
    Message(u32),
    /// A node by its place in [`super::view::RunInfo::nodes`]; at an instant in microseconds, or now.
    Node {
        /// Number of the node, from 0.
        node: u16,
        /// The instant, microseconds; `None`: now.
        at_us: Option<u64>,
    },
    /// A block by its digest in hex, or by some of its beginning.
    Block(String),
    /// A height of the chain.
    Height(u64),
    /// A transaction by its id in hex.
    Transaction(String),
    /// Something that happened at one node at one instant.
    Mark(Mark),
}

/// Hex digits that name a block: what a mark of the chart holds.
const LEAST_DIGITS: usize = 8;

impl Session {
    /// The instant at which a thing is to be inspected, when that is not now: the caller forks this session,
    /// seeks there and asks the fork.
    #[must_use]
    pub fn moment_of(&self, thing: &Thing) -> Option<Micros> {
        let at = match thing {
            Thing::Message(_) | Thing::Transaction(_) => None,
            Thing::Node { at_us, .. } => *at_us,
            Thing::Mark(mark) => Some(mark.at_us),
            Thing::Block(hex) => match self.block_id(hex) {
                Some(_) => None,
                None if hex.len() < LEAST_DIGITS => None,
                None => self.committed_at(|commit| commit.to_string().starts_with(hex.as_str())),
            },
            Thing::Height(height) => {
                let past = self.sim.blocks_at(*height).is_empty();
                let decided = &self.monitors.metrics.decided;
                past.then(|| decided.iter().find(|d| d.height == *height).map(|d| d.at))
                    .flatten()
            }
        };
        at.filter(|at| *at != self.sim.now() && *at <= self.end)
    }

    /// When somebody first committed such a block, as far as the trace in memory tells.
    fn committed_at(&self, fits: impl Fn(&BlockId) -> bool) -> Option<Micros> {
        self.sim.trace().since(0).find_map(|r| match &r.event {
            Event::Committed(c) if fits(&c.block) => Some(r.at),
            _ => None,
        })
    }

    /// A kept block by the beginning of its digest in hex, at least eight digits.
    fn block_id(&self, hex: &str) -> Option<BlockId> {
        let whole = hex.get(..hex.len() / 2 * 2)?;
        let beginning = crate::base::digest::from_hex(whole).ok()?;
        (hex.len() >= LEAST_DIGITS)
            .then(|| self.sim.block_like(&beginning))
            .flatten()
    }
}
