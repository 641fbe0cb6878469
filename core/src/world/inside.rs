//! The inside of a world, for an inspector to look at. No monitor does.

use super::{ScheduledEvent, World};
use crate::base::{Hash, Micros};
use crate::consensus::{Corruptible, Message};
use crate::ledger::Receipt;
use crate::types::{Block, BlockId, Height, NodeId, SignedTransaction, Slot, ValidatorId};
use std::sync::Arc;

/// A timer that will fire unless its node goes down first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Armed {
    /// Index into the trace's list of timers.
    pub kind: u8,
    /// The height and round it was armed for.
    pub slot: Slot,
    /// When it runs out, microseconds.
    pub at: Micros,
}

/// Two messages that convict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Who signed both.
    pub offender: ValidatorId,
    /// The height and round of both.
    pub slot: Slot,
    /// Index into the trace's list of kinds.
    pub kind: u8,
    /// Value of the first; `None` is nil.
    pub first: Option<BlockId>,
    /// Value of the second; `None` is nil.
    pub second: Option<BlockId>,
}

/// One signature of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signer {
    /// Who signed.
    pub validator: ValidatorId,
    /// Index into the trace's list of kinds.
    pub kind: u8,
    /// The height and round it belongs to.
    pub slot: Slot,
}

/// A block as the nodes keep it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The block.
    pub block: Arc<Block>,
    /// Its place in the decided order, once anybody has decided it.
    pub position: Option<Height>,
    /// Nodes that have its body.
    pub holders: Vec<NodeId>,
    /// Nodes that decided it, and the certificate the first of them saw; empty when it came to be
    /// decided as another block's ancestor.
    pub decided: Vec<NodeId>,
    /// Signatures that decided it.
    pub certificate: Vec<Signer>,
}

/// What a world lets an inspector see.
pub trait Introspect {
    /// Timers of a node, the next to fire first.
    fn armed(&self, node: NodeId) -> Vec<Armed>;
    /// When the executor of a node is free again; past or present when it is.
    fn busy_until(&self, node: NodeId) -> Micros;
    /// Proofs of misbehaviour that a node holds.
    fn proofs(&self, node: NodeId) -> Vec<Proof>;
    /// Bytes of the transactions in a node's mempool.
    fn mempool_bytes(&self, node: NodeId) -> usize;
    /// True when `tx` is in a node's mempool.
    fn has_waiting(&self, node: NodeId, tx: &Hash) -> bool;
    /// A transaction that waits in any mempool or stands in a block that is still kept.
    fn transaction(&self, tx: &Hash) -> Option<Arc<SignedTransaction>>;
    /// Kept blocks that hold a transaction, newest first.
    fn blocks_with(&self, tx: &Hash) -> Vec<BlockId>;
    /// A block that some node still has.
    fn block(&self, id: &BlockId) -> Option<Kept>;
    /// Kept blocks of a place in the decided order: in a chain all that were proposed for it, in a DAG what
    /// was decided there.
    fn blocks_at(&self, position: Height) -> Vec<BlockId>;
    /// A kept block by the beginning of its digest.
    fn block_like(&self, beginning: &[u8]) -> Option<BlockId>;
    /// What an honest executor found, if that is still remembered.
    fn receipt(&self, block: &BlockId, tx: &Hash) -> Option<Receipt>;
}

impl<P: Corruptible> Introspect for World<P> {
    fn armed(&self, node: NodeId) -> Vec<Armed> {
        let n = &self.nodes[node.index()];
        let mut armed: Vec<Armed> = self
            .queue
            .iter()
            .filter_map(|(at, scheduled)| {
                let ScheduledEvent::Timer {
                    node: of,
                    life,
                    timer,
                } = scheduled
                else {
                    return None;
                };
                let armed = n.up && n.life == *life && n.armed.contains(timer);
                (*of == node && armed).then_some(Armed {
                    kind: timer.kind,
                    slot: timer.slot,
                    at,
                })
            })
            .collect();
        armed.sort_unstable_by_key(|a| (a.at, a.kind, a.slot));
        armed
    }

    fn busy_until(&self, node: NodeId) -> Micros {
        self.nodes[node.index()].busy_until
    }

    fn proofs(&self, node: NodeId) -> Vec<Proof> {
        self.nodes[node.index()]
            .evidence
            .iter()
            .map(|e| {
                let (first, second) = (e.first.message.describe(), e.second.message.describe());
                Proof {
                    offender: e.offender,
                    slot: Slot {
                        height: e.height,
                        round: e.round,
                    },
                    kind: first.kind,
                    first: first.value,
                    second: second.value,
                }
            })
            .collect()
    }

    fn mempool_bytes(&self, node: NodeId) -> usize {
        self.nodes[node.index()].mempool.bytes()
    }

    fn has_waiting(&self, node: NodeId, tx: &Hash) -> bool {
        self.nodes[node.index()].mempool.contains(tx)
    }

    fn transaction(&self, tx: &Hash) -> Option<Arc<SignedTransaction>> {
        let waiting = self
            .nodes
            .iter()
            .filter(|n| n.mempool.contains(tx))
            .find_map(|n| n.mempool.iter().find(|t| t.id() == *tx).cloned());
        waiting.or_else(|| {
            let block = *self.blocks_with(tx).first()?;
            let body = self.store.any(&block)?;
            body.transactions.iter().find(|t| t.id() == *tx).cloned()
        })
    }

    fn blocks_with(&self, tx: &Hash) -> Vec<BlockId> {
        self.store
            .newest_first()
            .filter(|b| b.transactions.iter().any(|t| t.id() == *tx))
            .map(|b| b.id())
            .collect()
    }

    fn block(&self, id: &BlockId) -> Option<Kept> {
        let block = self.store.any(id)?.clone();
        let all = || (0..self.nodes.len() as u16).map(NodeId);
        let position = self.store.position(id);
        let all_there = position.map_or(&[][..], |at| self.store.decided(at));
        let decided = all_there.iter().find(|d| d.block == *id);
        let proven = decided.filter(|d| d.commit.blocks.last() == Some(id));
        Some(Kept {
            position,
            holders: all().filter(|n| self.store.get(*n, id).is_some()).collect(),
            decided: decided.map_or_else(Vec::new, |d| {
                all().filter(|n| d.nodes.contains(*n)).collect()
            }),
            certificate: proven.map_or_else(Vec::new, |d| {
                d.commit
                    .proof
                    .iter()
                    .map(|signed| {
                        let described = signed.message.describe();
                        Signer {
                            validator: signed.signer,
                            kind: described.kind,
                            slot: described.slot,
                        }
                    })
                    .collect()
            }),
            block,
        })
    }

    fn blocks_at(&self, position: Height) -> Vec<BlockId> {
        if P::INFO.dag {
            let decided = self.store.decided(position);
            return decided.iter().map(|d| d.block).collect();
        }
        self.store.at(position).to_vec()
    }

    fn block_like(&self, beginning: &[u8]) -> Option<BlockId> {
        self.store.like(beginning)
    }

    fn receipt(&self, block: &BlockId, tx: &Hash) -> Option<Receipt> {
        self.ledger.remembered(block, tx)
    }
}
