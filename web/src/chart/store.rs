//! Chart records on the page: kept by time, bounded, asked for by window.

use consensusforge_core::session::view::{Arrow, ChartBatch, Fate, Mark, MarkKind};
use std::collections::{BTreeMap, VecDeque};

/// Arrows kept; older ones come back when one seeks there. About 5 MB.
pub const MAX_ARROWS: usize = 160_000;
/// Copies on the wire that are kept: one round of votes of 128 validators.
pub const MAX_FLYING: usize = 18_000;
pub const MAX_MARKS: usize = 60_000;
/// Heights whose committers are remembered, to give each lifeline its side once they fork.
const MAX_SIDED: usize = 64;
/// Heights whose blocks are remembered, to tell a fork's second block from its first.
const MAX_HEIGHTS: usize = 4_096;
const CHUNK: usize = 512;

/// Neighbours in the order they were recorded, with the time they span.
struct Chunk {
    from_us: u64,
    to_us: u64,
    arrows: Vec<Arrow>,
}

/// When anybody first entered a (height, round).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub at_us: u64,
    pub height: u64,
    pub round: u32,
}

#[derive(Default)]
pub struct Store {
    chunks: VecDeque<Chunk>,
    arrows: usize,
    marks: VecDeque<Mark>,
    slots: VecDeque<Slot>,
    /// Blocks committed by height, in the order they were first seen.
    blocks: BTreeMap<u64, Vec<[u8; 4]>>,
    /// Who committed what and when, for the newest heights and the lowest fork.
    committers: BTreeMap<u64, Vec<(u16, u64, [u8; 4])>>,
    /// The lowest height with two blocks.
    fork: Option<u64>,
    pub flying: Vec<Arrow>,
    /// Counts what was taken in; with `pushed` it tells a cache what is new.
    pub version: u64,
    /// Arrows ever pushed since the last reset.
    pushed: u64,
    era: u64,
    /// Records the worker left out since the last reset.
    pub folded: u64,
}

impl Store {
    pub fn clear(&mut self) {
        // A cache must not take the new arrows for the old ones.
        let version = self.version + 1;
        *self = Store::default();
        self.version = version;
        self.era = version;
    }

    /// The clock stands at `now`: what was to arrive by then has, and is recorded.
    pub fn now(&mut self, now_us: u64) {
        self.flying.retain(|a| a.arrives_us > now_us);
    }

    /// Changes whenever everything is forgotten.
    #[must_use]
    pub fn era(&self) -> u64 {
        self.era
    }

    /// Number of the next arrow to be pushed.
    #[must_use]
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// Arrows pushed as number `from` and later, as far as they are kept.
    pub fn pushed_since(&self, from: u64) -> impl Iterator<Item = &Arrow> {
        let oldest = self.pushed - self.arrows as u64;
        let mut skip = from.saturating_sub(oldest) as usize;
        self.chunks.iter().flat_map(move |c| {
            let here = skip.min(c.arrows.len());
            skip -= here;
            c.arrows[here..].iter()
        })
    }

    /// Everything in the order it arrived or was lost, what flies last.
    pub fn arrived(&self) -> impl Iterator<Item = &Arrow> {
        let settled = self.chunks.iter().flat_map(|c| c.arrows.iter());
        settled.chain(self.flying.iter())
    }

    /// The other way round.
    pub fn arrived_newest_first(&self) -> impl Iterator<Item = &Arrow> {
        let flying = self.flying.iter().rev();
        flying.chain(self.chunks.iter().rev().flat_map(|c| c.arrows.iter().rev()))
    }

    /// Mean microseconds messages took to each node, where any arrived.
    #[must_use]
    pub fn delays(&self, nodes: usize) -> Vec<Option<f64>> {
        let mut sums = vec![(0.0, 0u32); nodes];
        for a in self.chunks.iter().flat_map(|c| c.arrows.iter()) {
            if let (Some(sum), Fate::Delivered) = (sums.get_mut(usize::from(a.to)), a.fate) {
                sum.0 += a.arrives_us.saturating_sub(a.sent_us) as f64;
                sum.1 += 1;
            }
        }
        let mean = |(sum, n): (f64, u32)| (n > 0).then(|| sum / f64::from(n));
        sums.into_iter().map(mean).collect()
    }

    /// The first and the last instant of which something is kept.
    #[must_use]
    pub fn span(&self) -> Option<(u64, u64)> {
        let chunks = &self.chunks;
        let from = chunks.iter().map(|c| c.from_us);
        let to = chunks.iter().map(|c| c.to_us);
        let marks = (self.marks.front(), self.marks.back());
        let from = from.chain(marks.0.map(|m| m.at_us)).min()?;
        let to = to.chain(marks.1.map(|m| m.at_us)).max()?;
        Some((from, to))
    }

    /// `flying` are the copies on the wire, those that left at `since` or later where that is given: what
    /// left before is known and still flies unless it has arrived.
    pub fn take(&mut self, batch: ChartBatch, flying: Vec<Arrow>, since: Option<u64>) {
        if batch.reset {
            self.clear();
        }
        self.version += 1;
        self.folded += batch.folded;
        for arrow in batch.arrows {
            self.push(arrow);
        }
        for mark in batch.marks {
            self.mark(mark);
        }
        match since {
            Some(since) => self.flying.retain(|a| a.sent_us < since),
            None => self.flying.clear(),
        }
        self.flying.extend(flying);
        if self.flying.len() > MAX_FLYING {
            self.flying.drain(..self.flying.len() - MAX_FLYING);
        }
        while self.arrows > MAX_ARROWS {
            let Some(old) = self.chunks.pop_front() else {
                break;
            };
            self.arrows -= old.arrows.len();
        }
        while self.marks.len() > MAX_MARKS {
            self.marks.pop_front();
        }
        while self.blocks.len() > MAX_HEIGHTS {
            self.blocks.pop_first();
        }
        while self.committers.len() > MAX_SIDED {
            let fork = self.fork;
            let Some(old) = self.committers.keys().find(|h| Some(**h) != fork).copied() else {
                break;
            };
            self.committers.remove(&old);
        }
        while self.slots.len() > 2 * MAX_HEIGHTS {
            self.slots.pop_front();
        }
    }

    fn push(&mut self, arrow: Arrow) {
        if self.chunks.back().is_none_or(|c| c.arrows.len() >= CHUNK) {
            self.chunks.push_back(Chunk {
                from_us: u64::MAX,
                to_us: 0,
                arrows: Vec::with_capacity(CHUNK),
            });
        }
        if let Some(chunk) = self.chunks.back_mut() {
            chunk.from_us = chunk.from_us.min(arrow.sent_us);
            chunk.to_us = chunk.to_us.max(arrow.arrives_us);
            chunk.arrows.push(arrow);
            self.arrows += 1;
            self.pushed += 1;
        }
    }

    fn mark(&mut self, mark: Mark) {
        match &mark.what {
            MarkKind::Step { height, round, .. } => {
                let later = self
                    .slots
                    .back()
                    .is_none_or(|s| (s.height, s.round) < (*height, *round));
                if later {
                    self.slots.push_back(Slot {
                        at_us: mark.at_us,
                        height: *height,
                        round: *round,
                    });
                }
            }
            MarkKind::Commit { height, block, .. } => {
                let blocks = self.blocks.entry(*height).or_default();
                if !blocks.contains(block) {
                    blocks.push(*block);
                }
                if blocks.len() > 1 {
                    self.fork = Some(self.fork.map_or(*height, |h| h.min(*height)));
                }
                let committers = self.committers.entry(*height).or_default();
                committers.push((mark.node, mark.at_us, *block));
            }
            MarkKind::Timeout { .. }
            | MarkKind::Locked { .. }
            | MarkKind::Polka { .. }
            | MarkKind::Rejected { .. }
            | MarkKind::Evidence { .. }
            | MarkKind::Crashed
            | MarkKind::Restarted
            | MarkKind::Changed { .. }
            | MarkKind::CommandMissed { .. } => {}
        }
        self.marks.push_back(mark);
    }

    /// About how many arrows touch a window: by chunks, which is exact enough to choose how to draw them.
    #[must_use]
    pub fn about(&self, from_us: u64, to_us: u64) -> usize {
        let mut about = self.flying.len();
        for c in &self.chunks {
            let (from, to) = (c.from_us.max(from_us), c.to_us.min(to_us));
            if from <= to {
                let share = (to - from + 1) as f64 / (c.to_us - c.from_us + 1) as f64;
                about += (share * c.arrows.len() as f64) as usize;
            }
        }
        about
    }

    /// As [`Self::arrows_in`], without those on the wire.
    pub fn settled_in(&self, from_us: u64, to_us: u64) -> impl Iterator<Item = &Arrow> {
        let chunks = self.chunks.iter();
        chunks
            .filter(move |c| c.to_us >= from_us && c.from_us <= to_us)
            .flat_map(|c| c.arrows.iter())
            .filter(move |a| a.arrives_us >= from_us && a.sent_us <= to_us)
    }

    /// Arrows that are under way at any time between the two instants.
    pub fn arrows_in(&self, from_us: u64, to_us: u64) -> impl Iterator<Item = &Arrow> {
        let flying = self.flying.iter();
        let flying = flying.filter(move |a| a.arrives_us >= from_us && a.sent_us <= to_us);
        self.settled_in(from_us, to_us).chain(flying)
    }

    pub fn marks_in(&self, from_us: u64, to_us: u64) -> impl Iterator<Item = &Mark> {
        let first = self.marks.partition_point(|m| m.at_us < from_us);
        self.marks
            .range(first..)
            .take_while(move |m| m.at_us <= to_us)
    }

    /// Slots that reach into the window, the one before it included.
    pub fn slots_in(&self, from_us: u64, to_us: u64) -> impl Iterator<Item = &Slot> {
        let first = self.slots.partition_point(|s| s.at_us < from_us);
        self.slots
            .range(first.saturating_sub(1)..)
            .take_while(move |s| s.at_us <= to_us)
    }

    /// 0 for the first block committed at a height, 1 for the one that forks from it, ...
    #[must_use]
    pub fn branch(&self, height: u64, block: &[u8; 4]) -> usize {
        self.blocks
            .get(&height)
            .and_then(|b| b.iter().position(|x| x == block))
            .unwrap_or_default()
    }

    #[must_use]
    pub fn forked(&self, height: u64) -> bool {
        self.blocks.get(&height).is_some_and(|b| b.len() > 1)
    }

    /// After a fork: since when this node stands on which branch.
    #[must_use]
    pub fn side(&self, node: usize) -> Option<(u64, usize)> {
        let height = self.fork?;
        let all = self.committers.get(&height)?;
        let (_, at, block) = all.iter().find(|c| usize::from(c.0) == node)?;
        Some((*at, self.branch(height, block)))
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.arrows
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arrows == 0 && self.marks.is_empty()
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn arrow(sent_us: u64, arrives_us: u64) -> Arrow {
        Arrow {
            message: 1,
            from: 0,
            to: 1,
            kind: 1,
            fate: Fate::Delivered,
            byzantine: false,
            sent_us,
            arrives_us,
            height: 1,
            round: 0,
            bytes: 100,
        }
    }

    /// A message of its own at each instant.
    pub fn from_to(from: u16, to: u16, sent: u64, arrives: u64) -> Arrow {
        Arrow {
            from,
            to,
            message: sent as u32,
            ..arrow(sent, arrives)
        }
    }

    pub fn commit(height: u64, block: u8) -> Mark {
        Mark {
            node: 0,
            at_us: height * 10,
            what: MarkKind::Commit {
                height,
                round: 0,
                block: [block; 4],
                caught_up: false,
            },
        }
    }

    pub fn batch(arrows: Vec<Arrow>, marks: Vec<Mark>) -> ChartBatch {
        ChartBatch {
            arrows,
            marks,
            ..Default::default()
        }
    }

    #[test]
    fn a_window_holds_what_touches_it() {
        let mut store = Store::default();
        let arrows = (0..2_000).map(|i| arrow(i * 10, i * 10 + 15)).collect();
        store.take(batch(arrows, vec![]), vec![arrow(101, 130)], None);
        // Sent at 90, 100, 110 and 120, and the one still flying.
        assert_eq!(store.arrows_in(101, 120).count(), 5);
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let mut store = Store::default();
        for k in 0..40u64 {
            let arrows = (0..5_000)
                .map(|i| arrow(k * 5_000 + i, k * 5_000 + i + 1))
                .collect();
            store.take(batch(arrows, vec![]), vec![], None);
        }
        assert!(store.len() <= MAX_ARROWS);
        assert_eq!(store.arrows_in(0, 100).count(), 0);
        assert!(store.arrows_in(199_990, 200_000).count() > 0);
    }

    #[test]
    fn a_second_block_at_a_height_is_a_branch() {
        let mut store = Store::default();
        let marks = vec![commit(1, 7), commit(2, 8), commit(2, 9)];
        store.take(batch(vec![], marks), vec![], None);
        assert!(!store.forked(1));
        assert!(store.forked(2));
        assert_eq!(store.branch(2, &[9; 4]), 1);
    }

    #[test]
    fn after_a_fork_each_lifeline_has_its_side() {
        let mut store = Store::default();
        let other = Mark {
            node: 1,
            at_us: 25,
            ..commit(2, 9)
        };
        store.take(
            batch(vec![], vec![commit(1, 7), commit(2, 8)]),
            vec![],
            None,
        );
        assert_eq!(store.side(0), None);
        store.take(batch(vec![], vec![other, commit(3, 5)]), vec![], None);
        assert_eq!(
            (store.side(0), store.side(1)),
            (Some((20, 0)), Some((25, 1)))
        );
    }

    #[test]
    fn what_flies_is_told_once_and_kept_until_it_arrives() {
        let mut store = Store::default();
        store.take(
            batch(vec![], vec![]),
            vec![arrow(10, 50), arrow(20, 90)],
            None,
        );
        store.now(20);
        // What left at 20 is told again, since more may have left at that instant.
        let next = vec![arrow(20, 90), arrow(20, 95), arrow(30, 99)];
        store.take(batch(vec![], vec![]), next, Some(20));
        assert_eq!(store.flying.len(), 4);
        store.take(batch(vec![arrow(10, 50)], vec![]), vec![], Some(60));
        store.now(60);
        assert_eq!(store.flying.len(), 3);
        store.take(batch(vec![], vec![]), vec![arrow(1, 99)], None);
        assert_eq!(store.flying.len(), 1);
    }

    #[test]
    fn what_is_new_can_be_asked_for() {
        let mut store = Store::default();
        let many = |from: u64| (from..from + 1_000).map(|i| arrow(i, i + 1)).collect();
        store.take(batch(many(0), vec![]), vec![], None);
        let seen = store.pushed();
        store.take(batch(many(5_000), vec![]), vec![], None);
        let new: Vec<u64> = store.pushed_since(seen).map(|a| a.sent_us).collect();
        assert_eq!((new.len(), new[0]), (1_000, 5_000));
        assert_eq!(store.pushed_since(store.pushed()).count(), 0);
    }

    #[test]
    fn delays_are_means_of_what_arrived() {
        let mut store = Store::default();
        let lost = Arrow {
            fate: Fate::Lost,
            ..arrow(0, 900)
        };
        store.take(
            batch(vec![arrow(0, 10), arrow(5, 25), lost], vec![]),
            vec![],
            None,
        );
        assert_eq!(store.delays(3), [None, Some(15.0), None]);
    }

    #[test]
    fn a_reset_forgets() {
        let mut store = Store::default();
        store.take(batch(vec![], vec![commit(1, 7)]), vec![], None);
        let reset = ChartBatch {
            reset: true,
            ..Default::default()
        };
        store.take(reset, vec![], None);
        assert!(store.is_empty());
    }
}
