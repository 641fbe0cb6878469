//! A Mermaid sequence diagram: messages in the order they arrive, losses as crosses, what validators do
//! as notes.

use super::super::words::DIGITS;
use super::Writer;
use crate::check::voters;
use crate::consensus::Role;
use crate::trace::{Event, Head, MessageId, Record, Trace};
use crate::types::NodeId;
use std::fmt::Write as _;

#[derive(Default)]
pub(super) struct Mermaid {
    nodes: usize,
}

/// A text that cannot be taken for syntax: Mermaid reads `;`, `#`, `%` and line ends in the middle of one.
fn plain(text: &str) -> String {
    let ordinary = |c: char| c.is_alphanumeric() || " _-.,'/()+".contains(c);
    let text: String = text
        .chars()
        .map(|c| if ordinary(c) { c } else { '_' })
        .collect();
    let trimmed = text.trim();
    // The word closes a block, wherever it stands alone.
    if trimmed.is_empty() || trimmed.eq_ignore_ascii_case("end") {
        format!("({trimmed})")
    } else {
        trimmed.to_owned()
    }
}

fn label(trace: &Trace, id: MessageId) -> String {
    let Some(m) = trace.find(id) else {
        return "message no longer kept".into();
    };
    let kind = trace.head.kinds.get(usize::from(m.kind));
    let name = kind.map_or("message", |k| k.name);
    let value = match (&m.value, kind.map(|k| k.role)) {
        (Some(block), _) => format!(" {}", block.short(DIGITS)),
        (None, Some(Role::Vote)) => " nil".into(),
        (None, _) => String::new(),
    };
    plain(&format!("{name}{value} {}/{}", m.slot.height, m.slot.round))
}

impl Mermaid {
    fn arrow(&self, from: NodeId, kind: &str, to: NodeId, text: &str, out: &mut String) {
        if from.index() < self.nodes && to.index() < self.nodes {
            let _ = writeln!(out, "  n{}{kind}n{}: {text}", from.0, to.0);
        }
    }

    fn note(&self, node: NodeId, text: &str, out: &mut String) {
        if node.index() < self.nodes {
            let _ = writeln!(out, "  Note over n{}: {}", node.0, plain(text));
        }
    }

    fn note_over_all(&self, text: &str, out: &mut String) {
        if self.nodes > 0 {
            let _ = writeln!(out, "  Note over n0,n{}: {}", self.nodes - 1, plain(text));
        }
    }
}

impl Writer for Mermaid {
    fn begin(&mut self, head: &Head, out: &mut String) {
        self.nodes = head.nodes.len();
        out.push_str("sequenceDiagram\n");
        for i in 0..head.nodes.len() as u16 {
            let _ = writeln!(
                out,
                "  participant n{i} as {}",
                plain(&head.node_name(NodeId(i)))
            );
        }
    }

    fn record(&mut self, record: &Record, trace: &Trace, out: &mut String) {
        match &record.event {
            Event::Delivered {
                message, from, to, ..
            } => self.arrow(*from, "->>", *to, &label(trace, *message), out),
            Event::Lost {
                message, from, to, ..
            } => self.arrow(*from, "--x", *to, &label(trace, *message), out),
            Event::BadSignature { to, .. } => self.note(*to, "wrong signature", out),
            Event::TimerFired {
                node,
                timer,
                round,
                height,
            } => {
                let name = trace.head.timer_name(*timer);
                let told = format!("timer {name} {height}/{round}");
                self.note(*node, &told, out);
            }
            Event::Locked { node, detail } => {
                self.note(*node, &format!("locks {}", detail.1.short(DIGITS)), out);
            }
            Event::Committed(c) => self.note(
                c.node,
                &format!("commits {} at height {}", c.block.short(DIGITS), c.height),
                out,
            ),
            Event::Rejected { node, detail } => {
                self.note(
                    *node,
                    &format!("rejects {}", detail.block.short(DIGITS)),
                    out,
                );
            }
            Event::Evidence(a) => self.note(a.reporter, "proves an equivocation", out),
            Event::Crashed { node } => self.note(*node, "crashes", out),
            Event::Restarted { node } => self.note(*node, "restarts", out),
            Event::Byzantine(change) => {
                let told = if change.nodes.is_empty() {
                    "all are honest".to_owned()
                } else {
                    format!(
                        "Byzantine, {}",
                        crate::check::names(&trace.head, &change.nodes)
                    )
                };
                self.note_over_all(&told, out);
            }
            Event::Validators(change) => self.note_over_all(&voters(trace, change), out),
            Event::Changed(sentence) | Event::CommandMissed(sentence) => {
                self.note_over_all(sentence, out)
            }
            // Arrows show what was sent; the rest would bury them.
            Event::Sent { .. }
            | Event::Step { .. }
            | Event::Polka { .. }
            | Event::Skipped { .. }
            | Event::Fired { .. }
            | Event::Executed(_)
            | Event::Submitted { .. } => {}
        }
    }

    fn end(&mut self, note: &str, out: &mut String) {
        let _ = writeln!(out, "%% {note}");
    }
}
