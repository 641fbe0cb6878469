//! Chained HotStuff, after Yin, Malkhi, Reiter, Golan Gueta, Abraham, "HotStuff: BFT Consensus in the Lens of
//! Blockchain" (arXiv 1803.05069). Our transcription of its rules is `docs/papers/chained-hotstuff.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | node b, its height | [`Link`], its `view`: the paper's dummy nodes make a node's height its view |
//! | b.parent and b.justify.node | one and the same, [`State::parent`]: there are no dummy nodes |
//! | genericQC | `State::high` |
//! | lockedQC | `State::locked` |
//! | one-chain, two-chain, three-chain | certified blocks, each the parent of the next, [`State::final_chains`] |
//! | direct parent | the view just before: [`Params::consecutive_views`] |
//! | n - f | strictly more than 2/3 of the stake |
//! | nextView interrupt, onNextSyncView | `pacemaker::time_out`, `pacemaker::end_view` |
//!
//! # Rules
//!
//! | id | function |
//! |---|---|
//! | C1 | `pacemaker::enter` |
//! | C2 | `views::build`, `views::propose`, [`may_propose`] |
//! | C3 | `views::vote`, [`may_vote`] |
//! | C4 | `receive::count_vote`, `views::certify` |
//! | C5 | `views::certify` |
//! | C6 | `pacemaker::time_out`, `receive::count_timeout` |
//! | C7 | `pacemaker::end_view` |
//! | C8 | `views::certify`, `settle::decide` |
//!
//! # Deviations
//!
//! Those of the [family](super), and: new-views go to all, and only where a view brought no certified block.

use super::message::{self, Link, Message, Proof};
use super::params::{Flaw, Quorum, TOO_LOW};
use super::state::{Lock, MayPropose, RuleNumbers, Settings, State, Surroundings};
use super::{KINDS, TIMERS, compose, protocol, report, step, steps};
use crate::base::Micros;
use crate::consensus::{
    self, Awaited, Bound, ComposeWith, Conflicting, Context, Corruptible, Effect, Extends, Input,
    Paper, Protocol, ProtocolInfo, Resend, Rounds, Rule, Share, Status, StepInfo, Threshold,
    VotesFor, rule_number,
};
use crate::types::BlockId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The protocol's name as a type.
#[derive(Clone, Copy, Debug)]
pub struct ChainedHotStuff;

/// See [`params`](super::params) for those that the whole family has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Δ: what the network is believed to need at most for a message. A view that takes longer than four
    /// of it is given up.
    #[schemars(title = "Δ", range(min = 1, max = 600_000_000), extend("unit" = "us"))]
    pub delta_us: Micros,
    /// The stake behind each certificate.
    #[schemars(title = "Quorum")]
    pub quorum: Quorum,
    /// The three blocks that make the first of them final must be of consecutive views. Without that
    /// less than a third of liars can fork the chain.
    #[schemars(title = "Consecutive views")]
    pub consecutive_views: bool,
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
            consecutive_views: true,
            min_view_us: 1_000,
            flaw: Flaw::None,
        }
    }
}

impl consensus::Params for Params {}

fn settings(params: &Params) -> Settings {
    Settings {
        quorum: params.quorum.threshold(),
        chain: 3,
        consecutive: params.consecutive_views,
        lock: Lock::Parent,
        may_vote: params.flaw.or(may_vote),
        may_propose,
        wait: 0,
        view_timeout: params.delta_us.saturating_mul(4),
        min_view: params.min_view_us,
        rules: NUMBERS,
        phases: None,
        tips: None,
    }
}

/// C3: safeNode. The block stands on the locked one, or on one that was certified later: then a quorum is not
/// locked as this validator is.
fn may_vote(state: &State, _: &Surroundings, link: &Link, _: &Proof) -> bool {
    link.parent_view > state.locked.view || state.extends(link, &state.locked)
}

/// C2: at once. Of the quorum whose timeouts ended the view before, an honest one knows of any lock there is.
fn may_propose(state: &State, _: &Surroundings) -> MayPropose {
    if state.holds_what_timeouts_name() {
        MayPropose::From(state.entered)
    } else {
        MayPropose::NotYet
    }
}

const BOUND: Bound = Bound {
    quorum: Threshold::MORE_THAN_TWO_THIRDS,
    liars_below: Share { part: 1, of: 3 },
    honest_leaders: 4,
    words: "A quorum is strictly more than two thirds of the stake. Liars with less than a third can neither fork \
            the chain nor stop it, if now and then four leaders in a row are honest.",
};
/// What holds without [`Params::consecutive_views`].
const GAPS: Bound = Bound {
    liars_below: Share { part: 0, of: 1 },
    honest_leaders: 4,
    words: "Blocks with a gap between their views make one below them final, which is too early: in the gap another \
            block may have been certified, and a single leader that lies can go on from there.",
    ..BOUND
};
const PAPER: ProtocolInfo = ProtocolInfo {
    name: "chained-hotstuff",
    title: "Chained HotStuff",
    family: "HotStuff",
    summary: "Linear in messages and at the network's pace even after a bad leader; the one whose \
              three-chain Diem, Aptos and many others began with.",
    paper: Paper {
        title: "HotStuff: BFT Consensus in the Lens of Blockchain",
        authors: "Yin, Malkhi, Reiter, Golan Gueta, Abraham",
        year: 2019,
        place: "PODC 2019, arXiv 1803.05069",
    },
    kinds: KINDS,
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
const WITH_GAPS: ProtocolInfo = ProtocolInfo {
    bound: GAPS,
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
        "strictly more than 2/3 of the total stake, for votes and timeouts",
    ),
    (
        "pacemaker",
        "the family's: timeouts to all, a quorum of them ends the view, more than 1/3 of the stake makes a validator join",
    ),
    (
        "first view",
        "the certificate of genesis is of view 0 and has no votes",
    ),
    (
        "after the timer",
        "a validator whose time is up votes no more in that view",
    ),
];

const RULES: &[Rule] = &[
    Rule {
        id: "C1",
        text: "Entering view v, a validator starts a timer of 4Δ.",
    },
    Rule {
        id: "C2",
        text: "The leader of view v proposes a block on the certified block of the highest view it knows, with its \
               certificate.",
    },
    Rule {
        id: "C3",
        text: "At the first proposal of its view from the leader, a validator votes for it, to the leader of view \
               v + 1, if the block is valid and stands on the locked block, or on a block certified in a later \
               view than the locked one's.",
    },
    Rule {
        id: "C4",
        text: "A quorum of votes certifies the block, and whoever learns of it enters the next view.",
    },
    Rule {
        id: "C5",
        text: "Learning of a certified block, a validator locks on its parent, if that is of a later view than the \
               lock.",
    },
    Rule {
        id: "C6",
        text: "When the timer fires in view v, or more than a third of the stake gave v up, the validator sends a \
               timeout with the highest certificate it knows, and votes no more in v.",
    },
    Rule {
        id: "C7",
        text: "A quorum of timeouts ends the view: the validator enters the next one and tells everybody with a \
               new-view.",
    },
    Rule {
        id: "C8",
        text: "Three certified blocks of consecutive views, each the parent of the next, make the first of them \
               final, and all blocks before it.",
    },
];

/// The rules' numbers, for notes that one took effect.
const NUMBERS: RuleNumbers = RuleNumbers {
    lock: Some(rule_number(RULES, "C5")),
    ..RuleNumbers::of(RULES, ["C1", "C2", "C3", "C4", "C6", "C7", "C8"])
};

fn told(params: &Params) -> ProtocolInfo {
    params.flaw.told(match params.quorum {
        Quorum::TwoThirds if params.consecutive_views => PAPER,
        Quorum::TwoThirds => WITH_GAPS,
        Quorum::Half => LOWERED,
    })
}

protocol!(
    ChainedHotStuff,
    Params,
    Some(|state| state.locked = state.genesis),
    Message::votes_for
);
