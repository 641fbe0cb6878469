//! Row 37: what counts as JSON.

use super::*;
use crate::vm::abi::cosmwasm::json::{Json, MAX_DEPTH, parse};

#[test]
fn values_of_every_kind() {
    assert_eq!(
        parse(br#" {"a":[null,true,0,18446744073709551615,"x\n"],"b":{}} "#),
        Ok(Json::Object(vec![
            (
                "a".into(),
                Json::List(vec![
                    Json::Null,
                    Json::Bool(true),
                    Json::Whole(0),
                    Json::Whole(u64::MAX),
                    Json::Text("x\n".into())
                ])
            ),
            ("b".into(), Json::Object(vec![])),
        ]))
    );
    for other in ["-1", "1.0", "1e3", "18446744073709551616", "1e400"] {
        let found = parse(other.as_bytes());
        assert!(
            matches!(&found, Ok(Json::OtherNumber)) || other == "1e400" && found.is_err(),
            "{other}: {found:?}"
        );
    }
}

#[test]
fn what_is_no_json_is_said_in_our_words() {
    let depth = MAX_DEPTH as usize;
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(parse(nested(depth).as_bytes()).is_ok());
    let cases: [(Vec<u8>, &str); 12] = [
        (b"\xff".to_vec(), "is not valid UTF-8"),
        (b"".to_vec(), "is not valid JSON, see line 1, column 0"),
        (
            b"{\"a\":}".to_vec(),
            "is not valid JSON, see line 1, column 6",
        ),
        (b"{} {}".to_vec(), "is not valid JSON, see line 1, column 4"),
        (
            b"{\"a\":01}".to_vec(),
            "is not valid JSON, see line 1, column 7",
        ),
        (
            b"\"\\ud800\"".to_vec(),
            "is not valid JSON, see line 1, column 8",
        ),
        (b"{a:1}".to_vec(), "is not valid JSON, see line 1, column 2"),
        (b"[1,]".to_vec(), "is not valid JSON, see line 1, column 4"),
        (
            b"{\"a\":1,\"b\":2,\"a\":1}".to_vec(),
            "has the key `a` twice in one object",
        ),
        (
            b"{\"unknown\":{\"x\":1,\"\\u0078\":2}}".to_vec(),
            "has the key `x` twice in one object",
        ),
        (
            nested(depth + 1).into_bytes(),
            "is JSON nested more than 127 deep",
        ),
        (
            "[".repeat(100_000).into_bytes(),
            "is JSON nested more than 127 deep",
        ),
    ];
    for (text, sentence) in cases {
        assert_eq!(
            parse(&text).map_err(|why| why.to_string()),
            Err(sentence.to_string()),
            "{}",
            String::from_utf8_lossy(&text[..text.len().min(80)])
        );
    }
}

#[test]
fn an_answer_that_is_no_json_fails_the_call() {
    for (text, sentence) in [
        (&b"\xc3\x28"[..], "the contract's result is not valid UTF-8"),
        (
            b"",
            "the contract's result is not valid JSON, see line 1, column 0",
        ),
        (
            b"[]",
            "the contract's result is malformed: it must be an object",
        ),
        (
            b"{}",
            "the contract's result is malformed: it must have `ok` or a text `error`, and nothing else",
        ),
        (
            b"{\"ok\":{},\"error\":\"x\"}",
            "the contract's result is malformed: it must have `ok` or a text `error`, and nothing else",
        ),
        (
            b"{\"Ok\":{}}",
            "the contract's result is malformed: it must have `ok` or a text `error`, and nothing else",
        ),
        (
            b"{\"ok\":{},\"ok\":{}}",
            "the contract's result has the key `ok` twice in one object",
        ),
        (
            b"{\"ok\":[]}",
            "the contract's result is malformed: `ok` must be an object",
        ),
    ] {
        let outcome = run(&answering(text), Entry::Call);
        assert_eq!(failure(&outcome), (FailureKind::BadRequest, sentence));
    }
    for text in [&b"{\"ok\":{}}"[..], b"{\"ok\":\"a\"}", b"{\"ok\":\"e30\"}"] {
        let outcome = run(&answering(text), Entry::View);
        assert_eq!(
            failure(&outcome).1,
            "the contract's result is malformed: `ok` must be base64"
        );
    }
    assert_eq!(
        run(&answering(b"{\"ok\":\"e30=\"}"), Entry::View).answer(),
        Ok(b"{}".to_vec())
    );
    let outcome = run(&answering(b"{\"error\":\"not today\"}"), Entry::View);
    assert_eq!(failure(&outcome), (FailureKind::Contract, "not today"));
}
