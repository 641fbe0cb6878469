//! The presenter's keyboard. Clickers send PageUp and PageDown, which scroll elsewhere: they change the
//! scenario only while presenting is on.

use super::{scenarios, transport};
use crate::state::notices::{Notices, Tone};
use crate::state::playback::Playback;
use crate::state::run::RunState;
use crate::state::scenarios::ScenarioState;
use crate::state::stops::StopState;
use consensusforge_core::session::view::Unit;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, KeyboardEvent};

/// What each key does, for the help.
pub const KEYS: [(&str, &str); 4] = [
    (
        "P",
        "start presenting: large type and the keys below; press again to stop",
    ),
    (
        "PageDown  PageUp",
        "next stop, previous stop; in a run without stops, next and previous scenario (clickers send these)",
    ),
    (
        "Shift PageDown",
        "one height forward; with PageUp, one back",
    ),
    (
        "B",
        "blank the screen; press again to continue (works at any time)",
    ),
];

/// What hides everything while attention belongs to the speaker.
#[component]
pub fn Presenter() -> impl IntoView {
    let playback = expect_context::<Playback>();
    let scenarios = expect_context::<ScenarioState>();
    let stops = expect_context::<StopState>();
    let run = expect_context::<RunState>();
    let notices = expect_context::<Notices>();
    let presenting = RwSignal::new(false);
    let blank = RwSignal::new(false);
    // Whether time flowed when the screen went blank.
    let flowed = StoredValue::new(false);
    let go_blank = move |on: bool| {
        if on {
            flowed.set_value(playback.playing.get_untracked());
            playback.play(false);
        } else if flowed.get_value() {
            playback.play(true);
        }
        blank.set(on);
    };
    // A run with stops is walked from stop to stop, and not left at its last by a press too many.
    let turn = move |on: bool| {
        if stops.notes.with_untracked(Vec::is_empty) {
            return scenarios::neighbour(scenarios, if on { 1 } else { -1 });
        }
        match stops.neighbour(run.now_us(), on) {
            Some(at_us) => playback.stop_at(at_us),
            None => {
                let which = if on { "last" } else { "first" };
                notices.show(
                    Tone::Plain,
                    format!("This is the {which} stop of this run."),
                );
            }
        }
    };
    let pressed = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let key = event.key();
        if blank.get_untracked() {
            // Any other key would act unseen.
            event.prevent_default();
            event.stop_propagation();
            if matches!(key.as_str(), "b" | "B" | "Escape") {
                go_blank(false);
            }
            return;
        }
        if writing(&event) {
            return;
        }
        let on = presenting.get_untracked();
        match key.as_str() {
            "b" | "B" => go_blank(true),
            "p" | "P" => presenting.set(!on),
            "PageDown" if on && event.shift_key() => playback.step(Unit::Height),
            "PageUp" if on && event.shift_key() => transport::step_back(playback, Unit::Height),
            "PageDown" if on => turn(true),
            "PageUp" if on => turn(false),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    // While capturing: the chart takes these keys to scroll.
    let listener = Closure::<dyn Fn(KeyboardEvent)>::new(pressed);
    let _ = window().add_event_listener_with_callback_and_bool(
        "keydown",
        listener.as_ref().unchecked_ref(),
        true,
    );
    // One a page.
    listener.forget();
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            let _ = root.toggle_attribute_with_force("data-presenting", presenting.get());
        }
    });
    view! {
        <Show when=move || blank.get()>
            <div class="blank" role="status"><span class="visually-hidden">"The screen is blank. Press B to continue."</span></div>
        </Show>
    }
}

/// Keys that a field or a dialog wants for itself.
fn writing(event: &KeyboardEvent) -> bool {
    event
        .target()
        .and_then(|t| t.dyn_into::<Element>().ok())
        .is_some_and(|e| {
            e.closest("input:not([type=range]), textarea, select, dialog[open], .editor")
                .ok()
                .flatten()
                .is_some()
        })
}
