//! Messages, replies, gas limits: wasmd's rules, each as a line of a table or a test of its own.

use super::scripted::*;
use super::*;
use crate::ledger::addresses;
use crate::types::bech32;
use crate::vm;

fn act(from: u64, nonce: u64, action: Action) -> Arc<SignedTransaction> {
    let mut t = transaction(from, nonce, action);
    t.gas_limit += 1_000_000;
    sign(t)
}

fn execute(
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

fn instantiate(nonce: u64, admin: Option<Address>) -> Arc<SignedTransaction> {
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
fn two() -> (Chain, State, Address, Address) {
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

fn stored(state: &State, contract: Address, key: &[u8]) -> Option<String> {
    let value = state.storage(&contract, key)?;
    Some(String::from_utf8_lossy(value).into_owned())
}

fn sent(what: What, on: u8, limit: Option<u64>, reply: &[Op]) -> Op {
    Op::Message(Sent {
        what,
        on,
        limit,
        reply: reply.to_vec(),
    })
}

fn set(key: &str, value: &str) -> Op {
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

#[test]
fn a_reply_hears_what_was_made_and_what_was_announced() {
    let (chain, state, a, _) = two();
    let child = vec![Op::Announce("wasm".into()), Op::Data(b"x".to_vec())];
    let note = [Op::NoteReply(b"heard".to_vec())];
    let script = [sent(
        What::Instantiate(1, child, None),
        SUCCESS,
        None,
        &note,
    )];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    let made = addresses::instantiated(1, 3);
    assert!(done.state.contract(&made).is_some());
    let heard = stored(&done.state, a, b"heard").unwrap();
    assert!(
        heard.contains("Instantiated") && heard.contains("[120]"),
        "{heard}"
    );
    assert!(heard.ends_with(r#"["instantiate", "wasm"]"#), "{heard}");
    let kinds: Vec<String> = done.receipts[0]
        .events
        .iter()
        .map(|e| e.to_typed().kind)
        .collect();
    assert_eq!(kinds, ["execute", "instantiate", "wasm", "reply"]);
    // Sorted in place, as in wasmd: the receipt has them so too.
    let announced = done.receipts[0].events[2].to_typed();
    let keys: Vec<&str> = announced
        .attributes
        .iter()
        .map(|(k, _)| k.as_str())
        .collect();
    assert_eq!(keys, ["a", "b", "b"]);
}

/// wasmd's dispatcher: attributes by key, those of one key as they were; nothing of the bank's.
#[test]
fn a_reply_hears_sorted_attributes_of_contracts_only() {
    let (chain, state, a, b) = two();
    let note = [Op::NoteEvents(b"heard".to_vec())];
    let heard = |what| {
        let script = [sent(what, SUCCESS, None, &note)];
        let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
        assert!(done.receipts[0].result.is_ok());
        stored(&done.state, a, b"heard").unwrap()
    };
    let text = heard(What::Execute(b, vec![Op::Announce("wasm".into())], 0));
    assert!(
        text.contains(r#"[("a", "3"), ("b", "2"), ("b", "1")]"#),
        "{text}"
    );
    assert_eq!(heard(What::Send(b, 1)), "[]");
}

#[test]
fn a_failed_message_leaves_no_event() {
    let (chain, state, a, b) = two();
    let child = vec![Op::Announce("wasm".into()), Op::Fail("no".into())];
    let script = [sent(What::Execute(b, child, 0), ERROR, None, &[])];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    let kinds: Vec<String> = done.receipts[0]
        .events
        .iter()
        .map(|e| e.to_typed().kind)
        .collect();
    assert_eq!(kinds, ["execute", "reply"]);
    let tree = done.receipts[0].calls.clone().unwrap();
    assert_eq!(tree.children[0].failed.as_deref(), Some("no"));
    assert_eq!(tree.children[1].reply_to, Some(7));
}

#[test]
fn a_salted_address_is_taken_once() {
    let (chain, state, a, _) = two();
    let make = || {
        sent(
            What::Instantiate(1, vec![], Some(b"salt".to_vec())),
            NEVER,
            None,
            &[],
        )
    };
    let done = run(
        &chain,
        &state,
        vec![
            execute(3, a, &[make()], Vec::new()),
            execute(4, a, &[make()], Vec::new()),
        ],
    );
    let code = state.code_info(1).unwrap().hash;
    let made = addresses::salted(&code, &a.0, b"salt");
    assert!(done.receipts[0].result.is_ok());
    assert_eq!(done.state.info(&made).unwrap().admin, Some(a));
    let why = done.receipts[1].result.clone().unwrap_err();
    assert!(why.contains("already"), "{why}");
}

#[test]
fn only_the_admin_gives_new_code_and_there_may_be_none() {
    let (chain, state, a, b) = two();
    let store = act(
        1,
        1,
        Action::Store {
            wasm: b"other".as_slice().into(),
        },
    );
    let migrate = |from, nonce, contract, code_id| {
        act(
            from,
            nonce,
            Action::Migrate {
                contract,
                code_id,
                input: ops(&[set("new", "1")]),
            },
        )
    };
    let admin = |nonce, admin| act(0, nonce, Action::SetAdmin { contract: a, admin });
    let done = run(
        &chain,
        &state,
        vec![
            store,
            migrate(2, 0, a, 2),
            migrate(0, 3, a, 9),
            migrate(0, 4, a, 2),
            admin(5, Some(b)),
            migrate(0, 6, a, 1),
            // The admin is now a contract, which clears itself.
            execute(
                7,
                b,
                &[sent(What::SetAdmin(a, None), NEVER, None, &[])],
                Vec::new(),
            ),
            admin(8, Some(person(1))),
        ],
    );
    let ends: Vec<_> = done
        .receipts
        .iter()
        .map(|r| r.result.as_ref().map(|_| ()).map_err(String::as_str))
        .collect();
    let stranger = Err("only the contract's admin may do this, and the sender is not");
    assert_eq!(
        ends,
        [
            Ok(()),
            stranger,
            Err("there is no code 9"),
            Ok(()),
            Ok(()),
            stranger,
            Ok(()),
            Err("the contract has no admin: nobody may change it"),
        ]
    );
    assert_eq!(done.state.info(&a).unwrap().code_id, 2);
    assert_eq!(
        done.state.contract(&a).unwrap().code,
        done.state.code_info(2).unwrap().hash
    );
    assert_eq!(stored(&done.state, a, b"new").unwrap(), "1");
    let told: Vec<vm::Event> = done.receipts[4..7]
        .iter()
        .flat_map(|r| r.events.iter().map(|e| e.to_typed()))
        .filter(|e| e.kind == "update_contract_admin")
        .collect();
    let name = bech32::encode(&a);
    let changed = |new: &str| {
        let attributes = [
            ("_contract_address", name.as_str()),
            ("new_admin_address", new),
        ];
        vm::Event::new("update_contract_admin", &attributes)
    };
    assert_eq!(told, [changed(&bech32::encode(&b)), changed("")]);
}

#[test]
fn a_refused_module_takes_no_number() {
    let (chain, state, ..) = two();
    let store = |nonce, wasm: &[u8]| act(1, nonce, Action::Store { wasm: wasm.into() });
    let done = run(&chain, &state, vec![store(1, b"bad"), store(2, b"fine")]);
    assert_eq!(done.receipts[0].result, Err("this is no module".into()));
    assert_eq!(done.receipts[1].code_id, Some(2));
}

#[test]
fn a_proof_of_what_is_known_of_a_contract_holds() {
    let (_, state, a, _) = two();
    for key in [Key::Info(a), Key::CodeId(1), Key::Counts] {
        let mut proof = state.prove(key);
        assert!(proof.value.is_some());
        assert_eq!(proof.verify(&state.root()), Ok(()));
        proof.value = Some(b"other".to_vec());
        assert!(proof.verify(&state.root()).is_err());
    }
}

/// The published table of cosmwasm-std (testdata/instantiate2_addresses.json), the lines without a
/// message: code, creator, salt, address.
#[test]
fn salted_addresses_are_those_of_the_published_table() {
    let table = [
        (
            "13a1fc994cc6d1c81b746ee0c0ff6f90043875e0bf1d9be6b7d779fc978dc2a5",
            "9999999999aaaaaaaaaabbbbbbbbbbcccccccccc",
            "61",
            "5e865d3e45ad3e961f77fd77d46543417ced44d924dc3e079b5415ff6775f847",
        ),
        (
            "13a1fc994cc6d1c81b746ee0c0ff6f90043875e0bf1d9be6b7d779fc978dc2a5",
            "9999999999aaaaaaaaaabbbbbbbbbbcccccccccc",
            "aabbccddeeffffeeddbbccddaa66551155aaaabbcc787878789900aabbccddeeffffeeddbbccddaa66551155aaaabbcc787878789900aabbbbcc221100acadae",
            "9384c6248c0bb171e306fd7da0993ec1e20eba006452a3a9e078883eb3594564",
        ),
        (
            "13a1fc994cc6d1c81b746ee0c0ff6f90043875e0bf1d9be6b7d779fc978dc2a5",
            "9999999999aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffff",
            "61",
            "9725e94f528d8b78d33c25f3dfcd60e6142d8be60ab36f6a5b59036fd51560db",
        ),
        (
            "13a1fc994cc6d1c81b746ee0c0ff6f90043875e0bf1d9be6b7d779fc978dc2a5",
            "9999999999aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffff",
            "aabbccddeeffffeeddbbccddaa66551155aaaabbcc787878789900aabbccddeeffffeeddbbccddaa66551155aaaabbcc787878789900aabbbbcc221100acadae",
            "0aaf1c31c5d529d21d898775bc35b3416f47bfd99188c334c6c716102cbd3101",
        ),
        (
            "1da6c16de2cbaf7ad8cbb66f0925ba33f5c278cb2491762d04658c1480ea229b",
            "9999999999aaaaaaaaaabbbbbbbbbbcccccccccc",
            "61",
            "b95c467218d408a0f93046f227b6ece7fe18133ff30113db4d2a7becdfeca141",
        ),
        (
            "1da6c16de2cbaf7ad8cbb66f0925ba33f5c278cb2491762d04658c1480ea229b",
            "9999999999aaaaaaaaaabbbbbbbbbbcccccccccc",
            "aabbccddeeffffeeddbbccddaa66551155aaaabbcc787878789900aabbccddeeffffeeddbbccddaa66551155aaaabbcc787878789900aabbbbcc221100acadae",
            "67a3ab6384729925fdb144574628ce96836fe098d2c6be4e84ac106b2728d96c",
        ),
        (
            "1da6c16de2cbaf7ad8cbb66f0925ba33f5c278cb2491762d04658c1480ea229b",
            "9999999999aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffff",
            "61",
            "547a743022f4f1af05b102f57bf1c1c7d7ee81bae427dc20d36b2c4ec57612ae",
        ),
        (
            "1da6c16de2cbaf7ad8cbb66f0925ba33f5c278cb2491762d04658c1480ea229b",
            "9999999999aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffff",
            "aabbccddeeffffeeddbbccddaa66551155aaaabbcc787878789900aabbccddeeffffeeddbbccddaa66551155aaaabbcc787878789900aabbbbcc221100acadae",
            "d8af856a6a04852d19b647ad6d4336eb26e077f740aef1a0331db34d299a885a",
        ),
    ];
    for (code, creator, salt, address) in table {
        let bytes = |hex| crate::base::digest::from_hex(hex).unwrap();
        let code = Hash::from_hex(code).unwrap();
        let found = addresses::salted(&code, &bytes(creator), &bytes(salt));
        assert_eq!(found.to_string(), address);
    }
}

#[test]
fn addresses_are_written_as_contracts_write_them() {
    let address = addresses::instantiated(1, 1);
    assert_eq!(bech32::decode(&bech32::encode(&address)), Ok(address));
}

/// wasmd's numbers, and a contract's own words where it hands them on.
#[test]
fn a_reply_hears_module_and_number_of_an_error_or_the_contracts_own_words() {
    let (chain, state, a, b) = two();
    let nobody = Hash([7; 32]);
    let fail = || vec![Op::Fail("no".into())];
    let never = |what| sent(what, NEVER, None, &[]);
    let table = [
        (
            What::Execute(b, fail(), 0),
            "no: execute wasm contract failed",
        ),
        (
            What::Instantiate(1, fail(), None),
            "no: instantiate wasm contract failed",
        ),
        (
            What::Migrate(b, 1, fail()),
            // Only its admin may: a is not.
            "codespace: sdk, code: 4",
        ),
        // Through an execute the words of the one below stay, through all else its number.
        (
            What::Execute(b, vec![never(What::Execute(a, fail(), 0))], 0),
            "no: execute wasm contract failed",
        ),
        (
            What::Instantiate(1, vec![never(What::Execute(a, fail(), 0))], None),
            "codespace: wasm, code: 5",
        ),
        (
            What::Execute(b, vec![sent(What::Send(a, 0), ALWAYS, None, &fail())], 0),
            "codespace: wasm, code: 5",
        ),
        (What::Send(b, 101), "codespace: sdk, code: 5"),
        (What::Execute(b, vec![], 101), "codespace: sdk, code: 5"),
        (
            What::Execute(nobody, vec![], 0),
            "codespace: wasm, code: 22",
        ),
        (
            What::Instantiate(9, vec![], None),
            "codespace: wasm, code: 28",
        ),
        (What::Migrate(nobody, 1, vec![]), "codespace: sdk, code: 18"),
        (What::SetAdmin(b, Some(a)), "codespace: wasm, code: 10"),
        (What::SetAdmin(b, Some(b)), "codespace: sdk, code: 4"),
    ];
    for (what, heard) in table {
        let shown = format!("{what:?}");
        let script = [sent(
            what,
            ERROR,
            Some(50_000),
            &[Op::NoteReply(b"heard".to_vec())],
        )];
        let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
        assert!(done.receipts[0].result.is_ok(), "{shown}");
        let found = stored(&done.state, a, b"heard").unwrap();
        assert_eq!(found, format!("failed: {heard}"), "{shown}");
    }
    let burn = What::Execute(b, vec![Op::Burn], 0);
    let script = [sent(
        burn,
        ERROR,
        Some(5_000),
        &[Op::NoteReply(b"heard".to_vec())],
    )];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    let found = stored(&done.state, a, b"heard").unwrap();
    assert_eq!(found, "failed: codespace: sdk, code: 11");
}

/// A question that fails is told the asked contract's own words, with wasmd's behind them.
#[test]
fn a_question_hears_the_words_of_the_contract_asked() {
    let (chain, state, a, b) = two();
    let script = [Op::Ask(b"heard".to_vec(), b, vec![Op::Fail("no".into())])];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    let found = stored(&done.state, a, b"heard").unwrap();
    assert!(
        found.contains(r#"why: "no", heard: "no: query wasm contract failed""#),
        "{found}"
    );
}

/// wasmd stores what it knows of a contract when `instantiate` has run, and of new code when `migrate` has.
#[test]
fn a_contract_being_made_does_not_exist_and_one_being_migrated_has_its_old_code() {
    let (chain, state, a, _) = two();
    let made = addresses::instantiated(1, 3);
    let look = |contract| {
        vec![
            Op::NoteInfo(b"info".to_vec(), contract),
            Op::Ask(b"smart".to_vec(), contract, vec![]),
        ]
    };
    let done = run(
        &chain,
        &state,
        vec![
            act(
                0,
                3,
                Action::Instantiate {
                    code_id: 1,
                    admin: None,
                    label: "one".into(),
                    input: ops(&look(made)),
                    funds: Vec::new(),
                    salt: None,
                },
            ),
            act(
                1,
                1,
                Action::Store {
                    wasm: b"other".as_slice().into(),
                },
            ),
            act(
                0,
                4,
                Action::Migrate {
                    contract: a,
                    code_id: 2,
                    input: ops(&look(a)),
                },
            ),
        ],
    );
    assert_eq!(
        done.receipts[0].created,
        Some(made),
        "{:?}",
        done.receipts[0].result
    );
    let absent = format!("Err(NoSuchContract({made:?}))");
    assert_eq!(stored(&done.state, made, b"info").unwrap(), absent);
    assert_eq!(stored(&done.state, made, b"smart").unwrap(), absent);
    assert!(done.receipts[2].result.is_ok());
    let info = stored(&done.state, a, b"info").unwrap();
    assert!(info.contains("code_id: 1"), "{info}");
    assert_eq!(done.state.info(&a).unwrap().code_id, 2);
    // A failing one leaves neither.
    let fails = Action::Instantiate {
        code_id: 1,
        admin: None,
        label: "one".into(),
        input: ops(&[Op::Fail("no".into())]),
        funds: Vec::new(),
        salt: None,
    };
    let done = run(&chain, &state, vec![act(0, 3, fails)]);
    assert!(done.state.contract(&made).is_none() && done.state.info(&made).is_none());
}

#[test]
fn coins_that_go_along_are_announced_as_the_bank_does_and_heard_by_the_reply() {
    let (chain, state, a, b) = two();
    let note = [Op::NoteReply(b"heard".to_vec())];
    let script = [sent(What::Execute(b, vec![], 5), SUCCESS, None, &note)];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    let heard = stored(&done.state, a, b"heard").unwrap();
    assert!(
        heard.ends_with(r#"["coin_spent", "coin_received", "transfer", "execute"]"#),
        "{heard}"
    );
}

#[test]
fn a_label_with_a_blank_at_an_end_and_the_same_admin_are_refused() {
    let (chain, state, a, _) = two();
    for label in [" one", "one ", "o\u{200b}ne"] {
        let action = Action::Instantiate {
            code_id: 1,
            admin: None,
            label: label.into(),
            input: ops(&[]),
            funds: Vec::new(),
            salt: None,
        };
        let tx = act(0, 3, action);
        let refused = validity::check_transaction(&tx, &chain.id, false).unwrap_err();
        assert!(
            matches!(refused, error::TransactionError::Label(_)),
            "{refused}"
        );
    }
    let same = Action::SetAdmin {
        contract: a,
        admin: Some(person(0)),
    };
    let done = run(&chain, &state, vec![act(0, 3, same)]);
    assert_eq!(
        failure(&done.receipts[0]),
        "the new admin is the same as the old"
    );
}

/// Airdrops hand lists of 200 kB to a contract. Gas pays for them.
#[test]
fn an_input_of_200_kilobytes_reaches_a_contract() {
    let (chain, state, a, _) = two();
    let list = vec![set("list", &"x".repeat(200_000))];
    let done = run(&chain, &state, vec![execute(3, a, &list, Vec::new())]);
    assert!(
        done.receipts[0].result.is_ok(),
        "{:?}",
        done.receipts[0].result
    );
    assert_eq!(stored(&done.state, a, b"list").unwrap().len(), 200_000);
    let script = [sent(What::Execute(a, list, 0), NEVER, None, &[])];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    assert!(
        done.receipts[0].result.is_ok(),
        "{:?}",
        done.receipts[0].result
    );
}
