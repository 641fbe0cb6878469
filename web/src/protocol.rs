//! What page and worker say to one another: borsh enums; what is bytes already (chart records, uploaded
//! modules) travels beside them. Both are transferred, and serde stays out of the page.

pub mod studio;

use crate::data::{DataAnswer, DataRequest};
use crate::inspect::Thing;
use crate::inspect::card::Card;
use crate::model::{Command, Scenario, Who};
use borsh::{BorshDeserialize, BorshSerialize};
use consensusforge_core::session::Explanation;
use consensusforge_core::session::compare::Difference;
use consensusforge_core::session::race::{Lane, RaceRow};
use consensusforge_core::session::view::{
    Arrow, ChartBatch, Condition, ContractView, FeeAccountView, Frame, LinkView, MessageView,
    ModuleView, Moments, Preset, Problem, ReceiptView, Replay, RunInfo, Stop, Unit,
};

/// From the page to the worker. A message is made, sent and gone: boxes would only cost.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum ToWorker {
    /// Start this scenario and go to an instant of it. Of this and the three below, `opening` comes back with
    /// the run or with the refusal.
    Open {
        scenario: Box<Scenario>,
        at_us: u64,
        opening: u32,
    },
    /// What stands behind `#` in the address.
    OpenLink {
        text: String,
        opening: u32,
    },
    /// The text of a scenario file.
    OpenFile {
        text: String,
        opening: u32,
    },
    /// A saved trace; its bytes travel beside the message.
    OpenTrace {
        opening: u32,
    },
    Play(bool),
    /// Simulated time a unit of real time; none: as fast as possible.
    Speed(Option<f64>),
    Step(Unit),
    StepBack(Unit),
    Seek(u64),
    /// From now on this worker runs a lane of a race: it moves only when told to, a [`FromWorker::RaceRow`] comes
    /// with each frame, and of contracts and moments nothing is told.
    Lane(Lane),
    /// Flow on to this instant, included, and stand there.
    RunTo(u64),
    /// Go over to another future; what it shares with the run shown is not run again.
    Turn(Box<ToFuture>),
    /// Run this beside the run shown, or nothing any more.
    Comparison(Option<Box<Scenario>>),
    /// From now on pause where one of these happens, and nowhere else.
    PauseWhen(Vec<Condition>),
    /// These are the instants to stop at, of the run shown or, where a number is given, of what was opened by
    /// that request.
    SetStops {
        stops: Vec<Stop>,
        opening: Option<u32>,
    },
    /// Give up a step, seek or replay under way.
    Stop,
    Apply(Command),
    /// Do this to a copy in flight: message, receiver and arrival say which.
    Intervention {
        message: u32,
        from: u16,
        to: u16,
        arrives_us: u64,
        act: Intervention,
    },
    /// The liars say what this text says, a JSON list of puppet lines.
    Script {
        who: Who,
        script: String,
    },
    Link,
    File,
    Message(u32),
    /// From now on tell of this thing, as the run goes on.
    Inspect(Option<Thing>),
    /// A module; its bytes travel beside the message.
    Upload {
        name: String,
    },
    Studio {
        number: u32,
        ask: studio::Ask,
    },
    /// The last `Tick` has been taken in: another may come.
    TickReceived,
    Data(DataRequest),
}

/// A run to go over to: where one stood in it, how far it had been, what was seen.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct ToFuture {
    pub scenario: Scenario,
    pub at_us: u64,
    pub end_us: u64,
    pub moments: Moments,
}

/// How the second run stands.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct ComparisonNews {
    pub now_us: u64,
    pub found: Compared,
}

/// Where two runs first differ, up to the instant both have reached.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum Compared {
    /// Still being looked for.
    Searching,
    Same,
    Differ(Difference),
    /// More happens at one instant than can be kept.
    Unknown,
}

/// What a playing run is paused at.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct PauseNews {
    pub conditions: Vec<Condition>,
    /// Why what was new is not among them.
    pub refusal: Option<String>,
}

/// An act done.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Acted {
    /// With all commands so far.
    pub scenario: Scenario,
    pub name: String,
    /// Where the run stood before, and how far it had been.
    pub at_us: u64,
    pub end_us: u64,
    /// It had been further: that future is left behind.
    pub forked: bool,
}

/// What a hand does to a message in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Intervention {
    Drop,
    /// Microseconds.
    Delay(u64),
    /// A second copy this many microseconds after the first.
    Duplicate(u64),
    DeliverNow,
}

impl ToWorker {
    /// Whether this says if time is to flow: see [`Tick::orders`].
    #[must_use]
    pub fn is_order(&self) -> bool {
        matches!(
            self,
            ToWorker::Play(_) | ToWorker::Step(_) | ToWorker::StepBack(_)
        )
    }
}

/// From the worker to the page.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub enum FromWorker {
    Ready {
        presets: Vec<Preset>,
    },
    Opened {
        scenario: Scenario,
        world: RunInfo,
        /// Which request opened it; none: an act on the run shown made it another one.
        opening: Option<u32>,
    },
    /// New chart records travel beside this one, as a borsh [`ChartNews`].
    Tick(Tick),
    Frame(Box<Frame>),
    /// How the lane stands, at the frame that comes next.
    RaceRow(Box<RaceRow>),
    /// The scenario with all commands so far.
    Scenario(Scenario),
    Acted(Box<Acted>),
    /// The run is another one now, of the same world.
    Turned(Scenario),
    Moments(Box<Moments>),
    /// A second run is there, of such a world; or none any more.
    ComparisonOpened(Option<RunInfo>),
    /// The second run stands at the instant of the first. Chart records travel beside, as in a tick.
    Comparison(Box<ComparisonNews>),
    ComparisonFrame(Box<Frame>),
    /// Instants to stop at, with notes, in order of time.
    Stops(Vec<Stop>),
    /// What is paused at from now on.
    PausingWhen(PauseNews),
    /// What the step just made did, or what the run was paused at.
    Explained(Explanation),
    Problem {
        about: About,
        problem: Problem,
    },
    Link(LinkView),
    File(String),
    Message(Option<MessageView>),
    /// Of the thing inspected.
    Card(Box<Card>),
    /// A module has been taken in.
    Added(ModuleView),
    Ledger(Box<Ledger>),
    Studio {
        number: u32,
        answer: studio::Answer,
    },
    Replayed(Replay),
    Data(DataAnswer),
    /// The worker is dead; this is what it said.
    Panic(String),
}

/// From the page to the compiler, a worker of its own that is started when first wanted.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct ToCompiler {
    pub wat: String,
}

/// From the compiler; a module's bytes travel beside `Compiled(Ok)`.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub enum FromCompiler {
    Ready,
    Compiled(Result<(), CompileError>),
    Panic(String),
}

/// Which act a problem belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum About {
    /// A scenario that cannot run.
    Scenario,
    /// A link, file or scenario that was to be opened, by the number of the request.
    Opening(u32),
    Command,
    Module,
}

/// Sent with every slice of work.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    BorshSerialize,
    BorshDeserialize
)]
pub struct Tick {
    pub now_us: u64,
    pub steps: u64,
    pub playing: bool,
    /// How many of the page's orders to play, pause or step had been heard when this was said.
    pub orders: u32,
    pub goal: Option<Progress>,
    /// A long block is being executed; time goes on after it.
    pub executing: bool,
    /// Bytes the worker's memory has; 0 where that is not known.
    pub memory: u64,
}

/// A step, seek or replay under way.
#[derive(Clone, Copy, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Progress {
    pub what: Operation,
    /// 0 to 1, where known.
    pub share: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Operation {
    Stepping,
    SteppingBack,
    Seeking,
    Replaying,
}

/// Contracts and what became of transactions, sent when they change.
#[derive(Clone, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct Ledger {
    pub modules: Vec<ModuleView>,
    pub contracts: Vec<ContractView>,
    pub receipts: Vec<ReceiptView>,
    /// The accounts people act with, in the order of their numbers: address as bech32 and as hex.
    pub people: Vec<(String, String)>,
    /// Where validators' fees are paid.
    pub fee_accounts: Vec<FeeAccountView>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
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
    /// Copies on the wire; those that left at `since` or later, where that is given.
    pub flying: Vec<Arrow>,
    pub since: Option<u64>,
}
