//! The card of a transaction.

use super::Thing;
use super::card::{Card, Row, Span};
use super::card_context::{
    CardContext, bad, block, fact, good, height, message, missing, section, soft, text, time,
};
use crate::words;
use consensusforge_core::session::inspect::TransactionInside;
use consensusforge_core::session::view::ReceiptView;

#[must_use]
pub fn card(cx: &CardContext, thing: Thing, inside: Option<TransactionInside>) -> Card {
    let Some(t) = inside else {
        let why =
            "Unknown at this instant: either it is submitted later, or its block has been dropped.";
        return missing(thing, "transaction", "A transaction".into(), why);
    };
    let mut about = vec![fact("id", vec![Span::Code(t.id.clone())])];
    match &t.what {
        Some(what) => about.insert(0, fact("what", vec![text(what.clone())])),
        None => about.push(Row::Line(vec![soft(
            "Its block is no longer kept. Go back to when it was decided to see it.",
        )])),
    }
    if let Some((sender, nonce, limit, price, bytes)) = &t.sender {
        about.push(fact(
            "sender",
            vec![
                text(words::short(sender)),
                soft(format!("…, its transaction no. {}", nonce + 1)),
            ],
        ));
        about.push(fact(
            "fee",
            vec![text(format!(
                "up to {} gas at {price}",
                words::grouped(*limit)
            ))],
        ));
        about.push(fact("size", vec![text(words::bytes(*bytes))]));
    }
    let mut way: Vec<Row> = Vec::new();
    for (node, at) in &t.submitted {
        way.push(Row::Line(vec![
            text("submitted to "),
            cx.node(*node),
            text(" "),
            time(*at),
        ]));
    }
    if !t.messages.is_empty() {
        let mut spans = vec![text("passed on by ")];
        for (k, id) in t.messages.iter().enumerate() {
            spans.push(message(*id, if k == 0 { "a message" } else { ", another" }));
        }
        way.push(Row::Line(spans));
    }
    if !t.waiting.is_empty() {
        let mut spans = vec![text("waiting in the mempool of ")];
        spans.extend(cx.nodes(&t.waiting));
        way.push(Row::Line(spans));
    }
    for b in &t.blocks {
        let mut spans = vec![
            text("in block "),
            block(&b.id),
            text(" at height "),
            height(b.height),
        ];
        match b.decided {
            0 => spans.push(soft(", only proposed")),
            n => {
                spans.push(good(format!(
                    ", decided by {n} of {}",
                    cx.world.nodes.len()
                )));
                if let Some(at) = b.first_us {
                    spans.push(soft(", first "));
                    spans.push(time(at));
                }
            }
        }
        way.push(Row::Line(spans));
    }
    if way.is_empty() {
        way.push(Row::Line(vec![soft(
            "The trace in memory has no record of it.",
        )]));
    }
    let mut sections = vec![section("", about), section("Its path", way)];
    sections.push(section(
        "Receipt",
        t.receipt.as_ref().map_or_else(
            || {
                vec![Row::Line(vec![soft(
                    "None: either it has not been executed yet, or the receipt has been dropped.",
                )])]
            },
            receipt,
        ),
    ));
    Card {
        thing,
        kind: "transaction".into(),
        title: vec![text(format!("Transaction {}", words::short(&t.id)))],
        sections,
    }
}

fn receipt(r: &ReceiptView) -> Vec<Row> {
    let mut rows = vec![fact(
        "status",
        vec![match r.status.as_str() {
            "ok" => good("✔ ok"),
            "failed" => bad("✖ failed"),
            other => soft(other.to_owned()),
        }],
    )];
    if let Some(error) = &r.error {
        rows.push(fact("because", vec![bad(error.clone())]));
    }
    if let Some(output) = r.output.as_ref().filter(|o| !o.is_empty()) {
        let shown = words::hex_as_text(output).unwrap_or_else(|| format!("0x{output}"));
        rows.push(fact("output", vec![Span::Code(shown)]));
    }
    if r.gas_used > 0 {
        let parts: Vec<String> = r
            .gas_by
            .iter()
            .map(|(name, gas)| format!("{name} {}", words::grouped(*gas)))
            .collect();
        rows.push(fact(
            "gas",
            vec![
                text(words::grouped(r.gas_used)),
                soft(format!(" ({})", parts.join(", "))),
            ],
        ));
    }
    if let Some(created) = &r.created {
        rows.push(fact("created", vec![Span::Code(created.clone())]));
    }
    for event in &r.events {
        rows.push(fact("event", vec![text(event.clone())]));
    }
    for (_, key, before, after) in &r.changes {
        let shown = |hex: &Option<String>| match hex {
            Some(hex) => words::hex_as_text(hex).unwrap_or_else(|| format!("0x{hex}")),
            None => "nothing".into(),
        };
        let key = words::hex_as_text(key).unwrap_or_else(|| format!("0x{key}"));
        rows.push(fact(
            "storage",
            vec![text(format!("{key}: {} → {}", shown(before), shown(after)))],
        ));
    }
    rows
}
