//! What differs between two states.

use super::Session;
use super::view::Problem;
use crate::base::digest::to_hex;
use crate::ledger::State;
use crate::types::{Height, bech32};
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Differences that are listed.
const MAX_ENTRIES: usize = 512;

/// A key that differs between two states.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Difference {
    /// `balance of forge1... in gold`, `nonce of ...` or `storage of ...`.
    pub what: String,
    /// For storage, the key in hex.
    pub key: Option<String>,
    /// In hex; `None`: nothing was stored.
    pub before: Option<String>,
    /// In hex; `None`: nothing is stored.
    pub after: Option<String>,
}

impl Session {
    /// What differs between two states: of one validator at two heights, or of two validators.
    ///
    /// # Errors
    /// A sentence, when one of the states is not there.
    pub fn differences(
        &self,
        before: (usize, Option<Height>),
        after: (usize, Option<Height>),
    ) -> Result<Vec<Difference>, Problem> {
        let (before, ..) = self.place(before.0, before.1)?;
        let (after, ..) = self.place(after.0, after.1)?;
        Ok(differences(&before, &after))
    }
}

/// At most [`MAX_ENTRIES`], accounts first.
pub(super) fn differences(before: &State, after: &State) -> Vec<Difference> {
    let mut found = Vec::new();
    if before.root() == after.root() {
        return found;
    }
    let owners = |s: &State| s.accounts().map(|(a, _)| *a).collect::<BTreeSet<_>>();
    for address in owners(before).union(&owners(after)) {
        let (old, new) = (before.account(address), after.account(address));
        if old == new {
            continue;
        }
        let balances = |a: Option<&std::sync::Arc<crate::ledger::Account>>| {
            a.map(|a| a.balances.clone()).unwrap_or_default()
        };
        let (old_balances, new_balances) = (balances(old), balances(new));
        let denoms: BTreeSet<_> = old_balances.keys().chain(new_balances.keys()).collect();
        for denom in denoms {
            let of = |b: &BTreeMap<_, u128>| b.get(denom).map(u128::to_string);
            if of(&old_balances) != of(&new_balances) {
                found.push(Difference {
                    what: format!("balance of {} in {denom}", bech32::encode(address)),
                    key: None,
                    before: of(&old_balances),
                    after: of(&new_balances),
                });
            }
        }
        let nonce = |s: &State| Some(s.nonce(address).to_string());
        if nonce(before) != nonce(after) {
            found.push(Difference {
                what: format!("nonce of {}", bech32::encode(address)),
                key: None,
                before: nonce(before),
                after: nonce(after),
            });
        }
    }
    let contracts = |s: &State| s.contracts().map(|(a, _)| *a).collect::<BTreeSet<_>>();
    for address in contracts(before).union(&contracts(after)) {
        let keys = |s: &State| -> BTreeMap<Vec<u8>, String> {
            s.storage_of(*address, &[])
                .map(|(k, v)| (k.to_vec(), to_hex(v)))
                .collect()
        };
        let (old, new) = (keys(before), keys(after));
        let all: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        for key in all {
            if old.get(key) != new.get(key) {
                found.push(Difference {
                    what: format!("storage of {}", bech32::encode(address)),
                    key: Some(to_hex(key)),
                    before: old.get(key).cloned(),
                    after: new.get(key).cloned(),
                });
            }
        }
    }
    found.truncate(MAX_ENTRIES);
    found
}
