//! The step `sudo` of `contract run`: the chain itself calls hackatom, as cosmwasm-vm publishes it.

mod common;

use common::{Answer, refused, run_with};
use consensusforge_tests::published;
use serde_json::{Value, json};

fn play(script: &Value) -> Answer {
    let folder = published::folder("cosmwasm-vm").join("testdata");
    let file = folder.join("hackatom.wasm").display().to_string();
    run_with(
        &["contract", "run", &file, "-"],
        script.to_string().as_bytes(),
    )
}

fn script(steps: &[Value]) -> Value {
    let hackatom = json!({"instantiate": {"by": "alice", "as": "vault",
        "funds": [{"denom": "gold", "amount": "40"}],
        "msg": {"verifier": "{alice}", "beneficiary": "{bob}"}}});
    let mut all = vec![hackatom];
    all.extend_from_slice(steps);
    json!({"accounts": {"alice": [{"denom": "gold", "amount": "100"}], "bob": [], "thief": []},
        "steps": all})
}

fn steal(amount: &str) -> Value {
    json!({"sudo": {"contract": "vault", "msg": {"steal_funds": {
        "recipient": "{thief}", "amount": [{"denom": "gold", "amount": amount}]}}}})
}

fn gold(report: &Value, of: &str, name: &str) -> Value {
    let parties = report[of].as_array().expect("a list");
    let party = parties.iter().find(|p| p["name"] == name);
    party.expect("there is one")["balances"]["gold"].clone()
}

#[test]
fn the_chain_may_do_what_nobody_else_may() {
    let report = play(&script(&[steal("15"), json!({"wait": {"blocks": 3}})])).json();
    assert_eq!(report["failed"], 0, "{report:#}");
    let row = &report["steps"][1];
    assert_eq!(
        (&row["what"], &row["height"]),
        (&json!("sudo"), &json!(3)),
        "{row:#}"
    );
    let kinds: Vec<&Value> = row["events"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|event| &event["type"])
        .collect();
    // What follows from it is carried out as what follows from a transaction.
    assert_eq!(
        kinds,
        ["sudo", "coin_spent", "coin_received", "transfer"],
        "{row:#}"
    );
    assert_eq!(row["calls"]["what"], "sudo");
    assert_eq!(row["calls"]["to"], "vault");
    assert_eq!(row["calls"]["children"][0]["what"], "send");
    assert_eq!(row["gas"]["transaction"], 0);
    assert!(row["gas_used"].as_u64().expect("gas") > 100_000, "{row:#}");
    assert_ne!(row["state_root"], report["steps"][0]["state_root"]);
    assert_eq!(gold(&report, "contracts", "vault"), "25");
    assert_eq!(gold(&report, "accounts", "thief"), "15");
    assert_eq!(gold(&report, "accounts", "alice"), "60");
}

#[test]
fn a_call_of_the_chain_that_fails_leaves_nothing() {
    let report = play(&script(&[
        steal("41"),
        json!({"sudo": {"contract": "vault", "msg": {"no_such": {}}}}),
        json!({"sudo": {"contract": "alice", "msg": {}}}),
        json!({"sudo": {"contract": "vault", "gas": 1000, "msg": {}}}),
    ]))
    .json();
    assert_eq!(report["failed"], 4, "{report:#}");
    let root = &report["steps"][0]["state_root"];
    for (step, words) in [
        (1, "owns 40 gold, less than the 41"),
        (2, "unknown variant `no_such`"),
        (3, "there is no contract at forge1"),
        (4, "out of gas"),
    ] {
        let row = &report["steps"][step];
        let why = row["error"].as_str().expect("a sentence");
        assert!(why.contains(words), "{why}");
        assert_eq!(&row["state_root"], root, "{row:#}");
        assert_eq!(row["events"], json!([]));
        assert_eq!(row["storage"], json!([]));
    }
    assert_eq!(gold(&report, "contracts", "vault"), "40");
}

#[test]
fn what_is_wrong_with_the_step_is_said_before_anything_is_played() {
    let folder = published::folder("cosmwasm-vm").join("testdata");
    let file = folder.join("hackatom.wasm").display().to_string();
    for (step, words) in [
        (
            json!({"sudo": {"contract": "nobody", "msg": {}}}),
            "steps[1].sudo.contract",
        ),
        (
            json!({"sudo": {"contract": "vault", "msg": {}, "text": "x"}}),
            "steps[1].sudo.msg",
        ),
        (
            json!({"sudo": {"contract": "vault", "by": "alice", "msg": {}}}),
            "unknown field `by`",
        ),
    ] {
        let script = script(&[step]).to_string();
        refused(
            &["contract", "run", &file, "-"],
            script.as_bytes(),
            &[words],
        );
    }
}
