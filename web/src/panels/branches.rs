//! Futures left behind, one click away.

use crate::state::comparison::ComparisonState;
use crate::state::futures::FutureState;
use crate::state::layout::LayoutState;
use crate::state::run::RunState;
use crate::words;
use leptos::prelude::*;

/// Opens and closes the list; says how many there are.
#[component]
pub fn Toggle() -> impl IntoView {
    let layout = expect_context::<LayoutState>();
    let run = expect_context::<RunState>();
    let futures = expect_context::<FutureState>();
    let count = Memo::new(move |_| {
        let shown = run.scenario.get();
        futures.branches.with(|b| b.left(&shown).count())
    });
    view! {
        <button
            id="futures-toggle" class="quiet"
            aria-expanded=move || layout.futures_open.get().to_string()
            aria-controls="futures"
            title="Other futures of this run, and comparison with another run"
            on:click=move |_| layout.futures_open.update(|on| *on = !*on)
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
    let layout = expect_context::<LayoutState>();
    view! {
        <Show when=move || layout.futures_open.get()>
            {view! { <List /> }.into_any()}
        </Show>
    }
}

#[component]
fn List() -> impl IntoView {
    let run = expect_context::<RunState>();
    let futures = expect_context::<FutureState>();
    let comparison = expect_context::<ComparisonState>();
    let rows = Memo::new(move |_| {
        let shown = run.scenario.get();
        futures.branches.with(|b| {
            b.left(&shown)
                .map(|(id, f)| (*id, f.name.clone(), f.end_us))
                .collect::<Vec<_>>()
        })
    });
    let name = Memo::new(move |_| futures.branches.with(|b| b.name().to_owned()));
    view! {
        <section class="futures" id="futures" aria-label="Futures">
            <p>
                "Shown: "<strong id="future-shown">{move || name.get()}</strong>
                <span class="note">{move || {
                    if rows.with(Vec::is_empty) {
                        " — go back in time and change something; the old future stays here, one click away."
                    } else {
                        ""
                    }
                }}</span>
            </p>
            <ul>
                <For each=move || rows.get() key=|r| r.clone() let:row>
                    <li>
                        <button class="future" title="Switch to this future" on:click=move |_| futures.switch(row.0)>
                            {row.1.clone()}
                            <small>{format!(" until {}", words::clock(row.2))}</small>
                        </button>
                        <button
                            class="quiet compare" title="Compare it with the run shown"
                            on:click=move |_| comparison.with_future(row.0)
                        >
                            "Compare"
                        </button>
                        <button
                            class="quiet" aria-label=format!("Forget {}", row.1) title="Forget it"
                            on:click=move |_| futures.branches.update(|b| b.forget(row.0))
                        >
                            "✕"
                        </button>
                    </li>
                </For>
            </ul>
            <div class="buttons">
                <button id="compare-seeds" title="Run the same scenario with the next seed beside this one" on:click=move |_| comparison.with_next_seed()>
                    "Compare with another seed"
                </button>
                <Show when=move || comparison.name.get().is_some()>
                    <button id="compare-no-more" on:click=move |_| comparison.stop()>"Stop comparing"</button>
                </Show>
            </div>
            <super::chart::comparison::Compared />
        </section>
    }
}
