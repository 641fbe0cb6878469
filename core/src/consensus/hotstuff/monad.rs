//! MonadBFT, after Jalalzai, Babel, Komatovic, Klenze, Das, Elsheimy, Setrin, Bergschneider, Gilkalaye, "MonadBFT: Fast,
//! Responsive, Fork-Resistant Streamlined Consensus" (arXiv 2502.20692). Our transcription of its rules is
//! `docs/papers/monadbft.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | proposal p, its view, its block | [`Link`]: a block in its place; one that is proposed again has two |
//! | qc, high_qc | `Certified`, `State::high` |
//! | tip | [`Tip`](super::state::Tip), in a timeout [`Message::TimeoutOn`] |
//! | timeout certificate TC, high_tip | `Timeouts` of a [`Proof`], [`Extend::Tip`](super::proof::Extend) |
//! | no-endorsement NE, certificate NEC | [`Message::NoEndorsement`], those of a [`Proof`] |
//! | fresh proposal, reproposal | `tips::Standing` |
//! | proposal or no-endorsement request | [`Message::NewView`] of the view's leader, with the TC |
//! | speculative execution, early confirmation | `State::speculative` |
//! | 2f + 1 | strictly more than 2/3 of the stake |
//!
//! # Rules
//!
//! | id | function |
//! |---|---|
//! | M1 | `pacemaker::enter` |
//! | M2 | `views::build`, [`tips::lead`] |
//! | M3, M4 | [`tips::lead`], [`tips::proof`] |
//! | M5 | `views::vote`, [`tips::may_vote`], [`tips::voted`] |
//! | M6 | `receive::count_vote`, `views::certify` |
//! | M7 | [`tips::voted`] |
//! | M8 | `pacemaker::time_out`, [`tips::timeout`], `receive::count_timeout` |
//! | M9 | `pacemaker::end_view`, `pacemaker::enter` |
//! | M10 | [`tips::asked`], [`tips::answer`] |
//! | M11 | `views::certify`, `settle::decide` |
//!
//! # Deviations
//!
//! Those of the [family](super), and:
//!
//! 1. A no-endorsement names the block that the signer cannot vouch for; the paper's names the view of its parent's
//!    certificate.
//! 2. A leader asks everybody at once, with the new-view that tells of the timeout certificate. Who has the block does
//!    not answer: the leader fetches the body from one of those who voted for it.
//! 3. Nothing is executed before it is final: what is speculatively final is told, and nobody acts on it.
//! 4. Of what it voted for, a validator remembers the last 64 views. An older block that it has it judges again.

use super::message::{self, Message, NO_ENDORSEMENT};
use super::params::{Quorum, TOO_LOW};
use super::state::{Lock, MayPropose, RuleNumbers, Settings, State, Surroundings, TipRules};
use super::tips;
use super::{TIMERS, compose, kind, protocol, report, step, steps};
use crate::base::Micros;
use crate::consensus::{
    self, Awaited, Bound, ComposeWith, Conflicting, Context, Corruptible, Effect, Extends, Input,
    Paper, Protocol, ProtocolInfo, Resend, Role, Rounds, Rule, Share, Status, StepInfo, Threshold,
    VotesFor, rule_number,
};
use crate::types::BlockId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[cfg(doc)]
use super::message::{Link, Proof};

/// The protocol's name as a type.
#[derive(Clone, Copy, Debug)]
pub struct MonadBft;

/// The stake that must be unable to vouch for a block before a leader may leave it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoEndorsements {
    /// A quorum: then no quorum can have voted for the block.
    Quorum,
    /// More than a third: too little, as liars and a few who missed the block are as many.
    Third,
}

/// See [`params`](super::params) for those that the whole family has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Δ: what the network is believed to need at most for a message. A view that takes longer than six
    /// of it is given up.
    #[schemars(title = "Δ", range(min = 1, max = 600_000_000), extend("unit" = "us"))]
    pub delta_us: Micros,
    /// The stake behind each certificate.
    #[schemars(title = "Quorum")]
    pub quorum: Quorum,
    /// The stake that must be unable to vouch for a failed leader's block before it may be left out. With
    /// too little, liars can make others leave out a block that a quorum voted for.
    #[schemars(title = "No-endorsements")]
    pub no_endorsements: NoEndorsements,
    /// A leader lets at least this pass between the starts of two views.
    #[schemars(title = "Shortest view", range(min = 1, max = 600_000_000), extend("unit" = "us"))]
    pub min_view_us: Micros,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            delta_us: 300_000,
            quorum: Quorum::TwoThirds,
            no_endorsements: NoEndorsements::Quorum,
            min_view_us: 1_000,
        }
    }
}

impl consensus::Params for Params {}

fn settings(params: &Params) -> Settings {
    let quorum = params.quorum.threshold();
    Settings {
        quorum,
        chain: 2,
        consecutive: true,
        lock: Lock::None,
        may_vote: tips::may_vote,
        may_propose: |state, _| MayPropose::From(state.entered),
        wait: 0,
        view_timeout: params.delta_us.saturating_mul(6),
        min_view: params.min_view_us,
        rules: NUMBERS,
        phases: None,
        tips: Some(TipRules {
            no_endorsements: match params.no_endorsements {
                NoEndorsements::Quorum => quorum,
                NoEndorsements::Third => Threshold::MORE_THAN_ONE_THIRD,
            },
            again: rule_number(RULES, "M3"),
            instead: rule_number(RULES, "M4"),
            refuse: rule_number(RULES, "M10"),
            speculate: rule_number(RULES, "M7"),
        }),
    }
}

const BOUND: Bound = Bound {
    quorum: Threshold::MORE_THAN_TWO_THIRDS,
    liars_below: Share { part: 1, of: 3 },
    honest_leaders: 3,
    words: "A quorum is strictly more than two thirds of the stake. Liars with less than a third can neither fork \
            the chain nor stop it, if now and then three leaders in a row are honest, and they cannot drop another \
            leader's block that a quorum voted for.",
};
/// What holds with [`NoEndorsements::Third`].
const DROPS: Bound = Bound {
    words: "A quorum is strictly more than two thirds of the stake. Liars with less than a third can neither fork \
            the chain nor stop it, if now and then three leaders in a row are honest. With somebody who missed \
            another leader's block, they may make up more than a third and drop it although a quorum voted for it.",
    ..BOUND
};
const PAPER: ProtocolInfo = ProtocolInfo {
    name: "monadbft",
    title: "MonadBFT",
    family: "HotStuff",
    summary: "Jolteon whose leaders must propose a failed leader's block again, so that no block with enough votes is \
              dropped; speculatively final after three delays; Monad runs it.",
    paper: Paper {
        title: "MonadBFT: Fast, Responsive, Fork-Resistant Streamlined Consensus",
        authors: "Jalalzai, Babel, Komatovic, Klenze, Das, Elsheimy, Setrin, Bergschneider, Gilkalaye",
        year: 2025,
        place: "arXiv 2502.20692",
    },
    kinds: &[
        kind("propose", Role::Proposal),
        kind("vote", Role::Vote),
        kind("timeout", Role::Vote),
        kind("new-view", Role::Other),
        kind("no-endorsement", Role::Other),
    ],
    timers: TIMERS,
    steps: steps!(BOUND.quorum),
    rounds: Rounds {
        noun: "view",
        restart: false,
    },
    certificate: "votes",
    bound: BOUND,
    validators_change: false,
    dag: false,
    conventions: CONVENTIONS,
    rules: RULES,
};
const _: () = assert!(NO_ENDORSEMENT == 4);
const DROPPING: ProtocolInfo = ProtocolInfo {
    bound: DROPS,
    ..PAPER
};
const LOWERED: ProtocolInfo = ProtocolInfo {
    bound: TOO_LOW,
    steps: steps!(TOO_LOW.quorum),
    ..PAPER
};

const CONVENTIONS: &[(&str, &str)] = &[
    (
        "quorum",
        "strictly more than 2/3 of the total stake, for votes, timeouts and no-endorsements",
    ),
    (
        "votes",
        "to the leader of the next view alone, 2(n - 1) messages a view, as in the paper's first version; later ones \
         and Monad's own code send them to the leader of their view too, 3(n - 1)",
    ),
    (
        "no-endorsements",
        "those of a quorum let a leader leave a block out, as in Monad's own code; more than 1/3 is a parameter",
    ),
    (
        "what a timeout certificate leaves",
        "the newest certificate or tip that its timeouts name, a certificate before a tip of its view; of two tips of \
         one view, which only a lying leader makes, the one whose parent was certified later",
    ),
    (
        "pacemaker",
        "the family's: timeouts to all, a quorum of them ends the view, more than 1/3 of the stake makes a validator join",
    ),
    (
        "timer",
        "6Δ: entries differ by Δ; then the leader's question, answers or a block that it lacks, its proposal and the votes",
    ),
    (
        "after the timer",
        "a validator whose time is up votes no more in that view",
    ),
];

const RULES: &[Rule] = &[
    Rule {
        id: "M1",
        text: "Entering view v, a validator starts a timer of 6Δ.",
    },
    Rule {
        id: "M2",
        text: "The leader of view v proposes a new block on the block certified in view v - 1, or where a timeout \
               certificate of v - 1 names no tip later than the certificates it knows, on the highest of these.",
    },
    Rule {
        id: "M3",
        text: "If the timeout certificate of v - 1 names a later tip, the leader of view v proposes that block again, \
               on the same parent, with the timeout certificate.",
    },
    Rule {
        id: "M4",
        text: "If no-endorsements of a quorum say that they cannot vouch for that block, the leader proposes another \
               one on its parent, with them and the timeout certificate.",
    },
    Rule {
        id: "M5",
        text: "At the first proposal of its view from the leader, a validator votes for it, to the leader of view v + 1, \
               if the block is valid and the proposal is by M2, M3 or M4. A new block becomes its tip; after a block \
               that was proposed again its tip is that block's first proposal.",
    },
    Rule {
        id: "M6",
        text: "A quorum of votes certifies the block, and whoever learns of it enters the next view.",
    },
    Rule {
        id: "M7",
        text: "Voting in view v on a block certified in view v - 1, a validator takes that block as speculatively \
               final: only a leader that proposed two blocks can undo it.",
    },
    Rule {
        id: "M8",
        text: "When the timer fires in view v, or more than a third of the stake gave v up, the validator sends a \
               timeout with its tip and the certificate of the tip's parent, or with the highest certificate it knows \
               where that is as late as the tip; it votes no more in v.",
    },
    Rule {
        id: "M9",
        text: "A quorum of timeouts is a timeout certificate: the validator enters the next view and tells everybody \
               with a new-view.",
    },
    Rule {
        id: "M10",
        text: "When the leader's new-view names a tip, a validator that neither voted for that block nor has it, or found \
               it invalid, sends the leader a no-endorsement.",
    },
    Rule {
        id: "M11",
        text: "Two certified blocks of consecutive views, the first the parent of the second, make the first one \
               final, and all blocks before it.",
    },
];

/// The rules' numbers, for notes that one took effect.
const NUMBERS: RuleNumbers = RuleNumbers::of(RULES, ["M1", "M2", "M5", "M6", "M8", "M9", "M11"]);

fn told(params: &Params) -> ProtocolInfo {
    match (params.quorum, params.no_endorsements) {
        (Quorum::TwoThirds, NoEndorsements::Quorum) => PAPER,
        (Quorum::TwoThirds, NoEndorsements::Third) => DROPPING,
        (Quorum::Half, _) => LOWERED,
    }
}

protocol!(MonadBft, Params, Some(tips::forget), Message::votes_for);
