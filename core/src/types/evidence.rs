//! Proof that a validator broke the rules: two messages it signed that no honest one signs both.

use super::{Height, Round, Signed, ValidatorId};
use std::sync::Arc;

/// Two conflicting messages under one signature key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence<M> {
    pub offender: ValidatorId,
    pub height: Height,
    pub round: Round,
    pub first: Arc<Signed<M>>,
    pub second: Arc<Signed<M>>,
}
