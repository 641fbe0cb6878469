//! The scenario's types, as the session's door gives them: the one place the page names them from.

pub use consensusforge_core::session::scenario::model::*;
