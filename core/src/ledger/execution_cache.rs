//! Real work, done once. All validators share one process: what several of them would compute alike is
//! computed for the first and handed to the rest. Exact, for it is keyed by all it depends on.

use super::chain::Chain;
use super::error::BlockError;
use super::executor::{Execution, ExecutorKind};
use super::receipt::Receipt;
use super::state::State;
use super::validity;
use crate::base::slices::go_on;
use crate::base::{Hash, Slices, limits};
use crate::types::{Block, BlockId};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

/// Parent state root, block, executor.
type ExecutionKey = (Hash, BlockId, ExecutorKind);

/// The chain's rules as all validators use them. A clone costs a few hundred shared pointers.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The rules that executions follow.
    pub chain: Chain,
    /// Computes every time, for every validator. Can only give the same results, which a test shows.
    pub everywhere: bool,
    executions: Recent<ExecutionKey, Arc<Execution>>,
    ahead: Ahead,
    verdicts: Recent<(Hash, BlockId), Result<(), BlockError>>,
}

impl Ledger {
    /// An empty cache for `chain`.
    #[must_use]
    pub fn new(chain: Chain) -> Self {
        Ledger {
            chain,
            everywhere: false,
            executions: Recent::default(),
            ahead: Ahead(None),
            verdicts: Recent::default(),
        }
    }

    /// Executes `block` on `parent` the way of `kind`, or hands out what that gave before.
    pub fn execute_once(
        &mut self,
        parent: &State,
        block: &Block,
        kind: ExecutorKind,
    ) -> Arc<Execution> {
        let chain = &self.chain;
        let compute = || Arc::new(kind.executor().execute(chain, parent, block));
        if self.everywhere {
            return compute();
        }
        self.executions
            .get_or((parent.root(), block.id(), kind), compute)
    }

    /// Executes a slice of `block` before anybody needs it, so that [`Ledger::execute_once`] has it at hand
    /// later; true when all is done. One block at a time: asking for another drops what was begun.
    pub fn execute_ahead(
        &mut self,
        parent: &State,
        block: &Arc<Block>,
        kind: ExecutorKind,
    ) -> bool {
        let key = (parent.root(), block.id(), kind);
        if self.executions.known.contains_key(&key) {
            return true;
        }
        let (_, work) = match self.ahead.0.take().filter(|(begun, _)| *begun == key) {
            Some(begun) => self.ahead.0.insert(begun),
            None => {
                let (chain, parent, block) = (self.chain.clone(), parent.clone(), block.clone());
                let work: Slices<'static, Execution> =
                    Box::pin(async move { kind.executor().begin(&chain, &parent, &block).await });
                self.ahead.0.insert((key, work))
            }
        };
        let Some(execution) = go_on(work) else {
            return false;
        };
        self.ahead.0 = None;
        self.executions.get_or(key, || Arc::new(execution));
        true
    }

    /// What an honest executor found for `tx` in `block`, if that execution is still remembered.
    #[must_use]
    pub fn remembered(&self, block: &BlockId, tx: &Hash) -> Option<Receipt> {
        let honest = self
            .executions
            .known
            .iter()
            .find(|((_, id, kind), _)| id == block && *kind == ExecutorKind::Honest);
        let (_, execution) = honest?;
        execution.receipts.iter().find(|r| r.tx == *tx).cloned()
    }

    /// [`validity::check_block`], once a block and parent state.
    ///
    /// # Errors
    /// As [`validity::check_block`].
    pub fn check_once(&mut self, parent: &State, block: &Block) -> Result<(), BlockError> {
        let chain = &self.chain;
        let compute = || validity::check_block(chain, parent, block);
        if self.everywhere {
            return compute();
        }
        self.verdicts.get_or((parent.root(), block.id()), compute)
    }
}

/// The execution under way. A copy of the chain begins anew: it is work, and no part of what is known.
struct Ahead(Option<(ExecutionKey, Slices<'static, Execution>)>);

impl Clone for Ahead {
    fn clone(&self) -> Self {
        Ahead(None)
    }
}

impl fmt::Debug for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begun = self.0.as_ref().map(|(key, _)| key);
        write!(f, "Ahead({begun:?})")
    }
}

/// The newest results; the oldest goes when there are [`limits::MAX_EXECUTIONS_KEPT`].
#[derive(Clone, Debug)]
struct Recent<K, V> {
    known: BTreeMap<K, V>,
    order: VecDeque<K>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Recent {
            known: BTreeMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl<K: Ord + Clone, V: Clone> Recent<K, V> {
    fn get_or(&mut self, key: K, compute: impl FnOnce() -> V) -> V {
        if let Some(value) = self.known.get(&key) {
            return value.clone();
        }
        let value = compute();
        if self.order.len() >= limits::MAX_EXECUTIONS_KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(key.clone());
        self.known.insert(key, value.clone());
        value
    }
}
