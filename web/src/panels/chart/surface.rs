//! The canvas of a chart: who paints it, how large it is, in which colours.

use crate::chart::canvas::Surface;
use crate::state::chart_view::ChartView;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The chart's canvas with who paints it.
pub fn make(chart: &Rc<RefCell<ChartView>>, canvas: web_sys::HtmlCanvasElement) -> Surface {
    let painted = Rc::downgrade(chart);
    Surface::new(canvas, move |ms| {
        if let Some(chart) = painted.upgrade() {
            chart.borrow_mut().painted(ms);
        }
    })
}

/// Follows the size of `place`, and the system's choice of light or dark.
pub fn watch_size(chart: &Rc<RefCell<ChartView>>, place: web_sys::HtmlElement) {
    let watched = Rc::downgrade(chart);
    let fitted = place.clone();
    let fit = move || {
        if let Some(chart) = watched.upgrade() {
            let mut c = chart.borrow_mut();
            c.size = (
                f64::from(fitted.client_width()),
                f64::from(fitted.client_height()),
            );
            c.request_draw();
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
