//! Records for the chart, by cursor.

use super::Session;
use super::view::{Arrow, ChartBatch, Fate, Mark, MarkKind};
use crate::base::Micros;
use crate::check::voters;
use crate::trace::{Event, Loss, MessageId, Record};
use crate::types::{BlockId, NodeId};

/// A cursor is (era, number of the next record): 16 and 48 bits.
const RECORD_BITS: u32 = 48;

impl Session {
    /// Chart records since `cursor` (0 at first), at most `max` arrows, the newest when there are more.
    #[must_use]
    pub fn chart(&self, cursor: u64, max: usize) -> ChartBatch {
        let trace = self.sim.trace();
        let era = self.era + 1;
        let (asked, from) = (cursor >> RECORD_BITS, cursor & ((1 << RECORD_BITS) - 1));
        let reset = asked != era & 0xffff || from < trace.start();
        let start = if reset { trace.start() } else { from };
        // Roughly every third record is an arrow; do not even look at what cannot be shown.
        let oldest = trace.end().saturating_sub(3 * max as u64 + 1_024);
        let mut batch = ChartBatch {
            cursor: (era & 0xffff) << RECORD_BITS | trace.end(),
            reset,
            folded: oldest.saturating_sub(start),
            ..ChartBatch::default()
        };
        for record in trace.since(start.max(oldest)) {
            match self.arrow(record) {
                Some(arrow) => batch.arrows.push(arrow),
                None => batch.marks.extend(self.mark(record)),
            }
        }
        if batch.arrows.len() > max {
            let over = batch.arrows.len() - max;
            batch.arrows.drain(..over);
            batch.folded += over as u64;
        }
        batch
    }

    /// Copies on the wire now that left at `since` or later, at most `max`.
    #[must_use]
    pub fn flying(&self, since: Micros, max: usize) -> Vec<Arrow> {
        let all = self.sim.flying(since, max);
        all.into_iter()
            .filter_map(|f| self.drawn(f.message, f.from, f.to, Fate::InFlight, f.sent, f.arrives))
            .collect()
    }

    pub(super) fn arrow(&self, record: &Record) -> Option<Arrow> {
        match &record.event {
            Event::Delivered {
                message,
                flight,
                from,
                to,
            } => {
                let sent = record.at.saturating_sub(u64::from(*flight));
                self.drawn(*message, *from, *to, Fate::Delivered, sent, record.at)
            }
            Event::Lost {
                message,
                flight,
                from,
                to,
                why,
            } => {
                let flight = u64::from(*flight);
                let (fate, sent) = match why {
                    Loss::Network => (Fate::Lost, record.at),
                    Loss::Partition => (Fate::Cut, record.at),
                    Loss::Down => (Fate::ReceiverDown, record.at.saturating_sub(flight)),
                    Loss::Hand => (Fate::Dropped, record.at.saturating_sub(flight)),
                };
                self.drawn(*message, *from, *to, fate, sent, sent + flight)
            }
            _ => None,
        }
    }

    fn drawn(
        &self,
        message: MessageId,
        from: NodeId,
        to: NodeId,
        fate: Fate,
        sent: u64,
        arrives: u64,
    ) -> Option<Arrow> {
        let record = self.sim.trace().find(message)?;
        Some(Arrow {
            message,
            from: from.0,
            to: to.0,
            kind: record.kind,
            height: u32::try_from(record.slot.height).unwrap_or(u32::MAX),
            round: record.slot.round,
            bytes: record.bytes,
            fate,
            byzantine: self.monitors.byzantine_at(from, sent),
            sent_us: sent,
            arrives_us: arrives,
        })
    }

    pub(super) fn mark(&self, record: &Record) -> Option<Mark> {
        let (node, what) = match &record.event {
            Event::Step {
                node,
                step,
                round,
                height,
                ..
            } => (
                *node,
                MarkKind::Step {
                    height: u64::from(*height),
                    round: *round,
                    step: *step,
                },
            ),
            Event::TimerFired {
                node,
                timer,
                round,
                height,
            } => {
                // A pause ends by a timer too; nothing failed there.
                self.sim.trace().head.timer_fired(*timer)?;
                (
                    *node,
                    MarkKind::Timeout {
                        height: u64::from(*height),
                        round: *round,
                        timer: *timer,
                    },
                )
            }
            Event::Locked { node, detail } => (
                *node,
                MarkKind::Locked {
                    height: detail.0.height,
                    round: detail.0.round,
                    block: first_four(&detail.1),
                },
            ),
            Event::Polka { node, detail } => (
                *node,
                MarkKind::Polka {
                    height: detail.0.height,
                    round: detail.0.round,
                    block: detail.1.as_ref().map(first_four),
                },
            ),
            Event::Committed(c) => (
                c.node,
                MarkKind::Commit {
                    height: c.height,
                    round: c.round,
                    block: first_four(&c.block),
                    caught_up: c.caught_up,
                },
            ),
            Event::Rejected { node, detail } => (
                *node,
                MarkKind::Rejected {
                    height: detail.slot.height,
                    round: detail.slot.round,
                    reason: detail.reason.clone(),
                },
            ),
            Event::Evidence(a) => (
                a.reporter,
                MarkKind::Evidence {
                    offender: a.offender.0,
                    height: a.slot.height,
                    round: a.slot.round,
                },
            ),
            Event::Crashed { node } => (*node, MarkKind::Crashed),
            Event::Restarted { node } => (*node, MarkKind::Restarted),
            Event::Changed(sentence) => (
                NodeId(0),
                MarkKind::Changed {
                    sentence: sentence.as_ref().clone(),
                },
            ),
            Event::CommandMissed(sentence) => (
                NodeId(0),
                MarkKind::CommandMissed {
                    sentence: sentence.as_ref().clone(),
                },
            ),
            Event::Validators(change) => (
                NodeId(0),
                MarkKind::Changed {
                    sentence: voters(self.sim.trace(), change),
                },
            ),
            Event::Byzantine(change) => {
                let first = *change.nodes.first()?;
                let who = crate::check::names(&self.sim.trace().head, &change.nodes);
                (
                    first,
                    MarkKind::Changed {
                        sentence: format!("Byzantine: {who} ({})", change.strategy),
                    },
                )
            }
            Event::Sent { .. }
            | Event::Delivered { .. }
            | Event::Lost { .. }
            | Event::BadSignature { .. }
            | Event::Skipped { .. }
            | Event::Fired { .. }
            | Event::Executed(_)
            | Event::Submitted { .. } => return None,
        };
        Some(Mark {
            node: node.0,
            at_us: record.at,
            what,
        })
    }
}

fn first_four(block: &BlockId) -> [u8; 4] {
    std::array::from_fn(|i| block.0[i])
}
