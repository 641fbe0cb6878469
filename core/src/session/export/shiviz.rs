//! A log for ShiViz: two lines an event, what happened and who with its vector clock.
//!
//! A host's own entry grows by one at each of its events; what arrives brings the clock of its sending.
//! A copy whose sending is not in the export arrives like something the host did by itself.

use super::super::words::what;
use super::{SHIVIZ_PARSER, Writer};
use crate::base::Micros;
use crate::trace::{Event, Head, MessageId, Record, Trace};
use crate::types::NodeId;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Sendings remembered for arrivals.
const SENDINGS: usize = 50_000;

type Clock = Arc<Vec<u32>>;

#[derive(Default)]
pub(super) struct Shiviz {
    hosts: Vec<String>,
    clocks: Vec<Clock>,
    /// The clock of each sending, by instant, message and sender: the oldest goes first.
    sendings: BTreeMap<(Micros, MessageId, NodeId), Clock>,
}

impl Shiviz {
    fn event(&mut self, node: NodeId, told: &str, out: &mut String) {
        let Some(clock) = self.clocks.get_mut(node.index()) else {
            return;
        };
        Arc::make_mut(clock)[node.index()] += 1;
        // One line: a name may hold anything.
        out.extend(told.chars().map(|c| if c.is_control() { ' ' } else { c }));
        let _ = write!(out, "\n{} {{", self.hosts[node.index()]);
        let mut first = true;
        for (host, count) in self.hosts.iter().zip(clock.iter()) {
            if *count > 0 {
                let comma = if first { "" } else { ", " };
                let _ = write!(out, "{comma}\"{host}\": {count}");
                first = false;
            }
        }
        out.push_str("}\n");
    }

    fn learn(&mut self, node: NodeId, other: &Clock) {
        if let Some(clock) = self.clocks.get_mut(node.index()) {
            for (own, theirs) in Arc::make_mut(clock).iter_mut().zip(other.iter()) {
                *own = (*own).max(*theirs);
            }
        }
    }
}

impl Writer for Shiviz {
    fn begin(&mut self, head: &Head, out: &mut String) {
        let n = head.nodes.len();
        for i in 0..n as u16 {
            let name = head.node_name(NodeId(i));
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\'');
            let mut host: String = name
                .chars()
                .map(|c| if plain(c) { c } else { '_' })
                .collect();
            if host.is_empty() || self.hosts.contains(&host) {
                let _ = write!(host, "_{}", i + 1);
            }
            self.hosts.push(host);
        }
        let nothing: Clock = Arc::new(vec![0; n]);
        self.clocks = vec![nothing; n];
        // ShiViz takes the expression from here, and the empty line for one execution.
        let _ = write!(out, "{SHIVIZ_PARSER}\n\n");
    }

    fn record(&mut self, record: &Record, trace: &Trace, out: &mut String) {
        // What never arrived is no event of its receiver's.
        if let Event::Lost { .. } = &record.event {
            return;
        }
        if let Event::Delivered {
            message,
            flight,
            from,
            to,
        } = &record.event
        {
            let sent = record.at.saturating_sub(u64::from(*flight));
            if let Some(clock) = self.sendings.get(&(sent, *message, *from)).cloned() {
                self.learn(*to, &clock);
            }
        }
        let Some(node) = record.event.node() else {
            return;
        };
        self.event(node, &what(record, trace), out);
        if let Event::Sent { message, from, .. } = &record.event
            && let Some(clock) = self.clocks.get(from.index())
        {
            self.sendings
                .insert((record.at, *message, *from), clock.clone());
            if self.sendings.len() > SENDINGS {
                self.sendings.pop_first();
            }
        }
    }

    fn end(&mut self, _note: &str, _out: &mut String) {
        // The log has no place for remarks: the caller tells.
    }
}
