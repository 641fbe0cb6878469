//! The history of things selected, as a browser keeps one of pages.

use super::Thing;

/// Things kept; the oldest go first.
const MOST: usize = 100;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    entries: Vec<Thing>,
    /// How many of `entries` lie at or before the thing shown; 0: none is shown yet.
    at: usize,
    /// The history is still there, but nothing is shown.
    cleared: bool,
}

impl History {
    /// What is shown.
    #[must_use]
    pub fn shown(&self) -> Option<&Thing> {
        let last = self.at.checked_sub(1).filter(|_| !self.cleared)?;
        self.entries.get(last)
    }

    /// Shows another thing: what lay ahead is forgotten.
    pub fn visit(&mut self, thing: Thing) {
        let same = self.at > 0 && self.entries.get(self.at - 1) == Some(&thing);
        self.cleared = false;
        if same {
            return;
        }
        self.entries.truncate(self.at);
        self.entries.push(thing);
        if self.entries.len() > MOST {
            self.entries.remove(0);
        }
        self.at = self.entries.len();
    }

    pub fn back(&mut self) {
        if self.cleared {
            self.cleared = false;
        } else if self.can_go_back() {
            self.at -= 1;
        }
    }

    pub fn forward(&mut self) {
        if self.can_go_forward() {
            self.cleared = false;
            self.at += 1;
        }
    }

    /// Shows nothing; going back shows again what was put away.
    pub fn clear(&mut self) {
        self.cleared = true;
    }

    #[must_use]
    pub fn can_go_back(&self) -> bool {
        self.at > 1
    }

    #[must_use]
    pub fn can_go_forward(&self) -> bool {
        self.at < self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_and_forward_as_in_a_browser() {
        let mut history = History::default();
        for height in 1..=3 {
            history.visit(Thing::Height(height));
        }
        history.back();
        history.back();
        assert_eq!(history.shown(), Some(&Thing::Height(1)));
        assert!(!history.can_go_back());
        history.forward();
        history.visit(Thing::Height(9));
        assert!(!history.can_go_forward());
        history.back();
        assert_eq!(history.shown(), Some(&Thing::Height(2)));
    }

    #[test]
    fn what_was_put_away_comes_back() {
        let mut history = History::default();
        history.visit(Thing::Height(1));
        history.clear();
        assert_eq!(history.shown(), None);
        history.back();
        assert_eq!(history.shown(), Some(&Thing::Height(1)));
        history.clear();
        history.visit(Thing::Height(1));
        assert_eq!(history.shown(), Some(&Thing::Height(1)));
    }

    #[test]
    fn the_same_thing_twice_is_one_step_and_the_way_is_bounded() {
        let mut history = History::default();
        for height in 0..500 {
            history.visit(Thing::Height(height));
            history.visit(Thing::Height(height));
        }
        let mut steps = 0;
        while history.can_go_back() {
            history.back();
            steps += 1;
        }
        assert_eq!(steps, MOST - 1);
    }
}
