//! Minimmit (Chou, Lewis-Pye, O'Grady, arXiv 2508.10862): one round of votes, two thresholds. Our transcription of its
//! rules is `docs/papers/minimmit.md`.
//!
//! # Names
//!
//! | specification | here |
//! |---|---|
//! | view v | [`State`]'s `view` |
//! | propose(r, c, v, (c', v')) | [`Message::Propose`] |
//! | notarize(c, v) | [`Message::Vote`]; the leader's is its proposal |
//! | nullify(v) | [`Message::Skip`] |
//! | notarization(c, v) | `ViewState::notarized` |
//! | nullification(v) | `ViewState::skipped` |
//! | f, L = 2f + 1, Q = n - f | of the stake: f is the most below one fifth of the total |
//!
//! # Rules
//!
//! | id | function |
//! |---|---|
//! | M1 | `views::enter` |
//! | M2 | `views::build`, `views::propose` |
//! | M3 | `views::vote` |
//! | M4 | [`nullify_by_timeout`] |
//! | M5 | `views::follow` |
//! | M6 | `views::decide` |
//! | M7 | `views::follow` |
//! | M8 | [`nullify_by_contradiction`] |
//!
//! # Deviations
//!
//! Those of the [family](super). Certificates of finalization are not handed on; who is behind asks.

use super::message::{Link, Message};
use super::state::{RuleNumbers, Settings, State, Surroundings};
use super::views::{self, Effects};
use super::{CERTIFICATE, PAUSE, PROPOSE, vote};
use crate::base::Micros;
use crate::consensus::flaws::flawed;
use crate::consensus::{
    self, Awaited, Bound, Compose, Conflict, Conflicting, Context, Corruptible, Effect, Extends,
    Input, Paper, Protocol, ProtocolInfo, Resend, Rounds, Rule, Share, Status, StepInfo, Threshold,
    TimerInfo, VotesFor, Waits, rule_number,
};
use crate::types::BlockId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The protocol's name as a type.
#[derive(Clone, Copy, Debug)]
pub struct Minimmit;

/// How much stake advances a view and how much finalizes a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Thresholds {
    /// 2f + 1 and all but f, with f the most stake below one fifth: the paper's. Liars with exactly a fifth
    /// can fork it.
    Paper,
    /// More than two fifths and at least four fifths: liars with exactly a fifth cannot fork it, and cannot stop it
    /// by saying nothing.
    Strict,
    /// 2f + 1 and at least three fifths: too little, to see what breaks.
    Low,
}

/// A known bug of Minimmit.
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
    /// M4 without its condition: a validator nullifies a view in which it notarized a block.
    NullifiesAnyway,
}

/// Minimmit's parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Δ: what the network is believed to need at most for a message. A view in which a validator has
    /// voted for nothing after two of it is given up.
    #[schemars(title = "Δ", range(min = 1, max = 600_000_000), extend("unit" = "us"))]
    pub delta_us: Micros,
    /// The stake that advances a view and the stake that finalizes a block.
    #[schemars(title = "Thresholds")]
    pub thresholds: Thresholds,
    /// Whoever first sees a certificate sends it to everybody.
    #[schemars(title = "Hand on certificates")]
    pub relay_certificates: bool,
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
            thresholds: Thresholds::Paper,
            relay_certificates: true,
            min_view_us: 1_000,
            flaw: Flaw::None,
        }
    }
}

impl consensus::Params for Params {}

const L: Threshold = Threshold::Faults {
    times: 2,
    plus: 1,
    one_in: 5,
};
const Q: Threshold = Threshold::AllBut {
    times: 1,
    one_in: 5,
};
const STRICT_L: Threshold = Threshold::MoreThan { part: 2, of: 5 };
const STRICT_Q: Threshold = Threshold::AtLeast { part: 4, of: 5 };
const LOW_Q: Threshold = Threshold::AtLeast { part: 3, of: 5 };

fn settings(params: &Params) -> Settings {
    let (advance, finalize) = match params.thresholds {
        Thresholds::Paper => (L, Q),
        Thresholds::Strict => (STRICT_L, STRICT_Q),
        Thresholds::Low => (L, LOW_Q),
    };
    Settings {
        notarize: advance,
        skip: advance,
        finalize,
        second_vote: false,
        proposal_votes: true,
        relay: params.relay_certificates,
        view_timeout: params.delta_us.saturating_mul(2),
        min_view: params.min_view_us,
        nullifies_anyway: params.flaw == Flaw::NullifiesAnyway,
        finalizes_skipped: false,
        rules: NUMBERS,
    }
}

fn give_up(state: &mut State, around: &Surroundings, out: &mut Effects) {
    nullify_by_timeout(state, around, out);
    nullify_by_contradiction(state, around, out);
}

/// M4: the time is up and nothing was notarized by this validator.
fn nullify_by_timeout(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let view = state.view;
    let current = state.at(view);
    let may = current.said.vote.is_none() || around.settings.nullifies_anyway;
    if current.timed_out && may {
        views::skip(state, around, M4, out);
    }
}

/// M8: so many others gave up or notarized another block that its own cannot become final here. Without this
/// condition a validator could take back a vote that already made a block final.
fn nullify_by_contradiction(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let view = state.view;
    let current = state.at(view);
    let Some(mine) = current.said.vote.filter(|_| !current.said.skip) else {
        return;
    };
    let others = current.votes.iter().filter(|(link, _)| **link != mine);
    let against = others.flat_map(|(_, pool)| pool.votes.keys());
    let against: BTreeSet<_> = against.chain(current.skips.votes.keys()).copied().collect();
    let stake = against.iter().map(|v| around.set().stake(*v)).sum();
    if around.enough(stake, around.settings.skip) {
        views::skip(state, around, M8, out);
    }
}

/// What thresholds change in what the protocol says of itself.
macro_rules! info {
    ($advance:expr, $finalize:expr, $liars_below:expr, $words:expr) => {
        ProtocolInfo {
            name: "minimmit",
            title: "Minimmit",
            family: "Simplex",
            summary: "Final after two delays, for which it bears liars of less than a fifth only; proposed by \
                      Commonware.",
            paper: Paper {
                title: "Minimmit: Fast Finality with Even Faster Blocks",
                authors: "Chou, Lewis-Pye, O'Grady",
                year: 2025,
                place: "arXiv 2508.10862",
            },
            kinds: &[PROPOSE, vote("notarize"), vote("nullify"), CERTIFICATE],
            timers: &[
                TimerInfo {
                    name: "view",
                    fired: Some("notarized nothing in view {round} in time: it nullifies the view."),
                },
                PAUSE,
            ],
            steps: steps!("notarize", "nullify", $advance),
            rounds: Rounds {
                noun: "view",
                restart: false,
            },
            certificate: "notarize votes",
            bound: Bound {
                quorum: $finalize,
                liars_below: $liars_below,
                honest_leaders: 1,
                words: $words,
            },
            validators_change: false,
            dag: false,
            conventions: CONVENTIONS,
            rules: RULES,
        }
    };
}

const FIFTH: Share = Share { part: 1, of: 5 };
const PAPER: ProtocolInfo = info!(
    L,
    Q,
    FIFTH,
    "Liars with less than a fifth of the stake can neither fork the chain nor stop it: two fifths advance a view, \
     four fifths finalize a block."
);
const STRICT: ProtocolInfo = info!(
    STRICT_L,
    STRICT_Q,
    FIFTH,
    "Liars with less than a fifth of the stake can neither fork the chain nor stop it, and with exactly a fifth \
     they can only stop it: more than two fifths advance a view, four fifths finalize a block."
);
const LOW: ProtocolInfo = info!(
    L,
    LOW_Q,
    Share { part: 0, of: 1 },
    "Two fifths advance a view and three fifths finalize a block, which is too little: both can come about side by \
     side, and the chain forks."
);

const CONVENTIONS: &[(&str, &str)] = &[
    (
        "thresholds",
        "f is floor((W - 1) / 5) of the total stake W; 2f + 1 advances, W - f finalizes (a parameter)",
    ),
    (
        "leader's vote",
        "the proposal is the leader's notarize; it sends no other",
    ),
    (
        "several notarized blocks",
        "a leader builds on the one it saw notarized first, of the highest view; a notarized block is preferred to the view's nullification",
    ),
    (
        "certificates",
        "notarizations and nullifications are handed on to everybody when first seen (a parameter); finalizations are not",
    ),
];

const RULES: &[Rule] = &[
    Rule {
        id: "M1",
        text: "Entering view v, a validator has notarized and nullified nothing and starts a timer of 2Δ.",
    },
    Rule {
        id: "M2",
        text: "The leader of view v proposes a block on the highest notarized block, with every view between \
               nullified. The proposal is its notarize.",
    },
    Rule {
        id: "M3",
        text: "At the first proposal of its view from the leader, a validator that has neither notarized nor \
               nullified notarizes it if the block is valid, its parent is notarized and every view between is \
               nullified.",
    },
    Rule {
        id: "M4",
        text: "When the timer fires and the validator has notarized nothing, it nullifies the view.",
    },
    Rule {
        id: "M5",
        text: "L notarizes for a block are a notarization: it is handed on, and the validator enters the next \
               view.",
    },
    Rule {
        id: "M6",
        text: "Q notarizes for a block make it and all blocks before it final.",
    },
    Rule {
        id: "M7",
        text: "L nullifies are a nullification: it is handed on, and the validator enters the next view.",
    },
    Rule {
        id: "M8",
        text: "A validator that has notarized a block nullifies the view once L others have nullified it or \
               notarized another block.",
    },
];

const NUMBERS: RuleNumbers = RuleNumbers {
    enter: rule_number(RULES, "M1"),
    propose: rule_number(RULES, "M2"),
    vote: rule_number(RULES, "M3"),
    notarize: rule_number(RULES, "M5"),
    skip: rule_number(RULES, "M7"),
    finalize: rule_number(RULES, "M6"),
};
const M4: u8 = rule_number(RULES, "M4");
const M8: u8 = rule_number(RULES, "M8");

impl Protocol for Minimmit {
    skeleton!();

    const INFO: ProtocolInfo = PAPER;

    fn waits(params: &Params) -> Vec<Waits> {
        views::waits(&settings(params), M4)
    }

    fn info(params: &Params) -> ProtocolInfo {
        let info = match params.thresholds {
            Thresholds::Paper => PAPER,
            Thresholds::Strict => STRICT,
            Thresholds::Low => LOW,
        };
        match params.flaw {
            Flaw::None => info,
            Flaw::NullifiesAnyway => flawed(info),
        }
    }

    /// Liars vote for two blocks: one gets Q, the other L, and by the paper's thresholds Q + L is f + 1 more
    /// than all.
    fn conflict(params: &Params) -> Option<Conflict> {
        let Settings {
            notarize, finalize, ..
        } = settings(params);
        Some(Conflict {
            one: finalize,
            other: notarize,
        })
    }
}

impl Corruptible for Minimmit {
    const CONFLICTING: Option<Conflicting<Message>> = Some(Message::for_block);
    const VOTES_FOR: Option<VotesFor<Message>> = Some(votes_for);
    const COMPOSE: Option<Compose<Message>> = Some(|script| Message::compose(script, PAPER.kinds));
    const EXTENDS: Option<Extends<State>> = Some(views::extends);
    /// Nothing is judged again once it is final.
    const ACCEPT_INVALID: Option<fn(&mut State)> = Some(|_| {});
}

fn votes_for(proposal: &Message) -> Vec<Message> {
    let carried = |link: Link| vec![Message::Vote(link)];
    match proposal {
        Message::Propose(link) => carried(*link),
        Message::Vote(_)
        | Message::Skip { .. }
        | Message::Certificate(_)
        | Message::Finalize(_) => Vec::new(),
    }
}
