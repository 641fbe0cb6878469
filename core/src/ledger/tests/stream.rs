use super::*;
use crate::base::random::Randomness;

#[test]
fn stream_is_a_pure_function_that_any_chain_accepts() {
    let chain = chain();
    let state = genesis().build(&chain.engine).unwrap();
    let stream = || Workload::new(chain.id, Randomness::new(7), PEOPLE as usize);
    let (forwards, other) = (stream(), stream());
    let mut txs: Vec<_> = (0..60).rev().map(|k| other.transaction(k)).collect();
    txs.reverse();
    assert_eq!(
        txs,
        (0..60).map(|k| forwards.transaction(k)).collect::<Vec<_>>()
    );

    let mut pool = Mempool::default();
    for tx in &txs {
        pool.insert(tx, &state, &chain.id, false).unwrap();
    }
    let taken = pool.take(&state, u64::MAX, usize::MAX);
    assert_eq!(taken, txs);
    let done = run(&chain, &state, taken);
    assert!(
        done.receipts.iter().all(|r| r.result.is_ok()),
        "{:?}",
        done.receipts
    );
}
