//! Which states a run was in, coarsely: what a guided search wants to see more of.
//!
//! A state is what the node that something happened to is in, seen among the others: which rule, step or timer it
//! was, in which round (from 3 on all are the same), how far the node is behind the furthest, how many are where it is,
//! and how many different blocks the nodes are locked on or have last decided at one height. A pair of states that
//! follow one another at a node is one entry, as American Fuzzy Lop counts pairs of branches: heights that go the same
//! way add nothing, and a run has some dozens of entries.

use crate::trace::{Event, Record, Trace};
use crate::types::{BlockId, Height, Round};
use std::collections::BTreeSet;

/// Rounds from this one on count as one.
const LATE: Round = 3;
/// So far behind and further counts as one.
const FAR: Height = 2;

/// Where one node is.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    height: Height,
    round: Round,
    locked: Option<(Height, BlockId)>,
    decided: Option<(Height, BlockId)>,
    /// The state it was in before.
    last: u64,
}

/// The states of one run.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    places: Vec<Place>,
    cursor: u64,
    entries: BTreeSet<u64>,
}

impl Coverage {
    /// Of a run of so many nodes.
    #[must_use]
    pub fn new(nodes: usize) -> Self {
        Coverage {
            places: vec![Place::default(); nodes],
            ..Coverage::default()
        }
    }

    /// The pairs of states, as numbers that mean the same in every run of a protocol.
    #[must_use]
    pub fn entries(&self) -> &BTreeSet<u64> {
        &self.entries
    }

    /// Reads what the trace has gained.
    pub fn observe(&mut self, trace: &Trace) {
        for record in trace.since(self.cursor) {
            self.see(record);
        }
        self.cursor = trace.end();
    }

    fn see(&mut self, record: &Record) {
        let what = if let Event::Step {
            node,
            step,
            round,
            height,
            ..
        } = &record.event
        {
            let Some(place) = self.places.get_mut(node.index()) else {
                return;
            };
            (place.height, place.round) = (u64::from(*height), *round);
            (node, 1, u64::from(*step))
        } else if let Event::Fired { node, rule, .. } = &record.event {
            (node, 2, u64::from(*rule))
        } else if let Event::TimerFired { node, timer, .. } = &record.event {
            (node, 3, u64::from(*timer))
        } else if let Event::Locked { node, detail } = &record.event {
            if let Some(place) = self.places.get_mut(node.index()) {
                place.locked = Some((detail.0.height, detail.1));
            }
            (node, 4, 0)
        } else if let Event::Polka { node, detail } = &record.event {
            (node, 5, u64::from(detail.1.is_some()))
        } else if let Event::Skipped { node, .. } = &record.event {
            (node, 6, 0)
        } else if let Event::Committed(commit) = &record.event {
            if let Some(place) = self.places.get_mut(commit.node.index()) {
                place.decided = Some((commit.height, commit.block));
            }
            (&commit.node, 7, u64::from(commit.caught_up))
        } else if let Event::Rejected { node, .. } = &record.event {
            (node, 8, 0)
        } else if let Event::Crashed { node } = &record.event {
            (node, 9, 0)
        } else if let Event::Restarted { node } = &record.event {
            (node, 10, 0)
        } else {
            return;
        };
        let (node, kind, detail) = what;
        let Some(place) = self.places.get(node.index()).copied() else {
            return;
        };
        let furthest = self.places.iter().map(|p| p.height).max().unwrap_or(0);
        let here = |p: &&Place| (p.height, p.round) == (place.height, place.round);
        let state = [
            kind,
            detail,
            u64::from(place.round.min(LATE)),
            furthest.saturating_sub(place.height).min(FAR),
            self.places.iter().filter(here).count().min(7) as u64,
            different(self.places.iter().filter_map(|p| p.locked), place.height),
            different(
                self.places.iter().filter_map(|p| p.decided),
                place.decided.map_or(0, |(height, _)| height),
            ),
        ];
        let state = state.iter().fold(0u64, |sum, part| sum << 8 | part & 0xff);
        self.entries.insert(mixed(place.last) ^ state);
        if let Some(place) = self.places.get_mut(node.index()) {
            place.last = state;
        }
    }
}

/// How many blocks there are of one height.
fn different(all: impl Iterator<Item = (Height, BlockId)>, height: Height) -> u64 {
    let blocks: BTreeSet<BlockId> = all.filter(|(h, _)| *h == height).map(|(_, b)| b).collect();
    blocks.len() as u64
}

/// So that "a, then b" is another number than "b, then a" (the last step of splitmix64).
fn mixed(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
