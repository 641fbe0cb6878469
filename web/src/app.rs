//! The page's state: what the worker said last, what the person looks at. Panels read signals from
//! here and act through its methods; nothing else talks to the worker.

use crate::branches::{Branches, Future};
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
use crate::protocol::{
    Acted, Compared, FromWorker, Intervention, Ledger, Tick, ToFuture, ToWorker,
};
use crate::studio::Studio;
use consensusforge_core::session::view::{
    Arrow, Frame, LinkView, MessageView, ModuleView, Moments, Preset, RunInfo, Unit,
};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

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
    pub world: RwSignal<Option<Arc<RunInfo>>>,
    pub frame: RwSignal<Option<Arc<Frame>>>,
    pub tick: RwSignal<Tick>,
    /// The latest instant this run has been to: the scrub bar's end.
    pub reached_us: RwSignal<u64>,
    pub playing: RwSignal<bool>,
    /// Orders to play, pause or step given to this worker.
    pub orders: StoredValue<u32>,
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
    /// Instants worth going to.
    pub moments: RwSignal<Arc<Moments>>,
    /// What one jumps between, an index into the transport's list.
    pub jump_kind: RwSignal<usize>,
    /// The list of futures is open.
    pub futures: RwSignal<bool>,
    /// What the run beside the one shown is called; none: there is none.
    pub beside: RwSignal<Option<String>>,
    pub beside_frame: RwSignal<Option<Arc<Frame>>>,
    /// Where the two first differ.
    pub difference: RwSignal<Option<Compared>>,
    /// The first difference is to be lit on both charts.
    pub lit: RwSignal<bool>,
    /// Futures taken back and left behind.
    pub branches: RwSignal<Branches>,
    worker: StoredValue<Option<Rc<Handle<FromWorker>>>, LocalStorage>,
    chart: StoredValue<Rc<RefCell<Chart>>, LocalStorage>,
    other_chart: StoredValue<Rc<RefCell<Chart>>, LocalStorage>,
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
            orders: StoredValue::new(0),
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
            moments: RwSignal::new(Arc::default()),
            jump_kind: RwSignal::new(0),
            beside: RwSignal::new(None),
            beside_frame: RwSignal::new(None),
            difference: RwSignal::new(None),
            lit: RwSignal::new(false),
            other_chart: StoredValue::new_local(Rc::default()),
            futures: RwSignal::new(false),
            branches: RwSignal::new(Branches::default()),
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

    /// Of the run beside the one shown.
    pub fn other_chart(&self) -> Rc<RefCell<Chart>> {
        self.other_chart.get_value()
    }

    pub fn now_us(&self) -> u64 {
        self.tick.with_untracked(|t| t.now_us)
    }

    pub fn send(&self, message: ToWorker) {
        self.send_with(message, None);
    }

    pub fn send_with(&self, message: ToWorker, bytes: Option<&[u8]>) {
        if message.is_order() {
            self.orders.update_value(|n| *n += 1);
        }
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
        self.send(ToWorker::Apply(command));
    }

    /// Does this to a message in flight; the worker names it.
    pub fn hand(&self, arrow: &Arrow, act: Intervention) {
        self.send(ToWorker::Intervention {
            message: arrow.message,
            from: arrow.from,
            to: arrow.to,
            arrives_us: arrow.arrives_us,
            act,
        });
    }

    /// Gives the liars a script, as text: the worker reads it.
    pub fn direct(&self, who: Who, script: String) {
        self.send(ToWorker::Script { who, script });
    }

    /// Starts over with something changed that cannot change while it runs.
    pub fn restructure(&self, change: impl FnOnce(&mut Scenario)) {
        let now = self.now_us();
        let next = self
            .scenario
            .with_untracked(|s| effective::restarted(s, now, change));
        let name = format!("{} validators, seed {}", next.validators.len(), next.seed);
        self.remember(&name);
        // No longer the ready-made one.
        self.preset.set(String::new());
        self.open(next, 0);
    }

    pub fn open(&self, scenario: Scenario, at_us: u64) {
        let scenario = Box::new(scenario);
        self.send(ToWorker::Open { scenario, at_us });
    }

    pub fn open_preset(&self, preset: &Preset) {
        self.remember(&preset.title);
        self.show_preset(preset);
        self.play(true);
        self.open(preset.scenario.clone(), 0);
    }

    /// It is this ready-made one that opens: what it says to look at is brought up.
    pub fn show_preset(&self, preset: &Preset) {
        self.preset.set(preset.id.clone());
        self.pace_anew.set(true);
        if !preset.scenario.contracts.is_empty() {
            self.show_tab(Tab::Contracts);
        }
    }

    /// One that is shown already is left as it is, with what is open in it and where the focus stands.
    pub fn show_tab(&self, tab: Tab) {
        if self.tab.get_untracked() != tab {
            self.tab.set(tab);
        }
    }

    /// Opens a run of somebody's own making, at its own speed.
    pub fn stage(&self, scenario: Scenario, speed: f64, plays: bool) {
        self.remember("a staged run");
        self.preset.set(String::new());
        self.pace_anew.set(false);
        self.play(plays);
        self.set_speed(Some(speed));
        self.open(scenario, 0);
    }

    /// The run shown, as it stands.
    fn present(&self) -> Future {
        Future {
            name: String::new(),
            scenario: self.scenario.get_untracked(),
            at_us: self.now_us(),
            end_us: self.reached_us.get_untracked(),
            moments: self.moments.get_untracked(),
        }
    }

    /// Before another run altogether: this one can be gone back to.
    fn remember(&self, name: &str) {
        if self.world.with_untracked(Option::is_none) {
            return;
        }
        let present = self.present();
        let gone = self.branches.try_update(|b| b.begun(present, name));
        self.tell_gone(gone.flatten());
    }

    /// An act has been done: the run before it can be gone back to.
    pub fn acted(&self, acted: Acted) {
        let before = Future {
            at_us: acted.at_us,
            end_us: acted.end_us,
            ..self.present()
        };
        let gone = self
            .branches
            .try_update(|b| b.acted(before, &acted.name, acted.forked));
        self.tell_gone(gone.flatten());
        if acted.forked {
            self.futures.set(true);
        }
        self.scenario.set(acted.scenario);
    }

    fn tell_gone(&self, gone: Option<String>) {
        if let Some(name) = gone {
            let text = format!("The oldest future, “{name}”, is forgotten to make room.");
            self.say(Tone::Plain, text);
        }
    }

    pub fn can_undo(&self) -> bool {
        self.branches.with(Branches::can_undo)
    }

    pub fn undo(&self) {
        let present = self.present();
        let target = self.branches.try_update(|b| b.undo(present));
        self.turn(target.flatten());
    }

    pub fn can_redo(&self) -> bool {
        self.branches.with(Branches::can_redo)
    }

    pub fn redo(&self) {
        let present = self.present();
        let target = self.branches.try_update(|b| b.redo(present));
        self.turn(target.flatten());
    }

    /// Goes over to a future left behind.
    pub fn switch(&self, id: u32) {
        let present = self.present();
        let target = self.branches.try_update(|b| b.switch(id, present));
        self.turn(target.flatten());
    }

    /// Runs another scenario beside the one shown, called so.
    pub fn compare(&self, name: &str, scenario: Scenario) {
        self.beside.set(Some(name.to_owned()));
        self.send(ToWorker::Comparison(Some(Box::new(scenario))));
    }

    pub fn compare_with(&self, id: u32) {
        let found = self
            .branches
            .with_untracked(|b| b.get(id).map(|f| (f.name.clone(), f.scenario.clone())));
        if let Some((name, scenario)) = found {
            self.compare(&name, scenario);
        }
    }

    /// The same with another seed's luck.
    pub fn compare_seeds(&self) {
        let mut scenario = self.scenario.get_untracked();
        scenario.seed = scenario.seed.wrapping_add(1);
        self.compare(&format!("seed {}", scenario.seed), scenario);
    }

    pub fn compare_no_more(&self) {
        self.beside.set(None);
        self.send(ToWorker::Comparison(None));
    }

    fn turn(&self, target: Option<Future>) {
        let Some(future) = target else { return };
        self.follow();
        self.send(ToWorker::Turn(Box::new(ToFuture {
            scenario: future.scenario,
            at_us: future.at_us,
            end_us: future.end_us,
            moments: future.moments.as_ref().clone(),
        })));
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

    pub fn step_back(&self, unit: Unit) {
        self.playing.set(false);
        self.follow();
        self.send(ToWorker::StepBack(unit));
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
        self.orders.set_value(0);
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
        self.other_chart().borrow_mut().repaint();
    }
}

/// The page's state, for any component.
pub fn app() -> App {
    expect_context()
}
