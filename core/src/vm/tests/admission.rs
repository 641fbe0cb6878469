//! Each refusal's sentence, rows 1 to 16 of the hostile catalogue.

use super::*;
use crate::base::limits;

fn refusal(wasm: &[u8]) -> Refusal {
    match WasmEngine::new().admit(wasm) {
        Ok(admitted) => panic!("admitted: {admitted:?}"),
        Err(refusal) => refusal,
    }
}

#[track_caller]
fn refused(wasm: &[u8], rule: Rule, text: &str) {
    let refusal = refusal(wasm);
    assert_eq!(refusal.text, text);
    assert_eq!(refusal.rule, rule);
}

/// A module that would be admitted but for `extra`.
fn module(extra: &str) -> Arc<[u8]> {
    compile(&format!(
        "(module {extra} (memory (export \"memory\") 1) (func (export \"forge_version_1\")) (func (export \"call\")))"
    ))
}

#[test]
fn a_minimal_contract_is_admitted() {
    let wasm = module("");
    let admitted = WasmEngine::new().admit(&wasm).unwrap();
    assert_eq!(admitted.abi, "forge");
    assert_eq!(admitted.functions, ["call"]);
    assert_eq!(admitted.code, sha256(&wasm));
    assert_eq!(admitted.start_gas, 1_000 + 1_024);
}

#[test]
fn r01_files_that_are_no_module_are_named() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "the file is empty; choose a .wasm file"),
        (
            b"\x1f\x8b\x08\0rest",
            "the file is gzip-compressed; unpack it and upload the .wasm inside",
        ),
        (
            b"PK\x03\x04rest",
            "the file is a zip archive; unpack it and upload the .wasm inside",
        ),
        (
            b"\n <!DOCTYPE html><html>",
            "the file is a web page, not WebAssembly; the download probably ended at an error page",
        ),
        (
            b"(module (func))",
            "the file is WebAssembly text; compile it to .wasm first, for example with wat2wasm",
        ),
        (
            b"hello world",
            "the file is not WebAssembly: a module starts with the bytes 00 61 73 6d",
        ),
        (
            b"\0asm\x01",
            "the file stops inside its header: it has 5 of at least 8 bytes; upload the whole file",
        ),
        (
            b"\0asm\x02\0\0\0",
            "the file is WebAssembly of a version other than 1, which no engine here reads",
        ),
        // r02
        (
            b"\0asm\x0d\0\x01\0",
            "the file is a WebAssembly component; upload a core module, as `cargo build --target wasm32-unknown-unknown` makes it",
        ),
    ];
    for (bytes, text) in cases {
        refused(bytes, Rule::FileKind, text);
    }
}

#[test]
fn r01_every_truncation_and_bit_flip_is_refused_or_admitted_without_a_panic() {
    let wasm = compile(include_str!("../../../../contracts/counter.wat"));
    let whole = refusal(&wasm[..wasm.len() - 1]).text;
    assert_eq!(
        whole,
        format!(
            "the module stops in the middle, at byte {}; upload the whole file",
            wasm.len() - 1
        )
    );
    // Cut exactly in front of the data or the names section, it is a shorter module.
    let engine = WasmEngine::new();
    let whole_ones = (0..wasm.len()).filter(|end| engine.admit(&wasm[..*end]).is_ok());
    assert_eq!(whole_ones.count(), 2);
    for byte in 0..wasm.len() {
        for bit in 0..8 {
            let mut bad = wasm.to_vec();
            bad[byte] ^= 1 << bit;
            let bad: Arc<[u8]> = bad.into();
            let engine = WasmEngine::new();
            if engine.admit(&bad).is_ok() {
                let ctx = context(Entry::Call, b"");
                run_on(&engine, &bad, &ctx, 20_000, &mut MapHost::default());
            }
        }
    }
}

#[test]
fn size_is_limited() {
    let mut wasm = module("").to_vec();
    // A custom section that fills the file.
    wasm.extend([0, 0x80, 0x80, 0x80, 0x02]);
    wasm.resize(wasm.len() + (4 << 20), 0);
    refused(
        &wasm,
        Rule::Size,
        &format!(
            "the module has {} bytes, more than the limit of 3145728; build it with opt-level \"z\", lto and strip",
            wasm.len()
        ),
    );
}

#[test]
fn r03_newer_features_are_refused() {
    let invalid = [
        "(memory $m2 1)",
        "(func (drop (i8x16.splat (i32.const 0))))",
        "(func (param v128))",
        "(memory $m 1 1 shared)",
        "(memory $m i64 1)",
        "(tag (param i32))",
        "(type (struct (field i32)))",
        "(func $f (return_call $f))",
        "(func (result i64) (local i64) (drop (i64.add128 (local.get 0) (local.get 0) (local.get 0) (local.get 0))))",
        "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
        "(func (param externref) (result i32) (throw_ref))",
    ];
    for extra in invalid {
        // Some do not even compile together with the usual memory: those are wrong twice.
        let wat = format!(
            "(module {extra} (func (export \"forge_version_1\")) (func (export \"call\")))"
        );
        if let Ok(wasm) = wat::parse_str(&wat) {
            let refusal = refusal(&wasm);
            let fine = refusal.rule == Rule::Invalid || refusal.rule == Rule::Feature;
            assert!(
                fine || extra == "(memory $m2 1)",
                "{extra}: {refusal} ({:?})",
                refusal.rule
            );
        }
    }
    let refusal = refusal(&module("(func $f (return_call $f))"));
    assert_eq!(
        refusal.text,
        "the module uses `tail calls` (function 0, byte 67), which contracts here may not use"
    );
}

#[test]
fn simd_threads_and_exceptions_are_refused_by_name() {
    let cases = [
        ("(func (drop (v128.const i64x2 0 0)))", "SIMD"),
        ("(func (param v128))", "SIMD"),
        ("(func (local v128))", "SIMD"),
        ("(func (drop (i32x4.splat (i32.const 1))))", "SIMD"),
        ("(func (drop (i32.atomic.load (i32.const 0))))", "threads"),
        ("(func (atomic.fence))", "threads"),
        ("(tag (param i32))", "exceptions"),
        ("(func (block $b (try_table (catch_all $b))))", "exceptions"),
        ("(func unreachable throw_ref)", "exceptions"),
    ];
    for (extra, name) in cases {
        let text = refusal(&module(extra)).text;
        let begins = format!("the module uses `{name}` (");
        assert!(text.starts_with(&begins), "{extra}: {text}");
        assert!(text.ends_with("which contracts here may not use"), "{text}");
    }
    let shared = wat::parse_str(
        "(module (memory (export \"memory\") 1 1 shared) (func (export \"forge_version_1\")) (func (export \"call\")))",
    );
    assert_eq!(
        refusal(&shared.unwrap()).text,
        "the module uses `threads` (a shared memory), which contracts here may not use"
    );
}

#[test]
fn operators_of_half_open_features_are_refused_by_name() {
    let cases = [
        (
            "(table 1 1 funcref) (func (drop (table.grow 0 (ref.null func) (i32.const 1))))",
            "ref.null",
        ),
        (
            "(table 1 1 funcref) (func (drop (table.size 0)))",
            "table.size",
        ),
        (
            "(data $d \"x\") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))",
            "memory.init",
        ),
        ("(data \"x\")", "passive data segment"),
        ("(func $f) (elem func $f)", "passive element segment"),
    ];
    for (extra, operator) in cases {
        let text = refusal(&module(extra)).text;
        assert!(
            text.starts_with(&format!("the module uses `{operator}` ("))
                && text.ends_with("), which contracts here may not use"),
            "{text}"
        );
    }
    assert!(
        WasmEngine::new()
            .admit(&module(
                "(func (memory.copy (i32.const 0) (i32.const 0) (i32.const 1)))"
            ))
            .is_ok()
    );
}

#[test]
fn r04_a_start_function_is_refused() {
    refused(
        &module("(func $s) (start $s)"),
        Rule::Start,
        "the module has a start function, which would run before any entry point is chosen; do that work in `init`",
    );
}

#[test]
fn r05_only_functions_may_be_imported() {
    refused(
        &module("(import \"forge\" \"g\" (global i32))"),
        Rule::Imports,
        "the module imports `forge.g`, which is not a function; contracts may import functions only",
    );
    refused(
        &compile("(module (import \"env\" \"memory\" (memory 1)))"),
        Rule::Imports,
        "the module imports `env.memory`, which the chain does not offer: it imports its memory; let it define and export its own",
    );
}

#[test]
fn r06_memory_is_limited() {
    for memory in ["60000", "1 513"] {
        let pages = memory.rsplit(' ').next().unwrap();
        refused(
            &compile(&format!("(module (memory {memory}))")),
            Rule::Memory,
            &format!("the memory asks for {pages} pages of 64 KiB; at most 512 (32 MiB) are given"),
        );
    }
}

#[test]
fn r08_tables_are_limited() {
    refused(
        &module("(table 1 10000000 funcref)"),
        Rule::Table,
        "the table has up to 10000000 elements; it must declare a maximum of at most 2500",
    );
    refused(
        &module("(table 1 funcref)"),
        Rule::Table,
        "the table has no maximum; it must declare a maximum of at most 2500",
    );
    refused(
        &module("(table 1 1 funcref) (table 1 1 funcref)"),
        Rule::Counts,
        "the module has too many tables: 2, and the limit is 1",
    );
}

#[test]
fn r09_locals_and_parameters_are_limited() {
    let locals = |n: usize| format!("(func (local {}))", "i64 ".repeat(n));
    let text = refusal(&module(&locals(49_000))).text;
    assert!(
        text.starts_with("function 0 (byte ")
            && text.ends_with(") has 49000 locals, more than the limit of 256"),
        "{text}"
    );
    refused(
        &module(&locals(200).repeat(51)),
        Rule::Counts,
        "the module has too many locals of all functions together: 10200, and the limit is 10000",
    );
    refused(
        &module(&format!("(func (param {}))", "i32 ".repeat(101))),
        Rule::Counts,
        "the module has too many parameters of one function type: 101, and the limit is 100",
    );
    refused(
        &module(&format!("(func (param {}))", "i32 ".repeat(100)).repeat(101)),
        Rule::Counts,
        "the module has too many parameters of all functions together: 10100, and the limit is 10000",
    );
    refused(
        &module("(func (result i32 i32) (i32.const 0) (i32.const 0))"),
        Rule::Counts,
        "function type 0 has 2 results; at most 1 is allowed",
    );
}

#[test]
fn r10_functions_are_limited() {
    refused(
        &module(&"(func)".repeat(20_000)),
        Rule::Counts,
        "the module has too many functions: 20002, and the limit is 20000",
    );
}

/// Rows 11 to 13: large but legal bodies are admitted or refused, and either way quickly.
#[test]
fn r11_to_13_large_bodies_do_not_blow_the_stack() {
    let targets = "0 ".repeat(60_000);
    let deep = format!("{}{}", "(block ".repeat(9_000), ")".repeat(9_000));
    let straight = "(drop (i32.const 1))".repeat(100_000);
    for body in [
        format!("(func (block (br_table {targets} (i32.const 0))))"),
        format!(
            "(func (block (br_table {} (i32.const 0))))",
            "0 ".repeat(500_000)
        ),
        format!("(func {deep})"),
        format!("(func {straight})"),
    ] {
        match WasmEngine::new().admit(&module(&body)) {
            Ok(_) => {}
            Err(refusal) => assert_eq!(refusal.rule, Rule::Invalid, "{refusal}"),
        }
    }
}

#[test]
fn r14_exports_and_data_segments_are_limited() {
    let exports: String = (0..100)
        .map(|i| format!("(func (export \"f{i}\"))"))
        .collect();
    refused(
        &module(&exports),
        Rule::Counts,
        "the module has too many exports: 103, and the limit is 100",
    );
    refused(
        &module(&"(data (i32.const 0) \"x\")".repeat(10_001)),
        Rule::Counts,
        "the module has too many data segments: 10001, and the limit is 10000",
    );
    refused(
        &module(&"(global i32 (i32.const 0))".repeat(1_001)),
        Rule::Counts,
        "the module has too many globals: 1001, and the limit is 1000",
    );
    refused(
        &module("(data (i32.const 65536) \"x\")"),
        Rule::Instantiation,
        "no instance of the module can be made: a data or element segment lies outside its memory or table",
    );
}

#[test]
fn r15_unknown_and_ill_typed_imports_are_named() {
    refused(
        &module("(import \"forge\" \"height\" (func (result i32)))"),
        Rule::Imports,
        "the import `forge.height` has type () -> (i32) and must have type () -> (i64)",
    );
    refused(
        &module("(import \"forge\" \"now\" (func (result i64)))"),
        Rule::Imports,
        "the module imports `forge.now`, which the chain does not offer; module `forge` has input, output, sender, self_address, height, value, balance, get, set, del, transfer, emit, fail",
    );
    refused(
        &module(
            "(import \"__wbindgen_placeholder__\" \"__wbindgen_throw\" (func (param i32 i32)))",
        ),
        Rule::Imports,
        "the module imports `__wbindgen_placeholder__.__wbindgen_throw`, which the chain does not offer: it was built with wasm-bindgen for web pages; build a plain cdylib for wasm32-unknown-unknown without it",
    );
    refused(
        &module(
            "(import \"wasi_snapshot_preview1\" \"fd_write\" (func (param i32 i32 i32 i32) (result i32)))",
        ),
        Rule::Imports,
        "the module imports `wasi_snapshot_preview1.fd_write`, which the chain does not offer: it was built for WASI, which gives programs files and clocks; build it for wasm32-unknown-unknown",
    );
    refused(
        &module("(import \"env\" \"abort\" (func (param i32 i32 i32 i32)))"),
        Rule::Imports,
        "the module imports `env.abort`, which the chain does not offer: it was built with AssemblyScript; compile it with --use abort= so that nothing is imported",
    );
}

#[test]
fn contracts_of_other_chains_are_told_apart() {
    refused(
        &compile("(module (func (export \"interface_version_7\")))"),
        Rule::Abi,
        "the module is a CosmWasm contract of another interface version (it exports `interface_version_7`); this chain runs `interface_version_8`, which cosmwasm-std 1.0 and later make",
    );
    refused(
        &compile("(module (import \"env\" \"db_read\" (func (param i32) (result i32))))"),
        Rule::Abi,
        "the module imports what CosmWasm contracts import, and exports no `interface_version_8`; build it with cosmwasm-std 1.0 or later",
    );
    refused(
        &compile("(module)"),
        Rule::Abi,
        "the module does not say which contract interface it speaks: it exports none of `forge_version_1`, `interface_version_8`; see docs/CONTRACT_ABI.md",
    );
}

#[test]
fn r16_entry_points_need_the_right_type() {
    let with = |exports: &str| compile(&format!("(module {exports})"));
    refused(
        &with("(func (export \"forge_version_1\")) (func (export \"call\"))"),
        Rule::Exports,
        "the module exports no memory named `memory`, so the chain cannot read or write it; add (export \"memory\" (memory 0))",
    );
    refused(
        &with("(memory (export \"memory\") 1) (func (export \"forge_version_1\"))"),
        Rule::Exports,
        "the module exports none of the functions `init`, `call` and `view`, so nothing could ever run it; export at least one, of type () -> ()",
    );
    refused(
        &with(
            "(memory (export \"memory\") 1) (func (export \"forge_version_1\")) (func (export \"call\") (param i32))",
        ),
        Rule::Exports,
        "the exported function `call` has type (i32) -> () and must have type () -> ()",
    );
    refused(
        &with(
            "(memory (export \"memory\") 1) (global (export \"forge_version_1\") i32 (i32.const 1)) (func (export \"call\"))",
        ),
        Rule::Exports,
        "the module exports no function `forge_version_1` of type () -> ()",
    );
}

#[test]
fn a_refusal_is_remembered_and_the_cache_is_bounded() {
    let engine = WasmEngine::new();
    assert!(engine.admit(b"nothing").is_err());
    assert!(engine.admit(b"nothing").is_err());
    assert_eq!(format!("{engine:?}"), "WasmEngine(1 modules known)");
    for n in 0..=limits::MAX_CACHED_MODULES {
        assert!(engine.admit(n.to_string().as_bytes()).is_err());
    }
    assert_eq!(
        format!("{engine:?}"),
        format!("WasmEngine({} modules known)", limits::MAX_CACHED_MODULES)
    );
}
