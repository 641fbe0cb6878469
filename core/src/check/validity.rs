//! Validity: what honest validators decide keeps the rules of the ledger and stands on what they decided
//! before: in a chain directly on the block before, in a DAG on parents that were all decided earlier.

use super::{Finding, FindingKind, Roster};
use crate::base::Micros;
use crate::trace::{Event, Record, Trace};
use crate::types::{BlockId, Height};
use std::collections::{BTreeMap, VecDeque};

#[derive(Clone, Debug, Default)]
pub(super) struct Validity {
    first: Option<(Micros, String)>,
    /// The newest block each node decided, to see that the next one stands on it.
    tips: BTreeMap<u16, (Height, BlockId)>,
    /// In a DAG: the newest blocks each node decided, in order.
    decided: BTreeMap<u16, VecDeque<BlockId>>,
}

/// Decided blocks of a DAG remembered for each node: parents are a few rounds older than their children.
const REMEMBERED: usize = 2_048;

impl Validity {
    pub(super) fn see(&mut self, record: &Record, trace: &Trace, cast: &Roster) {
        let Event::Committed(commit) = &record.event else {
            return;
        };
        let genesis = (0, trace.head.genesis);
        let start = trace.head.tips.get(commit.node.index());
        let (height, tip) = self
            .tips
            .insert(commit.node.0, (commit.height, commit.block))
            .unwrap_or(start.copied().unwrap_or(genesis));
        if self.first.is_some() || !cast.honest(commit.node) {
            return;
        }
        let name = || trace.head.node_name(commit.node);
        let stands = match &commit.further_parents {
            None => commit.height == height + 1 && commit.parent == tip,
            Some(further) => {
                let decided = self.decided.entry(commit.node.0).or_default();
                // What was decided before the oldest that is remembered may well be.
                let forgotten = decided.len() >= REMEMBERED || !trace.head.tips.is_empty();
                let mut parents = std::iter::once(&commit.parent).chain(further);
                let known = parents.all(|p| *p == trace.head.genesis || decided.contains(p));
                decided.push_back(commit.block);
                if decided.len() > REMEMBERED {
                    decided.pop_front();
                }
                commit.height == height + 1 && (known || forgotten)
            }
        };
        let wrong = if !commit.valid {
            Some(format!(
                "{} decided block {}, which breaks the rules",
                name(),
                commit.block.short(8)
            ))
        } else if !stands {
            Some(if commit.further_parents.is_some() {
                format!(
                    "{} decided block {} in place {}, before one of its parents",
                    name(),
                    commit.block.short(8),
                    commit.height
                )
            } else {
                format!(
                    "{} decided block {} at height {}, which does not stand on its block of height {height}",
                    name(),
                    commit.block.short(8),
                    commit.height
                )
            })
        } else {
            None
        };
        self.first = wrong.map(|w| (record.at, w));
    }

    pub(super) fn finding(&self) -> Finding {
        let (kind, sentence, since) = match &self.first {
            Some((at, what)) => (
                FindingKind::Violated,
                format!("Validity is violated: {what}."),
                Some(*at),
            ),
            None => (
                FindingKind::Holds,
                "Validity holds: every decided block keeps the rules.".into(),
                None,
            ),
        };
        Finding {
            monitor: "validity",
            kind,
            sentence,
            since,
        }
    }
}
