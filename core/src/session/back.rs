//! A step back: the run is replayed up to the thing before.

use super::Session;
use super::explain::Stepped;
use super::view::{Advance, Unit};
use crate::base::Micros;
use crate::base::limits::MAX_TIME;
use crate::trace::Event;

/// A step back under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Back {
    unit: Unit,
    /// Events run where it began: the thing wanted came before the last of these.
    goal: u64,
    /// Events up to which the passage under way is searched; `None`: no passage has begun.
    passage: Option<u64>,
    /// Where the passage began.
    from: u64,
    /// Events after which the last such thing was seen.
    found: Option<u64>,
}

/// The result of trying one event.
pub(super) enum One {
    /// It ran; whether it was a thing of the unit.
    Ran(bool),
    /// A slice of a long execution before it.
    Executing,
    /// None is left.
    Nothing,
}

impl Session {
    /// Begins a step back by one thing of this unit, to just after the one before;
    /// [`Session::go_back`] takes it.
    pub fn begin_back(&mut self, unit: Unit) {
        let goal = self.sim.steps();
        self.back = Some(Back {
            unit,
            goal,
            passage: None,
            from: goal,
            found: matches!(unit, Unit::Event).then(|| goal.saturating_sub(1)),
        });
    }

    /// Runs some of the way of a step back; call again until `reached`.
    pub fn go_back(&mut self, max_steps: u64) -> Advance {
        let mut left = max_steps;
        while let Some(mut back) = self.back {
            if let (Some(found), None) = (back.found, back.passage) {
                // The last event by itself, so that it can be explained.
                let advance = self.seek_step(found.saturating_sub(1), left);
                if !advance.reached {
                    return advance;
                }
                if found > 0
                    && let One::Executing = self.one_step(Unit::Event)
                {
                    return self.came(false, true);
                }
                self.back = None;
                return self.came(true, false);
            }
            // The newest passage between checkpoints that may hold it.
            let until = match back.passage {
                Some(until) => until,
                None if back.from == 0 => {
                    back.found = Some(0);
                    self.back = Some(back);
                    continue;
                }
                None => {
                    let until = if back.from == back.goal {
                        back.goal - 1
                    } else {
                        back.from
                    };
                    self.restore(|c| c.steps < back.from);
                    back.from = self.sim.steps();
                    back.passage = Some(until);
                    self.back = Some(back);
                    until
                }
            };
            let mut executing = false;
            while left > 0 && !executing && self.sim.steps() < until {
                left -= 1;
                match self.one_step(back.unit) {
                    One::Ran(true) => back.found = Some(self.sim.steps()),
                    One::Ran(false) | One::Nothing => {}
                    One::Executing => executing = true,
                }
            }
            if self.sim.steps() >= until {
                back.passage = None;
            }
            self.back = Some(back);
            if left == 0 || executing {
                return self.came(false, executing);
            }
        }
        self.came(true, false)
    }

    /// One simulator event, if it can run.
    pub(super) fn one_step(&mut self, unit: Unit) -> One {
        self.one_step_until(unit, MAX_TIME)
    }

    /// As [`Self::one_step`], but none that comes after `until`.
    pub(super) fn one_step_until(&mut self, unit: Unit, until: Micros) -> One {
        let cursor = self.sim.trace().end();
        let height = self.monitors.metrics.decided.back().map(|d| d.height);
        let ran = self.sim.run(until, 1);
        if ran.executing {
            return One::Executing;
        }
        if ran.steps == 0 {
            return One::Nothing;
        }
        self.monitors.observe(self.sim.trace());
        self.stepped = Some(Stepped {
            steps: self.sim.steps(),
            now: self.sim.now(),
            cursor,
        });
        let mut new = self.sim.trace().since(cursor);
        One::Ran(match unit {
            Unit::Event => true,
            Unit::Height => self.monitors.metrics.decided.back().map(|d| d.height) > height,
            Unit::Message => new.any(|r| matches!(r.event, Event::Delivered { .. })),
            Unit::Step => new.any(|r| matches!(r.event, Event::Step { .. })),
        })
    }
}
