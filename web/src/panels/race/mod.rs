//! A race in place of the page's run: its lanes one above the other, one time for all, the table.

mod choose;
mod focus;
mod lane;
mod table;
mod time;

pub use time::press;

use super::icon::icon;
use crate::platform::{address, files};
use crate::race::table::summary;
use crate::state::history::HistoryState;
use crate::state::layout::{LayoutState, Sheet};
use crate::state::notices::{Notices, Tone};
use crate::state::race::RaceState;
use focus::focus;
use leptos::{html, prelude::*, task::spawn_local};

/// Begins a race, beside the choice of the protocol.
#[component]
pub fn RaceButton() -> impl IntoView {
    let race = expect_context::<RaceState>();
    let layout = expect_context::<LayoutState>();
    let begin = move |_| {
        layout.sheet.set(Sheet::None);
        race.begin();
    };
    view! {
        <div class="race-begin">
            <button
                id="race" title="Run this scenario under two to four protocols side by side (R)"
                on:click=begin
            >"Race protocols …"</button>
        </div>
    }
}

/// The race, while there is one.
#[component]
pub fn Race() -> impl IntoView {
    let race = expect_context::<RaceState>();
    view! {
        <Show when=move || race.open.get()>
            {view! { <Panel /> }.into_any()}
        </Show>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let race = expect_context::<RaceState>();
    let layout = expect_context::<LayoutState>();
    // The charts are painted in the theme's colours, so they are drawn anew with it.
    Effect::new(move |before: Option<()>| {
        layout.theme.track();
        if before.is_some() {
            race.repaint();
        }
    });
    let empty = move || race.lanes.with(Vec::is_empty);
    view! {
        <section class="race" id="race-view" aria-label="Race">
            <Head />
            <div class="race-body" on:scroll=move |_| race.redraw()>
                <Show when=move || race.choosing.get() || empty()>
                    {view! { <choose::Choose /> }.into_any()}
                </Show>
                <div class="race-lanes" role="list" aria-label="Lanes">
                    <For each=move || race.lanes.get() key=|lane| lane.id let:lane>
                        <lane::Lane lane=lane />
                    </For>
                </div>
                <Show when=move || !empty()>
                    {view! { <table::Table /> }.into_any()}
                </Show>
            </div>
            <Show when=move || !empty()>
                {view! { <time::Transport /> }.into_any()}
            </Show>
            <Said />
        </section>
    }
}

#[component]
fn Head() -> impl IntoView {
    let race = expect_context::<RaceState>();
    let history = expect_context::<HistoryState>();
    let notices = expect_context::<Notices>();
    let title = NodeRef::<html::H2>::new();
    on_cleanup(|| focus("race"));
    // Whoever opened the race by a link begins to read here.
    Effect::new(move |_| {
        if let Some(title) = title.get()
            && race.lanes.with_untracked(|l| !l.is_empty())
        {
            let _ = title.focus();
        }
    });
    let same = move || {
        race.scenario.with(|s| {
            let n = s.validators.len();
            format!(
                "The same {n} validators, network, faults, load and seed {} in every lane.",
                s.seed
            )
        })
    };
    let share = move |_| {
        let link = race.link();
        if link.is_empty() {
            let sentence = "This scenario is too long for a link. Close the race and save it as a file under Share.";
            return notices.show(Tone::Bad, sentence);
        }
        address::show(&link);
        spawn_local(async move {
            let sentence = if files::copy(&address::link(&link)).await {
                "The link to this race was copied to the clipboard."
            } else {
                "The link to this race stands in the address bar."
            };
            notices.show(Tone::Good, sentence);
        });
    };
    view! {
        <header class="race-head">
            <div>
                <h2 tabindex="-1" node_ref=title>"Race: "{move || history.title.get()}</h2>
                <p class="note">{same}</p>
            </div>
            <div class="buttons">
                <button
                    id="race-change" aria-expanded=move || race.choosing.get().to_string()
                    hidden=move || race.lanes.with(Vec::is_empty)
                    on:click=move |_| race.choosing.update(|c| *c = !*c)
                >"Change lanes"</button>
                <button id="race-link" hidden=move || race.lanes.with(Vec::is_empty) on:click=share>"Copy link"</button>
                <button id="race-close" class="quiet" aria-label="Close the race" title="Back to the run (Esc)" on:click=move |_| race.close()>
                    {icon("close")}
                </button>
            </div>
        </header>
    }
}

/// What a screen reader is told: how the race stands whenever it stands still.
#[component]
fn Said() -> impl IntoView {
    let race = expect_context::<RaceState>();
    let said = Memo::new(move |before: Option<&String>| {
        if race.playing.get() {
            return before.cloned().unwrap_or_default();
        }
        let lanes = race.lanes.get();
        let rows: Vec<_> = lanes.iter().map(|l| (l.title(), l.row.get())).collect();
        let rows: Vec<_> = rows
            .iter()
            .map(|(title, row)| (title.clone(), row.as_deref()))
            .collect();
        summary(race.now_us.get(), &rows)
    });
    view! { <p class="visually-hidden" id="race-said" role="status">{move || said.get()}</p> }
}
