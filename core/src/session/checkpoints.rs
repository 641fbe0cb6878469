//! Where a run can be taken up again: close together over the last million events, further apart the
//! longer ago.

use crate::base::Micros;
use crate::base::limits::{MAX_CHECKPOINTS, MAX_WAITING_IN_CHECKPOINTS};
use crate::check::Monitors;
use crate::world::Simulation;
use std::rc::Rc;

/// A state to go back to.
pub(super) struct Checkpoint {
    pub steps: u64,
    pub now: Micros,
    pub sim: Box<dyn Simulation>,
    pub monitors: Monitors,
}

/// Events between checkpoints at the beginning of a run, and what a way must be longer than for a jump
/// to pay.
pub(super) const NEAR: u64 = 4_096;
/// Events between checkpoints of the recent past: what is run again within a tenth of a second.
const DENSE: u64 = 32_768;
/// How many events ago the recent past ends.
const RECENT: u64 = 1_250_000;
/// Beyond it, the share of its age that a state may be away from a checkpoint: one in this many.
const SHARE: u64 = 4;

/// Events after the newest checkpoint at which a run that stands at `steps` takes the next. Short runs
/// take them often; a long one would spend its time on it.
pub(super) fn stride(steps: u64) -> u64 {
    (steps / 16).clamp(NEAR, DENSE)
}

/// Events that may lie between two checkpoints the younger of which was `age` events ago.
fn spacing(age: u64) -> u64 {
    if age < RECENT {
        stride(age)
    } else {
        age / SHARE
    }
}

/// Drops what stands closer than need be; the first and the last stay.
pub(super) fn thin(all: &mut Vec<Rc<Checkpoint>>) {
    while let Some(index) = spare(all.len(), |i| all[i].steps) {
        all.remove(index);
    }
    // What is on its way is held by each anew: the oldest but the first go.
    let mut waiting: usize = all.iter().map(|c| c.sim.waiting()).sum();
    while waiting > MAX_WAITING_IN_CHECKPOINTS && all.len() > 2 {
        let gone = all.remove(1);
        waiting -= gone.sim.waiting();
    }
}

/// Of `count` checkpoints, in order, the index of one that can go.
fn spare(count: usize, steps: impl Fn(usize) -> u64) -> Option<usize> {
    let newest = steps(count.checked_sub(1)?);
    let close = (1..count.saturating_sub(1)).rev().find(|i| {
        let (before, after) = (steps(i - 1), steps(i + 1));
        after - before <= spacing(newest - after)
    });
    // The spacing alone keeps some eighty of a run of a thousand million events.
    close.or_else(|| (count > MAX_CHECKPOINTS).then_some(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checkpoints of a run advanced in slices of `slice` events, looked at after each.
    fn run(until: u64, slice: u64, mut look: impl FnMut(u64, &[u64])) {
        let mut all = vec![0];
        let mut steps = 0;
        while steps < until {
            steps += slice;
            if steps >= all[all.len() - 1] + stride(steps) {
                all.push(steps);
                while let Some(index) = spare(all.len(), |i| all[i]) {
                    all.remove(index);
                }
            }
            look(steps, &all);
        }
    }

    #[test]
    fn the_last_million_events_are_close_behind_a_checkpoint_however_long_the_run() {
        for slice in [1_000, 4_096, 16_384] {
            run(20_000_000, slice, |steps, all| {
                let mut ends = all[1..].to_vec();
                ends.push(steps);
                for (from, to) in all.iter().zip(&ends) {
                    if to + 1_000_000 >= steps {
                        assert!(to - from <= DENSE + slice, "{from} to {to} of {steps}");
                    }
                }
            });
        }
    }

    #[test]
    fn older_ones_stand_apart_by_a_share_of_their_age_and_few_are_kept() {
        run(1_000_000_000, 16_384, |steps, all| {
            assert_eq!(all[0], 0, "the beginning stays");
            assert!(all.len() <= MAX_CHECKPOINTS, "{} at {steps}", all.len());
            for pair in all.windows(2) {
                let age = steps - pair[1];
                let most = (age / SHARE).max(DENSE + 16_384);
                assert!(pair[1] - pair[0] <= most, "{pair:?} of {steps}");
            }
        });
    }

    #[test]
    fn a_short_run_has_many() {
        run(100_000, 1_000, |steps, all| {
            assert!(all.len() as u64 >= steps / 10_000, "{all:?}");
        });
    }
}
