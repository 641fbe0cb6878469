//! Writes that can be taken back: an overlay over a [`State`] with savepoints.
//!
//! One journal serves a block. Each transaction, and each call inside it, takes a savepoint; going back
//! to one undoes what was written since, in reverse order, and nothing else. Only at the end of the
//! block do the writes reach a state (and its tree).

use super::receipt::{Event, StorageChange};
use super::state::{Account, Contract, State, StorageSlot};
use crate::base::Hash;
use crate::types::Address;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// New values by key; an absent value of storage removes it. Nothing ever removes code or contracts.
#[derive(Clone, Debug, Default)]
pub struct Writes {
    pub accounts: BTreeMap<Address, Account>,
    pub code: BTreeMap<Hash, Arc<[u8]>>,
    pub contracts: BTreeMap<Address, Contract>,
    pub storage: BTreeMap<StorageSlot, Option<Arc<[u8]>>>,
}

/// A place in a journal's past. Valid until one goes back beyond it or [`Journal::settle`]s.
#[derive(Clone, Copy, Debug)]
pub struct Savepoint {
    undo: usize,
    events: usize,
}

/// What the overlay held before a write; `None` when it held nothing.
#[derive(Debug)]
enum Undo {
    Account(Address, Option<Account>),
    Code(Hash),
    Contract(Address),
    Storage(StorageSlot, Option<Option<Arc<[u8]>>>),
}

/// The overlay.
#[derive(Debug)]
pub struct Journal {
    base: State,
    writes: Writes,
    undo: Vec<Undo>,
    events: Vec<Event>,
}

impl Journal {
    #[must_use]
    pub fn new(base: &State) -> Self {
        Journal {
            base: base.clone(),
            writes: Writes::default(),
            undo: Vec::new(),
            events: Vec::new(),
        }
    }

    #[must_use]
    pub fn savepoint(&self) -> Savepoint {
        Savepoint {
            undo: self.undo.len(),
            events: self.events.len(),
        }
    }

    /// Undoes everything since `savepoint`.
    pub fn roll_back(&mut self, savepoint: Savepoint) {
        self.events.truncate(savepoint.events);
        while self.undo.len() > savepoint.undo {
            match self.undo.pop() {
                Some(Undo::Account(address, before)) => {
                    restore(&mut self.writes.accounts, address, before);
                }
                Some(Undo::Code(hash)) => restore(&mut self.writes.code, hash, None),
                Some(Undo::Contract(address)) => {
                    restore(&mut self.writes.contracts, address, None);
                }
                Some(Undo::Storage(key, before)) => {
                    restore(&mut self.writes.storage, key, before);
                }
                None => {}
            }
        }
    }

    /// Makes everything so far permanent and returns what the page wants to know of it: the events, in
    /// order, and the storage keys whose value differs from before, in the order first written.
    pub fn settle(&mut self) -> (Vec<Event>, Vec<StorageChange>) {
        let mut seen = BTreeSet::new();
        let mut changes: Vec<StorageChange> = Vec::new();
        for undo in std::mem::take(&mut self.undo) {
            let Undo::Storage(key, before) = undo else {
                continue;
            };
            // Only the first write's memory is of the value before the transaction.
            if !seen.insert(key.clone()) {
                continue;
            }
            let before = before.unwrap_or_else(|| self.base.storage(&key.0, &key.1).cloned());
            changes.push(StorageChange {
                contract: key.0,
                after: self.storage(&key.0, &key.1),
                key: key.1,
                before,
            });
        }
        changes.retain(|change| change.before != change.after);
        (std::mem::take(&mut self.events), changes)
    }

    /// The base state with all writes.
    #[must_use]
    pub fn into_state(self) -> State {
        let mut state = self.base;
        state.apply(self.writes);
        state
    }

    #[must_use]
    pub fn account(&self, address: &Address) -> Account {
        match self.writes.accounts.get(address) {
            Some(account) => account.clone(),
            None => self
                .base
                .account(address)
                .map_or_else(Account::default, |a| (**a).clone()),
        }
    }

    #[must_use]
    pub fn nonce(&self, address: &Address) -> u64 {
        match self.writes.accounts.get(address) {
            Some(account) => account.nonce,
            None => self.base.nonce(address),
        }
    }

    #[must_use]
    pub fn balance(&self, address: &Address, denom: &str) -> u128 {
        match self.writes.accounts.get(address) {
            Some(account) => account.balance(denom),
            None => self.base.balance(address, denom),
        }
    }

    pub fn set_account(&mut self, address: Address, account: Account) {
        let before = self.writes.accounts.insert(address, account);
        self.undo.push(Undo::Account(address, before));
    }

    /// Takes `amount` from `address`. False, and nothing happens, when it owns less.
    pub fn take(&mut self, address: &Address, denom: &str, amount: u128) -> bool {
        let mut account = self.account(address);
        let Some(rest) = account.balance(denom).checked_sub(amount) else {
            return false;
        };
        if amount > 0 {
            account.set_balance(denom, rest);
            self.set_account(*address, account);
        }
        true
    }

    /// Gives `amount` to `address`. False, and nothing happens, when its balance would overflow.
    pub fn give(&mut self, address: &Address, denom: &str, amount: u128) -> bool {
        let mut account = self.account(address);
        let Some(sum) = account.balance(denom).checked_add(amount) else {
            return false;
        };
        if amount > 0 {
            account.set_balance(denom, sum);
            self.set_account(*address, account);
        }
        true
    }

    #[must_use]
    pub fn contract(&self, address: &Address) -> Option<Contract> {
        self.writes
            .contracts
            .get(address)
            .cloned()
            .or_else(|| self.base.contract(address).map(|c| (**c).clone()))
    }

    #[must_use]
    pub fn code(&self, hash: &Hash) -> Option<Arc<[u8]>> {
        self.writes
            .code
            .get(hash)
            .or_else(|| self.base.code(hash))
            .cloned()
    }

    /// Stores a module and a contract that runs it. False, and nothing happens, when there is a contract
    /// at `address`.
    pub fn create(&mut self, address: Address, contract: Contract, wasm: &Arc<[u8]>) -> bool {
        if self.contract(&address).is_some() {
            return false;
        }
        if self.code(&contract.code).is_none() {
            self.undo.push(Undo::Code(contract.code));
            self.writes.code.insert(contract.code, wasm.clone());
        }
        self.undo.push(Undo::Contract(address));
        self.writes.contracts.insert(address, contract);
        true
    }

    #[must_use]
    pub fn storage(&self, contract: &Address, key: &[u8]) -> Option<Arc<[u8]>> {
        match self.writes.storage.get(&(*contract, Arc::from(key))) {
            Some(value) => value.clone(),
            None => self.base.storage(contract, key).cloned(),
        }
    }

    /// `None` removes.
    pub fn set_storage(&mut self, contract: Address, key: &[u8], value: Option<Arc<[u8]>>) {
        let key = (contract, Arc::from(key));
        let before = self.writes.storage.insert(key.clone(), value);
        self.undo.push(Undo::Storage(key, before));
    }

    pub fn emit(&mut self, event: Event) {
        self.events.push(event);
    }
}

fn restore<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, before: Option<V>) {
    match before {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}
