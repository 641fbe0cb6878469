//! How a command names a message that is on its way.

use super::Command;
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One copy of a message in flight, by what anybody can say of it. Names survive a change of what came
/// before, numbers of a run would not.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct CopySpec {
    /// Nodes: a validator's name, with `'` behind it for a twin's second node.
    pub from: String,
    pub to: String,
    /// As the trace names kinds: `proposal`, `prevote`, `transaction`, ...
    pub kind: String,
    pub height: u64,
    pub round: u32,
    /// Which of several such copies in flight at the instant of the command, in the order they left.
    #[serde(default, skip_serializing_if = "is_first")]
    pub nth: u32,
}

impl Command {
    /// The copy in flight that a command acts on, and where it names it.
    #[must_use]
    pub fn hand(&self) -> Option<(&'static str, &CopySpec)> {
        match self {
            Command::Drop(message) => Some(("drop", message)),
            Command::DeliverNow(message) => Some(("deliver_now", message)),
            Command::Delay { message, .. } => Some(("delay.message", message)),
            Command::Duplicate { message, .. } => Some(("duplicate.message", message)),
            Command::SetLatency(_)
            | Command::SetLoss { .. }
            | Command::SetDuplicate { .. }
            | Command::SetReorder { .. }
            | Command::SetBlockInterval { .. }
            | Command::SetWorkload { .. }
            | Command::SetCrashed { .. }
            | Command::Crash { .. }
            | Command::Restart { .. }
            | Command::SetAdversary(_)
            | Command::Partition(_)
            | Command::Heal
            | Command::Submit { .. }
            | Command::SubmitTwice { .. }
            | Command::ChangeValidators { .. }
            | Command::Isolate { .. }
            | Command::Restore { .. } => None,
        }
    }
}

/// Serde wants a function of a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_first(nth: &u32) -> bool {
    *nth == 0
}
