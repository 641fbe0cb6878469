//! A race: two to four runs of one scenario, each in a worker of its own, at one instant.

use super::history::HistoryState;
use super::notices::{Notices, Tone};
use super::playback::Playback;
use super::run::RunState;
use crate::chart::layout::Flow;
use crate::model::{SEMANTICS, Scenario};
use crate::platform::workers::Handle;
use crate::platform::{address, frames};
use crate::protocol::{ChartNews, FromWorker, Tick, ToWorker};
use crate::race::budget::FrameBudget;
use crate::race::clock::RaceClock;
use crate::race::lineup;
use crate::race::marks::Blocks;
use crate::state::chart_view::ChartView;
use crate::{reading, settings, words};
use consensusforge_core::session::race::{Lane, RaceRow};
use consensusforge_core::session::race_link::{MOST_LANES, RaceLink};
use consensusforge_core::session::{link_of, open_link};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Heights that a lane's chart is wide, where nothing goes wrong.
const HEIGHTS_SHOWN: f64 = 2.5;
/// How far apart time may be drawn, in times of what a race begins with.
const ZOOMS: (f64, f64) = (0.05, 20.0);

/// How a lane stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LaneStatus {
    /// Its worker is not there yet.
    Starting,
    Running,
    /// The scenario cannot run in it, and why.
    Refused(String),
    /// Its worker died, and what it said last.
    Died(String),
}

/// A lane of the race. Its parts live as long as the page: what they hold is let go when the lane leaves.
#[derive(Clone, Copy)]
pub struct LaneState {
    pub id: u32,
    pub lane: StoredValue<Lane>,
    pub status: RwSignal<LaneStatus>,
    pub row: RwSignal<Option<Arc<RaceRow>>>,
    /// Where it has got to on a long way, microseconds; none where it is not under way.
    pub under_way: RwSignal<Option<u64>>,
    pub blocks: RwSignal<Blocks>,
    pub chart: StoredValue<Rc<RefCell<ChartView>>, LocalStorage>,
    tick: StoredValue<Tick>,
    worker: StoredValue<Option<Rc<Handle<FromWorker>>>, LocalStorage>,
}

impl LaneState {
    fn send(&self, message: &ToWorker) {
        self.worker.with_value(|worker| {
            if let Some(worker) = worker {
                worker.send(message, None);
            }
        });
    }

    fn runs(&self) -> bool {
        self.status
            .with_untracked(|s| matches!(s, LaneStatus::Starting | LaneStatus::Running))
    }

    /// Whether it stands at this instant.
    fn arrived(&self, at_us: u64) -> bool {
        let tick = self.tick.get_value();
        self.status
            .with_untracked(|s| matches!(s, LaneStatus::Running))
            && tick.goal.is_none()
            && tick.now_us == at_us
    }

    pub fn title(&self) -> String {
        self.lane.with_value(lineup::title)
    }

    fn leave(&self) {
        self.worker.set_value(None);
        self.chart.set_value(Rc::default());
        self.row.set(None);
        self.blocks.set(Blocks::default());
    }
}

#[derive(Clone, Copy)]
pub struct RaceState {
    pub open: RwSignal<bool>,
    /// The lanes are being chosen.
    pub choosing: RwSignal<bool>,
    /// As they are chosen; the race takes them when it starts.
    pub draft: RwSignal<Vec<Lane>>,
    /// What all lanes run, but for protocol and parameters.
    pub scenario: RwSignal<Scenario>,
    pub lanes: RwSignal<Vec<LaneState>>,
    pub playing: RwSignal<bool>,
    pub speed: RwSignal<Option<f64>>,
    pub now_us: RwSignal<u64>,
    /// The latest instant the race has been to.
    pub end_us: RwSignal<u64>,
    clock: StoredValue<RaceClock>,
    /// Pixels a millisecond of all charts, in times of what the race began with.
    zoom: StoredValue<f64>,
    budget: StoredValue<FrameBudget>,
    /// A frame has been asked for.
    pumping: StoredValue<bool>,
    last_id: StoredValue<u32>,
    owner: StoredValue<Option<Owner>>,
    run: RunState,
    playback: Playback,
    history: HistoryState,
    notices: Notices,
}

impl RaceState {
    pub(super) fn new(
        run: RunState,
        playback: Playback,
        history: HistoryState,
        notices: Notices,
    ) -> RaceState {
        let race = RaceState {
            open: RwSignal::new(false),
            choosing: RwSignal::new(false),
            draft: RwSignal::new(Vec::new()),
            scenario: RwSignal::new(Scenario::default()),
            lanes: RwSignal::new(Vec::new()),
            playing: RwSignal::new(false),
            speed: RwSignal::new(Some(0.3)),
            now_us: RwSignal::new(0),
            end_us: RwSignal::new(0),
            clock: StoredValue::new(RaceClock::at(0, None)),
            zoom: StoredValue::new(1.0),
            budget: StoredValue::new(FrameBudget::default()),
            pumping: StoredValue::new(false),
            last_id: StoredValue::new(0),
            owner: StoredValue::new(Owner::current()),
            run,
            playback,
            history,
            notices,
        };
        race.follow_run();
        race
    }

    /// Another scenario chosen while a race is shown is raced in its place, by the same lanes.
    fn follow_run(self) {
        Effect::new(move |before: Option<u32>| {
            let opened = self.run.opened.get();
            if before.is_some() && self.open.get_untracked() {
                self.playback.play(false);
                let scenario = self.run.scenario.get_untracked();
                if scenario != self.scenario.get_untracked() {
                    let lanes = self.lanes_now();
                    self.prepare(scenario, 0);
                    self.set_speed(self.playback.speed.get_untracked());
                    if !lanes.is_empty() {
                        self.run_lanes(lanes.into_iter().map(Ok).collect());
                        self.play(true);
                    }
                }
            }
            opened
        });
    }

    fn lanes_now(&self) -> Vec<Lane> {
        self.lanes
            .with_untracked(|all| all.iter().map(|l| l.lane.get_value()).collect())
    }

    /// Shows the race of the run shown, with lanes to choose.
    pub fn begin(&self) {
        let scenario = self.run.scenario.get_untracked();
        self.draft.set(lineup::proposed(&scenario.protocol.name));
        self.playback.play(false);
        self.prepare(scenario, 0);
        self.set_speed(self.playback.speed.get_untracked());
        self.choosing.set(true);
        self.open.set(true);
    }

    /// Opens the race that this link holds; false where it holds none.
    pub fn open_link(&self, text: &str) -> bool {
        let race = match RaceLink::read(text) {
            Ok(Some(race)) => race,
            Ok(None) => return false,
            Err(why) => {
                let sentence =
                    format!("The race cannot be opened: {why}. Its scenario is shown alone.");
                self.notices.show(Tone::Bad, sentence);
                return false;
            }
        };
        // Why its scenario cannot be opened says the run that is opened from it.
        let Ok(opened) = open_link(text) else {
            return false;
        };
        let mut scenario = opened.scenario;
        scenario.semantics = SEMANTICS;
        self.playback.play(false);
        self.prepare(scenario, race.at_us);
        self.run_lanes(race.lanes.iter().map(|l| parse(l)).collect());
        self.choosing.set(false);
        self.open.set(true);
        true
    }

    /// Another race from an instant on, without lanes as yet.
    fn prepare(&self, scenario: Scenario, at_us: u64) {
        self.end_lanes();
        let speed = reading::speed(&scenario);
        self.speed.set(Some(speed));
        self.clock.set_value(RaceClock::at(at_us, Some(speed)));
        self.playing.set(false);
        self.zoom.set_value(1.0);
        self.now_us.set(at_us);
        self.end_us.set(at_us);
        self.scenario.set(scenario);
    }

    fn end_lanes(&self) {
        let ended = self.lanes.get_untracked();
        self.lanes.set(Vec::new());
        ended.iter().for_each(LaneState::leave);
    }

    /// The lanes as chosen race from now on. Those that raced already stay, where they are the same.
    pub fn start(&self) {
        let mut before = self.lanes.get_untracked();
        let wanted = self.draft.get_untracked();
        let fresh = before.is_empty();
        let lanes: Vec<LaneState> = wanted
            .into_iter()
            .map(|lane| {
                let same = |l: &LaneState| l.lane.with_value(|own| *own == lane);
                match before.iter().position(same) {
                    Some(k) => before.remove(k),
                    None => self.lane(Ok(lane)),
                }
            })
            .collect();
        self.lanes.set(lanes);
        before.iter().for_each(LaneState::leave);
        self.choosing.set(false);
        if fresh {
            self.play(true);
        }
        self.pump();
    }

    fn run_lanes(&self, lanes: Vec<Result<Lane, (Lane, String)>>) {
        let lanes: Vec<LaneState> = lanes.into_iter().map(|lane| self.lane(lane)).collect();
        self.draft
            .set(lanes.iter().map(|l| l.lane.get_value()).collect());
        self.lanes.set(lanes);
    }

    /// A new lane, and its worker where it can run.
    fn lane(&self, lane: Result<Lane, (Lane, String)>) -> LaneState {
        let id = self.last_id.get_value() + 1;
        self.last_id.set_value(id);
        let (lane, status) = match lane {
            Ok(lane) => (lane, LaneStatus::Starting),
            Err((lane, why)) => (lane, LaneStatus::Refused(why)),
        };
        let make = move || LaneState {
            id,
            lane: StoredValue::new(lane.clone()),
            status: RwSignal::new(status.clone()),
            row: RwSignal::new(None),
            under_way: RwSignal::new(None),
            blocks: RwSignal::new(Blocks::default()),
            chart: StoredValue::new_local(Rc::default()),
            tick: StoredValue::new(Tick::default()),
            worker: StoredValue::new_local(None),
        };
        let lane = match self.owner.get_value() {
            Some(owner) => owner.with(make),
            None => make(),
        };
        if lane.runs() {
            let race = *self;
            let worker = Handle::new(move |message, bytes| race.receive(lane, message, bytes));
            lane.worker.set_value(Some(worker));
            self.open_in(lane);
        }
        lane
    }

    /// Gives a lane's worker its scenario, at the instant the race stands at.
    fn open_in(&self, lane: LaneState) {
        let own = lane.lane.get_value();
        let scenario = self.scenario.with_untracked(|s| own.scenario(s));
        lane.send(&ToWorker::Lane(own));
        lane.send(&ToWorker::Open {
            scenario: Box::new(scenario),
            at_us: self.clock.with_value(RaceClock::target_us),
            opening: lane.id,
        });
    }

    /// A new worker in place of one that died.
    pub fn revive(&self, lane: LaneState) {
        lane.status.set(LaneStatus::Starting);
        lane.worker.with_value(|worker| {
            if let Some(worker) = worker {
                worker.restart();
            }
        });
        self.open_in(lane);
        self.pump();
    }

    fn receive(&self, lane: LaneState, message: FromWorker, bytes: Option<Vec<u8>>) {
        match message {
            FromWorker::Opened {
                world, scenario, ..
            } => {
                let chart = lane.chart.get_value();
                let mut c = chart.borrow_mut();
                c.view.flow = Flow::Right;
                c.charts = MOST_LANES;
                c.opened(world, &scenario);
                c.commands_changed(&scenario);
                lane.tick.set_value(Tick::default());
                lane.status.set(LaneStatus::Running);
            }
            FromWorker::Tick(tick) => {
                lane.tick.set_value(tick);
                let way = tick.goal.map(|_| tick.now_us);
                if lane.under_way.get_untracked() != way {
                    lane.under_way.set(way);
                }
                let news = bytes.and_then(|b| borsh::from_slice::<ChartNews>(&b).ok());
                lane.chart.get_value().borrow_mut().receive(tick, news);
                lane.send(&ToWorker::TickReceived);
                self.pump();
            }
            FromWorker::Frame(frame) => {
                lane.chart.get_value().borrow_mut().set_nodes(&frame.nodes);
                let mut blocks = lane.blocks.get_untracked();
                if blocks.take(&frame.commits) {
                    lane.blocks.set(blocks);
                }
            }
            FromWorker::RaceRow(row) => lane.row.set(Some(Arc::from(row))),
            FromWorker::Problem { problem, .. } => {
                let why = words::without_place(&problem.sentence);
                lane.status.set(LaneStatus::Refused(why));
                self.pump();
            }
            FromWorker::Panic(text) => {
                web_sys::console::warn_1(&text.clone().into());
                // A dead worker goes on throwing errors that say less than the first.
                if lane.runs() {
                    lane.status.set(LaneStatus::Died(text));
                }
                self.pump();
            }
            // A lane is asked for nothing else.
            FromWorker::Ready { .. }
            | FromWorker::Scenario(_)
            | FromWorker::Acted(_)
            | FromWorker::Turned(_)
            | FromWorker::Moments(_)
            | FromWorker::ComparisonOpened(_)
            | FromWorker::Comparison(_)
            | FromWorker::ComparisonFrame(_)
            | FromWorker::Explained(_)
            | FromWorker::Link(_)
            | FromWorker::File(_)
            | FromWorker::Message(_)
            | FromWorker::Card(_)
            | FromWorker::Added(_)
            | FromWorker::Ledger(_)
            | FromWorker::Studio { .. }
            | FromWorker::Replayed(_)
            | FromWorker::PausingWhen(_)
            | FromWorker::Stops(_)
            | FromWorker::Data(_) => {}
        }
    }

    /// Asks for a frame in which the race goes on, if it is to.
    fn pump(&self) {
        if !self.playing.get_untracked() || self.pumping.get_value() {
            return;
        }
        self.pumping.set_value(true);
        let race = *self;
        request_animation_frame(move || {
            race.pumping.set_value(false);
            if race.open.get_untracked() {
                race.go_on(frames::now_ms());
            }
        });
    }

    /// A frame of the page: when all lanes have arrived, the next instant.
    fn go_on(&self, now_ms: f64) {
        let racing: Vec<LaneState> = self
            .lanes
            .with_untracked(|all| all.iter().filter(|l| l.runs()).copied().collect());
        if racing.is_empty() {
            return self.play(false);
        }
        let at_us = self.clock.with_value(RaceClock::target_us);
        let arrived = racing.iter().all(|l| l.arrived(at_us));
        let next = self
            .clock
            .try_update_value(|clock| clock.frame(now_ms, arrived))
            .flatten();
        if let Some(next) = next {
            racing.iter().for_each(|l| l.send(&ToWorker::RunTo(next)));
            self.stands_at(next);
        }
        self.pump();
    }

    fn stands_at(&self, at_us: u64) {
        self.now_us.set(at_us);
        if self.end_us.get_untracked() < at_us {
            self.end_us.set(at_us);
        }
    }

    pub fn play(&self, on: bool) {
        self.playing.set(on);
        self.clock.update_value(|clock| clock.playing = on);
        self.pump();
    }

    pub fn toggle(&self) {
        self.play(!self.playing.get_untracked());
    }

    pub fn set_speed(&self, speed: Option<f64>) {
        self.speed.set(speed);
        self.clock.update_value(|clock| clock.speed = speed);
    }

    /// All lanes go to an instant.
    pub fn seek(&self, to_us: u64) {
        self.clock.update_value(|clock| clock.seek(to_us));
        let to_us = self.clock.with_value(RaceClock::target_us);
        self.lanes.with_untracked(|all| {
            for lane in all.iter().filter(|l| l.runs()) {
                lane.send(&ToWorker::Seek(to_us));
            }
        });
        self.stands_at(to_us);
    }

    /// By so many typical delays of the network, back where negative.
    pub fn step(&self, delays: i64) {
        self.play(false);
        let delay = self
            .scenario
            .with_untracked(|s| settings::typical_latency(&s.network.latency).max(1_000));
        let by = delays.unsigned_abs() * delay;
        let now = self.now_us.get_untracked();
        self.seek(if delays < 0 {
            now.saturating_sub(by)
        } else {
            now.saturating_add(by)
        });
    }

    /// Zooms time in all lanes.
    pub fn zoom(&self, factor: f64) {
        self.zoom
            .update_value(|zoom| *zoom = (*zoom * factor).clamp(ZOOMS.0, ZOOMS.1));
        self.redraw();
    }

    /// What is on the screen may be another part of the race now.
    pub fn redraw(&self) {
        self.lanes.with_untracked(|all| {
            for lane in all {
                lane.chart.get_value().borrow().request_draw();
            }
        });
    }

    /// Pixels a millisecond on a chart of this width: all lanes show the same stretch of time.
    pub fn px_per_ms(&self, width: f64) -> f64 {
        let begun = self
            .scenario
            .with_untracked(|s| reading::zoom(s, width.max(200.0) / HEIGHTS_SHOWN));
        begun * self.zoom.get_value()
    }

    /// Draws a lane's chart, in this frame or, where the others have used it up, in the next.
    pub fn draw(&self, chart: &RefCell<ChartView>) {
        let begun = frames::now_ms();
        let allowed = self.budget.try_update_value(|b| b.allows(begun));
        if allowed != Some(true) {
            return chart.borrow().request_draw();
        }
        let mut c = chart.borrow_mut();
        c.view.px_per_ms = self.px_per_ms(c.size.0);
        c.draw();
        self.budget
            .update_value(|b| b.spend(frames::now_ms() - begun));
    }

    /// Draws all lanes anew in the colours of the theme in force.
    pub fn repaint(&self) {
        self.lanes.with_untracked(|all| {
            for lane in all {
                lane.chart.get_value().borrow_mut().repaint();
            }
        });
    }

    /// Ends the race.
    pub fn leave(&self) {
        self.play(false);
        self.open.set(false);
        self.choosing.set(false);
        self.end_lanes();
    }

    /// Ends the race and shows the run again.
    pub fn close(&self) {
        self.leave();
        // The address must not promise what is not shown.
        if address::fragment().contains("&lane=") {
            address::show("");
        }
    }

    /// Shows a lane's scenario as the run of the page, at the instant the race stands at.
    pub fn open_lane(&self, lane: LaneState) {
        let own = lane.lane.get_value();
        let scenario = self.scenario.with_untracked(|s| own.scenario(s));
        let at_us = self.now_us.get_untracked();
        self.close();
        self.history.open(scenario, at_us);
        self.playback.play(false);
    }

    /// The link of the race as it stands; empty where its scenario is too long for one.
    pub fn link(&self) -> String {
        let scenario = self.scenario.with_untracked(link_of);
        if scenario.is_empty() {
            return scenario;
        }
        let race = RaceLink {
            lanes: self.lanes_now().iter().map(Lane::title).collect(),
            at_us: self.now_us.get_untracked(),
        };
        race.write(&scenario)
    }
}

/// A lane from a link; one that makes no sense comes with why.
fn parse(text: &str) -> Result<Lane, (Lane, String)> {
    Lane::parse(text).map_err(|why| {
        let protocol = text.split(':').next().unwrap_or_default();
        let mut why = why;
        if let Some(first) = why.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        (lineup::plain(protocol), format!("{why}."))
    })
}
