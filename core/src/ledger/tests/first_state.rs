use super::*;
use crate::ledger::genesis::GenesisContract;

#[test]
fn root_does_not_depend_on_the_order_of_accounts() {
    let engine = chain().engine;
    let mut backwards = genesis();
    backwards.accounts.reverse();
    let (a, b) = (genesis().build(&engine), backwards.build(&engine));
    assert_eq!(a.unwrap().root(), b.unwrap().root());
}

#[test]
fn contracts_are_there_from_the_start() {
    let engine = chain().engine;
    let counter = wat::parse_str(include_str!("../../../../contracts/counter.wat")).unwrap();
    let mut genesis = genesis();
    genesis.contracts = vec![GenesisContract {
        creator: person(0),
        wasm: counter.into(),
        input: Vec::new(),
    }];
    let state = genesis.build(&engine).unwrap();
    let address = Genesis::contract_address(0);
    let done = run(&chain(), &state, vec![sign(call(0, 0, address, b""))]);
    assert_eq!(done.receipts[0].result, Ok(b"1".to_vec()));

    genesis.contracts[0].wasm = (*b"junk").into();
    assert!(
        genesis
            .build(&engine)
            .unwrap_err()
            .to_string()
            .starts_with("contract 1 of genesis: ")
    );
}

#[test]
fn what_cannot_be_is_refused() {
    let engine = chain().engine;
    let with = |coins: Vec<Coin>| {
        let accounts = vec![(person(0), coins), (person(1), vec![coin("gold", 1)])];
        Genesis {
            accounts,
            contracts: Vec::new(),
        }
        .build(&engine)
    };
    assert_eq!(
        with(vec![coin("gold", u128::MAX)]).unwrap_err().to_string(),
        "all gold of genesis add up to more than 2^128 - 1"
    );
    assert!(with(vec![coin("gold", u128::MAX - 1)]).is_ok());
    assert!(with(vec![coin("", 1)]).is_err());
    let many = (0..=limits::MAX_DENOMS).map(|i| coin(&format!("d{i}"), 1));
    assert_eq!(
        with(many.collect()).unwrap_err(),
        error::GenesisError::TooManyDenominations(limits::MAX_DENOMS + 2)
    );
}
