//! A snapshot of the chain's state: accounts, code, contracts and their storage, and its root.
//!
//! What instantiating stored code needs (ids, admins, labels) lies in entries of its own, so that a chain
//! that only ever deploys has the roots it always had.
//!
//! Values live in persistent ordered maps, so that a clone is a few pointers and a prefix can be listed;
//! the [`Tree`] beside them holds only digests. What is empty is absent (an amount of zero, an account
//! that never sent and owns nothing), so the root depends on contents alone.

use super::error::ProofError;
use super::tree::{Change, Proof, Tree};
use crate::base::{Hash, encode, hash_bytes, hash_of};
use crate::types::Address;
use crate::vm::Order;
use crate::vm::token_factory::DenomMetadata;
use borsh::{BorshDeserialize, BorshSerialize};
use imbl::OrdMap;
use std::collections::BTreeMap;
use std::ops::Bound;
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
    /// Who made it.
    pub creator: Address,
}

/// What is known of a contract that was made of stored code.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ContractInfo {
    /// Number of its code, from 1.
    pub code_id: u64,
    /// Who may migrate it.
    pub admin: Option<Address>,
    /// The line it was made with.
    pub label: String,
    /// Height of the block that made it.
    pub made: u64,
}

/// Code somebody stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CodeInfo {
    /// SHA-256 of the module.
    pub hash: Hash,
    /// Who stored it.
    pub creator: Address,
}

/// A denomination of the token factory.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Denom {
    /// Who may mint and burn it.
    pub admin: Option<Address>,
    /// What it is, for people.
    pub metadata: DenomMetadata,
}

/// How many there have been so far: the next one's number is one more.
/// How many codes and contracts have been made.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    BorshSerialize,
    BorshDeserialize
)]
pub struct Counts {
    /// Codes.
    pub codes: u64,
    /// Contracts.
    pub instances: u64,
}

/// Names one value of the state.
/// A leaf of the state tree.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize
)]
pub enum Key {
    /// An account.
    Account(Address),
    /// A module by its SHA-256.
    Code(Hash),
    /// A contract.
    Contract(Address),
    /// What a contract keeps under a key of its own.
    Storage(Address, Vec<u8>),
    /// A contract's [`ContractInfo`].
    Info(Address),
    /// Stored code by its id, from 1.
    CodeId(u64),
    /// How many codes and contracts there are.
    Counts,
    /// A denomination that a contract made.
    Denom(String),
}

/// A value of the state, or its absence, with what proves it against a root.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StateProof {
    /// The leaf it is about.
    pub key: Key,
    /// Canonical encoding of the value; the bytes themselves for code and storage.
    pub value: Option<Vec<u8>>,
    /// Hashes from the leaf to the root.
    pub proof: Proof,
}

/// Where a contract keeps a value: its address and its own key.
pub type StorageSlot = (Address, Arc<[u8]>);

/// A contract's key and its value.
pub type Pair<'a> = (&'a Arc<[u8]>, &'a Arc<[u8]>);

/// New values by key; an absent value of storage removes it. Nothing ever removes code or contracts.
#[derive(Clone, Debug, Default)]
pub struct Writes {
    /// Accounts that changed.
    pub accounts: BTreeMap<Address, Account>,
    /// Modules that were added, by digest.
    pub code: BTreeMap<Hash, Arc<[u8]>>,
    /// Contracts that were made or changed.
    pub contracts: BTreeMap<Address, Contract>,
    /// Storage that changed; `None`: removed.
    pub storage: BTreeMap<StorageSlot, Option<Arc<[u8]>>>,
    /// Creators, codes and admins that changed.
    pub infos: BTreeMap<Address, ContractInfo>,
    /// Codes that were stored, by number.
    pub codes: BTreeMap<u64, CodeInfo>,
    /// The new counts, if they changed.
    pub counts: Option<Counts>,
    /// Denominations that were made or changed, by name.
    pub denoms: BTreeMap<Arc<str>, Denom>,
}

/// A snapshot. Clones in O(1); a write to a clone leaves the original alone.
#[derive(Clone, Debug, Default)]
pub struct State {
    accounts: OrdMap<Address, Arc<Account>>,
    code: OrdMap<Hash, Arc<[u8]>>,
    contracts: OrdMap<Address, Arc<Contract>>,
    storage: OrdMap<StorageSlot, Arc<[u8]>>,
    infos: OrdMap<Address, Arc<ContractInfo>>,
    codes: OrdMap<u64, CodeInfo>,
    counts: Counts,
    denoms: OrdMap<Arc<str>, Arc<Denom>>,
    /// Sums over the accounts, so that a contract's question for one is cheap; no part of the root.
    supply: BTreeMap<Arc<str>, u128>,
    tree: Tree,
}

impl Account {
    /// Units of one denomination.
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
    /// When the proof does not show what it claims under `root`.
    pub fn verify(&self, root: &Hash) -> Result<(), ProofError> {
        let digest = self.value.as_deref().map(value_digest);
        if self.proof.verify(root, &self.key.path(), digest.as_ref()) {
            Ok(())
        } else {
            Err(ProofError(*root))
        }
    }
}

impl State {
    /// Digest of all contents.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// The account of an address.
    #[must_use]
    pub fn account(&self, address: &Address) -> Option<&Arc<Account>> {
        self.accounts.get(address)
    }

    /// Transactions `address` has sent so far.
    #[must_use]
    pub fn nonce(&self, address: &Address) -> u64 {
        self.account(address).map_or(0, |a| a.nonce)
    }

    /// What an address owns of one denomination.
    #[must_use]
    pub fn balance(&self, address: &Address, denom: &str) -> u128 {
        self.account(address).map_or(0, |a| a.balance(denom))
    }

    /// The contract at an address.
    #[must_use]
    pub fn contract(&self, address: &Address) -> Option<&Arc<Contract>> {
        self.contracts.get(address)
    }

    /// A stored module by its SHA-256.
    #[must_use]
    pub fn code(&self, hash: &Hash) -> Option<&Arc<[u8]>> {
        self.code.get(hash)
    }

    /// The value under a key of a contract's storage.
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

    /// The nearest key of `contract` between the bounds in that order, with its value.
    #[must_use]
    pub fn nearest(
        &self,
        contract: &Address,
        (low, high): (Bound<&[u8]>, Bound<&[u8]>),
        order: Order,
    ) -> Option<Pair<'_>> {
        let mut range = self.storage.range(slots(contract, low, high)?);
        let found = match order {
            Order::Ascending => range.next(),
            Order::Descending => range.next_back(),
        };
        found.map(|((_, key), value)| (key, value))
    }

    /// Creator, code and admin of a contract.
    #[must_use]
    pub fn info(&self, contract: &Address) -> Option<&Arc<ContractInfo>> {
        self.infos.get(contract)
    }

    /// What is stored under a code id.
    #[must_use]
    pub fn code_info(&self, code_id: u64) -> Option<CodeInfo> {
        self.codes.get(&code_id).copied()
    }

    /// All stored code by id.
    pub fn codes(&self) -> impl Iterator<Item = (u64, CodeInfo)> {
        self.codes.iter().map(|(id, info)| (*id, *info))
    }

    /// How many codes and contracts there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// A denomination that a contract made.
    #[must_use]
    pub fn denom(&self, denom: &str) -> Option<&Arc<Denom>> {
        self.denoms.get(denom)
    }

    /// All of these, by name.
    pub fn denoms(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<Denom>)> {
        self.denoms.iter()
    }

    /// The sum of all balances of each denomination, added up.
    #[must_use]
    pub fn supply(&self) -> BTreeMap<Arc<str>, u128> {
        let mut supply = BTreeMap::new();
        for (denom, amount) in self.accounts.values().flat_map(|a| &a.balances) {
            let sum: &mut u128 = supply.entry(denom.clone()).or_default();
            // Genesis and the token factory keep the sum within u128.
            *sum = sum.saturating_add(*amount);
        }
        supply
    }

    /// The same of one denomination, kept up to date with every write.
    #[must_use]
    pub fn supply_of(&self, denom: &str) -> u128 {
        self.supply.get(denom).copied().unwrap_or(0)
    }

    fn count_supply(&mut self, before: Option<&Account>, after: &Account) {
        for (denom, amount) in before.iter().flat_map(|a| &a.balances) {
            if let Some(sum) = self.supply.get_mut(denom) {
                *sum = sum.saturating_sub(*amount);
            }
        }
        for (denom, amount) in &after.balances {
            let sum = self.supply.entry(denom.clone()).or_default();
            *sum = sum.saturating_add(*amount);
        }
    }

    /// The value of `key`, or its absence, and what proves it against [`State::root`].
    #[must_use]
    pub fn prove(&self, key: Key) -> StateProof {
        let value = match &key {
            Key::Account(address) => self.account(address).map(|a| encode(&**a)),
            Key::Contract(address) => self.contract(address).map(|c| encode(&**c)),
            Key::Code(hash) => self.code(hash).map(|c| c.to_vec()),
            Key::Storage(contract, key) => self.storage(contract, key).map(|v| v.to_vec()),
            Key::Info(address) => self.info(address).map(|i| encode(&**i)),
            Key::CodeId(id) => self.code_info(*id).map(|c| encode(&c)),
            Key::Denom(denom) => self.denom(denom).map(|d| encode(&**d)),
            Key::Counts => (self.counts != Counts::default()).then(|| encode(&self.counts)),
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
            let before = self.accounts.get(&address).cloned();
            self.count_supply(before.as_deref(), &account);
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
        for (address, info) in writes.infos {
            changes.push((
                Key::Info(address).path(),
                Some(value_digest(&encode(&info))),
            ));
            self.infos.insert(address, Arc::new(info));
        }
        for (id, code) in writes.codes {
            changes.push((Key::CodeId(id).path(), Some(value_digest(&encode(&code)))));
            self.codes.insert(id, code);
        }
        if let Some(counts) = writes.counts {
            changes.push((Key::Counts.path(), Some(value_digest(&encode(&counts)))));
            self.counts = counts;
        }
        for (name, denom) in writes.denoms {
            let digest = value_digest(&encode(&denom));
            changes.push((Key::Denom(name.to_string()).path(), Some(digest)));
            self.denoms.insert(name, Arc::new(denom));
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

/// The slots of one contract between two keys of its own; `None` when the end is not behind the start.
pub(super) fn slots(
    contract: &Address,
    low: Bound<&[u8]>,
    high: Bound<&[u8]>,
) -> Option<(Bound<StorageSlot>, Bound<StorageSlot>)> {
    if let (Bound::Included(a) | Bound::Excluded(a), Bound::Included(b) | Bound::Excluded(b)) =
        (low, high)
    {
        let both = matches!((low, high), (Bound::Included(_), Bound::Included(_)));
        if a > b || (a == b && !both) {
            return None;
        }
    }
    let slot = |key: &[u8]| (*contract, Arc::from(key));
    let low = match low {
        Bound::Included(key) => Bound::Included(slot(key)),
        Bound::Excluded(key) => Bound::Excluded(slot(key)),
        Bound::Unbounded => Bound::Included(slot(&[])),
    };
    let high = match high {
        Bound::Included(key) => Bound::Included(slot(key)),
        Bound::Excluded(key) => Bound::Excluded(slot(key)),
        Bound::Unbounded => match successor(contract) {
            Some(next) => Bound::Excluded((next, Arc::from([]))),
            None => Bound::Unbounded,
        },
    };
    Some((low, high))
}

/// The address that sorts right behind this one.
fn successor(address: &Address) -> Option<Address> {
    let mut next = *address;
    for byte in next.0.iter_mut().rev() {
        (*byte, _) = byte.overflowing_add(1);
        if *byte != 0 {
            return Some(next);
        }
    }
    None
}

fn value_digest(bytes: &[u8]) -> Hash {
    hash_bytes("consensusforge/state-value", bytes)
}
