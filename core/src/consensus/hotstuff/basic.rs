//! Basic HotStuff, after Yin, Malkhi, Reiter, Golan Gueta, Abraham, "HotStuff: BFT Consensus in the Lens of
//! Blockchain" (arXiv 1803.05069), section 4. Our transcription of its rules is `docs/papers/basic-hotstuff.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | node | [`Link`]: a block in its place |
//! | new-view, its prepareQC | [`Message::NewView`], its `high` |
//! | prepare message and vote | [`Message::Propose`], [`Message::Vote`] |
//! | pre-commit, commit, decide message | [`Message::Certificate`] that begins this [`Phase`] |
//! | pre-commit, commit vote | [`Message::PhaseVote`] |
//! | prepareQC, highQC | `Certified`, `State::high` |
//! | lockedQC, a precommitQC | `State::locked` |
//! | n - f | strictly more than 2/3 of the stake |
//! | nextView interrupt | `pacemaker::time_out`, `pacemaker::end_view` |
//!
//! # Rules
//!
//! | id | function |
//! |---|---|
//! | B1 | `pacemaker::enter` |
//! | B2 | `views::build`, `views::propose`, [`may_propose`] |
//! | B3 | `views::vote`, [`may_vote`] |
//! | B4 | `views::certify`, `phases::crossed` |
//! | B5 | `phases::crossed`, `State::lock` |
//! | B6 | `phases::decide`, `settle::decide` |
//! | B7 | `pacemaker::time_out`, `receive::count_timeout` |
//! | B8 | `pacemaker::end_view`, `pacemaker::enter` |
//!
//! # Deviations
//!
//! Those of the [family](super), and: after a view that was given up its timeouts serve as the new-views of the next
//! one; its new-views go to all. In view 1 nobody waits for new-views.

use super::message::{self, Link, Message, Phase, Proof};
use super::params::{Params, Quorum, TOO_LOW};
use super::phases;
use super::state::{Lock, MayPropose, Phases, RuleNumbers, Settings, State, Surroundings};
use super::{TIMERS, compose, kind, phase_steps, protocol, report, step};
use crate::consensus::{
    Awaited, Bound, ComposeWith, Conflicting, Context, Corruptible, Effect, Extends, Input, Paper,
    Protocol, ProtocolInfo, Resend, Role, Rounds, Rule, Share, Status, StepInfo, Threshold,
    VotesFor, rule_number,
};
use crate::types::BlockId;

/// The protocol's name as a type.
#[derive(Clone, Copy, Debug)]
pub struct BasicHotStuff;

fn settings(params: &Params) -> Settings {
    Settings {
        quorum: params.quorum.threshold(),
        chain: 0,
        consecutive: false,
        lock: Lock::Phase(Phase::PreCommit),
        may_vote: params.flaw.or(may_vote),
        may_propose,
        wait: 0,
        view_timeout: params.delta_us.saturating_mul(9),
        min_view: params.min_view_us,
        rules: NUMBERS,
        phases: Some(Phases {
            last: Phase::Commit,
        }),
        tips: None,
    }
}

/// B3: safeNode. The block stands on the locked one, or on one that was certified later.
fn may_vote(state: &State, _: &Surroundings, link: &Link, _: &Proof) -> bool {
    link.parent_view > state.locked.view || state.extends(link, &state.locked)
}

/// B2: once a quorum has told the leader what it knows, by new-views or by the timeouts of the view before.
fn may_propose(state: &State, around: &Surroundings) -> MayPropose {
    let view = state.views.get(&state.view);
    let told = view.is_some_and(|view| around.is_quorum(view.new_views.stake));
    let timed_out = state.entry.is_some() && state.holds_what_timeouts_name();
    if state.view == 1 || told || timed_out {
        MayPropose::From(state.entered)
    } else {
        MayPropose::NotYet
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
    name: "basic-hotstuff",
    title: "HotStuff",
    family: "HotStuff",
    summary: "The three phases before they were chained: one block a view, final after seven delays, with \
              messages linear in the number of validators.",
    paper: Paper {
        title: "HotStuff: BFT Consensus in the Lens of Blockchain",
        authors: "Yin, Malkhi, Reiter, Golan Gueta, Abraham",
        year: 2019,
        place: "PODC 2019, arXiv 1803.05069",
    },
    kinds: &[
        kind("prepare", Role::Proposal),
        kind("prepare vote", Role::Vote),
        kind("timeout", Role::Vote),
        kind("new-view", Role::Other),
        kind("certificate", Role::Other),
        kind("pre-commit vote", Role::Vote),
        kind("commit vote", Role::Vote),
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
        "strictly more than 2/3 of the total stake, for votes, new-views and timeouts",
    ),
    (
        "pacemaker",
        "the family's: timeouts to all, a quorum of them ends the view, more than 1/3 of the stake makes a validator join",
    ),
    (
        "new-views",
        "after a decision to the next leader alone; after a view that was given up to all",
    ),
    (
        "after the timer",
        "a validator whose time is up votes no more in that view, in no phase",
    ),
];

const RULES: &[Rule] = &[
    Rule {
        id: "B1",
        text: "Entering view v, a validator starts a timer of 9Δ.",
    },
    Rule {
        id: "B2",
        text: "When a quorum has told the leader of view v the highest certificate each knows, it proposes a block on \
               the certified block of the highest view, with its certificate.",
    },
    Rule {
        id: "B3",
        text: "At the first proposal of its view from the leader, a validator votes for it, to that leader, if the \
               block is valid and stands on the locked block, or on a block certified in a later view than the \
               locked one's.",
    },
    Rule {
        id: "B4",
        text: "A quorum of votes certifies the block: the leader sends them to all, and whoever has them votes to \
               pre-commit it.",
    },
    Rule {
        id: "B5",
        text: "A quorum of pre-commit votes: the leader sends them to all, and whoever has them locks on the block and \
               votes to commit it.",
    },
    Rule {
        id: "B6",
        text: "A quorum of commit votes: the leader sends them to all; the block and all blocks before it are final, \
               and the validator enters the next view with a new-view to its leader.",
    },
    Rule {
        id: "B7",
        text: "When the timer fires in view v, or more than a third of the stake gave v up, the validator sends a \
               timeout with the highest certificate it knows, and votes no more in v.",
    },
    Rule {
        id: "B8",
        text: "A quorum of timeouts ends the view: the validator enters the next one and tells everybody with a \
               new-view.",
    },
];

/// The rules' numbers, for notes that one took effect.
const NUMBERS: RuleNumbers = RuleNumbers {
    lock: Some(rule_number(RULES, "B5")),
    ..RuleNumbers::of(RULES, ["B1", "B2", "B3", "B4", "B7", "B8", "B6"])
};

fn told(params: &Params) -> ProtocolInfo {
    params.flaw.told(match params.quorum {
        Quorum::TwoThirds => PAPER,
        Quorum::Half => LOWERED,
    })
}

protocol!(
    BasicHotStuff,
    Params,
    Some(|state| state.locked = state.genesis),
    |proposal| phases::votes_for(proposal, &[Phase::PreCommit, Phase::Commit])
);
