//! The keyboard: everything the page does, without a pointer.

use super::{chart, race, share, transport};
use crate::state::chart::Charts;
use crate::state::history::HistoryState;
use crate::state::layout::{LayoutState, Tab};
use crate::state::notices::Notices;
use crate::state::playback::Playback;
use crate::state::race::RaceState;
use crate::state::records::Records;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use consensusforge_core::session::view::Unit;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// Pixels one press moves the chart.
const PAN: f64 = 80.0;

/// What each key does, for the help.
pub const KEYS: [(&str, &str); 20] = [
    ("Space", "play or pause"),
    (
        ".  ,",
        "one message forward, one message back; with something selected, its neighbours",
    ),
    (">  <", "one height forward, one height back"),
    ("J  K", "next commit (or fault, ...), previous one"),
    ("Home", "back to the start"),
    ("[  ]", "slower, faster"),
    ("W S  + −", "zoom in, zoom out"),
    ("A D", "earlier, later"),
    ("F", "fit the selection, or everything"),
    ("N", "follow the present"),
    ("Enter", "on the chart: select the newest message"),
    (
        "Menu  Shift F10",
        "on the chart: actions for what is selected",
    ),
    ("Shift drag", "measure an area: messages, bytes, time"),
    (
        "Ctrl wheel",
        "zoom time; with Shift, the distance between lifelines",
    ),
    ("B", "show or hide the block tree"),
    ("L", "a link to this run"),
    ("R", "race this scenario under several protocols"),
    (
        "Ctrl Z  Ctrl Y",
        "undo the last act or go back to the run before; redo it",
    ),
    ("1 2 3 4 5 6", "run, nodes, contracts, metrics, log, rules"),
    ("?", "this help"),
];

/// The rooms that keys act on.
#[derive(Clone, Copy)]
struct Keys {
    notices: Notices,
    layout: LayoutState,
    charts: Charts,
    run: RunState,
    playback: Playback,
    selection: Selection,
    history: HistoryState,
    race: RaceState,
    records: Records,
}

pub fn listen() {
    let keys = Keys {
        notices: expect_context(),
        layout: expect_context(),
        charts: expect_context(),
        run: expect_context(),
        playback: expect_context(),
        selection: expect_context(),
        history: expect_context(),
        race: expect_context(),
        records: expect_context(),
    };
    window_event_listener(ev::keydown, move |event| {
        if typing(&event) || event.default_prevented() || event.alt_key() {
            return;
        }
        if event.ctrl_key() || event.meta_key() {
            match (event.key().as_str(), event.shift_key()) {
                ("z", false) => keys.history.undo(),
                ("Z" | "z", true) | ("y", false) => keys.history.redo(),
                _ => return,
            }
            event.prevent_default();
            return;
        }
        if press(keys, &event.key()) {
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

fn press(keys: Keys, key: &str) -> bool {
    if keys.race.open.get_untracked() && key != "?" {
        return race::press(keys.race, key);
    }
    let Keys {
        notices,
        layout,
        charts,
        run,
        playback,
        selection,
        history: _,
        race,
        records,
    } = keys;
    match key {
        " " => playback.toggle(),
        // Neighbours of what is selected; otherwise steps in time.
        "." => {
            if !chart::neighbour(charts, selection, true) {
                playback.step(Unit::Message);
            }
        }
        "," => {
            if !chart::neighbour(charts, selection, false) {
                transport::step_back(playback, Unit::Message);
            }
        }
        ">" => playback.step(Unit::Height),
        "<" => transport::step_back(playback, Unit::Height),
        "j" | "J" => transport::jump(notices, run, playback, selection, true),
        "k" | "K" => transport::jump(notices, run, playback, selection, false),
        "Home" => playback.seek(0),
        "[" => faster(playback, -4.0),
        "]" => faster(playback, 4.0),
        "w" | "W" | "+" | "=" => charts.zoom_middle(1.25),
        "s" | "S" | "-" => charts.zoom_middle(0.8),
        "a" | "A" => charts.pan(0.0, PAN),
        "d" | "D" => charts.pan(0.0, -PAN),
        "f" | "F" => charts.fit(),
        "n" | "N" => charts.follow(),
        "l" | "L" => share::open(run, layout),
        "r" | "R" => race.begin(),
        "b" | "B" => records.tree_open.update(|open| *open = !*open),
        "?" => layout.help_open.set(true),
        "1" => show(layout, Tab::Run),
        "2" => show(layout, Tab::Nodes),
        "3" => show(layout, Tab::Contracts),
        "4" => show(layout, Tab::Metrics),
        "5" => show(layout, Tab::Log),
        "6" => show(layout, Tab::Rules),
        _ => return false,
    }
    true
}

/// Opens a tab, and goes there: the next press of Tab is inside.
fn show(layout: LayoutState, tab: Tab) {
    layout.show_tab(tab);
    if let Some(panel) = document().get_element_by_id("side-panel")
        && let Ok(panel) = panel.dyn_into::<web_sys::HtmlElement>()
    {
        let _ = panel.focus();
    }
}

fn faster(playback: Playback, by: f64) {
    let position = crate::scale::speed_position(playback.speed.get_untracked()) + by;
    playback.set_speed(crate::scale::speed(
        position.clamp(0.0, crate::scale::SPEED_STOPS),
    ));
}
