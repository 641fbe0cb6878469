//! One validator's machine, by hand.

mod common;

use common::{refused, run_with};
use serde_json::{Value, json};

fn step(input: &Value) -> Value {
    let answer = run_with(&["step", "-"], input.to_string().as_bytes());
    assert_eq!(answer.code, 0, "{}", answer.err);
    answer.json()
}

fn vote(kind: &str, from: &str, value: Value) -> Value {
    json!({"input": {"message": {"kind": kind, "from": from, "height": 1, "round": 0, "value": value}}})
}

/// The normal case at v2 of four, from proposal to decision, by the paper's rules.
#[test]
fn a_height_is_decided() {
    let report = step(&json!({"me": "v2", "inputs": [
        {"input": "start"},
        {"at_us": 50_000, "input": {"message":
            {"kind": "proposal", "from": "v1", "height": 1, "round": 0, "value": "A"}}},
        {"input": {"validated": {"value": "A", "valid": true}}},
        vote("prevote", "v1", json!("A")),
        vote("prevote", "v3", json!("A")),
        vote("precommit", "v1", json!("A")),
        vote("precommit", "v3", json!("A")),
    ]}));
    assert_eq!(report["quorum"], 267);
    let steps = report["steps"].as_array().unwrap();
    let effects: Vec<&Value> = steps
        .iter()
        .flat_map(|s| s["effects"].as_array().unwrap())
        .collect();
    let said: Vec<&Value> = effects.iter().filter_map(|e| e.get("broadcast")).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(
        (&said[0]["kind"], &said[0]["value"]),
        (&json!("prevote"), &json!("A"))
    );
    assert_eq!(
        (&said[1]["kind"], &said[1]["value"]),
        (&json!("precommit"), &json!("A"))
    );
    let decided = effects.iter().find_map(|e| e.get("decide")).unwrap();
    assert_eq!(decided["value"], "A");
    assert_eq!(decided["signers"].as_array().unwrap().len(), 3);
    // Its own votes came back to it at once.
    assert_eq!(steps.iter().filter(|s| s["own"] == true).count(), 2);
    let locked = steps
        .iter()
        .find(|s| !s["state"]["locked"].is_null())
        .unwrap();
    assert_eq!(locked["state"]["locked"], json!({"value": "A", "round": 0}));
}

#[test]
fn a_silent_proposer_is_waited_out() {
    let report = step(&json!({"me": "v2", "inputs": [
        {"input": "start"},
        {"at_us": 1_000_000, "input": {"timer": {"kind": "propose", "height": 1, "round": 0}}},
    ]}));
    let steps = report["steps"].as_array().unwrap();
    let timer = &steps[0]["effects"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|e| e.get("set_timer"))
        .unwrap();
    assert_eq!(
        (&timer["kind"], &timer["after_us"]),
        (&json!("propose"), &json!(1_000_000))
    );
    let said = steps[1]["effects"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|e| e.get("broadcast"))
        .unwrap();
    assert_eq!(
        (&said["kind"], &said["value"]),
        (&json!("prevote"), &Value::Null)
    );
}

/// Two values of one signer in one slot are evidence.
#[test]
fn an_equivocation_is_reported() {
    let report = step(&json!({"me": "v2", "inputs": [
        {"input": "start"},
        vote("prevote", "v3", json!("A")),
        vote("prevote", "v3", json!("B")),
    ]}));
    let last = report["steps"].as_array().unwrap().last().unwrap();
    let accused = last["effects"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|e| e.get("accuse"))
        .unwrap();
    assert_eq!(accused["offender"], "v3");
    assert_eq!(accused["first"]["value"], "A");
    assert_eq!(accused["second"]["value"], "B");
}

#[test]
fn without_self_delivery_only_the_list_arrives() {
    let report = step(&json!({"me": "v2", "self_delivery": false, "inputs": [
        {"input": "start"},
        {"input": {"timer": {"kind": "propose", "height": 1, "round": 0}}},
    ]}));
    assert_eq!(report["steps"].as_array().unwrap().len(), 2);
    assert_eq!(report["steps"][1]["state"]["tallies"], json!([]));
}

#[test]
fn the_same_list_gives_the_same_bytes() {
    let input =
        json!({"inputs": [{"input": "start"}, vote("prevote", "v3", Value::Null)]}).to_string();
    let once = run_with(&["step", "-"], input.as_bytes()).out;
    assert_eq!(once, run_with(&["step", "-"], input.as_bytes()).out);
}

#[test]
fn bad_lists_get_sentences() {
    let table: Vec<(Value, &[&str])> = vec![
        (json!([]), &["an object with `inputs`"]),
        (json!({"inputs": 5}), &["inputs do not fit at inputs"]),
        (
            json!({"inputs": [{"input": "dance"}]}),
            &["inputs[0].input", "dance", "start"],
        ),
        (
            json!({"inputs": [vote("shout", "v1", json!("A"))]}),
            &["inputs[0]", "shout", "prevote"],
        ),
        (
            json!({"inputs": [vote("prevote", "eve", json!("A"))]}),
            &["inputs[0]", "\"eve\"", "v1"],
        ),
        (
            json!({"inputs": [vote("proposal", "v1", Value::Null)]}),
            &["nil cannot be proposed"],
        ),
        (
            json!({"inputs": [{"input": {"timer": {"kind": "lunch", "height": 1, "round": 0}}}]}),
            &["no timer \"lunch\"", "propose"],
        ),
        (
            json!({"inputs": [{"at_us": 5, "input": "start"}, {"at_us": 4, "input": "restarted"}]}),
            &["inputs[1].at_us", "order of time"],
        ),
        (json!({"me": "eve"}), &["\"eve\""]),
        (
            json!({"protocol": "paxos"}),
            &["\"paxos\"", "\"tendermint\""],
        ),
        (json!({"validators": []}), &["at least one validator"]),
        (
            json!({"validators": [{"name": "a", "stake": 0}], "me": "a"}),
            &["no validator has any stake"],
        ),
        (
            json!({"timing": {"block_interval_us": 0}}),
            &["protocol.block_interval_us"],
        ),
        (json!({"proposer": {"list": ["eve"]}}), &["\"eve\""]),
    ];
    for (input, words) in table {
        refused(&["step", "-"], input.to_string().as_bytes(), words);
    }
    refused(&["step", "-"], b"", &["inputs do not fit"]);
    refused(&["step", "-"], b"{} {}", &["unexpected text after"]);
    let many = format!(
        "{{\"inputs\": [{}]}}",
        vec!["{\"input\": \"start\"}"; 100_001].join(",")
    );
    refused(&["step", "-"], many.as_bytes(), &["100001", "100000"]);
}

/// Heights, rounds and times at the ends of their ranges do not make the machine overflow.
#[test]
fn extreme_numbers_are_survived() {
    let at = |height: u64, round: u32| {
        json!([
            {"input": "start"},
            {"at_us": u64::MAX, "input": {"message": {"kind": "prevote", "from": "v2",
                "height": height, "round": round, "value": "A"}}},
            {"input": {"timer": {"kind": "precommit", "height": height, "round": round}}},
            {"input": {"built": {"height": height, "round": round, "value": "A"}}},
            {"input": {"certificate": {"height": height, "value": "A", "votes": []}}},
        ])
    };
    for (height, round) in [(0, 0), (1, u32::MAX), (u64::MAX, u32::MAX), (u64::MAX, 0)] {
        step(&json!({"inputs": at(height, round)}));
    }
}
