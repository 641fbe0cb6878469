//! What a marked area holds, and what can be done with it.

use super::interventions;
use crate::chart::area::Sum;
use crate::panels::icon::icon;
use crate::state::chart::Charts;
use crate::state::chart_controls::ChartControls;
use crate::state::run::RunState;
use crate::words;
use leptos::prelude::*;

#[component]
pub fn SumCard() -> impl IntoView {
    let charts = expect_context::<Charts>();
    let run = expect_context::<RunState>();
    let controls = expect_context::<ChartControls>();
    Effect::new(move |_| {
        if let Some(sum) = controls.sum.get() {
            controls.announced.set(summary(&sum));
        }
    });
    move || {
        controls
            .sum
            .get()
            .map(|sum| card(charts, run, controls, &sum))
    }
}

fn card(charts: Charts, run: RunState, controls: ChartControls, sum: &Sum) -> AnyView {
    let Some(world) = run.info.get() else {
        return ().into_any();
    };
    let close = move || {
        controls.sum.set(None);
        let chart = charts.main();
        chart.borrow_mut().area = None;
        chart.borrow().request_draw();
    };
    let name = |n: &u16| {
        world
            .nodes
            .get(usize::from(*n))
            .cloned()
            .unwrap_or_default()
    };
    let who = match &sum.nodes[..] {
        [one] => name(one),
        [a, b] => format!("{} and {}", name(a), name(b)),
        all => format!("{} lifelines", all.len()),
    };
    let span = words::duration(sum.area.to_us - sum.area.from_us);
    let rows = sum.counts.iter().map(|c| {
        let kind = world.kinds.get(usize::from(c.kind));
        view! {
            <tr>
                <th scope="row">{kind.map(|k| k.name.clone())}</th>
                <td>{words::grouped(c.sent)}</td>
                <td>{words::grouped(c.received)}</td>
                <td>{words::grouped(c.lost)}</td>
                <td>{words::bytes(c.bytes)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let empty = sum.counts.is_empty();
    let all = world.nodes.len();
    let cuttable = sum.nodes.len() < all;
    let nodes = sum.nodes.clone();
    view! {
        <section class="card chart-card" id="area-sum" aria-label="Totals of the marked area">
            <div class="card-head">
                <strong>{format!("{who} for {span}")}</strong>
                <button class="quiet" aria-label="Close" on:click=move |_| close()>{icon("close")}</button>
            </div>
            {if empty {
                view! { <p class="note">"No message was sent or received here."</p> }.into_any()
            } else {
                view! {
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"kind"</th>
                                <th scope="col">"sent"</th>
                                <th scope="col">"received"</th>
                                <th scope="col">"lost"</th>
                                <th scope="col">"bytes"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                }.into_any()
            }}
            {cuttable.then(|| view! {
                <div class="buttons">
                    <button on:click=move |_| {
                        interventions::cut_off(run, &nodes, interventions::Way::Both);
                        close();
                    }>"Cut them off from the rest"</button>
                </div>
            })}
        </section>
    }
    .into_any()
}

fn summary(sum: &Sum) -> String {
    let sent: u64 = sum.counts.iter().map(|c| c.sent).sum();
    let received: u64 = sum.counts.iter().map(|c| c.received).sum();
    let bytes: u64 = sum.counts.iter().map(|c| c.bytes).sum();
    format!(
        "{} lifelines for {}: {sent} messages sent, {received} received, {}",
        sum.nodes.len(),
        words::duration(sum.area.to_us - sum.area.from_us),
        words::bytes(bytes)
    )
}
