//! Answers about figures and the log, and files made of them.

use super::outbox::Outgoing;
use crate::data::{DataAnswer, DataRequest, FORMATS, Part, Saving, SeriesNews};
use crate::protocol::FromWorker;
use consensusforge_core::session::view::{HeightPoint, LogQuery, SeriesBatch};
use consensusforge_core::session::{LogIndex, Session, export};

/// Bytes of JSON lines one file holds.
const MAX_LINES: usize = 64 << 20;

/// What is remembered between questions.
#[derive(Default)]
pub struct Data {
    query: LogQuery,
    log: Option<LogIndex>,
    /// A run has been opened since the figures were told last: the page's cursor is another run's.
    fresh: bool,
}

impl Data {
    /// Another run stands in place of the one before.
    pub fn opened(&mut self) {
        self.log = None;
        self.fresh = true;
    }

    pub fn answer(&mut self, session: &Session, ask: DataRequest) -> Outgoing {
        let (news, bytes) = match ask {
            DataRequest::Series { cursor } => {
                let fresh = std::mem::take(&mut self.fresh);
                let batch = session.series(if fresh { 0 } else { cursor });
                let (news, bytes) = columns(batch);
                (DataAnswer::Series(news), Some(bytes))
            }
            DataRequest::Search(query) => {
                self.query = query;
                self.log = None;
                (DataAnswer::Log(self.tail(session, 0)), None)
            }
            DataRequest::Rows { from, count } => {
                let log = self.log(session);
                let page = session.log_page(log, from as usize, count as usize);
                (DataAnswer::Log(page), None)
            }
            DataRequest::Tail { count } => (DataAnswer::Log(self.tail(session, count)), None),
            DataRequest::Find(place) => {
                let found = session.log_find(self.log(session), &place);
                (DataAnswer::Found(found.map(|p| p as u32)), None)
            }
            DataRequest::Rules { node } => (DataAnswer::Rules(session.rules_at(node)), None),
            DataRequest::Tree { node, to } => (DataAnswer::Tree(session.tree(node, to)), None),
            DataRequest::FindRecords(condition) => {
                let found = session.find_records(&condition);
                (
                    DataAnswer::FoundRecords(found.map_err(|p| p.sentence)),
                    None,
                )
            }
            DataRequest::Save(what) => self.save(session, what),
        };
        (FromWorker::Data(news), bytes)
    }

    /// The log up to now.
    fn log(&mut self, session: &Session) -> &LogIndex {
        let log = self
            .log
            .get_or_insert_with(|| session.search(self.query.clone()));
        session.search_on(log);
        log
    }

    fn tail(
        &mut self,
        session: &Session,
        count: u32,
    ) -> consensusforge_core::session::view::LogPage {
        let log = self.log(session);
        let from = log.len().saturating_sub(count as usize);
        session.log_page(log, from, count as usize)
    }

    fn save(&mut self, session: &Session, what: Saving) -> (DataAnswer, Option<Vec<u8>>) {
        let (file, text, sentence) = match what {
            Saving::Trace => {
                let (bytes, sentence) = session.save_trace();
                let file = "consensusforge.cftrace".to_owned();
                return (DataAnswer::Saved { file, sentence }, Some(bytes));
            }
            Saving::Heights => {
                let made = session.export(export::Format::Csv, 0, u64::MAX);
                (made.file, made.text, made.sentence)
            }
            Saving::Validators => {
                let file = "consensusforge-validators.csv".to_owned();
                (file, session.validators_csv(), String::new())
            }
            Saving::Log => {
                let made = session.log_lines(self.log(session), MAX_LINES);
                let sentence = match made.left_out {
                    0 => String::new(),
                    n => format!("Left out: the oldest {n} records, more than one file holds."),
                };
                ("consensusforge-log.jsonl".to_owned(), made.text, sentence)
            }
            Saving::Export { format, part } => {
                let name = FORMATS.get(usize::from(format)).map_or("jsonl", |f| f.0);
                let format = export::format(name).unwrap_or(export::Format::Jsonl);
                let now = session.frame().now_us;
                let (from, until) = match part {
                    Part::All => (0, now),
                    Part::Newest(us) => (now.saturating_sub(us), now),
                    Part::AroundViolation => session.around_violation().unwrap_or((0, now)),
                };
                let made = session.export(format, from, until);
                (made.file, made.text, made.sentence)
            }
        };
        let news = DataAnswer::Saved { file, sentence };
        (news, Some(text.into_bytes()))
    }
}

/// Milliseconds, for people's eyes.
fn ms(us: u64) -> f64 {
    us as f64 / 1e3
}

/// A percentile of nothing is 0, and no figure.
fn measured(us: u64) -> f64 {
    if us == 0 { f64::NAN } else { ms(us) }
}

fn columns(batch: SeriesBatch) -> (SeriesNews, Vec<u8>) {
    let rows: Vec<&HeightPoint> = batch.closed.iter().chain(&batch.open).collect();
    let kinds = rows.first().map_or(0, |p| p.copies.len());
    let mut bytes = Vec::with_capacity(rows.len() * (14 + 2 * kinds) * 8);
    let mut column = |value: &dyn Fn(&HeightPoint) -> f64| {
        for point in &rows {
            bytes.extend_from_slice(&value(point).to_le_bytes());
        }
    };
    column(&|p| p.height as f64);
    column(&|p| p.at_us as f64 / 1e6);
    column(&|p| p.interval_us.map_or(f64::NAN, ms));
    column(&|p| measured(p.intervals.p50_us));
    column(&|p| measured(p.intervals.p95_us));
    column(&|p| measured(p.intervals.p99_us));
    column(&|p| measured(p.latency.p50_us));
    column(&|p| measured(p.latency.p95_us));
    column(&|p| measured(p.latency.p99_us));
    column(&|p| f64::from(p.round) + 1.0);
    column(&|p| f64::from(p.transactions));
    column(&|p| match p.interval_us {
        Some(us) if us > 0 => f64::from(p.transactions) * 1e6 / us as f64,
        _ => f64::NAN,
    });
    column(&|p| p.gas.map_or(f64::NAN, |gas| gas as f64));
    column(&|p| f64::from(p.mempool));
    for k in 0..kinds {
        column(&|p| p.copies[k] as f64);
    }
    for k in 0..kinds {
        column(&|p| p.bytes[k] as f64);
    }
    let news = SeriesNews {
        cursor: batch.cursor,
        reset: batch.reset,
        rows: rows.len() as u32,
        open: batch.open.len() as u32,
        validators: batch.validators,
    };
    (news, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formats_of_the_menu_are_those_there_are() {
        let named = FORMATS.map(|f| export::format(f.0).map(|f| f.name()));
        assert!(named.iter().all(Result::is_ok), "{named:?}");
        assert_eq!(FORMATS.len(), export::Format::ALL.len());
    }

    #[test]
    fn a_new_run_begins_its_figures_afresh_whatever_cursor_the_page_has() {
        let mut data = Data::default();
        let mut session = Session::open(Default::default()).unwrap();
        while !session.advance(20_000_000, 10_000).reached {}
        let ask = |data: &mut Data, session: &Session, cursor| match data
            .answer(session, DataRequest::Series { cursor })
        {
            (FromWorker::Data(DataAnswer::Series(news)), Some(bytes)) => {
                let columns = 14 + 2 * session.world().kinds.len();
                assert_eq!(bytes.len(), news.rows as usize * columns * 8);
                news
            }
            other => panic!("{other:?}"),
        };
        let first = ask(&mut data, &session, 0);
        assert!(first.reset && first.rows > 4);
        assert!(!ask(&mut data, &session, first.cursor).reset);
        data.opened();
        assert!(ask(&mut data, &session, first.cursor).reset);
    }
}
