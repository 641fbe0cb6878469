//! The built-in contracts are what their list says, and their examples work.

use super::*;
use crate::base::digest::to_hex;
use crate::vm::builtin::{Builtin, builtin, catalogue, named};

const MANIFEST: &str = include_str!("../../../../contracts/contracts.json");

#[test]
fn the_list_and_the_files_agree() {
    let listed: serde_json::Value = serde_json::from_str(MANIFEST).unwrap();
    assert_eq!(listed.as_array().map(Vec::len), Some(catalogue().len()));
    for (contract, line) in catalogue().iter().zip(listed.as_array().unwrap()) {
        let wasm = contract.wasm().unwrap();
        assert_eq!(contract.hash, sha256(wasm), "{}", contract.name);
        assert_eq!(contract.bytes, wasm.len() as u64, "{}", contract.name);
        assert_eq!(line["file"], format!("{}.wasm", contract.name));
        assert_eq!(
            line["examples"].as_array().map(Vec::len),
            Some(contract.examples.len())
        );
        assert_eq!(builtin(contract.hash), Some(wasm));
        let admitted = WasmEngine::new().admit(wasm);
        assert!(admitted.is_ok(), "{}: {admitted:?}", contract.name);
        if let Some(wat) = contract.wat {
            assert_eq!(&*compile(wat), wasm, "{}", contract.name);
        }
    }
    assert_eq!(builtin(Hash::ZERO), None);
}

#[test]
fn no_file_tells_where_it_was_built() {
    for contract in catalogue() {
        let wasm = contract.wasm().unwrap();
        // Contracts with the standard library carry the source lines of its panics, under names that
        // are the same on every machine.
        let own: &[&str] = if contract.name.starts_with("cw") {
            &[]
        } else {
            &[".rs", "/rustc"]
        };
        let machine = ["/home", "/root", "/tmp", ".cargo", "C:\\"];
        for path in machine.iter().chain(own) {
            let found = wasm.windows(path.len()).any(|w| w == path.as_bytes());
            assert!(!found, "{} contains {path}", contract.name);
        }
    }
}

/// Runs a contract's examples on one chain: answers and failures, one line each.
fn try_examples(contract: &Builtin) -> Vec<String> {
    let engine = WasmEngine::new();
    let wasm: Arc<[u8]> = contract.wasm().unwrap().into();
    let mut host = MapHost {
        contract: CONTRACT,
        ..MapHost::default()
    };
    let (alice, bob) = (to_hex(&[0xa1; 32]), to_hex(&[0xb0; 32]));
    contract
        .examples
        .iter()
        .map(|example| {
            let input = example.input_for(&to_hex(&SENDER), &alice, &bob);
            let ctx = context(example.entry, input.as_bytes());
            let before = host.clone();
            let outcome = run_on(&engine, &wasm, &ctx, 10_000_000, &mut host);
            if outcome.result.is_err() {
                host = before;
            }
            let answer = match outcome.answer() {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(failure) => format!("fails: {failure}"),
            };
            format!("{} {answer}", example.entry.name())
        })
        .collect()
}

#[track_caller]
fn examples_answer(name: &str, lines: &[&str]) {
    assert_eq!(try_examples(named(name).unwrap()), lines, "{name}");
}

#[test]
fn examples_work_in_their_order() {
    examples_answer("counter", &["call 1", "call 2", "view 2"]);
    examples_answer("counter-rust", &["call 1", "call 11", "view 11"]);
    examples_answer(
        "token",
        &["init ", "call 1000", "call 10", "view 990", "view 1000"],
    );
    examples_answer(
        "escrow",
        &[
            "init ",
            "call 0",
            "view open, holds 0",
            "call 0",
            "view released to the seller",
        ],
    );
    examples_answer(
        "voting",
        &["init ", "call 1", "view tea 1\ncoffee 0\nwater 0"],
    );
    examples_answer(
        "loop",
        &[
            "call fails: the call ran out of gas: its limit was 10000000. Raise the limit, or look for a loop that does not end",
        ],
    );
    examples_answer(
        "trap",
        &[
            "call fails: the contract divided by zero",
            "view fails: the contract used an address outside its memory",
        ],
    );
    examples_answer(
        "memory_bomb",
        &[
            "call fails: the call ran out of gas: its limit was 10000000. Raise the limit, or look for a loop that does not end",
        ],
    );
    examples_answer(
        "deep_recursion",
        &[
            "call fails: the contract's calls are nested too deep: at most 1000 functions and 1048576 bytes of values",
        ],
    );
}

/// Pinned like the hand-written counter's: the files are committed, so a change here is a change of
/// prices or of the interpreter, and with it of consensus.
#[test]
fn the_gas_of_the_examples_is_pinned() {
    let engine = WasmEngine::new();
    // Those that know other contracts and accounts are tried on a ledger.
    let gas: Vec<(&str, u64)> = catalogue()
        .iter()
        .filter(|contract| !contract.name.starts_with("cw"))
        .map(|contract| {
            let mut host = MapHost {
                contract: CONTRACT,
                ..MapHost::default()
            };
            let wasm: Arc<[u8]> = contract.wasm().unwrap().into();
            let (you, other) = (to_hex(&SENDER), to_hex(&[0xa1; 32]));
            let total = contract.examples.iter().map(|example| {
                let input = example.input_for(&you, &other, &other);
                let ctx = context(example.entry, input.as_bytes());
                run_on(&engine, &wasm, &ctx, 1_000_000, &mut host).gas_used
            });
            (contract.name, total.sum())
        })
        .collect();
    let pinned = [
        ("counter", 16_190),
        ("counter-rust", 30_250),
        ("token", 132_861),
        ("escrow", 87_481),
        ("voting", 56_039),
        ("loop", 1_000_000),
        ("trap", 6_442),
        ("memory_bomb", 1_000_000),
        ("deep_recursion", 3_000),
    ];
    assert_eq!(gas, pinned);
}
