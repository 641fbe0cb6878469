//! The chart in its place: size, theme, and one scheduler that draws. What a pointer does is in
//! `pointing`, the tools under the chart in `tools`, what can be done to the network in `interventions`.

pub mod comparison;
mod interventions;
mod pointing;
mod sum;
pub mod surface;
mod tools;
mod tooltip;

pub use interventions::InspectedInterventions;
pub use pointing::neighbour;

use crate::platform::frames::Frames;
use crate::state::chart::Charts;
use crate::state::chart_controls::ChartControls;
use crate::state::comparison::ComparisonState;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use leptos::{html, prelude::*};
use std::rc::Rc;

#[component]
pub fn ChartPanel() -> impl IntoView {
    let charts = expect_context::<Charts>();
    let run = expect_context::<RunState>();
    let selection = expect_context::<Selection>();
    let comparison = expect_context::<ComparisonState>();
    let canvas = NodeRef::<html::Canvas>::new();
    let place = NodeRef::<html::Div>::new();
    let controls = ChartControls::new();
    provide_context(controls);

    Effect::new(move |_| {
        let (Some(canvas), Some(place)) = (canvas.get(), place.get()) else {
            return;
        };
        let chart = charts.main();
        let drawn = Rc::downgrade(&chart);
        {
            let mut c = chart.borrow_mut();
            c.surface = Some(surface::make(&chart, canvas));
            c.controls = Some(controls);
            let measured = drawn.clone();
            let draw = move || {
                if let Some(chart) = drawn.upgrade() {
                    chart.borrow_mut().draw();
                    if comparison.name.with_untracked(Option::is_some) {
                        charts.other().borrow().request_draw();
                    }
                    let follow = chart.borrow().view.follow;
                    if controls.following.get_untracked() != follow {
                        controls.following.set(follow);
                    }
                }
            };
            let cost = move |ms| {
                if let Some(chart) = measured.upgrade() {
                    chart.borrow_mut().work_ms = ms;
                }
            };
            c.frames = Some(Frames::new(draw, cost));
        }
        surface::watch_size(&chart, place.into());
    });
    // What is chosen reaches the drawing.
    Effect::new(move |_| {
        let (arrangement, filter) = (controls.arrangement.get(), controls.filter.get());
        charts
            .main()
            .borrow_mut()
            .set_options(&arrangement, &filter);
        charts
            .other()
            .borrow_mut()
            .set_options(&arrangement, &filter);
    });
    Effect::new(move |_| {
        let flow = controls.flow.get();
        let chart = charts.main();
        let mut c = chart.borrow_mut();
        c.view.flow = flow;
        c.view.spread = 1.0;
        c.view.shift = 0.0;
        c.request_draw();
    });
    Effect::new(move |_| {
        run.scenario
            .with(|s| charts.main().borrow_mut().commands_changed(s));
    });

    view! {
        <section class="chart" id="chart" aria-label="Message sequence chart">
            <div class="chart-place" node_ref=place>
                <pointing::Surface canvas=canvas />
                <sum::SumCard />
                <interventions::MenuCard />
                {move || controls.hover.get().map(|(x, y, pick)| tooltip::tooltip(charts, run, selection, x, y, &pick))}
            </div>
            <tools::Tools />
            <p id="chart-said" class="visually-hidden" role="status" aria-live="polite">{move || controls.announced.get()}</p>
        </section>
    }
}
