//! What the studio asks the worker, and what it is told: each question has one answer, matched by number.

use crate::forms::{FormView, Kind};
use crate::model::InputSpec;
use borsh::{BorshDeserialize, BorshSerialize};
use consensusforge_core::session::microscope::Microscope;
use consensusforge_core::session::view::{
    CardView, PersonView, ProofView, StorageView, ViewResult,
};

#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum Ask {
    /// A module and its forms, by its hash.
    Card(String),
    /// A file of its JSON Schema.
    Schema {
        code: String,
        file: String,
        text: String,
    },
    /// Into a transaction.
    Send(CallDraft),
    /// Puts a module on the chain, under the next code id.
    Store {
        from: u16,
        contract: String,
    },
    /// To a validator, without a transaction.
    Query {
        draft: CallDraft,
        place: Place,
    },
    Storage(StorageAsk),
    Prove {
        contract: String,
        key: String,
        place: Place,
    },
    /// The block of a height, executed again at two validators.
    Microscope {
        one: u16,
        other: u16,
        height: u64,
    },
    /// The text of a proof, checked.
    Check(String),
    People,
    /// Coins from the faucet's account: such as `10 gold`.
    Faucet {
        to: u16,
        coins: String,
    },
}

/// A validator, and the block after which it is asked; none: its newest.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    BorshSerialize,
    BorshDeserialize
)]
pub struct Place {
    pub validator: u16,
    pub height: Option<u64>,
}

/// Something a person wants a contract to do, as it was typed.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct CallDraft {
    pub kind: Kind,
    /// A module's name for instantiate, else a contract's address.
    pub to: String,
    /// The module's hash: whose forms these are.
    pub code: String,
    pub message: Message,
    /// The number of the account that pays and signs.
    pub from: u16,
    /// Such as `10 atom, 5 gold`.
    pub funds: String,
    /// Empty: what is customary.
    pub gas: String,
    /// Of a new contract; the module a migration goes to.
    pub label: String,
    /// Who may migrate a new contract: an account's number, or nothing.
    pub admin: String,
}

#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum Message {
    /// As it is.
    Raw(InputSpec),
    /// JSON, checked first.
    Json(String),
    /// A form's values, by the name of its function.
    Form { name: String, values: Vec<String> },
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StorageAsk {
    pub contract: String,
    pub place: Place,
    /// Shown beside it: what has changed since that height.
    pub since: Option<u64>,
    /// Only keys whose hex or text holds this.
    pub find: String,
    /// Keys to pass over.
    pub skip: u64,
}

#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub enum Answer {
    /// It is on its way, sent at this instant as the `nth` (from 0) of those sent then.
    Sent {
        at_us: u64,
        nth: u32,
    },
    /// It will not do; where, and a sentence each.
    Complaints(Vec<(At, String)>),
    /// None: no such module is known here any more.
    Card(Option<CardView>, Vec<FormView>),
    Said(ViewResult),
    Storage(StorageView),
    Proof(ProofView),
    Microscope(Box<Microscope>),
    People(Vec<PersonView>),
}

/// Where in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum At {
    Whole,
    /// The message, or a field of it by number.
    Message,
    Field(u32),
    Funds,
    Gas,
    Label,
    Admin,
    Height,
}
