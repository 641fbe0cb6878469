//! Pointer, wheel and keys on the chart: pan, zoom, hover, select, mark an area, ask for the menu.

use super::interventions;
use crate::chart::area::Area;
use crate::chart::hit::Pick;
use crate::chart::layout::Flow;
use crate::protocol::ToWorker;
use crate::state::chart::Charts;
use crate::state::chart_controls::ChartControls;
use crate::state::playback::Playback;
use crate::state::selection::Selection;
use crate::state::worker::WorkerLink;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::{ev, html, prelude::*};
use std::time::Duration;

/// A finger that stays this long wants the menu.
const LONG_PRESS: Duration = Duration::from_millis(550);
/// A pointer that moved less has clicked.
const STILL: f64 = 4.0;

enum Moved {
    Pan(f64, f64),
    /// Factor, and the place that stays.
    Zoom(f64, (f64, f64)),
    Area((f64, f64), (f64, f64)),
}

/// One finger or the mouse pans or marks an area, two fingers zoom.
#[derive(Default)]
struct Drag {
    pointers: Vec<(i32, (f64, f64))>,
    travelled: f64,
    /// Where an area began.
    corner: Option<(f64, f64)>,
    press: Option<TimeoutHandle>,
}

impl Drag {
    fn down(&mut self, id: i32, at: (f64, f64), marks: bool) {
        self.pointers.retain(|p| p.0 != id);
        self.pointers.push((id, at));
        if self.pointers.len() == 1 {
            self.travelled = 0.0;
            self.corner = marks.then_some(at);
        } else {
            self.corner = None;
            self.let_go();
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
        if self.travelled > STILL {
            self.let_go();
        }
        if let [a, b] = self.pointers[..] {
            let other = if k == 0 { b.1 } else { a.1 };
            let before = (was.0 - other.0).hypot(was.1 - other.1).max(1.0);
            let after = (at.0 - other.0).hypot(at.1 - other.1).max(1.0);
            let middle = (at.0.midpoint(other.0), at.1.midpoint(other.1));
            return Some(Moved::Zoom(after / before, middle));
        }
        if self.travelled <= STILL {
            return None;
        }
        Some(match self.corner {
            Some(corner) => Moved::Area(corner, at),
            None => Moved::Pan(dx, dy),
        })
    }

    /// True when it was a click.
    fn up(&mut self, id: i32) -> bool {
        self.let_go();
        let only = self.pointers.len() == 1;
        self.pointers.retain(|p| p.0 != id);
        only && self.travelled <= STILL
    }

    fn let_go(&mut self) {
        if let Some(press) = self.press.take() {
            press.clear();
        }
    }
}

#[component]
pub fn Surface(canvas: NodeRef<html::Canvas>) -> impl IntoView {
    let worker = expect_context::<WorkerLink>();
    let charts = expect_context::<Charts>();
    let playback = expect_context::<Playback>();
    let selection = expect_context::<Selection>();
    let controls = expect_context::<ChartControls>();
    let drag = StoredValue::new_local(Drag::default());
    let at = |e: &ev::PointerEvent| (f64::from(e.offset_x()), f64::from(e.offset_y()));
    let down = move |event: ev::PointerEvent| {
        if event.button() > 0 {
            return;
        }
        if let Some(canvas) = canvas.get_untracked() {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        let marks = event.shift_key() || controls.measuring.get_untracked();
        let place = at(&event);
        drag.update_value(|d| d.down(event.pointer_id(), place, marks));
        controls.hover.set(None);
        if event.pointer_type() == "touch" {
            let open = move || {
                drag.update_value(|d| d.travelled = f64::INFINITY);
                interventions::open_at(charts, playback, controls, place);
            };
            let press = set_timeout_with_handle(open, LONG_PRESS).ok();
            drag.update_value(|d| d.press = press);
        }
    };
    let moved = move |event: ev::PointerEvent| {
        let (x, y) = at(&event);
        let step = drag.try_update_value(|d| d.moved(event.pointer_id(), (x, y)));
        match step.flatten() {
            Some(Moved::Pan(dx, dy)) => {
                let (across, along) = charts.main().borrow().layout().split(dx, dy);
                charts.pan(across, along);
            }
            Some(Moved::Zoom(factor, (x, y))) => {
                let along = charts.main().borrow().layout().split(x, y).1;
                charts.zoom(factor, along);
            }
            Some(Moved::Area(a, b)) => {
                let chart = charts.main();
                let mut c = chart.borrow_mut();
                c.area = Area::between(&c.layout(), a, b);
                c.request_draw();
            }
            None if drag.with_value(Drag::is_down) => {}
            None => hover(worker, charts, controls, x, y),
        }
    };
    let up = move |event: ev::PointerEvent| {
        let (x, y) = at(&event);
        let marking = drag.with_value(|d| d.corner.is_some() && d.travelled > STILL);
        let clicked = drag
            .try_update_value(|d| d.up(event.pointer_id()))
            .unwrap_or(false);
        if marking {
            let chart = charts.main();
            let c = chart.borrow();
            let sum = c.area.map(|a| a.sum(&c.store, c.lanes(), c.filter()));
            drop(c);
            controls.measuring.set(false);
            controls.sum.set(sum);
        } else if clicked {
            let chart = charts.main();
            if chart.borrow().folded(x, y) {
                controls.arrangement.update(|a| a.fold = false);
                return;
            }
            let picked = chart.borrow().hit(x, y);
            selection.pin(picked);
        }
    };
    let gone = move |_: ev::PointerEvent| {
        let chart = charts.main();
        chart.borrow_mut().picked = None;
        chart.borrow().request_draw();
        controls.hover.set(None);
    };
    let wheel = move |event: ev::WheelEvent| {
        event.prevent_default();
        // Some systems turn the wheel sideways while Shift is held.
        let (dx, dy) = (event.delta_x(), event.delta_y());
        let turn = if dy == 0.0 { dx } else { dy };
        let place = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        let layout = charts.main().borrow().layout();
        let (across, along) = layout.split(place.0, place.1);
        let factor = (-turn * 0.01).exp().clamp(0.5, 2.0);
        let zooms = event.ctrl_key() || event.meta_key();
        match (zooms, event.shift_key()) {
            (true, true) => charts.spread(factor, across),
            (true, false) => charts.zoom(factor, along),
            (false, true) => charts.pan(-turn, 0.0),
            (false, false) if layout.view.flow == Flow::Down => charts.pan(-dx, -dy),
            (false, false) => charts.pan(0.0, -turn),
        }
    };
    let keys = move |event: ev::KeyboardEvent| {
        if press(charts, playback, selection, controls, &event) {
            event.prevent_default();
        }
    };
    let menu = move |event: ev::MouseEvent| {
        event.prevent_default();
        let place = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        if controls.menu.with_untracked(Option::is_none) {
            interventions::open_at(charts, playback, controls, place);
        }
    };
    view! {
        <canvas
            node_ref=canvas
            tabindex="0"
            role="application"
            aria-roledescription="message sequence chart"
            aria-describedby="chart-keys"
            aria-label="Messages between validators: each arrow goes from its sender's lifeline to its receiver's"
            class:marking=move || controls.measuring.get()
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=move |e| {
                drag.update_value(|d| {
                    d.up(e.pointer_id());
                });
            }
            on:pointerleave=gone
            on:wheel=wheel
            on:keydown=keys
            on:contextmenu=menu
        ></canvas>
        <p id="chart-keys" class="visually-hidden">
            "Enter selects the newest message. Comma and period select its neighbours. The menu key or Shift F10 opens the
            actions for what is selected. W and S zoom, A and D and the arrow keys move in time, F fits the chart, N
            follows the present. The sentence under the chart says what is happening."
        </p>
    }
}

fn hover(worker: WorkerLink, charts: Charts, controls: ChartControls, x: f64, y: f64) {
    let chart = charts.main();
    let mut c = chart.borrow_mut();
    let picked = c.hit(x, y);
    if picked != c.picked {
        if let Some(Pick::Arrow(a)) = &picked {
            worker.send(ToWorker::Message(a.message));
        }
        c.picked.clone_from(&picked);
        c.request_draw();
    }
    drop(c);
    controls.hover.set(picked.map(|p| (x, y, p)));
}

/// Keys that mean something only while the chart has the focus.
fn press(
    charts: Charts,
    playback: Playback,
    selection: Selection,
    controls: ChartControls,
    event: &ev::KeyboardEvent,
) -> bool {
    let key = event.key();
    // An open menu takes it first.
    if key == "Escape" && controls.menu.with_untracked(Option::is_some) {
        return false;
    }
    if key == "ContextMenu" || (key == "F10" && event.shift_key()) {
        interventions::open_on_selected(charts, playback, controls);
        return true;
    }
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let flow = charts.main().borrow().view.flow;
    let by = match key.as_str() {
        "Enter" => {
            let newest = charts.main().borrow().newest();
            selection.pin(newest);
            return true;
        }
        "Escape" => {
            // First the area, then the selection.
            let chart = charts.main();
            if chart.borrow_mut().area.take().is_some() || controls.sum.get_untracked().is_some() {
                controls.sum.set(None);
                chart.borrow().request_draw();
            } else {
                selection.pin(None);
            }
            controls.measuring.set(false);
            return true;
        }
        "ArrowDown" => (0.0, -60.0),
        "ArrowUp" => (0.0, 60.0),
        "ArrowRight" => (-60.0, 0.0),
        "ArrowLeft" => (60.0, 0.0),
        "PageDown" => (0.0, -400.0),
        "PageUp" => (0.0, 400.0),
        _ => return false,
    };
    match flow {
        Flow::Right if key.starts_with("Arrow") => charts.pan(by.1, by.0),
        _ => charts.pan(by.0, by.1),
    }
    true
}

/// To the neighbour of what is selected; false when nothing is.
pub fn neighbour(charts: Charts, selection: Selection, forward: bool) -> bool {
    let chart = charts.main();
    let Some(pick) = chart.borrow().pinned.clone() else {
        return false;
    };
    let next = chart.borrow().neighbour(&pick, forward);
    match next {
        Some(next) => {
            chart.borrow_mut().reveal(&next);
            selection.pin(Some(next));
        }
        None => {
            if let Some(controls) = chart.borrow().controls {
                controls
                    .announced
                    .set("No further message is loaded.".to_owned());
            }
        }
    }
    true
}
