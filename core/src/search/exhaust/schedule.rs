//! An order of events as a scenario: latencies so long that nothing arrives by itself, a command for every message that does,
//! and a puppet's line for every message of a liar. Timers run out by themselves; where the order wants one to run out before
//! its time, no scenario has it, because in a run clocks go alike.

use super::explore::Explorer;
use super::local::{Choice, Local};
use crate::base::{MILLISECOND, Micros, SECOND};
use crate::consensus::{Corruptible, Description, Message as _};
use crate::model::{
    AdversarySpec, Command, CopySpec, LatencySpec, PuppetLine, Scenario, StrategySpec,
    TimedCommand, ValueSpec, Who, WorkloadSpec,
};
use crate::types::{NodeId, ValidatorId};
use std::collections::BTreeMap;

/// Between two events: a validator needs less to deal with one.
const APART: Micros = 2 * MILLISECOND;
/// Nothing arrives by itself before a run is over.
const FAR: Micros = 600 * SECOND;

impl<P: Corruptible> Explorer<P> {
    /// Each event in a sentence.
    pub fn sentences(&mut self, scenario: &Scenario, events: &[(NodeId, Choice)]) -> Vec<String> {
        let mut locals: BTreeMap<NodeId, Local<P>> = BTreeMap::new();
        let mut told = Vec::new();
        for (node, choice) in events {
            let local = self.local_of(&mut locals, *node);
            let Some(next) = self.around.after(&local, *choice) else {
                continue;
            };
            let name = name(scenario, *node);
            let came = match choice {
                Choice::Message(number) => {
                    let signer = self.around.messages[*number as usize].signer;
                    let from = self::name(scenario, NodeId(signer.0));
                    format!("{name} receives {from}'s {}", self.message(*number))
                }
                Choice::Timer(timer) => {
                    let known = self.info.timers.get(usize::from(timer.kind));
                    let timer = known.map_or("?", |t| t.name);
                    format!("{name}'s {timer} timer runs out")
                }
            };
            let sent = next.sent[local.sent.len()..].iter();
            let mut does: Vec<String> = sent
                .map(|(number, _)| format!("sends its {}", self.message(*number)))
                .collect();
            let decided = next.decided[local.decided.len()..].iter();
            does.extend(decided.map(|block| format!("decides {}", block.short(8))));
            let then = match does.as_slice() {
                [] => String::new(),
                does => format!(" and {}", does.join(", ")),
            };
            told.push(format!("{came}{then}."));
            locals.insert(*node, next);
        }
        told
    }

    /// "prevote for 1a2b3c4d (height 1, round 0)".
    fn message(&self, number: u32) -> String {
        let Description {
            kind, slot, value, ..
        } = self.around.messages[number as usize].message.describe();
        let kind = self
            .info
            .kinds
            .get(usize::from(kind))
            .map_or("?", |k| k.name);
        let value = value.map_or_else(|| "nil".to_owned(), |block| block.short(8));
        let noun = self.info.rounds.noun;
        format!(
            "{kind} for {value} (height {}, {noun} {})",
            slot.height, slot.round
        )
    }

    fn local_of(&mut self, locals: &mut BTreeMap<NodeId, Local<P>>, node: NodeId) -> Local<P> {
        match locals.get(&node) {
            Some(local) => local.clone(),
            None => self.around.begin(node),
        }
    }

    /// The scenario in which these events happen in this order, and when it is over; `None` where the clocks forbid it.
    pub fn scenario(
        &mut self,
        base: &Scenario,
        events: &[(NodeId, Choice)],
    ) -> Option<(Scenario, Micros)> {
        let mut locals: BTreeMap<NodeId, Local<P>> = BTreeMap::new();
        let mut armed = BTreeMap::new();
        let (mut commands, mut script) = (Vec::new(), Vec::new());
        let mut now = APART;
        for (node, choice) in events {
            let local = self.local_of(&mut locals, *node);
            for (timer, after) in &local.timers {
                armed.entry((*node, *timer)).or_insert(*after);
            }
            let next = self.around.after(&local, *choice)?;
            match choice {
                Choice::Timer(timer) => {
                    let due = *armed.get(&(*node, *timer))?;
                    if due < now {
                        return None;
                    }
                    now = due;
                }
                Choice::Message(number) => {
                    let signer = self.around.messages[*number as usize].signer;
                    let told = self.around.messages[*number as usize].message.describe();
                    if self.liars.who.contains(&signer) {
                        script.push(self.line(base, now, signer, *node, &told)?);
                    } else {
                        commands.push(TimedCommand {
                            at_us: now,
                            command: Command::DeliverNow(CopySpec {
                                from: name(base, NodeId(signer.0)),
                                to: name(base, *node),
                                kind: self.kind(&told)?.into(),
                                height: told.slot.height,
                                round: told.slot.round,
                                nth: 0,
                            }),
                        });
                    }
                }
            }
            for (timer, after) in &next.timers {
                if !local.timers.contains_key(timer) {
                    armed.insert((*node, *timer), now + after);
                }
            }
            locals.insert(*node, next);
            now += APART;
        }
        let mut scenario = Scenario {
            validators: base.validators.clone(),
            protocol: base.protocol.clone(),
            seed: base.seed,
            commands,
            workload: WorkloadSpec {
                tx_per_second: 0,
                accounts: 2,
            },
            ..Scenario::default()
        };
        scenario.protocol.resend = false;
        scenario.network.latency = LatencySpec::Constant { us: FAR };
        if !self.liars.who.is_empty() {
            let who = self.liars.who.iter().map(|v| name(base, NodeId(v.0)));
            scenario.adversary = AdversarySpec {
                who: Who::Names(who.collect()),
                strategy: StrategySpec::Puppet { script },
            };
        }
        Some((scenario, now))
    }

    fn kind(&self, told: &Description) -> Option<&'static str> {
        let kind = self.info.kinds.get(usize::from(told.kind));
        kind.map(|k| k.name)
    }

    fn line(
        &self,
        base: &Scenario,
        at_us: Micros,
        signer: ValidatorId,
        to: NodeId,
        told: &Description,
    ) -> Option<PuppetLine> {
        let value = match told.value {
            None => ValueSpec::Nil,
            Some(block) => match self.liars.labels.get(&block) {
                Some(label) => ValueSpec::Block(label.clone()),
                None => ValueSpec::Proposed {
                    height: told.slot.height,
                    round: told.slot.round,
                },
            },
        };
        Some(PuppetLine {
            at_us,
            from: name(base, NodeId(signer.0)),
            to: vec![name(base, to)],
            kind: self.kind(told)?.into(),
            height: told.slot.height,
            round: told.slot.round,
            value,
            valid_round: None,
            wrong_signature: false,
        })
    }
}

pub(super) fn name(scenario: &Scenario, node: NodeId) -> String {
    let known = scenario.validators.get(node.index());
    known.map_or_else(|| node.to_string(), |v| v.name.clone())
}
