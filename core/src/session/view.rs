//! What the outside sees of a run: plain data, public fields, no behaviour. Times are microseconds,
//! stakes and gas integers, digests hex.

mod chart;
mod contract;
mod frame;
mod log;
mod series;
mod state;

pub use crate::scenario::codec::Expected;
pub use chart::{Arrow, ChartBatch, Fate, Mark, MarkKind};
pub use contract::{CallView, CardView, ContractView, ModuleView, ReceiptView, ViewResult};
pub use frame::{
    AdversaryView, CommitMark, Frame, KindCount, Metrics, MissedCommand, NodeView, Verdict,
    VerdictKind,
};
pub use log::{LogPage, LogPlace, LogQuery, LogRow, LogText};
pub use series::{HeightPoint, Percentiles, SeriesBatch, ValidatorFigures};
pub use state::{PersonView, ProofView, StorageView, StoredView};

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something wrong with what a person gave us: what, where, which limit, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[error("{sentence}")]
pub struct Problem {
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
    pub protocol: String,
    pub nodes: Vec<String>,
    pub kinds: Vec<KindView>,
    pub steps: Vec<String>,
    pub timers: Vec<String>,
    pub quorum: u64,
    pub total: u64,
}

#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct KindView {
    pub name: String,
    /// `proposal`, `vote` or `other`.
    pub role: String,
}

/// What is known of one message.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Decision {
    pub validator: String,
    pub height: u64,
    pub round: u32,
    pub block: String,
    pub at_us: u64,
}

/// A link, or why there is none.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct LinkView {
    /// What goes behind `#`; empty when too long for a link.
    pub fragment: String,
    pub bytes: u64,
    /// A sentence when the link is long (some programs cut it) or too long (offer a file).
    pub warning: Option<String>,
}

/// Result of replaying a link to where it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Replay {
    pub matches: bool,
    pub sentence: String,
}

/// A ready-made scenario.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Advance {
    pub now_us: u64,
    pub steps: u64,
    /// False: the budget ran out first, or `executing`; call again.
    pub reached: bool,
    /// A long block is being executed; one slice of it is done, and nothing else happens before the last.
    pub executing: bool,
}

/// What one press of "step" does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Event,
    Message,
    Step,
    Height,
}

/// A file for another tool.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct ExportView {
    /// A name to save it under.
    pub file: String,
    pub text: String,
    /// What is in it and what is not.
    pub sentence: String,
}

/// Instants worth going to, each list in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Moments {
    /// A validator decided a block.
    pub commits_us: Vec<u64>,
    pub commands_us: Vec<u64>,
    /// Crashes, liars, proofs, partitions.
    pub faults: Vec<Moment>,
    /// Since when something is wrong.
    pub violations: Vec<Moment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Moment {
    pub at_us: u64,
    pub what: String,
}
