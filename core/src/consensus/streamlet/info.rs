//! What Streamlet says of itself, and its parameter.

use crate::base::{Micros, SECOND};
use crate::consensus::{
    self, Awaited, Bound, Kind, Paper, ProtocolInfo, Role, Rounds, Rule, Share, StepInfo,
    Threshold, TimerInfo, rule_number,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A known bug of Streamlet.
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
    /// S4 without its epochs: of three adjacent blocks the middle one is final.
    AnyEpochs,
    /// S2 without the longest chain: it votes for a block on any notarized one.
    AnyChain,
}

/// Streamlet's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Length of an epoch: twice the time within which the network delivers, or more.
    #[schemars(
        title = "Epoch",
        range(min = 1, max = 3_600_000_000u64),
        extend("unit" = "us")
    )]
    pub epoch_us: Micros,
    /// A known bug to put into the protocol, to see what it breaks.
    #[schemars(title = "Flaw")]
    pub flaw: Flaw,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            epoch_us: SECOND,
            flaw: Flaw::None,
        }
    }
}

impl consensus::Params for Params {}

pub(super) const INFO: ProtocolInfo = ProtocolInfo {
    name: "streamlet",
    title: "Streamlet",
    family: "Streamlet",
    summary: "As short as a protocol can be, which makes it the one to learn first; nobody runs it, as it is no \
              faster than its clock.",
    paper: Paper {
        title: "Streamlet: Textbook Streamlined Blockchains",
        authors: "Chan, Shi",
        year: 2020,
        place: "ePrint 2020/088",
    },
    kinds: &[
        Kind {
            name: "propose",
            role: Role::Proposal,
        },
        Kind {
            name: "vote",
            role: Role::Vote,
        },
    ],
    timers: &[TimerInfo {
        name: "epoch",
        fired: None,
    }],
    steps: STEPS,
    rounds: Rounds {
        noun: "epoch",
        restart: false,
    },
    certificate: "votes",
    bound: Bound {
        quorum: Threshold::MORE_THAN_TWO_THIRDS,
        liars_below: Share { part: 1, of: 3 },
        honest_leaders: 1,
        words: "Votes of strictly more than two thirds of the stake notarize a block. Liars with less than a third \
                can neither fork the chain nor stop it.",
    },
    validators_change: false,
    dag: false,
    conventions: &[
        ("quorum", "strictly more than 2/3 of the total stake"),
        (
            "epoch",
            "of one length, counted on a clock that all validators share exactly",
        ),
        (
            "longest chain",
            "of several equally long ones the leader extends the one of the latest epoch; a vote may extend any",
        ),
        (
            "echo",
            "a node without progress passes on what it holds; the paper echoes every message at once",
        ),
        (
            "finality",
            "the proof of a decision is the votes for every block it decides, and for the first and the last of the three",
        ),
    ],
    rules: RULES,
};

/// Index of proposals among the kinds.
pub(super) const PROPOSAL_KIND: u8 = 0;
/// Index of votes among the kinds.
pub(super) const VOTE_KIND: u8 = 1;

pub(super) const PROPOSE: u8 = 0;
pub(super) const VOTE: u8 = 1;

pub(super) const STEPS: &[StepInfo] = &[
    StepInfo {
        name: "propose",
        awaits: &[Awaited::Message { kind: 0 }],
    },
    StepInfo {
        name: "vote",
        awaits: &[Awaited::Stake {
            kinds: &[1],
            threshold: Threshold::MORE_THAN_TWO_THIRDS,
            for_one_value: true,
        }],
    },
];

/// The transcription of `docs/papers/streamlet.md`; a test holds the two together.
const RULES: &[Rule] = &[
    Rule {
        id: "S1",
        text: "an epoch starts and I lead it: propose one block on the tip of a longest notarized chain I know",
    },
    Rule {
        id: "S2",
        text: "the first proposal of this epoch from its leader, before the epoch ends: vote for it if it extends a longest notarized chain I know; at most one vote an epoch",
    },
    Rule {
        id: "S3",
        text: "votes for a block by a quorum: it is notarized",
    },
    Rule {
        id: "S4",
        text: "three adjacent notarized blocks of three consecutive epochs: the middle one and all blocks before it are final",
    },
    Rule {
        id: "S5",
        text: "a message is received: pass it on, so that what one has seen all will see",
    },
];

/// The rules' numbers, for notes that one took effect. S5 is the node's: it sends again.
pub(super) const S1: u8 = rule_number(RULES, "S1");
pub(super) const S2: u8 = rule_number(RULES, "S2");
pub(super) const S3: u8 = rule_number(RULES, "S3");
pub(super) const S4: u8 = rule_number(RULES, "S4");
