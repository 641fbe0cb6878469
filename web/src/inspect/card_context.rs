//! What every card is written with: names, links, times.

use super::Thing;
use super::card::{Card, Row, Section, Span, Tone};
use crate::words;
use consensusforge_core::session::view::RunInfo;

/// Names listed one by one; of more, the rest is a number.
const NAMED: usize = 12;

pub struct CardContext<'a> {
    pub world: &'a RunInfo,
    /// The instant the card speaks of.
    pub now_us: u64,
}

impl CardContext<'_> {
    #[must_use]
    pub fn name(&self, node: u16) -> String {
        let known = self.world.nodes.get(usize::from(node));
        known.cloned().unwrap_or_else(|| format!("node {node}"))
    }

    #[must_use]
    pub fn node(&self, node: u16) -> Span {
        let thing = Thing::Node { node, at_us: None };
        Span::Link(self.name(node), thing)
    }

    /// "v1, v2, v3 and 40 more", the named ones as links.
    #[must_use]
    pub fn nodes(&self, nodes: &[u16]) -> Vec<Span> {
        let mut out = Vec::new();
        for (k, node) in nodes.iter().take(NAMED).enumerate() {
            if k > 0 {
                out.push(text(", "));
            }
            out.push(self.node(*node));
        }
        if nodes.len() > NAMED {
            out.push(soft(format!(" and {} more", nodes.len() - NAMED)));
        }
        if nodes.is_empty() {
            out.push(soft("nobody"));
        }
        out
    }
}

pub fn text(t: impl Into<String>) -> Span {
    Span::Text(t.into())
}

pub fn soft(t: impl Into<String>) -> Span {
    Span::Toned(Tone::Soft, t.into())
}

pub fn bad(t: impl Into<String>) -> Span {
    Span::Toned(Tone::Bad, t.into())
}

pub fn good(t: impl Into<String>) -> Span {
    Span::Toned(Tone::Good, t.into())
}

pub fn time(at_us: u64) -> Span {
    Span::Time(words::clock(at_us), at_us)
}

/// By its first digits.
pub fn block(hex: &str) -> Span {
    Span::Link(words::short(hex), Thing::Block(hex.to_owned()))
}

/// A vote's value: nothing is nil.
pub fn value(hex: Option<&str>) -> Span {
    hex.map_or_else(|| soft("nil"), block)
}

pub fn height(height: u64) -> Span {
    Span::Link(words::grouped(height), Thing::Height(height))
}

pub fn transaction(hex: &str) -> Span {
    Span::Link(words::short(hex), Thing::Transaction(hex.to_owned()))
}

pub fn message(id: u32, name: impl Into<String>) -> Span {
    Span::Link(name.into(), Thing::Message(id))
}

/// "height 3 · round 0".
pub fn slot(at: u64, round: u32) -> Vec<Span> {
    vec![
        text("height "),
        height(at),
        text(format!(" · round {round}")),
    ]
}

pub fn fact(name: &str, value: impl Into<Vec<Span>>) -> Row {
    Row::Fact(name.into(), value.into())
}

pub fn section(title: impl Into<String>, rows: Vec<Row>) -> Section {
    Section {
        title: title.into(),
        rows,
    }
}

/// A card for something that cannot be shown, with the reason.
#[must_use]
pub fn missing(thing: Thing, kind: &str, title: String, why: &str) -> Card {
    Card {
        thing,
        kind: kind.into(),
        title: vec![text(title)],
        sections: vec![section("", vec![Row::Line(vec![soft(why)])])],
    }
}
