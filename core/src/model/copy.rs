//! How a command names a message that is on its way.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One copy of a message in flight, by what anybody can say of it. Names survive a change of what came
/// before, numbers of a run would not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopySpec {
    /// Nodes: a validator's name, with `'` behind it for a twin's second node.
    pub from: String,
    /// The receiving node, written like `from`.
    pub to: String,
    /// As the trace names kinds: `proposal`, `prevote`, `transaction`, ...
    pub kind: String,
    /// Height of the message's slot; 0 for kinds without a slot.
    pub height: u64,
    /// Round of the message's slot.
    pub round: u32,
    /// Which of several such copies in flight at the instant of the command, in the order they left.
    #[serde(default, skip_serializing_if = "is_first")]
    pub nth: u32,
}

/// Serde wants a function of a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_first(nth: &u32) -> bool {
    *nth == 0
}
