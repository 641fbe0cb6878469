//! Streamlet, after Chan, Shi, "Streamlet: Textbook Streamlined Blockchains" (2020): a tree of blocks, no
//! locks, no view change. Our transcription of its rules is `docs/papers/streamlet.md`.
//!
//! # Names
//!
//! | paper | here |
//! |---|---|
//! | epoch e | a slot's round; the timer follows the clock all share, [`Context::now`] |
//! | epoch length, 2 Delta | [`Params::epoch_us`] |
//! | leader H(e) | the proposer of turn e: `rules::leader` |
//! | notarized: votes of 2n/3 | votes of strictly more than 2/3 of the stake |
//! | final | [`Decide`](Effect::Decide) |
//!
//! # Rules
//!
//! | rule | function |
//! |---|---|
//! | S1 | `rules::start_epoch`, `rules::longest` |
//! | S2 | `rules::vote` |
//! | S3 | `rules::receive` |
//! | S4 | `rules::finalize` |
//! | S5 | [`Protocol::resend`] |
//!
//! # Deviations
//!
//! 1. Not every message is echoed at once (S5): a node without progress passes on what it holds, to one
//!    peer after another, which costs a fraction of the paper's cubic number of messages.
//! 2. A slot's height is the block's place in its chain.
//! 3. A vote carries the proposal's fields, so that a notarized block is known without its proposal and its
//!    body can be fetched.
//! 4. One block is voted for in one epoch only: a header here does not commit to the epoch.
//! 5. Building and validating take time: a block is voted for once the ledger calls it valid on its parent,
//!    and if that takes longer than the epoch, not at all.

mod info;
mod message;
mod rules;

pub use info::{Flaw, Params};
pub use message::{Message, Place};
pub use rules::State;

use super::flaws::flawed;
use super::{
    Compose, Conflicting, Corruptible, Effect, Extends, Input, Protocol, ProtocolInfo, Recipients,
    Resend, Status, Tally, VotesFor, Waits, WaitsFor,
};
use crate::types::BlockId;
use rules::{
    Context, Effects, Validity, Votes, finalize, longest, receive, stake, start_epoch, vote,
};
use std::collections::{BTreeMap, BTreeSet};

/// The protocol.
#[derive(Clone, Copy, Debug)]
pub struct Streamlet;

/// What a quorum of votes is needed for, after "to".
const NOTARIZE: &str = "notarize";

impl Protocol for Streamlet {
    type Message = Message;
    type State = State;

    type Params = Params;

    const INFO: ProtocolInfo = info::INFO;

    fn info(params: &Params) -> ProtocolInfo {
        match params.flaw {
            Flaw::None => info::INFO,
            Flaw::AnyEpochs | Flaw::AnyChain => flawed(info::INFO),
        }
    }

    fn waits(_: &Params) -> Vec<Waits> {
        vec![
            WaitsFor::Message(info::PROPOSAL_KIND).before(info::S2),
            WaitsFor::Votes(NOTARIZE).before(info::S3),
        ]
    }

    fn new(genesis: BlockId, _: &Params) -> State {
        let root = Place {
            epoch: 0,
            height: 0,
            block: genesis,
            parent: genesis,
        };
        State {
            epoch: 0,
            last_final: root,
            notarized: BTreeMap::from([(genesis, root)]),
            proposals: BTreeMap::new(),
            votes: BTreeMap::new(),
            bodies: BTreeSet::from([genesis]),
            building: None,
            proposed: 0,
            voted: 0,
        }
    }

    fn step(state: &mut State, context: &Context, input: Input<Message>, out: &mut Effects) {
        match input {
            Input::Start | Input::Timer(_) => start_epoch(state, context, out),
            Input::Message(signed) => receive(state, context, signed, out),
            Input::Built { slot, block } => {
                if let Some(tip) = state.building.take()
                    && slot.round == state.epoch
                {
                    let (epoch, height, parent) = (slot.round, slot.height, tip.block);
                    let place = Place {
                        epoch,
                        height,
                        block,
                        parent,
                    };
                    state.proposed = epoch;
                    out.push(Effect::Broadcast(Message { vote: false, place }));
                }
            }
            Input::Validated { block, valid } => {
                let proposals = state.proposals.iter_mut();
                proposals
                    .filter(|(place, _)| place.block == block)
                    .for_each(|(_, (_, validity))| *validity = Validity::Told(valid));
            }
            Input::Fetched { block } => {
                state.bodies.insert(block);
            }
            Input::Certificate { proof, .. } => {
                for signed in proof.iter() {
                    receive(state, context, signed.clone(), out);
                }
            }
            Input::Restarted => {
                let proposals = state.proposals.values_mut();
                proposals
                    .filter(|(_, validity)| *validity == Validity::Asked)
                    .for_each(|(_, validity)| *validity = Validity::Unasked);
                for place in state.notarized.values() {
                    let from = state.votes.get(place).and_then(|v| v.keys().next());
                    if let Some(&from) = from
                        && !state.bodies.contains(&place.block)
                    {
                        out.push(Effect::FetchBlock {
                            block: place.block,
                            from,
                        });
                    }
                }
                start_epoch(state, context, out);
            }
        }
        vote(state, context, out);
        finalize(state, context, out);
    }

    fn status(state: &State, context: &Context) -> Status {
        let tally = |(place, votes): (&Place, &Votes)| Tally {
            kind: 1,
            round: place.epoch,
            value: Some(place.block),
            have: stake(votes, context, *place),
            needed: context.validators.at(place.height).quorum(),
            of: context.validators.at(place.height).total(),
            purpose: NOTARIZE,
            voters: votes.keys().copied().collect(),
        };
        let step = if state.voted == state.epoch && state.epoch > 0 {
            info::VOTE
        } else {
            info::PROPOSE
        };
        let step = info::STEPS[usize::from(step)];
        Status {
            height: state.last_final.height + 1,
            round: state.epoch,
            step: step.name,
            awaits: step.awaits,
            tallies: state.votes.iter().map(tally).collect(),
            ..Status::default()
        }
    }

    // S5
    fn resend(state: &State, context: &Context) -> Resend<Message> {
        let proposals = state.proposals.values().map(|(signed, _)| signed);
        let all = proposals.chain(state.votes.values().flat_map(BTreeMap::values));
        let (own, others): (Vec<_>, Vec<_>) =
            all.partition(|signed| Some(signed.signer) == context.me);
        let own = own.into_iter().map(|s| (Recipients::Everyone, s.clone()));
        let others = others.into_iter().map(|s| (Recipients::OnePeer, s.clone()));
        own.chain(others).collect()
    }
}

impl Corruptible for Streamlet {
    const CONFLICTING: Option<Conflicting<Message>> = Some(|message, other| {
        let place = Place {
            block: other,
            ..message.place
        };
        Some(Message { place, ..*message })
    });
    const VOTES_FOR: Option<VotesFor<Message>> = Some(|proposal| {
        vec![Message {
            vote: true,
            ..*proposal
        }]
    });
    const COMPOSE: Option<Compose<Message>> = Some(|script| {
        let vote = script.kind(info::INFO.kinds)? == info::VOTE_KIND;
        script.without_valid_round()?;
        let (block, (parent, _)) = (script.block()?, script.parent()?);
        let place = Place {
            epoch: script.slot.round,
            height: script.slot.height,
            block,
            parent,
        };
        Ok(Message { vote, place })
    });
    const EXTENDS: Option<Extends<State>> = Some(|state, _| Some(longest(state).block));
    /// What is final is followed here whatever the ledger said of it: validity is asked for votes alone.
    const ACCEPT_INVALID: Option<fn(&mut State)> = Some(|_| {});
}
