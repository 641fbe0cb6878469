//! HotStuff-2 in its pipelined form, after Malkhi, Nayak, "Extended Abstract: HotStuff-2: Optimal Two-Phase Responsive
//! BFT" (ePrint 2023/397). Our transcription of its rules is `docs/papers/hotstuff-2.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | block B_k, view v | [`Link`] with its `height` and `view` |
//! | C_v(B_k), a certificate | `Certified` |
//! | the locked certificate | `State::locked`, the highest certified block |
//! | double certificate C_v(C_v(B_k)) | two certified blocks of consecutive views, the first the parent of the second |
//! | P_pc + Δ after entering | `Settings::wait`, 2Δ |
//! | 2t + 1 | strictly more than 2/3 of the stake |
//!
//! # Rules
//!
//! | id | function |
//! |---|---|
//! | T1 | `pacemaker::enter` |
//! | T2 | `views::build`, `views::propose`, [`may_propose`] |
//! | T3 | `views::vote`, [`may_vote`] |
//! | T4 | `receive::count_vote`, `views::certify` |
//! | T5 | `pacemaker::time_out`, `receive::count_timeout` |
//! | T6 | `pacemaker::end_view`, `pacemaker::enter` |
//! | T7 | `views::certify`, `settle::decide` |
//!
//! # Deviations
//!
//! Those of the [family](super), and: the highest certificates reach a new leader by new-views to all, which bring
//! everybody into the view within one delay; the paper has a view synchronizer do that.

use super::message::{self, Link, Message, Proof};
use super::params::{Params, Quorum, TOO_LOW};
use super::state::{Lock, MayPropose, RuleNumbers, Settings, State, Surroundings};
use super::{KINDS, TIMERS, compose, protocol, report, step, steps};
use crate::consensus::{
    Awaited, Bound, ComposeWith, Conflicting, Context, Corruptible, Effect, Extends, Input, Paper,
    Protocol, ProtocolInfo, Resend, Rounds, Rule, Share, Status, StepInfo, Threshold, VotesFor,
};
use crate::types::BlockId;

/// The protocol's name as a type.
#[derive(Clone, Copy, Debug)]
pub struct HotStuff2;

fn settings(params: &Params) -> Settings {
    Settings {
        quorum: params.quorum.threshold(),
        chain: 2,
        consecutive: true,
        lock: Lock::Certified,
        may_vote: params.flaw.or(may_vote),
        may_propose,
        wait: params.delta_us.saturating_mul(2),
        view_timeout: params.delta_us.saturating_mul(6),
        min_view: params.min_view_us,
        rules: NUMBERS,
        phases: None,
        tips: None,
    }
}

/// T3: the parent was certified at least as late as the locked block.
pub(super) fn may_vote(state: &State, _: &Surroundings, link: &Link, _: &Proof) -> bool {
    link.parent_view >= state.locked.view
}

/// T2: nobody can be locked on anything later than the view before. A leader that does not hold a certificate of it
/// waits until those of all honest validators have come, or one that is locked higher would not follow it.
pub(super) fn may_propose(state: &State, around: &Surroundings) -> MayPropose {
    if state.high.link.view + 1 == state.view {
        MayPropose::From(state.entered)
    } else {
        MayPropose::From(state.entered.saturating_add(around.settings.wait))
    }
}

const BOUND: Bound = Bound {
    quorum: Threshold::MORE_THAN_TWO_THIRDS,
    liars_below: Share { part: 1, of: 3 },
    honest_leaders: 3,
    words: "A quorum is strictly more than two thirds of the stake. Liars with less than a third can neither fork \
            the chain nor stop it, if now and then three leaders in a row are honest.",
};
const PAPER: ProtocolInfo = ProtocolInfo {
    name: "hotstuff-2",
    title: "HotStuff-2",
    family: "HotStuff",
    summary: "Two chained certificates instead of three: a leader after a failed view waits once, and \
              everything else goes at the network's pace.",
    paper: Paper {
        title: "Extended Abstract: HotStuff-2: Optimal Two-Phase Responsive BFT",
        authors: "Malkhi, Nayak",
        year: 2023,
        place: "ePrint 2023/397",
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
        "wait",
        "2Δ after the leader entered: entries differ by at most Δ, and a certificate needs at most Δ to arrive",
    ),
    (
        "lock",
        "the highest certified block known, also where its votes were collected here",
    ),
    (
        "after the timer",
        "a validator whose time is up votes no more in that view",
    ),
];

const RULES: &[Rule] = &[
    Rule {
        id: "T1",
        text: "Entering view v, a validator starts a timer of 6Δ.",
    },
    Rule {
        id: "T2",
        text: "The leader of view v proposes a block on the certified block of the highest view it knows, with its \
               certificate: at once if that is of view v - 1, else 2Δ after it entered.",
    },
    Rule {
        id: "T3",
        text: "At the first proposal of its view from the leader, a validator votes for it, to the leader of view \
               v + 1, if the block is valid and its parent was certified in the locked block's view or a later one.",
    },
    Rule {
        id: "T4",
        text: "A quorum of votes certifies the block. Whoever learns of it locks on it, if it is of a later view than \
               the lock, and enters the next view.",
    },
    Rule {
        id: "T5",
        text: "When the timer fires in view v, or more than a third of the stake gave v up, the validator sends a \
               timeout with the highest certificate it knows, and votes no more in v.",
    },
    Rule {
        id: "T6",
        text: "A quorum of timeouts ends the view: the validator enters the next one and tells everybody, with the \
               highest certificate it knows.",
    },
    Rule {
        id: "T7",
        text: "Two certified blocks of consecutive views, the first the parent of the second, make the first one \
               final, and all blocks before it.",
    },
];

/// The rules' numbers, for notes that one took effect.
const NUMBERS: RuleNumbers = RuleNumbers::of(RULES, ["T1", "T2", "T3", "T4", "T5", "T6", "T7"]);

fn told(params: &Params) -> ProtocolInfo {
    params.flaw.told(match params.quorum {
        Quorum::TwoThirds => PAPER,
        Quorum::Half => LOWERED,
    })
}

protocol!(
    HotStuff2,
    Params,
    Some(|state| state.locked = state.genesis),
    Message::votes_for
);
