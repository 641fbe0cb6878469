//! Forms for contracts that speak JSON: a contract's JSON Schema becomes fields, what a person fills in
//! becomes a message. Runs in the worker; the page shows what [`FormView`] says and knows no JSON.

pub mod coins;
pub mod example;
pub mod fill;
pub mod json;
mod references;
pub mod schema;

use borsh::{BorshDeserialize, BorshSerialize};

/// What of a contract a message is for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize
)]
#[borsh(use_discriminant = false)]
pub enum Kind {
    Instantiate,
    Execute,
    Query,
    Migrate,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Instantiate, Kind::Execute, Kind::Query, Kind::Migrate];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Instantiate => "instantiate",
            Kind::Execute => "execute",
            Kind::Query => "query",
            Kind::Migrate => "migrate",
        }
    }
}

/// One function of a contract, as a form.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FormView {
    pub kind: Kind,
    /// The variant's name; empty when the message is the fields themselves.
    pub name: String,
    /// What its author says about it, one paragraph.
    pub about: String,
    pub fields: Vec<FieldView>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FieldView {
    /// Names from the outside in, joined by dots.
    pub name: String,
    pub about: String,
    pub input: Input,
    pub required: bool,
    /// What a person might write.
    pub example: String,
}

/// How a field is asked for and what becomes of the text.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Input {
    Text,
    /// Digits that travel as a string, as Uint128 does; true: a sign is allowed.
    Digits(bool),
    /// Digits and a point that travel as a string.
    Decimal,
    /// A whole number that travels as one.
    Integer,
    Number,
    Bool,
    /// Base64; JSON is encoded on the way.
    Binary,
    Choice(Vec<String>),
    /// Anything else, written as JSON.
    Json,
}

/// What is wrong, and with which field: its number, or none for the whole form.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Complaint {
    pub field: Option<u32>,
    pub sentence: String,
}
