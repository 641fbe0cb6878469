//! Messages, replies, gas limits: wasmd's rules, each as a line of a table or a test of its own.

use super::scripted::*;
use super::*;
use crate::ledger::addresses;

pub(super) fn act(from: u64, nonce: u64, action: Action) -> Arc<SignedTransaction> {
    let mut t = transaction(from, nonce, action);
    t.gas_limit += 1_000_000;
    sign(t)
}

pub(super) fn execute(
    nonce: u64,
    contract: Address,
    script: &[Op],
    funds: Vec<Coin>,
) -> Arc<SignedTransaction> {
    act(
        0,
        nonce,
        Action::Execute {
            contract,
            input: ops(script),
            funds,
        },
    )
}

pub(super) fn instantiate(nonce: u64, admin: Option<Address>) -> Arc<SignedTransaction> {
    act(
        0,
        nonce,
        Action::Instantiate {
            code_id: 1,
            admin,
            label: "one".into(),
            input: ops(&[]),
            funds: Vec::new(),
            salt: None,
        },
    )
}

/// One code and two contracts of it, `a` and `b`, made by person 0 (nonces 0 to 2), who is their admin;
/// `a` owns 100.
pub(super) fn two() -> (Chain, State, Address, Address) {
    let chain = scripted_chain();
    let state = genesis().build(&chain.engine).unwrap();
    let store = Action::Store {
        wasm: b"code".as_slice().into(),
    };
    let (a, b) = (addresses::instantiated(1, 1), addresses::instantiated(1, 2));
    let done = run(
        &chain,
        &state,
        vec![
            act(0, 0, store),
            instantiate(1, Some(person(0))),
            instantiate(2, Some(person(0))),
            act(
                1,
                0,
                Action::Send {
                    to: a,
                    coins: vec![coin(NATIVE_DENOM, 100)],
                },
            ),
        ],
    );
    assert_eq!(done.receipts[0].code_id, Some(1));
    assert_eq!(done.receipts[0].result, Ok(b"1".to_vec()));
    assert_eq!(done.receipts[1].created, Some(a));
    assert_eq!(done.receipts[2].created, Some(b));
    (chain, done.state, a, b)
}

pub(super) fn stored(state: &State, contract: Address, key: &[u8]) -> Option<String> {
    let value = state.storage(&contract, key)?;
    Some(String::from_utf8_lossy(value).into_owned())
}

pub(super) fn sent(what: What, on: u8, limit: Option<u64>, reply: &[Op]) -> Op {
    Op::Message(Sent {
        what,
        on,
        limit,
        reply: reply.to_vec(),
    })
}

pub(super) fn set(key: &str, value: &str) -> Op {
    Op::Set(key.into(), value.into())
}

/// How a child ends, what its sender wants to hear, what the reply does.
#[test]
fn a_message_its_savepoint_and_its_reply() {
    let (chain, state, a, b) = two();
    let ok = || vec![set("k", "child"), Op::Data(b"child data".to_vec())];
    let fail = || vec![set("k", "child"), Op::Fail("no".into())];
    let burn = || vec![set("k", "child"), Op::Burn];
    let note = || vec![Op::NoteReply(b"heard".to_vec())];
    let data = || vec![Op::Data(b"reply data".to_vec())];
    let refuse = || vec![set("r", "1"), Op::Fail("reply says no".into())];
    // child, reply on, gas limit, reply; whole result, child's write stays, reply heard something.
    type Line = (
        Vec<Op>,
        u8,
        Option<u64>,
        Vec<Op>,
        Result<&'static str, &'static str>,
        bool,
        bool,
    );
    let table: Vec<Line> = vec![
        (ok(), NEVER, None, note(), Ok("own"), true, false),
        (ok(), ERROR, None, note(), Ok("own"), true, false),
        (ok(), SUCCESS, None, note(), Ok("own"), true, true),
        (ok(), ALWAYS, None, note(), Ok("own"), true, true),
        (ok(), ALWAYS, None, data(), Ok("reply data"), true, false),
        (
            ok(),
            ALWAYS,
            None,
            refuse(),
            Err("reply says no"),
            false,
            false,
        ),
        (fail(), NEVER, None, note(), Err("no"), false, false),
        (fail(), SUCCESS, None, note(), Err("no"), false, false),
        (fail(), ERROR, None, note(), Ok("own"), false, true),
        (fail(), ALWAYS, None, data(), Ok("reply data"), false, false),
        (
            fail(),
            ALWAYS,
            None,
            refuse(),
            Err("reply says no"),
            false,
            false,
        ),
        // Running out of what it was given can be answered; out of the transaction's own it cannot.
        (burn(), ALWAYS, Some(5_000), note(), Ok("own"), false, true),
        (
            burn(),
            ALWAYS,
            None,
            note(),
            Err("ran out of gas"),
            false,
            false,
        ),
        (
            burn(),
            ALWAYS,
            Some(u64::MAX),
            note(),
            Err("ran out of gas"),
            false,
            false,
        ),
        (
            burn(),
            NEVER,
            Some(5_000),
            note(),
            Err("ran out of gas"),
            false,
            false,
        ),
        (ok(), ALWAYS, Some(0), note(), Ok("own"), false, true),
        (
            ok(),
            ALWAYS,
            Some(CALL_GAS - 1),
            note(),
            Ok("own"),
            false,
            true,
        ),
        (ok(), ALWAYS, Some(CALL_GAS), note(), Ok("own"), true, true),
    ];
    for (i, (child, on, limit, reply, expected, stays, heard)) in table.into_iter().enumerate() {
        let script = [
            set("own", "1"),
            Op::Data(b"own".to_vec()),
            sent(What::Execute(b, child, 0), on, limit, &reply),
        ];
        let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
        let receipt = &done.receipts[0];
        match (&receipt.result, expected) {
            (Ok(data), Ok(text)) => assert_eq!(data, text.as_bytes(), "line {i}"),
            (Err(why), Err(text)) => assert!(why.contains(text), "line {i}: {why}"),
            (found, expected) => panic!("line {i}: {found:?} instead of {expected:?}"),
        }
        assert_eq!(stored(&done.state, b, b"k").is_some(), stays, "line {i}");
        assert_eq!(
            stored(&done.state, a, b"heard").is_some(),
            heard,
            "line {i}"
        );
        let whole = receipt.result.is_ok();
        assert_eq!(stored(&done.state, a, b"own").is_some(), whole, "line {i}");
        assert_eq!(stored(&done.state, a, b"r"), None, "line {i}");
        let calls = receipt.calls.as_ref().unwrap();
        assert_eq!(calls.total().total(), calls.gas_used, "line {i}");
        assert_eq!(
            receipt.gas_used,
            receipt.gas.transaction + calls.gas_used,
            "line {i}"
        );
        assert_eq!(done.state.supply(), state.supply());
    }
}

#[test]
fn out_of_gas_costs_the_limit_and_a_capped_one_the_cap() {
    let (chain, state, a, b) = two();
    let burn = |limit| {
        let script = [sent(
            What::Execute(b, vec![Op::Burn], 0),
            ALWAYS,
            limit,
            &[],
        )];
        run(&chain, &state, vec![execute(3, a, &script, Vec::new())])
            .receipts
            .remove(0)
    };
    let all = burn(None);
    let tx = execute(
        3,
        a,
        &[sent(What::Execute(b, vec![Op::Burn], 0), ALWAYS, None, &[])],
        Vec::new(),
    );
    assert_eq!(all.gas_used, tx.transaction.gas_limit);
    let capped = burn(Some(5_000));
    // The call, the cap, the reply.
    assert_eq!(capped.calls.unwrap().gas_used, CALL_GAS + 5_000 + CALL_GAS);
    assert_eq!(capped.result, Ok(Vec::new()));
}

#[test]
fn messages_go_depth_first_and_see_what_was_written() {
    let (chain, state, a, b) = two();
    // a: [b1, b2]; b1 writes, and then tells a to write "in between"; b2 sees it.
    let between = What::Execute(a, vec![set("order", "between")], 0);
    let first = vec![set("order", "first"), sent(between, NEVER, None, &[])];
    let second = vec![Op::Ask(b"saw".to_vec(), a, vec![]), set("order", "second")];
    let script = [
        set("k", "from the start"),
        sent(What::Execute(b, first, 0), NEVER, None, &[]),
        sent(What::Execute(b, second, 0), NEVER, None, &[]),
    ];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    assert!(
        done.receipts[0].result.is_ok(),
        "{:?}",
        done.receipts[0].result
    );
    assert_eq!(stored(&done.state, a, b"order").unwrap(), "between");
    assert_eq!(stored(&done.state, b, b"order").unwrap(), "second");
    let answer = format!("Ok(Bytes({:?}))", b"from the start");
    assert_eq!(stored(&done.state, b, b"saw").unwrap(), answer);
    let tree = done.receipts[0].calls.clone().unwrap();
    let whats: Vec<_> = tree
        .children
        .iter()
        .map(|c| (c.what, c.children.len()))
        .collect();
    assert_eq!(whats, [("execute", 1), ("execute", 0)]);
}

#[test]
fn funds_move_before_the_callee_runs_and_go_back_with_it() {
    let (chain, state, a, b) = two();
    let look = vec![Op::NoteBalance(b"had".to_vec(), b, NATIVE_DENOM.into())];
    let mut fail = look.clone();
    fail.push(Op::Fail("no".into()));
    for (child, owned) in [(look, 40), (fail, 0)] {
        let script = [sent(What::Execute(b, child, 40), ALWAYS, None, &[])];
        let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
        assert!(done.receipts[0].result.is_ok());
        assert_eq!(done.state.balance(&b, NATIVE_DENOM), owned);
        assert_eq!(done.state.balance(&a, NATIVE_DENOM), 100 - owned);
        if owned > 0 {
            let had = format!("Ok(Coin(Coin {{ denom: {NATIVE_DENOM:?}, amount: 40 }}))");
            assert_eq!(stored(&done.state, b, b"had").unwrap(), had);
        }
        assert_eq!(done.state.supply(), state.supply());
    }
    // More than there is fails the message, and its sender, who did not ask to hear of it.
    let script = [sent(What::Execute(b, vec![], 101), NEVER, None, &[])];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    let why = done.receipts[0].result.clone().unwrap_err();
    assert!(why.contains("owns 100 forge, less than the 101"), "{why}");
}

#[test]
fn several_denominations_travel_together() {
    let (chain, state, a, _) = two();
    let funds = vec![coin(NATIVE_DENOM, 5), coin("gold", 7), coin("pool/1", 9)];
    let script = [
        Op::Send(person(2), "gold".into(), 3),
        Op::BurnCoins("pool/1".into(), 4),
        Op::NoteSupply(b"s".to_vec(), NATIVE_DENOM.into()),
    ];
    let done = run(&chain, &state, vec![execute(3, a, &script, funds)]);
    assert_eq!(done.receipts[0].result, Ok(Vec::new()));
    assert_eq!(done.state.balance(&a, NATIVE_DENOM), 105);
    assert_eq!(done.state.balance(&a, "gold"), 4);
    assert_eq!(done.state.balance(&a, "pool/1"), 5);
    assert_eq!(done.state.balance(&person(2), "gold"), RICH + 3);
    assert_eq!(done.state.supply()["pool/1"], state.supply()["pool/1"] - 4);
    for denom in DENOMS {
        assert_eq!(done.state.supply_of(denom), done.state.supply()[denom]);
    }
    // While it ran, the fee that was reserved still belonged to somebody.
    let all = format!(
        "Ok(Coin(Coin {{ denom: {NATIVE_DENOM:?}, amount: {} }}))",
        state.supply()[NATIVE_DENOM]
    );
    assert_eq!(stored(&done.state, a, b"s").unwrap(), all);
    // Unsorted, doubled and zero amounts never reach a block.
    for funds in [
        vec![coin("gold", 1), coin(NATIVE_DENOM, 1)],
        vec![coin("gold", 1), coin("gold", 1)],
        vec![coin("gold", 0)],
    ] {
        let tx = execute(3, a, &[], funds);
        let refused = validity::check_transaction(&tx, &chain.id, false);
        assert!(refused.is_err(), "{refused:?}");
    }
}

#[test]
fn a_contract_that_calls_itself_for_ever_is_stopped() {
    let (chain, state, a, _) = two();
    // The stack of a thread here is two megabytes, and a browser's is one: this runs in a quarter of that.
    let nested = |depth| {
        let (chain, state) = (chain.clone(), state.clone());
        let small = std::thread::Builder::new().stack_size(256 << 10);
        let run = move || {
            run(
                &chain,
                &state,
                vec![execute(3, a, &[Op::Nest(depth)], Vec::new())],
            )
        };
        small.spawn(run).unwrap().join().unwrap()
    };
    let fits = limits::MAX_MESSAGE_DEPTH;
    assert_eq!(fits, 500, "as on wasmd's chains");
    let done = nested(fits);
    assert!(
        done.receipts[0].result.is_ok(),
        "{:?}",
        done.receipts[0].result
    );
    assert_eq!(stored(&done.state, a, b"deep").unwrap(), "0");
    // All that was done is paid for; of the tree the first levels are kept.
    let tree = done.receipts[0].calls.clone().unwrap();
    assert_eq!(tree.gas_used, (u64::from(fits) + 1) * CALL_GAS);
    assert_eq!(tree.total().total(), tree.gas_used);
    let mut level = &tree;
    let mut levels = 1;
    while let Some(child) = level.children.first() {
        (level, levels) = (child, levels + 1);
    }
    assert_eq!((levels, level.omitted), (50, u64::from(fits) - 49));
    let done = nested(fits + 1);
    let why = done.receipts[0].result.clone().unwrap_err();
    assert!(why.contains("500 deep"), "{why}");
    // A reply that answers with the same message again counts too.
    fn again(a: Address, left: u32) -> Vec<Op> {
        if left == 0 {
            return Vec::new();
        }
        vec![sent(What::Send(a, 1), ALWAYS, None, &again(a, left - 1))]
    }
    let done = run(
        &chain,
        &state,
        vec![execute(3, a, &again(a, 90), Vec::new())],
    );
    assert!(done.receipts[0].result.is_ok());
}
