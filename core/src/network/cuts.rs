//! Partitions: links that carry nothing for a while.

use crate::base::Micros;
use crate::types::NodeId;

/// The directed links a cut severs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// Group of each node; nothing passes between different groups.
    Groups(Vec<u16>),
    OneWay {
        from: Vec<NodeId>,
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
pub struct Cuts(Vec<(Micros, Option<Micros>, Links)>);

impl Cuts {
    /// Severs `links` from `from` until just before `until`.
    pub fn add(&mut self, from: Micros, until: Option<Micros>, links: Links) {
        self.0.push((from, until, links));
    }

    /// Ends every cut at `now`, those to come included.
    pub fn heal(&mut self) {
        self.0.clear();
    }

    #[must_use]
    pub fn cut(&self, now: Micros, from: NodeId, to: NodeId) -> bool {
        self.0.iter().any(|(start, end, links)| {
            *start <= now && end.is_none_or(|e| now < e) && links.severs(from, to)
        })
    }
}
