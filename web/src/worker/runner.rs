//! The worker's head: owns the session, works in slices, keeps simulated time in step with the
//! reader's. Knows nothing of the browser: time comes in as numbers, answers go out as a list.

use super::beside::Beside;
use super::data::Data;
use super::desk::{Desk, Outcome};
use super::files::{Fetch, Files};
use super::looking::Looking;
use super::naming;
use super::past::Past;
use crate::data::DataNews;
use crate::model::{
    AdversarySpec, Command, CopySpec, PuppetLine, Scenario, StrategySpec, SubmitSpec,
};
use crate::protocol::studio::{Answer, At};
use crate::protocol::{
    About, Acted, ChartNews, Doing, FromWorker, Hand, Ledger, Progress, Tick, ToFuture, ToWorker,
};
use crate::words;
use consensusforge_core::session::slices::go_on;
use consensusforge_core::session::{
    Opened, Session, Slices, open_bytes, open_link, parting,
    view::{Advance, Expected, Frame, ModuleView, Moments, Problem, Unit},
};
use std::collections::VecDeque;

/// Real time one slice of work may take before it lets messages in.
const SLICE_MS: f64 = 9.0;
/// Simulator events between two looks at the clock, at first; adapts.
const FIRST_CHUNK: u64 = 64;
/// Chart records a tick carries, at most; more than this on one screen is only density.
const MAX_ARROWS: usize = 6_000;
const MAX_FLYING: usize = 12_000;
/// Frames (tables, figures, sentences) a second.
const FRAME_EVERY_MS: f64 = 110.0;
/// How often contracts and receipts are looked at.
const LEDGER_EVERY_MS: f64 = 450.0;
/// When the machine cannot keep up, this much real time of arrears is kept and the rest forgiven:
/// the run gets slower rather than jumping later on.
const MAX_ARREARS_MS: f64 = 60.0;

/// Signatures of a saved trace that are verified here: about a second's worth. The command line
/// verifies all.
const SIGNATURES: u64 = 4_000;

const START: Advance = Advance {
    now_us: 0,
    steps: 0,
    reached: true,
    executing: false,
};

/// An answer, with the bytes that travel beside it.
pub type Saying = (FromWorker, Option<Vec<u8>>);

/// Modules known, and what distinguishes contracts and receipts from what was told last.
type Stamp = (usize, Vec<u64>, Vec<u64>);

enum Goal {
    None,
    Step(Unit),
    Back,
    Seek(u64),
    Replay(Expected),
}

pub struct Runner {
    session: Option<Session>,
    playing: bool,
    /// See [`Tick::orders`].
    orders: u32,
    speed: Option<f64>,
    goal: Goal,
    /// Where simulated time should be by now, in microseconds.
    due_us: f64,
    last_ms: f64,
    chunk: u64,
    cursor: u64,
    /// The instant of the last tick with chart records: copies that left before it are known. None after
    /// anything but time changed them.
    flown_us: Option<u64>,
    /// The page has not yet taken in the last tick: do not pile up more.
    unheard: bool,
    place: Advance,
    frame_ms: f64,
    ledger_ms: f64,
    ledger_stamp: Option<Stamp>,
    /// Told last.
    moments: Option<Moments>,
    stale: bool,
    data: Data,
    desk: Desk,
    files: Files,
    looking: Looking,
    past: Past,
    /// Answers being worked out, with their numbers; the first goes on.
    working: VecDeque<(u32, Slices<'static, Answer>)>,
    beside: Option<Beside>,
    beside_ms: f64,
    out: Vec<Saying>,
}

impl Default for Runner {
    fn default() -> Self {
        Runner {
            session: None,
            playing: true,
            orders: 0,
            speed: Some(0.3),
            goal: Goal::None,
            due_us: 0.0,
            last_ms: 0.0,
            chunk: FIRST_CHUNK,
            cursor: 0,
            flown_us: None,
            unheard: false,
            place: START,
            frame_ms: f64::MIN,
            ledger_ms: f64::MIN,
            ledger_stamp: None,
            moments: None,
            stale: true,
            data: Data::default(),
            desk: Desk::default(),
            files: Files::default(),
            looking: Looking::default(),
            past: Past::default(),
            working: VecDeque::new(),
            beside: None,
            beside_ms: f64::MIN,
            out: Vec::new(),
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
    pub fn hurries(&self) -> bool {
        self.session.is_some()
            && (!matches!(self.goal, Goal::None)
                || (self.playing && self.speed.is_none())
                || self.looking.busy()
                || self.past.busy()
                || !self.working.is_empty()
                || (self.playing && self.place.executing)
                || self.beside_busy())
    }

    /// Whether anything happens unless a message comes.
    pub fn sleeps(&self) -> bool {
        let still = !self.playing && matches!(self.goal, Goal::None) && !self.stale;
        let looked = !self.looking.busy()
            && !self.past.busy()
            && self.working.is_empty()
            && !self.looking.behind(self.standing());
        self.session.is_none() || (still && looked && !self.beside_busy())
    }

    fn beside_busy(&self) -> bool {
        let now = self.now_us();
        self.beside.as_ref().is_some_and(|b| b.busy(now))
    }

    /// Events run and the instant.
    fn standing(&self) -> (u64, u64) {
        (self.place.steps, self.place.now_us)
    }

    pub fn take(&mut self) -> Vec<Saying> {
        std::mem::take(&mut self.out)
    }

    fn say(&mut self, what: FromWorker) {
        self.out.push((what, None));
    }

    fn complain(&mut self, about: About, problem: Problem) {
        self.say(FromWorker::Problem { about, problem });
    }

    pub fn hear(&mut self, message: ToWorker, bytes: Option<Vec<u8>>) {
        if message.is_order() {
            self.orders += 1;
        }
        match message {
            // The page has drawn the last tick: no news, or a paused page would never sleep.
            ToWorker::Heard => {
                self.unheard = false;
                return;
            }
            // A look moves nothing: neither time nor what the page has been told.
            ToWorker::Data(ask) => {
                if let Some(session) = &self.session {
                    self.out.push(self.data.answer(session, ask));
                }
                return;
            }
            ToWorker::Open { scenario, at_us } => self.open(*scenario, at_us, None),
            ToWorker::OpenLink(text) => self.opened(open_link(&text)),
            ToWorker::OpenFile(text) => self.opened(open_bytes(text.as_bytes())),
            ToWorker::OpenTrace => self.open_trace(&bytes.unwrap_or_default()),
            ToWorker::Play(on) => self.playing = on,
            ToWorker::Speed(speed) => self.speed = speed,
            ToWorker::Stop => self.goal = Goal::None,
            ToWorker::Inspect(thing) => self.looking.at(thing),
            ToWorker::Step(unit) => {
                self.playing = false;
                self.goal = Goal::Step(unit);
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
            ToWorker::Turn(future) => self.turn(*future),
            ToWorker::Beside(scenario) => self.set_beside(scenario.map(|s| *s)),
            message => self.ask(message, bytes),
        }
        self.flown_us = None;
        self.due_us = self.now_us() as f64;
        self.stale = true;
    }

    /// What needs a session.
    fn ask(&mut self, message: ToWorker, bytes: Option<Vec<u8>>) {
        let Some(session) = &mut self.session else {
            return;
        };
        match message {
            ToWorker::Script { who, script } => match read_script(&script) {
                Ok(script) => {
                    let strategy = StrategySpec::Puppet { script };
                    let spec = AdversarySpec { who, strategy };
                    self.ask(ToWorker::Apply(Command::SetAdversary(spec)), None);
                }
                Err(problem) => self.complain(About::Command, problem),
            },
            ToWorker::Apply(command) => {
                if let Err(problem) = self.apply(command) {
                    self.complain(About::Command, problem);
                }
            }
            ToWorker::Hand {
                message,
                from,
                to,
                arrives_us,
                act,
            } => match session.in_flight(message, from, to, arrives_us) {
                Some(name) => self.ask(ToWorker::Apply(hand(act, name)), None),
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
                self.say(FromWorker::Link(link));
            }
            ToWorker::File => {
                let file = session.file();
                self.say(FromWorker::File(file));
            }
            ToWorker::Message(id) => {
                let view = session.message(id);
                self.say(FromWorker::Message(view));
            }
            ToWorker::Studio { number, ask } => {
                let Some(ask) = self.past.take(session, number, ask) else {
                    return;
                };
                let outcome = self.desk.hear(session, &self.files, ask);
                self.answer(number, outcome);
            }
            ToWorker::Upload { name } => {
                match session.add_contract(&name, &bytes.unwrap_or_default()) {
                    Ok(module) => self.added(module),
                    Err(problem) => self.complain(About::Module, problem),
                }
            }
            // Met in `hear`, which needs no session for them.
            ToWorker::Heard
            | ToWorker::Data(_)
            | ToWorker::Open { .. }
            | ToWorker::OpenLink(_)
            | ToWorker::OpenFile(_)
            | ToWorker::OpenTrace
            | ToWorker::Play(_)
            | ToWorker::Speed(_)
            | ToWorker::Step(_)
            | ToWorker::Seek(_)
            | ToWorker::StepBack(_)
            | ToWorker::Turn(_)
            | ToWorker::Beside(_)
            | ToWorker::Inspect(_)
            | ToWorker::Stop => {}
        }
    }

    fn answer(&mut self, number: u32, outcome: Outcome) {
        let answer = match outcome {
            Outcome::Say(answer) => answer,
            Outcome::Do(command) => match self.apply(command) {
                Ok(()) => Answer::Done,
                Err(problem) => Answer::Complaints(vec![(At::Whole, problem.sentence)]),
            },
            Outcome::Work(work) => return self.working.push_back((number, work)),
        };
        self.say(FromWorker::Studio { number, answer });
    }

    /// Goes on with the first answer being worked out.
    fn work_out(&mut self) {
        if let Some((number, work)) = self.working.front_mut()
            && let Some(answer) = go_on(work)
        {
            let number = *number;
            self.working.pop_front();
            self.say(FromWorker::Studio { number, answer });
        }
    }

    /// Applies a command and tells what has become of the run.
    fn apply(&mut self, command: Command) -> Result<(), Problem> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let (at_us, end_us) = (session.now_us(), session.end_us());
        let name = naming::act(&command);
        knowing(session, &self.files, &command)?;
        session.apply(command)?;
        let scenario = session.scenario().clone();
        let (name, forked) = if end_us > at_us {
            (format!("{name} at {}", words::clock(at_us)), true)
        } else {
            (name, false)
        };
        self.say(FromWorker::Acted(Box::new(Acted {
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
            return self.open(scenario, at_us, None);
        };
        let anew = session.is_recorded() || parting(session.scenario(), &scenario) == Some(0);
        let there = self.files.for_scenario(&scenario);
        match there.and_then(|()| session.turn_into(scenario, end_us, Some(moments))) {
            Ok(()) => {
                let scenario = session.scenario().clone();
                if anew {
                    let world = session.world();
                    self.say(FromWorker::Opened { scenario, world });
                    self.cursor = 0;
                    self.unheard = false;
                } else {
                    self.say(FromWorker::Turned(scenario));
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

    /// The run is another one than before: everything is told anew.
    fn run_changed(&mut self) {
        self.frame_ms = f64::MIN;
        self.ledger_ms = f64::MIN;
        self.ledger_stamp = None;
        self.looking.anew();
        self.past.anew();
        if let (Some(beside), Some(session)) = (&mut self.beside, &self.session) {
            beside.anew(session);
        }
    }

    fn set_beside(&mut self, scenario: Option<Scenario>) {
        self.beside = None;
        self.beside_ms = f64::MIN;
        let (Some(session), Some(scenario)) = (&self.session, scenario) else {
            return self.say(FromWorker::BesideOpened(None));
        };
        match Beside::open(session, scenario) {
            Ok(beside) => {
                let world = beside.session().world();
                self.beside = Some(beside);
                self.say(FromWorker::BesideOpened(Some(world)));
            }
            Err(problem) => {
                self.say(FromWorker::BesideOpened(None));
                self.complain(About::Scenario, problem);
            }
        }
    }

    /// What the second chart shows, once it stands where the first does.
    fn tell_beside(&mut self, now_ms: f64) {
        let now = self.now_us();
        let Some(beside) = self.beside.as_mut().filter(|b| b.arrived(now)) else {
            return;
        };
        let (news, chart) = beside.news(MAX_ARROWS, MAX_FLYING);
        let bytes = borsh::to_vec(&chart).ok();
        self.out.push((FromWorker::Beside(Box::new(news)), bytes));
        if now_ms - self.beside_ms >= FRAME_EVERY_MS {
            self.beside_ms = now_ms;
            let frame = beside.session().frame();
            self.out
                .push((FromWorker::BesideFrame(Box::new(frame)), None));
        }
    }

    fn added(&mut self, module: ModuleView) {
        self.say(FromWorker::Added(module));
        if let Some(scenario) = self.session.as_ref().map(|s| s.scenario().clone()) {
            self.say(FromWorker::Scenario(scenario));
        }
        self.ledger_ms = f64::MIN;
        self.ledger_stamp = None;
    }

    fn opened(&mut self, opened: Result<Opened, Problem>) {
        match opened {
            Ok(Opened { scenario, expected }) => self.open(scenario, 0, expected),
            Err(problem) => self.complain(About::Link, problem),
        }
    }

    /// A saved trace is gone through to its end, so that its verdicts speak of all of it.
    fn open_trace(&mut self, bytes: &[u8]) {
        match Session::open_trace(bytes, SIGNATURES) {
            Ok(recorded) => {
                self.opens(recorded.session);
                self.playing = false;
                self.goal = Goal::Seek(recorded.end_us);
                self.say(FromWorker::Data(DataNews::Recorded {
                    sentence: recorded.sentence,
                    complaints: recorded.complaints,
                }));
            }
            Err(problem) => self.complain(About::Link, problem),
        }
    }

    fn opens(&mut self, session: Session) {
        let (scenario, world) = (session.scenario().clone(), session.world());
        self.session = Some(session);
        self.data.opened();
        self.say(FromWorker::Opened { scenario, world });
        self.cursor = 0;
        self.looking.anew();
        self.past.anew();
        if self.beside.take().is_some() {
            self.say(FromWorker::BesideOpened(None));
        }
        self.unheard = false;
        self.place = START;
        self.frame_ms = f64::MIN;
        self.ledger_ms = f64::MIN;
        self.ledger_stamp = None;
        self.moments = None;
    }

    fn open(&mut self, scenario: Scenario, at_us: u64, expected: Option<Expected>) {
        let there = self.files.for_scenario(&scenario);
        match there.and_then(|()| Session::open(scenario)) {
            Ok(session) => {
                self.opens(session);
                self.goal = match expected {
                    Some(expected) => Goal::Replay(expected),
                    None if at_us > 0 => Goal::Seek(at_us),
                    None => Goal::None,
                };
            }
            Err(problem) => self.complain(About::Scenario, problem),
        }
    }

    fn now_us(&self) -> u64 {
        self.place.now_us
    }

    /// One slice of work. `clock` gives real milliseconds.
    pub fn slice(&mut self, clock: impl Fn() -> f64) {
        let start = clock();
        let elapsed = (start - self.last_ms).clamp(0.0, MAX_ARREARS_MS);
        self.last_ms = start;
        self.work(elapsed, start, &clock);
        let now = self.now_us();
        if let Some(beside) = &mut self.beside {
            let mut moved = false;
            while beside.work(now, self.chunk) {
                moved = true;
                if clock() - start > 2.0 * SLICE_MS {
                    break;
                }
            }
            self.stale |= moved;
        }
        while self.looking.work(self.chunk) && clock() - start < 2.0 * SLICE_MS {}
        while self.past.busy() && clock() - start < 2.0 * SLICE_MS {
            self.answer_past();
        }
        while !self.working.is_empty() && clock() - start < 2.0 * SLICE_MS {
            self.work_out();
        }
        self.tell_card(clock());
        self.tell(clock());
    }

    /// Some events towards the past that was asked about, and the answer once it is reached.
    fn answer_past(&mut self) {
        let Some(session) = &self.session else {
            return;
        };
        let Some((number, ask, there)) = self.past.work(session, self.chunk) else {
            return;
        };
        let outcome = self.desk.hear(there, &self.files, ask);
        self.answer(number, outcome);
    }

    fn work(&mut self, elapsed_ms: f64, start: f64, clock: &impl Fn() -> f64) {
        if matches!(self.goal, Goal::None) && self.playing {
            let speed = self.speed.unwrap_or(f64::INFINITY);
            self.due_us = (self.due_us + elapsed_ms * 1_000.0 * speed)
                .min(self.now_us() as f64 + MAX_ARREARS_MS * 1_000.0 * speed);
        }
        loop {
            let before = clock();
            if !self.chunk_of_work() {
                break;
            }
            let after = clock();
            self.adapt(after - before);
            if after - start > SLICE_MS {
                break;
            }
        }
    }

    /// Some simulator events; false when there is nothing more to do in this slice.
    fn chunk_of_work(&mut self) -> bool {
        let chunk = self.chunk;
        let now = self.now_us();
        let behind = self.beside.as_ref().is_some_and(|b| !b.arrived(now));
        let Some(session) = &mut self.session else {
            return false;
        };
        let (came, done) = match &self.goal {
            // In step: the second run comes along before the first goes on.
            Goal::None | Goal::Step(_) if behind => return false,
            Goal::None if self.playing => {
                let until = if self.due_us.is_finite() {
                    self.due_us as u64
                } else {
                    u64::MAX / 4
                };
                let came = session.advance(until, chunk);
                (came, came.reached)
            }
            Goal::None => return false,
            Goal::Step(unit) => {
                let came = session.step(*unit, chunk);
                // A world where nothing is left to happen has no next step.
                let over = came.steps == self.place.steps && !came.executing;
                (came, came.reached || over)
            }
            Goal::Back => {
                let came = session.go_back(chunk);
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
                    self.out.push((FromWorker::Replayed(replay), None));
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
        self.stale = true;
        if done && !matches!(self.goal, Goal::None) {
            self.goal = Goal::None;
            self.due_us = came.now_us as f64;
            self.frame_ms = f64::MIN;
            self.ledger_ms = f64::MIN;
        }
        !done
    }

    /// Chunks short enough to stop in time and long enough not to be all overhead.
    fn adapt(&mut self, took_ms: f64) {
        if took_ms > 4.0 {
            self.chunk = (self.chunk / 2).max(8);
        } else if took_ms < 1.0 {
            self.chunk = (self.chunk * 2).min(1 << 16);
        }
    }

    /// The inspector's card, once the run stands where it is going.
    fn tell_card(&mut self, now_ms: f64) {
        let place = self.standing();
        let arrived = matches!(self.goal, Goal::None | Goal::Step(_));
        if let Some(session) = self.session.as_ref().filter(|_| arrived)
            && let Some(card) = self.looking.news(session, place, now_ms)
        {
            self.say(FromWorker::Card(Box::new(card)));
        }
    }

    /// Tells the page where things stand, not faster than it listens.
    fn tell(&mut self, now_ms: f64) {
        if self.unheard || !self.stale {
            return;
        }
        let Some(session) = &self.session else {
            return;
        };
        let place = self.place;
        let tick = Tick {
            now_us: place.now_us,
            steps: place.steps,
            playing: self.playing,
            orders: self.orders,
            goal: progress(&self.goal, place.now_us, place.steps),
            executing: place.executing,
        };
        // While a run is being moved, its chart would only flicker.
        let news = if tick.goal.is_some_and(|g| g.what != Doing::Stepping) {
            None
        } else {
            let batch = session.chart(self.cursor, MAX_ARROWS);
            self.cursor = batch.cursor;
            // What left before the last tick was told then; at its very instant more may have left.
            let since = self.flown_us.filter(|_| !batch.reset);
            self.flown_us = Some(place.now_us);
            Some(ChartNews {
                batch,
                flying: session.flying(since.unwrap_or(0), MAX_FLYING),
                since,
            })
        };
        self.unheard = true;
        self.stale = false;
        let bytes = news.and_then(|n| borsh::to_vec(&n).ok());
        self.out.push((FromWorker::Tick(tick), bytes));
        if now_ms - self.frame_ms >= FRAME_EVERY_MS {
            self.frame_ms = now_ms;
            let frame = session.frame();
            self.out.push((FromWorker::Frame(Box::new(frame)), None));
        } else {
            // So that a pause still shows its last frame.
            self.stale = true;
        }
        if now_ms - self.ledger_ms >= LEDGER_EVERY_MS {
            self.ledger_ms = now_ms;
            self.tell_ledger();
        }
        self.tell_beside(now_ms);
    }

    fn tell_ledger(&mut self) {
        let Some(session) = &mut self.session else {
            return;
        };
        let moments = session.moments();
        if self.moments.as_ref() != Some(&moments) {
            self.out
                .push((FromWorker::Moments(Box::new(moments.clone())), None));
            self.moments = Some(moments);
        }
        let ledger = Ledger {
            modules: session.modules(),
            contracts: session.contracts(),
            receipts: session.receipts(),
        };
        let stamp = (
            ledger.modules.len(),
            ledger.contracts.iter().map(words::contract_stamp).collect(),
            ledger.receipts.iter().map(words::receipt_stamp).collect(),
        );
        if self.ledger_stamp.as_ref() != Some(&stamp) {
            self.ledger_stamp = Some(stamp);
            self.out.push((FromWorker::Ledger(Box::new(ledger)), None));
        }
    }
}

fn hand(act: Hand, message: CopySpec) -> Command {
    match act {
        Hand::Drop => Command::Drop(message),
        Hand::Delay(by_us) => Command::Delay { message, by_us },
        Hand::Duplicate(after_us) => Command::Duplicate { message, after_us },
        Hand::DeliverNow => Command::DeliverNow(message),
    }
}

fn read_script(text: &str) -> Result<Vec<PuppetLine>, Problem> {
    serde_json::from_str(text)
        .map_err(|e| Problem::new(format!("The script is not a list of messages: {e}.")))
}

/// A built-in module becomes part of the run when it is first deployed.
fn knowing(session: &mut Session, files: &Files, command: &Command) -> Result<(), Problem> {
    if let Command::Submit {
        action: SubmitSpec::Deploy { contract, .. } | SubmitSpec::Store { contract },
        ..
    } = command
        && !session
            .scenario()
            .contracts
            .iter()
            .any(|c| c.name == *contract)
    {
        files.for_contract(contract)?;
        session.add_builtin(contract)?;
    }
    Ok(())
}

fn progress(goal: &Goal, now_us: u64, steps: u64) -> Option<Progress> {
    let (what, share) = match goal {
        Goal::None => return None,
        Goal::Step(_) => (Doing::Stepping, 0.0),
        Goal::Back => (Doing::SteppingBack, 0.0),
        Goal::Seek(to_us) => (Doing::Seeking, now_us as f64 / (*to_us).max(1) as f64),
        Goal::Replay(expected) => (
            Doing::Replaying,
            steps as f64 / expected.steps.max(1) as f64,
        ),
    };
    Some(Progress {
        what,
        share: share.clamp(0.0, 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// A clock that moves a little at each look.
    fn ticking(cell: &Cell<f64>) -> impl Fn() -> f64 + '_ {
        move || {
            cell.set(cell.get() + 0.05);
            cell.get()
        }
    }

    fn run_ms(runner: &mut Runner, clock: &Cell<f64>, ms: f64) -> Vec<Saying> {
        let mut all = Vec::new();
        let end = clock.get() + ms;
        while clock.get() < end {
            runner.slice(ticking(clock));
            all.extend(runner.take());
            runner.hear(ToWorker::Heard, None);
            clock.set(clock.get() + 15.0);
        }
        all
    }

    fn now(answers: &[Saying]) -> u64 {
        answers
            .iter()
            .rev()
            .find_map(|(a, _)| match a {
                FromWorker::Tick(t) => Some(t.now_us),
                _ => None,
            })
            .unwrap_or_default()
    }

    #[test]
    fn simulated_time_follows_the_readers_at_the_chosen_speed() {
        let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
        let scenario = Box::default();
        runner.hear(ToWorker::Open { scenario, at_us: 0 }, None);
        runner.hear(ToWorker::Speed(Some(0.5)), None);
        let answers = run_ms(&mut runner, &clock, 2_000.0);
        let now = now(&answers);
        assert!((900_000..1_100_000).contains(&now), "{now}");
    }

    #[test]
    fn nothing_is_piled_up_before_a_page_that_does_not_listen() {
        let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
        let scenario = Box::default();
        runner.hear(ToWorker::Open { scenario, at_us: 0 }, None);
        let mut ticks = 0;
        for _ in 0..100 {
            runner.slice(ticking(&clock));
            clock.set(clock.get() + 15.0);
            let told = runner.take();
            ticks += told
                .iter()
                .filter(|(a, _)| matches!(a, FromWorker::Tick(_)))
                .count();
        }
        assert_eq!(ticks, 1);
    }

    #[test]
    fn while_paused_an_act_is_told_with_the_instant_it_was_done_at() {
        let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
        let scenario = Box::default();
        runner.hear(ToWorker::Open { scenario, at_us: 0 }, None);
        run_ms(&mut runner, &clock, 500.0);
        runner.hear(ToWorker::Play(false), None);
        let held = now(&run_ms(&mut runner, &clock, 300.0));
        runner.hear(ToWorker::Apply(Command::SetLoss { ppm: 5 }), None);
        assert_eq!(now(&run_ms(&mut runner, &clock, 300.0)), held + 1);
    }

    #[test]
    fn a_message_in_flight_is_told_once_and_dropped_by_what_the_page_knows_of_it() {
        let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
        let scenario = Box::default();
        runner.hear(ToWorker::Open { scenario, at_us: 0 }, None);
        let mut answers = Vec::new();
        let news = |answers: &[Saying]| -> Vec<ChartNews> {
            let bytes = answers.iter().filter_map(|(_, bytes)| bytes.as_ref());
            bytes.filter_map(|b| borsh::from_slice(b).ok()).collect()
        };
        // Something is in flight at most times, not at all.
        while news(&answers).last().is_none_or(|n| n.flying.is_empty()) {
            answers.extend(run_ms(&mut runner, &clock, 40.0));
        }
        let mut told = std::collections::BTreeSet::new();
        for n in news(&answers) {
            for a in n
                .flying
                .iter()
                .filter(|a| n.since.is_some_and(|s| a.sent_us > s))
            {
                assert!(told.insert((a.message, a.to)), "twice: {a:?}");
            }
        }
        assert!(!told.is_empty());
        runner.hear(ToWorker::Play(false), None);
        let paused = news(&run_ms(&mut runner, &clock, 300.0));
        let all = paused
            .iter()
            .find(|n| n.since.is_none())
            .expect("told anew");
        let a = all.flying.first().expect("in flight");
        let drop = ToWorker::Hand {
            message: a.message,
            from: a.from,
            to: a.to,
            arrives_us: a.arrives_us,
            act: Hand::Drop,
        };
        runner.hear(drop.clone(), None);
        let done = run_ms(&mut runner, &clock, 300.0);
        let dropped = |s: &Scenario| matches!(s.commands[0].command, Command::Drop(_));
        assert!(
            done.iter()
                .any(|(a, _)| matches!(a, FromWorker::Acted(acted) if dropped(&acted.scenario)))
        );
        runner.hear(drop, None);
        let again = run_ms(&mut runner, &clock, 100.0);
        assert!(
            again
                .iter()
                .any(|(a, _)| matches!(a, FromWorker::Problem { .. }))
        );
    }

    #[test]
    fn a_pause_holds_time_and_still_shows_the_last_frame() {
        let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
        let scenario = Box::default();
        runner.hear(ToWorker::Open { scenario, at_us: 0 }, None);
        run_ms(&mut runner, &clock, 500.0);
        runner.hear(ToWorker::Play(false), None);
        let held = run_ms(&mut runner, &clock, 500.0);
        assert!(held.iter().any(|(a, _)| matches!(a, FromWorker::Frame(_))));
        let first = now(&held);
        let later = run_ms(&mut runner, &clock, 500.0);
        assert!(now(&later) == first || later.is_empty());
    }
}
