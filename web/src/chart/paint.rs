//! Shapes onto a surface. Lines of one style go in one path: a surface pays by the stroke.

use super::shapes::{Align, Shape};
use super::tokens::{Dash, Token};

pub type Point = (f64, f64);

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    pub colour: Token,
    pub width: f64,
    pub dash: Dash,
    pub alpha: f64,
}

/// A surface: a canvas, or in tests a list.
pub trait Painter {
    fn clear(&mut self, colour: Token);
    /// Many segments, one style.
    fn segments(&mut self, lines: &[(Point, Point)], stroke: Stroke);
    fn polygon(&mut self, points: &[Point], colour: Token, alpha: f64);
    /// Many triangles, one style.
    fn triangles(&mut self, all: &[[Point; 3]], colour: Token, alpha: f64);
    fn ring(&mut self, at: Point, radius: f64, stroke: Stroke);
    fn text(&mut self, at: Point, text: &str, colour: Token, align: Align, size: f64, bold: bool);
}

pub fn paint(shapes: &[Shape], surface: &mut impl Painter) {
    surface.clear(Token::Ground);
    let mut run = Run::default();
    for shape in shapes {
        if let Shape::Line {
            from,
            to,
            stroke,
            width,
            dash,
            alpha,
        } = shape
        {
            let style = Stroke {
                colour: *stroke,
                width: *width,
                dash: *dash,
                alpha: *alpha,
            };
            run.add((*from, *to), style);
            continue;
        }
        if let Shape::Head {
            at,
            toward,
            fill,
            hollow,
            alpha,
        } = shape
        {
            let [tip, left, right] = head(*at, *toward);
            if *hollow {
                let style = solid(*fill, 1.4, *alpha);
                run.add((left, tip), style);
                run.add((tip, right), style);
            } else {
                run.head([tip, left, right], *fill, *alpha);
            }
            continue;
        }
        if !over_lines(shape) {
            run.flush(surface);
        }
        run.later.push(shape);
        if !over_lines(shape) {
            run.flush(surface);
        }
    }
    run.flush(surface);
}

/// Heads, crosses and diamonds belong to the lines about them and may be drawn after all of these;
/// anything else must keep its place.
fn over_lines(shape: &Shape) -> bool {
    matches!(shape, Shape::Cross { .. } | Shape::Diamond { .. })
}

/// Lines gathered by style, and what goes on top of them.
#[derive(Default)]
struct Run<'a> {
    lines: Vec<(Stroke, Vec<(Point, Point)>)>,
    heads: Vec<(Token, f64, Vec<[Point; 3]>)>,
    later: Vec<&'a Shape>,
}

impl Run<'_> {
    fn add(&mut self, line: (Point, Point), style: Stroke) {
        match self.lines.iter_mut().find(|(s, _)| *s == style) {
            Some((_, lines)) => lines.push(line),
            None => self.lines.push((style, vec![line])),
        }
    }

    fn head(&mut self, points: [Point; 3], fill: Token, alpha: f64) {
        let known = self.heads.iter_mut().find(|h| (h.0, h.1) == (fill, alpha));
        match known {
            Some((_, _, heads)) => heads.push(points),
            None => self.heads.push((fill, alpha, vec![points])),
        }
    }

    fn flush(&mut self, surface: &mut impl Painter) {
        for (style, lines) in self.lines.drain(..) {
            surface.segments(&lines, style);
        }
        for (fill, alpha, heads) in self.heads.drain(..) {
            surface.triangles(&heads, fill, alpha);
        }
        for shape in self.later.drain(..) {
            one(shape, surface);
        }
    }
}

fn solid(colour: Token, width: f64, alpha: f64) -> Stroke {
    Stroke {
        colour,
        width,
        dash: Dash::Solid,
        alpha,
    }
}

fn one(shape: &Shape, surface: &mut impl Painter) {
    match shape {
        // Gathered before.
        Shape::Line { .. } | Shape::Head { .. } => {}
        Shape::Rect {
            x,
            y,
            w,
            h,
            fill,
            alpha,
        } => {
            surface.polygon(&rectangle(*x, *y, *w, *h), *fill, *alpha);
        }
        Shape::Hatch { x, y, w, h, stroke } => {
            surface.segments(&hatch(*x, *y, *w, *h), solid(*stroke, 1.0, 0.45));
        }
        Shape::Cross {
            at: (x, y),
            size,
            stroke,
            alpha,
        } => {
            let s = *size;
            let lines = [
                ((x - s, y - s), (x + s, y + s)),
                ((x - s, y + s), (x + s, y - s)),
            ];
            surface.segments(&lines, solid(*stroke, 1.8, *alpha));
        }
        Shape::Diamond {
            at: (x, y),
            size,
            stroke,
            fill,
        } => {
            let s = *size;
            let points = [(*x, y - s), (x + s, *y), (*x, y + s), (x - s, *y)];
            if let Some(fill) = fill {
                surface.polygon(&points, *fill, 1.0);
            }
            surface.segments(&edges(&points), solid(*stroke, 1.4, 1.0));
        }
        Shape::Block {
            at: (x, y),
            size,
            fill,
            hollow,
        } => {
            let s = size / 2.0;
            surface.polygon(&rectangle(x - s, y - s, *size, *size), *fill, 1.0);
            // A square within: filled for the first block, empty for the one that forks from it.
            if *size > 6.0 {
                let t = if *hollow { s - 2.0 } else { s * 0.45 };
                surface.polygon(
                    &rectangle(x - t, y - t, 2.0 * t, 2.0 * t),
                    Token::Ground,
                    1.0,
                );
                if !*hollow {
                    let u = t * 0.5;
                    surface.polygon(&rectangle(x - u, y - u, 2.0 * u, 2.0 * u), *fill, 1.0);
                }
            }
        }
        Shape::Ring { at, size, stroke } => surface.ring(*at, *size, solid(*stroke, 1.6, 1.0)),
        Shape::Text {
            at,
            text,
            fill,
            align,
            size,
            bold,
        } => {
            surface.text(*at, text, *fill, *align, *size, *bold);
        }
    }
}

fn rectangle(x: f64, y: f64, w: f64, h: f64) -> [Point; 4] {
    [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
}

fn edges(points: &[Point]) -> Vec<(Point, Point)> {
    let next = points.iter().cycle().skip(1);
    points.iter().copied().zip(next.copied()).collect()
}

fn head(tip: Point, toward: Point) -> [Point; 3] {
    let length = toward.0.hypot(toward.1).max(1e-9);
    let (ux, uy) = (toward.0 / length, toward.1 / length);
    let back = (tip.0 - ux * 8.0, tip.1 - uy * 8.0);
    [
        tip,
        (back.0 - uy * 3.4, back.1 + ux * 3.4),
        (back.0 + uy * 3.4, back.1 - ux * 3.4),
    ]
}

fn hatch(x: f64, y: f64, w: f64, h: f64) -> Vec<(Point, Point)> {
    let mut lines = Vec::new();
    let mut k = -h;
    while k < w {
        let (from, to) = (k.max(0.0), (k + h).min(w));
        if from < to {
            lines.push(((x + from, y + h - (from - k)), (x + to, y + h - (to - k))));
        }
        k += 6.0;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Recorder(Vec<String>);

    impl Painter for Recorder {
        fn clear(&mut self, colour: Token) {
            self.0.push(format!("clear {colour:?}"));
        }
        fn segments(&mut self, lines: &[(Point, Point)], stroke: Stroke) {
            self.0
                .push(format!("{} lines {:?}", lines.len(), stroke.colour));
        }
        fn polygon(&mut self, points: &[Point], colour: Token, _: f64) {
            self.0.push(format!("{} corners {colour:?}", points.len()));
        }
        fn triangles(&mut self, all: &[[Point; 3]], colour: Token, _: f64) {
            self.0.push(format!("{} heads {colour:?}", all.len()));
        }
        fn ring(&mut self, _: Point, _: f64, stroke: Stroke) {
            self.0.push(format!("ring {:?}", stroke.colour));
        }
        fn text(&mut self, _: Point, text: &str, _: Token, _: Align, _: f64, _: bool) {
            self.0.push(format!("text {text}"));
        }
    }

    fn line(stroke: Token) -> Shape {
        Shape::Line {
            from: (0.0, 0.0),
            to: (1.0, 1.0),
            stroke,
            width: 1.0,
            dash: Dash::Solid,
            alpha: 1.0,
        }
    }

    #[test]
    fn lines_of_one_style_share_a_stroke_and_keep_their_place() {
        let head = Shape::Head {
            at: (1.0, 1.0),
            toward: (1.0, 1.0),
            fill: Token::Kind0,
            hollow: false,
            alpha: 1.0,
        };
        let cover = Shape::Rect {
            x: 0.0,
            y: 0.0,
            w: 1.0,
            h: 1.0,
            fill: Token::Header,
            alpha: 1.0,
        };
        let (a, b) = (Token::Kind0, Token::Kind1);
        let shapes = [
            line(a),
            head.clone(),
            line(b),
            line(a),
            head,
            cover,
            line(a),
        ];
        let mut recorder = Recorder::default();
        paint(&shapes, &mut recorder);
        assert_eq!(
            recorder.0,
            [
                "clear Ground",
                "2 lines Kind0",
                "1 lines Kind1",
                "2 heads Kind0",
                "4 corners Header",
                "1 lines Kind0",
            ]
        );
    }

    #[test]
    fn a_hatch_stays_within_its_rectangle() {
        for (a, b) in hatch(10.0, 20.0, 30.0, 40.0) {
            for (x, y) in [a, b] {
                assert!(
                    (10.0..=40.0).contains(&x) && (20.0..=60.0).contains(&y),
                    "{x} {y}"
                );
            }
        }
    }
}
