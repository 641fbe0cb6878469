//! Bodies of blocks and decisions, stored once for all nodes, with who has which.

use crate::base::limits::MAX_VALIDATORS;
use crate::consensus::Certificate;
use crate::types::{Block, BlockId, Height, NodeId};
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
struct Stored {
    block: Arc<Block>,
    holders: NodeSet,
}

/// One block decided at a height, by whom, and the proof that came with it first.
#[derive(Clone, Debug)]
pub(super) struct Decided<M> {
    pub block: BlockId,
    pub certificate: Arc<Certificate<M>>,
    pub nodes: NodeSet,
}

/// Persistent maps: a checkpoint shares them.
#[derive(Clone, Debug)]
pub(super) struct Store<M: Clone> {
    blocks: imbl::OrdMap<BlockId, Stored>,
    /// Nearly always one entry a height; a fork makes two.
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
            holders: NodeSet::default(),
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

    /// The body, whoever has it.
    pub(super) fn any(&self, block: &BlockId) -> Option<&Arc<Block>> {
        self.blocks.get(block).map(|s| &s.block)
    }

    pub(super) fn decide(
        &mut self,
        node: NodeId,
        height: Height,
        block: BlockId,
        certificate: &Arc<Certificate<M>>,
    ) {
        let entries = self.decided.entry(height).or_default();
        let index = entries
            .iter()
            .position(|d| d.block == block)
            .unwrap_or_else(|| {
                entries.push(Decided {
                    block,
                    certificate: certificate.clone(),
                    nodes: NodeSet::default(),
                });
                entries.len() - 1
            });
        entries[index].nodes.insert(node);
    }

    /// Somebody else decided `block` at `height` before.
    pub(super) fn decided_elsewhere(&self, node: NodeId, height: Height, block: &BlockId) -> bool {
        let entries = self.decided.get(&height);
        entries.is_some_and(|e| {
            e.iter()
                .any(|d| d.block == *block && !d.nodes.contains(node))
        })
    }

    /// What `node` decided at `height`.
    pub(super) fn decision(&self, node: NodeId, height: Height) -> Option<&Decided<M>> {
        self.decided
            .get(&height)?
            .iter()
            .find(|d| d.nodes.contains(node))
    }

    /// The decision for `block` at `height`, whoever took it.
    pub(super) fn decided(&self, height: Height, block: &BlockId) -> Option<&Decided<M>> {
        self.decided
            .get(&height)?
            .iter()
            .find(|d| d.block == *block)
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

    /// Drops bodies and decisions below `height`: everybody is past them.
    pub(super) fn prune(&mut self, height: Height) {
        while let Some(h) = self
            .by_height
            .get_min()
            .map(|(h, _)| *h)
            .filter(|h| *h < height)
        {
            for block in self.by_height.remove(&h).unwrap_or_default() {
                self.blocks.remove(&block);
            }
            self.decided.remove(&h);
        }
    }
}
