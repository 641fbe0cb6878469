//! When and how coarsely arrows become density, kept from frame to frame: what has arrived is bundled
//! once, not once a frame.

use super::bundle::{Bundle, Bundles, Grid};
use super::filter::Filter;
use super::lanes::Lanes;
use super::layout::Layout;
use super::store::Store;

/// Up to so many messages in the window each is an arrow of its own.
const EACH_UP_TO: usize = 900;
/// Cells in pixels, from those in which only what nearly coincides merges; each level is so much coarser.
const FINEST: f64 = 9.0;
const STEP: f64 = 1.15;
const COARSEST: usize = 19;
/// Lines fall with this power of the cells' size at most: two lanes and two instants.
const POWER: f64 = 4.0;
/// Below this share of the lines there may be a finer level is tried. One level is less than this apart.
const FEW: f64 = 0.45;
/// Frames for which a level stays, unless there are too many lines.
const STEADY: u32 = 20;
/// Old bundles kept, in times of what a window may hold, before they are made anew.
const MANY: usize = 8;

#[derive(Default)]
pub struct Density {
    bundles: Bundles,
    /// On the wire, made anew each frame.
    flying: Bundles,
    made_for: Option<Made>,
    level: usize,
    /// Frames since the level changed.
    steady: u32,
    /// Arrows of the store taken in so far.
    seen: u64,
    on: bool,
}

/// Levels between so many lines and fewer, at least: as few as can be are made in vain.
fn levels(many: usize, few: usize) -> usize {
    let apart = (many as f64 / few.max(1) as f64).ln() / (POWER * STEP.ln());
    (apart as usize).max(1)
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
    /// with `lanes` and `filter`. False: few enough to draw each.
    pub fn update(
        &mut self,
        layout: &Layout,
        store: &Store,
        (lanes, filter, stamp): (&Lanes, &Filter, u64),
        lines: usize,
        now_us: u64,
    ) -> bool {
        let (from, to) = layout.window();
        let messages = store.about(from, to);
        // Between the two bounds it stays as it is, or it would flicker.
        self.on = messages > EACH_UP_TO || (self.on && messages > EACH_UP_TO * 3 / 4);
        if !self.on {
            self.made_for = None;
            self.level = 0;
            return false;
        }
        self.steady = self.steady.saturating_add(1);
        let mut refined = false;
        loop {
            let grid = Grid::of(layout, FINEST * STEP.powi(self.level as i32));
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
            self.flying.clear();
            let out = store.flying.iter().filter(|a| a.sent_us <= now_us);
            for a in out.filter(|a| filter.arrow(a)) {
                self.flying.add(a, lanes, grid);
            }
            let within = self.within(from, to).count();
            if within > lines && self.level < COARSEST {
                self.level = (self.level + levels(within, lines)).min(COARSEST);
                self.steady = 0;
                refined = true;
            } else if (within as f64) < lines as f64 * FEW
                && self.level > 0
                && !refined
                && (self.steady > STEADY || !fits)
            {
                self.level = self.level.saturating_sub(levels(lines, within));
                self.steady = 0;
                refined = true;
            } else {
                return true;
            }
        }
    }

    /// Those of which something lies between two instants, what is on the wire last.
    pub fn within(&self, from_us: u64, to_us: u64) -> impl Iterator<Item = &Bundle> {
        let flying = self.flying.within(from_us, to_us);
        self.bundles.within(from_us, to_us).chain(flying)
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

    fn updated(density: &mut Density, nodes: usize, store: &Store, lines: usize) -> bool {
        let (lanes, filter) = (Lanes::plain(nodes), Filter::default());
        let all = layout(nodes);
        density.update(&all, store, (&lanes, &filter, 0), lines, u64::MAX)
    }

    fn counts(density: &Density, nodes: usize) -> Vec<u32> {
        let (from, to) = layout(nodes).window();
        density.within(from, to).map(|b| b.count).collect()
    }

    #[test]
    fn a_few_are_drawn_one_by_one() {
        assert!(!updated(&mut Density::default(), 4, &filled(4, 6), 1_000));
    }

    #[test]
    fn a_crowd_of_any_size_fits_the_lines_there_are_and_none_is_lost() {
        for nodes in [30u32, 60, 100, 128] {
            let store = filled(nodes, 3);
            let mut density = Density::default();
            assert!(updated(&mut density, nodes as usize, &store, 1_200));
            let within = counts(&density, nodes as usize);
            // And makes use of them.
            assert!(
                (500..=1_200).contains(&within.len()),
                "{nodes}: {}",
                within.len()
            );
            assert_eq!(within.iter().sum::<u32>(), 3 * nodes * (nodes - 1));
        }
    }

    #[test]
    fn more_lines_than_before_are_made_use_of_after_a_while() {
        let store = filled(100, 3);
        let mut density = Density::default();
        updated(&mut density, 100, &store, 500);
        assert!(counts(&density, 100).len() <= 500);
        for _ in 0..200 {
            updated(&mut density, 100, &store, 2_400);
        }
        let lines = counts(&density, 100).len();
        assert!((1_080..=2_400).contains(&lines), "{lines}");
        let level = density.level;
        for _ in 0..200 {
            updated(&mut density, 100, &store, 2_400);
        }
        assert_eq!(density.level, level, "it stays as it is");
    }

    #[test]
    fn what_is_on_the_wire_takes_its_share_of_the_lines() {
        let mut store = filled(60, 2);
        let mut flying = votes(60, 210_000);
        for a in &mut flying {
            a.fate = consensusforge_core::session::view::Fate::InFlight;
        }
        store.take(batch(vec![], vec![]), flying, None);
        let mut density = Density::default();
        updated(&mut density, 60, &store, 900);
        let within = counts(&density, 60);
        assert!(within.len() <= 900, "{}", within.len());
        assert_eq!(within.iter().sum::<u32>(), 3 * 60 * 59);
    }

    #[test]
    fn what_comes_later_is_added_without_making_all_anew() {
        let mut store = filled(60, 2);
        let mut density = Density::default();
        updated(&mut density, 60, &store, 1_500);
        let before = (density.level, density.bundles.arrows);
        store.take(batch(votes(60, 210_000), vec![]), vec![], None);
        updated(&mut density, 60, &store, 5_000);
        let after = (density.level, density.bundles.arrows);
        assert_eq!(after, (before.0, before.1 + 60 * 59));
        // Forgotten and filled again: made anew.
        store.clear();
        store.take(batch(votes(60, 0), vec![]), vec![], None);
        updated(&mut density, 60, &store, 5_000);
        assert_eq!(density.bundles.arrows, 60 * 59);
    }
}
