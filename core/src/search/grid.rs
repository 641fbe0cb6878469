//! A grid of scenarios along two axes, some seeds a cell: where a chain still works, and where it does not.
//!
//! Rates are floating-point numbers for people's eyes: nothing reads them back.
#![allow(clippy::float_arithmetic)]

use super::statistics::{Interval, median, wilson};
use crate::base::limits::{MAX_TRIAL_TIME, MAX_VALIDATORS};
use crate::base::random::{Purpose, Randomness};
use crate::base::{MILLISECOND, Micros, SECOND};
use crate::consensus::{ParameterKind, registry};
use crate::model::{LatencySpec, ParamValue, Scenario, ValidatorSpec, Who};
use crate::session::Session;
use crate::session::view::{Problem, VerdictKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// Values of one axis.
pub const MOST_VALUES: usize = 100;
/// Seeds of one cell.
pub const MOST_SEEDS: u64 = 100_000;

/// What changes along an axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Dimension {
    Loss,
    Latency,
    Liars,
    Crashed,
    Validators,
    BlockInterval,
    Transactions,
    Parameter(String),
}

/// One axis: what changes, and its values as they were written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Axis {
    /// As it was written: `loss`.
    pub name: String,
    /// In their order.
    pub values: Vec<String>,
    #[serde(skip)]
    #[schemars(skip)]
    dimension: Option<Dimension>,
}

impl Axis {
    /// From a word: `loss=0,10,20`. A name that is no dimension of scenarios is a parameter of `scenario`'s protocol.
    ///
    /// # Errors
    /// A sentence, when there is no such dimension or a value does not fit.
    pub fn parse(text: &str, scenario: &Scenario) -> Result<Axis, Problem> {
        let Some((name, values)) = text.split_once('=') else {
            return Err(Problem::new(format!(
                "{text:?} is no axis: write `loss=0,10,20`"
            )));
        };
        let dimension = dimension(name, &scenario.protocol.name)?;
        let values: Vec<String> = values.split(',').map(|v| v.trim().to_owned()).collect();
        if values.len() > MOST_VALUES {
            return Err(Problem::new(format!(
                "an axis has at most {MOST_VALUES} values, and {name} has {}",
                values.len()
            )));
        }
        let axis = Axis {
            name: name.to_owned(),
            values,
            dimension: Some(dimension),
        };
        for value in &axis.values {
            axis.apply(&mut scenario.clone(), value)?;
        }
        Ok(axis)
    }

    /// Puts `scenario` at `value` of this axis.
    fn apply(&self, scenario: &mut Scenario, value: &str) -> Result<(), Problem> {
        let wrong = |what: &str| {
            Problem::new(format!(
                "{value:?} is no value of {}: it takes {what}",
                self.name
            ))
        };
        let whole = |most: u64| {
            let number = value.parse::<u64>().ok().filter(|n| *n <= most);
            number.ok_or_else(|| wrong(&format!("a whole number up to {most}")))
        };
        match &self.dimension {
            None => {}
            Some(Dimension::Loss) => {
                let percent = value.parse::<f64>().ok();
                let percent = percent.filter(|p| (0.0..=100.0).contains(p));
                let percent = percent.ok_or_else(|| wrong("a percentage"))?;
                scenario.network.loss_ppm = (percent * 10_000.0) as u32;
            }
            Some(Dimension::Latency) => {
                scenario.network.latency = LatencySpec::Constant {
                    us: whole(3_600_000)? * MILLISECOND,
                };
            }
            Some(Dimension::Liars) => {
                scenario.adversary.who = Who::Count(whole(MAX_VALIDATORS as u64)? as u16);
            }
            Some(Dimension::Crashed) => {
                scenario.faults.crashed = whole(MAX_VALIDATORS as u64)? as u16;
            }
            Some(Dimension::Validators) => {
                let count = whole(MAX_VALIDATORS as u64)? as usize;
                let stake = scenario.validators.first().map_or(1, |v| v.stake);
                scenario.validators.truncate(count);
                for i in scenario.validators.len()..count {
                    scenario.validators.push(ValidatorSpec::numbered(i, stake));
                }
            }
            Some(Dimension::BlockInterval) => {
                scenario.protocol.block_interval_us = whole(3_600_000)? * MILLISECOND;
            }
            Some(Dimension::Transactions) => {
                scenario.workload.tx_per_second = whole(1_000)? as u32;
            }
            Some(Dimension::Parameter(name)) => {
                let facts = registry::find(&scenario.protocol.name);
                let known = facts.map(|f| (f.parameters)()).unwrap_or_default();
                let kind = known.into_iter().find(|p| p.name == *name).map(|p| p.kind);
                let value = match kind {
                    Some(ParameterKind::Number { max, .. }) => ParamValue::Number(whole(max)?),
                    Some(ParameterKind::Switch { .. }) => {
                        ParamValue::Switch(value.parse().map_err(|_| wrong("true or false"))?)
                    }
                    Some(ParameterKind::Choice { .. }) | None => {
                        ParamValue::Choice(value.to_owned())
                    }
                };
                scenario.protocol.params.set(name, value);
            }
        }
        Ok(())
    }
}

fn dimension(name: &str, protocol: &str) -> Result<Dimension, Problem> {
    Ok(match name {
        "loss" => Dimension::Loss,
        "latency" => Dimension::Latency,
        "liars" => Dimension::Liars,
        "crashed" => Dimension::Crashed,
        "validators" => Dimension::Validators,
        "block_interval" => Dimension::BlockInterval,
        "transactions" => Dimension::Transactions,
        other => {
            let facts = registry::find(protocol);
            let known = facts.map(|f| (f.parameters)()).unwrap_or_default();
            if !known.iter().any(|p| p.name == other) {
                let names: Vec<&str> = known.iter().map(|p| p.name.as_str()).collect();
                return Err(Problem::new(format!(
                    "there is no axis {other:?}; there are: loss (percent), latency (ms), liars, crashed, validators, \
                     block_interval (ms), transactions (a second), and {protocol}'s parameters: {}",
                    names.join(", ")
                )));
            }
            Dimension::Parameter(other.to_owned())
        }
    })
}

/// What is run in every cell.
#[derive(Clone, Debug)]
pub struct Grid {
    /// What is changed along the axes.
    pub base: Scenario,
    /// From left to right.
    pub x: Axis,
    /// From top to bottom.
    pub y: Axis,
    /// Runs of each cell.
    pub seeds: u64,
    /// Of these runs' own seeds.
    pub seed: u64,
    /// When a run ends, microseconds.
    pub until_us: Micros,
}

/// How the runs of one cell went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// The value of the first axis.
    pub x: String,
    /// The value of the second axis.
    pub y: String,
    /// Runs.
    pub runs: u64,
    /// Runs that violate agreement, validity or state roots.
    pub violated: u64,
    /// Runs that stood still at their end.
    pub stalled: u64,
    /// The share of runs of either kind.
    pub bad: Interval,
    /// Blocks decided in a second, the mean of all runs.
    pub blocks_per_second: f64,
    /// From the proposal leaving to a decision, microseconds: the median of the runs' medians; absent where nothing
    /// was decided.
    pub commit_latency_us: Option<u64>,
    /// The seed of the run that went worst.
    pub worst_seed: u64,
    /// Link to that run; absent when it would be too long.
    pub worst_link: Option<String>,
    /// Why the scenario cannot be there, if so.
    pub refused: Option<String>,
}

/// How bad a run is, the worst greatest.
type Badness = (bool, bool, Reverse<u64>);

/// A cell on its way.
pub struct CellRun {
    scenario: Scenario,
    randomness: Randomness,
    until: Micros,
    left: u64,
    session: Option<Session>,
    blocks: u64,
    latencies: Vec<u64>,
    worst: Option<Badness>,
    cell: Cell,
}

impl Grid {
    /// # Errors
    /// A sentence, when there is nothing to run or too much.
    pub fn check(&self) -> Result<(), Problem> {
        if self.seeds == 0 || self.seeds > MOST_SEEDS {
            return Err(Problem::new(format!(
                "a cell has 1 to {MOST_SEEDS} seeds, not {}",
                self.seeds
            )));
        }
        if self.until_us == 0 || self.until_us > MAX_TRIAL_TIME {
            return Err(Problem::new(format!(
                "a run lasts from 1 microsecond to {} s of simulated time",
                MAX_TRIAL_TIME / SECOND
            )));
        }
        if self.x.name == self.y.name {
            return Err(Problem::new(format!(
                "both axes are {}: give two different ones",
                self.x.name
            )));
        }
        Ok(())
    }

    /// The cell in column `x` and row `y`, as numbers of values; `None` where there is none.
    #[must_use]
    pub fn cell(&self, x: usize, y: usize) -> Option<CellRun> {
        let (x, y) = (self.x.values.get(x)?, self.y.values.get(y)?);
        let mut scenario = self.base.clone();
        let applied = self
            .x
            .apply(&mut scenario, x)
            .and_then(|()| self.y.apply(&mut scenario, y));
        Some(CellRun {
            scenario,
            randomness: Randomness::new(self.seed),
            until: self.until_us,
            left: self.seeds,
            session: None,
            blocks: 0,
            latencies: Vec::new(),
            worst: None,
            cell: Cell {
                x: x.clone(),
                y: y.clone(),
                runs: 0,
                violated: 0,
                stalled: 0,
                bad: wilson(0, 0),
                blocks_per_second: 0.0,
                commit_latency_us: None,
                worst_seed: 0,
                worst_link: None,
                refused: applied.err().map(|p| p.sentence),
            },
        })
    }
}

impl CellRun {
    /// Works for about so many simulator events; the cell once all its runs are over.
    pub fn advance(&mut self, events: u64) -> Option<Cell> {
        let mut left = events.max(1);
        while self.left > 0 && self.cell.refused.is_none() {
            if left == 0 {
                return None;
            }
            let Some(session) = &mut self.session else {
                self.begin();
                continue;
            };
            let before = session.expected().steps;
            let came = session.advance(self.until, left);
            left = left.saturating_sub((came.steps - before).max(1));
            if came.reached {
                self.judge();
            }
        }
        Some(self.finished())
    }

    fn begin(&mut self) {
        // The same seeds in every cell: what differs is the scenario alone.
        let mut draw = self.randomness.draw(Purpose::Search, self.left, 2);
        self.scenario.seed = draw.u64() >> 32;
        match Session::open(self.scenario.clone()) {
            Ok(session) => self.session = Some(session),
            Err(why) => self.cell.refused = Some(why.sentence),
        }
    }

    fn judge(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        self.left -= 1;
        let frame = session.frame();
        let any = |kind| frame.verdicts.iter().any(|v| v.kind == kind);
        let (violated, stalled) = (any(VerdictKind::Violated), any(VerdictKind::Stalled));
        let height = frame.metrics.height;
        self.cell.runs += 1;
        self.cell.violated += u64::from(violated);
        self.cell.stalled += u64::from(stalled && !violated);
        self.blocks += height;
        if height > 0 {
            self.latencies.push(frame.metrics.commit_latency_p50_us);
        }
        let badness = (violated, stalled, Reverse(height));
        if self.worst.is_none_or(|worst| badness > worst) {
            self.worst = Some(badness);
            self.cell.worst_seed = self.scenario.seed;
            let link = session.link().fragment;
            self.cell.worst_link = (!link.is_empty()).then_some(link);
        }
    }

    fn finished(&mut self) -> Cell {
        let mut cell = self.cell.clone();
        cell.bad = wilson(cell.violated + cell.stalled, cell.runs);
        let simulated = (cell.runs * self.until) as f64 / 1e6;
        if simulated > 0.0 {
            cell.blocks_per_second = self.blocks as f64 / simulated;
        }
        let latencies = std::mem::take(&mut self.latencies);
        cell.commit_latency_us = (!latencies.is_empty()).then(|| median(latencies));
        cell
    }
}
