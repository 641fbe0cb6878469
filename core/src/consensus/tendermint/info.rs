//! What Tendermint says of itself.

use super::message::{PRECOMMIT, PREVOTE, PROPOSAL};
use crate::consensus::{
    Awaited, Bound, Kind, Paper, ProtocolInfo, Role, Rounds, Rule, Share, StepInfo, Threshold,
    TimerInfo, rule_number,
};

pub(super) const INFO: ProtocolInfo = ProtocolInfo {
    name: "tendermint",
    title: "Tendermint",
    family: "Tendermint",
    summary: "Decides one block after another, each final at once, and needs no clock but timeouts; CometBFT \
              runs it under the chains of the Cosmos ecosystem.",
    paper: Paper {
        title: "The latest gossip on BFT consensus",
        authors: "Buchman, Kwon, Milosevic",
        year: 2018,
        place: "arXiv 1807.04938",
    },
    kinds: &[
        Kind {
            name: "proposal",
            role: Role::Proposal,
        },
        Kind {
            name: "prevote",
            role: Role::Vote,
        },
        Kind {
            name: "precommit",
            role: Role::Vote,
        },
    ],
    timers: &[
        TimerInfo {
            name: "propose",
            fired: Some(
                "received no proposal in time at height {height}, round {round}: it prevotes nil.",
            ),
        },
        TimerInfo {
            name: "prevote",
            fired: Some(
                "saw no quorum of prevotes for one block at height {height}, round {round}: it precommits nil.",
            ),
        },
        TimerInfo {
            name: "precommit",
            fired: Some(
                "saw no quorum of precommits for one block at height {height}: on to round {next}.",
            ),
        },
        TimerInfo {
            name: "interval",
            fired: None,
        },
    ],
    steps: STEPS,
    rounds: Rounds {
        noun: "round",
        restart: true,
    },
    certificate: "precommits",
    bound: Bound {
        quorum: Threshold::MORE_THAN_TWO_THIRDS,
        liars_below: Share { part: 1, of: 3 },
        honest_leaders: 1,
        words: "A quorum is strictly more than two thirds of the stake. Liars with less than a third can neither \
                fork the chain nor stop it.",
    },
    validators_change: true,
    dag: false,
    conventions: CONVENTIONS,
    rules: RULES,
};

/// In the order of [`Step::index`](super::Step::index).
pub(super) const STEPS: &[StepInfo] = &[
    StepInfo {
        name: "propose",
        awaits: &[Awaited::Message { kind: PROPOSAL }],
    },
    StepInfo {
        name: "prevote",
        awaits: &[Awaited::Stake {
            kinds: &[PREVOTE],
            threshold: Threshold::MORE_THAN_TWO_THIRDS,
            for_one_value: true,
        }],
    },
    StepInfo {
        name: "precommit",
        awaits: &[Awaited::Stake {
            kinds: &[PRECOMMIT],
            threshold: Threshold::MORE_THAN_TWO_THIRDS,
            for_one_value: true,
        }],
    },
    StepInfo {
        name: "new height",
        awaits: &[],
    },
];

const CONVENTIONS: &[(&str, &str)] = &[
    (
        "quorum",
        "strictly more than 2/3 of the total stake of the height's validators",
    ),
    (
        "round skip",
        "distinct signers of any kind of message of one later round, with strictly more than 1/3 of the stake",
    ),
    (
        "equivocators",
        "a validator counts once behind each value it voted for (up to four, and any that others with more than a third of the stake voted for) and once among all voters; its first contradiction is reported as evidence",
    ),
    (
        "own messages",
        "delivered to the sender at once, and counted like any other",
    ),
    (
        "signatures",
        "verified before the protocol sees a message; a wrong one never counts",
    ),
    (
        "proposals",
        "only the round's proposer's count; several distinct ones are all kept (up to four, and any whose block more than a third of the stake voted for)",
    ),
    ("duplicates", "the same message again changes nothing"),
    (
        "timers",
        "base + round * delta; one of an older round or height is ignored; a restart arms them again in full length",
    ),
    (
        "nil precommits",
        "a quorum of them still waits for the precommit timer, as in the paper",
    ),
    (
        "validity",
        "until the ledger has answered, a block is neither valid nor invalid: its proposal waits, and the propose timer may fire",
    ),
    (
        "block interval",
        "pause between a decision and round 0 of the next height (CometBFT's timeout_commit); a decision proved meanwhile is taken at once",
    ),
    (
        "catch-up",
        "a quorum of precommits for one block in one round, by distinct validators, decides a valid block without its proposal",
    ),
    (
        "restart",
        "locks, votes and what was signed survive; nothing conflicting is ever signed",
    ),
];

/// The transcription of `docs/papers/tendermint.md`; a test holds the two together.
const RULES: &[Rule] = &[
    Rule {
        id: "L1-L10",
        text: "a height starts: round 0; no lock, no valid value (both rounds -1); then as for any round",
    },
    Rule {
        id: "L11-L19",
        text: "a round starts and I propose: step = propose; send the valid value with its round, or a new value with -1",
    },
    Rule {
        id: "L20-L21",
        text: "a round starts and another proposes: step = propose; arm the propose timer",
    },
    Rule {
        id: "L22-L27",
        text: "step propose; a proposal of this round from its proposer, valid round -1: prevote it if it is valid and I have no lock or lock this very value, else prevote nil; step = prevote",
    },
    Rule {
        id: "L28-L33",
        text: "step propose; such a proposal with 0 <= vr < round, and a quorum of prevotes for its value in round vr: prevote it if it is valid and lockedRound <= vr or I lock this very value, else prevote nil; step = prevote",
    },
    Rule {
        id: "L34-L35",
        text: "step prevote; a quorum of prevotes of this round for anything, first time: arm the prevote timer",
    },
    Rule {
        id: "L36-L43",
        text: "step prevote or precommit; a valid proposal of this round and a quorum of prevotes for it, first time: in step prevote: lock it, precommit it, step = precommit; in either step: it is the valid value of this round",
    },
    Rule {
        id: "L44-L46",
        text: "step prevote; a quorum of prevotes for nil in this round: precommit nil; step = precommit; a lock stays",
    },
    Rule {
        id: "L47-L48",
        text: "a quorum of precommits of this round for anything, first time: arm the precommit timer",
    },
    Rule {
        id: "L49-L54",
        text: "nothing decided yet; a valid proposal of any round and a quorum of precommits for it in that round: decide it; next height, reset",
    },
    Rule {
        id: "L55-L56",
        text: "messages of one later round from skip-many distinct senders: start that round",
    },
    Rule {
        id: "L57-L60",
        text: "the propose timer of this round fires in step propose: prevote nil; step = prevote",
    },
    Rule {
        id: "L61-L64",
        text: "the prevote timer of this round fires in step prevote: precommit nil; step = precommit",
    },
    Rule {
        id: "L65-L67",
        text: "the precommit timer of this round fires: start the next round",
    },
];

/// The rules' numbers, for notes that one took effect.
pub(super) const L1_L10: u8 = rule_number(RULES, "L1-L10");
pub(super) const L11_L19: u8 = rule_number(RULES, "L11-L19");
pub(super) const L20_L21: u8 = rule_number(RULES, "L20-L21");
pub(super) const L22_L27: u8 = rule_number(RULES, "L22-L27");
pub(super) const L28_L33: u8 = rule_number(RULES, "L28-L33");
pub(super) const L34_L35: u8 = rule_number(RULES, "L34-L35");
pub(super) const L36_L43: u8 = rule_number(RULES, "L36-L43");
pub(super) const L44_L46: u8 = rule_number(RULES, "L44-L46");
pub(super) const L47_L48: u8 = rule_number(RULES, "L47-L48");
pub(super) const L49_L54: u8 = rule_number(RULES, "L49-L54");
pub(super) const L55_L56: u8 = rule_number(RULES, "L55-L56");
pub(super) const L57_L60: u8 = rule_number(RULES, "L57-L60");
pub(super) const L61_L64: u8 = rule_number(RULES, "L61-L64");
pub(super) const L65_L67: u8 = rule_number(RULES, "L65-L67");
