//! What frames the messages: bands, cuts and times behind them, names before them.

use super::cuts::CutBand;
use super::layout::{Flow, Layout};
use super::scene::Scene;
use super::shapes::{Align, Shape, line, text_at};
use super::tokens::{Dash, Token};

/// Pixels a character of the small type takes, about: labels keep this apart.
const CHARACTER: f64 = 6.2;

/// Heights as alternating bands, rounds and times in the gutter, cuts of the network.
pub fn bands(scene: &Scene, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let (from, to) = l.window();
    let slots: Vec<_> = scene.store.slots_in(from, to.min(scene.now_us)).collect();
    let end = l.along(scene.now_us).min(l.length());
    let mut labels: Vec<(f64, f64)> = Vec::new();
    let mut texts = Vec::new();
    for (k, slot) in slots.iter().enumerate() {
        let top = l.along(slot.at_us).max(l.head());
        let bottom = slots.get(k + 1).map_or(end, |n| l.along(n.at_us));
        let bottom = bottom.min(l.length());
        if slot.height.is_multiple_of(2) && bottom > top {
            out.push(rect(l, (0.0, top), (l.breadth(), bottom), Token::Band, 1.0));
        }
        let new_height = k == 0 || slots[k - 1].height != slot.height;
        if !new_height && bottom > top {
            // A later round of a height begins with a thin line.
            let (a, b) = (l.point(l.gutter(), top), l.point(l.breadth(), top));
            out.push(line(a, b, Token::Lifeline, 1.0, Dash::Dotted, 0.7));
        }
        let short = l.gutter() < 60.0;
        let text = match (new_height, slot.round) {
            (true, 0) if short => format!("h {}", slot.height),
            (true, 0) => format!("height {}", slot.height),
            (true, r) => format!("h {} r {r}", slot.height),
            (false, r) if short => format!("r {r}"),
            (false, r) => format!("round {r}"),
        };
        let room = match l.view.flow {
            Flow::Down => 15.0,
            Flow::Right => text.chars().count() as f64 * CHARACTER + 8.0,
        };
        if bottom - top > room && labels.last().is_none_or(|last| top >= last.1) {
            labels.push((top, top + room));
            texts.push(gutter(l, top + 12.0, top + 4.0, 13.0, text, new_height));
        }
    }
    cut_bands(scene, out);
    out.extend(texts);
    times(l, (from, to), &labels, out);
}

/// A label in the gutter: right of nothing when time flows down, in its upper or lower row when right.
fn gutter(l: &Layout, down: f64, right: f64, row: f64, text: String, bold: bool) -> Shape {
    match l.view.flow {
        Flow::Down => text_at(
            l.gutter() - 10.0,
            down,
            text,
            Token::Ink,
            Align::Right,
            11.0,
            bold,
        ),
        Flow::Right => text_at(right, row, text, Token::Ink, Align::Left, 11.0, bold),
    }
}

fn times(l: &Layout, (from, to): (u64, u64), labels: &[(f64, f64)], out: &mut Vec<Shape>) {
    let step = l.tick_us();
    let mut at = from.div_ceil(step) * step;
    while at <= to {
        let along = l.along(at);
        let text = crate::words::instant(at, step);
        match l.view.flow {
            // A height's label goes before a time's.
            Flow::Down => {
                let free = labels.iter().all(|o| (o.0 + 8.0 - along).abs() > 13.0);
                if along > l.head() + 8.0 && free {
                    let (x, y) = (l.gutter() - 10.0, along + 4.0);
                    out.push(text_at(x, y, text, Token::Muted, Align::Right, 10.0, false));
                }
            }
            Flow::Right => {
                if along > l.head() + 4.0 {
                    out.push(text_at(
                        along + 4.0,
                        28.0,
                        text,
                        Token::Muted,
                        Align::Left,
                        10.0,
                        false,
                    ));
                    let (a, b) = ((along, 22.0), (along, l.gutter() - 4.0));
                    out.push(line(a, b, Token::Lifeline, 1.0, Dash::Solid, 0.8));
                }
            }
        }
        at += step;
    }
}

/// A cut as tinted bands, one a side, with dashed lines where neighbours cannot reach one another.
fn cut_bands(scene: &Scene, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let mut said = f64::NEG_INFINITY;
    for cut in scene.cuts {
        let until = cut.until_us.unwrap_or(scene.now_us).min(scene.now_us);
        let top = l.along(cut.from_us).max(l.head());
        let bottom = l.along(until).min(l.length());
        if bottom <= top || cut.from_us > scene.now_us {
            continue;
        }
        sides(scene, cut, top, bottom, out);
        let (a, b) = (l.point(l.gutter(), top), l.point(l.breadth(), top));
        out.push(line(a, b, Token::Cut, 1.2, Dash::Dashed, 0.9));
        if cut.until_us.is_some_and(|u| u <= scene.now_us) && bottom < l.length() {
            let (a, b) = (l.point(l.gutter(), bottom), l.point(l.breadth(), bottom));
            out.push(line(a, b, Token::Cut, 1.2, Dash::Dashed, 0.9));
        }
        if top - said >= 14.0 {
            said = top;
            let (at, align) = match l.view.flow {
                Flow::Down => ((l.gutter() + 4.0, top + 11.0), Align::Left),
                Flow::Right => ((top + 4.0, l.gutter() + 10.0), Align::Left),
            };
            let label = cut.label.clone();
            out.push(text_at(at.0, at.1, label, Token::Cut, align, 10.0, true));
        }
    }
}

fn sides(scene: &Scene, cut: &CutBand, top: f64, bottom: f64, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let half = l.pitch() / 2.0;
    let side = |lane: u16| {
        let first = scene.lanes.nodes(lane).first();
        first.and_then(|n| cut.side.get(usize::from(*n))).copied()
    };
    let mut lane = 0;
    let lanes = scene.lanes.len() as u16;
    while lane < lanes {
        let Some(own) = side(lane) else { break };
        let mut next = lane + 1;
        while next < lanes && side(next) == Some(own) {
            next += 1;
        }
        let left = (l.across(f64::from(lane)) - half).max(l.gutter());
        let right = l.across(f64::from(next) - 1.0) + half;
        // Sides differ by tint, and by the line between them.
        let alpha = 0.1 + 0.1 * f64::from(own.min(3));
        if right > left {
            out.push(rect(l, (left, top), (right, bottom), Token::Cut, alpha));
        }
        if next < lanes {
            let (a, b) = (l.point(right, top), l.point(right, bottom));
            out.push(line(a, b, Token::Cut, 1.4, Dash::Dashed, 0.9));
        }
        lane = next;
    }
}

/// The area that is being summed.
pub fn area(scene: &Scene, out: &mut Vec<Shape>) {
    let Some(area) = scene.area else { return };
    let l = &scene.layout;
    let half = l.pitch() / 2.0;
    let left = l.across(f64::from(area.lanes.0)) - half;
    let right = l.across(f64::from(area.lanes.1)) + half;
    let (top, bottom) = (l.along(area.from_us), l.along(area.to_us));
    let (top, bottom) = (top.max(l.head()), bottom.min(l.length()));
    if bottom <= top {
        return;
    }
    out.push(rect(l, (left, top), (right, bottom), Token::Focus, 0.1));
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
    for k in 0..4 {
        let (a, b) = (corners[k], corners[(k + 1) % 4]);
        let (a, b) = (l.point(a.0, a.1), l.point(b.0, b.1));
        out.push(line(a, b, Token::Focus, 1.4, Dash::Dashed, 1.0));
    }
}

fn rect(l: &Layout, a: (f64, f64), b: (f64, f64), fill: Token, alpha: f64) -> Shape {
    let (x, y, w, h) = l.rect(a, b);
    Shape::Rect {
        x,
        y,
        w,
        h,
        fill,
        alpha,
    }
}

/// Names, shares and shapes before the lifelines; drawn last, so that the past scrolls under them.
pub fn header(scene: &Scene, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let head = l.head();
    out.push(rect(l, (0.0, 0.0), (l.breadth(), head), Token::Header, 1.0));
    let (a, b) = (l.point(0.0, head), l.point(l.breadth(), head));
    out.push(line(a, b, Token::Lifeline, 1.0, Dash::Solid, 0.6));
    if l.view.shift > 0.0 {
        // Names scrolled under the gutter's corner are cut off there.
        out.push(rect(l, (0.0, 0.0), (l.gutter(), head), Token::Header, 1.0));
    }
    let room = match l.view.flow {
        Flow::Down => 44.0,
        Flow::Right => 13.0,
    };
    let every = (room / l.pitch()).ceil().max(1.0) as u16;
    let most = scene.nodes.iter().map(|n| n.share).fold(0.0, f64::max);
    let (first, last) = l.lanes_shown();
    for (lane, nodes) in scene.lanes.iter() {
        if (first..last).contains(&lane) && l.across(f64::from(lane)) > l.gutter() {
            name(scene, lane, nodes, every, most.max(1e-9), out);
        }
    }
}

fn name(scene: &Scene, lane: u16, nodes: &[u16], every: u16, most: f64, out: &mut Vec<Shape>) {
    let l = &scene.layout;
    let (head, pitch) = (l.head(), l.pitch());
    let across = l.across(f64::from(lane));
    let single = scene.lanes.single(lane);
    let view = single.and_then(|n| scene.nodes.get(usize::from(n)));
    let byzantine = view.is_some_and(|n| n.byzantine);
    let crashed = view.is_some_and(|n| n.crashed);
    if byzantine {
        let w = (pitch - 6.0).clamp(2.0, 92.0);
        let corner = |across, along| (across, along);
        let (x, y, w, h) = l.rect(
            corner(across - w / 2.0, 4.0),
            corner(across + w / 2.0, head - 4.0),
        );
        let stroke = Token::Byzantine;
        out.push(Shape::Hatch { x, y, w, h, stroke });
    }
    // Room for words: across the lifelines when time flows down, along the name column when right.
    let wide = match l.view.flow {
        Flow::Down => pitch >= 30.0,
        Flow::Right => pitch >= 13.0,
    };
    if !wide && let Some(view) = view {
        stake_bar(l, across, view.share / most, byzantine, crashed, out);
    }
    if !lane.is_multiple_of(every) && single.is_some() {
        return;
    }
    let listed = |n: &u16| scene.world.nodes.get(usize::from(*n)).cloned();
    let label = match single {
        Some(n) => listed(&n).unwrap_or_default(),
        None if l.view.flow == Flow::Right && head < 70.0 => format!("{} hon.", nodes.len()),
        None => format!("{} honest", nodes.len()),
    };
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
    let size = if wide { 13.0 } else { 10.0 };
    let label = format!("{label}{sign}");
    let share: f64 = nodes
        .iter()
        .filter_map(|n| scene.nodes.get(usize::from(*n)))
        .map(|n| n.share)
        .sum();
    match l.view.flow {
        Flow::Down => {
            let y = if wide { 20.0 } else { 15.0 };
            out.push(text_at(across, y, label, fill, Align::Middle, size, true));
            if wide && share > 0.0 {
                let share = crate::words::percent(share);
                out.push(text_at(
                    across,
                    36.0,
                    share,
                    Token::Muted,
                    Align::Middle,
                    11.0,
                    false,
                ));
            }
        }
        Flow::Right => {
            let (x, size) = (head - 8.0, size.min(pitch.max(10.0)));
            let two = pitch >= 34.0 && share > 0.0;
            let y = if two { across } else { across + 4.0 };
            out.push(text_at(x, y, label, fill, Align::Right, size, true));
            if two {
                let share = crate::words::percent(share);
                let y = across + 14.0;
                out.push(text_at(
                    x,
                    y,
                    share,
                    Token::Muted,
                    Align::Right,
                    11.0,
                    false,
                ));
            }
        }
    }
}

/// A bar as long as the stake, where there is no room for figures.
fn stake_bar(
    l: &Layout,
    across: f64,
    share: f64,
    byzantine: bool,
    crashed: bool,
    out: &mut Vec<Shape>,
) {
    let half = (l.pitch() * 0.3).max(0.8);
    let length = 3.0 + 15.0 * share;
    let end = l.head() - 3.0;
    let fill = if byzantine {
        Token::Byzantine
    } else {
        Token::Lifeline
    };
    let alpha = if crashed { 0.3 } else { 1.0 };
    let (a, b) = ((across - half, end - length), (across + half, end));
    out.push(rect(l, a, b, fill, alpha));
}

#[cfg(test)]
mod tests {
    use super::super::area::Area;
    use super::super::picture::tests::{count, draw};
    use super::super::store::Store;
    use super::*;

    #[test]
    fn a_cut_is_a_band_a_side_with_a_line_between_them() {
        let cuts: &[CutBand] = Box::leak(Box::new(crate::chart::cuts::cuts(
            &crate::model::Scenario {
                commands: vec![crate::model::TimedCommand {
                    at_us: 50_000,
                    command: crate::model::Command::Partition(crate::model::Cut::Groups(vec![
                        vec!["v1".into(), "v2".into()],
                    ])),
                }],
                ..Default::default()
            },
            &["v1", "v2", "v3", "v4"].map(String::from),
        )));
        let p = draw(&Store::default(), 300_000, 4, |s| s.cuts = cuts);
        let tinted = |s: &Shape| {
            matches!(
                s,
                Shape::Rect {
                    fill: Token::Cut,
                    ..
                }
            )
        };
        assert_eq!(count(&p, tinted), 2);
        let upright = |s: &Shape| matches!(s, Shape::Line { from, to, stroke: Token::Cut, .. } if from.0 == to.0);
        assert_eq!(count(&p, upright), 1);
        let before = draw(&Store::default(), 40_000, 4, |s| s.cuts = cuts);
        assert_eq!(count(&before, tinted), 0);
    }

    #[test]
    fn an_area_has_an_edge_and_a_tint() {
        let area = Area {
            from_us: 50_000,
            to_us: 90_000,
            lanes: (0, 1),
        };
        let p = draw(&Store::default(), 300_000, 4, |s| s.area = Some(area));
        let edge = |s: &Shape| {
            matches!(
                s,
                Shape::Line {
                    stroke: Token::Focus,
                    dash: Dash::Dashed,
                    ..
                }
            )
        };
        assert_eq!(count(&p, edge), 4);
    }

    #[test]
    fn names_are_thinned_until_they_fit_whichever_way_time_flows() {
        for (flow, nodes) in [(Flow::Down, 128), (Flow::Right, 128), (Flow::Down, 4)] {
            let p = draw(&Store::default(), 0, nodes, |s| s.layout.view.flow = flow);
            let named = count(
                &p,
                |s| matches!(s, Shape::Text { text, .. } if text.starts_with('v')),
            );
            assert!((4..=48).contains(&named), "{flow:?} {named}");
        }
    }
}
