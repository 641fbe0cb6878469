//! A run at one instant: what changes while it goes on.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    Holds,
    Violated,
    Stalled,
}

/// One monitor's finding, in one plain sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Verdict {
    /// `agreement`, `validity`, `state roots` or `progress`.
    pub monitor: String,
    pub kind: VerdictKind,
    pub sentence: String,
    /// When it turned bad.
    pub since_us: Option<u64>,
}

/// Everything that changes while a run goes on; small enough to send every animation frame.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Frame {
    pub now_us: u64,
    /// Simulator events processed: the "event count" of links.
    pub steps: u64,
    pub digest: String,
    /// Worst first: violated, stalled, holds.
    pub verdicts: Vec<Verdict>,
    /// What just happened and why, one sentence.
    pub caption: String,
    pub metrics: Metrics,
    pub nodes: Vec<NodeView>,
    pub adversary: AdversaryView,
    /// After a fork: names of those whose signatures stand under both blocks.
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
    pub at_us: u64,
    pub sentence: String,
}

#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct CommitMark {
    pub at_us: u64,
    pub height: u64,
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
    pub height: u64,
    /// Blocks per simulated second.
    pub blocks_per_second: f64,
    /// From the proposal leaving to the decision at an honest node: median and 95th percentile.
    pub commit_latency_p50_us: u64,
    pub commit_latency_p95_us: u64,
    /// Rounds a height needed, 1 when round 0 decided.
    pub rounds_per_height: f64,
    /// Copies put on the wire a block, all kinds.
    pub messages_per_block: f64,
    pub messages_by_kind: Vec<KindCount>,
    pub delivered: u64,
    pub lost: u64,
    pub transactions: u64,
    pub transactions_per_second: f64,
    pub mempool: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct KindCount {
    pub kind: String,
    pub sent: u64,
    pub delivered: u64,
    pub lost: u64,
}

#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct NodeView {
    pub name: String,
    pub stake: u64,
    /// Share of the total stake, 0 to 1.
    pub share: f64,
    pub byzantine: bool,
    pub crashed: bool,
    pub height: u64,
    pub round: u32,
    pub step: String,
    /// First eight hex digits of the locked block, and the round of the lock.
    pub locked: Option<(String, u32)>,
    pub decided: u64,
    /// Full hex of the root after the last executed block, and that block's height.
    pub state_root: String,
    pub root_height: u64,
    pub mempool: u64,
    /// Names of the validators it holds proof against.
    pub accuses: Vec<String>,
}

#[derive(Clone, Debug, Default)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct AdversaryView {
    /// Names of the Byzantine validators.
    pub names: Vec<String>,
    pub strategy: String,
    pub stake: u64,
    pub total: u64,
    /// "v2 and v4, 50 % of the stake: ..." what that much can do.
    pub sentence: String,
}
