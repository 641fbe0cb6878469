//! The HotStuff family: a leader a view, who sends one block, and votes that go to the leader of the next view
//! alone, so that a view costs a number of messages linear in the number of validators. A quorum of votes
//! certifies a block. Each block carries the certificate of its parent, and several certified blocks in a row make
//! the first of them final: three in chained HotStuff, two in HotStuff-2, Jolteon and MonadBFT. What the third one buys,
//! and what the others do instead, is how a validator may leave a block that it is locked on. In basic HotStuff
//! the three certificates, in basic HotStuff-2 the two, are of one block and one view, and go to its own leader.
//!
//! One skeleton carries them all: [`message`], [`state`], [`views`] with the pacemaker, [`receive`], [`settle`],
//! [`proof`], [`report`], [`compose`], [`params`]; beside it [`phases`] of a view and [`tips`]. A
//! protocol is a file of its own with its names, rules and deviations: [`basic`],
//! [`chained`], [`hotstuff2`] and [`basic2`], [`jolteon`], [`monad`].
//!
//! # The pacemaker
//!
//! The papers leave it open or each bring one; here it is one for all, Jolteon's. Whoever learns of a certified block
//! of view v enters v + 1. When its time for a view is up, or more than a third of the stake says so, a
//! validator sends a timeout to all, with the highest certificate it knows, and votes no more in that view. A
//! quorum of timeouts ends the view too, and whoever enters the next one by it tells everybody, so that after
//! the network is calm all enter within one delay. Every timeout and every proposal proves that its sender may be in
//! its view, so a single one takes a validator that was away to where the others are. A silent leader therefore
//! costs the time of two views: the votes of the view before are lost with it, and so is its own. In MonadBFT the
//! timeouts tell of the block whose votes were lost, and it is proposed again.
//!
//! # Deviations of the family
//!
//! 1. Votes are weighted by stake, and a certificate is the votes themselves instead of a threshold signature.
//! 2. A vote names the block's place (view, height, parent), so that a certified block is known without its
//!    proposal; bodies are fetched from who voted.
//! 3. Building and validating take time. A rule that asks for validity waits for the answer.
//! 4. A leader proposes at the earliest `min_view_us` after it entered the view before, or a network without
//!    delay would go through views for ever at one instant.
//! 5. A signature covers what a message says and not the certificates that travel along, which prove themselves.
//! 6. Memory is bounded: votes more than 64 views ahead are not kept, of views more than 64 behind only certified
//!    blocks are, and of one signer no more than four values a view are counted.
//! 7. Validators stay the same in a run.

pub mod basic;
pub mod basic2;
pub mod chained;
pub mod compose;
pub mod hotstuff2;
pub mod jolteon;
pub mod message;
pub mod monad;
pub mod params;
pub mod phases;
pub mod proof;
pub mod receive;
pub mod report;
pub mod settle;
pub mod state;
pub mod tips;
pub mod views;

pub use basic::BasicHotStuff;
pub use basic2::BasicHotStuff2;
pub use chained::ChainedHotStuff;
pub use hotstuff2::HotStuff2;
pub use jolteon::Jolteon;
pub use message::{Link, Message, Proof, Report, View};
pub use monad::MonadBft;
pub use state::State;

use super::{Kind, Role, TimerInfo};

const fn kind(name: &'static str, role: Role) -> Kind {
    Kind { name, role }
}

/// The kinds of message that all have, in the order of [`message::PROPOSE`] and the others.
const KINDS: &[Kind] = &[
    kind("propose", Role::Proposal),
    kind("vote", Role::Vote),
    kind("timeout", Role::Vote),
    kind("new-view", Role::Other),
];

/// The timers, in the order of [`views::VIEW_TIMER`] and the other.
const TIMERS: &[TimerInfo] = &[
    TimerInfo {
        name: "view",
        fired: Some("saw view {round} bring no certified block in time: it sends a timeout."),
    },
    TimerInfo {
        name: "pause",
        fired: None,
    },
];

/// The steps, in the order of [`views::AWAIT_PROPOSAL`] and the others, with so much stake behind certificates.
macro_rules! steps {
    ($threshold:expr) => {
        &[
            StepInfo {
                name: "propose",
                awaits: &[Awaited::Message {
                    kind: message::PROPOSE,
                }],
            },
            StepInfo {
                name: "voted",
                awaits: &[],
            },
            StepInfo {
                name: "collect votes",
                awaits: &[Awaited::Stake {
                    kinds: &[message::VOTE],
                    threshold: $threshold,
                    for_one_value: true,
                }],
            },
            StepInfo {
                name: "timeout",
                awaits: &[Awaited::Stake {
                    kinds: &[message::TIMEOUT],
                    threshold: $threshold,
                    for_one_value: false,
                }],
            },
        ]
    };
}
use steps;

/// The same where a view has several phases: after its vote a validator waits for the leader's certificate.
macro_rules! phase_steps {
    ($threshold:expr) => {
        &[
            StepInfo {
                name: "prepare",
                awaits: &[Awaited::Message {
                    kind: message::PROPOSE,
                }],
            },
            StepInfo {
                name: "voted",
                awaits: &[Awaited::Message {
                    kind: message::CERTIFICATE,
                }],
            },
            StepInfo {
                name: "collect votes",
                awaits: &[Awaited::Stake {
                    kinds: &[message::VOTE],
                    threshold: $threshold,
                    for_one_value: true,
                }],
            },
            StepInfo {
                name: "timeout",
                awaits: &[Awaited::Stake {
                    kinds: &[message::TIMEOUT],
                    threshold: $threshold,
                    for_one_value: false,
                }],
            },
        ]
    };
}
use phase_steps;

/// `Protocol` and `Corruptible` of a protocol on this skeleton: all but its name, its rules and what a liar may
/// forget.
macro_rules! protocol {
    ($name:ty, $params:ty, $forget_lock:expr, $votes_for:expr) => {
        impl Protocol for $name {
            type Message = Message;
            type State = State;
            type Params = $params;

            const INFO: ProtocolInfo = PAPER;
            const MOST_VALIDATORS: usize = $crate::base::limits::MAX_VALIDATORS;

            fn info(params: &$params) -> ProtocolInfo {
                told(params)
            }

            fn waits(params: &$params) -> Vec<crate::consensus::Waits> {
                report::waits(&settings(params))
            }

            fn new(genesis: BlockId, _: &$params) -> State {
                State::new(genesis)
            }

            fn step(
                state: &mut State,
                context: &Context<$params>,
                input: Input<Message>,
                out: &mut Vec<Effect<Message>>,
            ) {
                let around = Surroundings::new(context, settings(context.params));
                views::step(state, &around, input, out);
            }

            fn status(state: &State, context: &Context<$params>) -> Status {
                let around = Surroundings::new(context, settings(context.params));
                report::status(state, &around, Self::info(context.params).steps)
            }

            fn resend(state: &State, _: &Context<$params>) -> Resend<Message> {
                report::resend(state)
            }
        }

        impl Corruptible for $name {
            const CONFLICTING: Option<Conflicting<Message>> = Some(Message::for_block);
            const VOTES_FOR: Option<VotesFor<Message>> = Some($votes_for);
            const COMPOSE_WITH: Option<ComposeWith<Message, State>> =
                Some(|state, script| compose::compose(state, script, PAPER.kinds));
            const EXTENDS: Option<Extends<State>> = Some(compose::extends);
            const FORGET_LOCK: Option<fn(&mut State)> = $forget_lock;
            /// Nothing is judged again once it is final.
            const ACCEPT_INVALID: Option<fn(&mut State)> = Some(|_| {});
        }
    };
}
use protocol;
