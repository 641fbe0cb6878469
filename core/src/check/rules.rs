//! Which rules of the protocol took effect in the whole run: how often, at whom, when first and last.

use crate::base::Micros;
use crate::trace::{Event, Head, Record};
use crate::types::{NodeId, Slot};

/// How often one rule took effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleUse {
    /// By node, in their order.
    pub by_node: Vec<u32>,
    /// When and where it did for the first time.
    pub first: Option<(Micros, NodeId)>,
    /// When and where it did last.
    pub last: Option<(Micros, NodeId)>,
}

impl RuleUse {
    /// At all nodes together.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.by_node.iter().map(|n| u64::from(*n)).sum()
    }
}

/// What took effect at one node at the newest instant at which anything did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latest {
    /// That instant.
    pub at: Micros,
    /// Each rule once, by its number, with the slot it was about last.
    pub rules: Vec<(u8, Slot)>,
}

/// Rules that took effect since the run began. Its size depends on how many rules and nodes there are, not on how
/// long the run is.
#[derive(Clone, Debug)]
pub struct Rules {
    uses: Vec<RuleUse>,
    latest: Vec<Latest>,
}

impl Rules {
    pub(super) fn new(head: &Head) -> Self {
        let nodes = head.nodes.len();
        let none = RuleUse {
            by_node: vec![0; nodes],
            ..RuleUse::default()
        };
        Rules {
            uses: vec![none; head.rules.len()],
            latest: vec![Latest::default(); nodes],
        }
    }

    /// By the rules' numbers.
    #[must_use]
    pub fn of(&self) -> &[RuleUse] {
        &self.uses
    }

    /// What took effect last at a node; `None` where nothing has.
    #[must_use]
    pub fn latest(&self, node: NodeId) -> Option<&Latest> {
        let latest = self.latest.get(node.index());
        latest.filter(|l| !l.rules.is_empty())
    }

    pub(super) fn see(&mut self, record: &Record) {
        let Event::Fired {
            node,
            rule,
            round,
            height,
        } = &record.event
        else {
            return;
        };
        let (Some(used), Some(latest)) = (
            self.uses.get_mut(usize::from(*rule)),
            self.latest.get_mut(node.index()),
        ) else {
            return;
        };
        if let Some(count) = used.by_node.get_mut(node.index()) {
            *count = count.saturating_add(1);
        }
        used.first.get_or_insert((record.at, *node));
        used.last = Some((record.at, *node));
        if latest.at != record.at {
            latest.at = record.at;
            latest.rules.clear();
        }
        latest.rules.retain(|(known, _)| known != rule);
        let slot = Slot {
            height: u64::from(*height),
            round: *round,
        };
        latest.rules.push((*rule, slot));
    }
}
