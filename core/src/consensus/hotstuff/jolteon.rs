//! Jolteon, after Gelashvili, Kokoris-Kogias, Sonnino, Spiegelman, Xiang, "Jolteon and Ditto: Network-Adaptive Efficient
//! Consensus with Asynchronous Fallback" (arXiv 2106.10362); DiemBFT v4 is the same protocol. Our transcription of its
//! rules is `docs/papers/jolteon.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | round r | `State::view`, [`Link::view`] |
//! | qc_high | `State::high` |
//! | r_vote | `State::last_voted` |
//! | timeout message, its qc_high | [`Message::Timeout`], its `high` |
//! | timeout certificate TC | `Timeouts` of a [`Proof`] |
//! | 2-chain commit | [`State::final_chains`] |
//! | 2f + 1 | strictly more than 2/3 of the stake |
//!
//! # Rules
//!
//! | id | function |
//! |---|---|
//! | J1 | `pacemaker::enter` |
//! | J2 | `views::build`, `views::propose`, [`may_propose`] |
//! | J3 | `views::vote`, [`may_vote`] |
//! | J4 | `receive::count_vote`, `views::certify` |
//! | J5 | `pacemaker::time_out`, `receive::count_timeout` |
//! | J6 | `pacemaker::end_view`, `pacemaker::enter` |
//! | J7 | `views::certify`, `settle::decide` |
//!
//! # Deviations
//!
//! Those of the [family](super).

use super::message::{self, Link, Message, Proof};
use super::params::{Params, Quorum, TOO_LOW};
use super::proof::Timeouts;
use super::state::{Lock, MayPropose, RuleNumbers, Settings, State, Surroundings};
use super::{KINDS, TIMERS, compose, protocol, report, step, steps};
use crate::consensus::{
    Awaited, Bound, ComposeWith, Conflicting, Context, Corruptible, Effect, Extends, Input, Paper,
    Protocol, ProtocolInfo, Resend, Rounds, Rule, Share, Status, StepInfo, Threshold, VotesFor,
};
use crate::types::BlockId;

/// The protocol's name as a type.
#[derive(Clone, Copy, Debug)]
pub struct Jolteon;

fn settings(params: &Params) -> Settings {
    Settings {
        quorum: params.quorum.threshold(),
        chain: 2,
        consecutive: true,
        lock: Lock::None,
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

/// J3: the parent is certified in the round just before. Or else that round was given up, and the parent was
/// certified as late as any block that a validator of that quorum knew of: what may be final, a quorum has seen
/// certified, and the two quorums share an honest one.
fn may_vote(_: &State, _: &Surroundings, link: &Link, proof: &Proof) -> bool {
    let certified_later = |t: Timeouts| link.parent_view >= t.highest();
    link.parent_view + 1 == link.view || proof.timeouts().is_some_and(certified_later)
}

/// J2: as soon as others may vote for it.
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
    honest_leaders: 3,
    words: "A quorum is strictly more than two thirds of the stake. Liars with less than a third can neither fork \
            the chain nor stop it, if now and then three leaders in a row are honest.",
};
const PAPER: ProtocolInfo = ProtocolInfo {
    name: "jolteon",
    title: "Jolteon",
    family: "HotStuff",
    summary: "Final after five delays with linear messages, and a view change that is quadratic instead; \
              Diem and Aptos ran it, Flow runs a descendant.",
    paper: Paper {
        title: "Jolteon and Ditto: Network-Adaptive Efficient Consensus with Asynchronous Fallback",
        authors: "Gelashvili, Kokoris-Kogias, Sonnino, Spiegelman, Xiang",
        year: 2021,
        place: "FC 2022, arXiv 2106.10362",
    },
    kinds: KINDS,
    timers: TIMERS,
    steps: steps!(BOUND.quorum),
    rounds: Rounds {
        noun: "round",
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
        "joining",
        "timeouts of more than 1/3 of the stake make a validator send its own, as in DiemBFT v4",
    ),
    (
        "lock",
        "there is none: what a validator promised is in the certificate that its timeout names",
    ),
    (
        "certificates of a timeout certificate",
        "it names their rounds; the highest one itself is the parent's, in the proposal",
    ),
];

const RULES: &[Rule] = &[
    Rule {
        id: "J1",
        text: "Entering round r, a validator starts a timer of 4Δ.",
    },
    Rule {
        id: "J2",
        text: "The leader of round r proposes a block on the certified block of the highest round it knows, with its \
               certificate, and with the timeout certificate of round r - 1 if that brought no certified block.",
    },
    Rule {
        id: "J3",
        text: "At the first proposal of its round from the leader, a validator votes for it, to the leader of round \
               r + 1, if the block is valid and its parent was certified in round r - 1, or a timeout certificate \
               of r - 1 comes along and the parent was certified at least as late as the highest round in it.",
    },
    Rule {
        id: "J4",
        text: "A quorum of votes certifies the block, and whoever learns of it enters the next round.",
    },
    Rule {
        id: "J5",
        text: "When the timer fires in round r, or more than a third of the stake gave r up, the validator sends a \
               timeout with the highest certificate it knows, and votes no more in r or before.",
    },
    Rule {
        id: "J6",
        text: "A quorum of timeouts is a timeout certificate: the validator hands it on to all and enters the next \
               round.",
    },
    Rule {
        id: "J7",
        text: "Two certified blocks of consecutive rounds, the first the parent of the second, make the first one \
               final, and all blocks before it.",
    },
];

/// The rules' numbers, for notes that one took effect.
const NUMBERS: RuleNumbers = RuleNumbers::of(RULES, ["J1", "J2", "J3", "J4", "J5", "J6", "J7"]);

fn told(params: &Params) -> ProtocolInfo {
    params.flaw.told(match params.quorum {
        Quorum::TwoThirds => PAPER,
        Quorum::Half => LOWERED,
    })
}

protocol!(Jolteon, Params, None, Message::votes_for);
