//! Consensus protocols as pure state machines.
//!
//! A protocol never calls the network, the ledger or a clock. [`Protocol::step`] takes one [`Input`]
//! and pushes [`Effect`]s; the node carries them out and answers later, in simulated time, with further
//! inputs. Adding a protocol touches its own folder and the one list in `world`.

pub mod proposer;
pub mod tendermint;

use crate::base::Micros;
use crate::types::{
    BlockId, Evidence, Height, NodeId, Round, Signable, Signed, Slot, ValidatorId, ValidatorSets,
};
use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt::Debug;
use std::sync::Arc;

/// A kind of message a protocol sends, for charts, metrics and tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub name: &'static str,
    pub role: Role,
}

/// What a kind of message does in any protocol; drawing and stall diagnosis know only this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Proposal,
    /// Counted by stake against a quorum.
    Vote,
    /// Anything else: new-view, certificate, ...
    Other,
}

/// What a message says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Index into [`Protocol::KINDS`].
    pub kind: u8,
    pub slot: Slot,
    /// The block it speaks for; `None` is nil.
    pub value: Option<BlockId>,
    /// Further fields by name, for inspectors; short texts.
    pub fields: Vec<(&'static str, String)>,
}

/// A message that can be signed, encoded, compared and described.
pub trait Message:
    Signable + BorshDeserialize + BorshSerialize + Clone + Eq + Debug + Send + Sync + 'static
{
    fn describe(&self) -> Description;
    /// The block whose body travels with this message, if any (a proposal's).
    fn attachment(&self) -> Option<BlockId>;
}

/// What a protocol may look at besides its own state.
pub struct Context<'a> {
    pub now: Micros,
    pub node: NodeId,
    /// The validator this node runs; `None` would be a full node that only follows.
    pub me: Option<ValidatorId>,
    pub validators: &'a ValidatorSets,
    pub proposers: &'a proposer::Schedule,
    pub timing: &'a Timing,
}

impl Context<'_> {
    #[must_use]
    pub fn proposer(&self, height: Height, round: Round) -> ValidatorId {
        self.proposers.at(self.validators, height, round)
    }
}

/// Durations of a protocol, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Round r waits `propose + r * delta`, and so on.
    pub propose: Micros,
    pub prevote: Micros,
    pub precommit: Micros,
    pub delta: Micros,
    /// Pause between a decision and the start of the next height (CometBFT's timeout_commit), at least
    /// 1: without it a network without delay would commit for ever at one instant.
    pub block_interval: Micros,
}

/// A timer as its protocol knows it: `kind` is an index into [`Protocol::TIMERS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timer {
    pub kind: u8,
    pub slot: Slot,
}

/// What reaches a protocol.
#[derive(Clone, Debug)]
pub enum Input<M> {
    /// The first input of a run.
    Start,
    /// A message whose signature was verified with its signer's key of that height, the node's own messages
    /// included (they arrive at once). The signer may have no stake at that height: it has left, or not
    /// come yet. An attached block is already in the node's store.
    Message(Arc<Signed<M>>),
    Timer(Timer),
    /// Answer to [`Effect::BuildBlock`].
    Built {
        slot: Slot,
        block: BlockId,
    },
    /// Answer to [`Effect::ValidateBlock`].
    Validated {
        block: BlockId,
        valid: bool,
    },
    /// Answer to [`Effect::FetchBlock`]: the body is in the node's store.
    Fetched {
        block: BlockId,
    },
    /// A block decided elsewhere and the signed messages that prove it. Untrusted: signatures are
    /// verified, but whether they make a certificate is the protocol's to check.
    Certificate {
        block: BlockId,
        height: Height,
        certificate: Arc<Certificate<M>>,
    },
    /// After a crash: state is as it was, timers and pending answers are gone.
    Restarted,
}

/// What a protocol asks for.
#[derive(Clone, Debug)]
pub enum Effect<M> {
    /// Sign and send to every other node, and to oneself at once.
    Broadcast(M),
    /// Sign and send to the node(s) of one validator (a leader, say).
    Send {
        to: ValidatorId,
        message: M,
    },
    /// Arm a timer `after` microseconds from now. Arming an armed timer again does nothing.
    SetTimer {
        timer: Timer,
        after: Micros,
    },
    /// Build a block on `parent` to propose in `slot`.
    BuildBlock {
        slot: Slot,
        parent: BlockId,
    },
    /// Is this block (already in the store) a child of `parent`, and valid on it? Without `parent` a
    /// liar could propose a block that is perfectly valid, on some older one.
    ValidateBlock {
        block: BlockId,
        parent: BlockId,
    },
    /// Get the body of a block a message spoke of.
    FetchBlock {
        block: BlockId,
        from: ValidatorId,
    },
    /// `block` and all its undecided ancestors are final.
    Decide {
        block: BlockId,
        height: Height,
        round: Round,
        certificate: Arc<Certificate<M>>,
    },
    Accuse(Evidence<M>),
    /// For the trace only: nothing happens because of it.
    Note(Note),
}

pub type SignedMessages<M> = Vec<Arc<Signed<M>>>;

/// Signed messages that together prove a decision to anybody.
pub type Certificate<M> = SignedMessages<M>;

/// What a protocol tells the trace about its inner progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// `step` is an index into [`Protocol::STEPS`].
    Step {
        slot: Slot,
        step: u8,
    },
    Locked {
        slot: Slot,
        block: BlockId,
    },
    /// A quorum for `block` in `slot` was first seen (polka, quorum certificate).
    Polka {
        slot: Slot,
        block: Option<BlockId>,
    },
    /// A round was skipped because enough stake is ahead.
    Skipped {
        slot: Slot,
    },
}

/// A validator's state in plain words, for inspectors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    pub height: Height,
    pub round: Round,
    pub step: &'static str,
    pub locked: Option<(BlockId, Round)>,
    pub valid: Option<(BlockId, Round)>,
    /// Votes of the current height.
    pub tallies: Vec<Tally>,
}

/// Votes of one kind for one value in one round, as one validator has counted them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Index into [`Protocol::KINDS`].
    pub kind: u8,
    pub round: Round,
    /// `None` is nil.
    pub value: Option<BlockId>,
    pub stake: u64,
    /// Who they are, for the newest rounds; empty for older ones.
    pub voters: Vec<ValidatorId>,
}

/// A message written down by a person: what a puppet signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Name of one of [`Protocol::KINDS`].
    pub kind: String,
    pub slot: Slot,
    pub value: Option<BlockId>,
    /// Protocol-specific number: Tendermint's validRound.
    pub valid_round: Option<Round>,
}

/// A consensus protocol.
pub trait Protocol: Clone + 'static {
    type Message: Message;
    type State: Clone + Debug;

    /// As a scenario names it: lower case.
    const NAME: &'static str;
    const KINDS: &'static [Kind];
    const TIMERS: &'static [&'static str];
    /// A timer each: what it means that it fired, for readers, or nothing where nobody waited in vain (a
    /// pause, a clock). Follows a validator's name; `{height}`, `{round}` and `{next}` (round) are filled in.
    const TIMEOUT_MESSAGES: &'static [Option<&'static str>];
    /// What a decision is proved by, in the plural.
    const CERTIFICATES: &'static str;
    const STEPS: &'static [&'static str];
    /// A block is proposed only when all before it are decided, so that what a block says of validators is
    /// known to all who vote two heights on. Without that, validators stay the same in a run.
    const VALIDATORS_CHANGE: bool = false;
    /// Declared conventions, (topic, sentence): what `about` prints.
    const CONVENTIONS: &'static [(&'static str, &'static str)];

    /// The state before [`Input::Start`], on top of `genesis`.
    fn new(genesis: BlockId) -> Self::State;

    /// Takes `input` and pushes what follows from it, in order.
    fn step(
        state: &mut Self::State,
        context: &Context,
        input: Input<Self::Message>,
        out: &mut Vec<Effect<Self::Message>>,
    );

    fn status(state: &Self::State, context: &Context) -> Status;

    /// The height the node works on.
    fn height(state: &Self::State) -> Height;

    /// Messages to send again while the height is undecided, in two lists: the node's own, for everybody,
    /// and others' that must not die with their signer (valid proposals, the votes behind a lock), for
    /// one peer at a time.
    fn resend(
        state: &Self::State,
        context: &Context,
    ) -> (SignedMessages<Self::Message>, SignedMessages<Self::Message>);

    /// What a liar can say instead: the same message for another block; `None` when it names no block.
    fn conflicting(message: &Self::Message, other: BlockId) -> Option<Self::Message>;

    /// The votes (in the order they would be cast) that carry `proposal` to a decision in its slot.
    fn votes_for(proposal: &Self::Message) -> Vec<Self::Message>;

    /// Amnesia: as if the node had never locked.
    fn forget_lock(state: &mut Self::State);

    /// From now on a decision of the others is followed even if its block was found invalid here: so
    /// that a liar about state keeps up with the chain it lies about.
    fn accept_invalid(state: &mut Self::State);

    /// Turns a person's script into a message.
    ///
    /// # Errors
    /// A sentence naming the kinds there are, or the field that is missing.
    fn compose(script: &Script) -> Result<Self::Message, String>;
}
