//! What a contract may ask while it runs, as plain data. The ABI reads the contract's question and
//! writes the answer; the ledger answers.

use super::error_code::ErrorCode;
use super::token_factory::DenomMetadata;
use crate::base::Hash;
use crate::types::{Address, Coin};

/// A question to the chain. It sees what the asking call and those around it have written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Query {
    /// What an account owns of one denomination. Answer: [`Answer::Coin`].
    Balance {
        /// Whose.
        of: Address,
        /// The denomination.
        denom: String,
    },
    /// All an account owns, by denomination. Answer: [`Answer::Coins`].
    AllBalances {
        /// Whose.
        of: Address,
    },
    /// All there is of a denomination. Answer: [`Answer::Coin`].
    Supply {
        /// The denomination.
        denom: String,
    },
    /// A contract's `View` with this input. Answer: [`Answer::Bytes`], what it answered.
    Smart {
        /// The contract.
        contract: Address,
        /// What it is called with.
        input: Vec<u8>,
    },
    /// One value of a contract's storage. Answer: [`Answer::Bytes`], empty when absent.
    Raw {
        /// The contract.
        contract: Address,
        /// The key.
        key: Vec<u8>,
    },
    /// Values of a contract's storage. Answer: [`Answer::Range`].
    RawRange {
        /// The contract.
        contract: Address,
        /// Inclusive; `None` is the beginning.
        start: Option<Vec<u8>>,
        /// Exclusive; `None` is the end.
        end: Option<Vec<u8>>,
        /// At most this many pairs; up to `MAX_RANGE_PAIRS`.
        limit: u32,
        /// Which way.
        order: Order,
    },
    /// Answer: [`Answer::Contract`].
    ContractInfo {
        /// The contract.
        contract: Address,
    },
    /// Answer: [`Answer::Code`].
    CodeInfo {
        /// Number of the code.
        code_id: u64,
    },
    /// What the bank knows of a denomination. Answer: [`Answer::Metadata`].
    DenomMetadata {
        /// The denomination.
        denom: String,
    },
    /// The same of all denominations from `start` on, at most so many. Answer: [`Answer::AllMetadata`].
    AllDenomMetadata {
        /// The first denomination, inclusive; empty is the beginning.
        start: String,
        /// At most this many.
        limit: u32,
    },
    /// Who may mint a denomination of the token factory. Answer: [`Answer::DenomAdmin`].
    DenomAdmin {
        /// The denomination's whole name.
        denom: String,
    },
    /// Denominations somebody has made. Answer: [`Answer::Denoms`].
    DenomsOf {
        /// Who made them.
        creator: Address,
    },
    /// The IBC port of the contract that asks. Answer: [`Answer::Port`].
    Port,
}

/// The direction of a walk over keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// By key, upwards.
    Ascending,
    /// By key, downwards.
    Descending,
}

/// What the chain answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// An amount of one denomination.
    Coin(Coin),
    /// Amounts of all denominations.
    Coins(Vec<Coin>),
    /// The bytes asked for; empty where there are none.
    Bytes(Vec<u8>),
    /// Part of a contract's storage.
    Range {
        /// Key and value, in the order asked for.
        pairs: Vec<(Vec<u8>, Vec<u8>)>,
        /// Where to go on: the next key in that order, when there is one within the range.
        next: Option<Vec<u8>>,
    },
    /// About a contract.
    Contract {
        /// Number of its code.
        code_id: u64,
        /// Who made it.
        creator: Address,
        /// Who may migrate it.
        admin: Option<Address>,
        /// Its IBC port; `None` of a contract that has no entry points for IBC.
        port: Option<String>,
    },
    /// About stored code.
    Code {
        /// Its number.
        code_id: u64,
        /// Who stored it.
        creator: Address,
        /// SHA-256 of the module.
        checksum: Hash,
    },
    /// What a denomination is.
    Metadata(DenomMetadata),
    /// Sorted by denomination, and the next one when there are more.
    AllMetadata(Vec<DenomMetadata>, Option<String>),
    /// Who may mint and burn it, if anybody.
    DenomAdmin(Option<Address>),
    /// Their whole names, sorted.
    Denoms(Vec<String>),
    /// None of a contract that has no entry points for IBC.
    Port(Option<String>),
}

/// Why there is no answer. The asking contract is told, and may go on, except after `OutOfGas`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoAnswer {
    /// There is no contract at this address.
    NoSuchContract(Address),
    /// There is no code with this number.
    NoSuchCode(u64),
    /// The contract asked failed, or there is no such thing.
    Failed {
        /// The sentence for people.
        why: String,
        /// What the asking contract hears.
        heard: String,
    },
    /// The gas given did not do: the asking call has run out too.
    OutOfGas,
}

impl NoAnswer {
    /// For people `why`; the contract that asks hears the code.
    #[must_use]
    pub fn failed(code: ErrorCode, why: impl Into<String>) -> NoAnswer {
        NoAnswer::Failed {
            why: why.into(),
            heard: code.to_string(),
        }
    }
}

/// An answer and what it cost beyond the price the ABI has charged for asking: the gas of the contract
/// that ran to answer, or nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// The answer, or why there is none.
    pub answer: Result<Answer, NoAnswer>,
    /// At most the limit given.
    pub gas_used: u64,
}
