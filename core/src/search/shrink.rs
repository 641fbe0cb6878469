//! Makes a run that breaks a property as small as can be: first fewer parts, by delta debugging (Zeller, Hildebrandt,
//! "Simplifying and Isolating Failure-Inducing Input", TSE 2002), then fewer validators and simpler values, and so on
//! until nothing helps. Every step is run, and only what still breaks the same property is kept.

use super::found::Found;
use super::generators::calm_down;
use super::parts::{Part, parts, without, words};
use super::property::Property;
use super::run::{Build, Ending, Judged, Outcome, Trial};
use super::simpler::simpler;
use crate::base::encode;
use crate::base::{Hash, hash_bytes};
use crate::model::Scenario;
use crate::session::view::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Runs after which the smallest so far is good enough.
pub const MOST_RUNS: u64 = 5_000;

/// A step that made the run smaller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShrinkStep {
    /// What was taken out or simplified.
    pub what: String,
    /// Commands and other parts that are left.
    pub parts: u64,
    /// Validators that are left.
    pub validators: u64,
    /// Runs tried so far.
    pub runs: u64,
}

/// What is left, and why it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Need {
    /// A part of the run in words.
    pub what: String,
    /// What happens without it: "holds".
    pub without: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Does the run break the property at all?
    Check,
    /// Is part `at` of `of` equal shares of all parts needed?
    Fewer {
        of: usize,
        at: usize,
    },
    /// The next simplification; `changed`: one has helped since the parts were last looked at.
    Simpler {
        at: usize,
        changed: bool,
    },
    /// Is this part needed?
    Needs(usize),
    Done,
}

/// A run on its way to the smallest.
pub struct Shrink {
    build: Build,
    judged: Judged,
    best: Scenario,
    outcome: Option<Outcome>,
    stage: Stage,
    running: Option<(String, Scenario, Trial)>,
    /// Scenarios that were tried and broke nothing.
    held: BTreeSet<Hash>,
    runs: u64,
    steps: Vec<ShrinkStep>,
    needs: Vec<Need>,
    problem: Option<Problem>,
}

impl Shrink {
    /// # Errors
    /// Why the scenario cannot run, or the property cannot be judged.
    pub fn new(scenario: Scenario, judged: Judged) -> Result<Shrink, Problem> {
        Self::over(scenario, judged, crate::world::simulate)
    }

    /// Over worlds made by `build`.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn over(scenario: Scenario, judged: Judged, build: Build) -> Result<Shrink, Problem> {
        judged
            .property
            .check(judged.calm_us, judged.end_us, &scenario)?;
        let mut shrink = Shrink {
            build,
            judged,
            best: scenario,
            outcome: None,
            stage: Stage::Check,
            running: None,
            held: BTreeSet::new(),
            runs: 0,
            steps: Vec::new(),
            needs: Vec::new(),
            problem: None,
        };
        shrink.best = shrink.calmed(shrink.best.clone());
        let trial = shrink.trial(&shrink.best)?;
        shrink.running = Some((String::new(), shrink.best.clone(), trial));
        Ok(shrink)
    }

    /// The smallest so far; `None` until the run itself has been run again.
    #[must_use]
    pub fn best(&self) -> Option<Found> {
        self.outcome.as_ref().and_then(|o| Found::of(None, o))
    }

    /// The steps that helped, in order.
    #[must_use]
    pub fn steps(&self) -> &[ShrinkStep] {
        &self.steps
    }

    /// What each part that is left is needed for; complete when [`Self::advance`] says so.
    #[must_use]
    pub fn needs(&self) -> &[Need] {
        &self.needs
    }

    /// Runs tried so far.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Why there is nothing to make smaller, if so.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// Works for about so many simulator events; true when nothing makes it smaller any more.
    pub fn advance(&mut self, events: u64) -> bool {
        let mut left = events.max(1);
        while left > 0 && self.stage != Stage::Done {
            let Some((what, scenario, mut trial)) = self.running.take() else {
                self.next();
                left -= 1;
                continue;
            };
            let before = trial.steps();
            match trial.advance(left) {
                None => {
                    left = left.saturating_sub(trial.steps() - before);
                    self.running = Some((what, scenario, trial));
                }
                Some(outcome) => {
                    left = left.saturating_sub(outcome.steps - before);
                    self.runs += 1;
                    self.judge(what, &scenario, outcome);
                }
            }
        }
        self.stage == Stage::Done
    }

    fn trial(&self, scenario: &Scenario) -> Result<Trial, Problem> {
        Trial::begin(self.build, &self.judged, scenario.clone().into())
    }

    /// What is to make progress once the network is calm must have a calm network, whatever was taken out.
    fn calmed(&self, mut scenario: Scenario) -> Scenario {
        if let Property::Progress { .. } = self.judged.property {
            calm_down(&mut scenario, self.judged.calm_us);
        }
        scenario
    }

    /// Chooses what to try next, and begins it if it is worth a run.
    fn next(&mut self) {
        if self.runs >= MOST_RUNS && !matches!(self.stage, Stage::Needs(_)) {
            self.stage = Stage::Needs(0);
        }
        let Some((what, scenario)) = self.candidate() else {
            return;
        };
        let scenario = self.calmed(scenario);
        let same = scenario == self.best;
        if same || self.held.contains(&name(&scenario)) {
            return self.judge_unseen(&what);
        }
        match self.trial(&scenario) {
            Ok(trial) => self.running = Some((what, scenario, trial)),
            // What cannot run breaks nothing.
            Err(_) => self.judge_unseen(&what),
        }
    }

    /// The next scenario to try, in words; `None`: the stage has changed.
    fn candidate(&mut self) -> Option<(String, Scenario)> {
        match self.stage {
            Stage::Check | Stage::Done => {
                self.stage = Stage::Done;
                None
            }
            Stage::Fewer { of, at } => {
                let all = parts(&self.best);
                if at >= of.min(all.len()) {
                    self.stage = if of >= all.len() {
                        Stage::Simpler {
                            at: 0,
                            changed: false,
                        }
                    } else {
                        Stage::Fewer {
                            of: (2 * of).min(all.len()),
                            at: 0,
                        }
                    };
                    return None;
                }
                let out = share(&all, of, at);
                let what = match out {
                    [one] => format!("without: {}", words(&self.best, *one)),
                    several => format!("without {} parts", several.len()),
                };
                Some((what, without(&self.best, out)))
            }
            Stage::Simpler { at, changed } => {
                let found = simpler(&self.best).into_iter().nth(at);
                if found.is_none() {
                    self.stage = if changed {
                        Stage::Fewer { of: 1, at: 0 }
                    } else {
                        Stage::Needs(0)
                    };
                }
                found
            }
            Stage::Needs(at) => {
                let all = parts(&self.best);
                let Some(part) = all.get(at) else {
                    self.stage = Stage::Done;
                    return None;
                };
                let what = words(&self.best, *part);
                Some((what, without(&self.best, &[*part])))
            }
        }
    }

    /// A candidate that needs no run: it is what we have, was tried before, or cannot be.
    fn judge_unseen(&mut self, what: &str) {
        match self.stage {
            Stage::Fewer { of, at } => self.stage = Stage::Fewer { of, at: at + 1 },
            Stage::Simpler { at, changed } => {
                self.stage = Stage::Simpler {
                    at: at + 1,
                    changed,
                };
            }
            Stage::Needs(at) => {
                self.need(what);
                self.stage = Stage::Needs(at + 1);
            }
            Stage::Check | Stage::Done => {}
        }
    }

    fn need(&mut self, what: &str) {
        self.needs.push(Need {
            what: what.to_owned(),
            without: "holds".to_owned(),
        });
    }

    fn judge(&mut self, what: String, scenario: &Scenario, outcome: Outcome) {
        let broken = matches!(outcome.ending, Ending::Broken(_));
        if self.stage == Stage::Check {
            if !broken {
                self.problem = Some(Problem::new(format!(
                    "this run does not break the property that {}, so there is nothing to make smaller",
                    self.judged.property
                )));
                self.stage = Stage::Done;
                return;
            }
            self.outcome = Some(outcome);
            self.stage = Stage::Fewer { of: 1, at: 0 };
            return;
        }
        if !broken {
            self.held.insert(name(scenario));
            return self.judge_unseen(&what);
        }
        self.best = scenario.clone();
        self.outcome = Some(outcome);
        let left = parts(&self.best).len();
        self.steps.push(ShrinkStep {
            what,
            parts: left as u64,
            validators: self.best.validators.len() as u64,
            runs: self.runs,
        });
        self.stage = match self.stage {
            Stage::Fewer { of, .. } => Stage::Fewer {
                of: of.saturating_sub(1).max(2).min(left.max(1)),
                at: 0,
            },
            Stage::Simpler { at, .. } => Stage::Simpler { at, changed: true },
            Stage::Needs(_) => {
                self.needs.clear();
                Stage::Needs(0)
            }
            Stage::Check | Stage::Done => Stage::Done,
        };
    }
}

/// Share `at` of `of` of all parts.
fn share(all: &[Part], of: usize, at: usize) -> &[Part] {
    let of = of.min(all.len()).max(1);
    let place = |i: usize| all.len() * i / of;
    &all[place(at)..place(at + 1)]
}

/// Two scenarios of one name are the same.
fn name(scenario: &Scenario) -> Hash {
    hash_bytes("consensusforge/search/scenario", &encode(scenario))
}
