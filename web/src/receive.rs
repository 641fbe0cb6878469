//! Brings what the worker sends to the rooms of the page's state.

use crate::data::DataAnswer;
use crate::panels::chart::comparison;
use crate::platform::{address, files};
use crate::protocol::{About, ChartNews, FromWorker, ToWorker};
use crate::state::chart::Charts;
use crate::state::chart_view::Place;
use crate::state::comparison::ComparisonState;
use crate::state::contracts::ContractState;
use crate::state::futures::FutureState;
use crate::state::history::HistoryState;
use crate::state::layout::LayoutState;
use crate::state::lessons::LessonState;
use crate::state::notices::{Notices, Tone};
use crate::state::playback::Playback;
use crate::state::records::Records;
use crate::state::run::RunState;
use crate::state::scenarios::ScenarioState;
use crate::state::selection::Selection;
use crate::state::stops::StopState;
use crate::state::worker::WorkerLink;
use crate::words;
use consensusforge_core::session::Explanation;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::view::{Frame, Preset, Problem, RunInfo};
use leptos::prelude::*;
use std::sync::Arc;

#[derive(Clone, Copy)]
pub struct Receiver {
    worker: WorkerLink,
    notices: Notices,
    charts: Charts,
    run: RunState,
    playback: Playback,
    selection: Selection,
    futures: FutureState,
    history: HistoryState,
    scenarios: ScenarioState,
    layout: LayoutState,
    comparison: ComparisonState,
    contracts: ContractState,
    records: Records,
    stops: StopState,
    lessons: LessonState,
}

impl Receiver {
    /// Takes the rooms from the context, where [`crate::state::provide`] put them.
    pub fn new() -> Receiver {
        Receiver {
            worker: expect_context(),
            notices: expect_context(),
            charts: expect_context(),
            run: expect_context(),
            playback: expect_context(),
            selection: expect_context(),
            futures: expect_context(),
            history: expect_context(),
            scenarios: expect_context(),
            layout: expect_context(),
            comparison: expect_context(),
            contracts: expect_context(),
            records: expect_context(),
            stops: expect_context(),
            lessons: expect_context(),
        }
    }

    pub fn receive(&self, message: FromWorker, bytes: Option<Vec<u8>>) {
        match message {
            FromWorker::Ready { presets } => self.ready(presets),
            FromWorker::Opened {
                scenario,
                world,
                opening,
            } => self.opened(scenario, world, opening),
            FromWorker::Tick(tick) => {
                self.playback
                    .end_us
                    .update(|end| *end = (*end).max(tick.now_us));
                // A tick sent before an order arrived would undo the order: whoever stepped and then pressed
                // play would pause.
                let current = tick.orders == self.worker.orders();
                if current && self.playback.playing.get_untracked() != tick.playing {
                    self.playback.playing.set(tick.playing);
                }
                self.run.tick.set(tick);
                let news = bytes.and_then(|b| borsh::from_slice::<ChartNews>(&b).ok());
                let settled = news.is_some() && tick.goal.is_none();
                self.charts.main().borrow_mut().receive(tick, news);
                if settled {
                    self.selection.arrived(tick.now_us);
                }
                let stale = |e: &Explanation| e.at_us != tick.now_us;
                let left = self
                    .run
                    .explained
                    .with_untracked(|e| e.as_ref().is_some_and(stale));
                if left && tick.goal.is_none() {
                    self.run.explained.set(None);
                    self.charts.main().borrow_mut().light(None);
                }
                self.worker.send(ToWorker::TickReceived);
            }
            FromWorker::Frame(frame) => self.frame(*frame),
            FromWorker::Scenario(scenario) | FromWorker::Turned(scenario) => {
                self.run.scenario.set(scenario);
            }
            FromWorker::Acted(acted) => {
                // Acting in the past leaves a future behind: the list shows where it went.
                if acted.forked {
                    self.layout.futures_open.set(true);
                }
                self.run.acted();
                self.futures.acted(*acted);
            }
            FromWorker::ComparisonOpened(info) => {
                comparison::opened(self.comparison, self.run, self.charts, info);
            }
            FromWorker::Comparison(news) => {
                let chart = bytes.and_then(|b| borsh::from_slice::<ChartNews>(&b).ok());
                comparison::advanced(self.comparison, self.charts, *news, chart);
            }
            FromWorker::ComparisonFrame(frame) => {
                self.charts.other().borrow_mut().set_nodes(&frame.nodes);
                self.comparison.frame.set(Some(Arc::from(frame)));
            }
            FromWorker::Explained(step) => {
                self.selection.light(Place {
                    at_us: step.at_us,
                    node: step.node,
                    message: step.message,
                    to: step.to,
                });
                self.run.explained.set(Some(step));
            }
            FromWorker::Moments(moments) => self.playback.moments.set(Arc::from(moments)),
            FromWorker::Problem { about, problem } => self.problem(about, problem),
            FromWorker::Link(link) => {
                address::show(&link.fragment);
                self.run.link.set(Some(link));
            }
            FromWorker::File(text) => files::download("consensusforge-scenario.json", &text),
            FromWorker::Message(message) => self.selection.message.set(message),
            FromWorker::Card(card) => {
                // The card of a thing that is no longer selected may still arrive.
                let selected = self
                    .selection
                    .history
                    .with_untracked(|h| h.shown() == Some(&card.thing));
                if selected {
                    self.selection.card.set(Some(Arc::from(card)));
                }
            }
            FromWorker::Added(module) => {
                self.contracts.refusal.set(None);
                self.contracts.added.set(Some(module));
            }
            FromWorker::Ledger(ledger) => self.contracts.ledger.set(Arc::from(ledger)),
            FromWorker::Stops(stops) => self.stops.notes.set(stops),
            FromWorker::PausingWhen(news) => self.stops.told(news),
            FromWorker::Data(DataAnswer::FoundRecords(found)) => self.stops.receive(found),
            FromWorker::Data(news) => self.records.receive(news, bytes),
            FromWorker::Studio { number, answer } => {
                self.contracts.studio.answered(number, answer);
            }
            FromWorker::Replayed(replay) => {
                let tone = if replay.matches {
                    Tone::Good
                } else {
                    Tone::Bad
                };
                self.notices.show(tone, replay.sentence);
            }
            // Of a lane's worker, which another listens to.
            FromWorker::RaceRow(_) => {}
            FromWorker::Panic(text) => {
                web_sys::console::warn_1(&text.clone().into());
                // A dead worker goes on throwing errors that say less than the first.
                if self.notices.failure.with_untracked(Option::is_none) {
                    self.notices.failure.set(Some(text));
                }
            }
        }
    }

    fn ready(&self, presets: Vec<Preset>) {
        let first = self
            .named_in_address(&presets)
            .or_else(|| presets.first().cloned());
        self.scenarios.presets.set(presets);
        // A link in the address, or the run that was shown before a reload, was requested before; a restarted
        // worker gets its scenario from whoever restarted it.
        if let Some(preset) = first
            && self.run.info.with_untracked(Option::is_none)
            && !self.history.is_opening()
        {
            self.scenarios.open_preset(&preset);
        }
    }

    /// The scenario that the address names.
    fn named_in_address(&self, presets: &[Preset]) -> Option<Preset> {
        let id = address::scenario()?;
        let found = presets.iter().find(|p| p.id == id).cloned();
        if found.is_none() {
            let sentence = format!(
                "The address names a scenario “{id}”, but there is no scenario of that name."
            );
            self.notices.show(Tone::Bad, sentence);
        }
        found
    }

    fn opened(&self, scenario: Scenario, info: RunInfo, opening: Option<u32>) {
        let preset = self.scenarios.preset_of(&scenario);
        self.history.opened(opening, &scenario, preset.as_ref());
        self.scenarios
            .preset
            .set(preset.map(|p| p.id).unwrap_or_default());
        self.run.acted();
        self.run.opened.update(|n| *n += 1);
        self.run.info.set(Some(Arc::new(info.clone())));
        self.run.scenario.set(scenario.clone());
        self.run.frame.set(None);
        self.run.explained.set(None);
        self.run.tick.update(|t| t.now_us = 0);
        self.selection.reset();
        self.playback.moments.set(Arc::default());
        self.playback.end_us.set(0);
        self.notices.failure.set(None);
        self.records.opened();
        self.stops.opened();
        self.charts.main().borrow_mut().opened(info, &scenario);
    }

    fn frame(&self, mut frame: Frame) {
        if self.lessons.hides_liars() {
            for node in &mut frame.nodes {
                node.byzantine = false;
            }
        }
        self.charts.main().borrow_mut().set_nodes(&frame.nodes);
        self.playback.end_us.set(frame.end_us);
        // A command that found nothing to act on is reported once, when it happens.
        let reported = self
            .run
            .frame
            .with_untracked(|f| f.as_ref().map_or(0, |f| f.vanished.len()));
        for missed in frame.vanished.iter().skip(reported) {
            let when = words::clock(missed.at_us);
            let sentence = format!("No effect at {when}: {}.", missed.sentence);
            self.notices.show(Tone::Plain, sentence);
        }
        self.run.frame.set(Some(Arc::new(frame)));
    }

    fn problem(&self, about: About, problem: Problem) {
        match about {
            About::Module => self.contracts.refusal.set(Some(problem.sentence)),
            About::Command | About::Scenario => {
                let sentence = words::without_place(&problem.sentence);
                if !self.run.refuse(&sentence) {
                    self.notices.show(Tone::Bad, sentence);
                }
            }
            About::Opening(number) => {
                let sentence = self.history.refused(number, &problem.sentence);
                if !self.run.refuse(&sentence) {
                    self.notices.show(Tone::Bad, sentence);
                }
                // The page goes on with what it would have shown without the link.
                if self.run.info.with_untracked(Option::is_none)
                    && let Some(preset) = self
                        .scenarios
                        .presets
                        .with_untracked(|p| p.first().cloned())
                {
                    self.scenarios.open_preset(&preset);
                }
            }
        }
    }
}
