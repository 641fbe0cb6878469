use super::*;
use proptest::prelude::*;

/// A few hostile amounts among ordinary ones.
fn amount() -> impl Strategy<Value = u128> {
    prop_oneof![
        0..RICH * 2,
        Just(u128::MAX),
        Just(u128::MAX - RICH),
        Just(RICH)
    ]
}

/// (sender, what, recipient, denomination, amount, gas price)
fn steps() -> impl Strategy<Value = Vec<(u64, u8, u64, usize, u128, u64)>> {
    let step = (
        0..PEOPLE,
        0u8..5,
        0..PEOPLE + 2,
        0..DENOMS.len(),
        amount(),
        0u64..2_000,
    );
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is sent, also in blocks that no honest validator would accept: not a unit is made or lost.
    #[test]
    fn supply_is_conserved_to_the_unit(steps in steps(), per_block in 1usize..9) {
        let (chain, genesis) = start();
        let supply = genesis.supply();
        let counter: Arc<[u8]> = wat::parse_str(
            include_str!("../../../../contracts/counter.wat")).unwrap().into();
        let mut state = genesis;
        let mut nonces = [0u64; PEOPLE as usize];
        for steps in steps.chunks(per_block) {
            let mut txs = Vec::new();
            for (from, what, to, denom, amount, price) in steps.iter().copied() {
                let coin = coin(DENOMS[denom], amount);
                let action = match what {
                    0 => Action::Deploy { wasm: counter.clone(), input: Vec::new(), funds: Some(coin) },
                    1 => Action::Call {
                        contract: crate::ledger::contract_address(&person(to), 0),
                        input: Vec::new(),
                        funds: Some(coin),
                    },
                    _ => Action::Transfer { to: person(to), coin },
                };
                let nonce = &mut nonces[from as usize];
                let mut tx = transaction(from, *nonce, action);
                tx.gas_price = price;
                *nonce += 1;
                txs.push(sign(tx));
            }
            let block = block(txs);
            let valid = check_block(&chain, &state, &block).is_ok();
            let done = executor::Honest.execute(&chain, &state, &block);
            prop_assert_eq!(&done.state.supply(), &supply);
            for (receipt, tx) in done.receipts.iter().zip(&block.transactions) {
                prop_assert!(receipt.gas_used <= tx.transaction.gas_limit);
                prop_assert_eq!(
                    receipt.gas.transaction + receipt.gas.contract.total(), receipt.gas_used);
                // What the check lets through can always pay.
                prop_assert!(!valid || receipt.gas_used > 0);
            }
            for (_, account) in done.state.accounts() {
                prop_assert!(!account.is_empty());
                prop_assert!(account.balances.values().all(|amount| *amount > 0));
            }
            state = done.state;
            for (i, nonce) in nonces.iter_mut().enumerate() {
                *nonce = state.nonce(&person(i as u64));
            }
        }
    }
}
