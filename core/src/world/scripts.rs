//! Puppets: what a script says, delivered when it says.

use super::wire::{Delivery, Packet, Payload};
use super::{ScheduledEvent, World};
use crate::adversary::{Line, Value};
use crate::base::{Hash, Micros};
use crate::consensus::{Corruptible, Script};
use crate::trace::Event;
use crate::types::{Block, BlockId, Header, NodeId, Signed, Slot};
use std::sync::Arc;

impl<P: Corruptible> World<P> {
    /// Schedules every line of the adversary's script that is not past; those of instant 0 wait until the
    /// nodes are there, for [`Self::schedule_first_lines`].
    pub(super) fn schedule_script(&mut self) {
        let first = if self.queue.is_empty() { 1 } else { 0 };
        self.schedule_lines(|at, now| at >= now.max(first));
    }

    /// Once the start of all nodes is in the queue: at 0 a puppet speaks to validators that have started.
    pub(super) fn schedule_first_lines(&mut self) {
        self.schedule_lines(|at, _| at == 0);
    }

    fn schedule_lines(&mut self, wanted: impl Fn(Micros, Micros) -> bool) {
        let era = self.adversary.era;
        let lines: Vec<_> = self
            .adversary
            .strategy
            .script()
            .iter()
            .map(|l| l.at)
            .enumerate()
            .collect();
        for (line, at) in lines {
            if wanted(at, self.now) {
                self.queue.push(at, ScheduledEvent::Script { line, era });
            }
        }
    }

    /// Signs the line's message and delivers it to everybody it names, at this instant.
    pub(super) fn perform(&mut self, line: usize) {
        let Some(line) = self.adversary.strategy.script().get(line).cloned() else {
            return;
        };
        if !self.nodes[line.from.index()].up {
            return self.unspoken(&line, "it is down");
        }
        let value = match self.scripted_value(&line) {
            Ok(value) => value,
            Err(why) => return self.unspoken(&line, &why),
        };
        let script = Script {
            kind: line.kind.clone(),
            slot: line.slot,
            value,
            valid_round: line.valid_round,
        };
        let composed = P::COMPOSE.map_or_else(
            || Err(format!("{} takes no scripts", P::INFO.title)),
            |compose| compose(&script),
        );
        match composed {
            Ok(message) => {
                let packet = if line.forged {
                    self.forge(line.from, message)
                } else {
                    self.sign_and_pack(line.from, message)
                };
                let sent = Event::Sent {
                    message: packet.id,
                    from: line.from,
                    to: self.receivers(line.from, line.to.clone()),
                    again: false,
                };
                self.trace.push(self.now, sent);
                for to in line.to {
                    if let Payload::Protocol {
                        body: Some(block), ..
                    } = &packet.payload
                    {
                        self.give(to, block);
                    }
                    self.arrive(Delivery {
                        packet: packet.clone(),
                        flight: 0,
                        from: line.from,
                        to,
                        again: false,
                    });
                }
            }
            Err(why) => self.unspoken(&line, &why),
        }
    }

    fn scripted_value(&mut self, line: &Line) -> Result<Option<BlockId>, String> {
        match &line.value {
            Value::Nil => Ok(None),
            Value::Proposed(slot) => self.proposed.get(slot).copied().map(Some).ok_or_else(|| {
                format!(
                    "nothing was proposed in height {}, round {}",
                    slot.height, slot.round
                )
            }),
            Value::Own(label) => self.own_block(line.from, line.slot, label, true).map(Some),
            Value::Invalid(label) => self.own_block(line.from, line.slot, label, false).map(Some),
        }
    }

    /// A line that had nothing to say, or nobody to say it: told like a command whose target is gone.
    fn unspoken(&mut self, line: &Line, why: &str) {
        let name = self.trace.head.node_name(line.from);
        self.vain(format!(
            "{name} was to say a {} of height {}, round {}, but {why}: nothing was done",
            line.kind, line.slot.height, line.slot.round
        ));
    }

    /// A message with a signature that its signer did not make. It stands in the trace as nobody's word.
    fn forge(&mut self, node: NodeId, message: P::Message) -> Arc<Packet<P::Message>> {
        let signed = self.sign(node, message);
        let mut signature = signed.signature;
        signature.0[0] ^= 1;
        let forged = Signed::with_signature(signed.message.clone(), signed.signer, signature);
        self.pack_as(node, forged, None)
    }

    /// The puppets' block of that label and height: made at first use, valid on the block that an
    /// honest node decided below it.
    fn own_block(
        &mut self,
        node: NodeId,
        slot: Slot,
        label: &str,
        valid: bool,
    ) -> Result<BlockId, String> {
        // A label cannot hold a control character, so that no valid block is called so.
        let key = (
            slot.height,
            format!("{}{label}", if valid { "" } else { "\u{1}" }),
        );
        if let Some(block) = self.adversary.own_blocks.get(&key) {
            return Ok(*block);
        }
        let below = slot.height.saturating_sub(1);
        let ready = |n: &&super::Node<P>| n.tip_height == below && !self.adversary.controls(n.id);
        let parent = self.nodes.iter().find(ready).map(|n| n.tip);
        let Some(parent) = parent else {
            return Err(format!(
                "no honest validator stands at height {below}, which block {label} is to follow"
            ));
        };
        let holder = self
            .nodes
            .iter()
            .find(|n| n.tip == parent)
            .map_or(node, |n| n.id);
        let root = self.nodes[holder.index()]
            .computed
            .get(&parent)
            .map(|c| c.root)
            .unwrap_or_default();
        let header = Header {
            chain: self.fixed.chain,
            height: slot.height,
            round: slot.round,
            proposer: self.nodes[node.index()].validator,
            parent,
            time: self.now,
            executed: parent,
            state_root: if valid { root } else { Hash([0xbd; 32]) },
            transactions: Hash::ZERO,
            // Blocks of different labels differ in nothing else.
            salt: u64::from_le_bytes(first_eight(
                &crate::base::hash_bytes("consensusforge/label", label.as_bytes()).0,
            )),
            extension: Default::default(),
        };
        let block = Block::new(header, Vec::new());
        self.give(node, &block);
        self.adversary.own_blocks.insert(key, block.id());
        Ok(block.id())
    }
}

fn first_eight(bytes: &[u8; 32]) -> [u8; 8] {
    std::array::from_fn(|i| bytes[i])
}
