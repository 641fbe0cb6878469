//! Futures left behind, one click away.

use crate::app::app;
use crate::words;
use leptos::prelude::*;

/// Opens and closes the list; says how many there are.
#[component]
pub fn Toggle() -> impl IntoView {
    let app = app();
    let count = Memo::new(move |_| {
        let shown = app.scenario.get();
        app.branches.with(|b| b.left(&shown).count())
    });
    view! {
        <button
            id="futures-toggle" class="quiet"
            aria-expanded=move || app.futures.get().to_string()
            aria-controls="futures"
            title="Other futures of this run, and a run beside it"
            on:click=move |_| app.futures.update(|on| *on = !*on)
        >
            {move || match count.get() {
                0 => "Futures".to_owned(),
                n => format!("Futures {n}"),
            }}
        </button>
    }
}

#[component]
pub fn Futures() -> impl IntoView {
    let app = app();
    view! {
        <Show when=move || app.futures.get()>
            {view! { <List /> }.into_any()}
        </Show>
    }
}

#[component]
fn List() -> impl IntoView {
    let app = app();
    let rows = Memo::new(move |_| {
        let shown = app.scenario.get();
        app.branches.with(|b| {
            b.left(&shown)
                .map(|(id, f)| (*id, f.name.clone(), f.end_us))
                .collect::<Vec<_>>()
        })
    });
    let name = Memo::new(move |_| app.branches.with(|b| b.name().to_owned()));
    view! {
        <section class="futures" id="futures" aria-label="Futures">
            <p>
                "Shown: "<strong id="future-shown">{move || name.get()}</strong>
                <span class="note">{move || {
                    if rows.with(Vec::is_empty) {
                        " — go back in time and change something: what was to come stays here, one click away."
                    } else {
                        ""
                    }
                }}</span>
            </p>
            <ul>
                <For each=move || rows.get() key=|r| r.clone() let:row>
                    <li>
                        <button class="future" title="Go over to this future" on:click=move |_| app.switch(row.0)>
                            {row.1.clone()}
                            <small>{format!(" to {}", words::clock(row.2))}</small>
                        </button>
                        <button
                            class="quiet compare" title="Run it beside the one shown"
                            on:click=move |_| app.compare_with(row.0)
                        >
                            "beside"
                        </button>
                        <button
                            class="quiet" aria-label=format!("Forget {}", row.1) title="Forget it"
                            on:click=move |_| app.branches.update(|b| b.forget(row.0))
                        >
                            "✕"
                        </button>
                    </li>
                </For>
            </ul>
            <div class="buttons">
                <button id="compare-seeds" title="The same scenario with other luck, at the same time" on:click=move |_| app.compare_seeds()>
                    "Another seed beside it"
                </button>
                <Show when=move || app.beside.get().is_some()>
                    <button id="compare-no-more" on:click=move |_| app.compare_no_more()>"Only one run again"</button>
                </Show>
            </div>
            <super::chart::comparison::Compared />
        </section>
    }
}
