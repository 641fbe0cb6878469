//! Figures of a run, from its trace.

use super::Roster;
use crate::base::Micros;
use crate::consensus::Role;
use crate::trace::{Event, Head, Record, Trace};
use crate::types::{BlockId, Height, Round};
use std::collections::VecDeque;

/// Heights that averages run over.
const RECENT: usize = 32;
/// Commit marks kept for the scrub bar.
const MARKS: usize = 512;

/// Counts of one kind of message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Copies sent.
    pub sent: u64,
    /// Copies that arrived.
    pub delivered: u64,
    /// Copies that never arrived.
    pub lost: u64,
}

/// One height as honest nodes decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The height.
    pub height: Height,
    /// The round in which the block was decided.
    pub round: Round,
    /// The decided block.
    pub block: BlockId,
    /// When the first honest node decided it, microseconds.
    pub at: Micros,
    /// Transactions in the block.
    pub transactions: u32,
    /// Copies sent by anybody since the height before was first decided.
    pub copies: u64,
}

/// Figures of a run up to now.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// By index into the head's kinds.
    pub by_kind: Vec<Tally>,
    /// Transactions in decided blocks.
    pub transactions: u64,
    /// Bytes of all copies sent.
    pub bytes: u64,
    /// Messages signed; sending one again or passing another's on signs nothing.
    pub signed: u64,
    /// Signatures on all copies that arrived, those inside others included.
    pub verified: u64,
    /// First decisions, newest last.
    pub decided: VecDeque<Decided>,
    /// From the proposal leaving to each honest decision, newest last.
    latencies: VecDeque<Micros>,
    /// When each recent block was first proposed, oldest first.
    proposed: VecDeque<(BlockId, Micros)>,
    most_proposed: usize,
    copies_before: u64,
    /// Blocks decided in the whole run.
    pub blocks: u64,
    /// The instant of the first decision, microseconds, and the blocks decided at that very instant: a protocol
    /// may decide a block with all before it. `None` before there is one.
    first_decision: Option<(Micros, u64)>,
    /// When a height was last decided for the first time, microseconds; 0 before there is one.
    last_decision: Micros,
    /// The longest time without a decision up to the last one, microseconds.
    longest_pause: Micros,
}

impl Metrics {
    pub(super) fn new(head: &Head) -> Self {
        Metrics {
            by_kind: vec![Tally::default(); head.kinds.len()],
            transactions: 0,
            bytes: 0,
            signed: 0,
            verified: 0,
            decided: VecDeque::new(),
            latencies: VecDeque::new(),
            proposed: VecDeque::new(),
            // Where all propose in every round, four rounds of them.
            most_proposed: RECENT.max(4 * head.validators.len()),
            copies_before: 0,
            blocks: 0,
            first_decision: None,
            last_decision: 0,
            longest_pause: 0,
        }
    }

    pub(super) fn see(&mut self, record: &Record, trace: &Trace, cast: &Roster) {
        if let Event::Delivered { message, .. } = &record.event {
            if let Some(t) = self.tally(*message, trace) {
                t.delivered += 1;
            }
            let signatures = trace.find(*message).map_or(0, |m| m.signatures);
            self.verified += u64::from(signatures);
        } else if let Event::Lost { message, .. } = &record.event {
            if let Some(t) = self.tally(*message, trace) {
                t.lost += 1;
            }
        } else if let Event::Sent { message, to, .. } = &record.event {
            if let Some(t) = self.tally(*message, trace) {
                t.sent += u64::from(to.count());
            }
            if let Some(m) = trace.find(*message) {
                self.bytes += u64::from(to.count()) * u64::from(m.bytes);
                let own = trace.head.nodes.get(m.from.index()).copied();
                self.signed +=
                    u64::from(m.sent == record.at && m.signer.is_some() && m.signer == own);
            }
            if let Some(m) = trace.find(*message)
                && trace
                    .head
                    .kinds
                    .get(usize::from(m.kind))
                    .is_some_and(|k| k.role == Role::Proposal)
                && let Some(block) = m.value
            {
                if !self.proposed.iter().rev().any(|(b, _)| *b == block) {
                    self.proposed.push_back((block, record.at));
                }
                if self.proposed.len() > self.most_proposed {
                    self.proposed.pop_front();
                }
            }
        } else if let Event::Committed(commit) = &record.event
            && cast.honest(commit.node)
        {
            if !commit.caught_up
                && let Some((_, proposed)) =
                    self.proposed.iter().rev().find(|(b, _)| *b == commit.block)
            {
                self.latencies.push_back(record.at - proposed);
                if self.latencies.len() > RECENT * trace.head.nodes.len().max(4) {
                    self.latencies.pop_front();
                }
            }
            if self.decided.back().is_none_or(|d| commit.height > d.height) {
                let copies = self.copies();
                self.blocks += commit.height - self.decided.back().map_or(0, |d| d.height);
                self.longest_pause = self.longest_pause_at(record.at);
                if self.first_decision.is_none_or(|(at, _)| at == record.at) {
                    self.first_decision = Some((record.at, self.blocks));
                }
                self.last_decision = record.at;
                self.decided.push_back(Decided {
                    height: commit.height,
                    round: commit.round,
                    block: commit.block,
                    at: record.at,
                    transactions: commit.transactions,
                    copies: copies - self.copies_before,
                });
                self.copies_before = copies;
                self.transactions += u64::from(commit.transactions);
                if self.decided.len() > MARKS {
                    self.decided.pop_front();
                }
            }
        }
    }

    fn tally(&mut self, message: u32, trace: &Trace) -> Option<&mut Tally> {
        let kind = trace.find(message)?.kind;
        self.by_kind.get_mut(usize::from(kind))
    }

    /// The longest time without a decision, microseconds: from the start, between two, or until `now`.
    #[must_use]
    pub fn longest_pause_at(&self, now: Micros) -> Micros {
        self.longest_pause
            .max(now.saturating_sub(self.last_decision))
    }

    /// Mean time a block took from the first decision to the last, microseconds; `None` where all blocks were
    /// decided at one instant.
    #[must_use]
    pub fn block_interval(&self) -> Option<Micros> {
        let (first, blocks) = self.first_decision?;
        (self.last_decision - first).checked_div(self.blocks - blocks)
    }

    fn copies(&self) -> u64 {
        self.by_kind.iter().map(|t| t.sent).sum()
    }

    /// The newest heights averages run over.
    pub fn recent(&self) -> impl DoubleEndedIterator<Item = &Decided> {
        self.decided
            .iter()
            .skip(self.decided.len().saturating_sub(RECENT))
    }

    /// Rounds, and the heights that took them, among the newest. Where rounds count on through all heights
    /// (`restart` is false), what counts is how far they came from one decision to the next.
    #[must_use]
    pub fn rounds(&self, restart: bool) -> (u64, u64) {
        let (Some(first), Some(last)) = (self.recent().next(), self.recent().next_back()) else {
            return (0, 0);
        };
        if restart {
            let rounds = self.recent().map(|d| u64::from(d.round) + 1).sum();
            return (rounds, self.recent().count() as u64);
        }
        match last.height.saturating_sub(first.height) {
            0 => (u64::from(last.round), 1),
            heights => (u64::from(last.round.saturating_sub(first.round)), heights),
        }
    }

    /// Simulated time between the oldest and the newest of [`Self::recent`], and how many blocks it took.
    #[must_use]
    pub fn span(&self) -> (Micros, u64) {
        match (self.recent().next(), self.recent().next_back()) {
            (Some(first), Some(last)) => (last.at - first.at, last.height - first.height),
            _ => (0, 0),
        }
    }

    /// The p-th percentile of recent commit latencies, 0 when there is none.
    #[must_use]
    pub fn latency(&self, p: u64) -> Micros {
        let mut sorted: Vec<Micros> = self.latencies.iter().copied().collect();
        sorted.sort_unstable();
        let index = (sorted.len() as u64 * p / 100).min(sorted.len().saturating_sub(1) as u64);
        sorted.get(index as usize).copied().unwrap_or(0)
    }
}
