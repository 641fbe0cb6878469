//! Interventions: what commands do to a message in flight, and to a validator's place on the
//! network. A command whose target is not there says so in the trace and does nothing.

use super::queue::Place;
use super::wire::Delivery;
use super::{ScheduledEvent, World};
use crate::base::Micros;
use crate::base::limits::MAX_DELAY;
use crate::consensus::Corruptible;
use crate::model::CopySpec;
use crate::trace::{Event, Loss, MessageId};
use crate::types::NodeId;

/// Orders copies of one name: by when they left, then by message, then by arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub sent: Micros,
    pub message: MessageId,
    pub arrives: Micros,
}

impl<P: Corruptible> World<P> {
    /// Copies in flight that carry this name, in the order of `nth`. What the trace has forgotten has no
    /// name any more.
    pub(super) fn copies_named(&self, name: &CopySpec) -> Vec<(Key, Place)> {
        let head = &self.trace.head;
        let node = |n: &str| {
            let all = (0..self.nodes.len() as u16).map(NodeId);
            let first = n.strip_prefix('\'').unwrap_or(n);
            let mut all = all.into_iter();
            all.find(|id| [n, first].contains(&head.node_name(*id).as_str()))
        };
        let (Some(from), Some(to)) = (node(&name.from), node(&name.to)) else {
            return Vec::new();
        };
        let mut found: Vec<(Key, Place)> = self
            .queue
            .places()
            .filter_map(|(place, arrives, scheduled)| {
                let ScheduledEvent::Arrive(copy) = scheduled else {
                    return None;
                };
                if (copy.from, copy.to) != (from, to) {
                    return None;
                }
                let record = self.trace.find(copy.packet.id)?;
                let kind = head.kinds.get(usize::from(record.kind))?;
                let same = kind.name == name.kind
                    && record.slot.height == name.height
                    && record.slot.round == name.round;
                let key = Key {
                    sent: arrives.saturating_sub(u64::from(copy.flight)),
                    message: copy.packet.id,
                    arrives,
                };
                same.then_some((key, place))
            })
            .collect();
        // Stable: of equal copies the one that was put in first.
        found.sort_by_key(|f| f.0);
        found
    }

    /// Takes the copy off the wire, with the instant it would have arrived at; or says that it is not there.
    fn take_copy(&mut self, name: &CopySpec, vain: &str) -> Option<(Micros, Delivery<P::Message>)> {
        let all = self.copies_named(name);
        let place = all.get(name.nth as usize).map(|(_, place)| *place);
        match place.and_then(|p| self.queue.take(p)) {
            Some((arrives, ScheduledEvent::Arrive(copy))) => Some((arrives, copy)),
            _ => {
                let flying = match all.len() {
                    0 => "no such message is".to_owned(),
                    1 => "only one such message is".to_owned(),
                    n => format!("only {n} such messages are"),
                };
                self.trace.push(
                    self.now,
                    Event::CommandMissed(Box::new(format!(
                        "{} was to be {vain}, but {flying} in flight: nothing was done",
                        said(name)
                    ))),
                );
                None
            }
        }
    }

    pub(super) fn drop_copy(&mut self, name: &CopySpec) {
        let Some((arrives, copy)) = self.take_copy(name, "dropped") else {
            return;
        };
        let sent = arrives.saturating_sub(u64::from(copy.flight));
        self.trace.push(
            self.now,
            Event::Lost {
                message: copy.packet.id,
                flight: span(sent, self.now),
                from: copy.from,
                to: copy.to,
                why: Loss::Hand,
            },
        );
        self.changed(format!("{} was dropped manually", said(name)));
    }

    pub(super) fn delay_copy(&mut self, name: &CopySpec, by: Micros) {
        let Some((arrives, copy)) = self.take_copy(name, "delayed") else {
            return;
        };
        let sent = arrives.saturating_sub(u64::from(copy.flight));
        // A flight never gets longer than the longest delay there is.
        let later = arrives.saturating_add(by).min(sent + MAX_DELAY);
        self.put(copy, sent, later);
        self.changed(format!(
            "{} was delayed manually by {} more",
            said(name),
            milliseconds(later - arrives)
        ));
    }

    pub(super) fn duplicate_copy(&mut self, name: &CopySpec, after: Micros) {
        let Some((arrives, copy)) = self.take_copy(name, "duplicated") else {
            return;
        };
        let sent = arrives.saturating_sub(u64::from(copy.flight));
        let second = arrives.saturating_add(after).min(sent + MAX_DELAY);
        self.put(copy.clone(), sent, arrives);
        self.put(copy, sent, second);
        self.changed(format!("{} was duplicated manually", said(name)));
    }

    pub(super) fn deliver_copy(&mut self, name: &CopySpec) {
        let Some((arrives, copy)) = self.take_copy(name, "delivered at once") else {
            return;
        };
        let sent = arrives.saturating_sub(u64::from(copy.flight));
        self.put(copy, sent, self.now);
        self.changed(format!("{} was delivered at once manually", said(name)));
    }

    /// Puts a copy (back) on the wire.
    fn put(&mut self, copy: Delivery<P::Message>, sent: Micros, arrives: Micros) {
        let flight = span(sent, arrives);
        let copy = Delivery { flight, ..copy };
        self.queue.push(arrives, ScheduledEvent::Arrive(copy));
    }

    pub(super) fn isolate(&mut self, validator: &str) {
        let mut new = false;
        for node in self.named(validator) {
            new |= self.network.cuts.isolate(node);
        }
        if new {
            self.changed(format!("{validator} is cut off from all others"));
        } else {
            self.vain(format!(
                "{validator} was to be isolated, but it is so already: nothing was done"
            ));
        }
    }

    pub(super) fn restore(&mut self, validator: &str) {
        let mut was = false;
        for node in self.named(validator) {
            was |= self.network.cuts.restore(node);
        }
        if was {
            self.changed(format!("{validator} is back on the network"));
        } else {
            self.vain(format!(
                "{validator} was to be put back on the network, but nothing isolates it: nothing was done"
            ));
        }
    }

    pub(super) fn vain(&mut self, sentence: String) {
        self.trace
            .push(self.now, Event::CommandMissed(Box::new(sentence)));
    }
}

/// "the prevote from v1 to v3 of height 2, round 0".
pub(super) fn said(name: &CopySpec) -> String {
    let which = match name.nth {
        0 => String::new(),
        n => format!(" (number {} of them)", u64::from(n) + 1),
    };
    format!(
        "the {} from {} to {} of height {}, round {}{which}",
        name.kind, name.from, name.to, name.height, name.round
    )
}

/// Delays are capped well below 2^32 microseconds.
fn span(from: Micros, to: Micros) -> u32 {
    u32::try_from(to.saturating_sub(from)).unwrap_or(u32::MAX)
}

pub(super) fn milliseconds(us: Micros) -> String {
    if us.is_multiple_of(1_000) {
        format!("{} ms", us / 1_000)
    } else {
        format!("{us} microseconds")
    }
}
