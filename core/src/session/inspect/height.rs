//! A height: its blocks, and who got through it when.

use crate::base::Micros;
use crate::session::Session;
use crate::trace::Event;
use crate::types::NodeId;

/// One height in full. Nodes are numbers from 0.
#[derive(Clone, Debug)]
pub struct HeightInside {
    /// The height.
    pub height: u64,
    /// Blocks kept of it: (digest, round it was proposed in, proposer, nodes that decided it).
    pub blocks: Vec<(String, u32, u16, u32)>,
    /// Every node, in order.
    pub nodes: Vec<AtHeight>,
}

/// How one node stands to the height.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtHeight {
    /// The node.
    pub node: u16,
    /// When it decided, in which round, and what.
    pub decided: Option<(Micros, u32, String)>,
    /// It works on it now, in this round.
    pub working: Option<u32>,
    /// It is past the height, though the trace has forgotten when.
    pub past: bool,
}

impl Session {
    /// What is known of `height`.
    #[must_use]
    pub fn height_inside(&self, height: u64) -> HeightInside {
        let blocks = self.sim.blocks_at(height);
        let since = blocks
            .iter()
            .filter_map(|b| self.sim.block(b))
            .map(|k| k.block.header.time)
            .min()
            .unwrap_or(0);
        let trace = self.sim.trace();
        let mut nodes: Vec<AtHeight> = (0..self.sim.node_count() as u16)
            .map(|node| {
                let status = self.sim.status(NodeId(node));
                AtHeight {
                    node,
                    decided: None,
                    working: (status.height == height).then_some(status.round),
                    past: self.sim.node(NodeId(node)).tip_height >= height,
                }
            })
            .collect();
        for record in trace.since(trace.position(since)) {
            if let Event::Committed(c) = &record.event
                && c.height == height
                && let Some(at) = nodes.get_mut(c.node.index())
            {
                at.decided = Some((record.at, c.round, c.block.to_string()));
            }
        }
        HeightInside {
            height,
            blocks: blocks
                .iter()
                .filter_map(|b| self.sim.block(b))
                .map(|k| {
                    let header = &k.block.header;
                    let decided = k.decided.len() as u32;
                    (
                        k.block.id().to_string(),
                        header.round,
                        header.proposer.0,
                        decided,
                    )
                })
                .collect(),
            nodes,
        }
    }
}
