//! Executing long blocks before they are decided, in slices.
//!
//! A step of the world cannot be put down in its midst, and a block may take many times as long as a page
//! can stand still. So what a node may have to execute in its next step is executed before that step, and
//! [`World::run`] returns between slices. Results go where executions are shared (`ledger/once.rs`), and
//! nobody sees from a run whether they were there early: what is missed is executed in the step. A
//! validator alone misses: it builds and decides in one step. So does `execution.everywhere`, where nothing
//! is shared.

use super::wire::{Delivery, Payload};
use super::{ScheduledEvent, World};
use crate::base::Micros;
use crate::base::limits::SLICE_GAS;
use crate::consensus::Corruptible;
use crate::ledger::State;
use crate::types::{Block, BlockId, Height, NodeId};
use std::sync::Arc;

/// Long blocks a node is prepared for at once: a liar may offer any number.
const MOST: usize = 16;
/// Undecided blocks on one another.
const DEEP: usize = 16;

/// Work remains.
struct Unfinished;

/// Whether executing it may take more than a slice.
fn long(block: &Block) -> bool {
    let limits = block.transactions.iter().map(|t| t.transaction.gas_limit);
    limits.fold(0, u64::saturating_add) > SLICE_GAS
}

impl<P: Corruptible> World<P> {
    /// The body of a block comes to a node, which may have to execute it.
    pub(super) fn give(&mut self, node: NodeId, block: &Arc<Block>) {
        self.store.give(node, block);
        let height = block.header.height;
        // In a DAG nobody knows yet which state it will be executed on.
        if P::INFO.dag
            || self.fixed.everywhere
            || height <= self.nodes[node.index()].tip_height
            || !long(block)
        {
            return;
        }
        let awaited = self.awaited.entry(node).or_default();
        let entry = (height, block.id());
        if awaited.len() < MOST && !awaited.contains(&entry) {
            awaited.push(entry);
        }
    }

    /// A node has executed what it decided up to a height.
    pub(super) fn no_longer_awaited(&mut self, node: NodeId, height: Height) {
        if let Some(awaited) = self.awaited.get_mut(&node) {
            awaited.retain(|(at, _)| *at > height);
            if awaited.is_empty() {
                self.awaited.remove(&node);
            }
        }
    }

    /// Executes a slice of what the next step may want; true when there is nothing of it left.
    pub(super) fn prepare(&mut self, until: Micros) -> bool {
        if self.awaited.is_empty() {
            return true;
        }
        let Some((_, next)) = self.queue.peek(until) else {
            return true;
        };
        let Some(node) = next.node().filter(|n| self.nodes[n.index()].up) else {
            return true;
        };
        let mut blocks: Vec<BlockId> = match next {
            ScheduledEvent::Arrive(Delivery { packet, .. }) => match &packet.payload {
                Payload::Protocol {
                    body: Some(body), ..
                }
                | Payload::BlockReply(body) => vec![body.id()],
                Payload::Decision { commit, .. } => commit.blocks.clone(),
                Payload::Protocol { body: None, .. }
                | Payload::Transaction(_)
                | Payload::Status { .. }
                | Payload::BlockRequest { .. } => Vec::new(),
            },
            ScheduledEvent::Start(_)
            | ScheduledEvent::Timer { .. }
            | ScheduledEvent::Answer { .. }
            | ScheduledEvent::Late { .. }
            | ScheduledEvent::Resend { .. }
            | ScheduledEvent::Workload { .. }
            | ScheduledEvent::Script { .. }
            | ScheduledEvent::Crash(_)
            | ScheduledEvent::Restart(_) => Vec::new(),
        };
        if let Some(awaited) = self.awaited.get(&node) {
            blocks.extend(awaited.iter().map(|(_, id)| *id));
        }
        blocks
            .iter()
            .all(|block| self.executed(node, block, DEEP).is_ok())
    }

    /// The state after `block` as `node` will find it, if its ancestors are known that far.
    fn executed(
        &mut self,
        node: NodeId,
        block: &BlockId,
        deep: usize,
    ) -> Result<Option<State>, Unfinished> {
        let n = &self.nodes[node.index()];
        let kind = n.executor;
        if let Some(computed) = n.computed.get(block) {
            return Ok(Some(computed.state.clone()));
        }
        let (Some(body), Some(deeper)) = (self.store.any(block).cloned(), deep.checked_sub(1))
        else {
            return Ok(None);
        };
        // What is behind the node, on whatever branch, it executes no more.
        if body.header.height <= n.tip_height {
            return Ok(None);
        }
        let Some(parent) = self.executed(node, &body.header.parent, deeper)? else {
            return Ok(None);
        };
        if long(&body) && !self.ledger.execute_ahead(&parent, &body, kind) {
            return Err(Unfinished);
        }
        let execution = self.ledger.execute_once(&parent, &body, kind);
        Ok(Some(execution.state.clone()))
    }
}
