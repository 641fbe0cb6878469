//! A few lines on the thing under the pointer.

use crate::chart::hit::Pick;
use crate::state::chart::Charts;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use crate::words;
use consensusforge_core::session::view::{Arrow, Fate, Mark, MarkKind, MessageView, RunInfo};
use leptos::prelude::*;

/// Beside the pointer, while it hovers.
pub fn tooltip(
    charts: Charts,
    run: RunState,
    selection: Selection,
    x: f64,
    y: f64,
    pick: &Pick,
) -> AnyView {
    let (title, lines) = describe(run, selection, pick);
    // Kept inside the chart: to the left of the pointer in its right half.
    let width = charts.main().borrow().layout().width;
    let height = charts.main().borrow().layout().height;
    let flip = x > width * 0.55;
    let up = y > height * 0.6;
    let left = move || {
        if flip {
            "auto".into()
        } else {
            format!("{:.0}px", x + 16.0)
        }
    };
    let right = move || {
        if flip {
            format!("{:.0}px", width - x + 16.0)
        } else {
            "auto".into()
        }
    };
    let top = move || {
        if up {
            "auto".into()
        } else {
            format!("{:.0}px", y + 14.0)
        }
    };
    let bottom = move || {
        if up {
            format!("{:.0}px", height - y + 14.0)
        } else {
            "auto".into()
        }
    };
    view! {
        <div class="tooltip" style:left=left style:right=right style:top=top style:bottom=bottom>
            <strong>{title}</strong>
            {lines.into_iter().map(|l| view! { <div>{l}</div> }).collect_view()}
        </div>
    }
    .into_any()
}

fn describe(run: RunState, selection: Selection, pick: &Pick) -> (String, Vec<String>) {
    let Some(world) = run.info.get() else {
        return (String::new(), Vec::new());
    };
    match pick {
        Pick::Arrow(a) => {
            let message = selection.message.get().filter(|m| m.id == a.message);
            arrow(&world, a, message.as_ref())
        }
        Pick::Mark(m) => mark(&world, m),
        Pick::Node(k) => node(run, &world, *k),
    }
}

fn name(world: &RunInfo, node: u16) -> String {
    world
        .nodes
        .get(usize::from(node))
        .cloned()
        .unwrap_or_default()
}

fn arrow(world: &RunInfo, a: &Arrow, message: Option<&MessageView>) -> (String, Vec<String>) {
    let kind = world
        .kinds
        .get(usize::from(a.kind))
        .map_or("message", |k| &k.name);
    let title = format!("{kind}  {} → {}", name(world, a.from), name(world, a.to));
    let mut lines = Vec::new();
    if let Some(m) = message {
        let value = m.value.as_deref().map_or("nil".into(), words::short);
        lines.push(format!("height {} · round {} · {value}", m.height, m.round));
        if m.signer.as_ref().is_some_and(|s| *s != m.from) {
            lines.push(format!(
                "signed by {}",
                m.signer.clone().unwrap_or_default()
            ));
        }
    }
    let flight = words::duration(a.arrives_us.saturating_sub(a.sent_us));
    let (sent, arrives) = (words::clock(a.sent_us), words::clock(a.arrives_us));
    lines.push(match a.fate {
        Fate::Delivered => format!("sent {sent}, arrived {arrives} ({flight})"),
        Fate::InFlight => format!("sent {sent}, arrives {arrives} ({flight})"),
        Fate::Lost => format!("sent {sent}, lost on the way"),
        Fate::Cut => format!("sent {sent}, lost: the link is cut"),
        Fate::Dropped => format!("sent {sent}, dropped manually at {arrives}"),
        Fate::ReceiverDown => {
            format!("sent {sent}, arrived {arrives}, but the receiver was down")
        }
    });
    if a.byzantine {
        lines.push("◆ the sender is Byzantine".into());
    }
    (title, lines)
}

fn mark(world: &RunInfo, m: &Mark) -> (String, Vec<String>) {
    let who = name(world, m.node);
    let hex = |b: &[u8; 4]| b.iter().map(|x| format!("{x:02x}")).collect::<String>();
    let slot = |h: &u64, r: &u32| format!("height {h} · round {r}");
    let (title, mut lines) = match &m.what {
        MarkKind::Step {
            height,
            round,
            step,
        } => {
            let step = world
                .steps
                .get(usize::from(*step))
                .map_or("next", |s| s.as_str());
            (
                format!("{who} enters step {step}"),
                vec![slot(height, round)],
            )
        }
        MarkKind::Timeout {
            height,
            round,
            timer,
        } => {
            let timer = world
                .timers
                .get(usize::from(*timer))
                .map_or("", |s| s.as_str());
            (format!("{who}: timeout {timer}"), vec![slot(height, round)])
        }
        MarkKind::Locked {
            height,
            round,
            block,
        } => (
            format!("{who} locks {}", hex(block)),
            vec![slot(height, round)],
        ),
        MarkKind::Polka {
            height,
            round,
            block,
        } => {
            let value = block.as_ref().map_or("nil".into(), hex);
            let title = format!("{who} has a quorum for {value}");
            (title, vec![slot(height, round)])
        }
        MarkKind::Commit {
            height,
            round,
            block,
            caught_up,
        } => {
            let mut lines = vec![slot(height, round)];
            if *caught_up {
                lines.push("caught up from a block and its commit certificate".into());
            }
            (format!("{who} commits {}", hex(block)), lines)
        }
        MarkKind::Rejected {
            height,
            round,
            reason,
        } => (
            format!("{who} rejects a message"),
            vec![reason.clone(), slot(height, round)],
        ),
        MarkKind::Evidence {
            offender,
            height,
            round,
        } => {
            let title = format!("{who} holds evidence against {}", name(world, *offender));
            (
                title,
                vec![
                    "two conflicting signed messages".into(),
                    slot(height, round),
                ],
            )
        }
        MarkKind::Crashed => (format!("{who} crashes"), Vec::new()),
        MarkKind::Restarted => (format!("{who} restarts"), Vec::new()),
        MarkKind::Changed { sentence } | MarkKind::CommandMissed { sentence } => {
            (sentence.clone(), Vec::new())
        }
    };
    lines.push(format!("at {}", words::clock(m.at_us)));
    (title, lines)
}

fn node(run: RunState, world: &RunInfo, k: usize) -> (String, Vec<String>) {
    let title = world.nodes.get(k).cloned().unwrap_or_default();
    let Some(n) = run.frame.get().and_then(|f| f.nodes.get(k).cloned()) else {
        return (title, Vec::new());
    };
    let mut lines = vec![
        format!(
            "stake {} ({})",
            words::grouped(n.stake),
            words::percent(n.share)
        ),
        format!("height {} · round {} · {}", n.height, n.round, n.step),
    ];
    if let Some((block, round)) = &n.locked {
        lines.push(format!("locked on {block} since round {round}"));
    }
    if n.byzantine {
        lines.push("◆ Byzantine".into());
    }
    if n.crashed {
        lines.push("✖ down".into());
    }
    (title, lines)
}
