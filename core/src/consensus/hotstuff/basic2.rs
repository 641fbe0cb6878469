//! HotStuff-2 in its basic form, one block a view, after Malkhi, Nayak, "Extended Abstract: HotStuff-2: Optimal
//! Two-Phase Responsive BFT" (ePrint 2023/397). Our transcription of its rules is `docs/papers/basic-hotstuff-2.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | propose, vote | [`Message::Propose`], [`Message::Vote`] |
//! | prepare, with C_v(B_k) | [`Message::Certificate`] that begins [`Phase::PreCommit`] |
//! | vote2 | [`Message::PhaseVote`] |
//! | commit, with the double certificate C_v(C_v(B_k)) | [`Message::Certificate`] that begins [`Phase::Decide`] |
//! | status, the locked certificate sent to a new leader | [`Message::NewView`], its `high` |
//! | the locked certificate | `State::locked`, the highest certified block |
//! | P_pc + Δ after entering | `Settings::wait`, 2Δ |
//! | 2t + 1 | strictly more than 2/3 of the stake |
//!
//! # Rules
//!
//! | id | function |
//! |---|---|
//! | D1 | `pacemaker::enter` |
//! | D2 | `views::build`, `views::propose`, `hotstuff2::may_propose` |
//! | D3 | `views::vote`, `hotstuff2::may_vote` |
//! | D4 | `views::certify`, `phases::crossed` |
//! | D5 | `phases::decide`, `settle::decide` |
//! | D6 | `pacemaker::time_out`, `receive::count_timeout` |
//! | D7 | `pacemaker::end_view`, `pacemaker::enter` |
//!
//! # Deviations
//!
//! Those of the [family](super), and: after a view that was given up its timeouts serve as the new-views of the next
//! one; its new-views go to all.

use super::hotstuff2::{may_propose, may_vote};
use super::message::{self, Message, Phase};
use super::params::{Params, Quorum, TOO_LOW};
use super::phases;
use super::state::{Lock, Phases, RuleNumbers, Settings, State, Surroundings};
use super::{TIMERS, compose, kind, phase_steps, protocol, report, step};
use crate::consensus::{
    Awaited, Bound, ComposeWith, Conflicting, Context, Corruptible, Effect, Extends, Input, Paper,
    Protocol, ProtocolInfo, Resend, Role, Rounds, Rule, Share, Status, StepInfo, Threshold,
    VotesFor,
};
use crate::types::BlockId;

/// The protocol's name as a type.
#[derive(Clone, Copy, Debug)]
pub struct BasicHotStuff2;

fn settings(params: &Params) -> Settings {
    Settings {
        quorum: params.quorum.threshold(),
        chain: 0,
        consecutive: false,
        lock: Lock::Certified,
        may_vote: params.flaw.or(may_vote),
        may_propose,
        wait: params.delta_us.saturating_mul(2),
        view_timeout: params.delta_us.saturating_mul(8),
        min_view: params.min_view_us,
        rules: NUMBERS,
        phases: Some(Phases {
            last: Phase::PreCommit,
        }),
        tips: None,
    }
}

const BOUND: Bound = Bound {
    quorum: Threshold::MORE_THAN_TWO_THIRDS,
    liars_below: Share { part: 1, of: 3 },
    honest_leaders: 1,
    words: "A quorum is strictly more than two thirds of the stake. Liars with less than a third can neither fork \
            the chain nor stop it.",
};
const PAPER: ProtocolInfo = ProtocolInfo {
    name: "basic-hotstuff-2",
    title: "Basic HotStuff-2",
    family: "HotStuff",
    summary: "Two phases instead of HotStuff's three: one block a view, final after five delays; a leader after a \
              failed view waits once.",
    paper: Paper {
        title: "Extended Abstract: HotStuff-2: Optimal Two-Phase Responsive BFT",
        authors: "Malkhi, Nayak",
        year: 2023,
        place: "ePrint 2023/397",
    },
    kinds: &[
        kind("propose", Role::Proposal),
        kind("vote", Role::Vote),
        kind("timeout", Role::Vote),
        kind("new-view", Role::Other),
        kind("certificate", Role::Other),
        kind("pre-commit vote", Role::Vote),
    ],
    timers: TIMERS,
    steps: phase_steps!(BOUND.quorum),
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
    steps: phase_steps!(TOO_LOW.quorum),
    ..PAPER
};

const CONVENTIONS: &[(&str, &str)] = &[
    (
        "quorum",
        "strictly more than 2/3 of the total stake, for both phases and for timeouts",
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
        "new-views",
        "after a decision to the next leader alone, who need not wait for them; after a view that was given up to all",
    ),
    (
        "after the timer",
        "a validator whose time is up votes no more in that view, in no phase",
    ),
];

const RULES: &[Rule] = &[
    Rule {
        id: "D1",
        text: "Entering view v, a validator starts a timer of 8Δ.",
    },
    Rule {
        id: "D2",
        text: "The leader of view v proposes a block on the certified block of the highest view it knows, with its \
               certificate: at once if that is of view v - 1, else 2Δ after it entered.",
    },
    Rule {
        id: "D3",
        text: "At the first proposal of its view from the leader, a validator votes for it, to that leader, if the \
               block is valid and its parent was certified in the locked block's view or a later one.",
    },
    Rule {
        id: "D4",
        text: "A quorum of votes certifies the block: the leader sends them to all, and whoever has them locks on the \
               block and votes to pre-commit it.",
    },
    Rule {
        id: "D5",
        text: "A quorum of pre-commit votes: the leader sends them to all; the block and all blocks before it are \
               final, and the validator enters the next view with a new-view to its leader.",
    },
    Rule {
        id: "D6",
        text: "When the timer fires in view v, or more than a third of the stake gave v up, the validator sends a \
               timeout with the highest certificate it knows, and votes no more in v.",
    },
    Rule {
        id: "D7",
        text: "A quorum of timeouts ends the view: the validator enters the next one and tells everybody, with the \
               highest certificate it knows.",
    },
];

/// The rules' numbers, for notes that one took effect.
const NUMBERS: RuleNumbers = RuleNumbers::of(RULES, ["D1", "D2", "D3", "D4", "D6", "D7", "D5"]);

fn told(params: &Params) -> ProtocolInfo {
    params.flaw.told(match params.quorum {
        Quorum::TwoThirds => PAPER,
        Quorum::Half => LOWERED,
    })
}

protocol!(
    BasicHotStuff2,
    Params,
    Some(|state| state.locked = state.genesis),
    |proposal| phases::votes_for(proposal, &[Phase::PreCommit])
);
