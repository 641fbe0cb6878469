//! The trace as lines and lists.

use super::Session;
use super::view::{Decision, LineEvent, LineValidator, MessageView, SentLine, TraceLine};
use super::words::validator;
use crate::check::voters;
use crate::trace::{Event, Loss, MessageId, Receivers, Record, Trace};
use crate::types::NodeId;
use serde_json::Value;

impl Session {
    /// Every decision in the window of the trace, in order.
    #[must_use]
    pub fn decisions(&self) -> Vec<Decision> {
        self.decisions_since(0)
    }

    /// Number of the next record of the trace, for the `_since` functions: who asks again before the
    /// window has moved past it misses nothing.
    #[must_use]
    pub fn trace_end(&self) -> u64 {
        self.sim.trace().end()
    }

    /// Decisions recorded from record `cursor` on.
    #[must_use]
    pub fn decisions_since(&self, cursor: u64) -> Vec<Decision> {
        let trace = self.sim.trace();
        trace
            .since(cursor)
            .filter_map(|record| match &record.event {
                Event::Committed(commit) => Some(Decision {
                    validator: trace.head.node_name(commit.node),
                    height: commit.height,
                    round: commit.round,
                    block: commit.block.to_string(),
                    at_us: record.at,
                }),
                _ => None,
            })
            .collect()
    }

    /// What is known of message `id`; `None` when it left the window.
    #[must_use]
    pub fn message(&self, id: u32) -> Option<MessageView> {
        let trace = self.sim.trace();
        let m = trace.find(id)?;
        Some(MessageView {
            id: m.id,
            kind: trace
                .head
                .kinds
                .get(usize::from(m.kind))
                .map_or("?", |k| k.name)
                .into(),
            from: trace.head.node_name(m.from),
            signer: m.signer.map(|v| {
                trace
                    .head
                    .validators
                    .get(v.index())
                    .map_or_else(|| v.to_string(), |x| x.0.clone())
            }),
            height: m.slot.height,
            round: m.slot.round,
            value: m.value.map(|v| v.to_string()),
            bytes: m.bytes,
            sent_us: m.sent,
            fields: m
                .fields
                .iter()
                .map(|(k, v)| ((*k).to_owned(), v.clone()))
                .collect(),
        })
    }

    /// The window of the trace as JSON lines, one a record.
    pub fn trace_lines(&self) -> impl Iterator<Item = String> + '_ {
        self.trace_lines_since(0)
    }

    /// Records from number `cursor` on as JSON lines.
    pub fn trace_lines_since(&self, cursor: u64) -> impl Iterator<Item = String> + '_ {
        self.sim
            .trace()
            .since(cursor)
            .map(|record| line(self.sim.trace(), record))
    }
}

/// A record as a line of JSON.
pub(super) fn line(trace: &Trace, record: &Record) -> String {
    let line = TraceLine {
        at_us: record.at,
        event: event(trace, &record.event),
    };
    // A line has string keys and no floats: it always becomes JSON.
    serde_json::to_string(&line).unwrap_or_default()
}

/// What was sent, with what is known of the message.
fn sent(trace: &Trace, id: MessageId, from: NodeId, to: &Receivers, again: bool) -> SentLine {
    let head = &trace.head;
    let m = trace.find(id);
    let fields = m.iter().flat_map(|m| &m.fields);
    let nodes = to.nodes(from, head.nodes.len());
    SentLine {
        message: id,
        kind: kind(trace, id),
        from: head.node_name(from),
        to: nodes.map(|nodes| nodes.iter().map(|n| head.node_name(*n)).collect()),
        copies: to.count(),
        again,
        signer: m.and_then(|m| m.signer).map(|v| validator(trace, v)),
        origin: m.map(|m| head.node_name(m.from)),
        sent_us: m.map(|m| m.sent),
        height: m.map(|m| m.slot.height),
        round: m.map(|m| m.slot.round),
        value: m.and_then(|m| m.value),
        fields: fields
            .map(|(name, value)| (name.replace(' ', "_"), field(value)))
            .collect(),
    }
}

/// A number where the text is one. The beginning of a block's digest may have nothing but decimal digits, of
/// which it has eight; rounds and counts of votes have fewer.
fn field(text: &str) -> Value {
    let number = text.parse::<i64>().ok().filter(|_| text.len() < 8);
    number.map_or_else(|| text.into(), Value::from)
}

fn kind(trace: &Trace, id: MessageId) -> String {
    let m = trace.find(id);
    m.and_then(|m| trace.head.kinds.get(usize::from(m.kind)))
        .map_or("forgotten", |k| k.name)
        .into()
}

fn event(trace: &Trace, event: &Event) -> LineEvent {
    let head = &trace.head;
    let name = |n: &NodeId| head.node_name(*n);
    match event {
        Event::Sent {
            message,
            from,
            to,
            again,
        } => LineEvent::Sent(sent(trace, *message, *from, to, *again)),
        Event::Delivered {
            message,
            flight,
            from,
            to,
        } => LineEvent::Delivered {
            message: *message,
            kind: kind(trace, *message),
            from: name(from),
            to: name(to),
            flight_us: *flight,
        },
        Event::Lost {
            message,
            flight,
            from,
            to,
            why,
        } => LineEvent::Lost {
            message: *message,
            kind: kind(trace, *message),
            from: name(from),
            to: name(to),
            flight_us: *flight,
            why: match why {
                Loss::Network => "network",
                Loss::Partition => "partition",
                Loss::Down => "down",
                Loss::Hand => "hand",
            }
            .into(),
        },
        Event::BadSignature { message, to } => LineEvent::BadSignature {
            message: *message,
            to: name(to),
        },
        Event::Step {
            node,
            step,
            round,
            height,
            proposer,
        } => LineEvent::Step {
            node: name(node),
            height: *height,
            round: *round,
            step: head.step_name(*step).into(),
            proposer: proposer.map(|v| validator(trace, v)),
        },
        Event::TimerFired {
            node,
            timer,
            round,
            height,
        } => LineEvent::Timeout {
            node: name(node),
            height: *height,
            round: *round,
            timer: head.timer_name(*timer).into(),
        },
        Event::Locked { node, detail } => LineEvent::Locked {
            node: name(node),
            height: detail.0.height,
            round: detail.0.round,
            block: detail.1,
        },
        Event::Polka { node, detail } => LineEvent::Polka {
            node: name(node),
            height: detail.0.height,
            round: detail.0.round,
            block: detail.1,
        },
        Event::Skipped { node, detail } => LineEvent::Skipped {
            node: name(node),
            height: detail.height,
            round: detail.round,
        },
        Event::Fired {
            node,
            rule,
            round,
            height,
        } => {
            let rule = head.rule(*rule);
            LineEvent::Fired {
                node: name(node),
                height: *height,
                round: *round,
                rule: rule.map(|r| r.id.into()),
                text: rule.map(|r| r.text.into()),
            }
        }
        Event::Committed(c) => LineEvent::Committed {
            node: name(&c.node),
            height: c.height,
            round: c.round,
            block: c.block,
            parent: c.parent,
            proposer: validator(trace, c.proposer),
            transactions: c.transactions,
            caught_up: c.caught_up,
            valid: c.valid,
            signers: c.signers.iter().map(|v| validator(trace, *v)).collect(),
        },
        Event::Executed(e) => LineEvent::Executed {
            node: name(&e.node),
            height: e.height,
            block: e.block,
            root: e.root,
            gas: e.gas,
        },
        Event::Rejected { node, detail } => LineEvent::Rejected {
            node: name(node),
            height: detail.slot.height,
            round: detail.slot.round,
            block: detail.block,
            reason: detail.reason.clone(),
        },
        Event::Evidence(a) => LineEvent::Evidence {
            reporter: name(&a.reporter),
            offender: validator(trace, a.offender),
            height: a.slot.height,
            round: a.slot.round,
            kind: head
                .kinds
                .get(usize::from(a.kind))
                .map_or("?", |k| k.name)
                .into(),
            first: a.first,
            second: a.second,
        },
        Event::Crashed { node } => LineEvent::Crashed { node: name(node) },
        Event::Restarted { node } => LineEvent::Restarted { node: name(node) },
        Event::Byzantine(change) => LineEvent::Byzantine {
            strategy: change.strategy.into(),
            nodes: change.nodes.iter().map(name).collect(),
        },
        Event::Changed(sentence) => LineEvent::Changed {
            sentence: sentence.as_ref().clone(),
        },
        Event::CommandMissed(sentence) => LineEvent::Vanished {
            sentence: sentence.as_ref().clone(),
        },
        Event::Validators(change) => LineEvent::Validators {
            height: change.height,
            block: change.block,
            sentence: voters(trace, change),
            validators: change
                .set
                .iter()
                .map(|v| LineValidator {
                    name: validator(trace, v.id),
                    stake: v.stake,
                    key: crate::base::Hash(v.key.0),
                })
                .collect(),
        },
        Event::Submitted { node, detail } => LineEvent::Submitted {
            node: name(node),
            transaction: *detail.as_ref(),
        },
    }
}
