//! The simulator: nodes, the wire between them, and time.
//!
//! One [`World`] is one run. It takes events from a queue in order of time, hands inputs to protocol
//! machines, carries out their effects and writes the trace. Nothing else changes it but commands,
//! which are part of the scenario.

mod build;
mod catchup;
mod chain;
mod commands;
mod deliver;
mod effects;
mod inside;
mod interventions;
mod machines;
mod node;
mod pre_execution;
mod queue;
mod scripts;
mod simulation;
mod store;
mod users;
mod validators;
mod wire;

pub use build::{BuildError, Setup, build, given, profile, proposer_rule};
pub use inside::{Armed, Introspect, Kept, Proof, Signer};
pub use machines::simulate;
pub use simulation::{InFlight, NodeFacts, Reexecution, RunProgress, Simulation, Trigger};
pub use users::{Submission, USER_GAS, USERS, named_address, user_address};
pub use wire::UNSIGNED_KINDS;

use crate::adversary::{Plan, Strategy};
use crate::base::{Hash, Micros};
use crate::consensus::{Corruptible, Effect, Environment, Input, Message, Timer};
use crate::ledger::Ledger;
use crate::model::TimedCommand;
use crate::network::Network;
use crate::trace::{Event, Receivers, RunDigest, Trace};
use crate::types::{
    BlockId, Height, Keypair, NodeId, PublicKey, Signature, Signatures, ValidatorId,
};
use node::Node;
use queue::Queue;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use store::Store;
use wire::{Delivery, Packet};

/// What is fixed for a run.
#[derive(Debug)]
struct Fixed {
    chain: Hash,
    names: Vec<String>,
    keys: Vec<Keypair>,
    public: Vec<PublicKey>,
    seed: u64,
    resend: Option<Micros>,
    gas_per_second: u64,
    everywhere: bool,
    /// Validators in the order in which a count makes them Byzantine.
    byzantine_order: Vec<ValidatorId>,
    /// Validators in the order in which a count takes them down.
    crash_order: Vec<ValidatorId>,
    block_gas: u64,
    workload_accounts: u16,
    /// What is sent to everybody goes to all other nodes.
    everybody: Arc<Receivers>,
}

/// Something due at an instant.
#[derive(Clone, Debug)]
enum ScheduledEvent<P: Corruptible> {
    Start(NodeId),
    Arrive(Delivery<P::Message>),
    Timer {
        node: NodeId,
        life: u32,
        timer: Timer,
    },
    /// The executor of `node` is done.
    Answer {
        node: NodeId,
        life: u32,
        input: Box<Input<P::Message>>,
    },
    /// A Byzantine node's held-back effect.
    Late {
        node: NodeId,
        life: u32,
        effect: Box<Effect<P::Message>>,
    },
    Resend {
        node: NodeId,
        life: u32,
    },
    /// The k-th transaction of the generator, if its rate has not changed since.
    Workload {
        k: u64,
        era: u32,
    },
    /// A puppet's line, if the adversary has not changed since.
    Script {
        line: usize,
        era: u32,
    },
    Crash(NodeId),
    Restart(NodeId),
}

impl<P: Corruptible> ScheduledEvent<P> {
    /// As a step is explained by it.
    fn trigger(&self) -> Trigger {
        match self {
            ScheduledEvent::Start(node) => Trigger::Start(*node),
            ScheduledEvent::Arrive(_) => Trigger::Arrival,
            ScheduledEvent::Timer { node, timer, .. } => Trigger::Timer {
                node: *node,
                timer: timer.kind,
                slot: timer.slot,
            },
            ScheduledEvent::Answer { node, .. } => Trigger::Answer(*node),
            ScheduledEvent::Late { node, .. } => Trigger::HeldBack(*node),
            ScheduledEvent::Resend { node, .. } => Trigger::Resend(*node),
            ScheduledEvent::Workload { .. } => Trigger::Workload,
            ScheduledEvent::Script { .. } => Trigger::Script,
            ScheduledEvent::Crash(node) => Trigger::Crash(*node),
            ScheduledEvent::Restart(node) => Trigger::Restart(*node),
        }
    }

    /// Whom it happens to.
    fn node(&self) -> Option<NodeId> {
        match self {
            ScheduledEvent::Start(node)
            | ScheduledEvent::Crash(node)
            | ScheduledEvent::Restart(node) => Some(*node),
            ScheduledEvent::Arrive(copy) => Some(copy.to),
            ScheduledEvent::Timer { node, .. }
            | ScheduledEvent::Answer { node, .. }
            | ScheduledEvent::Late { node, .. }
            | ScheduledEvent::Resend { node, .. } => Some(*node),
            ScheduledEvent::Workload { .. } | ScheduledEvent::Script { .. } => None,
        }
    }
}

/// Who is Byzantine now.
struct Adversary<P: Corruptible> {
    plan: Plan,
    members: Vec<NodeId>,
    strategy: Box<dyn Strategy<P>>,
    /// Counts changes.
    era: u32,
    /// Blocks of the puppets' own, by height and label.
    own_blocks: BTreeMap<(u64, String), BlockId>,
}

impl<P: Corruptible> Clone for Adversary<P> {
    fn clone(&self) -> Self {
        Adversary {
            plan: self.plan.clone(),
            members: self.members.clone(),
            strategy: self.strategy.clone_box(),
            era: self.era,
            own_blocks: self.own_blocks.clone(),
        }
    }
}

impl<P: Corruptible> Adversary<P> {
    fn controls(&self, node: NodeId) -> bool {
        self.members.binary_search(&node).is_ok()
    }
}

/// A run of protocol `P`. Cloning is a checkpoint: what is large is shared.
pub struct World<P: Corruptible> {
    fixed: Arc<Fixed>,
    /// One for the run and all its checkpoints, unlike the rest.
    signatures: Arc<Signatures>,
    environment: Environment<P::Params>,
    now: Micros,
    steps: u64,
    /// What the newest event was.
    trigger: Option<Trigger>,
    queue: Queue<ScheduledEvent<P>>,
    nodes: Vec<Node<P>>,
    network: Network,
    store: Store<P::Message>,
    /// Its chain holds who votes on which height, for everybody.
    ledger: Ledger,
    changes: validators::ValidatorChanges,
    adversary: Adversary<P>,
    trace: Trace,
    digest: RunDigest,
    commands: VecDeque<TimedCommand>,
    /// Packets of signed messages still worth re-sending, by height and signature.
    packets: BTreeMap<(u64, Signature), Arc<Packet<P::Message>>>,
    /// First block proposed in each recent slot, for scripts that refer to it.
    proposed: BTreeMap<crate::types::Slot, BlockId>,
    tx_per_second: u32,
    workload_era: u32,
    users: users::Users,
    /// Modules that deployments name.
    contracts: BTreeMap<String, Arc<[u8]>>,
    /// Long blocks a node has and may have to execute, with their heights; no node with none.
    awaited: BTreeMap<NodeId, Vec<(Height, BlockId)>>,
    /// The wire is full: see [`crate::base::limits::max_waiting`].
    full: bool,
    /// Reused between steps, so that a delivery allocates nothing.
    effects: Vec<Effect<P::Message>>,
}

impl<P: Corruptible> Clone for World<P> {
    fn clone(&self) -> Self {
        World {
            fixed: self.fixed.clone(),
            signatures: self.signatures.clone(),
            environment: self.environment.clone(),
            now: self.now,
            steps: self.steps,
            trigger: self.trigger,
            queue: self.queue.clone(),
            nodes: self.nodes.clone(),
            network: self.network.clone(),
            store: self.store.clone(),
            ledger: self.ledger.clone(),
            changes: self.changes.clone(),
            adversary: self.adversary.clone(),
            trace: self.trace.clone(),
            digest: self.digest.clone(),
            commands: self.commands.clone(),
            packets: self.packets.clone(),
            proposed: self.proposed.clone(),
            tx_per_second: self.tx_per_second,
            workload_era: self.workload_era,
            users: self.users.clone(),
            contracts: self.contracts.clone(),
            awaited: self.awaited.clone(),
            full: self.full,
            effects: Vec::new(),
        }
    }
}

impl<P: Corruptible> World<P> {
    /// See [`Simulation::run`].
    pub fn run(&mut self, until: Micros, max: u64) -> RunProgress {
        let mut done = 0;
        while done < max {
            // A command at t runs before the events at t.
            let command = self
                .commands
                .front()
                .map(|c| c.at_us)
                .filter(|at| *at <= until);
            let due = match command {
                Some(at) => at.checked_sub(1),
                None => Some(until),
            };
            if due.is_some_and(|due| !self.prepare(due)) {
                return RunProgress {
                    steps: done,
                    executing: true,
                };
            }
            let scheduled = due.and_then(|due| self.queue.pop(due));
            match (scheduled, command) {
                (Some((at, scheduled)), _) => {
                    self.now = at;
                    self.steps += 1;
                    done += 1;
                    self.trigger = Some(scheduled.trigger());
                    self.run_event(scheduled);
                }
                (None, Some(at)) => {
                    self.now = self.now.max(at);
                    if let Some(timed) = self.commands.pop_front() {
                        self.command(&timed.command);
                    }
                }
                (None, None) => {
                    self.now = self.now.max(until);
                    break;
                }
            }
        }
        RunProgress {
            steps: done,
            executing: false,
        }
    }

    fn run_event(&mut self, scheduled: ScheduledEvent<P>) {
        match scheduled {
            ScheduledEvent::Start(node) => self.start(node),
            ScheduledEvent::Arrive(copy) => self.arrive(copy),
            ScheduledEvent::Timer { node, life, timer } => {
                if self.alive(node, life) && self.nodes[node.index()].armed.remove(&timer) {
                    self.fire(node, timer);
                }
            }
            ScheduledEvent::Answer { node, life, input } => {
                if self.alive(node, life) {
                    self.drive(node, *input);
                }
            }
            ScheduledEvent::Late { node, life, effect } => {
                if self.alive(node, life) {
                    let mut inbox = VecDeque::new();
                    self.carry_out(node, *effect, &mut inbox);
                    self.settle(node, inbox, &mut Vec::new());
                }
            }
            ScheduledEvent::Resend { node, life } => {
                if self.alive(node, life) {
                    self.resend(node);
                }
            }
            ScheduledEvent::Workload { k, era } => {
                if era == self.workload_era {
                    self.generate(k);
                }
            }
            ScheduledEvent::Script { line, era } => {
                if era == self.adversary.era {
                    self.perform(line);
                }
            }
            ScheduledEvent::Crash(node) => self.crash(node),
            ScheduledEvent::Restart(node) => self.restart(node),
        }
    }

    fn alive(&self, node: NodeId, life: u32) -> bool {
        self.nodes
            .get(node.index())
            .is_some_and(|n| n.up && n.life == life)
    }

    fn start(&mut self, node: NodeId) {
        if !self.nodes[node.index()].up {
            return;
        }
        self.nodes[node.index()].progress = self.now;
        self.schedule_resend(node);
        self.drive(node, Input::Start);
    }

    fn crash(&mut self, node: NodeId) {
        if self.nodes[node.index()].up {
            self.nodes[node.index()].crash();
            self.trace.push(self.now, Event::Crashed { node });
        }
    }

    fn restart(&mut self, node: NodeId) {
        if self.nodes[node.index()].up {
            return;
        }
        let n = &mut self.nodes[node.index()];
        n.up = true;
        n.progress = self.now;
        self.trace.push(self.now, Event::Restarted { node });
        self.schedule_resend(node);
        self.drive(node, Input::Restarted);
        // It may have missed any number of blocks: ask at once rather than at the next re-send.
        if self.fixed.resend.is_some() {
            self.ask_for_help(node);
        }
    }

    /// Lets a machine take `input` and carries out what follows, until nothing more follows at once.
    fn drive(&mut self, node: NodeId, input: Input<P::Message>) {
        let mut effects = std::mem::take(&mut self.effects);
        self.take(node, input, &mut effects);
        if !effects.is_empty() {
            let mut inbox = VecDeque::new();
            self.perform_all(node, &mut effects, &mut inbox);
            self.settle(node, inbox, &mut effects);
        }
        self.effects = effects;
    }

    /// Feeds a machine what its own effects have brought, until nothing more comes.
    fn settle(
        &mut self,
        node: NodeId,
        mut inbox: VecDeque<Input<P::Message>>,
        effects: &mut Vec<Effect<P::Message>>,
    ) {
        while let Some(input) = inbox.pop_front() {
            self.take(node, input, effects);
            self.perform_all(node, effects, &mut inbox);
        }
    }

    /// Like [`Self::drive`], for a timer: recorded only when something follows from it.
    fn fire(&mut self, node: NodeId, timer: Timer) {
        let mut effects = Vec::new();
        self.take(node, Input::Timer(timer), &mut effects);
        if effects.is_empty() {
            return;
        }
        let height = u32::try_from(timer.slot.height).unwrap_or(u32::MAX);
        let fired = Event::TimerFired {
            node,
            timer: timer.kind,
            round: timer.slot.round,
            height,
        };
        self.trace.push(self.now, fired);
        let mut inbox = VecDeque::new();
        self.perform_all(node, &mut effects, &mut inbox);
        self.settle(node, inbox, &mut effects);
    }

    fn take(
        &mut self,
        node: NodeId,
        input: Input<P::Message>,
        effects: &mut Vec<Effect<P::Message>>,
    ) {
        let controlled = self.adversary.controls(node);
        let n = &mut self.nodes[node.index()];
        if controlled && !self.adversary.strategy.before(&mut n.machine, &input) {
            return;
        }
        let context = self.environment.context(
            &self.ledger.chain.validators,
            self.now,
            node,
            Some(n.validator),
        );
        P::step(&mut n.machine, &context, input, effects);
    }

    /// The trace's name for a kind of chatter.
    fn chatter_kind(index: u8) -> u8 {
        P::INFO.kinds.len() as u8 + index
    }

    /// Blocks by the slot of the first proposal, for scripts that refer to them.
    fn remember_proposal(&mut self, message: &P::Message) {
        if let Some(block) = message.attachment() {
            self.proposed
                .entry(message.describe().slot)
                .or_insert(block);
            if self.proposed.len() > 1_024 {
                self.proposed.pop_first();
            }
        }
    }
}
