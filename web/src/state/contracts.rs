//! Contracts as the worker reported them last, and what writes and adds them.

use super::studio::Studio;
use super::worker::WorkerLink;
use crate::protocol::Ledger;
use consensusforge_core::session::view::ModuleView;
use leptos::prelude::*;
use std::sync::Arc;

#[derive(Clone, Copy)]
pub struct ContractState {
    pub ledger: RwSignal<Arc<Ledger>>,
    /// The module added last.
    pub added: RwSignal<Option<ModuleView>>,
    /// Why the module that came last was refused.
    pub refusal: RwSignal<Option<String>>,
    pub studio: Studio,
}

impl ContractState {
    pub(super) fn new(worker: WorkerLink) -> ContractState {
        let (added, refusal) = (RwSignal::new(None), RwSignal::new(None));
        ContractState {
            ledger: RwSignal::new(Arc::default()),
            added,
            refusal,
            studio: Studio::new(worker, added, refusal),
        }
    }
}
