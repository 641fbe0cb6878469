//! A node's chain: building, validating, executing and finalising blocks.

use super::node::{Computed, Past};
use super::users::user_address;
use super::{World, store};
use crate::base::limits::{MAX_BLOCK_BYTES, MAX_DELAY};
use crate::base::{Hash, Micros, SECOND};
use crate::check::listed;
use crate::consensus::{Certificate, Corruptible};
use crate::ledger::error::BlockError;
use crate::ledger::validity::check_alone;
use crate::trace::{Commit, Event, Executed, Rejection};
use crate::types::{Block, BlockId, DagLinks, Extension, Header, Height, NodeId, Round, Slot};
use std::sync::Arc;

/// Why a proposed block is not valid where it stands.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error("its parent is {named}, not {wanted}")]
    OtherParent { named: String, wanted: String },
    #[error("it is a block of a chain")]
    OfAChain,
    #[error("it is a block of a DAG")]
    OfADag,
    #[error("the state after its parent {} is not known", .0.short(8))]
    StateUnknown(BlockId),
    #[error("it claims height {claimed}, on a parent of height {parent}")]
    Height { claimed: Height, parent: Height },
    #[error("it was built in the future")]
    Future,
    #[error("it names the state of another block than its parent")]
    OtherState,
    #[error(
        "it names state root {} after its parent, here it is {}",
        named.short(8),
        here.short(8)
    )]
    Root { named: Hash, here: Hash },
    #[error("it changes the validators in a way that was not ordered")]
    Validators,
    #[error("its transactions may use {gas} gas: at most {most} a block")]
    Gas { gas: u128, most: u64 },
    #[error(transparent)]
    Block(#[from] BlockError),
}

impl<P: Corruptible> World<P> {
    /// A new block of `node` on `parents`, from its mempool; `None` when it lacks a state to build on. In a
    /// chain that is the parent's; in a DAG nobody knows yet what will stand before the block, so it is the
    /// state after what the node has decided.
    pub(super) fn build_block(
        &mut self,
        node: NodeId,
        slot: Slot,
        parents: &[BlockId],
    ) -> Option<Arc<Block>> {
        let (parent, further_parents) = parents.split_first()?;
        let tip = self.nodes[node.index()].tip;
        let executed = if P::INFO.dag { tip } else { *parent };
        let Computed {
            state,
            root,
            position,
        } = self.compute(node, &executed)?;
        let n = &self.nodes[node.index()];
        let mut transactions = n
            .mempool
            .take(&state, self.fixed.block_gas, MAX_BLOCK_BYTES);
        let left_out = self.adversary.strategy.leaves_out();
        if !left_out.is_empty() && self.adversary.controls(node) {
            // All of a sender's, so that no later one waits for an earlier one that never comes.
            let left_out: Vec<_> = left_out.iter().map(|i| user_address(*i)).collect();
            transactions.retain(|tx| !left_out.contains(&Hash(tx.transaction.sender.0)));
        }
        let height = if P::INFO.dag {
            slot.height
        } else {
            position + 1
        };
        let header = Header {
            chain: self.fixed.chain,
            height,
            round: slot.round,
            proposer: n.validator,
            parent: *parent,
            time: self.now,
            executed,
            state_root: root,
            transactions: Hash::ZERO,
            salt: 0,
            extension: Extension {
                validators: self.changes.at(height).to_vec(),
                dag: P::INFO.dag.then(|| DagLinks {
                    further_parents: further_parents.to_vec(),
                    executed_at: position,
                }),
            },
        };
        let block = Block::new(header, transactions);
        self.give(node, &block);
        Some(block)
    }

    /// May `block` stand on `parents`, as this node sees it? The reason for a no goes into the trace.
    pub(super) fn validate(&mut self, node: NodeId, block: &BlockId, parents: &[BlockId]) -> bool {
        let Some(body) = self.store.get(node, block).cloned() else {
            return false;
        };
        match self.judge(node, &body, parents) {
            Ok(()) => true,
            Err(reason) => {
                let slot = Slot {
                    height: body.header.height,
                    round: body.header.round,
                };
                let rejection = Rejection {
                    slot,
                    block: *block,
                    reason: reason.to_string(),
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

    fn judge(&mut self, node: NodeId, block: &Block, parents: &[BlockId]) -> Result<(), Unfit> {
        let header = &block.header;
        if !header.parents().eq(parents) {
            let told = |all: &mut dyn Iterator<Item = &BlockId>| {
                let all: Vec<String> = all.map(|p| p.short(8)).collect();
                listed(&all)
            };
            return Err(Unfit::OtherParent {
                named: told(&mut header.parents()),
                wanted: told(&mut parents.iter()),
            });
        }
        match (P::INFO.dag, header.in_dag()) {
            (true, true) => self.judge_in_dag(block),
            (false, false) => self.judge_in_chain(node, block),
            (true, false) => Err(Unfit::OfAChain),
            (false, true) => Err(Unfit::OfADag),
        }
    }

    /// What is asked of a block in a DAG does not hang on what a node has executed: all honest nodes must
    /// take in the same blocks, and each has come to another place of the order when it judges. So a wrong
    /// root is nothing that keeps a block out: it only convicts its author.
    fn judge_in_dag(&mut self, block: &Block) -> Result<(), Unfit> {
        self.check_changes_and_gas(block)?;
        Ok(check_alone(&self.ledger.chain, block)?)
    }

    fn judge_in_chain(&mut self, node: NodeId, block: &Block) -> Result<(), Unfit> {
        let header = &block.header;
        let parent = &header.parent;
        let Some(Computed {
            position: height,
            state,
            root,
        }) = self.compute(node, parent)
        else {
            return Err(Unfit::StateUnknown(*parent));
        };
        if header.height != height + 1 {
            return Err(Unfit::Height {
                claimed: header.height,
                parent: height,
            });
        }
        if header.time > self.now {
            return Err(Unfit::Future);
        }
        if header.executed != *parent {
            return Err(Unfit::OtherState);
        }
        if header.state_root != root {
            return Err(Unfit::Root {
                named: header.state_root,
                here: root,
            });
        }
        self.check_changes_and_gas(block)?;
        Ok(self.ledger.check_once(&state, block)?)
    }

    fn check_changes_and_gas(&self, block: &Block) -> Result<(), Unfit> {
        let header = &block.header;
        let changes = &header.extension.validators;
        if !self.changes.may_carry(header.height, changes) {
            return Err(Unfit::Validators);
        }
        let gas: u128 = block
            .transactions
            .iter()
            .map(|t| u128::from(t.transaction.gas_limit))
            .sum();
        if gas > u128::from(self.fixed.block_gas) {
            return Err(Unfit::Gas {
                gas,
                most: self.fixed.block_gas,
            });
        }
        Ok(())
    }

    /// The state after `block` as `node` computes it, executing what it has not executed yet: in a chain its
    /// ancestors. In a DAG only what was decided has a state, and that was executed when it was.
    pub(super) fn compute(&mut self, node: NodeId, block: &BlockId) -> Option<Computed> {
        let mut chain = Vec::new();
        let mut at = *block;
        let mut known = loop {
            if let Some(computed) = self.nodes[node.index()].computed.get(&at) {
                break computed.clone();
            }
            if P::INFO.dag {
                return None;
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
            position: parent.position + 1,
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
        self.users
            .executed(node, lies, computed.position, &execution);
        self.digest.executed(node, &block.id(), &root);
        self.trace.push(
            self.now,
            Event::Executed(Box::new(Executed {
                node,
                height: computed.position,
                block: block.id(),
                root,
                gas: execution.gas_used,
            })),
        );
        computed
    }

    /// `blocks` are final at `node`, in this order, the first of them in place `first`. `round` is the last
    /// one's, which `proof` is for; those before it keep the rounds they were proposed in.
    pub(super) fn decide(
        &mut self,
        node: NodeId,
        first: Height,
        blocks: Vec<BlockId>,
        round: Round,
        proof: Arc<Certificate<P::Message>>,
    ) {
        let commit = Arc::new(store::Commit {
            first,
            blocks,
            proof,
        });
        for (position, id) in (first..).zip(&commit.blocks) {
            if position <= self.nodes[node.index()].tip_height {
                continue;
            }
            // A protocol decides what it has seen whole; without a body nothing after it could be executed.
            let Some(body) = self.store.get(node, id).cloned() else {
                return;
            };
            let round = if position == commit.last() {
                round
            } else {
                body.header.round
            };
            self.finalise(node, &body, position, round, &commit);
        }
    }

    fn finalise(
        &mut self,
        node: NodeId,
        block: &Arc<Block>,
        position: Height,
        round: Round,
        commit: &Arc<store::Commit<P::Message>>,
    ) {
        let id = block.id();
        let header = &block.header;
        // The machine asked for a verdict before it decided; this is the trace's own witness of it.
        let parents: Vec<BlockId> = header.parents().copied().collect();
        let valid = self.judge(node, block, &parents).is_ok();
        let caught_up =
            self.store.decided_elsewhere(node, position, &id) && self.behind(node, position);
        self.store.decide(node, position, id, commit);
        self.digest.decided(node, position, &id);
        let proven = position == commit.last();
        let mut signers: Vec<_> = if proven {
            commit.proof.iter().map(|s| s.signer).collect()
        } else {
            Vec::new()
        };
        signers.sort_unstable();
        signers.dedup();
        let dag = header.extension.dag.as_ref();
        self.trace.push(
            self.now,
            Event::Committed(Box::new(Commit {
                node,
                height: position,
                round,
                block: id,
                parent: header.parent,
                further_parents: dag.map(|d| d.further_parents.clone()),
                with: commit.blocks.last().copied().unwrap_or(id),
                proposer: header.proposer,
                built: header.time,
                transactions: u32::try_from(block.transactions.len()).unwrap_or(u32::MAX),
                mempool: u32::try_from(self.nodes[node.index()].mempool.len()).unwrap_or(u32::MAX),
                signers,
                caught_up,
                valid,
            })),
        );
        self.take_up_changes(block);
        if P::INFO.dag {
            let tip = self.nodes[node.index()].tip;
            if let Some(before) = self.compute(node, &tip) {
                self.execute(node, &before, block);
            }
        } else {
            self.compute(node, &id);
        }
        self.no_longer_awaited(node, position);
        let now = self.now;
        let n = &mut self.nodes[node.index()];
        n.tip = id;
        n.tip_height = position;
        n.progress = now;
        n.thin();
        if let Some(computed) = n.computed.get(&id).cloned() {
            n.remember(position, Past::new(&computed, block.header.time));
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
            if P::INFO.dag { KEEP_ROUNDS } else { 0 },
        );
        // Whoever is still further behind packs its messages anew.
        let resent = slowest.max(fastest.saturating_sub(KEEP_HEIGHTS));
        let resent = self.store.height_of(resent);
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
/// Rounds of a DAG kept behind what the slowest node has decided: a chain of blocks that nobody took as
/// parents for so long is not ordered any more.
const KEEP_ROUNDS: u64 = 256;
/// Heights kept behind the slowest node, for people who ask about the recent past.
const KEEP_SHOWN: u64 = 128;
/// Heights kept for a node that is down, times the number of nodes: 100,000 heights of four, 3,125 of
/// 128. One that is down for longer cannot catch up any more: its peers have forgotten.
const KEEP_CERTIFIED: u64 = 400_000;
