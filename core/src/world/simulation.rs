//! A world of whatever protocol, as the session handles it.

use super::inside::Introspect;
use super::users::Submission;
use super::wire::Delivery;
use super::{ScheduledEvent, World};
use crate::base::random::Randomness;
use crate::base::{Hash, Micros, Slices};
use crate::consensus::{Corruptible, Status};
use crate::ledger::{Execution, Recording, State, recorded};
use crate::model::{CopySpec, TimedCommand};
use crate::trace::{MessageId, Trace};
use crate::types::{Address, Block, BlockId, Height, NodeId, SignatureWork, Slot, ValidatorId};
use crate::vm::{Admitted, Outcome, Refusal};
use std::sync::Arc;

/// A copy on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// Which message.
    pub message: MessageId,
    /// The sending node.
    pub from: NodeId,
    /// The receiving node.
    pub to: NodeId,
    /// When it left, microseconds.
    pub sent: Micros,
    /// When it arrives, microseconds.
    pub arrives: Micros,
}

/// A block executed once more, with all that its contracts asked.
#[derive(Clone, Debug)]
pub struct Reexecution {
    /// The block.
    pub block: Arc<Block>,
    /// What came out.
    pub execution: Execution,
    /// What its contracts asked.
    pub recording: Recording,
}

/// What can be seen of a node from outside its machine.
#[derive(Clone, Debug)]
pub struct NodeFacts {
    /// The validator it runs.
    pub validator: ValidatorId,
    /// It is not crashed.
    pub up: bool,
    /// The adversary controls it.
    pub byzantine: bool,
    /// Its newest final block.
    pub tip: BlockId,
    /// Place of that block in the decided order.
    pub tip_height: Height,
    /// State root after the newest block it has executed.
    pub root: Hash,
    /// Transactions in its mempool.
    pub mempool: usize,
    /// Validators this node can prove guilty, each once.
    pub accuses: Vec<ValidatorId>,
}

/// What was taken from the queue for one event. The trace tells what followed; this tells what it followed
/// from, also where nothing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A node started.
    Start(NodeId),
    /// A copy of a message reached a node.
    Arrival,
    /// A timer ran out.
    Timer {
        /// The node that armed it.
        node: NodeId,
        /// Index into the protocol's timers.
        timer: u8,
        /// What it was armed for.
        slot: Slot,
    },
    /// A node's executor was done, or a liar heard from another without the network.
    Answer(NodeId),
    /// A liar did what it had held back.
    HeldBack(NodeId),
    /// A node looked whether it has to send again.
    Resend(NodeId),
    /// The generator made a transaction.
    Workload,
    /// A line of the liars' script was due.
    Script,
    /// A node stopped.
    Crash(NodeId),
    /// A node started again.
    Restart(NodeId),
}

/// How far [`Simulation::run`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunProgress {
    /// Events that ran.
    pub steps: u64,
    /// A long block is being executed, and the next event waits for it: call again.
    pub executing: bool,
}

/// A run, whatever its protocol.
pub trait Simulation: Introspect {
    /// Runs what is due until `until` (included), at most `max` events, and returns early when a slice of
    /// a long execution is done. Fewer than `max`, and not executing, means that time stands at `until`.
    fn run(&mut self, until: Micros, max: u64) -> RunProgress;
    /// The present instant, microseconds.
    fn now(&self) -> Micros;
    /// Events so far.
    fn steps(&self) -> u64;
    /// The run's digest so far.
    fn digest(&self) -> Hash;
    /// What happened so far, as far as it is kept.
    fn trace(&self) -> &Trace;
    /// What the newest event was; `None` before the first, and where only records are known.
    fn trigger(&self) -> Option<Trigger> {
        None
    }
    /// The instant of the next event or command.
    fn next_at(&self) -> Option<Micros>;
    /// From now on `commands` is what comes: those not later than now that still wait stay, and of
    /// `commands` those later than now follow.
    fn set_future(&mut self, commands: &[TimedCommand]);
    /// Makes a module available to commands under a name.
    fn add_contract(&mut self, name: &str, wasm: std::sync::Arc<[u8]>);
    /// The verdict of the chain's engine over a module.
    ///
    /// # Errors
    /// The rule it breaks.
    fn admit(&self, wasm: &[u8]) -> Result<Admitted, Refusal>;
    /// Copies on the wire and whatever else waits for its instant.
    fn waiting(&self) -> usize;
    /// Nodes, twins included.
    fn node_count(&self) -> usize;
    /// What can be seen of a node.
    fn node(&self, node: NodeId) -> NodeFacts;
    /// True when the adversary controls a node.
    fn is_byzantine(&self, node: NodeId) -> bool;
    /// Name of the adversary's strategy.
    fn strategy(&self) -> &'static str;
    /// Where a node's machine stands.
    fn status(&self, node: NodeId) -> Status;
    /// The state after the node's newest final block, and that block's height.
    fn state(&self, node: NodeId) -> Option<(&State, Height)>;
    /// The state after the node's final block of `height` (absent: the newest), that height, and the
    /// block's instant; `None` when the node is not there yet or has forgotten it.
    fn state_at(&self, node: NodeId, height: Option<Height>) -> Option<(State, Height, Micros)>;
    /// A contract's answer at [`Self::state_at`], which may take many slices.
    fn ask(
        &self,
        node: NodeId,
        height: Option<Height>,
        contract: Address,
        input: Vec<u8>,
    ) -> Option<Slices<'static, Outcome>>;
    /// Executes the node's final block of `height` again as that node does now, in slices, taking down what
    /// its contracts ask; `None` when block or parent state are forgotten.
    fn execute_again(&self, node: NodeId, height: Height) -> Option<Slices<'static, Reexecution>>;
    /// Transactions of people, oldest first.
    fn submissions(&self) -> &[Submission];
    /// Whether this only shows again what was recorded: then nothing can be done in it.
    fn recorded(&self) -> bool {
        false
    }
    /// Signatures really made and verified by this run and all that share its past.
    fn signature_work(&self) -> SignatureWork {
        SignatureWork::default()
    }
    /// Copies on the wire that left at `since` or later, in the order they left; at most `max`.
    fn flying(&self, since: Micros, max: usize) -> Vec<InFlight>;
    /// Of the copies on the wire that `name` could mean, in the order they left: id and arrival.
    fn candidates(&self, name: &CopySpec) -> Vec<(MessageId, Micros)>;
    /// From now on the network's delays and losses are those of another seed: another future of the same past, which
    /// no scenario has.
    fn redraw(&mut self, _seed: u64) {}
    /// A copy that can go on from here; of the trace it keeps about `records`.
    fn checkpoint(&self, records: usize) -> Box<dyn Simulation>;
}

impl<P: Corruptible> Simulation for World<P> {
    fn run(&mut self, until: Micros, max: u64) -> RunProgress {
        World::run(self, until, max)
    }

    fn now(&self) -> Micros {
        self.now
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn digest(&self) -> Hash {
        self.digest.value()
    }

    fn trace(&self) -> &Trace {
        &self.trace
    }

    fn trigger(&self) -> Option<Trigger> {
        self.trigger
    }

    fn next_at(&self) -> Option<Micros> {
        let command = self.commands.front().map(|c| c.at_us);
        self.queue.next_at().into_iter().chain(command).min()
    }

    fn set_future(&mut self, commands: &[TimedCommand]) {
        let now = self.now;
        self.commands.retain(|c| c.at_us <= now);
        self.commands
            .extend(commands.iter().filter(|c| c.at_us > now).cloned());
    }

    fn add_contract(&mut self, name: &str, wasm: std::sync::Arc<[u8]>) {
        self.contracts.insert(name.to_owned(), wasm);
    }

    fn admit(&self, wasm: &[u8]) -> Result<Admitted, Refusal> {
        self.ledger.chain.engine.admit(wasm)
    }

    fn waiting(&self) -> usize {
        self.queue.len()
    }

    fn node_count(&self) -> usize {
        self.nodes.len()
    }

    fn node(&self, node: NodeId) -> NodeFacts {
        let n = &self.nodes[node.index()];
        NodeFacts {
            validator: n.validator,
            up: n.up,
            byzantine: self.adversary.controls(node),
            tip: n.tip,
            tip_height: n.tip_height,
            root: n.computed.get(&n.tip).map(|c| c.root).unwrap_or_default(),
            mempool: n.mempool.len(),
            accuses: {
                let mut all: Vec<_> = n.evidence.iter().map(|e| e.offender).collect();
                all.sort_unstable();
                all.dedup();
                all
            },
        }
    }

    fn is_byzantine(&self, node: NodeId) -> bool {
        self.adversary.controls(node)
    }

    fn strategy(&self) -> &'static str {
        self.adversary.strategy.name()
    }

    fn status(&self, node: NodeId) -> Status {
        let n = &self.nodes[node.index()];
        let context = self.environment.context(
            &self.ledger.chain.validators,
            self.now,
            node,
            Some(n.validator),
        );
        P::status(&n.machine, &context)
    }

    fn state(&self, node: NodeId) -> Option<(&State, Height)> {
        let n = self.nodes.get(node.index())?;
        n.computed.get(&n.tip).map(|c| (&c.state, c.position))
    }

    fn state_at(&self, node: NodeId, height: Option<Height>) -> Option<(State, Height, Micros)> {
        let past = &self.nodes.get(node.index())?.past;
        let (height, past) = match height {
            Some(height) => (height, past.get(&height)?),
            None => past.get_max().map(|(height, past)| (*height, past))?,
        };
        Some((past.state.clone(), height, past.time))
    }

    fn ask(
        &self,
        node: NodeId,
        height: Option<Height>,
        contract: Address,
        input: Vec<u8>,
    ) -> Option<Slices<'static, Outcome>> {
        let (state, height, time) = self.state_at(node, height)?;
        let chain = self.ledger.chain.clone();
        Some(Box::pin(async move {
            chain.ask(&state, (height, time), contract, input).await
        }))
    }

    fn execute_again(&self, node: NodeId, height: Height) -> Option<Slices<'static, Reexecution>> {
        let n = self.nodes.get(node.index())?;
        let parent = n.past.get(&height.checked_sub(1)?)?.state.clone();
        let block = self.store.decision(node, height)?.block;
        let block = self.store.any(&block)?.clone();
        let (kind, chain) = (n.executor, self.ledger.chain.clone());
        Some(Box::pin(async move {
            let (execution, recording) = recorded(kind, &chain, &parent, &block).await;
            Reexecution {
                block,
                execution,
                recording,
            }
        }))
    }

    fn submissions(&self) -> &[Submission] {
        self.users.submissions()
    }

    fn candidates(&self, name: &CopySpec) -> Vec<(MessageId, Micros)> {
        self.copies_named(name)
            .into_iter()
            .map(|(key, _)| (key.message, key.arrives))
            .collect()
    }

    fn flying(&self, since: Micros, max: usize) -> Vec<InFlight> {
        let mut flying: Vec<InFlight> = self
            .queue
            .iter()
            .filter_map(|(arrives, scheduled)| match scheduled {
                ScheduledEvent::Arrive(Delivery {
                    packet,
                    flight,
                    from,
                    to,
                    ..
                }) => {
                    let sent = arrives.saturating_sub(u64::from(*flight));
                    (sent >= since).then_some(InFlight {
                        message: packet.id,
                        from: *from,
                        to: *to,
                        sent,
                        arrives,
                    })
                }
                ScheduledEvent::Start(_)
                | ScheduledEvent::Timer { .. }
                | ScheduledEvent::Answer { .. }
                | ScheduledEvent::Late { .. }
                | ScheduledEvent::Resend { .. }
                | ScheduledEvent::Workload { .. }
                | ScheduledEvent::Script { .. }
                | ScheduledEvent::Crash(_)
                | ScheduledEvent::Restart(_) => None,
            })
            .collect();
        // Buckets have no order of their own.
        flying.sort_unstable_by_key(|f| (f.sent, f.message, f.to));
        flying.truncate(max);
        flying
    }

    fn signature_work(&self) -> SignatureWork {
        self.signatures.work()
    }

    fn redraw(&mut self, seed: u64) {
        self.network.redraw(Randomness::new(seed));
    }

    fn checkpoint(&self, records: usize) -> Box<dyn Simulation> {
        let mut copy = self.clone();
        copy.trace.keep(records);
        Box::new(copy)
    }
}
