use super::*;

#[test]
fn moves_coins_and_pays_the_proposer() {
    let (chain, state) = start();
    let done = run(
        &chain,
        &state,
        vec![transfer(0, 0, person(1), coin("gold", 5))],
    );
    let receipt = &done.receipts[0];
    assert_eq!(receipt.result, Ok(Vec::new()));
    assert_eq!(receipt.gas_used, prices::TRANSACTION + prices::TRANSFER);
    assert_eq!(done.gas_used, receipt.gas_used);
    let fee = u128::from(receipt.gas_used) * 2;
    assert_eq!(done.state.balance(&person(0), "gold"), RICH - 5);
    assert_eq!(done.state.balance(&person(1), "gold"), RICH + 5);
    assert_eq!(done.state.balance(&person(0), NATIVE_DENOM), RICH - fee);
    assert_eq!(done.state.balance(&proposer(), NATIVE_DENOM), fee);
    assert_eq!(done.state.nonce(&person(0)), 1);
    assert_eq!(done.state.supply(), state.supply());
}

#[test]
fn failed_transfer_leaves_only_fee_and_nonce() {
    let (chain, state) = start();
    for amount in [RICH + 1, u128::MAX] {
        let done = run(
            &chain,
            &state,
            vec![transfer(0, 0, person(1), coin("gold", amount))],
        );
        let fee = u128::from(prices::TRANSACTION + prices::TRANSFER) * 2;
        assert_eq!(
            failure(&done.receipts[0]),
            format!(
                "{} owns {RICH} gold, less than the {amount} it is to pay",
                crate::types::bech32::encode(&person(0))
            )
        );
        assert_eq!(done.state.balance(&person(0), "gold"), RICH);
        assert_eq!(done.state.balance(&person(0), NATIVE_DENOM), RICH - fee);
        assert_eq!(done.state.account(&person(1)), state.account(&person(1)));
        assert_eq!(done.state.nonce(&person(0)), 1);
        assert_eq!(done.state.supply(), state.supply());
    }
}

#[test]
fn to_oneself_changes_nothing_but_the_fee() {
    let (chain, state) = start();
    let done = run(
        &chain,
        &state,
        vec![transfer(0, 0, person(0), coin("gold", RICH))],
    );
    assert!(done.receipts[0].result.is_ok());
    assert_eq!(done.state.balance(&person(0), "gold"), RICH);
}

/// An account drained to nothing is as if it had never been: the root says what is, not what was.
#[test]
fn zero_balances_leave_no_trace() {
    let (chain, state) = start();
    let mut with_guest = journal::Journal::new(&state);
    assert!(with_guest.give(&Hash([7; 32]), "gold", 0));
    assert!(with_guest.take(&person(0), "gold", 3) && with_guest.give(&Hash([7; 32]), "gold", 3));
    let visited = with_guest.into_state();
    assert_ne!(visited.root(), state.root());
    let mut back = journal::Journal::new(&visited);
    assert!(back.take(&Hash([7; 32]), "gold", 3) && back.give(&person(0), "gold", 3));
    let gone = back.into_state();
    assert_eq!(gone.root(), state.root());
    assert_eq!(gone.account(&Hash([7; 32])), None);

    let done = run(
        &chain,
        &state,
        vec![transfer(0, 0, person(1), coin("gold", RICH))],
    );
    let account = done.state.account(&person(0)).unwrap();
    assert!(!account.balances.contains_key("gold"));
}

/// Wherever a unit goes, the sum of what everybody owns stays: also when a fee account is a sender.
#[test]
fn proposer_sending_to_itself_keeps_the_supply() {
    let (mut chain, state) = start();
    let set = ValidatorSet::new([(account(0).public(), 1)]).unwrap();
    chain.validators = ValidatorSets::new(set);
    let done = run(
        &chain,
        &state,
        vec![transfer(0, 0, person(0), coin(NATIVE_DENOM, 9))],
    );
    assert_eq!(done.state.supply(), state.supply());
    assert_eq!(done.state.balance(&person(0), NATIVE_DENOM), RICH);
}

fn refused(state: &State, transactions: Vec<Arc<SignedTransaction>>) -> String {
    check_block(&chain(), state, &block(transactions))
        .unwrap_err()
        .to_string()
}

#[test]
fn invalid_transactions_make_the_block_invalid() {
    let (_, state) = start();
    let good = transfer(0, 0, person(1), coin("gold", 1));
    let mut other = good.transaction.clone();
    other.gas_price = 3;
    let forged = SignedTransaction::with_signature(other, good.signature);
    assert_eq!(
        refused(&state, vec![forged]),
        "transaction 1 of the block: the signature is not the sender's for this chain"
    );
    assert_eq!(
        refused(&state, vec![good.clone(), good.clone()]),
        "transaction 2 of the block: the transaction carries nonce 0, the account's next is 1"
    );
    assert_eq!(
        refused(&state, vec![transfer(0, 5, person(1), coin("gold", 1))]),
        "transaction 1 of the block: the transaction carries nonce 5, the account's next is 0"
    );
    let mut dear = good.transaction.clone();
    dear.gas_price = u64::MAX;
    assert!(refused(&state, vec![sign(dear)]).contains("cannot be paid"));
    let mut tight = good.transaction.clone();
    tight.gas_limit = 20_999;
    assert_eq!(
        refused(&state, vec![sign(tight)]),
        "transaction 1 of the block: the gas limit 20999 is below the 21000 this transaction costs before anything runs"
    );
    assert!(
        refused(&state, vec![transfer(0, 0, person(1), coin("Gold!", 1))])
            .contains("\"Gold!\" is not a denomination")
    );
    // 1. A gives all it has away. 2. A cannot pay a second fee, whatever it may be sent meanwhile.
    let all = transfer(0, 0, person(1), coin(NATIVE_DENOM, RICH));
    let next = transfer(0, 1, person(1), coin("gold", 1));
    assert!(refused(&state, vec![all, next]).starts_with("transaction 2 of the block: the fee"));
}

#[test]
fn gas_limits_of_a_block_are_bounded() {
    let (_, state) = start();
    let mut half = transfer(0, 0, person(1), coin("gold", 1))
        .transaction
        .clone();
    half.gas_limit = limits::MAX_BLOCK_GAS / 2;
    half.gas_price = 0;
    let mut third = half.clone();
    let mut second = half.clone();
    (second.nonce, third.nonce) = (1, 2);
    let two = vec![sign(half), sign(second)];
    assert!(check_block(&chain(), &state, &block(two.clone())).is_ok());
    let three = [two, vec![sign(third.clone())]].concat();
    assert!(refused(&state, three).contains("add up to more than 1000000000 at transaction 3"));
    (third.nonce, third.gas_limit) = (0, limits::MAX_BLOCK_GAS + 1);
    assert!(refused(&state, vec![sign(third)]).contains("above a block's"));
}

#[test]
fn structure_of_a_block_is_checked() {
    let (chain, state) = start();
    let sealed = block(Vec::new());
    let with = |change: fn(&mut Header)| {
        let mut header = sealed.header.clone();
        change(&mut header);
        check_block(&chain, &state, &Block::new(header, Vec::new()))
            .unwrap_err()
            .to_string()
    };
    assert!(with(|h| h.chain = Hash::ZERO).contains("the block is of chain"));
    assert!(with(|h| h.proposer = ValidatorId(9)).contains("v10 is no validator of height 1"));
    let mut bent = (*sealed).clone();
    bent.header.transactions = Hash::ZERO;
    assert!(check_block(&chain, &state, &bent).is_err());
    let many = vec![transfer(0, 0, person(1), coin("gold", 1)); limits::MAX_BLOCK_TXS + 1];
    assert!(refused(&state, many).contains("at most 2000"));
}

/// A block no honest validator lets through still executes to something, and loses no unit.
#[test]
fn executing_an_invalid_block_is_total() {
    let (chain, state) = start();
    let mut dear = transaction(
        1,
        0,
        transfer(1, 0, person(0), coin("gold", 1))
            .transaction
            .action
            .clone(),
    );
    dear.gas_price = u64::MAX;
    let mut tight = dear.clone();
    (tight.gas_price, tight.gas_limit) = (1, 7);
    let twice = transfer(0, 0, person(1), coin("gold", 1));
    let mut header = block(Vec::new()).header.clone();
    header.proposer = ValidatorId(77);
    let block = Block::new(header, vec![twice.clone(), twice, sign(dear), sign(tight)]);
    let done = executor::Honest.execute(&chain, &state, &block);
    let ok: Vec<bool> = done.receipts.iter().map(|r| r.result.is_ok()).collect();
    assert_eq!(ok, [true, false, false, false]);
    assert_eq!(done.receipts[3].gas_used, 7);
    assert_eq!(done.state.supply(), state.supply());
}

/// Names as other chains have them, and more of them than sixteen.
#[test]
fn denominations_are_those_of_the_cosmos_sdk() {
    let chain = chain();
    let hash = "27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2";
    let factory = format!("factory/{}/uLST", crate::types::bech32::encode(&person(1)));
    let names = [
        format!("ibc/{hash}"),
        factory,
        "ATOM".into(),
        "gamm:pool:1".into(),
    ];
    let mut coins: Vec<Coin> = names.iter().map(|name| coin(name, 5)).collect();
    coins.extend((0..30).map(|i| coin(&format!("d{i}"), 5)));
    coins.push(coin(NATIVE_DENOM, RICH));
    coins.sort();
    let state = Genesis {
        accounts: vec![(person(0), coins.clone())],
        contracts: Vec::new(),
    }
    .build(&chain.engine)
    .unwrap();
    coins.retain(|c| c.denom != NATIVE_DENOM);
    let to = person(1);
    let send = |coins| Action::Send { to, coins };
    let done = run(
        &chain,
        &state,
        vec![sign(transaction(0, 0, send(coins.clone())))],
    );
    assert_eq!(done.receipts[0].result, Ok(Vec::new()));
    for name in &names {
        assert_eq!(done.state.balance(&to, name), 5, "{name}");
    }
    // Who lacks what is said.
    let done = run(
        &chain,
        &done.state,
        vec![sign(transaction(0, 1, send(coins)))],
    );
    let why = failure(&done.receipts[0]);
    let account = crate::types::bech32::encode(&person(0));
    assert_eq!(
        why,
        format!("{account} owns 0 ATOM, less than the 5 it is to pay")
    );
    let long = "x".repeat(129);
    for name in ["", "gold bar", "g\u{f6}ld", long.as_str()] {
        assert!(validity::check_denom(name).is_err(), "{name}");
    }
}
