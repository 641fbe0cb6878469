//! Questions about states the run has forgotten. A fork goes back to where they were known; the run
//! itself does not move.

use crate::protocol::studio::{Ask, Place};
use consensusforge_core::session::Session;
use consensusforge_core::session::studio::PastState;
use std::collections::VecDeque;

/// Questions that may wait; more are answered with what is at hand.
const MOST: usize = 512;

#[derive(Default)]
pub struct HistoryQueries {
    waiting: VecDeque<Question>,
    /// Where the question before was answered.
    there: Option<Session>,
    /// On its way to where the first of those waiting is answered.
    going: Option<Session>,
}

pub struct Question {
    /// It is answered under this.
    pub number: u32,
    pub ask: Ask,
    /// The older of two states, once it is found.
    pub then: Option<PastState>,
}

/// A question, where it can be answered.
pub struct Ready<'a> {
    pub question: Question,
    pub there: &'a Session,
}

impl HistoryQueries {
    /// Keeps the question for later if the present cannot answer it; else gives it back.
    pub fn take(&mut self, session: &Session, number: u32, ask: Ask) -> Option<Ask> {
        let now = places(&ask);
        let then = since(&ask).into_iter();
        let all: Vec<_> = now.into_iter().chain(then).collect();
        if !forgotten(session, &all) || self.waiting.len() >= MOST {
            return Some(ask);
        }
        self.waiting.push_back(Question {
            number,
            ask,
            then: None,
        });
        None
    }

    pub fn busy(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The run has become another one: its past may be, too.
    pub fn reset(&mut self) {
        self.there = None;
        self.going = None;
    }

    /// Moves on by some events. The question that can be answered now, if any, and where to ask it.
    pub fn work(&mut self, session: &Session, chunk: u64) -> Option<Ready<'_>> {
        let question = self.waiting.front_mut()?;
        // Of two states the older one is taken along: no session may know both.
        let first = since(&question.ask).filter(|_| question.then.is_none());
        let places = first.map_or_else(|| places(&question.ask), |then| vec![then]);
        let mut going = self.going.take().unwrap_or_else(|| {
            if !forgotten(session, &places) {
                return session.fork();
            }
            let there = self.there.take().filter(|there| !forgotten(there, &places));
            there.unwrap_or_else(|| session.back_to_heights(&places))
        });
        if !going.run_to_heights(&places, chunk) {
            self.going = Some(going);
            return None;
        }
        if let Some((node, height)) = first
            && let Some(then) = going.then(node, height)
        {
            question.then = Some(then);
            self.there = Some(going);
            return None;
        }
        let question = self.waiting.pop_front()?;
        let there = self.there.insert(going);
        Some(Ready { question, there })
    }
}

fn forgotten(session: &Session, places: &[(usize, u64)]) -> bool {
    let mut all = places.iter();
    all.any(|(node, height)| session.has_forgotten(*node, *height))
}

/// The older state a question compares with.
fn since(ask: &Ask) -> Option<(usize, u64)> {
    match ask {
        Ask::Storage(ask) => Some((usize::from(ask.place.validator), ask.since?)),
        Ask::Query { .. }
        | Ask::Prove { .. }
        | Ask::Microscope { .. }
        | Ask::Card(_)
        | Ask::Schema { .. }
        | Ask::Send(_)
        | Ask::Store { .. }
        | Ask::Check(_)
        | Ask::People
        | Ask::Faucet { .. } => None,
    }
}

/// The validators and heights whose states a question is about.
fn places(ask: &Ask) -> Vec<(usize, u64)> {
    let at = |place: &Place| {
        let height = place.height.into_iter();
        let all = height.map(|height| (usize::from(place.validator), height));
        all.collect()
    };
    match ask {
        Ask::Query { place, .. } | Ask::Prove { place, .. } => at(place),
        Ask::Storage(ask) => at(&ask.place),
        // The block is executed again on its parent's state.
        Ask::Microscope { one, other, height } => {
            let both = [*one, *other].map(usize::from);
            let heights = [height.saturating_sub(1), *height];
            both.iter()
                .flat_map(|node| heights.map(|height| (*node, height)))
                .collect()
        }
        Ask::Card(_)
        | Ask::Schema { .. }
        | Ask::Send(_)
        | Ask::Store { .. }
        | Ask::Check(_)
        | Ask::People
        | Ask::Faucet { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::studio::StorageAsk;
    use consensusforge_core::session::Scenario;

    #[test]
    fn a_height_long_gone_is_asked_where_it_was_known() {
        let mut scenario = Scenario::default();
        scenario.protocol.block_interval_us = 1;
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(60_000_000);
        let height = session.frame().metrics.height;
        assert!(height > 100, "{height}");
        let compare = |height: Option<u64>, since: Option<u64>| {
            let validator = 2;
            Ask::Storage(StorageAsk {
                contract: String::new(),
                place: Place { validator, height },
                since,
                find: String::new(),
                skip: 0,
            })
        };
        let ask = |height: u64| compare(Some(height), None);
        let mut past = HistoryQueries::default();
        // The newest, and what never was, need no way back.
        assert!(past.take(&session, 0, ask(height - 1)).is_some());
        assert!(past.take(&session, 0, ask(height + 9)).is_some());
        for (number, height) in [(1, 5), (2, 6), (3, 3)] {
            assert!(past.take(&session, number, ask(height)).is_none());
        }
        let mut answered = Vec::new();
        while past.busy() {
            if let Some(Ready { question, there }) = past.work(&session, 500) {
                let (node, height) = places(&question.ask)[0];
                assert!(!there.has_forgotten(node, height));
                assert!(there.frame().nodes[node].decided >= height);
                answered.push(question.number);
            }
        }
        assert_eq!(answered, [1, 2, 3]);
        // Two states that no session knows both: each long gone, or one of them the present.
        assert!(past.take(&session, 4, compare(Some(90), Some(4))).is_none());
        assert!(past.take(&session, 5, compare(None, Some(7))).is_none());
        let mut found = Vec::new();
        while past.busy() {
            if let Some(Ready { question, there }) = past.work(&session, 500) {
                assert!(question.then.is_some());
                found.push((question.number, there.has_forgotten(2, 4), there.now_us()));
            }
        }
        assert_eq!((found[0].0, found[0].1), (4, true));
        assert_eq!(found[1], (5, true, session.now_us()));
        assert_eq!(session.frame().metrics.height, height);
    }
}
