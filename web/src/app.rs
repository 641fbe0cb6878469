//! The page's state: what the worker said last, what the person looks at. Panels read signals from
//! here and act through its methods; nothing else talks to the worker.

use crate::chart::hit::Pick;
use crate::effective;
use crate::inspect::Thing;
use crate::inspect::card::Card;
use crate::inspect::history::History;
use crate::model::{Command, Scenario, Who};
use crate::panels::chart::Chart;
use crate::panels::data::Data;
use crate::platform::theme::Theme;
use crate::platform::workers::Handle;
use crate::protocol::{FromWorker, Ledger, Tick, ToWorker};
use crate::studio::Studio;
use consensusforge_core::session::view::{
    Frame, LinkView, MessageView, ModuleView, Preset, Unit, ViewResult, World,
};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Acts that can be taken back.
const MAX_UNDO: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Plain,
}

/// A sentence above everything until it is put away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: u32,
    pub tone: Tone,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Run,
    Nodes,
    Contracts,
    Metrics,
    Log,
}

/// On a narrow page: which sheet is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    None,
    Controls,
    Side,
}

#[derive(Clone, Copy)]
pub struct App {
    /// With all commands so far.
    pub scenario: RwSignal<Scenario>,
    pub world: RwSignal<Option<Arc<World>>>,
    pub frame: RwSignal<Option<Arc<Frame>>>,
    pub tick: RwSignal<Tick>,
    /// The latest instant this run has been to: the scrub bar's end.
    pub reached_us: RwSignal<u64>,
    pub playing: RwSignal<bool>,
    pub speed: RwSignal<Option<f64>>,
    pub presets: RwSignal<Vec<Preset>>,
    pub preset: RwSignal<String>,
    pub ledger: RwSignal<Arc<Ledger>>,
    pub notices: RwSignal<Vec<Notice>>,
    pub link: RwSignal<Option<LinkView>>,
    pub message: RwSignal<Option<MessageView>>,
    /// The clicked thing of the chart.
    pub pinned: RwSignal<Option<Pick>>,
    /// What the inspector tells of, and the way there.
    pub looked_at: RwSignal<History>,
    pub card: RwSignal<Option<Arc<Card>>>,
    /// The module taken in last.
    pub added: RwSignal<Option<ModuleView>>,
    pub studio: Studio,
    pub data: Data,
    pub refusal: RwSignal<Option<String>>,
    pub viewed: RwSignal<Option<ViewResult>>,
    pub dead: RwSignal<Option<String>>,
    pub tab: RwSignal<Tab>,
    pub sheet: RwSignal<Sheet>,
    pub sharing: RwSignal<bool>,
    pub helping: RwSignal<bool>,
    /// The list of scenarios is up.
    pub listing: RwSignal<bool>,
    /// Counts the runs opened: whoever opened one can tell whether it is still the one that runs.
    pub opened: RwSignal<u32>,
    pub theme: RwSignal<Theme>,
    /// The next scenario that opens sets the speed it reads best at.
    pub pace_anew: RwSignal<bool>,
    /// Counts refused commands: controls go back to what is in force.
    pub refused: RwSignal<u32>,
    /// The scenario as it stands at the instant shown: what the controls say.
    pub force: Memo<Scenario>,
    /// Where to go back to, and after going back where to go on to: scenario and instant.
    undo: RwSignal<Vec<(Scenario, u64)>>,
    redo: RwSignal<Vec<(Scenario, u64)>>,
    worker: StoredValue<Option<Rc<Handle<FromWorker>>>, LocalStorage>,
    chart: StoredValue<Rc<RefCell<Chart>>, LocalStorage>,
}

impl App {
    /// Makes the signals: once, in the reactive owner that is the page.
    #[allow(clippy::new_without_default)]
    pub fn new() -> App {
        let scenario = RwSignal::new(Scenario::default());
        let tick = RwSignal::new(Tick::default());
        // Cheap at every tick; the folding below runs only when a command comes into or out of force.
        let passed = Memo::new(move |_| {
            let now = tick.with(|t| t.now_us);
            scenario.with(|s| s.commands.iter().filter(|c| c.at_us <= now).count())
        });
        let force = Memo::new(move |_| {
            let _ = passed.get();
            scenario.with(|s| effective::at(s, tick.with_untracked(|t| t.now_us)))
        });
        App {
            scenario,
            tick,
            force,
            world: RwSignal::new(None),
            frame: RwSignal::new(None),
            reached_us: RwSignal::new(0),
            playing: RwSignal::new(true),
            speed: RwSignal::new(Some(0.3)),
            presets: RwSignal::new(Vec::new()),
            preset: RwSignal::new(String::new()),
            ledger: RwSignal::new(Arc::default()),
            notices: RwSignal::new(Vec::new()),
            link: RwSignal::new(None),
            message: RwSignal::new(None),
            pinned: RwSignal::new(None),
            looked_at: RwSignal::new(History::default()),
            card: RwSignal::new(None),
            added: RwSignal::new(None),
            studio: Studio::new(),
            data: Data::new(),
            refusal: RwSignal::new(None),
            viewed: RwSignal::new(None),
            dead: RwSignal::new(None),
            tab: RwSignal::new(Tab::Run),
            sheet: RwSignal::new(Sheet::None),
            sharing: RwSignal::new(false),
            helping: RwSignal::new(false),
            listing: RwSignal::new(false),
            opened: RwSignal::new(0),
            theme: RwSignal::new(Theme::kept()),
            pace_anew: RwSignal::new(true),
            refused: RwSignal::new(0),
            undo: RwSignal::new(Vec::new()),
            redo: RwSignal::new(Vec::new()),
            worker: StoredValue::new_local(None),
            chart: StoredValue::new_local(Rc::default()),
        }
    }

    pub fn set_worker(&self, handle: Rc<Handle<FromWorker>>) {
        self.worker.set_value(Some(handle));
    }

    pub fn chart(&self) -> Rc<RefCell<Chart>> {
        self.chart.get_value()
    }

    pub fn now_us(&self) -> u64 {
        self.tick.with_untracked(|t| t.now_us)
    }

    pub fn send(&self, message: ToWorker) {
        self.send_with(message, None);
    }

    pub fn send_with(&self, message: ToWorker, bytes: Option<&[u8]>) {
        self.worker.with_value(|w| {
            if let Some(worker) = w {
                worker.send(&message, bytes);
            }
        });
    }

    pub fn say(&self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        self.notices.update(|all| {
            all.retain(|n| n.text != text);
            let id = all.iter().map(|n| n.id + 1).max().unwrap_or_default();
            all.push(Notice { id, tone, text });
            // A wall of banners would hide the chart.
            if all.len() > 3 {
                all.remove(0);
            }
        });
    }

    /// Acts now: one command in the scenario.
    pub fn act(&self, command: Command) {
        self.remember();
        self.send(ToWorker::Apply(command));
    }

    /// Gives the liars a script, as text: the worker reads it.
    pub fn direct(&self, who: Who, script: String) {
        self.remember();
        self.send(ToWorker::Script { who, script });
    }

    /// Starts over with something changed that cannot change while it runs.
    pub fn restructure(&self, change: impl FnOnce(&mut Scenario)) {
        self.remember();
        let now = self.now_us();
        let next = self
            .scenario
            .with_untracked(|s| effective::restarted(s, now, change));
        // No longer the ready-made one.
        self.preset.set(String::new());
        self.open(next, 0);
    }

    pub fn open(&self, scenario: Scenario, at_us: u64) {
        let scenario = Box::new(scenario);
        self.send(ToWorker::Open { scenario, at_us });
    }

    pub fn open_preset(&self, preset: &Preset) {
        self.remember();
        self.preset.set(preset.id.clone());
        self.pace_anew.set(true);
        self.play(true);
        self.open(preset.scenario.clone(), 0);
    }

    /// Opens a run of somebody's own making, at its own speed.
    pub fn stage(&self, scenario: Scenario, speed: f64, plays: bool) {
        self.remember();
        self.preset.set(String::new());
        self.pace_anew.set(false);
        self.play(plays);
        self.set_speed(Some(speed));
        self.open(scenario, 0);
    }

    fn remember(&self) {
        let now = self.now_us();
        let scenario = self.scenario.get_untracked();
        self.redo.update(Vec::clear);
        self.undo.update(|stack| {
            stack.push((scenario, now));
            if stack.len() > MAX_UNDO {
                stack.remove(0);
            }
        });
    }

    pub fn can_undo(&self) -> bool {
        self.undo.with(|u| !u.is_empty())
    }

    pub fn undo(&self) {
        self.go_between(self.undo, self.redo);
    }

    pub fn can_redo(&self) -> bool {
        self.redo.with(|r| !r.is_empty())
    }

    pub fn redo(&self) {
        self.go_between(self.redo, self.undo);
    }

    /// Opens what `from` holds last and leaves the present on `to`.
    fn go_between(&self, from: RwSignal<Vec<(Scenario, u64)>>, to: RwSignal<Vec<(Scenario, u64)>>) {
        let Some(Some((scenario, at_us))) = from.try_update(Vec::pop) else {
            return;
        };
        let present = (self.scenario.get_untracked(), self.now_us());
        to.update(|stack| stack.push(present));
        self.open(scenario, at_us);
    }

    pub fn play(&self, on: bool) {
        self.playing.set(on);
        self.send(ToWorker::Play(on));
    }

    pub fn set_speed(&self, speed: Option<f64>) {
        self.speed.set(speed);
        self.send(ToWorker::Speed(speed));
    }

    pub fn step(&self, unit: Unit) {
        self.playing.set(false);
        self.follow();
        self.send(ToWorker::Step(unit));
    }

    pub fn seek(&self, to_us: u64) {
        self.follow();
        self.send(ToWorker::Seek(to_us));
    }

    pub fn follow(&self) {
        let chart = self.chart();
        chart.borrow_mut().view.follow = true;
        chart.borrow().ask();
    }

    /// After a panic: a new worker, the same scenario with all its commands.
    pub fn revive(&self) {
        self.dead.set(None);
        self.worker.with_value(|w| {
            if let Some(worker) = w {
                worker.restart();
            }
        });
        let scenario = self.scenario.get_untracked();
        self.send(ToWorker::Speed(self.speed.get_untracked()));
        self.send(ToWorker::Play(self.playing.get_untracked()));
        self.open(scenario, 0);
    }

    /// Shows a thing in the inspector.
    pub fn select(&self, thing: Thing) {
        self.looked_at.update(|h| h.go(thing));
    }

    pub fn look_back(&self) {
        self.looked_at.update(History::back);
    }

    pub fn look_forward(&self) {
        self.looked_at.update(History::forward);
    }

    /// Nothing is selected any more; the way stays.
    pub fn look_away(&self) {
        self.looked_at.update(History::away);
        self.pinned.set(None);
        let chart = self.chart();
        chart.borrow_mut().pinned = None;
        chart.borrow().ask();
    }

    pub fn share(&self) {
        self.link.set(None);
        self.sharing.set(true);
        self.send(ToWorker::Link);
    }

    pub fn set_theme(&self, theme: Theme) {
        self.theme.set(theme);
        theme.put();
        self.chart().borrow_mut().repaint();
    }
}

/// The page's state, for any component.
pub fn app() -> App {
    expect_context()
}
