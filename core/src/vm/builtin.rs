//! The sample contracts, built in. A link names them by hash, so a committed `.wasm` never changes:
//! an improved one is a new file. `contracts/contracts.json` lists them; `contracts-check` in the
//! tests holds files and sources together.

use super::Entry;
use crate::base::Hash;

/// A sample contract.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Builtin {
    pub name: &'static str,
    /// SHA-256 of `wasm`.
    pub hash: Hash,
    pub wasm: &'static [u8],
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
    pub entry: Entry,
    /// Text to type. `{you}`, `{alice}`, `{bob}` stand for addresses in hex, which the page fills
    /// in: whoever calls, and two others.
    pub input: &'static str,
    /// What it does.
    pub note: &'static str,
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

/// Made of `contracts/contracts.json` by `build.rs`.
static CATALOGUE: &[Builtin] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Every sample contract, in the order to show them.
#[must_use]
pub fn catalogue() -> &'static [Builtin] {
    CATALOGUE
}

/// The bytes behind a hash, when it is a sample contract's.
#[must_use]
pub fn builtin(hash: Hash) -> Option<&'static [u8]> {
    catalogue().iter().find(|b| b.hash == hash).map(|b| b.wasm)
}

/// The sample contract of a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Builtin> {
    catalogue().iter().find(|b| b.name == name)
}
