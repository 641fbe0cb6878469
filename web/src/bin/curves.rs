//! Arithmetic on elliptic curves for contracts: a module of its own, which the worker fetches when the
//! first contract asks for it.

fn main() {}

/// Answers one encoded request.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
#[must_use]
pub fn serve(request: &[u8]) -> Vec<u8> {
    consensusforge_core::session::serve_curves(request)
}
