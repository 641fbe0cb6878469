//! `audit`: who is named, from a trace and from messages alone.

mod common;

use common::{refused, run, run_with};
use serde_json::{Value, json};

fn said(signer: &str, kind: &str, round: u32, value: Option<&str>) -> Value {
    json!({"signer": signer, "kind": kind, "height": 1, "round": round, "value": value})
}

fn audit(messages: &[Value]) -> (i32, Value) {
    let input = json!({ "messages": messages }).to_string();
    let answer = run_with(&["audit", "-", "--json"], input.as_bytes());
    assert_eq!(answer.err, "");
    (answer.code, answer.json())
}

#[test]
fn a_saved_trace_names_the_same_culprits_as_its_run() {
    let file = std::env::temp_dir().join(format!("consensusforge-audit-{}", std::process::id()));
    let path = file.to_str().unwrap();
    let ran = run(&[
        "run",
        "preset:amnesia",
        "--until",
        "6",
        "--save",
        path,
        "--json",
    ])
    .json();
    let answer = run(&["audit", path, "--json"]);
    let text = run(&["audit", path]).out;
    std::fs::remove_file(&file).unwrap();
    assert_eq!(answer.code, 3, "{}", answer.err);
    assert_eq!(answer.json()["culprits"], ran["culprits"]);
    assert!(ran["culprits"].as_array().unwrap().len() == 2);
    assert!(text.contains("v3 voted against a lock"), "{text}");
}

#[test]
fn two_votes_in_one_round_name_their_signer_and_nobody_else() {
    let (code, report) = audit(&[
        said("v1", "prevote", 0, Some("A")),
        said("v2", "prevote", 0, Some("A")),
        said("v2", "prevote", 0, None),
        said("v2", "prevote", 0, None),
        said("v3", "prevote", 1, None),
    ]);
    let culprits = report["culprits"].as_array().unwrap();
    assert_eq!((code, culprits.len()), (3, 1), "{report}");
    assert_eq!(culprits[0]["validator"], "v2");
    assert_eq!(culprits[0]["kind"], "equivocation");
    assert_eq!(culprits[0]["evidence"][0]["value"], "A");
    let sentence = culprits[0]["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("prevote for A at height 1, round 0"),
        "{sentence}"
    );
}

/// v4 precommits A and later prevotes B: amnesia, unless a quorum had prevoted B in between.
#[test]
fn a_vote_against_a_lock_is_amnesia_only_where_no_quorum_justifies_it() {
    let mut messages = vec![
        said("v4", "precommit", 0, Some("A")),
        said("v4", "prevote", 2, Some("B")),
    ];
    let (code, report) = audit(&messages);
    assert_eq!(
        (code, &report["culprits"][0]["kind"]),
        (3, &json!("amnesia"))
    );
    let quorum = ["v1", "v2", "v3"].map(|v| said(v, "prevote", 1, Some("B")));
    messages.splice(1..1, quorum);
    let (code, report) = audit(&messages);
    assert_eq!((code, &report["culprits"]), (0, &json!([])), "{report}");
}

#[test]
fn what_is_no_list_of_messages_is_refused_by_name() {
    let of = |input: &Value, words: &[&str]| {
        refused(&["audit", "-"], input.to_string().as_bytes(), words);
    };
    of(
        &json!({"messages": [said("v9", "prevote", 0, None)]}),
        &["messages[0]", "\"v9\""],
    );
    of(
        &json!({"messages": [said("v1", "shout", 0, None)]}),
        &["\"shout\"", "proposal, prevote, precommit"],
    );
    of(
        &json!({"messages": [{"signer": "v1"}]}),
        &["neither a saved trace nor a list", "audit-input"],
    );
    of(&json!({"validators": []}), &["at least one validator"]);
    refused(
        &["audit", "Cargo.toml"],
        b"",
        &["neither a saved trace nor a list"],
    );
}
