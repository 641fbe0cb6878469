//! Opening runs, one over the other: what is asked of the worker, and the runs that can be gone back to.
//! The browser's own history has an entry a run, so that its Back and Forward move between them.

use super::futures::FutureState;
use super::notices::{Notices, Tone};
use super::playback::Playback;
use super::run::RunState;
use super::stops::StopState;
use super::worker::WorkerLink;
use crate::branches::Branches;
use crate::model::Scenario;
use crate::platform::theme::reduced_motion;
use crate::platform::{address, storage};
use crate::protocol::ToWorker;
use crate::reading;
use crate::runs::{self, KeptRun};
use crate::words;
use consensusforge_core::session::view::{Preset, Stop};
use consensusforge_core::session::{link_with_stops, open_link};
use leptos::prelude::*;
use std::sync::Arc;

const KEY: &str = "runs";
/// Base64 of uploaded modules from which on no link can hold a run: packing them would be in vain.
const LARGE: usize = 200_000;
/// Saved traces whose bytes a tab keeps.
const MOST_TRACES: usize = 3;

/// What a run to be opened comes from.
#[derive(Clone)]
pub enum Source {
    /// Something ready-made, which has a title.
    ReadyMade,
    /// The link in the address.
    Link,
    /// A file of this name.
    File(String),
    /// A saved trace; its bytes are kept, as no link holds it.
    Trace(String, Arc<Vec<u8>>),
    /// The run shown, from its beginning, under this name in the list of futures; none: nothing changed in it.
    Restart(Option<String>),
    /// A run shown before.
    Kept(Box<Entry>),
}

/// A run that was shown in this tab, as one left it.
#[derive(Clone)]
pub struct Entry {
    run: KeptRun,
    scenario: Scenario,
    stops: Vec<Stop>,
    trace: Option<(String, Arc<Vec<u8>>)>,
    branches: Branches,
}

struct Opening {
    number: u32,
    source: Source,
    /// The speed is set to what the run reads best at.
    sets_speed: bool,
}

#[derive(Clone, Copy)]
pub struct HistoryState {
    /// Runs that can be opened again, newest first, without the one shown.
    pub earlier: RwSignal<Vec<KeptRun>>,
    /// The title of the run shown.
    pub title: RwSignal<String>,
    /// The ids of the run shown and of those that Back goes to, newest first.
    path: RwSignal<Vec<String>>,
    /// Runs left by undo, which redo goes on to; another run opened ends that.
    taken_back: RwSignal<u32>,
    openings: StoredValue<Vec<Opening>>,
    /// The number given last.
    last: StoredValue<u32>,
    /// Runs of this tab, oldest first.
    entries: StoredValue<Vec<Entry>>,
    /// The trace shown, if it is one.
    trace: StoredValue<Option<(String, Arc<Vec<u8>>)>>,
    /// A scenario with its stops, and its link: packing one takes a while.
    packed: StoredValue<Option<(Scenario, Vec<Stop>, String)>>,
    worker: WorkerLink,
    run: RunState,
    playback: Playback,
    stops: StopState,
    futures: FutureState,
    notices: Notices,
}

impl HistoryState {
    pub(super) fn new(
        worker: WorkerLink,
        run: RunState,
        playback: Playback,
        stops: StopState,
        futures: FutureState,
        notices: Notices,
    ) -> HistoryState {
        HistoryState {
            earlier: RwSignal::new(kept()),
            title: RwSignal::new(String::new()),
            path: RwSignal::new(Vec::new()),
            taken_back: RwSignal::new(0),
            openings: StoredValue::new(Vec::new()),
            last: StoredValue::new(0),
            entries: StoredValue::new(Vec::new()),
            trace: StoredValue::new(None),
            packed: StoredValue::new(None),
            worker,
            run,
            playback,
            stops,
            futures,
            notices,
        }
    }

    /// Whether a run is being opened.
    pub fn is_opening(&self) -> bool {
        self.openings.with_value(|all| !all.is_empty())
    }

    fn ask(&self, source: Source, sets_speed: bool) -> u32 {
        let number = self.last.get_value() + 1;
        self.last.set_value(number);
        self.openings.update_value(|all| {
            all.push(Opening {
                number,
                source,
                sets_speed,
            });
        });
        number
    }

    /// Opens a scenario at an instant of it, at the speed it reads best at.
    pub fn open(&self, scenario: Scenario, at_us: u64) {
        self.leave();
        self.playback.play(true);
        let opening = self.ask(Source::ReadyMade, true);
        self.send(scenario, at_us, opening);
    }

    /// Opens the page's first run. It waits for Play where the reader asked for less motion.
    pub fn begin(&self, scenario: Scenario, at_us: u64) {
        self.playback.play(!reduced_motion());
        let opening = self.ask(Source::ReadyMade, true);
        self.send(scenario, at_us, opening);
    }

    /// Opens a scenario from its beginning, playing or not, at this speed.
    pub fn open_at_speed(&self, scenario: Scenario, speed: f64, plays: bool) {
        self.leave();
        self.playback.play(plays);
        self.playback.set_speed(Some(speed));
        let opening = self.ask(Source::ReadyMade, false);
        self.send(scenario, 0, opening);
    }

    /// After a panic: a new worker, the same scenario with all its commands.
    pub fn restart_worker(&self) {
        self.openings.update_value(Vec::clear);
        self.playback.restart_worker();
        let opening = self.ask(Source::Restart(None), false);
        self.send(self.run.scenario.get_untracked(), 0, opening);
    }

    /// The run shown begins again, as this scenario: a future of that name.
    pub fn restart(&self, scenario: Scenario, name: String) {
        let opening = self.ask(Source::Restart(Some(name)), false);
        self.send(scenario, 0, opening);
        let stops = self.stops.notes.get_untracked();
        if !stops.is_empty() {
            self.stops.set_notes(stops, Some(opening));
        }
    }

    fn send(&self, scenario: Scenario, at_us: u64, opening: u32) {
        self.worker.send(ToWorker::Open {
            scenario: Box::new(scenario),
            at_us,
            opening,
        });
    }

    pub fn open_link(&self, text: String) {
        self.leave();
        let opening = self.ask(Source::Link, true);
        self.worker.send(ToWorker::OpenLink { text, opening });
    }

    pub fn open_file(&self, name: String, text: String) {
        self.leave();
        let opening = self.ask(Source::File(name), true);
        self.worker.send(ToWorker::OpenFile { text, opening });
    }

    pub fn open_trace(&self, name: String, bytes: Vec<u8>) {
        self.leave();
        let bytes = Arc::new(bytes);
        let opening = self.ask(Source::Trace(name, bytes.clone()), true);
        let ask = ToWorker::OpenTrace { opening };
        self.worker.send_with(ask, Some(&bytes));
    }

    /// Opens a run again that was shown before; false where it is not kept any more.
    pub fn reopen(&self, id: &str) -> bool {
        let here = self
            .entries
            .with_value(|all| all.iter().find(|e| e.run.id == id).cloned());
        let entry = here.or_else(|| {
            let run = kept().into_iter().find(|r| r.id == id)?;
            let opened = open_link(&run.link).ok()?;
            Some(Entry {
                run,
                scenario: opened.scenario,
                stops: opened.stops,
                trace: None,
                branches: Branches::default(),
            })
        });
        let Some(entry) = entry else { return false };
        self.leave();
        self.playback.set_speed(entry.run.speed);
        self.playback.play(entry.run.plays);
        let trace = entry.trace.clone();
        let (scenario, at_us) = (entry.scenario.clone(), entry.run.at_us);
        let stops = entry.stops.clone();
        let opening = self.ask(Source::Kept(Box::new(entry)), false);
        match trace {
            Some((_, bytes)) => {
                let ask = ToWorker::OpenTrace { opening };
                self.worker.send_with(ask, Some(&bytes));
            }
            None => self.send(scenario, at_us, opening),
        }
        if !stops.is_empty() {
            self.stops.set_notes(stops, Some(opening));
        }
        true
    }

    /// The browser went to another of its entries.
    pub fn moved_to(&self, id: &str) {
        let shown = self.path.with_untracked(|p| p.first().cloned());
        if shown.as_deref() != Some(id) && !self.reopen(id) {
            self.notices.show(
                Tone::Bad,
                "The run that was open here is not kept any more. If it came from a file, open the file again.",
            );
        }
    }

    /// Takes back the last act; where there is none, goes to the run before, as Back does.
    pub fn undo(&self) {
        if self.futures.can_undo_now() {
            self.futures.undo();
        } else if self.path.with_untracked(|p| p.len() > 1) {
            self.taken_back.update(|n| *n += 1);
            address::back();
        }
    }

    pub fn can_undo(&self) -> bool {
        self.futures.can_undo() || self.path.with(|p| p.len() > 1)
    }

    /// Does again what was taken back last, or goes on to the run that was.
    pub fn redo(&self) {
        if self.futures.can_redo_now() {
            self.futures.redo();
        } else if self.taken_back.get_untracked() > 0 {
            self.taken_back.update(|n| *n -= 1);
            address::forward();
        }
    }

    pub fn can_redo(&self) -> bool {
        self.futures.can_redo() || self.taken_back.get() > 0
    }

    /// The run that Back goes to: its title.
    pub fn previous(&self) -> Option<String> {
        let before = self.path.with(|p| p.get(1).cloned())?;
        let there = self
            .earlier
            .with(|all| all.iter().find(|r| r.id == before).map(|r| r.title.clone()));
        Some(there.unwrap_or_else(|| "the run before".into()))
    }

    /// The worker has opened a run; the state still holds the one before. `preset`: where it is ready-made.
    pub fn opened(&self, opening: Option<u32>, scenario: &Scenario, preset: Option<&Preset>) {
        let Some(Opening {
            source, sets_speed, ..
        }) = opening.and_then(|n| self.take(n))
        else {
            return;
        };
        match source {
            Source::Restart(name) if self.path.with_untracked(|p| !p.is_empty()) => {
                if let Some(name) = name {
                    self.futures.keep_present(&name);
                }
            }
            source => self.enter(source, scenario, preset.map(|p| p.title.clone())),
        }
        if sets_speed {
            let point_us = preset.map_or(0, |p| p.point_us);
            let (_, speed) = reading::opening(scenario, point_us);
            self.playback.set_speed(Some(speed));
        }
    }

    /// Why a run could not be opened, in words that say what was to be; the one shown stays.
    pub fn refused(&self, opening: u32, why: &str) -> String {
        let why = why.strip_prefix("link: ").unwrap_or(why);
        match self.take(opening).map(|o| o.source) {
            Some(Source::Link) => {
                // The address must not promise what is not shown.
                address::show("");
                self.path.with_untracked(|path| address::mark(path));
                format!("This link cannot be opened: {why}")
            }
            Some(Source::File(name) | Source::Trace(name, _)) => {
                format!("{name} cannot be opened: {why}")
            }
            Some(Source::Kept(entry)) => {
                format!("“{}” cannot be opened again: {why}", entry.run.title)
            }
            Some(Source::ReadyMade | Source::Restart(_)) | None => words::without_place(why),
        }
    }

    fn take(&self, number: u32) -> Option<Opening> {
        self.openings
            .try_update_value(|all| {
                let place = all.iter().position(|o| o.number == number)?;
                Some(all.remove(place))
            })
            .flatten()
    }

    /// Takes down the run shown: before another is asked for, which may change speed and play, and when the
    /// page is left.
    pub fn leave(&self) {
        let Some(id) = self.path.with_untracked(|p| p.first().cloned()) else {
            return;
        };
        let scenario = self.run.scenario.get_untracked();
        let trace = self.trace.get_value();
        let stops = self.stops.notes.get_untracked();
        let link = match trace {
            Some(_) => String::new(),
            None => self.link(&scenario, &stops),
        };
        let run = KeptRun {
            id,
            title: self.title.get_untracked(),
            link,
            at_us: self.run.now_us(),
            plays: self.playback.playing.get_untracked(),
            speed: self.playback.speed.get_untracked(),
            commands: u32::try_from(scenario.commands.len()).unwrap_or(u32::MAX),
        };
        // Read anew: other tabs keep theirs in the same place.
        let mut all = kept();
        runs::remember(&mut all, run.clone());
        storage::set(KEY, &runs::write(&all));
        let branches = self.futures.branches.get_untracked();
        self.entries.update_value(|entries| {
            entries.retain(|e| e.run.id != run.id);
            entries.push(Entry {
                run,
                scenario,
                stops,
                trace,
                branches,
            });
            let traces = entries.iter().filter(|e| e.trace.is_some()).count();
            if traces > MOST_TRACES
                && let Some(oldest) = entries.iter().position(|e| e.trace.is_some())
            {
                entries.remove(oldest);
            }
        });
    }

    /// Another run is shown from now on.
    fn enter(&self, source: Source, scenario: &Scenario, title: Option<String>) {
        let own = Some(scenario.title.clone()).filter(|t| !t.is_empty());
        let (first, linked) = (
            self.path.with_untracked(Vec::is_empty),
            matches!(source, Source::Link),
        );
        if !matches!(source, Source::Kept(_)) {
            self.taken_back.set(0);
        }
        let mut id = format!("{:x}", js_sys::Date::now() as u64);
        self.trace.set_value(None);
        let mut branches = Branches::default();
        self.title.set(match source {
            Source::ReadyMade | Source::Restart(_) => {
                title.or(own).unwrap_or_else(|| "your own run".into())
            }
            Source::Link => title.or(own).unwrap_or_else(|| "a run from a link".into()),
            Source::File(name) => title.or(own).unwrap_or(name),
            Source::Trace(name, bytes) => {
                self.trace.set_value(Some((name.clone(), bytes)));
                name
            }
            Source::Kept(entry) => {
                id = entry.run.id;
                branches = entry.branches;
                self.trace.set_value(entry.trace);
                entry.run.title
            }
        });
        self.futures.branches.set(branches);
        // The browser made an entry of its own for a link that was pasted, and it has moved already where
        // Back or Forward were pressed.
        let there = address::entry();
        if there.first() == Some(&id) {
            self.path.set(there);
        } else {
            self.path.update(|path| {
                path.insert(0, id);
                path.truncate(12);
            });
            self.path.with_untracked(|path| {
                if first || linked {
                    address::mark(path);
                } else {
                    address::push(path);
                }
            });
        }
        self.list();
    }

    /// Brings the list up to date.
    fn list(&self) {
        let shown = self.path.with_untracked(|p| p.first().cloned());
        let here = |id: &str| {
            self.entries
                .with_value(|all| all.iter().any(|e| e.run.id == id))
        };
        let mut all = kept();
        all.retain(|r| Some(&r.id) != shown.as_ref() && (!r.link.is_empty() || here(&r.id)));
        self.earlier.set(all);
    }

    /// Forgets all runs but the one shown.
    pub fn forget(&self) {
        storage::set(KEY, "");
        self.entries.update_value(Vec::clear);
        self.list();
    }

    fn link(&self, scenario: &Scenario, stops: &[Stop]) -> String {
        let modules = scenario.contracts.iter().filter_map(|c| c.wasm.as_ref());
        if modules.map(|m| m.len()).sum::<usize>() > LARGE {
            return String::new();
        }
        let known = self.packed.with_value(|p| {
            p.as_ref()
                .filter(|(packed, of, _)| packed == scenario && of == stops)
                .map(|(_, _, link)| link.clone())
        });
        known.unwrap_or_else(|| {
            let link = link_with_stops(scenario, stops);
            self.packed
                .set_value(Some((scenario.clone(), stops.to_vec(), link.clone())));
            link
        })
    }
}

/// The runs kept in the browser's storage.
fn kept() -> Vec<KeptRun> {
    runs::read(&storage::get(KEY).unwrap_or_default())
}
