//! A run for other tools: what kind of file, and how much of the run.

use crate::data::{FORMATS, Part, Saving};
use crate::state::playback::Playback;
use crate::state::records::Records;
use leptos::prelude::*;

/// How much of a run: in words, and what that is.
const RANGES: [(&str, Part); 5] = [
    ("all in memory", Part::All),
    ("newest 30 s", Part::Newest(30_000_000)),
    ("newest 5 s", Part::Newest(5_000_000)),
    ("newest 1 s", Part::Newest(1_000_000)),
    (AROUND, Part::AroundViolation),
];
/// Offered where there is a violation.
const AROUND: &str = "around the violation";

#[component]
pub fn Exports() -> impl IntoView {
    let records = expect_context::<Records>();
    let playback = expect_context::<Playback>();
    let format = RwSignal::new(0u8);
    let range = RwSignal::new(0usize);
    let violated = move || playback.moments.with(|m| !m.violations.is_empty());
    let save = move |_| {
        let range = RANGES.get(range.get_untracked());
        let part = range.map_or(Part::All, |r| r.1);
        let format = format.get_untracked();
        records.save(Saving::Export { format, part });
    };
    view! {
        <h3>"For other tools"</h3>
        <div class="buttons" role="group" aria-label="Export for other tools">
            <select id="export-format" aria-label="Kind of file" on:change=move |e| format.set(event_target_value(&e).parse().unwrap_or(0))>
                {FORMATS.iter().enumerate().map(|(i, f)| view! { <option value=i.to_string()>{f.1}</option> }).collect_view()}
            </select>
            <select id="export-range" aria-label="How much of the run" on:change=move |e| range.set(event_target_value(&e).parse().unwrap_or(0))>
                {RANGES.iter().enumerate().map(|(i, r)| {
                    let hidden = move || r.0 == AROUND && !violated();
                    view! { <option value=i.to_string() hidden=hidden disabled=hidden>{r.0}</option> }
                }).collect_view()}
            </select>
            <button id="export" on:click=save>"Export"</button>
            <button id="save-trace" title="A file that opens here again without its scenario" on:click=move |_| records.save(Saving::Trace)>"Save the trace"</button>
        </div>
        <p class="note" role="status" id="export-result">{move || records.saved.get()}</p>
    }
    .into_any()
}
