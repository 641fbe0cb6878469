//! What the page has been told of the run, and what it is told next: not faster than it listens.

use super::chart_cursor::ChartCursor;
use super::comparison::Comparison;
use crate::protocol::{About, FromWorker, Ledger, Operation, Tick};
use crate::words;
use consensusforge_core::session::Session;
use consensusforge_core::session::race::{self, Lane};
use consensusforge_core::session::view::{Moments, Problem};

/// Frames (tables, figures, sentences) a second.
const FRAME_EVERY_MS: f64 = 110.0;
/// How often contracts and receipts are looked at.
const LEDGER_EVERY_MS: f64 = 450.0;

/// An answer, with the bytes that travel beside it.
pub type Outgoing = (FromWorker, Option<Vec<u8>>);

/// Modules known, and what distinguishes contracts and receipts from what was told last.
type Stamp = (usize, Vec<u64>, Vec<u64>);

pub struct Outbox {
    out: Vec<Outgoing>,
    chart: ChartCursor,
    /// The page has not yet taken in the last tick: do not pile up more.
    unheard: bool,
    /// Things stand otherwise than the page knows.
    pub stale: bool,
    frame_ms: f64,
    ledger_ms: f64,
    ledger_stamp: Option<Stamp>,
    /// Told last.
    moments: Option<Moments>,
    comparison_ms: f64,
    /// The lane of a race that the run is, if it is one.
    lane: Option<Lane>,
}

impl Default for Outbox {
    fn default() -> Self {
        Outbox {
            out: Vec::new(),
            chart: ChartCursor::default(),
            unheard: false,
            stale: true,
            frame_ms: f64::MIN,
            ledger_ms: f64::MIN,
            ledger_stamp: None,
            moments: None,
            comparison_ms: f64::MIN,
            lane: None,
        }
    }
}

impl Outbox {
    pub fn take(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.out)
    }

    pub fn send(&mut self, what: FromWorker) {
        self.push((what, None));
    }

    pub fn push(&mut self, saying: Outgoing) {
        self.out.push(saying);
    }

    pub fn complain(&mut self, about: About, problem: Problem) {
        self.send(FromWorker::Problem { about, problem });
    }

    /// The page has drawn the last tick.
    pub fn tick_received(&mut self) {
        self.unheard = false;
    }

    /// The run is this lane of a race.
    pub fn race(&mut self, lane: Lane) {
        self.lane = Some(lane);
    }

    /// A hand may have moved the run, or copies in flight.
    pub fn touched(&mut self) {
        self.chart.touched();
        self.stale = true;
    }

    /// The page begins a chart afresh.
    pub fn reset(&mut self) {
        self.chart.begin();
        self.unheard = false;
    }

    /// The page knows nothing of this run.
    pub fn opened(&mut self) {
        self.reset();
        self.changed();
        self.moments = None;
    }

    /// The run is another one than before: frame and ledger are told whatever they are.
    pub fn changed(&mut self) {
        self.arrived();
        self.ledger_stamp = None;
    }

    /// Frame and ledger are told with the next tick.
    pub fn arrived(&mut self) {
        self.frame_ms = f64::MIN;
        self.ledger_ms = f64::MIN;
    }

    /// There is another module to tell of.
    pub fn module_added(&mut self) {
        self.ledger_ms = f64::MIN;
        self.ledger_stamp = None;
    }

    /// There is another second run, or none.
    pub fn comparison_changed(&mut self) {
        self.comparison_ms = f64::MIN;
    }

    /// Tells the page where things stand.
    pub fn report(
        &mut self,
        session: &mut Session,
        beside: Option<&mut Comparison>,
        tick: Tick,
        now_ms: f64,
    ) {
        if self.unheard || !self.stale {
            return;
        }
        let now_us = tick.now_us;
        // While a run is being moved, its chart would only flicker.
        let moved = tick.goal.is_some_and(|g| g.what != Operation::Stepping);
        let news = (!moved).then(|| self.chart.news(session, now_us));
        self.unheard = true;
        self.stale = false;
        let bytes = news.and_then(|n| borsh::to_vec(&n).ok());
        self.push((FromWorker::Tick(tick), bytes));
        if now_ms - self.frame_ms >= FRAME_EVERY_MS {
            self.frame_ms = now_ms;
            let frame = session.frame();
            if let Some(lane) = &self.lane {
                let row = race::row(session, &frame, lane);
                self.send(FromWorker::RaceRow(Box::new(row)));
            }
            self.send(FromWorker::Frame(Box::new(frame)));
        } else {
            // So that a pause still shows its last frame.
            self.stale = true;
        }
        if self.lane.is_none() && now_ms - self.ledger_ms >= LEDGER_EVERY_MS {
            self.ledger_ms = now_ms;
            self.report_ledger(session);
        }
        if let Some(beside) = beside.filter(|b| b.arrived(now_us)) {
            self.send_comparison(beside, now_ms);
        }
    }

    fn report_ledger(&mut self, session: &mut Session) {
        let moments = session.moments();
        if self.moments.as_ref() != Some(&moments) {
            self.send(FromWorker::Moments(Box::new(moments.clone())));
            self.moments = Some(moments);
        }
        let ledger = Ledger {
            modules: session.modules(),
            contracts: session.contracts(),
            receipts: session.receipts(),
            people: session
                .people()
                .into_iter()
                .map(|p| (p.address, p.hex))
                .collect(),
            fee_accounts: session.fee_accounts(),
        };
        let stamp = (
            ledger.modules.len(),
            ledger.contracts.iter().map(words::contract_stamp).collect(),
            ledger.receipts.iter().map(words::receipt_stamp).collect(),
        );
        if self.ledger_stamp.as_ref() != Some(&stamp) {
            self.ledger_stamp = Some(stamp);
            self.send(FromWorker::Ledger(Box::new(ledger)));
        }
    }

    /// What the second chart shows, once it stands where the first does.
    fn send_comparison(&mut self, beside: &mut Comparison, now_ms: f64) {
        let (news, chart) = beside.news();
        let bytes = borsh::to_vec(&chart).ok();
        self.push((FromWorker::Comparison(Box::new(news)), bytes));
        if now_ms - self.comparison_ms >= FRAME_EVERY_MS {
            self.comparison_ms = now_ms;
            let frame = beside.session().frame();
            self.send(FromWorker::ComparisonFrame(Box::new(frame)));
        }
    }
}
