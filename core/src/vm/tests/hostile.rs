//! Contracts that misbehave while they run: rows 7 and 17 to 31 of the hostile catalogue, as far as
//! an ABI without callbacks has them.

use super::*;

#[track_caller]
fn fails(body: &str, kind: FailureKind, text: &str) -> Outcome {
    fails_at(Entry::Call, body, kind, text)
}

#[track_caller]
fn fails_at(entry: Entry, body: &str, kind: FailureKind, text: &str) -> Outcome {
    let outcome = run(&forge(body), entry, b"");
    assert_eq!(sentence(&outcome), text);
    assert_eq!(outcome.result.as_ref().map_err(|f| f.kind), Err(kind));
    outcome
}

const OUT_OF_GAS: &str = "the call ran out of gas: its limit was 10000000. Raise the limit, or look for a loop that does not end";

#[test]
fn r17_an_endless_loop_pays_its_whole_limit() {
    let outcome = fails(
        "(func (export \"call\") (loop $l (br $l)))",
        FailureKind::OutOfGas,
        OUT_OF_GAS,
    );
    assert_eq!(outcome.gas_used, 10_000_000);
    // A limit that is not a multiple of the loop's cost is still used up.
    let wasm = forge(
        "(func (export \"call\") (local i32) (loop $l (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br $l)))",
    );
    for limit in 0..50 {
        let ctx = context(Entry::Call, b"");
        let engine = WasmEngine::new();
        let outcome = run_on(&engine, &wasm, &ctx, 5_000 + limit, &mut MapHost::default());
        assert_eq!(outcome.gas_used, 5_000 + limit);
    }
}

#[test]
fn gas_zero_and_gas_below_the_start_fail_before_anything_runs() {
    let wasm = forge("(func (export \"call\"))");
    let start = WasmEngine::new().admit(&wasm).unwrap().start_gas;
    for limit in [0, 1, start - 1] {
        let ctx = context(Entry::Call, b"");
        let engine = WasmEngine::new();
        let outcome = run_on(&engine, &wasm, &ctx, limit, &mut MapHost::default());
        assert_eq!(outcome.gas_used, limit);
        assert!(sentence(&outcome).starts_with("the call ran out of gas"));
    }
    let outcome = WasmEngine::new().run(
        sha256(&wasm),
        &wasm,
        &context(Entry::Call, b""),
        u64::MAX,
        &mut MapHost::default(),
    );
    assert_eq!(outcome.answer(), Ok(Vec::new()));
}

/// Growth that succeeds pays for its bytes, growth that is refused pays for the asking.
#[test]
fn r07_a_memory_bomb_ends_by_gas() {
    let outcome = fails(
        "(func (export \"call\") (loop $l (drop (memory.grow (i32.const 1))) (br $l)))",
        FailureKind::OutOfGas,
        OUT_OF_GAS,
    );
    assert_eq!(outcome.gas_used, 10_000_000);
    // Growing beyond 32 MiB answers -1 and the contract may go on.
    let outcome = run(
        &forge(
            "(func (export \"call\") (if (i32.ne (memory.grow (i32.const 511)) (i32.const 1)) (then unreachable))
               (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable)))",
        ),
        Entry::Call,
        b"",
    );
    assert_eq!(outcome.answer(), Ok(Vec::new()));
    // The page it began with and 511 more; asking twice is two operators, the rest are single ones.
    assert_eq!(outcome.gas.memory, 512 * 1_024);
    assert_eq!(outcome.gas.operators, 2 * 255 + 9);
    assert_eq!(outcome.gas.total(), outcome.gas_used);
}

#[test]
fn r19_deep_recursion_is_pinned() {
    let text = "the contract's calls are nested too deep: at most 1000 functions and 1048576 bytes of values";
    let outcome = fails(
        "(func $f (export \"call\") (call $f))",
        FailureKind::Trap,
        text,
    );
    assert_eq!(outcome.gas.operators, 2_000);
    // Wide frames meet the limit in bytes first.
    let wide = format!(
        "(func $f (export \"call\") (local {}) (call $f))",
        "i64 ".repeat(250)
    );
    let outcome = fails(&wide, FailureKind::Trap, text);
    assert!(outcome.gas.operators < 1_000 * 40, "{outcome:?}");
    let used = outcome.gas_used;
    assert_eq!(fails(&wide, FailureKind::Trap, text).gas_used, used);
}

#[test]
fn r21_bulk_copies_pay_by_the_byte() {
    let outcome = fails(
        "(func (export \"call\") (loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br $l)))",
        FailureKind::OutOfGas,
        OUT_OF_GAS,
    );
    assert_eq!(outcome.gas_used, 10_000_000);
}

/// Row 22: every NaN a contract can see has one bit pattern.
#[test]
fn r22_nans_are_canonical() {
    let outcome = run(
        &forge(
            "(func (export \"call\")
               (f64.store (i32.const 0) (f64.div (f64.const 0) (f64.const 0)))
               (f64.store (i32.const 8) (f64.add (f64.const nan:0xdeadbeef) (f64.const 1)))
               (f64.store (i32.const 16) (f64.sqrt (f64.const -1)))
               (f32.store (i32.const 24) (f32.demote_f64 (f64.const -nan:0xdeadbeef)))
               (call $output (i32.const 0) (i32.const 28)))",
        ),
        Entry::Call,
        b"",
    );
    let mut expected = Vec::new();
    for _ in 0..3 {
        expected.extend(0x7ff8_0000_0000_0000_u64.to_le_bytes());
    }
    expected.extend(0x7fc0_0000_u32.to_le_bytes());
    assert_eq!(outcome.answer(), Ok(expected));
}

#[test]
fn r23_traps_have_fixed_texts() {
    let cases = [
        (
            "unreachable",
            "the contract reached code it had marked unreachable, which is how a panic ends",
        ),
        (
            "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
            "the contract divided by zero",
        ),
        (
            "(drop (i64.rem_s (i64.const 1) (i64.const 0)))",
            "the contract divided by zero",
        ),
        (
            "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
            "the contract's arithmetic overflowed: a quotient or a number too large for an integer",
        ),
        (
            "(drop (i32.trunc_f64_s (f64.const nan)))",
            "the contract turned something that is not a number into an integer",
        ),
        (
            "(drop (i32.trunc_f32_u (f32.const 1e30)))",
            "the contract's arithmetic overflowed: a quotient or a number too large for an integer",
        ),
        (
            "(drop (i32.load (i32.const 65533)))",
            "the contract used an address outside its memory",
        ),
        (
            "(i64.store offset=4294967295 (i32.const -1) (i64.const 0))",
            "the contract used an address outside its memory",
        ),
        (
            "(memory.copy (i32.const 0) (i32.const 65535) (i32.const 2))",
            "the contract used an address outside its memory",
        ),
        (
            "(call_indirect (i32.const 9))",
            "the contract called through a table at an index outside it",
        ),
        (
            "(call_indirect (i32.const 0))",
            "the contract called through an empty table entry",
        ),
        (
            "(call_indirect (param i32) (i32.const 0) (i32.const 1))",
            "the contract called through a table a function of another type",
        ),
    ];
    for (code, text) in cases {
        fails(
            &format!(
                "(table 2 2 funcref) (func $f) (elem (i32.const 1) $f) (func (export \"call\") {code})"
            ),
            FailureKind::Trap,
            text,
        );
    }
}

/// Rows 24 to 26: pointers and lengths are checked before anything is copied.
#[test]
fn r26_wild_pointers_and_lengths_are_named() {
    let cases = [
        (
            "(call $output (i32.const 65535) (i32.const 2))",
            "output: 2 bytes at address 65535 are outside the contract's memory of 65536 bytes",
        ),
        (
            "(call $output (i32.const 0xfffffff0) (i32.const 32))",
            "output: 32 bytes at address 4294967280 are outside the contract's memory of 65536 bytes",
        ),
        (
            "(call $output (i32.const 0) (i32.const -1))",
            "output: an answer of 4294967295 bytes is longer than the limit of 65536",
        ),
        (
            "(call $sender (i32.const 65505))",
            "sender: 32 bytes at address 65505 are outside the contract's memory of 65536 bytes",
        ),
        (
            "(call $value (i32.const 65521))",
            "value: 16 bytes at address 65521 are outside the contract's memory of 65536 bytes",
        ),
        (
            "(call $set (i32.const 0) (i32.const 1048576) (i32.const 0) (i32.const 0))",
            "set: a key of 1048576 bytes is longer than the limit of 1024",
        ),
        (
            "(call $set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 65537))",
            "set: a value of 65537 bytes is longer than the limit of 65536",
        ),
        (
            "(call $del (i32.const 0) (i32.const 0))",
            "del: an empty key cannot be used; give it at least one byte",
        ),
        (
            "(drop (call $get (i32.const 65536) (i32.const 1) (i32.const 0) (i32.const 0)))",
            "get: 1 bytes at address 65536 are outside the contract's memory of 65536 bytes",
        ),
        (
            "(call $emit (i32.const 0) (i32.const 4097))",
            "emit: an event of 4097 bytes is longer than the limit of 4096",
        ),
        (
            "(call $fail (i32.const 0) (i32.const 1025))",
            "fail: a sentence of 1025 bytes is longer than the limit of 1024",
        ),
        (
            "(drop (call $transfer (i32.const 65535) (i64.const 1) (i64.const 0)))",
            "transfer: 32 bytes at address 65535 are outside the contract's memory of 65536 bytes",
        ),
        (
            "(call $set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 9))
             (drop (call $get (i32.const 0) (i32.const 1) (i32.const 65530) (i32.const -1)))",
            "get: 9 bytes at address 65530 are outside the contract's memory of 65536 bytes",
        ),
    ];
    for (code, text) in cases {
        fails(
            &format!("(func (export \"call\") {code})"),
            FailureKind::BadRequest,
            text,
        );
    }
}

#[test]
fn r27_a_view_may_not_change_anything() {
    for (name, code) in [
        (
            "set",
            "(call $set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))",
        ),
        ("del", "(call $del (i32.const 0) (i32.const 1))"),
        (
            "transfer",
            "(drop (call $transfer (i32.const 0) (i64.const 0) (i64.const 0)))",
        ),
        ("emit", "(call $emit (i32.const 0) (i32.const 0))"),
    ] {
        let body = format!("(func (export \"view\") {code}) (func (export \"call\") {code})");
        let text =
            format!("{name} was used in a read-only call: a view may look and not change anything");
        fails_at(Entry::View, &body, FailureKind::ReadOnly, &text);
        // Called read-only, `call` is held to the same.
        let mut ctx = context(Entry::Call, b"");
        ctx.read_only = true;
        let mut host = MapHost::default();
        let outcome = run_on(&WasmEngine::new(), &forge(&body), &ctx, 100_000, &mut host);
        assert_eq!(sentence(&outcome), text);
        assert!(host.store.is_empty() && host.events.is_empty() && host.sent.is_empty());
    }
}

/// Row 28: a million writes are stopped by their price.
#[test]
fn r28_storage_explosion_is_paid_for() {
    let wasm = forge(
        "(func (export \"call\") (local i32) (loop $l
           (i32.store (i32.const 0) (local.get 0))
           (call $set (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 65536))
           (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br $l)))",
    );
    let mut host = MapHost::default();
    let ctx = context(Entry::Call, b"");
    let outcome = run_on(&WasmEngine::new(), &wasm, &ctx, 10_000_000, &mut host);
    assert_eq!(sentence(&outcome), OUT_OF_GAS);
    assert_eq!(host.store.len(), 5);
}

#[test]
fn r31_events_are_limited_and_paid_for() {
    let outcome = fails(
        "(func (export \"call\") (loop $l (call $emit (i32.const 0) (i32.const 8)) (br $l)))",
        FailureKind::BadRequest,
        "emit: a call may emit at most 256 events",
    );
    assert_eq!(outcome.gas.events, 256 * 580);
}

#[test]
fn a_contract_fails_with_its_own_sentence() {
    let outcome = fails(
        "(data (i32.const 0) \"not \\ff today\") (func (export \"call\") (call $fail (i32.const 0) (i32.const 11)) unreachable)",
        FailureKind::Contract,
        "not \u{fffd} today",
    );
    assert!(outcome.gas_used < 10_000);
}

#[test]
fn a_missing_entry_point_is_named_and_a_missing_init_is_fine() {
    let only_view = "(func (export \"view\"))";
    fails(
        only_view,
        FailureKind::NoEntry,
        "the contract has no function `call`, so it cannot be called",
    );
    fails_at(
        Entry::View,
        "(func (export \"call\"))",
        FailureKind::NoEntry,
        "the contract has no function `view`, so it cannot be asked",
    );
    assert_eq!(
        run(&forge(only_view), Entry::Init, b"").answer(),
        Ok(Vec::new())
    );
}

#[test]
fn a_module_that_was_never_admitted_does_not_run() {
    let wasm: Arc<[u8]> = b"junk".to_vec().into();
    let outcome = run(&wasm, Entry::Call, b"");
    assert_eq!(
        sentence(&outcome),
        "the file is not WebAssembly: a module starts with the bytes 00 61 73 6d"
    );
    assert_eq!(outcome.gas_used, 0);
}
