//! What is bundled from npm and fetched only when wanted (see web/vendor).

use leptos::prelude::document;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// In web/assets/boot.js.
    #[wasm_bindgen(catch, js_name = consensusforgeImport)]
    async fn import_module(url: &str) -> Result<JsValue, JsValue>;
}

/// The module, once it is here.
///
/// # Errors
/// What the browser said.
pub async fn import(file: &str) -> Result<JsValue, String> {
    import_from(&address(file)).await
}

/// The module at an address relative to the page.
///
/// # Errors
/// What the browser said.
pub async fn import_from(address: &str) -> Result<JsValue, String> {
    import_module(address).await.map_err(|e| reason(&e))
}

/// Where a bundle lies, relative to the page: its folder carries a version.
pub fn address(file: &str) -> String {
    let folder = document()
        .query_selector("meta[name='consensusforge:vendor']")
        .ok()
        .flatten()
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_else(|| "vendor/".to_owned());
    folder + file
}

/// An error of JavaScript in words.
pub fn reason(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(
        || "the browser gave no reason".to_owned(),
        |e| e.message().into(),
    )
}
