//! What a contract wants after a call that went well: its answer, what it announces, and messages the
//! chain is to carry out. Plain data; the ledger acts on it and no ABI is to be seen in it.

use super::error_code::ErrorCode;
use super::token_factory::TokenMessage;
use crate::types::{Address, Coin};

/// A contract's answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Response {
    /// The answer to whoever called. `None` differs from empty: a reply that gives none leaves the data
    /// of the call it belongs to as it was. A view always gives some.
    pub data: Option<Vec<u8>>,
    /// In the order announced, ready to be recorded: the ABI has checked them, named their types and put
    /// the contract's address in front. The own ABI announces through `Host::emit` instead.
    pub events: Vec<Event>,
    /// To be carried out in this order, depth first, each in a savepoint of its own.
    pub messages: Vec<SubMessage>,
}

impl Response {
    /// An answer and nothing to do.
    #[must_use]
    pub fn of(data: Vec<u8>) -> Response {
        Response {
            data: Some(data),
            ..Response::default()
        }
    }
}

/// Something that happened, for people and for other contracts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Such as `wasm`, `wasm-bid`, `transfer`.
    pub kind: String,
    /// Key and value.
    pub attributes: Vec<(String, String)>,
}

impl Event {
    /// An event of this kind.
    #[must_use]
    pub fn new(kind: &str, attributes: &[(&str, &str)]) -> Event {
        Event {
            kind: kind.into(),
            attributes: attributes
                .iter()
                .map(|(key, value)| ((*key).into(), (*value).into()))
                .collect(),
        }
    }
}

/// A message and what to do when it is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubMessage {
    /// The contract's own number for it, and bytes to hand back in the reply.
    pub id: u64,
    /// Bytes for the reply.
    pub payload: Vec<u8>,
    /// What is asked for.
    pub message: Message,
    /// The most gas it may take, in this chain's gas. Running out of this can be answered by a reply;
    /// running out of the transaction's own gas cannot. 0 fails at once.
    pub gas_limit: Option<u64>,
    /// Whether the contract wants a reply.
    pub reply_on: ReplyOn,
}

/// When the contract wants to hear of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplyOn {
    /// In any case.
    Always,
    /// When it failed.
    Error,
    /// When it succeeded.
    Success,
    /// Never.
    Never,
}

impl ReplyOn {
    /// Whether a message that ended so is answered by a reply.
    #[must_use]
    pub fn wants(self, success: bool) -> bool {
        match self {
            ReplyOn::Always => true,
            ReplyOn::Error => !success,
            ReplyOn::Success => success,
            ReplyOn::Never => false,
        }
    }
}

/// What a contract asks of the chain. Funds and amounts are sorted by denomination, each once, none
/// zero.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message {
    /// Bank: tokens of the contract go to `to`.
    Send {
        /// The receiver.
        to: Address,
        /// How much of each.
        amount: Vec<Coin>,
    },
    /// Bank: tokens of the contract cease to be.
    Burn {
        /// How much of each.
        amount: Vec<Coin>,
    },
    /// Calls a contract.
    Execute {
        /// The contract.
        contract: Address,
        /// What it is called with.
        input: Vec<u8>,
        /// Coins that go along.
        funds: Vec<Coin>,
    },
    /// Makes a contract of stored code.
    Instantiate {
        /// Who may migrate it.
        admin: Option<Address>,
        /// Number of the code.
        code_id: u64,
        /// What it is called with.
        input: Vec<u8>,
        /// Coins that go along.
        funds: Vec<Coin>,
        /// A line for people.
        label: String,
        /// 1 to 64 bytes when the address is to depend on code, creator and this alone (instantiate2).
        salt: Option<Vec<u8>>,
    },
    /// Gives a contract other code.
    Migrate {
        /// The contract.
        contract: Address,
        /// Number of the code.
        code_id: u64,
        /// What it is called with.
        input: Vec<u8>,
    },
    /// Gives a contract another admin.
    UpdateAdmin {
        /// The contract.
        contract: Address,
        /// The new admin.
        admin: Address,
    },
    /// Takes a contract's admin away.
    ClearAdmin {
        /// The contract.
        contract: Address,
    },
    /// Denominations that contracts make.
    Token(TokenMessage),
    /// Cannot be carried out here: a kind this chain does not have, a text that is no address, an amount
    /// that is no number. Fails with this sentence as any failing message does, so the contract may
    /// catch it.
    Refused {
        /// What is not supported.
        why: String,
        /// What the contract hears of it.
        code: ErrorCode,
    },
}
