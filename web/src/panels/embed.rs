//! The page inside somebody else's (`?embed`): chart, verdict, play, and the way to the whole page.

use super::banner::Banners;
use super::chart::ChartPanel;
use super::icon::icon;
use super::run::Caption;
use super::term::Definition;
use super::top::Chip;
use crate::platform::address;
use crate::state::playback::Playback;
use crate::state::run::RunState;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// The only key here: the surrounding page has its own.
pub fn listen() {
    let playback = expect_context::<Playback>();
    window_event_listener(ev::keydown, move |event| {
        let target = event.target();
        let on_button = target
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|e| e.closest("button, a").ok().flatten().is_some());
        if event.key() == " " && !on_button {
            event.prevent_default();
            playback.play(!playback.playing.get_untracked());
        }
    });
}

#[component]
pub fn Embed() -> impl IntoView {
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let title = move || run.scenario.with(|s| s.title.clone());
    let name = move || {
        if playback.playing.get() {
            "Pause"
        } else {
            "Play"
        }
    };
    view! {
        <header class="top">
            <button
                id="play" class="strong" aria-label=name title="Play or pause (Space)"
                on:click=move |_| playback.play(!playback.playing.get_untracked())
            >
                {move || icon(if playback.playing.get() { "pause" } else { "play" })}
            </button>
            <h1 class="embed-title">{title}</h1>
            <Chip />
            <a id="whole" href=address::whole target="_blank" rel="noopener">"Open in ConsensusForge"</a>
        </header>
        <Banners />
        <main class="middle">
            <ChartPanel />
            <Caption />
        </main>
        <Definition />
    }
}
