//! The AssemblyScript compiler in its worker (web/vendor/assemblyscript.js): 3 MB, fetched when a text
//! is first compiled.

use super::vendor;
use crate::protocol::CompileError;
use js_sys::{Array, Object, Reflect, Uint8Array};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// A module, or every mistake found.
pub type Compiled = Result<Vec<u8>, Vec<CompileError>>;

pub struct Assembler {
    worker: Worker,
    /// A text that came before the worker listened.
    waiting: Rc<Cell<Option<JsValue>>>,
    ready: Rc<Cell<bool>>,
}

impl Assembler {
    /// Starts the worker. `listener` gets each text's number and what became of it; none: the worker is
    /// lost, with the reason.
    ///
    /// # Errors
    /// A sentence when the browser has no such workers.
    pub fn new(
        listener: impl Fn(Option<u32>, Compiled) + 'static,
    ) -> Result<Assembler, CompileError> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&vendor::address("assemblyscript.js"), &options)
            .map_err(|e| lost(&vendor::reason(&e)))?;
        let listener = Rc::new(listener);
        let (waiting, ready) = (Rc::new(Cell::new(None)), Rc::new(Cell::new(false)));
        let (report, queue, posting, listening) = (
            listener.clone(),
            waiting.clone(),
            worker.clone(),
            ready.clone(),
        );
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            let Some(id) = field(&data, "id").as_f64() else {
                listening.set(true);
                if let Some(message) = queue.take() {
                    let _ = posting.post_message(&message);
                }
                return;
            };
            report(Some(id as u32), read(&data));
        });
        let on_error = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            listener(None, Err(vec![lost(&event.message())]));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        // One pair a worker; a page starts few.
        on_message.forget();
        on_error.forget();
        Ok(Assembler {
            worker,
            waiting,
            ready,
        })
    }

    pub fn compile(&self, id: u32, text: &str) {
        let message = Object::new();
        let _ = Reflect::set(&message, &"id".into(), &id.into());
        let _ = Reflect::set(&message, &"text".into(), &text.into());
        if self.ready.get() {
            let _ = self.worker.post_message(&message);
        } else {
            self.waiting.set(Some(message.into()));
        }
    }
}

impl Drop for Assembler {
    fn drop(&mut self) {
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn lost(why: &str) -> CompileError {
    let why = if why.is_empty() {
        "its file is missing, or this browser has no module workers"
    } else {
        why
    };
    CompileError {
        line: 0,
        column: 0,
        sentence: format!(
            "The AssemblyScript compiler could not be started: {why}. WebAssembly text does not need it."
        ),
    }
}

fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or_default()
}

fn read(data: &JsValue) -> Compiled {
    if let Some(wasm) = field(data, "wasm").dyn_ref::<Uint8Array>() {
        return Ok(wasm.to_vec());
    }
    let number = |e: &JsValue, name| field(e, name).as_f64().unwrap_or_default() as usize;
    let errors = Array::from(&field(data, "errors"));
    Err(errors
        .iter()
        .map(|e| CompileError {
            line: number(&e, "line"),
            column: number(&e, "column"),
            sentence: field(&e, "sentence").as_string().unwrap_or_default(),
        })
        .collect())
}
