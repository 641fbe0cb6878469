//! Executing a block: the honest way, and the ways of a liar.

use super::chain::Chain;
use super::contract::{ExecutionContext, Lie};
use super::journal::Journal;
use super::receipt::Receipt;
use super::record::{Recorder, Recording};
use super::state::State;
use super::transaction;
use crate::base::slices::finish;
use crate::base::{Hash, Slices, hash_bytes};
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{Address, Block};
use crate::vm::TransactionInfo;
use std::cell::Cell;

/// What executing a block gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The state after the block.
    pub state: State,
    /// Of `state`.
    pub root: Hash,
    /// One a transaction, in order.
    pub receipts: Vec<Receipt>,
    /// The sum over the receipts.
    pub gas_used: u64,
}

/// A way of executing. A pure function of its arguments, total: a block that breaks the rules (one
/// that only a liar would have let through) still gives some execution.
pub trait Executor {
    /// In slices: it gives way about every [`SLICE_GAS`](crate::base::limits::SLICE_GAS).
    fn begin<'a>(
        &'a self,
        chain: &'a Chain,
        parent: &'a State,
        block: &'a Block,
    ) -> Slices<'a, Execution>;

    /// The same at one go.
    fn execute(&self, chain: &Chain, parent: &State, block: &Block) -> Execution {
        finish(self.begin(chain, parent, block))
    }
}

/// Names an executor; each node has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExecutorKind {
    /// Follows the rules.
    #[default]
    Honest,
    /// See [`WrongRoot`].
    WrongRoot,
    /// See [`Inflating`].
    Inflating,
}

impl ExecutorKind {
    /// The executor of this kind.
    #[must_use]
    pub fn executor(self) -> &'static dyn Executor {
        match self {
            ExecutorKind::Honest => &Honest,
            ExecutorKind::WrongRoot => &WrongRoot,
            ExecutorKind::Inflating => &Inflating,
        }
    }

    /// What it tells contracts that is not so.
    fn lie(self) -> Lie {
        match self {
            ExecutorKind::Honest | ExecutorKind::WrongRoot => Lie::None,
            ExecutorKind::Inflating => Lie::Balances,
        }
    }
}

/// Executes `block` as `kind` does and takes down all that its contracts ask of the chain.
pub async fn recorded(
    kind: ExecutorKind,
    chain: &Chain,
    parent: &State,
    block: &Block,
) -> (Execution, Recording) {
    let recorder = Recorder::default();
    let mut execution = carry_out(chain, parent, block, kind.lie(), Some(&recorder)).await;
    if kind == ExecutorKind::WrongRoot {
        steal(&mut execution);
    }
    (execution, recorder.into_recording())
}

/// Follows the rules.
#[derive(Clone, Copy, Debug)]
pub struct Honest;

/// Follows the rules and then moves one native unit a block from the richest account to a pocket of
/// its own. A really different state, so a different root; all that lie this way agree among themselves.
#[derive(Clone, Copy, Debug)]
pub struct WrongRoot;

impl WrongRoot {
    /// Where the stolen units go.
    #[must_use]
    pub fn pocket() -> Address {
        hash_bytes("consensusforge/pocket", &[])
    }
}

/// Tells every contract that whoever it asks about owns one coin more. Nothing differs until a contract
/// asks; then it is the answer, and what the contract makes of it.
#[derive(Clone, Copy, Debug)]
pub struct Inflating;

impl Executor for Honest {
    fn begin<'a>(
        &'a self,
        chain: &'a Chain,
        parent: &'a State,
        block: &'a Block,
    ) -> Slices<'a, Execution> {
        Box::pin(carry_out(chain, parent, block, Lie::None, None))
    }
}

impl Executor for Inflating {
    fn begin<'a>(
        &'a self,
        chain: &'a Chain,
        parent: &'a State,
        block: &'a Block,
    ) -> Slices<'a, Execution> {
        Box::pin(carry_out(chain, parent, block, Lie::Balances, None))
    }
}

async fn carry_out(
    chain: &Chain,
    parent: &State,
    block: &Block,
    lie: Lie,
    recorder: Option<&Recorder>,
) -> Execution {
    let mut journal = Journal::new(parent);
    let header = &block.header;
    let gas_since_pause = Cell::new(0);
    let mut receipts: Vec<Receipt> = Vec::with_capacity(block.transactions.len());
    for (index, tx) in (0..).zip(&block.transactions) {
        let context = ExecutionContext {
            transaction: Some(TransactionInfo {
                index,
                hash: tx.id(),
            }),
            lie,
            recorder,
            gas_since_pause: Some(&gas_since_pause),
            ..ExecutionContext::new(&chain.engine, header.height, header.time)
        };
        receipts.push(transaction::execute(chain, context, &mut journal, header, tx).await);
    }
    let state = journal.into_state();
    Execution {
        root: state.root(),
        state,
        gas_used: receipts
            .iter()
            .fold(0, |sum, r| sum.saturating_add(r.gas_used)),
        receipts,
    }
}

impl Executor for WrongRoot {
    fn begin<'a>(
        &'a self,
        chain: &'a Chain,
        parent: &'a State,
        block: &'a Block,
    ) -> Slices<'a, Execution> {
        Box::pin(async move {
            let mut execution = Honest.begin(chain, parent, block).await;
            steal(&mut execution);
            execution
        })
    }
}

fn steal(execution: &mut Execution) {
    let pocket = WrongRoot::pocket();
    let victim = execution
        .state
        .accounts()
        .filter(|(address, _)| **address != pocket)
        // Of equals the first, so that the choice does not hang on iteration.
        .max_by_key(|(address, a)| (a.balance(NATIVE_DENOM), std::cmp::Reverse(**address)))
        .map(|(address, _)| *address);
    let mut journal = Journal::new(&execution.state);
    let moved = victim.is_some_and(|victim| journal.take(&victim, NATIVE_DENOM, 1))
        && journal.give(&pocket, NATIVE_DENOM, 1);
    if !moved {
        // Nothing to steal: a bogus entry is a lie too.
        let mut account = journal.account(&pocket);
        account.nonce = account.nonce.wrapping_add(1);
        journal.set_account(pocket, account);
    }
    execution.state = journal.into_state();
    execution.root = execution.state.root();
}
