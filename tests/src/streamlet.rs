//! Streamlet (Chan, Shi, "Streamlet: Textbook Streamlined Blockchains", 2020): the second protocol,
//! here to prove that the seam fits one unlike Tendermint: a tree of blocks, no locks, no view change.
//!
//! | paper | here |
//! |---|---|
//! | epoch e, of a fixed length on synchronised clocks | a slot's round; the timer follows `now` |
//! | leader H(e) | the schedule's proposer of turn e |
//! | notarized: votes of 2n/3 | votes of more than 2/3 of the stake |
//! | final: the middle of three adjacent notarized blocks of consecutive epochs, and its prefix | [`finalize`] |
//! | echo every message | [`Protocol::resend`] hands on others' messages |
//!
//! Deviations: a slot's height is the block's place in its chain; a vote carries the proposal's fields,
//! so that a notarized block is known without its proposal and its body can be fetched; one block is
//! voted for in one epoch only (a header here does not commit to the epoch); a block is voted for once
//! the ledger calls it valid.

use borsh::{BorshDeserialize, BorshSerialize};
use consensusforge_core::base::limits::{MAX_ROUNDS_AHEAD, MAX_VALUES_PER_SIGNER};
use consensusforge_core::consensus::{
    self, Context, Description, Effect, Input, Kind, Note, Protocol, Role, Script, SignedMessages,
    Status, Tally, Timer,
};
use consensusforge_core::types::{BlockId, Height, Round, Signable, Signed, Slot, ValidatorId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A block of an epoch in its place: what proposals and votes both name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Place {
    pub epoch: Round,
    pub height: Height,
    pub block: BlockId,
    pub parent: BlockId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Message {
    Propose(Place),
    Vote(Place),
}

impl Message {
    fn place(&self) -> Place {
        match *self {
            Message::Propose(place) | Message::Vote(place) => place,
        }
    }
}

impl Place {
    fn slot(&self) -> Slot {
        Slot {
            height: self.height,
            round: self.epoch,
        }
    }
}

impl Signable for Message {
    const DOMAIN: &'static str = "consensusforge/streamlet/message";
}

impl consensus::Message for Message {
    fn describe(&self) -> Description {
        let place = self.place();
        Description {
            kind: u8::from(matches!(self, Message::Vote(_))),
            slot: place.slot(),
            value: Some(place.block),
            fields: vec![("parent", place.parent.short(8))],
        }
    }

    fn attachment(&self) -> Option<BlockId> {
        match self {
            Message::Propose(place) => Some(place.block),
            Message::Vote(_) => None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct State {
    epoch: Round,
    /// Notarized blocks, and the last final one as the root of what matters.
    notarized: BTreeMap<BlockId, Place>,
    last_final: Place,
    /// Valid proposals by epoch; `None` while the ledger has not answered.
    proposals: Vec<(Arc<Signed<Message>>, Option<bool>)>,
    votes: BTreeMap<Place, BTreeMap<ValidatorId, Arc<Signed<Message>>>>,
    bodies: BTreeSet<BlockId>,
    /// What the block being built stands on: by the time it is there, another chain may be the longest.
    building: Option<Place>,
    proposed: Round,
    voted: Round,
    voted_for: BTreeSet<BlockId>,
}

#[derive(Clone, Copy, Debug)]
pub struct Streamlet;

type Effects = Vec<Effect<Message>>;

/// Starts the epoch the clock says; its leader extends the longest notarized chain it knows.
fn start_epoch(state: &mut State, context: &Context, out: &mut Effects) {
    let length = context.timing.propose.max(1);
    state.epoch = u32::try_from(context.now / length + 1).unwrap_or(Round::MAX);
    let timer_slot = Slot {
        height: 0,
        round: state.epoch,
    };
    out.push(Effect::SetTimer {
        timer: Timer {
            kind: 0,
            slot: timer_slot,
        },
        after: length - context.now % length,
    });
    if context.me == Some(leader(context, state.epoch)) && state.proposed < state.epoch {
        let tip = longest(state);
        state.building = Some(tip);
        out.push(Effect::BuildBlock {
            slot: Slot {
                height: tip.height + 1,
                round: state.epoch,
            },
            parent: tip.block,
        });
    }
}

fn leader(context: &Context, epoch: Round) -> ValidatorId {
    context.proposer(u64::from(epoch), 0)
}

/// The tip of the longest notarized chain, the latest if there are several.
fn longest(state: &State) -> Place {
    let connected = state
        .notarized
        .values()
        .filter(|p| chain(state, p).is_some());
    let tip = connected.max_by_key(|p| (p.height, p.epoch, p.block));
    tip.copied().unwrap_or(state.last_final)
}

/// The notarized blocks from `tip` down to the child of the last final one, if all are known.
fn chain(state: &State, tip: &Place) -> Option<Vec<Place>> {
    let mut chain = Vec::new();
    let mut at = *tip;
    while at.block != state.last_final.block {
        chain.push(at);
        let parent = *state.notarized.get(&at.parent)?;
        if parent.height + 1 != at.height || parent.epoch >= at.epoch {
            return None;
        }
        at = parent;
    }
    Some(chain)
}

/// Votes for the first valid proposal of this epoch that extends a longest notarized chain.
fn vote(state: &mut State, out: &mut Effects) {
    if state.voted >= state.epoch {
        return;
    }
    let tip = longest(state);
    let choice = state.proposals.iter().find_map(|(signed, valid)| {
        let place = signed.message.place();
        let parent = state.notarized.get(&place.parent)?;
        let extends = parent.height == tip.height && chain(state, parent).is_some();
        let fits = place.epoch == state.epoch && place.height == tip.height + 1 && extends;
        (fits && *valid == Some(true) && !state.voted_for.contains(&place.block)).then_some(place)
    });
    if let Some(place) = choice {
        state.voted = state.epoch;
        state.voted_for.insert(place.block);
        out.push(Effect::Broadcast(Message::Vote(place)));
    }
}

/// Three adjacent notarized blocks of consecutive epochs: the middle one and all before it are final.
fn finalize(state: &mut State, out: &mut Effects) {
    let middle = state.notarized.values().filter_map(|last| {
        let middle = state.notarized.get(&last.parent)?;
        let first = state.notarized.get(&middle.parent)?;
        let consecutive = first.epoch + 1 == middle.epoch && middle.epoch + 1 == last.epoch;
        let prefix = chain(state, middle)?;
        let at_hand = prefix.iter().all(|p| state.bodies.contains(&p.block));
        (consecutive && at_hand && middle.height > state.last_final.height)
            .then_some((*middle, [*first, *middle, *last]))
    });
    let Some((middle, proof)) = middle.max_by_key(|(middle, _)| middle.height) else {
        return;
    };
    let votes = proof.iter().filter_map(|place| state.votes.get(place));
    let certificate = Arc::new(votes.flat_map(|v| v.values().cloned()).collect());
    out.push(Effect::Decide {
        block: middle.block,
        height: middle.height,
        round: middle.epoch,
        certificate,
    });
    state.last_final = middle;
    state.notarized.retain(|_, p| p.height >= middle.height);
    state.votes.retain(|p, _| p.height >= middle.height);
    state
        .proposals
        .retain(|(p, _)| p.message.place().height >= middle.height);
}

/// Asks for a parent's body, or, once both are there, whether the block is valid on it.
fn validate(state: &State, proposal: &Signed<Message>, out: &mut Effects) {
    let place = proposal.message.place();
    out.push(if state.bodies.contains(&place.parent) {
        Effect::ValidateBlock {
            block: place.block,
            parent: place.parent,
        }
    } else {
        Effect::FetchBlock {
            block: place.parent,
            from: proposal.signer,
        }
    });
}

fn receive(state: &mut State, context: &Context, signed: Arc<Signed<Message>>, out: &mut Effects) {
    let place = signed.message.place();
    let stale = place.height <= state.last_final.height;
    if stale || place.epoch > state.epoch.saturating_add(MAX_ROUNDS_AHEAD) {
        return;
    }
    match signed.message {
        Message::Propose(_) => {
            let of_epoch =
                |(p, _): &&(Arc<Signed<Message>>, _)| p.message.place().epoch == place.epoch;
            let known = state
                .proposals
                .iter()
                .any(|(p, _)| p.message == signed.message);
            let many = state.proposals.iter().filter(of_epoch).count() >= MAX_VALUES_PER_SIGNER;
            if signed.signer == leader(context, place.epoch) && !known && !many {
                state.bodies.insert(place.block);
                validate(state, &signed, out);
                state.proposals.push((signed, None));
            }
        }
        Message::Vote(_) => {
            let set = context.validators.at(place.height);
            let from = signed.signer;
            let votes = state.votes.entry(place).or_default();
            votes.insert(from, signed);
            let stake = votes.keys().map(|v| set.stake(*v)).sum();
            if set.is_quorum(stake) && !state.notarized.contains_key(&place.block) {
                state.notarized.insert(place.block, place);
                out.push(Effect::Note(Note::Polka {
                    slot: place.slot(),
                    block: Some(place.block),
                }));
                if !state.bodies.contains(&place.block) {
                    let block = place.block;
                    out.push(Effect::FetchBlock { block, from });
                }
            }
        }
    }
}

impl Protocol for Streamlet {
    type Message = Message;
    type State = State;

    const NAME: &'static str = "streamlet";
    const KINDS: &'static [Kind] = &[
        Kind {
            name: "propose",
            role: Role::Proposal,
        },
        Kind {
            name: "vote",
            role: Role::Vote,
        },
    ];
    const TIMERS: &'static [&'static str] = &["epoch"];
    const IN_VAIN: &'static [Option<&'static str>] = &[None];
    const CERTIFICATES: &'static str = "votes";
    const STEPS: &'static [&'static str] = &["epoch"];
    const CONVENTIONS: &'static [(&'static str, &'static str)] = &[(
        "epoch",
        "as long as the propose timeout, on the common clock",
    )];

    fn new(genesis: BlockId) -> State {
        let root = Place {
            epoch: 0,
            height: 0,
            block: genesis,
            parent: genesis,
        };
        State {
            epoch: 0,
            notarized: BTreeMap::from([(genesis, root)]),
            last_final: root,
            proposals: Vec::new(),
            votes: BTreeMap::new(),
            bodies: BTreeSet::from([genesis]),
            building: None,
            proposed: 0,
            voted: 0,
            voted_for: BTreeSet::new(),
        }
    }

    fn step(state: &mut State, context: &Context, input: Input<Message>, out: &mut Effects) {
        match input {
            Input::Start => start_epoch(state, context, out),
            Input::Timer(timer) if timer.slot.round == state.epoch => {
                start_epoch(state, context, out);
            }
            Input::Timer(_) => {}
            Input::Message(signed) => receive(state, context, signed, out),
            Input::Built { slot, block } => {
                if let Some(tip) = state.building.take()
                    && slot.round == state.epoch
                {
                    state.proposed = state.epoch;
                    out.push(Effect::Broadcast(Message::Propose(Place {
                        epoch: slot.round,
                        height: slot.height,
                        block,
                        parent: tip.block,
                    })));
                }
            }
            Input::Validated { block, valid } => {
                let asked = state.proposals.iter_mut();
                asked
                    .filter(|(p, _)| p.message.place().block == block)
                    .for_each(|(_, verdict)| *verdict = Some(valid));
            }
            Input::Fetched { block } => {
                state.bodies.insert(block);
                for (proposal, _) in &state.proposals {
                    if proposal.message.place().parent == block {
                        validate(state, proposal, out);
                    }
                }
            }
            Input::Certificate { certificate, .. } => {
                for signed in certificate.iter() {
                    receive(state, context, signed.clone(), out);
                }
            }
            Input::Restarted => {
                start_epoch(state, context, out);
                for (proposal, verdict) in &state.proposals {
                    if verdict.is_none() {
                        validate(state, proposal, out);
                    }
                }
            }
        }
        vote(state, out);
        finalize(state, out);
    }

    fn status(state: &State, context: &Context) -> Status {
        let stake = |votes: &BTreeMap<ValidatorId, _>, height| {
            let set = context.validators.at(height);
            votes.keys().map(|v| set.stake(*v)).sum()
        };
        let votes = state.votes.iter();
        Status {
            height: Self::height(state),
            round: state.epoch,
            step: "epoch",
            tallies: votes
                .map(|(p, v)| Tally {
                    kind: 1,
                    round: p.epoch,
                    value: Some(p.block),
                    stake: stake(v, p.height),
                    voters: v.keys().copied().collect(),
                })
                .collect(),
            ..Status::default()
        }
    }

    fn height(state: &State) -> Height {
        state.last_final.height + 1
    }

    fn resend(
        state: &State,
        context: &Context,
    ) -> (SignedMessages<Message>, SignedMessages<Message>) {
        let proposals = state.proposals.iter().map(|(p, _)| p.clone());
        let votes = state.votes.values().flat_map(|v| v.values().cloned());
        proposals
            .chain(votes)
            .partition(|signed| Some(signed.signer) == context.me)
    }

    fn conflicting(message: &Message, other: BlockId) -> Option<Message> {
        let place = Place {
            block: other,
            ..message.place()
        };
        Some(match message {
            Message::Propose(_) => Message::Propose(place),
            Message::Vote(_) => Message::Vote(place),
        })
    }

    fn votes_for(proposal: &Message) -> Vec<Message> {
        match proposal {
            Message::Propose(place) => vec![Message::Vote(*place)],
            Message::Vote(_) => Vec::new(),
        }
    }

    /// There is nothing to forget: Streamlet has no lock.
    fn forget_lock(_: &mut State) {}

    fn follow_blindly(_: &mut State) {}

    fn compose(script: &Script) -> Result<Message, String> {
        Err(format!(
            "a Streamlet {} names its parent, which a script cannot",
            script.kind
        ))
    }
}
