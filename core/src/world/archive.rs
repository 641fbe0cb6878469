//! States after blocks gone by, as each node computed them: for people who ask what stood where when.
//! Nothing of the run reads it.

use super::node::Computed;
use super::store::NodeSet;
use crate::base::Hash;
use crate::ledger::State;
use crate::types::{Block, Height, NodeId};
use std::sync::Arc;

/// Heights kept. States share what is equal, so one costs about what its block changed.
pub(super) const KEPT: u64 = 512;

/// The state after one block, and who came to it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub nodes: NodeSet,
    pub block: Arc<Block>,
    pub state: State,
    pub root: Hash,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Archive {
    /// One entry a height, unless nodes disagree.
    heights: imbl::OrdMap<Height, Vec<Kept>>,
}

impl Archive {
    pub(super) fn keep(&mut self, node: NodeId, block: &Arc<Block>, computed: &Computed) {
        let entries = self.heights.entry(computed.height).or_default();
        let same = |k: &Kept| k.root == computed.root && k.block.id() == block.id();
        match entries.iter_mut().find(|k| same(k)) {
            Some(kept) => kept.nodes.insert(node),
            None => {
                let mut nodes = NodeSet::default();
                nodes.insert(node);
                entries.push(Kept {
                    nodes,
                    block: block.clone(),
                    state: computed.state.clone(),
                    root: computed.root,
                });
            }
        }
        while self.heights.len() as u64 > KEPT {
            let Some((oldest, _)) = self.heights.get_min() else {
                break;
            };
            let oldest = *oldest;
            self.heights.remove(&oldest);
        }
    }

    pub(super) fn get(&self, node: NodeId, height: Height) -> Option<&Kept> {
        let entries = self.heights.get(&height)?;
        entries.iter().find(|k| k.nodes.contains(node))
    }

    /// The oldest height kept.
    pub(super) fn oldest(&self) -> Height {
        self.heights.get_min().map_or(0, |(height, _)| *height)
    }
}
