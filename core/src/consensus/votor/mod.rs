//! Votor, the voting of Alpenglow (Kniep, Sliwinski, Wattenhofer, "Solana Alpenglow Consensus", white paper v1.1), by its
//! Definitions 11 to 18 and Algorithms 1 and 2. Our transcription of its rules is `docs/papers/votor.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | slot s | a [`View`](super::simplex::View), as in the rest of the family; a `Slot` here is a height with a round |
//! | leader window | `State::window_slots` |
//! | Pool | [`pool`] |
//! | NotarVote, NotarFallbackVote, SkipVote, SkipFallbackVote, FinalVote | [`Message`] |
//! | certificates of Table 6 | [`message::Proves`] |
//! | BlockNotarized | `SlotState::certificates` |
//! | ParentReady | `State::ready_parents` |
//! | SafeToNotar, SafeToSkip | `State::is_safe_to_notar`, `State::is_safe_to_skip` |
//! | Voted, VotedNotar, BadWindow, ItsOver | `Said::voted`, `Said::notar`, `Said::bad`, `Said::over` |
//! | TRYNOTAR, TRYFINAL, TRYSKIPWINDOW, SETTIMEOUTS | `voting::vote`, `try_final`, `skip_window`, `actions::set_timeouts` |
//! | Δtimeout | three of Δ |
//!
//! # Rules
//!
//! | id | function |
//! |---|---|
//! | V1 | `voting::start_windows` |
//! | V2 | `voting::build`, `voting::propose` |
//! | V3, V4 | `voting::vote` |
//! | V5 | `voting::time_out` |
//! | V6, V7 | `voting::fall_back` |
//! | V8 | `voting::follow` |
//! | V9 | `voting::try_final` |
//! | V10, V11 | `voting::decide` |
//! | V12 | `SlotState::keep` |
//!
//! # Deviations
//!
//! 1. There is no Rotor: a leader sends its block whole and to everybody. The timeout of 3Δ still has room for Rotor's hop.
//! 2. A leader begins its first block when a parent is ready, never before (Alg. 3 begins with a guess), and stops once
//!    it has itself voted to skip a slot of its window.
//! 3. A vote names its block's place (slot, height, parent), so that a certified block is known without its body; bodies
//!    are fetched from who voted.
//! 4. Validating takes time. A notar vote waits until the bodies of all blocks before are here and the block is found
//!    valid.
//! 5. A certificate holds the votes with their signatures, not an aggregate.
//! 6. After a block came to be final by a proof the timers of its window start, if they have not: see
//!    `actions::settle`.
//! 7. Memory is bounded: what lies below the last final block or more than 64 slots ahead is not kept; certificates of any
//!    slot are.
//! 8. Validators stay the same in a run.

pub mod actions;
pub mod message;
pub mod pool;
mod recovery;
pub mod report;
pub mod voting;

pub use message::Message;
pub use pool::State;

use super::simplex::Link;
use super::{
    Awaited, Bound, Compose, Conflict, Conflicting, Context, Corruptible, Effect, Extends, Input,
    Kind, Paper, Protocol, ProtocolInfo, Resend, Role, Rounds, Rule, Share, Status, StepInfo,
    Threshold, TimerInfo, VotesFor, Waits, rule_number,
};
use crate::base::Micros;
use crate::types::BlockId;
use pool::{Settings, Surroundings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The protocol's name as a type.
#[derive(Clone, Copy, Debug)]
pub struct Votor;

/// How much stake makes a block final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Thresholds {
    /// Four fifths at once, three fifths by two votes: the paper's.
    Paper,
    /// Three fifths at once: too little, to see what breaks.
    Low,
}

/// When a validator votes notar-fallback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// When no other block can be final at once (SafeToNotar): the paper's.
    Paper,
    /// Never, to see what stops.
    Never,
    /// For every block that somebody votes for, to see what breaks.
    Always,
}

/// Votor's parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Δ: what the network is believed to need at most for a message. A slot's block may come three of it late.
    #[schemars(title = "Δ", range(min = 1, max = 600_000_000), extend("unit" = "us"))]
    pub delta_us: Micros,
    /// Δblock: what a leader takes to make a block, and so the time between two blocks of a leader.
    #[schemars(title = "Δblock", range(min = 1, max = 600_000_000), extend("unit" = "us"))]
    pub delta_block_us: Micros,
    /// Slots that a leader has in a row.
    #[schemars(title = "Window", range(min = 1, max = 16))]
    pub window: u32,
    /// The stake that makes a block final.
    #[schemars(title = "Thresholds")]
    pub thresholds: Thresholds,
    /// When a validator votes for a block that is not the one it voted for first.
    #[schemars(title = "Notar-fallback")]
    pub fallback: Fallback,
    /// Whoever first has a certificate sends it to everybody.
    #[schemars(title = "Hand on certificates")]
    pub relay_certificates: bool,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            delta_us: 300_000,
            delta_block_us: 400_000,
            window: 4,
            thresholds: Thresholds::Paper,
            fallback: Fallback::Paper,
            relay_certificates: true,
        }
    }
}

impl super::Params for Params {}

const fn at_least(part: u64) -> Threshold {
    Threshold::AtLeast { part, of: 5 }
}

fn settings(params: &Params) -> Settings {
    Settings {
        fast: match params.thresholds {
            Thresholds::Paper => at_least(4),
            Thresholds::Low => at_least(3),
        },
        quorum: QUORUM,
        weak: at_least(2),
        weakest: at_least(1),
        fallback: params.fallback,
        relay: params.relay_certificates,
        delta: params.delta_us,
        block: params.delta_block_us,
    }
}

const QUORUM: Threshold = at_least(3);

const fn kind(name: &'static str, role: Role) -> Kind {
    Kind { name, role }
}

const PROPOSAL: Awaited = Awaited::Message {
    kind: message::PROPOSE,
};
const VOTES: Awaited = stake(&[message::NOTAR, message::NOTAR_FALLBACK]);
const SKIPS: Awaited = stake(&[message::SKIP, message::SKIP_FALLBACK]);

const fn stake(kinds: &'static [u8]) -> Awaited {
    Awaited::Stake {
        kinds,
        threshold: QUORUM,
        for_one_value: true,
    }
}

const KINDS: &[Kind] = &[
    kind("propose", Role::Proposal),
    kind("notar", Role::Vote),
    // An honest validator may cast several in a slot, for different blocks: no two of them prove a lie.
    kind("notar-fallback", Role::Other),
    kind("skip", Role::Vote),
    kind("skip-fallback", Role::Vote),
    kind("final", Role::Vote),
    kind("certificate", Role::Other),
];

/// What parameters change in what the protocol says of itself.
const fn info(liars_below: Share, words: &'static str) -> ProtocolInfo {
    ProtocolInfo {
        name: "votor",
        title: "Votor",
        family: "Simplex",
        summary: "Final after two delays with four fifths of the stake, after three with three fifths; the voting of \
                  Alpenglow, made for Solana. Blocks go straight to everybody: Rotor is left out.",
        paper: Paper {
            title: "Solana Alpenglow Consensus",
            authors: "Kniep, Sliwinski, Wattenhofer",
            year: 2025,
            place: "white paper v1.1",
        },
        kinds: KINDS,
        timers: &[
            TimerInfo {
                name: "slot",
                fired: Some(
                    "saw no block that it could vote for in slot {round} in time: it skips what is left of the window.",
                ),
            },
            TimerInfo {
                name: "block",
                fired: None,
            },
        ],
        steps: &[
            StepInfo {
                name: "propose",
                awaits: &[PROPOSAL],
            },
            StepInfo {
                name: "notar",
                awaits: &[VOTES, SKIPS],
            },
            StepInfo {
                name: "skip",
                awaits: &[SKIPS, VOTES],
            },
        ],
        rounds: Rounds {
            noun: "slot",
            restart: false,
        },
        certificate: "notar or final votes",
        bound: Bound {
            quorum: QUORUM,
            liars_below,
            honest_leaders: 1,
            words,
        },
        validators_change: false,
        dag: false,
        conventions: CONVENTIONS,
        rules: RULES,
    }
}

const NOBODY: Share = Share { part: 0, of: 1 };
const PAPER: ProtocolInfo = info(
    Share { part: 1, of: 5 },
    "Liars with less than a fifth of the stake can neither fork the chain nor stop it. One fifth more may be down without \
     stopping it, as long as honest validators are never shown two blocks of one slot (the paper's Assumption 3).",
);
const LOW: ProtocolInfo = info(
    NOBODY,
    "Three fifths make a block final at once, which is too little: the other two fifths are enough for fallback votes \
     against it, and the chain can fork.",
);
const NEVER: ProtocolInfo = info(
    NOBODY,
    "Liars with less than a fifth of the stake cannot fork the chain. But without notar-fallback votes it stops at a \
     slot in which less than three fifths vote for the block and less than two fifths for anything else.",
);
const ALWAYS: ProtocolInfo = info(
    NOBODY,
    "A block may be built upon although another one of its slot is final, and the chain can fork.",
);

const CONVENTIONS: &[(&str, &str)] = &[
    (
        "thresholds",
        "at least 80 %, 60 %, 40 % and 20 % of the total stake, as written",
    ),
    (
        "slot times",
        "a block takes Δblock to make and leaves whole at the end of its slot: the i-th of a window i Δblock after the leader saw ParentReady",
    ),
    (
        "leader's vote",
        "a leader votes for its own block by a notar vote, as everybody does",
    ),
    (
        "final votes",
        "are sent after fast finalization too, as the algorithm has it",
    ),
    (
        "certificates",
        "each kind is handed on to everybody when first seen (a parameter), also the four kinds of one block",
    ),
    (
        "several ready parents",
        "a leader builds on the one of the highest slot; among those of one slot on a notarized one",
    ),
    ("several proposals", "only the first of a slot is voted for"),
    ("slots", "count from 1; slot 0 is genesis"),
];

const RULES: &[Rule] = &[
    Rule {
        id: "V1",
        text: "When the first slot of a window first has a parent that is ready, a timeout is set for each of its slots: \
               3Δ and as many Δblock as slots have passed by its end.",
    },
    Rule {
        id: "V2",
        text: "The leader of a window builds its first block on a parent that is ready, and each other on its own block \
               before, one every Δblock.",
    },
    Rule {
        id: "V3",
        text: "In the first slot of a window a validator that has not voted votes notar for the leader's block if its \
               parent is ready.",
    },
    Rule {
        id: "V4",
        text: "In the other slots a validator that has not voted votes notar for the leader's block if it voted notar for \
               its parent in the slot before.",
    },
    Rule {
        id: "V5",
        text: "When the timeout of a slot fires and the validator has not voted there, it votes to skip all slots of the \
               window in which it has not voted.",
    },
    Rule {
        id: "V6",
        text: "SafeToNotar: a validator that voted, but not for this block, skips what is left of the window and votes \
               notar-fallback, unless it voted to finalize, once 40 % voted notar for the block, or 20 % did and 60 % \
               together with those who skip. Outside the first slot the block is fetched and its parent certified first.",
    },
    Rule {
        id: "V7",
        text: "SafeToSkip: a validator that voted notar skips what is left of the window and votes skip-fallback, unless \
               it voted to finalize, once 40 % voted to skip or for another block than the strongest.",
    },
    Rule {
        id: "V8",
        text: "Enough votes make a certificate: 80 % of notar votes to finalize at once, 60 % of notar votes to notarize, of \
               notar and notar-fallback votes to build upon, of skip and skip-fallback votes to skip, of final votes to \
               finalize. A certificate that is new is kept and sent to everybody.",
    },
    Rule {
        id: "V9",
        text: "A validator that voted notar for a block that is notarized, and cast none of skip, skip-fallback and \
               notar-fallback in its slot, votes to finalize.",
    },
    Rule {
        id: "V10",
        text: "A fast-finalization certificate makes its block and all blocks before it final.",
    },
    Rule {
        id: "V11",
        text: "A finalization certificate makes the slot's notarized block and all blocks before it final.",
    },
    Rule {
        id: "V12",
        text: "Of each validator only the first notar or skip vote of a slot counts, and up to three notar-fallback votes.",
    },
];

const V1: u8 = rule_number(RULES, "V1");
const V2: u8 = rule_number(RULES, "V2");
const V3: u8 = rule_number(RULES, "V3");
const V4: u8 = rule_number(RULES, "V4");
const V5: u8 = rule_number(RULES, "V5");
const V6: u8 = rule_number(RULES, "V6");
const V7: u8 = rule_number(RULES, "V7");
const V8: u8 = rule_number(RULES, "V8");
const V9: u8 = rule_number(RULES, "V9");
const V10: u8 = rule_number(RULES, "V10");
const V11: u8 = rule_number(RULES, "V11");
const V12: u8 = rule_number(RULES, "V12");

impl Protocol for Votor {
    type Message = Message;
    type State = State;
    type Params = Params;

    const INFO: ProtocolInfo = PAPER;

    fn info(params: &Params) -> ProtocolInfo {
        match (params.fallback, params.thresholds) {
            (Fallback::Always, _) => ALWAYS,
            (_, Thresholds::Low) => LOW,
            (Fallback::Never, Thresholds::Paper) => NEVER,
            (Fallback::Paper, Thresholds::Paper) => PAPER,
        }
    }

    fn waits(_: &Params) -> Vec<Waits> {
        report::waits()
    }

    /// A block is final at once, and those who may vote fallback against it are enough: by the paper's thresholds
    /// both together are a fifth more than all.
    fn conflict(params: &Params) -> Option<Conflict> {
        let Settings {
            fast,
            weak,
            weakest,
            fallback,
            ..
        } = settings(params);
        Some(Conflict {
            one: fast,
            other: match fallback {
                Fallback::Paper | Fallback::Never => weak,
                Fallback::Always => weakest,
            },
        })
    }

    fn new(genesis: BlockId, params: &Params) -> State {
        State::new(genesis, params.window)
    }

    fn step(
        state: &mut State,
        context: &Context<Params>,
        input: Input<Message>,
        out: &mut Vec<Effect<Message>>,
    ) {
        voting::step(state, &Surroundings::new(context), input, out);
    }

    fn status(state: &State, context: &Context<Params>) -> Status {
        let steps = Self::info(context.params).steps;
        report::status(state, &Surroundings::new(context), steps)
    }

    fn resend(state: &State, context: &Context<Params>) -> Resend<Message> {
        report::resend(state, &Surroundings::new(context))
    }
}

impl Corruptible for Votor {
    const CONFLICTING: Option<Conflicting<Message>> = Some(Message::for_block);
    const VOTES_FOR: Option<VotesFor<Message>> = Some(votes_for);
    const COMPOSE: Option<Compose<Message>> = Some(|script| Message::compose(script, KINDS));
    const EXTENDS: Option<Extends<State>> = Some(voting::extends);
    /// Nothing is judged again once it is final.
    const ACCEPT_INVALID: Option<fn(&mut State)> = Some(|_| {});
}

fn votes_for(proposal: &Message) -> Vec<Message> {
    let carried = |link: &Link| {
        let (view, height) = (link.view, link.height);
        vec![Message::Notar(*link), Message::Final { view, height }]
    };
    match proposal {
        Message::Propose(link) => carried(link),
        Message::Notar(_)
        | Message::NotarFallback(_)
        | Message::Skip { .. }
        | Message::SkipFallback { .. }
        | Message::Final { .. }
        | Message::Certificate(_) => Vec::new(),
    }
}
