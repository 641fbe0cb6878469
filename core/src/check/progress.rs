//! Progress: the chain goes on. Without a decision for a while it is stalled, and this monitor says
//! where it stands and what is missing.

use super::{Finding, FindingKind, Roster, names, percent, seconds};
use crate::base::Micros;
use crate::consensus::Role;
use crate::trace::{Event, Head, Record, Trace};
use crate::types::validators::is_quorum;
use crate::types::{BlockId, Height, NodeId, Round, Slot, ValidatorId};
use std::collections::BTreeMap;

/// Where one node stands.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    slot: Slot,
    step: u8,
}

#[derive(Clone, Debug)]
pub(super) struct Progress {
    places: Vec<Place>,
    height: Height,
    /// When an honest node last decided a height for the first time.
    last: Micros,
    stall_after: Micros,
}

/// Records looked through to find out what a stalled node has received.
const LOOK_BACK: usize = 200_000;

impl Progress {
    pub(super) fn new(head: &Head) -> Self {
        Progress {
            places: vec![Place::default(); head.nodes.len()],
            height: 0,
            last: 0,
            stall_after: head.stall_after,
        }
    }

    pub(super) fn see(&mut self, record: &Record, cast: &Roster) {
        if let Event::Step {
            node,
            step,
            round,
            height,
            ..
        } = &record.event
        {
            if let Some(place) = self.places.get_mut(node.index()) {
                *place = Place {
                    slot: Slot {
                        height: u64::from(*height),
                        round: *round,
                    },
                    step: *step,
                };
            }
        } else if let Event::Committed(commit) = &record.event
            && cast.honest(commit.node)
            && commit.height > self.height
        {
            self.height = commit.height;
            self.last = record.at;
        }
    }

    pub(super) fn finding(&self, now: Micros, trace: &Trace, cast: &Roster) -> Finding {
        let monitor = "progress";
        if now.saturating_sub(self.last) < self.stall_after {
            let sentence = match self.height {
                0 => "Waiting for the first block.".to_owned(),
                h => format!(
                    "The chain makes progress: height {h} was decided at {}.",
                    seconds(self.last)
                ),
            };
            return Finding {
                monitor,
                kind: FindingKind::Holds,
                sentence,
                since: None,
            };
        }
        let sentence = format!(
            "Stalled since {}: {}",
            seconds(self.last),
            self.missing(trace, cast)
        );
        Finding {
            monitor,
            kind: FindingKind::Stalled,
            sentence,
            since: Some(self.last),
        }
    }

    /// What the honest node that is furthest lacks.
    fn missing(&self, trace: &Trace, cast: &Roster) -> String {
        let head = &trace.head;
        let candidates = (0..self.places.len() as u16)
            .map(NodeId)
            .filter(|n| cast.honest(*n) && cast.up(*n));
        let Some(node) = candidates.max_by_key(|n| {
            (
                self.places[n.index()].slot,
                self.places[n.index()].step,
                u16::MAX - n.0,
            )
        }) else {
            return "no honest validator is up.".into();
        };
        let Place {
            slot: Slot { height, round },
            step,
        } = self.places[node.index()];
        let step_name = head.step_name(step);
        let total = trace.validators(height).total();
        let at = format!(
            "at height {height}, round {round}, step {step_name} ({})",
            head.node_name(node)
        );
        let waits_for = head
            .kinds
            .iter()
            .position(|k| k.role == Role::Vote && k.name == step_name);
        let mut sentence = match waits_for {
            None => format!("{at}: no proposal has arrived that it could vote on."),
            Some(kind) => {
                let votes = Votes::of(trace, node, kind, height, round);
                votes.lack(&at, head.kinds[kind].name, total)
            }
        };
        let absent: Vec<NodeId> = cast.down.clone();
        if !absent.is_empty() {
            sentence.push_str(&format!(" Down: {}.", names(head, &absent)));
        }
        sentence
    }
}

/// Votes of one kind and slot that one node has received, by stake.
struct Votes {
    stake: u64,
    by_value: BTreeMap<Option<BlockId>, u64>,
}

impl Votes {
    fn of(trace: &Trace, node: NodeId, kind: usize, height: Height, round: Round) -> Votes {
        let mut seen: BTreeMap<ValidatorId, Vec<Option<BlockId>>> = BTreeMap::new();
        for record in trace.newest_first().take(LOOK_BACK) {
            let message = match &record.event {
                Event::Delivered { message, to, .. } if *to == node => message,
                Event::Sent { message, from, .. } if *from == node => message,
                _ => continue,
            };
            let Some(m) = trace.find(*message) else {
                continue;
            };
            let Some(signer) = m.signer else { continue };
            if usize::from(m.kind) == kind && m.slot == (Slot { height, round }) {
                let values = seen.entry(signer).or_default();
                if !values.contains(&m.value) {
                    values.push(m.value);
                }
            }
        }
        let set = trace.validators(height);
        let stake_of = |v: &ValidatorId| set.stake(*v);
        let mut by_value: BTreeMap<Option<BlockId>, u64> = BTreeMap::new();
        for (signer, values) in &seen {
            for value in values {
                *by_value.entry(*value).or_default() += stake_of(signer);
            }
        }
        Votes {
            stake: seen.keys().map(stake_of).sum(),
            by_value,
        }
    }

    /// What these votes lack, as a sentence.
    fn lack(&self, at: &str, kind: &str, total: u64) -> String {
        let quorum = |stake: u64| is_quorum(stake, total);
        let has = percent(self.stake, total);
        if !quorum(self.stake) {
            format!("{at}: it needs more than 66.7 % of the stake in {kind}s and has {has}.")
        } else if self.by_value.values().any(|stake| quorum(*stake)) {
            format!(
                "{at}: {kind}s of {has} of the stake are in, but not the valid block they are for."
            )
        } else {
            format!(
                "{at}: {kind}s of {has} of the stake are in, but no block has more than 66.7 %: {}.",
                self.split(total)
            )
        }
    }

    fn split(&self, total: u64) -> String {
        let told: Vec<String> = self
            .by_value
            .iter()
            .map(|(value, stake)| {
                let name = value.map_or_else(|| "nil".to_owned(), |b| b.short(8));
                format!("{name} has {}", percent(*stake, total))
            })
            .collect();
        told.join(", ")
    }
}
