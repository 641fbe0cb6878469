//! What is selected: in the inspector, and on the chart.

use super::chart::Charts;
use super::chart_view::Place;
use super::worker::WorkerLink;
use crate::chart::hit::Pick;
use crate::inspect::Thing;
use crate::inspect::card::Card;
use crate::inspect::history::History;
use crate::protocol::ToWorker;
use consensusforge_core::session::view::MessageView;
use leptos::prelude::*;
use std::sync::Arc;

/// A thing of the chart that is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    place: Place,
    /// To be selected, not only lit.
    select: bool,
}

#[derive(Clone, Copy)]
pub struct Selection {
    /// The clicked thing of the chart.
    pub pinned: RwSignal<Option<Pick>>,
    /// What the inspector shows, and what it showed before.
    pub history: RwSignal<History>,
    pub card: RwSignal<Option<Arc<Card>>>,
    /// The message under the pointer, or clicked.
    pub message: RwSignal<Option<MessageView>>,
    /// What is lit, or selected, once the chart has its records.
    wanted: RwSignal<Option<Wanted>>,
    /// The instant whose thing is lit.
    lit_at: StoredValue<Option<u64>>,
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
            wanted: RwSignal::new(None),
            lit_at: StoredValue::new(None),
            worker,
            charts,
        }
    }

    /// Lights what a step did as soon as the chart has it.
    pub fn light(&self, place: Place) {
        let select = false;
        self.wanted.set(Some(Wanted { place, select }));
    }

    /// Selects what happened at an instant, once the run stands there.
    pub fn select_at(&self, place: Place) {
        let select = true;
        self.wanted.set(Some(Wanted { place, select }));
    }

    /// The run stands at `now_us`, and the chart has its records.
    pub fn arrived(&self, now_us: u64) {
        // Lit is what happened at the instant shown, and no longer than that.
        if self.lit_at.get_value().is_some_and(|at| at != now_us) {
            self.lit_at.set_value(None);
            self.charts.main().borrow_mut().light(None);
        }
        let Some(Wanted { place, select }) = self.wanted.get_untracked() else {
            return;
        };
        if now_us < place.at_us {
            return;
        }
        self.wanted.set(None);
        let chart = self.charts.main();
        let found = chart.borrow().find(&place);
        if select {
            if let Some(found) = found.filter(|_| now_us == place.at_us) {
                self.pin(Some(found));
            }
        } else {
            let line = place.node.map(|n| Pick::Node(n.into()));
            self.lit_at.set_value(Some(now_us));
            chart.borrow_mut().light(found.or(line));
        }
    }

    /// Another run: nothing of the old one is selected.
    pub fn reset(&self) {
        self.wanted.set(None);
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

    /// Shows a block in the inspector, and what is at `place` marked in the chart, where that has it: its proposal.
    pub fn select_block(&self, hex: String, place: Option<Place>) {
        let chart = self.charts.main();
        let found = place.and_then(|place| chart.borrow().find(&place));
        let found = found.filter(|pick| matches!(pick, Pick::Arrow(_)));
        chart.borrow_mut().pin(found.clone());
        self.pinned.set(found);
        self.select(Thing::Block(hex));
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
