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
    /// The control whose value was refused last, by its id, and why.
    pub refusal: RwSignal<Option<(String, String)>>,
    /// The control that acted, until the worker has answered.
    acting: StoredValue<Option<String>>,
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
            refusal: RwSignal::new(None),
            acting: StoredValue::new(None),
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

    /// The control of this id is about to act: a refusal belongs to it.
    pub fn acts(&self, control: &str) {
        self.acting.set_value(Some(control.to_owned()));
        self.refusal.set(None);
    }

    /// The worker has done what was asked of it last.
    pub fn acted(&self) {
        self.acting.set_value(None);
        self.refusal.set(None);
    }

    /// Says why at the control of this id, which goes back to its value of now.
    pub fn complain(&self, control: &str, sentence: impl Into<String>) {
        self.acting.set_value(None);
        self.refused.update(|n| *n += 1);
        self.refusal
            .set(Some((control.to_owned(), sentence.into())));
    }

    /// The worker refused an act: says why at the control that asked for it. False where none did, and the
    /// sentence still has to be said.
    pub fn refuse(&self, sentence: &str) -> bool {
        match self.acting.try_update_value(Option::take).flatten() {
            Some(control) => {
                self.complain(&control, sentence);
                true
            }
            None => {
                self.refused.update(|n| *n += 1);
                false
            }
        }
    }

    /// What is wrong with the value of the control of this id.
    pub fn complaint(&self, control: &str) -> String {
        self.refusal.with(|r| {
            let mine = r.as_ref().filter(|(id, _)| id == control);
            mine.map(|(_, sentence)| sentence.clone())
                .unwrap_or_default()
        })
    }

    pub fn request_link(&self) {
        self.link.set(None);
        self.worker.send(ToWorker::Link);
    }
}
