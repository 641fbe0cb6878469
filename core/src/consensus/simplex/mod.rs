//! The Simplex family: views instead of rounds, no locks. A view ends with a certificate, either of votes for
//! one block (it is notarized) or of validators that gave the view up (it is skipped), and whoever holds one
//! enters the next view. Since nobody both finalizes in a view and gives it up, a skipped view is a proof that
//! nothing was final in it; so a proposal may stand on any notarized block if every view between is skipped.
//!
//! One skeleton ([`message`], [`state`], [`views`]) carries them all; a protocol is a file of its own with its
//! names, rules and deviations: [`basic`] (Simplex), [`minimmit`].
//!
//! # Deviations of the family
//!
//! 1. A vote names the block's place (view, height, parent), so that a notarized block is known without its
//!    proposal; bodies are fetched from who voted.
//! 2. Building and validating take time. A rule that asks for validity waits for the answer.
//! 3. A proposal carries no certificates: everybody hands on each certificate when first seen, and a validator
//!    that lacks one between parent and proposal waits for it.
//! 4. A leader proposes at the earliest `min_view_us` after it entered the view before, or a network without
//!    delay would go through views for ever at one instant.
//! 5. Memory is bounded: what lies below the last final block or more than 64 views ahead is not kept (certificates
//!    of any view are), and of one signer no more than four values a view are counted. A certificate is taken as
//!    a whole, so an equivocator's surplus values hide nothing.
//! 6. Validators stay the same in a run.

/// The steps of a protocol of the family: it waits for the leader's block, then for a certificate of either kind.
/// `$vote` and `$skip` are its words for voting for a block and for giving the view up, `$threshold` is what
/// either certificate needs.
macro_rules! steps {
    ($vote:literal, $skip:literal, $threshold:expr) => {{
        const VOTES: Awaited = Awaited::Stake {
            kinds: &[super::message::VOTE],
            threshold: $threshold,
            for_one_value: true,
        };
        const SKIPS: Awaited = Awaited::Stake {
            kinds: &[super::message::SKIP],
            threshold: $threshold,
            for_one_value: true,
        };
        const PROPOSAL: Awaited = Awaited::Message {
            kind: super::message::PROPOSE,
        };
        &[
            StepInfo {
                name: "propose",
                awaits: &[PROPOSAL],
            },
            StepInfo {
                name: $vote,
                awaits: &[VOTES, SKIPS],
            },
            StepInfo {
                name: $skip,
                awaits: &[SKIPS, VOTES],
            },
        ]
    }};
}

/// What the skeleton does of [`Protocol`](super::Protocol) for each of the family. The protocol's file gives
/// `settings`, by which its parameters choose among the skeleton's variants, and `give_up`, its own rules for
/// leaving a view.
macro_rules! skeleton {
    () => {
        type Message = Message;
        type State = State;
        type Params = Params;

        fn new(genesis: BlockId, _: &Params) -> State {
            State::new(genesis)
        }

        fn step(
            state: &mut State,
            context: &Context<Params>,
            input: Input<Message>,
            out: &mut Vec<Effect<Message>>,
        ) {
            let around = Surroundings::new(context, settings(context.params));
            views::step(state, &around, input, out, give_up);
        }

        fn status(state: &State, context: &Context<Params>) -> Status {
            let around = Surroundings::new(context, settings(context.params));
            views::status(state, &around, Self::info(context.params).steps)
        }

        fn resend(state: &State, context: &Context<Params>) -> Resend<Message> {
            views::resend(state, &Surroundings::new(context, settings(context.params)))
        }
    };
}

pub mod basic;
pub mod message;
pub mod minimmit;
pub mod state;
pub mod views;

pub use basic::Simplex;
pub use message::{Link, Message, View};
pub use minimmit::Minimmit;
pub use state::State;

use super::{Kind, Role, TimerInfo};

const PROPOSE: Kind = Kind {
    name: "propose",
    role: Role::Proposal,
};
const CERTIFICATE: Kind = Kind {
    name: "certificate",
    role: Role::Other,
};

const fn vote(name: &'static str) -> Kind {
    Kind {
        name,
        role: Role::Vote,
    }
}

/// The pause of deviation 4.
const PAUSE: TimerInfo = TimerInfo {
    name: "pause",
    fired: None,
};
