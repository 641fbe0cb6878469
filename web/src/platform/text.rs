//! Text to values by the browser's own means: what it can read need not be read by code we carry.

use wasm_bindgen::JsValue;

/// What a range or number field holds.
pub fn number(text: &str) -> Option<f64> {
    let value = f64::try_from(JsValue::from_str(text)).ok()?;
    // To JavaScript an empty text is 0.
    (value.is_finite() && !text.trim().is_empty()).then_some(value)
}

/// As JSON writes it.
pub fn quoted(text: &str) -> String {
    let quoted = js_sys::JSON::stringify(&text.into());
    quoted.map(String::from).unwrap_or_default()
}
