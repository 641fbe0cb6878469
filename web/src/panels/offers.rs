//! Functions that a contract named when it was asked for one it does not have: each a button that writes
//! the message.

use crate::platform::dom::{El, el};
use crate::words;

/// Buttons that put a call of each function into `field`; none where no function is named.
pub fn offers(error: &str, field: &El) -> Option<El> {
    let names = words::functions(error);
    if names.is_empty() {
        return None;
    }
    let buttons = names.into_iter().map(|name| {
        let (field, message) = (field.clone(), format!("{{\"{name}\":{{}}}}"));
        el("button")
            .class("quiet mono")
            .text(name)
            .on_click(move || {
                field.set_value(&message);
                field.focus();
            })
    });
    let line = el("p")
        .class("note examples offers")
        .text("It has these functions: ");
    Some(line.add_all(buttons))
}
