//! The interpreter: the only folder that names wasmi.
//!
//! Four rules make gas the same everywhere: modules are translated before their
//! first call and translation is free; a call that runs out is charged its whole limit; nothing is
//! charged by a clock; NaNs are canonical. `portable-dispatch` keeps the native stack flat.
//!
//! A call runs in slices: the interpreter is given fuel for one, and the rest of the call's gas is kept
//! back (`CallData::reserve`). Where it runs dry the call gives way and is then given more. What calls back
//! into a contract, or asks another, leaves the interpreter too ([`HostAction`]), so that nothing of a call is
//! ever on the native stack while it rests.

mod guest;

use super::abi::{self, Abi, CallState, Entrance, Guest, HostAction, Import, Operators};
use super::admission;
use super::gas::{self, Category};
use super::module::{Admitted, Profile, Refusal, Rule};
use super::scratch::ScratchHost;
use super::{CallContext, ContractEngine, Entry, Failure, FailureKind, Host, Outcome, Response};
use crate::base::digest::sha256;
use crate::base::slices::pause;
use crate::base::{Hash, Slices, limits};
use guest::{CallData, failure, guest_of, link, value_of, word_of};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wasmi::{
    CompilationMode, Config, CustomFuelCosts, Engine, Error, Extern, Func, Instance, Module,
    OperatorCost, ResumableCall, Store, StoreLimitsBuilder, Val,
};

/// A handle to an engine; clones share its translated modules.
#[derive(Clone)]
pub struct WasmEngine {
    abis: &'static [&'static dyn Abi],
    profile: Profile,
    cache: Arc<Mutex<Cache>>,
}

/// Verdicts by code hash, refusals included: a refused module is not parsed again.
#[derive(Default)]
struct Cache {
    /// Value: when it was last used (counted in look-ups), and what is known.
    known: BTreeMap<Hash, (u64, Verdict)>,
    lookups: u64,
}

type Verdict = Result<Arc<Loaded>, Refusal>;

/// A module ready to run.
struct Loaded {
    admitted: Admitted,
    abi: &'static dyn Abi,
    /// Gas for the pages a fresh instance has; the rest of `admitted.start_gas` is for making it.
    page_gas: u64,
    /// The import behind each import of the module, in the module's order.
    imports: Vec<&'static Import>,
    module: Module,
    /// One engine a module: wasmi frees translated code only with its engine.
    engine: Engine,
}

impl Default for WasmEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for WasmEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WasmEngine({} modules known)", self.cache().known.len())
    }
}

impl WasmEngine {
    /// An engine that admits modules by the profile `modern`.
    #[must_use]
    pub fn new() -> WasmEngine {
        WasmEngine::with_profile(Profile::default())
    }

    /// An engine of a chain that admits modules by this profile.
    #[must_use]
    pub fn with_profile(profile: Profile) -> WasmEngine {
        WasmEngine {
            abis: abi::ALL,
            profile,
            cache: Arc::default(),
        }
    }

    /// An engine that speaks other ABIs than the usual.
    #[must_use]
    pub fn with_abis(abis: &'static [&'static dyn Abi]) -> WasmEngine {
        WasmEngine {
            abis,
            ..WasmEngine::new()
        }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // A panic elsewhere cannot have left the map half changed.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn load(&self, code: Hash, wasm: &[u8]) -> Verdict {
        {
            let mut cache = self.cache();
            cache.lookups += 1;
            let now = cache.lookups;
            if let Some((used, verdict)) = cache.known.get_mut(&code) {
                *used = now;
                return verdict.clone();
            }
        }
        let verdict = Loaded::new(wasm, self.abis, self.profile).map(Arc::new);
        let mut cache = self.cache();
        if cache.known.len() >= limits::MAX_CACHED_MODULES {
            let oldest = cache.known.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(code, _)| *code) {
                cache.known.remove(&oldest);
            }
        }
        let now = cache.lookups;
        cache.known.insert(code, (now, verdict.clone()));
        verdict
    }
}

impl ContractEngine for WasmEngine {
    fn admit(&self, wasm: &[u8]) -> Result<Admitted, Refusal> {
        self.load(sha256(wasm), wasm).map(|m| m.admitted.clone())
    }

    fn begin<'a>(
        &'a self,
        code: Hash,
        wasm: &'a Arc<[u8]>,
        ctx: &'a CallContext,
        gas_limit: u64,
        host: &'a mut dyn Host,
    ) -> Slices<'a, Outcome> {
        Box::pin(async move {
            match self.load(code, wasm) {
                Ok(loaded) => loaded.run(ctx, gas_limit, host).await,
                Err(refusal) => Outcome::refused(Failure::new(FailureKind::Module, refusal.text)),
            }
        })
    }
}

impl Loaded {
    fn new(wasm: &[u8], abis: &[&'static dyn Abi], profile: Profile) -> Result<Loaded, Refusal> {
        let (admitted, abi, shape) = admission::inspect(wasm, abis, profile)?;
        let engine = Engine::new(&config(abi.operators()));
        let module = Module::new(&engine, wasm).map_err(|e| {
            Refusal::new(
                Rule::Invalid,
                "the module could not be translated, probably because one of its functions is too large",
            )
            .with_detail(e.to_string())
        })?;
        let imports = shape
            .imports
            .iter()
            .filter_map(|(_, name, _)| abi.imports().iter().find(|i| i.name == name))
            .collect();
        let loaded = Loaded {
            admitted,
            page_gas: gas::START_PAGE.gas(shape.pages),
            abi,
            imports,
            module,
            engine,
        };
        loaded.try_instance()?;
        Ok(loaded)
    }

    /// Makes one instance and throws it away, so that a data segment outside memory is refused at
    /// upload and not found at each call.
    fn try_instance(&self) -> Result<(), Refusal> {
        let ctx = CallContext::new(Entry::View, [0; 32], [0; 32], Vec::new());
        let mut host = ScratchHost::default();
        let mut store = self.store(&ctx, u64::MAX, &mut host);
        store
            .set_fuel(u64::MAX)
            .and_then(|()| self.instantiate(&mut store).map(|_| ()))
            .map_err(|e| {
                Refusal::new(
                    Rule::Instantiation,
                    "no instance of the module can be made: a data or element segment lies outside its memory or table",
                )
                .with_detail(e.to_string())
            })
    }

    fn store<'h>(
        &self,
        ctx: &'h CallContext,
        gas_limit: u64,
        host: &'h mut dyn Host,
    ) -> Store<CallData<'h>> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(limits::MAX_WASM_PAGES as usize * 65_536)
            .table_elements(limits::MAX_WASM_TABLE as usize)
            .instances(1)
            .memories(1)
            .tables(1)
            .build();
        let data = CallData {
            host,
            ctx,
            gas_limit,
            reserve: 0,
            next: None,
            state: CallState::default(),
            limits,
            instance: None,
            memory: None,
        };
        let mut store = Store::new(&self.engine, data);
        store.limiter(|data| &mut data.limits);
        store
    }

    fn instantiate(&self, store: &mut Store<CallData<'_>>) -> Result<Instance, Error> {
        let imports: Vec<Extern> = self
            .imports
            .iter()
            .map(|import| Extern::Func(link(store, import, self.abi.call_price())))
            .collect();
        Instance::new(store, &self.module, &imports)
    }

    async fn run(&self, ctx: &CallContext, gas_limit: u64, host: &mut dyn Host) -> Outcome {
        let mut store = self.store(ctx, gas_limit, host);
        let result = self.call(&mut store, gas_limit).await;
        let out_of_gas = matches!(&result, Err(f) if f.kind == FailureKind::OutOfGas);
        // Fuel is taken block by block: what a block that did not fit leaves over is an accident of
        // the translation, so a call that ran out pays its limit.
        let left = if out_of_gas {
            0
        } else {
            store
                .get_fuel()
                .unwrap_or(0)
                .saturating_add(store.data().reserve)
        };
        let gas_used = gas_limit.saturating_sub(left);
        let pages = store.data().memory.map_or(0, |memory| memory.size(&store));
        let state = store.into_data().state;
        let mut gas = state.gas;
        // The engine charged for the bytes as they came; here they are told from operators.
        let grown = gas::START_PAGE.gas(pages).saturating_sub(self.page_gas);
        gas.add(
            Category::Memory,
            grown.min(gas_used.saturating_sub(gas.total())),
        );
        gas.add(Category::Operators, gas_used.saturating_sub(gas.total()));
        Outcome {
            result,
            gas_used,
            gas,
            log: state.log,
        }
    }

    async fn call(
        &self,
        store: &mut Store<CallData<'_>>,
        gas_limit: u64,
    ) -> Result<Response, Failure> {
        let making = self.admitted.start_gas.saturating_sub(self.page_gas);
        let mut guest = guest_of(store);
        guest.share(gas_limit, gas_limit)?;
        guest.charge(Category::Start, making)?;
        guest.charge(Category::Memory, self.page_gas)?;
        let instance = self
            .instantiate(store)
            .map_err(|e| failure(&e, gas_limit))?;
        let memory = instance.get_memory(&*store, "memory");
        let data = store.data_mut();
        data.instance = Some(instance);
        data.memory = memory;
        guest_of(store).give_fuel(0)?;
        let (function, arguments) = match self.abi.enter(&mut guest_of(store))? {
            Entrance::Done(response) => return Ok(response),
            Entrance::Call {
                function,
                arguments,
            } => (function, arguments),
        };
        let mut words = Vec::with_capacity(arguments.len());
        for (what, bytes) in arguments {
            words.push(self.give(store, what, &bytes).await?);
        }
        let result = self.enter(store, function, &words).await?;
        self.abi.leave(&mut guest_of(store), result)
    }

    /// Has the contract make room for bytes and puts them there. Gives their pointer.
    async fn give(
        &self,
        store: &mut Store<CallData<'_>>,
        what: &str,
        bytes: &[u8],
    ) -> Result<u64, Failure> {
        let size = bytes.len() as u64;
        let pointer = self.enter(store, self.abi.allocator(), &[size]).await?;
        self.abi.fill(&mut guest_of(store), what, pointer, bytes)?;
        Ok(pointer)
    }

    /// Calls an exported function and does all that its imports ask for. Gives its result, 0 for none.
    async fn enter(
        &self,
        store: &mut Store<CallData<'_>>,
        function: &str,
        args: &[u64],
    ) -> Result<u64, Failure> {
        let Some(target) = guest_of(store).find(function) else {
            return Err(Failure::new(
                FailureKind::NoEntry,
                format!("the contract has no function `{function}`"),
            ));
        };
        let depth = &mut store.data_mut().state.depth;
        if *depth >= limits::MAX_GUEST_DEPTH {
            return Err(Failure::new(
                FailureKind::Trap,
                format!(
                    "calls between contract and chain are nested deeper than {}",
                    limits::MAX_GUEST_DEPTH
                ),
            ));
        }
        *depth += 1;
        let ty = target.ty(&*store);
        let inputs: Vec<Val> = args
            .iter()
            .zip(ty.params())
            .map(|(word, ty)| value_of(*word, *ty))
            .collect();
        let mut outputs = vec![Val::I32(0); ty.results().len()];
        let ended = self.follow(store, target, &inputs, &mut outputs).await;
        store.data_mut().state.depth -= 1;
        ended?;
        Ok(outputs.first().map_or(0, word_of))
    }

    /// Drives the interpreter from one stop to the next.
    async fn follow(
        &self,
        store: &mut Store<CallData<'_>>,
        target: Func,
        inputs: &[Val],
        outputs: &mut [Val],
    ) -> Result<(), Failure> {
        let limit = store.data().gas_limit;
        let ours = |e: Error| failure(&e, limit);
        let mut at = target
            .call_resumable(&mut *store, inputs, outputs)
            .map_err(ours)?;
        loop {
            at = match at {
                ResumableCall::Finished => return Ok(()),
                ResumableCall::OutOfFuel(stopped) => {
                    guest_of(store).give_fuel(stopped.required_fuel())?;
                    pause().await;
                    stopped.resume(&mut *store, outputs)
                }
                ResumableCall::HostTrap(stopped) => {
                    let Some(next) = store.data_mut().next.take() else {
                        return Err(failure(stopped.host_error(), limit));
                    };
                    let word = self.follow_up(store, next).await?;
                    let ty = stopped.host_func().ty(&*store);
                    let result = ty.results().first().map(|ty| value_of(word, *ty));
                    stopped.resume(&mut *store, result.as_slice(), outputs)
                }
            }
            .map_err(ours)?;
        }
    }

    /// Does what an import asked for. Gives the word it returns.
    async fn follow_up(
        &self,
        store: &mut Store<CallData<'_>>,
        mut next: HostAction,
    ) -> Result<u64, Failure> {
        loop {
            next = match next {
                HostAction::Value(word) => return Ok(word),
                HostAction::Give { what, bytes } => {
                    // A call within a call: bounded by its depth, and boxed for having no end of its own.
                    HostAction::Value(Box::pin(self.give(store, what, &bytes)).await?)
                }
                HostAction::Ask(query) => {
                    let left = guest_of(store).gas_left();
                    let answer = store.data_mut().host.query(&query, left).await;
                    self.abi.answered(&mut guest_of(store), &query, answer)?
                }
            }
        }
    }
}

/// Everything named, so that a later version does not opt us in.
fn config(operators: Operators) -> Config {
    let operators = OperatorCost {
        memory_grow: gas::MEMORY_GROW,
        ..match operators {
            Operators::Flat => OperatorCost::default(),
            Operators::Weighted => weighted(),
        }
    };
    let mut config = Config::default();
    config
        .consume_fuel(true)
        .compilation_mode(CompilationMode::Eager)
        .operator_cost(operators)
        .fuel_cost(CustomFuelCosts {
            bytes_copied_per_fuel: gas::COPIED_PER_GAS,
            fuel_per_bytes_translated: 0,
            fuel_per_bytes_validated: 0,
        })
        .allow_start_fn(false)
        .ignore_custom_sections(true)
        .set_max_recursion_depth(limits::MAX_WASM_FRAMES)
        .set_max_stack_height(limits::MAX_WASM_STACK_BYTES)
        .wasm_mutable_global(true)
        .wasm_sign_extension(true)
        .wasm_saturating_float_to_int(true)
        .wasm_multi_value(true)
        .wasm_bulk_memory(true)
        .wasm_reference_types(true)
        .wasm_multi_memory(false)
        .wasm_tail_call(false)
        .wasm_extended_const(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .floats(true);
    config
}

/// Operators that may end a block cost more: there cosmwasm-vm counts what was executed.
fn weighted() -> OperatorCost {
    const ENDS_BLOCK: u8 = gas::BLOCK_END;
    OperatorCost {
        loop_: ENDS_BLOCK,
        end: ENDS_BLOCK,
        if_: ENDS_BLOCK,
        else_: ENDS_BLOCK,
        br: ENDS_BLOCK,
        br_if: ENDS_BLOCK,
        br_table: ENDS_BLOCK,
        return_: ENDS_BLOCK,
        call: ENDS_BLOCK,
        call_indirect: ENDS_BLOCK,
        block: 1,
        nop: 1,
        drop: 1,
        ..OperatorCost::default()
    }
}
