//! Each height in figures, as a series: how long it took, what it carried, what it cost.
//!
//! A height is *open* while validators may still decide it in time, and *closed* when two later commits have
//! been made: then its figures never change again, so that a reader may take them by cursor. In a DAG a height is
//! a place in the decided order.

use super::Roster;
use crate::base::Micros;
use crate::consensus::Role;
use crate::trace::{Event, Head, Record, Trace};
use crate::types::{BlockId, Height, Round};
use std::collections::VecDeque;
use std::sync::Arc;

/// Closed heights kept.
const KEPT: usize = 8_192;
/// Commits a latecomer may be behind and still count. A commit may decide several heights.
const OPEN: usize = 2;
/// Heights the percentiles of intervals run over.
const RECENT: usize = 32;
/// Blocks whose proposal is remembered, at least; where all propose in every round, four rounds of them.
const PROPOSALS: usize = 64;

/// Median, 95th and 99th percentile, microseconds; zeros where nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Median, microseconds.
    pub p50: Micros,
    /// 95 of 100 are at most this, microseconds.
    pub p95: Micros,
    /// 99 of 100 are at most this, microseconds.
    pub p99: Micros,
}

impl Spread {
    fn of(values: impl Iterator<Item = Micros>) -> Self {
        let mut sorted: Vec<Micros> = values.collect();
        sorted.sort_unstable();
        Spread {
            p50: percentile(&sorted, 50),
            p95: percentile(&sorted, 95),
            p99: percentile(&sorted, 99),
        }
    }
}

/// The p-th percentile of a sorted list, 0 of an empty one.
pub(super) fn percentile(sorted: &[Micros], p: u64) -> Micros {
    let index = (sorted.len() as u64 * p / 100).min(sorted.len().saturating_sub(1) as u64);
    sorted.get(index as usize).copied().unwrap_or(0)
}

/// Copies sent and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Copies sent.
    pub copies: u64,
    /// Encoded size of these copies.
    pub bytes: u64,
}

/// One height, as the honest validators decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeightFigures {
    /// The height.
    pub height: Height,
    /// Of the first honest decision.
    pub at: Micros,
    /// The round whose block was decided.
    pub round: Round,
    /// The decided block.
    pub block: BlockId,
    /// Since the first decision of the height before; `None` for the first height seen.
    pub interval: Option<Micros>,
    /// Of the newest 32 intervals, this one included.
    pub intervals: Spread,
    /// From the proposal leaving to each honest decision by votes.
    pub latency: Spread,
    /// Transactions in the block.
    pub transactions: u32,
    /// `None` until an honest validator has executed the block.
    pub gas: Option<u64>,
    /// The fullest mempool of those that decided it.
    pub mempool: u32,
    /// By kind of message, since the height before was first decided.
    pub traffic: Vec<Traffic>,
}

#[derive(Clone, Debug)]
struct Open {
    figures: HeightFigures,
    /// The last block of the commit it belongs to.
    with: BlockId,
    latencies: Vec<Micros>,
}

impl Open {
    fn figures(&self) -> HeightFigures {
        HeightFigures {
            latency: Spread::of(self.latencies.iter().copied()),
            ..self.figures.clone()
        }
    }
}

/// The series of heights. Cheap to clone: closed heights are shared.
#[derive(Clone, Debug)]
pub struct Heights {
    closed: imbl::Vector<Arc<HeightFigures>>,
    /// Closed heights that were forgotten.
    forgotten: u64,
    open: VecDeque<Open>,
    intervals: VecDeque<Micros>,
    traffic: Vec<Traffic>,
    proposed: VecDeque<(BlockId, Micros)>,
    most_proposed: usize,
}

impl Heights {
    pub(super) fn new(head: &Head) -> Self {
        Heights {
            closed: imbl::Vector::new(),
            forgotten: 0,
            open: VecDeque::new(),
            intervals: VecDeque::new(),
            traffic: vec![Traffic::default(); head.kinds.len()],
            proposed: VecDeque::new(),
            most_proposed: PROPOSALS.max(4 * head.validators.len()),
        }
    }

    /// Number of the next height to be closed, counted from the first one seen.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.forgotten + self.closed.len() as u64
    }

    /// Closed heights from number `cursor` on; forgotten ones are passed over.
    pub fn since(&self, cursor: u64) -> impl Iterator<Item = &HeightFigures> {
        let skip = cursor.saturating_sub(self.forgotten) as usize;
        self.closed.iter().skip(skip).map(Arc::as_ref)
    }

    /// Number of the oldest closed height kept.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.forgotten
    }

    /// The newest heights, whose figures may still change.
    pub fn open(&self) -> impl Iterator<Item = HeightFigures> + '_ {
        self.open.iter().map(Open::figures)
    }

    /// When a block was first proposed, while that is remembered.
    pub(super) fn proposed(&self, block: &BlockId) -> Option<Micros> {
        let found = self.proposed.iter().rev().find(|(b, _)| b == block);
        found.map(|(_, at)| *at)
    }

    /// Something was sent.
    pub(super) fn sent(&mut self, record: &Record, trace: &Trace) {
        let Event::Sent { message, to, .. } = &record.event else {
            return;
        };
        let Some(m) = trace.find(*message) else {
            return;
        };
        let kind = usize::from(m.kind);
        if let Some(traffic) = self.traffic.get_mut(kind) {
            traffic.copies += u64::from(to.count());
            traffic.bytes += u64::from(to.count()) * u64::from(m.bytes);
        }
        let proposal = trace.head.kinds.get(kind).map(|k| k.role) == Some(Role::Proposal);
        if let Some(block) = m.value
            && proposal
            && self.proposed(&block).is_none()
        {
            self.proposed.push_back((block, record.at));
            if self.proposed.len() > self.most_proposed {
                self.proposed.pop_front();
            }
        }
    }

    pub(super) fn see(&mut self, record: &Record, cast: &Roster) {
        if let Event::Committed(commit) = &record.event
            && cast.honest(commit.node)
        {
            let newest = self.open.back().map(|o| o.figures.height);
            if newest.is_none_or(|h| commit.height > h) {
                self.begin(record.at, commit);
            }
            let latency = self.proposed(&commit.block).map(|at| record.at - at);
            let open = self
                .open
                .iter_mut()
                .find(|o| o.figures.height == commit.height);
            if let Some(open) = open {
                open.figures.mempool = open.figures.mempool.max(commit.mempool);
                if !commit.caught_up {
                    open.latencies.extend(latency);
                }
            }
        }
        if let Event::Executed(executed) = &record.event
            && cast.honest(executed.node)
        {
            let open = self
                .open
                .iter_mut()
                .find(|o| o.figures.block == executed.block);
            if let Some(open) = open {
                open.figures.gas.get_or_insert(executed.gas);
            }
        }
    }

    /// Whether enough commits have been made after the one of the oldest open height.
    fn outdated(&self) -> bool {
        let mut later = 0;
        let commits = self.open.iter().map(|o| o.with);
        let next = self.open.iter().skip(1).map(|o| o.with);
        for (commit, next) in commits.zip(next) {
            later += usize::from(commit != next);
        }
        later >= OPEN
    }

    fn begin(&mut self, at: Micros, commit: &crate::trace::Commit) {
        let interval = self.open.back().map(|o| at - o.figures.at);
        self.intervals.extend(interval);
        if self.intervals.len() > RECENT {
            self.intervals.pop_front();
        }
        let none = vec![Traffic::default(); self.traffic.len()];
        self.open.push_back(Open {
            figures: HeightFigures {
                height: commit.height,
                at,
                round: commit.round,
                block: commit.block,
                interval,
                intervals: Spread::of(self.intervals.iter().copied()),
                latency: Spread::default(),
                transactions: commit.transactions,
                gas: None,
                mempool: commit.mempool,
                traffic: std::mem::replace(&mut self.traffic, none),
            },
            with: commit.with,
            latencies: Vec::new(),
        });
        while self.outdated()
            && let Some(done) = self.open.pop_front()
        {
            self.closed.push_back(Arc::new(done.figures()));
            if self.closed.len() > KEPT {
                self.closed.pop_front();
                self.forgotten += 1;
            }
        }
    }
}
