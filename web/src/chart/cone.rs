//! Causal past and future of a thing, on what is loaded: along lifelines and messages.

use super::hit::Pick;
use super::store::Store;
use consensusforge_core::session::view::{Arrow, Fate, Mark};

/// For each node the last instant of it that is in the past of the thing, and the first that is in its
/// future. Whatever happened before the one may have led to the thing, whatever after the other may
/// follow from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cone {
    past: Vec<Option<u64>>,
    future: Vec<Option<u64>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Past,
    Future,
}

impl Cone {
    /// None for a lifeline: all of it has no one past.
    #[must_use]
    pub fn of(pick: &Pick, store: &Store, nodes: usize) -> Option<Cone> {
        let mut cone = Cone {
            past: vec![None; nodes],
            future: vec![None; nodes],
        };
        match pick {
            Pick::Arrow(a) => {
                *cone.past.get_mut(usize::from(a.from))? = Some(a.sent_us);
                if arrived(a) {
                    *cone.future.get_mut(usize::from(a.to))? = Some(a.arrives_us);
                }
            }
            Pick::Mark(m) => {
                *cone.past.get_mut(usize::from(m.node))? = Some(m.at_us);
                *cone.future.get_mut(usize::from(m.node))? = Some(m.at_us);
            }
            Pick::Node(_) => return None,
        }
        // Records stand in the order of arrival: going back, whatever could lead to a message's sending
        // arrived before it was sent, so one pass each way is enough.
        for a in store.arrived_newest_first() {
            if cone.arrow(a) == Some(Side::Past) {
                let from = &mut cone.past[usize::from(a.from)];
                *from = (*from).max(Some(a.sent_us));
            }
        }
        for a in store.arrived() {
            let from = cone.future.get(usize::from(a.from)).copied().flatten();
            if from.is_some_and(|t| a.sent_us >= t)
                && arrived(a)
                && let Some(to) = cone.future.get_mut(usize::from(a.to))
            {
                *to = Some(to.map_or(a.arrives_us, |t| t.min(a.arrives_us)));
            }
        }
        Some(cone)
    }

    /// A message is in the past when its arrival is, in the future when its sending is.
    #[must_use]
    pub fn arrow(&self, a: &Arrow) -> Option<Side> {
        let at = |side: &[Option<u64>], node: u16| side.get(usize::from(node)).copied().flatten();
        if arrived(a) && at(&self.past, a.to).is_some_and(|t| a.arrives_us <= t) {
            return Some(Side::Past);
        }
        let follows = at(&self.future, a.from).is_some_and(|t| a.sent_us >= t);
        follows.then_some(Side::Future)
    }

    #[must_use]
    pub fn mark(&self, m: &Mark) -> Option<Side> {
        let node = usize::from(m.node);
        if self.before(node).is_some_and(|t| m.at_us <= t) {
            Some(Side::Past)
        } else if self.after(node).is_some_and(|t| m.at_us >= t) {
            Some(Side::Future)
        } else {
            None
        }
    }

    /// Until when a lifeline is in the past.
    #[must_use]
    pub fn before(&self, node: usize) -> Option<u64> {
        self.past.get(node).copied().flatten()
    }

    /// From when on a lifeline is in the future.
    #[must_use]
    pub fn after(&self, node: usize) -> Option<u64> {
        self.future.get(node).copied().flatten()
    }
}

/// What is lost has no effect; what is on its way will have one.
fn arrived(a: &Arrow) -> bool {
    match a.fate {
        Fate::Delivered | Fate::InFlight => true,
        Fate::Lost | Fate::Cut | Fate::ReceiverDown | Fate::Dropped => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::{batch, from_to};
    use super::*;

    /// 0 -> 1 -> 2 -> 0 in a chain, and 3 -> 1 too late to matter.
    fn chain() -> (Store, Vec<Arrow>) {
        let arrows = vec![
            from_to(0, 1, 10, 20),
            from_to(1, 2, 25, 40),
            from_to(3, 1, 10, 50),
            from_to(2, 0, 45, 60),
            from_to(1, 3, 55, 70),
        ];
        let mut store = Store::default();
        store.take(batch(arrows.clone(), vec![]), vec![], None);
        (store, arrows)
    }

    #[test]
    fn a_chain_of_messages_is_lit_and_the_late_one_is_not() {
        let (store, a) = chain();
        let cone = Cone::of(&Pick::Arrow(a[3].clone()), &store, 4).expect("an arrow has one");
        let sides: Vec<_> = a.iter().map(|x| cone.arrow(x)).collect();
        assert_eq!(
            sides,
            [Some(Side::Past), Some(Side::Past), None, None, None]
        );
        assert_eq!((cone.before(0), cone.before(3)), (Some(10), None));

        let cone = Cone::of(&Pick::Arrow(a[0].clone()), &store, 4).expect("an arrow has one");
        let sides: Vec<_> = a[1..].iter().map(|x| cone.arrow(x)).collect();
        let future = Some(Side::Future);
        assert_eq!(sides, [future, None, future, future]);
        assert_eq!(cone.after(0), Some(60));
    }

    #[test]
    fn what_is_lost_leads_nowhere() {
        let lost = Arrow {
            fate: Fate::Lost,
            ..from_to(0, 1, 10, 20)
        };
        let next = from_to(1, 2, 25, 40);
        let mut store = Store::default();
        store.take(
            batch(vec![lost.clone(), next.clone()], vec![]),
            vec![],
            None,
        );
        let cone = Cone::of(&Pick::Arrow(lost.clone()), &store, 3).expect("one");
        assert_eq!(cone.arrow(&next), None);
        let cone = Cone::of(&Pick::Arrow(next), &store, 3).expect("one");
        assert_eq!(cone.arrow(&lost), None);
    }

    #[test]
    fn a_lifeline_has_no_cone() {
        let (store, _) = chain();
        assert_eq!(Cone::of(&Pick::Node(1), &store, 4), None);
    }
}
