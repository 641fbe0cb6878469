//! How a contract and the chain speak: a table of imports and a way to enter.
//!
//! An [`Abi`] knows no engine and an engine knows no ABI; they meet in [`Guest`]. A further ABI is a
//! folder here and a line in [`ALL`].

pub mod cosmwasm;
pub mod forge;

use super::gas::{self, Category, GasUse, Price};
use super::module::{ModuleInterface, ModuleShape, Profile, Refusal, Ty};
use super::{Answered, CallContext, Failure, Host, Order, Query, Response};

/// The ABIs an engine offers, tried in order.
pub static ALL: &[&dyn Abi] = &[&forge::Forge, &cosmwasm::CosmWasm];

/// The body of an import. Arguments and result travel as u64, an i32 zero-extended; a function
/// without a result returns 0.
pub type Body = fn(&mut dyn Guest, &[u64]) -> Result<HostAction, Failure>;

/// How an import goes on. What takes another contract's time, or calls into the contract, is the
/// engine's to do: it can be put down in the midst, and a body cannot.
#[derive(Debug)]
pub enum HostAction {
    /// The import returns this.
    Value(u64),
    /// The contract allocates room for `bytes`, [`Abi::fill`] puts them there, and the import returns the
    /// pointer. `what` names them in sentences.
    Give {
        /// What it is.
        what: &'static str,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The chain answers, and [`Abi::answered`] goes on.
    Ask(Query),
}

/// How a call begins.
#[derive(Debug)]
pub enum Entrance {
    /// There is nothing to run.
    Done(Response),
    /// The exported function is called with pointers to these bytes, each given as by [`HostAction::Give`].
    Call {
        /// Name of the export.
        function: &'static str,
        /// What it is given: a name for errors, and bytes.
        arguments: Vec<(&'static str, Vec<u8>)>,
    },
}

/// One row of an ABI's table: gives the linker its function, admission its type, the document its
/// line and the guest library its declaration.
pub struct Import {
    /// Name of the import.
    pub name: &'static str,
    /// Name and type of each parameter.
    pub params: &'static [(&'static str, Ty)],
    /// What it returns, if anything.
    pub result: Option<Ty>,
    /// What it does.
    pub body: Body,
    /// One sentence for the document.
    pub doc: &'static str,
}

/// A family of contracts, told apart by the marker they export.
pub trait Abi: Send + Sync {
    /// As receipts and cards write it.
    fn name(&self) -> &'static str;

    /// The export that says "I speak this".
    fn marker(&self) -> &'static str;

    /// Module name of the imports.
    fn module(&self) -> &'static str;

    /// What a contract may import.
    fn imports(&self) -> &'static [Import];

    /// The profile its modules are held to on a chain with this one.
    fn profile(&self, chain: Profile) -> Profile;

    /// Operators beyond the common ones.
    fn operators(&self) -> Operators {
        Operators::Flat
    }

    /// What crossing from contract to chain costs.
    fn call_price(&self) -> Price {
        gas::HOST_CALL
    }

    /// What to say about a module that has not this ABI's marker, and yet is clearly meant for it.
    fn near_miss(&self, _shape: &ModuleShape) -> Option<Refusal> {
        None
    }

    /// Checks what is special to this ABI: exports and their types. The profile's rule about bulk
    /// memory has been checked.
    ///
    /// # Errors
    /// The rule that is broken, as a sentence.
    fn check(&self, shape: &ModuleShape, profile: Profile) -> Result<ModuleInterface, Refusal>;

    /// How the call in `guest.context()` begins.
    ///
    /// # Errors
    /// Why it cannot.
    fn enter(&self, guest: &mut dyn Guest) -> Result<Entrance, Failure>;

    /// The call's answer, when its function has returned `result` (0 when it returns nothing).
    ///
    /// # Errors
    /// What is wrong with it, and what the contract says went wrong.
    fn leave(&self, guest: &mut dyn Guest, result: u64) -> Result<Response, Failure>;

    /// The exported function that makes room in the contract's memory; called for [`HostAction::Give`] alone.
    fn allocator(&self) -> &'static str {
        ""
    }

    /// Puts bytes where the allocator made room for them.
    ///
    /// # Errors
    /// What is wrong with the room; out of gas.
    fn fill(&self, _: &mut dyn Guest, what: &str, _: u64, _: &[u8]) -> Result<(), Failure> {
        Err(Failure::bad_request(format!(
            "{what}: this interface hands over no bytes by itself"
        )))
    }

    /// Goes on with the chain's answer to [`HostAction::Ask`], whose gas is not charged yet.
    ///
    /// # Errors
    /// Out of gas.
    fn answered(&self, _: &mut dyn Guest, _: &Query, _: Answered) -> Result<HostAction, Failure> {
        Err(Failure::bad_request("this interface asks no questions"))
    }
}

/// What operators cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operators {
    /// One gas each, but for those that do nothing.
    Flat,
    /// As cosmwasm-vm: one gas, and fourteen for those that may end a block.
    Weighted,
}

/// An iterator over a contract's keys: what is left of its span.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyIterator {
    /// The first key; `None`: from the beginning.
    pub start: Option<Vec<u8>>,
    /// The first key that no longer belongs; `None`: to the end.
    pub end: Option<Vec<u8>>,
    /// Which way.
    pub order: Order,
    /// True when there was nothing more; it stays so.
    pub done: bool,
}

impl KeyIterator {
    /// Bytes of its bounds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let of = |bound: &Option<Vec<u8>>| bound.as_ref().map_or(0, Vec::len);
        of(&self.start).saturating_add(of(&self.end))
    }
}

impl Default for KeyIterator {
    /// A walk that is over.
    fn default() -> KeyIterator {
        KeyIterator {
            start: None,
            end: None,
            order: Order::Ascending,
            done: true,
        }
    }
}

/// In which form a question's answer is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AnswerForm {
    /// As cosmwasm-std's own questions are answered.
    #[default]
    Plain,
    /// The JSON of the answer's protobuf: `stargate`.
    Json,
    /// Its protobuf: `grpc`.
    Protobuf,
}

/// What one call gathers while it runs.
#[derive(Default, Debug)]
pub struct CallState {
    /// What the contract answers.
    pub output: Vec<u8>,
    /// Events emitted so far.
    pub events: usize,
    /// Gas charged by the host so far; operators are added at the end.
    pub gas: GasUse,
    /// Guest functions entered from the host and not yet left.
    pub depth: u32,
    /// Iterators opened, in order.
    pub iterators: Vec<KeyIterator>,
    /// Bytes of their bounds together.
    pub iterator_bytes: usize,
    /// In which form the question under way is to be answered.
    pub answer_form: AnswerForm,
    /// See [`crate::vm::Outcome::log`].
    pub log: Vec<String>,
}

/// A running instance as an ABI sees it, while the contract stands still.
pub trait Guest {
    /// The exported linear memory; empty when there is none.
    fn memory(&mut self) -> &mut [u8];

    /// The chain.
    fn host(&mut self) -> &mut dyn Host;

    /// Who calls, where and when.
    fn context(&self) -> &CallContext;

    /// What the call has gathered so far.
    fn state(&mut self) -> &mut CallState;

    /// Takes gas.
    ///
    /// # Errors
    /// Out of gas, when less than `gas` is left; the call is over then.
    fn charge(&mut self, category: Category, gas: u64) -> Result<(), Failure>;

    /// Gas that can still be taken.
    fn gas_left(&mut self) -> u64;

    /// The failure that says so, for an ABI that finds out otherwise.
    fn out_of_gas(&self) -> Failure;

    /// How many parameters an exported function has; `None` when there is none of that name.
    fn arity(&mut self, function: &str) -> Option<usize>;

    /// True when the module exports `function`.
    fn has_export(&mut self, function: &str) -> bool {
        self.arity(function).is_some()
    }
}

/// Takes the gas for `amount` units at `price`.
///
/// # Errors
/// Out of gas.
pub fn pay(guest: &mut dyn Guest, price: Price, amount: usize) -> Result<(), Failure> {
    guest.charge(price.category, price.gas(amount as u64))
}

/// Copies `len` bytes out of the contract's memory.
///
/// # Errors
/// A sentence naming `what`, when the range is not inside memory.
pub fn read(
    guest: &mut dyn Guest,
    what: &str,
    pointer: u64,
    len: usize,
) -> Result<Vec<u8>, Failure> {
    let memory = guest.memory();
    let size = memory.len();
    usize::try_from(pointer)
        .ok()
        .and_then(|start| memory.get(start..start.checked_add(len)?))
        .map(<[u8]>::to_vec)
        .ok_or_else(|| out_of_bounds(what, pointer, len, size))
}

/// Copies `bytes` into the contract's memory.
///
/// # Errors
/// A sentence naming `what`, when the range is not inside memory.
pub fn write(guest: &mut dyn Guest, what: &str, pointer: u64, bytes: &[u8]) -> Result<(), Failure> {
    let memory = guest.memory();
    let size = memory.len();
    let target = usize::try_from(pointer)
        .ok()
        .and_then(|start| memory.get_mut(start..start.checked_add(bytes.len())?));
    match target {
        Some(target) => {
            target.copy_from_slice(bytes);
            Ok(())
        }
        None => Err(out_of_bounds(what, pointer, bytes.len(), size)),
    }
}

fn out_of_bounds(what: &str, pointer: u64, len: usize, size: usize) -> Failure {
    Failure::bad_request(format!(
        "{what}: {len} bytes at address {pointer} are outside the contract's memory of {size} bytes"
    ))
}
