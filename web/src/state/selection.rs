//! What is selected: in the inspector, and on the chart.

use super::chart::Charts;
use super::worker::WorkerLink;
use crate::chart::hit::Pick;
use crate::inspect::Thing;
use crate::inspect::card::Card;
use crate::inspect::history::History;
use crate::protocol::ToWorker;
use consensusforge_core::session::view::MessageView;
use leptos::prelude::*;
use std::sync::Arc;

#[derive(Clone, Copy)]
pub struct Selection {
    /// The clicked thing of the chart.
    pub pinned: RwSignal<Option<Pick>>,
    /// What the inspector shows, and what it showed before.
    pub history: RwSignal<History>,
    pub card: RwSignal<Option<Arc<Card>>>,
    /// The message under the pointer, or clicked.
    pub message: RwSignal<Option<MessageView>>,
    worker: WorkerLink,
    charts: Charts,
}

impl Selection {
    pub(super) fn new(worker: WorkerLink, charts: Charts) -> Selection {
        Selection {
            pinned: RwSignal::new(None),
            history: RwSignal::new(History::default()),
            card: RwSignal::new(None),
            message: RwSignal::new(None),
            worker,
            charts,
        }
    }

    /// Another run: nothing of the old one is selected.
    pub fn reset(&self) {
        self.message.set(None);
        self.pinned.set(None);
        self.history.set(History::default());
    }

    /// Shows a thing in the inspector.
    pub fn select(&self, thing: Thing) {
        self.history.update(|h| h.visit(thing));
    }

    pub fn back(&self) {
        self.history.update(History::back);
    }

    pub fn forward(&self) {
        self.history.update(History::forward);
    }

    /// Nothing is selected any more; the history stays.
    pub fn clear(&self) {
        self.history.update(History::clear);
        self.pinned.set(None);
        let chart = self.charts.main();
        chart.borrow_mut().pinned = None;
        chart.borrow().request_draw();
    }

    /// Asks the worker for the message under the pointer.
    pub fn request_message(&self, id: u32) {
        self.worker.send(ToWorker::Message(id));
    }

    /// Selects a thing of the chart, or nothing: highlighted, announced to screen readers, shown in the
    /// inspector.
    pub fn pin(&self, pick: Option<Pick>) {
        if let Some(Pick::Arrow(a)) = &pick {
            self.request_message(a.message);
        }
        self.charts.main().borrow_mut().pin(pick.clone());
        if let Some(pick) = &pick {
            self.select(pick.into());
        }
        self.pinned.set(pick);
    }
}
