//! Contracts as a person handles them: modules, deployed contracts, receipts, questions.

use super::Session;
use super::calls;
use super::view::{ContractView, ModuleView, Problem, ReceiptView, ViewResult};
use crate::base::Hash;
use crate::base::digest::{from_hex, sha256, to_hex};
use crate::base::limits::{MAX_CONTRACTS, MAX_WASM_BYTES};
use crate::ledger::{Event, Receipt};
use crate::scenario::Scenario;
use crate::scenario::model::{ContractSpec, InputSpec};
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{NodeId, bech32};
use crate::vm::Entry;
use crate::vm::Outcome;
use crate::vm::builtin::{Builtin, by_hash, catalogue, supply};
use crate::world::Submission;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Storage entries of one contract that a view shows.
const ENTRIES: usize = 256;

/// The bytes of a scenario's modules by name.
pub(super) fn modules(scenario: &Scenario) -> Result<BTreeMap<String, Arc<[u8]>>, Problem> {
    let module = |spec: &ContractSpec| match &spec.wasm {
        Some(text) => STANDARD.decode(text.as_ref()).map(Arc::from).map_err(|e| {
            Problem::new(format!(
                "the module of contract '{}' is no base64: {e}",
                spec.name
            ))
        }),
        None => match by_hash(spec.sha256) {
            Some(contract) => there(contract).map(Arc::from),
            None => Err(Problem::new(format!(
                "no built-in contract has the digest {} of '{}'",
                spec.sha256, spec.name
            ))),
        },
    };
    scenario
        .contracts
        .iter()
        .map(|spec| Ok((spec.name.clone(), module(spec)?)))
        .collect()
}

fn there(contract: &Builtin) -> Result<&'static [u8], Problem> {
    contract.wasm().ok_or_else(|| {
        Problem::new(format!(
            "the built-in contract '{}' has not been loaded yet: wait for its file, or open the page again when there is a connection",
            contract.name
        ))
    })
}

/// Files of built-in contracts that `scenario` names and that are not here: fetch each, then
/// [`take_file`] it, before the scenario is opened.
#[must_use]
pub fn files_wanted(scenario: &Scenario) -> Vec<&'static str> {
    let mut files: Vec<&'static str> = scenario
        .contracts
        .iter()
        .filter(|spec| spec.wasm.is_none())
        .filter_map(|spec| by_hash(spec.sha256))
        .filter(|contract| contract.wasm().is_none())
        .map(|contract| contract.file)
        .collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// The file of the built-in contract called `name`, when it has to be fetched first.
#[must_use]
pub fn file_of(name: &str) -> Option<&'static str> {
    let contract = crate::vm::builtin::named(name)?;
    contract.wasm().is_none().then_some(contract.file)
}

/// Takes in the file of a built-in contract, for every run from now on.
///
/// # Errors
/// A sentence, when the bytes are not those of a built-in contract.
pub fn take_file(wasm: &[u8]) -> Result<(), Problem> {
    supply(wasm).map(|_| ()).map_err(Problem::new)
}

impl Session {
    /// The built-in modules, then those of this run.
    #[must_use]
    pub fn modules(&self) -> Vec<ModuleView> {
        let built_in = catalogue().iter().map(|b| ModuleView {
            name: b.name.into(),
            sha256: b.hash.to_string(),
            bytes: b.bytes,
            summary: b.summary.into(),
            wat: b.wat.map(Into::into),
            builtin: true,
            examples: b
                .examples
                .iter()
                .filter(|e| e.entry == Entry::Call)
                .map(|e| self.example(e.input))
                .collect(),
        });
        let own = self
            .scenario
            .contracts
            .iter()
            .filter(|c| by_hash(c.sha256).is_none())
            .map(|c| ModuleView {
                name: c.name.clone(),
                sha256: c.sha256.to_string(),
                bytes: c.wasm.as_deref().map_or(0, decoded),
                summary: "uploaded".into(),
                wat: None,
                builtin: false,
                examples: Vec::new(),
            });
        built_in.chain(own).collect()
    }

    fn example(&self, input: &str) -> String {
        let [you, alice, bob] = [0, 1, 2].map(|i| crate::world::user_address(i).to_string());
        input
            .replace("{you}", &you)
            .replace("{alice}", &alice)
            .replace("{bob}", &bob)
    }

    /// Makes a module known under `name`, so that it can be deployed. The same bytes under the same
    /// name are fine.
    ///
    /// # Errors
    /// The admission rule it breaks, or a limit, as a sentence.
    pub fn add_contract(&mut self, name: &str, wasm: &[u8]) -> Result<ModuleView, Problem> {
        self.changeable()?;
        if wasm.len() > MAX_WASM_BYTES {
            return Err(Problem::new(format!(
                "the module has {} bytes: at most {MAX_WASM_BYTES}. Build it with opt-level \"z\" and strip it.",
                wasm.len()
            )));
        }
        // By the chain's own engine: what is translated here is not translated again in a block.
        self.sim
            .admit(wasm)
            .map_err(|refusal| Problem::new(refusal.to_string()))?;
        let hash = sha256(wasm);
        let known = self.scenario.contracts.iter().find(|c| c.name == name);
        if known.is_some_and(|c| c.sha256 != hash) {
            return Err(Problem::new(format!(
                "another contract is called '{name}' in this run: choose another name"
            )));
        }
        if known.is_none() {
            if self.scenario.contracts.len() >= MAX_CONTRACTS {
                return Err(Problem::new(format!(
                    "a run holds at most {MAX_CONTRACTS} contracts"
                )));
            }
            let bytes = by_hash(hash)
                .is_none()
                .then(|| STANDARD.encode(wasm).into());
            let mut changed = self.scenario.clone();
            changed.contracts.push(ContractSpec {
                name: name.into(),
                sha256: hash,
                wasm: bytes,
            });
            crate::scenario::validate(&changed)?;
            self.scenario = changed;
            self.sim.add_contract(name, Arc::from(wasm));
        }
        let modules = self.modules();
        let found = modules.into_iter().find(|m| m.sha256 == hash.to_string());
        found.ok_or_else(|| Problem::new("the module was not kept"))
    }

    /// A built-in module by name, made known to this run.
    ///
    /// # Errors
    /// A sentence when there is none of that name.
    pub fn add_builtin(&mut self, name: &str) -> Result<ModuleView, Problem> {
        let found = catalogue().iter().find(|b| b.name == name);
        let found =
            found.ok_or_else(|| Problem::new(format!("there is no built-in contract '{name}'")))?;
        self.add_contract(found.name, there(found)?)
    }

    /// Deployed contracts, as the first honest validator that is up sees them.
    #[must_use]
    pub fn contracts(&self) -> Vec<ContractView> {
        self.witness()
            .map(|node| self.contracts_at(node))
            .unwrap_or_default()
    }

    /// Deployed contracts as one node sees them.
    #[must_use]
    pub fn contracts_at(&self, node: usize) -> Vec<ContractView> {
        let Some((state, _)) = self.sim.state(NodeId(node as u16)) else {
            return Vec::new();
        };
        state
            .contracts()
            .map(|(address, contract)| {
                let all = || state.storage_of(*address, &[]);
                ContractView {
                    address: address.to_string(),
                    bech32: bech32::encode(address),
                    name: self.code_name(&contract.code),
                    code: contract.code.to_string(),
                    balance: state.balance(address, NATIVE_DENOM).to_string(),
                    storage: all()
                        .take(ENTRIES)
                        .map(|(k, v)| (to_hex(k), to_hex(v)))
                        .collect(),
                    storage_entries: all().count() as u64,
                }
            })
            .collect()
    }

    pub(super) fn code_name(&self, code: &Hash) -> String {
        let own = self
            .scenario
            .contracts
            .iter()
            .find(|c| c.sha256 == *code)
            .map(|c| c.name.clone());
        own.or_else(|| {
            catalogue()
                .iter()
                .find(|b| b.hash == *code)
                .map(|b| b.name.into())
        })
        .unwrap_or_else(|| code.short(8))
    }

    /// A validator whose state can be believed: honest and up, else up, else none.
    pub(super) fn witness(&self) -> Option<usize> {
        let nodes = || (0..self.sim.node_count()).map(|i| (i, self.sim.node(NodeId(i as u16))));
        nodes()
            .find(|(_, f)| f.up && !f.byzantine)
            .or_else(|| nodes().find(|(_, f)| f.up))
            .map(|(i, _)| i)
    }

    /// What became of persons' transactions, newest first.
    #[must_use]
    pub fn receipts(&self) -> Vec<ReceiptView> {
        self.sim
            .submissions()
            .iter()
            .rev()
            .map(|s| self.receipt(s))
            .collect()
    }

    /// Of a transaction nobody on the page sent.
    pub(super) fn receipt_of(&self, tx: &str, receipt: &Receipt) -> ReceiptView {
        let mut view = ReceiptView {
            tx: tx.into(),
            status: String::new(),
            what: String::new(),
            height: None,
            submitted_us: 0,
            gas_limit: None,
            gas_used: 0,
            gas_by: Vec::new(),
            calls: Vec::new(),
            calls_omitted: 0,
            output: None,
            error: None,
            events: Vec::new(),
            created: None,
            changes: Vec::new(),
            roots: Vec::new(),
        };
        self.fill(&mut view, receipt);
        view
    }

    fn receipt(&self, s: &Submission) -> ReceiptView {
        let mut view = ReceiptView {
            tx: s.tx.to_string(),
            status: if s.refused.is_some() {
                "failed"
            } else {
                "pending"
            }
            .into(),
            what: s.what.clone(),
            height: None,
            submitted_us: s.at,
            gas_limit: Some(s.gas_limit),
            gas_used: 0,
            gas_by: Vec::new(),
            calls: Vec::new(),
            calls_omitted: 0,
            output: None,
            error: s.refused.clone(),
            events: Vec::new(),
            created: None,
            changes: Vec::new(),
            roots: s
                .roots
                .iter()
                .map(|(node, root)| (self.sim.trace().head.node_name(*node), root.to_string()))
                .collect(),
        };
        if let Some((height, receipt)) = &s.outcome {
            view.height = Some(*height);
            self.fill(&mut view, receipt);
        }
        view
    }

    fn fill(&self, view: &mut ReceiptView, receipt: &Receipt) {
        view.gas_used = receipt.gas_used;
        view.gas_by = calls::gas_by(&receipt.gas.contract);
        if receipt.gas.transaction > 0 {
            let own = ("transaction".into(), receipt.gas.transaction);
            view.gas_by.insert(0, own);
        }
        if let Some(tree) = &receipt.calls {
            (view.calls, view.calls_omitted) = self.calls(tree);
        }
        view.events = receipt
            .events
            .iter()
            .map(|event| match event {
                Event::Said { data, .. } => text_or_hex(data),
                Event::Typed(event) => {
                    let parts = event.attributes.iter().map(|(k, v)| format!("{k}={v}"));
                    format!("{}: {}", event.kind, parts.collect::<Vec<_>>().join(", "))
                }
            })
            .collect();
        view.created = receipt.created.map(|a| a.to_string());
        view.changes = receipt
            .storage
            .iter()
            .map(|c| {
                let hex = |v: &Option<Arc<[u8]>>| v.as_ref().map(|b| to_hex(b));
                (
                    c.contract.to_string(),
                    to_hex(&c.key),
                    hex(&c.before),
                    hex(&c.after),
                )
            })
            .collect();
        match &receipt.result {
            Ok(output) => {
                view.status = "ok".into();
                view.output = Some(to_hex(output));
            }
            Err(error) => {
                view.status = "failed".into();
                view.error = Some(error.clone());
            }
        }
    }

    /// Asks a contract a question at one validator; nothing changes and nobody pays.
    #[must_use]
    pub fn view_call(&self, address: &str, input: &InputSpec, validator: usize) -> ViewResult {
        let failed = |error: String| ViewResult {
            output: None,
            error: Some(error),
            gas_used: 0,
        };
        let address = match Hash::from_hex(address) {
            Ok(address) => address,
            Err(why) => return failed(format!("this is no address: {why}")),
        };
        let bytes = match input {
            InputSpec::Text(text) => text.clone().into_bytes(),
            InputSpec::Hex(hex) => match from_hex(hex) {
                Ok(bytes) => bytes,
                Err(why) => return failed(why),
            },
        };
        match self.sim.view(NodeId(validator as u16), address, &bytes) {
            None => failed("this validator has no state to ask".into()),
            Some(outcome) => ViewResult::from(outcome),
        }
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

/// Bytes that base64 stands for.
fn decoded(base64: &str) -> u64 {
    let padding = base64.bytes().rev().take_while(|b| *b == b'=').count();
    (base64.len() / 4 * 3).saturating_sub(padding) as u64
}

fn text_or_hex(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => text.into(),
        Ok(_) | Err(_) => format!("0x{}", to_hex(bytes)),
    }
}
