//! From one future to another: two scenarios that differ only in commands share a past.

use super::moments::Seen;
use super::view::{Moments, Problem};
use super::{Scenario, Session, modules};
use crate::base::Micros;
use crate::scenario::validate;

/// The first instant at which a run of one scenario may differ from a run of the other; `None` when
/// they are the same run, 0 when they differ in more than commands and contracts at hand.
#[must_use]
pub fn divergence_time(a: &Scenario, b: &Scenario) -> Option<Micros> {
    let bare = |s: &Scenario| Scenario {
        commands: Vec::new(),
        contracts: Vec::new(),
        title: String::new(),
        semantics: 0,
        ..s.clone()
    };
    let clash = a.contracts.iter().any(|x| {
        let same_name = b.contracts.iter().find(|y| y.name == x.name);
        same_name.is_some_and(|y| y.sha256 != x.sha256)
    });
    if clash || bare(a) != bare(b) {
        return Some(0);
    }
    let differing = a.commands.iter().zip(&b.commands).find(|(x, y)| x != y);
    if let Some((x, y)) = differing {
        return Some(x.at_us.min(y.at_us));
    }
    let shorter = a.commands.len().min(b.commands.len());
    let next = a.commands.get(shorter).or(b.commands.get(shorter));
    next.map(|c| c.at_us)
}

impl Session {
    /// Becomes a run of another scenario, keeping what the two have in common: nothing before their
    /// divergence_time is run again. It then stands at the divergence_time or before; `end` is how far that run has
    /// been, and `moments` what was seen in it.
    ///
    /// # Errors
    /// A sentence for a scenario that cannot run; then nothing has changed.
    pub fn switch_to(
        &mut self,
        scenario: Scenario,
        end: Micros,
        moments: Option<Moments>,
    ) -> Result<(), Problem> {
        // A saved trace has nothing in common with any run.
        let divergence_time = match self.is_recorded() {
            true => Some(0),
            false => divergence_time(&self.scenario, &scenario),
        };
        match divergence_time {
            None => self.scenario.title = scenario.title,
            Some(0) => {
                let era = self.era + 1;
                let stops = self.stops.clone();
                *self = Session::open(scenario)?;
                self.era = era;
                self.stops = stops;
            }
            Some(at) => {
                validate(&scenario)?;
                let modules = modules::bytes_of(&scenario)?;
                let semantics = self.scenario.semantics;
                self.scenario = Scenario {
                    semantics,
                    ..scenario
                };
                self.checkpoints.retain(|c| c.now < at);
                if self.sim.now() >= at {
                    self.restore(|_| true);
                } else {
                    self.sim.set_future(&self.scenario.commands);
                    for (name, wasm) in modules {
                        self.sim.add_contract(&name, wasm);
                    }
                    self.era += 1;
                }
                // Up to the divergence_time both saw the same; what a jump passes over is not read again.
                self.seen.cut(at - 1, self.sim.trace());
            }
        }
        self.back = None;
        self.end = end.max(self.sim.now());
        if let Some(moments) = moments {
            self.seen = Seen::of(moments, self.end);
            self.seen.moved(self.sim.trace());
        }
        Ok(())
    }
}
