//! The address bar: what stands behind `#`, and links made from it.

use leptos::prelude::window;
use wasm_bindgen::JsValue;

/// Without the `#`; empty when there is none.
pub fn fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.strip_prefix('#').unwrap_or(&hash).to_owned()
}

/// Whether the page stands inside another (`?embed`).
pub fn embedded() -> bool {
    query().iter().any(|(name, _)| name == "embed")
}

/// The scenario named in the address (`?scenario=fork`).
pub fn scenario() -> Option<String> {
    let mut all = query().into_iter();
    all.find(|(name, _)| name == "scenario").map(|(_, id)| id)
}

/// The address of the same run in the whole page.
pub fn whole() -> String {
    let href = window().location().href().unwrap_or_default();
    let page = href.split(['?', '#']).next().unwrap_or_default();
    let rest: Vec<String> = query()
        .into_iter()
        .filter(|(name, _)| name != "embed")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let query = if rest.is_empty() {
        String::new()
    } else {
        format!("?{}", rest.join("&"))
    };
    let fragment = fragment();
    if fragment.is_empty() {
        format!("{page}{query}")
    } else {
        format!("{page}{query}#{fragment}")
    }
}

/// What stands behind `?`, name by name; our names and values need no escapes.
fn query() -> Vec<(String, String)> {
    let search = window().location().search().unwrap_or_default();
    let all = search.strip_prefix('?').unwrap_or(&search);
    all.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
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
        let state = history.state().unwrap_or(JsValue::NULL);
        let _ = history.replace_state_with_url(&state, "", Some(&address));
    }
}

/// What [`mark`] or [`push`] wrote into the browser's present entry: ids of runs, the one shown first, then
/// those that Back goes to. Empty for an entry that the browser made itself.
pub fn entry() -> Vec<String> {
    let state = window().history().and_then(|h| h.state());
    let text = state.ok().and_then(|s| s.as_string()).unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

/// The browser's present entry shows these runs; the address stays.
pub fn mark(ids: &[String]) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&ids.join(" ").into(), "", None);
    }
}

/// A new entry, with the address of the page alone: what it named was the run before.
pub fn push(ids: &[String]) {
    let href = window().location().href().unwrap_or_default();
    let page = href.split(['?', '#']).next().unwrap_or_default();
    let rest: Vec<String> = query()
        .into_iter()
        .filter(|(name, _)| name != "scenario")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let address = if rest.is_empty() {
        page.to_owned()
    } else {
        format!("{page}?{}", rest.join("&"))
    };
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&ids.join(" ").into(), "", Some(&address));
    }
}

/// As the browser's Forward.
pub fn forward() {
    if let Ok(history) = window().history() {
        let _ = history.forward();
    }
}

/// As the browser's Back.
pub fn back() {
    if let Ok(history) = window().history() {
        let _ = history.back();
    }
}
