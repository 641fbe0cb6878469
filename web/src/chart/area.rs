//! An area of the chart, summed.

use super::filter::Filter;
use super::lanes::Lanes;
use super::layout::Layout;
use super::store::Store;
use consensusforge_core::session::view::Fate;

/// Lanes, both ends included, for a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    pub from_us: u64,
    pub to_us: u64,
    pub lanes: (u16, u16),
}

/// Messages of one kind in an area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub kind: u8,
    /// Left a lifeline of the area within its time.
    pub sent: u64,
    /// Arrived at a lifeline of the area within its time.
    pub received: u64,
    pub lost: u64,
    /// Of those that arrived.
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    pub area: Area,
    pub nodes: Vec<u16>,
    /// By kind, those of which there is something.
    pub counts: Vec<Count>,
}

impl Area {
    /// Between two corners on the screen, in any order; none when it holds no lifeline.
    #[must_use]
    pub fn between(layout: &Layout, a: (f64, f64), b: (f64, f64)) -> Option<Area> {
        let (a, b) = (layout.split(a.0, a.1), layout.split(b.0, b.1));
        let time = |along: f64| layout.time(along.max(layout.head())).max(0.0) as u64;
        let (from_us, to_us) = (time(a.1.min(b.1)), time(a.1.max(b.1)));
        // A lifeline is in the area when its line is, not when half the gap beside it is.
        let (low, high) = (a.0.min(b.0), a.0.max(b.0));
        let inside = (0..layout.lanes as u16).filter(|k| {
            let x = layout.across(f64::from(*k));
            (low..=high).contains(&x)
        });
        let lanes: Vec<u16> = inside.collect();
        Some(Area {
            from_us,
            to_us,
            lanes: (*lanes.first()?, *lanes.last()?),
        })
    }

    /// What lies in it of what is shown.
    #[must_use]
    pub fn sum(&self, store: &Store, lanes: &Lanes, filter: &Filter) -> Sum {
        let inside = |node: u16| {
            let lane = lanes.of(node);
            lane.is_some_and(|k| (self.lanes.0..=self.lanes.1).contains(&k))
        };
        let during = |at: u64| (self.from_us..=self.to_us).contains(&at);
        let mut counts: Vec<Count> = Vec::new();
        let shown = store.arrows_in(self.from_us, self.to_us);
        for a in shown.filter(|a| filter.arrow(a)) {
            let left = inside(a.from) && during(a.sent_us);
            let came = inside(a.to) && during(a.arrives_us);
            if !left && !came {
                continue;
            }
            let k = counts.iter().position(|c| c.kind == a.kind);
            let k = k.unwrap_or_else(|| {
                counts.push(Count {
                    kind: a.kind,
                    ..Count::default()
                });
                counts.len() - 1
            });
            let count = &mut counts[k];
            count.sent += u64::from(left);
            match a.fate {
                Fate::Delivered => {
                    count.received += u64::from(came);
                    count.bytes += if came { u64::from(a.bytes) } else { 0 };
                }
                Fate::InFlight => {}
                Fate::Lost | Fate::Cut | Fate::ReceiverDown | Fate::Dropped => count.lost += 1,
            }
        }
        counts.sort_by_key(|c| c.kind);
        let all = self.lanes.0..=self.lanes.1;
        Sum {
            area: *self,
            nodes: all.flat_map(|k| lanes.nodes(k).to_vec()).collect(),
            counts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::View;
    use super::super::store::tests::{arrow, batch};
    use super::*;
    use consensusforge_core::session::view::Arrow;

    #[test]
    fn what_leaves_and_arrives_within_is_counted_once_each() {
        let mut store = Store::default();
        let lost = Arrow {
            fate: Fate::Lost,
            ..arrow(150, 300)
        };
        let other = Arrow {
            kind: 2,
            from: 2,
            to: 0,
            ..arrow(50, 180)
        };
        let outside = Arrow {
            from: 2,
            to: 3,
            ..arrow(120, 140)
        };
        let all = vec![arrow(100, 190), lost, other, outside, arrow(190, 900)];
        store.take(batch(all, vec![]), vec![], None);
        let area = Area {
            from_us: 100,
            to_us: 200,
            lanes: (0, 0),
        };
        let sum = area.sum(&store, &Lanes::plain(4), &Filter::default());
        assert_eq!(sum.nodes, [0]);
        let count = |kind, sent, received, lost, bytes| Count {
            kind,
            sent,
            received,
            lost,
            bytes,
        };
        assert_eq!(sum.counts, [count(1, 3, 0, 1, 0), count(2, 0, 1, 0, 100)]);
    }

    #[test]
    fn corners_may_come_in_any_order_and_must_hold_a_lifeline() {
        let layout = Layout {
            width: 480.0 + 94.0,
            height: 600.0,
            lanes: 4,
            view: View::default(),
        };
        let (a, b) = (layout.place(1, 100_000), layout.place(2, 250_000));
        let (a, b) = ((a.0 - 5.0, a.1), (b.0 + 5.0, b.1));
        let area = Area::between(&layout, b, a).expect("two lifelines");
        assert_eq!(area.lanes, (1, 2));
        assert!(area.from_us.abs_diff(100_000) <= 1 && area.to_us.abs_diff(250_000) <= 1);
        let between = (a.0 + 20.0, a.1);
        assert_eq!(Area::between(&layout, between, (a.0 + 30.0, b.1)), None);
    }
}
