//! Work whose time is measured: what the chain does for a cw20 transfer, and the least an interpreter must do
//! for the same; a block for many validators; verdicts; gas burnt. Nothing here looks at a clock.

use crate::chain::{Play, person};
use crate::guests::{compile, executing};
use crate::large;
use consensusforge_core::base::Hash;
use consensusforge_core::base::digest::sha256;
use consensusforge_core::ledger::{ExecutorKind, Ledger, addresses};
use consensusforge_core::types::{Action, Block, bech32};
use consensusforge_core::vm::scratch::ScratchHost;
use consensusforge_core::vm::{CallContext, ContractEngine, Entry, WasmEngine};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use wasmi::{
    AsContext, AsContextMut, Caller, Config, Engine, Error, Extern, ExternType, Linker, Memory,
    Module, Store,
};

static CW20: &[u8] = include_bytes!("../../../contracts/wasm/cw20-base.wasm");
const SENDER: [u8; 32] = [0x5e; 32];
const CONTRACT: [u8; 32] = [0xc0; 32];
const GAS: u64 = 50_000_000;

fn making(owner: &str) -> Vec<u8> {
    format!(
        r#"{{"name":"Play","symbol":"PLAY","decimals":6,"initial_balances":[{{"address":"{owner}","amount":"1000000000"}}]}}"#
    )
    .into_bytes()
}

fn transfer(to: &str) -> Vec<u8> {
    format!(r#"{{"transfer":{{"recipient":"{to}","amount":"1"}}}}"#).into_bytes()
}

/// The same transfers over and over, two ways.
pub struct Transfers {
    engine: WasmEngine,
    code: Hash,
    wasm: Arc<[u8]>,
    host: ScratchHost,
    transfer: CallContext,
    bare: Bare,
}

impl Default for Transfers {
    fn default() -> Self {
        Self::new()
    }
}

impl Transfers {
    /// # Panics
    /// When the contract cannot be made.
    #[must_use]
    pub fn new() -> Transfers {
        let sender = bech32::encode(&Hash(SENDER));
        let to = bech32::encode(&Hash([0xb0; 32]));
        let context = |entry, input| CallContext::new(entry, SENDER, CONTRACT, input);
        let mut transfers = Transfers {
            engine: WasmEngine::new(),
            code: sha256(CW20),
            wasm: CW20.into(),
            host: ScratchHost {
                contract: CONTRACT,
                ..ScratchHost::default()
            },
            transfer: context(Entry::Call, transfer(&to)),
            bare: Bare::new(&sender),
        };
        let init = context(Entry::Init, making(&sender));
        transfers.run(&init);
        transfers.bare.call("instantiate", making(&sender));
        transfers.engine();
        transfers.bare();
        // Both did the same.
        assert_eq!(transfers.host.store, transfers.bare.storage);
        transfers
    }

    fn run(&mut self, ctx: &CallContext) {
        let outcome = self
            .engine
            .run(self.code, &self.wasm, ctx, GAS, &mut self.host);
        outcome.result.expect("a call that is right");
    }

    /// One transfer as a validator carries it out.
    pub fn engine(&mut self) {
        let ctx = self.transfer.clone();
        self.run(&ctx);
    }

    /// One transfer by the interpreter alone: same module, same calls, a chain that only keeps a map.
    pub fn bare(&mut self) {
        let input = self.transfer.input.clone();
        self.bare.call("execute", input);
    }
}

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// The interpreter with the least chain that a cw20 can run on.
struct Bare {
    engine: Engine,
    module: Module,
    linker: Linker<Map>,
    storage: Map,
    env: Vec<u8>,
    info: Vec<u8>,
}

fn memory(caller: &Caller<'_, Map>) -> Memory {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    memory.expect("checked at upload")
}

fn word(bytes: &[u8], at: usize) -> usize {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word) as usize
}

fn region(bytes: &[u8], pointer: i32) -> &[u8] {
    let pointer = pointer as u32 as usize;
    let start = word(bytes, pointer);
    &bytes[start..start + word(bytes, pointer + 8)]
}

fn fill(bytes: &mut [u8], pointer: i32, value: &[u8]) {
    let pointer = pointer as u32 as usize;
    let start = word(bytes, pointer);
    bytes[start..start + value.len()].copy_from_slice(value);
    bytes[pointer + 8..pointer + 12].copy_from_slice(&(value.len() as u32).to_le_bytes());
}

fn read(mut caller: Caller<'_, Map>, key: i32) -> Result<i32, Error> {
    let memory = memory(&caller);
    let key = region(memory.data(&caller), key).to_vec();
    let Some(value) = caller.data().get(&key).cloned() else {
        return Ok(0);
    };
    let allocate = caller.get_export("allocate").and_then(Extern::into_func);
    let allocate = allocate.expect("checked at upload");
    let allocate = allocate.typed::<i32, i32>(caller.as_context())?;
    let pointer = allocate.call(caller.as_context_mut(), value.len() as i32)?;
    fill(memory.data_mut(&mut caller), pointer, &value);
    Ok(pointer)
}

fn write(mut caller: Caller<'_, Map>, key: i32, value: i32) {
    let memory = memory(&caller);
    let bytes = memory.data(&caller);
    let (key, value) = (region(bytes, key).to_vec(), region(bytes, value).to_vec());
    caller.data_mut().insert(key, value);
}

impl Bare {
    fn new(sender: &str) -> Bare {
        let mut config = Config::default();
        config.consume_fuel(true);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, CW20).expect("a module");
        let mut linker = Linker::new(&engine);
        for import in module.imports() {
            let name = import.name();
            let made = match (name, import.ty()) {
                ("db_read", _) => linker.func_wrap("env", name, read),
                ("db_write", _) => linker.func_wrap("env", name, write),
                ("addr_validate", _) => linker.func_wrap("env", name, |_: i32| 0_i32),
                (_, ExternType::Func(ty)) => linker.func_new("env", name, ty.clone(), |_, _, _| {
                    Err(Error::new("not part of a transfer"))
                }),
                (_, _) => continue,
            };
            made.expect("a name once");
        }
        let contract = bech32::encode(&Hash(CONTRACT));
        Bare {
            engine,
            module,
            linker,
            storage: Map::new(),
            env: format!(
                r#"{{"block":{{"height":0,"time":"0","chain_id":""}},"transaction":null,"contract":{{"address":"{contract}"}}}}"#
            )
            .into_bytes(),
            info: format!(r#"{{"sender":"{sender}","funds":[]}}"#).into_bytes(),
        }
    }

    fn call(&mut self, entry: &str, input: Vec<u8>) {
        let mut store = Store::new(&self.engine, std::mem::take(&mut self.storage));
        store.set_fuel(GAS).expect("it is metered");
        let instance = self
            .linker
            .instantiate_and_start(&mut store, &self.module)
            .expect("all is linked");
        let memory = instance.get_memory(&store, "memory").expect("it has one");
        let allocate = instance
            .get_typed_func::<i32, i32>(&store, "allocate")
            .expect("it has one");
        let mut pointers = [0; 3];
        for (pointer, bytes) in pointers.iter_mut().zip([&self.env, &self.info, &input]) {
            *pointer = allocate
                .call(&mut store, bytes.len() as i32)
                .expect("memory");
            fill(memory.data_mut(&mut store), *pointer, bytes);
        }
        let function = instance
            .get_typed_func::<(i32, i32, i32), i32>(&store, entry)
            .expect("it has one");
        let result = function.call(&mut store, pointers.into());
        let answer = region(memory.data(&store), result.expect("no trap"));
        assert!(answer.starts_with(b"{\"ok\""), "the contract says no");
        self.storage = store.into_data();
    }
}

/// A block of 50 cw20 transfers on the state before it.
pub struct Blocks {
    play: Play,
    block: Arc<Block>,
}

impl Default for Blocks {
    fn default() -> Self {
        Self::new()
    }
}

impl Blocks {
    #[must_use]
    pub fn new() -> Blocks {
        let mut play = Play::bare(&[CW20.into()]);
        play.act(Action::Instantiate {
            code_id: 1,
            admin: None,
            label: "cw20".into(),
            input: making(&bech32::encode(&person())),
            funds: Vec::new(),
            salt: None,
        });
        let actions = (0..50).map(|n: u8| Action::Execute {
            contract: addresses::instantiated(1, 1),
            input: transfer(&bech32::encode(&Hash([n; 32]))),
            funds: Vec::new(),
        });
        let block = play.block(actions.collect());
        Blocks { play, block }
    }

    /// Gas its transactions use.
    #[must_use]
    pub fn gas(&self) -> u64 {
        let executor = ExecutorKind::Honest.executor();
        let done = executor.execute(&self.play.chain, &self.play.state, &self.block);
        done.gas_used
    }

    /// Executes it for so many validators; gives the root they come to.
    ///
    /// # Panics
    /// When one comes to another root, or a transfer fails.
    #[must_use]
    pub fn execute(&self, validators: u32, everywhere: bool) -> Hash {
        let mut ledger = Ledger::new(self.play.chain.clone());
        ledger.everywhere = everywhere;
        ledger.chain.everywhere = everywhere;
        let mut roots = (0..validators).map(|_| {
            let judged = ledger.check_once(&self.play.state, &self.block);
            judged.expect("a block that is right");
            let kind = ExecutorKind::Honest;
            let done = ledger.execute_once(&self.play.state, &self.block, kind);
            assert!(done.receipts.iter().all(|r| r.result.is_ok()));
            done.root
        });
        let first = roots.next().unwrap_or(Hash::ZERO);
        assert!(roots.all(|root| root == first));
        first
    }
}

/// Burns gas by operators alone.
pub fn burn(gas: u64, weighted: bool) {
    let wasm = if weighted {
        executing("(loop $l (local.set $a (i32.add (local.get $a) (i32.const 1))) (br $l))")
    } else {
        compile(
            "(module (memory (export \"memory\") 1) (func (export \"forge_version_1\")) (func (export \"call\") (local $a i32)
               (loop $l (local.set $a (i32.add (local.get $a) (i32.const 1))) (br $l))))",
        )
    };
    let ctx = CallContext::new(Entry::Call, SENDER, CONTRACT, b"{}".to_vec());
    let outcome =
        WasmEngine::new().run(sha256(&wasm), &wasm, &ctx, gas, &mut ScratchHost::default());
    assert_eq!(outcome.gas_used, gas);
}

/// Judges a contract of 300 kB that nobody has seen, or one of 3 MB, all of it functions.
///
/// # Panics
/// When it is refused.
pub fn verdict(large: bool) {
    // Written once, so that it is the verdict that is measured.
    static LARGE: LazyLock<Vec<u8>> = LazyLock::new(|| large::module(3 << 20));
    let wasm = if large { &LARGE[..] } else { CW20 };
    assert!(WasmEngine::new().admit(wasm).is_ok());
}
