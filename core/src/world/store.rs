//! Bodies of blocks and decisions, stored once for all nodes, with who has which.
//!
//! A *position* is a block's place in the decided order, from 1. In a chain it is the block's height; in a DAG
//! heights are rounds, and a round has many blocks.

use crate::base::limits::MAX_VALIDATORS;
use crate::consensus::Certificate;
use crate::types::{Block, BlockId, Height, NodeId, Signed};
use std::sync::Arc;

/// Node `i` is bit `i % 64` of word `i / 64`: 512 validators and as many twins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NodeSet([u64; 16]);

const _: () = assert!(2 * MAX_VALIDATORS <= 16 * 64, "NodeSet has one bit a node");

impl NodeSet {
    pub(super) fn insert(&mut self, node: NodeId) {
        if let Some(word) = self.0.get_mut(node.index() / 64) {
            *word |= 1 << (node.index() % 64);
        }
    }

    pub(super) fn contains(&self, node: NodeId) -> bool {
        self.0
            .get(node.index() / 64)
            .is_some_and(|w| w >> (node.index() % 64) & 1 == 1)
    }
}

#[derive(Clone, Debug)]
struct Stored<M> {
    block: Arc<Block>,
    /// In a DAG: the message its author sent it with, without which nobody may build on it.
    carrier: Option<Arc<Signed<M>>>,
    holders: NodeSet,
    /// Where it was decided first.
    position: Option<Height>,
}

/// What one proof decides: blocks in their order, the first of them at `first`.
#[derive(Clone, Debug)]
pub(super) struct Commit<M> {
    pub first: Height,
    pub blocks: Vec<BlockId>,
    pub proof: Arc<Certificate<M>>,
}

impl<M> Commit<M> {
    /// The position of the last block.
    pub(super) fn last(&self) -> Height {
        self.first + (self.blocks.len() as u64).saturating_sub(1)
    }
}

/// One block decided at a position, by whom, and the commit it came in first.
#[derive(Clone, Debug)]
pub(super) struct Decided<M> {
    pub block: BlockId,
    pub commit: Arc<Commit<M>>,
    pub nodes: NodeSet,
}

/// Persistent maps: a checkpoint shares them.
#[derive(Clone, Debug)]
pub(super) struct Store<M: Clone> {
    blocks: imbl::OrdMap<BlockId, Stored<M>>,
    /// By position. Nearly always one entry each; a fork makes two.
    decided: imbl::OrdMap<Height, Vec<Decided<M>>>,
    by_height: imbl::OrdMap<Height, Vec<BlockId>>,
}

impl<M: Clone> Default for Store<M> {
    fn default() -> Self {
        Store {
            blocks: imbl::OrdMap::new(),
            decided: imbl::OrdMap::new(),
            by_height: imbl::OrdMap::new(),
        }
    }
}

impl<M: Clone> Store<M> {
    pub(super) fn give(&mut self, node: NodeId, block: &Arc<Block>) {
        if let Some(stored) = self.blocks.get(&block.id()) {
            if stored.holders.contains(node) {
                return;
            }
        } else {
            self.by_height
                .entry(block.header.height)
                .or_default()
                .push(block.id());
        }
        let stored = self.blocks.entry(block.id()).or_insert_with(|| Stored {
            block: block.clone(),
            carrier: None,
            holders: NodeSet::default(),
            position: None,
        });
        stored.holders.insert(node);
    }

    /// The body, if `node` has it.
    pub(super) fn get(&self, node: NodeId, block: &BlockId) -> Option<&Arc<Block>> {
        self.blocks
            .get(block)
            .filter(|s| s.holders.contains(node))
            .map(|s| &s.block)
    }

    /// Keeps the message a block was sent with.
    pub(super) fn carry(&mut self, block: &BlockId, signed: &Arc<Signed<M>>) {
        if let Some(stored) = self.blocks.get_mut(block) {
            stored.carrier.get_or_insert_with(|| signed.clone());
        }
    }

    /// The message a block was sent with, if `node` has the block.
    pub(super) fn carrier(&self, node: NodeId, block: &BlockId) -> Option<&Arc<Signed<M>>> {
        let stored = self.blocks.get(block)?;
        let carrier = stored.carrier.as_ref()?;
        stored.holders.contains(node).then_some(carrier)
    }

    /// The body, whoever has it.
    pub(super) fn any(&self, block: &BlockId) -> Option<&Arc<Block>> {
        self.blocks.get(block).map(|s| &s.block)
    }

    pub(super) fn decide(
        &mut self,
        node: NodeId,
        position: Height,
        block: BlockId,
        commit: &Arc<Commit<M>>,
    ) {
        if let Some(stored) = self.blocks.get(&block)
            && stored.position.is_none()
            && let Some(stored) = self.blocks.get_mut(&block)
        {
            stored.position = Some(position);
        }
        let entries = self.decided.entry(position).or_default();
        let index = entries
            .iter()
            .position(|d| d.block == block)
            .unwrap_or_else(|| {
                entries.push(Decided {
                    block,
                    commit: commit.clone(),
                    nodes: NodeSet::default(),
                });
                entries.len() - 1
            });
        entries[index].nodes.insert(node);
    }

    /// Where `block` was decided, by whoever was first.
    pub(super) fn position(&self, block: &BlockId) -> Option<Height> {
        self.blocks.get(block)?.position
    }

    /// Somebody else decided `block` at `position` before.
    pub(super) fn decided_elsewhere(
        &self,
        node: NodeId,
        position: Height,
        block: &BlockId,
    ) -> bool {
        let entries = self.decided.get(&position);
        entries.is_some_and(|e| {
            e.iter()
                .any(|d| d.block == *block && !d.nodes.contains(node))
        })
    }

    /// What `node` decided at `position`.
    pub(super) fn decision(&self, node: NodeId, position: Height) -> Option<&Decided<M>> {
        self.decided
            .get(&position)?
            .iter()
            .find(|d| d.nodes.contains(node))
    }

    /// The decisions taken at `position`: several after a fork.
    pub(super) fn decided(&self, position: Height) -> &[Decided<M>] {
        self.decided.get(&position).map_or(&[], Vec::as_slice)
    }

    /// The height of what was decided at `position`: the same in a chain, the round in a DAG.
    pub(super) fn height_of(&self, position: Height) -> Height {
        let block = self.decided(position).first();
        let body = block.and_then(|d| self.any(&d.block));
        body.map_or(position, |b| b.header.height)
    }

    /// Blocks of a height, in the order they were first seen.
    pub(super) fn at(&self, height: Height) -> &[BlockId] {
        self.by_height.get(&height).map_or(&[], Vec::as_slice)
    }

    pub(super) fn newest_first(&self) -> impl Iterator<Item = &Arc<Block>> {
        let blocks = self.by_height.iter().rev().flat_map(|(_, all)| all);
        blocks.filter_map(|id| self.any(id))
    }

    /// The first block whose digest begins so.
    pub(super) fn like(&self, beginning: &[u8]) -> Option<BlockId> {
        let mut least = crate::base::Hash::ZERO;
        least
            .0
            .get_mut(..beginning.len())?
            .copy_from_slice(beginning);
        let (id, _) = self.blocks.range(least..).next()?;
        id.0.starts_with(beginning).then_some(*id)
    }

    /// Drops decisions below `position`, and bodies that are more than `margin` heights below what was decided
    /// there: everybody is past them. In a DAG a block may be ordered many rounds after its own.
    pub(super) fn prune(&mut self, position: Height, margin: Height) {
        let height = self.height_of(position).saturating_sub(margin);
        let oldest = |decided: &imbl::OrdMap<Height, _>| decided.get_min().map(|(at, _)| *at);
        while let Some(at) = oldest(&self.decided).filter(|at| *at < position) {
            self.decided.remove(&at);
        }
        while let Some(h) = self
            .by_height
            .get_min()
            .map(|(h, _)| *h)
            .filter(|h| *h < height)
        {
            for block in self.by_height.remove(&h).unwrap_or_default() {
                self.blocks.remove(&block);
            }
        }
    }
}
