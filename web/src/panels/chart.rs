//! The chart in its place: size, pointer, wheel, and one scheduler that draws.

use super::inspector::tooltip;
use crate::app::{App, app};
use crate::chart::canvas::{Canvas, Palette};
use crate::chart::hit::{self, Pick};
use crate::chart::layout::{Layout, View};
use crate::chart::paint;
use crate::chart::shapes::{self, Scene};
use crate::chart::store::Store;
use crate::effective;
use crate::model::Scenario;
use crate::platform::frames::{Detail, Frames};
use crate::protocol::{ChartNews, Tick, ToWorker};
use consensusforge_core::session::view::{NodeView, World};
use leptos::{ev, html, prelude::*};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

/// Everything one drawing needs.
#[derive(Default)]
pub struct Chart {
    pub view: View,
    pub nodes: Vec<NodeView>,
    pub store: Store,
    pub picked: Option<Pick>,
    /// A picked thing that stays picked while the pointer moves on.
    pub pinned: Option<Pick>,
    world: Option<World>,
    now_us: u64,
    size: (f64, f64),
    palette: Option<Palette>,
    canvas: Option<HtmlCanvasElement>,
    frames: Option<Frames>,
    folding: Option<RwSignal<(usize, usize)>>,
    detail: Detail,
    drawn: usize,
}

impl Chart {
    pub fn ask(&self) {
        if let Some(frames) = &self.frames {
            frames.ask();
        }
    }

    pub fn repaint(&mut self) {
        self.palette = None;
        self.ask();
    }

    pub fn opened(&mut self, world: World, scenario: &Scenario) {
        let room = if self.size.1 > 0.0 {
            self.size.1
        } else {
            600.0
        };
        self.world = Some(world);
        self.store.clear();
        self.nodes.clear();
        self.picked = None;
        self.pinned = None;
        self.now_us = 0;
        self.view = View {
            px_per_ms: effective::reading_zoom(scenario, room),
            ..View::default()
        };
        self.ask();
    }

    pub fn took(&mut self, tick: Tick, news: Option<ChartNews>) {
        self.now_us = tick.now_us;
        if let Some(news) = news {
            self.store.take(news.batch, news.flying);
        }
        self.ask();
    }

    pub fn layout(&self) -> Layout {
        Layout {
            width: self.size.0,
            height: self.size.1,
            nodes: self.world.as_ref().map_or(0, |w| w.nodes.len()),
            view: self.view,
        }
    }

    /// Brings an instant into the middle; the chart stays there.
    pub fn show(&mut self, at_us: u64) {
        let layout = self.layout();
        let (from, to) = layout.window();
        self.view.follow = false;
        self.view.top_us = at_us as f64 - to.saturating_sub(from) as f64 / 2.0;
    }

    pub fn world(&self) -> Option<&World> {
        self.world.as_ref()
    }

    /// The last thing recorded before an instant: where a step back goes.
    pub fn before(&self, at_us: u64) -> Option<u64> {
        let from = at_us.saturating_sub(10_000_000);
        let arrivals = self
            .store
            .arrows_in(from, at_us)
            .flat_map(|a| [a.sent_us, a.arrives_us]);
        let marks = self.store.marks_in(from, at_us).map(|m| m.at_us);
        arrivals.chain(marks).filter(|t| *t < at_us).max()
    }

    fn draw(&mut self) {
        let (Some(canvas), Some(world)) = (&self.canvas, &self.world) else {
            return;
        };
        if self.view.follow {
            self.view = self.layout().following(self.now_us);
        }
        let scene = Scene {
            layout: self.layout(),
            now_us: self.now_us,
            world,
            nodes: &self.nodes,
            store: &self.store,
            picked: self.picked.as_ref(),
            pinned: self.pinned.as_ref(),
            max_arrows: self.detail.arrows(),
        };
        let picture = shapes::picture(&scene);
        let palette = self.palette.get_or_insert_with(|| Palette::of(canvas));
        if let Some(mut surface) = Canvas::on(canvas, self.size, palette) {
            paint::paint(&picture.shapes, &mut surface);
        }
        self.drawn = picture.drawn;
        if let Some(folding) = self.folding {
            let counts = (picture.drawn, picture.messages);
            if folding.get_untracked() != counts {
                folding.set(counts);
            }
        }
    }
}

#[component]
pub fn ChartPanel() -> impl IntoView {
    let app = app();
    let canvas = NodeRef::<html::Canvas>::new();
    let place = NodeRef::<html::Section>::new();
    let folding = RwSignal::new((0usize, 0usize));
    let hover = RwSignal::new(None::<(f64, f64, Pick)>);
    let following = RwSignal::new(true);

    Effect::new(move |_| {
        let (Some(canvas), Some(place)) = (canvas.get(), place.get()) else {
            return;
        };
        let chart = app.chart();
        let drawn = Rc::downgrade(&chart);
        {
            let mut c = chart.borrow_mut();
            c.canvas = Some(canvas);
            c.folding = Some(folding);
            let learning = drawn.clone();
            let draw = move || {
                if let Some(chart) = drawn.upgrade() {
                    chart.borrow_mut().draw();
                    let follow = chart.borrow().view.follow;
                    if following.get_untracked() != follow {
                        following.set(follow);
                    }
                }
            };
            let cost = move |ms: f64| {
                if let Some(chart) = learning.upgrade() {
                    let mut c = chart.borrow_mut();
                    let drawn = c.drawn;
                    c.detail.learn(ms, drawn);
                }
            };
            c.frames = Some(Frames::new(draw, cost));
        }
        watch_size(&chart, place);
    });

    let dragging = StoredValue::new_local(Drag::default());
    let at =
        move |event: &ev::PointerEvent| (f64::from(event.offset_x()), f64::from(event.offset_y()));
    let down = move |event: ev::PointerEvent| {
        if let Some(canvas) = canvas.get_untracked() {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        dragging.update_value(|d| d.down(event.pointer_id(), at(&event)));
        hover.set(None);
    };
    let moved = move |event: ev::PointerEvent| {
        let (x, y) = at(&event);
        let chart = app.chart();
        match dragging
            .try_update_value(|d| d.moved(event.pointer_id(), (x, y)))
            .flatten()
        {
            Some(Moved::Pan(dy)) => {
                let mut c = chart.borrow_mut();
                c.view = c.layout().panned(dy);
                c.ask();
            }
            Some(Moved::Zoom(factor, y)) => zoom(app, factor, y),
            None if dragging.with_value(Drag::is_down) => {}
            None => {
                let mut c = chart.borrow_mut();
                let picked = hit::pick(&c.layout(), &c.store, c.now_us, x, y);
                if picked != c.picked {
                    if let Some(Pick::Arrow(a)) = &picked {
                        app.send(ToWorker::Message(a.message));
                    }
                    c.picked.clone_from(&picked);
                    c.ask();
                }
                hover.set(picked.map(|p| (x, y, p)));
            }
        }
    };
    let up = move |event: ev::PointerEvent| {
        let (x, y) = at(&event);
        let clicked = dragging
            .try_update_value(|d| d.up(event.pointer_id()))
            .unwrap_or(false);
        if clicked {
            let chart = app.chart();
            let mut c = chart.borrow_mut();
            let picked = hit::pick(&c.layout(), &c.store, c.now_us, x, y);
            if let Some(Pick::Arrow(a)) = &picked {
                app.send(ToWorker::Message(a.message));
            }
            c.pinned = picked.clone();
            c.ask();
            drop(c);
            if let Some(pick) = &picked {
                app.select(pick.into());
            }
            app.pinned.set(picked);
        }
    };
    let left = move |_: ev::PointerEvent| {
        let chart = app.chart();
        chart.borrow_mut().picked = None;
        chart.borrow().ask();
        hover.set(None);
    };
    let wheel = move |event: ev::WheelEvent| {
        event.prevent_default();
        if event.ctrl_key() || event.meta_key() {
            zoom(
                app,
                (-event.delta_y() * 0.01).exp().clamp(0.5, 2.0),
                f64::from(event.offset_y()),
            );
        } else {
            pan(app, -event.delta_y());
        }
    };
    let keys = move |event: ev::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowDown" => -60.0,
            "ArrowUp" => 60.0,
            "PageDown" => -400.0,
            "PageUp" => 400.0,
            _ => return,
        };
        event.prevent_default();
        pan(app, by);
    };

    view! {
        <section class="chart" id="chart" node_ref=place aria-label="Message sequence chart">
            <canvas
                node_ref=canvas
                tabindex="0"
                role="img"
                aria-label="Messages between validators: time flows down, each arrow is a message from its sender's lifeline to its receiver's. The sentence under the chart tells what happens. Arrow keys move in time, plus and minus zoom, F follows."
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
                on:pointercancel=move |e| {
                    dragging.update_value(|d| {
                        d.up(e.pointer_id());
                    });
                }
                on:pointerleave=left
                on:wheel=wheel
                on:keydown=keys
            ></canvas>
            <div class="chart-tools">
                <Legend />
                <span class="folding" class:hidden=move || folding.with(|(d, all)| d == all)>
                    {move || {
                        let (drawn, all) = folding.get();
                        format!(
                            "{} of {} messages drawn",
                            crate::words::grouped(drawn as u64),
                            crate::words::grouped(all as u64),
                        )
                    }}
                </span>
                <button class="quiet" aria-label="Zoom out" title="Zoom out (−)" on:click=move |_| zoom_middle(app, 0.7)>"−"</button>
                <button class="quiet" aria-label="Zoom in" title="Zoom in (+)" on:click=move |_| zoom_middle(app, 1.4)>"+"</button>
                <button
                    class="quiet"
                    title="Stay with now (F)"
                    aria-pressed=move || following.get().to_string()
                    on:click=move |_| app.follow()
                >
                    {move || if following.get() { "following" } else { "follow" }}
                </button>
            </div>
            {move || hover.get().map(|(x, y, pick)| tooltip(app, x, y, &pick))}
        </section>
    }
}

/// What the colours and line styles stand for.
#[component]
fn Legend() -> impl IntoView {
    let app = app();
    move || {
        let kinds = app.world.get().map(|w| w.kinds.clone()).unwrap_or_default();
        // Kinds beyond the first three share a style, and a place here.
        let named = kinds
            .into_iter()
            .take(3)
            .map(|k| k.name)
            .chain(["other".to_owned()]);
        let items = named.enumerate().map(|(k, name)| {
            view! {
                <span class="legend-item">
                    <svg viewBox="0 0 26 8" width="26" height="8" aria-hidden="true" class=format!("kind-{k}")>
                        <line x1="1" y1="4" x2="25" y2="4" />
                    </svg>
                    {name}
                </span>
            }
        });
        view! { <span class="legend">{items.collect_view()}</span> }
    }
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

pub fn zoom(app: App, factor: f64, y: f64) {
    let chart = app.chart();
    let mut c = chart.borrow_mut();
    c.view = c.layout().zoomed(factor, y);
    c.ask();
}

pub fn zoom_middle(app: App, factor: f64) {
    let y = app.chart().borrow().size.1 / 2.0;
    zoom(app, factor, y);
}

pub fn pan(app: App, dy: f64) {
    let chart = app.chart();
    let mut c = chart.borrow_mut();
    c.view = c.layout().panned(dy);
    c.ask();
}

enum Moved {
    Pan(f64),
    /// Factor, and the height that stays in place.
    Zoom(f64, f64),
}

/// One finger or the mouse pans, two fingers zoom.
#[derive(Default)]
struct Drag {
    pointers: Vec<(i32, (f64, f64))>,
    travelled: f64,
}

impl Drag {
    fn down(&mut self, id: i32, at: (f64, f64)) {
        self.pointers.retain(|p| p.0 != id);
        self.pointers.push((id, at));
        if self.pointers.len() == 1 {
            self.travelled = 0.0;
        }
    }

    fn is_down(&self) -> bool {
        !self.pointers.is_empty()
    }

    fn moved(&mut self, id: i32, at: (f64, f64)) -> Option<Moved> {
        let k = self.pointers.iter().position(|p| p.0 == id)?;
        let was = self.pointers[k].1;
        self.pointers[k].1 = at;
        let (dx, dy) = (at.0 - was.0, at.1 - was.1);
        self.travelled += dx.hypot(dy);
        if let [a, b] = self.pointers[..] {
            let other = if k == 0 { b.1 } else { a.1 };
            let before = (was.0 - other.0).hypot(was.1 - other.1).max(1.0);
            let after = (at.0 - other.0).hypot(at.1 - other.1).max(1.0);
            return Some(Moved::Zoom(after / before, at.1.midpoint(other.1)));
        }
        (self.travelled > 4.0).then_some(Moved::Pan(dy))
    }

    /// True when it was a click.
    fn up(&mut self, id: i32) -> bool {
        let only = self.pointers.len() == 1;
        self.pointers.retain(|p| p.0 != id);
        only && self.travelled <= 4.0
    }
}
