//! What a contract may ask of the chain while it runs.

use super::call::Address;
use super::query::{Answered, Order, Query};
use crate::base::Slices;

/// Why the chain did not move tokens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TransferError {
    /// The contract owns less than it wants to send. Answered to the contract as code 1.
    Insufficient,
    /// The chain has no such account or would overflow. Answered to the contract as code 2.
    Refused,
}

/// A stretch of a contract's keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyRange<'a> {
    /// Inclusive in both orders; `None` is the beginning.
    pub start: Option<&'a [u8]>,
    /// Exclusive in both orders; `None` is the end. A stretch whose end is not behind its start is
    /// empty.
    pub end: Option<&'a [u8]>,
    /// Which way.
    pub order: Order,
}

/// One step of a walk over keys.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RangeStep {
    /// The first pair of the span in its order, with its value; `None` at the end.
    pub found: Option<(Vec<u8>, Vec<u8>)>,
    /// Keys the chain had to look at and pass over because they were removed in this block. Paid for:
    /// otherwise a contract could remove much and then walk over the holes again and again for nothing.
    pub skipped: u64,
}

/// What a contract may ask of the chain while it runs. The ledger implements it for one call, with
/// a journal it drops when the call fails. Keys are the contract's own: the ledger puts the
/// contract's address in front of them. Sizes are checked and gas is charged before these are called.
pub trait Host {
    /// The value under a key.
    fn get(&mut self, key: &[u8]) -> Option<Vec<u8>>;

    /// Stores a value under a key.
    fn set(&mut self, key: &[u8], value: &[u8]);

    /// Removing what is absent is fine.
    fn delete(&mut self, key: &[u8]);

    /// The first pair of a span of the contract's own storage, in the order of the keys' bytes; sees
    /// what this call has written. An iterator asks again from behind the key it got, so it sees
    /// whatever is written ahead of it meanwhile. Costs the chain one look-up and what it passes over; it
    /// stops, with nothing found, after passing over more than `max_skipped` removed keys.
    fn first(&mut self, span: KeyRange<'_>, max_skipped: u64) -> RangeStep;

    /// Moves `amount` native tokens from the contract to `to`. Used by the own ABI.
    ///
    /// # Errors
    /// The contract is told which, and may go on.
    fn transfer(&mut self, to: Address, amount: u128) -> Result<(), TransferError>;

    /// What an account owns of the native token; zero when there is none.
    fn balance(&mut self, of: &Address) -> u128;

    /// Records an event of the contract, at most `MAX_EVENT_BYTES`. Used by the own ABI.
    fn emit(&mut self, data: &[u8]);

    /// Answers a question, with at most `gas_limit` gas for a contract that must run for it. Such a
    /// contract runs read-only, in slices like every call, with `query_depth` one more than this call's; the
    /// ABI keeps the depth below `MAX_QUERY_DEPTH`, so this recursion on the native stack is bounded.
    fn query<'a>(&'a mut self, query: &'a Query, gas_limit: u64) -> Slices<'a, Answered>;
}
