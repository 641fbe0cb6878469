//! What travels between nodes: the protocol's signed messages and the node's own chatter.

use crate::consensus::Certificate;
use crate::trace::MessageId;
use crate::types::{Block, BlockId, Height, NodeId, Signed, SignedTransaction};
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(super) enum Payload<M> {
    /// A signed message; a proposal brings the body of its block.
    Protocol {
        signed: Arc<Signed<M>>,
        body: Option<Arc<Block>>,
    },
    Transaction(Arc<SignedTransaction>),
    /// "I lack this place of the decided order": who has decided it helps.
    Status {
        height: Height,
    },
    BlockRequest {
        block: BlockId,
    },
    BlockReply(Arc<Block>),
    /// A commit and its proof, for somebody who missed it: blocks in their order, from place `first` on.
    Decision {
        first: Height,
        blocks: Vec<Arc<Block>>,
        proof: Arc<Certificate<M>>,
    },
}

/// Kinds of chatter, behind the protocol's own kinds in the trace's list.
pub const UNSIGNED_KINDS: [&str; 5] = [
    "transaction",
    "status",
    "block request",
    "block",
    "decision",
];

impl<M> Payload<M> {
    /// Index into [`UNSIGNED_KINDS`], `None` for the protocol's messages.
    pub(super) fn chatter(&self) -> Option<u8> {
        match self {
            Payload::Protocol { .. } => None,
            Payload::Transaction(_) => Some(0),
            Payload::Status { .. } => Some(1),
            Payload::BlockRequest { .. } => Some(2),
            Payload::BlockReply(_) => Some(3),
            Payload::Decision { .. } => Some(4),
        }
    }
}

/// A payload under the number the trace knows it by; shared by all its copies.
#[derive(Clone, Debug)]
pub(super) struct Packet<M> {
    pub id: MessageId,
    pub payload: Payload<M>,
}

/// A copy on its way. 24 bytes: some 16,000 of them are in flight at 128 validators.
#[derive(Clone, Debug)]
pub(super) struct Delivery<M> {
    pub packet: Arc<Packet<M>>,
    pub flight: u32,
    pub from: NodeId,
    pub to: NodeId,
    /// A re-send or a relay: its sender is waiting, so a peer that is ahead helps.
    pub again: bool,
}
