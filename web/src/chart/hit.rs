//! What lies under the pointer.

use super::filter::Filter;
use super::lanes::Lanes;
use super::layout::Layout;
use super::store::Store;
use consensusforge_core::session::view::{Arrow, Mark, MarkKind};

/// How near counts as on it, in pixels.
const REACH: f64 = 7.0;
/// A lifeline itself is thinner than what stands on it.
const LIFELINE_REACH: f64 = 5.0;
/// Candidates looked at for one hover; beyond that the picture is density anyway.
const MAX_LOOKED_AT: usize = 40_000;

#[derive(Clone, Debug, PartialEq)]
pub enum Pick {
    Arrow(Arrow),
    Mark(Mark),
    /// A lifeline, or the name above it.
    Node(usize),
}

/// Where to look: all that a hit depends on besides the place.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub layout: Layout,
    pub lanes: &'a Lanes,
    pub filter: &'a Filter,
    pub store: &'a Store,
    pub now_us: u64,
}

/// The nearest thing; marks before arrows, since they are smaller, lifelines last.
#[must_use]
pub fn pick(ground: &Ground, x: f64, y: f64) -> Option<Pick> {
    let l = &ground.layout;
    let (across, along) = l.split(x, y);
    let node = || {
        let node = ground.lanes.single(l.lane_at(across)?)?;
        Some(Pick::Node(node.into()))
    };
    if along < l.head() {
        return node();
    }
    let on_line = l
        .lane_at(across)
        .is_some_and(|k| (l.across(f64::from(k)) - across).abs() <= LIFELINE_REACH);
    mark(ground, across, along)
        .or_else(|| arrow(ground, x, y, along))
        .or_else(|| if on_line { node() } else { None })
}

/// The lane of folded lifelines whose name is there.
#[must_use]
pub fn folded(ground: &Ground, x: f64, y: f64) -> Option<u16> {
    let (across, along) = ground.layout.split(x, y);
    let lane = ground.layout.lane_at(across)?;
    (along < ground.layout.head() && ground.lanes.nodes(lane).len() > 1).then_some(lane)
}

fn mark(ground: &Ground, across: f64, along: f64) -> Option<Pick> {
    let l = &ground.layout;
    let lane = l.lane_at(across)?;
    if (l.across(f64::from(lane)) - across).abs() > REACH + 2.0 {
        return None;
    }
    let from = l.time(along - REACH - 2.0).max(0.0) as u64;
    let to = (l.time(along + REACH + 2.0).max(0.0) as u64).min(ground.now_us);
    ground
        .store
        .marks_in(from, to)
        .filter(|m| ground.lanes.of(m.node) == Some(lane) && ground.filter.mark(m))
        .map(|m| ((l.along(m.at_us) - along).abs() - weight(&m.what), m))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, m)| Pick::Mark(m.clone()))
}

/// Where marks crowd, what matters more is nearer.
fn weight(what: &MarkKind) -> f64 {
    match what {
        MarkKind::Commit { .. } | MarkKind::Evidence { .. } => 6.0,
        MarkKind::Timeout { .. } | MarkKind::Crashed | MarkKind::Restarted => 4.0,
        MarkKind::Locked { .. } | MarkKind::Changed { .. } | MarkKind::CommandMissed { .. } => 3.0,
        MarkKind::Rejected { .. } => 2.0,
        MarkKind::Step { .. } | MarkKind::Polka { .. } => 0.0,
    }
}

fn arrow(ground: &Ground, x: f64, y: f64, along: f64) -> Option<Pick> {
    let l = &ground.layout;
    let from = l.time(along - REACH).max(0.0) as u64;
    let to = (l.time(along + REACH).max(0.0) as u64).min(ground.now_us);
    ground
        .store
        .arrows_in(from, to)
        .take(MAX_LOOKED_AT)
        .filter(|a| ground.filter.arrow(a))
        .filter_map(|a| {
            let (from, to) = (ground.lanes.of(a.from)?, ground.lanes.of(a.to)?);
            let start = l.place(from, a.sent_us);
            let end = l.place(to, a.arrives_us);
            (from != to).then(|| (distance(start, end, (x, y)), a))
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
    use super::super::lanes::{Arrangement, tests::node};
    use super::super::layout::{Flow, View};
    use super::super::store::tests::{arrow, batch, commit};
    use super::*;

    fn layout(flow: Flow) -> Layout {
        Layout {
            width: 800.0,
            height: 600.0,
            lanes: 2,
            view: View {
                flow,
                ..View::default()
            },
        }
    }

    fn at(l: Layout, store: &Store, lanes: &Lanes, filter: &Filter, p: (f64, f64)) -> Option<Pick> {
        let ground = Ground {
            layout: l,
            lanes,
            filter,
            store,
            now_us: 300_000,
        };
        pick(&ground, p.0, p.1)
    }

    fn plainly(l: Layout, store: &Store, p: (f64, f64)) -> Option<Pick> {
        at(l, store, &Lanes::plain(2), &Filter::default(), p)
    }

    #[test]
    fn an_arrow_is_picked_along_its_whole_length_whichever_way_time_flows() {
        let mut store = Store::default();
        store.take(batch(vec![arrow(100_000, 200_000)], vec![]), vec![], None);
        for flow in [Flow::Down, Flow::Right] {
            let l = layout(flow);
            let (a, b) = (l.place(0, 100_000), l.place(1, 200_000));
            for share in [0.05, 0.5, 0.95] {
                let p = (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share + 3.0);
                assert!(
                    matches!(plainly(l, &store, p), Some(Pick::Arrow(_))),
                    "{share}"
                );
            }
            let beside = l.point(l.across(0.5), l.along(30_000));
            assert_eq!(plainly(l, &store, beside), None);
        }
    }

    #[test]
    fn a_mark_goes_before_the_arrows_that_end_in_it() {
        let (l, mut store) = (layout(Flow::Down), Store::default());
        let mark = Mark {
            at_us: 200_000,
            ..commit(1, 7)
        };
        let into = Arrow {
            from: 1,
            to: 0,
            ..arrow(100_000, 200_000)
        };
        store.take(batch(vec![into], vec![mark]), vec![], None);
        let p = l.place(0, 200_000);
        assert!(matches!(
            plainly(l, &store, (p.0 + 1.0, p.1)),
            Some(Pick::Mark(_))
        ));
    }

    #[test]
    fn names_and_lifelines_are_picked() {
        for flow in [Flow::Down, Flow::Right] {
            let (l, store) = (layout(flow), Store::default());
            let name = l.point(l.across(1.0), 10.0);
            assert_eq!(plainly(l, &store, name), Some(Pick::Node(1)));
            assert_eq!(plainly(l, &store, l.place(0, 90_000)), Some(Pick::Node(0)));
        }
    }

    #[test]
    fn what_is_filtered_or_hidden_cannot_be_hit() {
        let (l, mut store) = (layout(Flow::Down), Store::default());
        store.take(batch(vec![arrow(100_000, 200_000)], vec![]), vec![], None);
        let (a, b) = (l.place(0, 100_000), l.place(1, 200_000));
        let middle = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
        let mut filter = Filter::default();
        filter.show_kind(1, false);
        assert_eq!(at(l, &store, &Lanes::plain(2), &filter, middle), None);
        let chosen = Arrangement {
            hidden: [1].into(),
            ..Arrangement::default()
        };
        let names = ["v1".to_owned(), "v2".to_owned()];
        let lanes = Lanes::arrange(&chosen, &names, &[node("v1", 1), node("v2", 1)], &[]);
        let hit = at(l, &store, &lanes, &Filter::default(), middle);
        assert!(!matches!(hit, Some(Pick::Arrow(_))), "{hit:?}");
    }
}
