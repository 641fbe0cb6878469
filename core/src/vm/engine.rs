//! The interpreter: the only file that names wasmi.
//!
//! Four rules make gas the same everywhere: modules are translated before their
//! first call and translation is free; a call that runs out is charged its whole limit; nothing is
//! charged by a clock; NaNs are canonical. `portable-dispatch` keeps the native stack flat.

use super::abi::{self, Abi, CallState, Guest, Import, Operators, Ty};
use super::admission::{self, Admitted, Profile, Refusal, Rule};
use super::gas::{self, Category, Price};
use super::{
    Address, Answered, CallContext, ContractEngine, Entry, Failure, FailureKind, Host, NoAnswer,
    Outcome, Query, Response, Span, Step, TransferError,
};
use crate::base::digest::sha256;
use crate::base::{Hash, limits};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wasmi::errors::HostError;
use wasmi::{
    AsContext, AsContextMut, Caller, CompilationMode, Config, CustomFuelCosts, Engine, Error,
    Extern, Func, FuncType, Instance, Memory, Module, OperatorCost, Store, StoreContextMut,
    StoreLimits, StoreLimitsBuilder, TrapCode, Val, ValType,
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

/// What wasmi carries along for one call.
struct CallData<'h> {
    host: &'h mut dyn Host,
    ctx: &'h CallContext,
    gas_limit: u64,
    state: CallState,
    limits: StoreLimits,
    instance: Option<Instance>,
    memory: Option<Memory>,
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

    fn run(
        &self,
        code: Hash,
        wasm: &Arc<[u8]>,
        ctx: &CallContext,
        gas_limit: u64,
        host: &mut dyn Host,
    ) -> Outcome {
        match self.load(code, wasm) {
            Ok(loaded) => loaded.run(ctx, gas_limit, host),
            Err(refusal) => Outcome::refused(Failure::new(FailureKind::Module, refusal.text)),
        }
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
        let mut host = NoHost;
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

    fn run(&self, ctx: &CallContext, gas_limit: u64, host: &mut dyn Host) -> Outcome {
        let mut store = self.store(ctx, gas_limit, host);
        let result = self.enter(&mut store, gas_limit);
        let out_of_gas = matches!(&result, Err(f) if f.kind == FailureKind::OutOfGas);
        // Fuel is taken block by block: what a block that did not fit leaves over is an accident of
        // the translation, so a call that ran out pays its limit.
        let left = if out_of_gas {
            0
        } else {
            store.get_fuel().unwrap_or(0)
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

    fn enter(&self, store: &mut Store<CallData<'_>>, gas_limit: u64) -> Result<Response, Failure> {
        store
            .set_fuel(gas_limit)
            .map_err(|e| failure(&e, gas_limit))?;
        let mut guest = WasmGuest {
            ctx: store.as_context_mut(),
        };
        let making = self.admitted.start_gas.saturating_sub(self.page_gas);
        guest.charge(Category::Start, making)?;
        guest.charge(Category::Memory, self.page_gas)?;
        let instance = self
            .instantiate(store)
            .map_err(|e| failure(&e, gas_limit))?;
        let memory = instance.get_memory(&*store, "memory");
        let data = store.data_mut();
        data.instance = Some(instance);
        data.memory = memory;
        self.abi.enter(&mut WasmGuest {
            ctx: store.as_context_mut(),
        })
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

fn link(store: &mut Store<CallData<'_>>, import: &'static Import, price: Price) -> Func {
    let ty = |ty: Ty| match ty {
        Ty::I64 => ValType::I64,
        Ty::F32 => ValType::F32,
        Ty::F64 => ValType::F64,
        Ty::I32 | Ty::Other => ValType::I32,
    };
    let signature = FuncType::new(
        import.params.iter().map(|(_, t)| ty(*t)),
        import.result.map(ty),
    );
    Func::new(
        store,
        signature,
        move |mut caller: Caller<'_, CallData<'_>>, args: &[Val], results: &mut [Val]| {
            let mut words = [0_u64; 8];
            for (word, arg) in words.iter_mut().zip(args) {
                *word = word_of(arg);
            }
            let mut guest = WasmGuest {
                ctx: caller.as_context_mut(),
            };
            let answer = abi::pay(&mut guest, price, 0)
                .and_then(|()| (import.body)(&mut guest, &words[..args.len().min(8)]))
                .map_err(Error::host)?;
            if let Some(result) = results.first_mut() {
                *result = value_of(answer, result.ty());
            }
            Ok(())
        },
    )
}

#[expect(
    clippy::cast_sign_loss,
    reason = "wasm integers have no sign until an operator gives them one"
)]
fn word_of(value: &Val) -> u64 {
    match value {
        Val::I32(v) => u64::from(*v as u32),
        Val::I64(v) => *v as u64,
        Val::F32(v) => u64::from(v.to_bits()),
        Val::F64(v) => v.to_bits(),
        _ => 0,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the word holds the bits of the type asked for"
)]
fn value_of(word: u64, ty: ValType) -> Val {
    match ty {
        ValType::I64 => Val::I64(word as i64),
        _ => Val::I32(word as i32),
    }
}

struct WasmGuest<'s, 'h> {
    ctx: StoreContextMut<'s, CallData<'h>>,
}

impl WasmGuest<'_, '_> {
    fn find(&self, function: &str) -> Option<Func> {
        let instance = self.ctx.data().instance?;
        instance.get_func(self.ctx.as_context(), function)
    }
}

impl Guest for WasmGuest<'_, '_> {
    fn memory(&mut self) -> &mut [u8] {
        match self.ctx.data().memory {
            Some(memory) => memory.data_mut(&mut self.ctx),
            None => &mut [],
        }
    }

    fn host(&mut self) -> &mut dyn Host {
        self.ctx.data_mut().host
    }

    fn context(&self) -> &CallContext {
        self.ctx.data().ctx
    }

    fn state(&mut self) -> &mut CallState {
        &mut self.ctx.data_mut().state
    }

    fn charge(&mut self, category: Category, gas: u64) -> Result<(), Failure> {
        let limit = self.ctx.data().gas_limit;
        let left = self.ctx.get_fuel().unwrap_or(0);
        let Some(rest) = left.checked_sub(gas) else {
            return Err(Failure::out_of_gas(limit));
        };
        self.ctx.data_mut().state.gas.add(category, gas);
        self.ctx.set_fuel(rest).map_err(|e| failure(&e, limit))
    }

    fn gas_left(&mut self) -> u64 {
        self.ctx.get_fuel().unwrap_or(0)
    }

    fn out_of_gas(&self) -> Failure {
        Failure::out_of_gas(self.ctx.data().gas_limit)
    }

    fn arity(&mut self, function: &str) -> Option<usize> {
        let function = self.find(function)?;
        Some(function.ty(self.ctx.as_context()).params().len())
    }

    fn call(&mut self, function: &str, args: &[u64]) -> Result<Option<u64>, Failure> {
        let limit = self.ctx.data().gas_limit;
        let Some(target) = self.find(function) else {
            return Err(Failure::new(
                FailureKind::NoEntry,
                format!("the contract has no function `{function}`"),
            ));
        };
        if self.state().depth >= limits::MAX_GUEST_DEPTH {
            return Err(Failure::new(
                FailureKind::Trap,
                format!(
                    "calls between contract and chain are nested deeper than {}",
                    limits::MAX_GUEST_DEPTH
                ),
            ));
        }
        let ty = target.ty(self.ctx.as_context());
        let inputs: Vec<Val> = args
            .iter()
            .zip(ty.params())
            .map(|(word, ty)| value_of(*word, *ty))
            .collect();
        let mut outputs = vec![Val::I32(0); ty.results().len()];
        self.state().depth += 1;
        let ended = target.call(&mut self.ctx, &inputs, &mut outputs);
        self.state().depth -= 1;
        ended.map_err(|e| failure(&e, limit))?;
        Ok(outputs.first().map(word_of))
    }
}

impl HostError for Failure {}

/// Our sentence for whatever ended the call.
fn failure(error: &Error, gas_limit: u64) -> Failure {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.clone();
    }
    let text = match error.as_trap_code() {
        Some(TrapCode::OutOfFuel) => return Failure::out_of_gas(gas_limit),
        Some(TrapCode::UnreachableCodeReached) => {
            "the contract reached code it had marked unreachable, which is how a panic ends"
                .to_string()
        }
        Some(TrapCode::MemoryOutOfBounds) => {
            "the contract used an address outside its memory".to_string()
        }
        Some(TrapCode::TableOutOfBounds) => {
            "the contract called through a table at an index outside it".to_string()
        }
        Some(TrapCode::IndirectCallToNull) => {
            "the contract called through an empty table entry".to_string()
        }
        Some(TrapCode::IntegerDivisionByZero) => "the contract divided by zero".to_string(),
        Some(TrapCode::IntegerOverflow) => {
            "the contract's arithmetic overflowed: a quotient or a number too large for an integer"
                .to_string()
        }
        Some(TrapCode::BadConversionToInteger) => {
            "the contract turned something that is not a number into an integer".to_string()
        }
        Some(TrapCode::StackOverflow) => format!(
            "the contract's calls are nested too deep: at most {} functions and {} bytes of values",
            limits::MAX_WASM_FRAMES,
            limits::MAX_WASM_STACK_BYTES
        ),
        Some(TrapCode::BadSignature) => {
            "the contract called through a table a function of another type".to_string()
        }
        Some(TrapCode::GrowthOperationLimited | TrapCode::OutOfSystemMemory) => {
            "the contract's memory could not grow".to_string()
        }
        None => "the engine could not go on with this contract".to_string(),
    };
    Failure::new(FailureKind::Trap, text)
}

/// A chain with nothing on it, for the trial instance.
struct NoHost;

impl Host for NoHost {
    fn get(&mut self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
    fn set(&mut self, _: &[u8], _: &[u8]) -> Result<(), String> {
        Ok(())
    }
    fn delete(&mut self, _: &[u8]) -> Result<(), String> {
        Ok(())
    }
    fn transfer(&mut self, _: Address, _: u128) -> Result<(), TransferError> {
        Ok(())
    }
    fn balance(&mut self, _: &Address) -> u128 {
        0
    }
    fn emit(&mut self, _: &[u8]) -> Result<(), String> {
        Ok(())
    }
    fn first(&mut self, _: Span<'_>, _: u64) -> Step {
        Step::default()
    }
    fn query(&mut self, _: &Query, _: u64) -> Answered {
        Answered {
            answer: Err(NoAnswer::Failed("there is no chain to ask".into())),
            gas_used: 0,
        }
    }
}
