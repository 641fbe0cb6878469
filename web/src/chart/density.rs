//! When and how coarsely arrows become density, kept from frame to frame: what has arrived is bundled
//! once, not once a frame.

use super::bundle::{Bundles, Grid};
use super::filter::Filter;
use super::lanes::Lanes;
use super::layout::Layout;
use super::store::Store;

/// Up to so many messages in the window each is an arrow of its own.
const EACH_UP_TO: usize = 900;
/// Cells in pixels, from those in which only what nearly coincides merges.
const LEVELS: [f64; 7] = [9.0, 14.0, 22.0, 34.0, 52.0, 80.0, 120.0];
/// Old bundles kept, in times of what a window may hold, before they are made anew.
const MANY: usize = 8;

#[derive(Default)]
pub struct Density {
    bundles: Bundles,
    made_for: Option<Made>,
    level: usize,
    /// Arrows of the store taken in so far.
    seen: u64,
    on: bool,
}

/// What the bundles were made for; anything else and they must be made anew.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Made {
    grid: Grid,
    /// Of lanes and filter.
    stamp: u64,
    era: u64,
    from_us: u64,
    to_us: u64,
}

impl Density {
    /// Brings the bundles up to date; `lines` is how many a window should hold at most, `stamp` changes
    /// with `lanes` and `filter`. None: few enough to draw each.
    pub fn update(
        &mut self,
        layout: &Layout,
        store: &Store,
        (lanes, filter, stamp): (&Lanes, &Filter, u64),
        lines: usize,
    ) -> Option<Grid> {
        let (from, to) = layout.window();
        let messages = store.about(from, to);
        // Between the two bounds it stays as it is, or it would flicker.
        self.on = messages > EACH_UP_TO || (self.on && messages > EACH_UP_TO * 3 / 4);
        if !self.on {
            self.made_for = None;
            self.level = 0;
            return None;
        }
        loop {
            let grid = Grid::of(layout, LEVELS[self.level]);
            let fits = self.made_for.is_some_and(|m| {
                m.grid == grid
                    && m.stamp == stamp
                    && m.era == store.era()
                    && m.from_us <= from
                    && m.to_us >= to
            });
            if fits && self.bundles.len() <= lines * MANY {
                self.add_new(store, lanes, filter, grid);
            } else {
                self.make(store, lanes, filter, grid, (from, to), stamp);
            }
            let within = self.bundles.within(from, to).count();
            if within > lines && self.level + 1 < LEVELS.len() {
                self.level += 1;
            } else if within < lines / 6 && self.level > 0 && !fits {
                // Only when made anew: finer now costs nothing extra.
                self.level -= 1;
                let finer = Grid::of(layout, LEVELS[self.level]);
                self.make(store, lanes, filter, finer, (from, to), stamp);
                if self.bundles.within(from, to).count() <= lines {
                    return Some(finer);
                }
                self.level += 1;
            } else {
                return Some(grid);
            }
        }
    }

    #[must_use]
    pub fn bundles(&self) -> &Bundles {
        &self.bundles
    }

    fn add_new(&mut self, store: &Store, lanes: &Lanes, filter: &Filter, grid: Grid) {
        for a in store.pushed_since(self.seen).filter(|a| filter.arrow(a)) {
            self.bundles.add(a, lanes, grid);
        }
        self.seen = store.pushed();
    }

    fn make(
        &mut self,
        store: &Store,
        lanes: &Lanes,
        filter: &Filter,
        grid: Grid,
        (from, to): (u64, u64),
        stamp: u64,
    ) {
        // A window to either side, so that scrolling does not make them anew at once; all that comes.
        let margin = to.saturating_sub(from);
        let from_us = from.saturating_sub(margin);
        let newest = store.span().map_or(0, |s| s.1);
        let to_us = if to + margin >= newest {
            u64::MAX
        } else {
            to + margin
        };
        self.bundles.clear();
        for a in store.settled_in(from_us, to_us).filter(|a| filter.arrow(a)) {
            self.bundles.add(a, lanes, grid);
        }
        self.seen = store.pushed();
        self.made_for = Some(Made {
            grid,
            stamp,
            era: store.era(),
            from_us,
            to_us,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::View;
    use super::super::store::tests::{arrow, batch};
    use super::*;
    use consensusforge_core::session::view::Arrow;

    fn layout(nodes: usize) -> Layout {
        Layout {
            width: 900.0,
            height: 646.0,
            lanes: nodes,
            view: View::default(),
        }
    }

    /// A round of votes from everybody to everybody, sent about `at`.
    fn votes(nodes: u32, at: u64) -> Vec<Arrow> {
        let pairs = (0..nodes).flat_map(|f| (0..nodes).map(move |t| (f, t)));
        pairs
            .filter(|(f, t)| f != t)
            .map(|(f, t)| Arrow {
                message: f,
                from: f as u16,
                to: t as u16,
                ..arrow(
                    at + u64::from(f) * 300,
                    at + u64::from(f) * 300 + 40_000 + u64::from(t * 37 % 20) * 1_000,
                )
            })
            .collect()
    }

    fn filled(nodes: u32, rounds: u64) -> Store {
        let mut store = Store::default();
        for k in 0..rounds {
            store.take(batch(votes(nodes, k * 100_000), vec![]), vec![], None);
        }
        store
    }

    #[test]
    fn a_few_are_drawn_one_by_one() {
        let mut density = Density::default();
        let (lanes, filter) = (Lanes::plain(4), Filter::default());
        let grid = density.update(&layout(4), &filled(4, 6), (&lanes, &filter, 0), 1_000);
        assert_eq!(grid, None);
    }

    #[test]
    fn a_crowd_of_any_size_fits_the_lines_there_are_and_none_is_lost() {
        for nodes in [30u32, 60, 128] {
            let store = filled(nodes, 3);
            let mut density = Density::default();
            let (lanes, filter) = (Lanes::plain(nodes as usize), Filter::default());
            let all = layout(nodes as usize);
            let grid = density.update(&all, &store, (&lanes, &filter, 0), 1_200);
            assert!(grid.is_some(), "{nodes}");
            let (from, to) = all.window();
            let within: Vec<u32> = density
                .bundles()
                .within(from, to)
                .map(|b| b.count)
                .collect();
            assert!(within.len() <= 1_200, "{nodes}: {}", within.len());
            assert_eq!(within.iter().sum::<u32>(), 3 * nodes * (nodes - 1));
        }
    }

    #[test]
    fn what_comes_later_is_added_without_making_all_anew() {
        let mut store = filled(60, 2);
        let mut density = Density::default();
        let (lanes, filter) = (Lanes::plain(60), Filter::default());
        let l = layout(60);
        let first = density.update(&l, &store, (&lanes, &filter, 0), 1_500);
        let before = density.bundles().arrows;
        store.take(batch(votes(60, 210_000), vec![]), vec![], None);
        assert_eq!(
            density.update(&l, &store, (&lanes, &filter, 0), 5_000),
            first
        );
        assert_eq!(density.bundles().arrows, before + 60 * 59);
        // Forgotten and filled again: made anew.
        store.clear();
        store.take(batch(votes(60, 0), vec![]), vec![], None);
        density.update(&l, &store, (&lanes, &filter, 0), 5_000);
        assert_eq!(density.bundles().arrows, 60 * 59);
    }
}
