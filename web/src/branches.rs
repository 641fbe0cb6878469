//! Futures: the one shown, those taken back, and those left behind by acting in the past.

use crate::model::Scenario;
use consensusforge_core::session::view::Moments;
use std::sync::Arc;

/// Acts that can be taken back.
const MOST_ACTS: usize = 50;
/// Futures kept beside the one shown; each is a list of commands and what is known of its run.
const MOST_LEFT: usize = 12;

/// A run as one left it: what happens in it, where one stood, how far it had been.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Future {
    pub name: String,
    pub scenario: Scenario,
    pub at_us: u64,
    pub end_us: u64,
    pub moments: Arc<Moments>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Branches {
    /// What the run shown is called.
    name: String,
    undo: Vec<Future>,
    redo: Vec<Future>,
    /// Oldest first, with a number that stays.
    left: Vec<(u32, Future)>,
    next: u32,
}

impl Branches {
    #[must_use]
    pub fn name(&self) -> &str {
        if self.name.is_empty() {
            "first run"
        } else {
            &self.name
        }
    }

    /// The run shown has become another one by an act called `what`. `forked`: it had been further than
    /// where one stood. Returns the name of a future that had to go.
    pub fn acted(&mut self, mut before: Future, what: &str, forked: bool) -> Option<String> {
        before.name = self.name().to_owned();
        let mut gone = None;
        // What was taken back would be lost now: it stays as a branch.
        if let Some(undone) = self.redo.pop() {
            gone = self.keep(undone);
            self.redo.clear();
        }
        if forked {
            gone = self.keep(before.clone()).or(gone);
            self.name = what.to_owned();
        } else if self.name.is_empty() {
            self.name = self.name().to_owned();
        }
        self.undo.push(before);
        if self.undo.len() > MOST_ACTS {
            self.undo.remove(0);
        }
        gone
    }

    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Where to go back to; the run shown can be gone on to again.
    pub fn undo(&mut self, mut present: Future) -> Option<Future> {
        let target = self.undo.pop()?;
        present.name = std::mem::replace(&mut self.name, target.name.clone());
        self.redo.push(present);
        Some(target)
    }

    pub fn redo(&mut self, mut present: Future) -> Option<Future> {
        let target = self.redo.pop()?;
        present.name = std::mem::replace(&mut self.name, target.name.clone());
        self.undo.push(present);
        Some(target)
    }

    /// Futures beside the one shown, newest first.
    pub fn left(&self, shown: &Scenario) -> impl Iterator<Item = &(u32, Future)> {
        self.left
            .iter()
            .rev()
            .filter(move |(_, f)| f.scenario != *shown)
    }

    #[must_use]
    pub fn get(&self, id: u32) -> Option<&Future> {
        self.left.iter().find(|(k, _)| *k == id).map(|(_, f)| f)
    }

    /// Goes over to a future left behind; the one shown is left in its stead.
    pub fn switch(&mut self, id: u32, mut present: Future) -> Option<Future> {
        let place = self.left.iter().position(|(k, _)| *k == id)?;
        let (_, target) = self.left.remove(place);
        present.name = self.name().to_owned();
        self.name.clone_from(&target.name);
        self.keep(present);
        Some(target)
    }

    /// Another run altogether, called so; the one before can still be gone back to.
    pub fn begun(&mut self, before: Future, name: &str) -> Option<String> {
        let gone = self.acted(before, name, true);
        self.name = name.to_owned();
        gone
    }

    pub fn forget(&mut self, id: u32) {
        self.left.retain(|(k, _)| *k != id);
    }

    fn keep(&mut self, future: Future) -> Option<String> {
        // One scenario is one future, however one came to it.
        self.left.retain(|(_, f)| f.scenario != future.scenario);
        self.left.push((self.next, future));
        self.next += 1;
        if self.left.len() > MOST_LEFT {
            return Some(self.left.remove(0).1.name);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn future(seed: u64) -> Future {
        Future {
            scenario: Scenario {
                seed,
                ..Scenario::default()
            },
            ..Future::default()
        }
    }

    fn shown(b: &Branches, seed: u64) -> Vec<String> {
        let scenario = future(seed).scenario;
        let all = b.left(&scenario);
        all.map(|(_, f)| f.name.clone()).collect()
    }

    #[test]
    fn acting_in_the_past_leaves_the_old_future_one_click_away() {
        let mut b = Branches::default();
        b.acted(future(1), "loss 10 %", true);
        assert_eq!(b.name(), "loss 10 %");
        assert_eq!(shown(&b, 2), ["first run"]);
        let id = b.left(&future(2).scenario).next().expect("one").0;
        let back = b.switch(id, future(2)).expect("there");
        assert_eq!((back.scenario.seed, b.name()), (1, "first run"));
        assert_eq!(shown(&b, 1), ["loss 10 %"]);
    }

    #[test]
    fn acting_at_the_front_leaves_nothing_and_can_be_taken_back() {
        let mut b = Branches::default();
        b.acted(future(1), "loss 10 %", false);
        assert!(shown(&b, 2).is_empty());
        let back = b.undo(future(2)).expect("there");
        assert_eq!(back.scenario.seed, 1);
        let on = b.redo(future(1)).expect("there");
        assert_eq!(on.scenario.seed, 2);
        assert!(b.can_undo() && !b.can_redo());
    }

    #[test]
    fn what_was_taken_back_is_kept_when_one_acts_anew() {
        let mut b = Branches::default();
        b.acted(future(1), "loss 10 %", false);
        b.undo(future(2));
        b.acted(future(1), "crash v1", false);
        assert!(!b.can_redo());
        let all: Vec<u64> = b
            .left(&future(3).scenario)
            .map(|(_, f)| f.scenario.seed)
            .collect();
        assert_eq!(all, [2]);
    }

    #[test]
    fn the_one_shown_is_not_among_those_left() {
        let mut b = Branches::default();
        b.acted(future(1), "crash v1", true);
        b.undo(future(2));
        assert!(shown(&b, 1).is_empty());
        b.redo(future(1));
        assert_eq!(shown(&b, 2), ["first run"]);
    }

    #[test]
    fn branches_and_acts_are_bounded_and_the_oldest_is_named_when_it_goes() {
        let mut b = Branches::default();
        let gone: Vec<String> = (0..100)
            .filter_map(|k| b.acted(future(k), &format!("act {k}"), true))
            .collect();
        assert_eq!(b.left.len(), MOST_LEFT);
        assert_eq!(b.undo.len(), MOST_ACTS);
        assert_eq!(gone[..2], ["first run".to_owned(), "act 0".to_owned()]);
    }
}
