use super::*;
use crate::vm::FailureKind;

const COUNTER: &str = include_str!("../../../../contracts/counter.wat");

/// Writes, announces, sends 5 to the address in its input, and then ends as its first letter says.
const MOODY: &str = r#"(module
  (import "forge" "input" (func $input (param i32 i32) (result i32)))
  (import "forge" "set" (func $set (param i32 i32 i32 i32)))
  (import "forge" "del" (func $del (param i32 i32)))
  (import "forge" "emit" (func $emit (param i32 i32)))
  (import "forge" "transfer" (func $transfer (param i32 i64 i64) (result i32)))
  (import "forge" "fail" (func $fail (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "mood/now")
  (data (i32.const 64) "not today")
  (func (export "forge_version_1"))
  (func (export "call") (local $how i32)
    (drop (call $input (i32.const 128) (i32.const 64)))
    (local.set $how (i32.load8_u (i32.const 128)))
    (if (i32.eq (local.get $how) (i32.const 100)) ;; d
      (then (call $del (i32.const 0) (i32.const 8)) (return)))
    (call $set (i32.const 0) (i32.const 8) (i32.const 128) (i32.const 1))
    (call $emit (i32.const 128) (i32.const 1))
    (drop (call $transfer (i32.const 129) (i64.const 5) (i64.const 0)))
    (if (i32.eq (local.get $how) (i32.const 102)) ;; f
      (then (call $fail (i32.const 64) (i32.const 9))))
    (if (i32.eq (local.get $how) (i32.const 116)) (then unreachable)) ;; t
    (if (i32.eq (local.get $how) (i32.const 108)) (then (loop $ever (br $ever))))))"#; // l

fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// A state with one contract, deployed by person 0.
fn with(text: &str) -> (Chain, State, Address) {
    let (chain, state) = start();
    let done = run(&chain, &state, vec![deploy(0, 0, &wasm(text))]);
    assert_eq!(done.receipts[0].result, Ok(Vec::new()));
    assert_eq!(done.state.supply(), state.supply());
    let address = done.receipts[0].created.unwrap();
    (chain, done.state, address)
}

fn moody(how: u8, to: Address, nonce: u64, funds: Option<Coin>) -> Transaction {
    let action = Action::Call {
        contract: Hash::ZERO,
        input: [&[how][..], &to.0].concat(),
        funds,
    };
    transaction(1, nonce, action)
}

fn at(mut tx: Transaction, address: Address) -> Arc<SignedTransaction> {
    if let Action::Call { contract, .. } = &mut tx.action {
        *contract = address;
    }
    sign(tx)
}

#[test]
fn counter_counts_and_is_viewed_and_proved() {
    let (chain, state, counter) = with(COUNTER);
    assert_eq!(state.contract(&counter).unwrap().creator, person(0));
    let done = run(
        &chain,
        &state,
        vec![
            sign(call(1, 0, counter, b"")),
            sign(call(2, 0, counter, b"")),
        ],
    );
    assert_eq!(done.receipts[1].result, Ok(b"2".to_vec()));
    assert_eq!(
        done.receipts[1].events,
        [Event::Said {
            contract: counter,
            data: b"2".to_vec()
        }]
    );
    let receipt = &done.receipts[0];
    assert_eq!(
        receipt.gas.transaction + receipt.gas.contract.total(),
        receipt.gas_used
    );
    // Each receipt sees what the one before left, not what the block began with.
    let number = |n: u64| Some(Arc::<[u8]>::from(n.to_le_bytes()));
    let change = &done.receipts[1].storage[0];
    assert_eq!((&*change.key, change.contract), (&b"count"[..], counter));
    assert_eq!(
        (change.before.clone(), change.after.clone()),
        (number(1), number(2))
    );

    let seen = chain.view(&done.state, (2, 0), counter, b"");
    assert_eq!(seen.answer(), Ok(b"2".to_vec()));
    assert_eq!(done.state.root(), done.root);
    let key = Key::Storage(counter, b"count".to_vec());
    let proof = done.state.prove(key.clone());
    assert_eq!(proof.value.as_deref(), Some(&2u64.to_le_bytes()[..]));
    assert_eq!(proof.verify(&done.root), Ok(()));
    let absent = state.prove(key);
    assert_eq!(absent.value, None);
    assert_eq!(absent.verify(&state.root()), Ok(()));
    assert!(absent.verify(&done.root).is_err());
}

#[test]
fn failed_calls_leave_only_the_fee() {
    let (chain, state, contract) = with(MOODY);
    let funds = || Some(coin(NATIVE_DENOM, 1_000));
    for (how, why) in [(b'f', "not today"), (b't', ""), (b'l', "out of gas")] {
        let tx = at(moody(how, person(3), 0, funds()), contract);
        let done = run(&chain, &state, vec![tx.clone()]);
        let receipt = &done.receipts[0];
        assert!(failure(receipt).contains(why), "{receipt:?}");
        assert!(receipt.events.is_empty() && receipt.storage.is_empty());
        if how == b'l' {
            assert_eq!(receipt.gas_used, tx.transaction.gas_limit);
        }
        let fee = u128::from(receipt.gas_used) * 2;
        let mut expected = journal::Journal::new(&state);
        let mut payer = expected.account(&person(1));
        payer.nonce = 1;
        expected.set_account(person(1), payer);
        assert!(expected.take(&person(1), NATIVE_DENOM, fee));
        assert!(expected.give(&proposer(), NATIVE_DENOM, fee));
        assert_eq!(done.root, expected.into_state().root());
    }
}

/// Within a block a failed call goes back to what the one before it wrote, not to the block's start.
#[test]
fn rollback_keeps_what_came_before() {
    let (chain, state, contract) = with(MOODY);
    let funds = || Some(coin(NATIVE_DENOM, 1_000));
    let step = |how, nonce| at(moody(how, person(3), nonce, funds()), contract);
    let done = run(&chain, &state, vec![step(b'a', 0), step(b'f', 1)]);
    let only = run(&chain, &state, vec![step(b'a', 0)]);
    assert_eq!(only.receipts[0].result, Ok(Vec::new()));
    assert_eq!(&**done.state.storage(&contract, b"mood/now").unwrap(), b"a");
    assert_eq!(done.state.balance(&contract, NATIVE_DENOM), 995);
    assert_eq!(done.state.balance(&person(3), NATIVE_DENOM), RICH + 5);
    assert_eq!(done.state.account(&contract), only.state.account(&contract));
    assert_eq!(done.state.supply(), state.supply());

    let shown: Vec<_> = done.state.storage_of(contract, b"mood/").collect();
    assert_eq!(shown.len(), 1);
    assert_eq!(done.state.storage_of(contract, b"mop").count(), 0);
    let gone = run(&chain, &only.state, vec![step(b'd', 1)]);
    assert_eq!(gone.state.storage_of(contract, b"").count(), 0);
    assert_eq!(gone.receipts[0].storage[0].after, None);
}

#[test]
fn a_contract_cannot_send_what_it_does_not_own() {
    let (chain, state, contract) = with(MOODY);
    let done = run(
        &chain,
        &state,
        vec![at(moody(b'a', person(3), 0, None), contract)],
    );
    assert_eq!(done.receipts[0].result, Ok(Vec::new()));
    assert_eq!(done.state.balance(&person(3), NATIVE_DENOM), RICH);
    assert_eq!(done.state.supply(), state.supply());
}

#[test]
fn contracts_take_native_coins_only() {
    let (chain, state, contract) = with(MOODY);
    for funds in [coin("gold", 3), coin(NATIVE_DENOM, u128::MAX)] {
        let tx = at(moody(b'a', person(3), 0, Some(funds)), contract);
        let done = run(&chain, &state, vec![tx]);
        assert!(done.receipts[0].result.is_err());
        assert_eq!(done.state.account(&contract), None);
    }
}

#[test]
fn refused_modules_and_missing_contracts_fail_with_a_sentence() {
    let (chain, state) = start();
    let done = run(
        &chain,
        &state,
        vec![deploy(0, 0, b"not wasm"), sign(call(0, 1, person(1), b""))],
    );
    assert!(failure(&done.receipts[0]).len() > 20);
    assert_eq!(done.receipts[0].created, None);
    assert_eq!(
        failure(&done.receipts[1]),
        format!("there is no contract at {}", person(1))
    );
    assert_eq!(done.state.contracts().count(), 0);
    assert_eq!(done.state.supply(), state.supply());
}

#[test]
fn one_module_deployed_twice_is_stored_once() {
    let (chain, state) = start();
    let module = wasm(COUNTER);
    let done = run(
        &chain,
        &state,
        vec![deploy(0, 0, &module), deploy(0, 1, &module)],
    );
    let made: Vec<_> = done.receipts.iter().map(|r| r.created.unwrap()).collect();
    assert_ne!(made[0], made[1]);
    let code = done.state.contract(&made[0]).unwrap().code;
    assert_eq!(done.state.code(&code).map(|c| &**c), Some(&module[..]));
    assert_eq!(done.state.prove(Key::Code(code)).verify(&done.root), Ok(()));
}

#[test]
fn a_view_cannot_write() {
    let (chain, state, contract) = with(
        r#"(module (import "forge" "set" (func $set (param i32 i32 i32 i32)))
             (memory (export "memory") 1) (func (export "forge_version_1"))
             (func (export "view") (call $set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))))"#,
    );
    let failure = chain
        .view(&state, (1, 0), contract, b"")
        .result
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::ReadOnly);
    let nowhere = chain
        .view(&state, (1, 0), person(0), b"")
        .result
        .unwrap_err();
    assert!(nowhere.text.contains("there is no contract at"));
}
