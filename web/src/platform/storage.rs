//! What a browser keeps for this page from one visit to the next. Storage may be forbidden, full or
//! absent: then nothing is kept, and nothing else is lost.

use leptos::prelude::window;

const PREFIX: &str = "consensusforge-";

pub fn get(key: &str) -> Option<String> {
    let storage = window().local_storage().ok().flatten()?;
    storage.get_item(&format!("{PREFIX}{key}")).ok().flatten()
}

pub fn set(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(&format!("{PREFIX}{key}"), value);
    }
}
