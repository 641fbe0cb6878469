//! Looking into state: questions to a contract, its storage, what changed, and proofs, at any validator
//! and any recent height. Two sides of a fork can be asked the same.

use super::Session;
use super::view::Problem;
use crate::base::Hash;
use crate::base::digest::{from_hex, to_hex};
use crate::base::slices::finish;
use crate::ledger::tree::{Leaf, Proof};
use crate::ledger::{Key, State, StateProof};
use crate::scenario::model::InputSpec;
use crate::types::{NodeId, bech32};
use crate::world::named_address;
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Entries one view of storage holds.
pub const MAX_ENTRIES: usize = 512;

/// A contract's answer at one validator and height.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Asked {
    pub validator: String,
    pub height: u64,
    /// State root it was answered from, full hex.
    pub root: String,
    /// The answer in hex.
    pub output: Option<String>,
    /// The answer as text, where it is some.
    pub text: Option<String>,
    pub error: Option<String>,
    pub gas_used: u64,
}

/// A contract's storage at one validator and height.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct StorageView {
    pub height: u64,
    pub root: String,
    /// Key and value in hex, in the order of the keys, at most [`MAX_ENTRIES`].
    pub entries: Vec<(String, String)>,
    /// With that beginning, all of them.
    pub total: u64,
}

/// A key that differs between two states.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
pub struct Difference {
    /// `balance of forge1... in gold`, `nonce of ...` or `storage of ...`.
    pub what: String,
    /// For storage, the key in hex.
    pub key: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A value of a contract's storage, or its absence, with what proves it. Whoever knows the state root
/// can check it without a chain.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct ProofView {
    pub height: u64,
    /// The state root it is proved against.
    pub root: String,
    /// The contract, 64 hex digits, and its key in hex.
    pub contract: String,
    pub key: String,
    /// In hex; null: there is no such key.
    pub value: Option<String>,
    /// What the way down the tree ends in: (path, digest), or nothing.
    pub end: Option<(String, String)>,
    /// The other half at each turn, from the root downwards.
    pub siblings: Vec<String>,
}

impl Session {
    fn state_of(&self, node: usize, height: Option<u64>) -> Result<(State, u64), Problem> {
        let id = NodeId(u16::try_from(node).unwrap_or(u16::MAX));
        self.sim
            .state_at(id, height)
            .map(|(state, height, _)| (state, height))
            .ok_or_else(|| self.not_there(node, height))
    }

    fn not_there(&self, node: usize, height: Option<u64>) -> Problem {
        let count = self.sim.node_count();
        match height {
            _ if node >= count => Problem::new(format!(
                "there is no validator {node}: this run has {count}"
            )),
            Some(height) => Problem::new(format!(
                "this validator has no state of height {height}: it is not there yet, or the height is more than 64 blocks past. Move the run to just after it and ask again"
            )),
            None => Problem::new("this validator has no state yet"),
        }
    }

    /// Asks a contract a question at one node, after its final block of `height` or the newest one.
    /// Nothing changes and nobody pays. A contract's refusal is an answer; `contract` may be written in
    /// every way a command may name it.
    ///
    /// # Errors
    /// A sentence, when there is no such state, address or input.
    pub fn ask(
        &self,
        node: usize,
        height: Option<u64>,
        contract: &str,
        input: &InputSpec,
    ) -> Result<Asked, Problem> {
        let (state, at) = self.state_of(node, height)?;
        let address = named_address(contract).map_err(Problem::new)?;
        let bytes = match input {
            InputSpec::Text(text) => text.clone().into_bytes(),
            InputSpec::Hex(hex) => from_hex(hex).map_err(Problem::new)?,
        };
        let id = NodeId(node as u16);
        let outcome = self
            .sim
            .ask(id, Some(at), address, bytes)
            .map(finish)
            .ok_or_else(|| self.not_there(node, height))?;
        let answer = outcome.answer();
        Ok(Asked {
            validator: self.sim.trace().head.node_name(id),
            height: at,
            root: state.root().to_string(),
            output: answer.as_ref().ok().map(|bytes| to_hex(bytes)),
            text: answer
                .as_ref()
                .ok()
                .and_then(|bytes| String::from_utf8(bytes.clone()).ok()),
            error: answer.err().map(|failure| failure.text),
            gas_used: outcome.gas_used,
        })
    }

    /// What a contract stores under keys that begin with `prefix` (hex, empty for all).
    ///
    /// # Errors
    /// A sentence, when there is no such state or address.
    pub fn storage(
        &self,
        node: usize,
        height: Option<u64>,
        contract: &str,
        prefix: &str,
    ) -> Result<StorageView, Problem> {
        let (state, height) = self.state_of(node, height)?;
        let address = named_address(contract).map_err(Problem::new)?;
        let prefix = from_hex(prefix).map_err(Problem::new)?;
        let all = || state.storage_of(address, &prefix);
        Ok(StorageView {
            height,
            root: state.root().to_string(),
            entries: all()
                .take(MAX_ENTRIES)
                .map(|(k, v)| (to_hex(k), to_hex(v)))
                .collect(),
            total: all().count() as u64,
        })
    }

    /// What differs between two states: of one validator at two heights, or of two validators.
    ///
    /// # Errors
    /// A sentence, when one of the states is not there.
    pub fn differences(
        &self,
        before: (usize, Option<u64>),
        after: (usize, Option<u64>),
    ) -> Result<Vec<Difference>, Problem> {
        let (before, _) = self.state_of(before.0, before.1)?;
        let (after, _) = self.state_of(after.0, after.1)?;
        Ok(differences(&before, &after))
    }

    /// Proves what a contract stores under `key` (hex), or that it stores nothing there.
    ///
    /// # Errors
    /// A sentence, when there is no such state or address.
    pub fn proof(
        &self,
        node: usize,
        height: Option<u64>,
        contract: &str,
        key: &str,
    ) -> Result<ProofView, Problem> {
        let (state, height) = self.state_of(node, height)?;
        let address = named_address(contract).map_err(Problem::new)?;
        let key = from_hex(key).map_err(Problem::new)?;
        let proof = state.prove(Key::Storage(address, key.clone()));
        Ok(ProofView {
            height,
            root: state.root().to_string(),
            contract: address.to_string(),
            key: to_hex(&key),
            value: proof.value.as_deref().map(to_hex),
            end: proof
                .proof
                .end
                .map(|leaf| (leaf.path.to_string(), leaf.value.to_string())),
            siblings: proof.proof.siblings.iter().map(Hash::to_string).collect(),
        })
    }
}

/// Checks a proof against the root it names, and says what it shows.
///
/// # Errors
/// A sentence, when it is malformed or does not show what it claims.
pub fn check_proof(view: &ProofView) -> Result<String, Problem> {
    let hash = |text: &str| Hash::from_hex(text).map_err(Problem::new);
    let end = match &view.end {
        Some((path, value)) => Some(Leaf {
            path: hash(path)?,
            value: hash(value)?,
        }),
        None => None,
    };
    let siblings: Result<Vec<Hash>, Problem> = view.siblings.iter().map(|s| hash(s)).collect();
    let value = view.value.as_deref().map(from_hex).transpose();
    let key = from_hex(&view.key).map_err(Problem::new)?;
    let proof = StateProof {
        key: Key::Storage(hash(&view.contract)?, key),
        value: value.map_err(Problem::new)?,
        proof: Proof {
            end,
            siblings: siblings?,
        },
    };
    let root = hash(&view.root)?;
    proof.verify(&root).map_err(Problem::new)?;
    Ok(match &view.value {
        Some(value) => format!(
            "the proof holds: under state root {} the contract {} stores {value} at the key {}",
            root.short(8),
            &view.contract[..8],
            view.key
        ),
        None => format!(
            "the proof holds: under state root {} the contract {} stores nothing at the key {}",
            root.short(8),
            &view.contract[..8],
            view.key
        ),
    })
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
