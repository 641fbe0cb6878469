//! The engine as JavaScript sees it: a session behind methods that take and give plain objects.
//!
//! This is the half in Rust. `npm/api.js` stands before it: it copies what it is given, loads files, and
//! turns a [`Failure`] into an error of a class. 64-bit numbers leave as `BigInt`; they may come as
//! `BigInt` or as a number.

mod contracts;
mod run;
mod values;

pub use contracts::check_proof;
pub use run::{Run, contract_file, presets, take_contract_file};
pub use values::{Failure, Kind};

use std::cell::RefCell;
use wasm_bindgen::prelude::*;

thread_local! {
    static ON_PANIC: RefCell<Option<js_sys::Function>> = const { RefCell::new(None) };
}

/// Prepares the module; called once, before anything else. `on_panic` is called with the text of a panic,
/// after which nothing of the module can be used any more.
#[wasm_bindgen]
pub fn prepare(on_panic: js_sys::Function) {
    ON_PANIC.set(Some(on_panic));
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        ON_PANIC.with_borrow(|hook| {
            if let Some(hook) = hook {
                // What the hook throws has nobody left to catch it.
                let _ = hook.call1(&JsValue::NULL, &text.into());
            }
        });
    }));
    consensusforge_core::session::provide_curves(consensusforge_core::session::serve_curves);
}
