//! Questions about heights whose states are forgotten: answered where the run still knew them, by a fork
//! that goes back there and runs again.

use super::Session;
use crate::types::{Height, NodeId};

impl Session {
    /// That `node` has been beyond `height` and its state there is not at hand any more, though a replay
    /// would bring it back.
    #[must_use]
    pub fn has_forgotten(&self, node: usize, height: Height) -> bool {
        let id = NodeId(node as u16);
        node < self.sim.node_count()
            && !self.sim.recorded()
            && height < self.sim.node(id).tip_height
            && self.sim.state_at(id, Some(height)).is_none()
    }

    /// A second session at the newest point kept at which none of these nodes had decided beyond its
    /// height.
    #[must_use]
    pub fn back_to_heights(&self, places: &[(usize, Height)]) -> Session {
        let mut fork = self.fork();
        fork.restore(|checkpoint| {
            let early = |node: usize, height: Height| {
                node >= checkpoint.sim.node_count()
                    || checkpoint.sim.node(NodeId(node as u16)).tip_height <= height
            };
            places.iter().all(|(node, height)| early(*node, *height))
        });
        fork
    }

    /// Runs on until each node has decided its height, or to the end of what this run has seen; call again
    /// until it says so.
    pub fn run_to_heights(&mut self, places: &[(usize, Height)], max_steps: u64) -> bool {
        let decided = |session: &Session| {
            let there = |node: usize, height: Height| {
                node >= session.sim.node_count()
                    || session.sim.node(NodeId(node as u16)).tip_height >= height
            };
            places.iter().all(|(node, height)| there(*node, *height))
        };
        let mut left = max_steps;
        while left > 0 && !decided(self) {
            // Few at a time: a node keeps the states of its newest heights only.
            let some = left.min(FEW);
            left -= some;
            let came = self.advance(self.end, some);
            if came.reached {
                return true;
            }
            if came.executing {
                break;
            }
        }
        decided(self)
    }
}

/// Events within which no node decides as many heights as it keeps the states of.
const FEW: u64 = 256;
