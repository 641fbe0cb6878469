//! The one interface for page, command line and tests.

pub mod view;

use crate::base::Micros;
use crate::scenario::Scenario;
use crate::scenario::model::Command;
use view::{Advance, Arrow, ChartBatch, Frame, Problem, Unit, World};

/// A run in progress: advance it, move it, act on it, look at it.
pub struct Session {
    scenario: Scenario,
}

impl Session {
    /// # Errors
    /// A sentence for every scenario that cannot run.
    pub fn open(scenario: Scenario) -> Result<Session, Problem> {
        Ok(Session { scenario })
    }

    /// The scenario with every command applied so far: what a link carries.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Runs to `until` or for `max_steps` simulator events, whichever is first.
    pub fn advance(&mut self, _until: Micros, _max_steps: u64) -> Advance {
        unimplemented!()
    }

    /// Runs to the next thing of this unit.
    pub fn step(&mut self, _unit: Unit, _max_steps: u64) -> Advance {
        unimplemented!()
    }

    /// Moves to an instant, back or forth; call again until `reached`.
    pub fn seek(&mut self, _to: Micros, _max_steps: u64) -> Advance {
        unimplemented!()
    }

    /// Acts now. Commands later than now are dropped: acting in the past begins a new future.
    ///
    /// # Errors
    /// A sentence when the command makes no sense in this run.
    pub fn apply(&mut self, _command: Command) -> Result<(), Problem> {
        unimplemented!()
    }

    pub fn world(&self) -> World {
        unimplemented!()
    }

    pub fn frame(&self) -> Frame {
        unimplemented!()
    }

    /// Chart records since `cursor` (0 at first), at most `max` arrows, the newest when there are more.
    pub fn chart(&self, _cursor: u64, _max: usize) -> ChartBatch {
        unimplemented!()
    }

    /// Copies on the wire now, at most `max`.
    pub fn flying(&self, _max: usize) -> Vec<Arrow> {
        unimplemented!()
    }
}
