//! Contracts come to be, get addresses, labels, admins and other code.

use super::messages::*;
use super::scripted::*;
use super::*;
use crate::ledger::addresses;
use crate::types::bech32;
use crate::vm;

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
