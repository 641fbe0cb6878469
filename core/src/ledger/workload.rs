//! A steady stream of transactions: transfers between accounts of its own.
//!
//! The k-th transaction is a pure function of seed and k. Senders take turns, so that nonces need no
//! memory: of n accounts, transaction k is sent by account k mod n with nonce k / n. Whoever finds all
//! mempools full should offer the same k again later; skipping one would leave its sender's later
//! transactions waiting for it for ever.

use super::prices;
use crate::base::random::{Purpose, Randomness};
use crate::base::{Hash, hash_of, limits};
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{Action, Address, Coin, Keypair, SignedTransaction, Transaction};
use std::sync::Arc;

/// Native units a workload transaction pays for one gas.
pub const GAS_PRICE: u64 = 1;
/// The most one transfer moves.
pub const MAX_AMOUNT: u64 = 1_000;

/// The stream. Clones share the accounts' keys.
#[derive(Clone, Debug)]
pub struct Workload {
    chain: Hash,
    randomness: Randomness,
    accounts: Arc<[Keypair]>,
}

/// Keys of the workload's `i`-th account, the same in every run.
#[must_use]
pub fn account(i: u64) -> Keypair {
    Keypair::from_secret(hash_of("consensusforge/workload-account", &i).0)
}

/// Its address.
#[must_use]
pub fn address(i: u64) -> Address {
    Hash(account(i).public().0)
}

impl Workload {
    /// A stream between `accounts` accounts (at least 1, at most [`limits::MAX_ACCOUNTS`]), which genesis
    /// must have given coins.
    #[must_use]
    pub fn new(chain: Hash, randomness: Randomness, accounts: usize) -> Self {
        let accounts = accounts.clamp(1, limits::MAX_ACCOUNTS) as u64;
        Workload {
            chain,
            randomness,
            accounts: (0..accounts).map(account).collect(),
        }
    }

    /// The `k`-th transaction, signed.
    #[must_use]
    pub fn transaction(&self, k: u64) -> Arc<SignedTransaction> {
        let n = self.accounts.len() as u64;
        let mut draw = self.randomness.draw(Purpose::Workload, 0, k);
        let from = k % n;
        // Anybody but oneself, unless one is alone.
        let to = (from + 1 + draw.below(n.saturating_sub(1))) % n;
        let action = Action::Transfer {
            to: Hash(self.keys(to).public().0),
            coin: Coin {
                denom: NATIVE_DENOM.into(),
                amount: u128::from(draw.between(1, MAX_AMOUNT)),
            },
        };
        let keys = self.keys(from);
        let transaction = Transaction {
            sender: keys.public(),
            nonce: k / n,
            gas_limit: prices::of(&action),
            gas_price: GAS_PRICE,
            action,
        };
        SignedTransaction::sign(transaction, keys, &self.chain)
    }

    fn keys(&self, i: u64) -> &Keypair {
        &self.accounts[i as usize % self.accounts.len()]
    }
}
