//! A record of the trace as a line of JSON.

use crate::base::Hash;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// One event of a run, a line of `run --trace` and of the export `jsonl`. Nodes and validators go by their
/// names, blocks by their digests in hex; `null` for a block is nil.
#[derive(Clone, Debug, PartialEq)]
#[derive(Serialize, JsonSchema)]
pub struct TraceLine {
    /// When it happened, microseconds since the start of the run.
    pub at_us: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: LineEvent,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[derive(Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum LineEvent {
    /// Copies of a message left a node.
    Sent(SentLine),
    /// A copy arrived.
    Delivered {
        /// Number of the message.
        message: u32,
        /// Kind of the message; `forgotten` when it is no longer in memory.
        kind: String,
        /// The node that sent this copy.
        from: String,
        /// The node that received it.
        to: String,
        /// Microseconds on the way.
        flight_us: u32,
    },
    /// A copy will never arrive.
    Lost {
        /// Number of the message.
        message: u32,
        /// Kind of the message; `forgotten` when it is no longer in memory.
        kind: String,
        /// The node that sent this copy.
        from: String,
        /// The node that does not receive it.
        to: String,
        /// Microseconds from leaving to this line, or to when it would have arrived.
        flight_us: u32,
        /// `network`: at random; `partition`: the network was cut; `down`: the receiver was down; `hand`: a
        /// command dropped it.
        why: String,
    },
    /// A node discarded a message whose signature is wrong.
    #[serde(rename = "bad signature")]
    BadSignature {
        /// Number of the message.
        message: u32,
        /// The node that received it.
        to: String,
    },
    /// A node entered a step of its protocol.
    Step {
        /// The node.
        node: String,
        /// The height it works on.
        height: u32,
        /// The round it is in.
        round: u32,
        /// Name of the step.
        step: String,
        /// Whose turn to propose this round is, where it is one validator's.
        proposer: Option<String>,
    },
    /// A timer expired.
    Timeout {
        /// The node.
        node: String,
        /// The height it was set for.
        height: u32,
        /// The round it was set for.
        round: u32,
        /// Name of the timer.
        timer: String,
    },
    /// A node locked on a block.
    Locked {
        /// The node.
        node: String,
        /// The height.
        height: u64,
        /// The round.
        round: u32,
        /// The block.
        block: Hash,
    },
    /// A node saw a quorum of votes for one value.
    Polka {
        /// The node.
        node: String,
        /// The height.
        height: u64,
        /// The round.
        round: u32,
        /// The block.
        block: Option<Hash>,
    },
    /// A node skipped to a later round.
    Skipped {
        /// The node.
        node: String,
        /// The height.
        height: u64,
        /// The round it skipped to.
        round: u32,
    },
    /// A rule of the protocol took effect. What the node does until its next such line, or until something else
    /// reaches it, is what followed.
    #[serde(rename = "rule")]
    Fired {
        /// The node.
        node: String,
        /// The height it is about.
        height: u32,
        /// The round it is about.
        round: u32,
        /// The rule as the protocol's paper numbers it, see `consensusforge about`.
        rule: Option<String>,
        /// What it says.
        text: Option<String>,
    },
    /// A node decided a block.
    Committed {
        /// The node.
        node: String,
        /// The block's place in the decided order, which in a chain is its height.
        height: u64,
        /// The round it was decided in.
        round: u32,
        /// The block.
        block: Hash,
        /// The block before it.
        parent: Hash,
        /// Who proposed it.
        proposer: String,
        /// Transactions in it.
        transactions: u32,
        /// The node learned of it from others, not by voting.
        caught_up: bool,
        /// The block keeps the rules of the ledger.
        valid: bool,
        /// Whose signatures prove the decision.
        signers: Vec<String>,
    },
    /// A node executed a decided block.
    Executed {
        /// The node.
        node: String,
        /// The height.
        height: u64,
        /// The block.
        block: Hash,
        /// State root after it.
        root: Hash,
        /// Gas that its transactions used.
        gas: u64,
    },
    /// A node found a proposed block invalid.
    Rejected {
        /// The node.
        node: String,
        /// The height.
        height: u64,
        /// The round.
        round: u32,
        /// The block.
        block: Hash,
        /// Why, one sentence.
        reason: String,
    },
    /// A node holds two messages that no honest validator signs both.
    Evidence {
        /// The node.
        reporter: String,
        /// Who signed both.
        offender: String,
        /// The height of both.
        height: u64,
        /// The round of both.
        round: u32,
        /// Their kind.
        kind: String,
        /// The block of the first.
        first: Option<Hash>,
        /// The block of the second.
        second: Option<Hash>,
    },
    /// A node stopped.
    Crashed {
        /// The node.
        node: String,
    },
    /// A node started again.
    Restarted {
        /// The node.
        node: String,
    },
    /// From now on exactly these nodes are Byzantine.
    Byzantine {
        /// What they do.
        strategy: String,
        /// The nodes.
        nodes: Vec<String>,
    },
    /// The network or a parameter was changed.
    Changed {
        /// How, one sentence.
        sentence: String,
    },
    /// A command found nothing to act on.
    Vanished {
        /// Which one, one sentence.
        sentence: String,
    },
    /// From a height on other validators vote.
    Validators {
        /// The first height they vote on.
        height: u64,
        /// The decided block that says so.
        block: Hash,
        /// What changed, one sentence.
        sentence: String,
        /// All that vote from there on.
        validators: Vec<LineValidator>,
    },
    /// A user's transaction reached a node.
    Submitted {
        /// The node.
        node: String,
        /// The transaction.
        transaction: Hash,
    },
}

/// Copies of a message left a node. A message that is no longer in memory has its number, and `null` for the rest.
#[derive(Clone, Debug, PartialEq)]
#[derive(Serialize, JsonSchema)]
pub struct SentLine {
    /// Number of the message.
    pub message: u32,
    /// Kind of the message; `forgotten` when it is no longer in memory.
    pub kind: String,
    /// The node that sends these copies.
    pub from: String,
    /// The receivers; absent where a trace file of version 1 or 2 does not name them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Vec<String>>,
    /// How many receivers there are.
    pub copies: u16,
    /// A re-send or a relay.
    pub again: bool,
    /// The validator that signed it; `null` for what is unsigned.
    pub signer: Option<String>,
    /// The node that sent it first: another than `from` in a relay.
    pub origin: Option<String>,
    /// When it was first sent, microseconds.
    pub sent_us: Option<u64>,
    /// The height it belongs to.
    pub height: Option<u64>,
    /// The round it belongs to.
    pub round: Option<u32>,
    /// The block it speaks for.
    pub value: Option<Hash>,
    /// Further fields of the message, by their names with `_` for a blank: `valid_round` of Tendermint's
    /// proposals, `parent` of Streamlet's and Simplex's, `transaction`.
    #[serde(flatten)]
    pub fields: BTreeMap<String, Value>,
}

/// A validator of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, JsonSchema)]
pub struct LineValidator {
    /// Its name.
    pub name: String,
    /// Its stake.
    pub stake: u64,
    /// Its public key, hex.
    pub key: Hash,
}
