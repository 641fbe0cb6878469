//! Sheets of a narrow page: Escape closes one, and the focus goes in and comes back. On a wide page the
//! same panels stand beside the chart, and none of this is felt.

use crate::state::layout::{LayoutState, Sheet};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

pub fn listen() {
    // A press on the ground beside a dialog closes it, as Escape does.
    window_event_listener(ev::pointerdown, |event| {
        let dialog = event
            .target()
            .and_then(|t| t.dyn_into::<web_sys::HtmlDialogElement>().ok());
        if let Some(dialog) = dialog {
            let area = dialog.get_bounding_client_rect();
            let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
            if x < area.left() || x > area.right() || y < area.top() || y > area.bottom() {
                dialog.close();
            }
        }
    });
    let layout = expect_context::<LayoutState>();
    let opener = StoredValue::new_local(None::<HtmlElement>);
    window_event_listener(ev::keydown, move |event| {
        let open = layout.sheet.get_untracked() != Sheet::None;
        if event.key() == "Escape" && open && !event.default_prevented() && no_dialog() {
            layout.sheet.set(Sheet::None);
        }
    });
    Effect::new(move |before: Option<Sheet>| {
        let sheet = layout.sheet.get();
        match (before.unwrap_or(Sheet::None), sheet) {
            (Sheet::None, Sheet::None) => {}
            (Sheet::None, _) => {
                let focused = document().active_element();
                opener.set_value(focused.and_then(|e| e.dyn_into().ok()));
                // Once the sheet is laid out.
                request_animation_frame(|| {
                    if let Some(close) = close_button()
                        && !inside_sheet()
                    {
                        let _ = close.focus();
                    }
                });
            }
            (_, Sheet::None) => {
                if let Some(opener) = opener.try_update_value(Option::take).flatten() {
                    let _ = opener.focus();
                }
            }
            // From one to the other: the focus is inside already.
            (Sheet::Controls | Sheet::Side, Sheet::Controls | Sheet::Side) => {}
        }
        sheet
    });
}

fn no_dialog() -> bool {
    matches!(
        document().query_selector("dialog[open], #chart-menu"),
        Ok(None)
    )
}

/// Of the sheet that is to be seen; there is none on a wide page.
fn close_button() -> Option<HtmlElement> {
    let up = ".sheet-controls .controls .sheet-head button, .sheet-side .side .sheet-head button";
    let button = document().query_selector(up).ok().flatten()?;
    let button = button.dyn_into::<HtmlElement>().ok()?;
    button.offset_parent().is_some().then_some(button)
}

/// Whether the focus is there already: a step of the guided path takes it itself.
fn inside_sheet() -> bool {
    document()
        .active_element()
        .is_some_and(|e| matches!(e.closest(".controls, .side"), Ok(Some(_))))
}
