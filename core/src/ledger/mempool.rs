//! Transactions that wait, at one node. Bounded; shared, so that 128 nodes hold one copy of each.

use super::error::{MempoolError, TransactionError};
use super::state::State;
use super::validity::{
    HEADER_BYTES, SpendingCheck, check_transaction, max_fee, rides_along, sender,
};
use crate::base::{Hash, limits};
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{Address, Block, SignedTransaction};
use imbl::{OrdMap, OrdSet};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One node's waiting transactions. Clones in O(1).
#[derive(Clone, Debug, Default)]
pub struct Mempool {
    /// By sender and nonce, with the order of arrival: at most one a place.
    waiting: OrdMap<(Address, u64), (u64, Arc<SignedTransaction>)>,
    ids: OrdSet<Hash>,
    bytes: usize,
    arrivals: u64,
}

impl Mempool {
    /// Transactions waiting.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// True when nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Their encoded size.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// True when this transaction waits.
    #[must_use]
    pub fn contains(&self, id: &Hash) -> bool {
        self.ids.contains(id)
    }

    /// By sender and nonce.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<SignedTransaction>> {
        self.waiting.values().map(|(_, tx)| tx)
    }

    /// Takes `tx` in. `state` is the newest the node knows; `chain` what signatures are bound to. A
    /// nonce ahead of the account's is fine: it waits for those before it.
    ///
    /// # Errors
    /// Known already, full, spent nonce, another transaction in its place, a fee the account cannot pay, or
    /// what [`check_transaction`] says.
    pub fn insert(
        &mut self,
        tx: &Arc<SignedTransaction>,
        state: &State,
        chain: &Hash,
        every_time: bool,
    ) -> Result<(), MempoolError> {
        let (t, id) = (&tx.transaction, tx.id());
        if self.ids.contains(&id) {
            return Err(MempoolError::Known(id));
        }
        if self.len() >= limits::MAX_MEMPOOL_TXS
            || self.bytes.saturating_add(tx.bytes()) > limits::MAX_MEMPOOL_BYTES
        {
            return Err(MempoolError::Full);
        }
        let from = sender(t);
        let account = state.account(&from);
        let next = account.map_or(0, |a| a.nonce);
        if t.nonce < next {
            return Err(MempoolError::SpentNonce {
                found: t.nonce,
                next,
            });
        }
        if self.waiting.contains_key(&(from, t.nonce)) {
            return Err(MempoolError::NonceTaken(t.nonce));
        }
        let held = account.map_or(0, |a| a.balance(NATIVE_DENOM));
        if max_fee(t) > held {
            return Err(MempoolError::Transaction(TransactionError::Fee {
                fee: max_fee(t),
                held,
            }));
        }
        check_transaction(tx, chain, every_time)?;
        self.waiting
            .insert((from, t.nonce), (self.arrivals, tx.clone()));
        self.ids.insert(id);
        self.bytes += tx.bytes();
        self.arrivals += 1;
        Ok(())
    }

    /// What a proposer puts in a block on `state`: the dearest gas first, then the earliest arrival, each
    /// sender's in the order of its nonces, as long as limits add up to at most `gas` and sizes to at
    /// most `bytes` (and a block's own limits). Nothing is removed; all of it passes
    /// [`super::check_block`].
    #[must_use]
    pub fn take(&self, state: &State, gas: u64, bytes: usize) -> Vec<Arc<SignedTransaction>> {
        let mut gas = gas.min(limits::MAX_BLOCK_GAS);
        let mut bytes = bytes.min(limits::MAX_BLOCK_BYTES - HEADER_BYTES);
        // Each sender's next transaction, best first. Arrivals are distinct: a total order.
        let mut heads = BTreeSet::new();
        let head = |place: (Address, u64)| {
            self.waiting
                .get(&place)
                .map(|(arrival, tx)| (Reverse(tx.transaction.gas_price), *arrival, place))
        };
        let mut last = None;
        for (from, _) in self.waiting.keys() {
            if last != Some(*from) {
                heads.extend(head((*from, state.nonce(from))));
                last = Some(*from);
            }
        }
        let mut turn = SpendingCheck::new(state);
        let mut taken = Vec::new();
        let mut large = false;
        while taken.len() < limits::MAX_BLOCK_TXS
            && let Some((_, _, place)) = heads.pop_first()
        {
            let Some((_, tx)) = self.waiting.get(&place) else {
                continue;
            };
            let rides = rides_along(tx.bytes()) && !large;
            let counted = if rides { 0 } else { tx.bytes() };
            let rest = (
                gas.checked_sub(tx.transaction.gas_limit),
                bytes.checked_sub(counted),
            );
            // One that does not fit holds up its sender's later ones, not the others'.
            if let (Some(gas_left), Some(bytes_left)) = rest
                && turn.take(&tx.transaction).is_ok()
            {
                (gas, bytes, large) = (gas_left, bytes_left, large || rides);
                taken.push(tx.clone());
                heads.extend(
                    place
                        .1
                        .checked_add(1)
                        .and_then(|next| head((place.0, next))),
                );
            }
        }
        taken
    }

    /// After `block` was decided and gave `state`: drops its transactions, and what its senders had
    /// waiting with nonces now spent.
    pub fn remove_committed(&mut self, block: &Block, state: &State) {
        let senders: BTreeSet<Address> = block
            .transactions
            .iter()
            .map(|tx| sender(&tx.transaction))
            .collect();
        for from in senders {
            self.drop_stale(from, state.nonce(&from));
        }
    }

    fn drop_stale(&mut self, from: Address, next: u64) {
        let stale: Vec<(Address, u64)> = self
            .waiting
            .range((from, 0)..(from, next))
            .map(|(place, _)| *place)
            .collect();
        for place in stale {
            if let Some((_, tx)) = self.waiting.remove(&place) {
                self.ids.remove(&tx.id());
                self.bytes = self.bytes.saturating_sub(tx.bytes());
            }
        }
    }
}
