//! Walking over keys sees the base and what was written over it, in both directions.

use super::*;
use crate::ledger::journal::Journal;
use crate::vm::{KeyRange, Order};
use proptest::prelude::*;
use std::collections::BTreeMap;

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

fn key() -> impl Strategy<Value = Vec<u8>> {
    // Few letters, so that keys meet; the highest byte, where the next contract begins.
    proptest::collection::vec(prop_oneof![Just(0_u8), Just(7), Just(255)], 0..3)
}

/// Everything in a span, one step after another, and how many removed keys were skipped over.
fn walk(
    journal: &Journal,
    contract: Address,
    start: Option<&[u8]>,
    end: Option<&[u8]>,
    order: Order,
) -> (Pairs, u64) {
    let (mut start, mut end) = (start.map(<[u8]>::to_vec), end.map(<[u8]>::to_vec));
    let (mut found, mut skipped) = (Vec::new(), 0);
    loop {
        let span = KeyRange {
            start: start.as_deref(),
            end: end.as_deref(),
            order,
        };
        let step = journal.first(&contract, span, 1_000);
        skipped += step.skipped;
        let Some((key, value)) = step.found else {
            return (found, skipped);
        };
        match order {
            Order::Ascending => start = Some([&key[..], &[0]].concat()),
            Order::Descending => end = Some(key.clone()),
        }
        found.push((key, value));
    }
}

proptest! {
    #[test]
    fn a_walk_gives_what_a_map_gives(
        base in proptest::collection::btree_map(key(), any::<u8>(), 0..8),
        writes in proptest::collection::vec((key(), proptest::option::of(any::<u8>())), 0..12),
        start in proptest::option::of(key()),
        end in proptest::option::of(key()),
    ) {
        // The neighbours on both sides must not be seen, nor the last address there is.
        for contract in [Hash([0; 32]), Hash([5; 32]), Hash([255; 32])] {
            let mut journal = Journal::new(&State::default());
            for other in [Hash([0; 32]), Hash([5; 32]), Hash([6; 32]), Hash([255; 32])] {
                if other != contract {
                    journal.set_storage(other, b"x", Some(Arc::from(*b"theirs")));
                    journal.set_storage(other, b"", Some(Arc::from(*b"theirs")));
                }
            }
            for (key, value) in &base {
                journal.set_storage(contract, key, Some(Arc::from([*value])));
            }
            let state = journal.into_state();
            let mut journal = Journal::new(&state);
            let mut model: BTreeMap<Vec<u8>, Vec<u8>> =
                base.iter().map(|(k, v)| (k.clone(), vec![*v])).collect();
            for (key, value) in &writes {
                journal.set_storage(contract, key, value.map(|v| Arc::from([v])));
                match value {
                    Some(value) => model.insert(key.clone(), vec![*value]),
                    None => model.remove(key),
                };
            }
            let inside = |k: &&Vec<u8>| start.as_ref().is_none_or(|s| *k >= s) && end.as_ref().is_none_or(|e| *k < e);
            let mut expected: Pairs = model
                .iter()
                .filter(|(k, _)| inside(k))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            let up = walk(&journal, contract, start.as_deref(), end.as_deref(), Order::Ascending);
            prop_assert_eq!(&up.0, &expected);
            let down = walk(&journal, contract, start.as_deref(), end.as_deref(), Order::Descending);
            expected.reverse();
            prop_assert_eq!(&down.0, &expected);
        }
    }
}

#[test]
fn patience_ends() {
    let contract = Hash([5; 32]);
    let mut journal = Journal::new(&State::default());
    for i in 0..10_u8 {
        journal.set_storage(contract, &[i], None);
    }
    journal.set_storage(contract, &[20], Some(Arc::from(*b"v")));
    let span = KeyRange {
        start: None,
        end: None,
        order: Order::Ascending,
    };
    let step = journal.first(&contract, span, 9);
    assert_eq!((step.found, step.skipped), (None, 10));
    let step = journal.first(&contract, span, 10);
    assert_eq!(
        (step.found.map(|(k, _)| k), step.skipped),
        (Some(vec![20]), 10)
    );
}
