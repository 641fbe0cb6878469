//! The worker's head: owns the session, hears the page, works in slices. Knows nothing of the browser:
//! time comes in as numbers, answers go out as a list.

use super::acts;
use super::comparison::Comparison;
use super::data::Data;
use super::files::{Fetch, Files};
use super::goal::{Goal, STEP_US, given_up};
use super::history_query::{HistoryQueries, Question, Ready};
use super::naming;
use super::outbox::{Outbox, Outgoing};
use super::pace::{Pace, SLICE_MS};
use super::request_handler::{Outcome, RequestHandler};
use super::snapshot_inspector::SnapshotInspector;
use crate::data::DataAnswer;
use crate::model::{AdversarySpec, Command, Scenario, StrategySpec};
use crate::protocol::studio::{Answer, At};
use crate::protocol::{About, Acted, FromWorker, PauseNews, Tick, ToFuture, ToWorker};
use crate::words;
use consensusforge_core::session::slices::go_on;
use consensusforge_core::session::{
    Opened, Session, Slices, divergence_time, open_bytes, open_link,
    view::{Advance, Condition, Expected, Frame, ModuleView, Problem, Stop},
};
use std::collections::VecDeque;

/// Signatures of a saved trace that are verified here: about a second's worth. The command line
/// verifies all.
const SIGNATURES: u64 = 4_000;

const START: Advance = Advance {
    now_us: 0,
    steps: 0,
    reached: true,
    executing: false,
};

pub struct Runner {
    session: Option<Session>,
    playing: bool,
    /// See [`Tick::orders`].
    orders: u32,
    goal: Goal,
    place: Advance,
    pace: Pace,
    data: Data,
    requests: RequestHandler,
    files: Files,
    inspector: SnapshotInspector,
    history: HistoryQueries,
    /// Answers being worked out, with their numbers; the first goes on.
    working: VecDeque<(u32, Slices<'static, Answer>)>,
    comparison: Option<Comparison>,
    /// The request that opened the run shown.
    opening: Option<u32>,
    /// What the page wants the run paused at, and of these what this run can come to.
    pauses: Vec<Condition>,
    watched: Vec<Condition>,
    outbox: Outbox,
}

impl Default for Runner {
    fn default() -> Self {
        Runner {
            session: None,
            playing: true,
            orders: 0,
            goal: Goal::None,
            place: START,
            pace: Pace::default(),
            data: Data::default(),
            requests: RequestHandler::default(),
            files: Files::default(),
            inspector: SnapshotInspector::default(),
            history: HistoryQueries::default(),
            working: VecDeque::new(),
            comparison: None,
            opening: None,
            pauses: Vec::new(),
            watched: Vec::new(),
            outbox: Outbox::default(),
        }
    }
}

impl Runner {
    /// A runner that can fetch files of the page.
    #[must_use]
    pub fn with_files(fetch: Fetch) -> Runner {
        Runner {
            files: Files(fetch),
            ..Runner::default()
        }
    }

    /// Whether there is work to do now, without waiting for a clock.
    pub fn has_work(&self) -> bool {
        self.session.is_some()
            && (!matches!(self.goal, Goal::None)
                || (self.playing && self.pace.speed.is_none())
                || self.inspector.busy()
                || self.history.busy()
                || !self.working.is_empty()
                || (self.playing && self.place.executing)
                || self.comparison_busy())
    }

    /// Whether anything happens unless a message comes.
    pub fn is_idle(&self) -> bool {
        let still = !self.playing && matches!(self.goal, Goal::None) && !self.outbox.stale;
        let looked = !self.inspector.busy()
            && !self.history.busy()
            && self.working.is_empty()
            && !self.inspector.behind(self.standing());
        self.session.is_none() || (still && looked && !self.comparison_busy())
    }

    fn comparison_busy(&self) -> bool {
        let now = self.now_us();
        self.comparison.as_ref().is_some_and(|b| b.busy(now))
    }

    /// Events run and the instant.
    fn standing(&self) -> (u64, u64) {
        (self.place.steps, self.place.now_us)
    }

    pub fn take(&mut self) -> Vec<Outgoing> {
        self.outbox.take()
    }

    fn send(&mut self, what: FromWorker) {
        self.outbox.send(what);
    }

    fn complain(&mut self, about: About, problem: Problem) {
        self.outbox.complain(about, problem);
    }

    pub fn handle(&mut self, message: ToWorker, bytes: Option<Vec<u8>>) {
        if message.is_order() {
            self.orders += 1;
        }
        match message {
            // The page has drawn the last tick: no news, or a paused page would never sleep.
            ToWorker::TickReceived => {
                self.outbox.tick_received();
                return;
            }
            // A look moves nothing: neither time nor what the page has been told.
            ToWorker::Data(ask) => {
                if let Some(session) = &self.session {
                    self.outbox.push(self.data.answer(session, ask));
                }
                return;
            }
            ToWorker::Open {
                scenario,
                at_us,
                opening,
            } => self.open(*scenario, at_us, None, Some(opening)),
            ToWorker::OpenLink { text, opening } => self.opened(open_link(&text), opening),
            ToWorker::OpenFile { text, opening } => {
                self.opened(open_bytes(text.as_bytes()), opening);
            }
            ToWorker::OpenTrace { opening } => {
                self.open_trace(&bytes.unwrap_or_default(), opening);
            }
            ToWorker::Play(on) => self.playing = on,
            ToWorker::Speed(speed) => self.pace.speed = speed,
            ToWorker::PauseWhen(conditions) => self.pause_when(conditions),
            ToWorker::SetStops { stops, opening } => {
                if opening.is_none() || opening == self.opening {
                    self.set_stops(stops);
                }
            }
            ToWorker::Stop => self.goal = Goal::None,
            ToWorker::Inspect(thing) => self.inspector.at(thing),
            ToWorker::Step(unit) => {
                self.playing = false;
                let until_us = self.now_us() + STEP_US;
                self.goal = Goal::Step { unit, until_us };
            }
            ToWorker::StepBack(unit) => {
                self.playing = false;
                if let Some(session) = &mut self.session {
                    session.begin_back(unit);
                    self.goal = Goal::Back;
                }
            }
            ToWorker::Seek(to_us) => {
                self.goal = Goal::Seek(to_us);
            }
            // What flies needs not be told again: nothing but time moves it.
            ToWorker::RunTo(to_us) => {
                self.goal = Goal::RunTo(to_us);
                return;
            }
            ToWorker::Lane(lane) => {
                self.playing = false;
                self.outbox.race(lane);
            }
            ToWorker::Turn(future) => self.turn(*future),
            ToWorker::Comparison(scenario) => self.set_comparison(scenario.map(|s| *s)),
            message => self.request(message, bytes),
        }
        self.outbox.touched();
        self.pace.stand(self.now_us());
    }

    /// What needs a session.
    fn request(&mut self, message: ToWorker, bytes: Option<Vec<u8>>) {
        let Some(session) = &mut self.session else {
            return;
        };
        match message {
            ToWorker::Script { who, script } => match acts::read_script(&script) {
                Ok(script) => {
                    let strategy = StrategySpec::Puppet { script };
                    let spec = AdversarySpec { who, strategy };
                    self.request(ToWorker::Apply(Command::SetAdversary(spec)), None);
                }
                Err(problem) => self.complain(About::Command, problem),
            },
            ToWorker::Apply(command) => {
                if let Err(problem) = self.apply(command) {
                    self.complain(About::Command, problem);
                }
            }
            ToWorker::Intervention {
                message,
                from,
                to,
                arrives_us,
                act,
            } => match session.in_flight(message, from, to, arrives_us) {
                Some(name) => self.request(ToWorker::Apply(acts::hand(act, name)), None),
                None => self.complain(
                    About::Command,
                    Problem::new(
                        "That message is not in flight any more, so nothing was done. Pause, go back a \
                         little, and try again.",
                    ),
                ),
            },
            ToWorker::Link => {
                let link = session.link();
                self.send(FromWorker::Link(link));
            }
            ToWorker::File => {
                let file = session.file();
                self.send(FromWorker::File(file));
            }
            ToWorker::Message(id) => {
                let view = session.message(id);
                self.send(FromWorker::Message(view));
            }
            ToWorker::Studio { number, ask } => {
                let Some(ask) = self.history.take(session, number, ask) else {
                    return;
                };
                let outcome = self.requests.handle(session, &self.files, ask, None);
                self.answer(number, outcome);
            }
            ToWorker::Upload { name } => {
                match session.add_contract(&name, &bytes.unwrap_or_default()) {
                    Ok(module) => self.added(module),
                    Err(problem) => self.complain(About::Module, problem),
                }
            }
            // Met in `handle`, which needs no session for them.
            ToWorker::TickReceived
            | ToWorker::Data(_)
            | ToWorker::Open { .. }
            | ToWorker::OpenLink { .. }
            | ToWorker::OpenFile { .. }
            | ToWorker::OpenTrace { .. }
            | ToWorker::Play(_)
            | ToWorker::Speed(_)
            | ToWorker::Step(_)
            | ToWorker::Seek(_)
            | ToWorker::Lane(_)
            | ToWorker::RunTo(_)
            | ToWorker::StepBack(_)
            | ToWorker::Turn(_)
            | ToWorker::Comparison(_)
            | ToWorker::Inspect(_)
            | ToWorker::PauseWhen(_)
            | ToWorker::SetStops { .. }
            | ToWorker::Stop => {}
        }
    }

    fn answer(&mut self, number: u32, outcome: Outcome) {
        let answer = match outcome {
            Outcome::Say(answer) => answer,
            Outcome::Do(command) => {
                let before = self.session.as_ref().map_or(0, Session::now_us);
                match self.apply(command) {
                    Ok(()) => {
                        let session = self.session.as_ref();
                        acts::sent(session.map_or(&[], |s| &s.scenario().commands), before)
                    }
                    Err(problem) => Answer::Complaints(vec![(At::Whole, problem.sentence)]),
                }
            }
            Outcome::Work(work) => return self.working.push_back((number, work)),
        };
        self.send(FromWorker::Studio { number, answer });
    }

    /// Goes on with the first answer being worked out.
    fn work_out(&mut self) {
        if let Some((number, work)) = self.working.front_mut()
            && let Some(answer) = go_on(work)
        {
            let number = *number;
            self.working.pop_front();
            self.send(FromWorker::Studio { number, answer });
        }
    }

    /// Applies a command and tells what has become of the run.
    fn apply(&mut self, command: Command) -> Result<(), Problem> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let (at_us, end_us) = (session.now_us(), session.end_us());
        let name = naming::act(&command);
        acts::knowing(session, &self.files, &command)?;
        session.apply(command)?;
        let scenario = session.scenario().clone();
        let (name, forked) = if end_us > at_us {
            (format!("{name} at {}", words::clock(at_us)), true)
        } else {
            (name, false)
        };
        self.send(FromWorker::Acted(Box::new(Acted {
            scenario,
            name,
            at_us,
            end_us,
            forked,
        })));
        if matches!(self.goal, Goal::Back) {
            self.goal = Goal::None;
        }
        self.settled();
        self.run_changed();
        Ok(())
    }

    /// Becomes a run of another scenario, and goes to where one stood in it.
    fn turn(&mut self, future: ToFuture) {
        let ToFuture {
            scenario,
            at_us,
            end_us,
            moments,
        } = future;
        let Some(session) = &mut self.session else {
            return self.open(scenario, at_us, None, None);
        };
        let anew =
            session.is_recorded() || divergence_time(session.scenario(), &scenario) == Some(0);
        let there = self.files.for_scenario(&scenario);
        match there.and_then(|()| session.switch_to(scenario, end_us, Some(moments))) {
            Ok(()) => {
                let scenario = session.scenario().clone();
                if anew {
                    let world = session.world();
                    self.send(FromWorker::Opened {
                        scenario,
                        world,
                        opening: None,
                    });
                    self.outbox.reset();
                } else {
                    self.send(FromWorker::Turned(scenario));
                }
                self.settled();
                self.goal = Goal::Seek(at_us);
                self.run_changed();
            }
            Err(problem) => self.complain(About::Scenario, problem),
        }
    }

    /// The session stands where it stands, whatever was under way.
    fn settled(&mut self) {
        if let Some(session) = &self.session {
            self.place.now_us = session.now_us();
            self.place.steps = session.expected().steps;
        }
    }

    /// Takes instants to stop at, and tells what they are from now on.
    fn set_stops(&mut self, stops: Vec<Stop>) {
        let Some(session) = &mut self.session else {
            return;
        };
        let refused = session.set_stops(stops).err();
        let stops = session.stops().to_vec();
        self.send(FromWorker::Stops(stops));
        if let Some(problem) = refused {
            self.complain(About::Command, problem);
        }
    }

    /// Takes a list of conditions; what is new in it must make sense in this run.
    fn pause_when(&mut self, conditions: Vec<Condition>) {
        let mut refusal = None;
        let mut kept = Vec::new();
        for condition in conditions {
            let known = self
                .session
                .as_mut()
                .map(|s| s.pause_when(std::slice::from_ref(&condition)));
            match known {
                Some(Err(problem)) if !self.pauses.contains(&condition) => {
                    refusal = Some(problem.sentence);
                }
                _ => kept.push(condition),
            }
        }
        self.pauses = kept;
        self.watch();
        let conditions = self.pauses.clone();
        self.send(FromWorker::PausingWhen(PauseNews {
            conditions,
            refusal,
        }));
    }

    /// Another run: it pauses at what it has of what the page wants.
    fn watch(&mut self) {
        let Some(session) = &mut self.session else {
            return;
        };
        let mut known = self.pauses.clone();
        known.retain(|c| session.pause_when(std::slice::from_ref(c)).is_ok());
        if session.pause_when(&known).is_ok() {
            self.watched = known;
        }
    }

    /// The run is another one than before: everything is told anew.
    fn run_changed(&mut self) {
        self.watch();
        self.outbox.changed();
        self.inspector.reset();
        self.history.reset();
        if let (Some(beside), Some(session)) = (&mut self.comparison, &self.session) {
            beside.reset(session);
        }
    }

    fn set_comparison(&mut self, scenario: Option<Scenario>) {
        self.comparison = None;
        self.outbox.comparison_changed();
        let (Some(session), Some(scenario)) = (&self.session, scenario) else {
            return self.send(FromWorker::ComparisonOpened(None));
        };
        match Comparison::open(session, scenario) {
            Ok(beside) => {
                let world = beside.session().world();
                self.comparison = Some(beside);
                self.send(FromWorker::ComparisonOpened(Some(world)));
            }
            Err(problem) => {
                self.send(FromWorker::ComparisonOpened(None));
                self.complain(About::Scenario, problem);
            }
        }
    }

    fn added(&mut self, module: ModuleView) {
        self.send(FromWorker::Added(module));
        if let Some(scenario) = self.session.as_ref().map(|s| s.scenario().clone()) {
            self.send(FromWorker::Scenario(scenario));
        }
        self.outbox.module_added();
    }

    fn opened(&mut self, opened: Result<Opened, Problem>, opening: u32) {
        match opened {
            Ok(Opened {
                scenario,
                expected,
                stops,
            }) => {
                self.open(scenario, 0, expected, Some(opening));
                if self.opening == Some(opening) {
                    self.set_stops(stops);
                }
            }
            Err(problem) => self.complain(About::Opening(opening), problem),
        }
    }

    /// A saved trace is gone through to its end, so that its verdicts speak of all of it.
    fn open_trace(&mut self, bytes: &[u8], opening: u32) {
        match Session::open_trace(bytes, SIGNATURES) {
            Ok(recorded) => {
                self.opens(recorded.session, Some(opening));
                self.playing = false;
                self.goal = Goal::Seek(recorded.end_us);
                self.send(FromWorker::Data(DataAnswer::Recorded {
                    sentence: recorded.sentence,
                    complaints: recorded.complaints,
                }));
            }
            Err(problem) => self.complain(About::Opening(opening), problem),
        }
    }

    fn opens(&mut self, session: Session, opening: Option<u32>) {
        let (scenario, world) = (session.scenario().clone(), session.world());
        self.session = Some(session);
        self.opening = opening;
        self.watch();
        self.data.opened();
        self.send(FromWorker::Opened {
            scenario,
            world,
            opening,
        });
        self.outbox.opened();
        self.inspector.reset();
        self.history.reset();
        if self.comparison.take().is_some() {
            self.send(FromWorker::ComparisonOpened(None));
        }
        self.place = START;
    }

    /// `opening`: the number of the page's request, where it was one.
    fn open(
        &mut self,
        scenario: Scenario,
        at_us: u64,
        expected: Option<Expected>,
        opening: Option<u32>,
    ) {
        let there = self.files.for_scenario(&scenario);
        match there.and_then(|()| Session::open(scenario)) {
            Ok(session) => {
                self.opens(session, opening);
                self.goal = match expected {
                    Some(expected) => Goal::Replay(expected),
                    None if at_us > 0 => Goal::Seek(at_us),
                    None => Goal::None,
                };
            }
            Err(problem) => {
                self.complain(opening.map_or(About::Scenario, About::Opening), problem);
            }
        }
    }

    fn now_us(&self) -> u64 {
        self.place.now_us
    }

    /// One slice of work. `clock` gives real milliseconds.
    pub fn slice(&mut self, clock: impl Fn() -> f64) {
        let start = clock();
        let elapsed = self.pace.elapsed_ms(start);
        self.work(elapsed, start, &clock);
        let now = self.now_us();
        if let Some(beside) = &mut self.comparison {
            let mut moved = false;
            while beside.work(now, self.pace.chunk) {
                moved = true;
                if clock() - start > 2.0 * SLICE_MS {
                    break;
                }
            }
            self.outbox.stale |= moved;
        }
        while self.inspector.work(self.pace.chunk) && clock() - start < 2.0 * SLICE_MS {}
        // Questions get on in every slice: on a slow machine the run alone may take all of its time.
        while self.history.busy() {
            self.answer_past();
            if clock() - start > 2.0 * SLICE_MS {
                break;
            }
        }
        while !self.working.is_empty() {
            self.work_out();
            if clock() - start > 2.0 * SLICE_MS {
                break;
            }
        }
        self.report_card(clock());
        self.report(clock());
    }

    /// Some events towards the past that was asked about, and the answer once it is reached.
    fn answer_past(&mut self) {
        let Some(session) = &self.session else {
            return;
        };
        let Some(Ready { question, there }) = self.history.work(session, self.pace.chunk) else {
            return;
        };
        let Question { number, ask, then } = question;
        let outcome = self.requests.handle(there, &self.files, ask, then.as_ref());
        self.answer(number, outcome);
    }

    fn work(&mut self, elapsed_ms: f64, start: f64, clock: &impl Fn() -> f64) {
        if matches!(self.goal, Goal::None) && self.playing {
            self.pace.pass(elapsed_ms, self.now_us());
        }
        loop {
            let before = clock();
            if !self.chunk_of_work() {
                break;
            }
            let after = clock();
            self.pace.adapt(after - before);
            if after - start > SLICE_MS {
                break;
            }
        }
    }

    /// Some simulator events; false when there is nothing more to do in this slice.
    fn chunk_of_work(&mut self) -> bool {
        let chunk = self.pace.chunk;
        let now = self.now_us();
        let behind = self.comparison.as_ref().is_some_and(|b| !b.arrived(now));
        let Some(session) = &mut self.session else {
            return false;
        };
        let mut unreached = None;
        let (came, done) = match &self.goal {
            // In step: the second run comes along before the first goes on.
            Goal::None | Goal::Step { .. } if behind => return false,
            Goal::None if self.playing => {
                let (came, hit) = session.advance_watching(self.pace.due_us(), chunk);
                if let Some(condition) = hit.and_then(|k| self.watched.get(k)) {
                    self.playing = false;
                    self.pace.stand(came.now_us);
                    self.outbox.arrived();
                    if let Some(mut told) = session.explanation() {
                        let words = condition.words(&session.world().round);
                        told.sentence = format!("Paused where {words}. {}", told.sentence);
                        self.outbox.send(FromWorker::Explained(told));
                    }
                }
                (came, came.reached)
            }
            Goal::None => return false,
            Goal::Step { unit, until_us } => {
                let came = session.step_until(*unit, *until_us, chunk);
                // A world where nothing is left to happen has no next step, and a stalled one may never come to it.
                let over = came.steps == self.place.steps && !came.executing;
                if over && !came.reached {
                    unreached = Some(*unit);
                }
                (came, came.reached || over)
            }
            Goal::Back => {
                let came = session.go_back(chunk);
                (came, came.reached)
            }
            Goal::RunTo(to_us) => {
                let came = session.advance(*to_us, chunk);
                (came, came.reached)
            }
            Goal::Seek(to_us) => {
                let came = session.seek(*to_us, chunk);
                (came, came.reached)
            }
            Goal::Replay(expected) => {
                let replay = session.replay_to(expected, chunk);
                let reached = replay.is_some();
                // One sees what the sharer saw, and goes on by pressing play.
                self.playing &= !reached;
                if let Some(replay) = replay {
                    self.outbox.send(FromWorker::Replayed(replay));
                }
                let Frame { now_us, steps, .. } = session.frame();
                (
                    Advance {
                        now_us,
                        steps,
                        reached,
                        executing: false,
                    },
                    reached,
                )
            }
        };
        self.place = came;
        self.outbox.stale = true;
        if done && !matches!(self.goal, Goal::None) {
            let told = match unreached {
                Some(unit) => Some(given_up(unit, came.now_us)),
                None => session.explanation(),
            };
            if matches!(self.goal, Goal::Step { .. } | Goal::Back)
                && let Some(told) = told
            {
                self.outbox.send(FromWorker::Explained(told));
            }
            // Where time flows, a frame now and then will do.
            if !matches!(self.goal, Goal::RunTo(_)) {
                self.outbox.arrived();
            }
            self.goal = Goal::None;
            self.pace.stand(came.now_us);
        }
        !done
    }

    /// The inspector's card, once the run stands where it is going.
    fn report_card(&mut self, now_ms: f64) {
        let place = self.standing();
        let arrived = matches!(self.goal, Goal::None | Goal::Step { .. } | Goal::RunTo(_));
        if let Some(session) = self.session.as_ref().filter(|_| arrived)
            && let Some(card) = self.inspector.news(session, place, now_ms)
        {
            self.send(FromWorker::Card(Box::new(card)));
        }
    }

    fn report(&mut self, now_ms: f64) {
        let Some(session) = &mut self.session else {
            return;
        };
        let Advance {
            now_us,
            steps,
            executing,
            ..
        } = self.place;
        let tick = Tick {
            now_us,
            steps,
            playing: self.playing,
            orders: self.orders,
            goal: self.goal.progress(now_us, steps),
            executing,
            memory: memory(),
        };
        self.outbox
            .report(session, self.comparison.as_mut(), tick, now_ms);
    }
}

/// Bytes of WebAssembly memory, which only grows.
fn memory() -> u64 {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0) as u64 * 65_536;
    #[cfg(not(target_arch = "wasm32"))]
    0
}

#[cfg(test)]
mod tests;
