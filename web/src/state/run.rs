//! The run as the worker reported it last, and what changes it.

use super::worker::WorkerLink;
use crate::model::{Command, Scenario, Who};
use crate::protocol::{Intervention, Tick, ToWorker};
use consensusforge_core::session::Explanation;
use consensusforge_core::session::scenario::effective;
use consensusforge_core::session::view::{Arrow, Frame, LinkView, RunInfo};
use leptos::prelude::*;
use std::sync::Arc;

#[derive(Clone, Copy)]
pub struct RunState {
    /// With all commands so far.
    pub scenario: RwSignal<Scenario>,
    /// What does not change while it runs; none before the first run is open.
    pub info: RwSignal<Option<Arc<RunInfo>>>,
    pub frame: RwSignal<Option<Arc<Frame>>>,
    pub tick: RwSignal<Tick>,
    /// What the step just made did; none once time goes on.
    pub explained: RwSignal<Option<Explanation>>,
    /// The settings in force at the instant shown: what the controls show.
    pub effective: Memo<Scenario>,
    /// Counts the runs opened: whoever opened one can tell whether it is still the one that runs.
    pub opened: RwSignal<u32>,
    /// Counts refused commands: controls go back to what is in force.
    pub refused: RwSignal<u32>,
    /// The link to this run, once it was asked for.
    pub link: RwSignal<Option<LinkView>>,
    worker: WorkerLink,
}

impl RunState {
    pub(super) fn new(worker: WorkerLink) -> RunState {
        let scenario = RwSignal::new(Scenario::default());
        let tick = RwSignal::new(Tick::default());
        // Cheap at every tick; the fold below runs only when a command begins or ceases to be in the past.
        let passed = Memo::new(move |_| {
            let now = tick.with(|t| t.now_us);
            scenario.with(|s| s.commands.iter().filter(|c| c.at_us <= now).count())
        });
        let effective = Memo::new(move |_| {
            let _ = passed.get();
            scenario.with(|s| effective::at(s, tick.with_untracked(|t| t.now_us)))
        });
        RunState {
            scenario,
            info: RwSignal::new(None),
            frame: RwSignal::new(None),
            tick,
            explained: RwSignal::new(None),
            effective,
            opened: RwSignal::new(0),
            refused: RwSignal::new(0),
            link: RwSignal::new(None),
            worker,
        }
    }

    pub fn now_us(&self) -> u64 {
        self.tick.with_untracked(|t| t.now_us)
    }

    /// Names of the nodes, by number; none before a run is open.
    pub fn node_names(&self) -> Vec<String> {
        self.info
            .with_untracked(|w| w.as_ref().map(|w| w.nodes.clone()).unwrap_or_default())
    }

    /// Acts now: one command in the scenario.
    pub fn apply(&self, command: Command) {
        self.worker.send(ToWorker::Apply(command));
    }

    /// Does this to a message in flight; the worker names it in the scenario.
    pub fn intervene(&self, arrow: &Arrow, act: Intervention) {
        self.worker.send(ToWorker::Intervention {
            message: arrow.message,
            from: arrow.from,
            to: arrow.to,
            arrives_us: arrow.arrives_us,
            act,
        });
    }

    /// Gives the Byzantine validators a script, as text: the worker reads it.
    pub fn set_script(&self, who: Who, script: String) {
        self.worker.send(ToWorker::Script { who, script });
    }

    /// The control that asked goes back to what is in force.
    pub fn refuse(&self) {
        self.refused.update(|n| *n += 1);
    }

    pub fn request_link(&self) {
        self.link.set(None);
        self.worker.send(ToWorker::Link);
    }
}
