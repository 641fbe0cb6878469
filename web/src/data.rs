//! What page and worker say to one another about figures, the log and files: asked for by panels that
//! are open, answered from the session as it stands, without moving it.

use borsh::{BorshDeserialize, BorshSerialize};
use consensusforge_core::session::view::{
    Condition, FoundRecords, LogPage, LogPlace, LogQuery, RulesView, TreeView, ValidatorFigures,
};

#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum DataRequest {
    /// Figures since a cursor, 0 at first.
    Series {
        cursor: u64,
    },
    /// From now on the log is what fits this.
    Search(LogQuery),
    /// Rows of the log, from a position on.
    Rows {
        from: u32,
        count: u32,
    },
    /// The newest rows.
    Tail {
        count: u32,
    },
    /// Where in the log a thing on the chart stands.
    Find(LogPlace),
    /// Where this has happened, in what is in memory.
    FindRecords(Condition),
    Save(Saving),
    /// How often rules took effect, and how they stand at a node, or at whichever acted last.
    Rules {
        node: Option<u16>,
    },
    /// Blocks up to a height, the newest for none, as a node knows them or all together do.
    Tree {
        node: Option<u16>,
        to: Option<u64>,
    },
}

/// A file to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Saving {
    Heights,
    Validators,
    /// The log as it is filtered, as JSON lines.
    Log,
    /// The trace itself, to be opened again without its scenario.
    Trace,
    /// Index into [`FORMATS`].
    Export {
        format: u8,
        part: Part,
    },
}

/// How much of a run an export holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Part {
    /// All that is in memory.
    All,
    /// So many microseconds before the instant shown.
    Newest(u64),
    /// What is around the first violation.
    AroundViolation,
}

/// Exports as a menu offers them: name, and what opens it.
pub const FORMATS: [(&str, &str); 6] = [
    ("shiviz", "ShiViz log"),
    ("perfetto", "Perfetto / Chrome trace"),
    ("mermaid", "Mermaid sequence diagram"),
    ("itf", "ITF (Apalache) trace"),
    ("jsonl", "JSON lines"),
    ("csv", "CSV of heights"),
];

#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum DataAnswer {
    /// Columns travel beside it.
    Series(SeriesNews),
    Log(LogPage),
    Found(Option<u32>),
    Rules(RulesView),
    Tree(TreeView),
    FoundRecords(Result<FoundRecords, String>),
    /// A file; its bytes travel beside it.
    Saved {
        file: String,
        sentence: String,
    },
    /// What stands open is a saved trace; what was read of its file, and what does not make sense in it.
    Recorded {
        sentence: String,
        complaints: Vec<String>,
    },
}

/// Rows of figures, column by column as little-endian 64-bit floats, NaN for none: in the order that
/// web/vendor/plots.js names.
#[derive(Clone, Debug, Default, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct SeriesNews {
    pub cursor: u64,
    /// Forget the rows that came before.
    pub reset: bool,
    pub rows: u32,
    /// How many of the last rows come again.
    pub open: u32,
    pub validators: Vec<ValidatorFigures>,
}
