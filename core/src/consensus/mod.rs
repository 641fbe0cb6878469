//! Consensus protocols as pure state machines.
//!
//! A protocol never calls the network, the ledger or a clock. [`Protocol::step`] takes one [`Input`]
//! and pushes [`Effect`]s; the node carries them out and answers later, in simulated time, with further
//! inputs. Adding a protocol touches its own folder, its `pub mod` here and the list in [`registry`].
//!
//! What a protocol owes is [`Protocol`]; what a liar needs of it is apart, in [`Corruptible`].

mod corruptible;
pub mod flaws;
pub mod hotstuff;
mod info;
mod justification;
mod params;
pub mod pbft;
pub mod proposer;
pub mod registry;
pub mod simplex;
mod status;
pub mod streamlet;
pub mod tendermint;
pub mod votor;
mod waits;

pub use corruptible::{
    Compose, ComposeWith, Conflicting, Corruptible, Extends, Powers, Script, ScriptError, VotesFor,
};
pub use info::{
    Awaited, Bound, Conflict, Kind, Paper, ProtocolInfo, Role, Rounds, Rule, Share, StepInfo,
    Threshold, TimerInfo, fill_in, percent, plural, rule_number,
};
pub use justification::Justification;
pub use params::{
    NoParams, ParamError, Parameter, ParameterKind, Params, parameters, read as read_params,
};
pub use status::{Keeps, Locking, Mark, Status, Tally};
pub use waits::{Waits, WaitsFor};

use crate::base::Micros;
use crate::base::limits::MAX_VALIDATORS_ALL_TO_ALL;
use crate::types::{
    BlockId, Evidence, Height, NodeId, Round, Signable, Signed, Slot, ValidatorId, ValidatorSets,
};
use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt::Debug;
use std::sync::Arc;

/// What a message says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Index into the protocol's kinds.
    pub kind: u8,
    /// The height and round it belongs to.
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
    /// What the message says, for charts, tables and tools.
    fn describe(&self) -> Description;
    /// The block whose body travels with this message, if any (a proposal's).
    fn attachment(&self) -> Option<BlockId> {
        None
    }
    /// Signed messages inside this one; keep them in a [`Justification`]. The node verifies all of them, and
    /// those inside them, before [`Protocol::step`] sees any. Whether they prove anything (who signed, how
    /// much stake, for what) is the protocol's to check.
    fn justification(&self) -> &[Arc<Signed<Self>>] {
        &[]
    }
}

/// What a protocol may look at besides its own state. `Params` are its own parameters.
#[derive(Debug)]
pub struct Context<'a, Params> {
    /// The present instant, microseconds.
    pub now: Micros,
    /// The node that runs the protocol.
    pub node: NodeId,
    /// The validator this node runs; `None` would be a full node that only follows.
    pub me: Option<ValidatorId>,
    /// Who votes on each height.
    pub validators: &'a ValidatorSets,
    /// Whose turn it is in each slot.
    pub proposers: &'a proposer::Schedule,
    /// The protocol's own parameters.
    pub params: &'a Params,
    /// Pause between a decision and the start of the next height (CometBFT's timeout_commit), at least
    /// 1 microsecond: without it a network without delay would commit for ever at one instant. A protocol
    /// that has a clock of its own need not look at it.
    pub block_interval: Micros,
}

impl<Params> Context<'_, Params> {
    /// Whose turn it is, by the scenario's proposer rule. Protocols without heights of several rounds
    /// count views from height 1, round 0: `proposer(view, 0)`.
    #[must_use]
    pub fn proposer(&self, height: Height, round: Round) -> ValidatorId {
        self.proposers.at(self.validators, height, round)
    }
}

/// What the nodes of a run have in common: of a [`Context`] all but who votes, the node and the instant.
#[derive(Clone, Debug)]
pub struct Environment<Params> {
    /// Whose turn it is in each slot.
    pub proposers: proposer::Schedule,
    /// The protocol's own parameters.
    pub params: Params,
    /// See [`Context::block_interval`].
    pub block_interval: Micros,
}

impl<Params> Environment<Params> {
    /// What `node` may look at, now.
    #[must_use]
    pub fn context<'a>(
        &'a self,
        validators: &'a ValidatorSets,
        now: Micros,
        node: NodeId,
        me: Option<ValidatorId>,
    ) -> Context<'a, Params> {
        Context {
            now,
            node,
            me,
            validators,
            proposers: &self.proposers,
            params: &self.params,
            block_interval: self.block_interval,
        }
    }
}

/// A timer as its protocol knows it: `kind` is an index into the protocol's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timer {
    /// Index into the protocol's timers.
    pub kind: u8,
    /// The height and round it was armed for.
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
    /// A timer that was armed ran out.
    Timer(Timer),
    /// Answer to [`Effect::BuildBlock`].
    Built {
        /// As it was asked for.
        slot: Slot,
        /// The new block.
        block: BlockId,
    },
    /// Answer to [`Effect::ValidateBlock`].
    Validated {
        /// As it was asked for.
        block: BlockId,
        /// True when it is valid on those parents.
        valid: bool,
    },
    /// Answer to [`Effect::FetchBlock`]: the body is in the node's store.
    Fetched {
        /// As it was asked for.
        block: BlockId,
    },
    /// Blocks decided elsewhere, in their order from place `first` on, and the signed messages that prove it.
    /// Their bodies are in the node's store. Untrusted: signatures are verified, but whether they prove
    /// anything is the protocol's to check.
    Certificate {
        /// Place of the first block in the decided order.
        first: Height,
        /// In their order.
        blocks: Vec<BlockId>,
        /// Untrusted, see above.
        proof: Arc<Certificate<M>>,
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
        /// The receiver.
        to: ValidatorId,
        /// What is signed and sent.
        message: M,
    },
    /// Arm a timer `after` microseconds from now. Arming an armed timer again does nothing.
    SetTimer {
        /// Which timer.
        timer: Timer,
        /// Microseconds.
        after: Micros,
    },
    /// Build a block on `parents` to propose in `slot`: one parent in a chain, at least one in a DAG.
    BuildBlock {
        /// The height and round it is for.
        slot: Slot,
        /// One in a chain; in a DAG perhaps several.
        parents: Vec<BlockId>,
    },
    /// Is this block (already in the store) a child of exactly `parents`, and valid on them? Without them a
    /// liar could propose a block that is perfectly valid, on some older one.
    ValidateBlock {
        /// The block.
        block: BlockId,
        /// As the protocol expects them.
        parents: Vec<BlockId>,
    },
    /// Get the body of a block a message spoke of. In a DAG the signed message that carries it comes first, as an
    /// [`Input::Message`].
    FetchBlock {
        /// The block.
        block: BlockId,
        /// Who is likely to have it.
        from: ValidatorId,
    },
    /// `blocks` are final, in this order. The first has place `first` in the decided order, which in a chain is
    /// its height: the place after what was decided before. All their bodies are in the node's store.
    Decide {
        /// Place of the first block in the decided order.
        first: Height,
        /// In their order.
        blocks: Vec<BlockId>,
        /// In which the last of them was decided. Those before it keep the rounds they were proposed in.
        round: Round,
        /// Proves the whole commit to anybody; empty where nothing could.
        proof: Arc<Certificate<M>>,
    },
    /// A validator broke the rules, and here is the proof.
    Accuse(Evidence<M>),
    /// For the trace only: nothing happens because of it.
    Note(Note),
}

/// Signed messages, shared by all who keep them.
pub type SignedMessages<M> = Vec<Arc<Signed<M>>>;

/// Signed messages that together prove a commit to anybody: votes, or in a DAG the blocks that decide.
pub type Certificate<M> = SignedMessages<M>;

/// What a protocol tells the trace about its inner progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Entered a step of a slot.
    Step {
        /// The slot.
        slot: Slot,
        /// Index into the protocol's steps.
        step: u8,
        /// Whose turn to propose in this slot it is, where it is one validator's.
        leader: Option<ValidatorId>,
    },
    /// The node locked on a block.
    Locked {
        /// In which slot.
        slot: Slot,
        /// On which block.
        block: BlockId,
    },
    /// A quorum for `block` in `slot` was first seen (polka, quorum certificate).
    Polka {
        /// In which slot.
        slot: Slot,
        /// For which block; `None` is nil.
        block: Option<BlockId>,
    },
    /// A round was skipped because enough stake is ahead.
    Skipped {
        /// The slot it is in now.
        slot: Slot,
    },
    /// A rule of the paper took effect. It stands before the effects it brought about; those up to the next
    /// such note are its own.
    Fired {
        /// Index into the protocol's rules.
        rule: u8,
        /// The slot it is about.
        slot: Slot,
    },
}

impl<M> Effect<M> {
    /// The note that a rule took effect, see [`Note::Fired`].
    #[must_use]
    pub fn fired(rule: u8, slot: Slot) -> Self {
        Effect::Note(Note::Fired { rule, slot })
    }
}

/// Whom a message goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipients {
    /// Every other node.
    Everyone,
    /// One peer, another one each time: for others' messages that must not die with their signer.
    OnePeer,
    /// The node or nodes of one validator.
    Validator(ValidatorId),
}

/// Messages to send again, each with whom it is for, in order.
pub type Resend<M> = Vec<(Recipients, Arc<Signed<M>>)>;

/// A consensus protocol.
pub trait Protocol: Clone + 'static {
    /// What validators send one another.
    type Message: Message;
    /// Everything one validator remembers. It survives a crash: a message is durable before it leaves.
    type State: Clone + Debug;
    /// Its own parameters, as a scenario gives them; [`NoParams`] when there are none.
    type Params: Params;

    /// What it says of itself.
    const INFO: ProtocolInfo;

    /// Stake in a later round that makes a validator join it, where that is a rule.
    const SKIP: Option<Threshold> = None;

    /// How many validators a scenario may have under it.
    const MOST_VALIDATORS: usize = MAX_VALIDATORS_ALL_TO_ALL;

    /// What its validators keep in mind beside votes.
    const KEEPS: Keeps = Keeps {
        lock: None,
        marks: &[],
    };

    /// What [`Self::INFO`] is under these parameters, where one of them changes a threshold or a sentence.
    #[must_use]
    fn info(_params: &Self::Params) -> ProtocolInfo {
        Self::INFO
    }

    /// Which certificates fork the chain when both exist under these parameters, where it is not two for a
    /// decision.
    #[must_use]
    fn conflict(_params: &Self::Params) -> Option<Conflict> {
        None
    }

    /// What each rule of [`Self::INFO`] waits for under these parameters, as far as [`Self::status`] shows it.
    #[must_use]
    fn waits(_params: &Self::Params) -> Vec<Waits> {
        Vec::new()
    }

    /// The state before [`Input::Start`], on top of `genesis`.
    fn new(genesis: BlockId, params: &Self::Params) -> Self::State;

    /// Takes `input` and pushes what follows from it, in order.
    fn step(
        state: &mut Self::State,
        context: &Context<Self::Params>,
        input: Input<Self::Message>,
        out: &mut Vec<Effect<Self::Message>>,
    );

    /// For inspectors and tools: where the node stands and what it has counted.
    fn status(state: &Self::State, context: &Context<Self::Params>) -> Status;

    /// What a node that made no progress for a while repeats, and to whom: the papers assume that what
    /// is sent arrives some time. Nothing by default, which suits a protocol whose network loses nothing.
    fn resend(_state: &Self::State, _context: &Context<Self::Params>) -> Resend<Self::Message> {
        Vec::new()
    }
}
