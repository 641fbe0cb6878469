//! What happens on lifelines: steps, timeouts, locks, commits, evidence, crashes, and what hands did.

use super::hit::Pick;
use super::scene::Scene;
use super::shapes::{Align, Shape, line, text_at};
use super::tokens::{Dash, Token};
use consensusforge_core::session::view::{Mark, MarkKind};

/// Room a sentence about the network needs before the next may stand there, in pixels along.
const SENTENCE: f64 = 15.0;

pub fn marks(scene: &Scene, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let (from, to) = l.window();
    let size = (l.pitch() * 0.3).clamp(2.5, 13.0);
    // What is a little before the window still reaches into it.
    let margin = (20_000.0 / l.view.px_per_ms) as u64;
    let mut last_sentence = f64::NEG_INFINITY;
    let (first, last) = l.lanes_shown();
    let shown = scene
        .store
        .marks_in(from.saturating_sub(margin), to.min(scene.now_us));
    for mark in shown.filter(|m| scene.filter.mark(m)) {
        match &mark.what {
            MarkKind::Changed { sentence } | MarkKind::CommandMissed { sentence } => {
                let along = l.along(mark.at_us);
                let free = along - last_sentence >= SENTENCE;
                if free {
                    last_sentence = along;
                }
                let vain = matches!(mark.what, MarkKind::CommandMissed { .. });
                network(scene, along, free.then_some(sentence), vain, out);
            }
            _ => {
                if let Some(lane) = scene.lanes.of(mark.node)
                    && (first..last).contains(&lane)
                {
                    let own = scene.lanes.single(lane).is_some();
                    one(scene, mark, l.place(lane, mark.at_us), size, own, out);
                }
            }
        }
    }
    for pick in [scene.picked, scene.pinned] {
        let Some(Pick::Mark(mark)) = pick else {
            continue;
        };
        if let Some(lane) = scene.lanes.of(mark.node) {
            out.push(Shape::Ring {
                at: l.place(lane, mark.at_us),
                size: size * 0.5 + 6.0,
                stroke: Token::Focus,
            });
        }
    }
}

/// A line across all lifelines for what concerns them all.
fn network(scene: &Scene, along: f64, sentence: Option<&String>, vain: bool, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let stroke = if vain { Token::Muted } else { Token::Focus };
    let (a, b) = (l.point(l.gutter(), along), l.point(l.breadth(), along));
    out.push(line(a, b, stroke, 1.0, Dash::LongDashed, 0.7));
    let Some(sentence) = sentence else { return };
    // Flowing right a sentence begins at its line, flowing down it ends at the edge.
    let (at, align) = match l.view.flow {
        super::layout::Flow::Down => ((l.width - 8.0, along - 4.0), Align::Right),
        super::layout::Flow::Right => ((along + 5.0, l.height - 8.0), Align::Left),
    };
    out.push(text_at(
        at.0,
        at.1,
        sentence.clone(),
        stroke,
        align,
        11.0,
        false,
    ));
}

fn one(scene: &Scene, mark: &Mark, at: (f64, f64), size: f64, own: bool, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let small = l.pitch() < 18.0 || !own;
    match &mark.what {
        MarkKind::Step { .. } if !small => {
            let (across, along) = l.split(at.0, at.1);
            let (a, b) = (l.point(across - 4.0, along), l.point(across + 4.0, along));
            out.push(line(a, b, Token::Lifeline, 1.3, Dash::Solid, 1.0));
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
            let fill = if branch == 0 {
                Token::Commit
            } else {
                Token::Fork
            };
            out.push(Shape::Block {
                at,
                size: if *caught_up { size * 0.75 } else { size },
                fill,
                hollow: branch > 0,
            });
            if scene.store.forked(*height) && l.pitch() > 70.0 {
                let x = at.0 + size * 0.5 + 5.0;
                let name = hex(block);
                out.push(text_at(x, at.1 + 4.0, name, fill, Align::Left, 11.0, true));
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
            let (x, y) = (at.0, at.1 + 4.0);
            let (fill, middle) = (Token::Byzantine, Align::Middle);
            out.push(text_at(x, y, "!".into(), fill, middle, 11.0, true));
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
        // Drawn across all lifelines.
        MarkKind::Changed { .. } | MarkKind::CommandMissed { .. } => {}
    }
}

fn hex(block: &[u8; 4]) -> String {
    block.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::picture::tests::{count, plain};
    use super::super::store::Store;
    use super::super::store::tests::batch;
    use super::*;

    fn drawn(what: MarkKind) -> super::super::scene::Picture {
        let mut store = Store::default();
        let mark = Mark {
            node: 1,
            at_us: 100_000,
            what,
        };
        store.take(batch(vec![], vec![mark]), vec![], None);
        plain(&store, 300_000, 4)
    }

    #[test]
    fn each_happening_has_a_shape_of_its_own() {
        let (height, round) = (1, 0);
        let p = drawn(MarkKind::Timeout {
            height,
            round,
            timer: 0,
        });
        assert_eq!(count(&p, |s| matches!(s, Shape::Diamond { .. })), 1);
        let block = [1; 4];
        let p = drawn(MarkKind::Locked {
            height,
            round,
            block,
        });
        let ink = |s: &Shape| {
            matches!(
                s,
                Shape::Rect {
                    fill: Token::Ink,
                    ..
                }
            )
        };
        assert_eq!(count(&p, ink), 1);
        let p = drawn(MarkKind::Crashed);
        assert_eq!(count(&p, |s| matches!(s, Shape::Cross { .. })), 1);
        let p = drawn(MarkKind::Evidence {
            offender: 2,
            height,
            round,
        });
        assert_eq!(count(&p, |s| matches!(s, Shape::Ring { .. })), 1);
    }

    #[test]
    fn what_hands_did_is_written_across_and_never_over_one_another() {
        let mut store = Store::default();
        let said = |at_us, text: &str| Mark {
            node: 0,
            at_us,
            what: MarkKind::Changed {
                sentence: text.into(),
            },
        };
        let marks = vec![
            said(100_000, "one"),
            said(103_000, "two"),
            said(140_000, "three"),
        ];
        store.take(batch(vec![], marks), vec![], None);
        let p = plain(&store, 300_000, 4);
        let texts: Vec<&str> = p
            .shapes
            .iter()
            .filter_map(|s| match s {
                Shape::Text {
                    text,
                    fill: Token::Focus,
                    ..
                } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(texts, ["one", "three"]);
    }
}
