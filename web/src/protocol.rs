//! What page and worker say to one another. Small things are serde enums; large ones (chart records,
//! uploaded modules) travel beside them as a transferred `Uint8Array`.

use crate::model::{Command, InputSpec, Scenario};
use borsh::{BorshDeserialize, BorshSerialize};
use consensusforge_core::session::view::{
    Arrow, ChartBatch, ContractView, Frame, LinkView, MessageView, ModuleView, Preset, Problem,
    ReceiptView, Replay, Unit, ViewResult, World,
};
use serde::{Deserialize, Serialize};

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// Start this scenario and go to an instant of it.
    Open {
        scenario: Box<Scenario>,
        at_us: u64,
    },
    /// What stands behind `#` in the address.
    OpenLink(String),
    /// The text of a scenario file.
    OpenFile(String),
    Play(bool),
    /// Simulated time a unit of real time; none: as fast as possible.
    Speed(Option<f64>),
    Step(Unit),
    Seek(u64),
    /// Give up a step, seek or replay under way.
    Stop,
    Apply(Command),
    Link,
    File,
    Message(u32),
    /// A module; its bytes travel beside the message.
    Upload {
        name: String,
    },
    ViewCall {
        address: String,
        input: InputSpec,
        validator: usize,
    },
    /// The last `Tick` has been taken in: another may come.
    Heard,
}

/// From the worker to the page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FromWorker {
    Ready {
        presets: Vec<Preset>,
    },
    Opened {
        scenario: Scenario,
        world: World,
    },
    /// New chart records travel beside this one, as a borsh [`ChartNews`].
    Tick(Tick),
    Frame(Box<Frame>),
    /// The scenario with all commands so far.
    Scenario(Scenario),
    Problem {
        about: About,
        problem: Problem,
    },
    Link(LinkView),
    File(String),
    Message(Option<MessageView>),
    /// A module has been taken in.
    Added(ModuleView),
    Ledger(Box<Ledger>),
    Viewed(ViewResult),
    Replayed(Replay),
    /// The worker is dead; this is what it said.
    Panic(String),
}

/// From the page to the compiler, a worker of its own that is started when first wanted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ToCompiler {
    pub wat: String,
}

/// From the compiler; a module's bytes travel beside `Compiled(Ok)`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FromCompiler {
    Ready,
    Compiled(Result<(), CompileError>),
    Panic(String),
}

/// Which act a problem belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// A scenario that cannot run.
    Scenario,
    /// A mangled or foreign link or file.
    Link,
    Command,
    Module,
}

/// Sent with every slice of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    pub now_us: u64,
    pub steps: u64,
    pub playing: bool,
    pub goal: Option<Progress>,
}

/// A step, seek or replay under way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub what: Doing,
    /// 0 to 1, where known.
    pub share: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doing {
    Stepping,
    Seeking,
    Replaying,
}

/// Contracts and what became of transactions, sent when they change.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ledger {
    pub modules: Vec<ModuleView>,
    pub contracts: Vec<ContractView>,
    pub receipts: Vec<ReceiptView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompileError {
    /// 1-based; 0 when the error has no place.
    pub line: usize,
    pub column: usize,
    pub sentence: String,
}

/// Chart records since the last tick, and what is on the wire now.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ChartNews {
    pub batch: ChartBatch,
    pub flying: Vec<Arrow>,
}
