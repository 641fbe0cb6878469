use super::*;

fn insert(pool: &mut Mempool, state: &State, tx: &Arc<SignedTransaction>) -> Result<(), String> {
    pool.insert(tx, state, &chain().id, false)
        .map_err(|why| why.to_string())
}

fn gold(from: u64, nonce: u64, price: u64) -> Arc<SignedTransaction> {
    let mut tx = transfer(from, nonce, person(3), coin("gold", 1))
        .transaction
        .clone();
    tx.gas_price = price;
    sign(tx)
}

#[test]
fn proposals_follow_price_then_arrival_and_nonces() {
    let (chain, state) = start();
    let mut pool = Mempool::default();
    let txs = [
        gold(0, 1, 9),
        gold(0, 0, 1),
        gold(1, 0, 1),
        gold(2, 0, 5),
        gold(2, 2, 7), // nonce 1 is missing
    ];
    for tx in &txs {
        insert(&mut pool, &state, tx).unwrap();
    }
    let taken = pool.take(&state, u64::MAX, usize::MAX);
    let places: Vec<usize> = taken
        .iter()
        .map(|t| txs.iter().position(|x| x == t).unwrap())
        .collect();
    // Its price does not carry 0 past the nonce that must come first.
    assert_eq!(places, [3, 1, 0, 2]);
    check_block(&chain, &state, &block(taken)).unwrap();
}

#[test]
fn proposals_stay_within_gas_and_bytes() {
    let (_, state) = start();
    let mut pool = Mempool::default();
    for nonce in 0..10 {
        insert(&mut pool, &state, &gold(0, nonce, 1)).unwrap();
    }
    let limit = gold(0, 0, 1).transaction.gas_limit;
    assert_eq!(pool.take(&state, limit * 3 + 1, usize::MAX).len(), 3);
    assert_eq!(pool.take(&state, u64::MAX, 240 * 4).len(), 4);
    assert_eq!(pool.take(&state, 0, usize::MAX).len(), 0);
    assert_eq!(pool.len(), 10);
}

#[test]
fn refusals_say_why() {
    let (chain, state) = start();
    let mut pool = Mempool::default();
    let tx = gold(0, 0, 1);
    insert(&mut pool, &state, &tx).unwrap();
    let no = |pool: &mut Mempool, tx| insert(pool, &state, &tx).unwrap_err();
    assert!(no(&mut pool, tx.clone()).contains("is waiting already"));
    assert!(no(&mut pool, gold(0, 0, 2)).contains("another transaction of the account"));
    assert!(no(&mut pool, gold(1, 0, u64::MAX)).contains("cannot be paid"));
    let stranger = transfer(PEOPLE, 0, person(0), coin("gold", 1));
    assert!(no(&mut pool, stranger).contains("cannot be paid from 0"));
    let forged = SignedTransaction::with_signature(gold(1, 0, 1).transaction.clone(), tx.signature);
    assert!(no(&mut pool, forged).contains("the signature is not"));

    let next = run(&chain, &state, vec![tx.clone()]).state;
    assert!(
        insert(&mut Mempool::default(), &next, &tx)
            .unwrap_err()
            .contains("nonce 0 is spent")
    );
}

#[test]
fn count_and_bytes_are_bounded() {
    let (_, state) = start();
    let mut pool = Mempool::default();
    for nonce in 0..limits::MAX_MEMPOOL_TXS as u64 {
        let mut tx = gold(0, nonce, 0).transaction.clone();
        tx.gas_limit = prices::of(&tx.action);
        insert(&mut pool, &state, &sign(tx)).unwrap();
    }
    let full = insert(&mut pool, &state, &gold(1, 0, 1)).unwrap_err();
    assert!(full.starts_with("the mempool is full: at most 5000"));

    let mut pool = Mempool::default();
    let big = vec![0; limits::MAX_WASM_BYTES_STRICT];
    let mut refused = 0;
    for nonce in 0..12 {
        let mut tx = deploy(0, nonce, &big).transaction.clone();
        tx.gas_price = 0;
        refused += usize::from(insert(&mut pool, &state, &sign(tx)).is_err());
        assert!(pool.bytes() <= limits::MAX_MEMPOOL_BYTES);
    }
    assert_eq!(refused, 2);
    // Two modules fit a block.
    assert_eq!(pool.take(&state, u64::MAX, usize::MAX).len(), 2);
}

/// Three modules of 3 MiB would be more than four blocks: each waits for its own, and others ride along.
#[test]
fn one_module_larger_than_a_block_goes_into_each() {
    let (chain, state) = start();
    let mut pool = Mempool::default();
    let huge = vec![0; limits::MAX_WASM_BYTES];
    for user in 0..2 {
        let mut tx = deploy(user, 0, &huge).transaction.clone();
        tx.gas_price = 0;
        insert(&mut pool, &state, &sign(tx)).unwrap();
    }
    insert(&mut pool, &state, &gold(2, 0, 1)).unwrap();
    let taken = pool.take(&state, u64::MAX, usize::MAX);
    let sizes: Vec<bool> = taken.iter().map(|tx| tx.bytes() > 4_096).collect();
    assert_eq!(sizes.iter().filter(|large| **large).count(), 1);
    assert_eq!(taken.len(), 2);
    check_block(&chain, &state, &block(taken)).unwrap();
    let both: Vec<_> = pool.iter().cloned().collect();
    let why = check_block(&chain, &state, &block(both))
        .unwrap_err()
        .to_string();
    assert!(why.contains("bytes: at most 2097152"), "{why}");
}

#[test]
fn committed_and_stale_ones_leave() {
    let (chain, state) = start();
    let mut pool = Mempool::default();
    for tx in [gold(0, 0, 1), gold(0, 1, 1), gold(1, 0, 1)] {
        insert(&mut pool, &state, &tx).unwrap();
    }
    let before = pool.clone();
    // Another transaction with nonce 0 was decided: ours can never be.
    let rival = transfer(0, 0, person(2), coin("gold", 8));
    let decided = block(vec![rival, gold(1, 0, 1)]);
    let next = executor::Honest.execute(&chain, &state, &decided).state;
    pool.remove_committed(&decided, &next);
    let left: Vec<_> = pool.iter().cloned().collect();
    assert_eq!(left, [gold(0, 1, 1)]);
    assert_eq!(pool.bytes(), 240);
    assert!(!pool.contains(&gold(0, 0, 1).id()) && pool.contains(&gold(0, 1, 1).id()));
    assert_eq!(before.len(), 3);
}
