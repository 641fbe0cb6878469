//! What is done to a running world.

use super::{AdversarySpec, CopySpec, Cut, LatencySpec, SubmitSpec};
use crate::base::Micros;
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A command and its instant.
#[derive(Clone, Debug, PartialEq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimedCommand {
    /// A command at t runs before the events at t.
    pub at_us: Micros,
    /// What is done.
    pub command: Command,
}

/// What a person on the page, or a script, does to a running world.
#[derive(Clone, Debug, PartialEq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Messages sent from now on take this long.
    SetLatency(LatencySpec),
    /// Messages sent from now on are lost at this rate.
    SetLoss {
        /// Probability, in parts in a million.
        ppm: u32,
    },
    /// Copies sent from now on arrive twice at this rate.
    SetDuplicate {
        /// Probability, in parts in a million.
        ppm: u32,
    },
    /// Copies sent from now on are held back at this rate.
    SetReorder {
        /// Probability, in parts in a million.
        ppm: u32,
        /// How long they are held back, microseconds.
        by_us: Micros,
    },
    /// The pause between a commit and the next height.
    SetBlockInterval {
        /// Microseconds, at least 1.
        us: Micros,
    },
    /// How much the workload generator sends.
    SetWorkload {
        /// Transactions a second; 0 stops it.
        tx_per_second: u32,
    },
    /// This many validators are down from now on; the choice grows and shrinks at its end.
    SetCrashed {
        /// How many are down; 0 starts all of them again.
        count: u16,
    },
    /// One validator stops.
    Crash {
        /// Its name.
        validator: String,
    },
    /// A validator that is down starts again with what it had promised.
    Restart {
        /// Its name.
        validator: String,
    },
    /// Who is Byzantine from now on, and what they do.
    SetAdversary(AdversarySpec),
    /// Nothing passes between groups from now on.
    Partition(Cut),
    /// Ends every cut, isolations included.
    Heal,
    /// A user's transaction, signed with the key of user account `from`.
    Submit {
        /// User account, 0 to 7.
        from: u16,
        /// What the transaction does.
        action: SubmitSpec,
        /// Gas it may use at most; absent: 40 million.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gas_limit: Option<u64>,
    },
    /// A copy in flight is lost.
    Drop(CopySpec),
    /// A copy in flight arrives this much later.
    Delay {
        /// Which copy.
        message: CopySpec,
        /// Microseconds.
        by_us: Micros,
    },
    /// A copy in flight arrives a second time, this much after the first.
    Duplicate {
        /// Which copy.
        message: CopySpec,
        /// Microseconds.
        after_us: Micros,
    },
    /// A copy in flight arrives at this instant.
    DeliverNow(CopySpec),
    /// Nothing leaves the validator's nodes for others, nothing from others is sent to them.
    Isolate {
        /// Its name.
        validator: String,
    },
    /// Ends the isolation of one validator; cuts between groups stay.
    Restore {
        /// Its name.
        validator: String,
    },
    /// A user in league with the Byzantine validators signs two transactions with one nonce and hands both
    /// to them alone. Of a pair of conflicting blocks one carries the first and one the second.
    SubmitTwice {
        /// User account, 0 to 7.
        from: u16,
        /// One transaction.
        first: SubmitSpec,
        /// The other, with the same nonce.
        second: SubmitSpec,
    },
    /// Validators join, leave, or have another stake or key. The next block proposed carries it, and it
    /// takes effect two heights after that block.
    ChangeValidators {
        /// One entry for each validator that changes.
        changes: Vec<StakeChange>,
    },
}

/// What becomes of one validator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StakeChange {
    /// Its name.
    pub validator: String,
    /// Its stake from then on; 0: it leaves.
    pub stake: u64,
    /// It signs with another key from then on, drawn from the run's seed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new_key: bool,
}

impl fmt::Display for StakeChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StakeChange {
            validator, stake, ..
        } = self;
        match stake {
            0 => write!(f, "{validator} leaves")?,
            _ => write!(f, "{validator} has stake {stake}")?,
        }
        if self.new_key {
            f.write_str(" and a new key")?;
        }
        Ok(())
    }
}

impl Command {
    /// The copy in flight that the command acts on, with the path of the field that names it.
    #[must_use]
    pub fn target_copy(&self) -> Option<(&'static str, &CopySpec)> {
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
