//! The ready-made scenarios, and opening a run in place of the one shown.

use super::futures::FutureState;
use super::layout::{LayoutState, Tab};
use super::playback::Playback;
use super::run::RunState;
use crate::model::Scenario;
use consensusforge_core::session::scenario::effective;
use consensusforge_core::session::view::Preset;
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct ScenarioState {
    pub presets: RwSignal<Vec<Preset>>,
    /// The id of the preset that runs; empty: another scenario does.
    pub preset: RwSignal<String>,
    run: RunState,
    playback: Playback,
    futures: FutureState,
    layout: LayoutState,
}

impl ScenarioState {
    pub(super) fn new(
        run: RunState,
        playback: Playback,
        futures: FutureState,
        layout: LayoutState,
    ) -> ScenarioState {
        ScenarioState {
            presets: RwSignal::new(Vec::new()),
            preset: RwSignal::new(String::new()),
            run,
            playback,
            futures,
            layout,
        }
    }

    /// Starts over with something changed that cannot change while it runs.
    pub fn restart_with(&self, change: impl FnOnce(&mut Scenario)) {
        let now = self.run.now_us();
        let next = self
            .run
            .scenario
            .with_untracked(|s| effective::restarted(s, now, change));
        let name = format!("{} validators, seed {}", next.validators.len(), next.seed);
        self.futures.keep_present(&name);
        self.preset.set(String::new());
        self.run.open(next, 0);
    }

    pub fn open_preset(&self, preset: &Preset) {
        self.futures.keep_present(&preset.title);
        self.playback.play(true);
        self.begin(preset);
    }

    /// Opens a preset as the first run of this page, or in place of one that never opened.
    pub fn begin(&self, preset: &Preset) {
        self.preset.set(preset.id.clone());
        self.playback.reset_speed.set(true);
        // What it is about is brought into view.
        if !preset.scenario.contracts.is_empty() {
            self.layout.show_tab(Tab::Contracts);
        }
        self.run.open(preset.scenario.clone(), 0);
    }

    /// Opens a run prepared for a lesson, at its own speed.
    pub fn open_at_speed(&self, scenario: Scenario, speed: f64, plays: bool) {
        self.futures.keep_present("a lesson");
        self.preset.set(String::new());
        self.playback.reset_speed.set(false);
        self.playback.play(plays);
        self.playback.set_speed(Some(speed));
        self.run.open(scenario, 0);
    }
}
