//! What a transaction costs besides what its contract burns. The unit is the engine's
//! ([`crate::vm::gas`]): one gas is about a nanosecond of a validator's time.

use crate::base::limits;
use crate::types::{Action, SignedTransaction};
use crate::vm::gas::UPLOAD;

/// Any transaction: its signature (41 µs natively), nonce, fee and receipt.
pub const TRANSACTION: u64 = 20_000;
/// Moving coins from account to account.
pub const TRANSFER: u64 = 1_000;
/// Each byte of input handed to a contract: it travels and is stored in every block.
pub const INPUT_BYTE: u64 = 10;
/// Limit of a question that nobody pays for: what lists of a DAO take, and at most two seconds in a
/// browser, in slices. Nodes of Cosmos chains allow ten times as much (`smart_query_gas_limit`).
pub const VIEW_LIMIT: u64 = 400_000_000;
/// Limit of one contract's `init` in genesis.
pub const GENESIS_LIMIT: u64 = limits::MAX_BLOCK_GAS;

/// Gas a transaction uses before any contract runs; its limit must cover this.
#[must_use]
pub fn intrinsic(tx: &SignedTransaction) -> u64 {
    of(&tx.transaction.action)
}

/// The same of a transaction that does `action`.
#[must_use]
pub fn of(action: &Action) -> u64 {
    let handed = |input: &[u8]| INPUT_BYTE.saturating_mul(input.len() as u64);
    let rest = match action {
        Action::Transfer { .. } => TRANSFER,
        Action::Deploy { wasm, input, .. } => {
            UPLOAD.gas(wasm.len() as u64).saturating_add(handed(input))
        }
        Action::Call { input, .. }
        | Action::Execute { input, .. }
        | Action::Migrate { input, .. } => handed(input),
        Action::Send { coins, .. } => TRANSFER.saturating_mul(coins.len() as u64),
        Action::Store { wasm } => UPLOAD.gas(wasm.len() as u64),
        Action::Instantiate { label, input, .. } => {
            handed(input).saturating_add(handed(label.as_bytes()))
        }
        Action::SetAdmin { .. } => TRANSFER,
    };
    TRANSACTION.saturating_add(rest)
}
