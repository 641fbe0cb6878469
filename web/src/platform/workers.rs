//! The worker as the page holds it: keeps messages back until it is ready, can be replaced.

use super::wire;
use crate::protocol::{FromWorker, ToWorker};
use js_sys::Array;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

type Listener = Rc<dyn Fn(FromWorker, Option<Vec<u8>>)>;

pub struct Handle {
    worker: RefCell<Option<Worker>>,
    ready: Cell<bool>,
    queue: RefCell<Vec<(JsValue, Array)>>,
    listener: Listener,
}

impl Handle {
    pub fn new(listener: impl Fn(FromWorker, Option<Vec<u8>>) + 'static) -> Rc<Handle> {
        let handle = Rc::new(Handle {
            worker: RefCell::new(None),
            ready: Cell::new(false),
            queue: RefCell::default(),
            listener: Rc::new(listener),
        });
        handle.start();
        handle
    }

    /// A new worker in place of the old one, which is ended if it still lives.
    pub fn restart(self: &Rc<Self>) {
        if let Some(old) = self.worker.borrow_mut().take() {
            old.terminate();
        }
        self.ready.set(false);
        self.queue.borrow_mut().clear();
        self.start();
    }

    pub fn send(&self, message: &ToWorker, bytes: Option<&[u8]>) {
        let Ok(packed) = wire::pack(message, bytes) else {
            return;
        };
        if self.ready.get() {
            self.post(&packed);
        } else {
            // What is posted before the worker listens would be lost.
            self.queue.borrow_mut().push(packed);
        }
    }

    fn post(&self, (value, transfer): &(JsValue, Array)) {
        if let Some(worker) = &*self.worker.borrow() {
            let _ = worker.post_message_with_transfer(value, transfer);
        }
    }

    fn start(self: &Rc<Self>) {
        let worker = match Worker::new(&address()) {
            Ok(worker) => worker,
            Err(_) => {
                (self.listener)(FromWorker::Panic(NO_WORKER.into()), None);
                return;
            }
        };
        let me = Rc::downgrade(self);
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let (Some(me), Some((message, bytes))) = (me.upgrade(), wire::unpack(&event.data()))
            else {
                return;
            };
            if matches!(message, FromWorker::Ready { .. }) {
                me.ready.set(true);
                for packed in me.queue.take() {
                    me.post(&packed);
                }
            }
            (me.listener)(message, bytes);
        });
        let listener = self.listener.clone();
        let failed = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            let said = event.message();
            let said = if said.is_empty() {
                NO_WORKER.into()
            } else {
                said
            };
            listener(FromWorker::Panic(said), None);
        });
        worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        // One pair a worker; a page starts few.
        heard.forget();
        failed.forget();
        *self.worker.borrow_mut() = Some(worker);
    }
}

const NO_WORKER: &str = "The simulation's worker could not be started. It needs a browser with WebAssembly and workers.";

/// Where the build put the worker: its folder carries a version (see `cargo xtask stamp`).
fn address() -> String {
    leptos::prelude::document()
        .query_selector("meta[name='consensusforge:worker']")
        .ok()
        .flatten()
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_else(|| "worker_loader.js".to_owned())
}
