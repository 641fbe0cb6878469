//! The page: everything that runs on the browser's main thread.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

fn main() {
    let (said, say) = signal("starting".to_owned());
    leptos::mount::mount_to_body(move || view! { <p id="worker-says">{said}</p> });

    let worker = web_sys::Worker::new(&worker_url()).expect("a browser with workers");
    let heard =
        Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
            say.set(event.data().as_string().unwrap_or_default());
        });
    worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
}

/// Where the build put the worker: its folder carries a version (see `cargo xtask stamp`).
fn worker_url() -> String {
    document()
        .query_selector("meta[name='consensusforge:worker']")
        .ok()
        .flatten()
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_else(|| "worker_loader.js".to_owned())
}
