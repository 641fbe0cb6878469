//! Words of the trade inside a text: pointed at, focused or tapped, they say what they mean. One
//! definition is shown at a time; Escape puts it away. The whole list stands in the help.

use crate::glossary::{self, TERMS};
use crate::state::run::RunState;
use consensusforge_core::session::view::RunInfo;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

/// Pixels between the definition and the window's edge.
const EDGE: f64 = 8.0;

/// A term as it stands in a text. Reached by Tab unless `still` says that it may vanish at any moment.
pub fn term(id: &'static str, text: String, still: bool) -> AnyView {
    let reach = if still { "0" } else { "-1" };
    view! {
        <button type="button" class="term" data-term=id aria-describedby=described(id) tabindex=reach>{text}</button>
    }
    .into_any()
}

/// A label that is one term, or begins with one.
pub fn labelled(text: &str) -> AnyView {
    marked(text, true)
}

/// A text with its terms marked.
pub fn marked(text: &str, still: bool) -> AnyView {
    glossary::pieces(text)
        .into_iter()
        .map(|piece| match piece.term {
            Some(id) => term(id, piece.text, still),
            None => piece.text.into_any(),
        })
        .collect_view()
        .into_any()
}

fn described(id: &str) -> String {
    format!("means-{id}")
}

/// All terms, for the help; what screen readers read beside each.
#[component]
pub fn Words() -> impl IntoView {
    let run = expect_context::<RunState>();
    view! {
        <dl class="words">
            {TERMS.iter().map(|t| view! {
                <dt>{t.forms.last().copied().unwrap_or_default()}</dt>
                <dd id=described(t.id)>{move || run.info.with(|r| t.meaning_in(r.as_deref()))}</dd>
            }).collect_view()}
        </dl>
    }
}

#[derive(Clone, PartialEq)]
struct Shown {
    meaning: String,
    left: f64,
    /// From the top of the window, or from its bottom.
    top: Option<f64>,
    bottom: f64,
}

/// The one definition shown, beside its term. Follows pointer, focus and taps anywhere on the page.
#[component]
pub fn Definition() -> impl IntoView {
    let run = expect_context::<RunState>();
    let shown = RwSignal::new(None::<Shown>);
    let bubble = NodeRef::<html::Div>::new();
    let over = move |event: &Event| {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let inside = |e: &Element, selector: &str| e.closest(selector).ok().flatten();
        let term = target.as_ref().and_then(|t| inside(t, "[data-term]"));
        match term.and_then(|t| t.dyn_into::<HtmlElement>().ok()) {
            Some(element) => {
                let info = run.info.get_untracked();
                shown.set(place(&element, info.as_deref()));
            }
            // One may move onto the definition to read or mark it.
            None if target.is_some_and(|t| inside(&t, ".definition").is_some()) => {}
            None => hide(shown),
        }
    };
    window_event_listener(ev::pointerover, move |e| over(&e));
    window_event_listener(ev::focusin, move |e| over(&e));
    window_event_listener(ev::pointerdown, move |e| over(&e));
    // In the capturing phase of all others: this Escape is spent on the definition.
    window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && shown.with_untracked(Option::is_some) {
            event.prevent_default();
            shown.set(None);
        }
    });
    view! {
        <Show when=move || shown.with(Option::is_some)>
            <div
                class="definition" role="tooltip" node_ref=bubble
                style:left=move || shown.with(|s| s.as_ref().map_or(String::new(), |s| px(s.left)))
                style:top=move || shown.with(|s| s.as_ref().and_then(|s| s.top).map_or("auto".into(), px))
                style:bottom=move || shown.with(|s| match s {
                    Some(Shown { top: None, bottom, .. }) => px(*bottom),
                    _ => "auto".into(),
                })
            >
                {move || shown.with(|s| s.as_ref().map_or_else(String::new, |s| s.meaning.clone()))}
            </div>
        </Show>
    }
}

fn hide(shown: RwSignal<Option<Shown>>) {
    if shown.with_untracked(Option::is_some) {
        shown.set(None);
    }
}

fn px(v: f64) -> String {
    format!("{}px", v.round() as i32)
}

fn place(element: &HtmlElement, run: Option<&RunInfo>) -> Option<Shown> {
    const WIDTH: f64 = 300.0;
    let term = glossary::find(&element.get_attribute("data-term")?)?;
    let rect = element.get_bounding_client_rect();
    let size = |v: Result<wasm_bindgen::JsValue, _>| v.ok().and_then(|v| v.as_f64());
    let width = size(window().inner_width()).unwrap_or(1_000.0);
    let height = size(window().inner_height()).unwrap_or(800.0);
    let left = rect.left().min(width - WIDTH - EDGE).max(EDGE);
    let below = rect.bottom() < height * 0.6;
    Some(Shown {
        meaning: term.meaning_in(run),
        left,
        // Touching its term, so that a pointer can cross over.
        top: below.then(|| rect.bottom() - 1.0),
        bottom: height - rect.top() - 1.0,
    })
}
