//! Bytes of a contract as people read them.

use crate::platform::dom::{El, el};
use crate::words;

/// As text where they are text, and else in hex.
pub fn bytes(hex: &str) -> El {
    let shown = el("span").class("bytes");
    match words::hex_as_text(hex) {
        // JSON brings quotes of its own.
        Some(text) if text.starts_with(['{', '[', '"']) => {
            shown.child(&el("span").class("output breaks").text(&text))
        }
        Some(text) => shown.child(&el("q").class("output breaks").text(&text)),
        None if hex.is_empty() => shown.text("nothing"),
        None => shown.child(&el("code").class("breaks").text(&format!("0x{hex}"))),
    }
}

/// A value that may be absent.
pub fn maybe(hex: Option<&str>) -> El {
    match hex {
        Some(hex) => bytes(hex),
        None => el("span").class("note").text("–"),
    }
}

/// A button that copies a text and says so.
pub fn copy(text: String, label: &str) -> El {
    let button = el("button").class("quiet").text(label);
    let said = button.clone();
    button.on_click(move || {
        let (text, said) = (text.clone(), said.clone());
        leptos::task::spawn_local(async move {
            let done = crate::platform::files::copy(&text).await;
            said.set_text(if done { "copied" } else { "could not copy" });
        });
    })
}
