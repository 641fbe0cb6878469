//! From records and a view to plain shapes. No colour values, no surface: those are `paint`'s.

use super::frame;
use super::hit::Pick;
use super::layout::{HEAD, Layout};
use super::store::Store;
use super::tokens::{Dash, Token};
use consensusforge_core::session::view::{Arrow, Fate, Mark, MarkKind, NodeView, World};

/// Share of the way at which a lost message's line ends: visibly not at the receiver.
const LOST_AT: f64 = 0.62;
/// Above this many arrows heads and sender marks are left out: they would be one grey mass.
const PLAIN_ABOVE: usize = 1_400;

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Rect {
        x: f64,
        y: f64,
        w: f64,
        h: f64,
        fill: Token,
        alpha: f64,
    },
    /// Slanted strokes over a rectangle: Byzantine, not only by colour.
    Hatch {
        x: f64,
        y: f64,
        w: f64,
        h: f64,
        stroke: Token,
    },
    Line {
        from: (f64, f64),
        to: (f64, f64),
        stroke: Token,
        width: f64,
        dash: Dash,
        alpha: f64,
    },
    /// An arrow's head, pointing along `toward`.
    Head {
        at: (f64, f64),
        toward: (f64, f64),
        fill: Token,
        hollow: bool,
        alpha: f64,
    },
    Cross {
        at: (f64, f64),
        size: f64,
        stroke: Token,
        alpha: f64,
    },
    Diamond {
        at: (f64, f64),
        size: f64,
        stroke: Token,
        fill: Option<Token>,
    },
    /// A block: a square in a square.
    Block {
        at: (f64, f64),
        size: f64,
        fill: Token,
        hollow: bool,
    },
    Ring {
        at: (f64, f64),
        size: f64,
        stroke: Token,
    },
    Text {
        at: (f64, f64),
        text: String,
        fill: Token,
        align: Align,
        size: f64,
        bold: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Middle,
    Right,
}

/// All that a picture depends on.
pub struct Scene<'a> {
    pub layout: Layout,
    pub now_us: u64,
    pub world: &'a World,
    pub nodes: &'a [NodeView],
    pub store: &'a Store,
    pub picked: Option<&'a Pick>,
    /// Clicked: stays lit, and leaves the others as they are.
    pub pinned: Option<&'a Pick>,
    /// Arrows drawn at most; more are thinned evenly.
    pub max_arrows: usize,
}

/// What to draw, back to front, and how much of it is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    pub shapes: Vec<Shape>,
    /// Messages in the window, and how many of them are drawn.
    pub messages: usize,
    pub drawn: usize,
}

#[must_use]
pub fn picture(scene: &Scene) -> Picture {
    let mut out = Picture::default();
    frame::bands(scene, &mut out.shapes);
    lifelines(scene, &mut out.shapes);
    arrows(scene, &mut out);
    marks(scene, &mut out.shapes);
    frame::header(scene, &mut out.shapes);
    out
}

fn lifelines(scene: &Scene, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let (from, to) = l.window();
    let bottom = l.y(scene.now_us.min(to)).clamp(HEAD, l.height);
    for k in 0..l.nodes {
        let x = l.x(k);
        let node = scene.nodes.get(k);
        let byzantine = node.is_some_and(|n| n.byzantine);
        let (stroke, width) = if byzantine {
            (Token::Byzantine, 1.6)
        } else {
            (Token::Lifeline, 1.3)
        };
        // A lifeline is dotted while its node is down.
        let turns: Vec<(u64, bool)> = scene
            .store
            .marks_in(from, to)
            .filter(|m| usize::from(m.node) == k)
            .filter_map(|m| match m.what {
                MarkKind::Crashed => Some((m.at_us, true)),
                MarkKind::Restarted => Some((m.at_us, false)),
                _ => None,
            })
            .collect();
        let mut down = match turns.first() {
            Some((_, crashed)) => !crashed,
            None => node.is_some_and(|n| n.crashed),
        };
        // A fork splits honest lifelines in two colours, from the commit on.
        let side = scene
            .store
            .side(k)
            .filter(|_| !byzantine)
            .map(|(since, branch)| {
                let stroke = if branch == 0 {
                    Token::Commit
                } else {
                    Token::Fork
                };
                (l.y(since).clamp(HEAD, bottom), stroke)
            });
        let bottom_of_plain = side.map_or(bottom, |(start, _)| start);
        let mut top = HEAD;
        for (at, next) in turns.iter().copied().chain([(u64::MAX, down)]) {
            let end = if at == u64::MAX { bottom } else { l.y(at) };
            let end = end.clamp(HEAD, bottom_of_plain);
            let dash = match (down, byzantine) {
                (true, _) => Dash::Dotted,
                (false, true) => Dash::LongDashed,
                (false, false) => Dash::Solid,
            };
            if end > top {
                out.push(line((x, top), (x, end), stroke, width, dash, 1.0));
            }
            top = end;
            down = next;
        }
        if let Some((start, stroke)) = side {
            let width = (l.pitch() * 0.3).clamp(1.5, 3.0);
            out.push(line(
                (x, start),
                (x, bottom),
                stroke,
                width,
                Dash::Solid,
                1.0,
            ));
        }
    }
    if (HEAD..l.height).contains(&l.y(scene.now_us)) {
        let y = l.y(scene.now_us);
        out.push(line(
            (l.gutter(), y),
            (l.width, y),
            Token::Lifeline,
            1.0,
            Dash::Dotted,
            0.8,
        ));
    }
}

fn arrows(scene: &Scene, out: &mut Picture) {
    let l = &scene.layout;
    let (from, to) = l.window();
    let to = to.min(scene.now_us);
    let all = scene.store.arrows_in(from, to).count();
    out.messages = all;
    let stride = all.div_ceil(scene.max_arrows.max(1)).max(1) as u32;
    let crowd = all.min(scene.max_arrows) as f64;
    let alpha = (0.95 * (260.0 / crowd.max(260.0)).sqrt()).max(0.16);
    let plain = all > PLAIN_ABOVE;
    let message = |pick: Option<&Pick>| match pick {
        Some(Pick::Arrow(a)) => Some(a.message),
        _ => None,
    };
    let (lit, pinned) = (message(scene.picked), message(scene.pinned));
    for arrow in scene.store.arrows_in(from, to) {
        let this = Some(arrow.message);
        let focus = lit == this || pinned == this;
        if !focus && !kept(arrow, stride) {
            continue;
        }
        out.drawn += 1;
        let alpha = match (lit, focus) {
            (_, true) => 1.0,
            (Some(_), false) => alpha * 0.3,
            (None, _) => alpha,
        };
        one_arrow(scene, arrow, alpha, focus, plain && !focus, &mut out.shapes);
    }
}

/// An even choice that stays the same from frame to frame.
fn kept(arrow: &Arrow, stride: u32) -> bool {
    let mixed =
        arrow.message.wrapping_mul(0x9E37_79B1) ^ (u32::from(arrow.to).wrapping_mul(0x85EB_CA6B));
    stride <= 1 || (mixed >> 7).is_multiple_of(stride)
}

fn one_arrow(scene: &Scene, a: &Arrow, alpha: f64, focus: bool, plain: bool, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let start = (l.x(a.from.into()), l.y(a.sent_us));
    let full = (l.x(a.to.into()), l.y(a.arrives_us));
    let lost = matches!(a.fate, Fate::Lost | Fate::Cut | Fate::Dropped);
    let span = (a.arrives_us - a.sent_us.min(a.arrives_us)).max(1) as f64;
    let grown = (scene.now_us.saturating_sub(a.sent_us) as f64 / span).min(1.0);
    let whole = if lost { LOST_AT } else { 1.0 };
    let share = grown.min(whole);
    let end = (
        start.0 + (full.0 - start.0) * share,
        start.1 + (full.1 - start.1) * share,
    );
    let stroke = Token::kind(a.kind);
    let role_weight = if a.kind == 0 { 1.9 } else { 1.25 };
    let width = if focus {
        role_weight + 1.2
    } else {
        role_weight
    };
    let dash = Dash::kind(a.kind);
    out.push(line(start, end, stroke, width, dash, alpha));
    if plain {
        return;
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
        return;
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
}

fn marks(scene: &Scene, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let (from, to) = l.window();
    let size = (l.pitch() * 0.3).clamp(2.5, 13.0);
    // What is a little above the window still reaches into it.
    let margin = (20_000.0 / l.view.px_per_ms) as u64;
    for mark in scene
        .store
        .marks_in(from.saturating_sub(margin), to.min(scene.now_us))
    {
        one_mark(scene, mark, size, out);
    }
    for pick in [scene.picked, scene.pinned] {
        let Some(Pick::Mark(mark)) = pick else {
            continue;
        };
        let at = (l.x(mark.node.into()), l.y(mark.at_us));
        out.push(Shape::Ring {
            at,
            size: size * 0.5 + 6.0,
            stroke: Token::Focus,
        });
    }
}

fn one_mark(scene: &Scene, mark: &Mark, size: f64, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let at = (l.x(mark.node.into()), l.y(mark.at_us));
    let small = l.pitch() < 18.0;
    match &mark.what {
        MarkKind::Step { .. } if !small => {
            out.push(line(
                (at.0 - 4.0, at.1),
                (at.0 + 4.0, at.1),
                Token::Lifeline,
                1.3,
                Dash::Solid,
                1.0,
            ));
        }
        MarkKind::Step { .. } | MarkKind::Polka { .. } => {}
        MarkKind::Timeout { .. } => out.push(Shape::Diamond {
            at,
            size: (size * 0.55).max(3.0),
            stroke: Token::Ink,
            fill: Some(Token::Ground),
        }),
        MarkKind::Locked { .. } if !small => out.push(Shape::Rect {
            x: at.0 - 3.0,
            y: at.1 - 3.0,
            w: 6.0,
            h: 6.0,
            fill: Token::Ink,
            alpha: 1.0,
        }),
        MarkKind::Locked { .. } => {}
        MarkKind::Commit {
            height,
            block,
            caught_up,
            ..
        } => {
            let branch = scene.store.branch(*height, block);
            out.push(Shape::Block {
                at,
                size: if *caught_up { size * 0.75 } else { size },
                fill: if branch == 0 {
                    Token::Commit
                } else {
                    Token::Fork
                },
                hollow: branch > 0,
            });
            if scene.store.forked(*height) && l.pitch() > 70.0 {
                let name = hex(block);
                let fill = if branch == 0 {
                    Token::Commit
                } else {
                    Token::Fork
                };
                out.push(text_at(
                    at.0 + size * 0.5 + 5.0,
                    at.1 + 4.0,
                    name,
                    fill,
                    Align::Left,
                    11.0,
                    true,
                ));
            }
        }
        MarkKind::Rejected { .. } => out.push(Shape::Cross {
            at,
            size: 3.5,
            stroke: Token::Muted,
            alpha: 1.0,
        }),
        MarkKind::Evidence { .. } => {
            out.push(Shape::Ring {
                at,
                size: 6.0,
                stroke: Token::Byzantine,
            });
            out.push(text_at(
                at.0,
                at.1 + 4.0,
                "!".into(),
                Token::Byzantine,
                Align::Middle,
                11.0,
                true,
            ));
        }
        MarkKind::Crashed => out.push(Shape::Cross {
            at,
            size: 6.0,
            stroke: Token::Ink,
            alpha: 1.0,
        }),
        MarkKind::Restarted => out.push(Shape::Ring {
            at,
            size: 5.0,
            stroke: Token::Ink,
        }),
        MarkKind::Changed { sentence } | MarkKind::Vanished { sentence } => {
            let left = l.gutter();
            out.push(line(
                (left, at.1),
                (l.width, at.1),
                Token::Focus,
                1.0,
                Dash::LongDashed,
                0.7,
            ));
            out.push(text_at(
                l.width - 8.0,
                at.1 - 4.0,
                sentence.clone(),
                Token::Focus,
                Align::Right,
                11.0,
                false,
            ));
        }
    }
}

fn hex(block: &[u8; 4]) -> String {
    block.iter().map(|b| format!("{b:02x}")).collect()
}

pub(super) fn line(
    from: (f64, f64),
    to: (f64, f64),
    stroke: Token,
    width: f64,
    dash: Dash,
    alpha: f64,
) -> Shape {
    Shape::Line {
        from,
        to,
        stroke,
        width,
        dash,
        alpha,
    }
}

pub(super) fn text_at(
    x: f64,
    y: f64,
    text: String,
    fill: Token,
    align: Align,
    size: f64,
    bold: bool,
) -> Shape {
    Shape::Text {
        at: (x, y),
        text,
        fill,
        align,
        size,
        bold,
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::View;
    use super::super::store::tests::{arrow, batch, commit};
    use super::*;

    fn world(nodes: usize) -> World {
        World {
            protocol: "tendermint".into(),
            nodes: (1..=nodes).map(|k| format!("v{k}")).collect(),
            kinds: vec![],
            steps: vec![],
            timers: vec![],
            quorum: 3,
            total: 4,
        }
    }

    fn draw(store: &Store, now_us: u64, nodes: usize, max_arrows: usize) -> Picture {
        let layout = Layout {
            width: 800.0,
            height: 600.0,
            nodes,
            view: View::default(),
        };
        picture(&Scene {
            layout,
            now_us,
            world: &world(nodes),
            nodes: &[],
            store,
            picked: None,
            pinned: None,
            max_arrows,
        })
    }

    fn count(p: &Picture, what: impl Fn(&Shape) -> bool) -> usize {
        p.shapes.iter().filter(|s| what(s)).count()
    }

    #[test]
    fn an_arrow_grows_and_gets_its_head_on_arrival() {
        let mut store = Store::default();
        store.take(batch(vec![], vec![]), vec![arrow(100_000, 200_000)]);
        let half = draw(&store, 150_000, 2, 100);
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
        assert_eq!(end(&half), Some(HEAD + 150.0));
        assert_eq!(count(&half, |s| matches!(s, Shape::Head { .. })), 0);
        let there = draw(&store, 200_000, 2, 100);
        assert_eq!(end(&there), Some(HEAD + 200.0));
        assert_eq!(count(&there, |s| matches!(s, Shape::Head { .. })), 1);
    }

    #[test]
    fn a_lost_message_ends_in_a_cross_short_of_its_receiver() {
        let mut store = Store::default();
        let lost = Arrow {
            fate: Fate::Lost,
            ..arrow(100_000, 200_000)
        };
        store.take(batch(vec![lost], vec![]), vec![]);
        let p = draw(&store, 300_000, 2, 100);
        assert_eq!(count(&p, |s| matches!(s, Shape::Cross { .. })), 1);
        assert_eq!(count(&p, |s| matches!(s, Shape::Head { .. })), 0);
    }

    #[test]
    fn a_crowd_is_thinned_and_counted() {
        let mut store = Store::default();
        let many = (0..20_000u32)
            .map(|k| Arrow {
                message: k,
                to: (k % 128) as u16,
                ..arrow(100_000, 200_000)
            })
            .collect();
        store.take(batch(many, vec![]), vec![]);
        let p = draw(&store, 300_000, 128, 2_000);
        assert_eq!(p.messages, 20_000);
        assert!(p.drawn <= 3_000 && p.drawn > 1_000, "{}", p.drawn);
    }

    #[test]
    fn a_fork_shows_two_kinds_of_block() {
        let mut store = Store::default();
        store.take(batch(vec![], vec![commit(2, 8), commit(2, 9)]), vec![]);
        let p = draw(&store, 300_000, 4, 100);
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
