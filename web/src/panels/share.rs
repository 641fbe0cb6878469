//! A link that is this run, or a file where a link would be too long.

use super::drop;
use super::exports::Exports;
use super::icon::icon;
use crate::platform::{address, files};
use crate::protocol::ToWorker;
use crate::state::futures::FutureState;
use crate::state::layout::LayoutState;
use crate::state::run::RunState;
use crate::state::worker::WorkerLink;
use crate::words;
use leptos::{html, prelude::*, task::spawn_local};

/// Opens the dialog and asks for the link.
pub fn open(run: RunState, layout: LayoutState) {
    run.request_link();
    layout.share_open.set(true);
}

#[component]
pub fn Share() -> impl IntoView {
    let worker = expect_context::<WorkerLink>();
    let layout = expect_context::<LayoutState>();
    let run = expect_context::<RunState>();
    let futures = expect_context::<FutureState>();
    let intake = drop::FileIntake::from_context();
    let dialog = NodeRef::<html::Dialog>::new();
    let field = NodeRef::<html::Input>::new();
    let button = NodeRef::<html::Button>::new();
    let copied = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            if layout.share_open.get() && !dialog.open() {
                copied.set(false);
                let _ = dialog.show_modal();
            } else if !layout.share_open.get() {
                dialog.close();
            }
        }
    });
    let address = move || {
        run.link
            .get()
            .filter(|l| !l.fragment.is_empty())
            .map(|l| address::link(&l.fragment))
    };
    let copy = move |_| {
        let Some(text) = address() else { return };
        spawn_local(async move {
            if files::copy(&text).await {
                copied.set(true);
            } else if let Some(field) = field.get_untracked() {
                // No clipboard here: at least select it, so that one key copies.
                let _ = field.focus();
                field.select();
            }
        });
    };
    // One key copies as soon as there is something to copy.
    Effect::new(move |_| {
        if run.link.with(Option::is_some)
            && let Some(button) = button.get()
        {
            request_animation_frame(move || {
                let _ = button.focus();
            });
        }
    });
    let others = move || {
        let shown = run.scenario.get();
        match futures.branches.with(|b| b.left(&shown).count()) {
            0 => None,
            1 => Some(
                "One other future stays in this tab; the link, the file and the exports contain only the one shown.",
            ),
            _ => Some(
                "The other futures stay in this tab; the link, the file and the exports contain only the one shown.",
            ),
        }
    };
    let size = move || {
        run.link.get().map(|l| {
            l.warning.unwrap_or_else(|| {
                format!(
                    "{}: the scenario, everything done in it, its contracts, and the digest the run must reach.",
                    words::bytes(l.bytes),
                )
            })
        })
    };
    let warned = move || run.link.get().is_some_and(|l| l.warning.is_some());
    view! {
        <dialog node_ref=dialog on:close=move |_| layout.share_open.set(false) aria-labelledby="share-title">
            <div class="card-head">
                <h2 id="share-title">"Share this run"</h2>
                <button class="quiet" aria-label="Close" on:click=move |_| layout.share_open.set(false)>{icon("close")}</button>
            </div>
            <p>"Anyone who opens the link sees this run up to here, bit for bit, and can continue from there."</p>
            <div class="copy">
                <input
                    type="text" id="link" readonly=true class="mono" aria-label="Link" node_ref=field
                    prop:value=move || address().unwrap_or_else(|| {
                        if run.link.with(Option::is_some) { "too long for a link".into() } else { "…".into() }
                    })
                />
                <button class="strong" node_ref=button disabled=move || address().is_none() on:click=copy>
                    {move || if copied.get() { "Copied" } else { "Copy" }}
                </button>
            </div>
            <p class:warned=warned class="note" id="link-size">{size}</p>
            {move || layout.share_open.get().then(others).flatten().map(|text| view! { <p class="note" id="other-futures">{text}</p> })}
            <div class="buttons">
                <button on:click=move |_| worker.send(ToWorker::File)>"Download as a file"</button>
                <label class="button">
                    "Open a file …"
                    <input
                        type="file" id="open-file" class="visually-hidden" accept=".json,.cftrace,application/json"
                        on:change=move |e| {
                            drop::chosen(intake, &event_target(&e));
                            layout.share_open.set(false);
                        }
                    />
                </label>
            </div>
            <Exports />
            <p aria-live="polite">{move || copied.get().then_some("The link was copied to the clipboard.")}</p>
        </dialog>
    }
}
