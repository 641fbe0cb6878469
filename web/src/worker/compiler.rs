//! The compiler of contracts in a worker of its own: it weighs as much as a tenth of the page and few
//! want it, and a long text must not hold the simulation up.

use super::compile::compile;
use crate::platform::wire;
use crate::protocol::{FromCompiler, ToCompiler};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Takes the worker over.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let dying = scope.clone();
    std::panic::set_hook(Box::new(move |info| {
        post(&dying, &FromCompiler::Panic(info.to_string()), None);
    }));
    let answering = scope.clone();
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some((ToCompiler { wat }, _)) = wire::unpack(&event.data()) {
            match compile(&wat) {
                Ok(wasm) => post(&answering, &FromCompiler::Compiled(Ok(())), Some(&wasm)),
                Err(error) => post(&answering, &FromCompiler::Compiled(Err(error)), None),
            }
        }
    });
    scope.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    // Lives as long as its worker.
    heard.forget();
    post(&scope, &FromCompiler::Ready, None);
}

fn post(scope: &DedicatedWorkerGlobalScope, message: &FromCompiler, bytes: Option<&[u8]>) {
    if let Ok((packed, transfer)) = wire::pack(message, bytes) {
        let _ = scope.post_message_with_transfer(&packed, &transfer);
    }
}
