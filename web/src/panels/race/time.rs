//! The common time of all lanes: play, step, speed, and a scrub bar over the blocks of each.

use crate::panels::icon::icon;
use crate::platform::text;
use crate::state::race::{LaneState, RaceState};
use crate::{scale, words};
use leptos::{ev, prelude::*};

/// Top and bottom of a block's stroke in the rows above the scrub bar.
const STROKE: (u32, u32) = (1, 9);

/// What a key does while a race is shown; false: nothing.
pub fn press(race: RaceState, key: &str) -> bool {
    match key {
        " " => race.toggle(),
        "." => race.step(1),
        "," => race.step(-1),
        "Home" => race.seek(0),
        "[" => faster(race, -4.0),
        "]" => faster(race, 4.0),
        "w" | "W" | "+" | "=" => race.zoom(1.25),
        "s" | "S" | "-" => race.zoom(0.8),
        "Escape"
            if race.choosing.get_untracked() && race.lanes.with_untracked(|l| !l.is_empty()) =>
        {
            race.choosing.set(false);
        }
        "Escape" => race.close(),
        _ => return false,
    }
    true
}

fn faster(race: RaceState, by: f64) {
    let position = scale::speed_position(race.speed.get_untracked()) + by;
    race.set_speed(scale::speed(position.clamp(0.0, scale::SPEED_STOPS)));
}

#[component]
pub fn Transport() -> impl IntoView {
    let race = expect_context::<RaceState>();
    let speed = move |event: ev::Event| {
        if let Some(position) = text::number(&event_target_value(&event)) {
            race.set_speed(scale::speed(position));
        }
    };
    let go = move |event: ev::Event| {
        if let Some(seconds) = text::number(&event_target_value(&event)) {
            race.play(false);
            race.seek((seconds.max(0.0) * 1e6).round() as u64);
        }
    };
    view! {
        <section class="transport race-time" aria-label="Time of all lanes">
            <div class="race-rows">
                <For each=move || race.lanes.get() key=|lane| lane.id let:lane>
                    <Row lane=lane />
                </For>
                <Scrub />
            </div>
            <div class="buttons moves">
                <button class="quiet" aria-label="Back to the start" title="Back to the start (Home)" on:click=move |_| race.seek(0)>{icon("start")}</button>
                <button
                    id="race-back" class="quiet" aria-label="Back by one network delay" title="Back by one network delay (,)"
                    on:click=move |_| race.step(-1)
                >{icon("back")}</button>
                <button
                    id="race-play" class="strong"
                    aria-label=move || if race.playing.get() { "Pause all lanes" } else { "Play all lanes" }
                    title="Play or pause (Space)"
                    on:click=move |_| race.toggle()
                >
                    {move || icon(if race.playing.get() { "pause" } else { "play" })}
                </button>
                <button
                    id="race-on" class="quiet" aria-label="Forward by one network delay" title="Forward by one network delay (.)"
                    on:click=move |_| race.step(1)
                >{icon("on")}</button>
            </div>
            <label class="race-goto">
                "go to "
                <input
                    type="number" id="race-goto" min="0" step="any" title="Pause all lanes at this instant"
                    prop:value="" on:change=go
                />
                " s"
            </label>
            <div class="buttons">
                <button class="quiet" aria-label="Zoom out" title="Zoom out (−)" on:click=move |_| race.zoom(0.8)>"−"</button>
                <button class="quiet" aria-label="Zoom in" title="Zoom in (+)" on:click=move |_| race.zoom(1.25)>"+"</button>
            </div>
            <div class="speed">
                <label for="race-speed">"speed"</label>
                <input
                    type="range" id="race-speed" min="0" max=scale::SPEED_STOPS step="1"
                    prop:value=move || scale::speed_position(race.speed.get()).to_string()
                    aria-valuetext=move || words::speed(race.speed.get())
                    title="Simulated time per real time; at the right end, as fast as possible"
                    on:input=speed
                />
                <output for="race-speed">{move || match race.speed.get() {
                    None => "max".into(),
                    some => words::speed(some),
                }}</output>
            </div>
        </section>
    }
}

/// The instant at the right end of the bar, microseconds.
fn end(race: RaceState) -> u64 {
    race.end_us.get().max(1_000)
}

/// The blocks of one lane over the whole race.
#[component]
fn Row(lane: LaneState) -> impl IntoView {
    let race = expect_context::<RaceState>();
    // Often enough for an eye, and no more: a path a frame and lane would cost what the charts need.
    let end_shown = Memo::new(move |before: Option<&u64>| {
        let end = end(race);
        match before {
            Some(b) if *b <= end && end - b < end / 100 => *b,
            _ => end,
        }
    });
    let path = move || {
        lane.blocks
            .with(|b| b.path(end_shown.get(), STROKE.0, STROKE.1))
    };
    let ahead = move || (race.now_us.get() as f64 * 1_000.0 / end(race) as f64).clamp(0.0, 1_000.0);
    view! {
        <span class="race-row-name" aria-hidden="true">{lane.title()}</span>
        <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
            <path class="commits" d=path />
            <rect class="ahead" x=move || ahead().to_string() y="0" width=move || (1_000.0 - ahead()).to_string() height="10" />
        </svg>
        <span class="race-row-count" aria-hidden="true">
            {move || {
                let now = race.now_us.get();
                words::grouped(lane.blocks.with(|b| b.until(now)) as u64)
            }}
        </span>
    }
}

#[component]
fn Scrub() -> impl IntoView {
    let race = expect_context::<RaceState>();
    let slid = move |event: ev::Event| {
        if let Some(to) = text::number(&event_target_value(&event)) {
            race.play(false);
            race.seek(to as u64);
        }
    };
    view! {
        <label class="race-row-name" for="race-scrub">"time"</label>
        <input
            type="range" id="race-scrub" aria-label="Time of all lanes" min="0" step="1"
            max=move || end(race).to_string()
            prop:value=move || race.now_us.get().to_string()
            aria-valuetext=move || words::clock(race.now_us.get())
            title="Drag to move all lanes in time. Bars above are blocks."
            on:input=slid
        />
        <output id="race-clock" for="race-scrub">{move || words::clock(race.now_us.get())}</output>
    }
}
