//! Moving in time: play, step, jump, speed, and the scrub bar with commits, faults and commands.

use super::icon::icon;
use crate::platform::text;
use crate::scale;
use crate::state::chart_view::Place;
use crate::state::notices::{Notices, Tone};
use crate::state::playback::Playback;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use crate::words;
use consensusforge_core::session::view::{Moments, Unit};
use leptos::{ev, prelude::*};
use std::fmt::Write;

const UNITS: [(&str, Unit); 4] = [
    ("message", Unit::Message),
    ("step", Unit::Step),
    ("height", Unit::Height),
    ("event", Unit::Event),
];

/// What one can jump between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Commit,
    Fault,
    Command,
    Violation,
}

const KINDS: [(&str, Kind); 4] = [
    ("commit", Kind::Commit),
    ("fault", Kind::Fault),
    ("command", Kind::Command),
    ("violation", Kind::Violation),
];

/// Marks on the scrub bar, at most so many of a kind: more would be one bar.
const MARKS: usize = 700;

/// A step back by one thing.
pub fn step_back(playback: Playback, unit: Unit) {
    playback.step_back(unit);
}

/// Goes to the next commit, fault, ... or the one before,
/// and lights what happened there.
pub fn jump(notices: Notices, run: RunState, playback: Playback, selection: Selection, on: bool) {
    let kind = playback.jump_kind.get_untracked();
    let (name, kind) = KINDS[kind.min(KINDS.len() - 1)];
    let now = run.now_us();
    let found = playback.moments.with_untracked(|m| {
        let near = |at: &[u64]| neighbour(at, now, on);
        match kind {
            Kind::Commit => near(&m.commits_us),
            Kind::Command => near(&m.commands_us),
            Kind::Fault => near(&instants(&m.faults)),
            Kind::Violation => near(&instants(&m.violations)),
        }
    });
    playback.play(false);
    match found {
        Some(at_us) => {
            playback.seek(at_us);
            selection.light(Place {
                at_us,
                node: None,
                message: None,
                to: None,
            });
        }
        // Beyond what has been seen the run itself finds the next one.
        None if on && kind == Kind::Commit => playback.step(Unit::Height),
        None => {
            let where_to = if on { "after" } else { "before" };
            let far = if on { " in what has run so far" } else { "" };
            notices.show(
                Tone::Plain,
                format!("There is no {name} {where_to} this instant{far}."),
            );
        }
    }
}

fn instants(all: &[consensusforge_core::session::view::Moment]) -> Vec<u64> {
    all.iter().map(|m| m.at_us).collect()
}

fn neighbour(sorted: &[u64], now: u64, on: bool) -> Option<u64> {
    if on {
        sorted.get(sorted.partition_point(|at| *at <= now)).copied()
    } else {
        let before = sorted.partition_point(|at| *at < now);
        before.checked_sub(1).map(|k| sorted[k])
    }
}

#[component]
pub fn Transport() -> impl IntoView {
    let notices = expect_context::<Notices>();
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let selection = expect_context::<Selection>();
    let unit = RwSignal::new(0usize);
    let chosen = move || UNITS[unit.get_untracked()].1;
    let choose = move |event| {
        let id = event_target_value(&event);
        unit.set(UNITS.iter().position(|u| u.0 == id).unwrap_or_default());
    };
    let choose_kind = move |event| {
        let id = event_target_value(&event);
        playback
            .jump_kind
            .set(KINDS.iter().position(|k| k.0 == id).unwrap_or_default());
    };
    let speed = move |event: ev::Event| {
        if let Some(position) = text::number(&event_target_value(&event)) {
            playback.set_speed(scale::speed(position));
        }
    };
    view! {
        <section class="transport" aria-label="Time">
            <Scrub />
            <div class="buttons moves">
                <button class="quiet" aria-label="Back to the start" title="Back to the start (Home)" on:click=move |_| playback.seek(0)>{icon("start")}</button>
                <button id="step-back" class="quiet" aria-label="Step back" title="Step back (,)" on:click=move |_| step_back(playback, chosen())>{icon("back")}</button>
                <button
                    id="play" class="strong"
                    aria-label=move || if playback.playing.get() { "Pause" } else { "Play" }
                    title="Play or pause (Space)"
                    on:click=move |_| playback.play(!playback.playing.get_untracked())
                >
                    {move || icon(if playback.playing.get() { "pause" } else { "play" })}
                </button>
                <button id="step" class="quiet" aria-label="Step forward" title="Step forward (.)" on:click=move |_| playback.step(chosen())>{icon("on")}</button>
                <label class="unit-pick">
                    <span class="visually-hidden">"a step is one"</span>
                    <select id="unit" title="Size of a step" on:change=choose>
                        {UNITS.map(|(name, _)| view! { <option value=name>{name}</option> })}
                    </select>
                </label>
            </div>
            <div class="buttons jumps">
                <button id="jump-back" class="quiet" aria-label="Jump to the previous one" title="Jump to the previous one (K)" on:click=move |_| jump(notices, run, playback, selection, false)>"⇤"</button>
                <label class="unit-pick">
                    <span class="visually-hidden">"jump between"</span>
                    <select id="jump-kind" title="What to jump between" on:change=choose_kind>
                        {KINDS.map(|(name, _)| view! { <option value=name>{name}</option> })}
                    </select>
                </label>
                <button id="jump-on" class="quiet" aria-label="Jump to the next one" title="Jump to the next one (J)" on:click=move |_| jump(notices, run, playback, selection, true)>"⇥"</button>
            </div>
            <div class="speed">
                <label for="speed">"speed"</label>
                <input
                    type="range" id="speed" min="0" max=scale::SPEED_STOPS step="1"
                    prop:value=move || scale::speed_position(playback.speed.get()).to_string()
                    aria-valuetext=move || words::speed(playback.speed.get())
                    title="Simulated time per real time; at the right end, as fast as possible"
                    on:input=speed
                />
                <output for="speed">{move || match playback.speed.get() {
                    None => "max".into(),
                    some => words::speed(some),
                }}</output>
            </div>
            <super::branches::Toggle />
            <super::stops::Toggle />
        </section>
    }
}

#[component]
fn Scrub() -> impl IntoView {
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let end = move || playback.end_us.get().max(1_000);
    let hand = RwSignal::new(None::<u64>);
    let shown = move || hand.get().unwrap_or_else(|| run.tick.with(|t| t.now_us));
    let slid = move |event: ev::Event| {
        if let Some(to) = text::number(&event_target_value(&event)) {
            let to = to as u64;
            if playback.playing.get_untracked() {
                playback.play(false);
            }
            hand.set(Some(to));
            playback.seek(to);
        }
    };
    let forks = Memo::new(move |_| {
        run.frame.with(|f| {
            let forked = |f: &consensusforge_core::session::view::Frame| {
                let all = f.commits.iter().filter(|c| c.forked).map(|c| c.at_us);
                all.collect::<Vec<_>>()
            };
            f.as_ref().map(|f| forked(f)).unwrap_or_default()
        })
    });
    let marks = Memo::new(move |_| {
        let end = end();
        let forks = forks.with(|f| path(f, end, "V9"));
        playback.moments.with(|m| paths(m, end, forks))
    });
    let told = move || {
        playback.moments.with(|m| {
            let faults = m.faults.iter().chain(&m.violations).rev().take(6);
            let lines: Vec<String> = faults
                .map(|f| format!("{}  {}", words::clock(f.at_us), f.what))
                .collect();
            format!(
                "Drag to move in time. Thin bars are commits, tall bars your commands, thick bars faults, triangles violations.\n{}",
                lines.join("\n")
            )
        })
    };
    view! {
        <div class="scrub">
            <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                <path class="commits" d=move || marks.get().commits />
                <path class="forks" d=move || marks.get().forks />
                <path class="faults" d=move || marks.get().faults />
                <path class="acts" d=move || marks.get().acts />
                <path class="violations" d=move || marks.get().violations />
            </svg>
            <input
                type="range" id="scrub" aria-label="Time" min="0" step="1"
                max=move || end().to_string()
                prop:value=move || shown().to_string()
                aria-valuetext=move || words::clock(shown())
                title=told
                on:input=slid
                on:change=move |_| hand.set(None)
            />
            <output id="clock" for="scrub">{move || words::clock(shown())}</output>
        </div>
    }
}

#[derive(Clone, PartialEq, Eq)]
struct Paths {
    commits: String,
    forks: String,
    faults: String,
    acts: String,
    violations: String,
}

fn paths(m: &Moments, end: u64, forks: String) -> Paths {
    Paths {
        commits: path(&m.commits_us, end, "V9"),
        forks,
        faults: path(&instants(&m.faults), end, "V9"),
        acts: path(&m.commands_us, end, "V4"),
        violations: path(&instants(&m.violations), end, "l3 0l-3 8l-3 -8z"),
    }
}

/// A stroke at each of these instants; where they crowd, one for many.
fn path(at: &[u64], end_us: u64, stroke: &str) -> String {
    let mut d = String::new();
    let top = if stroke == "V9" { 3 } else { 0 };
    let mut last = i64::MIN;
    let grid = (MARKS as u64).max(1);
    for t in at.iter().filter(|t| **t <= end_us) {
        let cell = (u128::from(*t) * u128::from(grid) / u128::from(end_us.max(1))) as i64;
        if cell != last {
            last = cell;
            let x = t * 1_000 / end_us.max(1);
            let rest = t * 10_000 / end_us.max(1) % 10;
            let _ = write!(d, "M{x}.{rest} {top}{stroke}");
        }
    }
    d
}
