//! What a form is about: a module to instantiate, or a deployed contract to call.

use crate::forms::Kind;

/// Whom a form is for.
#[derive(Clone, Debug)]
pub struct Subject {
    /// A module's name, or a contract's address.
    pub to: String,
    pub code: String,
    /// Before it is deployed, a module can only be instantiated.
    pub deployed: bool,
    pub examples: Vec<String>,
    /// Entry point and message, of a contract that reads JSON.
    pub tries: Vec<(String, String)>,
}

impl Subject {
    /// The messages it can receive.
    pub(super) fn kinds(&self) -> &'static [Kind] {
        if self.deployed {
            &[Kind::Execute, Kind::Query, Kind::Migrate]
        } else {
            &[Kind::Instantiate]
        }
    }
}
