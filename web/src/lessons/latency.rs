//! 2. Latency.

use super::{
    Observation, Stage, Step, StepCheck, equal, gaps, height, length, middle, short_pauses, steady,
    times,
};
use crate::model::Scenario;
use crate::settings::typical_latency;

/// How many times the latency the reader is asked for.
const FACTOR: u64 = 4;
/// Blocks that must have come wholly at the new latency.
const BLOCKS: usize = 3;

pub fn step() -> Step {
    Step {
        id: "latency",
        title: "Distance costs time",
        lead: "Every message now takes 50 ms, as between two cities. A block needs the proposal, then the prevotes, then \
               the precommits: three trips, one after another.",
        question: "If every message takes four times as long, how often do blocks come?",
        choices: [
            "As often as before, because validators work in parallel",
            "About a quarter as often",
            "About a sixteenth as often, because all must hear from all",
        ],
        answer: 1,
        task: "Drag latency to 200 ms or more, and let three blocks come.",
        control: "latency",
        names: false,
        speed: 0.15,
        plays: true,
        scenario: || Scenario {
            protocol: short_pauses(),
            validators: equal(4),
            network: steady(),
            ..Scenario::default()
        },
        check: || Box::new(Slower::default()),
    }
}

#[derive(Default)]
struct Slower {
    /// Latency at the prediction.
    base: Option<u64>,
    /// What a block took before.
    before: Option<u64>,
    /// The last height that began before the change.
    changed: Option<u64>,
}

impl StepCheck for Slower {
    fn observe(&mut self, seen: &Observation) -> Stage {
        let frame = seen.frame;
        let now = typical_latency(&seen.force.network.latency);
        let base = *self.base.get_or_insert(now.max(1_000));
        if now < base * FACTOR {
            self.changed = None;
            let before = gaps(frame).rev().take(8).map(|(_, us)| us).collect();
            // The height under way at the change is neither slow nor quick.
            self.before = middle(before).or(self.before);
            let Some(before) = self.before else {
                return Stage::Todo("Waiting for two blocks to compare with …".into());
            };
            return Stage::Todo(format!(
                "A block comes every {} now, with a latency of {}. Drag the latency to {}.",
                length(before),
                length(now),
                length(base * FACTOR),
            ));
        }
        let changed = *self.changed.get_or_insert(height(frame) + 1);
        let slow: Vec<u64> = gaps(frame)
            .filter(|(h, _)| *h > changed)
            .map(|(_, us)| us)
            .collect();
        let count = slow.len();
        let (Some(before), Some(after)) = (self.before, middle(slow)) else {
            return Stage::Todo("Slower already. Waiting for three blocks …".into());
        };
        if count < BLOCKS {
            return Stage::Todo(format!(
                "Slower already. {count} of {BLOCKS} blocks have come …"
            ));
        }
        if after <= before {
            return Stage::Todo("Blocks still come as fast as before. Wait for a few more.".into());
        }
        Stage::Done(format!(
            "Before, a block came every {}; now one comes every {}. That is {} times as long for {} times the latency. \
             Three trips of {} take {}; the rest is the short pause between blocks. Computing hardly matters, but \
             distance does. The chart keeps its scale, so a slower message is a steeper arrow.",
            length(before),
            length(after),
            times(after, before),
            times(now, base),
            length(now),
            length(3 * now),
        ))
    }
}
