//! Rebuilds `contracts/` and compares what the rebuilt contracts do with what the committed ones do.
//!
//!     cargo run -p consensusforge-tests --bin contracts-check            compare
//!     cargo run -p consensusforge-tests --bin contracts-check -- --write replace the committed files
//!
//! Files written as text must come out byte for byte. Rust ones may differ in code and gas from
//! compiler to compiler, and must answer, store, emit and pay the same. Those of `contracts/cosmwasm`
//! are built with --write only: their dependencies take minutes, and what they do is tested on a ledger.

use consensusforge_core::base::digest::{sha256, to_hex};
use consensusforge_core::types::Coin;
use consensusforge_core::types::transaction::NATIVE_DENOM;
use consensusforge_core::vm::builtin;
use consensusforge_core::vm::scratch::ScratchHost;
use consensusforge_core::vm::{CallContext, ContractEngine, Entry, WasmEngine};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

const YOU: [u8; 32] = [0x11; 32];
const ALICE: [u8; 32] = [0xa1; 32];
const BOB: [u8; 32] = [0xb0; 32];
const CONTRACT: [u8; 32] = [0xcc; 32];
const GAS: u64 = 5_000_000;

fn main() -> ExitCode {
    let write = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--write") => true,
        Some(other) => {
            eprintln!("'{other}' is not an option; the only one is --write");
            return ExitCode::FAILURE;
        }
    };
    match check(write) {
        Ok(lines) => {
            for line in lines {
                println!("{line}");
            }
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn check(write: bool) -> Result<Vec<String>, String> {
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts");
    let built = build(&contracts)?;
    let cosmwasm = contracts.join("cosmwasm");
    if write {
        build_cosmwasm(&cosmwasm)?;
    }
    let list = contracts.join("contracts.json");
    let mut text = String::from_utf8(read(&list)?).map_err(|e| format!("contracts.json: {e}"))?;
    let manifest: Value = serde_json::from_str(&text)
        .map_err(|e| format!("contracts.json is not valid JSON: {e}"))?;
    let entries = manifest
        .as_array()
        .ok_or("contracts.json must be a list of contracts")?;
    let mut lines = Vec::new();
    for entry in entries {
        let field = |key: &str| {
            entry[key]
                .as_str()
                .map(str::to_string)
                .ok_or(format!("contracts.json: an entry has no text '{key}'"))
        };
        let (name, file, source) = (field("name")?, field("file")?, field("source")?);
        let path = contracts.join("wasm").join(&file);
        let by_itself = source.starts_with("cosmwasm/");
        if by_itself && !write {
            if field("sha256")? != to_hex(&sha256(&read(&path)?).0) {
                return Err(format!(
                    "{name}: contracts.json names another sha256 than contracts/wasm/{file} has"
                ));
            }
            lines.push(format!("{name}: as committed"));
            continue;
        }
        let rebuilt = if by_itself {
            read(&cosmwasm.join(RELEASE).join(file.replace('-', "_")))?
        } else {
            rebuild(&contracts, &built, &source)?
        };
        if write {
            std::fs::write(&path, &rebuilt)
                .map_err(|e| format!("contracts/wasm/{file} could not be written: {e}"))?;
            // In the text, so that the list keeps its order and layout.
            text = text.replacen(&field("sha256")?, &to_hex(&sha256(&rebuilt).0), 1);
            let bytes = entry["bytes"].as_u64().unwrap_or_default();
            if bytes != rebuilt.len() as u64 {
                return Err(format!(
                    "{name}: written; now put its new size, {}, into contracts.json in place of {bytes}",
                    rebuilt.len()
                ));
            }
            lines.push(format!("{name}: written, {} bytes", rebuilt.len()));
            continue;
        }
        let committed = read(&path)?;
        if field("sha256")? != to_hex(&sha256(&committed).0) {
            return Err(format!(
                "{name}: contracts.json names another sha256 than contracts/wasm/{file} has"
            ));
        }
        if source.ends_with(".wat") && committed != rebuilt {
            return Err(format!(
                "{name}: contracts/wasm/{file} is not what contracts/{source} compiles to"
            ));
        }
        let calls = script(&name);
        let (old, new) = (run(&committed, &calls), run(&rebuilt, &calls));
        for (number, (call, (old, new))) in calls.iter().zip(old.iter().zip(&new)).enumerate() {
            if old != new {
                return Err(format!(
                    "{name}: step {number}, {} '{}', differs.\ncommitted: {old}\nrebuilt:   {new}",
                    call.entry.name(),
                    call.input
                ));
            }
        }
        let same = if committed == rebuilt {
            "the same bytes"
        } else {
            "other bytes"
        };
        lines.push(format!(
            "{name}: {} calls behave the same, {same}",
            calls.len()
        ));
    }
    if write {
        std::fs::write(&list, text)
            .map_err(|e| format!("contracts.json could not be written: {e}"))?;
    }
    Ok(lines)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|e| format!("{} could not be read: {e}", path.display()))
}

/// Builds the Rust contracts; returns the folder of the modules.
fn build(contracts: &Path) -> Result<PathBuf, String> {
    let target = contracts.join("target");
    // Flags of the outer build must not leak in: they would replace those of contracts/.cargo.
    let status = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["build", "--release", "--locked", "--quiet", "--target-dir"])
        .arg(&target)
        .current_dir(contracts)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .status()
        .map_err(|e| format!("cargo could not be started: {e}"))?;
    if !status.success() {
        return Err(
            "the contracts do not build; is the target wasm32-unknown-unknown installed?".into(),
        );
    }
    Ok(target.join("wasm32-unknown-unknown/release"))
}

const RELEASE: &str = "target/wasm32-unknown-unknown/release";
const PUBLISHED: [&str; 3] = ["cw20-base", "cw721-base", "cw3-fixed-multisig"];

/// Builds the CosmWasm contracts. The published ones one by one: built together they would share
/// features, among them the one that takes their entry points away.
fn build_cosmwasm(folder: &Path) -> Result<(), String> {
    let home = std::env::var("CARGO_HOME")
        .unwrap_or_else(|_| format!("{}/.cargo", std::env::var("HOME").unwrap_or_default()));
    let sources = PathBuf::from(home).join("registry/src");
    // Panics name source files: under names that are the same on every machine.
    let mut flags = vec![
        "-Clink-arg=-zstack-size=131072".to_owned(),
        format!("--remap-path-prefix={}=contracts", folder.display()),
    ];
    for entry in std::fs::read_dir(&sources).into_iter().flatten().flatten() {
        flags.push(format!(
            "--remap-path-prefix={}=crates",
            entry.path().display()
        ));
    }
    let cargo = |arguments: &[&str]| -> Result<(), String> {
        let status = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
            .args(arguments)
            .args(["--release", "--locked"])
            .current_dir(folder)
            .env_remove("CARGO_BUILD_TARGET")
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
            .status()
            .map_err(|e| format!("cargo could not be started: {e}"))?;
        if status.success() {
            Ok(())
        } else {
            Err("the CosmWasm contracts do not build".into())
        }
    };
    cargo(&["build", "--workspace", "--exclude", "published"])?;
    for package in PUBLISHED {
        cargo(&[
            "rustc",
            "--package",
            package,
            "--lib",
            "--crate-type",
            "cdylib",
        ])?;
    }
    Ok(())
}

fn rebuild(contracts: &Path, built: &Path, source: &str) -> Result<Vec<u8>, String> {
    if !source.ends_with(".wat") {
        return read(&built.join(format!("{source}.wasm")));
    }
    wat::parse_bytes(&read(&contracts.join(source))?)
        .map(std::borrow::Cow::into_owned)
        .map_err(|e| format!("contracts/{source} does not compile: {e}"))
}

struct Call {
    sender: [u8; 32],
    entry: Entry,
    value: u128,
    height: u64,
    input: String,
}

fn call(sender: [u8; 32], entry: Entry, value: u128, height: u64, input: &str) -> Call {
    let input = input
        .replace("{you}", &to_hex(&YOU))
        .replace("{alice}", &to_hex(&ALICE))
        .replace("{bob}", &to_hex(&BOB));
    Call {
        sender,
        entry,
        value,
        height,
        input,
    }
}

/// The examples of the list, then every right and wrong command by three people.
fn script(name: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = builtin::named(name)
        .map(|b| b.examples)
        .unwrap_or_default()
        .iter()
        .map(|e| call(YOU, e.entry, 0, 1, e.input))
        .collect();
    let inputs: &[&str] = match name {
        "token" => &[
            "mint {you} 100",
            "mint {alice} 340282366920938463463374607431768211455",
            "mint {alice} 5",
            "transfer {alice} 30",
            "transfer {bob} 7",
            "transfer {you} 1",
            "transfer {bob} 99999",
            "transfer {bob}",
            "transfer {bob} 1 2",
            "transfer {bob} x",
            "transfer bob 1",
            "burn {bob} 1",
            "supply",
            "owner",
            "balance",
            "balance {alice}",
            "balance {bob}",
            "balance x",
        ],
        "escrow" => &[
            "pay",
            "status",
            "release",
            "refund",
            "pay",
            "steal",
            "{alice} {bob}",
            "{alice}",
        ],
        "voting" => &[
            "tea",
            "coffee",
            "milk",
            "5 tea coffee",
            "5 tea tea",
            "5 tea",
            "x",
            "tea coffee",
        ],
        _ => &["5", "340282366920938463463374607431768211456", "-1", "x"],
    };
    let common = ["", " ", "\u{e9}"];
    for height in [2, 20] {
        for sender in [YOU, ALICE, BOB] {
            for input in inputs.iter().chain(&common) {
                for entry in [Entry::Call, Entry::View] {
                    let value = if *input == "pay" { 25 } else { 0 };
                    calls.push(call(sender, entry, value, height, input));
                }
            }
        }
        for input in inputs {
            calls.push(call(ALICE, Entry::Init, 3, height, input));
        }
    }
    calls
}

/// What each call did, as text: answer or failure, storage, events, transfers.
fn run(wasm: &[u8], calls: &[Call]) -> Vec<String> {
    let engine = WasmEngine::new();
    let code = sha256(wasm);
    let wasm: Arc<[u8]> = wasm.into();
    let mut host = ScratchHost {
        contract: CONTRACT,
        ..ScratchHost::default()
    };
    calls
        .iter()
        .map(|call| {
            let input = call.input.clone().into_bytes();
            let mut ctx = CallContext::new(call.entry, call.sender, CONTRACT, input);
            ctx.height = call.height;
            if call.value > 0 {
                ctx.funds.push(Coin {
                    denom: NATIVE_DENOM.into(),
                    amount: call.value,
                });
            }
            let before = host.clone();
            *host.balances.entry(CONTRACT).or_default() += call.value;
            let outcome = engine.run(code, &wasm, &ctx, GAS, &mut host);
            match outcome.answer() {
                Ok(answer) => format!(
                    "answers '{}', leaves {host:?}",
                    String::from_utf8_lossy(&answer)
                ),
                Err(failure) => {
                    host = before;
                    format!("fails: {failure}")
                }
            }
        })
        .collect()
}
