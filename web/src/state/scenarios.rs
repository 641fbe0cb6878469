//! The ready-made scenarios, and opening a run in place of the one shown.

use super::history::HistoryState;
use super::layout::{LayoutState, Tab};
use super::run::RunState;
use crate::model::Scenario;
use crate::reading;
use consensusforge_core::session::scenario::effective;
use consensusforge_core::session::view::Preset;
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct ScenarioState {
    pub presets: RwSignal<Vec<Preset>>,
    /// The id of the preset that runs; empty: another scenario does.
    pub preset: RwSignal<String>,
    run: RunState,
    layout: LayoutState,
    history: HistoryState,
}

impl ScenarioState {
    pub(super) fn new(run: RunState, layout: LayoutState, history: HistoryState) -> ScenarioState {
        ScenarioState {
            presets: RwSignal::new(Vec::new()),
            preset: RwSignal::new(String::new()),
            run,
            layout,
            history,
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
        self.history.restart(next, name);
    }

    pub fn open_preset(&self, preset: &Preset) {
        // What it is about is brought into view.
        if !preset.scenario.contracts.is_empty() {
            self.layout.show_tab(Tab::Contracts);
        }
        let (at_us, _) = reading::opening(&preset.scenario, preset.point_us);
        if self.run.info.with_untracked(Option::is_none) {
            self.history.begin(preset.scenario.clone(), at_us);
        } else {
            self.history.open(preset.scenario.clone(), at_us);
        }
    }

    /// The ready-made scenario that this one is, or has become by what was done while it ran.
    pub fn preset_of(&self, scenario: &Scenario) -> Option<Preset> {
        let is = |p: &Preset| {
            let Scenario { commands, .. } = &p.scenario;
            let begins = scenario.commands.get(..commands.len()) == Some(commands);
            begins && {
                let mut same = scenario.clone();
                same.commands.clone_from(commands);
                same == p.scenario
            }
        };
        self.presets
            .with_untracked(|all| all.iter().find(|p| is(p)).cloned())
    }

    /// Opens a run prepared for a lesson, at its own speed.
    pub fn open_at_speed(&self, scenario: Scenario, speed: f64, plays: bool) {
        self.history.open_at_speed(scenario, speed, plays);
    }
}
