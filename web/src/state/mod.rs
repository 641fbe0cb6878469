//! The page's state, in rooms. A panel takes the rooms it reads with `expect_context` and no others; a room
//! may hold rooms listed above it here, never one below.

pub mod chart;
pub mod chart_controls;
pub mod chart_view;
pub mod comparison;
pub mod contracts;
pub mod futures;
pub mod history;
pub mod layout;
pub mod lessons;
pub mod notices;
pub mod playback;
pub mod race;
pub mod records;
pub mod run;
pub mod scenarios;
pub mod selection;
pub mod stops;
pub mod studio;
pub mod worker;

use leptos::prelude::provide_context;

/// Makes every room and provides it to the components below: once, in the owner that is the page.
pub fn provide() {
    let worker = worker::WorkerLink::new();
    let notices = notices::Notices::new();
    let layout = layout::LayoutState::new();
    let charts = chart::Charts::new();
    let run = run::RunState::new(worker);
    let playback = playback::Playback::new(worker, charts, notices);
    let selection = selection::Selection::new(worker, charts);
    let stops = stops::StopState::new(worker);
    let futures = futures::FutureState::new(worker, run, playback, notices);
    let history = history::HistoryState::new(worker, run, playback, stops, futures, notices);
    let scenarios = scenarios::ScenarioState::new(run, layout, history);
    provide_context(worker);
    provide_context(notices);
    provide_context(layout);
    provide_context(charts);
    provide_context(run);
    provide_context(playback);
    provide_context(selection);
    provide_context(stops);
    provide_context(futures);
    provide_context(history);
    provide_context(scenarios);
    provide_context(race::RaceState::new(run, playback, history, notices));
    provide_context(comparison::ComparisonState::new(worker, run, futures));
    provide_context(contracts::ContractState::new(worker));
    provide_context(records::Records::new(worker, notices));
    provide_context(lessons::LessonState::new(run, scenarios, layout));
}
