//! The room's tests: a chain in a map, and contracts written in text.

mod abi_table;
mod admission;
mod gas;
mod hostile;
mod seam;

use super::*;
use crate::base::digest::sha256;
use std::collections::BTreeMap;

/// A chain of one contract.
#[derive(Default, Clone)]
pub(super) struct MapHost {
    pub store: BTreeMap<Vec<u8>, Vec<u8>>,
    pub balances: BTreeMap<Address, u128>,
    pub events: Vec<Vec<u8>>,
    pub sent: Vec<(Address, u128)>,
}

pub(super) const SENDER: Address = [0x5e; 32];
pub(super) const CONTRACT: Address = [0xc0; 32];

impl Host for MapHost {
    fn get(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        self.store.get(key).cloned()
    }
    fn set(&mut self, key: &[u8], value: &[u8]) -> Result<(), String> {
        self.store.insert(key.to_vec(), value.to_vec());
        Ok(())
    }
    fn delete(&mut self, key: &[u8]) -> Result<(), String> {
        self.store.remove(key);
        Ok(())
    }
    fn transfer(&mut self, to: Address, amount: u128) -> Result<(), TransferError> {
        let own = self.balances.entry(CONTRACT).or_default();
        *own = own.checked_sub(amount).ok_or(TransferError::Insufficient)?;
        let theirs = self.balances.entry(to).or_default();
        *theirs = theirs.checked_add(amount).ok_or(TransferError::Refused)?;
        self.sent.push((to, amount));
        Ok(())
    }
    fn balance(&mut self, of: &Address) -> u128 {
        self.balances.get(of).copied().unwrap_or(0)
    }
    fn emit(&mut self, data: &[u8]) -> Result<(), String> {
        self.events.push(data.to_vec());
        Ok(())
    }
}

pub(super) fn context(entry: Entry, input: &[u8]) -> CallContext {
    CallContext {
        sender: SENDER,
        contract: CONTRACT,
        height: 7,
        value: 0,
        input: input.to_vec(),
        entry,
        read_only: false,
    }
}

pub(super) fn compile(wat: &str) -> Arc<[u8]> {
    wat::parse_str(wat)
        .unwrap_or_else(|e| panic!("{e}\n{wat}"))
        .into()
}

/// A contract whose module starts with everything the ABI asks for; `body` is the rest.
pub(super) fn forge(body: &str) -> Arc<[u8]> {
    let mut imports = String::new();
    for import in super::abi::forge::IMPORTS {
        let params: String = import
            .params
            .iter()
            .map(|(_, ty)| format!(" {}", ty.name()))
            .collect();
        let result = import
            .result
            .map_or(String::new(), |ty| format!(" (result {})", ty.name()));
        imports += &format!(
            "(import \"forge\" \"{0}\" (func ${0} (param{params}){result}))\n",
            import.name
        );
    }
    compile(&format!(
        "(module {imports} (memory (export \"memory\") 1) (func (export \"forge_version_1\")) {body})"
    ))
}

pub(super) fn run_on(
    engine: &WasmEngine,
    wasm: &Arc<[u8]>,
    ctx: &CallContext,
    gas: u64,
    host: &mut MapHost,
) -> Outcome {
    let outcome = engine.run(sha256(wasm), wasm, ctx, gas, host);
    assert_eq!(outcome.gas.total(), outcome.gas_used, "gas by category");
    assert!(outcome.gas_used <= gas, "never more than the limit");
    outcome
}

pub(super) fn run(wasm: &Arc<[u8]>, entry: Entry, input: &[u8]) -> Outcome {
    run_on(
        &WasmEngine::new(),
        wasm,
        &context(entry, input),
        10_000_000,
        &mut MapHost::default(),
    )
}

/// The sentence a call failed with.
pub(super) fn sentence(outcome: &Outcome) -> String {
    match &outcome.result {
        Ok(bytes) => panic!("succeeded with {bytes:?}"),
        Err(failure) => failure.text.clone(),
    }
}
