//! What comes before and after a thing on its lifeline.

use super::filter::Filter;
use super::hit::Pick;
use super::lanes::Lanes;
use super::store::Store;

/// The next thing on the lifeline of what is selected: for a message that of its receiver, for a lifeline
/// the one beside it. None at the end of what is loaded.
#[must_use]
pub fn neighbour(
    pick: &Pick,
    forward: bool,
    store: &Store,
    lanes: &Lanes,
    filter: &Filter,
) -> Option<Pick> {
    let node = match pick {
        Pick::Arrow(a) => a.to,
        Pick::Mark(m) => m.node,
        Pick::Node(node) => return beside(*node, forward, lanes),
    };
    // An instant may hold several things: they follow in a fixed order, marks behind arrivals.
    let here = key(pick);
    let arrows = store
        .arrived()
        .filter(|a| a.to == node && filter.arrow(a) && !lanes.hides(a.from))
        .map(|a| Pick::Arrow(a.clone()));
    let marks = store
        .marks_in(0, u64::MAX)
        .filter(|m| m.node == node && filter.mark(m))
        .map(|m| Pick::Mark(m.clone()));
    let keyed = arrows.chain(marks).map(|p| (key(&p), p));
    let found = if forward {
        keyed.filter(|(k, _)| *k > here).min_by_key(|(k, _)| *k)
    } else {
        keyed.filter(|(k, _)| *k < here).max_by_key(|(k, _)| *k)
    };
    found.map(|(_, p)| p)
}

/// The newest thing there is: where the keyboard begins.
#[must_use]
pub fn newest(store: &Store, lanes: &Lanes, filter: &Filter, now_us: u64) -> Option<Pick> {
    let shown = |a: &&consensusforge_core::session::view::Arrow| {
        filter.arrow(a) && !lanes.hides(a.from) && !lanes.hides(a.to)
    };
    let flying = store.flying.iter().filter(|a| a.sent_us <= now_us);
    let flying = flying.filter(shown).max_by_key(|a| a.sent_us);
    let settled = store.arrived_newest_first().find(shown);
    flying.or(settled).map(|a| Pick::Arrow(a.clone()))
}

fn key(pick: &Pick) -> (u64, u8, u32, u64) {
    match pick {
        Pick::Arrow(a) => (a.arrives_us, 0, a.message, a.sent_us),
        Pick::Mark(m) => (m.at_us, 1, order(&m.what), 0),
        Pick::Node(n) => (0, 2, *n as u32, 0),
    }
}

fn order(what: &consensusforge_core::session::view::MarkKind) -> u32 {
    use consensusforge_core::session::view::MarkKind;
    match what {
        MarkKind::Rejected { .. } => 0,
        MarkKind::Timeout { .. } => 1,
        MarkKind::Polka { .. } => 2,
        MarkKind::Locked { .. } => 3,
        MarkKind::Step { step, .. } => 4 + u32::from(*step),
        MarkKind::Commit { .. } => 300,
        MarkKind::Evidence { .. } => 301,
        MarkKind::Crashed => 302,
        MarkKind::Restarted => 303,
        MarkKind::Changed { .. } => 304,
        MarkKind::CommandMissed { .. } => 305,
    }
}

fn beside(node: usize, forward: bool, lanes: &Lanes) -> Option<Pick> {
    let lane = lanes.of(u16::try_from(node).ok()?)?;
    let next = if forward {
        lane.checked_add(1)
    } else {
        lane.checked_sub(1)
    };
    let node = lanes.single(next?)?;
    Some(Pick::Node(node.into()))
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::{arrow, batch, commit};
    use super::*;
    use consensusforge_core::session::view::{Arrow, Mark};

    fn onto_0(message: u32, arrives: u64) -> Arrow {
        Arrow {
            from: 1,
            to: 0,
            message,
            ..arrow(arrives - 5, arrives)
        }
    }

    #[test]
    fn one_walks_along_a_lifeline_and_back() {
        let mut store = Store::default();
        let elsewhere = Arrow {
            to: 2,
            ..onto_0(9, 22)
        };
        let mark = Mark {
            at_us: 20,
            ..commit(1, 7)
        };
        let arrows = vec![onto_0(1, 10), onto_0(2, 20), onto_0(3, 20), elsewhere];
        store.take(
            batch(arrows.clone(), vec![mark.clone()]),
            vec![onto_0(4, 50)],
            None,
        );
        let (lanes, filter) = (Lanes::plain(3), Filter::default());
        let step = |p: &Pick, on| neighbour(p, on, &store, &lanes, &filter);
        let mut walk = vec![Pick::Arrow(arrows[0].clone())];
        while let Some(next) = step(&walk[walk.len() - 1], true) {
            walk.push(next);
        }
        let there = [
            Pick::Arrow(arrows[0].clone()),
            Pick::Arrow(arrows[1].clone()),
            Pick::Arrow(arrows[2].clone()),
            Pick::Mark(mark),
            Pick::Arrow(onto_0(4, 50)),
        ];
        assert_eq!(walk, there);
        for pair in walk.windows(2) {
            assert_eq!(step(&pair[1], false).as_ref(), Some(&pair[0]));
        }
        assert_eq!(step(&walk[0], false), None);
    }

    #[test]
    fn lifelines_have_the_ones_beside_them() {
        let (store, lanes) = (Store::default(), Lanes::plain(3));
        let step = |n, on| neighbour(&Pick::Node(n), on, &store, &lanes, &Filter::default());
        assert_eq!(step(1, true), Some(Pick::Node(2)));
        assert_eq!(step(1, false), Some(Pick::Node(0)));
        assert_eq!((step(2, true), step(0, false)), (None, None));
    }

    #[test]
    fn what_a_filter_leaves_out_is_walked_past() {
        let mut store = Store::default();
        let other = Arrow {
            kind: 2,
            ..onto_0(2, 20)
        };
        store.take(
            batch(vec![onto_0(1, 10), other, onto_0(3, 30)], vec![]),
            vec![],
            None,
        );
        let mut filter = Filter::default();
        filter.show_kind(2, false);
        let start = Pick::Arrow(onto_0(1, 10));
        let next = neighbour(&start, true, &store, &Lanes::plain(2), &filter);
        assert_eq!(next, Some(Pick::Arrow(onto_0(3, 30))));
    }
}
