//! What the inspector looks at: a card of it, renewed as the run goes on, without moving the run. A
//! thing of another instant is looked at in a fork that is sought there.

use crate::inspect::card::Card;
use crate::inspect::{Thing, card_of};
use consensusforge_core::session::Session;

/// Real time between two cards of one thing while the run moves.
const EVERY_MS: f64 = 300.0;

#[derive(Default)]
pub struct SnapshotInspector {
    thing: Option<Thing>,
    /// A fork on its way to an instant.
    probe: Option<(Session, u64)>,
    /// Told last, of the run after so many events at such an instant.
    told: Option<Card>,
    told_at: Option<(u64, u64)>,
    told_ms: f64,
    /// The card is of a fixed instant and stays as it is.
    fixed: bool,
}

impl SnapshotInspector {
    /// Looks at another thing, or at none.
    pub fn at(&mut self, thing: Option<Thing>) {
        *self = SnapshotInspector {
            thing,
            told_ms: f64::MIN,
            ..SnapshotInspector::default()
        };
    }

    /// The run has become another one: what was told may be wrong.
    pub fn reset(&mut self) {
        self.at(self.thing.clone());
    }

    /// A fork is being sought.
    pub fn busy(&self) -> bool {
        self.probe.is_some()
    }

    /// The card told last is not of the run as it stands.
    pub fn behind(&self, place: (u64, u64)) -> bool {
        self.thing.is_some() && !self.fixed && self.told_at != Some(place)
    }

    /// Moves the fork on by some events; false when there is nothing to move.
    pub fn work(&mut self, chunk: u64) -> bool {
        let Some((fork, to)) = &mut self.probe else {
            return false;
        };
        if !fork.seek(*to, chunk).reached {
            return true;
        }
        let card = self.thing.as_ref().map(|thing| card_of(fork, thing));
        self.told = card;
        self.probe = None;
        self.fixed = true;
        self.told_ms = f64::MIN;
        false
    }

    /// A card to tell of, if there is a new one. `place` is (events, instant) of the session.
    pub fn news(&mut self, session: &Session, place: (u64, u64), now_ms: f64) -> Option<Card> {
        let thing = self.thing.as_ref()?;
        if self.probe.is_some() {
            return None;
        }
        if self.fixed {
            // Just arrived: told once.
            let fresh = self.told_at.is_none();
            self.told_at = Some(place);
            return self.told.clone().filter(|_| fresh);
        }
        if self.told_at == Some(place) || now_ms - self.told_ms < EVERY_MS {
            return None;
        }
        if let Some(at) = session.moment_of(thing) {
            self.probe = Some((session.fork(), at));
            return None;
        }
        let card = card_of(session, thing);
        self.told_at = Some(place);
        self.told_ms = now_ms;
        if self.told.as_ref() == Some(&card) {
            return None;
        }
        self.told = Some(card.clone());
        Some(card)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensusforge_core::session::Scenario;

    fn at(us: u64) -> Session {
        let mut session = Session::open(Scenario::default()).expect("possible");
        session.run_to(us);
        session
    }

    fn settled(looking: &mut SnapshotInspector, session: &Session, ms: f64) -> Option<Card> {
        loop {
            let card = looking.news(session, (0, session.now_us()), ms);
            if card.is_some() || !looking.busy() {
                return card;
            }
            while looking.work(500) {}
        }
    }

    #[test]
    fn another_instant_is_shown_without_moving_the_run() {
        let session = at(4_000_000);
        let mut looking = SnapshotInspector::default();
        let node = |at_us| Thing::Node { node: 1, at_us };
        looking.at(Some(node(Some(1_000_000))));
        let then = settled(&mut looking, &session, 0.0).expect("a card").text();
        assert!(then.contains("1.000 s"), "{then}");
        assert_eq!(session.now_us(), 4_000_000);
        // The same as a run that really stands there.
        let mut there = SnapshotInspector::default();
        there.at(Some(node(Some(1_000_000))));
        let real = settled(&mut there, &at(1_000_000), 0.0).expect("a card");
        assert_eq!(then, real.text());
        looking.at(Some(node(None)));
        let now = settled(&mut looking, &session, 1_000.0)
            .expect("a card")
            .text();
        assert_ne!(now, then);
    }

    #[test]
    fn an_unchanged_card_is_told_once() {
        let session = at(1_000_000);
        let mut looking = SnapshotInspector::default();
        looking.at(Some(Thing::Height(1)));
        assert!(looking.news(&session, (1, 1), 0.0).is_some());
        assert!(looking.news(&session, (2, 2), 10_000.0).is_none());
        assert!(!looking.behind((2, 2)));
        assert!(looking.behind((3, 3)));
    }
}
