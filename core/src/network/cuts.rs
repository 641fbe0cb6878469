//! Partitions: links that carry nothing for a while.

use crate::base::Micros;
use crate::types::NodeId;
use std::collections::BTreeSet;

/// The directed links a cut severs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// Group of each node; nothing passes between different groups.
    Groups(Vec<u16>),
    /// Nothing passes in one direction.
    OneWay {
        /// Senders.
        from: Vec<NodeId>,
        /// Receivers.
        to: Vec<NodeId>,
    },
}

impl Links {
    fn severs(&self, a: NodeId, b: NodeId) -> bool {
        match self {
            Links::Groups(group) => group.get(a.index()) != group.get(b.index()),
            Links::OneWay { from, to } => from.contains(&a) && to.contains(&b),
        }
    }
}

/// All cuts of a run, each with its times. A copy is lost when its link is cut as it leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    timed: Vec<(Micros, Option<Micros>, Links)>,
    /// Nodes that a hand took off the network, until it puts them back.
    isolated: BTreeSet<NodeId>,
}

impl Cuts {
    /// Severs `links` from `from` until just before `until`.
    pub fn add(&mut self, from: Micros, until: Option<Micros>, links: Links) {
        self.timed.push((from, until, links));
    }

    /// Ends every cut at `now`, those to come included.
    pub fn heal(&mut self) {
        self.timed.clear();
        self.isolated.clear();
    }

    /// False when the node was isolated already.
    pub fn isolate(&mut self, node: NodeId) -> bool {
        self.isolated.insert(node)
    }

    /// False when the node was not isolated.
    pub fn restore(&mut self, node: NodeId) -> bool {
        self.isolated.remove(&node)
    }

    /// True when nothing sent at `now` from one node to the other arrives.
    #[must_use]
    pub fn cut(&self, now: Micros, from: NodeId, to: NodeId) -> bool {
        let alone = !self.isolated.is_empty()
            && (self.isolated.contains(&from) || self.isolated.contains(&to));
        alone
            || self.timed.iter().any(|(start, end, links)| {
                *start <= now && end.is_none_or(|e| now < e) && links.severs(from, to)
            })
    }
}
