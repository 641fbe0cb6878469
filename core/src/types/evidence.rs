//! Proof that a validator broke the rules: two messages it signed that no honest one signs both.

use super::{Height, Round, Signed, ValidatorId};
use std::sync::Arc;

/// Two conflicting messages under one signature key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence<M> {
    /// Who signed both.
    pub offender: ValidatorId,
    /// The height of both messages.
    pub height: Height,
    /// The round of both messages.
    pub round: Round,
    /// One message.
    pub first: Arc<Signed<M>>,
    /// The message it contradicts.
    pub second: Arc<Signed<M>>,
}
