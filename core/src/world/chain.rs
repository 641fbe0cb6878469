//! A node's chain: building, validating, executing and finalising blocks.

use super::World;
use super::node::{Computed, Past};
use super::users::user_address;
use crate::base::limits::{MAX_BLOCK_BYTES, MAX_DELAY};
use crate::base::{Hash, Micros, SECOND};
use crate::consensus::{Certificate, Corruptible};
use crate::trace::{Commit, Event, Executed, Rejection};
use crate::types::{Block, BlockId, Extension, Header, Height, NodeId, Round, Slot};
use std::sync::Arc;

impl<P: Corruptible> World<P> {
    /// A new block of `node` on `parent`, from its mempool; `None` when it lacks the parent's state.
    pub(super) fn build_block(
        &mut self,
        node: NodeId,
        slot: Slot,
        parent: BlockId,
    ) -> Option<Arc<Block>> {
        let Computed {
            state,
            root,
            height,
        } = self.compute(node, &parent)?;
        let n = &self.nodes[node.index()];
        let mut transactions = n
            .mempool
            .take(&state, self.fixed.block_gas, MAX_BLOCK_BYTES);
        let left_out = self.adversary.strategy.leaves_out();
        if !left_out.is_empty() && self.adversary.controls(node) {
            // All of a sender's, so that no later one waits for an earlier one in vain.
            let left_out: Vec<_> = left_out.iter().map(|i| user_address(*i)).collect();
            transactions.retain(|tx| !left_out.contains(&Hash(tx.transaction.sender.0)));
        }
        let header = Header {
            chain: self.fixed.chain,
            height: height + 1,
            round: slot.round,
            proposer: n.validator,
            parent,
            time: self.now,
            executed: parent,
            state_root: root,
            transactions: Hash::ZERO,
            salt: 0,
            extension: Extension {
                validators: self.changes.at(height + 1).to_vec(),
            },
        };
        let block = Block::new(header, transactions);
        self.give(node, &block);
        Some(block)
    }

    /// May `block` stand on `parent`, as this node sees it? The reason for a no goes into the trace.
    pub(super) fn validate(&mut self, node: NodeId, block: &BlockId, parent: &BlockId) -> bool {
        let Some(body) = self.store.get(node, block).cloned() else {
            return false;
        };
        match self.judge(node, &body, parent) {
            Ok(()) => true,
            Err(reason) => {
                let slot = Slot {
                    height: body.header.height,
                    round: body.header.round,
                };
                let rejection = Rejection {
                    slot,
                    block: *block,
                    reason,
                };
                self.trace.push(
                    self.now,
                    Event::Rejected {
                        node,
                        detail: Box::new(rejection),
                    },
                );
                false
            }
        }
    }

    fn judge(&mut self, node: NodeId, block: &Block, parent: &BlockId) -> Result<(), String> {
        let header = &block.header;
        if header.parent != *parent {
            return Err(format!(
                "its parent is {}, not {}",
                header.parent.short(8),
                parent.short(8)
            ));
        }
        let Some(Computed {
            height,
            state,
            root,
        }) = self.compute(node, parent)
        else {
            return Err(format!(
                "the state after its parent {} is not known",
                parent.short(8)
            ));
        };
        if header.height != height + 1 {
            return Err(format!(
                "it claims height {}, on a parent of height {height}",
                header.height
            ));
        }
        if header.time > self.now {
            return Err("it was built in the future".into());
        }
        if header.executed != *parent {
            return Err("it names the state of another block than its parent".into());
        }
        if header.state_root != root {
            return Err(format!(
                "it names state root {} after its parent, here it is {}",
                header.state_root.short(8),
                root.short(8)
            ));
        }
        let changes = &header.extension.validators;
        self.changes.check(header.height, changes)?;
        let gas: u128 = block
            .transactions
            .iter()
            .map(|t| u128::from(t.transaction.gas_limit))
            .sum();
        if gas > u128::from(self.fixed.block_gas) {
            return Err(format!(
                "its transactions may use {gas} gas: at most {} a block",
                self.fixed.block_gas
            ));
        }
        self.ledger
            .check_once(&state, block)
            .map_err(|why| why.to_string())
    }

    /// The state after `block` as `node` computes it, executing what it has not executed yet.
    fn compute(&mut self, node: NodeId, block: &BlockId) -> Option<Computed> {
        let mut chain = Vec::new();
        let mut at = *block;
        let mut known = loop {
            if let Some(computed) = self.nodes[node.index()].computed.get(&at) {
                break computed.clone();
            }
            let body = self.store.get(node, &at)?.clone();
            at = body.header.parent;
            chain.push(body);
        };
        while let Some(body) = chain.pop() {
            known = self.execute(node, &known, &body);
        }
        Some(known)
    }

    fn execute(&mut self, node: NodeId, parent: &Computed, block: &Block) -> Computed {
        let execution =
            self.ledger
                .execute_once(&parent.state, block, self.nodes[node.index()].executor);
        let root = execution.root;
        let computed = Computed {
            height: parent.height + 1,
            state: execution.state.clone(),
            root,
        };
        let n = &mut self.nodes[node.index()];
        n.computed.insert(block.id(), computed.clone());
        if self.fixed.gas_per_second > 0 {
            let took = u128::from(execution.gas_used) * u128::from(SECOND)
                / u128::from(self.fixed.gas_per_second);
            let took = Micros::try_from(took).unwrap_or(Micros::MAX).min(MAX_DELAY);
            n.busy_until = n.busy_until.max(self.now) + took;
        }
        let lies = self.adversary.controls(node);
        self.users.executed(node, lies, block, &execution);
        self.digest.executed(node, &block.id(), &root);
        self.trace.push(
            self.now,
            Event::Executed(Box::new(Executed {
                node,
                height: computed.height,
                block: block.id(),
                root,
                gas: execution.gas_used,
            })),
        );
        computed
    }

    /// `block` and its undecided ancestors are final at `node`.
    pub(super) fn decide(
        &mut self,
        node: NodeId,
        block: BlockId,
        height: Height,
        round: Round,
        certificate: &Arc<Certificate<P::Message>>,
    ) {
        let tip_height = self.nodes[node.index()].tip_height;
        if height <= tip_height {
            return;
        }
        let mut path = Vec::new();
        let mut at = block;
        while let Some(body) = self.store.get(node, &at).cloned() {
            if body.header.height <= tip_height {
                break;
            }
            at = body.header.parent;
            path.push(body);
        }
        while let Some(body) = path.pop() {
            self.finalise(node, &body, round, certificate);
        }
    }

    fn finalise(
        &mut self,
        node: NodeId,
        block: &Arc<Block>,
        round: Round,
        certificate: &Arc<Certificate<P::Message>>,
    ) {
        let (id, height) = (block.id(), block.header.height);
        // The machine asked for a verdict before it decided; this is the trace's own witness of it.
        let valid = self.judge(node, block, &block.header.parent).is_ok();
        let caught_up =
            self.store.decided_elsewhere(node, height, &id) && self.behind(node, height);
        self.store.decide(node, height, id, certificate);
        self.digest.decided(node, height, &id);
        let mut signers: Vec<_> = certificate.iter().map(|s| s.signer).collect();
        signers.sort_unstable();
        signers.dedup();
        self.trace.push(
            self.now,
            Event::Committed(Box::new(Commit {
                node,
                height,
                round,
                block: id,
                parent: block.header.parent,
                proposer: block.header.proposer,
                built: block.header.time,
                transactions: u32::try_from(block.transactions.len()).unwrap_or(u32::MAX),
                mempool: u32::try_from(self.nodes[node.index()].mempool.len()).unwrap_or(u32::MAX),
                signers,
                caught_up,
                valid,
            })),
        );
        self.take_up_changes(block);
        self.compute(node, &id);
        self.no_longer_awaited(node, height);
        let now = self.now;
        let n = &mut self.nodes[node.index()];
        n.tip = id;
        n.tip_height = height;
        n.progress = now;
        n.thin();
        if let Some(computed) = n.computed.get(&id).cloned() {
            n.remember(height, Past::new(&computed, block.header.time));
            n.mempool.remove_committed(block, &computed.state);
        }
        self.forget_old();
    }

    /// A node decides a height that others have left: it is catching up.
    fn behind(&self, node: NodeId, height: Height) -> bool {
        self.nodes
            .iter()
            .any(|n| n.id != node && n.tip_height > height)
    }

    /// Bodies, decisions and packets that no node can need any more.
    fn forget_old(&mut self) {
        let slowest = self.nodes.iter().map(|n| n.tip_height).min().unwrap_or(0);
        let fastest = self.nodes.iter().map(|n| n.tip_height).max().unwrap_or(0);
        // Certificates grow with the number of validators, so fewer of them are kept.
        let most = KEEP_CERTIFIED / self.nodes.len().max(1) as u64;
        self.store.prune(
            slowest
                .saturating_sub(KEEP_SHOWN)
                .max(fastest.saturating_sub(most)),
        );
        // Whoever is still further behind packs its messages anew.
        let resent = slowest.max(fastest.saturating_sub(KEEP_HEIGHTS));
        while self
            .packets
            .first_key_value()
            .is_some_and(|((height, _), _)| *height < resent)
        {
            self.packets.pop_first();
        }
    }
}

/// Heights behind the slowest node whose messages may still be sent again as they were packed.
const KEEP_HEIGHTS: u64 = 16;
/// Heights kept behind the slowest node, for people who ask about the recent past.
const KEEP_SHOWN: u64 = 128;
/// Heights kept for a node that is down, times the number of nodes: 100,000 heights of four, 3,125 of
/// 128. One that is down for longer cannot catch up any more: its peers have forgotten.
const KEEP_CERTIFIED: u64 = 400_000;
