//! Numbers that people type, read by the browser: the tables for it in Rust weigh 12 kB.

use wasm_bindgen::JsValue;

/// None for what is no finite number.
pub fn read(text: &str) -> Option<f64> {
    let number = f64::try_from(JsValue::from_str(text)).ok()?;
    // To JavaScript an empty text is 0.
    (number.is_finite() && !text.trim().is_empty()).then_some(number)
}
