//! What frames the messages: bands and times behind them, names above.

use super::layout::{HEAD, Layout};
use super::shapes::{Align, Scene, Shape, line, text_at};
use super::tokens::{Dash, Token};

/// Heights as alternating bands, rounds as lines, times in the gutter.
pub fn bands(scene: &Scene, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let (from, to) = l.window();
    let slots: Vec<_> = scene.store.slots_in(from, to.min(scene.now_us)).collect();
    let end = l.y(scene.now_us).min(l.height);
    let mut labels = Vec::new();
    for (k, slot) in slots.iter().enumerate() {
        let top = l.y(slot.at_us).max(HEAD);
        let bottom = slots.get(k + 1).map_or(end, |n| l.y(n.at_us)).min(l.height);
        if slot.height.is_multiple_of(2) && bottom > top {
            out.push(Shape::Rect {
                x: 0.0,
                y: top,
                w: l.width,
                h: bottom - top,
                fill: Token::Band,
                alpha: 1.0,
            });
        }
        if bottom - top > 15.0 {
            let y = top + 12.0;
            let new_height = k == 0 || slots[k - 1].height != slot.height;
            let text = match (new_height, slot.round) {
                (true, 0) if l.gutter() < 60.0 => format!("h {}", slot.height),
                (true, 0) => format!("height {}", slot.height),
                (true, r) => format!("h {} r {r}", slot.height),
                (false, r) if l.gutter() < 60.0 => format!("r {r}"),
                (false, r) => format!("round {r}"),
            };
            labels.push(y);
            out.push(text_at(
                l.gutter() - 10.0,
                y,
                text,
                Token::Ink,
                Align::Right,
                11.0,
                new_height,
            ));
        }
    }
    times(l, (from, to), &labels, out);
}

fn times(l: &Layout, (from, to): (u64, u64), labels: &[f64], out: &mut Vec<Shape>) {
    let step = l.tick_us();
    let mut at = from.div_ceil(step) * step;
    while at <= to {
        let y = l.y(at);
        // A height's label goes before a time's.
        if y > HEAD + 8.0 && labels.iter().all(|o| (o - y - 4.0).abs() > 13.0) {
            let text = crate::words::instant(at, step);
            out.push(text_at(
                l.gutter() - 10.0,
                y + 4.0,
                text,
                Token::Muted,
                Align::Right,
                10.0,
                false,
            ));
        }
        at += step;
    }
}

/// Names, shares and shapes above the lifelines; drawn last, so that the past scrolls under it.
pub fn header(scene: &Scene, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    out.push(Shape::Rect {
        x: 0.0,
        y: 0.0,
        w: l.width,
        h: HEAD,
        fill: Token::Header,
        alpha: 1.0,
    });
    out.push(line(
        (0.0, HEAD),
        (l.width, HEAD),
        Token::Lifeline,
        1.0,
        Dash::Solid,
        0.6,
    ));
    let pitch = l.pitch();
    let every = (44.0 / pitch).ceil().max(1.0) as usize;
    let most = scene
        .nodes
        .iter()
        .map(|n| n.share)
        .fold(0.0, f64::max)
        .max(1e-9);
    for k in 0..l.nodes {
        let (x, node) = (l.x(k), scene.nodes.get(k));
        let byzantine = node.is_some_and(|n| n.byzantine);
        let crashed = node.is_some_and(|n| n.crashed);
        if byzantine {
            let w = (pitch - 6.0).clamp(2.0, 92.0);
            out.push(Shape::Hatch {
                x: x - w / 2.0,
                y: 4.0,
                w,
                h: HEAD - 8.0,
                stroke: Token::Byzantine,
            });
        }
        if pitch < 30.0
            && let Some(node) = node
        {
            let h = 3.0 + 15.0 * node.share / most;
            out.push(Shape::Rect {
                x: x - (pitch * 0.3).max(0.8),
                y: HEAD - 3.0 - h,
                w: (pitch * 0.6).max(1.6),
                h,
                fill: if byzantine {
                    Token::Byzantine
                } else {
                    Token::Lifeline
                },
                alpha: if crashed { 0.3 } else { 1.0 },
            });
        }
        if !k.is_multiple_of(every) {
            continue;
        }
        let name = scene.world.nodes.get(k).cloned().unwrap_or_default();
        let sign = match (byzantine, crashed) {
            (_, true) => " ✖",
            (true, false) => " ◆",
            _ => "",
        };
        let fill = match (byzantine, crashed) {
            (true, _) => Token::Byzantine,
            (_, true) => Token::Muted,
            _ => Token::Ink,
        };
        let wide = pitch >= 30.0;
        let y = if wide { 20.0 } else { 15.0 };
        let label = format!("{name}{sign}");
        out.push(text_at(
            x,
            y,
            label,
            fill,
            Align::Middle,
            if wide { 13.0 } else { 10.0 },
            true,
        ));
        if let (true, Some(node)) = (wide, node) {
            let share = crate::words::percent(node.share);
            out.push(text_at(
                x,
                36.0,
                share,
                Token::Muted,
                Align::Middle,
                11.0,
                false,
            ));
        }
    }
}
