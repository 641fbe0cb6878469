//! What is due, in order of time and, at one instant, in the order it was put in.

use crate::base::Micros;
use std::collections::VecDeque;

/// A radix heap: time never runs backwards, so an entry sits in the bucket of the highest bit in which
/// its time differs from the present, and moves down at most 64 times in its life. At 128 validators
/// some 16,000 copies are on the wire at once; a binary heap would compare each of them 14 times.
///
/// Entries of one instant are always in one bucket, in the order of pushing: two equal times differ
/// from any present in the same highest bit, and buckets are emptied front to back.
#[derive(Clone, Debug)]
pub struct Queue<T> {
    now: Micros,
    due: VecDeque<T>,
    later: Vec<Vec<(Micros, T)>>,
}

/// Where an entry waits, until something is pushed or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(usize, usize);

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Queue {
            now: 0,
            due: VecDeque::new(),
            later: (0..64).map(|_| Vec::new()).collect(),
        }
    }
}

impl<T> Queue<T> {
    /// Puts `item` in for `at`; an instant already past counts as the present.
    pub fn push(&mut self, at: Micros, item: T) {
        if at <= self.now {
            self.due.push_back(item);
        } else {
            self.later[bucket(at, self.now)].push((at, item));
        }
    }

    /// The instant of the next entry.
    #[must_use]
    pub fn next_at(&self) -> Option<Micros> {
        if !self.due.is_empty() {
            return Some(self.now);
        }
        let nearest = self.later.iter().find(|b| !b.is_empty())?;
        nearest.iter().map(|(at, _)| *at).min()
    }

    /// The next entry, if it is due at `until` or before.
    #[must_use]
    pub fn peek(&self, until: Micros) -> Option<(Micros, &T)> {
        let at = self.next_at().filter(|at| *at <= until)?;
        let waiting = match self.due.front() {
            Some(item) => Some(item),
            None => self.later.get(bucket(at, self.now)).and_then(|bucket| {
                let mut entries = bucket.iter();
                entries.find(|(when, _)| *when == at).map(|(_, item)| item)
            }),
        };
        Some((at, waiting?))
    }

    /// Takes the next entry if it is due at `until` or before.
    pub fn pop(&mut self, until: Micros) -> Option<(Micros, T)> {
        if self.due.is_empty() {
            let at = self.next_at()?;
            if at > until {
                return None;
            }
            let index = bucket(at, self.now);
            self.now = at;
            for (when, item) in std::mem::take(&mut self.later[index]) {
                if when == at {
                    self.due.push_back(item);
                } else {
                    self.later[bucket(when, at)].push((when, item));
                }
            }
        } else if self.now > until {
            return None;
        }
        Some((self.now, self.due.pop_front()?))
    }

    /// Every entry with its place, in no particular order but that of pushing among those of one instant.
    pub fn places(&self) -> impl Iterator<Item = (Place, Micros, &T)> {
        let due = self.due.iter().enumerate();
        let due = due.map(|(i, item)| (Place(usize::MAX, i), self.now, item));
        let later = self.later.iter().enumerate().flat_map(|(b, bucket)| {
            let entries = bucket.iter().enumerate();
            entries.map(move |(i, (at, item))| (Place(b, i), *at, item))
        });
        due.chain(later)
    }

    /// Takes an entry out, found by [`Self::places`] and nothing pushed or taken since; the others keep
    /// their order.
    pub fn take(&mut self, place: Place) -> Option<(Micros, T)> {
        let Place(bucket, index) = place;
        if bucket == usize::MAX {
            return Some((self.now, self.due.remove(index)?));
        }
        let bucket = self.later.get_mut(bucket)?;
        (index < bucket.len()).then(|| bucket.remove(index))
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.due.len() + self.later.iter().map(Vec::len).sum::<usize>()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everything waiting, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (Micros, &T)> {
        let due = self.due.iter().map(|item| (self.now, item));
        due.chain(self.later.iter().flatten().map(|(at, item)| (*at, item)))
    }
}

/// Bucket of a later instant: the highest bit in which it differs from the present.
fn bucket(at: Micros, now: Micros) -> usize {
    63 - (at ^ now).leading_zeros() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pops_in_order_of_time_then_of_pushing(steps in proptest::collection::vec((0u64..5_000, 0usize..4), 1..400)) {
            let mut queue = Queue::default();
            let mut model: Vec<(Micros, usize)> = Vec::new();
            let mut now = 0;
            for (number, (ahead, pops)) in steps.into_iter().enumerate() {
                queue.push(now + ahead, number);
                model.push((now + ahead, number));
                for _ in 0..pops {
                    let expected = model.iter().copied().min();
                    prop_assert_eq!(queue.next_at(), expected.map(|e| e.0));
                    prop_assert_eq!(queue.pop(Micros::MAX), expected);
                    if let Some(e) = expected {
                        now = e.0;
                        model.retain(|m| *m != e);
                    }
                }
                prop_assert_eq!(queue.iter().count(), model.len());
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_out_is_gone_and_the_rest_keeps_its_order(
            ahead in proptest::collection::vec(0u64..50, 1..40), pops in 0usize..20, which in any::<prop::sample::Index>(),
        ) {
            let mut queue = Queue::default();
            for (number, at) in ahead.iter().enumerate() {
                queue.push(*at, number);
            }
            for _ in 0..pops.min(ahead.len() - 1) {
                queue.pop(Micros::MAX);
            }
            let places: Vec<_> = queue.places().map(|(p, at, n)| (p, at, *n)).collect();
            let (place, at, number) = places[which.index(places.len())];
            let mut rest: Vec<_> = places.iter().map(|p| (p.1, p.2)).filter(|e| e.1 != number).collect();
            rest.sort_unstable();
            prop_assert_eq!(queue.take(place), Some((at, number)));
            let left: Vec<_> = std::iter::from_fn(|| queue.pop(Micros::MAX)).collect();
            prop_assert_eq!(left, rest);
        }
    }

    #[test]
    fn nothing_is_taken_before_its_time() {
        let mut queue = Queue::default();
        queue.push(10, 'a');
        assert_eq!(queue.pop(9), None);
        assert_eq!(queue.pop(10), Some((10, 'a')));
    }
}
