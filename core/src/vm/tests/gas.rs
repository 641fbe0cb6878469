//! Gas: pinned, and the same warm and cold.

use super::*;
use crate::vm::gas::{GasUse, PRICES};

fn counter() -> Arc<[u8]> {
    compile(include_str!("../../../../contracts/counter.wat"))
}

/// Pinned: a change here is a change of consensus and needs a new semantics version.
#[test]
fn the_counter_costs_what_it_always_cost() {
    let engine = WasmEngine::new();
    let mut host = MapHost::default();
    let ctx = context(Entry::Call, b"");
    let outcome = run_on(&engine, &counter(), &ctx, 1_000_000, &mut host);
    assert_eq!(outcome.answer(), Ok(b"1".to_vec()));
    assert_eq!(
        outcome.gas,
        GasUse {
            operators: 58,
            start: 1_021,
            memory: 1_024,
            host_calls: 401,
            storage_read: 1_015,
            storage_write: 2_390,
            transfers: 0,
            events: 510,
            ..GasUse::default()
        }
    );
    assert_eq!(outcome.gas_used, 6_419);
}

#[test]
fn gas_is_the_same_warm_and_cold() {
    let wasm = counter();
    let ctx = context(Entry::Call, b"");
    let warm = WasmEngine::new();
    let mut hosts = [MapHost::default(), MapHost::default()];
    for _ in 0..12 {
        let [a, b] = &mut hosts;
        let first = run_on(&warm.clone(), &wasm, &ctx, 1_000_000, a);
        let second = run_on(&WasmEngine::new(), &wasm, &ctx, 1_000_000, b);
        assert_eq!(first, second);
    }
    assert_eq!(hosts[0].store, hosts[1].store);
    assert_eq!(hosts[0].events.last(), Some(&b"12".to_vec()));
}

/// A limit that is exactly enough succeeds; one less fails, wherever the last gas goes.
#[test]
fn the_limit_is_exact() {
    let wasm = counter();
    let ctx = context(Entry::Call, b"");
    let run_with = |gas| {
        run_on(
            &WasmEngine::new(),
            &wasm,
            &ctx,
            gas,
            &mut MapHost::default(),
        )
    };
    let exact = run_with(1_000_000).gas_used;
    assert_eq!(run_with(exact).gas_used, exact);
    assert!(run_with(exact).result.is_ok());
    let short = run_with(exact - 1);
    assert_eq!(short.gas_used, exact - 1);
    assert!(sentence(&short).starts_with("the call ran out of gas"));
}

#[test]
fn prices_do_not_overflow() {
    for price in PRICES {
        assert!(price.gas(u64::MAX) >= price.gas(1), "{}", price.what);
        assert!(price.unit > 0);
    }
}
