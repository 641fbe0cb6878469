//! What the outside sees of a run: plain data, public fields, no behaviour. Times are microseconds,
//! stakes and gas integers, digests hex.

pub use crate::scenario::codec::Expected;
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something wrong with what a person gave us: what, where, which limit, what to do.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
    thiserror::Error,
)]
#[error("{sentence}")]
pub struct Problem {
    pub sentence: String,
}

impl Problem {
    pub fn new(sentence: impl Into<String>) -> Self {
        Problem {
            sentence: sentence.into(),
        }
    }
}

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    Holds,
    Violated,
    Stalled,
}

/// One monitor's finding, in one plain sentence.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
pub struct Verdict {
    /// `agreement`, `validity`, `state roots` or `progress`.
    pub monitor: String,
    pub kind: VerdictKind,
    pub sentence: String,
    /// When it turned bad.
    pub since_us: Option<u64>,
}

/// Everything that changes while a run goes on; small enough to send every animation frame.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
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
    pub vanished: Vec<Vanished>,
    /// Instants of the newest commits (first per height), at most 512.
    pub commits: Vec<CommitMark>,
}

/// A command that found nothing to act on.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
pub struct Vanished {
    pub at_us: u64,
    pub sentence: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
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
#[derive(
    Clone, Debug, Default, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema,
)]
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

#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
pub struct KindCount {
    pub kind: String,
    pub sent: u64,
    pub delivered: u64,
    pub lost: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
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

#[derive(
    Clone, Debug, Default, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema,
)]
pub struct AdversaryView {
    /// Names of the Byzantine validators.
    pub names: Vec<String>,
    pub strategy: String,
    pub stake: u64,
    pub total: u64,
    /// "v2 and v4, 50 % of the stake: ..." what that much can do.
    pub sentence: String,
}

/// Static facts of a run: what charts and tables need to know once.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct World {
    pub protocol: String,
    pub nodes: Vec<String>,
    pub kinds: Vec<KindView>,
    pub steps: Vec<String>,
    pub timers: Vec<String>,
    pub quorum: u64,
    pub total: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct KindView {
    pub name: String,
    /// `proposal`, `vote` or `other`.
    pub role: String,
}

/// A message on its way from one node to one other, for the chart.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Arrow {
    pub message: u32,
    pub from: u16,
    pub to: u16,
    /// Index into [`World::kinds`].
    pub kind: u8,
    pub fate: Fate,
    /// The sender was Byzantine when this was recorded.
    pub byzantine: bool,
    pub sent_us: u64,
    /// Arrival, or when it would have arrived; for a dropped one, when it was dropped.
    pub arrives_us: u64,
    pub height: u32,
    pub round: u32,
    pub bytes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = false)]
pub enum Fate {
    Flying,
    Delivered,
    Lost,
    Cut,
    ReceiverDown,
    /// A hand took it off the wire.
    Dropped,
}

/// Something that happened at one node at one instant.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Mark {
    pub node: u16,
    pub at_us: u64,
    pub what: MarkKind,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum MarkKind {
    /// Index into [`World::steps`].
    Step {
        height: u64,
        round: u32,
        step: u8,
    },
    /// Index into [`World::timers`].
    Timeout {
        height: u64,
        round: u32,
        timer: u8,
    },
    Locked {
        height: u64,
        round: u32,
        block: [u8; 4],
    },
    Polka {
        height: u64,
        round: u32,
        block: Option<[u8; 4]>,
    },
    Commit {
        height: u64,
        round: u32,
        block: [u8; 4],
        caught_up: bool,
    },
    Rejected {
        height: u64,
        round: u32,
        reason: String,
    },
    Evidence {
        offender: u16,
        height: u64,
        round: u32,
    },
    Crashed,
    Restarted,
    /// `node` is the first one concerned; the sentence names all.
    Changed {
        sentence: String,
    },
    /// A command found nothing to act on.
    Vanished {
        sentence: String,
    },
}

/// New chart records since a cursor. Ask again with `cursor` for the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ChartBatch {
    pub cursor: u64,
    /// Set when the records before these are gone from memory, or the run was moved: forget and redraw.
    pub reset: bool,
    pub arrows: Vec<Arrow>,
    pub marks: Vec<Mark>,
    /// Records left out because `max` was reached since the cursor.
    pub folded: u64,
}

/// What is known of one message.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct MessageView {
    pub id: u32,
    pub kind: String,
    pub from: String,
    pub signer: Option<String>,
    pub height: u64,
    pub round: u32,
    /// Full hex, or null for nil.
    pub value: Option<String>,
    pub bytes: u32,
    pub sent_us: u64,
    pub fields: Vec<(String, String)>,
}

/// A decision, first to last.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
pub struct Decision {
    pub validator: String,
    pub height: u64,
    pub round: u32,
    pub block: String,
    pub at_us: u64,
}

/// An uploaded or built-in module.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ModuleView {
    pub name: String,
    pub sha256: String,
    pub bytes: u64,
    pub summary: String,
    /// Its WAT, where there is one to show.
    pub wat: Option<String>,
    pub builtin: bool,
    /// Calls to try, as text.
    pub examples: Vec<String>,
}

/// A deployed contract as one validator sees it.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ContractView {
    /// In hex.
    pub address: String,
    /// The same as CosmWasm contracts and people write it.
    pub bech32: String,
    pub name: String,
    pub code: String,
    pub balance: String,
    /// Key and value in hex, at most 256 entries.
    pub storage: Vec<(String, String)>,
    pub storage_entries: u64,
}

/// What became of a user's transaction, by the first honest validator that executed it.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ReceiptView {
    pub tx: String,
    /// `pending`, `ok` or `failed`.
    pub status: String,
    pub what: String,
    pub height: Option<u64>,
    pub submitted_us: u64,
    /// What its sender allowed; none where only what it used is known.
    pub gas_limit: Option<u64>,
    pub gas_used: u64,
    pub gas_by: Vec<(String, u64)>,
    /// Calls, messages and replies, each with all that follows from it before the next.
    pub calls: Vec<CallView>,
    /// Further ones.
    pub calls_omitted: u64,
    /// Output bytes in hex, or the error's sentence.
    pub output: Option<String>,
    pub error: Option<String>,
    pub events: Vec<String>,
    /// Contract made by a deployment.
    pub created: Option<String>,
    /// (contract, key, before, after) in hex.
    pub changes: Vec<(String, String, Option<String>, Option<String>)>,
    /// Validators that executed it, with the state root of the block: (name, root).
    pub roots: Vec<(String, String)>,
}

/// A call, message or reply of a transaction.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct CallView {
    /// Of how many others it is a part: 0 for the transaction's own.
    pub depth: u32,
    /// `execute`, `instantiate`, `send`, `reply`, ...
    pub what: String,
    /// The contract it went to: what its code is called, and its address.
    pub to: Option<(String, String)>,
    pub gas_limit: u64,
    /// With all that followed.
    pub gas_used: u64,
    /// Its own part by category.
    pub gas_by: Vec<(String, u64)>,
    /// Of a reply: the number of the message it answers to.
    pub reply_to: Option<u64>,
    /// Why it failed and was undone.
    pub failed: Option<String>,
    /// What the contract wrote for whoever debugs it.
    pub log: Vec<String>,
}

/// Result of a read-only call.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ViewResult {
    pub output: Option<String>,
    pub error: Option<String>,
    pub gas_used: u64,
}

/// A link, or why there is none.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct LinkView {
    /// What goes behind `#`; empty when too long for a link.
    pub fragment: String,
    pub bytes: u64,
    /// A sentence when the link is long (some programs cut it) or too long (offer a file).
    pub warning: Option<String>,
}

/// Result of replaying a link to where it was made.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
pub struct Replay {
    pub matches: bool,
    pub sentence: String,
}

/// A ready-made scenario.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Preset {
    pub id: String,
    pub title: String,
    /// What it is about: lists show those of one group together.
    pub group: String,
    /// What to look at, one line.
    pub look: String,
    pub scenario: crate::scenario::Scenario,
}

/// How far an `advance`, `step` or `seek` came.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
pub struct Advance {
    pub now_us: u64,
    pub steps: u64,
    /// False: the budget ran out first, or `executing`; call again.
    pub reached: bool,
    /// A long block is being executed; one slice of it is done, and nothing else happens before the last.
    pub executing: bool,
}

/// What one press of "step" does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Event,
    Message,
    Step,
    Height,
}

/// An account a person acts with.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
pub struct PersonView {
    pub number: u16,
    /// In bech32, as CosmWasm contracts write it, and in hex.
    pub address: String,
    pub hex: String,
    /// Amount and denomination.
    pub coins: Vec<(String, String)>,
}

/// A contract's storage at one validator after one block.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct StorageView {
    pub height: u64,
    /// What the validator says its state root is.
    pub root: String,
    /// At most 100.
    pub rows: Vec<StoredView>,
    /// How many there are.
    pub found: u64,
}

/// One entry; bytes in hex, of a long value the first 4,096.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct StoredView {
    pub key: String,
    /// The key for people.
    pub shown: String,
    pub value: Option<String>,
    /// Where two heights are compared: what stood there at the other.
    pub before: Option<String>,
}

/// What a proof shows.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ProofView {
    pub root: String,
    pub contract: String,
    pub key: String,
    pub value: Option<String>,
    /// Hashes on the way from key to root.
    pub halves: u64,
    pub sentence: String,
    /// To hand on: anybody can check it.
    pub text: String,
}
/// Median, 95th and 99th percentile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Percentiles {
    pub p50_us: u64,
    pub p95_us: u64,
    pub p99_us: u64,
}

/// One height in figures; lists are by index into [`World::kinds`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HeightPoint {
    pub height: u64,
    /// First honest decision.
    pub at_us: u64,
    /// The round that decided; a height took one more than this.
    pub round: u32,
    /// Since the height before; `None` for the first one seen.
    pub interval_us: Option<u64>,
    /// Of the newest 32 intervals up to this one.
    pub intervals: Percentiles,
    /// From the proposal leaving to each honest decision.
    pub latency: Percentiles,
    pub transactions: u32,
    pub gas: Option<u64>,
    /// The fullest mempool at the decision.
    pub mempool: u32,
    pub copies: Vec<u64>,
    pub bytes: Vec<u64>,
}

/// What a validator did of what was its to do.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ValidatorFigures {
    pub name: String,
    pub stake: u64,
    pub proposed: u64,
    pub missed: u64,
    /// Votes for decided blocks that left before the first honest decision; one a kind of vote.
    pub in_time: u64,
    pub late: u64,
    pub missing: u64,
    /// From a proposal leaving to a quorum for it seen here; the newest 32.
    pub to_quorum_p50_us: Option<u64>,
    pub to_quorum_p95_us: Option<u64>,
}

/// Figures since a cursor. Ask again with `cursor` for the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SeriesBatch {
    pub cursor: u64,
    /// Set when the run was moved or heights were forgotten: begin afresh.
    pub reset: bool,
    /// Heights whose figures will not change again, oldest first.
    pub closed: Vec<HeightPoint>,
    /// The newest heights, which come again.
    pub open: Vec<HeightPoint>,
    pub validators: Vec<ValidatorFigures>,
}

/// A file for another tool.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ExportView {
    /// A name to save it under.
    pub file: String,
    pub text: String,
    /// What is in it and what is not.
    pub sentence: String,
}

/// What a log is to show. All conditions hold at once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LogQuery {
    /// Index into `LOG_EVENTS`.
    pub event: Option<u8>,
    /// Index into [`World::kinds`]: then only records of such messages.
    pub kind: Option<u8>,
    /// A node: where it happened, or who sent it.
    pub node: Option<u16>,
    pub from_height: u64,
    pub to_height: u64,
    /// Words that all must fit: kinds, events, names, heights, beginnings of digests.
    pub text: String,
}

impl Default for LogQuery {
    fn default() -> Self {
        LogQuery {
            event: None,
            kind: None,
            node: None,
            from_height: 0,
            to_height: u64::MAX,
            text: String::new(),
        }
    }
}

/// One record in words.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LogRow {
    /// Of the record since the run began.
    pub number: u64,
    pub at_us: u64,
    pub node: Option<u16>,
    pub event: u8,
    /// Index into [`World::kinds`], for records of messages.
    pub kind: Option<u8>,
    pub what: String,
    pub message: Option<u32>,
    /// The same thing as the chart draws it, where it does.
    pub arrow: Option<Arrow>,
    pub mark: Option<Mark>,
}

/// Some rows of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LogPage {
    /// Rows there are.
    pub total: u32,
    /// Position of the first of these.
    pub from: u32,
    pub rows: Vec<LogRow>,
}

/// A thing on the chart, to be found in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LogPlace {
    pub at_us: u64,
    pub message: Option<u32>,
    pub node: u16,
}

/// A log as a text.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LogText {
    pub text: String,
    /// Older rows that did not fit.
    pub left_out: u32,
}

/// What a module is, as its admission found.
#[derive(Clone, Debug, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct CardView {
    /// SHA-256 in hex.
    pub code: String,
    pub bytes: u64,
    /// The contract interface it speaks, and the export by which it says so.
    pub abi: String,
    pub marker: String,
    /// The strictest set of rules that admits it: `strict` or `modern`.
    pub profile: String,
    /// What the chain calls of it.
    pub entries: Vec<String>,
    /// What it says it needs of the chain.
    pub capabilities: Vec<String>,
    pub migrate_version: Option<u64>,
    /// Its newest id, when it is stored on the chain.
    pub code_id: Option<u64>,
    /// Entry point and message to try, with addresses filled in.
    pub examples: Vec<(String, String)>,
    /// What it exports for people to call.
    pub functions: Vec<String>,
    /// Gas of a fresh instance, paid at each call.
    pub start_gas: u64,
    pub upload_gas: u64,
}

/// Instants worth going to, each list in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Moments {
    /// A validator decided a block.
    pub commits_us: Vec<u64>,
    pub commands_us: Vec<u64>,
    /// Crashes, liars, proofs, partitions.
    pub faults: Vec<Moment>,
    /// Since when something is wrong.
    pub violations: Vec<Moment>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Moment {
    pub at_us: u64,
    pub what: String,
}
