//! What came of a transaction. Receipts are for people; the state root does not cover them.

use crate::base::Hash;
use crate::types::Address;
use crate::vm::gas::GasUse;
use std::sync::Arc;

/// The outcome of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// [`crate::types::SignedTransaction::id`].
    pub tx: Hash,
    /// A contract's answer (empty for a transfer), or a sentence saying what failed. A failed
    /// transaction left nothing but its fee and its nonce.
    pub result: Result<Vec<u8>, String>,
    /// Gas paid for, at most the transaction's limit.
    pub gas_used: u64,
    pub gas: GasReport,
    /// In the order emitted; none when the transaction failed.
    pub events: Vec<Event>,
    /// Where a successful deployment put its contract.
    pub created: Option<Address>,
    /// Storage keys whose value changed, in the order first written; none when it failed.
    pub storage: Vec<StorageChange>,
}

/// `gas_used` by what it was spent on; the parts add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GasReport {
    /// Signature, bytes, upload, transfer: known before anything runs ([`super::prices`]).
    pub transaction: u64,
    /// Burnt by the contract.
    pub contract: GasUse,
}

/// What a contract announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub contract: Address,
    /// As the contract wrote it; often text.
    pub data: Vec<u8>,
}

/// One key of a contract's storage before and after a transaction; `None` is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageChange {
    pub contract: Address,
    pub key: Arc<[u8]>,
    pub before: Option<Arc<[u8]>>,
    pub after: Option<Arc<[u8]>>,
}
