//! What there is to know of a module before it runs.

use super::Session;
use super::contracts::modules;
use super::view::CardView;
use crate::base::Hash;
use crate::types::{NodeId, bech32};
use crate::vm::abi::Abi;
use crate::vm::abi::cosmwasm::{self, CosmWasm};
use crate::vm::admission::Profile;
use crate::vm::builtin::by_hash;
use crate::vm::{ContractEngine, Entry, WasmEngine};
use crate::world::user_address;
use std::sync::Arc;

impl Session {
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
            modules(&self.scenario).ok()?.remove(&spec.name)
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
