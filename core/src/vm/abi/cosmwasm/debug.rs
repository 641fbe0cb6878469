//! `debug` and `abort`: a contract's words to the people who develop it.

use super::prices::TEXT;
use super::{MAX_ERROR_BYTES, region, shorten};
use crate::base::limits::{MAX_DEBUG_BYTES, MAX_DEBUG_LINES};
use crate::vm::abi::{Guest, HostAction, pay};
use crate::vm::{Failure, FailureKind};

const MAX_TEXT: usize = 2 << 20;

/// Kept for whoever develops the contract, outside of consensus: the newest lines, shortened.
pub fn debug(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let bytes = region::read(guest, "debug: the text", args[0], MAX_TEXT)?;
    let log = &mut guest.state().log;
    if log.len() >= MAX_DEBUG_LINES {
        log.remove(0);
    }
    log.push(shorten(&bytes, MAX_DEBUG_BYTES));
    Ok(HostAction::Value(0))
}

/// How a panic ends.
pub fn abort(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let bytes = region::read(guest, "abort: the text", args[0], MAX_TEXT)?;
    pay(guest, TEXT, bytes.len())?;
    Err(Failure::new(
        FailureKind::Trap,
        format!(
            "the contract panicked: {}",
            shorten(&bytes, MAX_ERROR_BYTES)
        ),
    ))
}
