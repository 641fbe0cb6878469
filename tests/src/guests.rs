//! Modules nobody wrote, held against admission and one call: generated ones (wasm-smith) with the shape of
//! each contract interface, and committed contracts with some bytes changed. Each is judged under both
//! profiles and, if it is taken, entered everywhere with a cold and with a warm engine.

use arbitrary::Unstructured;
use consensusforge_core::base::digest::sha256;
use consensusforge_core::vm::abi::{Abi, cosmwasm::CosmWasm, forge::Forge};
use consensusforge_core::vm::builtin;
use consensusforge_core::vm::scratch::ScratchHost;
use consensusforge_core::vm::{
    CallContext, ContractEngine, Entry, FailureKind, Outcome, Profile, Reply, WasmEngine,
};
use std::sync::Arc;
use wasm_smith::{Config, Module};

const GAS: u64 = 300_000;
const CONTRACT: [u8; 32] = [0xc0; 32];

/// What many modules came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub taken: u64,
    pub refused: u64,
    pub calls: u64,
    pub answered: u64,
    pub trapped: u64,
    pub out_of_gas: u64,
}

/// So many bytes that depend on the seed alone.
fn stream(seed: u64, bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.saturating_add(32));
    let mut block = 0_u64;
    while out.len() < bytes {
        out.extend(sha256(&[seed.to_le_bytes(), block.to_le_bytes()].concat()).0);
        block += 1;
    }
    out.truncate(bytes);
    out
}

/// A module with the imports of an interface and its exports, bodies empty: the shape to generate by.
fn shape(abi: &dyn Abi) -> Vec<u8> {
    let list = |types: Vec<&str>| types.join(" ");
    let imports: String = abi
        .imports()
        .iter()
        .map(|import| {
            let params = list(import.params.iter().map(|(_, ty)| ty.name()).collect());
            let result = import.result.map_or("", |ty| ty.name());
            let (module, name) = (abi.module(), import.name);
            format!("(import \"{module}\" \"{name}\" (func (param {params}) (result {result})))")
        })
        .collect();
    let mut exports = format!(
        "(memory (export \"memory\") 1) (func (export \"{}\"))",
        abi.marker()
    );
    let own = abi.name() == Forge.name();
    for entry in Entry::ALL {
        let name = if own {
            entry.name()
        } else {
            consensusforge_core::vm::abi::cosmwasm::export(entry)
        };
        exports += &match (own, entry) {
            (true, _) => format!("(func (export \"{name}\"))"),
            (false, Entry::Init | Entry::Call) => {
                format!("(func (export \"{name}\") (param i32 i32 i32) (result i32) i32.const 0)")
            }
            (false, _) => {
                format!("(func (export \"{name}\") (param i32 i32) (result i32) i32.const 0)")
            }
        };
    }
    if !own {
        exports += "(func (export \"allocate\") (param i32) (result i32) i32.const 0) (func (export \"deallocate\") (param i32))";
    }
    wat::parse_str(format!("(module {imports} {exports})")).expect("a module")
}

fn generated(seed: u64) -> Option<Vec<u8>> {
    let abi: &dyn Abi = if seed.is_multiple_of(3) {
        &CosmWasm
    } else {
        &Forge
    };
    let bytes = stream(seed, 8 << 10);
    let mut luck = Unstructured::new(&bytes);
    let config = Config {
        module_shape: Some(shape(abi)),
        allow_start_export: false,
        bulk_memory_enabled: seed.is_multiple_of(2),
        // One in sixteen uses what no contract may.
        simd_enabled: seed.is_multiple_of(16),
        reference_types_enabled: seed.is_multiple_of(16),
        gc_enabled: false,
        tail_call_enabled: seed.is_multiple_of(16),
        exceptions_enabled: false,
        memory64_enabled: false,
        threads_enabled: false,
        relaxed_simd_enabled: false,
        wide_arithmetic_enabled: false,
        extended_const_enabled: false,
        custom_page_sizes_enabled: false,
        multi_value_enabled: false,
        max_memories: 1,
        max_tables: 1,
        max_funcs: 60,
        max_instructions: 400,
        max_memory32_bytes: 100 << 16,
        table_max_size_required: true,
        memory_max_size_required: false,
        max_table_elements: 500,
        ..Config::default()
    };
    Module::new(config, &mut luck).ok().map(|m| m.to_bytes())
}

/// A committed contract with up to eight bytes changed, or cut.
fn changed(seed: u64) -> Vec<u8> {
    let luck = stream(seed, 64);
    let number = |at: usize| {
        let mut word = [0; 4];
        word.copy_from_slice(&luck[at..at + 4]);
        u32::from_le_bytes(word) as usize
    };
    let all = builtin::catalogue();
    let contract = all[number(0) % all.len()].wasm();
    let mut wasm = contract.expect("a native program has all").to_vec();
    for change in 0..1 + number(4) % 8 {
        let at = number(8 + 4 * change) % wasm.len();
        wasm[at] = luck[48 + change];
    }
    if number(60).is_multiple_of(16) {
        wasm.truncate(number(8) % wasm.len());
    }
    wasm
}

/// Judges and runs the module of a seed.
///
/// # Panics
/// When something that must never be is: the message names the seed.
pub fn try_seed(seed: u64, seen: &mut Seen) {
    let wasm: Arc<[u8]> = if seed.is_multiple_of(5) {
        changed(seed).into()
    } else {
        match generated(seed) {
            Some(wasm) => wasm.into(),
            // Not enough luck for a module.
            None => return,
        }
    };
    let (strict, modern) = (WasmEngine::with_profile(Profile::Strict), WasmEngine::new());
    let verdict = modern.admit(&wasm);
    if strict.admit(&wasm).is_ok() {
        assert!(
            verdict.is_ok(),
            "seed {seed}: strict takes what modern does not"
        );
    }
    let Ok(admitted) = verdict else {
        seen.refused += 1;
        return;
    };
    seen.taken += 1;
    for entry in admitted.entries {
        let mut ctx = CallContext::new(entry, [0x5e; 32], CONTRACT, b"{}".to_vec());
        if entry == Entry::Reply {
            ctx.reply = Some(Reply {
                id: 1,
                payload: Vec::new(),
                gas_used: 0,
                result: Err("no".into()),
            });
        }
        let run = |engine: &WasmEngine| {
            let mut host = ScratchHost {
                contract: CONTRACT,
                ..ScratchHost::default()
            };
            let outcome = engine.run(admitted.code, &wasm, &ctx, GAS, &mut host);
            (outcome, host)
        };
        let (outcome, host) = run(&modern);
        assert_eq!(
            (&outcome, &host),
            (&run(&WasmEngine::new()).0, &run(&modern).1),
            "seed {seed}, {}: cold and warm differ",
            entry.name()
        );
        check(seed, &outcome);
        if entry == Entry::View {
            let untouched = host.store.is_empty() && host.events.is_empty() && host.sent.is_empty();
            assert!(untouched, "seed {seed}: a view has changed something");
        }
        seen.calls += 1;
        match outcome.result.map_err(|failure| failure.kind) {
            Ok(_) => seen.answered += 1,
            Err(FailureKind::OutOfGas) => seen.out_of_gas += 1,
            Err(
                FailureKind::Trap
                | FailureKind::Contract
                | FailureKind::ReadOnly
                | FailureKind::BadRequest
                | FailureKind::NoEntry
                | FailureKind::Module,
            ) => seen.trapped += 1,
        }
    }
}

fn check(seed: u64, outcome: &Outcome) {
    assert!(
        outcome.gas_used <= GAS,
        "seed {seed}: more gas than the limit"
    );
    assert_eq!(
        outcome.gas.total(),
        outcome.gas_used,
        "seed {seed}: gas by category"
    );
    if let Err(failure) = &outcome.result {
        assert!(
            !failure.text.is_empty(),
            "seed {seed}: a failure without a word"
        );
        assert_ne!(
            failure.text, "the engine could not go on with this contract",
            "seed {seed}: an end nobody has named"
        );
        if failure.kind == FailureKind::OutOfGas {
            assert_eq!(
                outcome.gas_used, GAS,
                "seed {seed}: out of gas costs the limit"
            );
        }
    }
}
