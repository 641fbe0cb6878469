//! ByzzFuzz: in a few rounds the network is partitioned, and in a few rounds a liar's messages are left out or altered
//! for some receivers. Altered slightly ("small scope": another round, or the other choice of a vote), which finds more
//! than arbitrary messages do, for these are mostly dropped.
//!
//! Winter, Buse, de Graaf, von Gleissenthall, Ozkan, "Randomized Testing of Byzantine Fault Tolerant Algorithms",
//! OOPSLA 2023.
//!
//! It acts while the run goes on: rounds are numbered as their first messages leave. Every fault is a command about one
//! message, so that a found run is shrunk to the messages that matter. A round is as in the paper one exchange of messages:
//! here all of one kind in one slot, so that Tendermint's first height has three.

use super::{Draft, Facts, obedient, pick, random_cut, some};
use crate::base::Micros;
use crate::base::random::Draw;
use crate::consensus::Role;
use crate::model::{
    AdversarySpec, Command, CopySpec, Cut, PuppetLine, StrategySpec, ValueSpec, Who,
};
use crate::search::run::Tactics;
use crate::trace::{Event, MessageRecord};
use crate::types::{NodeId, Slot};
use crate::world::Simulation;
use std::collections::BTreeSet;

/// Faults begin in one of the first so many rounds.
const ROUNDS: u64 = 9;
/// At most so many rounds of each kind of fault.
const FAULTS: u64 = 3;
/// Commands of one trial: a network that is cut for a round loses a copy a command.
const MOST_ACTS: usize = 400;

/// What a liar does with its messages of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    /// Nothing arrives.
    Omit,
    /// Another value.
    Value,
    /// Another round.
    Round,
}

struct ProcessFault {
    round: usize,
    from: String,
    to: Vec<String>,
    lie: Lie,
}

/// The faults of a trial.
struct Faults {
    network: Vec<(usize, Vec<String>)>,
    process: Vec<ProcessFault>,
    liars: Vec<String>,
    composes: bool,
    calm: Micros,
    /// In the order in which their first messages left.
    rounds: Vec<(Slot, u8)>,
    /// Of these the ones in which a message has been altered already.
    altered: BTreeSet<usize>,
    cursor: u64,
    acts: usize,
}

pub(super) fn draft(facts: &Facts, trial: u64) -> Draft {
    let mut dice = facts.dice(trial);
    let mut scenario = facts.seeded(&mut dice);
    let liars = facts.liars(&mut dice);
    if !liars.is_empty() {
        scenario.adversary = obedient(liars.clone());
    }
    let names = facts.names();
    let round = |dice: &mut Draw| dice.below(ROUNDS) as usize;
    let mut network = Vec::new();
    if facts.space.partitions > 0 {
        for _ in 0..dice.below(FAULTS + 1) {
            let at = round(&mut dice);
            match random_cut(&scenario, &mut dice) {
                Some(Cut::Groups(groups)) => network.push((at, groups.concat())),
                Some(Cut::OneWay { from, .. }) => network.push((at, from)),
                None => {}
            }
        }
    }
    let mut process = Vec::new();
    if !liars.is_empty() {
        for _ in 0..dice.between(1, FAULTS) {
            let mut to = some(&names, &mut dice);
            if to.is_empty() {
                to.clone_from(&names);
            }
            process.push(ProcessFault {
                round: round(&mut dice),
                from: pick(&liars, &mut dice).clone(),
                to,
                lie: *pick(&[Lie::Omit, Lie::Omit, Lie::Value, Lie::Round], &mut dice),
            });
        }
    }
    let tactics = Faults {
        network,
        process,
        liars,
        composes: facts.composes && facts.moves.contains(&crate::search::space::Move::Puppet),
        calm: facts.space.calm_us,
        rounds: Vec::new(),
        altered: BTreeSet::new(),
        cursor: 0,
        acts: 0,
    };
    Draft {
        scenario,
        tactics: Some(Box::new(tactics)),
    }
}

impl Tactics for Faults {
    fn see(&mut self, sim: &dyn Simulation) -> Vec<(Micros, Command)> {
        let trace = sim.trace();
        let mut acts = Vec::new();
        for record in trace.since(self.cursor) {
            let Event::Sent {
                message, from, to, ..
            } = &record.event
            else {
                continue;
            };
            let Some(sent) = trace.find(*message).filter(|m| m.signer.is_some()) else {
                continue;
            };
            if record.at >= self.calm || self.acts >= MOST_ACTS {
                continue;
            }
            let round = self.number((sent.slot, sent.kind));
            let Some(receivers) = to.nodes(*from, sim.node_count()) else {
                continue;
            };
            let before = acts.len();
            self.cut(sim, sent, *from, &receivers, round, &mut acts);
            self.lie(sim, sent, *from, round, &mut acts);
            self.acts += acts.len() - before;
        }
        self.cursor = trace.end();
        acts
    }
}

impl Faults {
    /// Which round this is, counted from 0.
    fn number(&mut self, exchange: (Slot, u8)) -> usize {
        let known = self.rounds.iter().position(|e| *e == exchange);
        known.unwrap_or_else(|| {
            self.rounds.push(exchange);
            self.rounds.len() - 1
        })
    }

    /// Copies that cross a partition of this round are lost.
    fn cut(
        &self,
        sim: &dyn Simulation,
        sent: &MessageRecord,
        from: NodeId,
        receivers: &[NodeId],
        round: usize,
        acts: &mut Vec<(Micros, Command)>,
    ) {
        let head = &sim.trace().head;
        for (_, side) in self.network.iter().filter(|(at, _)| *at == round) {
            let within = |node: NodeId| side.contains(&head.node_name(node));
            for to in receivers {
                if within(*to) != within(from) {
                    acts.extend(drop_of(sim, sent, from, *to).map(|c| (1, c)));
                }
            }
        }
    }

    /// What a liar has sent in this round does not arrive at some, or something else does.
    fn lie(
        &mut self,
        sim: &dyn Simulation,
        sent: &MessageRecord,
        from: NodeId,
        round: usize,
        acts: &mut Vec<(Micros, Command)>,
    ) {
        let head = &sim.trace().head;
        let name = head.node_name(from);
        for fault in &self.process {
            if fault.round != round || fault.from != name {
                continue;
            }
            for to in (0..sim.node_count() as u16).map(NodeId) {
                if to != from && fault.to.contains(&head.node_name(to)) {
                    acts.extend(drop_of(sim, sent, from, to).map(|c| (1, c)));
                }
            }
            let new = self.altered.insert(round);
            if fault.lie == Lie::Omit || !self.composes || !new {
                continue;
            }
            let Some(line) = altered(sim, sent, fault) else {
                continue;
            };
            // The liar speaks by a script for a moment and keeps to the protocol before and after.
            let script = AdversarySpec {
                who: Who::Names(self.liars.clone()),
                strategy: StrategySpec::Puppet { script: vec![line] },
            };
            acts.push((1, Command::SetAdversary(script)));
            acts.push((3, Command::SetAdversary(obedient(self.liars.clone()))));
        }
    }
}

/// The command that loses the copy of `sent` on its way to `to`, if there is one.
fn drop_of(
    sim: &dyn Simulation,
    sent: &MessageRecord,
    from: NodeId,
    to: NodeId,
) -> Option<Command> {
    let head = &sim.trace().head;
    let mut copy = CopySpec {
        from: head.node_name(from),
        to: head.node_name(to),
        kind: head.kinds.get(usize::from(sent.kind))?.name.to_owned(),
        height: sent.slot.height,
        round: sent.slot.round,
        nth: 0,
    };
    let flying = sim.candidates(&copy);
    let place = flying.iter().position(|(id, _)| *id == sent.id)?;
    copy.nth = u32::try_from(place).ok()?;
    Some(Command::Drop(copy))
}

/// The same message, slightly altered.
fn altered(sim: &dyn Simulation, sent: &MessageRecord, fault: &ProcessFault) -> Option<PuppetLine> {
    let head = &sim.trace().head;
    let kind = head.kinds.get(usize::from(sent.kind))?;
    let Slot { height, round } = sent.slot;
    let other = |label: &str| ValueSpec::Block(label.to_owned());
    let (round, value) = match (fault.lie, sent.value) {
        (Lie::Round, Some(_)) => (round + 1, ValueSpec::Proposed { height, round }),
        (Lie::Round, None) => (round + 1, ValueSpec::Nil),
        (Lie::Omit | Lie::Value, Some(_))
            if kind.role == Role::Vote && fault.to.len().is_multiple_of(2) =>
        {
            (round, ValueSpec::Nil)
        }
        (Lie::Omit | Lie::Value, Some(_)) => (round, other("B")),
        (Lie::Omit | Lie::Value, None) => (round, ValueSpec::Proposed { height, round }),
    };
    let to: Vec<String> = fault
        .to
        .iter()
        .filter(|n| **n != fault.from)
        .cloned()
        .collect();
    (!to.is_empty()).then(|| PuppetLine {
        at_us: sim.now() + 2,
        from: fault.from.clone(),
        to,
        kind: kind.name.to_owned(),
        height,
        round,
        value,
        valid_round: None,
        wrong_signature: false,
    })
}
