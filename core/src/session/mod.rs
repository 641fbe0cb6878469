//! The one interface for page, command line and tests: advance a run, move in it, act on it, look at it.

mod audit;
mod back;
mod branch;
mod chart;
mod checkpoints;
pub mod compare;
mod condition;
mod contracts;
mod culprits;
mod differences;
mod explain;
pub mod export;
mod frame;
mod history_query;
pub mod inspect;
mod interventions;
mod log;
pub mod microscope;
mod modules;
mod moments;
pub mod protocols;
pub mod race;
pub mod race_link;
mod receipts;
mod recorded;
mod rules;
mod search;
mod series;
mod share;
mod story;
pub mod studio;
mod tree;
pub mod view;
mod words;

pub use crate::base::slices::{self, Slices};
pub use crate::consensus::plural;
pub use crate::scenario::{self, Scenario};
pub use crate::vm::crypto::provide as provide_curves;
#[cfg(feature = "crypto")]
pub use crate::vm::crypto::serve as serve_curves;
pub use branch::divergence_time;
pub use explain::Explanation;
pub use modules::{file_of, files_wanted, take_file};
pub use recorded::{Recorded, TraceSaver, is_trace};
pub use search::{LOG_EVENTS, LogIndex};
pub use share::{Opened, link_of, link_with_stops, museum, open_bytes, open_link, presets};

use crate::base::Micros;
use crate::base::limits::MAX_TIME;
use crate::check::Monitors;
use crate::model::{Command, TimedCommand};
use crate::scenario::{ScenarioError, validate};
use crate::world::{Setup, Simulation, simulate};
use back::One;
use checkpoints::Checkpoint;
use std::rc::Rc;
use view::{Advance, Problem, Unit};

impl From<ScenarioError> for Problem {
    fn from(error: ScenarioError) -> Self {
        Problem::new(error.to_string())
    }
}

/// A run in progress.
pub struct Session {
    scenario: Scenario,
    sim: Box<dyn Simulation>,
    monitors: Monitors,
    /// In order of time; the first is the beginning. Forks share them.
    checkpoints: Vec<Rc<Checkpoint>>,
    /// Counts the times the run was moved: chart cursors of an earlier era start over.
    era: u64,
    end: Micros,
    seen: moments::Seen,
    back: Option<back::Back>,
    /// What a playing run is paused at.
    watcher: condition::Watcher,
    /// Where a reader is to stop.
    stops: Vec<view::Stop>,
    /// Where the newest step led.
    stepped: Option<explain::Stepped>,
}

/// Trace records a checkpoint keeps, so that the chart shows what led to where one goes back to.
const RECORDS_BEFORE: usize = 64 << 10;
/// Events between two looks of the monitors: far less than the window of the trace holds.
const LOOK: u64 = 16_384;

/// What a world of `scenario` is built from, today's semantics included.
///
/// # Errors
/// A sentence that says why the scenario cannot run.
pub fn setup(mut scenario: Scenario) -> Result<Setup, Problem> {
    validate(&scenario)?;
    scenario.semantics = crate::model::SEMANTICS;
    let contracts = modules::bytes_of(&scenario)?;
    Ok(Setup {
        scenario,
        contracts,
    })
}

impl Session {
    /// # Errors
    /// A sentence that says why the scenario cannot run.
    pub fn open(scenario: Scenario) -> Result<Session, Problem> {
        let setup = setup(scenario)?;
        let world = simulate(&setup).map_err(Problem::new)?;
        Ok(Session::over(setup.scenario, world))
    }

    /// A session over a `world` of `scenario` that was built elsewhere: of a protocol that the registry does not
    /// have. It can be run, looked at, moved in and saved; its link opens only where the protocol is known.
    #[must_use]
    pub fn over(scenario: Scenario, world: Box<dyn Simulation>) -> Session {
        let sim = world;
        let monitors = Monitors::new(&sim.trace().head);
        let start = Checkpoint {
            steps: 0,
            now: 0,
            sim: sim.checkpoint(RECORDS_BEFORE),
            monitors: monitors.clone(),
        };
        Session {
            scenario,
            sim,
            monitors,
            checkpoints: vec![Rc::new(start)],
            era: 0,
            end: 0,
            seen: moments::Seen::default(),
            back: None,
            watcher: condition::Watcher::default(),
            stops: Vec::new(),
            stepped: None,
        }
    }

    /// The scenario with every command applied so far: what a link carries.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The instant it stands at, microseconds.
    #[must_use]
    pub fn now_us(&self) -> Micros {
        self.sim.now()
    }

    /// The furthest this run has been.
    #[must_use]
    pub fn end_us(&self) -> Micros {
        self.end.max(self.sim.now())
    }

    /// Runs to `until` (included) or for `max_steps` simulator events or to the end of a slice of a long
    /// execution, whichever is first.
    pub fn advance(&mut self, until: Micros, max_steps: u64) -> Advance {
        let until = until.min(MAX_TIME);
        let mut left = max_steps;
        let mut reached = self.sim.now() >= until && self.sim.next_at().is_none_or(|at| at > until);
        let mut executing = false;
        while left > 0 && !reached && !executing {
            let slice = left.min(LOOK);
            let ran = self.sim.run(until, slice);
            let done = ran.steps;
            left -= done;
            executing = ran.executing;
            reached = done < slice && !executing;
            self.monitors.observe(self.sim.trace());
            self.seen.read(self.sim.trace());
            if done == LOOK {
                self.see_violations();
            }
            self.remember();
        }
        self.end = self.end.max(self.sim.now());
        self.came(reached, executing)
    }

    /// Runs to `until` (included), however long that takes.
    pub fn run_to(&mut self, until: Micros) -> Advance {
        loop {
            let came = self.advance(until, u64::MAX);
            if came.reached {
                return came;
            }
        }
    }

    /// Where it stands now.
    fn came(&self, reached: bool, executing: bool) -> Advance {
        Advance {
            now_us: self.sim.now(),
            steps: self.sim.steps(),
            reached,
            executing,
        }
    }

    /// Runs to the next thing of this unit.
    pub fn step(&mut self, unit: Unit, max_steps: u64) -> Advance {
        self.step_until(unit, MAX_TIME, max_steps)
    }

    /// As [`Self::step`], but not beyond the instant `until`: an event after it is none.
    pub fn step_until(&mut self, unit: Unit, until: Micros, max_steps: u64) -> Advance {
        let mut left = max_steps;
        let mut reached = false;
        let mut executing = false;
        while left > 0 && !reached {
            match self.one_step_until(unit, until) {
                One::Nothing => break,
                One::Executing => {
                    executing = true;
                    break;
                }
                One::Ran(found) => reached = found,
            }
            left -= 1;
            self.seen.read(self.sim.trace());
            self.remember();
        }
        self.end = self.end.max(self.sim.now());
        self.came(reached, executing)
    }

    /// Moves to just after the events of an instant, back or forth; call again until `reached`.
    pub fn seek(&mut self, to: Micros, max_steps: u64) -> Advance {
        self.jump(to < self.sim.now(), |c| c.now <= to);
        self.advance(to, max_steps)
    }

    /// Moves to just after the `steps`-th event; call again until `reached`.
    pub fn seek_step(&mut self, steps: u64, max_steps: u64) -> Advance {
        self.jump(steps < self.sim.steps(), |c| c.steps <= steps);
        let missing = (steps - self.sim.steps()).min(max_steps);
        let advance = self.advance(MAX_TIME, missing);
        Advance {
            reached: advance.steps == steps,
            ..advance
        }
    }

    /// Acts now. In the past this begins a new future: what came later in this run is dropped. At the
    /// front of a run what its scenario still holds stays.
    ///
    /// # Errors
    /// A sentence when the command makes no sense in this run; then nothing has changed.
    pub fn apply(&mut self, command: Command) -> Result<(), Problem> {
        self.changeable()?;
        let now = self.sim.now();
        // Events of this very instant may have run already, and a command comes before those of its
        // own instant: it gets the next one.
        let at_us = if self.sim.steps() == 0 { 0 } else { now + 1 };
        let mut changed = self.scenario.clone();
        // Only who has been further has a future to leave: what a scenario still holds stays in it.
        if self.end > now {
            changed.commands.retain(|c| c.at_us <= now);
        }
        let place = changed.commands.partition_point(|c| c.at_us <= at_us);
        let timed = TimedCommand { at_us, command };
        changed.commands.insert(place, timed.clone());
        validate(&changed)?;
        self.still_there(&timed.command)?;
        self.scenario = changed;
        self.checkpoints.retain(|c| c.now <= now);
        self.end = now;
        self.seen.cut(now, self.sim.trace());
        if at_us == 0 {
            // Nothing has run: open again with one more command.
            let era = self.era + 1;
            let watcher = std::mem::take(&mut self.watcher);
            let stops = std::mem::take(&mut self.stops);
            *self = Session::open(self.scenario.clone())?;
            self.era = era;
            self.watcher = watcher;
            self.stops = stops;
            return Ok(());
        }
        self.sim.set_future(&self.scenario.commands);
        // To the command and past it; a crowd at this very instant may take several looks. While a long
        // block is being executed the command waits for its end.
        loop {
            let came = self.advance(at_us, LOOK);
            if came.reached || came.executing {
                return Ok(());
            }
        }
    }

    /// Where the run can be taken up again: simulator events of each checkpoint, in order.
    #[must_use]
    pub fn checkpoints(&self) -> Vec<u64> {
        self.checkpoints.iter().map(|c| c.steps).collect()
    }

    /// Signatures of messages this session and its forks really made and verified.
    #[must_use]
    pub fn signature_work(&self) -> crate::types::SignatureWork {
        self.sim.signature_work()
    }

    /// A second session at the same point, whose future is its own.
    #[must_use]
    pub fn fork(&self) -> Session {
        Session {
            scenario: self.scenario.clone(),
            sim: self.sim.checkpoint(RECORDS_BEFORE),
            monitors: self.monitors.clone(),
            checkpoints: self.checkpoints.clone(),
            era: self.era + 1,
            end: self.end,
            seen: self.seen.clone(),
            back: None,
            watcher: condition::Watcher::default(),
            stops: self.stops.clone(),
            stepped: None,
        }
    }

    /// Goes to the newest checkpoint that `fits`: always when the way leads `back`, else when it spares
    /// enough of the way.
    fn jump(&mut self, back: bool, fits: impl Fn(&Checkpoint) -> bool) {
        let near = self.sim.steps() + checkpoints::NEAR;
        if back || self.checkpoints.iter().any(|c| c.steps > near && fits(c)) {
            self.restore(fits);
        }
    }

    /// Goes to the newest checkpoint that `fits`.
    fn restore(&mut self, fits: impl Fn(&Checkpoint) -> bool) {
        let Some(checkpoint) = self.checkpoints.iter().rev().find(|c| fits(c)) else {
            return;
        };
        self.sim = checkpoint.sim.checkpoint(RECORDS_BEFORE);
        self.monitors = checkpoint.monitors.clone();
        // Commands and contracts that came after the checkpoint was made.
        self.sim.set_future(&self.scenario.commands);
        if let Ok(modules) = modules::bytes_of(&self.scenario) {
            for (name, wasm) in modules {
                self.sim.add_contract(&name, wasm);
            }
        }
        self.era += 1;
        self.seen.moved(self.sim.trace());
    }

    /// Takes a checkpoint when the last one is far enough behind, and thins the old ones.
    fn remember(&mut self) {
        let steps = self.sim.steps();
        let newest = self.checkpoints.last().map_or(0, |c| c.steps);
        // After going back the way ahead is paved already.
        if steps < newest + checkpoints::stride(steps) {
            return;
        }
        self.checkpoints.push(Rc::new(Checkpoint {
            steps,
            now: self.sim.now(),
            sim: self.sim.checkpoint(RECORDS_BEFORE),
            monitors: self.monitors.clone(),
        }));
        checkpoints::thin(&mut self.checkpoints);
    }
}
