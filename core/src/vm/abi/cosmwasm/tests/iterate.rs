//! Storage and walks over it.

use super::*;
use crate::base::limits::MAX_ITERATORS;

/// Runs `body` on a chain that holds a = 1, b = 2, c = 3, d = 4.
fn on_letters(body: &str) -> (Outcome, ScratchHost) {
    let mut host = host();
    for (key, value) in [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")] {
        host.store.insert(key.into(), value.into());
    }
    let wasm = executing(body);
    let outcome = run_on(&wasm, &context(Entry::Call, b"{}"), GAS, &mut host);
    (outcome, host)
}

/// Walks a span and writes down what it saw: key and value of each pair under the key `x`.
fn walked(start: Option<&str>, end: Option<&str>, order: u32, between: &str) -> String {
    let bound = |at: usize, text: Option<&str>| {
        text.map_or("(i32.const 0)".to_string(), |text| {
            format!("(call $text (i32.const {at}) (i32.const {}))", text.len())
        })
    };
    let wasm = contract(&format!(
        "{} {} {}
         (func (export \"execute\") (param i32 i32 i32) (result i32) (local $id i32) (local $pair i32) (local $out i32)
           (local.set $out (i32.const 2048))
           (local.set $id (call $db_scan {} {} (i32.const {order})))
           (loop $more
             (local.set $pair (call $db_next (local.get $id)))
             {between}
             ;; A pair of one letter each is ten bytes long, the end eight.
             (if (i32.eq (i32.load (i32.add (local.get $pair) (i32.const 8))) (i32.const 10)) (then
               (i32.store8 (local.get $out) (i32.load8_u (i32.load (local.get $pair))))
               (i32.store8 (i32.add (local.get $out) (i32.const 1))
                 (i32.load8_u (i32.add (i32.load (local.get $pair)) (i32.const 5))))
               (local.set $out (i32.add (local.get $out) (i32.const 2)))
               (br $more))))
           (call $db_write (call $text (i32.const 1040) (i32.const 1))
             (call $text (i32.const 2048) (i32.sub (local.get $out) (i32.const 2048))))
           (call $ok))",
        data(1024, start.unwrap_or("").as_bytes()),
        data(1032, end.unwrap_or("").as_bytes()),
        data(1040, b"x"),
        bound(1024, start),
        bound(1032, end),
    ));
    let mut host = host();
    for (key, value) in [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")] {
        host.store.insert(key.into(), value.into());
    }
    let outcome = run_on(&wasm, &context(Entry::Call, b"{}"), GAS, &mut host);
    assert!(outcome.result.is_ok(), "{outcome:?}");
    String::from_utf8(host.store.remove(b"x".as_slice()).unwrap_or_default()).unwrap()
}

#[test]
fn a_span_has_its_start_and_not_its_end_in_both_orders() {
    let cases = [
        (None, None, "a1b2c3d4", "d4c3b2a1"),
        (Some("b"), None, "b2c3d4", "d4c3b2"),
        (None, Some("c"), "a1b2", "b2a1"),
        (Some("b"), Some("d"), "b2c3", "c3b2"),
        (Some("c"), Some("c"), "", ""),
        (Some("d"), Some("b"), "", ""),
        (Some("bb"), Some("cc"), "c3", "c3"),
    ];
    for (start, end, ascending, descending) in cases {
        assert_eq!(walked(start, end, 1, ""), ascending, "{start:?} {end:?}");
        assert_eq!(walked(start, end, 2, ""), descending, "{start:?} {end:?}");
    }
}

/// What is written ahead of a walk is seen by it, what is removed is not.
#[test]
fn a_walk_sees_what_is_written_ahead_of_it() {
    let remove_c = "(i32.store8 (i32.const 1050) (i32.const 99))
        (call $db_remove (call $text (i32.const 1050) (i32.const 1)))";
    assert_eq!(walked(None, None, 1, remove_c), "a1b2d4");
    assert_eq!(walked(None, None, 2, remove_c), "d4b2a1");
}

#[test]
fn keys_and_values_come_alone_too_and_the_end_is_zero() {
    let (outcome, _) = on_letters(
        "(local.set $a (call $db_scan (i32.const 0) (i32.const 0) (i32.const 1)))
         (local.set $b (call $db_scan (i32.const 0) (i32.const 0) (i32.const 2)))
         (if (i32.ne (i32.load8_u (i32.load (call $db_next_key (local.get $a)))) (i32.const 97)) (then unreachable))
         (if (i32.ne (i32.load8_u (i32.load (call $db_next_value (local.get $b)))) (i32.const 52)) (then unreachable))
         (if (i32.ne (i32.load8_u (i32.load (call $db_next_value (local.get $a)))) (i32.const 50)) (then unreachable))
         (drop (call $db_next (local.get $a))) (drop (call $db_next (local.get $a)))
         (if (call $db_next_key (local.get $a)) (then unreachable))
         (if (call $db_next_value (local.get $a)) (then unreachable))
         (if (i32.ne (i32.load offset=8 (call $db_next (local.get $a))) (i32.const 8)) (then unreachable))",
    );
    assert!(outcome.result.is_ok(), "{outcome:?}");
}

#[test]
fn r26_orders_and_numbers_of_iterators_are_checked() {
    for order in ["0", "3", "-1"] {
        refuses(
            &format!("(drop (call $db_scan (i32.const 0) (i32.const 0) (i32.const {order})))"),
            FailureKind::BadRequest,
            "db_scan: the order is neither 1 (ascending) nor 2 (descending)",
        );
    }
    for import in ["db_next", "db_next_key", "db_next_value"] {
        for id in ["0", "1", "-1"] {
            let number = id.parse::<i32>().unwrap().cast_unsigned();
            refuses(
                &format!("(drop (call ${import} (i32.const {id})))"),
                FailureKind::BadRequest,
                &format!("{import}: there is no iterator {number}"),
            );
        }
    }
}

#[test]
fn r29_a_flood_of_iterators_stops() {
    let wasm = executing(
        "(loop $l (drop (call $db_scan (i32.const 0) (i32.const 0) (i32.const 1))) (br $l))",
    );
    let outcome = run_on(
        &wasm,
        &context(Entry::Call, b"{}"),
        1_000_000_000,
        &mut host(),
    );
    assert_eq!(
        failure(&outcome).1,
        format!("db_scan: a call may open at most {MAX_ITERATORS} iterators")
    );
    let wasm = executing(
        "(loop $l (drop (call $db_scan (call $text (i32.const 1024) (i32.const 65536)) (i32.const 0) (i32.const 1))) (br $l))",
    );
    let outcome = run_on(
        &wasm,
        &context(Entry::Call, b"{}"),
        1_000_000_000,
        &mut host(),
    );
    assert_eq!(
        failure(&outcome).1,
        "db_scan: the bounds of all iterators of a call may have 8388608 bytes together"
    );
}

/// Row 27: whatever a query does, it changes nothing.
#[test]
fn r27_queries_change_nothing() {
    for (body, what) in [
        (
            "(call $db_write (call $text (i32.const 16) (i32.const 1)) (call $text (i32.const 16) (i32.const 1)))",
            "db_write",
        ),
        (
            "(call $db_remove (call $text (i32.const 16) (i32.const 1)))",
            "db_remove",
        ),
    ] {
        let wasm = contract(&format!(
            "(func (export \"query\") (param i32 i32) (result i32) {body} (call $ok))
             (func (export \"reply\") (param i32 i32) (result i32) {body} (call $ok))
             (func (export \"execute\") (param i32 i32 i32) (result i32) {body} (call $ok))"
        ));
        let text = format!("{what} was used in a query: a query may look and not change anything");
        let outcome = run(&wasm, Entry::View);
        assert_eq!(failure(&outcome), (FailureKind::ReadOnly, text.as_str()));
        let mut ctx = context(Entry::Call, b"{}");
        ctx.read_only = true;
        let outcome = run_on(&wasm, &ctx, GAS, &mut host());
        assert_eq!(failure(&outcome), (FailureKind::ReadOnly, text.as_str()));
        assert!(run(&wasm, Entry::Call).result.is_ok());
    }
}

#[test]
fn storage_has_limits() {
    refuses(
        "(call $db_write (call $text (i32.const 1024) (i32.const 0)) (call $text (i32.const 16) (i32.const 1)))",
        FailureKind::BadRequest,
        "db_write: an empty key cannot be used; give it at least one byte",
    );
    refuses(
        "(call $db_write (call $text (i32.const 1024) (i32.const 65537)) (call $text (i32.const 16) (i32.const 1)))",
        FailureKind::BadRequest,
        "db_write: the key: 65537 bytes are more than the limit of 65536",
    );
    refuses(
        "(call $db_write (call $text (i32.const 1024) (i32.const 1)) (call $text (i32.const 16) (i32.const 131073)))",
        FailureKind::BadRequest,
        "db_write: the value: 131073 bytes are more than the limit of 131072",
    );
    // At the limits it works, and removing what is not there is fine.
    let outcome = run(
        &executing(
            "(call $db_write (call $text (i32.const 1024) (i32.const 65536)) (call $text (i32.const 16) (i32.const 131072)))
             (call $db_remove (call $text (i32.const 16) (i32.const 5)))
             (if (call $db_read (call $text (i32.const 16) (i32.const 5))) (then unreachable))",
        ),
        Entry::Call,
    );
    assert!(outcome.result.is_ok(), "{outcome:?}");
    // 30 a byte written.
    assert_eq!(
        outcome.gas.storage_write,
        2_000 + 30 * (65_536 + 131_072) + 1_000 + 3 * 5
    );
}
