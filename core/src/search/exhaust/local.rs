//! One honest validator of an exhaustive search, and the messages and blocks there are. Nothing takes time: a validator's
//! own messages and its ledger's answers come at once, and timers run out whenever the search says so.

use crate::base::{Hash, Micros, encode, hash_bytes, hash_of};
use crate::consensus::{
    Context, Corruptible, Effect, Environment, Input, Message as _, Timer, TimerInfo,
};
use crate::types::{BlockId, Height, NodeId, Signature, Signed, Slot, ValidatorId, ValidatorSets};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// What may come next at a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Choice {
    /// The message of this number arrives.
    Message(u32),
    /// A timer runs out.
    Timer(Timer),
}

/// How far a run goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Horizon {
    /// A validator that has decided so many blocks is done.
    pub heights: u64,
    /// Rounds of a height, or views.
    pub rounds: u32,
    /// Rounds begin anew with each height.
    pub restart: bool,
    /// Timers that may run out at one validator because something did not come in time.
    pub timeouts: u32,
}

impl Horizon {
    fn has(self, slot: Slot) -> bool {
        if self.restart {
            slot.height <= self.heights && slot.round < self.rounds
        } else {
            slot.round <= self.rounds
        }
    }

    /// The slots of the first height, or all views.
    pub fn slots(self) -> impl Iterator<Item = Slot> {
        let first = u32::from(!self.restart);
        (first..first + self.rounds).map(|round| Slot { height: 1, round })
    }
}

/// One validator, between two things that come to it.
#[derive(Clone)]
pub(super) struct Local<P: Corruptible> {
    pub node: NodeId,
    state: P::State,
    /// Numbers of the messages that came to it, its own included.
    pub seen: BTreeSet<u32>,
    /// Timers that run, and how long each takes.
    pub timers: BTreeMap<Timer, Micros>,
    /// Messages it has sent, in order, and to whom where it is not everybody.
    pub sent: Vec<(u32, Option<ValidatorId>)>,
    /// Blocks it has decided, in order.
    pub decided: Vec<BlockId>,
    /// Timers that have run out because something did not come in time.
    pub timeouts: u32,
}

impl<P: Corruptible> Local<P> {
    /// Things that others can see of it: what it sent and decided. It only grows.
    pub fn shown(&self) -> usize {
        self.sent.len() + self.decided.len()
    }

    /// What tells two such from one another. `done`: nothing comes to it any more, and how it came there is of no account.
    pub fn digest(&self, done: bool) -> Hash {
        let Local {
            node,
            state,
            seen,
            timers,
            sent,
            decided,
            timeouts,
        } = self;
        let mut text = format!("{node:?} {sent:?} {decided:?}");
        if !done {
            text += &format!(" {state:?} {seen:?} {timers:?} {timeouts}");
        }
        hash_bytes("consensusforge/exhaust", text.as_bytes())
    }

    /// Whether `other` differs in no more than a message that has come and changed nothing.
    fn unmoved(&self, other: &Self) -> bool {
        self.timers == other.timers
            && self.sent == other.sent
            && self.decided == other.decided
            && format!("{:?}", self.state) == format!("{:?}", other.state)
    }
}

/// The world around validators: who votes, whose turn it is, and which messages and blocks were made.
pub(super) struct Surroundings<P: Corruptible> {
    pub sets: ValidatorSets,
    pub environment: Environment<P::Params>,
    pub horizon: Horizon,
    timers: &'static [TimerInfo],
    pub genesis: BlockId,
    pub messages: Vec<Arc<Signed<P::Message>>>,
    numbers: BTreeMap<Vec<u8>, u32>,
    /// The parent of every block, and its height.
    pub blocks: BTreeMap<BlockId, (BlockId, Height)>,
}

impl<P: Corruptible> Surroundings<P> {
    pub fn new(sets: ValidatorSets, environment: Environment<P::Params>, horizon: Horizon) -> Self {
        let genesis = hash_bytes("consensusforge/exhaust", b"genesis");
        Surroundings {
            sets,
            timers: P::info(&environment.params).timers,
            environment,
            horizon,
            genesis,
            messages: Vec::new(),
            numbers: BTreeMap::new(),
            blocks: BTreeMap::from([(genesis, (genesis, 0))]),
        }
    }

    pub fn context(&self, node: NodeId) -> Context<'_, P::Params> {
        let me = Some(ValidatorId(node.0));
        self.environment.context(&self.sets, 0, node, me)
    }

    /// The number of a message, which it gets when it is first made. Signatures are taken for good.
    pub fn number(&mut self, message: P::Message, signer: ValidatorId) -> u32 {
        let key = encode(&(signer, &message));
        let next = self.messages.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            let signed = Signed::with_signature(message, signer, Signature([0; 64]));
            self.messages.push(signed);
        }
        number
    }

    pub fn block(&mut self, slot: Slot, label: &str, by: ValidatorId, parent: BlockId) -> BlockId {
        let name = (slot.height, slot.round, label, by, parent);
        let block = hash_of("consensusforge/exhaust/block", &name);
        let height = self.blocks.get(&parent).map_or(0, |(_, height)| *height) + 1;
        self.blocks.insert(block, (parent, height));
        block
    }

    /// A validator that has begun.
    pub fn begin(&mut self, node: NodeId) -> Local<P> {
        let mut local = Local {
            node,
            state: P::new(self.genesis, &self.environment.params),
            seen: BTreeSet::new(),
            timers: BTreeMap::new(),
            sent: Vec::new(),
            decided: Vec::new(),
            timeouts: 0,
        };
        self.feed(&mut local, Input::Start);
        local
    }

    /// The validator after `choice`; `None` where it changes nothing: a run without it comes to the same.
    pub fn after(&mut self, local: &Local<P>, choice: Choice) -> Option<Local<P>> {
        let mut next = local.clone();
        let input = match choice {
            Choice::Message(number) => {
                next.seen.insert(number);
                Input::Message(self.messages.get(number as usize)?.clone())
            }
            Choice::Timer(timer) => {
                next.timers.remove(&timer);
                next.timeouts += u32::from(self.fails(timer));
                Input::Timer(timer)
            }
        };
        self.feed(&mut next, input);
        (!next.unmoved(local)).then_some(next)
    }

    /// The timer means that something did not come in time. Others are pauses that belong to the normal case.
    fn fails(&self, timer: Timer) -> bool {
        let known = self.timers.get(usize::from(timer.kind));
        known.is_none_or(|t| t.fired.is_some())
    }

    /// Whether a timer of `local` may run out.
    pub fn may_run_out(&self, local: &Local<P>, timer: Timer) -> bool {
        !self.fails(timer) || local.timeouts < self.horizon.timeouts
    }

    /// Done: it has decided all heights of the bound.
    pub fn done(&self, local: &Local<P>) -> bool {
        local.decided.len() as u64 >= self.horizon.heights
    }

    fn feed(&mut self, local: &mut Local<P>, input: Input<P::Message>) {
        let mut answers = VecDeque::from([input]);
        while let Some(input) = answers.pop_front() {
            self.step(local, input, &mut answers);
        }
    }

    fn step(
        &mut self,
        local: &mut Local<P>,
        input: Input<P::Message>,
        answers: &mut VecDeque<Input<P::Message>>,
    ) {
        let mut out = Vec::new();
        P::step(&mut local.state, &self.context(local.node), input, &mut out);
        let me = ValidatorId(local.node.0);
        for effect in out {
            match effect {
                Effect::Broadcast(message) => {
                    let number = self.send(local, message, None);
                    self.hear(local, number, answers);
                }
                Effect::Send { to, message } if to == me => {
                    let number = self.number(message, me);
                    self.hear(local, number, answers);
                }
                Effect::Send { to, message } => {
                    self.send(local, message, Some(to));
                }
                Effect::SetTimer { timer, after } => {
                    if self.horizon.has(timer.slot) {
                        local.timers.entry(timer).or_insert(after);
                    }
                }
                Effect::BuildBlock { slot, parents } => {
                    let parent = parents.first().copied().unwrap_or(self.genesis);
                    let block = self.block(slot, "", me, parent);
                    answers.push_back(Input::Built { slot, block });
                }
                Effect::ValidateBlock { block, parents } => {
                    let known = self.blocks.get(&block).map(|(parent, _)| *parent);
                    let valid = known.is_some() && known == parents.first().copied();
                    answers.push_back(Input::Validated { block, valid });
                }
                Effect::FetchBlock { block, .. } => {
                    if self.blocks.contains_key(&block) {
                        answers.push_back(Input::Fetched { block });
                    }
                }
                Effect::Decide { blocks, .. } => local.decided.extend(blocks),
                Effect::Accuse(_) | Effect::Note(_) => {}
            }
        }
    }

    fn send(&mut self, local: &mut Local<P>, message: P::Message, to: Option<ValidatorId>) -> u32 {
        let slot = message.describe().slot;
        let number = self.number(message, ValidatorId(local.node.0));
        // What is beyond the bound reaches nobody, as if it were late.
        if self.horizon.has(slot) && !local.sent.contains(&(number, to)) {
            local.sent.push((number, to));
        }
        number
    }

    /// Its own message arrives at it at once.
    fn hear(
        &mut self,
        local: &mut Local<P>,
        number: u32,
        answers: &mut VecDeque<Input<P::Message>>,
    ) {
        local.seen.insert(number);
        if let Some(message) = self.messages.get(number as usize).cloned() {
            self.step(local, Input::Message(message), answers);
        }
    }
}
