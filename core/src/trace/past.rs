//! The causal past of records: all that may have led to them.

use super::event::{Event, MessageId};
use super::store::Trace;
use crate::base::Micros;
use crate::types::NodeId;
use std::collections::BTreeSet;

/// The records from which a way leads to some given ones, along nodes and along messages that arrived (Lamport's
/// "happened before"), and those ones themselves. What is done to the whole run belongs to every past: it acts on
/// everybody. A message that was lost belongs to none: nobody at its receiver knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Number of the oldest record it was looked for in.
    first: u64,
    members: Vec<bool>,
}

impl Past {
    /// The past of the records with these numbers, as far as the trace still has it.
    #[must_use]
    pub fn of(trace: &Trace, ends: &[u64]) -> Past {
        let first = trace.start();
        let last = ends.iter().copied().max();
        let count = last.map_or(0, |last| (last + 1).saturating_sub(first));
        let mut members = vec![false; count as usize];
        let mut active = vec![false; trace.head.nodes.len()];
        // Copies that arrived in the past and whose sending is still to come, as time goes backwards.
        let mut sent: BTreeSet<(MessageId, NodeId, Micros)> = BTreeSet::new();
        let newest_first = trace
            .newest_first()
            .skip((trace.end() - first - count) as usize);
        for (record, place) in newest_first.zip((0..count).rev()) {
            // Who is Byzantine is not that node's doing.
            let node = match &record.event {
                Event::Byzantine(_) => None,
                event => event.node(),
            };
            let known = |node: NodeId| active.get(node.index()).copied().unwrap_or(false);
            let member = ends.contains(&(first + place))
                || match &record.event {
                    Event::Lost { .. } => false,
                    Event::Sent { message, from, .. } => {
                        sent.remove(&(*message, *from, record.at)) || known(*from)
                    }
                    _ => node.is_none_or(known),
                };
            if !member {
                continue;
            }
            members[place as usize] = true;
            if let Some(active) = node.and_then(|node| active.get_mut(node.index())) {
                *active = true;
            }
            if let Event::Delivered {
                message,
                flight,
                from,
                ..
            } = &record.event
            {
                sent.insert((
                    *message,
                    *from,
                    record.at.saturating_sub(u64::from(*flight)),
                ));
            }
        }
        Past { first, members }
    }

    /// Whether the record of this number is in it.
    #[must_use]
    pub fn has(&self, record: u64) -> bool {
        let place = record.checked_sub(self.first);
        place.is_some_and(|place| self.members.get(place as usize) == Some(&true))
    }
}
