//! The network between nodes: when a copy arrives, or why it does not.

mod cuts;
mod latency;

pub use cuts::{Cuts, Links};
pub use latency::Latency;

use crate::base::limits::MAX_DELAY;
use crate::base::random::{Purpose, Randomness, link};
use crate::base::{Micros, random::Draw};
use crate::trace::Loss;
use crate::types::NodeId;

/// The fate of a copy sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// Arrives after this many microseconds, and perhaps a second time.
    Arrives {
        /// Microseconds until it arrives.
        after: Micros,
        /// Microseconds until it arrives a second time, if it does.
        again: Option<Micros>,
    },
    /// It never arrives.
    Lost {
        /// What lost it.
        why: Loss,
        /// Microseconds after which it would have arrived.
        after: Micros,
    },
}

/// A network model. The simulated [`Network`] is one; tests bring others.
pub trait Model {
    /// Decides over the next copy on the link `from -> to`, leaving at `now`.
    fn send(&mut self, now: Micros, from: NodeId, to: NodeId) -> Passage;
}

/// Partial synchrony: before `at` any delay up to `max_before`, after it at most `delta` and no loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gst {
    /// The global stabilisation time, microseconds.
    pub at: Micros,
    /// Longest delay before it, microseconds.
    pub max_before: Micros,
    /// Longest delay after it, microseconds.
    pub delta: Micros,
}

/// Parameters as they stand now; commands change them while a run goes on.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// How long copies are on their way.
    pub latency: Latency,
    /// Probability of a loss, in parts in a million.
    pub loss_ppm: u32,
    /// Probability of a second copy, in parts in a million.
    pub duplicate_ppm: u32,
    /// Probability of being held back, in parts in a million.
    pub reorder_ppm: u32,
    /// How long a copy is then held back, microseconds.
    pub reorder_by: Micros,
    /// The global stabilisation time, if there is one.
    pub gst: Option<Gst>,
}

/// The simulated network. Every draw is addressed by (seed, link, k-th copy on that link): changing one
/// parameter leaves the draws of all others, and of every other link, as they were.
#[derive(Clone, Debug)]
pub struct Network {
    /// What can be changed while a run goes on.
    pub conditions: Conditions,
    /// What is cut.
    pub cuts: Cuts,
    randomness: Randomness,
    nodes: usize,
    /// Copies put on each link so far, by `from * nodes + to`.
    sent: Vec<u32>,
}

impl Network {
    /// A network between `nodes` nodes.
    #[must_use]
    pub fn new(conditions: Conditions, cuts: Cuts, randomness: Randomness, nodes: usize) -> Self {
        Network {
            conditions,
            cuts,
            randomness,
            nodes,
            sent: vec![0; nodes * nodes],
        }
    }

    /// From now on every draw is that of other randomness.
    pub fn redraw(&mut self, randomness: Randomness) {
        self.randomness = randomness;
    }

    fn draw(&self, purpose: Purpose, on: u64, k: u32) -> Draw {
        self.randomness.draw(purpose, on, u64::from(k))
    }

    fn chance(&self, purpose: Purpose, on: u64, k: u32, ppm: u32) -> bool {
        // The certain answers cost no draw: most runs have no loss, no duplicates, no reordering.
        ppm > 0 && self.draw(purpose, on, k).chance(ppm)
    }

    fn delay(&self, purpose: Purpose, now: Micros, from: NodeId, to: NodeId, k: u32) -> Micros {
        let c = &self.conditions;
        let on = link(from.0, to.0);
        let sample = |p| match &c.latency {
            Latency::Constant(us) => *us,
            other => other.sample(from, to, &mut self.draw(p, on, k)),
        };
        let delay = match c.gst {
            Some(gst) if now < gst.at => {
                let free = self
                    .draw(Purpose::BeforeGst, on, k)
                    .between(0, gst.max_before);
                free.min((gst.at - now).saturating_add(gst.delta))
            }
            Some(gst) => sample(purpose).min(gst.delta),
            None => sample(purpose),
        };
        delay.min(MAX_DELAY)
    }
}

impl Model for Network {
    fn send(&mut self, now: Micros, from: NodeId, to: NodeId) -> Passage {
        let index = from.index() * self.nodes + to.index();
        let k = self.sent[index];
        self.sent[index] = k.wrapping_add(1);
        let on = link(from.0, to.0);
        let mut after = self.delay(Purpose::Latency, now, from, to, k);
        if self.cuts.cut(now, from, to) {
            return Passage::Lost {
                why: Loss::Partition,
                after,
            };
        }
        let c = &self.conditions;
        let reliable = c.gst.is_some_and(|gst| now >= gst.at);
        if !reliable && self.chance(Purpose::Loss, on, k, c.loss_ppm) {
            return Passage::Lost {
                why: Loss::Network,
                after,
            };
        }
        if !reliable && self.chance(Purpose::Reorder, on, k, c.reorder_ppm) {
            after = after.saturating_add(c.reorder_by).min(MAX_DELAY);
        }
        let again = self
            .chance(Purpose::Duplicate, on, k, c.duplicate_ppm)
            .then(|| self.delay(Purpose::DuplicateLatency, now, from, to, k));
        Passage::Arrives { after, again }
    }
}
