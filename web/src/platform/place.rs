//! The address bar: what stands behind `#`, and links made from it.

use leptos::prelude::window;
use wasm_bindgen::JsValue;

/// Without the `#`; empty when there is none.
pub fn fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.strip_prefix('#').unwrap_or(&hash).to_owned()
}

/// The page's own address with this fragment.
pub fn link(fragment: &str) -> String {
    let href = window().location().href().unwrap_or_default();
    let page = href.split('#').next().unwrap_or_default();
    format!("{page}#{fragment}")
}

/// Shows the fragment in the address bar without opening it again; an empty one takes it away.
pub fn show(fragment: &str) {
    let address = if fragment.is_empty() {
        link("").trim_end_matches('#').to_owned()
    } else {
        link(fragment)
    };
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}
