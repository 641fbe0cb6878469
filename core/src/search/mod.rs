//! "Is there a schedule that breaks this, and which is the smallest?" A search varies a scenario within a [`Space`], runs
//! each variation until it breaks a [`Property`] or has had its time, and hands over what it found as a scenario with
//! commands: an ordinary run, with an ordinary link.
//!
//! Everything is a function of the settings: trial number k is the same whoever runs it, in whatever order, so a search
//! can be cut into parts, taken up again at a number, and its result repeated. Nothing here knows a protocol.
//!
//! [`Search`] and [`Shrink`] work in slices, as a session does: call `advance` until it is over.

mod coverage;
pub mod exhaust;
mod explain;
mod found;
mod futures;
mod generators;
pub mod grid;
mod parts;
mod property;
mod run;
mod shrink;
mod simpler;
mod space;
mod statistics;

pub use coverage::Coverage;
pub use explain::explain;
pub use found::Found;
pub use futures::{FuturePoint, Futures, MOST_FUTURES, MOST_INSTANTS};
pub use generators::Generator;
pub use generators::guided::ISLANDS;
pub use property::{Broken, Property};
pub use run::{Build, Ending, Judged, Outcome, run};
pub use shrink::{MOST_RUNS, Need, Shrink, ShrinkStep};
pub use space::{Move, Space};
pub use statistics::{Interval, wilson};

use crate::base::limits::MAX_SEARCH_TRIALS;
use crate::model::Scenario;
use crate::session::view::Problem;
use generators::Facts;
use generators::guided::{Family, begins};
use run::{Draft, Trial};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is searched, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What is varied.
    pub base: Scenario,
    /// What of it may vary.
    pub space: Space,
    /// What is to be broken.
    pub property: Property,
    /// How trials are made.
    pub generator: Generator,
    /// Of the search's own choices.
    pub seed: u64,
    /// The first trial.
    pub from: u64,
    /// How many trials, counted from there.
    pub trials: u64,
}

impl Settings {
    /// How its trials are judged.
    #[must_use]
    pub fn judged(&self) -> Judged {
        Judged {
            property: self.property.clone(),
            calm_us: self.space.calm_us,
            end_us: self.space.end_us,
        }
    }

    fn check(&self) -> Result<(), Problem> {
        if self.trials == 0 {
            return Err(Problem::new(
                "a budget of 0 trials tries nothing: give at least 1",
            ));
        }
        if self.from.saturating_add(self.trials) > MAX_SEARCH_TRIALS {
            return Err(Problem::new(format!(
                "trials {} to {} are more than a search has, {MAX_SEARCH_TRIALS}: give a smaller budget, and use other seeds \
                 for more",
                self.from,
                self.from.saturating_add(self.trials)
            )));
        }
        self.space.check(&self.base)?;
        let Space {
            calm_us, end_us, ..
        } = self.space;
        self.property.check(calm_us, end_us, &self.base)
    }
}

/// How far a search has come.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    JsonSchema
)]
pub struct Progress {
    /// Trials that ran to their end.
    pub trials: u64,
    /// Of them, those that broke the property: one, unless all are counted.
    pub broken: u64,
    /// Of them, those that had more events than a trial may have: about them nothing is known.
    pub too_long: u64,
    /// Numbers that needed no run: another trial differs by names alone, or the scenario cannot be.
    pub skipped: u64,
    /// Where to take the search up again.
    pub next_trial: u64,
    /// Simulator events of all trials.
    pub events: u64,
    /// Pairs of states seen, see [`Coverage`].
    pub states: u64,
    /// There is nothing more to do: something was found, or all trials have run.
    pub finished: bool,
    /// All trials that the generator has for this space have run.
    pub exhausted: bool,
}

enum Now {
    /// The scenario itself.
    Base(Trial),
    Between,
    /// A trial and its number.
    Trial(Trial, u64),
    Over,
}

/// A search in progress.
pub struct Search {
    settings: Settings,
    build: Build,
    facts: Facts,
    /// Families of trials that are run here.
    islands: Vec<u64>,
    families: BTreeMap<u64, Family>,
    now: Now,
    /// The next trial to begin; those before [`Settings::from`] are run to learn what they have seen.
    next: u64,
    end: u64,
    progress: Progress,
    states: BTreeSet<u64>,
    found: Option<Found>,
    /// It does not stop at the first trial that breaks the property.
    counts: bool,
}

/// The families of part `index` of `of`, counted from 0: every part has other trials, and together they have all.
///
/// # Errors
/// A sentence, when there is no such part.
pub fn part(index: u64, of: u64) -> Result<Vec<u64>, Problem> {
    if of == 0 || of > ISLANDS || index >= of {
        return Err(Problem::new(format!(
            "there is no part {} of {of}: a search has 1 to {ISLANDS} parts",
            index + 1
        )));
    }
    Ok((0..ISLANDS).filter(|i| i % of == index).collect())
}

impl Search {
    /// A search of all trials.
    ///
    /// # Errors
    /// A sentence, when the settings make no sense or the scenario cannot run.
    pub fn new(settings: Settings) -> Result<Search, Problem> {
        let mut all = Self::over(settings, crate::world::simulate, (0..ISLANDS).collect())?;
        all.with_base()?;
        Ok(all)
    }

    /// A search of these families of trials (see [`part`]) over worlds made by `build`. It does not look at the
    /// scenario itself: see [`Self::with_base`].
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn over(settings: Settings, build: Build, islands: Vec<u64>) -> Result<Search, Problem> {
        settings.check()?;
        let base = Trial::begin(build, &settings.judged(), settings.base.clone().into())?;
        let facts = Facts::new(
            settings.base.clone(),
            settings.space.clone(),
            settings.seed,
            base.head(),
        );
        let all = generators::count(settings.generator, &facts);
        let end = settings.from.saturating_add(settings.trials);
        let next = match settings.generator {
            Generator::Guided => begins(settings.from),
            Generator::Random | Generator::Pct | Generator::Twins | Generator::ByzzFuzz => {
                settings.from
            }
        };
        Ok(Search {
            progress: Progress {
                next_trial: settings.from,
                ..Progress::default()
            },
            build,
            facts,
            islands,
            families: BTreeMap::new(),
            now: Now::Between,
            next,
            end: all.map_or(end, |all| end.min(all)),
            states: BTreeSet::new(),
            found: None,
            counts: false,
            settings,
        })
    }

    /// Also runs the scenario itself, first: what is broken without any change needs no search.
    ///
    /// # Errors
    /// Why the scenario cannot run.
    pub fn with_base(&mut self) -> Result<(), Problem> {
        let base = self.settings.base.clone().into();
        let trial = Trial::begin(self.build, &self.settings.judged(), base)?;
        self.now = Now::Base(trial);
        Ok(())
    }

    /// From now on it runs all trials and counts those that break the property, to say how likely that is.
    pub fn count_all(&mut self) {
        self.counts = true;
    }

    /// What it was asked.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What was found first, if something was.
    #[must_use]
    pub fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// The pairs of states seen, see [`Coverage`].
    #[must_use]
    pub fn states(&self) -> &BTreeSet<u64> {
        &self.states
    }

    /// No trial from this number on is begun any more: another worker has found something there.
    pub fn stop_before(&mut self, trial: u64) {
        self.end = self.end.min(trial);
    }

    /// Works for about so many simulator events, a trial's end included.
    pub fn advance(&mut self, events: u64) -> &Progress {
        let mut left = events.max(1);
        while left > 0 && !self.progress.finished {
            let worked = self.work(left);
            left = left.saturating_sub(worked);
        }
        &self.progress
    }

    /// Runs the trial at hand for at most `events`, or begins the next one. Returns how much work that was, in events.
    fn work(&mut self, events: u64) -> u64 {
        match std::mem::replace(&mut self.now, Now::Over) {
            Now::Over => {
                self.progress.finished = true;
                0
            }
            Now::Between => self.begin(),
            Now::Base(mut trial) => {
                let before = trial.steps();
                match trial.advance(events) {
                    None => {
                        let worked = trial.steps() - before;
                        self.now = Now::Base(trial);
                        worked
                    }
                    Some(outcome) => {
                        let worked = outcome.steps - before;
                        self.now = Now::Between;
                        self.judge(None, outcome);
                        worked
                    }
                }
            }
            Now::Trial(mut trial, number) => {
                let before = trial.steps();
                match trial.advance(events) {
                    None => {
                        let worked = trial.steps() - before;
                        self.now = Now::Trial(trial, number);
                        worked
                    }
                    Some(outcome) => {
                        let worked = outcome.steps - before;
                        self.now = Now::Between;
                        self.learn(number, &outcome);
                        if number >= self.settings.from {
                            self.judge(Some(number), outcome);
                        }
                        worked
                    }
                }
            }
        }
    }

    /// Begins the next trial of these families.
    fn begin(&mut self) -> u64 {
        while self.next < self.end && !self.islands.contains(&(self.next % ISLANDS)) {
            self.next += 1;
        }
        self.progress.next_trial = self.next.max(self.settings.from);
        if self.next >= self.end {
            let all = generators::count(self.settings.generator, &self.facts);
            self.progress.exhausted = all.is_some_and(|all| self.next >= all);
            self.progress.finished = true;
            return 0;
        }
        let number = self.next;
        self.next += 1;
        let draft = match self.settings.generator {
            Generator::Guided => {
                let family = self.families.entry(number % ISLANDS).or_default();
                Some(Draft::from(family.draft(&self.facts, number)))
            }
            other => generators::draft(other, &self.facts, number),
        };
        let trial = draft.and_then(|draft| {
            // A mutation may name a twin's node where there is none: such a scenario is passed over.
            Trial::begin(self.build, &self.settings.judged(), draft).ok()
        });
        match trial {
            Some(trial) => self.now = Now::Trial(trial, number),
            None => {
                self.now = Now::Between;
                self.progress.skipped += u64::from(number >= self.settings.from);
            }
        }
        1
    }

    fn learn(&mut self, number: u64, outcome: &Outcome) {
        if self.settings.generator == Generator::Guided {
            let family = self.families.entry(number % ISLANDS).or_default();
            family.learn(&outcome.scenario, &outcome.coverage);
        }
    }

    fn judge(&mut self, number: Option<u64>, outcome: Outcome) {
        self.progress.trials += u64::from(number.is_some());
        self.progress.events += outcome.steps;
        self.progress.too_long += u64::from(outcome.ending == Ending::TooLong);
        self.states.extend(outcome.coverage.entries());
        self.progress.states = self.states.len() as u64;
        if let Ending::Broken(_) = &outcome.ending {
            self.progress.broken += u64::from(number.is_some());
            if self.found.is_none() {
                self.found = Found::of(number, &outcome);
            }
            if !self.counts {
                self.progress.finished = true;
                self.progress.next_trial = number.map_or(self.settings.from, |n| n + 1);
            }
        }
    }
}
