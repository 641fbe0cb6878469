//! A picture as numbers: what `web/assets/painter.js` draws from, in a worker of its own.

use super::paint::{Painter, Point, Stroke};
use super::shapes::Align;
use super::tokens::{Dash, Token};

// Opcodes, in the painter's order.
const CLEAR: f32 = 0.0;
const SEGMENTS: f32 = 1.0;
const POLYGONS: f32 = 2.0;
const RING: f32 = 3.0;
const TEXT: f32 = 4.0;

/// `numbers` begin with the canvas's size in its own pixels and how many of these a pixel of the page is
/// wide; then commands, each an opcode and its numbers. `texts` are what is written, a line each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Packed {
    pub numbers: Vec<f32>,
    pub texts: String,
}

impl Packed {
    /// An empty picture of a size in pixels of the page.
    #[must_use]
    pub fn new(size: (f64, f64), ratio: f64) -> Packed {
        let pixels = |length: f64| (length * ratio).round() as f32;
        Packed {
            numbers: vec![pixels(size.0), pixels(size.1), ratio as f32],
            texts: String::new(),
        }
    }

    fn put<const N: usize>(&mut self, numbers: [f32; N]) {
        self.numbers.extend_from_slice(&numbers);
    }

    fn points<'a>(&mut self, points: impl IntoIterator<Item = &'a Point>) {
        for (x, y) in points {
            self.put([*x as f32, *y as f32]);
        }
    }

    fn stroke(&mut self, opcode: f32, s: Stroke) {
        let (colour, dash) = (colour(s.colour), dash(s.dash));
        self.put([opcode, colour, s.width as f32, dash, s.alpha as f32]);
    }

    fn polygons(&mut self, token: Token, alpha: f64, corners: usize, count: usize) {
        let numbers = [
            POLYGONS,
            colour(token),
            alpha as f32,
            corners as f32,
            count as f32,
        ];
        self.put(numbers);
    }
}

impl Painter for Packed {
    fn clear(&mut self, token: Token) {
        self.put([CLEAR, colour(token)]);
    }

    fn segments(&mut self, lines: &[(Point, Point)], stroke: Stroke) {
        self.stroke(SEGMENTS, stroke);
        self.put([lines.len() as f32]);
        self.points(lines.iter().flat_map(|(from, to)| [from, to]));
    }

    fn polygon(&mut self, points: &[Point], token: Token, alpha: f64) {
        self.polygons(token, alpha, points.len(), 1);
        self.points(points);
    }

    fn triangles(&mut self, all: &[[Point; 3]], token: Token, alpha: f64) {
        self.polygons(token, alpha, 3, all.len());
        self.points(all.iter().flatten());
    }

    fn ring(&mut self, at: Point, radius: f64, stroke: Stroke) {
        self.stroke(RING, stroke);
        self.put([at.0 as f32, at.1 as f32, radius as f32]);
    }

    fn text(&mut self, at: Point, text: &str, token: Token, align: Align, size: f64, bold: bool) {
        let align = match align {
            Align::Left => 0.0,
            Align::Middle => 1.0,
            Align::Right => 2.0,
        };
        let bold = f32::from(u8::from(bold));
        self.put([TEXT, colour(token), align, size as f32, bold]);
        self.put([at.0 as f32, at.1 as f32]);
        if !self.texts.is_empty() {
            self.texts.push('\n');
        }
        // A line each: names are of other people's making.
        self.texts
            .extend(text.chars().map(|c| if c == '\n' { ' ' } else { c }));
    }
}

/// Its place in the palette.
fn colour(token: Token) -> f32 {
    f32::from(token as u8)
}

fn dash(dash: Dash) -> f32 {
    f32::from(dash as u8)
}

#[cfg(test)]
mod tests {
    use super::super::paint::paint;
    use super::super::shapes::{Shape, line, text_at};
    use super::*;

    const PAINTER: &str = include_str!("../../assets/painter.js");

    #[test]
    fn a_colour_is_named_by_its_place_in_the_palette() {
        for (k, token) in Token::ALL.into_iter().enumerate() {
            assert!((colour(token) - k as f32).abs() < 1e-9);
        }
    }

    #[test]
    fn the_painter_knows_the_same_dashes_and_commands() {
        let all = [Dash::Solid, Dash::Dashed, Dash::Dotted, Dash::LongDashed];
        let patterns = all.map(|d| {
            assert!(
                all.iter()
                    .position(|o| *o == d)
                    .is_some_and(|k| k as f32 == dash(d))
            );
            let parts: Vec<String> = d.pattern().iter().map(f64::to_string).collect();
            format!("[{}]", parts.join(", "))
        });
        let line = format!("DASHES = [{}];", patterns.join(", "));
        assert!(PAINTER.contains(&line), "{line}");
        let order = ["clear", "segments", "polygons", "ring", "words"];
        let places: Vec<usize> = order
            .iter()
            .map(|name| PAINTER.find(&format!("function {name}()")).expect("there"))
            .collect();
        assert!(places.is_sorted());
        assert_eq!(
            [CLEAR, SEGMENTS, POLYGONS, RING, TEXT],
            [0.0, 1.0, 2.0, 3.0, 4.0]
        );
    }

    #[test]
    fn a_picture_is_packed_in_its_order() {
        let (a, b) = ((1.0, 2.0), (3.0, 4.0));
        let words =
            |text: &str| text_at(5.0, 6.0, text.into(), Token::Ink, Align::Right, 11.0, true);
        let shapes = [
            line(a, b, Token::Kind1, 1.5, Dash::Dashed, 0.5),
            words("v1\nv2"),
            Shape::Head {
                at: (10.0, 10.0),
                toward: (1.0, 0.0),
                fill: Token::Kind1,
                hollow: false,
                alpha: 0.25,
            },
            words("v3"),
        ];
        let mut packed = Packed::new((100.25, 50.0), 2.0);
        paint(&shapes, &mut packed);
        assert_eq!(packed.texts, "v1 v2\nv3");
        let (kind, ink) = (colour(Token::Kind1), colour(Token::Ink));
        let text = [TEXT, ink, 2.0, 11.0, 1.0, 5.0, 6.0];
        let mut wanted = vec![201.0, 100.0, 2.0, CLEAR, colour(Token::Ground)];
        wanted.extend([SEGMENTS, kind, 1.5, 1.0, 0.5, 1.0, 1.0, 2.0, 3.0, 4.0]);
        wanted.extend(text);
        wanted.extend([POLYGONS, kind, 0.25, 3.0, 1.0]);
        wanted.extend([10.0, 10.0, 2.0, 13.4, 2.0, 6.6]);
        wanted.extend(text);
        assert_eq!(packed.numbers, wanted);
    }
}
