//! A look into the ledger: accounts, a contract's storage at any validator and height, what changed
//! between two heights, and proofs against a state root.

use super::Session;
use super::view::{
    FeeAccountView, PersonView, Problem, ProofView, StorageView, StoredView, ViewResult,
};
use crate::base::digest::{from_hex, to_hex};
use crate::base::{Hash, Slices, encode};
use crate::ledger::prices::TRANSACTION;
use crate::ledger::{Key, State, StateProof, fee_account};
use crate::model::InputSpec;
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{Address, Height, NodeId, bech32};
use crate::vm::Outcome;
use crate::vm::gas::UPLOAD;
use crate::world::{USERS, user_address};
use borsh::BorshDeserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use crate::world::USER_GAS as USUAL_GAS;

/// Gas beyond what storing a large module costs, for its first call.
const ROOM: u64 = 10_000_000;

/// Entries of one look.
const ENTRIES: usize = 100;
/// Bytes of a value that are shown.
const SHOWN: usize = 4_096;
/// What begins the text of a proof.
const PROOF: &str = "consensusforge-proof-1";
/// A proof has at most 256 halves of 32 bytes, and a value.
const MAX_PROOF_TEXT: usize = 1 << 20;

/// A value at a height, and at the one compared with.
type Pair<'a> = (Option<&'a Arc<[u8]>>, Option<&'a Arc<[u8]>>);

/// The state after a block at one validator, taken along to where it is compared with a later one.
#[derive(Clone, Debug)]
pub struct PastState(State);

/// A question about a contract's storage.
#[derive(Clone, Debug, Default)]
pub struct StorageQuestion<'a> {
    /// Its address, as `forge1...` or hex.
    pub contract: &'a str,
    /// Where to look: a node, and the block after which; none: its newest.
    pub node: usize,
    /// After which height; `None`: the newest.
    pub height: Option<Height>,
    /// Only what is not as it was after this height.
    pub since: Option<Height>,
    /// The state then, where the session asked has forgotten it.
    pub then: Option<&'a PastState>,
    /// Only keys whose text or hex holds this.
    pub find: &'a str,
    /// Keys to pass over.
    pub skip: usize,
}

/// The address of a user account, as contracts read it.
#[must_use]
pub fn address_of_user(number: u16) -> String {
    bech32::encode(&user_address(number))
}

impl Session {
    /// The accounts a person acts with, as the first honest validator sees them.
    #[must_use]
    pub fn people(&self) -> Vec<PersonView> {
        let state = self
            .witness()
            .and_then(|n| self.sim.state(NodeId(n as u16)))
            .map(|(state, _)| state);
        (0..USERS)
            .map(|number| {
                let address = user_address(number);
                let account = state.and_then(|s| s.account(&address));
                PersonView {
                    number,
                    address: bech32::encode(&address),
                    hex: address.to_string(),
                    coins: account
                        .into_iter()
                        .flat_map(|a| &a.balances)
                        .map(|(denom, amount)| (amount.to_string(), denom.to_string()))
                        .collect(),
                }
            })
            .collect()
    }

    /// The accounts that validators' fees are paid to, by the keys they have at the beginning.
    #[must_use]
    pub fn fee_accounts(&self) -> Vec<FeeAccountView> {
        let head = &self.sim.trace().head;
        let names = head.validators.iter().map(|(name, _)| name);
        names
            .zip(&head.keys)
            .map(|(name, key)| {
                let address = fee_account(key);
                FeeAccountView {
                    validator: name.clone(),
                    address: bech32::encode(&address),
                    hex: address.to_string(),
                }
            })
            .collect()
    }

    /// The gas limit of a transaction for which its sender names none, `storing` a module or not; none: the
    /// usual one.
    ///
    /// # Errors
    /// A sentence when a block of this chain has too little gas for the module.
    pub fn gas_limit(&self, storing: Option<&str>) -> Result<Option<u64>, Problem> {
        let block = self.scenario.execution.block_gas;
        let modules = self.modules();
        let module = storing.and_then(|name| modules.iter().find(|m| m.name == name));
        let cost = module.map_or(0, |m| UPLOAD.gas(m.bytes) + TRANSACTION);
        if cost > block {
            return Err(Problem::new(format!(
                "Storing its {} bytes costs {cost} gas, and a block of this chain has {block}. Raise that under “Rules of this chain”, to {} or more.",
                module.map_or(0, |m| m.bytes),
                cost + ROOM
            )));
        }
        let wanted = USUAL_GAS.max(if cost + ROOM > USUAL_GAS {
            cost + ROOM
        } else {
            0
        });
        let limit = wanted.min(block);
        Ok((limit != USUAL_GAS).then_some(limit))
    }

    /// Every denomination there is, the native one first.
    #[must_use]
    pub fn denoms(&self) -> Vec<String> {
        let state = self
            .witness()
            .and_then(|n| self.sim.state(NodeId(n as u16)));
        let supply = state.map(|(state, _)| state.supply()).unwrap_or_default();
        let mut all: Vec<String> = supply.keys().map(|denom| denom.to_string()).collect();
        all.sort_by_key(|denom| denom != NATIVE_DENOM);
        all
    }

    /// The state of a node after its block of `height`, if it is at hand.
    #[must_use]
    pub fn then(&self, node: usize, height: Height) -> Option<PastState> {
        let (state, _, _) = self.place(node, Some(height)).ok()?;
        Some(PastState(state))
    }

    /// A contract's storage.
    ///
    /// # Errors
    /// A sentence when there is no such validator, height or contract.
    pub fn stored(&self, question: &StorageQuestion<'_>) -> Result<StorageView, Problem> {
        let address = address_of(question.contract)?;
        let (state, height, root) = self.place(question.node, question.height)?;
        if state.contract(&address).is_none() {
            return Err(Problem::new(format!(
                "{} has no contract {} after block {height}",
                self.node_name(question.node),
                question.contract
            )));
        }
        let older = match question.since {
            Some(since) => Some(match question.then {
                Some(PastState(state)) => state.clone(),
                None => self.place(question.node, Some(since))?.0,
            }),
            None => None,
        };
        let find = question.find.trim().to_ascii_lowercase();
        let mut rows: BTreeMap<&[u8], Pair<'_>> = state
            .storage_of(address, &[])
            .map(|(k, v)| (k, (Some(v), None)))
            .collect();
        if let Some(older) = &older {
            for (k, v) in older.storage_of(address, &[]) {
                rows.entry(k).or_default().1 = Some(v);
            }
            rows.retain(|_, (now, then)| now != then);
        }
        let mut found = 0;
        let mut shown = Vec::new();
        for (key, (now, then)) in rows {
            let text = key_text(key);
            if !find.is_empty()
                && !text.to_ascii_lowercase().contains(&find)
                && !to_hex(key).contains(&find)
            {
                continue;
            }
            found += 1;
            if found > question.skip && shown.len() < ENTRIES {
                shown.push(StoredView {
                    key: to_hex(key),
                    shown: text,
                    value: now.map(|v| cut(v)),
                    before: then.map(|v| cut(v)),
                });
            }
        }
        Ok(StorageView {
            height,
            root: root.to_string(),
            rows: shown,
            found: found as u64,
        })
    }

    /// That a contract's key has this value, or none, under the state root of a validator.
    ///
    /// # Errors
    /// A sentence when there is no such validator or height, or the key is no hex.
    pub fn prove_stored(
        &self,
        contract: &str,
        key: &str,
        node: usize,
        height: Option<Height>,
    ) -> Result<ProofView, Problem> {
        let contract = address_of(contract)?;
        let key = from_hex(key).map_err(Problem::new)?;
        let (state, height, said) = self.place(node, height)?;
        let proof = state.prove(Key::Storage(contract, key));
        let root = state.root();
        let text = format!("{PROOF}:{root}:{}", to_hex(&encode(&proof)));
        let mut view = check_proof(&text)?;
        view.sentence = if root == said {
            format!("{} after block {height}", view.sentence)
        } else {
            // A lying executor names a root that none of its values leads to.
            format!(
                "{} after block {height}; {} itself says its root is {}, which nothing it holds leads to",
                view.sentence,
                self.node_name(node),
                said.short(8)
            )
        };
        Ok(view)
    }

    /// Asks a contract at one validator after one block; nothing changes and nobody pays. What comes may
    /// take many slices.
    #[must_use]
    pub fn ask_then(
        &self,
        contract: &str,
        input: &InputSpec,
        node: usize,
        height: Option<Height>,
    ) -> Slices<'static, ViewResult> {
        let asking = || -> Result<Slices<'static, Outcome>, Problem> {
            let address = address_of(contract)?;
            let bytes = match input {
                InputSpec::Text(text) => text.clone().into_bytes(),
                InputSpec::Hex(hex) => from_hex(hex).map_err(Problem::new)?,
            };
            let (_, height, _) = self.place(node, height)?;
            let asking = self
                .sim
                .ask(NodeId(node as u16), Some(height), address, bytes);
            asking.ok_or_else(|| Problem::new("this validator has no state to ask"))
        };
        let asking = asking();
        Box::pin(async {
            match asking {
                Ok(asking) => ViewResult::from(asking.await),
                Err(problem) => ViewResult {
                    output: None,
                    error: Some(problem.sentence),
                    gas_used: 0,
                },
            }
        })
    }

    /// A node's state after a block, that block's height, and the root the node says it has.
    pub(super) fn place(
        &self,
        node: usize,
        height: Option<Height>,
    ) -> Result<(State, Height, Hash), Problem> {
        if node >= self.sim.node_count() {
            return Err(Problem::new("there is no such validator"));
        }
        let id = NodeId(node as u16);
        let facts = self.sim.node(id);
        let newest = facts.tip_height;
        match self.sim.state_at(id, height.or(Some(newest))) {
            Some((state, height, _)) => {
                let root = if height == newest {
                    facts.root
                } else {
                    state.root()
                };
                Ok((state, height, root))
            }
            None if height.is_some_and(|h| h > newest) => Err(Problem::new(format!(
                "{} has not come to height {} yet: its newest block is {newest}",
                self.node_name(node),
                height.unwrap_or_default()
            ))),
            None => Err(Problem::new(format!(
                "the state after block {} is long gone by: scrub back to just after it and ask again",
                height.unwrap_or_default()
            ))),
        }
    }

    fn node_name(&self, node: usize) -> String {
        self.sim.trace().head.node_name(NodeId(node as u16))
    }
}

impl From<Outcome> for ViewResult {
    fn from(outcome: Outcome) -> Self {
        let (output, error) = match outcome.answer() {
            Ok(bytes) => (Some(to_hex(&bytes)), None),
            Err(failure) => (None, Some(failure.text)),
        };
        ViewResult {
            output,
            error,
            gas_used: outcome.gas_used,
        }
    }
}

/// Reads the text of a proof and follows it to its root.
///
/// # Errors
/// A sentence when it is no proof, or proves nothing.
pub fn check_proof(text: &str) -> Result<ProofView, Problem> {
    let text = text.trim();
    let broken = |why: &str| Problem::new(format!("this is no proof: {why}"));
    if text.len() > MAX_PROOF_TEXT {
        return Err(broken("it is longer than a proof can be"));
    }
    let mut parts = text.splitn(3, ':');
    let (Some(PROOF), Some(root), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(broken(&format!("it should begin with {PROOF}:")));
    };
    let root = Hash::from_hex(root).map_err(|e| broken(&format!("its root: {e}")))?;
    let bytes = from_hex(rest).map_err(|e| broken(&e.to_string()))?;
    let proof = StateProof::try_from_slice(&bytes)
        .map_err(|_| broken("part of it is missing or changed"))?;
    proof
        .verify(&root)
        .map_err(|why| Problem::new(why.to_string()))?;
    let Key::Storage(contract, key) = &proof.key else {
        return Err(broken("it is not about a contract's storage"));
    };
    let shown = key_text(key);
    let value = proof.value.as_ref();
    let says = match value {
        Some(value) => format!("the value of {} bytes", value.len()),
        None => "that nothing is stored".into(),
    };
    Ok(ProofView {
        root: root.to_string(),
        contract: contract.to_string(),
        key: to_hex(key),
        value: value.map(|v| to_hex(v)),
        halves: proof.proof.siblings.len() as u64,
        sentence: format!(
            "{} hashes lead from key {shown}, {says}, to the state root {}",
            proof.proof.siblings.len() + 1,
            root.short(8)
        ),
        text: text.to_owned(),
    })
}

fn address_of(text: &str) -> Result<Address, Problem> {
    Hash::from_hex(text)
        .ok()
        .or_else(|| bech32::decode(text).ok())
        .ok_or_else(|| Problem::new(format!("{text} is no address")))
}

fn cut(value: &[u8]) -> String {
    to_hex(&value[..value.len().min(SHOWN)])
}

/// A key for people: as text, as the namespaces storage libraries put before it (each behind its length
/// in two bytes), or as hex.
#[must_use]
pub fn key_text(key: &[u8]) -> String {
    if let Some(parts) = namespaces(key) {
        return parts.join(" / ");
    }
    part_text(key)
}

fn part_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && !text.chars().any(char::is_control) => text.into(),
        Ok(_) | Err(_) => match <[u8; 8]>::try_from(bytes) {
            // How libraries write numbers that are keys.
            Ok(eight) if eight[0] == 0 => u64::from_be_bytes(eight).to_string(),
            Ok(_) | Err(_) => format!("0x{}", to_hex(bytes)),
        },
    }
}

fn namespaces(key: &[u8]) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = key;
    while let [high, low, more @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if length == 0 || length > more.len() {
            break;
        }
        let (name, behind) = more.split_at(length);
        // A namespace is a name, or a part of a composite key of any bytes behind one.
        if parts.is_empty() && !name.iter().all(|b| b.is_ascii_graphic() || *b == b' ') {
            return None;
        }
        parts.push(part_text(name));
        rest = behind;
    }
    if parts.is_empty() {
        return None;
    }
    if !rest.is_empty() {
        parts.push(part_text(rest));
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_text_namespaces_and_numbers() {
        assert_eq!(key_text(b"token_info"), "token_info");
        assert_eq!(key_text(b"\0\x07balancecosmos1abc"), "balance / cosmos1abc");
        assert_eq!(
            key_text(b"\0\x09allowance\0\x05alicebob"),
            "allowance / alice / bob"
        );
        let mut numbered = b"\0\x05votes".to_vec();
        numbered.extend([0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(key_text(&numbered), "votes / 258");
        assert_eq!(key_text(&[0xff, 1]), "0xff01");
        assert_eq!(key_text(&[0, 200, 1]), "0x00c801");
        assert_eq!(key_text(&[]), "0x");
    }

    #[test]
    fn no_text_that_is_no_proof_is_taken_for_one() {
        for text in [
            "",
            "hello",
            "consensusforge-proof-1:00:00",
            &format!("{PROOF}:{}:", "0".repeat(64)),
            &format!("{PROOF}:{}:{}", "0".repeat(64), "f".repeat(64)),
        ] {
            let said = check_proof(text).unwrap_err().sentence;
            assert!(said.starts_with("this is no proof"), "{said}");
        }
    }
}
