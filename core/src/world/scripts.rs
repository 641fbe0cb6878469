//! Puppets: what a script says, delivered when it says.

use super::wire::{Delivery, Packet, Payload};
use super::{ScheduledEvent, World};
use crate::adversary::{Line, Value};
use crate::base::{Hash, Micros};
use crate::consensus::{Corruptible, Script, ScriptError};
use crate::trace::Event;
use crate::types::{Block, BlockId, Header, NodeId, Round, Signed, Slot};
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
            return self.unspoken(&line, &Unspoken::Down);
        }
        let value = match self.scripted_value(&line) {
            Ok(value) => value,
            Err(why) => return self.unspoken(&line, &why),
        };
        let script = Script {
            kind: line.kind.clone(),
            slot: line.slot,
            value,
            parent: value.and_then(|block| self.parent_of(&block)),
            valid_round: line.valid_round,
        };
        let composed = match (P::COMPOSE_WITH, P::COMPOSE) {
            (Some(compose), _) => compose(&self.nodes[line.from.index()].machine, &script),
            (None, Some(compose)) => compose(&script),
            (None, None) => return self.unspoken(&line, &Unspoken::NoScripts(P::INFO.title)),
        };
        let composed = composed.map_err(Unspoken::NoMessage);
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

    fn scripted_value(&mut self, line: &Line) -> Result<Option<BlockId>, Unspoken> {
        match &line.value {
            Value::Nil => Ok(None),
            Value::Proposed(slot) => self.first_proposed(*slot).map(Some),
            Value::Own(label) => self.own_block(line, label, None, true).map(Some),
            Value::Invalid(label) => self.own_block(line, label, None, false).map(Some),
            Value::On(label, parent) => self.own_block(line, label, Some(*parent), true).map(Some),
        }
    }

    fn first_proposed(&self, slot: Slot) -> Result<BlockId, Unspoken> {
        let first = self.proposed.get(&slot).copied();
        first.ok_or(Unspoken::NothingProposed(slot))
    }

    /// The block before `block`, and the round it was proposed in.
    fn parent_of(&self, block: &BlockId) -> Option<(BlockId, Round)> {
        let parent = self.store.any(block)?.header.parent;
        Some((parent, self.store.any(&parent)?.header.round))
    }

    /// A line that had nothing to say, or nobody to say it: told like a command whose target is gone.
    fn unspoken(&mut self, line: &Line, why: &Unspoken) {
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

    /// What an honest validator builds on at `slot` if it is to propose now.
    fn extended(&self, slot: Slot) -> Option<BlockId> {
        let mut honest = self.nodes.iter().filter(|n| !self.adversary.controls(n.id));
        let below = slot.height.saturating_sub(1);
        match P::EXTENDS {
            None => honest.find(|n| n.tip_height == below).map(|n| n.tip),
            Some(extends) => honest.find_map(|n| {
                let parent = extends(&n.machine, slot)?;
                let height = self.store.any(&parent)?.header.height;
                (height == below).then_some(parent)
            }),
        }
    }

    /// The puppets' block of that label and height, made at first use. It stands on the first block proposed in
    /// `on`, or else on what an honest validator would build on now: the block it decided below it, unless the
    /// protocol says otherwise.
    fn own_block(
        &mut self,
        line: &Line,
        label: &str,
        on: Option<Slot>,
        valid: bool,
    ) -> Result<BlockId, Unspoken> {
        let (node, slot) = (line.from, line.slot);
        // A label cannot hold a control character, so that no valid block is called so.
        let mark = match (on, valid) {
            (Some(Slot { height, round }), _) => format!("\u{2}{height}/{round}\u{2}"),
            (None, true) => String::new(),
            (None, false) => "\u{1}".to_owned(),
        };
        let key = (slot.height, format!("{mark}{label}"));
        if let Some(block) = self.adversary.own_blocks.get(&key) {
            return Ok(*block);
        }
        let parent = match on {
            Some(Slot { height: 0, .. }) => self.trace.head.genesis,
            Some(on) => self.first_proposed(on)?,
            None => self
                .extended(slot)
                .ok_or_else(|| Unspoken::NothingToFollow {
                    label: label.to_owned(),
                    below: slot.height.saturating_sub(1),
                })?,
        };
        let below = self.store.any(&parent).map(|block| block.header.height);
        if let Some(below) = below.filter(|below| below + 1 != slot.height) {
            return Err(Unspoken::OtherHeight {
                label: label.to_owned(),
                height: below + 1,
            });
        }
        let state = self.nodes.iter().find_map(|n| n.computed.get(&parent));
        let root = state.map(|computed| computed.root);
        // Nobody has executed it yet: whoever has its body does.
        let root = root.or_else(|| {
            let holder = self.nodes.iter().map(|n| n.id);
            let holder = holder.filter(|n| self.store.get(*n, &parent).is_some());
            let holder = holder.min_by_key(|n| !self.adversary.controls(*n))?;
            self.compute(holder, &parent).map(|computed| computed.root)
        });
        let root = root.unwrap_or_default();
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

/// Why a puppet's line was not said; continues "v4 was to say a vote of height 3, round 2, but".
#[derive(Debug, thiserror::Error)]
enum Unspoken {
    #[error("it is down")]
    Down,
    #[error("{0} takes no scripts")]
    NoScripts(&'static str),
    #[error("nothing was proposed in height {}, round {}", .0.height, .0.round)]
    NothingProposed(Slot),
    #[error("no honest validator stands at height {below}, which block {label} is to follow")]
    NothingToFollow { label: String, below: u64 },
    #[error("block {label} would have height {height} there")]
    OtherHeight { label: String, height: u64 },
    #[error(transparent)]
    NoMessage(ScriptError),
}

fn first_eight(bytes: &[u8; 32]) -> [u8; 8] {
    std::array::from_fn(|i| bytes[i])
}
