//! One trial: a scenario run until it breaks the property or has had its time. There are no views and no checkpoints,
//! and what it leaves is a scenario, so that a found run opens, plays and replays like any other.

use super::coverage::Coverage;
use super::property::{Broken, Property, Watch};
use crate::base::Micros;
use crate::base::limits::{MAX_COMMANDS, MAX_TRIAL_EVENTS};
use crate::model::{Command, Scenario, TimedCommand};
use crate::scenario::codec::{Document, Expected, write_link};
use crate::session::setup;
use crate::session::view::Problem;
use crate::trace::Head;
use crate::world::{BuildError, Setup, Simulation};

/// Makes the world of a scenario: [`simulate`](crate::world::simulate), or another for a protocol that is not in the
/// registry.
pub type Build = fn(&Setup) -> Result<Box<dyn Simulation>, BuildError>;

/// Events between two looks at the property.
const LOOK: u64 = 64;
/// Records of the past that another future keeps: monitors look back for what a fork is blamed on.
const RECORDS: usize = 64 << 10;

/// What all trials of a search have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What is to be broken.
    pub property: Property,
    /// From when on the network is calm, microseconds.
    pub calm_us: Micros,
    /// The end of a trial, microseconds.
    pub end_us: Micros,
}

/// How a trial ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The property is broken.
    Broken(Broken),
    /// The property held to the end.
    Holds,
    /// It took more than [`MAX_TRIAL_EVENTS`], and nobody knows.
    TooLong,
}

/// A trial that is over.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was run, with all that was done to it.
    pub scenario: Scenario,
    /// How it ended.
    pub ending: Ending,
    /// Simulator events.
    pub steps: u64,
    /// When it ended, microseconds.
    pub now_us: Micros,
    /// The digest at the end, hex.
    pub digest: String,
    /// Which states it was in.
    pub coverage: Coverage,
}

impl Outcome {
    /// Link to this run up to its end; `None` when it would be too long.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        let link = write_link(&Document {
            scenario: self.scenario.clone(),
            expected: Some(Expected {
                steps: self.steps,
                digest: self.digest.clone(),
            }),
            stops: Vec::new(),
        });
        (!link.fragment.is_empty()).then_some(link.fragment)
    }
}

/// A person at the controls of a run who decides as it goes: what is done stands in the scenario afterwards.
pub(super) trait Tactics {
    /// What is to be done, each so many microseconds from now, after what has happened since it last looked.
    fn see(&mut self, sim: &dyn Simulation) -> Vec<(Micros, Command)>;
}

/// A scenario for a trial, and who acts while it runs.
pub(super) struct Draft {
    pub scenario: Scenario,
    pub tactics: Option<Box<dyn Tactics>>,
}

impl From<Scenario> for Draft {
    fn from(scenario: Scenario) -> Self {
        Draft {
            scenario,
            tactics: None,
        }
    }
}

/// A trial that goes on.
pub(super) struct Trial {
    scenario: Scenario,
    sim: Box<dyn Simulation>,
    watch: Watch,
    tactics: Option<Box<dyn Tactics>>,
    coverage: Coverage,
    end: Micros,
}

impl Trial {
    /// # Errors
    /// Why the scenario cannot run.
    pub fn begin(build: Build, judged: &Judged, draft: Draft) -> Result<Self, Problem> {
        let Draft { scenario, tactics } = draft;
        let setup = setup(scenario)?;
        let sim = build(&setup).map_err(Problem::new)?;
        let watch = Watch::new(judged.property.clone(), judged.calm_us, sim.as_ref());
        Ok(Trial {
            scenario: setup.scenario,
            coverage: Coverage::new(sim.node_count()),
            sim,
            watch,
            tactics,
            end: judged.end_us,
        })
    }

    /// What is known of the run before its first event.
    pub fn head(&self) -> &Head {
        &self.sim.trace().head
    }

    /// Simulator events so far.
    pub fn steps(&self) -> u64 {
        self.sim.steps()
    }

    /// Runs to `until` for about `events`; true when it is there, or over before.
    pub fn run_to(&mut self, until: Micros, events: u64) -> bool {
        let end = std::mem::replace(&mut self.end, until);
        let over = self.advance(events).is_some();
        self.end = end;
        over
    }

    /// The same run from here on, with other delays and losses.
    pub fn other_future(&self, seed: u64) -> Trial {
        let mut sim = self.sim.checkpoint(RECORDS);
        sim.redraw(seed);
        Trial {
            scenario: self.scenario.clone(),
            sim,
            watch: self.watch.clone(),
            tactics: None,
            coverage: self.coverage.clone(),
            end: self.end,
        }
    }

    /// Runs on for about `events`; the outcome once it is over.
    pub fn advance(&mut self, events: u64) -> Option<Outcome> {
        let stop = self.sim.steps().saturating_add(events.max(1));
        loop {
            if let Some(ending) = self.slice() {
                return Some(Outcome {
                    scenario: self.scenario.clone(),
                    ending,
                    steps: self.sim.steps(),
                    now_us: self.sim.now(),
                    digest: self.sim.digest().to_string(),
                    coverage: std::mem::take(&mut self.coverage),
                });
            }
            if self.sim.steps() >= stop {
                return None;
            }
        }
    }

    /// Runs to the next look.
    fn slice(&mut self) -> Option<Ending> {
        let now = self.sim.now();
        let look = self.watch.next_look(now, self.sim.as_ref());
        let until = look.unwrap_or(self.end).min(self.end);
        // Whoever acts on what has happened sees every event.
        let most = if self.tactics.is_some() { 1 } else { LOOK };
        let ran = self.sim.run(until, most);
        let looked = ran.steps < most && !ran.executing;
        if let Some(tactics) = &mut self.tactics {
            let acts = tactics.see(self.sim.as_ref());
            self.act(acts);
        }
        self.coverage.observe(self.sim.trace());
        if let Some(broken) = self.watch.observe(self.sim.as_ref(), looked) {
            return Some(Ending::Broken(broken));
        }
        if looked && until == self.end {
            return Some(Ending::Holds);
        }
        (self.sim.steps() > MAX_TRIAL_EVENTS).then_some(Ending::TooLong)
    }

    fn act(&mut self, acts: Vec<(Micros, Command)>) {
        if acts.is_empty() {
            return;
        }
        let now = self.sim.now();
        let commands = &mut self.scenario.commands;
        for (after, command) in acts {
            if commands.len() >= MAX_COMMANDS {
                break;
            }
            // Events of this instant may have run already.
            let at_us = now.saturating_add(after.max(1));
            let place = commands.partition_point(|c| c.at_us <= at_us);
            commands.insert(place, TimedCommand { at_us, command });
        }
        self.sim.set_future(commands);
    }
}

/// Runs `scenario` to its end.
///
/// # Errors
/// Why it cannot run.
pub fn run(build: Build, judged: &Judged, scenario: Scenario) -> Result<Outcome, Problem> {
    let mut trial = Trial::begin(build, judged, scenario.into())?;
    loop {
        if let Some(outcome) = trial.advance(u64::MAX) {
            return Ok(outcome);
        }
    }
}
