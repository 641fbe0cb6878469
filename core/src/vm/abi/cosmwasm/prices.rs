//! What the chain's side of this ABI costs.
//!
//! Two sources. What a virtual machine does (regions, text, curves) follows cosmwasm-vm's list, whose
//! unit is a 115th of an operator: its figures divided by 115, rounded up. What a chain does (storage,
//! events, questions) costs what it costs in the own ABI: a look-up is the same work whoever asks. A
//! limit or a figure in Cosmos SDK gas, as contracts write and read it, is [`PER_SDK_GAS`] of ours.

#![allow(missing_docs, reason = "a price says itself what it is for")]

use crate::vm::gas::{self, Category, Price};

/// 140,000 units of cosmwasm-vm are one SDK gas, 115 are one of ours.
pub const PER_SDK_GAS: u64 = 140_000 / 115;

const fn host(what: &'static str, base: u64, per_unit: u64) -> Price {
    Price::new(what, Category::HostCalls, base, per_unit, 1)
}

const fn crypto(what: &'static str, base: u64, per_unit: u64) -> Price {
    Price::new(what, Category::Crypto, base, per_unit, 1)
}

pub const HOST_CALL: Price = host("any call of the chain", 157, 0);
pub const REGION_READ: Price = host("bytes the chain reads", 1_740, 1);
pub const REGION_WRITE: Price = host("bytes the chain writes", 2_000, 5);
pub const TEXT: Price = host("checking that bytes are text", 250, 13);
/// Parsing costs about what checking text does, and builds a tree.
pub const JSON: Price = host("JSON the chain reads", 500, 13);
pub const ADDRESS: Price = host("addr_validate, addr_canonicalize, addr_humanize", 2_000, 0);
pub const READ: Price = Price::new("db_read", Category::StorageRead, 1_000, 3, 1);
pub const WRITE: Price = Price::new("db_write", Category::StorageWrite, 2_000, 30, 1);
pub const REMOVE: Price = Price::new("db_remove", Category::StorageWrite, 1_000, 3, 1);
pub const SCAN: Price = Price::new("db_scan", Category::StorageRead, 1_000, 3, 1);
pub const NEXT: Price = Price::new(
    "db_next, db_next_key, db_next_value",
    Category::StorageRead,
    200,
    3,
    1,
);
pub const PASSED: Price = Price::new(
    "each removed key a walk passes over",
    Category::StorageRead,
    0,
    30,
    1,
);

pub const SECP256K1_VERIFY: Price = crypto("secp256k1_verify", 834_783, 0);
pub const SECP256K1_RECOVER: Price = crypto("secp256k1_recover_pubkey", 1_686_957, 0);
pub const SECP256R1_VERIFY: Price = crypto("secp256r1_verify", 2_426_087, 0);
pub const SECP256R1_RECOVER: Price = crypto("secp256r1_recover_pubkey", 5_147_827, 0);
pub const ED25519_VERIFY: Price = crypto("ed25519_verify", 304_348, 0);
pub const ED25519_BATCH: Price = crypto("ed25519_batch_verify, each signature", 208_696, 182_609);
pub const ED25519_BATCH_ONE_KEY: Price = crypto(
    "ed25519_batch_verify with one key, each signature",
    313_044,
    86_957,
);
pub const AGGREGATE_G1: Price = crypto("bls12_381_aggregate_g1, each point", 591_305, 104_348);
pub const AGGREGATE_G2: Price = crypto("bls12_381_aggregate_g2, each point", 900_000, 213_044);
pub const HASH_TO_G1: Price = crypto("bls12_381_hash_to_g1", 4_895_653, 0);
pub const HASH_TO_G2: Price = crypto("bls12_381_hash_to_g2", 7_573_914, 0);
pub const PAIRING: Price = crypto(
    "bls12_381_pairing_equality, each pairing",
    18_365_218,
    1_417_392,
);

pub const QUERY: Price = Price::new("query_chain", Category::Queries, 1_000, 0, 1);
pub const QUERY_COINS: Price = Price::new(
    "query_chain for all balances",
    Category::Queries,
    5_000,
    0,
    1,
);
/// The chain may have to look at every account.
pub const QUERY_SUPPLY: Price =
    Price::new("query_chain for a supply", Category::Queries, 500_000, 0, 1);
pub const QUERY_BYTES: Price = Price::new(
    "bytes of another contract's storage",
    Category::Queries,
    0,
    3,
    1,
);
pub const QUERY_PAIR: Price = Price::new(
    "each pair of a raw_range asked for",
    Category::Queries,
    0,
    200,
    1,
);

pub const EVENT: Price = Price::new("each event", Category::Events, 500, 0, 1);
pub const ATTRIBUTE: Price = Price::new("each attribute", Category::Events, 200, 10, 1);
pub const MESSAGE: Price = Price::new("each message", Category::Messages, 2_000, 10, 1);

/// Each denomination is one more entry in the list of whoever owns some.
pub const QUERY_DENOMS: Price = Price::new(
    "query_chain for denominations",
    Category::Queries,
    50_000,
    0,
    1,
);

/// The list, for the document and the page. What making an instance costs is [`gas::START`] and the
/// lines after it, as in the own ABI.
pub const PRICES: [Price; 39] = [
    gas::START,
    gas::START_PAGE,
    gas::START_DATA,
    gas::START_SEGMENT,
    HOST_CALL,
    REGION_READ,
    REGION_WRITE,
    TEXT,
    JSON,
    ADDRESS,
    READ,
    WRITE,
    REMOVE,
    SCAN,
    NEXT,
    PASSED,
    SECP256K1_VERIFY,
    SECP256K1_RECOVER,
    SECP256R1_VERIFY,
    SECP256R1_RECOVER,
    ED25519_VERIFY,
    ED25519_BATCH,
    ED25519_BATCH_ONE_KEY,
    AGGREGATE_G1,
    AGGREGATE_G2,
    HASH_TO_G1,
    HASH_TO_G2,
    PAIRING,
    QUERY,
    QUERY_COINS,
    QUERY_SUPPLY,
    QUERY_BYTES,
    QUERY_PAIR,
    EVENT,
    ATTRIBUTE,
    MESSAGE,
    gas::CREATE_DENOM,
    gas::DENOM_METADATA,
    QUERY_DENOMS,
];

/// Gas as the contract counts it, never less than it was.
#[must_use]
pub fn sdk_gas(gas: u64) -> u64 {
    gas.div_ceil(PER_SDK_GAS)
}
