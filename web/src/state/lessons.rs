//! The guided path: which step the reader is at, and how far they have come.

use super::layout::{LayoutState, Sheet};
use super::run::RunState;
use super::scenarios::ScenarioState;
use crate::lessons::progress::{self, Progress};
use crate::lessons::{Observation, Stage, Step, StepCheck, path};
use crate::platform::storage;
use leptos::prelude::*;

const KEY: &str = "path";

/// Where the reader is. Made once; the card and whatever opens it share it.
#[derive(Clone, Copy)]
pub struct LessonState {
    pub open: RwSignal<bool>,
    pub at: RwSignal<usize>,
    pub progress: RwSignal<Progress>,
    /// The prediction of this visit to the step.
    pub predicted: RwSignal<Option<u8>>,
    pub stage: RwSignal<Option<Stage>>,
    pub named: RwSignal<Vec<String>>,
    /// Which opened run is the step's own ([`RunState::opened`]).
    pub own_run: RwSignal<u32>,
    check: StoredValue<Option<Box<dyn StepCheck>>, LocalStorage>,
    run: RunState,
    scenarios: ScenarioState,
    layout: LayoutState,
}

impl LessonState {
    pub(super) fn new(run: RunState, scenarios: ScenarioState, layout: LayoutState) -> LessonState {
        LessonState {
            open: RwSignal::new(false),
            at: RwSignal::new(0),
            progress: RwSignal::new(progress::read(&storage::get(KEY).unwrap_or_default())),
            predicted: RwSignal::new(None),
            stage: RwSignal::new(None),
            named: RwSignal::new(Vec::new()),
            own_run: RwSignal::new(0),
            check: StoredValue::new_local(None),
            run,
            scenarios,
            layout,
        }
    }

    /// Opens the path where the reader left it; one that is open is shown or put out of sight.
    pub fn open_or_toggle(&self) {
        if self.open.get_untracked() {
            let up = self.layout.sheet.get_untracked() == Sheet::Controls;
            self.layout
                .sheet
                .set(if up { Sheet::None } else { Sheet::Controls });
            return;
        }
        self.begin(progress::next(&self.progress.get_untracked()));
    }

    pub fn begin(&self, k: usize) {
        let Some(step) = path().into_iter().nth(k) else {
            return;
        };
        self.at.set(k);
        self.predicted.set(None);
        self.stage.set(None);
        self.named.set(Vec::new());
        self.check.set_value(None);
        self.own_run.set(self.run.opened.get_untracked() + 1);
        self.open.set(true);
        self.layout.sheet.set(Sheet::Controls);
        self.scenarios
            .open_at_speed((step.scenario)(), step.speed, step.plays);
    }

    /// Who lies is what the reader is to find out: it must not be marked.
    pub fn hides_liars(&self) -> bool {
        let step = path().into_iter().nth(self.at.get_untracked());
        self.open.get_untracked()
            && step.is_some_and(|s| s.names)
            && self.own_run.get_untracked() >= self.run.opened.get_untracked()
            && !self
                .stage
                .with_untracked(|s| matches!(s, Some(Stage::Done(_))))
    }

    pub fn close(&self) {
        self.open.set(false);
        self.check.set_value(None);
        self.layout.sheet.set(Sheet::None);
    }

    pub fn predict(&self, step: &Step, choice: u8) {
        self.predicted.set(Some(choice));
        self.check.set_value(Some((step.check)()));
        let k = self.at.get_untracked();
        self.progress.update(|p| p[k].prediction = Some(choice));
        self.save();
    }

    fn save(&self) {
        storage::set(KEY, &progress::write(&self.progress.get_untracked()));
    }

    /// Shows the step's check the newest frame; once done, it stays done.
    pub fn observe_frame(&self) {
        let done = self
            .stage
            .with_untracked(|s| matches!(s, Some(Stage::Done(_))));
        if done || self.own_run.get_untracked() != self.run.opened.get_untracked() {
            return;
        }
        let (Some(frame), Some(world)) = (
            self.run.frame.get_untracked(),
            self.run.info.get_untracked(),
        ) else {
            return;
        };
        let named = self.named.get_untracked();
        let stage = self.run.effective.with_untracked(|force| {
            let seen = Observation {
                frame: &frame,
                world: &world,
                force,
                named: &named,
            };
            self.check
                .try_update_value(|w| w.as_mut().map(|w| w.observe(&seen)))
                .flatten()
        });
        if matches!(stage, Some(Stage::Done(_))) {
            let k = self.at.get_untracked();
            self.progress.update(|p| p[k].done = true);
            self.save();
        }
        if self.stage.with_untracked(|s| *s != stage) {
            self.stage.set(stage);
        }
    }
}
