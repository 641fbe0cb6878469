//! What the papers assume of the network, built: nothing honest is lost for ever.
//!
//! 1. A node that made no progress for a while sends its own messages again, to those the protocol
//!    names: to all, or to a leader.
//! 2. It relays others' messages that must not die with their signer, to one peer after the other.
//! 3. Whoever has decided the height of such a message answers with block and certificate.
//!
//! Without 2: v1 precommits A and crashes; its vote reached only v2, which now waits for ever on a
//! lock that nobody else can see a reason for.

use super::store::Commit;
use super::wire::{Packet, Payload};
use super::{ScheduledEvent, World};
use crate::consensus::{Corruptible, Input, Message, Recipients};
use crate::types::{Block, Height, NodeId, Signed};
use std::sync::Arc;

/// Decisions sent at one request: enough to gain on a chain that goes on meanwhile.
const DECISIONS_A_REQUEST: u64 = 16;

impl<P: Corruptible> World<P> {
    /// Whether a message tells which height its sender lacks. Not in a DAG, nor where views go on through all
    /// heights: an old certificate is sent again by validators that have long decided its block.
    pub(super) const MESSAGES_TELL_HEIGHT: bool = !P::INFO.dag && P::INFO.rounds.restart;

    pub(super) fn schedule_resend(&mut self, node: NodeId) {
        if let Some(interval) = self.fixed.resend {
            let life = self.nodes[node.index()].life;
            self.queue
                .push(self.now + interval, ScheduledEvent::Resend { node, life });
        }
    }

    pub(super) fn resend(&mut self, node: NodeId) {
        self.schedule_resend(node);
        let Some(interval) = self.fixed.resend else {
            return;
        };
        let n = &self.nodes[node.index()];
        let liar = self.adversary.controls(node) && !self.adversary.strategy.resends();
        if self.now < n.progress.saturating_add(interval) {
            return;
        }
        let context = self.environment.context(
            &self.ledger.chain.validators,
            self.now,
            node,
            Some(n.validator),
        );
        let repeated = P::resend(&n.machine, &context);
        let wanted: Vec<_> = n.wanted.keys().copied().collect();
        // Its own messages tell the others where it stands; one that has none asks.
        let silent = repeated.iter().all(|(to, _)| *to == Recipients::OnePeer);
        if silent || liar || !Self::MESSAGES_TELL_HEIGHT {
            self.ask_for_help(node);
        }
        if liar {
            return;
        }
        let everybody: Vec<NodeId> = self.others(node).collect();
        let peer = self.next_peer(node);
        for (to, signed) in repeated {
            let receivers: Vec<NodeId> = match to {
                Recipients::Everyone => everybody.clone(),
                Recipients::OnePeer => peer.into_iter().collect(),
                Recipients::Validator(v) => self.nodes_of(v).filter(|n| *n != node).collect(),
            };
            if !receivers.is_empty() {
                let packet = self.packet_of(node, &signed);
                self.put_on_wire(node, &packet, receivers, true);
            }
        }
        if let Some(peer) = peer {
            for block in wanted {
                self.chat(node, Payload::BlockRequest { block }, [peer], true);
            }
        }
    }

    /// Tells everybody which height this node works on.
    pub(super) fn ask_for_help(&mut self, node: NodeId) {
        if self.mute(node) {
            return;
        }
        let height = self.nodes[node.index()].next_height();
        let everybody: Vec<NodeId> = self.others(node).collect();
        self.chat(node, Payload::Status { height }, everybody, true);
    }

    /// `peer` works on `height`: if `node` is past it, it sends what was decided.
    pub(super) fn help(&mut self, node: NodeId, peer: NodeId, height: Height) {
        let n = &self.nodes[node.index()];
        if height > n.tip_height || self.mute(node) || !self.turn_to_help(node, peer) {
            return;
        }
        let interval = self.fixed.resend.unwrap_or(0);
        let last = n
            .tip_height
            .min(height.saturating_add(DECISIONS_A_REQUEST - 1));
        let first = match n.helped.get(&peer) {
            // Asked again before the answer can have arrived: only what is new.
            Some((when, upto)) if self.now < when.saturating_add(interval) => height.max(upto + 1),
            Some(_) | None => height,
        };
        if first > last {
            return;
        }
        let mut next = first;
        while next <= last {
            let Some(decided) = self.store.decision(node, next) else {
                next += 1;
                continue;
            };
            let commit = decided.commit.clone();
            next = next.max(commit.last()) + 1;
            let bodies = commit.blocks.iter().map(|id| self.store.any(id).cloned());
            let Some(mut bodies) = bodies.collect::<Option<Vec<_>>>() else {
                continue;
            };
            let proving = commit.proof.iter().filter_map(|s| s.message.attachment());
            let further = proving.filter(|id| !commit.blocks.contains(id));
            bodies.extend(further.filter_map(|id| self.store.any(&id).cloned()));
            self.chat(node, Payload::Decision { commit, bodies }, [peer], false);
        }
        self.nodes[node.index()]
            .helped
            .insert(peer, (self.now, next - 1));
    }

    /// A decision and its proof arrived: takes it, and those that overtook it. Asks its sender for more
    /// as long as that helps.
    pub(super) fn catch_up(
        &mut self,
        node: NodeId,
        from: NodeId,
        commit: &Arc<Commit<P::Message>>,
        bodies: &[Arc<Block>],
    ) {
        for body in bodies {
            self.give(node, body);
        }
        let n = &mut self.nodes[node.index()];
        let before = n.next_height();
        if commit.last() >= before && commit.first < before + 2 * DECISIONS_A_REQUEST {
            n.proved.insert(commit.first, commit.clone());
        }
        loop {
            let n = &mut self.nodes[node.index()];
            let next = n.next_height();
            n.proved.retain(|_, commit| commit.last() >= next);
            let ready = n.proved.first_entry().filter(|e| *e.key() <= next);
            let Some(commit) = ready.map(|e| e.remove()) else {
                break;
            };
            self.drive(
                node,
                Input::Certificate {
                    first: commit.first,
                    blocks: commit.blocks.clone(),
                    proof: commit.proof.clone(),
                },
            );
        }
        let n = &self.nodes[node.index()];
        let height = n.next_height();
        if height > before && n.proved.is_empty() && !self.mute(node) {
            self.chat(node, Payload::Status { height }, [from], true);
        }
    }

    /// In a large network a few helpers suffice; who they are changes with every interval, so that a
    /// silent or crashed one is no obstacle.
    fn turn_to_help(&self, node: NodeId, peer: NodeId) -> bool {
        let n = self.nodes.len() as u64;
        let era = self.now / self.fixed.resend.unwrap_or(1).max(1);
        (u64::from(node.0) + era.wrapping_mul(7) + u64::from(peer.0)) % n < (n / 8).max(4)
    }

    fn next_peer(&mut self, node: NodeId) -> Option<NodeId> {
        let count = self.nodes.len() as u16;
        if count < 2 {
            return None;
        }
        let n = &mut self.nodes[node.index()];
        n.relay = (n.relay + 1) % count;
        if n.relay == node.0 {
            n.relay = (n.relay + 1) % count;
        }
        Some(NodeId(n.relay))
    }

    /// The packet a message travelled in, or a new one when that is forgotten.
    pub(super) fn packet_of(
        &mut self,
        node: NodeId,
        signed: &Arc<Signed<P::Message>>,
    ) -> Arc<Packet<P::Message>> {
        let described = signed.message.describe();
        let key = (described.slot.height, signed.signature);
        if let Some(packet) = self.packets.get(&key)
            && self.trace.find(packet.id).is_some()
        {
            return packet.clone();
        }
        self.pack(node, signed.clone())
    }
}
