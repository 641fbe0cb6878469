//! Messages as arrows from sending to arrival, or as density where they would merge.

use super::bundle::Bundle;
use super::density::Density;
use super::hit::Pick;
use super::layout::Flow;
use super::scene::{Picture, Scene};
use super::shapes::{Shape, line};
use super::through::{Through, through};
use super::tokens::{Dash, Token};
use consensusforge_core::session::view::{Arrow, Fate};
use std::collections::BTreeMap;

/// Share of the way at which a lost message's line ends: visibly not at the receiver.
const LOST_AT: f64 = 0.62;
/// Above this many lines heads and sender marks are left out: they would be one grey mass.
const PLAIN_ABOVE: usize = 3_000;
/// Lit arrows drawn one by one over density, at most.
const MAX_LIT: usize = 2_500;
/// What is not lit, while something is.
const DIMMED: f64 = 0.28;
/// How far back a cause of a hidden node's message is looked for, in microseconds.
const CAUSES_US: u64 = 5_000_000;

pub fn arrows(scene: &Scene, out: &mut Picture) {
    match scene.density {
        None => each(scene, out),
        Some(bundles) => {
            density(scene, bundles, out);
            lit_over_density(scene, out);
        }
    }
    hidden(scene, out);
}

/// Every message an arrow.
fn each(scene: &Scene, out: &mut Picture) {
    let (from, to) = scene.layout.window();
    let to = to.min(scene.now_us);
    let all: Vec<&Arrow> = scene
        .store
        .arrows_in(from, to)
        .filter(|a| scene.filter.arrow(a))
        .collect();
    out.messages = all.len();
    let alpha = (0.95 * (260.0 / (all.len() as f64).max(260.0)).sqrt()).max(0.3);
    let plain = all.len() > PLAIN_ABOVE;
    let mut ways = Ways::new(all.len());
    for a in all {
        let beside = ways.take(a);
        let (lit, focus) = light(scene, a);
        let alpha = match lit {
            Some(true) => 1.0,
            Some(false) => alpha * DIMMED,
            None => alpha,
        };
        let bare = plain && !focus;
        let way = Way { beside, alpha };
        out.drawn += usize::from(one(scene, a, way, focus, bare, &mut out.shapes));
    }
}

/// How an arrow is drawn.
#[derive(Clone, Copy)]
struct Way {
    /// Pixels beside its place, so that it hides none that goes the same way.
    beside: f64,
    alpha: f64,
}

/// Pixels between arrows of one sender, receiver and flight.
const BESIDE: f64 = 3.5;
/// Above this many arrows a few pixels tell nothing apart.
const APART_UP_TO: usize = 600;

/// Arrows that leave and arrive together lie upon one another: with constant latency a proposer's own vote goes
/// exactly where its proposal goes.
#[derive(Default)]
struct Ways(Option<BTreeMap<(u16, u16, u64, u64), u8>>);

impl Ways {
    fn new(arrows: usize) -> Ways {
        Ways((arrows <= APART_UP_TO).then(BTreeMap::new))
    }

    /// How far beside its place the next arrow of this way is drawn.
    fn take(&mut self, a: &Arrow) -> f64 {
        let Some(ways) = &mut self.0 else {
            return 0.0;
        };
        let taken = ways
            .entry((a.from, a.to, a.sent_us, a.arrives_us))
            .or_insert(0);
        let beside = f64::from(*taken) * BESIDE;
        *taken = taken.saturating_add(1).min(4);
        beside
    }
}

/// Whether something is lit and this with it; and whether it is a copy of the very message meant.
fn light(scene: &Scene, a: &Arrow) -> (Option<bool>, bool) {
    let same = |pick: Option<&Pick>| matches!(pick, Some(Pick::Arrow(p)) if p.message == a.message);
    let focus = same(scene.picked) || same(scene.pinned);
    let node = match scene.picked {
        Some(Pick::Node(n)) => Some(usize::from(a.from) == *n || usize::from(a.to) == *n),
        _ => None,
    };
    let lit = match (scene.cone, node) {
        (Some(cone), _) => Some(focus || cone.arrow(a).is_some()),
        (None, Some(own)) => Some(own || focus),
        (None, None) => focus.then_some(true),
    };
    (lit, focus)
}

/// One arrow as far as it has come; false when it has no place on the screen.
fn one(
    scene: &Scene,
    a: &Arrow,
    Way { beside, alpha }: Way,
    focus: bool,
    bare: bool,
    out: &mut Vec<Shape>,
) -> bool {
    let l = &scene.layout;
    let (Some(from), Some(to)) = (scene.lanes.of(a.from), scene.lanes.of(a.to)) else {
        return false;
    };
    if from == to {
        return false;
    }
    let (first, last) = l.lanes_shown();
    if from.max(to) < first || from.min(to) >= last {
        return false;
    }
    let aside = |(x, y): (f64, f64)| match l.view.flow {
        Flow::Down => (x, y + beside),
        Flow::Right => (x + beside, y),
    };
    let start = aside(l.place(from, a.sent_us));
    let full = aside(l.place(to, a.arrives_us));
    let lost = matches!(a.fate, Fate::Lost | Fate::Cut | Fate::Dropped);
    let span = (a.arrives_us - a.sent_us.min(a.arrives_us)).max(1) as f64;
    let grown = (scene.now_us.saturating_sub(a.sent_us) as f64 / span).min(1.0);
    let whole = if lost { LOST_AT } else { 1.0 };
    let share = grown.min(whole);
    let end = between(start, full, share);
    let stroke = Token::kind(a.kind);
    let weight = if a.kind == 0 { 1.9 } else { 1.25 };
    let width = if focus { weight + 1.2 } else { weight };
    out.push(line(start, end, stroke, width, Dash::kind(a.kind), alpha));
    if bare {
        return true;
    }
    if a.byzantine {
        out.push(Shape::Diamond {
            at: start,
            size: 4.0,
            stroke: Token::Byzantine,
            fill: Some(Token::Byzantine),
        });
    }
    if grown < whole {
        return true;
    }
    if lost || a.fate == Fate::ReceiverDown {
        out.push(Shape::Cross {
            at: end,
            size: 4.0,
            stroke: Token::Lost,
            alpha: alpha.max(0.55),
        });
    } else {
        out.push(Shape::Head {
            at: end,
            toward: (full.0 - start.0, full.1 - start.1),
            fill: stroke,
            hollow: a.kind == 1,
            alpha,
        });
    }
    true
}

/// Bundles as lines whose weight is their number.
fn density(scene: &Scene, bundles: &Density, out: &mut Picture) {
    let (from, to) = scene.layout.window();
    let to = to.min(scene.now_us);
    let shown: Vec<&Bundle> = bundles.within(from, to).collect();
    let dim = if scene.cone.is_some() || matches!(scene.picked, Some(Pick::Node(_))) {
        DIMMED
    } else {
        1.0
    };
    // Of many thin lines each must be fainter, or the whole is one dark mass.
    let crowd = (900.0 / (shown.len() as f64).max(900.0)).sqrt();
    let heads = shown.len() <= PLAIN_ABOVE;
    for b in shown {
        out.messages += b.count as usize;
        out.drawn += 1;
        if b.count == 1 {
            one(
                scene,
                &b.first,
                Way {
                    beside: 0.0,
                    alpha: 0.75 * crowd * dim,
                },
                false,
                !heads,
                &mut out.shapes,
            );
        } else {
            bundle(scene, b, crowd * dim, heads, &mut out.shapes);
        }
    }
}

fn bundle(scene: &Scene, b: &Bundle, dim: f64, heads: bool, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let (sent, arrives) = (b.sent_us(), b.arrives_us());
    let start = l.point(l.across(b.from()), l.along(sent));
    let full = l.point(l.across(b.to()), l.along(arrives));
    let lost = !matches!(b.first.fate, Fate::Delivered | Fate::InFlight);
    let span = (arrives.saturating_sub(sent)).max(1) as f64;
    let grown = (scene.now_us.saturating_sub(sent) as f64 / span).min(1.0);
    let whole = if lost { LOST_AT } else { 1.0 };
    let end = between(start, full, grown.min(whole));
    // In whole steps, so that many share a style and are stroked at once. Darker, not wider: where there is
    // no graphics card lines of a pixel cost a fraction of wider ones, dashed ones a tenth.
    let weight = f64::from(b.count).log2().ceil();
    let width = 1.0;
    let alpha = (0.18 + weight * 0.06).min(0.8) * dim;
    let stroke = Token::kind(b.first.kind);
    out.push(line(
        start,
        end,
        stroke,
        width,
        Dash::kind(b.first.kind),
        alpha,
    ));
    if grown < whole {
        return;
    }
    if lost {
        out.push(Shape::Cross {
            at: end,
            size: (3.4 + weight * 0.15).min(4.6),
            stroke: Token::Lost,
            alpha: alpha.max(0.5),
        });
    } else if heads {
        out.push(Shape::Head {
            at: end,
            toward: (full.0 - start.0, full.1 - start.1),
            fill: stroke,
            hollow: b.first.kind == 1,
            alpha,
        });
    }
}

/// What is lit stands out one by one, as far as there is room.
fn lit_over_density(scene: &Scene, out: &mut Picture) {
    let (from, to) = scene.layout.window();
    let mut left = MAX_LIT;
    for a in scene.store.arrows_in(from, to.min(scene.now_us)) {
        if left == 0 {
            break;
        }
        if !scene.filter.arrow(a) {
            continue;
        }
        let (lit, focus) = light(scene, a);
        if lit == Some(true) {
            left -= 1;
            let alpha = if focus { 1.0 } else { 0.6 };
            let way = Way { beside: 0.0, alpha };
            one(scene, a, way, focus, !focus, &mut out.shapes);
        }
    }
}

/// Dashed edges through lifelines that are hidden.
fn hidden(scene: &Scene, out: &mut Picture) {
    let nodes = scene.world.nodes.len();
    if (0..nodes as u16).all(|n| !scene.lanes.hides(n)) {
        return;
    }
    let (from, to) = scene.layout.window();
    let back = from.saturating_sub(CAUSES_US);
    let all = scene.store.arrows_in(back, to.min(scene.now_us));
    let shown = all.filter(|a| scene.filter.arrow(a));
    let edges = through(shown, nodes, |n| scene.lanes.hides(n));
    for e in edges.iter().filter(|e| e.arrives_us >= from) {
        edge(scene, e, &mut out.shapes);
    }
}

fn edge(scene: &Scene, e: &Through, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let (Some(from), Some(to)) = (scene.lanes.of(e.from), scene.lanes.of(e.to)) else {
        return;
    };
    if from == to || e.arrives_us > scene.now_us {
        return;
    }
    let (a, b) = (l.place(from, e.sent_us), l.place(to, e.arrives_us));
    out.push(line(a, b, Token::Muted, 1.2, Dash::LongDashed, 0.75));
    out.push(Shape::Head {
        at: b,
        toward: (b.0 - a.0, b.1 - a.1),
        fill: Token::Muted,
        hollow: true,
        alpha: 0.75,
    });
}

fn between(a: (f64, f64), b: (f64, f64), share: f64) -> (f64, f64) {
    (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
}

#[cfg(test)]
mod tests {
    use super::super::cone::Cone;
    use super::super::filter::Filter;
    use super::super::lanes::{Arrangement, Lanes, tests::node};
    use super::super::picture::tests::{count, draw, plain};
    use super::super::store::Store;
    use super::super::store::tests::{arrow, batch, from_to};
    use super::*;

    fn two() -> Store {
        let mut store = Store::default();
        let arrows = vec![
            from_to(0, 1, 100_000, 150_000),
            from_to(1, 2, 160_000, 200_000),
        ];
        store.take(batch(arrows, vec![]), vec![], None);
        store
    }

    #[test]
    fn a_proposal_is_not_hidden_by_the_vote_that_goes_with_it() {
        let mut store = Store::default();
        let vote = arrow(100_000, 150_000);
        let proposal = Arrow {
            message: 2,
            kind: 0,
            ..vote.clone()
        };
        store.take(batch(vec![proposal, vote], vec![]), vec![], None);
        let lines: Vec<(f64, f64)> = plain(&store, 200_000, 2)
            .shapes
            .iter()
            .filter_map(|s| match s {
                Shape::Line {
                    from,
                    stroke: Token::Kind0 | Token::Kind1,
                    ..
                } => Some(*from),
                _ => None,
            })
            .collect();
        assert_eq!(lines.len(), 2);
        assert!((lines[0].1 - lines[1].1).abs() >= 3.0, "{lines:?}");
    }

    #[test]
    fn a_hidden_lifeline_leaves_a_dashed_edge_through_it() {
        let names: Vec<String> = ["v1", "v2", "v3"].map(String::from).to_vec();
        let nodes = [node("v1", 1), node("v2", 1), node("v3", 1)];
        let chosen = Arrangement {
            hidden: [1].into(),
            ..Arrangement::default()
        };
        let lanes: &Lanes = Box::leak(Box::new(Lanes::arrange(&chosen, &names, &nodes, &[])));
        let dashed = |p: &Picture| {
            count(p, |s| {
                matches!(
                    s,
                    Shape::Line {
                        stroke: Token::Muted,
                        dash: Dash::LongDashed,
                        ..
                    }
                )
            })
        };
        let p = draw(&two(), 300_000, 3, |s| {
            s.lanes = lanes;
            s.layout.lanes = 2;
        });
        assert_eq!(dashed(&p), 1);
        assert_eq!(dashed(&plain(&two(), 300_000, 3)), 0);
    }

    #[test]
    fn what_is_neither_past_nor_future_is_dimmed() {
        let mut store = two();
        store.take(
            batch(vec![from_to(2, 0, 110_000, 210_000)], vec![]),
            vec![],
            None,
        );
        let picked = Pick::Arrow(from_to(0, 1, 100_000, 150_000));
        let cone: &Cone = Box::leak(Box::new(Cone::of(&picked, &store, 3).expect("one")));
        let p = draw(&store, 300_000, 3, |s| s.cone = Some(cone));
        let alphas: Vec<bool> = p
            .shapes
            .iter()
            .filter_map(|s| match s {
                Shape::Line {
                    stroke: Token::Kind1,
                    alpha,
                    ..
                } => Some(*alpha > 0.9),
                _ => None,
            })
            .collect();
        assert_eq!(alphas, [false, true, false]);
    }

    #[test]
    fn what_a_filter_leaves_out_is_not_drawn() {
        let filter: &Filter = Box::leak(Box::new(Filter {
            nodes: [0].into(),
            ..Filter::default()
        }));
        let p = draw(&two(), 300_000, 3, |s| s.filter = filter);
        assert_eq!((p.messages, p.drawn), (1, 1));
    }

    #[test]
    fn a_liars_message_starts_in_a_diamond() {
        let mut store = Store::default();
        let lie = Arrow {
            byzantine: true,
            ..arrow(100_000, 150_000)
        };
        store.take(batch(vec![lie], vec![]), vec![], None);
        let p = plain(&store, 300_000, 3);
        let diamonds = count(&p, |s| {
            matches!(
                s,
                Shape::Diamond {
                    fill: Some(Token::Byzantine),
                    ..
                }
            )
        });
        assert_eq!(diamonds, 1);
    }
}
