//! The tools under the chart: legend, what is folded, zoom, following, and the choices one step away.

use super::{Ui, fit, zoom_middle};
use crate::app::{App, app};
use crate::chart::lanes::Order;
use crate::chart::layout::Flow;
use crate::platform::files;
use crate::words;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Kinds with a style of their own; the others share one.
const STYLED: u8 = 3;

#[component]
pub fn Tools() -> impl IntoView {
    let app = app();
    let ui = expect_context::<Ui>();
    let folded = move || {
        let (lines, messages, _) = ui.folding.get();
        (lines < messages).then(|| {
            format!(
                "{} messages in {} lines",
                words::grouped(messages as u64),
                words::grouped(lines as u64)
            )
        })
    };
    let filtered = move || !ui.filter.with(|f| f.is_plain());
    let hidden = move || ui.arrangement.with(|a| a.hidden.len());
    view! {
        <Choices />
        <div class="chart-tools" data-shapes=move || ui.folding.get().2.to_string()>
            <Legend />
            {move || folded().map(|text| view! { <span class="folding">{text}</span> })}
            {move || (hidden() > 0).then(|| view! {
                <button class="quiet" id="show-hidden" on:click=move |_| ui.arrangement.update(|a| a.hidden.clear())>
                    {format!("show {} hidden", hidden())}
                </button>
            })}
            {move || filtered().then(|| view! {
                <button class="quiet" id="unfilter" on:click=move |_| ui.filter.set(Default::default())>"filtered ×"</button>
            })}
            <button class="quiet" aria-label="Zoom out" title="Zoom out (S, −)" on:click=move |_| zoom_middle(app, 0.7)>"−"</button>
            <button class="quiet" aria-label="Zoom in" title="Zoom in (W, +)" on:click=move |_| zoom_middle(app, 1.4)>"+"</button>
            <button class="quiet" title="What is selected, or all there is (F)" on:click=move |_| fit(app)>"fit"</button>
            <button
                class="quiet"
                id="sum-area"
                title="Drag over an area: messages, bytes and time in it (Shift and drag)"
                aria-pressed=move || ui.summing.get().to_string()
                on:click=move |_| ui.summing.update(|s| *s = !*s)
            >"measure"</button>
            <button
                class="quiet"
                title="Stay with now (N)"
                aria-pressed=move || ui.following.get().to_string()
                on:click=move |_| app.follow()
            >
                {move || if ui.following.get() { "following" } else { "follow" }}
            </button>
            <button
                class="quiet"
                id="chart-choices"
                aria-expanded=move || ui.choosing.get().to_string()
                aria-controls="choices"
                title="What is shown and how; save as a picture"
                on:click=move |_| ui.choosing.update(|c| *c = !*c)
            >"options"</button>
        </div>
    }
}

/// What the colours and line styles stand for; a press leaves a kind out.
#[component]
fn Legend() -> impl IntoView {
    let app = app();
    let ui = expect_context::<Ui>();
    move || {
        let kinds = app.world.get().map(|w| w.kinds.clone()).unwrap_or_default();
        let all = kinds.len() as u8;
        let named = kinds
            .into_iter()
            .take(STYLED.into())
            .map(|k| k.name)
            .chain(["other".to_owned()]);
        let items = named.enumerate().map(|(k, name)| {
            let first = k as u8;
            let last = if first < STYLED { first } else { all.max(STYLED) };
            let on = move || ui.filter.with(|f| (first..=last).any(|k| f.shows_kind(k)));
            let label = name.clone();
            let press = move |_| {
                let next = !on();
                ui.filter
                    .update(|f| (first..=last).for_each(|k| f.show_kind(k, next)));
            };
            view! {
                <button
                    class="quiet legend-item"
                    title=format!("Show or leave out: {name}")
                    aria-pressed=move || on().to_string()
                    on:click=press
                >
                    <svg viewBox="0 0 26 8" width="26" height="8" aria-hidden="true" class=format!("kind-{k}")>
                        <line x1="1" y1="4" x2="25" y2="4" />
                    </svg>
                    {label}
                </button>
            }
        });
        view! { <span class="legend">{items.collect_view()}</span> }
    }
}

/// How the chart is laid out, what is shown, and where it goes.
#[component]
fn Choices() -> impl IntoView {
    let app = app();
    let ui = expect_context::<Ui>();
    let escape = move |e: leptos::ev::KeyboardEvent| {
        if e.key() == "Escape" {
            ui.choosing.set(false);
        }
    };
    move || {
        ui.choosing.get().then(|| {
            view! {
                <section class="card chart-card" id="choices" aria-label="How the chart is shown" on:keydown=escape>
                    <label class="choice">
                        <span>"Time flows"</span>
                        <select id="chart-flow" on:change=move |e| {
                            let right = event_target_value(&e) == "right";
                            ui.flow.set(if right { Flow::Right } else { Flow::Down });
                        }>
                            <option value="down" selected=ui.flow.get_untracked() == Flow::Down>"down"</option>
                            <option value="right" selected=ui.flow.get_untracked() == Flow::Right>"right"</option>
                        </select>
                    </label>
                    <label class="choice">
                        <span>"Lifelines by"</span>
                        <select id="chart-order" on:change=move |e| order(ui, &event_target_value(&e))>
                            {ORDERS.map(|(id, name, order)| view! {
                                <option value=id selected=ui.arrangement.with_untracked(|a| a.order == order)>{name}</option>
                            })}
                        </select>
                    </label>
                    <label class="choice">
                        <input
                            type="checkbox" id="chart-fold"
                            prop:checked=move || ui.arrangement.with(|a| a.fold)
                            on:change=move |e| { let on = event_target_checked(&e); ui.arrangement.update(|a| a.fold = on); }
                        />
                        <span>"Fold honest ones into one"</span>
                    </label>
                    <fieldset>
                        <legend>"Kinds"</legend>
                        <div class="ticks">{kinds(app, ui)}</div>
                    </fieldset>
                    <label class="choice">
                        <span>"Heights"</span>
                        <input
                            type="text" id="chart-heights" placeholder="all, or 3, or 3-5" size="10"
                            prop:value=move || ui.filter.with(|f| heights_text(f.heights))
                            on:change=move |e| {
                                let heights = heights(&event_target_value(&e));
                                ui.filter.update(|f| f.heights = heights);
                            }
                        />
                    </label>
                    <label class="choice">
                        <span>"From or to"</span>
                        <input
                            type="text" id="chart-only" placeholder="everybody, or v1 v3" size="18"
                            prop:value=move || ui.filter.with(|f| names_text(app, &f.nodes))
                            on:change=move |e| {
                                let nodes = names(app, &event_target_value(&e));
                                ui.filter.update(|f| f.nodes = nodes);
                            }
                        />
                    </label>
                    <label class="choice">
                        <span>"Hide"</span>
                        <input
                            type="text" id="chart-hide" placeholder="nobody, or v2 v4" size="18"
                            prop:value=move || ui.arrangement.with(|a| names_text(app, &a.hidden))
                            on:change=move |e| {
                                let hidden = names(app, &event_target_value(&e));
                                ui.arrangement.update(|a| a.hidden = hidden);
                            }
                        />
                    </label>
                    <div class="buttons">
                        <button id="save-png" on:click=move |_| save_png(app)>"Save PNG"</button>
                        <button id="save-svg" on:click=move |_| save_svg(app)>"Save SVG"</button>
                    </div>
                </section>
            }
        })
    }
}

const ORDERS: [(&str, &str, Order); 4] = [
    ("listed", "order of the list", Order::Listed),
    ("stake", "stake", Order::Stake),
    ("delay", "delay", Order::Delay),
    ("name", "name", Order::Name),
];

fn order(ui: Ui, id: &str) {
    if let Some((_, _, order)) = ORDERS.iter().find(|o| o.0 == id) {
        ui.arrangement.update(|a| a.order = *order);
    }
}

fn kinds(app: App, ui: Ui) -> impl IntoView {
    let world = app.world.get();
    let all = world.map(|w| w.kinds.clone()).unwrap_or_default();
    let ticks = all.into_iter().enumerate().map(|(k, kind)| {
        let k = k as u8;
        view! {
            <label>
                <input
                    type="checkbox"
                    data-kind=k.to_string()
                    prop:checked=move || ui.filter.with(|f| f.shows_kind(k))
                    on:change=move |e| {
                        let on = event_target_checked(&e);
                        ui.filter.update(|f| f.show_kind(k, on));
                    }
                />
                {kind.name}
            </label>
        }
    });
    ticks.collect_view()
}

/// `3` or `3-5`; anything else is all.
fn heights(text: &str) -> Option<(u64, u64)> {
    let (low, high) = text.split_once(['-', '–']).unwrap_or((text, text));
    let (low, high) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
    Some((low, high))
}

fn heights_text(heights: Option<(u64, u64)>) -> String {
    match heights {
        None => String::new(),
        Some((low, high)) if low == high => low.to_string(),
        Some((low, high)) => format!("{low}-{high}"),
    }
}

/// Nodes by their names, however they are put apart; unknown ones mean nobody.
fn names(app: App, text: &str) -> BTreeSet<u16> {
    let world = app.world.get_untracked();
    let known = world.map(|w| w.nodes.clone()).unwrap_or_default();
    text.split([',', ' ', ';'])
        .filter_map(|n| known.iter().position(|k| k == n.trim()))
        .map(|k| k as u16)
        .collect()
}

fn names_text(app: App, nodes: &BTreeSet<u16>) -> String {
    let world = app.world.get_untracked();
    let known = world.map(|w| w.nodes.clone()).unwrap_or_default();
    let names: Vec<&str> = nodes
        .iter()
        .filter_map(|n| known.get(usize::from(*n)).map(String::as_str))
        .collect();
    names.join(" ")
}

fn save_svg(app: App) {
    let svg = app.chart().borrow_mut().svg();
    if let Some(svg) = svg {
        files::download_as("consensusforge-chart.svg", "image/svg+xml", &svg);
    }
}

fn save_png(app: App) {
    app.chart()
        .borrow_mut()
        .save_png("consensusforge-chart.png");
}
