//! Contracts written in text that speak CosmWasm, honestly and not.

mod admission;
mod curves;
mod hostile;
mod iterate;
mod parsing;
mod querier;
mod regions;
mod responses;

use super::*;
use crate::base::digest::sha256;
use crate::vm::scratch::ScratchHost;
use crate::vm::{CallContext, ContractEngine, Outcome, WasmEngine};
use std::sync::Arc;

const SENDER: [u8; 32] = [0x5e; 32];
const CONTRACT: [u8; 32] = [0xc0; 32];
const GAS: u64 = 50_000_000;

fn compile(wat: &str) -> Arc<[u8]> {
    wat::parse_str(wat)
        .unwrap_or_else(|e| panic!("{e}\n{wat}"))
        .into()
}

/// The imports under their own names, as `$db_read`.
fn imports() -> String {
    IMPORTS
        .iter()
        .map(|import| {
            let params: String = import
                .params
                .iter()
                .map(|(_, ty)| format!(" {}", ty.name()))
                .collect();
            let result = import
                .result
                .map_or(String::new(), |ty| format!(" (result {})", ty.name()));
            format!(
                "(import \"env\" \"{0}\" (func ${0} (param{params}){result}))\n",
                import.name
            )
        })
        .collect()
}

/// An allocator that never frees, and helpers: `$text` makes a region of bytes that lie in memory, `$ok`
/// returns an empty response.
const ALLOCATOR: &str = r#"
(global $free (mut i32) (i32.const 524288))
(func $allocate (export "allocate") (param $size i32) (result i32) (local $region i32)
  (local.set $region (global.get $free))
  (i32.store (local.get $region) (i32.add (local.get $region) (i32.const 12)))
  (i32.store (i32.add (local.get $region) (i32.const 4)) (local.get $size))
  (i32.store (i32.add (local.get $region) (i32.const 8)) (i32.const 0))
  (global.set $free (i32.and
    (i32.add (i32.add (local.get $region) (local.get $size)) (i32.const 27)) (i32.const -8)))
  (local.get $region))
(func (export "deallocate") (param i32))
(func $text (param $at i32) (param $size i32) (result i32) (local $region i32)
  (local.set $region (call $allocate (i32.const 0)))
  (i32.store (local.get $region) (local.get $at))
  (i32.store (i32.add (local.get $region) (i32.const 4)) (local.get $size))
  (i32.store (i32.add (local.get $region) (i32.const 8)) (local.get $size))
  (local.get $region))
(data (i32.const 16) "{\"ok\":{\"messages\":[],\"attributes\":[],\"events\":[],\"data\":null}}")
(func $ok (result i32) (call $text (i32.const 16) (i32.const 62)))
"#;

/// A contract with everything the ABI asks for; `body` is the rest. Memory has 64 pages; what
/// lies between 1024 and 512 KiB is free for `body`'s data.
fn contract(body: &str) -> Arc<[u8]> {
    compile(&format!(
        "(module {} (memory (export \"memory\") 64) (func (export \"interface_version_8\")) {ALLOCATOR} {body})",
        imports()
    ))
}

/// A contract whose `execute` does `body` and then answers with an empty response.
fn executing(body: &str) -> Arc<[u8]> {
    contract(&format!(
        "(func (export \"execute\") (param i32 i32 i32) (result i32) (local $a i32) (local $b i32) {body} (call $ok))"
    ))
}

/// WAT that lays a text down at an address, escaped.
fn data(at: usize, bytes: &[u8]) -> String {
    let escaped: String = bytes.iter().map(|b| format!("\\{b:02x}")).collect();
    format!("(data (i32.const {at}) \"{escaped}\")")
}

/// A contract whose entry points all answer with this text.
fn answering(text: &[u8]) -> Arc<[u8]> {
    let answer = format!("(call $text (i32.const 1024) (i32.const {}))", text.len());
    let mut body = data(1024, text);
    for name in ["instantiate", "execute"] {
        body += &format!("(func (export \"{name}\") (param i32 i32 i32) (result i32) {answer})");
    }
    for name in ["query", "reply", "sudo", "migrate"] {
        body += &format!("(func (export \"{name}\") (param i32 i32) (result i32) {answer})");
    }
    contract(&body)
}

fn context(entry: Entry, input: &[u8]) -> CallContext {
    let mut ctx = CallContext::new(entry, SENDER, CONTRACT, input.to_vec());
    ctx.height = 7;
    ctx.time_ns = 1_700_000_000_000_000_000;
    ctx.chain_id = "forge-test".into();
    ctx
}

fn host() -> ScratchHost {
    ScratchHost {
        contract: CONTRACT,
        ..ScratchHost::default()
    }
}

fn run_on(wasm: &Arc<[u8]>, ctx: &CallContext, gas: u64, host: &mut ScratchHost) -> Outcome {
    let outcome = WasmEngine::new().run(sha256(wasm), wasm, ctx, gas, host);
    assert_eq!(outcome.gas.total(), outcome.gas_used, "gas by category");
    assert!(outcome.gas_used <= gas, "never more than the limit");
    outcome
}

fn run(wasm: &Arc<[u8]>, entry: Entry) -> Outcome {
    run_on(wasm, &context(entry, b"{}"), GAS, &mut host())
}

/// What a call failed with.
#[track_caller]
fn failure(outcome: &Outcome) -> (FailureKind, &str) {
    match &outcome.result {
        Ok(response) => panic!("succeeded with {response:?}"),
        Err(failure) => (failure.kind, &failure.text),
    }
}

/// The failure of an `execute` that does `body`.
#[track_caller]
fn refuses(body: &str, kind: FailureKind, text: &str) {
    let outcome = run(&executing(body), Entry::Call);
    assert_eq!(failure(&outcome), (kind, text));
}

#[test]
fn the_document_shows_the_table_and_the_prices() {
    let document = include_str!("../../../../../../docs/COSMWASM.md");
    let mut lacking = Vec::new();
    for import in IMPORTS {
        let params: Vec<&str> = import.params.iter().map(|(name, _)| *name).collect();
        let result = import
            .result
            .map_or(String::new(), |ty| format!(" -> {}", ty.name()));
        lacking.push(format!(
            "| `{}({}){result}` | {} |",
            import.name,
            params.join(", "),
            import.doc
        ));
    }
    for price in prices::PRICES {
        lacking.push(match (price.per_unit, price.unit) {
            (0, _) => format!("| {} | {} | |", price.what, price.base),
            (per, 1) => format!("| {} | {} | {per} |", price.what, price.base),
            (per, unit) => format!("| {} | {} | {per} for {unit} |", price.what, price.base),
        });
    }
    lacking.retain(|row| !document.contains(row.as_str()));
    assert!(
        lacking.is_empty(),
        "docs/COSMWASM.md lacks:\n{}",
        lacking.join("\n")
    );
}
