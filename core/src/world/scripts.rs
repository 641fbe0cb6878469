//! Puppets: what a script says, delivered when it says.

use super::wire::{Delivery, Payload};
use super::{ScheduledEvent, World};
use crate::adversary::{Line, Value};
use crate::consensus::{Corruptible, Script};
use crate::trace::Event;
use crate::types::{Block, BlockId, Header, NodeId, Slot};

impl<P: Corruptible> World<P> {
    /// Schedules every line of the adversary's script that is not past.
    pub(super) fn schedule_script(&mut self) {
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
            if at >= self.now {
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
            return;
        }
        let value = match self.scripted_value(&line) {
            Ok(value) => value,
            Err(why) => return self.changed(format!("a puppet's line could not be spoken: {why}")),
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
                let packet = self.sign_and_pack(line.from, message);
                let copies = u16::try_from(line.to.len()).unwrap_or(u16::MAX);
                let sent = Event::Sent {
                    message: packet.id,
                    from: line.from,
                    copies,
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
            Err(why) => self.changed(format!("a puppet's line could not be spoken: {why}")),
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
            Value::Own(label) => self.own_block(line.from, line.slot, label).map(Some),
        }
    }

    /// The puppets' block of that label and height: made at first use, valid on the block that an
    /// honest node decided below it.
    fn own_block(&mut self, node: NodeId, slot: Slot, label: &str) -> Result<BlockId, String> {
        let key = (slot.height, label.to_owned());
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
            state_root: root,
            transactions: crate::base::Hash::ZERO,
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
