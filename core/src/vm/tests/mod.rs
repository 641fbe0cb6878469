//! The room's tests: a chain in a map, and contracts written in text.

mod abi_table;
mod admission;
mod builtin;
mod gas;
mod hostile;
mod seam;

use super::*;
use crate::base::digest::sha256;
use crate::vm::scratch::ScratchHost as MapHost;

pub(super) const SENDER: Address = [0x5e; 32];
pub(super) const CONTRACT: Address = [0xc0; 32];

pub(super) fn context(entry: Entry, input: &[u8]) -> CallContext {
    let mut context = CallContext::new(entry, SENDER, CONTRACT, input.to_vec());
    context.height = 7;
    context
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
        Ok(response) => panic!("succeeded with {response:?}"),
        Err(failure) => failure.text.clone(),
    }
}
