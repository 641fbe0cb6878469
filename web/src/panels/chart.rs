//! The chart in its place: size, theme, and one scheduler that draws. What a pointer does is in
//! `pointing`, the tools under the chart in `tools`, what hands do to the network in `hands`.

pub mod comparison;
mod interventions;
mod pointing;
mod state;
mod sum;
mod tools;

pub use interventions::InspectedHands;
pub use pointing::neighbour;
pub use state::{Chart, pin};

use super::inspector::tooltip;
use crate::app::{App, app};
use crate::chart::area::Sum;
use crate::chart::canvas::Surface;
use crate::chart::filter::Filter;
use crate::chart::hit::Pick;
use crate::chart::lanes::Arrangement;
use crate::chart::layout::Flow;
use crate::platform::frames::Frames;
use leptos::{html, prelude::*};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What the parts of the chart's panel say to one another.
#[derive(Clone, Copy)]
pub struct Ui {
    hover: RwSignal<Option<(f64, f64, Pick)>>,
    /// Lines drawn, messages they stand for, shapes in all.
    folding: RwSignal<(usize, usize, usize)>,
    following: RwSignal<bool>,
    flow: RwSignal<Flow>,
    arrangement: RwSignal<Arrangement>,
    filter: RwSignal<Filter>,
    /// The next drag marks an area.
    summing: RwSignal<bool>,
    sum: RwSignal<Option<Sum>>,
    menu: RwSignal<Option<interventions::Menu>>,
    choosing: RwSignal<bool>,
    /// For who cannot see: what was selected or summed.
    said: RwSignal<String>,
}

impl Ui {
    fn new() -> Ui {
        Ui {
            hover: RwSignal::new(None),
            folding: RwSignal::new((0, 0, 0)),
            following: RwSignal::new(true),
            flow: RwSignal::new(Flow::Down),
            arrangement: RwSignal::new(Arrangement::default()),
            filter: RwSignal::new(Filter::default()),
            summing: RwSignal::new(false),
            sum: RwSignal::new(None),
            menu: RwSignal::new(None),
            choosing: RwSignal::new(false),
            said: RwSignal::new(String::new()),
        }
    }
}

#[component]
pub fn ChartPanel() -> impl IntoView {
    let app = app();
    let canvas = NodeRef::<html::Canvas>::new();
    let place = NodeRef::<html::Div>::new();
    let ui = Ui::new();
    provide_context(ui);

    Effect::new(move |_| {
        let (Some(canvas), Some(place)) = (canvas.get(), place.get()) else {
            return;
        };
        let chart = app.chart();
        let drawn = Rc::downgrade(&chart);
        {
            let mut c = chart.borrow_mut();
            c.surface = Some(surface(&chart, canvas));
            c.ui = Some(ui);
            let learning = drawn.clone();
            let draw = move || {
                if let Some(chart) = drawn.upgrade() {
                    chart.borrow_mut().draw();
                    if app.beside.with_untracked(Option::is_some) {
                        app.other_chart().borrow().ask();
                    }
                    let follow = chart.borrow().view.follow;
                    if ui.following.get_untracked() != follow {
                        ui.following.set(follow);
                    }
                }
            };
            let cost = move |ms| {
                if let Some(chart) = learning.upgrade() {
                    chart.borrow_mut().work_ms = ms;
                }
            };
            c.frames = Some(Frames::new(draw, cost));
        }
        watch_size(&chart, place.into());
    });
    // What is chosen reaches the drawing.
    Effect::new(move |_| {
        let (arrangement, filter) = (ui.arrangement.get(), ui.filter.get());
        app.chart().borrow_mut().choose(&arrangement, &filter);
        app.other_chart().borrow_mut().choose(&arrangement, &filter);
    });
    Effect::new(move |_| {
        let flow = ui.flow.get();
        let chart = app.chart();
        let mut c = chart.borrow_mut();
        c.view.flow = flow;
        c.view.spread = 1.0;
        c.view.shift = 0.0;
        c.ask();
    });
    Effect::new(move |_| {
        app.scenario.with(|s| app.chart().borrow_mut().acted(s));
    });

    view! {
        <section class="chart" id="chart" aria-label="Message sequence chart">
            <div class="chart-place" node_ref=place>
                <pointing::Surface canvas=canvas />
                <sum::SumCard />
                <interventions::MenuCard />
                {move || ui.hover.get().map(|(x, y, pick)| tooltip(app, x, y, &pick))}
            </div>
            <tools::Tools />
            <p id="chart-said" class="unseen" role="status" aria-live="polite">{move || ui.said.get()}</p>
        </section>
    }
}

/// The chart's canvas with who paints it.
fn surface(chart: &Rc<RefCell<Chart>>, canvas: web_sys::HtmlCanvasElement) -> Surface {
    let painted = Rc::downgrade(chart);
    Surface::new(canvas, move |ms| {
        if let Some(chart) = painted.upgrade() {
            chart.borrow_mut().painted(ms);
        }
    })
}

fn watch_size(chart: &Rc<RefCell<Chart>>, place: web_sys::HtmlElement) {
    let watched = Rc::downgrade(chart);
    let fitted = place.clone();
    let fit = move || {
        if let Some(chart) = watched.upgrade() {
            let mut c = chart.borrow_mut();
            c.size = (
                f64::from(fitted.client_width()),
                f64::from(fitted.client_height()),
            );
            c.ask();
        }
    };
    fit();
    let again = fit.clone();
    let changed = Closure::<dyn Fn()>::new(again);
    if let Ok(observer) = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()) {
        observer.observe(&place);
        // Both live as long as the page.
        std::mem::forget(observer);
    }
    changed.forget();
    let themed = Rc::downgrade(chart);
    if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
        let turned = Closure::<dyn Fn()>::new(move || {
            if let Some(chart) = themed.upgrade() {
                chart.borrow_mut().repaint();
            }
        });
        query.set_onchange(Some(turned.as_ref().unchecked_ref()));
        turned.forget();
        std::mem::forget(query);
    }
}

/// Zooms time about a place along it.
pub fn zoom(app: App, factor: f64, along: f64) {
    let chart = app.chart();
    let mut c = chart.borrow_mut();
    c.view = c.layout().zoomed(factor, along);
    c.ask();
}

pub fn zoom_middle(app: App, factor: f64) {
    let along = app.chart().borrow().layout().length() / 2.0;
    zoom(app, factor, along);
}

/// Moves the picture by pixels across the lifelines and along time.
pub fn pan(app: App, across: f64, along: f64) {
    let chart = app.chart();
    let mut c = chart.borrow_mut();
    c.view = c.layout().panned(across, along);
    c.ask();
}

/// What is selected, or all there is, on one screen.
pub fn fit(app: App) {
    app.chart().borrow_mut().fit();
}
