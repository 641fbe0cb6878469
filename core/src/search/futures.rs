//! When was it decided that a run breaks its property? It is taken back to some instants, and from each its future is run
//! again and again with other delays and losses. The share of futures that break the property too is small before the
//! turning point and large after it: where it jumps is where to look.

use super::property::Broken;
use super::run::{Build, Ending, Judged, Trial};
use super::statistics::{Interval, wilson};
use crate::base::Micros;
use crate::base::random::{Purpose, Randomness};
use crate::model::Scenario;
use crate::session::view::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Instants of one run that are looked at.
pub const MOST_INSTANTS: u64 = 1_000;
/// Futures from one instant.
pub const MOST_FUTURES: u64 = 100_000;

/// The futures from one instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FuturePoint {
    /// The instant, microseconds; its own events are part of the futures.
    pub at_us: Micros,
    /// Futures that were run.
    pub runs: u64,
    /// Of them, those that break the property.
    pub broken: u64,
    /// Their share, with its interval.
    pub probability: Interval,
}

/// A run whose futures are counted.
pub struct Futures {
    /// The run itself, at the instant whose futures are run.
    past: Trial,
    broken: Broken,
    instants: u64,
    runs: u64,
    randomness: Randomness,
    future: Option<Trial>,
    /// The past stands at the instant.
    there: bool,
    now: (u64, u64),
    points: Vec<FuturePoint>,
}

impl Futures {
    /// `runs` futures from each of `instants`, from the beginning to where the property was seen to be broken.
    ///
    /// # Errors
    /// A sentence, when the scenario cannot run or breaks nothing.
    pub fn new(
        scenario: Scenario,
        judged: &Judged,
        build: Build,
        (instants, runs, seed): (u64, u64, u64),
    ) -> Result<Futures, Problem> {
        judged
            .property
            .check(judged.calm_us, judged.end_us, &scenario)?;
        if !(2..=MOST_INSTANTS).contains(&instants) || !(1..=MOST_FUTURES).contains(&runs) {
            return Err(Problem::new(format!(
                "{runs} futures from {instants} instants cannot be: give 1 to {MOST_FUTURES} futures and 2 to \
                 {MOST_INSTANTS} instants"
            )));
        }
        let outcome = super::run(build, judged, scenario.clone())?;
        let Ending::Broken(broken) = outcome.ending else {
            return Err(Problem::new(format!(
                "this run does not break the property that {}, so there is no instant that decided it",
                judged.property
            )));
        };
        Ok(Futures {
            past: Trial::begin(build, judged, scenario.into())?,
            broken,
            instants,
            runs,
            randomness: Randomness::new(seed),
            future: None,
            there: false,
            now: (0, 0),
            points: Vec::new(),
        })
    }

    /// How the run itself breaks the property.
    #[must_use]
    pub fn broken(&self) -> &Broken {
        &self.broken
    }

    /// The instants so far; the last one's count still grows.
    #[must_use]
    pub fn points(&self) -> &[FuturePoint] {
        &self.points
    }

    /// Works for about so many simulator events; true when all futures have run.
    pub fn advance(&mut self, events: u64) -> bool {
        let mut left = events.max(1);
        while left > 0 && self.now.0 < self.instants {
            let at = self.broken.at_us * self.now.0 / (self.instants - 1);
            let worked = if at >= self.broken.at_us {
                // Broken for good: no future differs.
                self.count(at, true);
                1
            } else if !self.there {
                let before = self.past.steps();
                // To just before the events of the instant: at 0 nothing has happened.
                self.there = at == 0 || self.past.run_to(at - 1, left);
                self.past.steps() - before
            } else if let Some(mut future) = self.future.take() {
                let before = future.steps();
                match future.advance(left) {
                    Some(outcome) => {
                        self.count(at, matches!(outcome.ending, Ending::Broken(_)));
                        outcome.steps - before
                    }
                    None => {
                        let worked = future.steps() - before;
                        self.future = Some(future);
                        worked
                    }
                }
            } else {
                let mut draw = self
                    .randomness
                    .draw(Purpose::Search, self.now.0, 3 + self.now.1);
                self.future = Some(self.past.other_future(draw.u64()));
                1
            };
            left = left.saturating_sub(worked.max(1));
        }
        self.now.0 >= self.instants
    }

    fn count(&mut self, at_us: Micros, broken: bool) {
        if self.now.1 == 0 {
            self.points.push(FuturePoint {
                at_us,
                runs: 0,
                broken: 0,
                probability: wilson(0, 0),
            });
        }
        if let Some(point) = self.points.last_mut() {
            point.runs += 1;
            point.broken += u64::from(broken);
            point.probability = wilson(point.broken, point.runs);
        }
        self.now.1 += 1;
        if self.now.1 == self.runs {
            self.now = (self.now.0 + 1, 0);
            self.there = false;
        }
    }
}
