//! Tendermint's timeouts. Round r waits its timeout and r times the increase.

use crate::base::{MILLISECOND, Micros};
use crate::consensus;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A known bug of Tendermint.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    JsonSchema
)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// None.
    #[default]
    None,
    /// L22-L27 without its lock: a locked validator prevotes whatever is new.
    IgnoresLock,
    /// L44-L46 that takes the lock away.
    UnlocksOnNil,
    /// L1-L10 at a restart too: the lock is not on the disk.
    ForgetsLock,
    /// L11-L19 without the valid value: a proposer always proposes something new.
    ForgetsValid,
    /// Quorums of heads: every validator counts for one.
    CountsHeads,
}

/// Tendermint's parameters: the timeouts of the paper's lines 21, 35 and 48.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// How long round 0 waits for a proposal before it prevotes nil.
    #[schemars(
        title = "Propose timeout",
        range(min = 1, max = 3_600_000_000u64),
        extend("unit" = "us")
    )]
    pub propose_timeout_us: Micros,
    /// How long round 0 waits, after a quorum of prevotes for anything, for a quorum for one block.
    #[schemars(
        title = "Prevote timeout",
        range(min = 1, max = 3_600_000_000u64),
        extend("unit" = "us")
    )]
    pub prevote_timeout_us: Micros,
    /// How long round 0 waits, after a quorum of precommits for anything, before round 1 starts.
    #[schemars(
        title = "Precommit timeout",
        range(min = 1, max = 3_600_000_000u64),
        extend("unit" = "us")
    )]
    pub precommit_timeout_us: Micros,
    /// How much longer each timeout is in every later round.
    #[schemars(
        title = "Increase per round",
        range(min = 0, max = 3_600_000_000u64),
        extend("unit" = "us")
    )]
    pub timeout_delta_us: Micros,
    /// A known bug to put into the protocol, to see what it breaks.
    #[schemars(title = "Flaw")]
    pub flaw: Flaw,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            propose_timeout_us: 1_000 * MILLISECOND,
            prevote_timeout_us: 500 * MILLISECOND,
            precommit_timeout_us: 500 * MILLISECOND,
            timeout_delta_us: 250 * MILLISECOND,
            flaw: Flaw::None,
        }
    }
}

impl consensus::Params for Params {}
