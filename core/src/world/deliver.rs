//! A copy arrives.

use super::World;
use super::wire::{Delivery, Payload};
use crate::base::limits::{MAX_JUSTIFICATION, MAX_JUSTIFICATION_DEPTH};
use crate::consensus::{Corruptible, Input, Message};
use crate::trace::{Event, Loss};
use crate::types::{Block, NodeId, Signed};
use std::sync::Arc;

impl<P: Corruptible> World<P> {
    pub(super) fn arrive(&mut self, copy: Delivery<P::Message>) {
        let Delivery {
            packet,
            flight,
            from,
            to,
            again,
        } = copy;
        let message = packet.id;
        if !self.nodes[to.index()].up {
            self.trace.push(
                self.now,
                Event::Lost {
                    message,
                    flight,
                    from,
                    to,
                    why: Loss::Down,
                },
            );
            return;
        }
        self.trace.push(
            self.now,
            Event::Delivered {
                message,
                flight,
                from,
                to,
            },
        );
        match &packet.payload {
            Payload::Protocol { signed, body } => {
                if !self.genuine(signed) {
                    self.trace
                        .push(self.now, Event::BadSignature { message, to });
                    return;
                }
                if let Some(block) = body {
                    self.give(to, block);
                }
                if again && Self::MESSAGES_TELL_HEIGHT {
                    self.help(to, from, signed.message.describe().slot.height);
                }
                self.drive(to, Input::Message(signed.clone()));
                if let Some(block) = body.as_ref().filter(|_| P::INFO.dag) {
                    self.no_longer_wanted(to, block);
                }
            }
            Payload::Transaction(tx) => {
                self.nodes[to.index()].receive_transaction(
                    tx,
                    &self.fixed.chain,
                    self.fixed.everywhere,
                );
            }
            Payload::Status { height } => self.help(to, from, *height),
            Payload::BlockRequest { block } => {
                if self.mute(to) {
                    return;
                }
                // In a DAG a body is of no use without its author's word.
                if let Some(carrier) = self.store.carrier(to, block).cloned() {
                    let packet = self.packet_of(to, &carrier);
                    self.put_on_wire(to, &packet, [from], true);
                } else if let Some(block) = self.store.get(to, block).cloned() {
                    self.chat(to, Payload::BlockReply(block), [from], false);
                }
            }
            Payload::BlockReply(block) => self.receive_body(to, block),
            Payload::Decision { commit, bodies } => {
                if commit.proof.iter().all(|signed| self.genuine(signed)) {
                    self.catch_up(to, from, commit, bodies);
                } else {
                    self.trace
                        .push(self.now, Event::BadSignature { message, to });
                }
            }
        }
    }

    /// Its signer signed it, and so it is with every signed message inside it.
    pub(super) fn genuine(&self, signed: &Signed<P::Message>) -> bool {
        self.is_signed(signed)
            && (signed.message.justification().is_empty()
                || if self.fixed.everywhere {
                    self.is_justified(signed)
                } else {
                    signed.justified(|| self.is_justified(signed))
                })
    }

    /// Verified here, and not by each protocol in its way: one would forget to, and a liar could propose B with
    /// a certificate of its own making.
    fn is_justified(&self, signed: &Signed<P::Message>) -> bool {
        let mut left = MAX_JUSTIFICATION;
        let mut level: Vec<&Signed<P::Message>> = vec![signed];
        for _ in 0..MAX_JUSTIFICATION_DEPTH {
            let below: Vec<&Signed<P::Message>> = level
                .into_iter()
                .flat_map(|m| m.message.justification())
                .take(left + 1)
                .map(AsRef::as_ref)
                .collect();
            if below.len() > left || !below.iter().all(|m| self.is_signed(m)) {
                return false;
            }
            left -= below.len();
            level = below;
        }
        level.iter().all(|m| m.message.justification().is_empty())
    }

    /// How many signatures are on these messages and on those inside them.
    pub(super) fn signatures_on<'a>(
        messages: impl IntoIterator<Item = &'a Arc<Signed<P::Message>>>,
    ) -> u32 {
        let mut level: Vec<&Arc<Signed<P::Message>>> = messages.into_iter().collect();
        let mut count = 0;
        for _ in 0..=MAX_JUSTIFICATION_DEPTH {
            count += level.len();
            if count > MAX_JUSTIFICATION {
                break;
            }
            level = level
                .iter()
                .flat_map(|m| m.message.justification())
                .collect();
        }
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The signer signed exactly this, with its key of the message's height. Whether it votes there is for
    /// the protocol to see: a stranger has no stake.
    fn is_signed(&self, signed: &Signed<P::Message>) -> bool {
        // Nearly all copies are of a message that somebody has verified.
        if !self.fixed.everywhere
            && let Some(verdict) = signed.verdict()
        {
            return verdict;
        }
        let height = signed.message.describe().slot.height;
        let Some(public) = self.public_key_at(signed.signer, height) else {
            return false;
        };
        if self.fixed.everywhere {
            signed.verify(&public, &self.fixed.chain, true)
        } else {
            signed.verify_by(&self.signatures, &public, &self.fixed.chain)
        }
    }

    /// A Byzantine node that helps nobody.
    pub(super) fn mute(&self, node: NodeId) -> bool {
        self.adversary.controls(node) && self.adversary.strategy.mute()
    }

    fn receive_body(&mut self, node: NodeId, block: &Arc<Block>) {
        self.give(node, block);
        self.no_longer_wanted(node, block);
    }

    /// A body is there: tells the machine that asked for it.
    fn no_longer_wanted(&mut self, node: NodeId, block: &Block) {
        if self.nodes[node.index()]
            .wanted
            .remove(&block.id())
            .is_some()
        {
            self.drive(node, Input::Fetched { block: block.id() });
        }
    }
}
