//! Chrome's trace-event JSON, which Perfetto and chrome://tracing open: a process a node, a track for its
//! steps, one for what it sends and one for what it gets, and flow arrows between them.

use super::super::words::{message, what};
use super::{Writer, quoted};
use crate::base::Micros;
use crate::trace::{Event, Head, Record, Trace};
use crate::types::NodeId;
use std::fmt::Write as _;

/// Tracks of a process, by number.
const STEPS: u8 = 1;
const SENT: u8 = 2;
const GOT: u8 = 3;

#[derive(Default)]
pub(super) struct Perfetto {
    /// The step each node is in: its name, and since when.
    steps: Vec<Option<(String, Micros)>>,
    from: Option<Micros>,
    until: Micros,
    flows: u64,
}

impl Perfetto {
    fn slice(node: NodeId, track: u8, name: &str, at: Micros, length: Micros, out: &mut String) {
        let _ = write!(
            out,
            ",\n{{\"ph\":\"X\",\"name\":{},\"cat\":\"consensus\",\"pid\":{},\"tid\":{track},\"ts\":{at},\"dur\":{length}}}",
            quoted(name),
            node.0 + 1
        );
    }

    fn flow(&self, phase: &str, node: NodeId, track: u8, at: Micros, out: &mut String) {
        let _ = write!(
            out,
            ",\n{{\"ph\":{phase},\"name\":\"message\",\"cat\":\"message\",\"id\":{},\"pid\":{},\"tid\":{track},\"ts\":{at}}}",
            self.flows,
            node.0 + 1
        );
    }

    fn enter(&mut self, node: NodeId, name: Option<String>, at: Micros, out: &mut String) {
        let Some(place) = self.steps.get_mut(node.index()) else {
            return;
        };
        if let Some((was, since)) = std::mem::replace(place, name.map(|n| (n, at))) {
            Self::slice(node, STEPS, &was, since, at - since, out);
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
        let from_here = *self.from.get_or_insert(at);
        match &record.event {
            Event::Sent {
                message: id, from, ..
            } => Self::slice(*from, SENT, &message(trace, *id), at, 1, out),
            Event::Delivered {
                message: id,
                flight,
                from,
                to,
            } => {
                Self::slice(*to, GOT, &message(trace, *id), at, 1, out);
                let sent = at.saturating_sub(u64::from(*flight));
                // An arrow must begin at a sending that is in the file.
                if sent >= from_here {
                    self.flows += 1;
                    self.flow("\"s\"", *from, SENT, sent, out);
                    self.flow("\"f\",\"bp\":\"e\"", *to, GOT, at, out);
                }
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
