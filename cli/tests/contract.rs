//! `contract check`: verdicts as exit codes and JSON.

use std::process::Command;

fn check(arguments: &[&str]) -> (Option<i32>, serde_json::Value) {
    let out = Command::new(env!("CARGO_BIN_EXE_consensusforge"))
        .args(["contract", "check"])
        .args(arguments)
        .output()
        .expect("it runs");
    let report = serde_json::from_slice(&out.stdout).expect("JSON");
    (out.status.code(), report)
}

#[test]
fn a_contract_is_taken_or_refused_with_the_rule() {
    let wasm = concat!(env!("CARGO_MANIFEST_DIR"), "/../contracts/wasm/");
    let cw20 = format!("{wasm}cw20-base.wasm");
    let (code, report) = check(&[&cw20]);
    assert_eq!((code, &report["accepted"]), (Some(0), &true.into()));
    // Built by a compiler of today, it copies memory at once.
    let (code, report) = check(&[&cw20, "--profile", "strict"]);
    assert_eq!((code, &report["accepted"]), (Some(1), &false.into()));
    assert!(report["reason"].is_string() && report["rule"].is_string());
    let (code, report) = check(&[concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    assert_eq!((code, &report["accepted"]), (Some(1), &false.into()));
}
