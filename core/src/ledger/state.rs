//! A snapshot of the chain's state: accounts, code, contracts and their storage, and its root.
//!
//! Values live in persistent ordered maps, so that a clone is a few pointers and a prefix can be listed;
//! the [`Tree`] beside them holds only digests. What is empty is absent (an amount of zero, an account
//! that never sent and owns nothing), so the root depends on contents alone.

use super::journal::Writes;
use super::tree::{Change, Proof, Tree};
use crate::base::{Hash, encode, hash_bytes, hash_of};
use crate::types::Address;
use borsh::{BorshDeserialize, BorshSerialize};
use imbl::OrdMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who sent how many transactions and owns what.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Account {
    /// Transactions sent so far: the nonce the next one must carry.
    pub nonce: u64,
    /// Amounts by denomination, none of them zero.
    pub balances: BTreeMap<Arc<str>, u128>,
}

/// A deployed contract. Its balances are those of the account at its address.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Contract {
    /// SHA-256 of its module.
    pub code: Hash,
    pub creator: Address,
}

/// Names one value of the state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub enum Key {
    Account(Address),
    /// A module by its SHA-256.
    Code(Hash),
    Contract(Address),
    /// What a contract keeps under a key of its own.
    Storage(Address, Vec<u8>),
}

/// A value of the state, or its absence, with what proves it against a root.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StateProof {
    pub key: Key,
    /// Canonical encoding of the [`Account`] or [`Contract`]; the bytes themselves for code and storage.
    pub value: Option<Vec<u8>>,
    pub proof: Proof,
}

/// Where a contract keeps a value: its address and its own key.
pub type StorageSlot = (Address, Arc<[u8]>);

/// A snapshot. Clones in O(1); a write to a clone leaves the original alone.
#[derive(Clone, Debug, Default)]
pub struct State {
    accounts: OrdMap<Address, Arc<Account>>,
    code: OrdMap<Hash, Arc<[u8]>>,
    contracts: OrdMap<Address, Arc<Contract>>,
    storage: OrdMap<StorageSlot, Arc<[u8]>>,
    tree: Tree,
}

impl Account {
    #[must_use]
    pub fn balance(&self, denom: &str) -> u128 {
        self.balances.get(denom).copied().unwrap_or(0)
    }

    /// Sets an amount; zero removes the entry.
    pub fn set_balance(&mut self, denom: &str, amount: u128) {
        if amount == 0 {
            self.balances.remove(denom);
        } else if let Some(held) = self.balances.get_mut(denom) {
            *held = amount;
        } else {
            self.balances.insert(denom.into(), amount);
        }
    }

    /// True when it is not worth a place in the state.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nonce == 0 && self.balances.is_empty()
    }
}

impl Key {
    /// Where its value lies in the tree.
    #[must_use]
    pub fn path(&self) -> Hash {
        hash_of("consensusforge/state-key", self)
    }
}

impl StateProof {
    /// Checks this against a state root, without a state.
    ///
    /// # Errors
    /// A sentence when the proof does not show what it claims under `root`.
    pub fn verify(&self, root: &Hash) -> Result<(), String> {
        let digest = self.value.as_deref().map(value_digest);
        if self.proof.verify(root, &self.key.path(), digest.as_ref()) {
            Ok(())
        } else {
            Err(format!(
                "the proof does not lead to the state root {}",
                root.short(8)
            ))
        }
    }
}

impl State {
    /// Digest of all contents.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    #[must_use]
    pub fn account(&self, address: &Address) -> Option<&Arc<Account>> {
        self.accounts.get(address)
    }

    /// Transactions `address` has sent so far.
    #[must_use]
    pub fn nonce(&self, address: &Address) -> u64 {
        self.account(address).map_or(0, |a| a.nonce)
    }

    #[must_use]
    pub fn balance(&self, address: &Address, denom: &str) -> u128 {
        self.account(address).map_or(0, |a| a.balance(denom))
    }

    #[must_use]
    pub fn contract(&self, address: &Address) -> Option<&Arc<Contract>> {
        self.contracts.get(address)
    }

    /// A stored module by its SHA-256.
    #[must_use]
    pub fn code(&self, hash: &Hash) -> Option<&Arc<[u8]>> {
        self.code.get(hash)
    }

    #[must_use]
    pub fn storage(&self, contract: &Address, key: &[u8]) -> Option<&Arc<[u8]>> {
        self.storage.get(&(*contract, key.into()))
    }

    /// All accounts, by address.
    pub fn accounts(&self) -> impl Iterator<Item = (&Address, &Arc<Account>)> {
        self.accounts.iter()
    }

    /// All contracts, by address.
    pub fn contracts(&self) -> impl Iterator<Item = (&Address, &Arc<Contract>)> {
        self.contracts.iter()
    }

    /// What `contract` stores under keys that begin with `prefix` (empty: everything), in key order.
    pub fn storage_of<'a>(
        &'a self,
        contract: Address,
        prefix: &'a [u8],
    ) -> impl Iterator<Item = (&'a [u8], &'a Arc<[u8]>)> {
        self.storage
            .range((contract, Arc::from(prefix))..)
            .take_while(move |((owner, key), _)| *owner == contract && key.starts_with(prefix))
            .map(|((_, key), value)| (&**key, value))
    }

    /// The sum of all balances of each denomination.
    #[must_use]
    pub fn supply(&self) -> BTreeMap<Arc<str>, u128> {
        let mut supply = BTreeMap::new();
        for (denom, amount) in self.accounts.values().flat_map(|a| &a.balances) {
            let sum: &mut u128 = supply.entry(denom.clone()).or_default();
            // Genesis caps a denomination at u128's end and nothing mints.
            *sum = sum.saturating_add(*amount);
        }
        supply
    }

    /// The value of `key`, or its absence, and what proves it against [`State::root`].
    #[must_use]
    pub fn prove(&self, key: Key) -> StateProof {
        let value = match &key {
            Key::Account(address) => self.account(address).map(|a| encode(&**a)),
            Key::Contract(address) => self.contract(address).map(|c| encode(&**c)),
            Key::Code(hash) => self.code(hash).map(|c| c.to_vec()),
            Key::Storage(contract, key) => self.storage(contract, key).map(|v| v.to_vec()),
        };
        StateProof {
            proof: self.tree.prove(&key.path()),
            key,
            value,
        }
    }

    /// Applies a write-set; the tree is updated once for all of it.
    pub fn apply(&mut self, writes: Writes) {
        let mut changes: Vec<Change> = Vec::new();
        for (address, account) in writes.accounts {
            let path = Key::Account(address).path();
            if account.is_empty() {
                self.accounts.remove(&address);
                changes.push((path, None));
            } else {
                changes.push((path, Some(value_digest(&encode(&account)))));
                self.accounts.insert(address, Arc::new(account));
            }
        }
        for (hash, code) in writes.code {
            changes.push((Key::Code(hash).path(), Some(value_digest(&code))));
            self.code.insert(hash, code);
        }
        for (address, contract) in writes.contracts {
            let digest = value_digest(&encode(&contract));
            changes.push((Key::Contract(address).path(), Some(digest)));
            self.contracts.insert(address, Arc::new(contract));
        }
        for ((contract, key), value) in writes.storage {
            let path = Key::Storage(contract, key.to_vec()).path();
            changes.push((path, value.as_deref().map(value_digest)));
            match value {
                Some(value) => self.storage.insert((contract, key), value),
                None => self.storage.remove(&(contract, key)),
            };
        }
        self.tree.apply(changes);
    }
}

/// Equal contents, as the root says.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.root() == other.root()
    }
}

impl Eq for State {}

fn value_digest(bytes: &[u8]) -> Hash {
    hash_bytes("consensusforge/state-value", bytes)
}
