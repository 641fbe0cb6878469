//! From records and a view to plain shapes, back to front.

use super::scene::{Picture, Scene};
use super::{arrows, frame, lifelines, marks};

#[must_use]
pub fn picture(scene: &Scene) -> Picture {
    let mut out = Picture::default();
    frame::bands(scene, &mut out.shapes);
    lifelines::lifelines(scene, &mut out.shapes);
    arrows::arrows(scene, &mut out);
    marks::marks(scene, &mut out.shapes);
    frame::area(scene, &mut out.shapes);
    frame::header(scene, &mut out.shapes);
    out
}

#[cfg(test)]
pub mod tests {
    use super::super::density::Density;
    use super::super::filter::Filter;
    use super::super::lanes::Lanes;
    use super::super::layout::{Flow, Layout, View};
    use super::super::shapes::Shape;
    use super::super::store::Store;
    use super::super::store::tests::{arrow, batch, commit};
    use super::super::tokens::Token;
    use super::*;
    use consensusforge_core::session::view::{Arrow, Fate, RunInfo};

    fn world(nodes: usize) -> RunInfo {
        RunInfo {
            protocol: "tendermint".into(),
            nodes: (1..=nodes).map(|k| format!("v{k}")).collect(),
            kinds: vec![],
            steps: vec![],
            timers: vec![],
            rules: vec![],
            keeps_locks: true,
            round: "round".into(),
            quorum_words: "more than two thirds".into(),
            liars_below: "a third".into(),
            certificates: "precommits".into(),
            quorum: 3,
            total: 4,
        }
    }

    fn layout(nodes: usize) -> Layout {
        Layout {
            width: 800.0,
            height: 600.0,
            lanes: nodes,
            view: View::default(),
        }
    }

    /// The picture of a store on a plain chart, after `change` has had its say.
    pub fn draw(
        store: &Store,
        now_us: u64,
        nodes: usize,
        change: impl for<'a> FnOnce(&mut Scene<'a>),
    ) -> Picture {
        let (world, lanes, filter) = (world(nodes), Lanes::plain(nodes), Filter::default());
        let mut scene = Scene {
            layout: layout(nodes),
            lanes: &lanes,
            filter: &filter,
            now_us,
            world: &world,
            nodes: &[],
            store,
            picked: None,
            pinned: None,
            cone: None,
            cuts: &[],
            density: None,
            area: None,
        };
        change(&mut scene);
        picture(&scene)
    }

    pub fn plain(store: &Store, now_us: u64, nodes: usize) -> Picture {
        draw(store, now_us, nodes, |_| {})
    }

    pub fn count(p: &Picture, what: impl Fn(&Shape) -> bool) -> usize {
        p.shapes.iter().filter(|s| what(s)).count()
    }

    #[test]
    fn an_arrow_grows_and_gets_its_head_on_arrival() {
        let mut store = Store::default();
        store.take(batch(vec![], vec![]), vec![arrow(100_000, 200_000)], None);
        let half = plain(&store, 150_000, 2);
        let end = |p: &Picture| {
            p.shapes.iter().find_map(|s| match s {
                Shape::Line {
                    to,
                    stroke: Token::Kind1,
                    ..
                } => Some(to.1),
                _ => None,
            })
        };
        let head = layout(2).head();
        assert_eq!(end(&half), Some(head + 150.0));
        assert_eq!(count(&half, |s| matches!(s, Shape::Head { .. })), 0);
        let there = plain(&store, 200_000, 2);
        assert_eq!(end(&there), Some(head + 200.0));
        assert_eq!(count(&there, |s| matches!(s, Shape::Head { .. })), 1);
    }

    #[test]
    fn flowing_right_the_same_shapes_lie_turned() {
        let mut store = Store::default();
        store.take(batch(vec![arrow(100_000, 200_000)], vec![]), vec![], None);
        let turned = draw(&store, 300_000, 2, |s| s.layout.view.flow = Flow::Right);
        let grows_right = turned.shapes.iter().any(|s| {
            matches!(s, Shape::Line { from, to, stroke: Token::Kind1, .. }
                if (to.0 - from.0 - 100.0).abs() < 1e-6 && to.1 > from.1)
        });
        assert!(grows_right);
    }

    #[test]
    fn a_lost_message_ends_in_a_cross_short_of_its_receiver() {
        for fate in [Fate::Lost, Fate::Cut, Fate::Dropped] {
            let mut store = Store::default();
            let lost = Arrow {
                fate,
                ..arrow(100_000, 200_000)
            };
            store.take(batch(vec![lost], vec![]), vec![], None);
            let p = plain(&store, 300_000, 2);
            assert_eq!(count(&p, |s| matches!(s, Shape::Cross { .. })), 1);
            assert_eq!(count(&p, |s| matches!(s, Shape::Head { .. })), 0);
        }
    }

    #[test]
    fn a_crowd_becomes_density_and_all_of_it_is_counted() {
        let mut store = Store::default();
        let many: Vec<Arrow> = (0..20_000u32)
            .map(|k| Arrow {
                message: k,
                from: (k % 97) as u16,
                to: (k % 128) as u16,
                ..arrow(100_000 + u64::from(k), 200_000 + u64::from(k))
            })
            .filter(|a| a.from != a.to)
            .collect();
        let messages = many.len();
        store.take(batch(many, vec![]), vec![], None);
        let (lanes, filter) = (Lanes::plain(128), Filter::default());
        let mut density = Density::default();
        let of = (&lanes, &filter, 0);
        assert!(density.update(&layout(128), &store, of, 1_000, 300_000));
        // It lives as long as the store; the compiler cannot know.
        let density: &Density = Box::leak(Box::new(density));
        let p = draw(&store, 300_000, 128, |s| s.density = Some(density));
        assert_eq!(p.messages, messages);
        assert!(p.drawn <= 1_000 && p.drawn > 50, "{}", p.drawn);
    }

    #[test]
    fn a_fork_shows_two_kinds_of_block() {
        let mut store = Store::default();
        store.take(
            batch(vec![], vec![commit(2, 8), commit(2, 9)]),
            vec![],
            None,
        );
        let p = plain(&store, 300_000, 4);
        let first = count(&p, |s| {
            matches!(
                s,
                Shape::Block {
                    fill: Token::Commit,
                    hollow: false,
                    ..
                }
            )
        });
        let second = count(&p, |s| {
            matches!(
                s,
                Shape::Block {
                    fill: Token::Fork,
                    hollow: true,
                    ..
                }
            )
        });
        assert_eq!((first, second), (1, 1));
    }
}
