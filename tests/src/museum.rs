//! Protocols with one known bug each, made of sound ones: what a search must find. They are in no registry, so a link of
//! a found run opens in the sound protocol, where the same schedule does no harm.

use consensusforge_core::consensus::{
    Compose, Conflict, Conflicting, Context, Corruptible, Effect, Extends, Input, Keeps, Protocol,
    ProtocolInfo, Resend, Status, Threshold, VotesFor,
};
use consensusforge_core::types::{BlockId, Validator, ValidatorSet, ValidatorSets};
use consensusforge_core::world::{BuildError, Setup, Simulation, build};
use std::marker::PhantomData;

/// A bug of what a machine believes.
pub trait Flaw: Clone + 'static {
    /// Who votes, as the flawed machine has it.
    fn voters(validators: &ValidatorSets) -> Option<ValidatorSets>;
}

/// `P` with the bug `F`.
#[derive(Clone)]
pub struct Flawed<P, F>(PhantomData<(P, F)>);

/// A quorum is counted by heads and not by stake: many poor liars are as good as rich ones.
#[derive(Clone)]
pub struct QuorumByHeads;

impl Flaw for QuorumByHeads {
    fn voters(validators: &ValidatorSets) -> Option<ValidatorSets> {
        let heads = validators.at(1).iter().map(|v| Validator {
            stake: 1,
            ..v.clone()
        });
        ValidatorSet::of(heads).ok().map(ValidatorSets::new)
    }
}

impl<P: Corruptible, F: Flaw> Protocol for Flawed<P, F> {
    type Message = P::Message;
    type State = P::State;
    type Params = P::Params;
    const INFO: ProtocolInfo = P::INFO;
    const SKIP: Option<Threshold> = P::SKIP;
    const KEEPS: Keeps = P::KEEPS;

    fn info(params: &P::Params) -> ProtocolInfo {
        P::info(params)
    }

    fn conflict(params: &P::Params) -> Option<Conflict> {
        P::conflict(params)
    }

    fn new(genesis: BlockId, params: &P::Params) -> P::State {
        P::new(genesis, params)
    }

    fn step(
        state: &mut P::State,
        context: &Context<P::Params>,
        input: Input<P::Message>,
        out: &mut Vec<Effect<P::Message>>,
    ) {
        match F::voters(context.validators) {
            None => P::step(state, context, input, out),
            Some(validators) => {
                let context = Context {
                    validators: &validators,
                    ..*context
                };
                P::step(state, &context, input, out);
            }
        }
    }

    fn status(state: &P::State, context: &Context<P::Params>) -> Status {
        P::status(state, context)
    }

    fn resend(state: &P::State, context: &Context<P::Params>) -> Resend<P::Message> {
        P::resend(state, context)
    }
}

impl<P: Corruptible, F: Flaw> Corruptible for Flawed<P, F> {
    const CONFLICTING: Option<Conflicting<P::Message>> = P::CONFLICTING;
    const VOTES_FOR: Option<VotesFor<P::Message>> = P::VOTES_FOR;
    const FORGET_LOCK: Option<fn(&mut P::State)> = P::FORGET_LOCK;
    const ACCEPT_INVALID: Option<fn(&mut P::State)> = P::ACCEPT_INVALID;
    const COMPOSE: Option<Compose<P::Message>> = P::COMPOSE;
    const EXTENDS: Option<Extends<P::State>> = P::EXTENDS;
}

/// The world of `P` with the bug `F`, for a search.
///
/// # Errors
/// As [`build`].
pub fn flawed<P: Corruptible, F: Flaw>(setup: &Setup) -> Result<Box<dyn Simulation>, BuildError> {
    Ok(Box::new(build::<Flawed<P, F>>(setup)?))
}
