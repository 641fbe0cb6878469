//! What validators agree on: accounts, contracts, and how transactions change them.
//!
//! A [`State`] is a snapshot with an authenticated root. [`genesis`] makes the first, an [`Executor`]
//! makes the next from a block, [`validity`] says beforehand whether a block may stand, [`Mempool`]
//! keeps what waits, and [`Ledger`] does for all validators once what all would compute alike.

pub mod addresses;
pub mod chain;
mod contract;
pub mod error;
pub mod execution_cache;
pub mod executor;
pub mod genesis;
pub mod journal;
mod keeper;
pub mod mempool;
mod message_error;
pub mod prices;
mod questions;
pub mod receipt;
pub mod record;
pub mod state;
mod sudo;
mod transaction;
pub mod tree;
pub mod validity;
pub mod workload;

pub use crate::vm::SharedEngine as Engine;
pub use addresses::deployed as contract_address;
pub use chain::{Chain, fee_account};
pub use execution_cache::Ledger;
pub use executor::{Execution, Executor, ExecutorKind, recorded};
pub use genesis::Genesis;
pub use mempool::Mempool;
pub use receipt::{CallTree, Event, GasReport, Receipt, StorageChange};
pub use record::{HostCall, RecordedCall, Recording};
pub use state::{Account, CodeInfo, Contract, ContractInfo, Counts, Key, State, StateProof};
pub use validity::check_block;
pub use workload::Workload;

#[cfg(test)]
mod tests;
