//! Arrows that would merge on the screen, drawn as one: density.
//!
//! Two arrows belong together when they are of one kind and both their ends lie in the same cells of a
//! grid over lanes and time. The grid stands still in the run, not on the screen, so that a bundle
//! stays the same while the picture scrolls.

use super::lanes::Lanes;
use super::layout::Layout;
use consensusforge_core::session::view::{Arrow, Fate};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The size of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Lanes.
    pub lanes: u16,
    /// Microseconds.
    pub us: u64,
}

impl Grid {
    /// Cells about so many pixels wide.
    #[must_use]
    pub fn of(layout: &Layout, px: f64) -> Grid {
        let lanes = (px / layout.pitch()).round().max(1.0);
        // Lanes come whole: what a cell is too narrow or too wide by, it is longer or shorter by, so that
        // slightly coarser cells never merge much more.
        let long = px * (px / (lanes * layout.pitch())).max(if lanes > 1.0 { 0.0 } else { 1.0 });
        Grid {
            lanes: lanes as u16,
            us: (long * 1_000.0 / layout.view.px_per_ms).max(1.0) as u64,
        }
    }
}

/// Arrows drawn as one, by the mean of their ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// The first of them, the whole of it when it is alone.
    pub first: Arrow,
    pub count: u32,
    /// Mean lanes, and mean instants after those of the first.
    from: f64,
    to: f64,
    sent: f64,
    arrives: f64,
    /// The earliest and the latest instant of any.
    pub span: (u64, u64),
}

impl Bundle {
    #[must_use]
    pub fn from(&self) -> f64 {
        self.from
    }

    #[must_use]
    pub fn to(&self) -> f64 {
        self.to
    }

    #[must_use]
    pub fn sent_us(&self) -> u64 {
        (self.first.sent_us as f64 + self.sent).max(0.0) as u64
    }

    #[must_use]
    pub fn arrives_us(&self) -> u64 {
        (self.first.arrives_us as f64 + self.arrives).max(0.0) as u64
    }
}

/// Lanes' cells with kind and fate, and the cells of both instants.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key(u64, u64, u64);

impl std::hash::Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0 ^ self.1.rotate_left(29) ^ self.2.rotate_left(47));
    }
}

/// Keys are numbers of our own making: mixing them once is enough, and thousands are looked up a frame.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.write_u64(u64::from(*b));
        }
    }

    fn write_u64(&mut self, n: u64) {
        let mixed = (self.0 ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

/// Bundles of one grid, in the order their first arrows came.
#[derive(Default)]
pub struct Bundles {
    index: HashMap<Key, u32, BuildHasherDefault<Mix>>,
    list: Vec<Bundle>,
    /// Arrows taken in.
    pub arrows: usize,
}

impl Bundles {
    pub fn clear(&mut self) {
        self.index.clear();
        self.list.clear();
        self.arrows = 0;
    }

    /// Takes an arrow in; one within a single lane is none.
    pub fn add(&mut self, a: &Arrow, lanes: &Lanes, grid: Grid) {
        let (Some(from), Some(to)) = (lanes.of(a.from), lanes.of(a.to)) else {
            return;
        };
        if from == to {
            return;
        }
        self.arrows += 1;
        let lost = !matches!(a.fate, Fate::Delivered | Fate::InFlight);
        let place = (u64::from(from / grid.lanes) << 16) | u64::from(to / grid.lanes);
        let key = Key(
            (place << 9) | (u64::from(a.kind) << 1) | u64::from(lost),
            a.sent_us / grid.us,
            a.arrives_us / grid.us,
        );
        let (from, to) = (f64::from(from), f64::from(to));
        let next = self.list.len() as u32;
        let at = *self.index.entry(key).or_insert(next);
        if at == next {
            self.list.push(Bundle {
                first: a.clone(),
                count: 1,
                from,
                to,
                sent: 0.0,
                arrives: 0.0,
                span: (a.sent_us, a.arrives_us),
            });
            return;
        }
        let b = &mut self.list[at as usize];
        b.count += 1;
        let share = 1.0 / f64::from(b.count);
        b.from += (from - b.from) * share;
        b.to += (to - b.to) * share;
        b.sent += (a.sent_us as f64 - b.first.sent_us as f64 - b.sent) * share;
        b.arrives += (a.arrives_us as f64 - b.first.arrives_us as f64 - b.arrives) * share;
        b.span = (b.span.0.min(a.sent_us), b.span.1.max(a.arrives_us));
    }

    /// Those of which something lies between two instants.
    pub fn within(&self, from_us: u64, to_us: u64) -> impl Iterator<Item = &Bundle> {
        let all = self.list.iter();
        all.filter(move |b| b.span.1 >= from_us && b.span.0 <= to_us)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::arrow;
    use super::*;

    const GRID: Grid = Grid { lanes: 4, us: 100 };

    fn from_to(from: u16, to: u16, sent: u64, arrives: u64) -> Arrow {
        Arrow {
            from,
            to,
            ..arrow(sent, arrives)
        }
    }

    fn bundles(arrows: &[Arrow]) -> Vec<(u32, f64, f64, u64, u64)> {
        let mut all = Bundles::default();
        for a in arrows {
            all.add(a, &Lanes::plain(64), GRID);
        }
        let told = |b: &Bundle| (b.count, b.from(), b.to(), b.sent_us(), b.arrives_us());
        all.within(0, u64::MAX).map(told).collect()
    }

    #[test]
    fn what_would_merge_is_one_line_between_the_means() {
        let arrows = [
            from_to(0, 9, 110, 420),
            from_to(1, 10, 130, 440),
            from_to(2, 11, 150, 460),
        ];
        assert_eq!(bundles(&arrows), [(3, 1.0, 10.0, 130, 440)]);
    }

    #[test]
    fn another_cell_kind_or_fate_is_another_line() {
        let a = from_to(0, 9, 110, 420);
        let others = [
            from_to(4, 9, 110, 420),
            from_to(0, 12, 110, 420),
            from_to(0, 9, 210, 420),
            from_to(0, 9, 110, 520),
            Arrow {
                kind: 2,
                ..a.clone()
            },
            Arrow {
                fate: Fate::Lost,
                ..a.clone()
            },
        ];
        for other in others {
            assert_eq!(bundles(&[a.clone(), other]).len(), 2);
        }
        let flying = Arrow {
            fate: Fate::InFlight,
            ..a.clone()
        };
        assert_eq!(bundles(&[a, flying]).len(), 1);
    }

    #[test]
    fn nothing_is_lost_in_bundling_but_what_stays_in_one_lane() {
        let arrows: Vec<Arrow> = (0..5_000u64)
            .map(|k| from_to((k % 64) as u16, (k % 63) as u16, k, k + 300))
            .collect();
        let apart = arrows.iter().filter(|a| a.from != a.to).count();
        let mut all = Bundles::default();
        for a in &arrows {
            all.add(a, &Lanes::plain(64), GRID);
        }
        let counted: u32 = all.within(0, u64::MAX).map(|b| b.count).sum();
        assert_eq!((counted as usize, all.arrows), (apart, apart));
        assert!(all.len() < 3_000, "{}", all.len());
        assert_eq!(all.within(1_000_000, 2_000_000).count(), 0);
    }

    #[test]
    fn a_bundle_stays_the_same_while_the_picture_scrolls() {
        use super::super::layout::View;
        let layout = |top_us| Layout {
            width: 900.0,
            height: 600.0,
            lanes: 128,
            view: View {
                top_us,
                ..View::default()
            },
        };
        assert_eq!(
            Grid::of(&layout(0.0), 20.0),
            Grid::of(&layout(12_345.0), 20.0)
        );
    }
}
