//! Writes that can be taken back: an overlay over a [`State`] with savepoints.
//!
//! One journal serves a block. Each transaction, and each call inside it, takes a savepoint; going back
//! to one undoes what was written since, in reverse order, and nothing else. Only at the end of the
//! block do the writes reach a state (and its tree).

use super::receipt::{Event, StorageChange};
use super::state::{
    Account, CodeInfo, Contract, ContractInfo, Counts, Denom, State, StorageSlot, Writes, slots,
};
use crate::base::Hash;
use crate::types::Address;
use crate::types::transaction::NATIVE_DENOM;
use crate::vm::{KeyRange, Order, RangeStep};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

/// A point in a journal's past. Valid until one goes back beyond it or [`Journal::settle`]s.
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
    Contract(Address, Option<Contract>),
    Storage(StorageSlot, Option<Option<Arc<[u8]>>>),
    Info(Address, Option<ContractInfo>),
    CodeId(u64),
    Counts(Option<Counts>),
    Denom(Arc<str>, Option<Denom>),
}

/// The overlay.
#[derive(Debug)]
pub struct Journal {
    base: State,
    writes: Writes,
    undo: Vec<Undo>,
    events: Vec<Event>,
    /// Native units taken as a fee and not yet paid: nobody's, and still part of the supply.
    pub reserved: u128,
}

impl Journal {
    /// No changes on top of `base`.
    #[must_use]
    pub fn new(base: &State) -> Self {
        Journal {
            base: base.clone(),
            writes: Writes::default(),
            undo: Vec::new(),
            events: Vec::new(),
            reserved: 0,
        }
    }

    /// A point to return to.
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
                Some(Undo::Contract(address, before)) => {
                    restore(&mut self.writes.contracts, address, before);
                }
                Some(Undo::Info(address, before)) => {
                    restore(&mut self.writes.infos, address, before);
                }
                Some(Undo::CodeId(id)) => restore(&mut self.writes.codes, id, None),
                Some(Undo::Counts(before)) => self.writes.counts = before,
                Some(Undo::Denom(name, before)) => restore(&mut self.writes.denoms, name, before),
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

    /// The account of an address, empty where there is none.
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

    /// The next nonce of an address.
    #[must_use]
    pub fn nonce(&self, address: &Address) -> u64 {
        match self.writes.accounts.get(address) {
            Some(account) => account.nonce,
            None => self.base.nonce(address),
        }
    }

    /// What an address owns of one denomination.
    #[must_use]
    pub fn balance(&self, address: &Address, denom: &str) -> u128 {
        match self.writes.accounts.get(address) {
            Some(account) => account.balance(denom),
            None => self.base.balance(address, denom),
        }
    }

    /// Replaces the account of an address.
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

    /// The contract at an address.
    #[must_use]
    pub fn contract(&self, address: &Address) -> Option<Contract> {
        self.writes
            .contracts
            .get(address)
            .cloned()
            .or_else(|| self.base.contract(address).map(|c| (**c).clone()))
    }

    /// The module with this digest.
    #[must_use]
    pub fn code(&self, hash: &Hash) -> Option<Arc<[u8]>> {
        self.writes
            .code
            .get(hash)
            .or_else(|| self.base.code(hash))
            .cloned()
    }

    /// Stores a module, if it is not there already.
    pub fn keep_code(&mut self, hash: Hash, wasm: &Arc<[u8]>) {
        if self.code(&hash).is_none() {
            self.undo.push(Undo::Code(hash));
            self.writes.code.insert(hash, wasm.clone());
        }
    }

    /// Puts a contract at `address`, or other code under one that is there.
    pub fn set_contract(&mut self, address: Address, contract: Contract) {
        let before = self.writes.contracts.insert(address, contract);
        self.undo.push(Undo::Contract(address, before));
    }

    /// Creator, code and admin of a contract.
    #[must_use]
    pub fn info(&self, address: &Address) -> Option<ContractInfo> {
        let written = self.writes.infos.get(address).cloned();
        written.or_else(|| self.base.info(address).map(|i| (**i).clone()))
    }

    /// Sets creator, code and admin of a contract.
    pub fn set_info(&mut self, address: Address, info: ContractInfo) {
        let before = self.writes.infos.insert(address, info);
        self.undo.push(Undo::Info(address, before));
    }

    /// What is stored under a code id.
    #[must_use]
    pub fn code_info(&self, code_id: u64) -> Option<CodeInfo> {
        let written = self.writes.codes.get(&code_id).copied();
        written.or_else(|| self.base.code_info(code_id))
    }

    /// How many codes and contracts there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.writes.counts.unwrap_or_else(|| self.base.counts())
    }

    /// Sets how many codes and contracts there are.
    pub fn set_counts(&mut self, counts: Counts) {
        let before = self.writes.counts.replace(counts);
        self.undo.push(Undo::Counts(before));
    }

    /// Stores a module under the next code id, which it returns.
    pub fn store(&mut self, code: CodeInfo, wasm: &Arc<[u8]>) -> u64 {
        self.keep_code(code.hash, wasm);
        let mut counts = self.counts();
        // Far from the end: each id was paid for.
        counts.codes = counts.codes.saturating_add(1);
        self.set_counts(counts);
        self.undo.push(Undo::CodeId(counts.codes));
        self.writes.codes.insert(counts.codes, code);
        counts.codes
    }

    /// A denomination that a contract made.
    #[must_use]
    pub fn denom(&self, denom: &str) -> Option<Denom> {
        let written = self.writes.denoms.get(denom).cloned();
        written.or_else(|| self.base.denom(denom).map(|d| (**d).clone()))
    }

    /// Names of those that begin with `prefix`, sorted.
    #[must_use]
    pub fn denoms(&self, prefix: &str) -> Vec<Arc<str>> {
        let base = self.base.denoms().map(|(name, _)| name);
        let all: BTreeSet<&Arc<str>> = base.chain(self.writes.denoms.keys()).collect();
        all.into_iter()
            .filter(|name| name.starts_with(prefix))
            .cloned()
            .collect()
    }

    /// Writes down a denomination of the token factory, or what changed of it.
    pub fn set_denom(&mut self, name: &str, denom: Denom) {
        let name: Arc<str> = name.into();
        let before = self.writes.denoms.insert(name.clone(), denom);
        self.undo.push(Undo::Denom(name, before));
    }

    /// All there is of a denomination.
    #[must_use]
    pub fn supply_of(&self, denom: &str) -> u128 {
        let mut supply = self.base.supply_of(denom);
        for (address, account) in &self.writes.accounts {
            supply = supply.saturating_sub(self.base.balance(address, denom));
            supply = supply.saturating_add(account.balance(denom));
        }
        if denom == NATIVE_DENOM {
            supply = supply.saturating_add(self.reserved);
        }
        supply
    }

    /// See [`crate::vm::Host::first`].
    #[must_use]
    pub fn first(&self, contract: &Address, span: KeyRange<'_>, max_skipped: u64) -> RangeStep {
        let mut low: Bound<Arc<[u8]>> = span
            .start
            .map_or(Bound::Unbounded, |k| Bound::Included(k.into()));
        let mut high: Bound<Arc<[u8]>> = span
            .end
            .map_or(Bound::Unbounded, |k| Bound::Excluded(k.into()));
        let mut skipped = 0;
        loop {
            let bounds = (as_slice(&low), as_slice(&high));
            let below = self.base.nearest(contract, bounds, span.order);
            let above = slots(contract, bounds.0, bounds.1).and_then(|range| {
                let mut range = self.writes.storage.range(range);
                match span.order {
                    Order::Ascending => range.next(),
                    Order::Descending => range.next_back(),
                }
            });
            // Of both the nearer; at one key what was written counts.
            let (key, value) = match (below, above) {
                (None, None) => {
                    return RangeStep {
                        found: None,
                        skipped,
                    };
                }
                (Some((key, value)), None) => (key, Some(value)),
                (None, Some(((_, key), value))) => (key, value.as_ref()),
                (Some((old, old_value)), Some(((_, new), new_value))) => {
                    let old_is_nearer = match span.order {
                        Order::Ascending => old < new,
                        Order::Descending => old > new,
                    };
                    if old_is_nearer {
                        (old, Some(old_value))
                    } else {
                        (new, new_value.as_ref())
                    }
                }
            };
            if let Some(value) = value {
                return RangeStep {
                    found: Some((key.to_vec(), value.to_vec())),
                    skipped,
                };
            }
            skipped += 1;
            if skipped > max_skipped {
                return RangeStep {
                    found: None,
                    skipped,
                };
            }
            let behind = Bound::Excluded(key.clone());
            match span.order {
                Order::Ascending => low = behind,
                Order::Descending => high = behind,
            }
        }
    }

    /// The value under a key of a contract's storage.
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

    /// Records an event.
    pub fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// What was announced since `savepoint`.
    #[must_use]
    pub fn events_since(&self, savepoint: Savepoint) -> &[Event] {
        self.events.get(savepoint.events..).unwrap_or_default()
    }
}

fn as_slice(bound: &Bound<Arc<[u8]>>) -> Bound<&[u8]> {
    match bound {
        Bound::Included(key) => Bound::Included(key),
        Bound::Excluded(key) => Bound::Excluded(key),
        Bound::Unbounded => Bound::Unbounded,
    }
}

fn restore<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, before: Option<V>) {
    match before {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}
