//! A run at one instant: what changes while it goes on.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a property stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// It holds so far.
    Holds,
    /// It does not hold, and can never hold again in this run.
    Violated,
    /// Nothing has been decided for too long.
    Stalled,
}

/// One monitor's finding, in one plain sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Verdict {
    /// `agreement`, `validity`, `state roots` or `progress`.
    pub monitor: String,
    /// Whether the property holds.
    pub kind: VerdictKind,
    /// The finding in words.
    pub sentence: String,
    /// When it turned bad.
    pub since_us: Option<u64>,
}

/// Everything that changes while a run goes on; small enough to send every animation frame.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Frame {
    /// The instant, microseconds.
    pub now_us: u64,
    /// Simulator events processed: the "event count" of links.
    pub steps: u64,
    /// The run's digest so far, in hex.
    pub digest: String,
    /// Worst first: violated, stalled, holds.
    pub verdicts: Vec<Verdict>,
    /// What just happened and why, one sentence.
    pub caption: String,
    /// Figures of the run.
    pub metrics: Metrics,
    /// Every node, in order.
    pub nodes: Vec<NodeView>,
    /// Who is Byzantine.
    pub adversary: AdversaryView,
    /// After a fork: names of those who signed both blocks.
    pub guilty: Vec<String>,
    /// Oldest instant whose trace is still in memory.
    pub window_from_us: u64,
    /// The furthest this run has been: seeking up to here shows what was seen before.
    pub end_us: u64,
    /// Instants of commands of the scenario, for the scrub bar.
    pub commands_us: Vec<u64>,
    /// Commands that found nothing to act on so far.
    pub vanished: Vec<MissedCommand>,
    /// Instants of the newest commits (first per height), at most 512.
    pub commits: Vec<CommitMark>,
}

/// A command that found nothing to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct MissedCommand {
    /// When it was to act, microseconds.
    pub at_us: u64,
    /// What it did not find, in words.
    pub sentence: String,
}

/// The first commit of a height.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct CommitMark {
    /// When, microseconds.
    pub at_us: u64,
    /// The height.
    pub height: u64,
    /// The round that decided.
    pub round: u32,
    /// First eight hex digits.
    pub block: String,
    /// A second block was committed at this height.
    pub forked: bool,
}

/// Averages are over the newest 32 heights, "a block" is a height decided by any honest node.
#[derive(Clone, Debug, Default)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Metrics {
    /// The highest height that an honest node has decided.
    pub height: u64,
    /// Blocks per simulated second.
    pub blocks_per_second: f64,
    /// From the proposal leaving to the decision at an honest node: median and 95th percentile.
    pub commit_latency_p50_us: u64,
    /// 95th percentile of the same, microseconds.
    pub commit_latency_p95_us: u64,
    /// Rounds a height needed, 1 when round 0 decided.
    pub rounds_per_height: f64,
    /// Copies sent per block, all kinds.
    pub messages_per_block: f64,
    /// Copies by kind of message.
    pub messages_by_kind: Vec<KindCount>,
    /// Copies that arrived.
    pub delivered: u64,
    /// Copies that never arrived.
    pub lost: u64,
    /// Bytes of all copies sent.
    pub bytes: u64,
    /// Messages that were signed.
    pub signed: u64,
    /// Signatures on all copies that arrived, those inside others included: what validators that remember
    /// nothing verify.
    pub verified: u64,
    /// Transactions in decided blocks.
    pub transactions: u64,
    /// Transactions per simulated second.
    pub transactions_per_second: f64,
    /// Transactions in the fullest mempool.
    pub mempool: u64,
}

/// Copies of one kind of message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct KindCount {
    /// Name of the kind.
    pub kind: String,
    /// Copies sent.
    pub sent: u64,
    /// Copies that arrived.
    pub delivered: u64,
    /// Copies that never arrived.
    pub lost: u64,
}

/// One node in a table.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct NodeView {
    /// Its name.
    pub name: String,
    /// Stake of its validator.
    pub stake: u64,
    /// Share of the total stake, 0 to 1.
    pub share: f64,
    /// The adversary controls it.
    pub byzantine: bool,
    /// It is down.
    pub crashed: bool,
    /// The height it works on.
    pub height: u64,
    /// The round it is in.
    pub round: u32,
    /// Name of the step it is in.
    pub step: String,
    /// First eight hex digits of the locked block, and the round of the lock.
    pub locked: Option<(String, u32)>,
    /// The highest height it has decided.
    pub decided: u64,
    /// Full hex of the root after the last executed block, and that block's height.
    pub state_root: String,
    /// The height after which this root was found.
    pub root_height: u64,
    /// Transactions in its mempool.
    pub mempool: u64,
    /// Names of the validators it holds proof against.
    pub accuses: Vec<String>,
}

/// Who is Byzantine and what they do.
#[derive(Clone, Debug, Default)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct AdversaryView {
    /// Names of the Byzantine validators.
    pub names: Vec<String>,
    /// Name of what they do; empty when nobody is.
    pub strategy: String,
    /// Stake they hold together.
    pub stake: u64,
    /// Stake of all validators.
    pub total: u64,
    /// "v2 and v4, 50 % of the stake: ..." what that much can do.
    pub sentence: String,
}
