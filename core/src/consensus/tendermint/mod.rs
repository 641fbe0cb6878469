//! Tendermint, after Buchman, Kwon, Milosevic, "The latest gossip on BFT consensus" (arXiv
//! 1807.04938), Algorithm 1. Our transcription of its rules is `docs/papers/tendermint.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | h_p, round_p, step_p | [`State`]'s `height`, `round`, `step` |
//! | lockedValue_p, lockedRound_p | `locked` |
//! | validValue_p, validRound_p | `valid` |
//! | decision_p | [`Decide`](super::Effect::Decide); the last one is `decided` |
//! | v and id(v) | a [`BlockId`]; the body travels beside the proposal |
//! | valid(v) | [`ValidateBlock`](super::Effect::ValidateBlock), answered by [`Input::Validated`] |
//! | getValue() | [`BuildBlock`](super::Effect::BuildBlock), answered by [`Input::Built`] |
//! | proposer(h, r) | [`Context::proposer`] |
//! | 2f + 1 messages | strictly more than 2/3 of the stake: `is_quorum` |
//! | f + 1 messages | strictly more than 1/3 of the stake: `exceeds_one_third` |
//! | -1 | `None` |
//!
//! # Rules
//!
//! | lines | function |
//! |---|---|
//! | L1-L10 | `State::new`, `receive::start_height`, `start` |
//! | L11-L21 | `rules::start_round`, `propose`, `propose_new_value` |
//! | L22-L27 | `rules::prevote_new_proposal` |
//! | L28-L33 | `rules::prevote_proposal_with_polka` |
//! | L34-L35 | `rules::arm_prevote_timer` |
//! | L36-L43 | `rules::lock_and_precommit` |
//! | L44-L46 | `rules::precommit_nil` |
//! | L47-L48 | `rules::arm_precommit_timer` |
//! | L49-L54 | `rules::decide`, `receive::start_height` |
//! | L55-L56 | `rules::skip_to_a_later_round` |
//! | L57-L60 | `rules::on_propose_timeout` |
//! | L61-L64 | `rules::on_prevote_timeout` |
//! | L65-L67 | `rules::on_precommit_timeout` |
//!
//! # Deviations
//!
//! 1. Building and validating take time. A rule that asks valid(v) waits for the answer, and the
//!    proposer arms the propose timer too (L20 arms only the others'): its own block may come late.
//! 2. The next height starts `block_interval` after a decision, not at once, or a network without
//!    delay would commit for ever at one instant. Meanwhile votes are counted, but only L49 may fire.
//! 3. A certificate of precommits decides without a proposal (L49 asks for one): a node that was away
//!    has no other way to learn of a height its peers have left. The block must still be valid here.
//! 4. Memory is bounded (`base::limits`): distant rounds and heights are not kept, nor is an equivocator's
//!    fifth value, unless others with more than a third of the stake voted for it. L55 still sees the round
//!    of a message too far ahead to be kept, and prevotes that a proposal names as its reason are kept
//!    however old their round is.
//! 5. A message signed in a slot is never followed by another of its kind, whatever the state says.
//!
//! CometBFT goes on at once after a quorum of nil precommits; we follow the paper and wait for the
//! precommit timer.

pub mod certificate;
mod future_messages;
mod info;
pub mod message;
mod params;
mod receive;
mod rules;
mod state;
pub mod votes;

pub use message::Message;
pub use state::{State, Step};

pub use params::{Flaw, Params};

use super::flaws::flawed;
use super::{
    Corruptible, Input, Keeps, Locking, Mark, Protocol, ProtocolInfo, Recipients, Resend, Script,
    ScriptError, Status, Tally, Threshold, Waits, WaitsFor,
};
use crate::types::{BlockId, Round};
use message::{PRECOMMIT, PREVOTE, PROPOSAL};
use state::Verdict;

/// The protocol's name as a type.
#[derive(Clone, Copy, Debug)]
pub struct Tendermint;

type Context<'a> = super::Context<'a, Params>;
type Effects = Vec<super::Effect<Message>>;

/// Indices into the timers of [`info::INFO`].
pub const PROPOSE_TIMER: u8 = 0;
/// Index of the timer after a quorum of any prevotes.
pub const PREVOTE_TIMER: u8 = 1;
/// Index of the timer after a quorum of any precommits.
pub const PRECOMMIT_TIMER: u8 = 2;
/// Index of the pause between heights.
pub const INTERVAL_TIMER: u8 = 3;

/// The mark of the valid value.
const VALID: &str = "valid";

/// What a quorum of votes for one value is needed for, after "to".
const LOCK: &str = "lock and precommit";
const PRECOMMIT_NIL: &str = "precommit nil";
const DECIDE: &str = "decide";

/// Own messages of older rounds are not sent again, except those of the lock and the valid value.
const RESENT_ROUNDS: Round = 8;

impl Protocol for Tendermint {
    type Message = Message;
    type State = State;

    type Params = Params;

    const INFO: ProtocolInfo = info::INFO;
    const SKIP: Option<Threshold> = Some(Threshold::MORE_THAN_ONE_THIRD);
    const KEEPS: Keeps = Keeps {
        lock: Some(Locking {
            counted: PREVOTE,
            told: PRECOMMIT,
        }),
        marks: &[VALID],
    };

    fn info(params: &Params) -> ProtocolInfo {
        if params.flaw == Flaw::None {
            info::INFO
        } else {
            flawed(info::INFO)
        }
    }

    fn waits(_: &Params) -> Vec<Waits> {
        vec![
            WaitsFor::Timer(INTERVAL_TIMER).before(info::L1_L10),
            WaitsFor::Message(PROPOSAL).before(info::L22_L27),
            WaitsFor::Voters(PREVOTE).before(info::L34_L35),
            WaitsFor::Votes(LOCK).before(info::L36_L43),
            WaitsFor::Votes(PRECOMMIT_NIL).before(info::L44_L46),
            WaitsFor::Voters(PRECOMMIT).before(info::L47_L48),
            WaitsFor::Votes(DECIDE).before(info::L49_L54),
            WaitsFor::Timer(PROPOSE_TIMER).before(info::L57_L60),
            WaitsFor::Timer(PREVOTE_TIMER).before(info::L61_L64),
            WaitsFor::Timer(PRECOMMIT_TIMER).before(info::L65_L67),
        ]
    }

    fn new(genesis: BlockId, _: &Params) -> State {
        State::new(genesis)
    }

    fn step(state: &mut State, context: &Context, input: Input<Message>, out: &mut Effects) {
        let heads;
        let context = if context.params.flaw == Flaw::CountsHeads {
            heads = context.validators.by_heads();
            &Context {
                validators: &heads,
                ..*context
            }
        } else {
            context
        };
        let changed = match input {
            Input::Message(signed) => receive::message(state, context, signed, out),
            Input::Start => start(state, context, out),
            Input::Timer(timer) => on_timer(state, context, timer, out),
            Input::Built { slot, block } => {
                rules::propose_new_value(state, context, slot, block, out);
                false
            }
            Input::Validated { block, valid } => receive::verdict(state, block, valid),
            // Never asked for: a proposal brings its block, a certificate's is in the store.
            Input::Fetched { block: _ } => false,
            Input::Certificate {
                first,
                blocks,
                proof,
            } => match blocks.as_slice() {
                [block] => receive::certificate(state, context, *block, first, proof, out),
                // A certificate here proves one block.
                [] | [_, _, ..] => false,
            },
            Input::Restarted => {
                rules::resume(state, context, out);
                true
            }
        };
        if changed {
            rules::apply(state, context, out);
        }
    }

    fn status(state: &State, context: &Context) -> Status {
        /// Rounds whose voters are named: a chain stalled for an hour has a thousand rounds of them.
        const NAMED_ROUNDS: Round = 4;
        let set = context.validators.at(state.height);
        let mut tallies = Vec::new();
        for votes in state.votes.iter() {
            for (kind, tally) in [(PREVOTE, &votes.prevotes), (PRECOMMIT, &votes.precommits)] {
                tallies.extend(tally.values().map(|(value, stake)| Tally {
                    kind,
                    round: votes.round,
                    value,
                    have: stake,
                    needed: set.quorum(),
                    of: set.total(),
                    purpose: match (kind, value) {
                        (PREVOTE, Some(_)) => LOCK,
                        (PREVOTE, None) => PRECOMMIT_NIL,
                        (_, Some(_)) => DECIDE,
                        (_, None) => "wait for the next round",
                    },
                    voters: if votes.round.saturating_add(NAMED_ROUNDS) > state.round {
                        tally.votes_for(value).map(|vote| vote.signer).collect()
                    } else {
                        Vec::new()
                    },
                }));
            }
        }
        let valid = state.valid.map(|(block, round)| Mark {
            name: VALID,
            block,
            round,
        });
        Status {
            height: state.height,
            round: state.round,
            step: state.step.name(),
            awaits: info::STEPS[usize::from(state.step.index())].awaits,
            locked: state.locked,
            marks: valid.into_iter().collect(),
            tallies,
        }
    }

    /// The node's own messages go to everybody; of others' those go on, to one peer at a time, that must
    /// not die with their signer: valid proposals, and the votes behind the valid value.
    fn resend(state: &State, context: &Context) -> Resend<Message> {
        if state.step == Step::NewHeight {
            return Vec::new();
        }
        let locked_round = state.locked.map(|(_, round)| round);
        let valid_round = state.valid.map(|(_, round)| round);
        let own = state.own.iter().filter(|signed| {
            let round = signed.message.slot().round;
            round.saturating_add(RESENT_ROUNDS) > state.round
                || Some(round) == locked_round
                || Some(round) == valid_round
        });

        let proposals = state.votes.round(state.round).into_iter().flat_map(|v| {
            v.proposals.iter().filter(|p| {
                let value = p.message.value();
                value.is_some_and(|v| state.verdict(v) == Verdict::Valid)
            })
        });
        let polka = state.valid.into_iter().flat_map(|(value, round)| {
            let votes = state.votes.round(round).into_iter();
            votes.flat_map(move |v| v.prevotes.votes_for(Some(value)))
        });
        let others = proposals
            .chain(polka)
            .filter(|signed| Some(signed.signer) != context.me);
        let own = own.map(|signed| (Recipients::Everyone, signed.clone()));
        let others = others.map(|signed| (Recipients::OnePeer, signed.clone()));
        own.chain(others).collect()
    }
}

impl Corruptible for Tendermint {
    const CONFLICTING: Option<super::corruptible::Conflicting<Message>> = Some(conflicting);
    const VOTES_FOR: Option<super::corruptible::VotesFor<Message>> = Some(votes_for);
    const FORGET_LOCK: Option<fn(&mut State)> = Some(|state| {
        state.locked = None;
        state.valid = None;
    });
    const ACCEPT_INVALID: Option<fn(&mut State)> = Some(|state| state.accepts_invalid = true);
    const COMPOSE: Option<super::corruptible::Compose<Message>> = Some(compose);
}

/// A fresh proposal: the valid round of the first would not fit another block.
fn conflicting(message: &Message, other: BlockId) -> Option<Message> {
    message.value()?;
    Some(match *message {
        Message::Proposal { height, round, .. } => Message::Proposal {
            height,
            round,
            value: other,
            valid_round: None,
        },
        Message::Prevote { height, round, .. } => Message::Prevote {
            height,
            round,
            value: Some(other),
        },
        Message::Precommit { height, round, .. } => Message::Precommit {
            height,
            round,
            value: Some(other),
        },
    })
}

fn votes_for(proposal: &Message) -> Vec<Message> {
    match *proposal {
        Message::Proposal {
            height,
            round,
            value,
            ..
        } => vec![
            Message::Prevote {
                height,
                round,
                value: Some(value),
            },
            Message::Precommit {
                height,
                round,
                value: Some(value),
            },
        ],
        Message::Prevote { .. } | Message::Precommit { .. } => Vec::new(),
    }
}

fn compose(script: &Script) -> Result<Message, ScriptError> {
    let (height, round) = (script.slot.height, script.slot.round);
    let value = script.value;
    match script.kind(info::INFO.kinds)? {
        PROPOSAL => Ok(Message::Proposal {
            height,
            round,
            value: value.ok_or_else(|| ScriptError::NilProposed(script.kind.clone()))?,
            valid_round: script.valid_round,
        }),
        PREVOTE => Ok(Message::Prevote {
            height,
            round,
            value,
        }),
        // There are no other kinds.
        PRECOMMIT.. => Ok(Message::Precommit {
            height,
            round,
            value,
        }),
    }
}

/// Starts round 0 of the height that is waiting to start.
fn start(state: &mut State, context: &Context, out: &mut Effects) -> bool {
    let waiting = state.step == Step::NewHeight;
    if waiting {
        out.push(super::Effect::fired(info::L1_L10, state.slot()));
        rules::start_round(state, context, 0, out);
    }
    waiting
}

fn on_timer(
    state: &mut State,
    context: &Context,
    super::Timer { kind, slot }: super::Timer,
    out: &mut Effects,
) -> bool {
    match kind {
        PROPOSE_TIMER => rules::on_propose_timeout(state, context, slot, out),
        PREVOTE_TIMER => rules::on_prevote_timeout(state, context, slot, out),
        PRECOMMIT_TIMER => rules::on_precommit_timeout(state, context, slot, out),
        INTERVAL_TIMER => return slot == state.slot() && start(state, context, out),
        // There are no other timers.
        4.. => return false,
    }
    true
}
