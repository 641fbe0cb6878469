//! The guided path: six short steps for someone who knows nothing. A step asks for a prediction, has
//! the reader do something to a run, and explains what came of it in the run's own numbers. Pure: a
//! step's [`StepCheck`] observes frames and reports how far the reader is; the page only draws it.

mod broken;
mod commit;
mod guilt;
mod latency;
pub mod progress;
mod quorum;
mod silence;

use crate::model::{LatencySpec, NetworkSpec, ProtocolSpec, Scenario, ValidatorSpec};
use crate::words;
use consensusforge_core::session::view::{Frame, RunInfo};

/// What a check observes: the run as it stands, and what the reader selected.
pub struct Observation<'a> {
    pub frame: &'a Frame,
    pub world: &'a RunInfo,
    /// The settings in force at the frame's instant.
    pub force: &'a Scenario,
    /// Validators the reader has named; only a step with [`Step::names`] has any.
    pub named: &'a [String],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// What the reader is to do next, or what is being waited for.
    Todo(String),
    /// It has happened: why, in the run's own numbers.
    Done(String),
}

/// Follows one reader through one step. Made when the prediction is given; shown every frame after.
pub trait StepCheck {
    fn observe(&mut self, seen: &Observation) -> Stage;
}

pub struct Step {
    /// Short and stable.
    pub id: &'static str,
    pub title: &'static str,
    /// Two or three sentences before the question.
    pub lead: &'static str,
    pub question: &'static str,
    pub choices: [&'static str; 3],
    /// Index of the right one.
    pub answer: usize,
    /// What the reader is to do.
    pub task: &'static str,
    /// Id of the control it is done with, to be pointed out.
    pub control: &'static str,
    /// The reader answers by naming validators.
    pub names: bool,
    /// Simulated time a unit of real time.
    pub speed: f64,
    /// Whether the run goes on by itself from the start.
    pub plays: bool,
    pub scenario: fn() -> Scenario,
    pub check: fn() -> Box<dyn StepCheck>,
}

#[must_use]
pub fn path() -> [Step; 6] {
    [
        commit::step(),
        latency::step(),
        silence::step(),
        quorum::step(),
        broken::step(),
        guilt::step(),
    ]
}

const MILLISECOND: u64 = 1_000;

fn equal(count: usize) -> Vec<ValidatorSpec> {
    (0..count)
        .map(|k| ValidatorSpec::numbered(k, 100))
        .collect()
}

/// A network without randomness, since the reader compares figures.
fn steady() -> NetworkSpec {
    NetworkSpec {
        latency: LatencySpec::Constant {
            us: 50 * MILLISECOND,
        },
        ..NetworkSpec::default()
    }
}

/// Blocks close behind one another, so that what a block takes is what the network takes.
fn short_pauses() -> ProtocolSpec {
    ProtocolSpec {
        block_interval_us: 20 * MILLISECOND,
        ..ProtocolSpec::default()
    }
}

/// The last decided height, 0 when there is none.
fn height(frame: &Frame) -> u64 {
    frame.commits.last().map_or(0, |c| c.height)
}

/// From the decision before to the decision of each height, oldest first, as (height, µs).
fn gaps(frame: &Frame) -> impl DoubleEndedIterator<Item = (u64, u64)> + '_ {
    frame
        .commits
        .windows(2)
        .filter(|w| w[1].height == w[0].height + 1)
        .map(|w| (w[1].height, w[1].at_us - w[0].at_us))
}

fn middle(mut all: Vec<u64>) -> Option<u64> {
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}

fn down(frame: &Frame) -> Vec<&str> {
    let down = frame.nodes.iter().filter(|n| n.crashed);
    down.map(|n| n.name.as_str()).collect()
}

fn liars(frame: &Frame) -> Vec<&str> {
    let liars = frame.nodes.iter().filter(|n| n.byzantine);
    liars.map(|n| n.name.as_str()).collect()
}

/// `v1`, `v1 and v2`, `v1, v2 and v3`.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    match names {
        [] => "nobody".into(),
        [one] => one.as_ref().into(),
        [all @ .., last] => {
            let all: Vec<&str> = all.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", all.join(", "), last.as_ref())
        }
    }
}

/// `3.8`, without a library's formatting of floating-point numbers.
fn times(longer: u64, shorter: u64) -> String {
    let tenths = (longer * 10 + shorter / 2) / shorter.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn length(us: u64) -> String {
    words::duration(us)
}
