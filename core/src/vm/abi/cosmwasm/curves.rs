//! The imports of elliptic curves: regions in, a code or bytes out. The arithmetic is [`crate::vm::crypto`]'s.
//!
//! Bytes longer than any good ones end the call, before anything is copied; what is merely wrong comes
//! back as cosmwasm-crypto's code, with 0 for valid and 1 for not.

use super::prices::{
    AGGREGATE_G1, AGGREGATE_G2, ED25519_BATCH, ED25519_BATCH_ONE_KEY, ED25519_VERIFY, HASH_TO_G1,
    HASH_TO_G2, PAIRING, SECP256K1_RECOVER, SECP256K1_VERIFY, SECP256R1_RECOVER, SECP256R1_VERIFY,
};
use super::{region, sections};
use crate::vm::abi::{Guest, HostAction, pay};
use crate::vm::crypto::{self, Operation};
use crate::vm::gas::Price;
use crate::vm::{Failure, FailureKind};

const HASH: usize = 32;
const SIGNATURE: usize = 64;
const ECDSA_KEY: usize = 65;
const ED25519_KEY: usize = 32;
const ED25519_MESSAGE: usize = 128 << 10;
const BATCH: usize = 256;
const G1: usize = 48;
const G2: usize = 96;
const POINTS: usize = 2 << 20;
const HASHED_MESSAGE: usize = 5 << 20;
const HASH_DOMAIN: usize = 5 << 10;
const INVALID_RECOVERY_PARAMETER: u64 = 6;

/// Names of the imports, for whoever must know whether a module computes on curves.
pub const NAMES: [&str; 11] = [
    "secp256k1_verify",
    "secp256k1_recover_pubkey",
    "secp256r1_verify",
    "secp256r1_recover_pubkey",
    "ed25519_verify",
    "ed25519_batch_verify",
    "bls12_381_aggregate_g1",
    "bls12_381_aggregate_g2",
    "bls12_381_pairing_equality",
    "bls12_381_hash_to_g1",
    "bls12_381_hash_to_g2",
];

fn compute(operation: Operation, number: u32, parts: &[&[u8]]) -> Result<crypto::Answer, Failure> {
    crypto::answer(operation, number, parts).ok_or_else(|| {
        Failure::new(
            FailureKind::Module,
            "the functions of elliptic curves are not loaded",
        )
    })
}

/// A verdict or a computation without bytes: its code.
fn code(answer: crypto::Answer) -> HostAction {
    HostAction::Value(match answer {
        Ok(_) => 0,
        Err(code) => u64::from(code),
    })
}

/// A computation whose bytes go into a region of the contract's.
fn fill(
    guest: &mut dyn Guest,
    what: &str,
    pointer: u64,
    answer: crypto::Answer,
) -> Result<HostAction, Failure> {
    match answer {
        Ok(bytes) => {
            region::write(guest, what, pointer, &bytes)?;
            Ok(HostAction::Value(0))
        }
        Err(code) => Ok(HostAction::Value(u64::from(code))),
    }
}

fn verify(
    guest: &mut dyn Guest,
    args: &[u64],
    what: [&str; 3],
    limits: [usize; 3],
    price: Price,
    operation: Operation,
) -> Result<HostAction, Failure> {
    let message = region::read(guest, what[0], args[0], limits[0])?;
    let signature = region::read(guest, what[1], args[1], limits[1])?;
    let key = region::read(guest, what[2], args[2], limits[2])?;
    pay(guest, price, 0)?;
    compute(operation, 0, &[&message, &signature, &key]).map(code)
}

/// Code in the high half, pointer in the low one.
fn recover(
    guest: &mut dyn Guest,
    args: &[u64],
    what: [&'static str; 3],
    price: Price,
    operation: Operation,
) -> Result<HostAction, Failure> {
    let hash = region::read(guest, what[0], args[0], HASH)?;
    let signature = region::read(guest, what[1], args[1], SIGNATURE)?;
    let Some(parameter) = u8::try_from(args[2]).ok() else {
        return Ok(HostAction::Value(INVALID_RECOVERY_PARAMETER << 32));
    };
    pay(guest, price, 0)?;
    match compute(operation, u32::from(parameter), &[&hash, &signature])? {
        Ok(key) => Ok(HostAction::Give {
            what: what[2],
            bytes: key,
        }),
        Err(code) => Ok(HostAction::Value(u64::from(code) << 32)),
    }
}

/// The import `secp256k1_verify`.
pub fn secp256k1_verify(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    verify(
        guest,
        args,
        [
            "secp256k1_verify: the hash",
            "secp256k1_verify: the signature",
            "secp256k1_verify: the key",
        ],
        [HASH, SIGNATURE, ECDSA_KEY],
        SECP256K1_VERIFY,
        Operation::Secp256k1Verify,
    )
}

/// The import `secp256r1_verify`.
pub fn secp256r1_verify(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    verify(
        guest,
        args,
        [
            "secp256r1_verify: the hash",
            "secp256r1_verify: the signature",
            "secp256r1_verify: the key",
        ],
        [HASH, SIGNATURE, ECDSA_KEY],
        SECP256R1_VERIFY,
        Operation::Secp256r1Verify,
    )
}

/// The import `ed25519_verify`.
pub fn ed25519_verify(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    verify(
        guest,
        args,
        [
            "ed25519_verify: the message",
            "ed25519_verify: the signature",
            "ed25519_verify: the key",
        ],
        [ED25519_MESSAGE, SIGNATURE, ED25519_KEY],
        ED25519_VERIFY,
        Operation::Ed25519Verify,
    )
}

/// The import `secp256k1_recover_pubkey`.
pub fn secp256k1_recover_pubkey(
    guest: &mut dyn Guest,
    args: &[u64],
) -> Result<HostAction, Failure> {
    recover(
        guest,
        args,
        [
            "secp256k1_recover_pubkey: the hash",
            "secp256k1_recover_pubkey: the signature",
            "secp256k1_recover_pubkey: the key",
        ],
        SECP256K1_RECOVER,
        Operation::Secp256k1Recover,
    )
}

/// The import `secp256r1_recover_pubkey`.
pub fn secp256r1_recover_pubkey(
    guest: &mut dyn Guest,
    args: &[u64],
) -> Result<HostAction, Failure> {
    recover(
        guest,
        args,
        [
            "secp256r1_recover_pubkey: the hash",
            "secp256r1_recover_pubkey: the signature",
            "secp256r1_recover_pubkey: the key",
        ],
        SECP256R1_RECOVER,
        Operation::Secp256r1Recover,
    )
}

/// The import `ed25519_batch_verify`.
pub fn ed25519_batch_verify(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let what = [
        "ed25519_batch_verify: the messages",
        "ed25519_batch_verify: the signatures",
        "ed25519_batch_verify: the keys",
    ];
    let limits = [ED25519_MESSAGE, SIGNATURE, ED25519_KEY];
    let mut parts = Vec::with_capacity(3);
    let mut counts = Vec::with_capacity(3);
    for ((what, pointer), limit) in what.into_iter().zip(args).zip(limits) {
        let bytes = region::read(guest, what, *pointer, (limit + 4) * BATCH)?;
        let wrong = |why: &str| Failure::bad_request(format!("{what}: {why}"));
        let items = sections::decode(&bytes).map_err(wrong)?;
        if items.len() > BATCH {
            return Err(wrong(&format!(
                "{} items are more than the limit of {BATCH}",
                items.len()
            )));
        }
        counts.push(items.len());
        parts.push(bytes);
    }
    let price = if counts[2] == 1 {
        ED25519_BATCH_ONE_KEY
    } else {
        ED25519_BATCH
    };
    pay(guest, price, counts[1])?;
    compute(
        Operation::Ed25519Batch,
        0,
        &[&parts[0], &parts[1], &parts[2]],
    )
    .map(code)
}

/// The import `bls12_381_aggregate_g1`.
pub fn aggregate_g1(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let points = region::read(guest, "bls12_381_aggregate_g1: the points", args[0], POINTS)?;
    pay(guest, AGGREGATE_G1, points.len() / G1)?;
    let answer = compute(Operation::AggregateG1, 0, &[&points])?;
    fill(guest, "bls12_381_aggregate_g1: the result", args[1], answer)
}

/// The import `bls12_381_aggregate_g2`.
pub fn aggregate_g2(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let points = region::read(guest, "bls12_381_aggregate_g2: the points", args[0], POINTS)?;
    pay(guest, AGGREGATE_G2, points.len() / G2)?;
    let answer = compute(Operation::AggregateG2, 0, &[&points])?;
    fill(guest, "bls12_381_aggregate_g2: the result", args[1], answer)
}

/// The import `bls12_381_pairing_equality`.
pub fn pairing_equality(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let ps = region::read(guest, "bls12_381_pairing_equality: ps", args[0], POINTS)?;
    let qs = region::read(guest, "bls12_381_pairing_equality: qs", args[1], POINTS)?;
    let r = region::read(guest, "bls12_381_pairing_equality: r", args[2], G1)?;
    let s = region::read(guest, "bls12_381_pairing_equality: s", args[3], G2)?;
    // One pairing more than pairs on the left.
    pay(guest, PAIRING, ps.len() / G1 + 1)?;
    compute(Operation::PairingEquality, 0, &[&ps, &qs, &r, &s]).map(code)
}

fn hash_to(
    guest: &mut dyn Guest,
    args: &[u64],
    what: [&str; 3],
    price: Price,
    operation: Operation,
) -> Result<HostAction, Failure> {
    let message = region::read(guest, what[0], args[1], HASHED_MESSAGE)?;
    let domain = region::read(guest, what[1], args[2], HASH_DOMAIN)?;
    pay(guest, price, 0)?;
    // The message is hashed once, at about ten nanoseconds a byte.
    guest.charge(price.category, (message.len() as u64).saturating_mul(10))?;
    let function = u32::try_from(args[0]).unwrap_or(u32::MAX);
    let answer = compute(operation, function, &[&message, &domain])?;
    fill(guest, what[2], args[3], answer)
}

/// The import `bls12_381_hash_to_g1`.
pub fn hash_to_g1(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    hash_to(
        guest,
        args,
        [
            "bls12_381_hash_to_g1: the message",
            "bls12_381_hash_to_g1: the domain",
            "bls12_381_hash_to_g1: the result",
        ],
        HASH_TO_G1,
        Operation::HashToG1,
    )
}

/// The import `bls12_381_hash_to_g2`.
pub fn hash_to_g2(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    hash_to(
        guest,
        args,
        [
            "bls12_381_hash_to_g2: the message",
            "bls12_381_hash_to_g2: the domain",
            "bls12_381_hash_to_g2: the result",
        ],
        HASH_TO_G2,
        Operation::HashToG2,
    )
}
