//! All orders of one case: who lies is fixed, and what comes next at whom is not.
//!
//! **Reduction.** What validators do to one another is send and decide; all else is inside of them. A message that has been
//! sent stays to be received, and a timer that runs stays to run out. So whatever goes on inside a validator can be put off
//! until just before it next sends or decides something, and nobody else can tell (a partial order reduction in the sense of
//! Godefroid, 1996: such steps commute with all steps of others). A *step* here is therefore a validator's way to its next
//! message or decision, and whatever comes after its last one is left out. On the way it receives no more than it has to: of
//! two such ways that lead to the same once the other has received the rest, too, the shorter one is looked at. Besides, a message that changes nothing is left out, and states that are equal are looked at once. Lost messages
//! and crashes need no steps of their own: to everybody else, what never comes is what comes last, and whoever is down is slow.

use super::liars::Liars;
use super::local::{Choice, Local, Surroundings};
use crate::base::Hash;
use crate::consensus::{Corruptible, ProtocolInfo};
use crate::types::{BlockId, NodeId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Where every honest validator is, by the numbers of their locals.
type Global = Vec<u32>;

/// A state on the way that is looked at.
struct Frame {
    global: Global,
    /// The states one step on.
    next: Vec<Global>,
    taken: usize,
    /// Schedules from here on, as far as they are counted.
    schedules: u64,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Different states.
    pub states: u64,
    /// The most blocks that a validator has decided in one of them.
    pub decided: u64,
    /// Of them, those with no step left.
    pub ends: u64,
    /// Steps from state to state.
    pub steps: u64,
    /// Ways from the first state to one with no step left; [`u64::MAX`] stands for that many and more.
    pub schedules: u64,
}

/// The orders of one case.
pub(super) struct Explorer<P: Corruptible> {
    pub info: ProtocolInfo,
    pub around: Surroundings<P>,
    pub liars: Liars,
    reduce: bool,
    pub locals: Vec<Local<P>>,
    numbers: BTreeMap<Hash, u32>,
    /// What a local becomes by a choice; itself where that changes nothing.
    after: BTreeMap<(u32, Choice), u32>,
    /// By a local and the messages there are for it: what it is after its next step.
    ways: BTreeMap<(u32, Vec<u32>), Vec<u32>>,
    /// Schedules from each state that is done.
    seen: BTreeMap<Global, u64>,
    path: Vec<Frame>,
    pub counts: Counts,
    /// All combinations of decisions that were reached, by honest validator.
    pub outcomes: BTreeSet<Vec<Vec<BlockId>>>,
}

impl<P: Corruptible> Explorer<P> {
    pub fn new(
        info: ProtocolInfo,
        mut around: Surroundings<P>,
        liars: Liars,
        reduce: bool,
    ) -> Self {
        let all = around.sets.at(1).iter().map(|v| v.id);
        let honest: Vec<NodeId> = all
            .filter(|v| !liars.who.contains(v))
            .map(|v| NodeId(v.0))
            .collect();
        let begun: Vec<Local<P>> = honest.into_iter().map(|node| around.begin(node)).collect();
        let mut explorer = Explorer {
            info,
            around,
            liars,
            reduce,
            locals: Vec::new(),
            numbers: BTreeMap::new(),
            after: BTreeMap::new(),
            ways: BTreeMap::new(),
            seen: BTreeMap::new(),
            path: Vec::new(),
            counts: Counts::default(),
            outcomes: BTreeSet::new(),
        };
        let first = begun
            .into_iter()
            .map(|local| explorer.local(local))
            .collect();
        explorer.enter(first);
        explorer
    }

    /// Looks at about so many states; true when there is no other left, or two validators disagree.
    pub fn advance(&mut self, states: u64) -> bool {
        let stop = self.counts.states.saturating_add(states);
        while self.counts.states < stop {
            if self.forked().is_some() {
                return true;
            }
            let Some(frame) = self.path.last_mut() else {
                return true;
            };
            let Some(next) = frame.next.get(frame.taken).cloned() else {
                self.leave();
                continue;
            };
            frame.taken += 1;
            self.counts.steps += 1;
            match self.seen.get(&next) {
                Some(schedules) => frame.schedules = frame.schedules.saturating_add(*schedules),
                None => self.enter(next),
            }
        }
        false
    }

    /// Two honest validators of the state looked at that have decided different blocks in one place.
    pub fn forked(&self) -> Option<(NodeId, NodeId)> {
        let here = &self.path.last()?.global;
        let locals: Vec<&Local<P>> = here.iter().map(|l| &self.locals[*l as usize]).collect();
        let differ = |a: &Local<P>, b: &Local<P>| {
            a.decided
                .iter()
                .zip(&b.decided)
                .any(|(one, other)| one != other)
        };
        let mut pairs = locals.iter().enumerate().flat_map(|(i, a)| {
            let others = locals[i + 1..].iter();
            others.map(move |b| (*a, *b))
        });
        let (a, b) = pairs.find(|(a, b)| differ(a, b))?;
        Some((a.node, b.node))
    }

    /// The way to the state looked at: which validator, and what came to it, in order.
    pub fn schedule(&mut self) -> Vec<(NodeId, Choice)> {
        let globals: Vec<Global> = self.path.iter().map(|frame| frame.global.clone()).collect();
        let mut all = Vec::new();
        for pair in globals.windows(2) {
            let [before, next] = pair else { continue };
            let Some(place) = (0..before.len()).find(|i| before[*i] != next[*i]) else {
                continue;
            };
            let node = self.locals[before[place] as usize].node;
            let messages = self.messages(before, place);
            let choices = self.way(before[place], next[place], &messages);
            all.extend(choices.into_iter().map(|choice| (node, choice)));
        }
        all
    }

    fn enter(&mut self, global: Global) {
        self.counts.states += 1;
        let decided = global
            .iter()
            .map(|l| self.locals[*l as usize].decided.clone());
        let decided: Vec<Vec<BlockId>> = decided.collect();
        let most = decided.iter().map(Vec::len).max().unwrap_or(0);
        self.counts.decided = self.counts.decided.max(most as u64);
        self.outcomes.insert(decided);
        // A run that comes back to a state on its way has no schedules of its own there.
        self.seen.insert(global.clone(), 0);
        let mut next = Vec::new();
        for place in 0..global.len() {
            let messages = self.messages(&global, place);
            for local in self.ways_of(global[place], messages) {
                let mut one = global.clone();
                one[place] = local;
                next.push(one);
            }
        }
        self.counts.ends += u64::from(next.is_empty());
        self.path.push(Frame {
            schedules: u64::from(next.is_empty()),
            global,
            next,
            taken: 0,
        });
    }

    fn leave(&mut self) {
        let Some(done) = self.path.pop() else { return };
        self.seen.insert(done.global, done.schedules);
        match self.path.last_mut() {
            Some(before) => before.schedules = before.schedules.saturating_add(done.schedules),
            None => self.counts.schedules = done.schedules,
        }
    }

    /// Messages that the validator in this place may receive.
    fn messages(&mut self, global: &Global, place: usize) -> Vec<u32> {
        let receiver = self.locals[global[place] as usize].node;
        let sent: Vec<(u32, bool)> = global
            .iter()
            .enumerate()
            .flat_map(|(i, local)| {
                let sent = self.locals[*local as usize].sent.iter();
                sent.map(move |(number, to)| {
                    let others = to.is_none_or(|to| to.0 == receiver.0);
                    (*number, i != place && others)
                })
            })
            .collect();
        let mut all: BTreeSet<u32> = self.liars.first.iter().copied().collect();
        for (number, arrives) in sent {
            if arrives {
                all.insert(number);
            }
            if !self.liars.who.is_empty() {
                let about = self.liars.after(number, &self.info, &mut self.around);
                all.extend(about);
            }
        }
        let seen = &self.locals[global[place] as usize].seen;
        all.into_iter().filter(|m| !seen.contains(m)).collect()
    }

    fn local(&mut self, local: Local<P>) -> u32 {
        let next = self.locals.len() as u32;
        let digest = local.digest(self.around.done(&local));
        let number = *self.numbers.entry(digest).or_insert(next);
        if number == next {
            self.locals.push(local);
        }
        number
    }

    /// What a local becomes by a choice; itself where that changes nothing.
    fn by(&mut self, local: u32, choice: Choice) -> u32 {
        if let Some(known) = self.after.get(&(local, choice)) {
            return *known;
        }
        let next = self.around.after(&self.locals[local as usize], choice);
        let number = next.map_or(local, |next| self.local(next));
        self.after.insert((local, choice), number);
        number
    }

    /// What may come to a local.
    fn choices(&self, local: u32, messages: &[u32]) -> Vec<Choice> {
        let local = &self.locals[local as usize];
        if self.around.done(local) {
            return Vec::new();
        }
        let seen = &local.seen;
        let comes = |m: &&u32| !seen.contains(m) && !self.liars.contradict(**m, seen);
        let fresh = messages.iter().filter(comes);
        let timers = local.timers.keys().copied();
        let timers = timers.filter(|timer| self.around.may_run_out(local, *timer));
        let timers = timers.map(Choice::Timer);
        fresh.map(|m| Choice::Message(*m)).chain(timers).collect()
    }

    /// What a local is after its next step, in each way there is.
    fn ways_of(&mut self, local: u32, messages: Vec<u32>) -> Vec<u32> {
        let key = (local, messages);
        if let Some(known) = self.ways.get(&key) {
            return known.clone();
        }
        let reached = self.reached(local, &key.1);
        let ends = reached.into_keys().filter(|l| self.ends_a_step(local, *l));
        let mut found: Vec<u32> = ends.collect();
        if self.reduce {
            found = self.earliest(found, &key.1);
        }
        self.ways.insert(key, found.clone());
        found
    }

    /// Without those that another of them may still become without anybody else knowing: what it has received on the way
    /// can as well be received afterwards.
    fn earliest(&mut self, mut found: Vec<u32>, messages: &[u32]) -> Vec<u32> {
        let received = |l: &u32| self.locals[*l as usize].seen.len();
        found.sort_by_key(|l| (received(l), *l));
        let mut covered = BTreeSet::new();
        let mut kept = Vec::new();
        for local in found {
            if covered.contains(&local) {
                continue;
            }
            kept.push(local);
            let within = self.reached(local, messages).into_keys();
            covered.extend(within.filter(|l| !self.ends_a_step(local, *l)));
        }
        kept
    }

    /// Whether a step from `local` is over at `other`.
    fn ends_a_step(&self, local: u32, other: u32) -> bool {
        let shown = |l: u32| self.locals[l as usize].shown();
        other != local && (!self.reduce || shown(other) > shown(local))
    }

    /// Everything a local may be until its step is over, with what it was before and what came then.
    fn reached(&mut self, local: u32, messages: &[u32]) -> BTreeMap<u32, Option<(u32, Choice)>> {
        let mut reached = BTreeMap::from([(local, None)]);
        let mut open = VecDeque::from([local]);
        while let Some(here) = open.pop_front() {
            for choice in self.choices(here, messages) {
                let next = self.by(here, choice);
                if reached.contains_key(&next) {
                    continue;
                }
                reached.insert(next, Some((here, choice)));
                if !self.ends_a_step(local, next) {
                    open.push_back(next);
                }
            }
        }
        reached
    }

    /// What came to a local on its way to another.
    fn way(&mut self, local: u32, to: u32, messages: &[u32]) -> Vec<Choice> {
        let reached = self.reached(local, messages);
        let mut choices = Vec::new();
        let mut here = to;
        while let Some(Some((before, choice))) = reached.get(&here) {
            choices.push(*choice);
            here = *before;
        }
        choices.reverse();
        choices
    }
}
