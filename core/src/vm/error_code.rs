//! Errors as modules of the Cosmos SDK number them. A contract that hears of a failed message or question
//! is told module and number only, because the words of other modules may differ between nodes (wasmd
//! redacts them so); what a contract itself says went wrong it hears in full.

use std::fmt;

/// A module and its number for a sort of error. Written as wasmd writes it: `codespace: sdk, code: 5`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ErrorCode {
    /// The module.
    pub codespace: &'static str,
    /// Its number for the error.
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

/// The sender may not do this.
pub const UNAUTHORIZED: ErrorCode = sdk(4);
/// The account owns too little.
pub const INSUFFICIENT_FUNDS: ErrorCode = sdk(5);
/// A message whose module the chain does not have.
pub const UNKNOWN_REQUEST: ErrorCode = sdk(6);
/// A text that is no address.
pub const INVALID_ADDRESS: ErrorCode = sdk(7);
/// Coins that cannot be sent.
pub const INVALID_COINS: ErrorCode = sdk(10);
/// The gas given is used up.
pub const OUT_OF_GAS: ErrorCode = sdk(11);
/// A message that breaks a rule of its form.
pub const INVALID_REQUEST: ErrorCode = sdk(18);
/// There is no such thing.
pub const NOT_FOUND: ErrorCode = sdk(38);

/// A module that may not be stored.
pub const CREATE_FAILED: ErrorCode = wasm(2);
/// A contract failed its `instantiate`.
pub const INSTANTIATE_FAILED: ErrorCode = wasm(4);
/// A contract failed its `execute`, `reply` or `sudo`.
pub const EXECUTE_FAILED: ErrorCode = wasm(5);
/// A contract failed its `query`.
pub const QUERY_FAILED: ErrorCode = wasm(9);
/// A message that cannot be read or makes no sense.
pub const INVALID_MESSAGE: ErrorCode = wasm(10);
/// A contract failed its `migrate`.
pub const MIGRATION_FAILED: ErrorCode = wasm(11);
/// Something that must not be empty is.
pub const EMPTY: ErrorCode = wasm(12);
/// There is one already.
pub const DUPLICATE: ErrorCode = wasm(15);
/// A kind of message nobody handles.
pub const UNKNOWN_MESSAGE: ErrorCode = wasm(20);
/// No contract lives there.
pub const NO_SUCH_CONTRACT: ErrorCode = wasm(22);
/// Questions nest too deep.
pub const QUERY_TOO_DEEP: ErrorCode = wasm(27);
/// No code has this id.
pub const NO_SUCH_CODE: ErrorCode = wasm(28);
/// The virtual machine ended the call: a panic, a trap, a result that cannot be read.
pub const VM_ERROR: ErrorCode = wasm(29);
/// Messages nest too deep.
pub const CALL_TOO_DEEP: ErrorCode = wasm(30);

/// The denomination is made already.
pub const DENOM_EXISTS: ErrorCode = token_factory(2);
/// The sender is not the admin of the denomination.
pub const NOT_DENOM_ADMIN: ErrorCode = token_factory(3);
/// A name that is no denomination.
pub const INVALID_DENOM: ErrorCode = token_factory(4);
/// The part of the name that is chosen is too long.
pub const SUBDENOM_TOO_LONG: ErrorCode = token_factory(8);
/// The token factory has not made this denomination.
pub const NO_SUCH_DENOM: ErrorCode = token_factory(10);
