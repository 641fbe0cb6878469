//! What a call is: which of a contract's functions runs, for whom, with what.

use super::response::Event;
use super::token_factory::TokenEffect;
use crate::base::Hash;
use crate::types::{Address as Account, Coin, transaction::NATIVE_DENOM};
use std::sync::Arc;

/// An account or a contract, by its 32 bytes.
pub type Address = [u8; 32];

/// Which of a contract's functions runs. Each ABI gives them its own exports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Entry {
    /// Once, when the contract is deployed. CosmWasm: `instantiate`.
    Init,
    /// A transaction or another contract calls it. CosmWasm: `execute`.
    Call,
    /// Somebody asks; nothing may change. CosmWasm: `query`.
    View,
    /// Its admin has given it new code, which runs this once. CosmWasm: `migrate`.
    Migrate,
    /// The chain itself calls. CosmWasm: `sudo`.
    Sudo,
    /// A message the contract sent has been carried out or has failed; [`CallContext::reply`] says
    /// which. CosmWasm: `reply`.
    Reply,
}

impl Entry {
    /// Every entry point.
    pub const ALL: [Entry; 6] = [
        Entry::Init,
        Entry::Call,
        Entry::View,
        Entry::Migrate,
        Entry::Sudo,
        Entry::Reply,
    ];

    /// The word used in sentences and as the export's name in the own ABI.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Entry::Init => "init",
            Entry::Call => "call",
            Entry::View => "view",
            Entry::Migrate => "migrate",
            Entry::Sudo => "sudo",
            Entry::Reply => "reply",
        }
    }
}

/// The transaction a call is part of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransactionInfo {
    /// Place in its block, from 0.
    pub index: u32,
    /// Its id.
    pub hash: Hash,
}

/// Everything a contract can know about the call it serves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallContext {
    /// Who calls.
    pub sender: Address,
    /// The contract itself.
    pub contract: Address,
    /// Height of the block being executed.
    pub height: u64,
    /// The block's instant in nanoseconds since 1970.
    pub time_ns: u64,
    /// Name of the chain, as contracts see it.
    pub chain_id: Arc<str>,
    /// `None` where there is no transaction (views, genesis, the chain's own calls).
    pub transaction: Option<TransactionInfo>,
    /// Tokens sent along, sorted by denomination, each once, none zero; they have already moved when
    /// the call starts.
    pub funds: Vec<Coin>,
    /// The bytes the caller typed, at most `MAX_CALL_BYTES`. Unused by [`Entry::Reply`].
    pub input: Vec<u8>,
    /// The entry point.
    pub entry: Entry,
    /// True forbids every change. Always true in effect for [`Entry::View`].
    pub read_only: bool,
    /// What became of the message answered to; given exactly for [`Entry::Reply`].
    pub reply: Option<Reply>,
    /// For [`Entry::Migrate`]: `Admitted::migrate_version` of the code that was.
    pub old_migrate_version: Option<u64>,
    /// How many questions of contracts to contracts led here; 0 for a call and for a person's question.
    pub query_depth: u32,
}

impl CallContext {
    /// A call without funds at height 0 of a nameless chain; the fields that matter are then set.
    #[must_use]
    pub fn new(entry: Entry, sender: Address, contract: Address, input: Vec<u8>) -> CallContext {
        CallContext {
            sender,
            contract,
            height: 0,
            time_ns: 0,
            chain_id: Arc::from(""),
            transaction: None,
            funds: Vec::new(),
            input,
            entry,
            read_only: entry == Entry::View,
            reply: None,
            old_migrate_version: None,
            query_depth: 0,
        }
    }

    /// True when the call may change nothing.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only || self.entry == Entry::View
    }

    /// The native tokens among the funds.
    #[must_use]
    pub fn value(&self) -> u128 {
        self.funds
            .iter()
            .find(|coin| coin.denom == NATIVE_DENOM)
            .map_or(0, |coin| coin.amount)
    }
}

/// What became of a message a contract sent with `reply_on`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// The contract's own number for the message, and what it asked to be handed back.
    pub id: u64,
    /// Bytes that the message carried for its reply.
    pub payload: Vec<u8>,
    /// Gas the message took, in this chain's gas.
    pub gas_used: u64,
    /// What it did, or what its sender hears of why it failed: a contract's own words, or module and number
    /// of the error.
    pub result: Result<MessageDone, String>,
}

/// A message that was carried out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageDone {
    /// What the message did.
    pub effect: MessageEffect,
    /// Everything announced underneath, in order.
    pub events: Vec<Event>,
}

impl MessageEffect {
    /// What the contract that ran for it handed back.
    #[must_use]
    pub fn into_data(self) -> Option<Vec<u8>> {
        match self {
            MessageEffect::Executed { data }
            | MessageEffect::Instantiated { data, .. }
            | MessageEffect::Migrated { data } => data,
            MessageEffect::Nothing
            | MessageEffect::Sent
            | MessageEffect::Burned
            | MessageEffect::AdminChanged
            | MessageEffect::AdminCleared
            | MessageEffect::Token(_) => None,
        }
    }
}

/// What a message did, with the data its contract handed back (after its own replies).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MessageEffect {
    /// It asked for nothing, which is allowed.
    Nothing,
    /// Coins were sent.
    Sent,
    /// Coins were burned.
    Burned,
    /// A contract was called.
    Executed {
        /// Its data.
        data: Option<Vec<u8>>,
    },
    /// A contract was made.
    Instantiated {
        /// Its address.
        address: Account,
        /// Its data.
        data: Option<Vec<u8>>,
        /// True when the message chose the address by a salt.
        salted: bool,
    },
    /// A contract was given other code.
    Migrated {
        /// Its data.
        data: Option<Vec<u8>>,
    },
    /// A contract has another admin.
    AdminChanged,
    /// A contract has no admin any more.
    AdminCleared,
    /// The token factory did what it was asked.
    Token(TokenEffect),
}
