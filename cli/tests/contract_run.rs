//! `contract run`: scripts played against real contracts.

mod common;

use common::{Answer, refused, run_with};
use serde_json::{Value, json};

const WASM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../contracts/wasm/");

fn play(module: &str, script: &Value) -> Answer {
    let arguments = ["contract", "run", &format!("{WASM}{module}.wasm"), "-"];
    run_with(&arguments, script.to_string().as_bytes())
}

/// Plays a script that can be read.
#[track_caller]
fn played(module: &str, script: &Value) -> Value {
    let answer = play(module, script);
    assert_eq!(answer.code, 0, "{}", answer.err);
    answer.json()
}

#[track_caller]
fn wrong(script: &str, words: &[&str]) {
    let module = format!("{WASM}cw20-base.wasm");
    refused(&["contract", "run", &module, "-"], script.as_bytes(), words);
}

#[track_caller]
fn fails(report: &Value, step: usize, words: &str) {
    let row = &report["steps"][step];
    let why = row["error"].as_str().unwrap_or_default();
    assert!(row["ok"] == false && why.contains(words), "{row}");
    assert_eq!(row["storage"], json!([]), "{row}");
    assert_eq!(row["events"], json!([]), "{row}");
}

fn party<'a>(report: &'a Value, of: &str, name: &str) -> &'a Value {
    let parties = report[of].as_array().expect("a list");
    parties
        .iter()
        .find(|p| p["name"] == name)
        .unwrap_or_else(|| panic!("no {name} in {parties:?}"))
}

fn token() -> Value {
    json!({"instantiate": {"by": "alice", "as": "token", "admin": "alice", "msg": {
        "name": "Play", "symbol": "PLAY", "decimals": 6,
        "initial_balances": [{"address": "{alice}", "amount": "1000"}]}}})
}

fn balance(who: &str) -> Value {
    json!({"query": {"contract": "token", "msg": {"balance": {"address": format!("{{{who}}}")}}}})
}

fn transfer(by: &str, to: &str, amount: &str) -> Value {
    json!({"execute": {"by": by, "contract": "token",
        "msg": {"transfer": {"recipient": format!("{{{to}}}"), "amount": amount}}}})
}

#[test]
fn cw20_goes_through_a_real_sequence() {
    let report = played(
        "cw20-base",
        &json!({"accounts": {"alice": [], "bob": [], "carol": []}, "steps": [
            token(),
            transfer("alice", "bob", "10"),
            transfer("alice", "bob", "991"),
            {"execute": {"by": "alice", "contract": "token",
                "msg": {"increase_allowance": {"spender": "{carol}", "amount": "100"}}}},
            {"execute": {"by": "carol", "contract": "token", "msg": {"transfer_from":
                {"owner": "{alice}", "recipient": "{carol}", "amount": "40"}}}},
            {"execute": {"by": "carol", "contract": "token", "msg": {"burn": {"amount": "1"}}}},
            balance("alice"), balance("bob"), balance("carol"),
            {"query": {"contract": "token", "msg": {"token_info": {}}}},
            {"query": {"contract": "token", "msg": {"no_such": {}}}},
        ]}),
    );
    assert_eq!(report["failed"], 2, "{report:#}");
    fails(&report, 2, "Cannot Sub");
    fails(&report, 10, "unknown variant");
    for (step, held) in [(6, "950"), (7, "10"), (8, "39")] {
        assert_eq!(report["steps"][step]["answer"], json!({"balance": held}));
    }
    assert_eq!(report["steps"][9]["answer"]["total_supply"], "999");
    let sent = &report["steps"][1];
    let keys: Vec<&str> = sent["events"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|e| e["type"] == "wasm")
        .flat_map(|e| e["attributes"].as_array().into_iter().flatten())
        .filter_map(|a| a["key"].as_str())
        .collect();
    assert_eq!(
        keys,
        ["_contract_address", "action", "from", "to", "amount"]
    );
    assert_eq!(sent["storage"].as_array().map(Vec::len), Some(2));
    // Gas by category adds up, and a question leaves everything as it was.
    for row in report["steps"].as_array().expect("steps") {
        let parts = row["gas"]["contract"].as_object().expect("parts");
        let parts: u64 = parts.values().filter_map(Value::as_u64).sum();
        let own = row["gas"]["transaction"].as_u64().expect("a number");
        assert_eq!(json!(own + parts), row["gas_used"], "{row}");
    }
    assert_eq!(report["steps"][9]["state_root"], report["state_root"]);
    assert_eq!(
        report["steps"][0]["contract"],
        party(&report, "contracts", "token")["address"]
    );
}

#[test]
fn a_factory_makes_children_and_hears_of_those_that_fail() {
    let report = played(
        "cw-factory",
        &json!({"accounts": {"alice": []}, "modules": [format!("{WASM}cw-counter.wasm")], "steps": [
            {"instantiate": {"by": "alice", "as": "factory", "msg": {"code_id": 2}}},
            {"execute": {"by": "alice", "contract": "factory",
                "msg": {"make": {"label": "first", "msg": {"start": 5}}}}},
            {"execute": {"by": "alice", "contract": "factory",
                "msg": {"try": {"label": "bad", "msg": {"start": -1}}}}},
            {"execute": {"by": "alice", "contract": "factory",
                "msg": {"make": {"label": "bad", "msg": {"start": -1}}}}},
            {"query": {"contract": "factory", "msg": {"children": {}}}},
        ]}),
    );
    assert_eq!(report["failed"], 1, "{report:#}");
    let child = report["steps"][1]["answer"].as_str().expect("an address");
    let known = report["steps"][4]["answer"].clone();
    assert_eq!(known["children"], json!([child]));
    assert_eq!(known["failures"].as_array().map(Vec::len), Some(1));
    fails(&report, 3, "expected u64");
    let contracts = report["contracts"].as_array().expect("a list");
    assert!(
        contracts
            .iter()
            .any(|c| c["address"] == child && c["code_id"] == 2)
    );
    assert_eq!(contracts.len(), 2);
    // The call tree: the factory, its message, its reply.
    let calls = |node: &Value| -> Vec<Value> {
        let children = node["children"].as_array().into_iter().flatten();
        children.map(|c| c["what"].clone()).collect()
    };
    let tree = &report["steps"][2]["calls"];
    assert_eq!(tree["to"], "factory");
    assert_eq!(calls(tree), ["instantiate", "reply"], "{tree:#}");
    assert!(tree["children"][0]["failed"].is_string());
}

#[test]
fn what_fails_says_why_and_leaves_no_trace() {
    let spare = format!("{WASM}cw-counter.wasm");
    let report = played(
        "cw20-base",
        &json!({
            "accounts": {"alice": [{"denom": "gold", "amount": "5"}], "eve": []},
            "modules": [spare],
            "steps": [
                token(),
                // Funds that are not there, in two ways.
                {"execute": {"by": "alice", "contract": "token", "msg": {"burn": {"amount": "1"}},
                    "funds": [{"denom": "gold", "amount": "6"}]}},
                {"send": {"by": "eve", "to": "alice", "funds": [{"denom": "silver", "amount": "1"}]}},
                // A stranger's migration, and its admin's to code nobody stored.
                {"migrate": {"by": "eve", "contract": "token", "code_id": 1, "msg": {}}},
                {"migrate": {"by": "alice", "contract": "token", "code_id": 9, "msg": {}}},
                {"instantiate": {"by": "eve", "as": "broken", "code_id": 2, "msg": {"start": "x"}}},
                {"execute": {"by": "eve", "contract": "broken", "msg": {"add": {"by": 1}}}},
                {"execute": {"by": "alice", "contract": "token", "gas": 100, "msg": {}}},
                {"execute": {"by": "alice", "contract": "token", "gas": 100_000,
                    "msg": {"burn": {"amount": "1"}}}},
                {"send": {"by": "alice", "to": "eve", "funds": [{"denom": "gold", "amount": "2"}]}},
                balance("alice"),
            ],
        }),
    );
    for (step, words) in [
        (1, "gold"),
        (2, "silver"),
        (3, "only the contract's admin"),
        (4, "9"),
        (5, "expected u64"),
        (6, "the step that makes it failed"),
        (7, "gas limit 100 is below"),
        (8, "ran out of gas"),
    ] {
        fails(&report, step, words);
    }
    assert_eq!(report["failed"], 8);
    assert_eq!(report["steps"][10]["answer"], json!({"balance": "1000"}));
    assert_eq!(
        party(&report, "accounts", "alice")["balances"],
        json!({"gold": "3"})
    );
    assert_eq!(
        party(&report, "accounts", "eve")["balances"],
        json!({"gold": "2"})
    );
    let token = party(&report, "contracts", "token");
    assert_eq!(
        (&token["balances"], &token["code_id"]),
        (&json!({}), &json!(1))
    );
    assert_eq!(report["contracts"].as_array().map(Vec::len), Some(1));
}

#[test]
fn messages_nest_blocks_go_by_and_the_admin_migrates() {
    let report = played(
        "cw-counter",
        &json!({"accounts": {"alice": []}, "steps": [
            {"instantiate": {"by": "alice", "as": "counter", "admin": "alice", "label": "mine",
                "msg": {"start": 5}}},
            {"wait": {"blocks": 10}},
            {"migrate": {"by": "alice", "contract": "counter", "code_id": 1, "msg": {"note": "again"}}},
            {"query": {"contract": "counter", "msg": {"count": {}}}},
        ]}),
    );
    assert_eq!(report["failed"], 0, "{report:#}");
    // Storing was height 1.
    let heights: Vec<&Value> = (0..4).map(|i| &report["steps"][i]["height"]).collect();
    assert_eq!(heights, [2, 12, 13, 13]);
    assert_eq!(report["steps"][3]["answer"], json!({"count": 5}));

    let safe = played(
        "cw3-fixed-multisig",
        &json!({"accounts": {"alice": []}, "modules": [format!("{WASM}cw-counter.wasm")], "steps": [
            {"instantiate": {"by": "alice", "as": "counter", "code_id": 2, "msg": {"start": 1}}},
            {"instantiate": {"by": "alice", "as": "safe", "msg": {
                "voters": [{"addr": "{alice}", "weight": 1}],
                "threshold": {"absolute_count": {"weight": 1}}, "max_voting_period": {"height": 9}}}},
            {"execute": {"by": "alice", "contract": "safe", "msg": {"propose": {
                "title": "count", "description": "", "msgs": [{"wasm": {"execute": {
                    "contract_addr": "{counter}", "funds": [],
                    "msg": {"$base64": {"add": {"by": 6}}}}}}]}}}},
            {"execute": {"by": "alice", "contract": "safe", "msg": {"execute": {"proposal_id": 1}}}},
            {"query": {"contract": "counter", "msg": {"count": {}}}},
        ]}),
    );
    assert_eq!(safe["steps"][4]["answer"], json!({"count": 7}), "{safe:#}");
}

#[test]
fn contracts_of_the_own_abi_are_spoken_to_in_words() {
    let report = played(
        "token",
        &json!({"accounts": {"you": [], "bob": []}, "steps": [
            {"instantiate": {"by": "you", "as": "token", "text": ""}},
            {"execute": {"by": "you", "contract": "token", "text": "mint {you} 1000"}},
            {"execute": {"by": "you", "contract": "token", "text": "transfer {bob} 10"}},
            {"execute": {"by": "bob", "contract": "token", "text": "transfer {you} 11"}},
            {"query": {"contract": "token", "text": "balance {bob}"}},
        ]}),
    );
    assert_eq!(report["failed"], 1, "{report:#}");
    assert_eq!(report["steps"][3]["ok"], false);
    assert_eq!(report["steps"][4]["answer"], 10);
}

#[test]
fn the_same_script_prints_the_same() {
    let script =
        json!({"accounts": {"alice": []}, "steps": [token(), transfer("alice", "alice", "1")]});
    assert_eq!(
        play("cw20-base", &script).out,
        play("cw20-base", &script).out
    );
}

#[test]
fn a_script_that_does_not_fit_is_refused_where_it_does_not() {
    wrong("", &["the script does not fit"]);
    wrong("[]", &["a list stands where an object"]);
    wrong(
        r#"{"accounts": {}, "accounts": {"alice": []}, "steps": []}"#,
        &["the script has the key `accounts` twice in one object"],
    );
    let deep = format!(r#"{{"steps": {}{}}}"#, "[".repeat(500), "]".repeat(500));
    wrong(&deep, &["the script is JSON nested more than 127 deep"]);
    let module = format!("{WASM}cw20-base.wasm");
    let arguments = ["contract", "run", &module, "-"];
    refused(
        &arguments,
        b"{\"steps\": \"\xff\"}",
        &["the script is not valid UTF-8"],
    );
    wrong(r#"{"steps": [}"#, &["steps", "line 1"]);
    wrong(r#"{"steps": []} x"#, &["unexpected text after the script"]);
    wrong(r#"{"steps": [], "more": 1}"#, &["unknown field `more`"]);
    wrong(
        r#"{"steps": [{"wait": {"blocks": 1}}, {"exekute": {}}]}"#,
        &["steps[1]", "unknown variant `exekute`"],
    );
    wrong(
        r#"{"steps": [{"execute": {"by": "bob", "contract": "token"}}]}"#,
        &["steps[0].execute.by", "no account \"bob\""],
    );
    wrong(
        r#"{"accounts": {"bob": []}, "steps": [{"execute": {"by": "bob", "contract": "token"}}]}"#,
        &["steps[0].execute.contract", "\"token\" is no account"],
    );
    wrong(
        r#"{"accounts": {"bob": [{"denom": "gold", "amount": "-1"}]}, "steps": []}"#,
        &["accounts.bob[0].amount", "\"-1\" is no whole number"],
    );
    wrong(
        r#"{"accounts": {"bob": [{"denom": "Gold!", "amount": "1"}]}, "steps": []}"#,
        &["accounts", "\"Gold!\" is not a denomination"],
    );
    wrong(
        r#"{"modules": ["no-such.wasm"], "steps": []}"#,
        &["cannot read no-such.wasm"],
    );
    wrong(
        r#"{"profile": "strict", "steps": []}"#,
        &["cw20-base.wasm cannot be stored"],
    );
    wrong(
        r#"{"accounts": {"bob": []}, "steps": [{"query": {"contract": "bob", "msg": {}, "text": ""}}]}"#,
        &["steps[0].query.msg", "one of"],
    );
}

#[test]
fn an_admin_hands_a_contract_on_and_leaves_it_to_nobody() {
    let script = json!({"accounts": {"alice": [], "bob": []}, "steps": [
        token(),
        {"update_admin": {"by": "alice", "contract": "token", "admin": "bob"}},
        {"update_admin": {"by": "alice", "contract": "token", "admin": "bob"}},
        {"update_admin": {"by": "bob", "contract": "token", "admin": "bob"}},
        {"clear_admin": {"by": "bob", "contract": "token"}},
        {"clear_admin": {"by": "bob", "contract": "token"}},
    ]});
    let report = played("cw20-base", &script);
    let ok: Vec<bool> = (0..6).map(|i| report["steps"][i]["ok"] == true).collect();
    assert_eq!(ok, [true, true, false, false, true, false], "{report:#}");
    fails(&report, 2, "only the contract's admin");
    fails(&report, 3, "the new admin is the same as the old");
    fails(&report, 5, "has no admin");
    assert_eq!(party(&report, "contracts", "token")["admin"], Value::Null);
    assert_eq!(report["steps"][1]["what"], "update_admin");
    assert_eq!(report["steps"][4]["what"], "clear_admin");
    wrong(
        r#"{"accounts": {"bob": []}, "steps": [{"clear_admin": {"by": "bob", "contract": "x"}}]}"#,
        &["steps[0].clear_admin.contract", "\"x\" is no account"],
    );
}

/// Numbers of 128 bits, `null` and the order of keys: the contract is the one to say what is wrong.
#[test]
fn a_message_reaches_the_contract_as_it_was_written() {
    let script = r#"{"accounts": {"alice": []}, "steps": [
        {"instantiate": {"by": "alice", "as": "token", "msg": {"name": "Play", "symbol": "PLAY",
            "decimals": 6, "initial_balances": []}}},
        {"execute": {"by": "alice", "contract": "token",
            "msg": {"burn": {"amount": 340282366920938463463374607431768211455}}}},
        {"execute": {"by": "alice", "contract": "token", "msg": null}}]}"#;
    let module = format!("{WASM}cw20-base.wasm");
    let report = run_with(&["contract", "run", &module, "-"], script.as_bytes()).json();
    // As a number in memory it would have come as 3.4e38, and `null` as `{}`.
    for step in [1, 2] {
        let why = report["steps"][step]["error"].as_str().unwrap_or_default();
        assert!(
            !why.contains("floating point") && !why.contains("map"),
            "{why}"
        );
        assert!(!why.is_empty());
    }
}

/// Chains take modules packed; the checksum is that of the module.
#[test]
fn a_packed_module_is_stored_as_what_it_unpacks_to() {
    let wasm = std::fs::read(format!("{WASM}cw20-base.wasm")).unwrap();
    let packed = std::env::temp_dir().join(format!("packed-{}.wasm.gz", std::process::id()));
    let mut file = std::process::Command::new("gzip")
        .args(["-c", "-n"])
        .stdin(std::fs::File::open(format!("{WASM}cw20-base.wasm")).unwrap())
        .output();
    let Ok(output) = file.as_mut() else {
        // No gzip on this machine: the format has its tests in the core.
        return;
    };
    std::fs::write(&packed, &output.stdout).unwrap();
    let script = json!({"accounts": {"alice": []}, "steps": [token()]}).to_string();
    let name = packed.display().to_string();
    let report = run_with(&["contract", "run", &name, "-"], script.as_bytes()).json();
    std::fs::remove_file(&packed).unwrap();
    assert_eq!(report["failed"], 0, "{report:#}");
    assert_eq!(report["codes"][0]["bytes"], wasm.len());
    let digest = consensusforge_core::base::digest::sha256(&wasm).to_string();
    assert_eq!(report["codes"][0]["sha256"], digest);
}
