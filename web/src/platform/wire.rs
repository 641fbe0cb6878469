//! Messages between page and worker as JavaScript values: `[message]` or `[message, bytes]`. The message
//! is an object that the browser clones, the bytes are transferred.

use js_sys::{Array, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};

/// The value to post and what to transfer with it.
///
/// # Errors
/// What the encoder said; only a bug can cause it.
pub fn pack<T: Serialize>(message: &T, bytes: Option<&[u8]>) -> Result<(JsValue, Array), JsValue> {
    // A number above 2^53, such as the end of all heights, is exact as a BigInt only.
    let numbers = Serializer::new().serialize_large_number_types_as_bigints(true);
    let (parts, transfer) = (Array::of1(&message.serialize(&numbers)?), Array::new());
    if let Some(bytes) = bytes {
        let array = Uint8Array::from(bytes);
        transfer.push(&array.buffer());
        parts.push(&array);
    }
    Ok((parts.into(), transfer))
}

/// None for a value that is not ours (extensions post into pages, too).
pub fn unpack<T: DeserializeOwned>(value: &JsValue) -> Option<(T, Option<Vec<u8>>)> {
    let parts: &Array = value.dyn_ref()?;
    let bytes = parts.get(1).dyn_ref::<Uint8Array>().map(Uint8Array::to_vec);
    match serde_wasm_bindgen::from_value(parts.get(0)) {
        Ok(message) => Some((message, bytes)),
        Err(error) => {
            web_sys::console::error_1(&error.to_string().into());
            None
        }
    }
}
