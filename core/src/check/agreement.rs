//! Agreement: no two honest validators decide different blocks at one height, which in a DAG is one place of
//! the decided order.

use super::culprits::{Culprits, Offence};
use super::{Finding, FindingKind, Roster, listed, names, percent};
use crate::base::Micros;
use crate::trace::{Commit, Event, Record, Trace};
use crate::types::{BlockId, Height, NodeId, Round, ValidatorId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Heights remembered for latecomers. A node that is further behind is compared no more.
const REMEMBERED: usize = 20_000;
const FORKS: usize = 1_000;

#[derive(Clone, Debug)]
struct Side {
    block: BlockId,
    by: Vec<NodeId>,
    round: Round,
    /// Of the proof that decided it, once that has been seen: a commit of several blocks has one, at its end.
    signers: Vec<ValidatorId>,
    /// The block that the proof came with.
    with: BlockId,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Agreement {
    /// Shared with the checkpoints, which each hold a copy of the monitors.
    heights: BTreeMap<Height, Arc<Vec<Side>>>,
    /// Forked heights with their sides, kept for good, and when each was seen.
    forks: BTreeMap<Height, (Micros, Arc<Vec<Side>>)>,
    decisions: u64,
}

impl Agreement {
    pub(super) fn see(&mut self, record: &Record, _trace: &Trace, cast: &Roster) {
        let Event::Committed(commit) = &record.event else {
            return;
        };
        if !cast.honest(commit.node) {
            return;
        }
        self.decisions += 1;
        let shared = self.heights.entry(commit.height).or_default();
        let sides = Arc::make_mut(shared);
        match sides.iter_mut().find(|s| s.block == commit.block) {
            Some(side) => side.by.push(commit.node),
            None => {
                sides.push(Side {
                    block: commit.block,
                    by: vec![commit.node],
                    round: commit.round,
                    signers: commit.signers.clone(),
                    with: commit.with,
                });
            }
        }
        // A chain that has forked goes on forking: the first thousand heights tell enough.
        let room = self.forks.len() < FORKS || self.forks.contains_key(&commit.height);
        if sides.len() > 1 && room {
            let since = self
                .forks
                .get(&commit.height)
                .map_or(record.at, |(at, _)| *at);
            self.forks.insert(commit.height, (since, shared.clone()));
        }
        if commit.with == commit.block {
            self.prove_those_before(commit.height, commit);
        }
        if self.heights.len() > REMEMBERED {
            self.heights.pop_first();
        }
    }

    /// The proof at the end of a commit is that of the blocks before it as well.
    fn prove_those_before(&mut self, height: Height, commit: &Commit) {
        for before in (0..height).rev() {
            let Some(sides) = self.heights.get_mut(&before) else {
                return;
            };
            let waits = |s: &Side| s.with == commit.block && s.signers.is_empty();
            let Some(place) = sides.iter().position(waits) else {
                return;
            };
            Arc::make_mut(sides)[place]
                .signers
                .clone_from(&commit.signers);
            if let Some((_, forked)) = self.forks.get_mut(&before) {
                forked.clone_from(sides);
            }
        }
    }

    pub(super) fn forks(&self) -> Vec<Height> {
        self.forks.keys().copied().collect()
    }

    pub(super) fn forked(&self, height: Height) -> bool {
        self.forks.contains_key(&height)
    }

    /// The lowest forked height.
    pub(super) fn first_fork(&self) -> Option<Height> {
        self.forks.keys().next().copied()
    }

    pub(super) fn finding(&self, trace: &Trace, culprits: &Culprits) -> Finding {
        let monitor = "agreement";
        let Some((height, (since, sides))) = self.forks.first_key_value() else {
            let sentence = match self.decisions {
                0 => "Agreement holds: nothing has been decided yet.".to_owned(),
                _ => "Agreement holds: all honest validators decided the same blocks.".to_owned(),
            };
            return Finding {
                monitor,
                kind: FindingKind::Holds,
                sentence,
                since: None,
            };
        };
        let decided: Vec<String> = sides
            .iter()
            .map(|s| format!("{} decided {}", names(&trace.head, &s.by), s.block.short(8)))
            .collect();
        let mut sentence = format!(
            "Agreement is violated. At height {height}, {}.",
            decided.join(", but ")
        );
        if let [a, b, ..] = sides.as_slice() {
            sentence.push_str(&guilt(*height, a, b, trace, culprits));
        }
        Finding {
            monitor,
            kind: FindingKind::Violated,
            sentence,
            since: Some(*since),
        }
    }
}

/// Who is to blame for a fork at `height`, as far as it can be proven, with the stake they hold.
fn guilt(height: Height, a: &Side, b: &Side, trace: &Trace, culprits: &Culprits) -> String {
    let mut told: Vec<(Offence, Vec<ValidatorId>)> = Vec::new();
    for culprit in culprits.at(height) {
        match told
            .iter_mut()
            .find(|(offence, _)| *offence == culprit.offence)
        {
            Some((_, who)) => who.push(culprit.validator),
            None => told.push((culprit.offence, vec![culprit.validator])),
        }
    }
    told.sort();
    for (_, who) in &mut told {
        who.sort_unstable();
    }
    let named = |who: &[ValidatorId]| {
        let of = |v: &ValidatorId| trace.head.validators.get(v.index());
        listed(
            &who.iter()
                .filter_map(of)
                .map(|(n, _)| n.clone())
                .collect::<Vec<_>>(),
        )
    };
    let set = trace.validators(height);
    let share = |who: &[ValidatorId]| {
        let stake = who.iter().map(|v| set.stake(*v)).sum();
        percent(stake, set.total())
    };
    if a.round == b.round {
        let equivocators = told
            .iter()
            .find(|(offence, _)| *offence == Offence::Equivocation);
        let both: Vec<ValidatorId> = equivocators
            .map(|(_, who)| who.iter().copied())
            .into_iter()
            .flatten()
            .filter(|v| a.signers.contains(v) && b.signers.contains(v))
            .collect();
        if !both.is_empty() {
            let stake = share(&both);
            return format!(
                " Signed both blocks: {}, {stake} of the stake.",
                named(&both)
            );
        }
    }
    let rounds = if a.round == b.round {
        String::new()
    } else {
        format!(
            " The certificates are of rounds {} and {}, and alone prove nobody guilty.",
            a.round, b.round
        )
    };
    if told.is_empty() {
        return format!("{rounds} The record of all messages proves nobody guilty.");
    }
    let mut all: Vec<ValidatorId> = told.iter().flat_map(|(_, who)| who.clone()).collect();
    all.sort_unstable();
    all.dedup();
    let deeds: Vec<String> = told
        .iter()
        .map(|(offence, who)| format!("{} {}", named(who), offence.sentence()))
        .collect();
    format!(
        "{rounds} The record of all messages proves {} guilty, {} of the stake: {}.",
        named(&all),
        share(&all),
        deeds.join("; ")
    )
}
