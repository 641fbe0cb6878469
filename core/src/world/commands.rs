//! What a person on the page, or a line of a scenario, does to a running world. Commands were checked
//! when they were accepted; a name that means nobody does nothing.

use super::build::{cut, latency, nodes_named, plan};
use super::interventions::milliseconds;
use super::{ScheduledEvent, World};
use crate::adversary::{Lie, strategy};
use crate::base::SECOND;
use crate::consensus::Corruptible;
use crate::ledger::ExecutorKind;
use crate::model::{AdversarySpec, Command, Who};
use crate::trace::{ByzantineChange, Event};
use crate::types::{NodeId, ValidatorId};
use std::collections::BTreeSet;

impl<P: Corruptible> World<P> {
    pub(super) fn command(&mut self, command: &Command) {
        let sentence = match command {
            Command::SetLatency(spec) => {
                self.network.conditions.latency = latency(spec, &self.fixed_nodes());
                "the latency of the network changed".to_owned()
            }
            Command::SetLoss { ppm } => {
                self.network.conditions.loss_ppm = *ppm;
                format!("the network now loses {} of its messages", percent(*ppm))
            }
            Command::SetDuplicate { ppm } => {
                self.network.conditions.duplicate_ppm = *ppm;
                format!(
                    "the network now duplicates {} of its messages",
                    percent(*ppm)
                )
            }
            Command::SetReorder { ppm, by_us } => {
                self.network.conditions.reorder_ppm = *ppm;
                self.network.conditions.reorder_by = *by_us;
                format!(
                    "the network now holds back {} of its messages",
                    percent(*ppm)
                )
            }
            Command::SetBlockInterval { us } => {
                self.environment.block_interval = *us;
                format!("the pause after a commit is now {}", milliseconds(*us))
            }
            Command::SetWorkload { tx_per_second } => {
                self.set_workload(*tx_per_second);
                format!("the workload now sends {tx_per_second} transactions a second")
            }
            Command::SetCrashed { count } => {
                self.set_crashed(*count);
                format!("{count} validators are to be down")
            }
            Command::Crash { validator } => {
                for node in self.named(validator) {
                    self.queue.push(self.now, ScheduledEvent::Crash(node));
                }
                return;
            }
            Command::Restart { validator } => {
                for node in self.named(validator) {
                    self.queue.push(self.now, ScheduledEvent::Restart(node));
                }
                return;
            }
            Command::SetAdversary(spec) => return self.set_adversary(spec),
            Command::Partition(spec) => {
                let links = cut(spec, &self.fixed.names, &self.fixed_nodes());
                self.network.cuts.add(self.now, None, links);
                "the network is partitioned".to_owned()
            }
            Command::Heal => {
                self.network.cuts.heal();
                "the network is whole again".to_owned()
            }
            Command::Submit {
                from,
                action,
                gas_limit,
            } => return self.submit(*from, action, *gas_limit),
            Command::SubmitTwice {
                from,
                first,
                second,
            } => return self.submit_twice(*from, first, second),
            Command::Drop(message) => return self.drop_copy(message),
            Command::Delay { message, by_us } => return self.delay_copy(message, *by_us),
            Command::Duplicate { message, after_us } => {
                return self.duplicate_copy(message, *after_us);
            }
            Command::DeliverNow(message) => return self.deliver_copy(message),
            Command::ChangeValidators { changes } => return self.order_validators(changes),
            Command::Isolate { validator } => return self.isolate(validator),
            Command::Restore { validator } => return self.restore(validator),
        };
        self.changed(sentence);
    }

    pub(super) fn changed(&mut self, sentence: String) {
        self.trace
            .push(self.now, Event::Changed(Box::new(sentence)));
    }

    /// The validator of each node.
    fn fixed_nodes(&self) -> Vec<ValidatorId> {
        self.nodes.iter().map(|n| n.validator).collect()
    }

    pub(super) fn named(&self, name: &str) -> Vec<NodeId> {
        nodes_named(name, &self.fixed.names, &self.fixed_nodes())
    }

    pub(super) fn set_workload(&mut self, tx_per_second: u32) {
        self.tx_per_second = tx_per_second;
        self.workload_era += 1;
        if tx_per_second > 0 {
            let next = self.now + SECOND / u64::from(tx_per_second);
            self.queue.push(
                next,
                ScheduledEvent::Workload {
                    k: self.users.generated(),
                    era: self.workload_era,
                },
            );
        }
    }

    /// The first `count` validators of the drawn order are down, Byzantine ones last; the others of
    /// that order come back.
    fn set_crashed(&mut self, count: u16) {
        let controlled: BTreeSet<ValidatorId> = self
            .adversary
            .members
            .iter()
            .map(|n| self.nodes[n.index()].validator)
            .collect();
        let order = self.fixed.crash_order.clone();
        let (honest, byzantine): (Vec<_>, Vec<_>) =
            order.into_iter().partition(|v| !controlled.contains(v));
        for (i, validator) in honest.into_iter().chain(byzantine).enumerate() {
            let down = i < usize::from(count);
            let nodes: Vec<NodeId> = self.nodes_of(validator).collect();
            for node in nodes {
                // Whoever is already as it should be takes no notice.
                let event = if down {
                    ScheduledEvent::Crash(node)
                } else {
                    ScheduledEvent::Restart(node)
                };
                self.queue.push(self.now, event);
            }
        }
    }

    pub(super) fn set_adversary(&mut self, spec: &AdversarySpec) {
        let validators: BTreeSet<ValidatorId> = match &spec.who {
            Who::Count(n) => self
                .fixed
                .byzantine_order
                .iter()
                .take(usize::from(*n))
                .copied()
                .collect(),
            Who::Names(names) => (0..self.fixed.names.len())
                .filter(|i| names.contains(&self.fixed.names[*i]))
                .map(|i| ValidatorId(i as u16))
                .collect(),
        };
        let plan = plan(&spec.strategy, &self.fixed.names, &self.fixed_nodes());
        self.adversary.strategy = strategy(&plan);
        self.adversary.plan = plan;
        self.adversary.era += 1;
        self.adversary.own_blocks.clear();
        self.adversary.members = self
            .nodes
            .iter()
            .filter(|n| validators.contains(&n.validator))
            .map(|n| n.id)
            .collect();
        let lie = match self.adversary.strategy.lies() {
            None => ExecutorKind::Honest,
            Some(Lie::State) => ExecutorKind::WrongRoot,
            Some(Lie::Answers) => ExecutorKind::Inflating,
        };
        for n in &mut self.nodes {
            n.executor = if validators.contains(&n.validator) {
                lie
            } else {
                ExecutorKind::Honest
            };
        }
        self.schedule_script();
        self.trace.push(
            self.now,
            Event::Byzantine(Box::new(ByzantineChange {
                nodes: self.adversary.members.clone(),
                strategy: self.adversary.strategy.name(),
            })),
        );
    }
}

/// Parts in a million as people say them.
fn percent(ppm: u32) -> String {
    let (whole, rest) = (ppm / 10_000, ppm % 10_000 / 100);
    if rest == 0 {
        format!("{whole} %")
    } else {
        format!("{whole}.{rest:02} %")
    }
}
