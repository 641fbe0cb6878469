//! Parameters that every protocol of the family has.

use super::state::MayVote;
use crate::base::Micros;
use crate::consensus::flaws::flawed;
use crate::consensus::{self, Bound, ProtocolInfo, Share, Threshold};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The least stake that certifies a block or ends a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Quorum {
    /// More than two thirds: the paper's.
    TwoThirds,
    /// More than half: too little, to see what breaks.
    Half,
}

/// More than half of the stake.
const HALF: Threshold = Threshold::MoreThan { part: 1, of: 2 };

/// What holds with [`Quorum::Half`].
pub const TOO_LOW: Bound = Bound {
    quorum: HALF,
    liars_below: Share { part: 0, of: 1 },
    honest_leaders: 1,
    words: "A quorum is more than half of the stake, which is too little: two quorums may have a single validator \
            in common, and if that one lies the chain forks.",
};

impl Quorum {
    /// The stake it stands for.
    #[must_use]
    pub const fn threshold(self) -> Threshold {
        match self {
            Quorum::TwoThirds => Threshold::MORE_THAN_TWO_THIRDS,
            Quorum::Half => HALF,
        }
    }
}

/// A known bug of a protocol of the family: [`FLAWS`](crate::consensus::flaws::FLAWS) tells of each.
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
    /// A validator votes for a block on any certified block, however old.
    OldCertificate,
}

impl Flaw {
    /// What a validator votes for: what `rule` allows, unless this flaw drops it.
    #[must_use]
    pub fn or(self, rule: MayVote) -> MayVote {
        match self {
            Flaw::None => rule,
            Flaw::OldCertificate => |_, _, _, _| true,
        }
    }

    /// What a protocol with this flaw says of itself.
    #[must_use]
    pub fn told(self, info: ProtocolInfo) -> ProtocolInfo {
        match self {
            Flaw::None => info,
            Flaw::OldCertificate => flawed(info),
        }
    }
}

/// Of a protocol that has no others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Δ: what the network is believed to need at most for a message. The time for a view is a multiple
    /// of it.
    #[schemars(title = "Δ", range(min = 1, max = 600_000_000), extend("unit" = "us"))]
    pub delta_us: Micros,
    /// The stake behind each certificate.
    #[schemars(title = "Quorum")]
    pub quorum: Quorum,
    /// A leader lets at least this pass between the starts of two views.
    #[schemars(title = "Shortest view", range(min = 1, max = 600_000_000), extend("unit" = "us"))]
    pub min_view_us: Micros,
    /// A known bug to put into the protocol, to see what it breaks.
    #[schemars(title = "Flaw")]
    pub flaw: Flaw,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            delta_us: 300_000,
            quorum: Quorum::TwoThirds,
            min_view_us: 1_000,
            flaw: Flaw::None,
        }
    }
}

impl consensus::Params for Params {}
