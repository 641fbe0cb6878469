//! The table of imports. All are offered always: a contract built with a feature imports what the
//! feature brings along, used or not.

use super::{address, curves, debug, querier, storage};
use crate::vm::abi::Import;
use crate::vm::module::Ty;

/// One row: name, parameters (all of type i32), result, what it does, and that for the document.
macro_rules! row {
    ($name:literal ($($param:ident),+) $(-> $result:ident)?, $body:path, $doc:literal) => {
        Import {
            name: $name,
            params: &[$((stringify!($param), Ty::I32)),+],
            result: row!(@result $($result)?),
            body: $body,
            doc: $doc,
        }
    };
    (@result) => { None };
    (@result $result:ident) => { Some(Ty::$result) };
}

/// Parameters are pointers to regions where the name does not say otherwise.
pub static IMPORTS: &[Import] = &[
    row! { "abort"(msg), debug::abort, "Ends the call with this text; how a panic ends." },
    row! { "db_read"(key) -> I32, storage::read, "Returns a region with the stored value, 0 when the key is absent." },
    row! { "db_write"(key, value), storage::write, "Stores a value; not in a query." },
    row! { "db_remove"(key), storage::remove, "Removes a key, which may be absent; not in a query." },
    row! { "db_scan"(start, end, order) -> I32, storage::scan, "Opens an iterator from start (inclusive) to end (exclusive), order 1 ascending or 2 descending; returns its number." },
    row! { "db_next"(iterator) -> I32, storage::next, "Returns sections of the next key and value, both empty at the end." },
    row! { "db_next_key"(iterator) -> I32, storage::next_key, "Returns the next key, 0 at the end." },
    row! { "db_next_value"(iterator) -> I32, storage::next_value, "Returns the next value, 0 at the end." },
    row! { "addr_validate"(source) -> I32, address::validate, "Returns 0 for a valid address, else a region with what is wrong." },
    row! { "addr_canonicalize"(source, destination) -> I32, address::canonicalize, "Writes an address's 32 bytes; returns 0 or what is wrong." },
    row! { "addr_humanize"(source, destination) -> I32, address::humanize, "Writes an address's text; returns 0 or what is wrong." },
    row! { "secp256k1_verify"(hash, signature, key) -> I32, curves::secp256k1_verify, "Returns 0 for a good signature, 1 for a bad one, else an error's code." },
    row! { "secp256k1_recover_pubkey"(hash, signature, parameter) -> I64, curves::secp256k1_recover_pubkey, "Returns the key's region in the low half or an error's code in the high half." },
    row! { "secp256r1_verify"(hash, signature, key) -> I32, curves::secp256r1_verify, "As `secp256k1_verify`, on the curve P-256." },
    row! { "secp256r1_recover_pubkey"(hash, signature, parameter) -> I64, curves::secp256r1_recover_pubkey, "As `secp256k1_recover_pubkey`, on the curve P-256." },
    row! { "ed25519_verify"(message, signature, key) -> I32, curves::ed25519_verify, "Returns 0 for a good signature, 1 for a bad one, else an error's code." },
    row! { "ed25519_batch_verify"(messages, signatures, keys) -> I32, curves::ed25519_batch_verify, "As `ed25519_verify` for sections of up to 256." },
    row! { "bls12_381_aggregate_g1"(points, out) -> I32, curves::aggregate_g1, "Writes the sum of points of 48 bytes; returns 0 or an error's code." },
    row! { "bls12_381_aggregate_g2"(points, out) -> I32, curves::aggregate_g2, "Writes the sum of points of 96 bytes; returns 0 or an error's code." },
    row! { "bls12_381_pairing_equality"(ps, qs, r, s) -> I32, curves::pairing_equality, "Returns 0 when the product of the pairings of ps and qs is the pairing of r and s, 1 when not, else an error's code." },
    row! { "bls12_381_hash_to_g1"(function, msg, dst, out) -> I32, curves::hash_to_g1, "Writes the point a message hashes to, function 0 is SHA-256; returns 0 or an error's code." },
    row! { "bls12_381_hash_to_g2"(function, msg, dst, out) -> I32, curves::hash_to_g2, "As `bls12_381_hash_to_g1`, to a point of 96 bytes." },
    row! { "debug"(msg), debug::debug, "Keeps a text for the contract's developer, outside of consensus." },
    row! { "query_chain"(request) -> I32, querier::query_chain, "Asks the chain or another contract; returns a region with the answer's JSON." },
];
