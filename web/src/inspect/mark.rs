//! The card of something that happened at one node: what it was, and how the node stood right after.

use super::Thing;
use super::card::{Card, Row, Span};
use super::card_context::{CardContext, block, fact, section, slot, soft, text, time};
use super::node;
use consensusforge_core::session::inspect::NodeInside;
use consensusforge_core::session::view::{Mark, MarkKind};

#[must_use]
pub fn card(cx: &CardContext, mark: &Mark, inside: Option<&NodeInside>) -> Card {
    let (title, rows) = describe(cx, mark);
    let mut about = vec![fact("when", vec![time(mark.at_us)])];
    about.extend(rows);
    let mut sections = vec![section("", about)];
    if let Some(n) = inside {
        let mut state = node::sections(cx, n);
        if let Some(first) = state.first_mut() {
            first.title = format!("{} right after", n.view.name);
        }
        sections.extend(state);
    }
    Card {
        thing: Thing::Mark(mark.clone()),
        kind: "event".into(),
        title,
        sections,
    }
}

fn describe(cx: &CardContext, mark: &Mark) -> (Vec<Span>, Vec<Row>) {
    let who = || cx.node(mark.node);
    let at = |h: u64, r: u32| Row::Fact("where".into(), slot(h, r));
    let hex = |b: &[u8; 4]| b.iter().map(|x| format!("{x:02x}")).collect::<String>();
    match &mark.what {
        MarkKind::Step {
            height,
            round,
            step,
        } => {
            let step = cx.world.steps.get(usize::from(*step));
            let step = step.map_or("the next", String::as_str);
            (
                vec![who(), text(format!(" enters step {step}"))],
                vec![at(*height, *round)],
            )
        }
        MarkKind::Timeout {
            height,
            round,
            timer,
        } => {
            let timer = cx.world.timers.get(usize::from(*timer));
            let timer = timer.map_or("", String::as_str);
            (
                vec![who(), text(format!(": timeout {timer}"))],
                vec![at(*height, *round)],
            )
        }
        MarkKind::Locked {
            height,
            round,
            block: b,
        } => (
            vec![who(), text(" locks "), block(&hex(b))],
            vec![at(*height, *round)],
        ),
        MarkKind::Polka {
            height,
            round,
            block: b,
        } => {
            let value = b.as_ref().map_or_else(|| soft("nil"), |b| block(&hex(b)));
            let title = vec![who(), text(" has a quorum for "), value];
            (title, vec![at(*height, *round)])
        }
        MarkKind::Commit {
            height,
            round,
            block: b,
            caught_up,
        } => {
            let mut rows = vec![at(*height, *round)];
            if *caught_up {
                rows.push(Row::Line(vec![soft(
                    "caught up from a block and its commit certificate",
                )]));
            }
            (vec![who(), text(" commits "), block(&hex(b))], rows)
        }
        MarkKind::Rejected {
            height,
            round,
            reason,
        } => (
            vec![who(), text(" rejects a proposal")],
            vec![
                fact("because", vec![text(reason.clone())]),
                at(*height, *round),
            ],
        ),
        MarkKind::Evidence {
            offender,
            height,
            round,
        } => (
            vec![who(), text(" holds evidence against "), cx.node(*offender)],
            vec![
                Row::Line(vec![soft(
                    "two messages that an honest validator would never both sign",
                )]),
                at(*height, *round),
            ],
        ),
        MarkKind::Crashed => (vec![who(), text(" crashes")], Vec::new()),
        MarkKind::Restarted => (vec![who(), text(" restarts")], Vec::new()),
        MarkKind::CommandMissed { sentence } => {
            (vec![text(format!("No effect: {sentence}"))], Vec::new())
        }
        MarkKind::Changed { sentence } => (vec![text(sentence.clone())], Vec::new()),
    }
}
