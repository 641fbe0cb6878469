//! Modules: which there are, how another becomes known, and what there is to know of one before it runs.

use super::Session;
use super::view::{CardView, ModuleView, Problem};
use crate::base::Hash;
use crate::base::digest::sha256;
use crate::base::limits::{MAX_CONTRACTS, MAX_WASM_BYTES};
use crate::model::ContractSpec;
use crate::scenario::Scenario;
use crate::types::{NodeId, bech32};
use crate::vm::abi::Abi;
use crate::vm::abi::cosmwasm::{self, CosmWasm};
use crate::vm::builtin::{Builtin, by_hash, catalogue, supply};
use crate::vm::module::Profile;
use crate::vm::{ContractEngine, Entry, WasmEngine, gzip};
use crate::world::user_address;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The bytes of a scenario's modules by name.
pub(super) fn bytes_of(scenario: &Scenario) -> Result<BTreeMap<String, Arc<[u8]>>, Problem> {
    let module = |spec: &ContractSpec| match &spec.wasm {
        Some(text) => STANDARD.decode(text.as_ref()).map(Arc::from).map_err(|e| {
            Problem::new(format!(
                "the module of contract '{}' is no base64: {e}",
                spec.name
            ))
        }),
        None => match by_hash(spec.sha256) {
            Some(contract) => loaded_bytes(contract).map(Arc::from),
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

fn loaded_bytes(contract: &Builtin) -> Result<&'static [u8], Problem> {
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
    supply(wasm)
        .map(|_| ())
        .map_err(|why| Problem::new(why.to_string()))
}

impl Session {
    /// The built-in modules, then those of this run.
    #[must_use]
    pub fn modules(&self) -> Vec<ModuleView> {
        let [you, alice, bob] = [0, 1, 2].map(|i| user_address(i).to_string());
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
                .map(|e| e.input_for(&you, &alice, &bob))
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

    /// Makes a module known under `name`, so that it can be deployed. The same bytes under the same
    /// name are fine.
    ///
    /// # Errors
    /// The admission rule it breaks, or a limit, as a sentence.
    pub fn add_contract(&mut self, name: &str, wasm: &[u8]) -> Result<ModuleView, Problem> {
        self.changeable()?;
        let wasm = gzip::unpack(wasm).map_err(|refusal| Problem::new(refusal.text))?;
        let wasm = wasm.as_ref();
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
        self.add_contract(found.name, loaded_bytes(found)?)
    }

    /// The card of the module with this hash: of this run, built in, or on the chain.
    #[must_use]
    pub fn card(&self, code: &str) -> Option<CardView> {
        let wasm = self.module_bytes(Hash::from_hex(code).ok()?)?;
        // What this chain refuses may still be looked at.
        let admitted = self.sim.admit(&wasm);
        let admitted = admitted.or_else(|_| WasmEngine::new().admit(&wasm)).ok()?;
        Some(CardView {
            code: admitted.code.to_string(),
            bytes: admitted.size,
            abi: admitted.abi.into(),
            marker: admitted.marker.into(),
            profile: match admitted.profile {
                Profile::Strict => "strict",
                Profile::Modern => "modern",
            }
            .into(),
            entries: admitted
                .entries
                .iter()
                .map(|e| name_of(admitted.abi, *e).into())
                .collect(),
            capabilities: admitted.capabilities,
            migrate_version: admitted.migrate_version,
            code_id: self.code_id(admitted.code),
            examples: examples(admitted.code, admitted.abi),
            functions: admitted.functions,
            start_gas: admitted.start_gas,
            upload_gas: admitted.upload_gas,
        })
    }

    fn code_id(&self, code: Hash) -> Option<u64> {
        let (state, _) = self.sim.state(NodeId(self.witness()? as u16))?;
        let mine = state.codes().filter(|(_, info)| info.hash == code);
        mine.map(|(id, _)| id).last()
    }

    fn module_bytes(&self, code: Hash) -> Option<Arc<[u8]>> {
        let on_chain = || {
            let (state, _) = self.sim.state(NodeId(self.witness()? as u16))?;
            state.code(&code).cloned()
        };
        let built_in = || crate::vm::builtin::builtin(code).map(Arc::from);
        let own = || {
            let spec = self.scenario.contracts.iter().find(|c| c.sha256 == code)?;
            bytes_of(&self.scenario).ok()?.remove(&spec.name)
        };
        on_chain().or_else(built_in).or_else(own)
    }
}

/// What to try of a sample contract.
fn examples(code: Hash, abi: &str) -> Vec<(String, String)> {
    let people = [0, 1, 2].map(|i| {
        let address = user_address(i);
        // Contracts that read JSON know accounts by their text.
        if abi == CosmWasm.name() {
            bech32::encode(&address)
        } else {
            address.to_string()
        }
    });
    let [you, alice, bob] = &people;
    let all = by_hash(code).into_iter().flat_map(|b| b.examples.iter());
    all.map(|e| (name_of(abi, e.entry).into(), e.input_for(you, alice, bob)))
        .collect()
}

/// What the module itself calls an entry point.
fn name_of(abi: &str, entry: Entry) -> &'static str {
    if abi == CosmWasm.name() {
        cosmwasm::export(entry)
    } else {
        entry.name()
    }
}

/// Bytes that base64 stands for.
fn decoded(base64: &str) -> u64 {
    let padding = base64.bytes().rev().take_while(|b| *b == b'=').count();
    (base64.len() / 4 * 3).saturating_sub(padding) as u64
}
