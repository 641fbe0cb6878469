//! A run for other tools: what kind of file, and how much of the run.

use crate::data::{FORMATS, Saving};
use crate::state::records::Records;
use leptos::prelude::*;

/// How much of a run: in words, and as microseconds before now.
const RANGES: [(&str, Option<u64>); 4] = [
    ("all in memory", None),
    ("newest 30 s", Some(30_000_000)),
    ("newest 5 s", Some(5_000_000)),
    ("newest 1 s", Some(1_000_000)),
];

#[component]
pub fn Exports() -> impl IntoView {
    let records = expect_context::<Records>();
    let format = RwSignal::new(0u8);
    let range = RwSignal::new(0usize);
    let save = move |_| {
        let newest_us = RANGES.get(range.get_untracked()).and_then(|r| r.1);
        let format = format.get_untracked();
        records.save(Saving::Export { format, newest_us });
    };
    view! {
        <h3>"For other tools"</h3>
        <div class="buttons" role="group" aria-label="Export for other tools">
            <select id="export-format" aria-label="Kind of file" on:change=move |e| format.set(event_target_value(&e).parse().unwrap_or(0))>
                {FORMATS.iter().enumerate().map(|(i, f)| view! { <option value=i.to_string()>{f.1}</option> }).collect_view()}
            </select>
            <select id="export-range" aria-label="How much of the run" on:change=move |e| range.set(event_target_value(&e).parse().unwrap_or(0))>
                {RANGES.iter().enumerate().map(|(i, r)| view! { <option value=i.to_string()>{r.0}</option> }).collect_view()}
            </select>
            <button id="export" on:click=save>"Export"</button>
            <button id="save-trace" title="A file that opens here again without its scenario" on:click=move |_| records.save(Saving::Trace)>"Save the trace"</button>
        </div>
        <p class="note" role="status" id="export-result">{move || records.saved.get()}</p>
    }
    .into_any()
}
