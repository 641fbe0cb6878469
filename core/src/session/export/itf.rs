//! The Informal Trace Format (Apalache, ADR-015): a state for each event, as model checkers write
//! counterexamples. Deliveries change no variable here and make no state; their effects do.

use super::super::words::what;
use super::{Standing, Writer, quoted};
use crate::base::Micros;
use crate::trace::{Event, Head, Record, Trace};
use crate::types::{BlockId, Height, NodeId, Round};
use std::fmt::Write as _;

#[derive(Clone, Default)]
struct Node {
    height: Height,
    round: Round,
    step: &'static str,
    locked: Option<BlockId>,
    decided: Option<(Height, BlockId)>,
    up: bool,
    byzantine: bool,
}

#[derive(Default)]
pub(super) struct Itf {
    names: Vec<String>,
    nodes: Vec<Node>,
    states: u64,
    start: Micros,
}

const VARIABLES: [&str; 10] = [
    "now_us",
    "action",
    "actor",
    "height",
    "round",
    "step",
    "locked",
    "decided",
    "down",
    "byzantine",
];

fn big(n: u64) -> String {
    format!("{{\"#bigint\":\"{n}\"}}")
}

impl Itf {
    fn map(&self, name: &str, value: impl Fn(&Node) -> String, out: &mut String) {
        let entries: Vec<String> = self
            .names
            .iter()
            .zip(&self.nodes)
            .map(|(name, node)| format!("[{name},{}]", value(node)))
            .collect();
        let _ = write!(out, ",\"{name}\":{{\"#map\":[{}]}}", entries.join(","));
    }

    fn set(&self, name: &str, member: impl Fn(&Node) -> bool, out: &mut String) {
        let members: Vec<&str> = self
            .names
            .iter()
            .zip(&self.nodes)
            .filter(|(_, node)| member(node))
            .map(|(name, _)| name.as_str())
            .collect();
        let _ = write!(out, ",\"{name}\":{{\"#set\":[{}]}}", members.join(","));
    }

    fn state(&mut self, at: u64, action: &str, actor: &str, out: &mut String) {
        let comma = if self.states == 0 { "" } else { "," };
        let _ = write!(
            out,
            "{comma}\n{{\"#meta\":{{\"index\":{}}},\"now_us\":{},\"action\":{},\"actor\":{}",
            self.states,
            big(at),
            quoted(action),
            quoted(actor)
        );
        self.states += 1;
        self.map("height", |n| big(n.height), out);
        self.map("round", |n| big(u64::from(n.round)), out);
        self.map("step", |n| quoted(n.step), out);
        let block = |b: Option<&BlockId>| quoted(&b.map_or_else(|| "nil".into(), |b| b.short(16)));
        self.map("locked", |n| block(n.locked.as_ref()), out);
        self.map(
            "decided",
            |n| {
                let (height, id) = n.decided.map_or((0, None), |(h, b)| (h, Some(b)));
                format!("{{\"#tup\":[{},{}]}}", big(height), block(id.as_ref()))
            },
            out,
        );
        self.set("down", |n| !n.up, out);
        self.set("byzantine", |n| n.byzantine, out);
        out.push('}');
    }
}

impl Writer for Itf {
    fn begin(&mut self, head: &Head, out: &mut String) {
        let start = Node {
            step: "",
            up: true,
            ..Node::default()
        };
        self.nodes = vec![start; head.nodes.len()];
        self.names = (0..head.nodes.len() as u16)
            .map(|i| quoted(&head.node_name(NodeId(i))))
            .collect();
        // A trace that begins in the midst of a run says where everybody stood.
        for (node, (height, block)) in self.nodes.iter_mut().zip(&head.tips) {
            node.height = height + 1;
            node.decided = Some((*height, *block));
        }
        let variables: Vec<String> = VARIABLES.iter().map(|v| quoted(v)).collect();
        let _ = write!(
            out,
            "{{\"params\":[],\"vars\":[{}],\"states\":[",
            variables.join(",")
        );
    }

    fn stood(&mut self, nodes: &[Standing]) {
        for (node, stood) in self.nodes.iter_mut().zip(nodes) {
            *node = Node {
                height: stood.height,
                round: stood.round,
                step: stood.step,
                locked: stood.locked,
                decided: (stood.decided.0 > 0).then_some(stood.decided),
                up: stood.up,
                byzantine: stood.byzantine,
            };
        }
    }

    fn before(&mut self, record: &Record, trace: &Trace) {
        self.apply(record, trace);
    }

    fn start(&mut self, at: Micros) {
        self.start = at;
    }

    fn record(&mut self, record: &Record, trace: &Trace, out: &mut String) {
        self.first(out);
        if !self.apply(record, trace) {
            return;
        }
        let actor = record
            .event
            .node()
            .map_or_else(String::new, |n| trace.head.node_name(n));
        self.state(record.at, &what(record, trace), &actor, out);
    }

    fn end(&mut self, note: &str, out: &mut String) {
        self.first(out);
        let description = format!("A run of ConsensusForge. {note} Deliveries make no state.");
        let _ = write!(
            out,
            "\n],\"#meta\":{{\"format\":\"ITF\",\"format-description\":\"https://apalache-mc.org/docs/adr/015adr-trace.html\",\"description\":{}}}}}\n",
            quoted(&description)
        );
    }
}

impl Itf {
    /// The state before the first record, once.
    fn first(&mut self, out: &mut String) {
        if self.states == 0 {
            self.state(self.start, "init", "", out);
        }
    }

    /// What `record` does to the variables; false when it changes none.
    fn apply(&mut self, record: &Record, trace: &Trace) -> bool {
        if let Some(node) = record
            .event
            .node()
            .and_then(|n| self.nodes.get_mut(n.index()))
        {
            match &record.event {
                Event::Step {
                    step,
                    round,
                    height,
                    ..
                } => {
                    node.height = u64::from(*height);
                    node.round = *round;
                    node.step = trace.head.step_name(*step);
                }
                Event::Locked { detail, .. } => node.locked = Some(detail.1),
                Event::Committed(c) => {
                    node.decided = Some((c.height, c.block));
                    node.locked = None;
                }
                Event::Crashed { .. } => node.up = false,
                Event::Restarted { .. } => node.up = true,
                Event::Sent { .. }
                | Event::TimerFired { .. }
                | Event::Polka { .. }
                | Event::Skipped { .. }
                | Event::Rejected { .. }
                | Event::Evidence(_)
                | Event::Byzantine(_)
                | Event::Changed(_)
                | Event::CommandMissed(_)
                | Event::Validators(_) => {}
                Event::Delivered { .. }
                | Event::Lost { .. }
                | Event::BadSignature { .. }
                | Event::Executed(_)
                | Event::Fired { .. }
                | Event::Submitted { .. } => return false,
            }
        }
        if let Event::Byzantine(change) = &record.event {
            for (i, node) in self.nodes.iter_mut().enumerate() {
                node.byzantine = change.nodes.contains(&NodeId(i as u16));
            }
        }
        true
    }
}
