use crate::base::{Hash, hash_bytes};
use crate::ledger::tree::{Change, Leaf, Proof, Tree};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Few paths that share many leading bits, so that small tests meet deep splits.
fn path(i: u8) -> Hash {
    let mut bytes = [0; 32];
    bytes[0] = i & 0b1100_0000;
    bytes[9] = i & 0b0011_0000;
    bytes[31] = i & 0b0000_1111;
    Hash(bytes)
}

fn value(i: u8) -> Hash {
    hash_bytes("value", &[i])
}

fn of(entries: impl IntoIterator<Item = (Hash, Hash)>) -> Tree {
    let mut tree = Tree::default();
    tree.apply(entries.into_iter().map(|(k, v)| (k, Some(v))).collect());
    tree
}

#[test]
fn empty_tree_proves_absence() {
    let tree = Tree::default();
    assert_eq!(tree.root(), Hash::ZERO);
    assert!(tree.prove(&path(1)).verify(&Hash::ZERO, &path(1), None));
    assert!(
        !tree
            .prove(&path(1))
            .verify(&Hash::ZERO, &path(1), Some(&value(1)))
    );
}

#[test]
fn last_change_to_a_path_wins() {
    let mut tree = Tree::default();
    tree.apply(vec![
        (path(1), Some(value(1))),
        (path(2), Some(value(2))),
        (path(1), Some(value(3))),
        (path(2), None),
    ]);
    assert_eq!(tree.root(), of([(path(1), value(3))]).root());
}

/// A leaf elsewhere must not pass for "nothing here": its path has to lead to where the proof ends.
#[test]
fn absence_is_not_proved_by_a_leaf_elsewhere() {
    let tree = of([(path(0), value(0)), (path(0b1000_0000), value(1))]);
    let honest = tree.prove(&path(0));
    let end = Some(Leaf {
        path: path(0b1000_0000),
        value: value(1),
    });
    let forged = Proof { end, ..honest };
    assert!(!forged.verify(&tree.root(), &path(0), None));
}

#[test]
fn overlong_proof_is_refused() {
    let proof = Proof {
        end: None,
        siblings: vec![Hash::ZERO; 100_000],
    };
    assert!(!proof.verify(&Hash::ZERO, &path(0), None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn root_depends_on_contents_alone(batches in prop::collection::vec(
        prop::collection::vec((any::<u8>(), prop::option::weighted(0.7, any::<u8>())), 0..12), 0..8))
    {
        let mut tree = Tree::default();
        let mut one_by_one = Tree::default();
        let mut model = BTreeMap::new();
        for batch in batches {
            let changes: Vec<Change> =
                batch.iter().map(|(k, v)| (path(*k), v.map(value))).collect();
            for change in &changes {
                one_by_one.apply(vec![*change]);
                match change.1 {
                    Some(value) => model.insert(change.0, value),
                    None => model.remove(&change.0),
                };
            }
            let before = tree.clone();
            let root_before = before.root();
            tree.apply(changes);
            prop_assert_eq!(before.root(), root_before);
        }
        prop_assert_eq!(tree.root(), of(model.clone()).root());
        prop_assert_eq!(tree.root(), of(model.clone().into_iter().rev()).root());
        prop_assert_eq!(tree.root(), one_by_one.root());
        for i in 0..=255 {
            let expected = model.get(&path(i));
            prop_assert_eq!(tree.get(&path(i)), expected.copied());
            prop_assert!(tree.prove(&path(i)).verify(&tree.root(), &path(i), expected));
        }
    }

    #[test]
    fn deleting_restores_the_earlier_root(
        kept in prop::collection::btree_set(any::<u8>(), 0..30),
        extra in prop::collection::btree_set(any::<u8>(), 0..30),
    ) {
        let before = of(kept.iter().map(|i| (path(*i), value(*i))));
        let mut tree = before.clone();
        let added = || extra.iter().filter(|i| !kept.contains(i)).map(|i| path(*i));
        tree.apply(added().map(|p| (p, Some(value(0)))).collect());
        tree.apply(added().map(|p| (p, None)).collect());
        prop_assert_eq!(tree.root(), before.root());
    }

    #[test]
    fn tampered_proofs_fail(
        keys in prop::collection::btree_set(any::<u8>(), 2..30),
        asked: u8, at: prop::sample::Index, byte in 0usize..32, bit in 0u8..8,
    ) {
        let tree = of(keys.iter().map(|i| (path(*i), value(*i))));
        let (root, path) = (tree.root(), path(asked));
        let proof = tree.prove(&path);
        let held = tree.get(&path);
        prop_assert!(proof.verify(&root, &path, held.as_ref()));
        // The other claim, another value, another root.
        prop_assert!(!proof.verify(&root, &path, held.map_or(Some(value(0)), |_| None).as_ref()));
        prop_assert!(!proof.verify(&root, &path, Some(&hash_bytes("other", &[]))));
        prop_assert!(!proof.verify(&hash_bytes("root", &[]), &path, held.as_ref()));
        if !proof.siblings.is_empty() {
            let i = at.index(proof.siblings.len());
            let mut bent = proof.clone();
            bent.siblings[i].0[byte] ^= 1 << bit;
            prop_assert!(!bent.verify(&root, &path, held.as_ref()));
            let mut short = proof.clone();
            short.siblings.remove(i);
            prop_assert!(!short.verify(&root, &path, held.as_ref()));
        }
        let mut bent = proof.clone();
        match &mut bent.end {
            Some(leaf) => leaf.value.0[byte] ^= 1 << bit,
            none => *none = Some(Leaf { path, value: value(0) }),
        }
        prop_assert!(!bent.verify(&root, &path, held.as_ref()));
        prop_assert!(!bent.verify(&root, &path, bent.end.map(|l| l.value).as_ref()));
    }
}
