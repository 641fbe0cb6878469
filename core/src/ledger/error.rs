//! Why something is refused before it is executed. A value says which rule and with which numbers; its
//! `Display` is the sentence for people, made here and nowhere else.

use crate::base::{Hash, limits};
use crate::types::ValidatorId;
use crate::types::transaction::NATIVE_DENOM;
use crate::vm::Refusal;
use crate::vm::label::LabelError;
use thiserror::Error;

/// What is wrong with coins or the name of a denomination.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CoinError {
    /// The name, cut where it is far too long.
    /// Not a name that a denomination may have.
    #[error(
        "{0:?} is not a denomination: write a letter and then 2 to {rest} letters, digits, '/', ':', '.', '_' or '-'",
        rest = limits::MAX_DENOM_BYTES - 1
    )]
    NotADenomination(String),
    /// More coins than there can be denominations.
    #[error("{0} denominations at once: at most {max}", max = limits::MAX_DENOMS)]
    TooMany(usize),
    /// A coin of amount 0.
    #[error("the amount of {0} is zero: leave the coin out")]
    Zero(String),
    /// Denominations out of order, or one twice.
    #[error("coins must be sorted by denomination, each once")]
    Unsorted,
}

/// Why a transaction may not stand in a block, or not yet.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TransactionError {
    /// More bytes than a transaction may have.
    #[error("the transaction has {0} bytes: at most {max}", max = limits::MAX_TX_BYTES)]
    TooLarge(usize),
    /// Coins that cannot be sent.
    #[error(transparent)]
    Coins(#[from] CoinError),
    /// More input than a call may have.
    #[error("the contract's input has {0} bytes: at most {max}", max = limits::MAX_CALL_BYTES)]
    InputTooLarge(usize),
    /// A label that is too long, or has a blank at an end or an unprintable character.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// A salt that is empty or too long.
    #[error("a salt has 1 to {max} bytes", max = limits::MAX_SALT_BYTES)]
    Salt,
    /// Less gas than the transaction costs in any case.
    #[error(
        "the gas limit {limit} is below the {least} this transaction costs before anything runs"
    )]
    GasTooLow {
        /// Gas that the transaction names.
        limit: u64,
        /// Gas that it costs in any case.
        least: u64,
    },
    /// More gas than a block may use.
    #[error("the gas limit {0} is above a block's {max}", max = limits::MAX_BLOCK_GAS)]
    GasTooHigh(u64),
    /// The sender did not sign this.
    #[error("the signature is not the sender's for this chain")]
    Signature,
    /// Not the sender's next nonce.
    #[error("the transaction carries nonce {found}, the account's next is {next}")]
    Nonce {
        /// What was found.
        found: u64,
        /// What comes next.
        next: u64,
    },
    /// The sender has used its last nonce.
    #[error("the account has used up its nonces")]
    NoMoreNonces,
    /// `certain`: what the sender surely still has when this transaction's turn comes.
    /// The sender may be unable to pay the fee.
    #[error(
        "the fee of up to {fee} {NATIVE_DENOM} cannot be paid: {certain} are certain to be there"
    )]
    FeeNotCertain {
        /// The fee.
        fee: u128,
        /// What the sender owns for certain.
        certain: u128,
    },
    /// The sender cannot pay the fee.
    #[error("the fee of up to {fee} {NATIVE_DENOM} cannot be paid from {held}")]
    Fee {
        /// The fee.
        fee: u128,
        /// What the sender owns.
        held: u128,
    },
}

/// Why the mempool does not take a transaction in.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MempoolError {
    /// The transaction is there already.
    #[error("transaction {0:?} is waiting already")]
    Known(Hash),
    /// The mempool is full.
    #[error(
        "the mempool is full: at most {txs} transactions and {bytes} bytes; try again after the next block",
        txs = limits::MAX_MEMPOOL_TXS,
        bytes = limits::MAX_MEMPOOL_BYTES
    )]
    Full,
    /// A block has used this nonce.
    #[error("nonce {found} is spent: the account's next is {next}")]
    SpentNonce {
        /// What was found.
        found: u64,
        /// What comes next.
        next: u64,
    },
    /// Another waiting transaction has this nonce.
    #[error("another transaction of the account with nonce {0} is waiting")]
    NonceTaken(u64),
    /// The transaction breaks a rule.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
}

/// Why a block may not stand on a state.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BlockError {
    /// A block of another chain.
    #[error("the block is of chain {found}, this is {ours}", found = found.short(8), ours = ours.short(8))]
    OtherChain {
        /// What was found.
        found: Hash,
        /// This chain.
        ours: Hash,
    },
    /// The proposer does not vote on this height.
    #[error("{proposer} is no validator of height {height}")]
    Stranger {
        /// Who built it.
        proposer: ValidatorId,
        /// The height.
        height: u64,
    },
    /// More transactions than a block may have.
    #[error("the block has {0} transactions: at most {max}", max = limits::MAX_BLOCK_TXS)]
    TooManyTransactions(usize),
    /// More bytes than a block may have.
    #[error("the block has {0} bytes: at most {max}", max = limits::MAX_BLOCK_BYTES)]
    TooLarge(usize),
    /// The transactions are not those of the header.
    #[error("the header does not name the block's transactions")]
    OtherTransactions,
    /// `position` counts from 1.
    #[error("transaction {position} of the block: {why}")]
    Transaction {
        /// Place in the block, from 0.
        position: usize,
        /// The rule it breaks.
        why: TransactionError,
    },
    /// More gas than a block may use.
    #[error(
        "the gas limits of the block add up to more than {max} at transaction {0}",
        max = limits::MAX_BLOCK_GAS
    )]
    TooMuchGas(usize),
}

/// Why there is no first state.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GenesisError {
    /// More accounts than a chain may begin with.
    #[error("genesis has {0} accounts: at most {max}", max = limits::MAX_ACCOUNTS)]
    TooManyAccounts(usize),
    /// More contracts than a chain may begin with.
    #[error("genesis has {0} contracts: at most {max}", max = limits::MAX_CONTRACTS)]
    TooManyContracts(usize),
    /// More denominations than a chain may have.
    #[error("genesis has {0} denominations: at most {max}", max = limits::MAX_DENOMS)]
    TooManyDenominations(usize),
    /// Coins that cannot be.
    #[error(transparent)]
    Coins(#[from] CoinError),
    /// More units of one denomination than can be counted.
    #[error("all {0} of genesis add up to more than 2^128 - 1")]
    SupplyTooLarge(String),
    /// `position` counts from 1.
    #[error("contract {position} of genesis: {why}")]
    Refused {
        /// Place in the list, from 0.
        position: u64,
        /// What is wrong with it.
        why: Refusal,
    },
    /// The contract's `init` failed with this sentence.
    #[error("contract {position} of genesis: {why}")]
    InitFailed {
        /// Place in the list, from 0.
        position: u64,
        /// What is wrong with it.
        why: String,
    },
}

/// A proof does not show what it claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the proof does not lead to the state root {}", .0.short(8))]
pub struct ProofError(pub Hash);
