//! Agreement: no two honest validators decide different blocks at one height, which in a DAG is one place of
//! the decided order.

use super::{Finding, FindingKind, Roster, listed, names, percent};
use crate::base::Micros;
use crate::trace::{Commit, Event, Record, Trace};
use crate::types::{BlockId, Height, NodeId, ValidatorId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Heights remembered for latecomers. A node that is further behind is compared no more.
const REMEMBERED: usize = 20_000;
const FORKS: usize = 1_000;

#[derive(Clone, Debug)]
struct Side {
    block: BlockId,
    by: Vec<NodeId>,
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

    /// Who signed both sides of the first fork.
    pub(super) fn guilty(&self) -> Vec<ValidatorId> {
        let first = self.forks.first_key_value();
        first.map(|(_, (_, sides))| both(sides)).unwrap_or_default()
    }

    pub(super) fn finding(&self, trace: &Trace) -> Finding {
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
        if sides.len() > 1 {
            sentence.push_str(&guilt(&both(sides), *height, trace));
        }
        Finding {
            monitor,
            kind: FindingKind::Violated,
            sentence,
            since: Some(*since),
        }
    }
}

/// Signers of the certificates of both of the first two sides.
fn both(sides: &[Side]) -> Vec<ValidatorId> {
    let [a, b, ..] = sides else {
        return Vec::new();
    };
    let signed = a.signers.iter().filter(|v| b.signers.contains(v));
    signed.copied().collect()
}

/// Who signed both certificates, with the stake they hold.
fn guilt(both: &[ValidatorId], height: Height, trace: &Trace) -> String {
    if both.is_empty() {
        // Certificates of different rounds need share no signature of one round; amnesia looks so.
        return " Nobody signed both certificates.".into();
    }
    let set = trace.validators(height);
    let stake = both.iter().map(|v| set.stake(*v)).sum();
    let name = |v: &ValidatorId| trace.head.validators.get(v.index()).map(|(n, _)| n.clone());
    let who: Vec<String> = both.iter().filter_map(name).collect();
    format!(
        " Signed both blocks: {}, {} of the stake.",
        listed(&who),
        percent(stake, set.total())
    )
}
