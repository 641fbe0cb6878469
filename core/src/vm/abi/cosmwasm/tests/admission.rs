//! Which CosmWasm modules are taken, under both profiles.

use super::*;
use crate::vm::module::{Admitted, Rule};

const FRAME: &str = r#"(memory (export "memory") 1) (func (export "interface_version_8"))
  (func (export "allocate") (param i32) (result i32) (i32.const 0))
  (func (export "deallocate") (param i32))"#;
const QUERY: &str = r#"(func (export "query") (param i32 i32) (result i32) (i32.const 0))"#;

fn admit(profile: Profile, body: &str) -> Result<Admitted, Refusal> {
    WasmEngine::with_profile(profile).admit(&compile(&format!("(module {body})")))
}

#[track_caller]
fn refused(body: &str, rule: Rule, text: &str) {
    for profile in [Profile::Strict, Profile::Modern] {
        let refusal = admit(profile, body).unwrap_err();
        assert_eq!((refusal.rule, refusal.text.as_str()), (rule, text));
    }
}

/// Refused by the strict profile only.
#[track_caller]
fn modern(body: &str, rule: Rule, text: &str) {
    let refusal = admit(Profile::Strict, body).unwrap_err();
    assert_eq!(refusal.rule, rule);
    assert!(refusal.text.starts_with(text), "{refusal}");
    let admitted = admit(Profile::Modern, body).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(admitted.profile, Profile::Modern);
}

#[test]
fn a_card_says_what_a_module_is() {
    let admitted = admit(
        Profile::Modern,
        &format!(
            r#"{} {FRAME} {QUERY}
            (func (export "instantiate") (param i32 i32 i32) (result i32) (i32.const 0))
            (func (export "migrate") (param i32 i32 i32) (result i32) (i32.const 0))
            (func (export "ibc_packet_ack") (param i32 i32) (result i32) (i32.const 0))
            (func (export "requires_iterator")) (func (export "requires_staking"))
            (@custom "cw_migrate_version" "42")"#,
            imports()
        ),
    )
    .unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(admitted.abi, "cosmwasm");
    assert_eq!(admitted.marker, "interface_version_8");
    assert_eq!(admitted.entries, [Entry::Init, Entry::View, Entry::Migrate]);
    assert_eq!(admitted.functions, ["instantiate", "query", "migrate"]);
    assert_eq!(admitted.capabilities, ["iterator", "staking"]);
    assert_eq!(admitted.migrate_version, Some(42));
    assert!(admitted.crypto);
    assert_eq!(admitted.profile, Profile::Strict);
    let plain = admit(Profile::Strict, &format!("{FRAME} {QUERY}")).unwrap();
    assert!(!plain.crypto);
    assert_eq!(plain.migrate_version, None);
}

#[test]
fn what_every_module_must_have() {
    refused(
        &format!(r#"{FRAME} {QUERY} (func (export "interface_version_7"))"#),
        Rule::Abi,
        "the module exports both `interface_version_8` and `interface_version_7`; it must say one version",
    );
    refused(
        &FRAME.replace("(export \"memory\")", ""),
        Rule::Exports,
        "the module exports no memory named `memory`, so the chain cannot read or write it",
    );
    refused(
        &FRAME.replace(r#"(export "allocate")"#, ""),
        Rule::Exports,
        "the module exports no function `allocate` of type (i32) -> (i32)",
    );
    refused(
        &FRAME.replace(
            r#"(export "deallocate") (param i32)"#,
            r#"(export "deallocate")"#,
        ),
        Rule::Exports,
        "the exported function `deallocate` has type () -> () and must have type (i32) -> ()",
    );
    refused(
        FRAME,
        Rule::Exports,
        "the module exports none of the entry points `instantiate`, `execute`, `query`, `migrate`, `sudo`, `reply`, so nothing could ever run it",
    );
}

/// Row 16: cosmwasm-vm finds out when the contract is called.
#[test]
fn r16_entry_points_have_their_types() {
    for (name, wanted) in [
        ("instantiate", "(i32, i32, i32) -> (i32)"),
        ("execute", "(i32, i32, i32) -> (i32)"),
        ("query", "(i32, i32) -> (i32)"),
        ("migrate", "(i32, i32) -> (i32) or (i32, i32, i32) -> (i32)"),
        ("sudo", "(i32, i32) -> (i32)"),
        ("reply", "(i32, i32) -> (i32)"),
    ] {
        refused(
            &format!(r#"{FRAME} (func (export "{name}") (param i64))"#),
            Rule::Exports,
            &format!("the entry point `{name}` has type (i64) -> () and must have type {wanted}"),
        );
    }
}

#[test]
fn r15_imports_are_compared_with_their_types() {
    refused(
        &format!(r#"(import "env" "db_read" (func (param i32))) {FRAME} {QUERY}"#),
        Rule::Imports,
        "the import `env.db_read` has type (i32) -> () and must have type (i32) -> (i32)",
    );
    refused(
        &format!(r#"(import "env" "abort" (func (param i32 i32))) {FRAME} {QUERY}"#),
        Rule::Imports,
        "the import `env.abort` has type (i32, i32) -> () and must have type (i32) -> ()",
    );
    let foreign =
        format!(r#"(import "wbg" "__wbindgen_throw" (func (param i32 i32))) {FRAME} {QUERY}"#);
    let refusal = admit(Profile::Modern, &foreign).unwrap_err();
    assert!(refusal.text.contains("wasm-bindgen"), "{refusal}");
    let unknown = format!(r#"(import "env" "get_time" (func)) {FRAME} {QUERY}"#);
    let refusal = admit(Profile::Modern, &unknown).unwrap_err();
    assert!(
        refusal
            .text
            .starts_with("the module imports `env.get_time`, which the chain does not offer"),
        "{refusal}"
    );
}

#[test]
fn capabilities_of_other_chains_are_named() {
    for chain in ["osmosis", "neutron", "terra", "injective"] {
        let refusal = admit(
            Profile::Modern,
            &format!(r#"{FRAME} {QUERY} (func (export "requires_{chain}"))"#),
        )
        .unwrap_err();
        assert_eq!(refusal.rule, Rule::Capabilities);
        assert!(
            refusal.text.starts_with(&format!(
                "the module needs what this chain does not have: `{chain}`; it has"
            )),
            "{refusal}"
        );
    }
    let all: String = check::CAPABILITIES
        .iter()
        .map(|name| format!(r#"(func (export "requires_{name}"))"#))
        .collect();
    assert!(admit(Profile::Strict, &format!("{FRAME} {QUERY} {all}")).is_ok());
}

#[test]
fn the_profiles_differ_in_three_things() {
    modern(
        &format!("{FRAME} {QUERY} (func (memory.copy (i32.const 0) (i32.const 8) (i32.const 8)))"),
        Rule::Feature,
        "the module uses `memory.copy` (function 4, byte 135), which the profile `strict` refuses as cosmwasm-vm does; have wasm-opt lower it",
    );
    modern(
        &format!(
            "{} {QUERY}",
            FRAME.replace("\"memory\") 1)", "\"memory\") 1 2)")
        ),
        Rule::Memory,
        "the memory declares a maximum, which the profile `strict` refuses",
    );
    modern(
        &format!("{FRAME} {QUERY} (func (local {}))", "i32 ".repeat(101)),
        Rule::Counts,
        "function 4 (byte ",
    );
    let fine = format!("{FRAME} {QUERY} (func (local {}))", "i32 ".repeat(100));
    assert_eq!(
        admit(Profile::Modern, &fine).map(|a| a.profile),
        Ok(Profile::Strict)
    );
    for operator in [
        "(table.set 0 (i32.const 0) (ref.null func))",
        "(drop (ref.null func))",
        "(drop (table.grow 0 (ref.null func) (i32.const 1)))",
    ] {
        let body = format!("{FRAME} {QUERY} (table 1 2 funcref) (func {operator})");
        assert!(admit(Profile::Modern, &body).is_err(), "{operator}");
    }
}

/// cosmwasm-vm's parser knows the section as bulk memory, also where no operator uses it.
#[test]
fn a_count_of_data_segments_is_bulk_memory() {
    let mut wasm = compile(&format!(
        "(module {FRAME} {QUERY} (data (i32.const 0) \"x\"))"
    ))
    .to_vec();
    assert!(
        WasmEngine::with_profile(Profile::Strict)
            .admit(&wasm)
            .is_ok()
    );
    // Section 12 stands before the code, section 10.
    let mut at = 8;
    while wasm[at] != 10 {
        assert!(wasm[at + 1] < 0x80, "a short section");
        at += 2 + usize::from(wasm[at + 1]);
    }
    wasm.splice(at..at, [12, 1, 1]);
    assert!(WasmEngine::new().admit(&wasm).is_ok());
    let refusal = WasmEngine::with_profile(Profile::Strict)
        .admit(&wasm)
        .unwrap_err();
    assert_eq!(refusal.rule, Rule::Feature);
    assert!(
        refusal
            .text
            .starts_with("the module uses `data count section` (byte "),
        "{refusal}"
    );
}

#[test]
fn a_migrate_version_is_a_number() {
    let with = |text: &str| format!("{FRAME} {QUERY} (@custom \"cw_migrate_version\" \"{text}\")");
    for (text, version) in [("0", 0), ("420", 420), ("18446744073709551615", u64::MAX)] {
        let admitted = admit(Profile::Strict, &with(text)).expect(text);
        assert_eq!(admitted.migrate_version, Some(version));
    }
    for text in ["", "-1", " 7", "seven", "18446744073709551616", "\\ff"] {
        refused(
            &with(text),
            Rule::Invalid,
            "the custom section `cw_migrate_version` must hold a decimal number below 2^64 and nothing else",
        );
    }
}

#[test]
fn r04_a_start_function_is_refused() {
    refused(
        &format!("{FRAME} {QUERY} (func $s) (start $s)"),
        Rule::Start,
        "the module has a start function, which would run before any entry point is chosen; do that work in `init`",
    );
}

/// AssemblyScript's own `abort` has four parameters; CosmWasm's has one.
#[test]
fn an_abort_of_four_parameters_is_told_how_to_go() {
    let wasm = compile(&format!(
        "(module (import \"env\" \"abort\" (func (param i32 i32 i32 i32)))
           (memory (export \"memory\") 64) (func (export \"interface_version_8\")) {ALLOCATOR}
           (func (export \"execute\") (param i32 i32 i32) (result i32) (call $ok)))"
    ));
    let refusal = WasmEngine::new().admit(&wasm).unwrap_err();
    assert!(refusal.text.contains("--use abort="), "{}", refusal.text);
}
