//! What PBFT says of itself, and its parameters.

use super::message::{COMMIT, NEW_VIEW, PRE_PREPARE, PREPARE, VIEW_CHANGE};
use crate::base::{Micros, SECOND};
use crate::consensus::hotstuff::params::{Quorum, TOO_LOW};
use crate::consensus::{
    self, Awaited, Bound, Kind, Paper, ParamError, ProtocolInfo, Role, Rounds, Rule, Share,
    StepInfo, Threshold, TimerInfo, Waits, WaitsFor, rule_number,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// PBFT's parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// How long a validator waits for the next block before it wants another primary. Doubled with each further
    /// view change until a block is decided.
    #[schemars(
        title = "View timeout",
        range(min = 1, max = 600_000_000),
        extend("unit" = "us")
    )]
    pub timeout_us: Micros,
    /// A checkpoint is taken whenever so many sequence numbers were executed: the paper's K.
    #[schemars(title = "Checkpoint interval", range(min = 1, max = 1_000))]
    pub checkpoint_interval: u64,
    /// So many sequence numbers after the last stable checkpoint may be assigned: the high water mark less the low one.
    #[schemars(title = "Window", range(min = 1, max = 1_000))]
    pub window: u64,
    /// So many blocks may be under way at once. With 1 a primary waits for the decision of a block before it assigns
    /// the next number.
    #[schemars(title = "Blocks under way", range(min = 1, max = 100))]
    pub pipeline: u64,
    /// The stake behind each certificate.
    #[schemars(title = "Quorum")]
    pub quorum: Quorum,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            timeout_us: SECOND,
            checkpoint_interval: 8,
            window: 16,
            pipeline: 1,
            quorum: Quorum::TwoThirds,
        }
    }
}

impl consensus::Params for Params {
    fn check(&self) -> Result<(), ParamError> {
        if self.window < self.checkpoint_interval {
            return Err(ParamError {
                field: "window".into(),
                sentence: format!(
                    "is at least the checkpoint interval, here {}: the window moves with checkpoints, and none \
                     would be reached.",
                    self.checkpoint_interval
                ),
            });
        }
        Ok(())
    }
}

const BOUND: Bound = Bound {
    quorum: Threshold::MORE_THAN_TWO_THIRDS,
    liars_below: Share { part: 1, of: 3 },
    honest_leaders: 1,
    words: "A quorum is strictly more than two thirds of the stake. Liars with less than a third can neither fork \
            the chain nor stop it.",
};

const fn kind(name: &'static str, role: Role) -> Kind {
    Kind { name, role }
}

/// The steps, with so much stake behind certificates.
macro_rules! steps {
    ($threshold:expr) => {
        &[
            StepInfo {
                name: "pre-prepare",
                awaits: &[Awaited::Message { kind: PRE_PREPARE }],
            },
            StepInfo {
                name: "prepare",
                awaits: &[Awaited::Stake {
                    kinds: &[PRE_PREPARE, PREPARE],
                    threshold: $threshold,
                    for_one_value: true,
                }],
            },
            StepInfo {
                name: "commit",
                awaits: &[Awaited::Stake {
                    kinds: &[COMMIT],
                    threshold: $threshold,
                    for_one_value: true,
                }],
            },
            StepInfo {
                name: "view change",
                awaits: &[Awaited::Stake {
                    kinds: &[VIEW_CHANGE],
                    threshold: $threshold,
                    for_one_value: false,
                }],
            },
            StepInfo {
                name: "new view",
                awaits: &[Awaited::Message { kind: NEW_VIEW }],
            },
        ]
    };
}

/// Indices into the steps.
pub(super) const AWAIT_PRE_PREPARE: u8 = 0;
pub(super) const AWAIT_PREPARES: u8 = 1;
pub(super) const AWAIT_COMMITS: u8 = 2;
pub(super) const AWAIT_VIEW_CHANGES: u8 = 3;
pub(super) const AWAIT_NEW_VIEW: u8 = 4;

/// Indices into the timers.
pub(super) const VIEW_TIMER: u8 = 0;
pub(super) const PAUSE: u8 = 1;

pub(super) const PAPER: ProtocolInfo = ProtocolInfo {
    name: "pbft",
    title: "PBFT",
    family: "Classics",
    summary: "The one that every later paper compares itself with: final after three delays, and one primary as long \
              as it works; consortium chains such as Hyperledger Sawtooth ran it, and Besu's QBFT descends from it.",
    paper: Paper {
        title: "Practical Byzantine Fault Tolerance",
        authors: "Castro, Liskov",
        year: 1999,
        place: "OSDI 1999",
    },
    kinds: &[
        kind("pre-prepare", Role::Proposal),
        kind("prepare", Role::Vote),
        kind("commit", Role::Vote),
        kind("checkpoint", Role::Other),
        kind("view-change", Role::Vote),
        kind("new-view", Role::Other),
    ],
    timers: &[
        TimerInfo {
            name: "view",
            fired: Some("saw view {round} decide no block in time: it wants another primary."),
        },
        TimerInfo {
            name: "pause",
            fired: None,
        },
    ],
    steps: steps!(BOUND.quorum),
    rounds: Rounds {
        noun: "view",
        restart: false,
    },
    certificate: "commits",
    bound: BOUND,
    validators_change: false,
    dag: false,
    conventions: &[
        (
            "quorum",
            "strictly more than 2/3 of the total stake, for prepares (with the pre-prepare), commits, checkpoints and \
             view-changes",
        ),
        (
            "requests",
            "a block takes the place of a client's request, and a validator always waits for the next one",
        ),
        (
            "sequence numbers",
            "one more than the height for each null request that was executed: a null request adds no block",
        ),
        (
            "order of commits",
            "a commit is sent once those before it have been: so commits of a quorum settle all that is before them",
        ),
        (
            "new view",
            "the pre-prepares of the set O follow the new-view message one by one, with their blocks",
        ),
        (
            "lost parents",
            "a prepared block whose parent has given way to a null request becomes a null request itself",
        ),
    ],
    rules: RULES,
};

const LOWERED: ProtocolInfo = ProtocolInfo {
    bound: TOO_LOW,
    steps: steps!(TOO_LOW.quorum),
    ..PAPER
};

pub(super) fn told(params: &Params) -> ProtocolInfo {
    match params.quorum {
        Quorum::TwoThirds => PAPER,
        Quorum::Half => LOWERED,
    }
}

/// The transcription of `docs/papers/pbft.md`; a test holds the two together.
const RULES: &[Rule] = &[
    Rule {
        id: "P1",
        text: "The primary of a view assigns the next sequence number, not above the high water mark, to a block, and \
               sends a pre-prepare to all.",
    },
    Rule {
        id: "P2",
        text: "At a pre-prepare of the view it is in, from that view's primary, with a number between the water marks \
               and none accepted for this view and number before, a backup sends a prepare to all if the block is \
               valid.",
    },
    Rule {
        id: "P3",
        text: "A pre-prepare and matching prepares, together of a quorum, make the block prepared: the validator sends a \
               commit to all.",
    },
    Rule {
        id: "P4",
        text: "Matching commits of a quorum commit the block. It is executed once all lower numbers have been.",
    },
    Rule {
        id: "P5",
        text: "Having executed a sequence number that the checkpoint interval divides, a validator sends a checkpoint to \
               all.",
    },
    Rule {
        id: "P6",
        text: "Equal checkpoints of a quorum are stable: they move the low water mark to their number, and what is at \
               or below it is discarded.",
    },
    Rule {
        id: "P7",
        text: "When the timer fires, the validator leaves view v and sends a view-change for v + 1, with the proof of \
               its last stable checkpoint and a prepared certificate for each later number that has one.",
    },
    Rule {
        id: "P8",
        text: "View-changes for later views by more than a third of the stake make a validator send its own, for the \
               lowest of these views, though its timer has not fired.",
    },
    Rule {
        id: "P9",
        text: "The primary of view v, with view-changes for v of a quorum, sends a new-view with them. From the latest \
               stable checkpoint in them to the highest number prepared, it assigns each number to the block prepared \
               in the latest view, or to a null request if there is none.",
    },
    Rule {
        id: "P10",
        text: "A validator enters view v at its primary's new-view if the view-changes in it are valid and what it \
               assigns is what they demand.",
    },
    Rule {
        id: "P11",
        text: "With view-changes for v of a quorum, a validator starts the timer for view v, twice as long as for the \
               view change before if no block has been decided since.",
    },
];

/// The rules' numbers, for notes that one took effect.
pub(super) const P1: u8 = rule_number(RULES, "P1");
pub(super) const P2: u8 = rule_number(RULES, "P2");
pub(super) const P3: u8 = rule_number(RULES, "P3");
pub(super) const P4: u8 = rule_number(RULES, "P4");
pub(super) const P5: u8 = rule_number(RULES, "P5");
pub(super) const P6: u8 = rule_number(RULES, "P6");
pub(super) const P7: u8 = rule_number(RULES, "P7");
pub(super) const P8: u8 = rule_number(RULES, "P8");
pub(super) const P9: u8 = rule_number(RULES, "P9");
pub(super) const P10: u8 = rule_number(RULES, "P10");
pub(super) const P11: u8 = rule_number(RULES, "P11");

/// What votes are needed for, after "to".
pub(super) const TO_PREPARE: &str = "prepare";
pub(super) const TO_COMMIT: &str = "commit";
pub(super) const TO_STABILISE: &str = "make the checkpoint stable";

pub(super) fn waits() -> Vec<Waits> {
    vec![
        WaitsFor::Timer(PAUSE).before(P1),
        WaitsFor::Message(PRE_PREPARE).before(P2),
        WaitsFor::Votes(TO_PREPARE).before(P3),
        WaitsFor::Votes(TO_COMMIT).before(P4),
        WaitsFor::Votes(TO_STABILISE).before(P6),
        WaitsFor::Timer(VIEW_TIMER).before(P7),
        WaitsFor::Voters(VIEW_CHANGE).before(P9),
        WaitsFor::Message(NEW_VIEW).before(P10),
        WaitsFor::Voters(VIEW_CHANGE).before(P11),
    ]
}

/// The names of the steps, for a status.
pub(super) fn step(params: &Params, step: u8) -> StepInfo {
    told(params).steps[usize::from(step)]
}
