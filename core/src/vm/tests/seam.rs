//! The two seams: another engine, another ABI.

use super::*;
use crate::base::Slices;
use crate::vm::abi::{Abi, Entrance, Guest, HostAction, Import};
use crate::vm::gas::GasUse;
use crate::vm::module::{ModuleInterface, ModuleShape, Ty};

/// An engine without WebAssembly: a "module" is a line of text that every call stores.
struct Scripted;

impl ContractEngine for Scripted {
    fn admit(&self, wasm: &[u8]) -> Result<Admitted, Refusal> {
        Ok(Admitted {
            code: sha256(wasm),
            size: wasm.len() as u64,
            abi: "script",
            marker: "",
            profile: Profile::Strict,
            entries: vec![Entry::Call],
            functions: vec!["call".into()],
            capabilities: Vec::new(),
            crypto: false,
            ibc: false,
            migrate_version: None,
            start_gas: 1,
            upload_gas: wasm.len() as u64,
        })
    }

    fn begin<'a>(
        &'a self,
        _: Hash,
        wasm: &'a Arc<[u8]>,
        _: &'a CallContext,
        gas_limit: u64,
        host: &'a mut dyn Host,
    ) -> Slices<'a, Outcome> {
        let result = if gas_limit == 0 {
            Err(Failure::out_of_gas(0))
        } else {
            host.set(b"line", wasm);
            Ok(Response::of(wasm.to_vec()))
        };
        let outcome = Outcome {
            result,
            gas_used: gas_limit.min(1),
            gas: GasUse {
                operators: gas_limit.min(1),
                ..GasUse::default()
            },
            log: Vec::new(),
        };
        Box::pin(std::future::ready(outcome))
    }
}

fn deploy_and_call(engine: &dyn ContractEngine, wasm: &Arc<[u8]>) -> (Outcome, MapHost) {
    let mut host = MapHost::default();
    let admitted = engine.admit(wasm).unwrap_or_else(|r| panic!("{r}"));
    let outcome = engine.run(
        admitted.code,
        wasm,
        &context(Entry::Call, b""),
        100_000,
        &mut host,
    );
    (outcome, host)
}

#[test]
fn the_chain_does_not_know_which_engine_runs() {
    let script: Arc<[u8]> = b"hello".to_vec().into();
    let (outcome, host) = deploy_and_call(&Scripted, &script);
    assert_eq!(outcome.answer(), Ok(b"hello".to_vec()));
    assert_eq!(host.store.len(), 1);

    let counter = compile(include_str!("../../../../contracts/counter.wat"));
    let (outcome, host) = deploy_and_call(&WasmEngine::new(), &counter);
    assert_eq!(outcome.answer(), Ok(b"1".to_vec()));
    assert_eq!(host.store.len(), 1);
}

/// An ABI whose import calls back into the contract, as CosmWasm's do for their allocator.
struct Callback;

static CALLBACK_IMPORTS: &[Import] = &[Import {
    name: "again",
    params: &[("n", Ty::I32)],
    result: Some(Ty::I32),
    body: |_, args| {
        Ok(HostAction::Give {
            what: "nothing",
            bytes: vec![0; args[0] as usize],
        })
    },
    doc: "Calls `allocate`.",
}];

impl Abi for Callback {
    fn name(&self) -> &'static str {
        "callback"
    }
    fn marker(&self) -> &'static str {
        "callback_version_1"
    }
    fn module(&self) -> &'static str {
        "env"
    }
    fn imports(&self) -> &'static [Import] {
        CALLBACK_IMPORTS
    }
    fn profile(&self, _: Profile) -> Profile {
        Profile::Strict
    }
    fn check(&self, shape: &ModuleShape, _: Profile) -> Result<ModuleInterface, Refusal> {
        shape.expect_function("allocate", &[Ty::I32], &[Ty::I32])?;
        Ok(ModuleInterface::default())
    }
    fn enter(&self, _: &mut dyn Guest) -> Result<Entrance, Failure> {
        Ok(Entrance::Call {
            function: "execute",
            arguments: Vec::new(),
        })
    }
    fn leave(&self, _: &mut dyn Guest, answer: u64) -> Result<Response, Failure> {
        Ok(Response::of(answer.to_le_bytes().to_vec()))
    }
    fn allocator(&self) -> &'static str {
        "allocate"
    }
    fn fill(&self, _: &mut dyn Guest, _: &str, _: u64, _: &[u8]) -> Result<(), Failure> {
        Ok(())
    }
}

static BOTH: &[&dyn Abi] = &[&crate::vm::abi::forge::Forge, &Callback];

#[test]
fn the_abi_is_chosen_by_what_the_module_exports() {
    let engine = WasmEngine::with_abis(BOTH);
    let wasm = compile(
        r#"(module (import "env" "again" (func $again (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "callback_version_1"))
        (func (export "allocate") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
        (func (export "execute") (result i32) (call $again (i32.const 41))))"#,
    );
    let (outcome, _) = deploy_and_call(&engine, &wasm);
    assert_eq!(outcome.answer(), Ok(42_u64.to_le_bytes().to_vec()));
    let counter = compile(include_str!("../../../../contracts/counter.wat"));
    assert_eq!(engine.admit(&counter).map(|a| a.abi), Ok("forge"));
}

/// Row 20: without the depth guard this recurses on the native stack until the process aborts.
#[test]
fn host_and_guest_calling_each_other_stop_at_depth_two() {
    let engine = WasmEngine::with_abis(BOTH);
    let wasm = compile(
        r#"(module (import "env" "again" (func $again (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "callback_version_1"))
        (func $a (export "allocate") (param i32) (result i32) (call $again (local.get 0)))
        (func (export "execute") (result i32) (call $a (i32.const 0))))"#,
    );
    let (outcome, _) = deploy_and_call(&engine, &wasm);
    assert_eq!(
        sentence(&outcome),
        "calls between contract and chain are nested deeper than 2"
    );
}

#[test]
fn the_strict_profile_refuses_bulk_copies() {
    let engine = WasmEngine::with_abis(BOTH);
    let wasm = compile(
        r#"(module (memory (export "memory") 1) (func (export "callback_version_1"))
        (func (export "allocate") (param i32) (result i32) (i32.const 0))
        (func (export "execute") (result i32)
          (memory.fill (i32.const 0) (i32.const 0) (i32.const 8)) (i32.const 0)))"#,
    );
    let refusal = engine.admit(&wasm).map(|_| ()).unwrap_err();
    assert!(
        refusal
            .text
            .starts_with("the module uses `memory.fill` (function 2, byte "),
        "{refusal}"
    );
}
