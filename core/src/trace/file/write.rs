//! Writing a trace file, record by record.

use super::{
    CHUNK, FileEnd, FileEvent, FileHead, FileMessage, FileProtocol, FileValidator, Item, MAGIC,
    NOBODY, VERSION,
};
use crate::base::{Hash, Micros, encode};
use crate::consensus::Role;
use crate::trace::{
    Event, Head, Loss, MessageId, MessageRecord, Receivers, Record, Trace, ValidatorsChange,
};
use crate::types::{BlockId, Height, NodeId, PublicKey};
use miniz_oxide::deflate::compress_to_vec_zlib;

/// Level 1 to 10: above this the file hardly shrinks and the writing slows.
const LEVEL: u8 = 6;

/// A file in the making. What is finished stands in [`Self::take`].
pub struct TraceWriter {
    done: Vec<u8>,
    chunk: Vec<u8>,
    /// The first message not yet written.
    next: MessageId,
    records: u64,
    messages: u64,
}

impl TraceWriter {
    /// Begins a file. `tips`: where the nodes stood, for a trace that does not reach back to the start.
    #[must_use]
    pub fn new(trace: &Trace, tips: Vec<(Height, BlockId)>) -> TraceWriter {
        let mut done = MAGIC.to_vec();
        done.extend_from_slice(&VERSION.to_le_bytes());
        let from = if trace.start() == 0 { 0 } else { trace.from() };
        let mut writer = TraceWriter {
            done,
            chunk: encode(&(head(&trace.head, tips, from), protocol(&trace.head))),
            next: trace.first_message(),
            records: 0,
            messages: 0,
        };
        writer.flush();
        writer
    }

    /// The next record, and the messages before it. A record of a message that is no longer kept is
    /// left out: false.
    pub fn record(&mut self, record: &Record, trace: &Trace) -> bool {
        if let Some(id) = record.event.message() {
            if trace.find(id).is_none() {
                return false;
            }
            while self.next <= id {
                if let Some(m) = trace.find(self.next) {
                    self.messages += 1;
                    self.item(&Item::Message(message(m)));
                }
                self.next += 1;
            }
        }
        self.records += 1;
        self.item(&Item::Record {
            at: record.at,
            event: event(&record.event),
        });
        true
    }

    /// Closes the file.
    pub fn finish(&mut self, now: Micros, steps: u64, digest: Hash) {
        let end = FileEnd {
            records: self.records,
            messages: self.messages,
            now,
            steps,
            digest,
        };
        self.item(&Item::End(end));
        self.flush();
    }

    /// Bytes that are finished since the last call.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.done)
    }

    fn item(&mut self, item: &Item) {
        let bytes = encode(item);
        if self.chunk.len() + bytes.len() > CHUNK {
            self.flush();
        }
        self.chunk.extend_from_slice(&bytes);
    }

    fn flush(&mut self) {
        if self.chunk.is_empty() {
            return;
        }
        let packed = compress_to_vec_zlib(&self.chunk, LEVEL);
        self.done
            .extend_from_slice(&(packed.len() as u32).to_le_bytes());
        self.done
            .extend_from_slice(&(self.chunk.len() as u32).to_le_bytes());
        self.done.extend_from_slice(&packed);
        self.chunk.clear();
    }
}

fn head(head: &Head, tips: Vec<(Height, BlockId)>, from: Micros) -> FileHead {
    let none = PublicKey([0; 32]);
    FileHead {
        protocol: head.protocol.into(),
        domain: head.domain.into(),
        chain: head.chain,
        genesis: head.genesis,
        stall_after: head.stall_after,
        validators: head
            .validators
            .iter()
            .enumerate()
            .map(|(i, (name, stake))| FileValidator {
                name: name.clone(),
                stake: *stake,
                key: head.keys.get(i).copied().unwrap_or(none),
            })
            .collect(),
        nodes: head.nodes.iter().map(|v| v.0).collect(),
        kinds: head
            .kinds
            .iter()
            .map(|k| (k.name.into(), role(k.role)))
            .collect(),
        steps: head.steps.iter().map(|s| s.name.into()).collect(),
        timers: head.timers.iter().map(|t| t.name.into()).collect(),
        in_vain: head
            .timers
            .iter()
            .map(|timer| timer.fired.map(str::to_owned))
            .collect(),
        certificates: head.certificates.into(),
        tips,
        from,
    }
}

fn protocol(head: &Head) -> FileProtocol {
    FileProtocol {
        rules: head.rules.iter().map(|r| r.id.into()).collect(),
        params: head.params.clone(),
    }
}

fn role(role: Role) -> u8 {
    match role {
        Role::Proposal => 0,
        Role::Vote => 1,
        Role::Other => 2,
    }
}

fn message(m: &MessageRecord) -> FileMessage {
    FileMessage {
        id: m.id,
        from: m.from.0,
        signer: m.signer.map(|v| v.0),
        kind: m.kind,
        height: m.slot.height,
        round: m.slot.round,
        value: m.value,
        bytes: m.bytes,
        sent: m.sent,
        fields: m
            .fields
            .iter()
            .map(|(k, v)| ((*k).to_owned(), v.clone()))
            .collect(),
        proof: m.proof.as_ref().map(|p| (p.body.clone(), p.signature)),
    }
}

fn event(event: &Event) -> FileEvent {
    match event {
        Event::Sent {
            message,
            from,
            to,
            again,
        } => match to.as_ref() {
            Receivers::Nodes(nodes) => FileEvent::SentTo {
                message: *message,
                from: from.0,
                to: nodes.iter().map(|node| node.0).collect(),
                again: *again,
            },
            Receivers::Others(copies) | Receivers::Count(copies) => FileEvent::Sent {
                message: *message,
                from: from.0,
                copies: *copies,
                again: *again,
            },
        },
        Event::Delivered {
            message,
            flight,
            from,
            to,
        } => FileEvent::Delivered {
            message: *message,
            flight: *flight,
            from: from.0,
            to: to.0,
        },
        Event::Lost {
            message,
            flight,
            from,
            to,
            why,
        } => FileEvent::Lost {
            message: *message,
            flight: *flight,
            from: from.0,
            to: to.0,
            why: match why {
                Loss::Network => 0,
                Loss::Partition => 1,
                Loss::Down => 2,
                Loss::Hand => 3,
            },
        },
        Event::BadSignature { message, to } => FileEvent::BadSignature {
            message: *message,
            to: to.0,
        },
        Event::Step {
            node,
            step,
            round,
            height,
            proposer,
        } => FileEvent::Step {
            node: node.0,
            step: *step,
            round: *round,
            height: *height,
            proposer: proposer.map_or(NOBODY, |v| v.0),
        },
        Event::TimerFired {
            node,
            timer,
            round,
            height,
        } => FileEvent::TimerFired {
            node: node.0,
            timer: *timer,
            round: *round,
            height: *height,
        },
        Event::Locked { node, detail } => FileEvent::Locked {
            node: node.0,
            height: detail.0.height,
            round: detail.0.round,
            block: detail.1,
        },
        Event::Polka { node, detail } => FileEvent::Polka {
            node: node.0,
            height: detail.0.height,
            round: detail.0.round,
            block: detail.1,
        },
        Event::Skipped { node, detail } => FileEvent::Skipped {
            node: node.0,
            height: detail.height,
            round: detail.round,
        },
        Event::Fired {
            node,
            rule,
            round,
            height,
        } => FileEvent::Fired {
            node: node.0,
            rule: *rule,
            round: *round,
            height: *height,
        },
        Event::Committed(c) if c.further_parents.is_some() || c.with != c.block => {
            FileEvent::Ordered {
                node: c.node.0,
                height: c.height,
                round: c.round,
                block: c.block,
                parent: c.parent,
                further_parents: c.further_parents.clone(),
                with: c.with,
                proposer: c.proposer.0,
                built: c.built,
                transactions: c.transactions,
                mempool: c.mempool,
                signers: c.signers.iter().map(|v| v.0).collect(),
                caught_up: c.caught_up,
                valid: c.valid,
            }
        }
        Event::Committed(c) => FileEvent::Committed {
            node: c.node.0,
            height: c.height,
            round: c.round,
            block: c.block,
            parent: c.parent,
            proposer: c.proposer.0,
            built: c.built,
            transactions: c.transactions,
            mempool: c.mempool,
            signers: c.signers.iter().map(|v| v.0).collect(),
            caught_up: c.caught_up,
            valid: c.valid,
        },
        Event::Executed(e) => FileEvent::Executed {
            node: e.node.0,
            height: e.height,
            block: e.block,
            root: e.root,
            gas: e.gas,
        },
        Event::Rejected { node, detail } => FileEvent::Rejected {
            node: node.0,
            height: detail.slot.height,
            round: detail.slot.round,
            block: detail.block,
            reason: detail.reason.clone(),
        },
        Event::Evidence(a) => FileEvent::Evidence {
            reporter: a.reporter.0,
            offender: a.offender.0,
            height: a.slot.height,
            round: a.slot.round,
            kind: a.kind,
            first: a.first,
            second: a.second,
        },
        Event::Crashed { node } => FileEvent::Crashed { node: node.0 },
        Event::Restarted { node } => FileEvent::Restarted { node: node.0 },
        Event::Byzantine(change) => FileEvent::Byzantine {
            nodes: change.nodes.iter().map(|n| n.0).collect(),
            strategy: change.strategy.into(),
        },
        Event::Changed(sentence) => FileEvent::Changed {
            sentence: sentence.as_ref().clone(),
        },
        Event::Submitted { node, detail } => FileEvent::Submitted {
            node: node.0,
            transaction: **detail,
        },
        Event::CommandMissed(sentence) => FileEvent::Vanished {
            sentence: sentence.as_ref().clone(),
        },
        Event::Validators(change) => FileEvent::Validators {
            height: change.height,
            block: change.block,
            set: change
                .set
                .iter()
                .map(|v| (v.id.0, v.stake, v.key))
                .collect(),
        },
    }
}

/// Where each node stood before the first record: what it decided first since then tells.
#[must_use]
pub fn tips(trace: &Trace) -> Vec<(Height, BlockId)> {
    if trace.start() == 0 {
        return Vec::new();
    }
    let mut tips = vec![None; trace.head.nodes.len()];
    for record in trace.since(0) {
        if let Event::Committed(c) = &record.event
            && let Some(tip) = tips.get_mut(c.node.index())
        {
            tip.get_or_insert((c.height.saturating_sub(1), c.parent));
        }
    }
    let genesis = (0, trace.head.genesis);
    tips.into_iter().map(|t| t.unwrap_or(genesis)).collect()
}

/// Records that say who votes, for a trace that does not reach back to the start: one for each change
/// whose own record is forgotten.
#[must_use]
pub fn validators(trace: &Trace, at: Micros) -> Vec<Record> {
    if trace.start() == 0 {
        return Vec::new();
    }
    let kept: Vec<Height> = trace
        .since(0)
        .filter_map(|r| match &r.event {
            Event::Validators(change) => Some(change.height),
            _ => None,
        })
        .collect();
    let changes = trace.validator_sets().changes();
    changes
        .filter(|(height, _)| !kept.contains(height))
        .map(|(height, set)| Record {
            at,
            event: Event::Validators(Box::new(ValidatorsChange {
                height,
                block: Hash::ZERO,
                set: set.clone(),
            })),
        })
        .collect()
}

/// A record that says who was Byzantine already, for a trace that does not reach back to the start.
#[must_use]
pub fn byzantine(nodes: Vec<NodeId>, at: Micros) -> Record {
    Record {
        at,
        event: Event::Byzantine(Box::new(crate::trace::ByzantineChange {
            nodes,
            strategy: "since before this trace",
        })),
    }
}
