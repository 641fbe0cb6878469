//! What of the run is shown: by kind, height and validator.

use consensusforge_core::session::view::{Arrow, Mark, MarkKind};
use std::collections::BTreeSet;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Kinds left out, a bit each.
    pub without: u32,
    /// Heights shown, both ends included.
    pub heights: Option<(u64, u64)>,
    /// Messages from or to one of these; none: everybody's.
    pub nodes: BTreeSet<u16>,
}

impl Filter {
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Filter::default()
    }

    #[must_use]
    pub fn shows_kind(&self, kind: u8) -> bool {
        self.without >> kind.min(31) & 1 == 0
    }

    pub fn show_kind(&mut self, kind: u8, on: bool) {
        let bit = 1 << kind.min(31);
        self.without = if on {
            self.without & !bit
        } else {
            self.without | bit
        };
    }

    #[must_use]
    pub fn arrow(&self, a: &Arrow) -> bool {
        self.shows_kind(a.kind)
            && self.shows_height(u64::from(a.height))
            && (self.nodes.is_empty() || self.nodes.contains(&a.from) || self.nodes.contains(&a.to))
    }

    /// What concerns the whole network is always shown.
    #[must_use]
    pub fn mark(&self, m: &Mark) -> bool {
        let height = match m.what {
            MarkKind::Step { height, .. }
            | MarkKind::Timeout { height, .. }
            | MarkKind::Locked { height, .. }
            | MarkKind::Polka { height, .. }
            | MarkKind::Commit { height, .. }
            | MarkKind::Rejected { height, .. }
            | MarkKind::Evidence { height, .. } => Some(height),
            MarkKind::Crashed | MarkKind::Restarted => None,
            MarkKind::Changed { .. } | MarkKind::CommandMissed { .. } => return true,
        };
        height.is_none_or(|h| self.shows_height(h))
            && (self.nodes.is_empty() || self.nodes.contains(&m.node))
    }

    fn shows_height(&self, height: u64) -> bool {
        self.heights
            .is_none_or(|(low, high)| (low..=high).contains(&height))
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::{arrow, commit};
    use super::*;

    #[test]
    fn each_part_of_a_filter_leaves_out_its_own() {
        let a = arrow(0, 1);
        assert!(Filter::default().arrow(&a));
        let mut kinds = Filter::default();
        kinds.show_kind(a.kind, false);
        assert!(!kinds.arrow(&a));
        kinds.show_kind(a.kind, true);
        assert!(kinds.is_plain());
        let heights = Filter {
            heights: Some((2, 3)),
            ..Filter::default()
        };
        assert!(
            !heights.arrow(&a)
                && heights.arrow(&Arrow {
                    height: 3,
                    ..a.clone()
                })
        );
        assert!(!heights.mark(&commit(1, 7)) && heights.mark(&commit(2, 7)));
        let nodes = |n| Filter {
            nodes: BTreeSet::from([n]),
            ..Filter::default()
        };
        assert!(nodes(0).arrow(&a) && nodes(1).arrow(&a) && !nodes(2).arrow(&a));
        assert!(nodes(0).mark(&commit(1, 7)) && !nodes(1).mark(&commit(1, 7)));
    }

    #[test]
    fn news_about_the_network_is_never_filtered_out() {
        let filter = Filter {
            heights: Some((9, 9)),
            nodes: BTreeSet::from([3]),
            ..Filter::default()
        };
        let what = MarkKind::Changed {
            sentence: "cut".into(),
        };
        assert!(filter.mark(&Mark {
            node: 0,
            at_us: 1,
            what
        }));
    }
}
