//! Errors as modules of the Cosmos SDK number them. A contract that hears of a failed message or question
//! is told module and number only, because the words of other modules may differ between nodes (wasmd
//! redacts them so); what a contract itself says went wrong it hears in full.

use std::fmt;

/// A module and its number for a sort of error. Written as wasmd writes it: `codespace: sdk, code: 5`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ErrorCode {
    pub codespace: &'static str,
    pub number: u32,
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "codespace: {}, code: {}", self.codespace, self.number)
    }
}

const fn sdk(number: u32) -> ErrorCode {
    let codespace = "sdk";
    ErrorCode { codespace, number }
}

const fn wasm(number: u32) -> ErrorCode {
    let codespace = "wasm";
    ErrorCode { codespace, number }
}

const fn token_factory(number: u32) -> ErrorCode {
    let codespace = "tokenfactory";
    ErrorCode { codespace, number }
}

/// An error that no module has numbered.
pub const UNDEFINED: ErrorCode = ErrorCode {
    codespace: "undefined",
    number: 1,
};

pub const UNAUTHORIZED: ErrorCode = sdk(4);
pub const INSUFFICIENT_FUNDS: ErrorCode = sdk(5);
/// A message whose module the chain does not have.
pub const UNKNOWN_REQUEST: ErrorCode = sdk(6);
pub const INVALID_ADDRESS: ErrorCode = sdk(7);
pub const INVALID_COINS: ErrorCode = sdk(10);
pub const OUT_OF_GAS: ErrorCode = sdk(11);
pub const INVALID_REQUEST: ErrorCode = sdk(18);
pub const NOT_FOUND: ErrorCode = sdk(38);

pub const CREATE_FAILED: ErrorCode = wasm(2);
pub const INSTANTIATE_FAILED: ErrorCode = wasm(4);
pub const EXECUTE_FAILED: ErrorCode = wasm(5);
pub const QUERY_FAILED: ErrorCode = wasm(9);
pub const INVALID_MESSAGE: ErrorCode = wasm(10);
pub const MIGRATION_FAILED: ErrorCode = wasm(11);
pub const EMPTY: ErrorCode = wasm(12);
pub const DUPLICATE: ErrorCode = wasm(15);
pub const UNKNOWN_MESSAGE: ErrorCode = wasm(20);
pub const NO_SUCH_CONTRACT: ErrorCode = wasm(22);
pub const QUERY_TOO_DEEP: ErrorCode = wasm(27);
pub const NO_SUCH_CODE: ErrorCode = wasm(28);
/// The virtual machine ended the call: a panic, a trap, a result that cannot be read.
pub const VM_ERROR: ErrorCode = wasm(29);
pub const CALL_TOO_DEEP: ErrorCode = wasm(30);

pub const DENOM_EXISTS: ErrorCode = token_factory(2);
pub const NOT_DENOM_ADMIN: ErrorCode = token_factory(3);
pub const INVALID_DENOM: ErrorCode = token_factory(4);
pub const SUBDENOM_TOO_LONG: ErrorCode = token_factory(8);
pub const NO_SUCH_DENOM: ErrorCode = token_factory(10);
