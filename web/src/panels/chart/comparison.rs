//! A second chart beside the first, of another run at the same instant, seen through the same window.

use crate::platform::frames::Frames;
use crate::protocol::{ChartNews, Compared, ComparisonNews, Tick};
use crate::state::chart::Charts;
use crate::state::chart_view::{ChartView, Place};
use crate::state::comparison::ComparisonState;
use crate::state::futures::FutureState;
use crate::state::playback::Playback;
use crate::state::run::RunState;
use crate::words;
use consensusforge_core::session::compare::Difference;
use consensusforge_core::session::view::{Frame, RunInfo, VerdictKind};
use leptos::{html, prelude::*};
use std::cell::RefCell;
use std::rc::Rc;

#[component]
pub fn BesideChart() -> impl IntoView {
    let comparison = expect_context::<ComparisonState>();
    view! {
        <Show when=move || comparison.name.get().is_some()>
            {view! { <Panel /> }.into_any()}
        </Show>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let charts = expect_context::<Charts>();
    let comparison = expect_context::<ComparisonState>();
    let canvas = NodeRef::<html::Canvas>::new();
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let (Some(canvas), Some(place)) = (canvas.get(), place.get()) else {
            return;
        };
        let chart = charts.other();
        let drawn: std::rc::Weak<RefCell<ChartView>> = Rc::downgrade(&chart);
        {
            let mut c = chart.borrow_mut();
            c.surface = Some(super::surface::make(&chart, canvas));
            let draw = move || {
                if let Some(chart) = drawn.upgrade() {
                    // The window is the first chart's.
                    let view = charts.main().borrow().view;
                    let mut c = chart.borrow_mut();
                    c.view = view;
                    c.draw();
                }
            };
            c.frames = Some(Frames::new(draw, |_| {}));
        }
        super::surface::watch_size(&chart, place.into());
    });
    // Its painter ends with it.
    on_cleanup(move || charts.other().borrow_mut().surface = None);
    let name = move || comparison.name.get().unwrap_or_default();
    view! {
        <section class="chart beside" id="beside" aria-label="The second run">
            <div class="chart-place" node_ref=place>
                <canvas
                    node_ref=canvas role="img"
                    aria-label="Messages of the second run over the same stretch of time"
                ></canvas>
            </div>
            <p class="chart-tools beside-name">"Compared with "<strong>{name}</strong></p>
        </section>
    }
}

/// The two runs in figures, and where they first differ.
#[component]
pub fn Compared() -> impl IntoView {
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let futures = expect_context::<FutureState>();
    let comparison = expect_context::<ComparisonState>();
    let sentence = Memo::new(move |_| {
        match comparison.difference.get() {
        None => String::new(),
        Some(Compared::Searching) => "Looking for the first difference …".into(),
        Some(Compared::Same) => "No difference so far.".into(),
        Some(Compared::Differ(d)) => sentence_of(&d),
        Some(Compared::Unknown) => {
            "Too many events share one instant to be compared, so whether the runs differ is unknown.".into()
        }
    }
    });
    let found = Memo::new(move |_| {
        comparison
            .difference
            .with(|d| differs(d.as_ref()).map(|d| d.at_us))
    });
    let show = move |_| {
        if let Some(at) = found.get_untracked() {
            playback.play(false);
            playback.seek(at);
            comparison.highlight_due.set(true);
        }
    };
    let rows = Memo::new(move |_| {
        let (here, there) = (run.frame.get(), comparison.frame.get());
        match (here, there) {
            (Some(a), Some(b)) => {
                let (a, b) = (figures(&a), figures(&b));
                a.into_iter()
                    .zip(b)
                    .map(|((k, x), (_, y))| (k, x, y))
                    .collect()
            }
            _ => Vec::new(),
        }
    });
    view! {
        <Show when=move || comparison.name.get().is_some()>
            <div class="compared" id="compared">
                <p>
                    <span id="difference" role="status">{move || sentence.get()}</span>" "
                    <Show when=move || found.get().is_some()>
                        <button id="to-difference" on:click=show>"Show it on both"</button>
                    </Show>
                </p>
                <table class="table">
                    <thead><tr>
                        <th scope="col"><span class="visually-hidden">"figure"</span></th>
                        <th scope="col">{move || futures.branches.with(|b| b.name().to_owned())}</th>
                        <th scope="col">{move || comparison.name.get()}</th>
                    </tr></thead>
                    <tbody>
                        <For each=move || rows.get() key=|r| r.clone() let:row>
                            <tr class:differs=row.1 != row.2>
                                <th scope="row">{row.0}</th><td>{row.1.clone()}</td><td>{row.2.clone()}</td>
                            </tr>
                        </For>
                    </tbody>
                </table>
            </div>
        </Show>
    }
}

fn sentence_of(d: &Difference) -> String {
    format!("First difference at {}. {}", words::clock(d.at_us), d.what)
}

fn differs(found: Option<&Compared>) -> Option<&Difference> {
    match found {
        Some(Compared::Differ(difference)) => Some(difference),
        Some(Compared::Searching | Compared::Same | Compared::Unknown) | None => None,
    }
}

fn figures(f: &Frame) -> Vec<(&'static str, String)> {
    let m = &f.metrics;
    let verdict = f.verdicts.first().map_or("", |v| match v.kind {
        VerdictKind::Holds => "● holds",
        VerdictKind::Stalled => "◼ stalled",
        VerdictKind::Violated => "▲ violated",
    });
    vec![
        ("verdict", verdict.to_owned()),
        ("height", words::grouped(m.height)),
        ("blocks per second", words::figure(m.blocks_per_second)),
        (
            "commit latency p50",
            words::duration(m.commit_latency_p50_us),
        ),
        (
            "commit latency p95",
            words::duration(m.commit_latency_p95_us),
        ),
        ("rounds per height", words::figure(m.rounds_per_height)),
        ("messages per block", words::figure(m.messages_per_block)),
        ("delivered", words::grouped(m.delivered)),
        ("lost", words::grouped(m.lost)),
        (
            "transactions per second",
            words::figure(m.transactions_per_second),
        ),
        ("waiting transactions", words::grouped(m.mempool)),
        ("digest", words::short(&f.digest)),
    ]
}

/// A second run is there, or none any more.
pub fn opened(comparison: ComparisonState, run: RunState, charts: Charts, world: Option<RunInfo>) {
    comparison.difference.set(None);
    comparison.highlight_due.set(false);
    comparison.frame.set(None);
    let Some(world) = world else {
        comparison.name.set(None);
        return;
    };
    let scenario = run.scenario.get_untracked();
    charts.other().borrow_mut().opened(world, &scenario);
}

/// It stands where the first one does.
pub fn advanced(
    comparison: ComparisonState,
    charts: Charts,
    news: ComparisonNews,
    chart: Option<ChartNews>,
) {
    let tick = Tick {
        now_us: news.now_us,
        ..Tick::default()
    };
    let other = charts.other();
    other.borrow_mut().receive(tick, chart);
    let state = Some(news.found);
    if comparison.difference.with_untracked(|d| *d != state) {
        comparison.difference.set(state);
        comparison.highlight_due.set(true);
    }
    if comparison.highlight_due.get_untracked() {
        highlight(charts, comparison);
    }
}

/// Lights the first difference on both charts, once its records are there.
fn highlight(charts: Charts, comparison: ComparisonState) {
    let found = comparison
        .difference
        .with_untracked(|d| differs(d.as_ref()).cloned());
    let Some(d) = found else { return };
    let mut done = true;
    for (chart, happened) in [(charts.main(), d.here), (charts.other(), d.there)] {
        let Some(h) = happened else { continue };
        let mut c = chart.borrow_mut();
        let pick = c.find(&Place {
            at_us: h.at_us,
            node: Some(h.node),
            message: h.message,
            to: h.to,
        });
        done &= pick.is_some();
        if pick.is_some() {
            c.pinned = pick;
            c.request_draw();
        }
    }
    if done {
        comparison.highlight_due.set(false);
    }
}
