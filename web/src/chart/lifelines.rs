//! Lifelines: one a lane, dotted while its node is down, coloured by side after a fork, lit where they
//! belong to the past or the future of what is under the pointer.

use super::scene::Scene;
use super::shapes::{Shape, line};
use super::tokens::{Dash, Token};
use consensusforge_core::session::view::MarkKind;

pub fn lifelines(scene: &Scene, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let (from, to) = l.window();
    let end = l.along(scene.now_us.min(to)).clamp(l.head(), l.length());
    // Crashes and returns in the window, looked up once for all lanes.
    let mut turns: Vec<(u16, u64, bool)> = Vec::new();
    for m in scene.store.marks_in(from, to) {
        match m.what {
            MarkKind::Crashed => turns.push((m.node, m.at_us, true)),
            MarkKind::Restarted => turns.push((m.node, m.at_us, false)),
            MarkKind::Step { .. }
            | MarkKind::Timeout { .. }
            | MarkKind::Locked { .. }
            | MarkKind::Polka { .. }
            | MarkKind::Rejected { .. }
            | MarkKind::Evidence { .. }
            | MarkKind::Commit { .. }
            | MarkKind::Changed { .. }
            | MarkKind::CommandMissed { .. } => {}
        }
    }
    let (first, last) = l.lanes_shown();
    for (lane, nodes) in scene.lanes.iter() {
        if !(first..last).contains(&lane) {
            continue;
        }
        match nodes {
            [node] => one(scene, lane, *node, &turns, end, out),
            _ => {
                let across = l.across(f64::from(lane));
                let (a, b) = (l.point(across, l.head()), l.point(across, end));
                out.push(line(a, b, Token::Lifeline, 6.0, Dash::Solid, 0.45));
            }
        }
    }
    now(scene, out);
}

fn one(
    scene: &Scene,
    lane: u16,
    node: u16,
    turns: &[(u16, u64, bool)],
    end: f64,
    out: &mut Vec<Shape>,
) {
    let l = &scene.layout;
    let across = l.across(f64::from(lane));
    let view = scene.nodes.get(usize::from(node));
    let byzantine = view.is_some_and(|n| n.byzantine);
    let (stroke, width) = if byzantine {
        (Token::Byzantine, 1.6)
    } else {
        (Token::Lifeline, 1.3)
    };
    let own = turns.iter().filter(|t| t.0 == node);
    let mut down = match own.clone().next() {
        Some((_, _, crashed)) => !crashed,
        None => view.is_some_and(|n| n.crashed),
    };
    // A fork splits honest lifelines in two colours, from the commit on.
    let side = scene
        .store
        .side(node.into())
        .filter(|_| !byzantine)
        .map(|(since, branch)| {
            let stroke = if branch == 0 {
                Token::Commit
            } else {
                Token::Fork
            };
            (l.along(since).clamp(l.head(), end), stroke)
        });
    let end_of_plain = side.map_or(end, |(start, _)| start);
    let mut top = l.head();
    let turned = own.map(|(_, at, crashed)| (l.along(*at), *crashed));
    for (at, next) in turned.chain([(end, down)]) {
        let at = at.clamp(l.head(), end_of_plain);
        let dash = match (down, byzantine) {
            (true, _) => Dash::Dotted,
            (false, true) => Dash::LongDashed,
            (false, false) => Dash::Solid,
        };
        if at > top {
            let (a, b) = (l.point(across, top), l.point(across, at));
            out.push(line(a, b, stroke, width, dash, 1.0));
        }
        top = at;
        down = next;
    }
    if let Some((start, stroke)) = side {
        let width = (l.pitch() * 0.3).clamp(1.5, 3.0);
        let (a, b) = (l.point(across, start), l.point(across, end));
        out.push(line(a, b, stroke, width, Dash::Solid, 1.0));
    }
    if let Some(cone) = scene.cone {
        let lit = |from: f64, to: f64, dash, out: &mut Vec<Shape>| {
            if to > from {
                let (a, b) = (l.point(across, from), l.point(across, to));
                out.push(line(a, b, Token::Focus, 2.6, dash, 0.9));
            }
        };
        if let Some(until) = cone.before(node.into()) {
            let to = l.along(until).clamp(l.head(), end);
            lit(l.head(), to, Dash::Solid, out);
        }
        if let Some(since) = cone.after(node.into()) {
            let from = l.along(since).clamp(l.head(), end);
            lit(from, end, Dash::Dashed, out);
        }
    }
}

/// Where the present is.
fn now(scene: &Scene, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let now = l.along(scene.now_us);
    if (l.head()..l.length()).contains(&now) {
        let (a, b) = (l.point(l.gutter(), now), l.point(l.breadth(), now));
        out.push(line(a, b, Token::Lifeline, 1.0, Dash::Dotted, 0.8));
    }
}

#[cfg(test)]
mod tests {
    use super::super::cone::Cone;
    use super::super::hit::Pick;
    use super::super::picture::tests::{count, draw, plain};
    use super::super::store::Store;
    use super::super::store::tests::{arrow, batch};
    use super::*;
    use consensusforge_core::session::view::Mark;

    fn mark(at_us: u64, what: MarkKind) -> Mark {
        Mark {
            node: 1,
            at_us,
            what,
        }
    }

    #[test]
    fn a_lifeline_is_dotted_while_its_node_is_down() {
        let mut store = Store::default();
        let marks = vec![
            mark(100_000, MarkKind::Crashed),
            mark(200_000, MarkKind::Restarted),
        ];
        store.take(batch(vec![], marks), vec![], None);
        let p = plain(&store, 300_000, 3);
        let lengths: Vec<(Dash, f64)> = p
            .shapes
            .iter()
            .filter_map(|s| match s {
                Shape::Line {
                    from,
                    to,
                    stroke: Token::Lifeline,
                    width,
                    dash,
                    ..
                } if *width > 1.2 => Some((*dash, (to.1 - from.1).round())),
                _ => None,
            })
            .collect();
        let (solid, dotted) = (Dash::Solid, Dash::Dotted);
        let expected = [
            (solid, 300.0),
            (solid, 100.0),
            (dotted, 100.0),
            (solid, 100.0),
            (solid, 300.0),
        ];
        assert_eq!(lengths, expected);
    }

    #[test]
    fn past_and_future_are_lit_on_the_lifelines() {
        let mut store = Store::default();
        store.take(batch(vec![arrow(100_000, 200_000)], vec![]), vec![], None);
        let cone: &Cone = Box::leak(Box::new(
            Cone::of(&Pick::Arrow(arrow(100_000, 200_000)), &store, 3).expect("one"),
        ));
        let p = draw(&store, 300_000, 3, |s| s.cone = Some(cone));
        let lit = |dash| {
            count(
                &p,
                |s| matches!(s, Shape::Line { stroke: Token::Focus, dash: d, .. } if *d == dash),
            )
        };
        assert_eq!((lit(Dash::Solid), lit(Dash::Dashed)), (1, 1));
    }
}
