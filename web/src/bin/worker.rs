//! The worker: the simulated world, off the main thread.

use wasm_bindgen::JsCast;

fn main() {
    let scope: web_sys::DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    // The page keeps its messages back until this one: what it posts earlier would be lost.
    scope
        .post_message(&"Ready".into())
        .expect("a worker can always answer its page");
}
