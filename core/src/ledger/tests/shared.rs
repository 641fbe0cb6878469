use super::executor::WrongRoot;
use super::*;

#[test]
fn computing_everywhere_gives_the_same() {
    let (chain, state) = start();
    let blocks: Vec<_> = (0..4)
        .map(|salt| {
            salted(
                salt,
                vec![transfer(0, 0, person(1), coin("gold", u128::from(salt)))],
            )
        })
        .collect();
    let mut once = Ledger::new(chain);
    let mut everywhere = once.clone();
    everywhere.everywhere = true;
    for block in blocks.iter().chain(&blocks) {
        for kind in [ExecutorKind::Honest, ExecutorKind::WrongRoot] {
            let (a, b) = (
                once.execute_once(&state, block, kind),
                everywhere.execute_once(&state, block, kind),
            );
            assert_eq!(a, b);
            assert!(Arc::ptr_eq(&a, &once.execute_once(&state, block, kind)));
            assert!(!Arc::ptr_eq(
                &b,
                &everywhere.execute_once(&state, block, kind)
            ));
        }
        assert_eq!(
            once.check_once(&state, block),
            everywhere.check_once(&state, block)
        );
    }
}

#[test]
fn memory_of_executions_is_bounded() {
    let (chain, state) = start();
    let mut ledger = Ledger::new(chain);
    let first = ledger.execute_once(&state, &salted(0, Vec::new()), ExecutorKind::Honest);
    for salt in 1..=limits::MAX_EXECUTIONS_KEPT as u64 {
        ledger.execute_once(&state, &salted(salt, Vec::new()), ExecutorKind::Honest);
    }
    let again = ledger.execute_once(&state, &salted(0, Vec::new()), ExecutorKind::Honest);
    assert!(!Arc::ptr_eq(&first, &again));
    assert_eq!(first, again);
}

#[test]
fn wrong_root_is_a_really_different_state() {
    let (chain, state) = start();
    let block = block(vec![transfer(0, 0, person(1), coin("gold", 1))]);
    let mut ledger = Ledger::new(chain);
    let honest = ledger.execute_once(&state, &block, ExecutorKind::Honest);
    let lie = ledger.execute_once(&state, &block, ExecutorKind::WrongRoot);
    assert_ne!(honest.root, lie.root);
    assert_eq!(lie.root, lie.state.root());
    assert_eq!(lie.state.balance(&WrongRoot::pocket(), NATIVE_DENOM), 1);
    assert_eq!(lie.receipts, honest.receipts);
    // A chain without a single coin is lied about too.
    let poor = State::default();
    let empty = salted(1, Vec::new());
    assert_ne!(
        ledger
            .execute_once(&poor, &empty, ExecutorKind::WrongRoot)
            .root,
        ledger
            .execute_once(&poor, &empty, ExecutorKind::Honest)
            .root
    );
}
