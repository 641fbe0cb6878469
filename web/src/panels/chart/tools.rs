//! The tools under the chart: legend, what is folded, zoom, following, and the choices one step away.

use crate::chart::filter::{heights, names};
use crate::chart::lanes::Order;
use crate::chart::layout::Flow;
use crate::platform::dom::dialog_open;
use crate::platform::files;
use crate::state::chart::Charts;
use crate::state::chart_controls::ChartControls;
use crate::state::records::Records;
use crate::state::run::RunState;
use crate::words;
use leptos::prelude::*;
use std::collections::BTreeSet;
use wasm_bindgen::JsCast;

/// Kinds with a style of their own; the others share one.
const STYLED: u8 = 3;

#[component]
pub fn Tools() -> impl IntoView {
    let charts = expect_context::<Charts>();
    let controls = expect_context::<ChartControls>();
    let records = expect_context::<Records>();
    let folded = move || {
        let (lines, messages, _) = controls.folding.get();
        (lines < messages).then(|| {
            format!(
                "{} messages drawn as {} lines",
                words::grouped(messages as u64),
                words::grouped(lines as u64)
            )
        })
    };
    let filtered = move || !controls.filter.with(|f| f.is_plain());
    let hidden = move || controls.arrangement.with(|a| a.hidden.len());
    view! {
        <Choices />
        <div class="chart-tools" data-shapes=move || controls.folding.get().2.to_string()>
            <Legend />
            {move || folded().map(|text| view! { <span class="folding">{text}</span> })}
            {move || (hidden() > 0).then(|| view! {
                <button class="quiet" id="show-hidden" on:click=move |_| controls.arrangement.update(|a| a.hidden.clear())>
                    {format!("show {} hidden", hidden())}
                </button>
            })}
            {move || filtered().then(|| view! {
                <button class="quiet" id="unfilter" on:click=move |_| controls.filter.set(Default::default())>"clear filter"</button>
            })}
            <button class="quiet" aria-label="Zoom out" title="Zoom out (S, −)" on:click=move |_| charts.zoom_middle(0.7)>"−"</button>
            <button class="quiet" aria-label="Zoom in" title="Zoom in (W, +)" on:click=move |_| charts.zoom_middle(1.4)>"+"</button>
            <button class="quiet" title="Fit the selection, or everything (F)" on:click=move |_| charts.fit()>"fit"</button>
            <button
                class="quiet"
                id="sum-area"
                title="Drag over an area to count its messages and bytes (Shift and drag)"
                aria-pressed=move || controls.measuring.get().to_string()
                on:click=move |_| controls.measuring.update(|s| *s = !*s)
            >"measure"</button>
            <button
                class="quiet"
                title="Follow the present (N)"
                aria-pressed=move || controls.following.get().to_string()
                on:click=move |_| charts.follow()
            >
                {move || if controls.following.get() { "following" } else { "follow" }}
            </button>
            <button
                class="quiet"
                id="show-tree"
                title="Show the blocks as a tree beside the chart (B)"
                aria-pressed=move || records.tree_open.get().to_string()
                on:click=move |_| records.tree_open.update(|open| *open = !*open)
            >"tree"</button>
            <button
                class="quiet"
                id="chart-choices"
                aria-expanded=move || controls.options_open.get().to_string()
                aria-controls="choices"
                title="Choose what is shown; save a picture"
                on:click=move |_| controls.options_open.update(|c| *c = !*c)
            >"options"</button>
        </div>
    }
}

/// What the colours and line styles stand for; a press leaves a kind out.
#[component]
fn Legend() -> impl IntoView {
    let run = expect_context::<RunState>();
    let controls = expect_context::<ChartControls>();
    move || {
        let kinds = run.info.get().map(|w| w.kinds.clone()).unwrap_or_default();
        let all = kinds.len() as u8;
        let named = kinds
            .into_iter()
            .take(STYLED.into())
            .map(|k| k.name)
            .chain(["other".to_owned()]);
        let items = named.enumerate().map(|(k, name)| {
            let first = k as u8;
            let last = if first < STYLED { first } else { all.max(STYLED) };
            let on = move || controls.filter.with(|f| (first..=last).any(|k| f.shows_kind(k)));
            let label = name.clone();
            let press = move |_| {
                let next = !on();
                controls.filter
                    .update(|f| (first..=last).for_each(|k| f.show_kind(k, next)));
            };
            view! {
                <button
                    class="quiet legend-item"
                    title=format!("Show or hide: {name}")
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
    let charts = expect_context::<Charts>();
    let run = expect_context::<RunState>();
    let controls = expect_context::<ChartControls>();
    let scale = RwSignal::new(sharp());
    let wrong = RwSignal::new([const { String::new() }; 3]);
    // Escape, wherever the focus is, and a press beside them close the options.
    let open = move || controls.options_open.get_untracked();
    let key = window_event_listener(leptos::ev::keydown, move |e| {
        if open() && e.key() == "Escape" && !e.default_prevented() && !dialog_open() {
            e.prevent_default();
            controls.options_open.set(false);
        }
    });
    let press = window_event_listener(leptos::ev::pointerdown, move |e| {
        let target = e
            .target()
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let inside = target.is_some_and(|t| {
            t.closest("#choices, #chart-choices")
                .ok()
                .flatten()
                .is_some()
        });
        if open() && !inside {
            controls.options_open.set(false);
        }
    });
    on_cleanup(move || {
        key.remove();
        press.remove();
    });
    move || {
        controls.options_open.get().then(|| {
            view! {
                <section class="card chart-card" id="choices" aria-label="Chart options">
                    <label class="choice">
                        <span>"Time flows"</span>
                        <select id="chart-flow" on:change=move |e| {
                            let right = event_target_value(&e) == "right";
                            controls.flow.set(if right { Flow::Right } else { Flow::Down });
                        }>
                            <option value="down" selected=controls.flow.get_untracked() == Flow::Down>"down"</option>
                            <option value="right" selected=controls.flow.get_untracked() == Flow::Right>"right"</option>
                        </select>
                    </label>
                    <label class="choice">
                        <span>"Order lifelines by"</span>
                        <select id="chart-order" on:change=move |e| order(controls, &event_target_value(&e))>
                            {ORDERS.map(|(id, name, order)| view! {
                                <option value=id selected=controls.arrangement.with_untracked(|a| a.order == order)>{name}</option>
                            })}
                        </select>
                    </label>
                    <label class="choice">
                        <input
                            type="checkbox" id="chart-fold"
                            prop:checked=move || controls.arrangement.with(|a| a.fold)
                            on:change=move |e| { let on = event_target_checked(&e); controls.arrangement.update(|a| a.fold = on); }
                        />
                        <span>"Fold honest validators into one"</span>
                    </label>
                    <fieldset>
                        <legend>"Kinds of message"</legend>
                        <div class="ticks">{kinds(run, controls)}</div>
                    </fieldset>
                    <label class="choice">
                        <span>"Heights"</span>
                        <input
                            type="text" id="chart-heights" placeholder="all, or 3, or 3-5" size="10"
                            prop:value=move || controls.filter.with(|f| heights_text(f.heights))
                            on:change=move |e| {
                                let read = heights(&event_target_value(&e));
                                let put = |heights| controls.filter.update(|f| f.heights = heights);
                                wrong.update(|w| w[0] = read.map(put).err().unwrap_or_default());
                            }
                        />
                    </label>
                    <small class="complaint" role="alert" id="chart-heights-wrong">{move || wrong.with(|w| w[0].clone())}</small>
                    <label class="choice">
                        <span>"From or to"</span>
                        <input
                            type="text" id="chart-only" placeholder="all, or v1 v3" size="18"
                            prop:value=move || controls.filter.with(|f| names_text(run, &f.nodes))
                            on:change=move |e| {
                                let read = names(&run.node_names(), &event_target_value(&e));
                                let put = |nodes| controls.filter.update(|f| f.nodes = nodes);
                                wrong.update(|w| w[1] = read.map(put).err().unwrap_or_default());
                            }
                        />
                    </label>
                    <small class="complaint" role="alert" id="chart-only-wrong">{move || wrong.with(|w| w[1].clone())}</small>
                    <label class="choice">
                        <span>"Hide"</span>
                        <input
                            type="text" id="chart-hide" placeholder="none, or v2 v4" size="18"
                            prop:value=move || controls.arrangement.with(|a| names_text(run, &a.hidden))
                            on:change=move |e| {
                                let read = names(&run.node_names(), &event_target_value(&e));
                                let put = |hidden| controls.arrangement.update(|a| a.hidden = hidden);
                                wrong.update(|w| w[2] = read.map(put).err().unwrap_or_default());
                            }
                        />
                    </label>
                    <small class="complaint" role="alert" id="chart-hide-wrong">{move || wrong.with(|w| w[2].clone())}</small>
                    <div class="buttons">
                        <button id="save-png" on:click=move |_| save_png(charts, scale.get_untracked())>"Save PNG"</button>
                        <select
                            id="png-scale" aria-label="Size of the PNG"
                            on:change=move |e| scale.set(event_target_value(&e).parse().unwrap_or(1.0))
                        >
                            {["1", "2", "3"].map(|times| view! {
                                <option value=times selected=scale.get_untracked().to_string() == times>{format!("{times}×")}</option>
                            })}
                        </select>
                        <button id="save-svg" on:click=move |_| save_svg(charts)>"Save SVG"</button>
                    </div>
                </section>
            }
        })
    }
}

const ORDERS: [(&str, &str, Order); 4] = [
    ("listed", "number", Order::Listed),
    ("stake", "stake", Order::Stake),
    ("delay", "delay", Order::Delay),
    ("name", "name", Order::Name),
];

fn order(controls: ChartControls, id: &str) {
    if let Some((_, _, order)) = ORDERS.iter().find(|o| o.0 == id) {
        controls.arrangement.update(|a| a.order = *order);
    }
}

fn kinds(run: RunState, controls: ChartControls) -> impl IntoView {
    let world = run.info.get();
    let all = world.map(|w| w.kinds.clone()).unwrap_or_default();
    let ticks = all.into_iter().enumerate().map(|(k, kind)| {
        let k = k as u8;
        view! {
            <label>
                <input
                    type="checkbox"
                    data-kind=k.to_string()
                    prop:checked=move || controls.filter.with(|f| f.shows_kind(k))
                    on:change=move |e| {
                        let on = event_target_checked(&e);
                        controls.filter.update(|f| f.show_kind(k, on));
                    }
                />
                {kind.name}
            </label>
        }
    });
    ticks.collect_view()
}

fn heights_text(heights: Option<(u64, u64)>) -> String {
    match heights {
        None => String::new(),
        Some((low, high)) if low == high => low.to_string(),
        Some((low, high)) => format!("{low}-{high}"),
    }
}

fn names_text(run: RunState, nodes: &BTreeSet<u16>) -> String {
    let known = run.node_names();
    let names: Vec<&str> = nodes
        .iter()
        .filter_map(|n| known.get(usize::from(*n)).map(String::as_str))
        .collect();
    names.join(" ")
}

fn save_svg(charts: Charts) {
    let svg = charts.main().borrow_mut().svg();
    if let Some(svg) = svg {
        files::download_as("consensusforge-chart.svg", "image/svg+xml", &svg);
    }
}

/// Pixels of a PNG a pixel of the page, so that it is as sharp as the screen.
fn sharp() -> f64 {
    let ratio = web_sys::window().map_or(1.0, |w| w.device_pixel_ratio());
    ratio.ceil().clamp(1.0, 3.0)
}

fn save_png(charts: Charts, scale: f64) {
    charts
        .main()
        .borrow_mut()
        .save_png("consensusforge-chart.png", scale);
}
