//! What Streamlet's validators say to one another.

use crate::consensus::{self, Description};
use crate::types::{BlockId, Height, Round, Signable, Slot};
use borsh::{BorshDeserialize, BorshSerialize};

/// A block of an epoch in its place: what proposals and votes both name.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize
)]
pub struct Place {
    /// The epoch it was proposed in.
    pub epoch: Round,
    /// Its place in its chain.
    pub height: Height,
    /// The block.
    pub block: BlockId,
    /// The block before it.
    pub parent: BlockId,
}

/// A vote for a block in its place, or else the proposal of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Message {
    /// False: the proposal.
    pub vote: bool,
    /// What it names.
    pub place: Place,
}

impl Place {
    pub(super) fn slot(&self) -> Slot {
        slot(self.height, self.epoch)
    }
}

pub(super) fn slot(height: Height, round: Round) -> Slot {
    Slot { height, round }
}

impl Signable for Message {
    const DOMAIN: &'static str = "consensusforge/streamlet/message";
}

impl consensus::Message for Message {
    fn describe(&self) -> Description {
        Description {
            kind: u8::from(self.vote),
            slot: self.place.slot(),
            value: Some(self.place.block),
            fields: vec![("parent", self.place.parent.short(8))],
        }
    }

    fn attachment(&self) -> Option<BlockId> {
        (!self.vote).then_some(self.place.block)
    }
}
