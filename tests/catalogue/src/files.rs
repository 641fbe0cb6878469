//! Rows 1 to 16: files that are no contract, or may not be one.

use crate::guests::{compile, contract, entry};
use crate::{Case, case};
use consensusforge_core::vm::{ContractEngine, WasmEngine};

/// A minimal contract of the own interface, around `body`.
fn own(body: &str) -> Vec<u8> {
    compile(&format!(
        "(module (memory (export \"memory\") 1) (func (export \"forge_version_1\")) (func (export \"call\")) {body})"
    ))
    .to_vec()
}

fn module(text: &str) -> Vec<u8> {
    compile(text).to_vec()
}

pub fn cases() -> Vec<Case> {
    let mut files: Vec<(u8, &str, Vec<u8>)> = Vec::new();
    let mut file = |row, name, bytes| files.push((row, name, bytes));
    let sane = contract(&entry("query", "(call $ok)")).to_vec();

    file(1, "empty", Vec::new());
    file(1, "html", b"  <!DOCTYPE html><title>404</title>".to_vec());
    file(1, "gzip", vec![0x1f, 0x8b, 8, 0, 0, 0]);
    file(1, "truncated", sane[..sane.len() / 2].to_vec());
    let mut flipped = sane.clone();
    flipped[12] ^= 0x40;
    file(1, "bit flipped", flipped);
    file(2, "component", b"\0asm\x0d\0\x01\0".to_vec());

    file(3, "memory64", module("(module (memory i64 1))"));
    file(3, "shared memory", module("(module (memory 1 1 shared))"));
    file(
        3,
        "atomics",
        module("(module (memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0)))))"),
    );
    file(3, "simd", own("(func (drop (v128.const i64x2 0 0)))"));
    file(3, "garbage collection", own("(type (struct (field i32)))"));
    file(3, "exceptions", own("(tag)"));
    file(3, "tail call", own("(func $f (return_call $f))"));
    file(3, "two memories", module("(module (memory 1) (memory 1))"));
    file(4, "start function", own("(func $s) (start $s)"));
    file(
        5,
        "imported memory",
        module("(module (import \"env\" \"memory\" (memory 1)))"),
    );
    file(
        5,
        "imported table",
        module("(module (import \"env\" \"t\" (table 1 funcref)))"),
    );
    file(
        5,
        "imported global",
        module("(module (import \"env\" \"g\" (global i32)))"),
    );
    file(
        6,
        "memory of 60,000 pages",
        module("(module (memory 60000))"),
    );
    file(
        6,
        "maximum of 60,000 pages",
        module("(module (memory 1 60000))"),
    );
    file(
        8,
        "table of 10 million",
        own("(table 10000000 10000000 funcref)"),
    );
    file(8, "table without an end", own("(table 1 funcref)"));
    file(
        8,
        "table.grow",
        own("(table 1 2 funcref) (func (drop (table.grow 0 (ref.null func) (i32.const 1))))"),
    );
    let many = |n: usize| format!("(func (local {}))", "i64 ".repeat(n));
    file(9, "49,000 locals", own(&many(49_000)));
    file(9, "locals in 50 functions", own(&many(250).repeat(50)));
    file(10, "20,001 functions", own(&"(func)".repeat(20_001)));
    let table = |n: usize| format!("(func (block (br_table {} (i32.const 0))))", "0 ".repeat(n));
    file(11, "br_table of 70,000", own(&table(70_000)));
    file(11, "200 br_tables of 500", own(&table(500).repeat(200)));
    file(
        12,
        "20,000 blocks in one another",
        own(&format!(
            "(func {} {})",
            "block ".repeat(20_000),
            "end ".repeat(20_000)
        )),
    );
    file(
        13,
        "straight code",
        own(&format!("(func {})", "i32.const 1 drop ".repeat(50_000))),
    );
    file(
        13,
        "chain of br_if",
        own(&format!(
            "(func (block {}))",
            "(br_if 0 (i32.const 0)) ".repeat(20_000)
        )),
    );
    let exports: String = (0..1_000)
        .map(|i| format!("(export \"e{i}\" (func 0))"))
        .collect();
    file(14, "1,000 exports", own(&exports));
    file(
        14,
        "10,001 data segments",
        own(&"(data (i32.const 0) \"x\")".repeat(10_001)),
    );
    file(
        14,
        "1,000 segments over one another",
        own(&format!("(data (i32.const 0) \"{}\")", "x".repeat(700)).repeat(1_000)),
    );
    file(
        15,
        "ill-typed import",
        module(
            "(module (import \"env\" \"db_read\" (func (param i64) (result i32))) (memory (export \"memory\") 1) (func (export \"interface_version_8\")))",
        ),
    );
    file(
        15,
        "unknown import",
        module(
            "(module (import \"env\" \"db_burn\" (func)) (memory (export \"memory\") 1) (func (export \"interface_version_8\")))",
        ),
    );
    file(
        15,
        "wasm-bindgen",
        module("(module (import \"wbg\" \"__wbindgen_throw\" (func (param i32 i32))))"),
    );
    file(
        16,
        "wrong arity",
        contract("(func (export \"execute\") (param i32) (result i32) (local.get 0))").to_vec(),
    );
    file(
        16,
        "wrong result",
        contract("(func (export \"query\") (param i32 i32))").to_vec(),
    );
    file(16, "no entry point", contract("").to_vec());

    let engine = WasmEngine::new();
    let judged = files.into_iter().map(|(row, name, bytes)| {
        let verdict = match engine.admit(&bytes) {
            Ok(admitted) => format!("taken, {} gas to begin", admitted.start_gas),
            Err(refusal) => format!("refused ({:?}): {}", refusal.rule, refusal.text),
        };
        case(row, name, verdict)
    });
    judged.collect()
}
