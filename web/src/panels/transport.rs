//! Moving in time: play, step, speed, and the scrub bar with what was committed and done.

use super::icon::icon;
use crate::app::{App, app};
use crate::platform::text;
use crate::scale;
use crate::words;
use consensusforge_core::session::view::Unit;
use leptos::{ev, prelude::*};
use std::fmt::Write;

const UNITS: [(&str, &str, Unit); 4] = [
    ("message", "message", Unit::Message),
    ("step", "step", Unit::Step),
    ("height", "height", Unit::Height),
    ("event", "event", Unit::Event),
];

/// A little before now: to the record before this instant, or the commit before it.
pub fn step_back(app: App, unit: Unit) {
    let now = app.now_us();
    let before = match unit {
        Unit::Height => app.frame.with_untracked(|f| {
            let commits = f
                .as_ref()
                .map(|f| f.commits.iter().map(|c| c.at_us).filter(|t| *t < now).max());
            commits.flatten()
        }),
        _ => app.chart().borrow().before(now),
    };
    app.play(false);
    app.seek(before.unwrap_or_else(|| now.saturating_sub(1_000)));
}

#[component]
pub fn Transport() -> impl IntoView {
    let app = app();
    let unit = RwSignal::new(0usize);
    let chosen = move || UNITS[unit.get_untracked()].2;
    let choose = move |event| {
        let id = event_target_value(&event);
        unit.set(UNITS.iter().position(|u| u.0 == id).unwrap_or_default());
    };
    let speed = move |event: ev::Event| {
        if let Some(position) = text::number(&event_target_value(&event)) {
            app.set_speed(scale::speed(position));
        }
    };
    view! {
        <section class="transport" aria-label="Time">
            <div class="buttons">
                <button class="quiet" aria-label="Back to the start" title="Back to the start (Home)" on:click=move |_| app.seek(0)>{icon("start")}</button>
                <button class="quiet" aria-label="A step back" title="A step back (,)" on:click=move |_| step_back(app, chosen())>{icon("back")}</button>
                <button
                    id="play" class="strong"
                    aria-label=move || if app.playing.get() { "Pause" } else { "Play" }
                    title="Play or pause (Space)"
                    on:click=move |_| app.play(!app.playing.get_untracked())
                >
                    {move || icon(if app.playing.get() { "pause" } else { "play" })}
                </button>
                <button id="step" class="quiet" aria-label="A step on" title="A step on (.)" on:click=move |_| app.step(chosen())>{icon("on")}</button>
                <label class="unit-pick">
                    <span class="unseen">"a step is one"</span>
                    <select title="What a step is" on:change=choose>
                        {UNITS.map(|(id, name, _)| view! { <option value=id>{name}</option> })}
                    </select>
                </label>
            </div>
            <Scrub />
            <div class="speed">
                <label for="speed">"speed"</label>
                <input
                    type="range" id="speed" min="0" max=scale::SPEED_STOPS step="1"
                    prop:value=move || scale::speed_position(app.speed.get()).to_string()
                    aria-valuetext=move || words::speed(app.speed.get())
                    title="Simulated time in real time; at the right end as fast as possible"
                    on:input=speed
                />
                <output for="speed">{move || match app.speed.get() {
                    None => "max".into(),
                    some => words::speed(some),
                }}</output>
            </div>
        </section>
    }
}

#[component]
fn Scrub() -> impl IntoView {
    let app = app();
    let end = move || app.reached_us.get().max(1_000);
    let hand = RwSignal::new(None::<u64>);
    let shown = move || hand.get().unwrap_or_else(|| app.tick.with(|t| t.now_us));
    let slid = move |event: ev::Event| {
        if let Some(to) = text::number(&event_target_value(&event)) {
            let to = to as u64;
            if app.playing.get_untracked() {
                app.play(false);
            }
            hand.set(Some(to));
            app.seek(to);
        }
    };
    // Marks move only with new frames, not with every tick.
    let ticks = Memo::new(move |_| {
        let end = end();
        app.frame.with(|f| {
            let Some(f) = f else {
                return (String::new(), String::new(), String::new());
            };
            let commits = f.commits.iter().filter(|c| !c.forked).map(|c| c.at_us);
            let forks = f.commits.iter().filter(|c| c.forked).map(|c| c.at_us);
            (
                path(commits, end),
                path(forks, end),
                path(f.commands_us.iter().copied(), end),
            )
        })
    });
    view! {
        <div class="scrub">
            <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                <path class="commits" d=move || ticks.get().0 />
                <path class="forks" d=move || ticks.get().1 />
                <path class="acts" d=move || ticks.get().2 />
            </svg>
            <input
                type="range" id="scrub" aria-label="Time" min="0" step="1"
                max=move || end().to_string()
                prop:value=move || shown().to_string()
                aria-valuetext=move || words::clock(shown())
                title="Scrub: bars are commits, dots what you did"
                on:input=slid
                on:change=move |_| hand.set(None)
            />
            <output id="clock" for="scrub">{move || words::clock(shown())}</output>
        </div>
    }
}

/// Upright strokes at these instants.
fn path(at: impl Iterator<Item = u64>, end_us: u64) -> String {
    let mut d = String::new();
    for t in at.filter(|t| *t <= end_us) {
        let x = t as f64 / end_us.max(1) as f64 * 1_000.0;
        let _ = write!(d, "M{x:.1} 0V10");
    }
    d
}
