//! The table of a race: what `consensusforge race` prints, at the instant shown.

use crate::race::table::{COLUMNS, best, cells, outcome};
use crate::state::race::{LaneState, LaneStatus, RaceState};
use crate::words;
use consensusforge_core::session::race::RaceRow;
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn Table() -> impl IntoView {
    let race = expect_context::<RaceState>();
    let best = Memo::new(move |_| {
        let lanes = race.lanes.get();
        let rows: Vec<RaceRow> = lanes
            .iter()
            .filter(|l| matches!(l.status.get(), LaneStatus::Running))
            .filter_map(|l| l.row.get().map(Arc::unwrap_or_clone))
            .collect();
        best(&rows)
    });
    let delay = move || {
        race.scenario
            .with(|s| words::duration(crate::settings::typical_latency(&s.network.latency)))
    };
    view! {
        <section class="race-figures" aria-label="Figures of the lanes">
            <div class="scroll" tabindex="0" role="group" aria-label="Table of the lanes">
                <table class="table" id="race-table">
                    <thead>
                        <tr>
                            <th scope="col">"lane"</th>
                            {COLUMNS.map(|c| view! { <th scope="col" title=c.hint>{c.title}</th> }).collect_view()}
                            <th scope="col">"outcome"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || race.lanes.get() key=|lane| lane.id let:lane>
                            <Row lane=lane best=best />
                        </For>
                    </tbody>
                </table>
            </div>
            <p class="note">
                "A delay is "{delay}". Messages, bytes, signed and verified are for each block decided; verified counts every \
                 signature that arrived, those inside certificates too. The best of a column is bold. \
                 In the lanes, squares are decisions."
            </p>
        </section>
    }
}

#[component]
fn Row(lane: LaneState, best: Memo<[Option<f64>; 9]>) -> impl IntoView {
    let title = lane.title();
    let name = lane
        .lane
        .with_value(consensusforge_core::session::race::Lane::title);
    let figures = Memo::new(move |_| lane.row.with(|row| row.as_ref().map(|row| cells(row))));
    let cell = move |k: usize| {
        let cell = Memo::new(move |_| figures.with(|f| f.as_ref().map(|f| f[k].clone())));
        let value = move || cell.with(|c| c.as_ref().and_then(|c| c.value).map(|v| v.to_string()));
        let leads = move || {
            let value = cell.with(|c| c.as_ref().and_then(|c| c.value));
            value.is_some() && best.with(|b| b[k]) == value
        };
        view! {
            <td data-name=COLUMNS[k].name data-value=value class:best=leads>
                {move || cell.with(|c| c.as_ref().map_or("–".into(), |c| c.text.clone()))}
            </td>
        }
    };
    let told = Memo::new(move |_| match lane.status.get() {
        LaneStatus::Starting => ("none", "", "starting …", String::new()),
        LaneStatus::Refused(why) => ("refused", "■", "cannot run", why),
        LaneStatus::Died(_) => ("violated", "▲", "stopped", String::new()),
        LaneStatus::Running => lane.row.with(|row| {
            row.as_ref()
                .map_or(("none", "", "starting …", String::new()), |row| {
                    let (kind, sign, word) = outcome(row.outcome);
                    (kind, sign, word, row.sentence.clone())
                })
        }),
    });
    let digest = move || {
        lane.row
            .with(|row| row.as_ref().map(|row| row.digest.clone()))
    };
    view! {
        <tr data-lane=name data-digest=digest>
            <th scope="row">{title}</th>
            {(0..COLUMNS.len()).map(cell).collect_view()}
            <td class="race-outcome" data-kind=move || told.get().0>
                <span aria-hidden="true" class="icon">{move || told.get().1}</span>" "
                <strong>{move || told.get().2}</strong>" "
                <span>{move || if told.get().0 == "holds" { String::new() } else { told.get().3 }}</span>
            </td>
        </tr>
    }
}
