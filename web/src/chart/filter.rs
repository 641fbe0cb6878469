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

/// `3` or `3-5`; nothing is all.
///
/// # Errors
/// A sentence that repeats what was written and says what would do.
pub fn heights(text: &str) -> Result<Option<(u64, u64)>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let (low, high) = text.split_once(['-', '–']).unwrap_or((text, text));
    match (low.trim().parse(), high.trim().parse()) {
        (Ok(low), Ok(high)) if low <= high => Ok(Some((low, high))),
        _ => Err(format!(
            "“{text}” is no range of heights: give one, such as 3, or two, such as 3-5, or nothing for all."
        )),
    }
}

/// Nodes by their names, however they are put apart.
///
/// # Errors
/// A sentence that repeats what was written and says what would do.
pub fn names(known: &[String], text: &str) -> Result<BTreeSet<u16>, String> {
    let given = text.split([',', ' ', ';']).map(str::trim);
    given
        .filter(|name| !name.is_empty())
        .map(|name| {
            let found = known.iter().position(|k| k == name);
            found.map(|k| k as u16).ok_or_else(|| {
                let first: Vec<&str> = known.iter().take(8).map(String::as_str).collect();
                let more = if known.len() > 8 { ", …" } else { "" };
                format!(
                    "There is no validator “{name}” here; there are {}{more}.",
                    first.join(", ")
                )
            })
        })
        .collect()
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

    #[test]
    fn a_range_of_heights_is_read_or_refused_in_words_and_never_taken_for_all() {
        assert_eq!(heights(" "), Ok(None));
        assert_eq!(heights("3"), Ok(Some((3, 3))));
        assert_eq!(heights("3 – 5"), Ok(Some((3, 5))));
        for wrong in ["x", "3-", "-5", "5-3", "3-5-7", "1.5"] {
            let why = heights(wrong).expect_err(wrong);
            assert!(why.contains(wrong) && why.contains("3-5"), "{why}");
        }
    }

    #[test]
    fn an_unknown_validator_is_refused_by_its_name_and_not_passed_over() {
        let known: Vec<String> = (1..=12).map(|k| format!("v{k}")).collect();
        assert_eq!(names(&known, ""), Ok(BTreeSet::new()));
        assert_eq!(names(&known, "v1, v3;v12"), Ok(BTreeSet::from([0, 2, 11])));
        let why = names(&known, "v1 v99").expect_err("there is no v99");
        assert!(why.contains("“v99”") && why.contains("v8, …"), "{why}");
    }
}
