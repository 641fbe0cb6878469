//! Carrying out what protocol machines ask for.

use super::wire::{Delivery, Packet, Payload};
use super::{ScheduledEvent, World};
use crate::adversary::{Act, Plan, Stage, strategy};
use crate::base::Micros;
use crate::base::limits::max_waiting;
use crate::consensus::{Corruptible, Effect, Input, Message, Note, Protocol};
use crate::network::{Model, Passage};
use crate::trace::{Accusation, Event, Loss, MessageRecord, Proof, Receivers};
use crate::types::{Block, BlockId, Evidence, NodeId, Signable, Signed, Slot, ValidatorId};
use std::collections::VecDeque;
use std::sync::Arc;

type Inbox<P> = VecDeque<Input<<P as Protocol>::Message>>;

impl<P: Corruptible> World<P> {
    /// Carries out all effects of one step, in order; answers that take no time go into `inbox`.
    pub(super) fn perform_all(
        &mut self,
        node: NodeId,
        effects: &mut Vec<Effect<P::Message>>,
        inbox: &mut Inbox<P>,
    ) {
        if self.adversary.controls(node) {
            for effect in effects.drain(..) {
                for act in self.corrupt(node, effect) {
                    self.act(node, act, inbox);
                }
            }
        } else {
            for effect in effects.drain(..) {
                self.carry_out(node, effect, inbox);
            }
        }
    }

    /// What the strategy makes of an effect of one of its nodes.
    fn corrupt(&mut self, node: NodeId, effect: Effect<P::Message>) -> Vec<Act<P::Message>> {
        // The strategy looks at the world while the world owns it: out with it for the call. The
        // stand-in has no size and costs nothing.
        let mut in_charge =
            std::mem::replace(&mut self.adversary.strategy, strategy(&Plan::Silent));
        let acts = in_charge.after(self, node, effect);
        self.adversary.strategy = in_charge;
        acts
    }

    fn act(&mut self, node: NodeId, act: Act<P::Message>, inbox: &mut Inbox<P>) {
        match act {
            Act::Do(effect) => self.carry_out(node, effect, inbox),
            Act::Later { by, effect } => {
                let life = self.nodes[node.index()].life;
                self.queue.push(
                    self.now + by,
                    ScheduledEvent::Late {
                        node,
                        life,
                        effect: Box::new(effect),
                    },
                );
            }
            Act::Tell { from, message, to } => {
                let packet = self.sign_and_pack(from, message);
                let own = to.contains(&from);
                self.put_on_wire(from, &packet, to.into_iter().filter(|t| *t != from), false);
                if let Payload::Protocol { signed, .. } = &packet.payload
                    && own
                {
                    let input = Input::Message(signed.clone());
                    if from == node {
                        inbox.push_back(input);
                    } else {
                        let life = self.nodes[from.index()].life;
                        let answer = ScheduledEvent::Answer {
                            node: from,
                            life,
                            input: Box::new(input),
                        };
                        self.queue.push(self.now, answer);
                    }
                }
            }
            Act::KeepToSelf(message) => {
                let signed = self.sign(node, message);
                inbox.push_back(Input::Message(signed));
            }
        }
    }

    pub(super) fn carry_out(
        &mut self,
        node: NodeId,
        effect: Effect<P::Message>,
        inbox: &mut Inbox<P>,
    ) {
        match effect {
            Effect::Broadcast(message) => {
                let packet = self.sign_and_pack(node, message);
                let all = self.others(node);
                self.put_on_wire(node, &packet, all, false);
                if let Payload::Protocol { signed, .. } = &packet.payload {
                    inbox.push_back(Input::Message(signed.clone()));
                }
            }
            Effect::Send { to, message } => {
                let packet = self.sign_and_pack(node, message);
                let receivers: Vec<NodeId> = self.nodes_of(to).collect();
                if let Payload::Protocol { signed, .. } = &packet.payload
                    && receivers.contains(&node)
                {
                    inbox.push_back(Input::Message(signed.clone()));
                }
                self.put_on_wire(
                    node,
                    &packet,
                    receivers.into_iter().filter(|r| *r != node),
                    false,
                );
            }
            Effect::SetTimer { timer, after } => {
                let n = &mut self.nodes[node.index()];
                if n.armed.insert(timer) {
                    let life = n.life;
                    self.queue.push(
                        self.now.saturating_add(after),
                        ScheduledEvent::Timer { node, life, timer },
                    );
                }
            }
            Effect::BuildBlock { slot, parents } => {
                if let Some(block) = self.build_block(node, slot, &parents) {
                    self.answer(
                        node,
                        Input::Built {
                            slot,
                            block: block.id(),
                        },
                        inbox,
                    );
                }
            }
            Effect::ValidateBlock { block, parents } => {
                let valid = self.validate(node, &block, &parents);
                self.answer(node, Input::Validated { block, valid }, inbox);
            }
            Effect::FetchBlock { block, from } => {
                if self.store.get(node, &block).is_some() {
                    let carrier = self.store.carrier(node, &block).cloned();
                    inbox.extend(carrier.map(Input::Message));
                    inbox.push_back(Input::Fetched { block });
                } else {
                    self.nodes[node.index()].wanted.insert(block, from);
                    let ask = Payload::BlockRequest { block };
                    let receivers: Vec<NodeId> =
                        self.nodes_of(from).filter(|r| *r != node).collect();
                    self.chat(node, ask, receivers, false);
                }
            }
            Effect::Decide {
                first,
                blocks,
                round,
                proof,
            } => self.decide(node, first, blocks, round, proof),
            Effect::Accuse(evidence) => self.accuse(node, &evidence),
            Effect::Note(note) => self.note(node, note),
        }
    }

    /// Hands `input` to the machine when its executor is free: at once unless execution takes time.
    fn answer(&mut self, node: NodeId, input: Input<P::Message>, inbox: &mut Inbox<P>) {
        let n = &self.nodes[node.index()];
        if n.busy_until > self.now {
            let answer = ScheduledEvent::Answer {
                node,
                life: n.life,
                input: Box::new(input),
            };
            self.queue.push(n.busy_until, answer);
        } else {
            inbox.push_back(input);
        }
    }

    pub(super) fn sign(&mut self, node: NodeId, message: P::Message) -> Arc<Signed<P::Message>> {
        let validator = self.nodes[node.index()].validator;
        let keys = self.keys_at(validator, message.describe().slot.height);
        let digest = message.digest(&self.fixed.chain);
        let signature = if self.fixed.everywhere {
            keys.sign(&digest)
        } else {
            self.signatures.sign(keys, &digest)
        };
        let signed = Signed::with_signature(message, validator, signature);
        self.digest.signed(node, &signed.signature);
        signed
    }

    pub(super) fn sign_and_pack(
        &mut self,
        node: NodeId,
        message: P::Message,
    ) -> Arc<Packet<P::Message>> {
        self.remember_proposal(&message);
        let signed = self.sign(node, message);
        self.pack(node, signed)
    }

    /// Gives a signed message its place in the trace, and the body of its block to travel along.
    pub(super) fn pack(
        &mut self,
        node: NodeId,
        signed: Arc<Signed<P::Message>>,
    ) -> Arc<Packet<P::Message>> {
        let signer = Some(signed.signer);
        self.pack_as(node, signed, signer)
    }

    /// As [`Self::pack`]; where the signature is wrong, the message is nobody's word.
    pub(super) fn pack_as(
        &mut self,
        node: NodeId,
        signed: Arc<Signed<P::Message>>,
        signer: Option<ValidatorId>,
    ) -> Arc<Packet<P::Message>> {
        let body = signed
            .message
            .attachment()
            .and_then(|b| self.store.any(&b))
            .cloned();
        if let Some(body) = body.as_ref().filter(|_| P::INFO.dag) {
            self.store.carry(&body.id(), &signed);
        }
        let described = signed.message.describe();
        let encoded = crate::base::encode(&signed.message);
        let id = self.trace.message(MessageRecord {
            id: 0,
            from: node,
            signer,
            kind: described.kind,
            slot: described.slot,
            value: described.value,
            // A signer's number and a signature around the message, and the block behind it.
            bytes: 66 + encoded.len() as u32 + body.as_ref().map_or(0, |b| b.bytes()),
            signatures: Self::signatures_on([&signed]),
            sent: self.now,
            parents: body
                .as_ref()
                .map_or_else(Vec::new, |b| b.header.parents().copied().collect()),
            fields: described.fields,
            proof: Some(Box::new(Proof {
                signature: signed.signature,
                body: encoded,
            })),
        });
        let signature = signed.signature;
        let packet = Arc::new(Packet {
            id,
            payload: Payload::Protocol { signed, body },
        });
        if self.fixed.resend.is_some() {
            self.packets
                .insert((described.slot.height, signature), packet.clone());
        }
        packet
    }

    /// Sends unsigned chatter.
    pub(super) fn chat(
        &mut self,
        node: NodeId,
        payload: Payload<P::Message>,
        to: impl IntoIterator<Item = NodeId>,
        again: bool,
    ) {
        let Some(kind) = payload.chatter() else {
            return;
        };
        let (slot, value, bytes) = match &payload {
            Payload::Protocol { .. } => return,
            Payload::Transaction(tx) => (Slot::default(), None, tx.bytes()),
            Payload::Status { height } => (
                Slot {
                    height: *height,
                    round: 0,
                },
                None,
                16,
            ),
            Payload::BlockRequest { block } => (Slot::default(), Some(*block), 40),
            Payload::BlockReply(block) => {
                (slot_of(block), Some(block.id()), block.bytes() as usize)
            }
            Payload::Decision { commit, bodies } => {
                let last = commit.blocks.last().copied();
                let body = bodies.iter().find(|b| Some(b.id()) == last);
                (
                    body.map_or_else(Slot::default, |b| slot_of(b)),
                    last,
                    bodies.iter().map(|b| b.bytes() as usize).sum::<usize>()
                        + commit.proof.len() * 120,
                )
            }
        };
        let signatures = match &payload {
            Payload::Transaction(_) => 1,
            Payload::Decision { commit, .. } => Self::signatures_on(commit.proof.iter()),
            Payload::Protocol { .. }
            | Payload::Status { .. }
            | Payload::BlockRequest { .. }
            | Payload::BlockReply(_) => 0,
        };
        let fields = if let Payload::Transaction(tx) = &payload {
            vec![("transaction", tx.id().to_string())]
        } else {
            Vec::new()
        };
        let id = self.trace.message(MessageRecord {
            id: 0,
            from: node,
            signer: None,
            kind: Self::chatter_kind(kind),
            slot,
            value,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            signatures,
            sent: self.now,
            parents: Vec::new(),
            fields,
            proof: None,
        });
        let packet = Arc::new(Packet { id, payload });
        self.put_on_wire(node, &packet, to, again);
    }

    /// Puts one copy for each receiver on the wire and lets the network decide over it.
    pub(super) fn put_on_wire(
        &mut self,
        from: NodeId,
        packet: &Arc<Packet<P::Message>>,
        to: impl IntoIterator<Item = NodeId>,
        again: bool,
    ) {
        let mut lost = Vec::new();
        // Halved, as the network may duplicate each.
        let most = max_waiting(self.nodes.len());
        let mut room = most.saturating_sub(self.queue.len()) / 2;
        self.full &= room < most / 4;
        let receivers: Vec<NodeId> = to.into_iter().collect();
        for &to in &receivers {
            if room == 0 {
                self.overflow();
                lost.push(Event::Lost {
                    message: packet.id,
                    flight: 0,
                    from,
                    to,
                    why: Loss::Network,
                });
                continue;
            }
            room -= 1;
            match self.network.send(self.now, from, to) {
                Passage::Arrives {
                    after,
                    again: twice,
                } => {
                    for after in [Some(after), twice].into_iter().flatten() {
                        let flight = flight(after);
                        let copy = Delivery {
                            packet: packet.clone(),
                            flight,
                            from,
                            to,
                            again,
                        };
                        self.queue
                            .push(self.now + after, ScheduledEvent::Arrive(copy));
                    }
                }
                Passage::Lost { why, after } => {
                    lost.push(Event::Lost {
                        message: packet.id,
                        flight: flight(after),
                        from,
                        to,
                        why,
                    });
                }
            }
        }
        self.trace.push(
            self.now,
            Event::Sent {
                message: packet.id,
                from,
                to: self.receivers(from, receivers),
                again,
            },
        );
        for event in lost {
            self.trace.push(self.now, event);
        }
    }

    /// As the trace writes them down.
    pub(super) fn receivers(&self, from: NodeId, to: Vec<NodeId>) -> Arc<Receivers> {
        if self.others(from).eq(to.iter().copied()) {
            self.fixed.everybody.clone()
        } else {
            Arc::new(Receivers::Nodes(to))
        }
    }

    /// More is on its way than can be kept: says so, once until the wire is half empty again.
    fn overflow(&mut self) {
        if !std::mem::replace(&mut self.full, true) {
            let most = max_waiting(self.nodes.len());
            self.changed(format!(
                "more than {most} copies of messages are on their way, the most there can be: further \
                 ones are lost. Shorten `network.latency`, or lengthen `protocol.resend_interval_us`"
            ));
        }
    }

    pub(super) fn others(&self, node: NodeId) -> impl Iterator<Item = NodeId> + use<P> {
        (0..self.nodes.len() as u16)
            .map(NodeId)
            .filter(move |n| *n != node)
    }

    /// The node or nodes that run a validator.
    pub(super) fn nodes_of(&self, validator: ValidatorId) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes
            .iter()
            .filter(move |n| n.validator == validator)
            .map(|n| n.id)
    }

    fn accuse(&mut self, node: NodeId, evidence: &Evidence<P::Message>) {
        self.nodes[node.index()].keep_evidence(evidence);
        let (first, second) = (
            evidence.first.message.describe(),
            evidence.second.message.describe(),
        );
        let slot = Slot {
            height: evidence.height,
            round: evidence.round,
        };
        self.trace.push(
            self.now,
            Event::Evidence(Box::new(Accusation {
                reporter: node,
                offender: evidence.offender,
                slot,
                kind: first.kind,
                first: first.value,
                second: second.value,
            })),
        );
    }

    fn note(&mut self, node: NodeId, note: Note) {
        let event = match note {
            Note::Step { slot, step, leader } => Event::Step {
                node,
                step,
                round: slot.round,
                height: u32::try_from(slot.height).unwrap_or(u32::MAX),
                proposer: leader,
            },
            Note::Locked { slot, block } => Event::Locked {
                node,
                detail: Box::new((slot, block)),
            },
            Note::Polka { slot, block } => Event::Polka {
                node,
                detail: Box::new((slot, block)),
            },
            Note::Skipped { slot } => Event::Skipped {
                node,
                detail: Box::new(slot),
            },
            Note::Fired { rule, slot } => Event::Fired {
                node,
                rule,
                round: slot.round,
                height: u32::try_from(slot.height).unwrap_or(u32::MAX),
            },
        };
        self.trace.push(self.now, event);
    }
}

impl<P: Corruptible> Stage for World<P> {
    fn members(&self) -> &[NodeId] {
        &self.adversary.members
    }

    fn honest(&self) -> Vec<(NodeId, u64)> {
        let height = self.nodes.iter().map(|n| n.tip_height).max().unwrap_or(0) + 1;
        let set = self.ledger.chain.validators.at(height);
        let honest = self
            .nodes
            .iter()
            .filter(|n| n.up && !self.adversary.controls(n.id));
        honest.map(|n| (n.id, set.stake(n.validator))).collect()
    }

    fn validator(&self, node: NodeId) -> ValidatorId {
        self.nodes[node.index()].validator
    }

    fn alternative(&mut self, node: NodeId, block: &BlockId) -> Option<BlockId> {
        let block = self.store.any(block)?;
        let mut header = block.header.clone();
        header.salt += 1;
        // Where a sender signed two transactions in one place, each block carries one of them.
        let transactions = block.transactions.iter();
        let transactions = transactions.map(|tx| self.rival(tx).unwrap_or(tx).clone());
        let other = Block::new(header, transactions.collect());
        self.give(node, &other);
        Some(other.id())
    }
}

fn slot_of(block: &Block) -> Slot {
    Slot {
        height: block.header.height,
        round: block.header.round,
    }
}

/// Delays are capped well below 2^32 microseconds.
fn flight(after: Micros) -> u32 {
    u32::try_from(after).unwrap_or(u32::MAX)
}
