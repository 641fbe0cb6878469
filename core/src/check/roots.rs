//! State roots: honest validators that execute one block arrive at one root.

use super::{Finding, FindingKind, Roster};
use crate::base::{Hash, Micros};
use crate::trace::{Event, Record, Trace};
use crate::types::{BlockId, Height, NodeId};
use std::collections::BTreeMap;

/// Blocks remembered for latecomers, the highest ones. Each checkpoint holds a copy.
const REMEMBERED: usize = 4_096;

#[derive(Clone, Debug, Default)]
pub(super) struct Roots {
    first_of: BTreeMap<(Height, BlockId), (NodeId, Hash)>,
    violated: Option<(Micros, String)>,
    /// The newest time a Byzantine node differed from an honest one.
    liar: Option<(Micros, String)>,
}

impl Roots {
    pub(super) fn see(&mut self, record: &Record, trace: &Trace, cast: &Roster) {
        let Event::Executed(executed) = &record.event else {
            return;
        };
        let honest = cast.honest(executed.node);
        let place = (executed.height, executed.block);
        let Some((node, root)) = self.first_of.get(&place) else {
            if honest {
                self.first_of.insert(place, (executed.node, executed.root));
                if self.first_of.len() > REMEMBERED {
                    self.first_of.pop_first();
                }
            }
            return;
        };
        if *root == executed.root {
            return;
        }
        let sentence = format!(
            "after block {} (height {}) {} has root {} and {} has {}",
            executed.block.short(8),
            executed.height,
            trace.head.node_name(*node),
            root.short(8),
            trace.head.node_name(executed.node),
            executed.root.short(8)
        );
        if !honest {
            self.liar = Some((record.at, sentence));
        } else if self.violated.is_none() {
            self.violated = Some((record.at, sentence));
        }
    }

    pub(super) fn finding(&self) -> Finding {
        let monitor = "state roots";
        match (&self.violated, &self.liar) {
            (Some((at, what)), _) => Finding {
                monitor,
                kind: FindingKind::Violated,
                sentence: format!("State roots differ between honest validators: {what}."),
                since: Some(*at),
            },
            (None, Some((_, what))) => Finding {
                monitor,
                kind: FindingKind::Holds,
                sentence: format!(
                    "Honest state roots agree; a Byzantine validator computes another: {what}."
                ),
                since: None,
            },
            (None, None) => Finding {
                monitor,
                kind: FindingKind::Holds,
                sentence: "State roots agree: the same blocks led to the same state everywhere."
                    .into(),
                since: None,
            },
        }
    }
}
