use super::*;

/// One nonce, two transactions, two sides of a fork: each side is consistent, no side sees both.
#[test]
fn double_spend_lives_on_two_sides_and_never_on_one() {
    let (chain, state) = start();
    let root = state.root();
    let to_b = transfer(0, 0, person(1), coin("gold", RICH));
    let to_c = transfer(0, 0, person(2), coin("gold", RICH));
    let left = run(&chain, &state, vec![to_b.clone()]);
    let right = run(&chain, &state, vec![to_c.clone()]);
    assert_eq!(state.root(), root);
    assert_ne!(left.root, right.root);
    assert_eq!(left.state.balance(&person(1), "gold"), 2 * RICH);
    assert_eq!(left.state.balance(&person(2), "gold"), RICH);
    assert_eq!(right.state.balance(&person(2), "gold"), 2 * RICH);
    assert_eq!(right.state.balance(&person(1), "gold"), RICH);
    assert!(check_block(&chain, &left.state, &block(vec![to_c])).is_err());
    assert!(check_block(&chain, &state, &block(vec![to_b.clone(), to_b])).is_err());
}

#[test]
fn same_transaction_on_both_sides_spends_once_on_each() {
    let (chain, state) = start();
    let tx = transfer(0, 0, person(1), coin("gold", 4));
    let left = executor::Honest.execute(&chain, &state, &salted(1, vec![tx.clone()]));
    let right = executor::Honest.execute(&chain, &state, &salted(2, vec![tx.clone()]));
    assert_eq!(left.root, right.root);
    assert!(check_block(&chain, &left.state, &block(vec![tx])).is_err());
}

#[test]
fn account_proofs_hold_against_their_own_root_only() {
    let (chain, state) = start();
    let next = run(
        &chain,
        &state,
        vec![transfer(0, 0, person(1), coin("gold", 4))],
    );
    for key in [
        Key::Account(person(0)),
        Key::Account(Hash([9; 32])),
        Key::Contract(person(0)),
    ] {
        assert_eq!(state.prove(key.clone()).verify(&state.root()), Ok(()));
        assert_eq!(next.state.prove(key).verify(&next.root), Ok(()));
    }
    let old = state.prove(Key::Account(person(0)));
    assert!(old.verify(&next.root).is_err());
    let mut richer = next.state.prove(Key::Account(person(0)));
    let mut account = (**next.state.account(&person(0)).unwrap()).clone();
    account.set_balance("gold", RICH);
    richer.value = Some(crate::base::encode(&account));
    assert!(richer.verify(&next.root).is_err());
}
