//! One process: a protocol machine, a store of blocks, executed states, a mempool.

use super::store::Commit;
use crate::base::limits::MAX_EVIDENCE;
use crate::base::{Hash, Micros};
use crate::consensus::{Corruptible, Timer};
use crate::ledger::{ExecutorKind, Mempool, State};
use crate::types::{BlockId, Evidence, Height, NodeId, ValidatorId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The state after a block, as one node computed it.
#[derive(Clone, Debug)]
pub(super) struct Computed {
    /// Of the block in the decided order, or where it would be: in a chain its height.
    pub position: Height,
    pub state: State,
    pub root: Hash,
}

/// The state after a final block, and when that block was built.
#[derive(Clone, Debug)]
pub(super) struct Past {
    pub state: State,
    pub time: Micros,
}

impl Past {
    pub(super) fn new(computed: &Computed, time: Micros) -> Self {
        Past {
            state: computed.state.clone(),
            time,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Node<P: Corruptible> {
    pub id: NodeId,
    pub validator: ValidatorId,
    pub machine: P::State,
    pub up: bool,
    /// Counts crashes: timers and answers of an earlier life are ignored.
    pub life: u32,
    pub armed: BTreeSet<Timer>,
    /// The newest final block.
    pub tip: BlockId,
    /// Its place in the decided order: in a chain its height.
    pub tip_height: Height,
    /// When the tip last moved, or the node started.
    pub progress: Micros,
    /// Executed states: the tip's, the few before it, and of blocks beyond it that were built upon.
    pub computed: BTreeMap<BlockId, Computed>,
    /// The states after its newest final blocks, for questions about the past; consensus never looks.
    pub past: imbl::OrdMap<Height, Past>,
    pub executor: ExecutorKind,
    pub mempool: Mempool,
    /// Until then the executor is at work.
    pub busy_until: Micros,
    /// Blocks asked for and not yet here, with whom to ask.
    pub wanted: BTreeMap<BlockId, ValidatorId>,
    /// When each peer was last helped, and up to which height.
    pub helped: BTreeMap<NodeId, (Micros, Height)>,
    /// Whom others' messages were last relayed to.
    pub relay: u16,
    /// Commits proved to it that it cannot take yet, by their first places: they overtake one another on the
    /// way.
    pub proved: BTreeMap<Height, Arc<Commit<P::Message>>>,
    /// Proofs of misbehaviour this node holds, the first [`MAX_EVIDENCE`] of them.
    pub evidence: Vec<Evidence<P::Message>>,
}

/// Blocks before the tip whose states are kept: a view of the recent past for queries, and the parent
/// of a block that is still being validated.
const KEEP_STATES: u64 = 4;
/// Final states a node keeps for questions. They share what did not change, so each costs what its
/// block wrote.
const KEEP_PAST: usize = 64;

impl<P: Corruptible> Node<P> {
    /// The height it works on.
    pub(super) fn next_height(&self) -> Height {
        self.tip_height.saturating_add(1)
    }

    /// Keeps a proof; of one offender and slot one is enough.
    pub(super) fn keep_evidence(&mut self, evidence: &Evidence<P::Message>) {
        let known = self.evidence.iter().any(|e| {
            (e.offender, e.height, e.round) == (evidence.offender, evidence.height, evidence.round)
        });
        if !known && self.evidence.len() < MAX_EVIDENCE {
            self.evidence.push(evidence.clone());
        }
    }

    /// Keeps the state after a final block for those who ask about the past.
    pub(super) fn remember(&mut self, height: Height, past: Past) {
        self.past.insert(height, past);
        if self.past.len() > KEEP_PAST
            && let Some(oldest) = self.past.get_min().map(|(height, _)| *height)
        {
            self.past.remove(&oldest);
        }
    }

    /// Forgets states that nothing will build upon.
    pub(super) fn thin(&mut self) {
        let oldest = self.tip_height.saturating_sub(KEEP_STATES);
        self.computed.retain(|_, c| c.position >= oldest);
    }

    /// What a crash takes: timers, inbox (the world drops what arrives), mempool, work in progress.
    /// What stays: everything the machine knows, since it is written down before a message leaves.
    pub(super) fn crash(&mut self) {
        self.up = false;
        self.life += 1;
        self.armed.clear();
        self.mempool = Mempool::default();
        self.busy_until = 0;
        self.wanted.clear();
        self.helped.clear();
        self.proved.clear();
    }
}
