//! The card of a message.

use super::Thing;
use super::card::{Card, Row, Span};
use super::card_context::{
    CardContext, bad, block, fact, good, missing, section, slot, soft, text, time, transaction,
    value,
};
use crate::words;
use consensusforge_core::session::inspect::{CopyInside, MessageInside, SignatureVerdict};
use consensusforge_core::session::view::Fate;

#[must_use]
pub fn card(cx: &CardContext, thing: Thing, inside: Option<MessageInside>) -> Card {
    let Some(m) = inside else {
        let why = "Unknown at this instant: either it is sent later, or it is so old that the trace in memory no longer \
                   holds it. Go back to when it was in flight to see it.";
        return missing(thing, "message", "A message".into(), why);
    };
    let v = &m.view;
    let mut about = vec![fact("from", vec![cx.node(m.from)])];
    if v.height > 0 {
        about.push(Row::Fact("for".into(), slot(v.height, v.round)));
    }
    let proposes = v.signer.is_some() || v.value.is_some();
    if proposes {
        about.push(fact("value", vec![value(v.value.as_deref())]));
    }
    for (name, said) in &v.fields {
        let said = if name == "transaction" {
            transaction(said)
        } else if said.len() == 64 && said.bytes().all(|b| b.is_ascii_hexdigit()) {
            block(said)
        } else {
            text(said.clone())
        };
        about.push(fact(name, vec![said]));
    }
    about.push(fact("size", vec![text(words::bytes(v.bytes.into()))]));
    about.push(Row::Fact("signature".into(), signature(cx, &m)));
    let mut sent = Vec::new();
    for s in &m.sendings {
        let mut spans = vec![time(s.at_us), text(" by "), cx.node(s.from)];
        let copies = if s.copies == 1 { "copy" } else { "copies" };
        spans.push(soft(format!(", {} {copies}", s.copies)));
        if s.again {
            spans.push(soft(
                ", again, because the height was undecided for too long",
            ));
        }
        sent.push(Row::Line(spans));
    }
    if m.sendings.is_empty() {
        sent.push(Row::Line(vec![time(v.sent_us)]));
    }
    let mut sections = vec![section("", about), section("Sent", sent)];
    type Group = (&'static str, fn(Fate) -> bool);
    let groups: [Group; 3] = [
        ("In flight to", |f| f == Fate::InFlight),
        ("Lost", |f| {
            matches!(
                f,
                Fate::Lost | Fate::Cut | Fate::ReceiverDown | Fate::Dropped
            )
        }),
        ("Delivered to", |f| f == Fate::Delivered),
    ];
    for (title, fits) in groups {
        let rows: Vec<Row> = m
            .copies
            .iter()
            .filter(|c| fits(c.fate))
            .map(|c| Row::Line(copy(cx, &m, c)))
            .collect();
        if !rows.is_empty() {
            sections.push(section(format!("{title} ({})", rows.len()), rows));
        }
    }
    if m.copies.is_empty() {
        let none = vec![Row::Line(vec![soft("It was not sent over the network.")])];
        sections.push(section("Copies", none));
    }
    if m.more > 0 {
        let rest = format!("and {} more copies", words::grouped(m.more));
        sections.push(section("", vec![Row::Line(vec![soft(rest)])]));
    }
    Card {
        thing,
        kind: "message".into(),
        title: vec![text(v.kind.clone()), text(" of "), cx.node(m.from)],
        sections,
    }
}

fn signature(cx: &CardContext, m: &MessageInside) -> Vec<Span> {
    let signer = m.signer.map(|s| cx.node(s));
    let by = |verdict: Span| {
        let mut spans = vec![verdict];
        if let Some(signer) = &signer {
            spans.push(text(" by "));
            spans.push(signer.clone());
        }
        spans
    };
    match &m.signature {
        SignatureVerdict::Unsigned => vec![soft("none: messages of this kind are not signed")],
        SignatureVerdict::Unchecked => {
            let mut spans = by(text("made"));
            spans.push(soft(", not verified yet"));
            spans
        }
        SignatureVerdict::Genuine => by(good("✔ valid")),
        SignatureVerdict::False(nodes) => {
            let mut spans = by(bad("✖ not made"));
            spans.push(text(", found by "));
            spans.extend(cx.nodes(nodes));
            spans
        }
    }
}

fn copy(cx: &CardContext, m: &MessageInside, c: &CopyInside) -> Vec<Span> {
    let flight = words::duration(c.arrives_us.saturating_sub(c.sent_us));
    let mut spans = vec![cx.node(c.to)];
    if c.from != m.from {
        spans.push(soft(" from "));
        spans.push(cx.node(c.from));
    }
    spans.push(text(" "));
    match c.fate {
        Fate::Delivered => {
            spans.push(time(c.arrives_us));
            spans.push(soft(format!(" after {flight}")));
        }
        Fate::InFlight => {
            let left = words::duration(c.arrives_us.saturating_sub(cx.now_us));
            spans.push(text(format!("arrives in {left}, at ")));
            spans.push(time(c.arrives_us));
        }
        Fate::Lost => {
            spans.push(bad("✖ lost by chance"));
            spans.push(soft(" on the way, sent "));
            spans.push(time(c.sent_us));
        }
        Fate::Cut => {
            spans.push(bad("✖ the link was cut"));
            spans.push(soft(" when it left at "));
            spans.push(time(c.sent_us));
        }
        Fate::Dropped => {
            spans.push(bad("✖ dropped manually"));
            spans.push(soft(" at "));
            spans.push(time(c.arrives_us));
        }
        Fate::ReceiverDown => {
            spans.push(bad("✖ the receiver was down"));
            spans.push(soft(" when it arrived at "));
            spans.push(time(c.arrives_us));
        }
    }
    spans
}
