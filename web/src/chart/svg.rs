//! A picture as an SVG document: a second surface for the same shapes.

use super::paint::{Painter, Point, Stroke};
use super::shapes::Align;
use super::tokens::Token;
use std::fmt::Write;

pub struct Svg<'a> {
    body: String,
    width: f64,
    height: f64,
    colour: Box<dyn Fn(Token) -> String + 'a>,
}

impl<'a> Svg<'a> {
    #[must_use]
    pub fn new(width: f64, height: f64, colour: impl Fn(Token) -> String + 'a) -> Svg<'a> {
        Svg {
            body: String::new(),
            width,
            height,
            colour: Box::new(colour),
        }
    }

    /// The whole document.
    #[must_use]
    pub fn finish(self, title: &str) -> String {
        let (w, h) = (n(self.width), n(self.height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
             font-family=\"system-ui, sans-serif\">\n<title>{}</title>\n{}</svg>\n",
            escaped(title),
            self.body
        )
    }

    fn push(&mut self, element: std::fmt::Arguments) {
        // Writing into a string cannot fail.
        let _ = self.body.write_fmt(element);
        self.body.push('\n');
    }

    fn stroke(&self, s: Stroke) -> String {
        let mut out = format!(
            "fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"",
            escaped(&(self.colour)(s.colour)),
            n(s.width)
        );
        if s.alpha < 1.0 {
            let _ = write!(out, " stroke-opacity=\"{}\"", n(s.alpha));
        }
        let dash: Vec<String> = s.dash.pattern().iter().map(|v| n(*v)).collect();
        if !dash.is_empty() {
            let _ = write!(out, " stroke-dasharray=\"{}\"", dash.join(" "));
        }
        out
    }

    fn fill(&self, colour: Token, alpha: f64) -> String {
        let colour = escaped(&(self.colour)(colour));
        if alpha < 1.0 {
            format!("fill=\"{colour}\" fill-opacity=\"{}\"", n(alpha))
        } else {
            format!("fill=\"{colour}\"")
        }
    }
}

impl Painter for Svg<'_> {
    fn clear(&mut self, colour: Token) {
        let fill = self.fill(colour, 1.0);
        self.push(format_args!(
            "<rect width=\"100%\" height=\"100%\" {fill}/>"
        ));
    }

    fn segments(&mut self, lines: &[(Point, Point)], stroke: Stroke) {
        let mut d = String::new();
        for (a, b) in lines {
            let _ = write!(d, "M{} {}L{} {}", n(a.0), n(a.1), n(b.0), n(b.1));
        }
        let stroke = self.stroke(stroke);
        self.push(format_args!("<path d=\"{d}\" {stroke}/>"));
    }

    fn polygon(&mut self, points: &[Point], colour: Token, alpha: f64) {
        let all: Vec<String> = points
            .iter()
            .map(|p| format!("{},{}", n(p.0), n(p.1)))
            .collect();
        let fill = self.fill(colour, alpha);
        self.push(format_args!(
            "<polygon points=\"{}\" {fill}/>",
            all.join(" ")
        ));
    }

    fn triangles(&mut self, all: &[[Point; 3]], colour: Token, alpha: f64) {
        let mut d = String::new();
        for [a, b, c] in all {
            let _ = write!(
                d,
                "M{} {}L{} {}L{} {}Z",
                n(a.0),
                n(a.1),
                n(b.0),
                n(b.1),
                n(c.0),
                n(c.1)
            );
        }
        let fill = self.fill(colour, alpha);
        self.push(format_args!("<path d=\"{d}\" {fill}/>"));
    }

    fn ring(&mut self, at: Point, radius: f64, stroke: Stroke) {
        let stroke = self.stroke(stroke);
        self.push(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {stroke}/>",
            n(at.0),
            n(at.1),
            n(radius)
        ));
    }

    fn text(&mut self, at: Point, text: &str, colour: Token, align: Align, size: f64, bold: bool) {
        let anchor = match align {
            Align::Left => "start",
            Align::Middle => "middle",
            Align::Right => "end",
        };
        let weight = if bold { " font-weight=\"600\"" } else { "" };
        let fill = self.fill(colour, 1.0);
        self.push(format_args!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" font-size=\"{}\"{weight} {fill}>{}</text>",
            n(at.0),
            n(at.1),
            n(size),
            escaped(text)
        ));
    }
}

/// A number with at most two decimals, by integers: formatting floats is heavy in the page.
fn n(v: f64) -> String {
    let hundredths = (v * 100.0).round() as i64;
    let (whole, part) = (hundredths.abs() / 100, hundredths.abs() % 100);
    let sign = if hundredths < 0 { "-" } else { "" };
    match part {
        0 => format!("{sign}{whole}"),
        p if p % 10 == 0 => format!("{sign}{whole}.{}", p / 10),
        p => format!("{sign}{whole}.{p:02}"),
    }
}

/// Names come from strangers.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::paint::paint;
    use super::super::picture::tests::plain;
    use super::super::store::Store;
    use super::super::store::tests::{arrow, batch};
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        let all = [0.0, 1.0, -2.5, 7.14159, 0.004, 12.05, -0.5].map(n);
        assert_eq!(all, ["0", "1", "-2.5", "7.14", "0", "12.05", "-0.5"]);
    }

    #[test]
    fn a_name_cannot_break_out_of_its_text() {
        let mut svg = Svg::new(10.0, 10.0, |_| "#fff".into());
        svg.text(
            (1.0, 1.0),
            "<b a=\"x\">&\u{1}",
            Token::Ink,
            Align::Left,
            10.0,
            false,
        );
        let text = svg.finish("a < b");
        assert!(
            text.contains("&lt;b a=&quot;x&quot;&gt;&amp;\u{fffd}</text>"),
            "{text}"
        );
        assert!(text.contains("<title>a &lt; b</title>"));
    }

    #[test]
    fn every_message_of_the_picture_is_in_the_document() {
        let mut store = Store::default();
        let arrows = (1..=5)
            .map(|k| arrow(k * 20_000, k * 20_000 + 50_000))
            .collect();
        store.take(batch(arrows, vec![]), vec![], None);
        let picture = plain(&store, 300_000, 2);
        let mut svg = Svg::new(800.0, 600.0, |t| t.css().replace("--", "#"));
        paint(&picture.shapes, &mut svg);
        let text = svg.finish("chart");
        let path = text
            .lines()
            .find(|l| l.contains("#kind-1") && l.contains("1.25"));
        let lines = path.expect("the arrows' path").matches('M').count();
        assert_eq!((picture.drawn, lines), (5, 5));
        assert!(text.contains(">v1</text>") && text.ends_with("</svg>\n"));
    }
}
