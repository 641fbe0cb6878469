//! What lies under the pointer.

use super::layout::{HEAD, Layout};
use super::store::Store;
use consensusforge_core::session::view::{Arrow, Mark, MarkKind};

/// How near counts as on it, in pixels.
const REACH: f64 = 7.0;
/// Candidates looked at for one hover; beyond that the picture is density anyway.
const MAX_LOOKED_AT: usize = 40_000;

#[derive(Clone, Debug, PartialEq)]
pub enum Pick {
    Arrow(Arrow),
    Mark(Mark),
    /// A node's name above its lifeline.
    Node(usize),
}

/// The nearest thing; marks before arrows, since they are smaller.
#[must_use]
pub fn pick(layout: &Layout, store: &Store, now_us: u64, x: f64, y: f64) -> Option<Pick> {
    if y < HEAD {
        return layout.node_at(x).map(Pick::Node);
    }
    mark(layout, store, now_us, x, y).or_else(|| arrow(layout, store, now_us, x, y))
}

fn mark(layout: &Layout, store: &Store, now_us: u64, x: f64, y: f64) -> Option<Pick> {
    let node = layout.node_at(x)?;
    if (layout.x(node) - x).abs() > REACH + 2.0 {
        return None;
    }
    let from = layout.time(y - REACH - 2.0).max(0.0) as u64;
    let to = (layout.time(y + REACH + 2.0).max(0.0) as u64).min(now_us);
    store
        .marks_in(from, to)
        .filter(|m| usize::from(m.node) == node)
        .map(|m| ((layout.y(m.at_us) - y).abs() - weight(&m.what), m))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, m)| Pick::Mark(m.clone()))
}

/// Where marks crowd, what matters more is nearer.
fn weight(what: &MarkKind) -> f64 {
    match what {
        MarkKind::Commit { .. } | MarkKind::Evidence { .. } => 6.0,
        MarkKind::Timeout { .. } | MarkKind::Crashed | MarkKind::Restarted => 4.0,
        MarkKind::Locked { .. } | MarkKind::Changed { .. } | MarkKind::Vanished { .. } => 3.0,
        MarkKind::Rejected { .. } => 2.0,
        MarkKind::Step { .. } | MarkKind::Polka { .. } => 0.0,
    }
}

fn arrow(layout: &Layout, store: &Store, now_us: u64, x: f64, y: f64) -> Option<Pick> {
    let from = layout.time(y - REACH).max(0.0) as u64;
    let to = (layout.time(y + REACH).max(0.0) as u64).min(now_us);
    store
        .arrows_in(from, to)
        .take(MAX_LOOKED_AT)
        .map(|a| {
            let start = (layout.x(a.from.into()), layout.y(a.sent_us));
            let end = (layout.x(a.to.into()), layout.y(a.arrives_us));
            (distance(start, end, (x, y)), a)
        })
        .filter(|(d, _)| *d <= REACH)
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, a)| Pick::Arrow(a.clone()))
}

/// From a point to a segment.
fn distance(a: (f64, f64), b: (f64, f64), p: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 {
        (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (p.0 - a.0 - t * dx).hypot(p.1 - a.1 - t * dy)
}

#[cfg(test)]
mod tests {
    use super::super::layout::View;
    use super::super::store::tests::{arrow, batch, commit};
    use super::*;

    fn layout() -> Layout {
        Layout {
            width: 800.0,
            height: 600.0,
            nodes: 2,
            view: View::default(),
        }
    }

    #[test]
    fn an_arrow_is_picked_along_its_whole_length() {
        let (l, mut store) = (layout(), Store::default());
        store.take(batch(vec![arrow(100_000, 200_000)], vec![]), vec![]);
        for share in [0.05, 0.5, 0.95] {
            let x = l.x(0) + (l.x(1) - l.x(0)) * share;
            let y = l.y(100_000) + (l.y(200_000) - l.y(100_000)) * share;
            let picked = pick(&l, &store, 300_000, x, y + 3.0);
            assert!(matches!(picked, Some(Pick::Arrow(_))), "{share}");
        }
        assert_eq!(pick(&l, &store, 300_000, l.x(0) + 200.0, l.y(30_000)), None);
    }

    #[test]
    fn a_mark_goes_before_the_arrows_that_end_in_it() {
        let (l, mut store) = (layout(), Store::default());
        let mark = Mark {
            at_us: 200_000,
            ..commit(1, 7)
        };
        let into = Arrow {
            from: 1,
            to: 0,
            ..arrow(100_000, 200_000)
        };
        store.take(batch(vec![into], vec![mark]), vec![]);
        let picked = pick(&l, &store, 300_000, l.x(0) + 1.0, l.y(200_000));
        assert!(matches!(picked, Some(Pick::Mark(_))));
    }

    #[test]
    fn names_are_picked_above_their_lifelines() {
        let (l, store) = (layout(), Store::default());
        assert_eq!(pick(&l, &store, 0, l.x(1), 10.0), Some(Pick::Node(1)));
    }
}
