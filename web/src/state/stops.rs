//! What a playing run is paused at, what was found in its past, and instants to stop at with notes.

use super::worker::WorkerLink;
use crate::data::DataRequest;
use crate::protocol::{PauseNews, ToWorker};
use consensusforge_core::session::view::{Condition, FoundRecords, Stop};
use leptos::prelude::*;
use std::sync::Arc;

#[derive(Clone, Copy)]
pub struct StopState {
    /// What the run is paused at, whatever scenario it is of.
    pub conditions: RwSignal<Vec<Condition>>,
    /// What was searched last, and the result.
    pub found: RwSignal<Option<(Condition, Arc<FoundRecords>)>>,
    /// Why the newest condition was refused.
    pub refusal: RwSignal<Option<String>>,
    searched: StoredValue<Option<Condition>>,
    /// Instants to stop at, with notes, in order of time: links carry them.
    pub notes: RwSignal<Vec<Stop>>,
    worker: WorkerLink,
}

impl StopState {
    pub(super) fn new(worker: WorkerLink) -> StopState {
        StopState {
            conditions: RwSignal::new(Vec::new()),
            found: RwSignal::new(None),
            refusal: RwSignal::new(None),
            searched: StoredValue::new(None),
            notes: RwSignal::new(Vec::new()),
            worker,
        }
    }

    /// From now on the run is paused where this happens, too.
    pub fn add(&self, condition: Condition) {
        let mut all = self.conditions.get_untracked();
        if !all.contains(&condition) {
            all.push(condition);
        }
        self.worker.send(ToWorker::PauseWhen(all));
    }

    pub fn remove(&self, condition: &Condition) {
        let mut all = self.conditions.get_untracked();
        all.retain(|c| c != condition);
        self.worker.send(ToWorker::PauseWhen(all));
    }

    /// The worker has taken the list, or refused what was new in it.
    pub fn told(&self, news: PauseNews) {
        self.refusal.set(news.refusal);
        self.conditions.set(news.conditions);
    }

    /// Writes a note at an instant, in place of one that stands there; an empty one is a stop all the same.
    pub fn note(&self, at_us: u64, note: String) {
        let mut stops = self.notes.get_untracked();
        stops.retain(|s| s.at_us != at_us);
        stops.push(Stop { at_us, note });
        self.set_notes(stops, None);
    }

    pub fn take_away(&self, at_us: u64) {
        let mut stops = self.notes.get_untracked();
        stops.retain(|s| s.at_us != at_us);
        self.set_notes(stops, None);
    }

    /// `opening`: the request that opens the run they belong to; none: the run shown.
    pub(super) fn set_notes(&self, stops: Vec<Stop>, opening: Option<u32>) {
        self.worker.send(ToWorker::SetStops { stops, opening });
    }

    /// The next stop after an instant, or the one before.
    pub fn neighbour(&self, now_us: u64, on: bool) -> Option<u64> {
        self.notes
            .with_untracked(|all| crate::stops::neighbour(all, now_us, on))
    }

    /// A new worker in place of a broken one pauses where that one did, and has the same stops.
    pub fn restart_worker(&self) {
        let notes = self.notes.get_untracked();
        if !notes.is_empty() {
            self.set_notes(notes, None);
        }
        let all = self.conditions.get_untracked();
        if !all.is_empty() {
            self.worker.send(ToWorker::PauseWhen(all));
        }
    }

    /// Looks for it in what is in memory of the run shown.
    pub fn find(&self, condition: Condition) {
        self.refusal.set(None);
        self.found.set(None);
        self.searched.set_value(Some(condition.clone()));
        self.worker
            .send(ToWorker::Data(DataRequest::FindRecords(condition)));
    }

    pub fn receive(&self, found: Result<FoundRecords, String>) {
        match (found, self.searched.get_value()) {
            (Ok(found), Some(condition)) => self.found.set(Some((condition, Arc::new(found)))),
            (Ok(_), None) => {}
            (Err(why), _) => self.refusal.set(Some(why)),
        }
    }

    /// Another run: what was found is another's past.
    pub fn opened(&self) {
        self.notes.set(Vec::new());
        self.found.set(None);
        self.refusal.set(None);
    }
}
