//! What came of a call: bytes or a failure, and the gas it took.

use super::gas::GasUse;
use super::response::Response;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The end of one call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// What the contract answers and wants done next, or why the call failed. After a failure the
    /// ledger drops everything the call wrote.
    pub result: Result<Response, Failure>,
    /// Gas to pay for, at most the limit; the whole limit when gas ran out.
    pub gas_used: u64,
    /// The same gas by what it was spent on; sums to `gas_used`.
    pub gas: GasUse,
    /// What the contract said for its developer, newest last, also when it failed; not part of
    /// consensus.
    pub log: Vec<String>,
}

impl Outcome {
    /// A call that ended before anything ran, at no cost.
    #[must_use]
    pub fn refused(failure: Failure) -> Outcome {
        Outcome {
            result: Err(failure),
            gas_used: 0,
            gas: GasUse::default(),
            log: Vec::new(),
        }
    }

    /// The bytes a call answered, empty when it gave none: all there is to a view.
    ///
    /// # Errors
    /// Why it failed.
    pub fn answer(&self) -> Result<Vec<u8>, Failure> {
        match &self.result {
            Ok(response) => Ok(response.data.clone().unwrap_or_default()),
            Err(failure) => Err(failure.clone()),
        }
    }
}

/// Why a call failed. Both fields are part of consensus.
/// Why a call failed.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize
)]
pub struct Failure {
    /// The sort of failure.
    pub kind: FailureKind,
    /// One sentence for people.
    pub text: String,
}

/// The sorts of failure a page tells apart.
/// The sorts of failure.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize
)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The gas limit was reached.
    OutOfGas,
    /// The code did something WebAssembly forbids: unreachable, division by zero, a wild address.
    Trap,
    /// The contract itself said no, with its own sentence.
    Contract,
    /// A read-only call tried to change something.
    ReadOnly,
    /// The contract asked the chain for something malformed or over a limit.
    BadRequest,
    /// The contract has no such entry point.
    NoEntry,
    /// The module is not one the chain would admit.
    Module,
}

impl Failure {
    /// A failure with a sentence.
    #[must_use]
    pub fn new(kind: FailureKind, text: impl Into<String>) -> Failure {
        Failure {
            kind,
            text: text.into(),
        }
    }

    /// All of `limit` was used.
    #[must_use]
    pub fn out_of_gas(limit: u64) -> Failure {
        Failure::new(
            FailureKind::OutOfGas,
            format!(
                "the call ran out of gas: its limit was {limit}. Raise the limit, or look for a loop that does not end"
            ),
        )
    }

    /// The contract asked for something impossible.
    #[must_use]
    pub fn bad_request(text: impl Into<String>) -> Failure {
        Failure::new(FailureKind::BadRequest, text)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}
