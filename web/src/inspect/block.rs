//! The card of a block.

use super::Thing;
use super::card::{Card, Row, Span, Votes};
use super::card_context::{
    CardContext, bad, block, fact, good, height, message, missing, section, soft, text, time,
    transaction,
};
use crate::words;
use consensusforge_core::session::inspect::BlockInside;
use consensusforge_core::session::plural;
use std::collections::BTreeMap;

#[must_use]
pub fn card(cx: &CardContext, thing: Thing, inside: Option<BlockInside>) -> Card {
    let Some(b) = inside else {
        let why = "No validator has this block at this instant: either it is proposed later, or it is so old that \
                   every validator has dropped it.";
        let title = match &thing {
            Thing::Block(hex) => format!("Block {}", words::short(hex)),
            _ => "A block".into(),
        };
        return missing(thing, "block", title, why);
    };
    let mut about = vec![
        fact("digest", vec![Span::Code(b.id.clone())]),
        fact(
            "height",
            vec![
                height(b.height),
                text(format!(" · proposed in round {}", b.round)),
            ],
        ),
        fact(
            "proposer",
            vec![cx.node(b.proposer), text(" at "), time(b.built_us)],
        ),
        parents(&b),
        fact("size", vec![text(words::bytes(b.bytes.into()))]),
    ];
    if let Some(position) = b.position {
        let place = vec![
            text("number "),
            height(position),
            text(" in the decided order"),
        ];
        about.push(Row::Fact("place".into(), place));
    }
    if !b.proposals.is_empty() {
        let mut spans = Vec::new();
        for (k, (id, from)) in b.proposals.iter().enumerate() {
            if k > 0 {
                spans.push(text(", "));
            }
            spans.push(message(*id, format!("of {}", cx.name(*from))));
        }
        about.push(Row::Fact("proposal".into(), spans));
    }
    let of_parent = if b.executed == b.parent {
        "the parent"
    } else {
        "the newest block it had executed"
    };
    about.push(fact(
        "claims",
        vec![
            soft(format!("state root after {of_parent}: ")),
            Span::Code(b.claimed_root.clone()),
        ],
    ));
    if !b.changes.is_empty() {
        let mut spans = vec![soft(format!("from height {} on: ", b.height + 2))];
        for (i, (validator, stake)) in b.changes.iter().enumerate() {
            spans.push(text(if i > 0 { ", " } else { "" }));
            spans.push(cx.node(*validator));
            spans.push(text(match stake {
                0 => " leaves".to_owned(),
                stake => format!(" has stake {}", words::grouped(*stake)),
            }));
        }
        about.push(Row::Fact("changes validators".into(), spans));
    }
    if !b.rivals.is_empty() {
        let mut spans = vec![bad("▲ another block was decided at this height: ")];
        spans.extend(b.rivals.iter().map(|r| block(r)));
        about.push(Row::Fact("fork".into(), spans));
    }
    Card {
        thing,
        kind: "block".into(),
        title: vec![text(format!("Block {}", words::short(&b.id)))],
        sections: vec![
            section("", about),
            section("Certificate", certificate(cx, &b)),
            section(
                format!("Decided by {} of {}", b.decided.len(), cx.world.nodes.len()),
                decided(cx, &b),
            ),
            section("Who has it", vec![Row::Line(cx.nodes(&b.holders))]),
            section("Executed", executed(cx, &b)),
            section(
                format!("Transactions ({})", words::grouped(b.transaction_count)),
                transactions(&b),
            ),
        ],
    }
}

fn parents(b: &BlockInside) -> Row {
    let first = if b.has_parent {
        block(&b.parent)
    } else {
        soft("genesis")
    };
    let mut spans = vec![first];
    for parent in &b.further_parents {
        spans.push(text(", "));
        spans.push(block(parent));
    }
    let label = if b.further_parents.is_empty() {
        "parent"
    } else {
        "parents"
    };
    Row::Fact(label.into(), spans)
}

fn certificate(cx: &CardContext, b: &BlockInside) -> Vec<Row> {
    if b.certificate.is_empty() {
        let why = if b.decided.is_empty() {
            "Not decided."
        } else {
            "Decided together with a later block, which has the certificate."
        };
        return vec![Row::Line(vec![soft(why)])];
    }
    // One line a kind and round: Tendermint's has one of them, others chain several.
    let mut by: BTreeMap<(&str, u32), Vec<u16>> = BTreeMap::new();
    for s in &b.certificate {
        by.entry((&s.kind, s.round)).or_default().push(s.validator);
    }
    let whole = b.total.max(1);
    let thousandths = |part: u64| {
        u16::try_from((u128::from(part) * 1_000 / u128::from(whole)).min(1_000)).unwrap_or(1_000)
    };
    by.into_iter()
        .map(|((kind, round), signers)| {
            let share = b.certificate_stake as f64 / whole as f64;
            Row::Votes(Votes {
                label: vec![text(format!("{} of round {round}", plural(kind)))],
                share: thousandths(b.certificate_stake),
                quorum: thousandths(b.quorum),
                reached: b.certificate_stake >= b.quorum,
                said: format!(
                    "{} signatures of {} validators · {} of stake",
                    signers.len(),
                    b.validators,
                    words::percent(share)
                ),
                voters: cx.nodes(&signers),
            })
        })
        .collect()
}

fn decided(cx: &CardContext, b: &BlockInside) -> Vec<Row> {
    let line = |(node, at, round, caught_up): &(u16, Option<u64>, u32, bool)| {
        let mut spans = vec![cx.node(*node), text(" ")];
        spans.push(at.map_or_else(|| soft("earlier than the trace remembers"), time));
        spans.push(soft(format!(" in round {round}")));
        if *caught_up {
            spans.push(soft(", by catching up"));
        }
        Row::Line(spans)
    };
    let mut rows: Vec<Row> = b.decided.iter().map(line).collect();
    for (node, at, why) in &b.rejected {
        rows.push(Row::Line(vec![
            cx.node(*node),
            bad(" ✖ finds it invalid"),
            text(format!(": {why} ")),
            time(*at),
        ]));
    }
    if rows.is_empty() {
        rows.push(Row::Line(vec![soft("Nobody yet.")]));
    }
    rows
}

/// Nodes by the root they came to: normally one line.
fn executed(cx: &CardContext, b: &BlockInside) -> Vec<Row> {
    let mut by: BTreeMap<&str, (Vec<u16>, u64, u64)> = BTreeMap::new();
    for e in &b.executions {
        let entry = by.entry(&e.root).or_insert((Vec::new(), e.gas, e.at_us));
        entry.0.push(e.node);
        entry.2 = entry.2.min(e.at_us);
    }
    if by.is_empty() {
        return vec![Row::Line(vec![soft("Not yet.")])];
    }
    let agreed = by.len() == 1;
    let mut rows = Vec::new();
    for (root, (nodes, gas, first)) in by {
        rows.push(fact("root", vec![Span::Code(root.to_owned())]));
        let mut by = cx.nodes(&nodes);
        by.push(soft(", first at "));
        by.push(time(first));
        rows.push(Row::Fact("at".into(), by));
        rows.push(fact("gas", vec![text(words::grouped(gas))]));
    }
    rows.push(Row::Line(vec![if agreed {
        good("✔ the same root everywhere")
    } else {
        bad("≠ different roots after the same block")
    }]));
    rows
}

fn transactions(b: &BlockInside) -> Vec<Row> {
    let mut rows: Vec<Row> = b
        .transactions
        .iter()
        .map(|t| {
            let mut spans = vec![transaction(&t.id), text(format!(" {}", t.what))];
            spans.push(match t.succeeded {
                Some(true) => good(" ✔"),
                Some(false) => bad(" ✖ failed"),
                None => soft(""),
            });
            Row::Line(spans)
        })
        .collect();
    let more = b
        .transaction_count
        .saturating_sub(b.transactions.len() as u64);
    if more > 0 {
        rows.push(Row::Line(vec![soft(format!(
            "and {} more",
            words::grouped(more)
        ))]));
    }
    if rows.is_empty() {
        rows.push(Row::Line(vec![soft("None: an empty block.")]));
    }
    rows
}
