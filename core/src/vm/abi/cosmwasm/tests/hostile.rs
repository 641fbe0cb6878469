//! Contracts that misbehave while they run, and bytes that are no contract.

use super::*;
use crate::vm::crypto;
use proptest::prelude::*;
use std::sync::LazyLock;

#[test]
fn r17_endless_loops_pay_their_limit_whatever_it_is() {
    let wasm = executing("(loop $l (br $l))");
    for gas in [0, 1, 1_000, 99_999, 100_000, 100_001] {
        let outcome = run_on(&wasm, &context(Entry::Call, b"{}"), gas, &mut host());
        assert_eq!(failure(&outcome).0, FailureKind::OutOfGas);
        assert_eq!(outcome.gas_used, gas);
    }
}

#[test]
fn r07_a_memory_bomb_ends_by_gas() {
    let outcome = run(
        &executing("(loop $l (drop (memory.grow (i32.const 1))) (br $l))"),
        Entry::Call,
    );
    assert_eq!(failure(&outcome).0, FailureKind::OutOfGas);
}

#[test]
fn r28_a_storage_bomb_ends_by_gas() {
    let outcome = run(
        &executing(
            "(loop $l
               (i32.store (i32.const 2048) (local.tee $a (i32.add (local.get $a) (i32.const 1))))
               (call $db_write (call $text (i32.const 2048) (i32.const 4)) (call $text (i32.const 65536) (i32.const 131072)))
               (global.set $free (i32.const 65536))
               (br $l))",
        ),
        Entry::Call,
    );
    assert_eq!(failure(&outcome).0, FailureKind::OutOfGas);
    // 131,076 bytes at 30, besides what the regions cost: a dozen writes.
    assert!(outcome.gas.storage_write <= GAS);
}

#[test]
fn r19_deep_recursion_ends_at_the_same_place() {
    let outcome = run(
        &contract(
            "(func $f (export \"execute\") (param i32 i32 i32) (result i32)
               (call $f (i32.const 0) (i32.const 0) (i32.const 0)))",
        ),
        Entry::Call,
    );
    let (kind, text) = failure(&outcome);
    assert_eq!(kind, FailureKind::Trap);
    assert!(
        text.starts_with("the contract's calls are nested too deep"),
        "{text}"
    );
}

#[test]
fn r23_traps_have_fixed_texts() {
    for (body, text) in [
        (
            "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
            "the contract divided by zero",
        ),
        (
            "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
            "the contract's arithmetic overflowed: a quotient or a number too large for an integer",
        ),
        (
            "(drop (i32.trunc_f32_s (f32.const nan)))",
            "the contract turned something that is not a number into an integer",
        ),
        (
            "(drop (i32.load (i32.const -1)))",
            "the contract used an address outside its memory",
        ),
        (
            "unreachable",
            "the contract reached code it had marked unreachable, which is how a panic ends",
        ),
    ] {
        refuses(body, FailureKind::Trap, text);
    }
}

/// Operators are weighted here and not in the own ABI.
#[test]
fn operators_have_cosmwasms_weights() {
    let gas = |body: &str| run(&executing(body), Entry::Call).gas.operators;
    let empty = gas("");
    assert_eq!(
        gas("(drop (i32.add (i32.const 1) (i32.const 2)))") - empty,
        4
    );
    assert_eq!(gas("(block)") - empty, 1 + 14);
    // wasmi begins a new block at a loop, and counts that.
    assert_eq!(gas("(loop)") - empty, 2 * 14 + 1);
    assert_eq!(gas("(if (i32.const 1) (then))") - empty, 1 + 2 * 14);
}

fn sane(wasm: &Arc<[u8]>) {
    let engine = WasmEngine::new();
    let Ok(admitted) = engine.admit(wasm) else {
        return;
    };
    for entry in admitted.entries {
        let ctx = context(entry, b"{}");
        let mut host = host();
        let outcome = engine.run(admitted.code, wasm, &ctx, 2_000_000, &mut host);
        assert!(outcome.gas_used <= 2_000_000);
        assert_eq!(outcome.gas.total(), outcome.gas_used);
    }
}

static VICTIM: LazyLock<Vec<u8>> = LazyLock::new(|| {
    contract(&format!(
        "{} (func (export \"execute\") (param i32 i32 i32) (result i32)
           (call $db_write (call $text (i32.const 1024) (i32.const 3)) (local.get 2))
           (drop (call $db_next (call $db_scan (i32.const 0) (i32.const 0) (i32.const 1))))
           (drop (call $query_chain (local.get 2)))
           (drop (call $addr_validate (local.get 2)))
           (call $ok))
         (func (export \"query\") (param i32 i32) (result i32)
           (call $debug (local.get 1)) (call $ok))",
        data(1024, b"key")
    ))
    .to_vec()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Changed, cut and repeated bytes of a module: refused, or run within the gas.
    #[test]
    fn mutated_modules_never_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        let mut bytes = VICTIM.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            let cut = cut.index(bytes.len());
            bytes.truncate(cut);
        }
        sane(&bytes.into());
    }

    /// Whatever an entry point says, the chain reads it or refuses it.
    #[test]
    fn mutated_answers_never_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        which in 0_usize..3,
    ) {
        let mut text = [
            r#"{"ok":{"messages":[{"id":1,"msg":{"wasm":{"execute":{"contract_addr":"x","msg":"e30=","funds":[{"denom":"a","amount":"1"}]}}},"gas_limit":7,"reply_on":"always"}],"attributes":[{"key":"a","value":"b"}],"events":[{"type":"xyz","attributes":[]}],"data":"e30="}}"#,
            r#"{"error":"no"}"#,
            r#"{"ok":"e30="}"#,
        ][which].as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(text.len());
            text[at] = byte;
        }
        sane(&answering(&text));
    }

    #[test]
    fn questions_and_requests_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = query::parse(&bytes);
        let _ = sections::decode(&bytes);
        // Only what a module elsewhere would be asked; the arithmetic itself is the crate's.
        let _ = crypto::decode(&bytes);
    }
}
