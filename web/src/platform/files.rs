//! Files in and out, and the clipboard.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, HtmlCanvasElement, Url};

/// Larger files are not even read; the worker names its own, smaller limits.
const MAX_FILE: f64 = 32.0 * 1_048_576.0;

/// # Errors
/// A sentence when the file is huge or cannot be read.
pub async fn read(file: &File) -> Result<Vec<u8>, String> {
    let name = file.name();
    if file.size() > MAX_FILE {
        let size = crate::words::bytes(file.size() as u64);
        return Err(format!(
            "{name} has {size}; files over 32 MB cannot be opened."
        ));
    }
    let buffer = JsFuture::from(file.array_buffer())
        .await
        .map_err(|_| format!("{name} could not be read. Choose it again."))?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

pub fn download(name: &str, text: &str) {
    download_as(name, "application/json", text);
}

/// A text as a file of a media type.
pub fn download_as(name: &str, kind: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = Array::of1(&JsValue::from_str(text));
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &options) {
        download_blob(name, &blob);
    }
}

/// Hands the reader a file.
pub fn save(name: &str, bytes: &[u8]) {
    let options = BlobPropertyBag::new();
    options.set_type("application/octet-stream");
    let parts = Array::of1(&Uint8Array::from(bytes));
    if let Ok(blob) = Blob::new_with_u8_array_sequence_and_options(&parts, &options) {
        download_blob(name, &blob);
    }
}

/// A canvas as a PNG file.
pub fn download_canvas(name: &str, canvas: &HtmlCanvasElement) {
    let name = name.to_owned();
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            download_blob(&name, &blob);
        }
    });
    let _ = canvas.to_blob(done.unchecked_ref());
}

pub fn download_blob(name: &str, blob: &Blob) {
    let Ok(address) = Url::create_object_url_with_blob(blob) else {
        return;
    };
    let anchor = leptos::prelude::document().create_element("a").ok();
    if let Some(anchor) = anchor.and_then(|a| a.dyn_into::<HtmlAnchorElement>().ok()) {
        anchor.set_href(&address);
        anchor.set_download(name);
        anchor.click();
    }
    let _ = Url::revoke_object_url(&address);
}

/// False where a page may not write to the clipboard: the text must then be copied by hand.
pub async fn copy(text: &str) -> bool {
    let clipboard = leptos::prelude::window().navigator().clipboard();
    if clipboard.is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
