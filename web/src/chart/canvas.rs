//! The one file that touches a canvas.

use super::paint::{Painter, Point, Stroke};
use super::shapes::Align;
use super::tokens::Token;
use js_sys::Array;
use std::collections::BTreeMap;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Colours of the theme in force.
#[derive(Default)]
pub struct Palette(BTreeMap<Token, String>);

impl Palette {
    #[must_use]
    pub fn colour(&self, token: Token) -> &str {
        self.0.get(&token).map_or("#888", String::as_str)
    }

    /// Reads the style sheet's tokens; again whenever the theme changes.
    #[must_use]
    pub fn of(element: &HtmlCanvasElement) -> Palette {
        let window = web_sys::window();
        let computed = window.and_then(|w| w.get_computed_style(element).ok().flatten());
        let own = element.style();
        // A token read as it stands may still be a function of the theme; as a colour it is resolved.
        let colour = |token: Token| {
            own.set_property("color", &format!("var({})", token.css()))
                .ok()?;
            let value = computed.as_ref()?.get_property_value("color").ok()?;
            Some(value).filter(|v| !v.is_empty())
        };
        let known = Token::ALL.into_iter();
        Palette(
            known
                .map(|t| (t, colour(t).unwrap_or_else(|| "#888".into())))
                .collect(),
        )
    }
}

pub struct Canvas<'a> {
    context: CanvasRenderingContext2d,
    palette: &'a Palette,
    size: (f64, f64),
}

impl<'a> Canvas<'a> {
    /// Fits the canvas to its place and the screen's pixels. None without a 2D context.
    #[must_use]
    pub fn on(element: &HtmlCanvasElement, size: (f64, f64), palette: &'a Palette) -> Option<Self> {
        let ratio = web_sys::window()
            .map_or(1.0, |w| w.device_pixel_ratio())
            .clamp(1.0, 3.0);
        let (w, h) = (
            (size.0 * ratio).round() as u32,
            (size.1 * ratio).round() as u32,
        );
        if element.width() != w || element.height() != h {
            element.set_width(w);
            element.set_height(h);
        }
        let context: CanvasRenderingContext2d = element.get_context("2d").ok()??.dyn_into().ok()?;
        context
            .set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0)
            .ok()?;
        Some(Canvas {
            context,
            palette,
            size,
        })
    }

    fn colour(&self, token: Token) -> &str {
        self.palette.colour(token)
    }

    fn style(&self, stroke: Stroke) {
        let c = &self.context;
        c.set_stroke_style_str(self.colour(stroke.colour));
        c.set_line_width(stroke.width);
        c.set_global_alpha(stroke.alpha);
        let dash: Array = stroke
            .dash
            .pattern()
            .iter()
            .map(|v| JsValue::from_f64(*v))
            .collect();
        let _ = c.set_line_dash(&dash);
    }
}

impl Painter for Canvas<'_> {
    fn clear(&mut self, colour: Token) {
        self.context.set_global_alpha(1.0);
        self.context.set_fill_style_str(self.colour(colour));
        self.context.fill_rect(0.0, 0.0, self.size.0, self.size.1);
    }

    fn segments(&mut self, lines: &[(Point, Point)], stroke: Stroke) {
        self.style(stroke);
        self.context.begin_path();
        for (from, to) in lines {
            self.context.move_to(from.0, from.1);
            self.context.line_to(to.0, to.1);
        }
        self.context.stroke();
    }

    fn polygon(&mut self, points: &[Point], colour: Token, alpha: f64) {
        self.context.set_global_alpha(alpha);
        self.context.set_fill_style_str(self.colour(colour));
        self.context.begin_path();
        for (k, (x, y)) in points.iter().enumerate() {
            if k == 0 {
                self.context.move_to(*x, *y);
            } else {
                self.context.line_to(*x, *y);
            }
        }
        self.context.fill();
    }

    fn triangles(&mut self, all: &[[Point; 3]], colour: Token, alpha: f64) {
        self.context.set_global_alpha(alpha);
        self.context.set_fill_style_str(self.colour(colour));
        self.context.begin_path();
        for [a, b, c] in all {
            self.context.move_to(a.0, a.1);
            self.context.line_to(b.0, b.1);
            self.context.line_to(c.0, c.1);
        }
        self.context.fill();
    }

    fn ring(&mut self, at: Point, radius: f64, stroke: Stroke) {
        self.style(stroke);
        self.context.begin_path();
        let _ = self
            .context
            .arc(at.0, at.1, radius, 0.0, std::f64::consts::TAU);
        self.context.stroke();
    }

    fn text(&mut self, at: Point, text: &str, colour: Token, align: Align, size: f64, bold: bool) {
        let c = &self.context;
        let weight = if bold { "600" } else { "400" };
        c.set_font(&format!("{weight} {size}px system-ui, sans-serif"));
        c.set_text_align(match align {
            Align::Left => "left",
            Align::Middle => "center",
            Align::Right => "right",
        });
        c.set_global_alpha(1.0);
        c.set_fill_style_str(self.colour(colour));
        let _ = c.fill_text(text, at.0, at.1);
    }
}
