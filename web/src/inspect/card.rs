//! What the inspector shows, as data: the worker writes it, the page only lays it out.

use super::Thing;
use borsh::{BorshDeserialize, BorshSerialize};

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Card {
    /// As it was asked for.
    pub thing: Thing,
    /// `message`, `validator`, ...
    pub kind: String,
    pub title: Vec<Span>,
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Section {
    /// Empty: no heading.
    pub title: String,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Row {
    Fact(String, Vec<Span>),
    Line(Vec<Span>),
    Votes(Votes),
}

/// Votes by stake against the quorum.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Votes {
    pub label: Vec<Span>,
    /// Stake behind them and the least that is a quorum, in thousandths of the whole.
    pub share: u16,
    pub quorum: u16,
    pub reached: bool,
    /// "2 of 3 needed · 50 % of stake".
    pub said: String,
    pub voters: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Span {
    Text(String),
    /// Beside the point, or good, or bad.
    Toned(Tone, String),
    Link(String, Thing),
    /// An instant one can go to.
    Time(String, u64),
    /// A digest or bytes, whole.
    Code(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Tone {
    Soft,
    Good,
    Bad,
}

impl Card {
    /// All its words, for tests and for whoever listens.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut put = |spans: &[Span]| {
            for span in spans {
                match span {
                    Span::Text(t)
                    | Span::Toned(_, t)
                    | Span::Link(t, _)
                    | Span::Time(t, _)
                    | Span::Code(t) => out.push_str(t),
                }
            }
            out.push('\n');
        };
        put(&self.title);
        for section in &self.sections {
            put(&[Span::Text(section.title.clone())]);
            for row in &section.rows {
                match row {
                    Row::Fact(name, value) => {
                        put(&[Span::Text(format!("{name}: "))]);
                        put(value);
                    }
                    Row::Line(spans) => put(spans),
                    Row::Votes(v) => {
                        put(&v.label);
                        put(&[Span::Text(v.said.clone())]);
                        put(&v.voters);
                    }
                }
            }
        }
        out
    }

    /// Everything it leads to.
    pub fn links(&self) -> Vec<Thing> {
        let mut all = Vec::new();
        let mut see = |spans: &[Span]| {
            for span in spans {
                if let Span::Link(_, thing) = span {
                    all.push(thing.clone());
                }
            }
        };
        see(&self.title);
        for row in self.sections.iter().flat_map(|s| &s.rows) {
            match row {
                Row::Fact(_, spans) | Row::Line(spans) => see(spans),
                Row::Votes(v) => {
                    see(&v.label);
                    see(&v.voters);
                }
            }
        }
        all
    }
}
