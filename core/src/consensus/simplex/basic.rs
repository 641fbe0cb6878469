//! Simplex, after Chan, Pass, "Simplex Consensus: A Simple and Fast Consensus Protocol" (ePrint 2023/463). Our
//! transcription of its rules is `docs/papers/simplex.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | iteration h, view k | [`State`]'s `view` |
//! | `<propose, h, ...>` | [`Message::Propose`] |
//! | `<vote, h, b>` | [`Message::Vote`] |
//! | `<vote, h, dummy>`, view-change | [`Message::Skip`] |
//! | `<finalize, h>` | [`Message::Finalize`] |
//! | notarized block, Cert(k, x) | `ViewState::notarized` |
//! | notarized dummy block, n - f view-changes | `ViewState::skipped` |
//! | 2n/3, n - f messages | strictly more than 2/3 of the stake |
//! | timer of 3Δ | `views::VIEW_TIMER` |
//!
//! # Rules
//!
//! | id | function |
//! |---|---|
//! | S1 | `views::enter` |
//! | S2 | `views::build`, `views::propose` |
//! | S3 | `views::vote` |
//! | S4 | `views::follow` |
//! | S5 | [`give_up`] |
//! | S6 | `views::follow` |
//! | S7 | `views::decide` |
//!
//! # Deviations
//!
//! Those of the [family](super), and: a finalize names its block. Certificates of finalization are not handed on;
//! who is behind asks.

use super::message::{Link, Message};
use super::state::{RuleNumbers, Settings, State, Surroundings};
use super::views::{self, Effects};
use super::{CERTIFICATE, PAUSE, PROPOSE, vote};
use crate::base::Micros;
use crate::consensus::flaws::flawed;
use crate::consensus::{
    self, Awaited, Bound, Compose, Conflicting, Context, Corruptible, Effect, Extends, Input,
    Paper, Protocol, ProtocolInfo, Resend, Rounds, Rule, Share, Status, StepInfo, Threshold,
    TimerInfo, VotesFor, Waits, rule_number,
};
use crate::types::BlockId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The protocol's name as a type.
#[derive(Clone, Copy, Debug)]
pub struct Simplex;

/// The least stake that notarizes, skips and finalizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Quorum {
    /// More than two thirds: the paper's.
    TwoThirds,
    /// More than half: too little, to see what breaks.
    Half,
}

/// A known bug of Simplex.
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
    /// S4 without its condition: a validator finalizes in a view that it asked to leave.
    FinalizesSkipped,
}

/// Simplex's parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Δ: what the network is believed to need at most for a message. A view that takes longer than three
    /// of it is given up.
    #[schemars(title = "Δ", range(min = 1, max = 600_000_000), extend("unit" = "us"))]
    pub delta_us: Micros,
    /// The stake behind each certificate.
    #[schemars(title = "Quorum")]
    pub quorum: Quorum,
    /// The proposal counts as its leader's vote.
    #[schemars(title = "Proposal is a vote")]
    pub proposal_is_vote: bool,
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
            quorum: Quorum::TwoThirds,
            proposal_is_vote: false,
            relay_certificates: true,
            min_view_us: 1_000,
            flaw: Flaw::None,
        }
    }
}

impl consensus::Params for Params {}

fn settings(params: &Params) -> Settings {
    let quorum = match params.quorum {
        Quorum::TwoThirds => Threshold::MORE_THAN_TWO_THIRDS,
        Quorum::Half => HALF,
    };
    Settings {
        notarize: quorum,
        skip: quorum,
        finalize: quorum,
        second_vote: true,
        proposal_votes: params.proposal_is_vote,
        relay: params.relay_certificates,
        view_timeout: params.delta_us.saturating_mul(3),
        min_view: params.min_view_us,
        nullifies_anyway: false,
        finalizes_skipped: params.flaw == Flaw::FinalizesSkipped,
        rules: NUMBERS,
    }
}

/// S5: the timer fired and no certificate of this view has come, so nothing was finalized here.
fn give_up(state: &mut State, around: &Surroundings, out: &mut Effects) {
    let view = state.view;
    if state.at(view).timed_out && state.at(view).said.finalize.is_none() {
        views::skip(state, around, S5, out);
    }
}

const HALF: Threshold = Threshold::MoreThan { part: 1, of: 2 };

/// What a quorum changes in what the protocol says of itself.
macro_rules! info {
    ($threshold:expr, $liars_below:expr, $words:expr) => {
        ProtocolInfo {
            name: "simplex",
            title: "Simplex",
            family: "Simplex",
            summary: "A block every two delays and final after three, without locks; Commonware's chains build \
                      on it.",
            paper: Paper {
                title: "Simplex Consensus: A Simple and Fast Consensus Protocol",
                authors: "Chan, Pass",
                year: 2023,
                place: "ePrint 2023/463",
            },
            kinds: &[
                PROPOSE,
                vote("vote"),
                vote("view-change"),
                CERTIFICATE,
                vote("finalize"),
            ],
            timers: &[
                TimerInfo {
                    name: "view",
                    fired: Some("saw no certificate in view {round}: it asks for the next view."),
                },
                PAUSE,
            ],
            steps: steps!("vote", "view-change", $threshold),
            rounds: Rounds {
                noun: "view",
                restart: false,
            },
            certificate: "finalize votes",
            bound: Bound {
                quorum: $threshold,
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

const PAPER: ProtocolInfo = info!(
    Threshold::MORE_THAN_TWO_THIRDS,
    Share { part: 1, of: 3 },
    "A quorum is strictly more than two thirds of the stake. Liars with less than a third can neither fork the \
     chain nor stop it."
);
const LOWERED: ProtocolInfo = info!(
    HALF,
    Share { part: 0, of: 1 },
    "A quorum is more than half of the stake, which is too little: two quorums may have a single validator in \
     common, and if that one lies the chain forks."
);

const CONVENTIONS: &[(&str, &str)] = &[
    (
        "quorum",
        "strictly more than 2/3 of the total stake, for votes, view-changes and finalizes",
    ),
    (
        "vote after the timer",
        "a validator whose timer fired may still vote in that view, as in the paper; it never finalizes there",
    ),
    (
        "late notarization",
        "a validator that left a view by its skip still finalizes a block notarized there later, if it never asked for the next view itself",
    ),
    (
        "leader's vote",
        "a vote of its own beside the proposal, or the proposal itself (a parameter)",
    ),
    (
        "certificates",
        "notarizations and skips are handed on to everybody when first seen (a parameter); finalizations are not",
    ),
];

const RULES: &[Rule] = &[
    Rule {
        id: "S1",
        text: "Entering view k, a validator starts a timer of 3Δ.",
    },
    Rule {
        id: "S2",
        text: "The leader of view k proposes a block on a notarized block of an earlier view, with every view \
               between skipped.",
    },
    Rule {
        id: "S3",
        text: "At the first proposal of its view from the leader, a validator votes for it if the block is \
               valid, its parent is notarized and every view between is skipped.",
    },
    Rule {
        id: "S4",
        text: "A quorum of votes notarizes the block: the votes are handed on, the validator finalizes the block \
               unless it asked to leave this view, and enters the next view.",
    },
    Rule {
        id: "S5",
        text: "When the timer fires in view k before a certificate of k is seen, the validator sends a \
               view-change.",
    },
    Rule {
        id: "S6",
        text: "A quorum of view-changes skips the view: they are handed on and the validator enters the next \
               view.",
    },
    Rule {
        id: "S7",
        text: "A quorum of finalizes for a block makes it and all blocks before it final.",
    },
];

const NUMBERS: RuleNumbers = RuleNumbers {
    enter: rule_number(RULES, "S1"),
    propose: rule_number(RULES, "S2"),
    vote: rule_number(RULES, "S3"),
    notarize: rule_number(RULES, "S4"),
    skip: rule_number(RULES, "S6"),
    finalize: rule_number(RULES, "S7"),
};
const S5: u8 = rule_number(RULES, "S5");

impl Protocol for Simplex {
    skeleton!();

    const INFO: ProtocolInfo = PAPER;

    fn waits(params: &Params) -> Vec<Waits> {
        views::waits(&settings(params), S5)
    }

    fn info(params: &Params) -> ProtocolInfo {
        let info = match params.quorum {
            Quorum::TwoThirds => PAPER,
            Quorum::Half => LOWERED,
        };
        match params.flaw {
            Flaw::None => info,
            Flaw::FinalizesSkipped => flawed(info),
        }
    }
}

impl Corruptible for Simplex {
    const CONFLICTING: Option<Conflicting<Message>> = Some(Message::for_block);
    const VOTES_FOR: Option<VotesFor<Message>> = Some(votes_for);
    const COMPOSE: Option<Compose<Message>> = Some(|script| Message::compose(script, PAPER.kinds));
    const EXTENDS: Option<Extends<State>> = Some(views::extends);
    /// Nothing is judged again once it is final.
    const ACCEPT_INVALID: Option<fn(&mut State)> = Some(|_| {});
}

fn votes_for(proposal: &Message) -> Vec<Message> {
    let carried = |link: Link| vec![Message::Vote(link), Message::Finalize(link)];
    match proposal {
        Message::Propose(link) => carried(*link),
        Message::Vote(_)
        | Message::Skip { .. }
        | Message::Certificate(_)
        | Message::Finalize(_) => Vec::new(),
    }
}
