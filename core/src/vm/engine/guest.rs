//! What a contract sees of the chain, and the chain of the contract, during one call: memory, gas, imports.

use super::super::abi::{self, CallState, Guest, HostAction, Import};
use super::super::gas::{Category, Price};
use super::super::module::Ty;
use super::super::{CallContext, Failure, FailureKind, Host};
use crate::base::limits;
use wasmi::errors::HostError;
use wasmi::{
    AsContext, AsContextMut, Caller, Error, Func, FuncType, Instance, Memory, Store,
    StoreContextMut, StoreLimits, TrapCode, Val, ValType,
};

/// What wasmi carries along for one call.
pub(super) struct CallData<'h> {
    pub(super) host: &'h mut dyn Host,
    pub(super) ctx: &'h CallContext,
    pub(super) gas_limit: u64,
    /// Gas of this call that the interpreter has not been given yet.
    pub(super) reserve: u64,
    /// What the import that stopped the interpreter wants done.
    pub(super) next: Option<HostAction>,
    pub(super) state: CallState,
    pub(super) limits: StoreLimits,
    pub(super) instance: Option<Instance>,
    pub(super) memory: Option<Memory>,
}

pub(super) fn link(store: &mut Store<CallData<'_>>, import: &'static Import, price: Price) -> Func {
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
            let next = abi::pay(&mut guest, price, 0)
                .and_then(|()| (import.body)(&mut guest, &words[..args.len().min(8)]))
                .map_err(Error::host)?;
            match (next, results.first_mut()) {
                (HostAction::Value(_), None) => Ok(()),
                (HostAction::Value(word), Some(result)) => {
                    *result = value_of(word, result.ty());
                    Ok(())
                }
                (next @ (HostAction::Give { .. } | HostAction::Ask(_)), _) => {
                    caller.data_mut().next = Some(next);
                    Err(Error::host(Stopped))
                }
            }
        },
    )
}

#[expect(
    clippy::cast_sign_loss,
    reason = "wasm integers have no sign until an operator gives them one"
)]
pub(super) fn word_of(value: &Val) -> u64 {
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
pub(super) fn value_of(word: u64, ty: ValType) -> Val {
    match ty {
        ValType::I64 => Val::I64(word as i64),
        _ => Val::I32(word as i32),
    }
}

/// Stops the interpreter for what is in [`CallData::next`].
#[derive(Debug)]
struct Stopped;

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the contract waits for the chain")
    }
}

impl HostError for Stopped {}

pub(super) struct WasmGuest<'s, 'h> {
    ctx: StoreContextMut<'s, CallData<'h>>,
}

pub(super) fn guest_of<'s, 'h>(store: &'s mut Store<CallData<'h>>) -> WasmGuest<'s, 'h> {
    WasmGuest {
        ctx: store.as_context_mut(),
    }
}

impl WasmGuest<'_, '_> {
    /// Fuel for another slice, and at least what the interpreter wants next.
    ///
    /// # Errors
    /// Out of gas, when there is not that much.
    pub(super) fn give_fuel(&mut self, wanted: u64) -> Result<(), Failure> {
        let left = self.gas_left();
        if left < wanted {
            return Err(self.out_of_gas());
        }
        self.share(left, limits::SLICE_GAS.max(wanted))
    }

    /// Of the gas left, at most `slice` goes to the interpreter.
    pub(super) fn share(&mut self, left: u64, slice: u64) -> Result<(), Failure> {
        let fuel = left.min(slice);
        let data = self.ctx.data_mut();
        data.reserve = left - fuel;
        let limit = data.gas_limit;
        self.ctx.set_fuel(fuel).map_err(|e| failure(&e, limit))
    }

    pub(super) fn find(&self, function: &str) -> Option<Func> {
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
        let Some(rest) = self.gas_left().checked_sub(gas) else {
            return Err(self.out_of_gas());
        };
        // The slice gets shorter by it: what an import costs takes time too.
        let slice = self.ctx.get_fuel().unwrap_or(0).saturating_sub(gas);
        self.ctx.data_mut().state.gas.add(category, gas);
        self.share(rest, slice)
    }

    fn gas_left(&mut self) -> u64 {
        let fuel = self.ctx.get_fuel().unwrap_or(0);
        fuel.saturating_add(self.ctx.data().reserve)
    }

    fn out_of_gas(&self) -> Failure {
        Failure::out_of_gas(self.ctx.data().gas_limit)
    }

    fn arity(&mut self, function: &str) -> Option<usize> {
        let function = self.find(function)?;
        Some(function.ty(self.ctx.as_context()).params().len())
    }
}

impl HostError for Failure {}

/// Our sentence for whatever ended the call.
pub(super) fn failure(error: &Error, gas_limit: u64) -> Failure {
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
