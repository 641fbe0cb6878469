//! The block tree beside the chart: from the monitors, a window of heights at a time.

use super::Session;
use super::view::{BlockState, TreeBlockView, TreeView};
use crate::base::limits::{MAX_TREE_BLOCKS_SHOWN, TREE_HEIGHTS};
use crate::check::TreeBlock;
use crate::types::{BlockId, Height, NodeId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whose view of the tree it is.
struct Viewer<'a> {
    node: Option<NodeId>,
    /// Never trusted: what a liar says it decided is nobody's decision.
    tainted: &'a [NodeId],
}

impl Viewer<'_> {
    fn counts(&self, node: NodeId) -> bool {
        match self.node {
            Some(one) => one == node,
            None => !self.tainted.contains(&node),
        }
    }

    fn is_final(&self, block: &TreeBlock) -> bool {
        block.decided.iter().any(|node| self.counts(node))
    }
}

impl Session {
    /// The blocks of the heights up to `to` (the highest there is, for `None`), as `node` knows them, or all honest nodes
    /// together: at most 48 heights.
    #[must_use]
    pub fn tree(&self, node: Option<u16>, to: Option<Height>) -> TreeView {
        let tree = &self.monitors.tree;
        let trace = self.sim.trace();
        let viewer = Viewer {
            node: node.map(NodeId),
            tainted: self.monitors.tainted(),
        };
        let top = tree.rows().next_back().map_or(0, |(height, _)| height);
        let lowest = tree.rows().next().map_or(0, |(height, _)| height);
        let to = to.unwrap_or(top).clamp(lowest, top);
        let mut from = to.saturating_sub(TREE_HEIGHTS - 1).max(lowest);
        // Where rows are wide, fewer of them: what is drawn has a bound.
        let mut shown = 0;
        for height in (from..=to).rev() {
            shown += tree.row(height).map_or(0, |row| row.blocks.len());
            if shown > MAX_TREE_BLOCKS_SHOWN && height < to {
                from = height + 1;
                break;
            }
        }
        let abandoned = self.abandoned(&viewer, from, to);
        let mut view = TreeView {
            node,
            from,
            to,
            lowest,
            top,
            ..TreeView::default()
        };
        let mut places: BTreeMap<BlockId, u16> = BTreeMap::new();
        let rounds_go_on = !trace.head.rounds.restart && !tree.is_dag();
        for height in from..=to {
            let Some(row) = tree.row(height) else {
                continue;
            };
            if row.left_out > 0 {
                view.left_out.push((height, row.left_out));
            }
            let finals = row.blocks.iter().filter(|b| {
                let everybody = Viewer {
                    node: None,
                    ..viewer
                };
                everybody.is_final(b)
            });
            let forked = finals.count() > 1 && !tree.is_dag();
            for block in &row.blocks {
                let parents = block.parents.iter();
                let shown: Vec<u16> = parents.filter_map(|p| places.get(p).copied()).collect();
                let parent = shown.first().map(|k| &view.blocks[usize::from(*k)]);
                let skipped = parent.filter(|_| rounds_go_on).and_then(|parent| {
                    let (first, next) = (parent.round.saturating_add(1), block.round);
                    (first < next).then(|| (first, next - 1))
                });
                let entry = self.block_view(&viewer, block);
                places.insert(
                    block.id,
                    u16::try_from(view.blocks.len()).unwrap_or(u16::MAX),
                );
                view.blocks.push(TreeBlockView {
                    further_below: shown.len() < block.parents.len(),
                    parents: shown,
                    abandoned: abandoned.contains(&block.id),
                    forked: forked && entry.state == BlockState::Final,
                    skipped,
                    ..entry
                });
            }
        }
        view
    }

    fn block_view(&self, viewer: &Viewer, block: &Arc<TreeBlock>) -> TreeBlockView {
        let all = (0..self.sim.node_count() as u16).map(NodeId);
        let tree = &self.monitors.tree;
        let honest = |node: &NodeId| !viewer.tainted.contains(node);
        let holds = |node: &NodeId| tree.lock(*node) == Some(block.id);
        let locked: Vec<NodeId> = all.filter(|node| honest(node) && holds(node)).collect();
        let certified: Vec<NodeId> = block.certified.iter().filter(honest).collect();
        let counts = |nodes: &[NodeId]| nodes.iter().any(|node| viewer.counts(*node));
        let state = if viewer.is_final(block) {
            BlockState::Final
        } else if counts(&locked) {
            BlockState::Locked
        } else if counts(&certified) {
            BlockState::Certified
        } else {
            BlockState::Proposed
        };
        let decided = block.decided.iter().filter(honest);
        TreeBlockView {
            id: block.id.to_string(),
            height: block.height,
            round: block.round,
            proposer: block.proposer.map(|v| v.0),
            at_us: block.at,
            proposal: block.proposal.map(|(message, node)| (message, node.0)),
            parents: Vec::new(),
            further_below: false,
            state,
            abandoned: false,
            forked: false,
            certified: u16::try_from(certified.len()).unwrap_or(u16::MAX),
            locked: locked.into_iter().map(|node| node.0).collect(),
            decided: decided.map(|node| node.0).collect(),
            skipped: None,
        }
    }

    /// Blocks of these heights that can no longer be decided. In a DAG whatever was not ordered yet still may be.
    fn abandoned(&self, viewer: &Viewer, from: Height, to: Height) -> BTreeSet<BlockId> {
        let tree = &self.monitors.tree;
        let mut gone = BTreeSet::new();
        if tree.is_dag() {
            return gone;
        }
        let decided = |row: &crate::check::Row| row.blocks.iter().any(|b| viewer.is_final(b));
        let mut rows = tree.rows().rev();
        let tip = rows
            .find(|(_, row)| decided(row))
            .map_or(0, |(height, _)| height);
        // What stands on a branch is found from where it leaves the chain.
        let from = from.min(tip);
        let rows = tree.rows().skip_while(|(height, _)| *height < from);
        for (height, row) in rows.take_while(|(height, _)| *height <= to) {
            for block in row.blocks.iter().filter(|b| !viewer.is_final(b)) {
                if height <= tip || block.parents.iter().any(|parent| gone.contains(parent)) {
                    gone.insert(block.id);
                }
            }
        }
        gone
    }
}
