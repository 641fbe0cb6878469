//! Chrome's trace-event JSON, which Perfetto and chrome://tracing open: a process a node, a track for its
//! steps, one for what it sends and one for what it gets, and flow arrows between them.
//!
//! An arrow is bound to the slices it joins by a number they share (`bind_id`), not by track and instant. 1. A
//! node sends a prevote and, in the same microsecond, a precommit. 2. Both slices are on one track at one
//! instant. 3. A flow event of that instant would begin at whichever of them the viewer finds.

use super::super::words::{message, what};
use super::{Writer, quoted};
use crate::base::Micros;
use crate::trace::{Event, Head, MessageId, Record, Trace};
use crate::types::NodeId;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Tracks of a process, by number.
const STEPS: u8 = 1;
const SENT: u8 = 2;
const GOT: u8 = 3;

#[derive(Default)]
pub(super) struct Perfetto {
    /// The step each node is in: its name, and since when.
    steps: Vec<Option<(String, Micros)>>,
    until: Micros,
    /// The number that a sending shares with its deliveries, by message, node and instant.
    sendings: BTreeMap<(MessageId, NodeId, Micros), u64>,
    flows: u64,
}

/// How a slice takes part in an arrow.
enum End {
    Out,
    In,
}

impl Perfetto {
    /// A slice of a microsecond or more; `rest` are further fields, each with a comma in front.
    fn slice(
        (node, track): (NodeId, u8),
        name: &str,
        (at, length): (Micros, Micros),
        rest: &str,
        out: &mut String,
    ) {
        let _ = write!(
            out,
            ",\n{{\"ph\":\"X\",\"name\":{},\"cat\":\"consensus\",\"pid\":{},\"tid\":{track},\"ts\":{at},\"dur\":{length}{rest}}}",
            quoted(name),
            node.0 + 1
        );
    }

    /// A message that leaves or arrives, and its end of the arrow where it has one.
    fn passage(
        place: (NodeId, u8),
        (id, at): (MessageId, Micros),
        trace: &Trace,
        arrow: Option<(u64, End)>,
        out: &mut String,
    ) {
        let mut rest = format!(",\"args\":{{\"message\":{id}}}");
        if let Some((number, end)) = arrow {
            let end = match end {
                End::Out => "flow_out",
                End::In => "flow_in",
            };
            let _ = write!(rest, ",\"bind_id\":\"0x{number:x}\",\"{end}\":true");
        }
        Self::slice(place, &message(trace, id), (at, 1), &rest, out);
    }

    fn enter(&mut self, node: NodeId, name: Option<String>, at: Micros, out: &mut String) {
        let Some(place) = self.steps.get_mut(node.index()) else {
            return;
        };
        if let Some((was, since)) = std::mem::replace(place, name.map(|n| (n, at))) {
            Self::slice((node, STEPS), &was, (since, at - since), "", out);
        }
    }
}

impl Writer for Perfetto {
    fn begin(&mut self, head: &Head, out: &mut String) {
        self.steps = vec![None; head.nodes.len()];
        out.push_str("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
        let _ = write!(
            out,
            "{{\"ph\":\"M\",\"name\":\"trace_name\",\"pid\":0,\"tid\":0,\"ts\":0,\"args\":{{\"name\":{}}}}}",
            quoted(head.protocol)
        );
        for i in 0..head.nodes.len() as u16 {
            let (pid, name) = (i + 1, quoted(&head.node_name(NodeId(i))));
            let _ = write!(
                out,
                ",\n{{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":{pid},\"tid\":0,\"ts\":0,\"args\":{{\"name\":{name}}}}}"
            );
            for (tid, track) in [(STEPS, "steps"), (SENT, "sends"), (GOT, "gets")] {
                let _ = write!(
                    out,
                    ",\n{{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":{pid},\"tid\":{tid},\"ts\":0,\"args\":{{\"name\":\"{track}\"}}}}"
                );
            }
        }
    }

    fn before(&mut self, record: &Record, trace: &Trace) {
        let (node, step) = match &record.event {
            Event::Step {
                node,
                step,
                round,
                height,
                ..
            } => {
                let name = format!("{} {height}/{round}", trace.head.step_name(*step));
                (node, Some((name, record.at)))
            }
            Event::Crashed { node } => (node, None),
            _ => return,
        };
        if let Some(place) = self.steps.get_mut(node.index()) {
            *place = step;
        }
    }

    fn start(&mut self, at: Micros) {
        // A step under way begins where the text does.
        for (_, since) in self.steps.iter_mut().flatten() {
            *since = at;
        }
    }

    fn record(&mut self, record: &Record, trace: &Trace, out: &mut String) {
        let at = record.at;
        self.until = at;
        match &record.event {
            Event::Sent {
                message: id, from, ..
            } => {
                self.flows += 1;
                self.sendings.insert((*id, *from, at), self.flows);
                let arrow = Some((self.flows, End::Out));
                Self::passage((*from, SENT), (*id, at), trace, arrow, out);
            }
            Event::Delivered {
                message: id,
                flight,
                from,
                to,
            } => {
                let sent = at.saturating_sub(u64::from(*flight));
                // An arrow must begin at a sending that is in the file.
                let number = self.sendings.get(&(*id, *from, sent));
                let arrow = number.map(|number| (*number, End::In));
                Self::passage((*to, GOT), (*id, at), trace, arrow, out);
            }
            Event::Step {
                node,
                step,
                round,
                height,
                ..
            } => {
                let name = format!("{} {height}/{round}", trace.head.step_name(*step));
                self.enter(*node, Some(name), at, out);
            }
            Event::Crashed { node } => {
                self.enter(*node, None, at, out);
                self.instant(record, trace, out);
            }
            _ => self.instant(record, trace, out),
        }
    }

    fn end(&mut self, note: &str, out: &mut String) {
        for i in 0..self.steps.len() as u16 {
            self.enter(NodeId(i), None, self.until, out);
        }
        let _ = write!(
            out,
            "\n],\"otherData\":{{\"made by\":\"ConsensusForge\",\"range\":{}}}}}\n",
            quoted(note)
        );
    }
}

impl Perfetto {
    /// Something without length: at its node, or across all of them.
    fn instant(&self, record: &Record, trace: &Trace, out: &mut String) {
        let (pid, scope) = match record.event.node() {
            Some(node) => (node.0 + 1, "t"),
            None => (0, "g"),
        };
        let _ = write!(
            out,
            ",\n{{\"ph\":\"i\",\"s\":\"{scope}\",\"name\":{},\"cat\":\"consensus\",\"pid\":{pid},\"tid\":{STEPS},\"ts\":{}}}",
            quoted(&what(record, trace)),
            record.at
        );
    }
}
