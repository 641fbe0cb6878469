//! Responses: events, messages, and what is wrong with them.

use super::*;
use crate::base::Hash;
use crate::types::{Coin, bech32};
use crate::vm::{
    Event, Message, MessageDone, MessageEffect, Reply, ReplyOn, SubMessage, TransactionInfo,
};

fn mine() -> String {
    bech32::encode(&Hash(CONTRACT))
}

fn with(fields: &str) -> Outcome {
    run(
        &answering(format!("{{\"ok\":{{{fields}}}}}").as_bytes()),
        Entry::Call,
    )
}

#[track_caller]
fn malformed(fields: &str, why: &str) {
    let outcome = with(fields);
    assert_eq!(
        failure(&outcome),
        (
            FailureKind::BadRequest,
            format!("the contract's result is malformed: {why}").as_str()
        )
    );
}

#[test]
fn events_carry_the_contracts_address() {
    let outcome = with(
        r#""attributes":[{"key":"a","value":"1"},{"key":" b ","value":" 2 "}],
        "events":[{"type":" bid ","attributes":[{"key":"who","value":""}]},{"type":"end","attributes":[]}],
        "data":"","unknown":[1,2]"#,
    );
    let mine = mine();
    let response = outcome.result.unwrap();
    assert_eq!(response.data, Some(Vec::new()));
    assert_eq!(
        response.events,
        [
            Event::new(
                "wasm",
                &[("_contract_address", &mine), ("a", "1"), ("b", "2")]
            ),
            Event::new("wasm-bid", &[("_contract_address", &mine), ("who", "")]),
            Event::new("wasm-end", &[("_contract_address", &mine)]),
        ]
    );
}

#[test]
fn event_rules_are_kept() {
    malformed(
        r#""attributes":[{"key":" ","value":"1"}]"#,
        "attributes[0].key must not be empty",
    );
    malformed(
        r#""attributes":[{"key":"a","value":"1"},{"key":"_contract_address","value":"1"}]"#,
        "attributes[1].key must not begin with `_`: such keys are the chain's",
    );
    malformed(
        r#""events":[{"type":" xy ","attributes":[]}]"#,
        "events[0].type must be longer than 2 bytes",
    );
    malformed(
        r#""events":[{"type":"xyz","attributes":[{"key":"_x","value":"1"}]}]"#,
        "events[0].attributes[0].key must not begin with `_`: such keys are the chain's",
    );
    malformed(r#""attributes":{}"#, "ok.attributes must be a list");
    malformed(
        r#""attributes":[{"key":"a","value":1}]"#,
        "attributes[0].value must be text",
    );
    malformed(r#""data":"?""#, "ok.data must be base64");
}

fn message(msg: &str, rest: &str) -> String {
    format!("\"messages\":[{{\"id\":7,\"msg\":{msg},{rest}}}]")
}

const NEVER: &str = "\"gas_limit\":null,\"reply_on\":\"never\"";

#[track_caller]
fn only(msg: &str, rest: &str) -> SubMessage {
    let outcome = with(&message(msg, rest));
    let mut messages = outcome
        .result
        .unwrap_or_else(|failure| panic!("{msg}: {failure}"))
        .messages;
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

#[test]
fn messages_of_every_kind() {
    let coins = |list: &[(&str, u128)]| -> Vec<Coin> {
        list.iter()
            .map(|(denom, amount)| Coin {
                denom: (*denom).into(),
                amount: *amount,
            })
            .collect()
    };
    let (you, me) = (Hash([7; 32]), Hash(CONTRACT));
    let (to, self_) = (bech32::encode(&you), mine());
    let funds = r#"[{"denom":"b","amount":"2"},{"denom":"a","amount":"340282366920938463463374607431768211455"}]"#;
    let parsed = coins(&[("a", u128::MAX), ("b", 2)]);
    let cases = [
        (
            format!(r#"{{"bank":{{"send":{{"to_address":"{to}","amount":{funds}}}}}}}"#),
            Message::Send {
                to: you,
                amount: parsed.clone(),
            },
        ),
        (
            format!(r#"{{"bank":{{"burn":{{"amount":{funds}}}}}}}"#),
            Message::Burn {
                amount: parsed.clone(),
            },
        ),
        (
            format!(
                r#"{{"wasm":{{"execute":{{"contract_addr":"{self_}","msg":"e30=","funds":[]}}}}}}"#
            ),
            Message::Execute {
                contract: me,
                input: b"{}".to_vec(),
                funds: Vec::new(),
            },
        ),
        (
            format!(
                r#"{{"wasm":{{"instantiate":{{"admin":null,"code_id":3,"msg":"e30=","funds":{funds},"label":"l"}}}}}}"#
            ),
            Message::Instantiate {
                admin: None,
                code_id: 3,
                input: b"{}".to_vec(),
                funds: parsed,
                label: "l".into(),
                salt: None,
            },
        ),
        (
            format!(
                r#"{{"wasm":{{"instantiate2":{{"admin":"{to}","code_id":3,"msg":"e30=","funds":[],"label":"l","salt":"AQI="}}}}}}"#
            ),
            Message::Instantiate {
                admin: Some(you),
                code_id: 3,
                input: b"{}".to_vec(),
                funds: Vec::new(),
                label: "l".into(),
                salt: Some(vec![1, 2]),
            },
        ),
        (
            format!(
                r#"{{"wasm":{{"migrate":{{"contract_addr":"{to}","new_code_id":9,"msg":"e30="}}}}}}"#
            ),
            Message::Migrate {
                contract: you,
                code_id: 9,
                input: b"{}".to_vec(),
            },
        ),
        (
            format!(
                r#"{{"wasm":{{"update_admin":{{"contract_addr":"{self_}","admin":"{to}"}}}}}}"#
            ),
            Message::UpdateAdmin {
                contract: me,
                admin: you,
            },
        ),
        (
            format!(r#"{{"wasm":{{"clear_admin":{{"contract_addr":"{to}"}}}}}}"#),
            Message::ClearAdmin { contract: you },
        ),
    ];
    for (json, expected) in cases {
        let found = only(&json, NEVER);
        assert_eq!(found.message, expected, "{json}");
        assert_eq!((found.id, found.gas_limit), (7, None));
        assert_eq!(found.reply_on, ReplyOn::Never);
        assert!(found.payload.is_empty());
    }
}

/// Row 38 and 41: what is well formed and cannot be done here fails its message alone.
#[test]
fn messages_that_cannot_be_carried_out_may_be_caught() {
    let to = bech32::encode(&Hash([7; 32]));
    let send = |amount: &str| {
        format!(r#"{{"bank":{{"send":{{"to_address":"{to}","amount":[{amount}]}}}}}}"#)
    };
    let coin = |amount: &str| format!(r#"{{"denom":"a","amount":"{amount}"}}"#);
    let cases = [
        (
            send(&coin("340282366920938463463374607431768211456")),
            "the amount 340282366920938463463374607431768211456 is larger than 2^128 - 1",
        ),
        (send(&coin("-1")), "the amount \"-1\" is not a number"),
        (send(&coin("")), "the amount \"\" is not a number"),
        (send(&coin("1.5")), "the amount \"1.5\" is not a number"),
        (send(&coin("007")), "the amount \"007\" is not in plain decimal digits"),
        (send(&coin("+7")), "the amount \"+7\" is not in plain decimal digits"),
        (send(&coin("0")), "an amount of nothing cannot be sent"),
        (
            send(&format!("{},{}", coin("1"), coin("340282366920938463463374607431768211455"))),
            "the amounts of a are together larger than 2^128 - 1",
        ),
        (
            r#"{"bank":{"burn":{"amount":[]}}}"#.into(),
            "an amount of nothing cannot be sent",
        ),
        (
            r#"{"bank":{"send":{"to_address":"nobody","amount":[{"denom":"a","amount":"1"}]}}}"#.into(),
            "the text is no bech32 address: it must be `forge1` and then letters and digits of one case",
        ),
        (
            r#"{"staking":{"delegate":{}}}"#.into(),
            "this chain has no messages of the kind `staking`",
        ),
        (
            r#"{"custom":{"x":1}}"#.into(),
            "this chain has no messages of the kind `custom`",
        ),
        (
            r#"{"wasm":{"upload":{}}}"#.into(),
            "this chain has no messages of the kind `wasm.upload`",
        ),
        (
            r#"{"wasm":{"instantiate":{"code_id":1,"msg":"e30=","funds":[],"label":""}}}"#.into(),
            "a contract needs a label",
        ),
        (
            r#"{"wasm":{"instantiate2":{"code_id":1,"msg":"e30=","funds":[],"label":"l","salt":""}}}"#.into(),
            "a salt has 1 to 64 bytes, and this one 0",
        ),
    ];
    for (json, sentence) in cases {
        match only(&json, NEVER).message {
            Message::Refused { why, .. } => assert_eq!(why, sentence, "{json}"),
            other => panic!("{json}: {other:?}"),
        }
    }
}

/// As wasmd adds coins up: what is 0 is left out, what is named twice is one.
#[test]
fn coins_are_added_up() {
    let (you, to) = (Hash([7; 32]), bech32::encode(&Hash([7; 32])));
    let coin = |denom: &str, amount: u128| Coin {
        denom: denom.into(),
        amount,
    };
    let cases: [(&str, Vec<Coin>); 3] = [
        (
            r#"{"denom":"b","amount":"2"},{"denom":"a","amount":"1"},{"denom":"b","amount":"3"}"#,
            vec![coin("a", 1), coin("b", 5)],
        ),
        (
            r#"{"denom":"b","amount":"0"},{"denom":"a","amount":"1"}"#,
            vec![coin("a", 1)],
        ),
        // An empty list, and only that, may be sent: nothing happens.
        ("", Vec::new()),
    ];
    for (list, amount) in cases {
        let json = format!(r#"{{"bank":{{"send":{{"to_address":"{to}","amount":[{list}]}}}}}}"#);
        assert_eq!(
            only(&json, NEVER).message,
            Message::Send { to: you, amount }
        );
    }
    let json = format!(
        r#"{{"wasm":{{"execute":{{"contract_addr":"{to}","msg":"e30=","funds":[{{"denom":"a","amount":"0"}}]}}}}}}"#
    );
    let Message::Execute { funds, .. } = only(&json, NEVER).message else {
        panic!("another message");
    };
    assert_eq!(funds, []);
}

/// Rows 39 and 40.
#[test]
fn malformed_messages_fail_the_call() {
    let burn = r#"{"bank":{"burn":{"amount":[{"denom":"a","amount":"1"}]}}}"#;
    for (rest, reply_on) in [
        ("\"reply_on\":\"always\"", ReplyOn::Always),
        ("\"reply_on\":\"error\"", ReplyOn::Error),
        ("\"reply_on\":\"success\"", ReplyOn::Success),
        (NEVER, ReplyOn::Never),
    ] {
        assert_eq!(only(burn, rest).reply_on, reply_on);
    }
    let full = only(
        burn,
        "\"gas_limit\":18446744073709551615,\"reply_on\":\"never\",\"payload\":\"AQ==\"",
    );
    assert_eq!((full.gas_limit, full.payload), (Some(u64::MAX), vec![1]));
    let some = only(burn, "\"gas_limit\":2,\"reply_on\":\"never\"");
    assert_eq!(some.gas_limit, Some(2 * 1_217));
    let none = only(burn, "\"gas_limit\":0,\"reply_on\":\"never\"");
    assert_eq!(none.gas_limit, Some(0));

    malformed(
        &message(burn, "\"reply_on\":\"sometimes\""),
        "messages[0].reply_on must be always, error, success or never",
    );
    malformed(
        &message(burn, "\"gas_limit\":1.5,\"reply_on\":\"never\""),
        "messages[0].gas_limit must be a whole number below 2^64",
    );
    malformed(
        &message("{}", NEVER),
        "messages[0].msg must be an object of exactly one field",
    );
    malformed(
        &message(r#"{"bank":{"burn":{}},"wasm":{}}"#, NEVER),
        "messages[0].msg must be an object of exactly one field",
    );
    malformed(
        &message(
            r#"{"bank":{"send":{"to_address":"x","amount":[{"denom":"a","amount":1}]}}}"#,
            NEVER,
        ),
        "messages[0].msg.bank.send.amount[0].amount must be text",
    );
    malformed(
        &message(
            r#"{"wasm":{"execute":{"contract_addr":"x","msg":"?","funds":[]}}}"#,
            NEVER,
        ),
        "messages[0].msg.wasm.execute.msg must be base64",
    );
    malformed(
        r#""messages":[{"msg":{"bank":{"burn":{"amount":[]}}},"reply_on":"never"}]"#,
        "messages[0].id must be a whole number below 2^64",
    );
}

/// Rows 31 and 32: what costs a contract nothing to ask for is charged when it asks.
#[test]
fn r31_events_and_messages_are_paid_for_after_the_call() {
    let many = |item: &str, count: usize| vec![item; count].join(",");
    let event = r#"{"type":"xyz","attributes":[{"key":"k","value":"v"}]}"#;
    let outcome = with(&format!("\"events\":[{}]", many(event, 1_000)));
    assert!(outcome.result.is_ok());
    // An event, and two attributes: the address with 64 + 17 bytes, and one with two.
    assert_eq!(
        outcome.gas.events,
        1_000 * (500 + 200 + 10 * (17 + 64) + 200 + 20)
    );
    malformed(
        &format!("\"events\":[{}]", many(event, 1_025)),
        "1025 events are more than the limit of 1024",
    );
    let burn = r#"{"id":1,"msg":{"bank":{"burn":{"amount":[{"denom":"a","amount":"1"}]}}},"reply_on":"never","payload":"AQID"}"#;
    let outcome = with(&format!("\"messages\":[{}]", many(burn, 1_000)));
    assert_eq!(outcome.gas.messages, 1_000 * (2_000 + 30));
    malformed(
        &format!("\"messages\":[{}]", many(burn, 1_025)),
        "1025 messages are more than the limit of 1024",
    );
}

/// A contract that writes down what it was given, and the JSON of replies with their protobuf.
#[test]
fn replies_are_json_around_protobuf() {
    let wasm = contract(&format!(
        "{} (func (export \"reply\") (param i32 i32) (result i32)
           (call $db_write (call $text (i32.const 1024) (i32.const 1)) (local.get 1)) (call $ok))",
        data(1024, b"r")
    ));
    let given = |reply: Reply| {
        let mut ctx = context(Entry::Reply, b"");
        ctx.reply = Some(reply);
        let mut host = host();
        let outcome = run_on(&wasm, &ctx, GAS, &mut host);
        assert!(outcome.result.is_ok(), "{outcome:?}");
        String::from_utf8(host.store.remove(b"r".as_slice()).unwrap()).unwrap()
    };
    let reply = |result| Reply {
        id: u64::MAX,
        payload: b"pay".to_vec(),
        gas_used: 1_218,
        result,
    };
    assert_eq!(
        given(reply(Err("no \"such\" code".into()))),
        r#"{"id":18446744073709551615,"payload":"cGF5","gas_used":2,"result":{"error":"no \"such\" code"}}"#
    );
    let done = |effect| {
        reply(Ok(MessageDone {
            effect,
            events: vec![Event::new("wasm", &[("z", "1"), ("a", "2")])],
        }))
    };
    let head = r#"{"id":18446744073709551615,"payload":"cGF5","gas_used":2,"result":{"ok":{"events":[{"type":"wasm","attributes":[{"key":"z","value":"1"},{"key":"a","value":"2"}]}],"#;
    assert_eq!(
        given(done(MessageEffect::Sent)),
        format!(
            r#"{head}"data":null,"msg_responses":[{{"type_url":"/cosmos.bank.v1beta1.MsgSendResponse","value":""}}]}}}}}}"#
        )
    );
    // wasmd burns by itself, and for nothing does nothing: no message of the SDK's answers.
    for what in [MessageEffect::Burned, MessageEffect::Nothing] {
        assert_eq!(
            given(done(what)),
            format!(r#"{head}"data":null,"msg_responses":[]}}}}}}"#)
        );
    }
    let encoded = [vec![0x0a, 200, 1], vec![9; 200]].concat();
    let data = json::base64(&encoded);
    assert_eq!(
        given(done(MessageEffect::Executed {
            data: Some(vec![9; 200])
        })),
        format!(
            r#"{head}"data":{data},"msg_responses":[{{"type_url":"/cosmwasm.wasm.v1.MsgExecuteContractResponse","value":{data}}}]}}}}}}"#
        )
    );
    // Without data the message is empty: proto3 leaves empty fields out.
    for (what, url) in [
        (
            MessageEffect::Executed { data: None },
            "/cosmwasm.wasm.v1.MsgExecuteContractResponse",
        ),
        (
            MessageEffect::Migrated {
                data: Some(Vec::new()),
            },
            "/cosmwasm.wasm.v1.MsgMigrateContractResponse",
        ),
    ] {
        assert_eq!(
            given(done(what)),
            format!(
                r#"{head}"data":null,"msg_responses":[{{"type_url":"{url}","value":""}}]}}}}}}"#
            )
        );
    }
    let address = Hash([3; 32]);
    let text = bech32::encode(&address);
    let encoded = [&[0x0a, 64][..], text.as_bytes(), &[0x12, 2, 5, 6]].concat();
    let data = json::base64(&encoded);
    for (salted, url) in [
        (false, "/cosmwasm.wasm.v1.MsgInstantiateContractResponse"),
        (true, "/cosmwasm.wasm.v1.MsgInstantiateContract2Response"),
    ] {
        assert_eq!(
            given(done(MessageEffect::Instantiated {
                address,
                data: Some(vec![5, 6]),
                salted
            })),
            format!(
                r#"{head}"data":{data},"msg_responses":[{{"type_url":"{url}","value":{data}}}]}}}}}}"#
            )
        );
    }
    let without = run(&wasm, Entry::Reply);
    assert_eq!(
        failure(&without).1,
        "a reply was called without anything to reply to"
    );
}

/// What an entry point is given, to the byte.
#[test]
fn arguments_are_pinned() {
    let write = |index: u32, at: usize| {
        format!("(call $db_write (call $text (i32.const {at}) (i32.const 1)) (local.get {index}))")
    };
    let wasm = contract(&format!(
        "{} (func (export \"execute\") (param i32 i32 i32) (result i32) {} {} {} (call $ok))
            (func (export \"migrate\") (param i32 i32 i32) (result i32) {} {} {} (call $ok))",
        data(1024, b"abc"),
        write(0, 1024),
        write(1, 1025),
        write(2, 1026),
        write(0, 1024),
        write(1, 1025),
        write(2, 1026),
    ));
    let sender = bech32::encode(&Hash(SENDER));
    let env = format!(
        r#"{{"block":{{"height":7,"time":"1700000000000000000","chain_id":"forge-test"}},"transaction":{{"index":4,"hash":"{}"}},"contract":{{"address":"{}"}}}}"#,
        json::base64(&[8; 32]).trim_matches('"'),
        mine()
    );
    let seen = |ctx: &CallContext| {
        let mut host = host();
        let outcome = run_on(&wasm, ctx, GAS, &mut host);
        assert!(outcome.result.is_ok(), "{outcome:?}");
        [b"a", b"b", b"c"]
            .map(|key| String::from_utf8(host.store.remove(key.as_slice()).unwrap()).unwrap())
    };
    let mut ctx = context(Entry::Call, br#"{"x":1}"#);
    ctx.transaction = Some(TransactionInfo {
        index: 4,
        hash: Hash([8; 32]),
    });
    ctx.funds = vec![Coin {
        denom: "forge".into(),
        amount: 12,
    }];
    let info = format!(r#"{{"sender":"{sender}","funds":[{{"denom":"forge","amount":"12"}}]}}"#);
    assert_eq!(seen(&ctx), [env.clone(), info, r#"{"x":1}"#.into()]);
    ctx.entry = Entry::Migrate;
    ctx.old_migrate_version = Some(3);
    let migration = format!(r#"{{"sender":"{sender}","old_migrate_version":3}}"#);
    assert_eq!(seen(&ctx), [env, r#"{"x":1}"#.into(), migration]);
}

/// Neither an answer nor an error, to wasmd: the call fails as one of the virtual machine's failures does.
#[test]
fn an_empty_error_is_no_error_of_the_contract() {
    for entry in [Entry::Call, Entry::View] {
        let outcome = run(&answering(br#"{"error":""}"#), entry);
        assert_eq!(
            failure(&outcome),
            (
                FailureKind::BadRequest,
                "the contract's result is malformed: its `error` is empty"
            )
        );
    }
}

/// Labels by wasmd's rule, and with the number it gives the error.
#[test]
fn labels_with_blanks_at_an_end_or_unprintable_characters_are_refused() {
    for label in [" a", "a ", "a\\u0007b"] {
        let json = format!(
            r#"{{"wasm":{{"instantiate":{{"code_id":1,"msg":"e30=","funds":[],"label":"{label}"}}}}}}"#
        );
        match only(&json, NEVER).message {
            Message::Refused { code, .. } => {
                assert_eq!(code.to_string(), "codespace: sdk, code: 18", "{label}");
            }
            other => panic!("{label}: {other:?}"),
        }
    }
}
