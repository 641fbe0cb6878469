//! A second run beside the first, kept at the same instant, and where the two first differ.

use super::chart_cursor::ChartCursor;
use crate::model::Scenario;
use crate::protocol::{ChartNews, Compared, ComparisonNews};
use consensusforge_core::session::Session;
use consensusforge_core::session::compare::{Difference, Finder, Forgotten};
use consensusforge_core::session::view::Problem;

/// How the search for the first difference stands.
#[derive(Clone, Debug)]
enum Search {
    On,
    /// None so far; goes on as the runs do.
    Nothing,
    Found(Difference),
    /// Too much at one instant to tell.
    Lost,
}

pub struct Comparison {
    session: Session,
    /// Gone once it has found something: it runs both runs a second time.
    finder: Option<Box<Finder>>,
    search: Search,
    arrived: bool,
    chart: ChartCursor,
}

impl Comparison {
    /// # Errors
    /// A sentence for a scenario that cannot run.
    pub fn open(first: &Session, scenario: Scenario) -> Result<Comparison, Problem> {
        let session = first.beside(scenario)?;
        Ok(Comparison {
            finder: Some(Box::new(Finder::new(first, &session))),
            session,
            search: Search::On,
            arrived: false,
            chart: ChartCursor::default(),
        })
    }

    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The first run has become another one.
    pub fn reset(&mut self, first: &Session) {
        self.finder = Some(Box::new(Finder::new(first, &self.session)));
        self.search = Search::On;
    }

    /// Both stand at the same instant.
    pub fn arrived(&self, now_us: u64) -> bool {
        self.arrived && self.session.now_us() == now_us
    }

    /// There is something to do though nothing else happens.
    pub fn busy(&self, now_us: u64) -> bool {
        !self.arrived(now_us) || matches!(self.search, Search::On)
    }

    /// Follows the first run to its instant, then searches; false when there is nothing to do.
    pub fn work(&mut self, now_us: u64, chunk: u64) -> bool {
        if !self.arrived(now_us) {
            self.arrived = self.session.seek(now_us, chunk).reached;
            return true;
        }
        let Some(finder) = &mut self.finder else {
            return false;
        };
        match finder.work(now_us, chunk) {
            None => self.search = Search::On,
            Some(Ok(None)) => {
                self.search = Search::Nothing;
                return false;
            }
            Some(Ok(Some(difference))) => {
                self.search = Search::Found(difference);
                self.finder = None;
            }
            Some(Err(Forgotten)) => {
                self.search = Search::Lost;
                self.finder = None;
            }
        }
        true
    }

    /// What the second chart needs.
    pub fn news(&mut self) -> (ComparisonNews, ChartNews) {
        let chart = self.chart.news(&self.session, self.session.now_us());
        let news = ComparisonNews {
            now_us: self.session.now_us(),
            found: match &self.search {
                Search::On => Compared::Searching,
                Search::Nothing => Compared::Same,
                Search::Found(difference) => Compared::Differ(difference.clone()),
                Search::Lost => Compared::Unknown,
            },
        };
        (news, chart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(us: u64) -> Session {
        let mut session = Session::open(Scenario::default()).expect("possible");
        session.run_to(us);
        session
    }

    #[test]
    fn the_second_run_keeps_to_the_instant_of_the_first_both_ways() {
        let run = first(2_000_000);
        let other = Scenario {
            seed: 7,
            ..Scenario::default()
        };
        let mut beside = Comparison::open(&run, other).expect("possible");
        for now in [2_000_000, 2_500_000, 300_000, 0, 1_000_000] {
            assert!(beside.busy(now));
            while beside.work(now, 100) {}
            assert!(beside.arrived(now) && !beside.busy(now), "{now}");
        }
        let (news, _) = beside.news();
        assert_eq!(news.now_us, 1_000_000);
        assert!(matches!(news.found, Compared::Differ(_)));
    }

    #[test]
    fn the_same_run_beside_itself_shows_no_difference() {
        let run = first(1_000_000);
        let mut beside = Comparison::open(&run, run.scenario().clone()).expect("possible");
        for now in [1_000_000, 1_700_000] {
            while beside.work(now, 100) {}
        }
        let (news, _) = beside.news();
        assert_eq!(news.found, Compared::Same);
    }
}
