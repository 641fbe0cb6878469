//! What is due, in order of time and, at one instant, in the order it was put in.

use crate::base::Micros;
use std::collections::VecDeque;

/// A radix heap: time never runs backwards, so an entry sits in a bucket by the highest of its hexadecimal
/// digits in which its time differs from the present, and by that digit. When its bucket's time has come it moves
/// down, at most 16 times in its life. At 128 validators some 16,000 copies are on the wire at once; a binary heap
/// would compare each of them 14 times.
///
/// Entries of one instant are always in one bucket, in the order of pushing: two equal times differ
/// from any present in the same digit, and buckets are emptied front to back.
#[derive(Clone, Debug)]
pub struct Queue<T> {
    now: Micros,
    due: VecDeque<T>,
    /// By digit and its value, lowest digit first.
    later: Vec<Vec<(Micros, T)>>,
    /// For each digit, a bit for each value whose bucket is not empty.
    filled: [u16; DIGITS],
}

/// Hexadecimal digits of an instant.
const DIGITS: usize = 16;

/// Where an entry waits, until something is pushed or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(usize, usize);

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Queue {
            now: 0,
            due: VecDeque::new(),
            later: (0..DIGITS * 16).map(|_| Vec::new()).collect(),
            filled: [0; DIGITS],
        }
    }
}

impl<T> Queue<T> {
    /// Puts `item` in for `at`; an instant already past counts as the present.
    pub fn push(&mut self, at: Micros, item: T) {
        if at <= self.now {
            self.due.push_back(item);
        } else {
            self.put(at, item);
        }
    }

    /// Puts in what is not due yet.
    fn put(&mut self, at: Micros, item: T) {
        let bucket = bucket(at, self.now);
        self.filled[bucket / 16] |= 1 << (bucket % 16);
        self.later[bucket].push((at, item));
    }

    /// The bucket of the next instants: of the lowest digit that has any, the lowest value.
    fn nearest(&self) -> Option<usize> {
        let digit = self.filled.iter().position(|values| *values != 0)?;
        Some(digit * 16 + self.filled[digit].trailing_zeros() as usize)
    }

    /// The instant of the next entry.
    #[must_use]
    pub fn next_at(&self) -> Option<Micros> {
        if !self.due.is_empty() {
            return Some(self.now);
        }
        let nearest = self.later.get(self.nearest()?)?;
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
            self.filled[index / 16] &= !(1 << (index % 16));
            let mut entries = std::mem::take(&mut self.later[index]);
            for (when, item) in entries.drain(..) {
                if when == at {
                    self.due.push_back(item);
                } else {
                    self.put(when, item);
                }
            }
            // What moved went to lower digits: the bucket is empty and keeps its room.
            self.later[index] = entries;
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
        let entries = self.later.get_mut(bucket)?;
        let taken = (index < entries.len()).then(|| entries.remove(index));
        if entries.is_empty() {
            self.filled[bucket / 16] &= !(1 << (bucket % 16));
        }
        taken
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

/// Bucket of a later instant: the highest digit in which it differs from the present, and its value.
fn bucket(at: Micros, now: Micros) -> usize {
    let digit = (63 - (at ^ now).leading_zeros() as usize) / 4;
    digit * 16 + (at >> (4 * digit) & 15) as usize
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
