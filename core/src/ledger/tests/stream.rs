use super::*;
use crate::base::SECOND;
use crate::base::random::Randomness;
use crate::ledger::workload::{Calls, due};

#[test]
fn stream_is_a_pure_function_that_any_chain_accepts() {
    let counter = wat::parse_str(include_str!("../../../../contracts/counter.wat")).unwrap();
    let mut first = genesis();
    first.contracts = vec![crate::ledger::genesis::GenesisContract {
        creator: person(0),
        wasm: counter.into(),
        input: Vec::new(),
    }];
    let chain = chain();
    let state = first.build(&chain.engine).unwrap();
    let calls = Calls {
        contract: Genesis::contract_address(0),
        input: Vec::new(),
        per_million: 300_000,
    };
    let stream = || {
        Workload::new(
            chain.id,
            Randomness::new(7),
            PEOPLE as usize,
            Some(calls.clone()),
        )
    };
    let (forwards, other) = (stream(), stream());
    let mut txs: Vec<_> = (0..60).rev().map(|k| other.transaction(k)).collect();
    txs.reverse();
    assert_eq!(
        txs,
        (0..60).map(|k| forwards.transaction(k)).collect::<Vec<_>>()
    );

    let mut pool = Mempool::default();
    for tx in &txs {
        pool.insert(tx, &state, &chain.id).unwrap();
    }
    let taken = pool.take(&state, u64::MAX, usize::MAX);
    assert_eq!(taken, txs);
    let done = run(&chain, &state, taken);
    assert!(
        done.receipts.iter().all(|r| r.result.is_ok()),
        "{:?}",
        done.receipts
    );
    let called = done
        .receipts
        .iter()
        .filter(|r| !r.events.is_empty())
        .count();
    assert!((5..35).contains(&called));
}

#[test]
fn due_times_keep_the_rate() {
    assert_eq!(due(0, 100), Some(0));
    assert_eq!(due(100, 100), Some(SECOND));
    assert_eq!(due(1, 3), Some(333_333));
    assert_eq!(due(5, 0), None);
    assert_eq!(due(u64::MAX, 1), Some(u64::MAX));
}
