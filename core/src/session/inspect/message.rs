//! A message: its fields, and the fate of each of its copies.

use crate::base::Micros;
use crate::session::Session;
use crate::session::view::{Fate, MessageView};
use crate::trace::{Event, Loss, MessageId, Record};
use crate::types::NodeId;

/// Copies listed.
const COPIES: usize = 512;

/// One message with every copy. Nodes are numbers from 0.
#[derive(Clone, Debug)]
pub struct MessageInside {
    /// What it says.
    pub view: MessageView,
    /// The node that first sent it.
    pub from: u16,
    /// The signer's place.
    pub signer: Option<u16>,
    /// Whether its signature is right, as receivers found.
    pub signature: SignatureVerdict,
    /// Each time it was sent, oldest first.
    pub sendings: Vec<Sending>,
    /// In order of leaving, then of arrival.
    pub copies: Vec<CopyInside>,
    /// Copies beyond those listed.
    pub more: u64,
    /// The oldest instant of which the trace tells: copies before it are forgotten.
    pub known_from_us: Micros,
}

/// What is known of a message's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureVerdict {
    /// A kind that nobody signs.
    Unsigned,
    /// No copy has arrived yet.
    Unchecked,
    /// It was verified.
    Genuine,
    /// Found false by these nodes.
    False(Vec<u16>),
}

/// One time that copies were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sending {
    /// When, microseconds.
    pub at_us: Micros,
    /// By which node.
    pub from: u16,
    /// How many copies.
    pub copies: u16,
    /// A re-send or a relay.
    pub again: bool,
}

/// One copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyInside {
    /// The sending node.
    pub from: u16,
    /// The receiving node.
    pub to: u16,
    /// When it left, microseconds.
    pub sent_us: Micros,
    /// When it arrived, arrives, or would have.
    pub arrives_us: Micros,
    /// Its fate.
    pub fate: Fate,
}

impl Session {
    /// `None` when the message has left the trace's window, or is not sent yet.
    #[must_use]
    pub fn message_inside(&self, id: MessageId) -> Option<MessageInside> {
        let trace = self.sim.trace();
        let m = trace.find(id)?;
        let mut sendings = Vec::new();
        let mut copies = Vec::new();
        let mut false_at = Vec::new();
        let mut copy = |from: &NodeId, to: &NodeId, sent_us, arrives_us, fate| {
            copies.push(CopyInside {
                from: from.0,
                to: to.0,
                sent_us,
                arrives_us,
                fate,
            });
        };
        let about = |record: &&Record| record.event.message() == Some(id);
        for record in trace.since(trace.position(m.sent)).filter(about) {
            let at = record.at;
            if let Event::Sent {
                from, to, again, ..
            } = &record.event
            {
                sendings.push(Sending {
                    at_us: at,
                    from: from.0,
                    copies: to.count(),
                    again: *again,
                });
            } else if let Event::Delivered {
                flight, from, to, ..
            } = &record.event
            {
                let sent_us = at.saturating_sub(u64::from(*flight));
                copy(from, to, sent_us, at, Fate::Delivered);
            } else if let Event::Lost {
                flight,
                from,
                to,
                why,
                ..
            } = &record.event
            {
                let flight = u64::from(*flight);
                let left = at.saturating_sub(flight);
                let (fate, sent_us) = match why {
                    Loss::Network => (Fate::Lost, at),
                    Loss::Partition => (Fate::Cut, at),
                    Loss::Hand => (Fate::Dropped, left),
                    Loss::Down => (Fate::ReceiverDown, left),
                };
                copy(from, to, sent_us, sent_us + flight, fate);
            } else if let Event::BadSignature { to, .. } = &record.event {
                false_at.push(to.0);
            }
        }
        let flying = self.sim.flying(m.sent, usize::MAX);
        copies.extend(
            flying
                .into_iter()
                .filter(|f| f.message == id)
                .map(|f| CopyInside {
                    from: f.from.0,
                    to: f.to.0,
                    sent_us: f.sent,
                    arrives_us: f.arrives,
                    fate: Fate::InFlight,
                }),
        );
        copies.sort_by_key(|c| (c.sent_us, c.arrives_us, c.from, c.to));
        let arrived = copies.iter().any(|c| c.fate == Fate::Delivered);
        let signature = match (m.signer, arrived) {
            (None, _) => SignatureVerdict::Unsigned,
            (Some(_), _) if !false_at.is_empty() => SignatureVerdict::False(false_at),
            (Some(_), true) => SignatureVerdict::Genuine,
            (Some(_), false) => SignatureVerdict::Unchecked,
        };
        let more = copies.len().saturating_sub(COPIES) as u64;
        copies.truncate(COPIES);
        Some(MessageInside {
            view: self.message(id)?,
            from: m.from.0,
            signer: m.signer.map(|v| v.0),
            signature,
            sendings,
            copies,
            more,
            known_from_us: trace.from(),
        })
    }

    /// The messages of a kind of role proposal that carried `block`, oldest first, at most eight.
    pub(super) fn proposals_of(&self, block: &crate::types::BlockId) -> Vec<(u32, NodeId)> {
        let trace = self.sim.trace();
        trace
            .messages()
            .filter(|m| m.value == Some(*block) && self.is_proposal(m.kind))
            .map(|m| (m.id, m.from))
            .take(8)
            .collect()
    }

    fn is_proposal(&self, kind: u8) -> bool {
        let kinds = &self.sim.trace().head.kinds;
        kinds
            .get(usize::from(kind))
            .is_some_and(|k| k.role == crate::consensus::Role::Proposal)
    }
}
