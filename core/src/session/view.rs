//! What the outside sees of a run: plain data, public fields, no behaviour. Times are microseconds,
//! stakes and gas integers, digests hex.

mod chart;
mod condition;
mod contract;
mod culprit;
mod frame;
mod line;
mod log;
mod rules;
mod series;
mod state;
mod story;
mod tree;

pub use crate::scenario::codec::{Expected, Stop};
pub use chart::{Arrow, ChartBatch, Fate, Mark, MarkKind};
pub use condition::{Condition, FoundRecord, FoundRecords, Happening};
pub use contract::{CallView, CardView, ContractView, ModuleView, ReceiptView, ViewResult};
pub use culprit::{CulpritView, SignedStatement, StallView, StatementView};
pub use frame::{
    AdversaryView, CommitMark, Frame, KindCount, Metrics, MissedCommand, NodeView, Verdict,
    VerdictKind,
};
pub use line::{LineEvent, LineValidator, SentLine, TraceLine};
pub use log::{LogPage, LogPlace, LogQuery, LogRow, LogText};
pub use rules::{RuleAt, RuleCount, RulesView};
pub use series::{HeightPoint, Percentiles, SeriesBatch, ValidatorFigures};
pub use state::{FeeAccountView, PersonView, ProofView, StorageView, StoredView};
pub use story::{Story, StorySentence};
pub use tree::{BlockState, TreeBlockView, TreeView};

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something wrong with what a person gave us: what, where, which limit, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[error("{sentence}")]
pub struct Problem {
    /// What was wrong, where, which limit applies and what to do.
    pub sentence: String,
}

impl Problem {
    /// With this sentence, or with that of a typed error.
    pub fn new(sentence: impl ToString) -> Self {
        Problem {
            sentence: sentence.to_string(),
        }
    }
}

/// Static facts of a run: what charts and tables need to know once.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct RunInfo {
    /// Name of the protocol.
    pub protocol: String,
    /// Name of each node, by number.
    pub nodes: Vec<String>,
    /// Kinds of message, by number.
    pub kinds: Vec<KindView>,
    /// Names of the protocol's steps, by number.
    pub steps: Vec<String>,
    /// Names of the protocol's timers, by number.
    pub timers: Vec<String>,
    /// The protocol's rules, by number.
    pub rules: Vec<RuleView>,
    /// Whether its validators lock on blocks.
    pub keeps_locks: bool,
    /// The protocol's word for a round: "round", "view", ...
    pub round: String,
    /// What a quorum is, before "of the stake": "more than two thirds".
    pub quorum_words: String,
    /// Liars that hold less than this share are harmless: "a third".
    pub liars_below: String,
    /// What a decision is proved by, in the plural: "precommits".
    pub certificates: String,
    /// The least stake that is a quorum at the beginning.
    pub quorum: u64,
    /// Stake of all validators at the beginning.
    pub total: u64,
}

/// A rule of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct RuleView {
    /// As the protocol's transcription under `docs/papers` and its tests cite it: "L22-L27".
    pub id: String,
    /// What it says; empty in a saved trace of a protocol that is not known here.
    pub text: String,
}

/// A kind of message.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct KindView {
    /// Its name.
    pub name: String,
    /// `proposal`, `vote` or `other`.
    pub role: String,
}

/// What is known of one message.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct MessageView {
    /// Its number in this run.
    pub id: u32,
    /// Name of its kind.
    pub kind: String,
    /// Name of the node that first sent it.
    pub from: String,
    /// Name of the validator that signed it; `None` for unsigned kinds.
    pub signer: Option<String>,
    /// Height of its slot.
    pub height: u64,
    /// Round of its slot.
    pub round: u32,
    /// Full hex, or null for nil.
    pub value: Option<String>,
    /// Encoded size with what travels along.
    pub bytes: u32,
    /// When it first left, microseconds.
    pub sent_us: u64,
    /// Further fields by name.
    pub fields: Vec<(String, String)>,
}

/// A decision, first to last.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Decision {
    /// Name of the node that decided.
    pub validator: String,
    /// Height of the block.
    pub height: u64,
    /// The round that decided it.
    pub round: u32,
    /// Digest of the block in hex.
    pub block: String,
    /// When it was decided, microseconds.
    pub at_us: u64,
}

/// A link, or why there is none.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct LinkView {
    /// What goes behind `#`; empty when too long for a link.
    pub fragment: String,
    /// Length of the link, also when it is too long.
    pub bytes: u64,
    /// A sentence when the link is long (some programs cut it) or too long (offer a file).
    pub warning: Option<String>,
}

/// Result of replaying a link to where it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Replay {
    /// True when events and digest are those of the link.
    pub matches: bool,
    /// Both, or where they differ, in words.
    pub sentence: String,
}

/// A ready-made scenario.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Preset {
    /// Short and stable: command lines and addresses use it.
    pub id: String,
    /// A line for a list.
    pub title: String,
    /// What it is about: lists show those of one group together.
    pub group: String,
    /// What to look at, one line.
    pub look: String,
    /// The instant at which that is seen, microseconds.
    pub point_us: u64,
    /// What is run.
    pub scenario: crate::scenario::Scenario,
}

/// How far an `advance`, `step` or `seek` came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Advance {
    /// The instant reached, microseconds.
    pub now_us: u64,
    /// Simulator events so far.
    pub steps: u64,
    /// False: the budget ran out first, or `executing`; call again.
    pub reached: bool,
    /// A long block is being executed; one slice of it is done, and nothing else happens before the last.
    pub executing: bool,
}

/// What one press of "step" does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// One simulator event.
    Event,
    /// Up to the next message that is sent or arrives.
    Message,
    /// Up to the next step of a protocol at any node.
    Step,
    /// Up to the next decision of a new height.
    Height,
}

/// A file for another tool.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct ExportView {
    /// A name to save it under.
    pub file: String,
    /// Its content.
    pub text: String,
    /// What is in it and what is not.
    pub sentence: String,
}

/// Instants worth going to, each list in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Moments {
    /// A validator decided a block.
    pub commits_us: Vec<u64>,
    /// A command acted.
    pub commands_us: Vec<u64>,
    /// Crashes, liars, proofs, partitions.
    pub faults: Vec<Moment>,
    /// Since when something is wrong.
    pub violations: Vec<Moment>,
}

/// An instant and what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Moment {
    /// Microseconds.
    pub at_us: u64,
    /// In words.
    pub what: String,
}
