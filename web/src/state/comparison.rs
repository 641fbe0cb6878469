//! A second run beside the one shown, at the same instant.

use super::futures::FutureState;
use super::run::RunState;
use super::worker::WorkerLink;
use crate::model::Scenario;
use crate::protocol::{Compared, ToWorker};
use consensusforge_core::session::view::Frame;
use leptos::prelude::*;
use std::sync::Arc;

#[derive(Clone, Copy)]
pub struct ComparisonState {
    /// What the second run is called; none: there is none.
    pub name: RwSignal<Option<String>>,
    pub frame: RwSignal<Option<Arc<Frame>>>,
    /// Where the two first differ.
    pub difference: RwSignal<Option<Compared>>,
    /// The first difference is still to be highlighted on both charts.
    pub highlight_due: RwSignal<bool>,
    worker: WorkerLink,
    run: RunState,
    futures: FutureState,
}

impl ComparisonState {
    pub(super) fn new(worker: WorkerLink, run: RunState, futures: FutureState) -> ComparisonState {
        ComparisonState {
            name: RwSignal::new(None),
            frame: RwSignal::new(None),
            difference: RwSignal::new(None),
            highlight_due: RwSignal::new(false),
            worker,
            run,
            futures,
        }
    }

    /// Runs another scenario beside the one shown, under this name.
    fn start(&self, name: &str, scenario: Scenario) {
        self.name.set(Some(name.to_owned()));
        self.worker
            .send(ToWorker::Comparison(Some(Box::new(scenario))));
    }

    pub fn with_future(&self, id: u32) {
        let found = self
            .futures
            .branches
            .with_untracked(|b| b.get(id).map(|f| (f.name.clone(), f.scenario.clone())));
        if let Some((name, scenario)) = found {
            self.start(&name, scenario);
        }
    }

    /// The same scenario with the next seed.
    pub fn with_next_seed(&self) {
        let mut scenario = self.run.scenario.get_untracked();
        scenario.seed = scenario.seed.wrapping_add(1);
        self.start(&format!("seed {}", scenario.seed), scenario);
    }

    pub fn stop(&self) {
        self.name.set(None);
        self.worker.send(ToWorker::Comparison(None));
    }

    pub fn is_open(&self) -> bool {
        self.name.with(Option::is_some)
    }
}
