//! The one event schema. A record is 24 bytes; what happens rarely and needs more is boxed.

use crate::base::{Hash, Micros};
use crate::consensus::{
    Bound, Conflict, Keeps, Role, Rounds, Rule, StepInfo, Threshold, TimerInfo, Waits,
};
use crate::types::{
    BlockId, Height, NodeId, PublicKey, Round, Signature, Slot, Validator, ValidatorId,
    ValidatorSet,
};
use std::sync::Arc;

/// Counts the messages of a run from 0.
pub type MessageId = u32;

/// What a reader must know before the first record.
#[derive(Clone, Debug)]
pub struct Head {
    /// Name of the protocol.
    pub protocol: &'static str,
    /// Every validator that may take part in the run: its name, and its stake at the beginning, 0 for one
    /// that does not vote yet. Who votes on a height says [`Trace::validators`](super::Trace::validators).
    pub validators: Vec<(String, u64)>,
    /// The validator each node runs.
    pub nodes: Vec<ValidatorId>,
    /// Kinds of message: the protocol's first, in its order, then the node's own.
    pub kinds: Vec<KindInfo>,
    /// The protocol's steps, by number.
    pub steps: &'static [StepInfo],
    /// The protocol's timers, by number.
    pub timers: &'static [TimerInfo],
    /// The protocol's rules, by number.
    pub rules: &'static [Rule],
    /// The protocol's parameters as JSON, all of them; empty where they are not known.
    pub params: String,
    /// How the protocol's rounds count.
    pub rounds: Rounds,
    /// What a decision is proved by, in the plural.
    pub certificates: &'static str,
    /// Which faults the protocol survives, and what a quorum is.
    pub bound: Bound,
    /// See [`Protocol::conflict`](crate::consensus::Protocol::conflict).
    pub conflict: Option<Conflict>,
    /// Stake that forces a node into a later round, where the protocol skips rounds.
    pub skip: Option<Threshold>,
    /// See [`Protocol::KEEPS`](crate::consensus::Protocol::KEEPS).
    pub keeps: Keeps,
    /// See [`Protocol::waits`](crate::consensus::Protocol::waits); empty in a saved trace, which has no states.
    pub waits: Vec<Waits>,
    /// The block at height 0.
    pub genesis: BlockId,
    /// What validators' messages are signed on: the chain, and the domain of their kind.
    pub chain: Hash,
    /// Domain of the protocol's messages, see [`Signable::DOMAIN`](crate::types::Signable::DOMAIN).
    pub domain: &'static str,
    /// Each validator's public key at the beginning, in their order.
    pub keys: Vec<PublicKey>,
    /// Where each node stood when the first record was made; empty for a run from its beginning.
    pub tips: Vec<(Height, BlockId)>,
    /// Without a decision for this long the chain counts as stalled.
    pub stall_after: Micros,
}

impl Head {
    /// The validators that vote at the beginning.
    #[must_use]
    pub fn genesis_set(&self) -> ValidatorSet {
        let all = self.validators.iter().enumerate();
        ValidatorSet::from_record(all.map(|(i, (_, stake))| Validator {
            id: ValidatorId(i as u16),
            key: self.keys.get(i).copied().unwrap_or(PublicKey([0; 32])),
            stake: *stake,
        }))
    }

    /// The name of the step of this number; `?` for one there is not.
    #[must_use]
    pub fn step_name(&self, step: u8) -> &'static str {
        self.steps.get(usize::from(step)).map_or("?", |s| s.name)
    }

    /// The name of the timer of this number; `?` for one there is not.
    #[must_use]
    pub fn timer_name(&self, timer: u8) -> &'static str {
        self.timers.get(usize::from(timer)).map_or("?", |t| t.name)
    }

    /// What it means that a timer of this number fired, if something failed.
    #[must_use]
    pub fn timer_fired(&self, timer: u8) -> Option<&'static str> {
        self.timers.get(usize::from(timer)).and_then(|t| t.fired)
    }

    /// The rule of this number.
    #[must_use]
    pub fn rule(&self, rule: u8) -> Option<&'static Rule> {
        self.rules.get(usize::from(rule))
    }

    /// A node's name: its validator's, with `'` for the second node of one validator.
    #[must_use]
    pub fn node_name(&self, node: NodeId) -> String {
        let Some(validator) = self.nodes.get(node.index()) else {
            return node.to_string();
        };
        let name = self
            .validators
            .get(validator.index())
            .map_or_else(|| validator.to_string(), |v| v.0.clone());
        if node.index() >= self.validators.len() {
            format!("{name}'")
        } else {
            name
        }
    }
}

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindInfo {
    /// Its name.
    pub name: &'static str,
    /// What it does in any protocol.
    pub role: Role,
}

/// A message, stored once however many receive it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRecord {
    /// Its number.
    pub id: MessageId,
    /// The node that first sent it.
    pub from: NodeId,
    /// Who signed it; `None` for unsigned chatter.
    pub signer: Option<ValidatorId>,
    /// Index into [`Head::kinds`].
    pub kind: u8,
    /// The height and round it belongs to.
    pub slot: Slot,
    /// The block it speaks for; `None` is nil.
    pub value: Option<BlockId>,
    /// Encoded size with what travels along.
    pub bytes: u32,
    /// Signatures on it and on the messages inside it: what a receiver that remembers nothing verifies. A saved
    /// trace keeps the outer one only.
    pub signatures: u32,
    /// When it first left, microseconds.
    pub sent: Micros,
    /// The parents of the block that travels along; empty where none does. A saved trace does not have them.
    pub parents: Vec<BlockId>,
    /// Further fields by name, for people.
    pub fields: Vec<(&'static str, String)>,
    /// How its signer's word can be checked; `None` for unsigned chatter.
    pub proof: Option<Box<Proof>>,
}

/// What was signed, in its canonical encoding, and the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Over the digest of chain, domain and `body`.
    pub signature: Signature,
    /// The message in canonical encoding.
    pub body: Vec<u8>,
}

/// An event and its instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Microseconds since the start of the run.
    pub at: Micros,
    /// What happened.
    pub event: Event,
}

/// Why a copy of a message never arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Loss {
    /// Lost at random.
    Network,
    /// A cut stood between sender and receiver when it left.
    Partition,
    /// The receiver was down at the instant of arrival.
    Down,
    /// A command dropped it on its way.
    Hand,
}

/// To whom copies of a message were sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receivers {
    /// To every node but the sender: so many.
    Others(u16),
    /// To these nodes.
    Nodes(Vec<NodeId>),
    /// To so many nodes; a trace file of version 1 or 2 does not say which.
    Count(u16),
}

impl Receivers {
    /// How many copies were sent.
    #[must_use]
    pub fn count(&self) -> u16 {
        match self {
            Receivers::Others(count) | Receivers::Count(count) => *count,
            Receivers::Nodes(nodes) => u16::try_from(nodes.len()).unwrap_or(u16::MAX),
        }
    }

    /// The receivers of what `from` sent, among `nodes` nodes; `None` where that is not known.
    #[must_use]
    pub fn nodes(&self, from: NodeId, nodes: usize) -> Option<Vec<NodeId>> {
        match self {
            Receivers::Others(_) => {
                let all = (0..nodes as u16).map(NodeId);
                Some(all.filter(|node| *node != from).collect())
            }
            Receivers::Nodes(nodes) => Some(nodes.clone()),
            Receivers::Count(_) => None,
        }
    }
}

/// What happened. Whoever tells of every event (log, chart, caption, exports, files) lists them all, so that
/// the compiler points there at a new one; a monitor or a view picks those it is about by name.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `from` sent a copy to each receiver. `again`: it is a re-send or a relay.
    Sent {
        /// Which message.
        message: MessageId,
        /// The sending node.
        from: NodeId,
        /// To whom; shared by all that is sent to everybody.
        to: Arc<Receivers>,
        /// A re-send or a relay.
        again: bool,
    },
    /// A copy arrived; it left `flight` microseconds ago.
    Delivered {
        /// Which message.
        message: MessageId,
        /// Microseconds on its way.
        flight: u32,
        /// The sending node.
        from: NodeId,
        /// The receiving node.
        to: NodeId,
    },
    /// Recorded when it left (network, partition), should have arrived (receiver down) or was dropped
    /// by a command (hand), `flight` microseconds after it left; for the first two, before it would arrive.
    Lost {
        /// Which message.
        message: MessageId,
        /// Microseconds from leaving to this record.
        flight: u32,
        /// The sending node.
        from: NodeId,
        /// The receiving node.
        to: NodeId,
        /// What lost it.
        why: Loss,
    },
    /// The signature did not verify.
    BadSignature {
        /// Which message.
        message: MessageId,
        /// The node that received it.
        to: NodeId,
    },
    /// A node entered a step of its protocol.
    Step {
        /// The node.
        node: NodeId,
        /// Index into [`Head::steps`].
        step: u8,
        /// The round.
        round: Round,
        /// The height.
        height: u32,
        /// Whose turn to propose this slot is, where it is one validator's.
        proposer: Option<ValidatorId>,
    },
    /// A timer ran out.
    TimerFired {
        /// The node.
        node: NodeId,
        /// Index into [`Head::timers`].
        timer: u8,
        /// The round it was armed for.
        round: Round,
        /// The height it was armed for.
        height: u32,
    },
    /// A node locked on a block: it will not vote against it.
    Locked {
        /// The node.
        node: NodeId,
        /// In which slot, and on which block.
        detail: Box<(Slot, BlockId)>,
    },
    /// A node saw a quorum of votes for one value for the first time.
    Polka {
        /// The node.
        node: NodeId,
        /// In which slot, and for which block; `None` is nil.
        detail: Box<(Slot, Option<BlockId>)>,
    },
    /// A node skipped to a later round, because enough stake is there already.
    Skipped {
        /// The node.
        node: NodeId,
        /// The slot it skipped to.
        detail: Box<Slot>,
    },
    /// A rule of the protocol took effect at a node. The records of this node up to the next one of these, or
    /// to the next thing that reaches it, tell what followed.
    Fired {
        /// The node.
        node: NodeId,
        /// Index into [`Head::rules`].
        rule: u8,
        /// The round it is about.
        round: Round,
        /// The height it is about.
        height: u32,
    },
    /// A node decided a block.
    Committed(Box<Commit>),
    /// A node executed a decided block.
    Executed(Box<Executed>),
    /// `node` found a proposed block invalid.
    Rejected {
        /// The node.
        node: NodeId,
        /// Which block, and why.
        detail: Box<Rejection>,
    },
    /// A node proved that a validator signed two conflicting messages.
    Evidence(Box<Accusation>),
    /// A node stopped.
    Crashed {
        /// The node.
        node: NodeId,
    },
    /// A node started again.
    Restarted {
        /// The node.
        node: NodeId,
    },
    /// From now on exactly these nodes are Byzantine.
    Byzantine(Box<ByzantineChange>),
    /// The network or a parameter was changed; a sentence for people.
    Changed(Box<String>),
    /// A user's transaction entered a node's mempool.
    Submitted {
        /// The node.
        node: NodeId,
        /// Id of the transaction.
        detail: Box<Hash>,
    },
    /// A command found nothing to act on; a sentence for people.
    CommandMissed(Box<String>),
    /// A block was decided that changes who votes.
    Validators(Box<ValidatorsChange>),
}

impl Event {
    /// The node it happened at; `None` for what concerns the network or several nodes.
    #[must_use]
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Event::Sent { from, .. } => Some(*from),
            Event::Delivered { to, .. }
            | Event::Lost { to, .. }
            | Event::BadSignature { to, .. } => Some(*to),
            Event::Step { node, .. }
            | Event::TimerFired { node, .. }
            | Event::Locked { node, .. }
            | Event::Polka { node, .. }
            | Event::Skipped { node, .. }
            | Event::Fired { node, .. }
            | Event::Rejected { node, .. }
            | Event::Crashed { node }
            | Event::Restarted { node }
            | Event::Submitted { node, .. } => Some(*node),
            Event::Committed(commit) => Some(commit.node),
            Event::Executed(executed) => Some(executed.node),
            Event::Evidence(accusation) => Some(accusation.reporter),
            Event::Byzantine(change) => change.nodes.first().copied(),
            Event::Changed(_) | Event::CommandMissed(_) | Event::Validators(_) => None,
        }
    }

    /// The message it is about.
    #[must_use]
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Event::Sent { message, .. }
            | Event::Delivered { message, .. }
            | Event::Lost { message, .. }
            | Event::BadSignature { message, .. } => Some(*message),
            Event::Step { .. }
            | Event::TimerFired { .. }
            | Event::Locked { .. }
            | Event::Polka { .. }
            | Event::Skipped { .. }
            | Event::Fired { .. }
            | Event::Committed(_)
            | Event::Executed(_)
            | Event::Rejected { .. }
            | Event::Evidence(_)
            | Event::Crashed { .. }
            | Event::Restarted { .. }
            | Event::Byzantine(_)
            | Event::Changed(_)
            | Event::CommandMissed(_)
            | Event::Validators(_)
            | Event::Submitted { .. } => None,
        }
    }

    /// The height it is about, where it says so without a message.
    #[must_use]
    pub fn height(&self) -> Option<Height> {
        match self {
            Event::Step { height, .. }
            | Event::TimerFired { height, .. }
            | Event::Fired { height, .. } => Some(u64::from(*height)),
            Event::Locked { detail, .. } => Some(detail.0.height),
            Event::Polka { detail, .. } => Some(detail.0.height),
            Event::Skipped { detail, .. } => Some(detail.height),
            Event::Committed(c) => Some(c.height),
            Event::Executed(e) => Some(e.height),
            Event::Rejected { detail, .. } => Some(detail.slot.height),
            Event::Evidence(a) => Some(a.slot.height),
            Event::Validators(change) => Some(change.height),
            Event::Sent { .. }
            | Event::Delivered { .. }
            | Event::Lost { .. }
            | Event::BadSignature { .. }
            | Event::Crashed { .. }
            | Event::Restarted { .. }
            | Event::Byzantine(_)
            | Event::Changed(_)
            | Event::CommandMissed(_)
            | Event::Submitted { .. } => None,
        }
    }
}

/// A decision of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The node.
    pub node: NodeId,
    /// Its place in the decided order, which in a chain is the block's height.
    pub height: Height,
    /// In which it was decided; of a block that a later one took along, the round it was proposed in.
    pub round: Round,
    /// The block.
    pub block: BlockId,
    /// The first of its parents.
    pub parent: BlockId,
    /// Of a block in a DAG: the parents after the first. `None` in a chain.
    pub further_parents: Option<Vec<BlockId>>,
    /// The block whose proof decided it: itself, or a later one of the same commit.
    pub with: BlockId,
    /// Who proposed it.
    pub proposer: ValidatorId,
    /// When its proposer built it.
    pub built: Micros,
    /// Transactions in the block.
    pub transactions: u32,
    /// Transactions that waited at the node, those of the block included.
    pub mempool: u32,
    /// Whose signatures are in the proof; none where a later block of the commit has it.
    pub signers: Vec<ValidatorId>,
    /// Learned by catching up, not by voting.
    pub caught_up: bool,
    /// False: the block breaks a rule of the ledger, as `node` could see. The validity monitor wants true.
    pub valid: bool,
}

/// The result of executing a block at one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// The node.
    pub node: NodeId,
    /// Height of the block.
    pub height: Height,
    /// The block.
    pub block: BlockId,
    /// State root after it.
    pub root: Hash,
    /// Gas that its transactions used.
    pub gas: u64,
}

/// Why a proposed block was found invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The slot it was proposed in.
    pub slot: Slot,
    /// The block.
    pub block: BlockId,
    /// A sentence for people.
    pub reason: String,
}

/// Two messages of one validator that no honest one signs both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accusation {
    /// The node that noticed.
    pub reporter: NodeId,
    /// Who signed both.
    pub offender: ValidatorId,
    /// The slot of both.
    pub slot: Slot,
    /// Index into [`Head::kinds`].
    pub kind: u8,
    /// The value of the first; `None` is nil.
    pub first: Option<BlockId>,
    /// The value of the second; `None` is nil.
    pub second: Option<BlockId>,
}

/// Who votes from a height on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatorsChange {
    /// The first height the set votes on.
    pub height: Height,
    /// The decided block that says so.
    pub block: BlockId,
    /// All that vote, not only those that changed.
    pub set: Arc<ValidatorSet>,
}

/// Who the adversary controls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByzantineChange {
    /// All of them; empty: nobody.
    pub nodes: Vec<NodeId>,
    /// Name of what they do.
    pub strategy: &'static str,
}

const _: () = assert!(
    size_of::<Record>() <= 24,
    "a delivery costs at most 24 bytes"
);
