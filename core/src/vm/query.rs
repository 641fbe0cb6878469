//! What a contract may ask while it runs, as plain data. The ABI reads the contract's question and
//! writes the answer; the ledger answers.

use crate::base::Hash;
use crate::types::{Address, Coin};

/// A question to the chain. It sees what the asking call and those around it have written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Query {
    /// What an account owns of one denomination. Answer: [`Answer::Coin`].
    Balance { of: Address, denom: String },
    /// All an account owns, by denomination. Answer: [`Answer::Coins`].
    AllBalances { of: Address },
    /// All there is of a denomination. Answer: [`Answer::Coin`].
    Supply { denom: String },
    /// A contract's `View` with this input. Answer: [`Answer::Bytes`], what it answered.
    Smart { contract: Address, input: Vec<u8> },
    /// One value of a contract's storage. Answer: [`Answer::Bytes`], empty when absent.
    Raw { contract: Address, key: Vec<u8> },
    /// Values of a contract's storage. Answer: [`Answer::Range`].
    RawRange {
        contract: Address,
        /// Inclusive; `None` is the beginning.
        start: Option<Vec<u8>>,
        /// Exclusive; `None` is the end.
        end: Option<Vec<u8>>,
        /// At most this many pairs; up to `MAX_RANGE_PAIRS`.
        limit: u32,
        order: Order,
    },
    /// Answer: [`Answer::Contract`].
    ContractInfo { contract: Address },
    /// Answer: [`Answer::Code`].
    CodeInfo { code_id: u64 },
}

/// The direction of a walk over keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Ascending,
    Descending,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    Coin(Coin),
    Coins(Vec<Coin>),
    Bytes(Vec<u8>),
    Range {
        /// Key and value, in the order asked for.
        pairs: Vec<(Vec<u8>, Vec<u8>)>,
        /// Where to go on: the next key in that order, when there is one within the range.
        next: Option<Vec<u8>>,
    },
    Contract {
        code_id: u64,
        creator: Address,
        admin: Option<Address>,
    },
    Code {
        code_id: u64,
        creator: Address,
        checksum: Hash,
    },
}

/// Why there is no answer. The asking contract is told, and may go on, except after `OutOfGas`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoAnswer {
    NoSuchContract(Address),
    NoSuchCode(u64),
    /// The contract asked failed, or there is no such thing: the sentence for people, and what the asking
    /// contract hears.
    Failed {
        why: String,
        heard: String,
    },
    /// The gas given did not do: the asking call has run out too.
    OutOfGas,
}

/// An answer and what it cost beyond the price the ABI has charged for asking: the gas of the contract
/// that ran to answer, or nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    pub answer: Result<Answer, NoAnswer>,
    /// At most the limit given.
    pub gas_used: u64,
}
