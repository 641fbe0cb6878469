//! The worker as the page holds it: keeps messages back until it is ready, can be replaced.

use super::wire;
use crate::protocol::{FromCompiler, FromWorker};
use borsh::{BorshDeserialize, BorshSerialize};
use js_sys::Array;
use leptos::prelude::document;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Url, Window, Worker, WorkerOptions, WorkerType};

/// What every worker of the page can send.
pub trait WorkerMessage: BorshDeserialize + 'static {
    /// Starts the worker.
    ///
    /// # Errors
    /// What the browser said.
    fn start() -> Result<Worker, JsValue>;
    fn is_ready(&self) -> bool;
    fn failure(text: String) -> Self;
}

impl WorkerMessage for FromWorker {
    fn start() -> Result<Worker, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&address(SIMULATOR), &options)?;
        // The worker runs the module that this page runs. It is compiled already, so the worker starts at once.
        let glue = attribute("consensusforge:app").unwrap_or_default();
        let base = document().base_uri()?.unwrap_or_default();
        let glue = Url::new_with_base(&glue, &base)?.href();
        worker.post_message(&Array::of2(&wasm_bindgen::module(), &glue.into()))?;
        Ok(worker)
    }
    fn is_ready(&self) -> bool {
        matches!(self, FromWorker::Ready { .. })
    }
    fn failure(text: String) -> Self {
        FromWorker::Panic(text)
    }
}

impl WorkerMessage for FromCompiler {
    fn start() -> Result<Worker, JsValue> {
        Worker::new(&address("compiler_loader.js"))
    }
    fn is_ready(&self) -> bool {
        matches!(self, FromCompiler::Ready)
    }
    fn failure(text: String) -> Self {
        FromCompiler::Panic(text)
    }
}

type Listener<O> = Rc<dyn Fn(O, Option<Vec<u8>>)>;

pub struct Handle<O: WorkerMessage> {
    worker: RefCell<Option<Worker>>,
    ready: Cell<bool>,
    queue: RefCell<Vec<(JsValue, Array)>>,
    listener: Listener<O>,
}

impl<O: WorkerMessage> Handle<O> {
    pub fn new(listener: impl Fn(O, Option<Vec<u8>>) + 'static) -> Rc<Self> {
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
        self.end();
        self.ready.set(false);
        self.queue.borrow_mut().clear();
        self.start();
    }

    fn end(&self) {
        if let Some(worker) = self.worker.borrow_mut().take() {
            worker.set_onerror(None);
            worker.terminate();
        }
    }

    pub fn send(&self, message: &impl BorshSerialize, bytes: Option<&[u8]>) {
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
        let worker = match O::start() {
            Ok(worker) => worker,
            Err(_) => {
                (self.listener)(O::failure(NO_WORKER.into()), None);
                return;
            }
        };
        let me = Rc::downgrade(self);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let (Some(me), Some((message, bytes))) =
                (me.upgrade(), wire::unpack::<O>(&event.data()))
            else {
                return;
            };
            if message.is_ready() {
                me.ready.set(true);
                for packed in me.queue.take() {
                    me.post(&packed);
                }
            }
            (me.listener)(message, bytes);
        });
        let me = Rc::downgrade(self);
        let failed = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            let Some(me) = me.upgrade() else {
                return;
            };
            // What a broken worker throws next says less.
            me.end();
            let reason = event.message();
            let reason = if reason.is_empty() {
                NO_WORKER.into()
            } else {
                reason
            };
            (me.listener)(O::failure(reason), None);
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        // One pair a worker; a page starts few.
        on_message.forget();
        failed.forget();
        *self.worker.borrow_mut() = Some(worker);
    }
}

impl<O: WorkerMessage> Drop for Handle<O> {
    fn drop(&mut self) {
        self.end();
    }
}

const NO_WORKER: &str = "The simulation's worker could not be started. It needs a browser with WebAssembly and workers.";

/// The file that starts the simulator's worker.
const SIMULATOR: &str = "worker.js";

/// The address of a worker's file: the build puts them all into a folder whose name carries a version
/// (`cargo xtask stamp`).
pub fn address(file: &str) -> String {
    attribute("consensusforge:worker")
        .unwrap_or_else(|| SIMULATOR.to_owned())
        .replace(SIMULATOR, file)
}

/// What the build wrote into the page's `<meta>` element of this name.
fn attribute(meta: &str) -> Option<String> {
    document()
        .query_selector(&format!("meta[name='{meta}']"))
        .ok()
        .flatten()
        .and_then(|meta| meta.get_attribute("content"))
}

/// Whether this module was started by a worker and not by the page.
pub fn is_worker() -> bool {
    !js_sys::global().is_instance_of::<Window>()
}
