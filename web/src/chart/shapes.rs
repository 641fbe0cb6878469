//! Plain shapes. No colour values, no surface: those are `paint`'s.

use super::tokens::{Dash, Token};

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
