//! Elliptic curves: known answers, cosmwasm-crypto's codes, and the seam for a module elsewhere.

use super::*;
use crate::base::digest::from_hex;
use crate::vm::crypto::{self, Operation, answer, decode, encode, serve};

/// Of cosmwasm-vm's tests.
const K1: [&str; 3] = [
    "5ae8317d34d1e595e3fa7247db80c0af4320cce1116de187f8f7e2e099c0d8d0",
    "207082eb2c3dfa0b454e0906051270ba4074ac93760ba9e7110cd9471475111151eb0dbbc9920e72146fb564f99d039802bf6ef2561446eb126ef364d21ee9c4",
    "04051c1ee2190ecfb174bfe4f90763f2b4ff7517b70a2aec1876ebcfd644c4633fb03f3cfbd94b1f376e34592d9d41ccaf640bb751b00a1fadeb0c01157769eb73",
];
const R1: [&str; 3] = [
    "5eb28029ebf3c7025ff2fc2f6de6f62aecf6a72139e1cba5f20d11bbef036a7f",
    "67a9e30f7800a2ea0b3f11d4a7d3fc1b8b9a6d7d6dbd0c1b27a3bd1fe4e1eb63b38c5e5d5ae8a4ba0f4a0a1cf1f6a0b8dd9c1bd1f6b0d3cd4f4cd1a1a8d5e9d2",
    "0474ccd8a62fba0e667c50929a53f78c21b8ff0c3c737b0b40b1750b2302b0bde829074e21f3a0ef88b9efdf10d06aa4c295cc1671f758ca0e4cd108803d0f2614",
];
/// RFC 8032, the first vector: an empty message.
const ED: [&str; 3] = [
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
];

fn bytes(hex: &[&str]) -> Vec<Vec<u8>> {
    hex.iter().map(|part| from_hex(part).unwrap()).collect()
}

fn ask(operation: Operation, number: u32, parts: &[Vec<u8>]) -> crypto::Answer {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let linked = answer(operation, number, &parts).unwrap();
    // The way through a module elsewhere gives the same.
    let served = decode(&serve(&encode(operation, number, &parts)));
    assert_eq!(served, Some(linked.clone()));
    linked
}

#[test]
fn signatures_are_verified() {
    for (operation, vector) in [
        (Operation::Secp256k1Verify, K1),
        (Operation::Ed25519Verify, ED),
    ] {
        let parts = bytes(&vector);
        assert_eq!(ask(operation, 0, &parts), Ok(Vec::new()));
        let mut wrong = parts.clone();
        wrong[1][5] ^= 1;
        assert_eq!(ask(operation, 0, &wrong), Err(1), "{operation:?}");
    }
    let mut parts = bytes(&K1);
    parts[0].pop();
    assert_eq!(ask(Operation::Secp256k1Verify, 0, &parts), Err(3));
    let mut parts = bytes(&K1);
    parts[1].pop();
    assert_eq!(ask(Operation::Secp256k1Verify, 0, &parts), Err(4));
    let mut parts = bytes(&K1);
    parts[2].clear();
    assert_eq!(ask(Operation::Secp256k1Verify, 0, &parts), Err(5));
    // The key of another curve's point.
    assert_eq!(ask(Operation::Secp256r1Verify, 0, &bytes(&R1)), Err(1));
}

#[test]
fn keys_are_recovered() {
    let parts = bytes(&K1);
    let pair = &parts[..2];
    let keys: Vec<_> = (0..2)
        .map(|parameter| ask(Operation::Secp256k1Recover, parameter, pair))
        .collect();
    assert!(keys.contains(&Ok(parts[2].clone())), "{keys:?}");
    assert_eq!(ask(Operation::Secp256k1Recover, 2, pair), Err(6));
    assert_eq!(ask(Operation::Secp256k1Recover, 256, pair), Err(6));
    assert_eq!(ask(Operation::Secp256r1Recover, 4, pair), Err(6));
}

#[test]
fn batches_are_verified_and_need_no_luck() {
    let parts = bytes(&ED);
    let many = |part: &[u8], count: usize| sections::encode(&vec![part; count]);
    let batch = |m, s, k| vec![many(&parts[0], m), many(&parts[1], s), many(&parts[2], k)];
    for (m, s, k) in [(0, 0, 0), (1, 1, 1), (3, 3, 3), (1, 3, 3), (3, 3, 1)] {
        assert_eq!(
            ask(Operation::Ed25519Batch, 0, &batch(m, s, k)),
            Ok(Vec::new()),
            "{m} {s} {k}"
        );
    }
    assert_eq!(ask(Operation::Ed25519Batch, 0, &batch(2, 3, 3)), Err(7));
    let mut wrong = batch(3, 3, 3);
    wrong[1][70] ^= 1;
    assert_eq!(ask(Operation::Ed25519Batch, 0, &wrong), Err(1));
}

#[test]
fn points_are_summed_hashed_and_paired() {
    let hash = |operation, message: &[u8]| {
        ask(
            operation,
            0,
            &[
                message.to_vec(),
                b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_".to_vec(),
            ],
        )
        .unwrap()
    };
    let (a, b) = (
        hash(Operation::HashToG1, b"a"),
        hash(Operation::HashToG1, b"b"),
    );
    let g = hash(Operation::HashToG2, b"g");
    assert_eq!((a.len(), g.len()), (48, 96));
    let sum = ask(
        Operation::AggregateG1,
        0,
        &[[a.clone(), b.clone()].concat()],
    )
    .unwrap();
    // e(a, g) * e(b, g) = e(a + b, g).
    let left = [a.clone(), b].concat();
    let twice = [g.clone(), g.clone()].concat();
    let pair = |r: Vec<u8>| {
        ask(
            Operation::PairingEquality,
            0,
            &[left.clone(), twice.clone(), r, g.clone()],
        )
    };
    assert_eq!(pair(sum), Ok(Vec::new()));
    assert_eq!(pair(a.clone()), Err(1));
    assert_eq!(
        ask(Operation::AggregateG2, 0, std::slice::from_ref(&g)),
        Ok(g.clone())
    );
    assert_eq!(ask(Operation::AggregateG1, 0, &[Vec::new()]), Err(14));
    assert_eq!(ask(Operation::AggregateG1, 0, &[vec![1; 47]]), Err(15));
    assert_eq!(ask(Operation::AggregateG1, 0, &[vec![0xff; 48]]), Err(8));
    assert_eq!(
        ask(Operation::HashToG1, 1, &[Vec::new(), Vec::new()]),
        Err(9)
    );
    assert!(ask(Operation::HashToG1, 0, &[Vec::new(), Vec::new()]).is_ok());
    let shapes = |ps: usize, qs: usize| {
        ask(
            Operation::PairingEquality,
            0,
            &[vec![0; ps], vec![0; qs], a.clone(), g.clone()],
        )
    };
    assert_eq!(shapes(47, 96), Err(11));
    assert_eq!(shapes(48, 95), Err(12));
    assert_eq!(shapes(48, 192), Err(13));
}

#[test]
fn requests_to_a_module_elsewhere_are_checked() {
    assert_eq!(serve(&[]), Vec::<u8>::new());
    assert_eq!(serve(&[99, 0, 0, 0, 0]), Vec::<u8>::new());
    assert_eq!(serve(&[0, 0, 0, 0, 0, 9, 0, 0, 0]), Vec::<u8>::new());
    assert_eq!(
        decode(&serve(&encode(Operation::HashToG1, 0, &[]))),
        Some(Err(10))
    );
    assert_eq!(decode(&[]), None);
}

/// Through the imports: codes, keys in the low half, and the price.
#[test]
fn contracts_compute_on_curves() {
    let parts = bytes(&K1);
    let (hash, signature, key) = (1024, 1100, 1200);
    let at = |at: usize, size: usize| format!("(call $text (i32.const {at}) (i32.const {size}))");
    let body = format!(
        "{}{}{}
         (func (export \"execute\") (param i32 i32 i32) (result i32) (local $r i64)
           (if (call $secp256k1_verify {h} {s} {k}) (then unreachable))
           (if (i32.ne (call $secp256k1_verify {h} {s} {short}) (i32.const 5)) (then unreachable))
           (local.set $r (call $secp256k1_recover_pubkey {h} {s} (i32.const 9)))
           (if (i64.ne (local.get $r) (i64.shl (i64.const 6) (i64.const 32))) (then unreachable))
           (local.set $r (call $secp256k1_recover_pubkey {h} {s} (i32.const 0)))
           (if (i64.ne (i64.shr_u (local.get $r) (i64.const 32)) (i64.const 0)) (then unreachable))
           (if (i32.ne (i32.load offset=8 (i32.wrap_i64 (local.get $r))) (i32.const 65)) (then unreachable))
           (call $ok))",
        data(hash, &parts[0]),
        data(signature, &parts[1]),
        data(key, &parts[2]),
        h = at(hash, 32),
        s = at(signature, 64),
        k = at(key, 65),
        short = at(key, 64),
    );
    let outcome = run(&contract(&body), Entry::Call);
    assert!(outcome.result.is_ok(), "{outcome:?}");
    assert_eq!(outcome.gas.crypto, 2 * 834_783 + 2 * 1_686_957);
    refuses(
        &format!(
            "(drop (call $secp256k1_verify {} {} {}))",
            at(1024, 33),
            at(1024, 64),
            at(1024, 65)
        ),
        FailureKind::BadRequest,
        "secp256k1_verify: the hash: 33 bytes are more than the limit of 32",
    );
    refuses(
        &format!(
            "(drop (call $ed25519_batch_verify {} {} {}))",
            at(16, 9),
            at(16, 4),
            at(16, 4)
        ),
        FailureKind::BadRequest,
        "ed25519_batch_verify: the messages: a section is longer than what holds it",
    );
    // Of 257 empty sections, four zero bytes each, and one more than there may be.
    refuses(
        &format!(
            "(drop (call $ed25519_batch_verify {} {} {}))",
            at(65_536, 4 * 257),
            at(65_536, 4),
            at(65_536, 4)
        ),
        FailureKind::BadRequest,
        "ed25519_batch_verify: the messages: 257 items are more than the limit of 256",
    );
}
