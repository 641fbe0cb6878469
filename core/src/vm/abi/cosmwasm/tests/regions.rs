//! Regions and sections: rows 24 to 26 of the hostile catalogue.

use super::*;
use crate::vm::abi::cosmwasm::sections;

/// `execute` reads a key through a region of the given three words.
fn reading(offset: u32, capacity: u32, length: u32) -> String {
    format!(
        "(i32.store (i32.const 2048) (i32.const {}))
         (i32.store (i32.const 2052) (i32.const {}))
         (i32.store (i32.const 2056) (i32.const {}))
         (drop (call $db_read (i32.const 2048)))",
        offset.cast_signed(),
        capacity.cast_signed(),
        length.cast_signed()
    )
}

#[test]
fn r24_every_wrong_region_is_named() {
    let size: u32 = 64 * 65_536;
    let outside = "db_read: the key: the region's bytes lie outside the contract's memory";
    let cases = [
        (
            (0, 4, 4),
            "db_read: the key: the region's bytes are at address 0",
        ),
        (
            (4_096, 3, 4),
            "db_read: the key: the region is longer than its capacity",
        ),
        (
            (4_096, u32::MAX - 4_095, 4),
            "db_read: the key: the region reaches beyond 4 GiB",
        ),
        (
            (u32::MAX, 1, 1),
            "db_read: the key: the region reaches beyond 4 GiB",
        ),
        ((size, 1, 1), outside),
        ((size - 3, 4, 4), outside),
        ((u32::MAX - 8, 8, 8), outside),
        (
            (4_096, 65_537, 65_537),
            "db_read: the key: 65537 bytes are more than the limit of 65536",
        ),
    ];
    for ((offset, capacity, length), text) in cases {
        refuses(
            &reading(offset, capacity, length),
            FailureKind::BadRequest,
            text,
        );
    }
    // The edges are fine: up to the last byte of memory, up to the last capacity, empty, overlapping
    // itself.
    for (offset, capacity, length) in [
        (size - 4, 4, 4),
        (4_096, u32::MAX - 4_096, 4),
        (1, 0, 0),
        (2_048, 12, 12),
        (4_096, 65_536, 65_536),
    ] {
        let outcome = run(&executing(&reading(offset, capacity, length)), Entry::Call);
        assert!(
            outcome.result.is_ok(),
            "{offset} {capacity} {length}: {outcome:?}"
        );
    }
}

#[test]
fn r26_wild_pointers_are_named() {
    for pointer in ["-16", "-12", "-1", "4194293", "2147483647"] {
        refuses(
            &format!("(drop (call $db_read (i32.const {pointer})))"),
            FailureKind::BadRequest,
            "db_read: the key: the region lies outside the contract's memory",
        );
    }
    refuses(
        "(drop (call $db_read (i32.const 0)))",
        FailureKind::BadRequest,
        "db_read: the key: the contract gave no region, its pointer is 0",
    );
}

#[test]
fn r24_what_an_entry_point_returns_is_checked() {
    for (pointer, text) in [
        ("0", "the contract gave no region, its pointer is 0"),
        ("-16", "the region lies outside the contract's memory"),
        ("8", "the region is longer than its capacity"),
    ] {
        let wasm = contract(&format!(
            "(data (i32.const 8) \"\\01\\00\\00\\00\\00\\00\\00\\00\\ff\\00\\00\\00\")
             (func (export \"execute\") (param i32 i32 i32) (result i32) (i32.const {pointer}))"
        ));
        assert_eq!(
            failure(&run(&wasm, Entry::Call)),
            (
                FailureKind::BadRequest,
                format!("the contract's result: {text}").as_str()
            )
        );
    }
    let wasm = contract(
        "(func (export \"execute\") (param i32 i32 i32) (result i32)
           (call $text (i32.const 65536) (i32.const 1048576)))",
    );
    assert_eq!(
        failure(&run(&wasm, Entry::Call)).1,
        "the contract's result: 1048576 bytes are more than the limit of 262144"
    );
}

/// Row 25: an allocator that gives nothing, something wild, or too little.
#[test]
fn r25_an_allocator_is_not_trusted() {
    let with = |body: &str| {
        compile(&format!(
            "(module (memory (export \"memory\") 1) (func (export \"interface_version_8\"))
             (func (export \"deallocate\") (param i32))
             (func (export \"execute\") (param i32 i32 i32) (result i32) (i32.const 0))
             (func (export \"allocate\") (param i32) (result i32) {body}))"
        ))
    };
    for (body, text) in [
        (
            "(i32.const 0)",
            "the contract gave no region, its pointer is 0",
        ),
        (
            "(i32.const -4)",
            "the region lies outside the contract's memory",
        ),
        (
            "(i32.store (i32.const 8) (i32.const 64)) (i32.store (i32.const 12) (i32.const 3)) (i32.const 8)",
            "the region takes 3 bytes, and 184 are to be written",
        ),
        (
            "(i32.store (i32.const 8) (i32.const 65530)) (i32.store (i32.const 12) (local.get 0)) (i32.const 8)",
            "the region's bytes lie outside the contract's memory",
        ),
    ] {
        let outcome = run(&with(body), Entry::Call);
        let (kind, found) = failure(&outcome);
        assert_eq!(kind, FailureKind::BadRequest);
        assert_eq!(found, format!("the contract's environment: {text}"));
    }
    let outcome = run(&with("unreachable"), Entry::Call);
    assert_eq!(failure(&outcome).0, FailureKind::Trap);
    // Row 18: it is paid for like everything else.
    let outcome = run(&with("(loop $l (br $l)) (i32.const 0)"), Entry::Call);
    assert_eq!(failure(&outcome).0, FailureKind::OutOfGas);
    assert_eq!(outcome.gas_used, GAS);
}

/// Row 20: an allocator that asks the chain, which asks the allocator, ...
#[test]
fn r20_chain_and_contract_calling_each_other_stop() {
    let wasm = compile(&format!(
        "(module {} (memory (export \"memory\") 1) (func (export \"interface_version_8\"))
         (func (export \"deallocate\") (param i32))
         (data (i32.const 64) \"\\50\\00\\00\\00\\01\\00\\00\\00\\01\\00\\00\\00\")
         (func (export \"execute\") (param i32 i32 i32) (result i32) (i32.const 0))
         (func (export \"allocate\") (param i32) (result i32) (call $db_read (i32.const 64))))",
        imports()
    ));
    let mut host = host();
    host.store.insert(vec![0], b"value".to_vec());
    let outcome = run_on(&wasm, &context(Entry::Call, b"{}"), GAS, &mut host);
    assert_eq!(
        failure(&outcome),
        (
            FailureKind::Trap,
            "calls between contract and chain are nested deeper than 2"
        )
    );
}

/// cosmwasm-vm's own table.
#[test]
fn sections_read_back() {
    let cases: [(&[u8], &[&[u8]]); 5] = [
        (b"", &[]),
        (b"\0\0\0\0", &[b""]),
        (b"\0\0\0\0\0\0\0\0", &[b"", b""]),
        (b"\xAA\0\0\0\x01", &[b"\xAA"]),
        (b"\xDE\xEF\x62\0\0\0\x03\0\0\0\0", &[b"\xDE\xEF\x62", b""]),
    ];
    for (encoded, parts) in cases {
        assert_eq!(sections::encode(parts), encoded);
        assert_eq!(sections::decode(encoded), Ok(parts.to_vec()));
    }
    assert_eq!(
        sections::decode(b"\xAA\0\0\0\x02"),
        Err("a section is longer than what holds it")
    );
    assert_eq!(
        sections::decode(b"\xAA\0\0"),
        Err("there are bytes outside of any section")
    );
    assert_eq!(
        sections::decode(b"\xBB\xAA\0\0\0\x01"),
        Err("there are bytes outside of any section")
    );
}
