//! The runner in its worker: messages in, slices of work between them, answers out.

use super::outbox::Outgoing;
use super::runner::Runner;
use crate::platform::wire;
use crate::protocol::{FromWorker, ToWorker};
use consensusforge_core::session::provide_curves;
use js_sys::{Array, Reflect, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{
    DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, XmlHttpRequest,
    XmlHttpRequestResponseType,
};

/// Real milliseconds between two slices when simulated time is paced.
const PACE_MS: i32 = 14;

struct Port {
    scope: DedicatedWorkerGlobalScope,
    runner: RefCell<Runner>,
    /// Wakes the next slice at once: timers of 0 ms take 4.
    channel: MessageChannel,
    timer: Closure<dyn FnMut()>,
    waiting: RefCell<bool>,
}

/// Takes the worker over.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    keep_last_words(&scope);
    let channel = MessageChannel::new().expect("workers have message channels");
    let port = Rc::new_cyclic(|me: &std::rc::Weak<Port>| {
        let woken = me.clone();
        Port {
            scope: scope.clone(),
            runner: RefCell::new(Runner::with_files(fetch)),
            channel,
            timer: Closure::new(move || {
                if let Some(port) = woken.upgrade() {
                    port.wake();
                }
            }),
            waiting: RefCell::new(false),
        }
    });
    let heard = port.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some((message, bytes)) = wire::unpack::<ToWorker>(&event.data()) {
            heard.runner.borrow_mut().handle(message, bytes);
            heard.answer();
            heard.schedule();
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    port.channel
        .port1()
        .set_onmessage(Some(port.timer.as_ref().unchecked_ref()));
    provide_curves(curves);
    let mut presets = consensusforge_core::session::presets();
    presets.extend(consensusforge_core::session::museum());
    port.post((FromWorker::Ready { presets }, None));
    // The worker lives as long as its page.
    std::mem::forget(port);
}

impl Port {
    fn wake(&self) {
        *self.waiting.borrow_mut() = false;
        let clock = performance_clock(&self.scope);
        self.runner.borrow_mut().slice(clock);
        self.answer();
        self.schedule();
    }

    fn schedule(&self) {
        if *self.waiting.borrow() {
            return;
        }
        let runner = self.runner.borrow();
        if runner.is_idle() {
            return;
        }
        *self.waiting.borrow_mut() = true;
        if runner.has_work() {
            let _ = self.channel.port2().post_message(&JsValue::NULL);
        } else {
            let timer = self.timer.as_ref().unchecked_ref();
            let _ = self
                .scope
                .set_timeout_with_callback_and_timeout_and_arguments_0(timer, PACE_MS);
        }
    }

    fn answer(&self) {
        let answers = self.runner.borrow_mut().take();
        for answer in answers {
            self.post(answer);
        }
    }

    fn post(&self, (message, bytes): Outgoing) {
        match wire::pack(&message, bytes.as_deref()) {
            Ok((packed, transfer)) => {
                let _ = self.scope.post_message_with_transfer(&packed, &transfer);
            }
            Err(error) => web_sys::console::error_1(&error),
        }
    }
}

/// Waits for a file beside the page: a worker may, and what needs it stands in the midst of a call. A "not
/// found" may come out of the browser's cache, from before the host had the file: the second try goes past it.
fn fetch(name: &str) -> Result<Vec<u8>, String> {
    request_file(name, false).or_else(|_| request_file(name, true))
}

fn request_file(name: &str, past_the_cache: bool) -> Result<Vec<u8>, String> {
    let said = |e: JsValue| {
        e.dyn_ref::<js_sys::Error>()
            .map_or_else(|| "no answer".to_owned(), |e| e.message().into())
    };
    let request = XmlHttpRequest::new().map_err(said)?;
    // The worker lies in a folder of its own.
    request
        .open_with_async("GET", &format!("../{name}"), false)
        .map_err(said)?;
    if past_the_cache {
        request
            .set_request_header("Cache-Control", "no-cache")
            .map_err(said)?;
    }
    request.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
    request.send().map_err(said)?;
    match request.status() {
        Ok(200) => Ok(Uint8Array::new(&request.response().map_err(said)?).to_vec()),
        Ok(status) => Err(format!("the host answers {status}")),
        Err(e) => Err(said(e)),
    }
}

/// Asks the module of elliptic curves. The worker's loader fetches it the first time; where that fails, a
/// contract's answer cannot be known, and this module ends with the loader's words.
fn curves(request: &[u8]) -> Vec<u8> {
    let ask = || -> Result<Vec<u8>, JsValue> {
        let serve = Reflect::get(&js_sys::global(), &"curves".into())?;
        let serve: js_sys::Function = serve.dyn_into()?;
        let answer = serve.call1(&JsValue::NULL, &Uint8Array::from(request))?;
        Ok(Uint8Array::new(&answer).to_vec())
    };
    ask().unwrap_or_else(|error| wasm_bindgen::throw_val(error))
}

fn performance_clock(scope: &DedicatedWorkerGlobalScope) -> impl Fn() -> f64 + use<> {
    let performance: web_sys::Performance = Reflect::get(scope, &"performance".into())
        .expect("workers have a clock")
        .unchecked_into();
    move || performance.now()
}

/// After a panic this module is dead: its text must leave now.
fn keep_last_words(scope: &DedicatedWorkerGlobalScope) {
    let scope = scope.clone();
    std::panic::set_hook(Box::new(move |info| {
        let words = FromWorker::Panic(info.to_string());
        if let Ok((packed, _)) = wire::pack(&words, None) {
            let _ = scope.post_message_with_transfer(&packed, &Array::new());
        }
    }));
}
