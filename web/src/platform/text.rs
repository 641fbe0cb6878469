//! Text to values by the browser's own means: what it can read need not be read by code we carry.

use js_sys::JSON;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

/// What a range or number field holds.
pub fn number(text: &str) -> Option<f64> {
    let value = js_sys::Number::from(JsValue::from_str(text.trim())).value_of();
    (!text.trim().is_empty() && value.is_finite()).then_some(value)
}

/// # Errors
/// What is wrong with the text, in the browser's or the format's words.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let value = JSON::parse(text).map_err(|e| plain(&e))?;
    serde_wasm_bindgen::from_value(value).map_err(|e| plain(&e.into()))
}

/// Indented. None when it holds what JSON cannot.
pub fn to_json<T: Serialize>(value: &T) -> Option<String> {
    let value = serde_wasm_bindgen::to_value(value).ok()?;
    let text = JSON::stringify_with_replacer_and_space(&value, &JsValue::NULL, &2.into());
    text.ok().map(String::from)
}

fn plain(error: &JsValue) -> String {
    let said = js_sys::Error::from(error.clone()).message();
    String::from(said)
}
