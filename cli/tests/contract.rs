//! `contract check`: verdicts as exit codes and JSON.

mod common;

use common::{refused, run, run_with};
use serde_json::{Value, json};
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

const WASM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../contracts/wasm/");

/// A verdict on bytes.
fn checked(bytes: &[u8], profile: &str) -> (i32, Value) {
    let answer = run_with(&["contract", "check", "-", "--profile", profile], bytes);
    (answer.code, answer.json())
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(format!("{WASM}{name}.wasm")).expect("committed")
}

#[test]
fn a_card_says_what_a_contract_is() {
    let (code, card) = checked(&read("cw20-base"), "modern");
    assert_eq!(code, 0);
    assert_eq!(
        card["entry_points"],
        json!(["instantiate", "execute", "query", "migrate"])
    );
    assert_eq!(
        (&card["abi"], &card["strictest"]),
        (&json!("cosmwasm"), &json!("modern"))
    );
    let (_, card) = checked(&read("counter"), "strict");
    assert_eq!(
        (&card["abi"], &card["accepted"]),
        (&json!("forge"), &json!(true))
    );
}

/// Every committed contract is taken, and what other files are is told by both profiles alike.
#[test]
fn strangers_files_are_told_what_they_are() {
    let contracts = std::fs::read_dir(WASM).expect("a folder");
    for file in contracts {
        let bytes = std::fs::read(file.expect("a file").path()).expect("readable");
        assert_eq!(checked(&bytes, "modern").0, 0);
    }
    let cw20 = read("cw20-base");
    let mut flipped = cw20.clone();
    flipped[5_000] ^= 0xff;
    for (bytes, rule, words) in [
        (vec![], "FileKind", "the file is empty"),
        (b"<!DOCTYPE html><html>".to_vec(), "FileKind", "web page"),
        (vec![0x1f, 0x8b, 8, 0], "FileKind", "gzip"),
        (b"PK\x03\x04rest".to_vec(), "FileKind", "zip"),
        (b"(module)".to_vec(), "FileKind", "WebAssembly text"),
        (b"\0asm\x0d\0\x01\0".to_vec(), "FileKind", "component"),
        (
            cw20[..100_000].to_vec(),
            "FileKind",
            "stops in the middle, at byte 100000",
        ),
        (cw20[..6].to_vec(), "FileKind", "stops inside its header"),
        (flipped, "Invalid", "see byte "),
        (b"\0asm\x01\0\0\0".to_vec(), "Abi", "forge_version_1"),
    ] {
        for profile in ["strict", "modern"] {
            let (code, report) = checked(&bytes, profile);
            assert_eq!((code, &report["accepted"]), (1, &json!(false)), "{report}");
            assert_eq!(report["rule"], rule, "{report}");
            let reason = report["reason"].as_str().expect("a sentence");
            assert!(reason.contains(words), "{reason}");
        }
    }
    // A custom section may fill a module up; beyond 16 MiB a file is not read to its end.
    let section = |bytes: usize| {
        let mut wasm = cw20.clone();
        let mut size = bytes;
        wasm.push(0);
        while size >= 0x80 {
            wasm.push((size & 0x7f) as u8 | 0x80);
            size >>= 7;
        }
        wasm.push(size as u8);
        wasm.resize(wasm.len() + bytes, 0);
        wasm
    };
    assert_eq!(checked(&section(100_000), "modern").0, 0);
    assert_eq!(checked(&section(2 << 20), "modern").0, 0);
    for bytes in [3 << 20, 4 << 20, 100 << 20] {
        let (code, report) = checked(&section(bytes), "modern");
        assert_eq!((code, &report["rule"]), (1, &json!("Size")));
        let reason = report["reason"].as_str().expect("a sentence");
        assert!(
            reason.contains("more than the limit of 3145728"),
            "{reason}"
        );
        assert_eq!(report["sha256"].is_null(), bytes > 16 << 20);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_no_verdict() {
    refused(
        &["contract", "check", "/no/such.wasm"],
        b"",
        &["cannot read /no/such.wasm"],
    );
    refused(&["contract", "check", "/tmp"], b"", &["/tmp is a folder"]);
    let wrong = run(&["contract", "check", "x.wasm", "--profile", "lax"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("strict, modern"), "{}", wrong.err);
}
