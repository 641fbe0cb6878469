//! The trace as lines and lists.

use super::Session;
use super::view::{Decision, MessageView};
use crate::check::voters;
use crate::trace::{Event, Record, Trace};
use crate::types::{NodeId, ValidatorId};
use serde_json::{Value, json};

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
            .map(|record| line(self.sim.trace(), record).to_string())
    }
}

/// A record as JSON.
pub(super) fn line(trace: &Trace, record: &Record) -> Value {
    let head = &trace.head;
    let name = |n: NodeId| head.node_name(n);
    let validator = |v: ValidatorId| {
        let known = head.validators.get(v.index());
        known.map_or_else(|| v.to_string(), |v| v.0.clone())
    };
    let kind = |id: u32| {
        let m = trace.find(id);
        m.and_then(|m| head.kinds.get(usize::from(m.kind)))
            .map_or("forgotten", |k| k.name)
    };
    let step = |s: u8| head.step_name(s);
    let mut value = match &record.event {
        Event::Sent {
            message,
            from,
            copies,
            again,
        } => {
            let m = trace.find(*message);
            let mut sent = json!({"event": "sent", "message": message, "kind": kind(*message), "from": name(*from),
                "copies": copies, "again": again, "height": m.map(|m| m.slot.height),
                "round": m.map(|m| m.slot.round), "value": m.and_then(|m| m.value),
                "signer": m.and_then(|m| m.signer).map(validator), "origin": m.map(|m| name(m.from)),
                "sent_us": m.map(|m| m.sent)});
            for (field, value) in m.iter().flat_map(|m| &m.fields) {
                sent[(*field).replace(' ', "_")] = value
                    .parse::<u64>()
                    .map_or_else(|_| json!(value), |n| json!(n));
            }
            sent
        }
        Event::Delivered {
            message,
            flight,
            from,
            to,
        } => json!({"event": "delivered", "message": message,
            "kind": kind(*message), "from": name(*from), "to": name(*to), "flight_us": flight}),
        Event::Lost {
            message,
            flight,
            from,
            to,
            why,
        } => json!({"event": "lost", "message": message,
            "kind": kind(*message), "from": name(*from), "to": name(*to), "flight_us": flight,
            "why": format!("{why:?}").to_lowercase()}),
        Event::BadSignature { message, to } => {
            json!({"event": "bad signature", "message": message, "to": name(*to)})
        }
        Event::Step {
            node,
            step: s,
            round,
            height,
            proposer: _,
        } => {
            json!({"event": "step", "node": name(*node), "height": height, "round": round, "step": step(*s)})
        }
        Event::TimerFired {
            node,
            timer,
            round,
            height,
        } => json!({"event": "timeout", "node": name(*node),
            "height": height, "round": round, "timer": head.timers.get(usize::from(*timer)).map(|t| t.name)}),
        Event::Locked { node, detail } => json!({"event": "locked", "node": name(*node),
            "height": detail.0.height, "round": detail.0.round, "block": detail.1}),
        Event::Polka { node, detail } => json!({"event": "polka", "node": name(*node),
            "height": detail.0.height, "round": detail.0.round, "block": detail.1}),
        Event::Skipped { node, detail } => {
            json!({"event": "skipped", "node": name(*node), "height": detail.height, "round": detail.round})
        }
        Event::Fired {
            node,
            rule,
            round,
            height,
        } => {
            let rule = head.rule(*rule);
            json!({"event": "rule", "node": name(*node), "height": height, "round": round,
                "rule": rule.map(|r| r.id), "text": rule.map(|r| r.text)})
        }
        Event::Committed(c) => {
            json!({"event": "committed", "node": name(c.node), "height": c.height,
            "round": c.round, "block": c.block, "parent": c.parent, "proposer": validator(c.proposer),
            "transactions": c.transactions, "caught_up": c.caught_up, "valid": c.valid,
            "signers": c.signers.iter().map(|v| validator(*v)).collect::<Vec<_>>()})
        }
        Event::Executed(e) => {
            json!({"event": "executed", "node": name(e.node), "height": e.height,
            "block": e.block, "root": e.root, "gas": e.gas})
        }
        Event::Rejected { node, detail } => json!({"event": "rejected", "node": name(*node),
            "height": detail.slot.height, "round": detail.slot.round, "block": detail.block,
            "reason": detail.reason}),
        Event::Evidence(a) => json!({"event": "evidence", "reporter": name(a.reporter),
            "offender": validator(a.offender), "height": a.slot.height, "round": a.slot.round,
            "kind": head.kinds.get(usize::from(a.kind)).map(|k| k.name), "first": a.first, "second": a.second}),
        Event::Crashed { node } => json!({"event": "crashed", "node": name(*node)}),
        Event::Restarted { node } => json!({"event": "restarted", "node": name(*node)}),
        Event::Byzantine(change) => json!({"event": "byzantine", "strategy": change.strategy,
            "nodes": change.nodes.iter().map(|n| name(*n)).collect::<Vec<_>>()}),
        Event::Changed(sentence) => json!({"event": "changed", "sentence": sentence.as_str()}),
        Event::CommandMissed(sentence) => {
            json!({"event": "vanished", "sentence": sentence.as_str()})
        }
        Event::Validators(change) => json!({"event": "validators", "height": change.height,
            "block": change.block, "sentence": voters(trace, change),
            "validators": change.set.iter().map(|v| json!({"name": validator(v.id), "stake": v.stake,
                "key": crate::base::Hash(v.key.0)})).collect::<Vec<_>>()}),
        Event::Submitted { node, detail } => {
            json!({"event": "submitted", "node": name(*node), "transaction": detail.as_ref()})
        }
    };
    if let Value::Object(map) = &mut value {
        map.insert("at_us".into(), record.at.into());
    }
    value
}
