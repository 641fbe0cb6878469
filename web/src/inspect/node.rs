//! The card of a validator at an instant.

use super::Thing;
use super::card::{Card, Row, Section, Span, Votes};
use super::card_context::{
    CardContext, bad, block, fact, missing, section, slot, soft, text, time, value,
};
use crate::words;
use consensusforge_core::session::inspect::{NodeInside, TimerInside, VotesInside};
use consensusforge_core::session::plural;

/// Bars shown; a stalled height has one a round.
const BARS: usize = 12;

#[must_use]
pub fn card(cx: &CardContext, thing: Thing, inside: Option<NodeInside>) -> Card {
    let Some(n) = inside else {
        let why = "This run has no such validator.";
        return missing(thing, "validator", "A validator".into(), why);
    };
    let sections = sections(cx, &n);
    Card {
        thing,
        kind: "validator".into(),
        title: vec![text(n.view.name.clone())],
        sections,
    }
}

/// Everything about a node; a mark's card ends with it.
#[must_use]
pub fn sections(cx: &CardContext, n: &NodeInside) -> Vec<Section> {
    let v = &n.view;
    let mut about = vec![fact("at", vec![time(n.at_us)])];
    if v.crashed {
        about.push(fact(
            "is",
            vec![bad("✖ down: remembers what it signed, has lost its timers")],
        ));
    }
    if v.byzantine {
        about.push(fact(
            "is",
            vec![bad("◆ Byzantine: under the adversary's control")],
        ));
    }
    let mut place = slot(v.height, v.round);
    place.push(text(format!(" · {}", v.step)));
    about.push(Row::Fact("working on".into(), place));
    if !n.awaits.is_empty() {
        about.push(fact("waits for", vec![text(n.awaits.join(", or "))]));
    }
    for (name, block) in &n.kept {
        let (on, none) = match name.as_str() {
            "locked" => ("on ", "on nothing"),
            _ => ("", "none seen"),
        };
        about.push(Row::Fact(name.clone(), held(block.as_ref(), on, none)));
    }
    about.push(fact(
        "stake",
        vec![
            text(words::grouped(v.stake)),
            soft(format!(
                " of {}, {}",
                words::grouped(n.total),
                words::percent(v.share)
            )),
        ],
    ));
    let pool = format!(
        "{} waiting, {}",
        words::grouped(v.mempool),
        words::bytes(n.mempool_bytes)
    );
    about.push(fact("mempool", vec![text(pool)]));
    let mut decided = vec![text("height "), super::card_context::height(v.decided)];
    if v.decided > 0 {
        decided.push(text(", block "));
        decided.push(block(&n.tip));
    }
    about.push(Row::Fact("decided".into(), decided));
    about.push(fact("state root", vec![Span::Code(v.state_root.clone())]));
    if let Some(until) = n.busy_until_us {
        let left = words::duration(until.saturating_sub(n.at_us));
        about.push(fact(
            "executor",
            vec![text(format!("busy for another {left}"))],
        ));
    }
    let mut sections = vec![
        section("", about),
        section("Votes it has counted", votes(cx, n)),
    ];
    // Of a height or round left behind: they fire and nothing comes of it.
    let live = |t: &&TimerInside| (t.height, t.round) >= (v.height, v.round);
    let mut timers: Vec<Row> = n
        .timers
        .iter()
        .filter(live)
        .map(|t| {
            let left = words::duration(t.fires_us.saturating_sub(n.at_us));
            Row::Line(vec![
                text(format!("{}: {left} left", t.name)),
                soft(format!(", height {}, round {}, at ", t.height, t.round)),
                time(t.fires_us),
            ])
        })
        .collect();
    if timers.is_empty() {
        timers.push(Row::Line(vec![soft("None that matters now.")]));
    }
    let stale = n.timers.len() - n.timers.iter().filter(live).count();
    if stale > 0 {
        let rest = format!("and {stale} of past heights or rounds, which will have no effect");
        timers.push(Row::Line(vec![soft(rest)]));
    }
    sections.push(section("Timers", timers));
    let proofs = n.proofs.iter().map(|p| {
        let mut spans = vec![
            cx.node(p.offender),
            text(format!(" signed two {}: ", plural(&p.kind))),
        ];
        spans.push(value(p.first.as_deref()));
        spans.push(text(" and "));
        spans.push(value(p.second.as_deref()));
        spans.push(soft(", "));
        spans.extend(slot(p.height, p.round));
        Row::Line(spans)
    });
    let mut proofs: Vec<Row> = proofs.collect();
    if proofs.is_empty() {
        proofs.push(Row::Line(vec![soft("Holds no evidence against anyone.")]));
    }
    sections.push(section("Evidence", proofs));
    sections
}

fn held(what: Option<&(String, u32)>, on: &'static str, nothing: &str) -> Vec<Span> {
    match what {
        Some((hex, round)) => vec![text(on), block(hex), text(format!(" since round {round}"))],
        None => vec![soft(nothing)],
    }
}

fn votes(cx: &CardContext, n: &NodeInside) -> Vec<Row> {
    if n.votes.is_empty() {
        return vec![Row::Line(vec![soft("None yet at this height.")])];
    }
    let mut rows: Vec<Row> = n
        .votes
        .iter()
        .take(BARS)
        .map(|v| Row::Votes(bar(cx, n, v)))
        .collect();
    if n.votes.len() > BARS {
        let rest = format!("and {} counts of earlier rounds", n.votes.len() - BARS);
        rows.push(Row::Line(vec![soft(rest)]));
    }
    rows
}

fn bar(cx: &CardContext, n: &NodeInside, v: &VotesInside) -> Votes {
    let reached = v.stake >= v.needed;
    let share = v.stake as f64 / n.total.max(1) as f64;
    let stake = format!("{} of stake", words::percent(share));
    // A count of votes says what a count of stake does where all stakes are equal.
    let alike = n.votes_needed.filter(|_| v.needed == n.quorum);
    let said = match alike {
        Some(needed) if !v.voters.is_empty() => format!(
            "{} votes; {needed} of {} required to {} · {stake}",
            v.voters.len(),
            n.validators,
            v.purpose
        ),
        _ => format!(
            "{} of the {} required to {} · {stake}",
            words::grouped(v.stake),
            words::grouped(v.needed),
            v.purpose
        ),
    };
    Votes {
        label: vec![
            text(format!("{} round {} for ", v.kind, v.round)),
            value(v.value.as_deref()),
        ],
        share: thousandths(v.stake, n.total),
        quorum: thousandths(v.needed, n.total),
        reached,
        said,
        voters: if v.voters.is_empty() {
            Vec::new()
        } else {
            cx.nodes(&v.voters)
        },
    }
}

fn thousandths(part: u64, whole: u64) -> u16 {
    let share = u128::from(part) * 1_000 / u128::from(whole.max(1));
    u16::try_from(share.min(1_000)).unwrap_or(1_000)
}
