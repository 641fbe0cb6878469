//! The keyboard: everything the page does, without a pointer.

use super::{chart, transport};
use crate::app::App;
use consensusforge_core::session::view::Unit;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// Pixels one press moves the chart.
const PAN: f64 = 80.0;

/// What each key does, for the help.
pub const KEYS: [(&str, &str); 18] = [
    ("Space", "play or pause"),
    (
        ".  ,",
        "a message on, a message back; of a selected thing, its neighbours",
    ),
    (">  <", "a height on, a height back"),
    (
        "J  K",
        "to the next commit (or fault, ...), to the one before",
    ),
    ("Home", "back to the start"),
    ("[  ]", "slower, faster"),
    ("W S  + −", "zoom in, zoom out"),
    ("A D", "earlier, later"),
    ("F", "fit: what is selected, or all"),
    ("N", "follow now"),
    ("Enter", "on the chart: select the newest message"),
    ("Menu  Shift F10", "on the chart: act on what is selected"),
    ("Shift drag", "measure an area: messages, bytes, time"),
    ("Ctrl wheel", "zoom time; with Shift, lifelines apart"),
    ("L", "a link to this run"),
    ("Ctrl Z  Ctrl Y", "take back the last act, do it again"),
    ("1 2 3 4 5", "run, nodes, contracts, metrics, log"),
    ("?", "this help"),
];

pub fn listen(app: App) {
    window_event_listener(ev::keydown, move |event| {
        if typing(&event) || event.default_prevented() || event.alt_key() {
            return;
        }
        if event.ctrl_key() || event.meta_key() {
            match (event.key().as_str(), event.shift_key()) {
                ("z", false) => app.undo(),
                ("Z" | "z", true) | ("y", false) => app.redo(),
                _ => return,
            }
            event.prevent_default();
            return;
        }
        if press(app, &event.key()) {
            event.prevent_default();
        }
    });
}

/// Keys that a field, a button or a dialog wants for itself.
fn typing(event: &ev::KeyboardEvent) -> bool {
    let Some(element) = event
        .target()
        .and_then(|t| t.dyn_into::<web_sys::Element>().ok())
    else {
        return false;
    };
    // Of the code editor, which lives in a shadow root, its place is all that is seen from here.
    if element
        .closest("dialog[open], textarea, select, .editor")
        .ok()
        .flatten()
        .is_some()
    {
        return true;
    }
    let space = event.key() == " ";
    match element.tag_name().as_str() {
        "INPUT" => {
            let range = element.get_attribute("type").as_deref() == Some("range");
            !range || event.key() == "Home"
        }
        "BUTTON" | "SUMMARY" | "A" => space,
        _ => false,
    }
}

fn press(app: App, key: &str) -> bool {
    match key {
        " " => app.play(!app.playing.get_untracked()),
        // Neighbours of what is selected; otherwise steps in time.
        "." => {
            if !chart::neighbour(app, true) {
                app.step(Unit::Message);
            }
        }
        "," => {
            if !chart::neighbour(app, false) {
                transport::step_back(app, Unit::Message);
            }
        }
        ">" => app.step(Unit::Height),
        "<" => transport::step_back(app, Unit::Height),
        "j" | "J" => transport::jump(app, true),
        "k" | "K" => transport::jump(app, false),
        "Home" => app.seek(0),
        "[" => faster(app, -4.0),
        "]" => faster(app, 4.0),
        "w" | "W" | "+" | "=" => chart::zoom_middle(app, 1.25),
        "s" | "S" | "-" => chart::zoom_middle(app, 0.8),
        "a" | "A" => chart::pan(app, 0.0, PAN),
        "d" | "D" => chart::pan(app, 0.0, -PAN),
        "f" | "F" => chart::fit(app),
        "n" | "N" => app.follow(),
        "l" | "L" => app.share(),
        "?" => app.helping.set(true),
        "1" => app.tab.set(crate::app::Tab::Run),
        "2" => app.tab.set(crate::app::Tab::Nodes),
        "3" => app.tab.set(crate::app::Tab::Contracts),
        "4" => app.tab.set(crate::app::Tab::Metrics),
        "5" => app.tab.set(crate::app::Tab::Log),
        _ => return false,
    }
    true
}

fn faster(app: App, by: f64) {
    let position = crate::scale::speed_position(app.speed.get_untracked()) + by;
    app.set_speed(crate::scale::speed(
        position.clamp(0.0, crate::scale::SPEED_STOPS),
    ));
}
