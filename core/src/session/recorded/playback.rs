//! A recorded run in the place of a world: the same door, but nothing is decided here any more.

use crate::base::limits::MAX_TIME;
use crate::base::{Hash, Micros, Slices};
use crate::consensus::Status;
use crate::ledger::{Receipt, State};
use crate::model::{CopySpec, TimedCommand};
use crate::trace::file::TraceFile;
use crate::trace::{Event, MessageId, Record, RunDigest, Trace};
use crate::types::{Address, BlockId, Height, NodeId, Round, SignedTransaction, ValidatorId};
use crate::vm::{Admitted, ContractEngine, Outcome, Refusal, WasmEngine};
use crate::world::{
    Armed, InFlight, Introspect, Kept, NodeFacts, Proof, Reexecution, RunProgress, Simulation,
    Submission,
};
use std::sync::Arc;

/// Records looked through for what is on its way at an instant.
const LOOK_AHEAD: usize = 100_000;

/// Where a node stands, as the records so far tell.
#[derive(Clone, Debug)]
struct Node {
    validator: ValidatorId,
    up: bool,
    height: Height,
    round: Round,
    step: &'static str,
    locked: Option<(BlockId, Round)>,
    tip: BlockId,
    tip_height: Height,
    executed: Option<(BlockId, Hash)>,
    mempool: u32,
    accuses: Vec<ValidatorId>,
}

#[derive(Clone)]
pub(super) struct Playback {
    file: Arc<TraceFile>,
    /// Records and messages shown so far.
    records: usize,
    messages: usize,
    now: Micros,
    trace: Trace,
    nodes: Vec<Node>,
    byzantine: Vec<NodeId>,
    strategy: &'static str,
    digest: RunDigest,
}

impl Playback {
    pub(super) fn new(file: Arc<TraceFile>) -> Playback {
        let head = &file.head;
        let nodes = head
            .nodes
            .iter()
            .enumerate()
            .map(|(i, validator)| {
                let tip = head.tips.get(i).copied();
                let (tip_height, tip) = tip.unwrap_or((0, head.genesis));
                Node {
                    validator: *validator,
                    up: true,
                    height: tip_height,
                    round: 0,
                    step: "",
                    locked: None,
                    tip,
                    tip_height,
                    executed: None,
                    mempool: 0,
                    accuses: Vec::new(),
                }
            })
            .collect();
        Playback {
            trace: Trace::new(head.clone()),
            nodes,
            records: 0,
            messages: 0,
            now: 0,
            byzantine: Vec::new(),
            strategy: "none",
            digest: RunDigest::default(),
            file,
        }
    }

    fn show(&mut self, record: &Record) {
        let file = self.file.clone();
        while let Some((before, message)) = file.messages.get(self.messages)
            && *before <= self.records
        {
            self.trace.message(message.clone());
            self.messages += 1;
        }
        self.note(&record.event);
        self.trace.push(record.at, record.event.clone());
        self.now = record.at;
        self.records += 1;
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::Step {
                node,
                step,
                round,
                height,
                ..
            } => {
                let n = &mut self.nodes[node.index()];
                (n.height, n.round) = (u64::from(*height), *round);
                n.step = self.file.head.step_name(*step);
            }
            Event::Locked { node, detail } => {
                self.nodes[node.index()].locked = Some((detail.1, detail.0.round));
            }
            Event::Committed(c) => {
                let n = &mut self.nodes[c.node.index()];
                (n.tip, n.tip_height) = (c.block, c.height);
                n.locked = None;
                n.mempool = c.mempool.saturating_sub(c.transactions);
                self.digest.decided(c.node, c.height, &c.block);
            }
            Event::Executed(e) => {
                self.nodes[e.node.index()].executed = Some((e.block, e.root));
                self.digest.executed(e.node, &e.block, &e.root);
            }
            Event::Evidence(a) => {
                let accuses = &mut self.nodes[a.reporter.index()].accuses;
                if !accuses.contains(&a.offender) {
                    accuses.push(a.offender);
                    accuses.sort_unstable();
                }
            }
            Event::Crashed { node } => self.nodes[node.index()].up = false,
            Event::Restarted { node } => self.nodes[node.index()].up = true,
            Event::Byzantine(change) => {
                self.byzantine.clone_from(&change.nodes);
                self.strategy = change.strategy;
            }
            Event::Sent {
                message,
                from,
                again: false,
                ..
            } => {
                let sent = self.trace.find(*message);
                if let Some(proof) = sent.and_then(|m| m.proof.as_ref()) {
                    self.digest.signed(*from, &proof.signature);
                }
            }
            Event::Sent { .. }
            | Event::Delivered { .. }
            | Event::Lost { .. }
            | Event::BadSignature { .. }
            | Event::TimerFired { .. }
            | Event::Polka { .. }
            | Event::Skipped { .. }
            | Event::Fired { .. }
            | Event::Rejected { .. }
            | Event::Changed(_)
            | Event::Submitted { .. }
            | Event::CommandMissed(_)
            | Event::Validators(_) => {}
        }
    }

    /// Time ends where the file does.
    fn end(&self) -> Micros {
        let last = self.file.records.last().map_or(0, |r| r.at);
        let said = self.file.end.map_or(0, |e| e.now.min(MAX_TIME));
        last.max(said)
    }
}

impl Simulation for Playback {
    fn run(&mut self, until: Micros, max: u64) -> RunProgress {
        let file = self.file.clone();
        let mut done = 0;
        while done < max {
            match file.records.get(self.records) {
                Some(record) if record.at <= until => {
                    self.show(record);
                    done += 1;
                }
                _ => {
                    self.now = self.now.max(until.min(self.end()));
                    break;
                }
            }
        }
        RunProgress {
            steps: done,
            executing: false,
        }
    }

    fn now(&self) -> Micros {
        self.now
    }

    fn steps(&self) -> u64 {
        self.records as u64
    }

    fn digest(&self) -> Hash {
        self.digest.value()
    }

    fn trace(&self) -> &Trace {
        &self.trace
    }

    fn next_at(&self) -> Option<Micros> {
        self.file.records.get(self.records).map(|r| r.at)
    }

    fn set_future(&mut self, _commands: &[TimedCommand]) {
        // What was recorded has no other future: the session refuses commands before they come here.
    }

    fn add_contract(&mut self, _name: &str, _wasm: Arc<[u8]>) {
        // As above.
    }

    fn admit(&self, wasm: &[u8]) -> Result<Admitted, Refusal> {
        WasmEngine::new().admit(wasm)
    }

    fn waiting(&self) -> usize {
        0
    }

    fn node_count(&self) -> usize {
        self.nodes.len()
    }

    fn node(&self, node: NodeId) -> NodeFacts {
        let n = &self.nodes[node.index()];
        NodeFacts {
            validator: n.validator,
            up: n.up,
            byzantine: self.is_byzantine(node),
            tip: n.tip,
            tip_height: n.tip_height,
            root: match n.executed {
                Some((block, root)) if block == n.tip => root,
                _ => Hash::ZERO,
            },
            mempool: n.mempool as usize,
            accuses: n.accuses.clone(),
        }
    }

    fn is_byzantine(&self, node: NodeId) -> bool {
        self.byzantine.binary_search(&node).is_ok()
    }

    fn strategy(&self) -> &'static str {
        self.strategy
    }

    fn status(&self, node: NodeId) -> Status {
        let n = &self.nodes[node.index()];
        Status {
            height: n.height,
            round: n.round,
            step: n.step,
            locked: n.locked,
            ..Status::default()
        }
    }

    fn state(&self, _node: NodeId) -> Option<(&State, Height)> {
        None
    }

    fn state_at(&self, _node: NodeId, _height: Option<Height>) -> Option<(State, Height, Micros)> {
        None
    }

    fn ask(
        &self,
        _node: NodeId,
        _height: Option<Height>,
        _contract: Address,
        _input: Vec<u8>,
    ) -> Option<Slices<'static, Outcome>> {
        None
    }

    fn execute_again(
        &self,
        _node: NodeId,
        _height: Height,
    ) -> Option<Slices<'static, Reexecution>> {
        None
    }

    fn submissions(&self) -> &[Submission] {
        &[]
    }

    fn recorded(&self) -> bool {
        true
    }

    fn flying(&self, since: Micros, max: usize) -> Vec<InFlight> {
        let ahead = self.file.records.iter().skip(self.records);
        let mut flying: Vec<InFlight> = ahead
            .take(LOOK_AHEAD)
            .filter_map(|r| match &r.event {
                Event::Delivered {
                    message,
                    flight,
                    from,
                    to,
                } => Some(InFlight {
                    message: *message,
                    from: *from,
                    to: *to,
                    sent: r.at.saturating_sub(u64::from(*flight)),
                    arrives: r.at,
                }),
                _ => None,
            })
            .filter(|f| f.sent >= since && f.sent <= self.now)
            // A message that has not appeared yet has no kind to draw.
            .filter(|f| self.trace.find(f.message).is_some())
            .take(max)
            .collect();
        flying.sort_unstable_by_key(|f| (f.sent, f.message, f.to));
        flying
    }

    fn candidates(&self, _name: &CopySpec) -> Vec<(MessageId, Micros)> {
        Vec::new()
    }

    fn checkpoint(&self, records: usize) -> Box<dyn Simulation> {
        let mut copy = self.clone();
        copy.trace.keep(records);
        Box::new(copy)
    }
}

/// What stood in a node's memory is not in its trace.
impl Introspect for Playback {
    fn armed(&self, _node: NodeId) -> Vec<Armed> {
        Vec::new()
    }

    fn busy_until(&self, _node: NodeId) -> Micros {
        0
    }

    fn proofs(&self, _node: NodeId) -> Vec<Proof> {
        Vec::new()
    }

    fn mempool_bytes(&self, _node: NodeId) -> usize {
        0
    }

    fn has_waiting(&self, _node: NodeId, _tx: &Hash) -> bool {
        false
    }

    fn transaction(&self, _tx: &Hash) -> Option<Arc<SignedTransaction>> {
        None
    }

    fn blocks_with(&self, _tx: &Hash) -> Vec<BlockId> {
        Vec::new()
    }

    fn block(&self, _id: &BlockId) -> Option<Kept> {
        None
    }

    fn blocks_at(&self, _height: Height) -> Vec<BlockId> {
        Vec::new()
    }

    fn block_like(&self, _beginning: &[u8]) -> Option<BlockId> {
        None
    }

    fn receipt(&self, _block: &BlockId, _tx: &Hash) -> Option<Receipt> {
        None
    }
}
