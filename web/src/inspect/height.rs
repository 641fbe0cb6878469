//! The card of a height.

use super::Thing;
use super::card::{Card, Row};
use super::card_context::{CardContext, block, good, section, soft, text, time};
use crate::words;
use consensusforge_core::session::inspect::HeightInside;

/// Nodes listed one by one.
const LISTED: usize = 128;

#[must_use]
pub fn card(cx: &CardContext, thing: Thing, h: &HeightInside) -> Card {
    let mut blocks: Vec<Row> = h
        .blocks
        .iter()
        .map(|(hex, round, proposer, decided)| {
            let mut spans = vec![block(hex), soft(format!(" of round {round} by "))];
            spans.push(cx.node(*proposer));
            spans.push(match decided {
                0 => soft(", not decided"),
                n => good(format!(", decided by {n}")),
            });
            Row::Line(spans)
        })
        .collect();
    if blocks.is_empty() {
        let why = if h.height == 0 {
            "Height 0 is genesis, where every validator starts."
        } else {
            "There is no block of this height at this instant: none has been proposed yet, or all have been dropped."
        };
        blocks.push(Row::Line(vec![soft(why)]));
    }
    let mut order: Vec<_> = h.nodes.iter().collect();
    order.sort_by_key(|n| n.decided.as_ref().map_or(u64::MAX, |d| d.0));
    let nodes = order.iter().take(LISTED).map(|n| {
        let mut spans = vec![cx.node(n.node), text(" ")];
        match (&n.decided, n.working) {
            (Some((at, round, hex)), _) => {
                spans.push(text("decided "));
                spans.push(block(hex));
                spans.push(soft(format!(" in round {round}, ")));
                spans.push(time(*at));
            }
            (None, Some(round)) => {
                spans.push(text(format!("is still working on it, round {round}")))
            }
            (None, None) if n.past => spans.push(soft("is past it")),
            (None, None) => spans.push(soft("has not reached it yet")),
        }
        Row::Line(spans)
    });
    let done = h.nodes.iter().filter(|n| n.decided.is_some()).count();
    Card {
        thing,
        kind: "height".into(),
        title: vec![text(format!("Height {}", words::grouped(h.height)))],
        sections: vec![
            section("Blocks", blocks),
            section(
                format!("Validators ({done} of {} decided)", h.nodes.len()),
                nodes.collect(),
            ),
        ],
    }
}
