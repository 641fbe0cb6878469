//! Contracts: uploaded WebAssembly, run inside the simulated validators.
//!
//! Two seams. Towards the ledger: [`ContractEngine`], what the chain may ask of an engine; [`Host`],
//! what a contract may ask of the chain while it runs; and [`Response`], what it asks for afterwards.
//! Towards the guest: [`abi::Abi`], chosen by what a module exports. Nothing above this room knows
//! which engine runs or which ABI a contract speaks. Only `engine` names the interpreter.
//!
//! One call, as the ledger does it: move the funds; fill a [`CallContext`]; [`ContractEngine::begin`]
//! with a [`Host`] over the journal; on success record [`Response::events`], carry out
//! [`Response::messages`] in order, each in a savepoint, and where [`ReplyOn::wants`] it run the same
//! contract again with [`Entry::Reply`] and a typed [`Reply`]; the data of the call is
//! [`Response::data`], replaced by that of the last reply that gave some. Encodings (JSON, protobuf,
//! bech32) are the ABI's business on both ways.
//!
//! Every text in a [`Failure`] or [`Refusal::text`] may end in a receipt and so in a state root:
//! these sentences are part of consensus, ours, and pinned by tests.

pub mod abi;
pub mod admission;
pub mod builtin;
pub mod call;
pub mod crypto;
pub mod engine;
pub mod error_code;
mod file_kind;
pub mod gas;
pub mod gzip;
pub mod host;
pub mod label;
pub mod module;
mod outcome;
pub mod query;
pub mod response;
pub mod scratch;
mod survey;
pub mod token_factory;

pub use call::{Address, CallContext, Entry, MessageDone, MessageEffect, Reply, TransactionInfo};
pub use engine::WasmEngine;
pub use error_code::ErrorCode;
pub use host::{Host, KeyRange, RangeStep, TransferError};
pub use module::{Admitted, Profile, Refusal, Rule};
pub use outcome::{Failure, FailureKind, Outcome};
pub use query::{Answer, Answered, NoAnswer, Order, Query};
pub use response::{Event, Message, ReplyOn, Response, SubMessage};

use crate::base::slices::finish;
use crate::base::{Hash, Slices};
use std::sync::Arc;

/// Something that runs contracts. Two engines on one chain must agree to the bit: in results, in
/// gas, in every sentence.
pub trait ContractEngine {
    /// Decides whether a module may be uploaded. Depends on the bytes alone.
    ///
    /// # Errors
    /// The rule it breaks, as a sentence for whoever uploaded it.
    fn admit(&self, wasm: &[u8]) -> Result<Admitted, Refusal>;

    /// One call, to be run in slices: it gives way about every [`SLICE_GAS`](crate::base::limits::SLICE_GAS).
    /// `code` is the SHA-256 of `wasm` and names the translation kept for the next call; gas depends neither
    /// on whether one was kept nor on slices. Never panics on any module or input.
    fn begin<'a>(
        &'a self,
        code: Hash,
        wasm: &'a Arc<[u8]>,
        ctx: &'a CallContext,
        gas_limit: u64,
        host: &'a mut dyn Host,
    ) -> Slices<'a, Outcome>;

    /// The same at one go.
    fn run(
        &self,
        code: Hash,
        wasm: &Arc<[u8]>,
        ctx: &CallContext,
        gas_limit: u64,
        host: &mut dyn Host,
    ) -> Outcome {
        finish(self.begin(code, wasm, ctx, gas_limit, host))
    }
}

/// A shared handle to whatever runs contracts.
pub type SharedEngine = Arc<dyn ContractEngine + Send + Sync>;

#[cfg(test)]
mod tests;
