//! Why something is refused before it is executed. A value says which rule and with which numbers; its
//! `Display` is the sentence for people, made here and nowhere else.

use crate::base::{Hash, limits};
use crate::types::ValidatorId;
use crate::types::transaction::NATIVE_DENOM;
use crate::vm::Refusal;
use thiserror::Error;

/// What is wrong with coins or the name of a denomination.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CoinError {
    /// The name, cut where it is far too long.
    #[error(
        "{0:?} is not a denomination: write a letter and then 2 to {rest} letters, digits, '/', ':', '.', '_' or '-'",
        rest = limits::MAX_DENOM_BYTES - 1
    )]
    NotADenomination(String),
    #[error("{0} denominations at once: at most {max}", max = limits::MAX_DENOMS)]
    TooMany(usize),
    #[error("the amount of {0} is zero: leave the coin out")]
    Zero(String),
    #[error("coins must be sorted by denomination, each once")]
    Unsorted,
}

/// Why a transaction may not stand in a block, or not yet.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TransactionError {
    #[error("the transaction has {0} bytes: at most {max}", max = limits::MAX_TX_BYTES)]
    TooLarge(usize),
    #[error(transparent)]
    Coins(#[from] CoinError),
    #[error("the contract's input has {0} bytes: at most {max}", max = limits::MAX_CALL_BYTES)]
    InputTooLarge(usize),
    #[error("the contract's label has {0} bytes: at most {max}", max = limits::MAX_LABEL_BYTES)]
    LabelTooLong(usize),
    #[error("a salt has 1 to {max} bytes", max = limits::MAX_SALT_BYTES)]
    Salt,
    #[error(
        "the gas limit {limit} is below the {least} this transaction costs before anything runs"
    )]
    GasTooLow { limit: u64, least: u64 },
    #[error("the gas limit {0} is above a block's {max}", max = limits::MAX_BLOCK_GAS)]
    GasTooHigh(u64),
    #[error("the signature is not the sender's for this chain")]
    Signature,
    #[error("the transaction carries nonce {found}, the account's next is {next}")]
    Nonce { found: u64, next: u64 },
    #[error("the account has used up its nonces")]
    NoMoreNonces,
    /// `certain`: what the sender surely still has when this transaction's turn comes.
    #[error(
        "the fee of up to {fee} {NATIVE_DENOM} cannot be paid: {certain} are certain to be there"
    )]
    FeeNotCertain { fee: u128, certain: u128 },
    #[error("the fee of up to {fee} {NATIVE_DENOM} cannot be paid from {held}")]
    Fee { fee: u128, held: u128 },
}

/// Why the mempool does not take a transaction in.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MempoolError {
    #[error("transaction {0:?} is waiting already")]
    Known(Hash),
    #[error(
        "the mempool is full: at most {txs} transactions and {bytes} bytes; try again after the next block",
        txs = limits::MAX_MEMPOOL_TXS,
        bytes = limits::MAX_MEMPOOL_BYTES
    )]
    Full,
    #[error("nonce {found} is spent: the account's next is {next}")]
    SpentNonce { found: u64, next: u64 },
    #[error("another transaction of the account with nonce {0} is waiting")]
    NonceTaken(u64),
    #[error(transparent)]
    Transaction(#[from] TransactionError),
}

/// Why a block may not stand on a state.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BlockError {
    #[error("the block is of chain {found}, this is {ours}", found = found.short(8), ours = ours.short(8))]
    OtherChain { found: Hash, ours: Hash },
    #[error("{proposer} is no validator of height {height}")]
    Stranger { proposer: ValidatorId, height: u64 },
    #[error("the block has {0} transactions: at most {max}", max = limits::MAX_BLOCK_TXS)]
    TooManyTransactions(usize),
    #[error("the block has {0} bytes: at most {max}", max = limits::MAX_BLOCK_BYTES)]
    TooLarge(usize),
    #[error("the header does not name the block's transactions")]
    OtherTransactions,
    /// `position` counts from 1.
    #[error("transaction {position} of the block: {why}")]
    Transaction {
        position: usize,
        why: TransactionError,
    },
    #[error(
        "the gas limits of the block add up to more than {max} at transaction {0}",
        max = limits::MAX_BLOCK_GAS
    )]
    TooMuchGas(usize),
}

/// Why there is no first state.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GenesisError {
    #[error("genesis has {0} accounts: at most {max}", max = limits::MAX_ACCOUNTS)]
    TooManyAccounts(usize),
    #[error("genesis has {0} contracts: at most {max}", max = limits::MAX_CONTRACTS)]
    TooManyContracts(usize),
    #[error("genesis has {0} denominations: at most {max}", max = limits::MAX_DENOMS)]
    TooManyDenominations(usize),
    #[error(transparent)]
    Coins(#[from] CoinError),
    #[error("all {0} of genesis add up to more than 2^128 - 1")]
    SupplyTooLarge(String),
    /// `position` counts from 1.
    #[error("contract {position} of genesis: {why}")]
    Refused { position: u64, why: Refusal },
    /// The contract's `init` failed with this sentence.
    #[error("contract {position} of genesis: {why}")]
    InitFailed { position: u64, why: String },
}

/// A proof does not show what it claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the proof does not lead to the state root {}", .0.short(8))]
pub struct ProofError(pub Hash);
