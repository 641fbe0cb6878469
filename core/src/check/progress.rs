//! Progress: the chain goes on. Without a decision for a while it is stalled, and this monitor says
//! where it stands and what is missing.

use super::{Finding, FindingKind, Roster, names, percent, seconds};
use crate::base::Micros;
use crate::consensus::{Awaited, Role, Threshold, plural};
use crate::trace::{Event, Head, Loss, Record, Trace};
use crate::types::{BlockId, Height, NodeId, Slot, ValidatorId};
use std::collections::{BTreeMap, BTreeSet};

/// Where one node stands.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    slot: Slot,
    step: u8,
    leader: Option<ValidatorId>,
}

/// Where a stalled chain stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stall {
    /// The furthest honest validator's node that is up.
    pub node: NodeId,
    /// The height and round it is in.
    pub slot: Slot,
    /// Name of its step.
    pub step: &'static str,
    /// When a height was last decided.
    pub since: Micros,
}

/// What the furthest honest validator that is up waits for, and what keeps it from coming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its node, and where it stands.
    pub stall: Stall,
    /// What it lacks, half a sentence each; one of these would do.
    pub lacks: Vec<String>,
    /// Nodes that are down.
    pub down: Vec<NodeId>,
    /// Nodes with stake that are up and have signed nothing since the last decision.
    pub silent: Vec<NodeId>,
    /// Who did not reach whom, because the network is cut: "from v1 and v2 to v3".
    pub cuts: Vec<String>,
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
            proposer,
        } = &record.event
        {
            if let Some(place) = self.places.get_mut(node.index()) {
                *place = Place {
                    slot: Slot {
                        height: u64::from(*height),
                        round: *round,
                    },
                    step: *step,
                    leader: *proposer,
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
        let waited = now.saturating_sub(self.last);
        if waited < self.stall_after {
            let sentence = match self.height {
                _ if waited > self.stall_after / 2 => format!(
                    "No block since {}; without one until {} the chain counts as stalled.",
                    seconds(self.last),
                    seconds(self.last.saturating_add(self.stall_after))
                ),
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
            self.missing(now, trace, cast)
        );
        Finding {
            monitor,
            kind: FindingKind::Stalled,
            sentence,
            since: Some(self.last),
        }
    }

    /// Where the chain stands still, if it does.
    pub(super) fn stalled(&self, now: Micros, trace: &Trace, cast: &Roster) -> Option<Stall> {
        if now.saturating_sub(self.last) < self.stall_after {
            return None;
        }
        self.furthest(&trace.head, cast)
    }

    /// The honest node that is furthest, of those that are up.
    fn furthest(&self, head: &Head, cast: &Roster) -> Option<Stall> {
        let candidates = (0..self.places.len() as u16)
            .map(NodeId)
            .filter(|n| cast.honest(*n) && cast.up(*n));
        let node = candidates.max_by_key(|n| {
            (
                self.places[n.index()].slot,
                self.places[n.index()].step,
                u16::MAX - n.0,
            )
        })?;
        let Place { slot, step, .. } = self.places[node.index()];
        Some(Stall {
            node,
            slot,
            step: head.step_name(step),
            since: self.last,
        })
    }

    /// What the honest node that is furthest lacks, in a sentence.
    fn missing(&self, now: Micros, trace: &Trace, cast: &Roster) -> String {
        let head = &trace.head;
        let Some(waiting) = self.waiting(now, trace, cast) else {
            return "no honest validator is up.".into();
        };
        let Stall {
            node,
            slot: Slot { height, round },
            step,
            since: _,
        } = waiting.stall;
        let at = format!(
            "at height {height}, {} {round}, step {step} ({})",
            head.rounds.noun,
            head.node_name(node)
        );
        let mut sentence = match waiting.lacks.as_slice() {
            [] => format!("{at}: it waits for no message of others."),
            lacks => format!("{at}: {}.", lacks.join("; or ")),
        };
        if !waiting.down.is_empty() {
            sentence.push_str(&format!(" Down: {}.", names(head, &waiting.down)));
        }
        if !waiting.silent.is_empty() {
            let silent = names(head, &waiting.silent);
            sentence.push_str(&format!(" Silent since then: {silent}."));
        }
        if !waiting.cuts.is_empty() {
            sentence.push_str(&format!(
                " The network is cut: nothing gets {}.",
                waiting.cuts.join(", or ")
            ));
        }
        sentence
    }

    /// What the honest node that is furthest waits for; `None` when none is up.
    pub(super) fn waiting(&self, now: Micros, trace: &Trace, cast: &Roster) -> Option<Waiting> {
        let head = &trace.head;
        let stall = self.furthest(head, cast)?;
        let place = self.places[stall.node.index()];
        let height = place.slot.height;
        let step = head.steps.get(usize::from(place.step));
        let awaits = step.map_or(&[][..], |s| s.awaits);
        let lacks = awaits.iter().map(|awaited| match awaited {
            Awaited::Message { kind } => no_message(trace, *kind, &place),
            Awaited::Stake {
                kinds,
                threshold,
                for_one_value,
            } => {
                let total = trace.validators(height).total();
                let votes = Votes::of(trace, stall.node, kinds, place.slot);
                let kinds: Vec<String> = kinds.iter().map(|k| messages(head, *k)).collect();
                votes.lack(
                    &kinds.join(" or "),
                    *threshold,
                    *for_one_value,
                    total,
                    head.rounds.noun,
                )
            }
        });
        Some(Waiting {
            lacks: lacks.collect(),
            down: cast.down.clone(),
            silent: self.silent(height, trace, cast),
            cuts: cut_off(now.saturating_sub(self.stall_after), trace),
            stall,
        })
    }

    /// Nodes of validators with stake that are up and have sent nothing they signed since the last decision.
    fn silent(&self, height: Height, trace: &Trace, cast: &Roster) -> Vec<NodeId> {
        let head = &trace.head;
        let set = trace.validators(height);
        let mut heard = vec![false; head.nodes.len()];
        let since = trace.newest_first().take_while(|r| r.at >= self.last);
        for record in since.take(LOOK_BACK) {
            if let Event::Sent { message, from, .. } = &record.event
                && let Some(heard) = heard.get_mut(from.index())
                && !*heard
                && trace.find(*message).is_some_and(|m| m.signer.is_some())
            {
                *heard = true;
            }
        }
        let nodes = head.nodes.iter().zip(heard).enumerate();
        let nodes = nodes.map(|(i, (validator, heard))| (NodeId(i as u16), *validator, heard));
        nodes
            .filter(|(node, validator, heard)| {
                !heard && cast.up(*node) && set.stake(*validator) > 0
            })
            .map(|(node, ..)| node)
            .collect()
    }
}

/// Who did not reach whom since an instant, because the network was cut; nothing where it was not.
fn cut_off(since: Micros, trace: &Trace) -> Vec<String> {
    let head = &trace.head;
    let mut lost: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
    for record in trace
        .newest_first()
        .take_while(|r| r.at >= since)
        .take(LOOK_BACK)
    {
        if let Event::Lost {
            from,
            to,
            why: Loss::Partition,
            ..
        } = &record.event
        {
            lost.entry(*from).or_default().insert(*to);
        }
    }
    // Those that miss the same nodes are told together, in the order of their numbers.
    let mut sides: Vec<(Vec<NodeId>, BTreeSet<NodeId>)> = Vec::new();
    for (from, to) in lost {
        match sides.iter_mut().find(|(_, missed)| *missed == to) {
            Some((senders, _)) => senders.push(from),
            None => sides.push((vec![from], to)),
        }
    }
    let told = |nodes: &BTreeSet<NodeId>| names(head, &nodes.iter().copied().collect::<Vec<_>>());
    sides
        .iter()
        .map(|(from, to)| format!("from {} to {}", names(head, from), told(to)))
        .collect()
}

/// Votes of one kind and slot that one node has received, by stake.
struct Votes {
    stake: u64,
    by_value: BTreeMap<Option<BlockId>, u64>,
}

/// What is said when the one message that would do has not come.
fn no_message(trace: &Trace, kind: u8, place: &Place) -> String {
    let head = &trace.head;
    let known = head.kinds.get(usize::from(kind));
    let name = known.map_or("message", |k| k.name);
    let from = place.leader.and_then(|v| head.validators.get(v.index()));
    let from = from.map_or_else(String::new, |(leader, _)| format!(" from {leader}"));
    match known.map(|k| k.role) {
        Some(Role::Proposal) => format!("no {name} has arrived{from} that it could vote on"),
        Some(Role::Vote | Role::Other) | None => format!("no {name} has arrived{from}"),
    }
}

fn messages(head: &Head, kind: u8) -> String {
    let known = head.kinds.get(usize::from(kind));
    plural(known.map_or("message", |k| k.name))
}

impl Votes {
    fn of(trace: &Trace, node: NodeId, kinds: &[u8], slot: Slot) -> Votes {
        let restart = trace.head.rounds.restart;
        let fits = |of: Slot| of == slot || !restart && of.round == slot.round;
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
            if kinds.contains(&m.kind) && fits(m.slot) {
                let values = seen.entry(signer).or_default();
                if !values.contains(&m.value) {
                    values.push(m.value);
                }
            }
        }
        let set = trace.validators(slot.height);
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

    /// What these votes lack, as half a sentence.
    fn lack(
        &self,
        kinds: &str,
        threshold: Threshold,
        for_one_value: bool,
        total: u64,
        noun: &str,
    ) -> String {
        let enough = |stake: u64| threshold.is_met(stake, total);
        let (has, words) = (percent(self.stake, total), threshold.words(total));
        if !enough(self.stake) {
            format!("it needs {words} of the stake in {kinds} and has {has}")
        } else if !for_one_value {
            format!("{kinds} of {has} of the stake are in, which is enough")
        } else if let Some(nil) = self.by_value.get(&None).filter(|nil| enough(**nil)) {
            // Nil is no block: nothing is missing, and a timer ends the round.
            let nil = percent(*nil, total);
            format!(
                "{kinds} of {nil} of the stake are for nil; when its timer has run, the next {noun} begins"
            )
        } else if self.by_value.values().any(|stake| enough(*stake)) {
            format!("{kinds} of {has} of the stake are in, but not the valid block they are for")
        } else {
            format!(
                "{kinds} of {has} of the stake are in, but no block has {words}: {}",
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
