//! Questions about states the run has forgotten. A fork goes back to where they were known; the run
//! itself does not move.

use crate::protocol::studio::{Ask, Place};
use consensusforge_core::session::Session;
use std::collections::VecDeque;

/// Questions that may wait; more are answered with what is at hand.
const MOST: usize = 512;

#[derive(Default)]
pub struct Past {
    /// With the number each is answered under.
    waiting: VecDeque<(u32, Ask)>,
    /// Where the question before was answered.
    there: Option<Session>,
    /// On its way to where the first of those waiting is answered.
    going: Option<Session>,
}

impl Past {
    /// Keeps the question for later if the present cannot answer it; else gives it back.
    pub fn take(&mut self, session: &Session, number: u32, ask: Ask) -> Option<Ask> {
        if !forgotten(session, &places(&ask)) || self.waiting.len() >= MOST {
            return Some(ask);
        }
        self.waiting.push_back((number, ask));
        None
    }

    pub fn busy(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The run has become another one: its past may be, too.
    pub fn anew(&mut self) {
        self.there = None;
        self.going = None;
    }

    /// Moves on by some events. The question that can be answered now, if any, and where to ask it.
    pub fn work(&mut self, session: &Session, chunk: u64) -> Option<(u32, Ask, &Session)> {
        let (_, ask) = self.waiting.front()?;
        let places = places(ask);
        let mut going = self.going.take().unwrap_or_else(|| {
            let there = self.there.take().filter(|there| !forgotten(there, &places));
            there.unwrap_or_else(|| session.back_to_heights(&places))
        });
        if !going.run_to_heights(&places, chunk) {
            self.going = Some(going);
            return None;
        }
        let (number, ask) = self.waiting.pop_front()?;
        Some((number, ask, self.there.insert(going)))
    }
}

fn forgotten(session: &Session, places: &[(usize, u64)]) -> bool {
    let mut all = places.iter();
    all.any(|(node, height)| session.has_forgotten(*node, *height))
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
        let ask = |height: u64| {
            Ask::Storage(StorageAsk {
                contract: String::new(),
                place: Place {
                    validator: 2,
                    height: Some(height),
                },
                since: None,
                find: String::new(),
                skip: 0,
            })
        };
        let mut past = Past::default();
        // The newest, and what never was, need no way back.
        assert!(past.take(&session, 0, ask(height - 1)).is_some());
        assert!(past.take(&session, 0, ask(height + 9)).is_some());
        for (number, height) in [(1, 5), (2, 6), (3, 3)] {
            assert!(past.take(&session, number, ask(height)).is_none());
        }
        let mut answered = Vec::new();
        while past.busy() {
            if let Some((number, ask, there)) = past.work(&session, 500) {
                let (node, height) = places(&ask)[0];
                assert!(!there.has_forgotten(node, height));
                assert!(there.frame().nodes[node].decided >= height);
                answered.push(number);
            }
        }
        assert_eq!(answered, [1, 2, 3]);
        assert_eq!(session.frame().metrics.height, height);
    }
}
