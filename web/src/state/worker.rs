//! The line to the worker: nothing else of the page talks to it.

use crate::platform::workers::Handle;
use crate::protocol::{FromWorker, ToWorker};
use leptos::prelude::*;
use std::rc::Rc;

#[derive(Clone, Copy)]
pub struct WorkerLink {
    handle: StoredValue<Option<Rc<Handle<FromWorker>>>, LocalStorage>,
    /// Orders to play, pause or step given to this worker: see [`crate::protocol::Tick::orders`].
    orders: StoredValue<u32>,
}

impl WorkerLink {
    pub(super) fn new() -> WorkerLink {
        WorkerLink {
            handle: StoredValue::new_local(None),
            orders: StoredValue::new(0),
        }
    }

    /// Starts the worker; `receive` gets what it sends.
    pub fn start(&self, receive: impl Fn(FromWorker, Option<Vec<u8>>) + 'static) {
        self.handle.set_value(Some(Handle::new(receive)));
    }

    /// A new worker in place of one that died. It has seen no orders yet.
    pub fn restart(&self) {
        self.handle.with_value(|h| {
            if let Some(handle) = h {
                handle.restart();
            }
        });
        self.orders.set_value(0);
    }

    pub fn orders(&self) -> u32 {
        self.orders.get_value()
    }

    pub fn send(&self, message: ToWorker) {
        self.send_with(message, None);
    }

    /// `bytes` travel beside the message: a module, a saved trace.
    pub fn send_with(&self, message: ToWorker, bytes: Option<&[u8]>) {
        if message.is_order() {
            self.orders.update_value(|n| *n += 1);
        }
        self.handle.with_value(|h| {
            if let Some(handle) = h {
                handle.send(&message, bytes);
            }
        });
    }
}
