//! Where contracts live, and how the denominations they make are called.

use crate::base::digest::sha256;
use crate::base::{Hash, hash_of};
use crate::types::{Address, bech32};

/// How the names of all denominations begin that contracts or people make.
pub const FACTORY_PREFIX: &str = "factory/";

/// How the names of all denominations begin that `creator` makes.
#[must_use]
pub fn denoms_of(creator: &Address) -> String {
    format!("{FACTORY_PREFIX}{}/", bech32::encode(creator))
}

/// Where the contract lives that `sender` deploys, code and all, with its transaction `nonce`.
#[must_use]
pub fn deployed(sender: &Address, nonce: u64) -> Address {
    hash_of("consensusforge/contract-address", &(sender, nonce))
}

/// Where the `instance`-th contract of this chain lives, made of code `code_id`: wasmd's classic rule.
#[must_use]
pub fn instantiated(code_id: u64, instance: u64) -> Address {
    let mut key = b"wasm\0".to_vec();
    key.extend(code_id.to_be_bytes());
    key.extend(instance.to_be_bytes());
    module(&key)
}

/// Where a contract lives that chose a salt: wasmd's `instantiate2`, which whoever knows code, creator
/// and salt can work out beforehand. `creator` is an address' bytes.
#[must_use]
pub fn salted(code: &Hash, creator: &[u8], salt: &[u8]) -> Address {
    let mut key = b"wasm\0".to_vec();
    // The last part is the message, which nobody mixes in any more.
    for part in [code.0.as_slice(), creator, salt, &[]] {
        key.extend((part.len() as u64).to_be_bytes());
        key.extend(part);
    }
    module(&key)
}

/// Cosmos' address of a thing of a module (ADR 028).
fn module(key: &[u8]) -> Address {
    let mut bytes = sha256(b"module").0.to_vec();
    bytes.extend(key);
    sha256(&bytes)
}
