//! What travels between nodes: the protocol's signed messages and the node's own chatter.

use super::store::Commit;
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
    /// A commit, for somebody who missed it. `bodies` are those of its blocks, and in a DAG those of the
    /// blocks that prove it.
    Decision {
        commit: Arc<Commit<M>>,
        bodies: Vec<Arc<Block>>,
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
