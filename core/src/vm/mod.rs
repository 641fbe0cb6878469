//! Contracts: uploaded WebAssembly, run inside the simulated validators.
//!
//! Two seams. Towards the ledger: [`Host`], what a contract may ask of the chain, and
//! [`ContractEngine`], what the chain may ask of an engine. Towards the guest: [`abi::Abi`], chosen
//! by what a module exports. Nothing above this room knows which engine runs or which ABI a
//! contract speaks. Only `engine.rs` names the interpreter.
//!
//! Every text in a [`Failure`] or [`Refusal::text`] may end in a receipt and so in a state root:
//! these sentences are part of consensus, ours, and pinned by tests.

pub mod abi;
pub mod admission;
pub mod builtin;
pub mod engine;
pub mod gas;
mod outcome;
pub mod scratch;
mod sniff;
mod survey;

pub use admission::{Admitted, Refusal, Rule};
pub use engine::WasmEngine;
pub use outcome::{Failure, FailureKind, Outcome};

use crate::base::Hash;
use std::sync::Arc;

/// An account or a contract, by its 32 bytes.
pub type Address = [u8; 32];

/// Which of a contract's functions runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Entry {
    /// Once, when the contract is deployed.
    Init,
    /// A transaction calls it.
    Call,
    /// Somebody asks; nothing may change.
    View,
}

impl Entry {
    /// The word used in sentences and as the export's name in the own ABI.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Entry::Init => "init",
            Entry::Call => "call",
            Entry::View => "view",
        }
    }
}

/// Everything a contract can know about the call it serves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallContext {
    pub sender: Address,
    /// The contract itself.
    pub contract: Address,
    /// Height of the block being executed.
    pub height: u64,
    /// Tokens sent along; they have already moved when the call starts.
    pub value: u128,
    /// The bytes the caller typed, at most `MAX_CALL_BYTES`.
    pub input: Vec<u8>,
    pub entry: Entry,
    /// True forbids set, del, transfer and emit. Always true in effect for [`Entry::View`].
    pub read_only: bool,
}

impl CallContext {
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only || self.entry == Entry::View
    }
}

/// Why the chain did not move tokens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TransferError {
    /// The contract owns less than it wants to send. Answered to the contract as code 1.
    Insufficient,
    /// The chain has no such account or would overflow. Answered to the contract as code 2.
    Refused,
}

/// What a contract may ask of the chain while it runs. The ledger implements it for one call, with
/// a journal it drops when the call fails. Keys are the contract's own: the ledger puts the
/// contract's address in front of them. Sizes are checked and gas is charged before these are called.
pub trait Host {
    fn get(&mut self, key: &[u8]) -> Option<Vec<u8>>;

    /// # Errors
    /// A sentence, when the chain cannot store it; it fails the call.
    fn set(&mut self, key: &[u8], value: &[u8]) -> Result<(), String>;

    /// Removing what is absent is fine.
    ///
    /// # Errors
    /// A sentence, when the chain cannot remove it; it fails the call.
    fn delete(&mut self, key: &[u8]) -> Result<(), String>;

    /// Moves `amount` from the contract to `to`.
    ///
    /// # Errors
    /// The contract is told which, and may go on.
    fn transfer(&mut self, to: Address, amount: u128) -> Result<(), TransferError>;

    /// What an account owns; zero when there is none.
    fn balance(&mut self, of: &Address) -> u128;

    /// Records an event of the contract, at most `MAX_EVENT_BYTES`.
    ///
    /// # Errors
    /// A sentence, when the chain cannot take it; it fails the call.
    fn emit(&mut self, data: &[u8]) -> Result<(), String>;
}

/// Something that runs contracts. Two engines on one chain must agree to the bit: in results, in
/// gas, in every sentence.
pub trait ContractEngine {
    /// Decides whether a module may be uploaded. Depends on the bytes alone.
    ///
    /// # Errors
    /// The rule it breaks, as a sentence for whoever uploaded it.
    fn admit(&self, wasm: &[u8]) -> Result<Admitted, Refusal>;

    /// Runs one call. `code` is the SHA-256 of `wasm` and names the translation kept for the next
    /// call; gas does not depend on whether one was kept. Never panics on any module or input.
    fn run(
        &self,
        code: Hash,
        wasm: &Arc<[u8]>,
        ctx: &CallContext,
        gas_limit: u64,
        host: &mut dyn Host,
    ) -> Outcome;
}

#[cfg(test)]
mod tests;
