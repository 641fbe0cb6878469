//! Addresses, words and questions.

use super::*;
use crate::base::Hash;
use crate::base::limits::{MAX_DEBUG_LINES, MAX_QUERY_DEPTH};
use crate::types::bech32;
use crate::vm::crypto;

/// Runs `execute` that stores, under `r`, the bytes of the region `body` leaves on the stack; none for 0.
fn stored(extra: &str, body: &str, ctx: &CallContext, host: &mut ScratchHost) -> Option<Vec<u8>> {
    let wasm = contract(&format!(
        "{extra} {}
         (func (export \"execute\") (param i32 i32 i32) (result i32) (local $r i32) (local $a i32) (local $b i32)
           (local.set $r {body})
           (if (local.get $r) (then
             (call $db_write (call $text (i32.const 1020) (i32.const 1)) (local.get $r))))
           (call $ok))",
        data(1020, b"r")
    ));
    let outcome = run_on(&wasm, ctx, GAS, host);
    assert!(outcome.result.is_ok(), "{outcome:?}");
    host.store.remove(b"r".as_slice())
}

fn told(text: &str, body: &str) -> Option<String> {
    let extra = data(1024, text.as_bytes());
    let body = body.replace(
        "$ADDRESS",
        &format!("(call $text (i32.const 1024) (i32.const {}))", text.len()),
    );
    stored(&extra, &body, &context(Entry::Call, b"{}"), &mut host())
        .map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn r41_addresses_have_one_spelling() {
    let good = bech32::encode(&Hash([9; 32]));
    let validate = "(call $addr_validate $ADDRESS)";
    assert_eq!(told(&good, validate), None);
    for (text, why) in [
        (String::new(), "the address is empty"),
        (
            good.to_uppercase(),
            "the address is in upper case; write it in lower case",
        ),
        (
            good.replacen('f', "F", 1),
            "the text is no bech32 address: it must be `forge1` and then letters and digits of one case",
        ),
        (
            bech32::encode_bytes(&[9; 21]),
            "the address stands for 21 bytes; addresses have 32, or 20 where they are derived from a key as Cosmos does",
        ),
        (
            bech32::encode_bytes(&[9; 65]),
            "the address stands for 65 bytes; addresses have 32, or 20 where they are derived from a key as Cosmos does",
        ),
    ] {
        assert_eq!(told(&text, validate).as_deref(), Some(why), "{text}");
        assert_eq!(
            told(
                &text,
                "(call $addr_canonicalize $ADDRESS (call $allocate (i32.const 64)))"
            )
            .as_deref(),
            Some(why)
        );
    }
    refuses(
        "(drop (call $addr_validate (call $text (i32.const 1024) (i32.const 257))))",
        FailureKind::BadRequest,
        "addr_validate: the address: 257 bytes are more than the limit of 256",
    );
    // There and back through the contract's memory.
    let there_and_back = "(block (result i32)
        (local.set $a (call $allocate (i32.const 64)))
        (local.set $b (call $allocate (i32.const 90)))
        (if (call $addr_canonicalize $ADDRESS (local.get $a)) (then unreachable))
        (if (call $addr_humanize (local.get $a) (local.get $b)) (then unreachable))
        (local.get $b))";
    assert_eq!(told(&good, there_and_back), Some(good));
    // As a contract derives it from a public key.
    let short = bech32::encode_bytes(&[9; 20]);
    assert_eq!(told(&short, validate), None);
    assert_eq!(told(&short, there_and_back), Some(short));
}

#[test]
fn humanize_takes_20_or_32_bytes() {
    for (length, why) in [
        (
            0,
            "an address has 32 bytes, or 20 where it is derived from a key as Cosmos does, and not 0",
        ),
        (
            17,
            "an address has 32 bytes, or 20 where it is derived from a key as Cosmos does, and not 17",
        ),
        (
            64,
            "an address has 32 bytes, or 20 where it is derived from a key as Cosmos does, and not 64",
        ),
    ] {
        let body = format!(
            "(call $addr_humanize (call $text (i32.const 1024) (i32.const {length})) (call $allocate (i32.const 90)))"
        );
        let found = stored("", &body, &context(Entry::Call, b"{}"), &mut host());
        assert_eq!(found.as_deref(), Some(why.as_bytes()));
    }
    refuses(
        "(drop (call $addr_humanize (call $text (i32.const 1024) (i32.const 65)) (call $allocate (i32.const 90))))",
        FailureKind::BadRequest,
        "addr_humanize: the bytes: 65 bytes are more than the limit of 64",
    );
    refuses(
        "(drop (call $addr_humanize (call $text (i32.const 1024) (i32.const 32)) (call $allocate (i32.const 63))))",
        FailureKind::BadRequest,
        "addr_humanize: the result: the region takes 63 bytes, and 64 are to be written",
    );
}

#[test]
fn r30_a_flood_of_words_is_paid_for_and_bounded() {
    let outcome = run(
        &executing(
            "(loop $l (call $debug (call $text (i32.const 16) (i32.const 62)))
               (br_if $l (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 1))) (i32.const 1000))))",
        ),
        Entry::Call,
    );
    assert!(outcome.result.is_ok());
    assert_eq!(outcome.log.len(), MAX_DEBUG_LINES);
    assert!(outcome.gas.host_calls > 1_000 * 1_740);
    let outcome = run(
        &executing("(call $debug (call $text (i32.const 65536) (i32.const 2097152)))"),
        Entry::Call,
    );
    assert!(
        outcome.log[0].len() <= 1_024 + 3,
        "{}",
        outcome.log[0].len()
    );
    refuses(
        "(call $debug (call $text (i32.const 65536) (i32.const 2097153)))",
        FailureKind::BadRequest,
        "debug: the text: 2097153 bytes are more than the limit of 2097152",
    );
    let long = format!(
        "{} (func (export \"execute\") (param i32 i32 i32) (result i32)
           (call $abort (call $text (i32.const 1024) (i32.const 60000))) (call $ok))",
        data(1024, "é".repeat(3_000).as_bytes())
    );
    let outcome = run(&contract(&long), Entry::Call);
    let (kind, text) = failure(&outcome);
    assert_eq!(kind, FailureKind::Trap);
    assert_eq!(
        text,
        format!("the contract panicked: {}…", "é".repeat(2_048))
    );
}

fn asked(request: &str, depth: u32) -> String {
    let extra = data(1024, request.as_bytes());
    let body = format!(
        "(call $query_chain (call $text (i32.const 1024) (i32.const {})))",
        request.len()
    );
    let mut host = host();
    host.balances.insert(CONTRACT, 12);
    host.store.insert(b"k".to_vec(), b"v".to_vec());
    let mut ctx = context(Entry::Call, b"{}");
    ctx.query_depth = depth;
    String::from_utf8(stored(&extra, &body, &ctx, &mut host).unwrap()).unwrap()
}

fn ok(json: &str) -> String {
    format!("{{\"ok\":{{\"ok\":{}}}}}", json::base64(json.as_bytes()))
}

#[test]
fn questions_and_answers_are_json() {
    let me = bech32::encode(&Hash(CONTRACT));
    let you = bech32::encode(&Hash([1; 32]));
    let cases = [
        (
            format!(r#"{{"bank":{{"balance":{{"address":"{me}","denom":"forge"}}}}}}"#),
            ok(r#"{"amount":{"denom":"forge","amount":"12"}}"#),
        ),
        (
            format!(r#"{{"bank":{{"balance":{{"address":"{you}","denom":"gold"}}}}}}"#),
            ok(r#"{"amount":{"denom":"gold","amount":"0"}}"#),
        ),
        (
            format!(r#"{{"bank":{{"all_balances":{{"address":"{me}"}}}}}}"#),
            ok(r#"{"amount":[{"denom":"forge","amount":"12"}]}"#),
        ),
        (
            r#"{"bank":{"supply":{"denom":"forge"}}}"#.into(),
            ok(r#"{"amount":{"denom":"forge","amount":"12"}}"#),
        ),
        (
            format!(r#"{{"wasm":{{"raw":{{"contract_addr":"{me}","key":"aw=="}}}}}}"#),
            r#"{"ok":{"ok":"dg=="}}"#.into(),
        ),
        (
            format!(r#"{{"wasm":{{"raw":{{"contract_addr":"{me}","key":"eA=="}}}}}}"#),
            r#"{"ok":{"ok":""}}"#.into(),
        ),
        (
            format!(r#"{{"wasm":{{"smart":{{"contract_addr":"{you}","msg":"e30="}}}}}}"#),
            format!(r#"{{"error":{{"no_such_contract":{{"addr":"{you}"}}}}}}"#),
        ),
        (
            r#"{"wasm":{"code_info":{"code_id":5}}}"#.into(),
            r#"{"error":{"no_such_code":{"code_id":5}}}"#.into(),
        ),
        (
            r#"{"staking":{"bonded_denom":{}}}"#.into(),
            r#"{"error":{"unsupported_request":{"kind":"staking"}}}"#.into(),
        ),
        (
            r#"{"bank":{"denom_metadata":{"denom":"x"}}}"#.into(),
            r#"{"ok":{"error":"codespace: sdk, code: 38"}}"#.into(),
        ),
        (
            r#"{"bank":{"all_denom_metadata":{"pagination":null}}}"#.into(),
            ok(r#"{"metadata":[],"next_key":null}"#),
        ),
        (
            r#"{"bank":{"denom_owners":{"denom":"x"}}}"#.into(),
            r#"{"error":{"unsupported_request":{"kind":"unknown BankQuery variant"}}}"#.into(),
        ),
        (
            r#"{"wasm":{"smart":{"contract_addr":"bob","msg":"e30="}}}"#.into(),
            r#"{"ok":{"error":"codespace: sdk, code: 7"}}"#.into(),
        ),
        (
            format!(r#"{{"wasm":{{"raw_range":{{"contract_addr":"{me}","start":null,"end":null,"limit":0,"order":"up"}}}}}}"#),
            format!(
                r#"{{"error":{{"invalid_request":{{"error":"wasm.raw_range.order must be \"ascending\" or \"descending\"","request":{}}}}}}}"#,
                json::base64(format!(r#"{{"wasm":{{"raw_range":{{"contract_addr":"{me}","start":null,"end":null,"limit":0,"order":"up"}}}}}}"#).as_bytes())
            ),
        ),
    ];
    for (request, answer) in cases {
        assert_eq!(asked(&request, 0), answer, "{request}");
    }
    let wrong = r#"{"bank":{}"#;
    assert_eq!(
        asked(wrong, 0),
        format!(
            r#"{{"error":{{"invalid_request":{{"error":"the request is not valid JSON, see line 1, column 10","request":{}}}}}}}"#,
            json::base64(wrong.as_bytes())
        )
    );
}

/// cosmwasm-std's `limit` is a u16; a chain may bring back fewer and say where to go on.
#[test]
fn a_raw_range_asks_for_as_many_as_it_likes_and_gets_a_bounded_number() {
    let me = bech32::encode(&Hash(CONTRACT));
    for (asked, given) in [(0, 0), (7, 7), (256, 256), (257, 256), (65_535, 256)] {
        let request = format!(
            r#"{{"wasm":{{"raw_range":{{"contract_addr":"{me}","start":"YQ==","end":null,"limit":{asked},"order":"descending"}}}}}}"#
        );
        assert_eq!(
            query::parse(request.as_bytes()).map(|(query, _)| query),
            Ok(crate::vm::Query::RawRange {
                contract: Hash(CONTRACT),
                start: Some(b"a".to_vec()),
                end: None,
                limit: given,
                order: crate::vm::Order::Descending,
            })
        );
    }
}

#[test]
fn r34_questions_end_at_their_depth() {
    let me = bech32::encode(&Hash(CONTRACT));
    let request = format!(r#"{{"wasm":{{"smart":{{"contract_addr":"{me}","msg":"e30="}}}}}}"#);
    assert!(asked(&request, MAX_QUERY_DEPTH - 1).contains("no_such_contract"));
    assert_eq!(
        asked(&request, MAX_QUERY_DEPTH),
        r#"{"ok":{"error":"codespace: wasm, code: 27"}}"#
    );
}

#[test]
fn all_answers_are_encoded() {
    use crate::types::Coin;
    use crate::vm::abi::AnswerForm;
    use crate::vm::{Answer, NoAnswer, Query};
    let creator = Hash([1; 32]);
    let name = bech32::encode(&creator);
    let info = |admin: Option<Hash>| Answer::Contract {
        code_id: 4,
        creator,
        admin,
        port: admin.map(|_| "wasm.forge1x".into()),
    };
    for (answer, body) in [
        (
            info(None),
            format!(
                r#"{{"code_id":4,"creator":"{name}","admin":null,"pinned":false,"ibc_port":null,"ibc2_port":null}}"#
            ),
        ),
        (
            info(Some(creator)),
            format!(
                r#"{{"code_id":4,"creator":"{name}","admin":"{name}","pinned":false,"ibc_port":"wasm.forge1x","ibc2_port":null}}"#
            ),
        ),
        (
            Answer::Code {
                code_id: 4,
                creator,
                checksum: Hash([0xab; 32]),
            },
            format!(
                r#"{{"code_id":4,"creator":"{name}","checksum":"{}"}}"#,
                "ab".repeat(32)
            ),
        ),
        (
            Answer::Range {
                pairs: vec![(b"k".to_vec(), b"v".to_vec())],
                next: Some(b"l".to_vec()),
            },
            r#"{"data":[["aw==","dg=="]],"next_key":"bA=="}"#.into(),
        ),
        (
            Answer::Range {
                pairs: Vec::new(),
                next: None,
            },
            r#"{"data":[],"next_key":null}"#.into(),
        ),
        (
            Answer::Coins(vec![Coin {
                denom: "a\"".into(),
                amount: u128::MAX,
            }]),
            r#"{"amount":[{"denom":"a\"","amount":"340282366920938463463374607431768211455"}]}"#
                .into(),
        ),
    ] {
        let encoded = query::encode(&Query::Port, Ok(answer), AnswerForm::Plain);
        assert_eq!(encoded, ok(&body));
    }
    assert_eq!(
        query::encode(
            &Query::Port,
            Err(NoAnswer::Failed {
                why: "for people".into(),
                heard: "no \"way\"".into()
            }),
            AnswerForm::Plain
        ),
        r#"{"ok":{"error":"no \"way\""}}"#
    );
    assert!(crypto::available());
}

/// There is no other chain, and contracts look for one: `port_id` and `list_channels` are answered.
#[test]
fn questions_about_ibc_and_by_path_are_read() {
    use crate::vm::Query;
    use crate::vm::abi::AnswerForm;
    let asked = |request: &str| query::parse(request.as_bytes());
    assert_eq!(
        asked(r#"{"ibc":{"port_id":{}}}"#),
        Ok((Query::Port, AnswerForm::Plain))
    );
    let constant = |request: &str| asked(request).unwrap_err().encode(request.as_bytes());
    let ok = |body: &str| format!(r#"{{"ok":{{"ok":{}}}}}"#, json::base64(body.as_bytes()));
    assert_eq!(
        constant(r#"{"ibc":{"list_channels":{"port_id":null}}}"#),
        ok(r#"{"channels":[]}"#)
    );
    assert_eq!(
        constant(r#"{"ibc":{"channel":{"channel_id":"channel-0"}}}"#),
        ok(r#"{"channel":null}"#)
    );
    let data = json::base64(b"\x0a\x05forge");
    for (kind, form) in [
        ("stargate", AnswerForm::Json),
        ("grpc", AnswerForm::Protobuf),
    ] {
        let request = |path: &str| format!(r#"{{"{kind}":{{"path":"{path}","data":{data}}}}}"#);
        let supply = Query::Supply {
            denom: "forge".into(),
        };
        assert_eq!(
            asked(&request("/cosmos.bank.v1beta1.Query/SupplyOf")),
            Ok((supply, form))
        );
        assert_eq!(
            constant(&request("/x.Query/Y")),
            r#"{"error":{"unsupported_request":{"kind":"'/x.Query/Y' path is not allowed from the contract"}}}"#
        );
    }
}
