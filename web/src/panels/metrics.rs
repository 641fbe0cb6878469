//! Figures over the run: charts by height or by time, the same as a table, and what each validator did.

use crate::data::Saving;
use crate::platform::plots::Plots;
use crate::state::records::Records;
use crate::state::run::RunState;
use crate::words;
use consensusforge_core::session::view::ValidatorFigures;
use leptos::{html, prelude::*, task::spawn_local};

#[component]
pub fn Metrics() -> impl IntoView {
    let run = expect_context::<RunState>();
    let records = expect_context::<Records>();
    let data = records;
    let host = NodeRef::<html::Div>::new();
    let table = NodeRef::<html::Table>::new();
    let trouble = RwSignal::new(None::<String>);
    let by_time = RwSignal::new(false);
    let alive = StoredValue::new(());
    // Kinds of message are the run's: another run, other charts.
    let kinds = Memo::new(move |_| {
        run.info.with(|w| {
            let world = w.as_ref()?;
            Some(
                world
                    .kinds
                    .iter()
                    .map(|k| k.name.clone())
                    .collect::<Vec<_>>(),
            )
        })
    });
    Effect::new(move |_| {
        let (Some(host), Some(table), Some(kinds)) = (host.get(), table.get(), kinds.get()) else {
            return;
        };
        data.show(None);
        spawn_local(async move {
            let made = Plots::load(&host, &table, &kinds).await;
            // Closed again while the code was on its way.
            if alive.try_get_value().is_none() {
                return;
            }
            match made {
                Ok(plots) => {
                    plots.axis(by_time.get_untracked());
                    data.show(Some(plots));
                    records.request_series();
                }
                Err(why) => trouble.set(Some(why)),
            }
        });
    });
    Effect::new(move |_| {
        run.frame.track();
        records.request_series();
    });
    on_cleanup(move || data.show(None));
    let axis = move |time: bool| {
        by_time.set(time);
        data.with_plots(|p| p.axis(time));
    };
    let choice = move |time: bool, name: &'static str| {
        view! {
            <button aria-pressed=move || (by_time.get() == time).to_string() on:click=move |_| axis(time)>{name}</button>
        }
    };
    view! {
        <section class="metrics" id="metrics" aria-label="Figures over the run">
            <div class="card-head">
                <h2>"Over the run"</h2>
                <div class="buttons switch" role="group" aria-label="Horizontal axis">
                    {choice(false, "by height")}
                    {choice(true, "by time")}
                </div>
            </div>
            {move || trouble.get().map(|why| view! {
                <p class="refusal">{format!("The charts could not be loaded ({why}). The file below holds the same figures.")}</p>
            })}
            <div class="plots" node_ref=host></div>
            <details
                class="figures-table"
                on:toggle=move |_| data.with_plots(Plots::write_table)
            >
                <summary>"The newest 200 heights as a table"</summary>
                <div class="scroll" tabindex="0" role="region" aria-label="Figures by height">
                    <table class="table" node_ref=table></table>
                </div>
            </details>
            <button id="save-heights" on:click=move |_| records.save(Saving::Heights)>"Heights as CSV"</button>
        </section>
        <Validators />
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Name,
    Stake,
    Made,
    Missed,
    InTime,
    Late,
    Missing,
    Quorum,
}

const COLUMNS: [(Column, &str, &str); 8] = [
    (Column::Name, "validator", "by number"),
    (Column::Stake, "stake", "share of all stake"),
    (
        Column::Made,
        "made",
        "proposals it made when it was its turn",
    ),
    (Column::Missed, "missed", "turns without a proposal"),
    (
        Column::InTime,
        "in time",
        "votes for decided blocks sent before the first decision",
    ),
    (
        Column::Late,
        "late",
        "votes for decided blocks sent after the first decision",
    ),
    (
        Column::Missing,
        "none",
        "decided blocks it never voted for, counted once per kind of vote",
    ),
    (
        Column::Quorum,
        "quorum",
        "from sending a proposal to this validator seeing a quorum for it: median and 95th percentile of the newest 32",
    ),
];

/// What a row is sorted by; ties keep the order of the set.
fn key(column: Column, v: &ValidatorFigures) -> u64 {
    match column {
        Column::Name => 0,
        Column::Stake => v.stake,
        Column::Made => v.proposed,
        Column::Missed => v.missed,
        Column::InTime => v.in_time,
        Column::Late => v.late,
        Column::Missing => v.missing,
        Column::Quorum => v.to_quorum_p50_us.unwrap_or(u64::MAX),
    }
}

#[component]
fn Validators() -> impl IntoView {
    let run = expect_context::<RunState>();
    let records = expect_context::<Records>();
    let data = records;
    let order = RwSignal::new((Column::Name, false));
    let rows = Memo::new(move |_| {
        let (column, down) = order.get();
        let mut rows = data.validators.get();
        rows.sort_by_key(|v| key(column, v));
        if down {
            rows.reverse();
        }
        rows
    });
    let count = Memo::new(move |_| rows.with(Vec::len));
    let head = move |(column, name, meaning): (Column, &'static str, &'static str)| {
        let sorted = move || match order.get() {
            (c, false) if c == column => "ascending",
            (c, true) if c == column => "descending",
            _ => "none",
        };
        let press = move |_| {
            // Figures are most telling from the largest down; names in their order.
            order.update(|o| {
                *o = if o.0 == column {
                    (column, !o.1)
                } else {
                    (column, column != Column::Name)
                }
            });
        };
        view! {
            <th scope="col" aria-sort=sorted>
                <button class="quiet" title=meaning on:click=press>
                    {name}
                    <span aria-hidden="true">{move || match sorted() { "ascending" => " ▲", "descending" => " ▼", _ => "" }}</span>
                </button>
            </th>
        }
    };
    view! {
        <section aria-label="Validator records">
            <h2>"Validators"</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Validator records, all columns">
                <table class="table duties" id="duties">
                    <thead><tr>{COLUMNS.map(head)}</tr></thead>
                    // Rows stay, and their figures change: see nodes.rs.
                    <tbody>
                        <For each=move || 0..count.get() key=|k| *k let:k>
                            {row(run, Memo::new(move |_| rows.with(|all| all.get(k).cloned())))}
                        </For>
                    </tbody>
                </table>
            </div>
            <button id="save-validators" on:click=move |_| records.save(Saving::Validators)>"Validators as CSV"</button>
        </section>
    }
}

fn row(run: RunState, v: Memo<Option<ValidatorFigures>>) -> impl IntoView {
    let total = run
        .info
        .with_untracked(|w| w.as_ref().map_or(1, |w| w.total.max(1)));
    let of = move |read: &dyn Fn(&ValidatorFigures) -> String| {
        v.with(|v| v.as_ref().map(read).unwrap_or_default())
    };
    let number = move |read: fn(&ValidatorFigures) -> u64| of(&|v| words::grouped(read(v)));
    let is = move |wrong: fn(&ValidatorFigures) -> u64| {
        v.with(|v| v.as_ref().is_some_and(|v| wrong(v) != 0))
    };
    view! {
        <tr>
            <th scope="row">{move || of(&|v| v.name.clone())}</th>
            <td>{move || of(&|v| words::percent(v.stake as f64 / total as f64))}</td>
            <td>{move || number(|v| v.proposed)}</td>
            <td class:bad=move || is(|v| v.missed)>{move || number(|v| v.missed)}</td>
            <td>{move || number(|v| v.in_time)}</td>
            <td>{move || number(|v| v.late)}</td>
            <td class:bad=move || is(|v| v.missing)>{move || number(|v| v.missing)}</td>
            <td>{move || of(&quorum)}</td>
        </tr>
    }
}

/// Median and 95th percentile, where they differ.
fn quorum(v: &ValidatorFigures) -> String {
    match (v.to_quorum_p50_us, v.to_quorum_p95_us) {
        (Some(p50), Some(p95)) if p50 != p95 => {
            format!("{} · {}", words::duration(p50), words::duration(p95))
        }
        (Some(p50), _) => words::duration(p50),
        (None, _) => "–".into(),
    }
}
