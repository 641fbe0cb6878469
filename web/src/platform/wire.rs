//! Messages between page and worker as JavaScript values: `[message]` or `[message, bytes]`, both
//! byte arrays and transferred rather than copied.

use borsh::{BorshDeserialize, BorshSerialize};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// The value to post and what to transfer with it.
///
/// # Errors
/// What the encoder said; only a bug can cause it.
pub fn pack<T: BorshSerialize>(
    message: &T,
    bytes: Option<&[u8]>,
) -> Result<(JsValue, Array), JsValue> {
    let message = borsh::to_vec(message).map_err(|e| JsValue::from(e.to_string()))?;
    let (parts, transfer) = (Array::new(), Array::new());
    for part in std::iter::once(&*message).chain(bytes) {
        let array = Uint8Array::from(part);
        transfer.push(&array.buffer());
        parts.push(&array);
    }
    Ok((parts.into(), transfer))
}

/// None for a value that is not ours (extensions post into pages, too).
pub fn unpack<T: BorshDeserialize>(value: &JsValue) -> Option<(T, Option<Vec<u8>>)> {
    let parts: &Array = value.dyn_ref()?;
    let part = |k| parts.get(k).dyn_ref::<Uint8Array>().map(Uint8Array::to_vec);
    match borsh::from_slice(&part(0)?) {
        Ok(message) => Some((message, part(1))),
        Err(error) => {
            web_sys::console::error_1(&error.to_string().into());
            None
        }
    }
}
