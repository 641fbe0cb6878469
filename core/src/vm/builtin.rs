//! The sample contracts: a library of modules by hash. A link names them by hash, so a committed `.wasm`
//! never changes: an improved one is a new file. `contracts/contracts.json` lists them;
//! `contracts-check` in the tests holds files and sources together.
//!
//! All are known; not all are there. The small ones are part of this program. The others are part of it
//! natively, and files beside the page in a browser, where whoever wants one fetches it and
//! [`supply`]s it once.

use super::Entry;
use crate::base::Hash;
use crate::base::digest::sha256;
use std::sync::OnceLock;

/// A sample contract.
#[derive(Debug)]
pub struct Builtin {
    /// As scenarios and people write it.
    pub name: &'static str,
    /// SHA-256 of its module.
    pub hash: Hash,
    /// Name of its module's file.
    pub file: &'static str,
    /// Size of its module.
    pub bytes: u64,
    /// Its module, when it is part of this program.
    embedded: Option<&'static [u8]>,
    /// Its module, once somebody supplied it.
    supplied: OnceLock<&'static [u8]>,
    /// The source, for those written by hand.
    pub wat: Option<&'static str>,
    /// One line for a list.
    pub summary: &'static str,
    /// Calls to try, in an order that works on a fresh contract.
    pub examples: &'static [Example],
}

/// A call to try.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Example {
    /// The entry point.
    pub entry: Entry,
    /// Text to type. `{you}`, `{alice}`, `{bob}` stand for addresses in hex, which the page fills
    /// in: whoever calls, and two others.
    pub input: &'static str,
    /// What it does.
    pub note: &'static str,
}

impl Builtin {
    /// Its module, unless it is a file that nobody has fetched yet.
    #[must_use]
    pub fn wasm(&self) -> Option<&'static [u8]> {
        self.embedded.or_else(|| self.supplied.get().copied())
    }
}

impl Example {
    /// The input with addresses in their places.
    #[must_use]
    pub fn input_for(&self, you: &str, alice: &str, bob: &str) -> String {
        self.input
            .replace("{you}", you)
            .replace("{alice}", alice)
            .replace("{bob}", bob)
    }
}

// `CATALOGUE`, made of `contracts/contracts.json` by `build.rs`.
include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Every sample contract, in the order to show them.
#[must_use]
pub fn catalogue() -> &'static [Builtin] {
    &CATALOGUE
}

/// The sample contract with this digest, whether its module is there or not.
#[must_use]
pub fn by_hash(hash: Hash) -> Option<&'static Builtin> {
    catalogue().iter().find(|b| b.hash == hash)
}

/// The bytes behind a hash, when it is a sample contract's and they are there.
#[must_use]
pub fn builtin(hash: Hash) -> Option<&'static [u8]> {
    by_hash(hash)?.wasm()
}

/// The sample contract of a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Builtin> {
    catalogue().iter().find(|b| b.name == name)
}

/// A file that is none of the sample contracts.
/// A file that is not one of the sample contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a file of {bytes} bytes with the digest {} is none of the sample contracts; reload the page, for it and its files may be of different versions",
    hash.short(8)
)]
pub struct NotASample {
    /// Its size.
    pub bytes: usize,
    /// Its digest.
    pub hash: Hash,
}

/// Takes in the file of a sample contract. It stays for as long as the program runs; taking it in twice
/// is fine.
///
/// # Errors
/// When these bytes are no sample contract's.
pub fn supply(wasm: &[u8]) -> Result<&'static Builtin, NotASample> {
    let hash = sha256(wasm);
    let Some(contract) = by_hash(hash) else {
        return Err(NotASample {
            bytes: wasm.len(),
            hash,
        });
    };
    // Leaked on purpose: at most once each, and handed out as what is built in.
    contract.supplied.get_or_init(|| Box::leak(wasm.into()));
    Ok(contract)
}
