//! Rows 7 and 17 to 31, and 37: contracts that misbehave while they run, each on an engine of its own.

use crate::guests::{allocating, answers, contract, data, entry, executing};
use crate::{Case, case};
use consensusforge_core::base::digest::sha256;
use consensusforge_core::vm::scratch::ScratchHost;
use consensusforge_core::vm::{CallContext, ContractEngine, Entry, WasmEngine};
use std::sync::Arc;

const GAS: u64 = 5_000_000;
const CONTRACT: [u8; 32] = [0xc0; 32];

/// What came of a call, with all gas, and what it left in storage.
fn run(wasm: &Arc<[u8]>, at: Entry) -> String {
    let mut host = ScratchHost {
        contract: CONTRACT,
        ..ScratchHost::default()
    };
    let ctx = CallContext::new(at, [0x5e; 32], CONTRACT, b"{}".to_vec());
    let outcome = WasmEngine::new().run(sha256(wasm), wasm, &ctx, GAS, &mut host);
    let kept = host.store.len();
    match outcome.result {
        Ok(response) => format!(
            "{} gas, answers {:?}, {} keys",
            outcome.gas_used,
            response
                .data
                .map(|data| String::from_utf8_lossy(&data).into_owned()),
            kept
        ),
        Err(failure) => format!(
            "{} gas, {:?}: {} ({kept} keys written before)",
            outcome.gas_used, failure.kind, failure.text
        ),
    }
}

/// A loop without end around `body`.
fn endless(body: &str) -> Arc<[u8]> {
    executing(&format!("(loop $l {body} (br $l))"))
}

const KEY: &str = "(call $text (i32.const 2048) (i32.const 4))";

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add =
        |row: u8, name: &str, wasm: Arc<[u8]>| cases.push(case(row, name, run(&wasm, Entry::Call)));

    add(
        7,
        "grow for ever",
        endless("(drop (memory.grow (i32.const 1)))"),
    );
    add(
        7,
        "grow by nothing for ever",
        endless("(drop (memory.grow (local.get $a)))"),
    );
    add(
        7,
        "grow beyond the end",
        executing(
            "(if (i32.ne (memory.grow (i32.const 449)) (i32.const -1)) (then unreachable)) (drop (memory.grow (i32.const 448)))",
        ),
    );
    add(17, "loop without end", endless(""));
    let spin = "(loop $l (br $l)) (i32.const 0)";
    add(
        18,
        "allocate without end",
        allocating(spin, &entry("execute", "(call $ok)")),
    );
    let deep = "(func $f (param i32) (result i32) (call $f (local.get 0)))";
    add(
        19,
        "recursion without end",
        contract(&format!(
            "{deep} {}",
            entry("execute", "(call $f (i32.const 0))")
        )),
    );
    let wide = format!(
        "(func $f (param i32) (result i32) (local {}) (call $f (local.get 0)))",
        "i64 ".repeat(200)
    );
    add(
        19,
        "recursion of wide frames",
        contract(&format!(
            "{wide} {}",
            entry("execute", "(call $f (i32.const 0))")
        )),
    );
    let reads = "(drop (call $db_next (call $db_scan (i32.const 0) (i32.const 0) (i32.const 1)))) (call $allocate (local.get $size))";
    add(
        20,
        "allocate walks over keys",
        allocating(reads, &entry("execute", "(call $ok)")),
    );
    add(
        21,
        "fill a megabyte for ever",
        endless("(memory.fill (i32.const 1048576) (i32.const 1) (i32.const 1048576))"),
    );
    add(
        21,
        "copy a megabyte for ever",
        endless("(memory.copy (i32.const 1048576) (i32.const 2097152) (i32.const 1048576))"),
    );
    let nan = "(f64.store (i32.const 2056) (f64.add (f64.const nan:0xdeadbeef) (f64.const 1)))
         (f32.store (i32.const 2064) (f32.demote_f64 (f64.const -nan:0xdeadbeef)))
         (if (i64.ne (i64.load (i32.const 2056)) (i64.const 0x7ff8000000000000)) (then unreachable))
         (if (i32.ne (i32.load (i32.const 2064)) (i32.const 0x7fc00000)) (then unreachable))";
    add(22, "a payload in a NaN", executing(nan));
    for (name, body) in [
        (
            "division by zero",
            "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
        ),
        (
            "least number over -1",
            "(drop (i64.div_s (i64.const -9223372036854775808) (i64.const -1)))",
        ),
        (
            "a NaN as integer",
            "(drop (i32.trunc_f64_s (f64.const nan)))",
        ),
        ("a load beyond memory", "(drop (i64.load (i32.const -4)))"),
        ("unreachable", "unreachable"),
    ] {
        add(23, name, executing(body));
    }
    for (name, offset, capacity, length) in [
        ("bytes at 0", 0_u32, 8_u32, 8_u32),
        ("longer than its capacity", 2_048, 8, 9),
        ("beyond memory", 0xffff_fff0, 8, 8),
        ("capacity wraps", 0x8000_0000, 0x8000_0000, 8),
        ("length beyond memory", 4_194_000, 1_000_000, 1_000_000),
        ("itself", 4_096, 12, 12),
        ("a megabyte", 1_048_576, 1_048_576, 1_048_576),
    ] {
        let mut region = offset.to_le_bytes().to_vec();
        region.extend(capacity.to_le_bytes());
        region.extend(length.to_le_bytes());
        let body = format!(
            "{} {}",
            data(4_096, &region),
            entry("execute", "(i32.const 4096)")
        );
        add(24, &format!("answer in a region: {name}"), contract(&body));
        let body = format!(
            "{} {}",
            data(4_096, &region),
            entry(
                "execute",
                "(drop (call $db_read (i32.const 4096))) (call $ok)"
            )
        );
        add(24, &format!("key in a region: {name}"), contract(&body));
    }
    for pointer in [0_i64, 0xffff_fff0, 4_194_300] {
        add(
            24,
            &format!("answer at {pointer}"),
            contract(&entry("execute", &format!("(i32.const {pointer})"))),
        );
        add(
            25,
            &format!("allocate gives {pointer}"),
            allocating(
                &format!("(i32.const {pointer})"),
                &entry("execute", "(call $ok)"),
            ),
        );
    }
    add(
        25,
        "allocate gives too little",
        allocating(
            "(call $allocate (i32.const 3))",
            &entry("execute", "(call $ok)"),
        ),
    );
    add(
        26,
        "a key of a megabyte",
        executing("(call $db_remove (call $text (i32.const 1048576) (i32.const 1048576)))"),
    );
    add(
        26,
        "an iterator nobody opened",
        executing("(drop (call $db_next (i32.const 7)))"),
    );
    add(
        26,
        "an order of its own",
        executing("(drop (call $db_scan (i32.const 0) (i32.const 0) (i32.const 3)))"),
    );
    add(
        26,
        "an empty key",
        executing(&format!(
            "(call $db_write (call $text (i32.const 2048) (i32.const 0)) {KEY})"
        )),
    );
    let count =
        "(i32.store (i32.const 2048) (local.tee $a (i32.add (local.get $a) (i32.const 1))))";
    add(
        28,
        "keys for ever",
        endless(&format!(
            "{count} (call $db_write {KEY} {KEY}) (global.set $free (i32.const 524288))"
        )),
    );
    add(
        28,
        "large values for ever",
        endless(&format!(
            "{count} (call $db_write {KEY} (call $text (i32.const 1048576) (i32.const 131072))) (global.set $free (i32.const 524288))"
        )),
    );
    add(
        28,
        "a value too large",
        executing(&format!(
            "(call $db_write {KEY} (call $text (i32.const 1048576) (i32.const 131073)))"
        )),
    );
    add(
        29,
        "iterators for ever",
        endless("(drop (call $db_scan (i32.const 0) (i32.const 0) (i32.const 1)))"),
    );
    add(
        30,
        "words for ever",
        endless(
            "(call $debug (call $text (i32.const 1048576) (i32.const 100000))) (global.set $free (i32.const 524288))",
        ),
    );
    add(
        30,
        "too many words at once",
        executing("(call $debug (call $text (i32.const 1048576) (i32.const 2097153)))"),
    );
    let events = |n: usize| {
        format!(
            "{{\"ok\":{{\"events\":[{}]}}}}",
            vec![r#"{"type":"boo","attributes":[]}"#; n].join(",")
        )
    };
    for n in [1, 1_000, 5_000] {
        add(
            31,
            &format!("{n} events out of a text"),
            contract(&answers("execute", 65_536, events(n).as_bytes())),
        );
    }
    let messages = |n: usize| {
        let one = r#"{"id":1,"msg":{"bank":{"burn":{"amount":[{"denom":"a","amount":"1"}]}}},"gas_limit":null,"reply_on":"never"}"#;
        format!("{{\"ok\":{{\"messages\":[{}]}}}}", vec![one; n].join(","))
    };
    for n in [1, 1_000, 1_025] {
        add(
            32,
            &format!("{n} messages out of a text"),
            contract(&answers("execute", 65_536, messages(n).as_bytes())),
        );
    }
    let deep = |n: usize| format!("{{\"ok\":{}{}}}", "[".repeat(n), "]".repeat(n));
    for (name, text) in [
        ("no UTF-8", b"{\"ok\":\"\xff\"}".to_vec()),
        ("no JSON", b"yes".to_vec()),
        ("half of it", b"{\"ok\":{\"messages\":[".to_vec()),
        ("127 deep", deep(126).into_bytes()),
        ("128 deep", deep(127).into_bytes()),
        ("100,000 deep", deep(100_000).into_bytes()),
        ("a key twice", br#"{"ok":{"data":null,"data":"e30="}}"#.to_vec()),
        ("a huge number", br#"{"ok":{"more":1e999999,"messages":[]}}"#.to_vec()),
        ("a number too large for a name", br#"{"ok":{"messages":[{"id":18446744073709551616,"msg":{"custom":{}},"reply_on":"never"}]}}"#.to_vec()),
        ("both ends", br#"{"ok":{},"error":"no"}"#.to_vec()),
        ("an error that is no text", br#"{"error":7}"#.to_vec()),
        ("reply_on sometimes", br#"{"ok":{"messages":[{"id":1,"msg":{"custom":{}},"reply_on":"sometimes"}]}}"#.to_vec()),
        ("fields nobody knows", br#"{"ok":{"data":"aGk=","weather":{"rain":true}}}"#.to_vec()),
    ] {
        let row = if name.starts_with("reply_on") || name.starts_with("fields") { 39 } else { 37 };
        add(row, &format!("answer: {name}"), contract(&answers("execute", 65_536, &text)));
    }
    let quarter = vec![b' '; 262_145];
    add(
        37,
        "answer: a quarter of a megabyte and a byte",
        contract(&answers("execute", 65_536, &quarter)),
    );
    for (name, address) in [
        ("no address", "bob"),
        (
            "fine",
            "forge1qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qursjrylph",
        ),
        (
            "upper case",
            "FORGE1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSJRYLPH",
        ),
        (
            "mixed case",
            "forge1qursWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSJRYLPH",
        ),
        (
            "another chain's",
            "cosmos1qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurs79d55s",
        ),
        (
            "bech32m",
            "forge1qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurs8l5ny4",
        ),
        ("20 bytes", "forge1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqa5u7jq"),
        (
            "65 bytes",
            "forge1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq6em5cg",
        ),
        (
            "a wrong sum",
            "forge1qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qursjrylpq",
        ),
    ] {
        let text = address.as_bytes();
        let body = format!(
            "{} {}",
            data(2_048, text),
            // What is said of it becomes the contract's own error.
            entry(
                "execute",
                &format!(
                    "(if (local.tee $a (call $addr_validate (call $text (i32.const 2048) (i32.const {})))) (then (call $abort (local.get $a)))) (call $ok)",
                    text.len()
                )
            )
        );
        add(41, &format!("address: {name}"), contract(&body));
    }
    add(
        41,
        "address: 257 bytes",
        executing("(drop (call $addr_validate (call $text (i32.const 2048) (i32.const 257))))"),
    );
    add(
        41,
        "address: 65 bytes to write out",
        executing(
            "(drop (call $addr_humanize (call $text (i32.const 2048) (i32.const 65)) (call $allocate (i32.const 90))))",
        ),
    );
    let writing = contract(&entry(
        "query",
        &format!("(call $db_write {KEY} {KEY}) (call $ok)"),
    ));
    cases.push(case(27, "a query writes", run(&writing, Entry::View)));
    let removing = contract(&entry(
        "query",
        &format!("(call $db_remove {KEY}) (call $ok)"),
    ));
    cases.push(case(27, "a query removes", run(&removing, Entry::View)));
    cases
}
