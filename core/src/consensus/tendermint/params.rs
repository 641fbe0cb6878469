//! Tendermint's timeouts. Round r waits its timeout and r times the increase.

use crate::base::{MILLISECOND, Micros};
use crate::consensus;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

impl Default for Params {
    fn default() -> Self {
        Params {
            propose_timeout_us: 1_000 * MILLISECOND,
            prevote_timeout_us: 500 * MILLISECOND,
            precommit_timeout_us: 500 * MILLISECOND,
            timeout_delta_us: 250 * MILLISECOND,
        }
    }
}

impl consensus::Params for Params {}
