//! The sample contracts: a library of modules by hash. A link names them by hash, so a committed `.wasm`
//! never changes: an improved one is a new file. `contracts/contracts.json` describes them;
//! `contracts-check` in the tests holds files and sources together.
//!
//! All are known; not all are there. The small ones are part of this program. The others are part of it
//! natively, and files beside the page in a browser, where whoever wants one fetches it and
//! [`supply`]s it once.

use super::Entry;
use crate::base::Hash;
use crate::base::digest::sha256;
use serde::Deserialize;
use std::sync::{LazyLock, OnceLock};

/// A sample contract.
#[derive(Debug)]
pub struct Builtin {
    pub name: &'static str,
    /// SHA-256 of its module.
    pub hash: Hash,
    /// Name of its module's file.
    pub file: &'static str,
    /// Size of its module.
    pub bytes: u64,
    /// Its module, once it is there.
    wasm: OnceLock<&'static [u8]>,
    /// The source, for those written by hand.
    pub wat: Option<&'static str>,
    /// One line for a list.
    pub summary: &'static str,
    /// Calls to try, in an order that works on a fresh contract.
    pub examples: Vec<Example>,
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

impl Builtin {
    /// Its module, unless it is a file that nobody has fetched yet.
    #[must_use]
    pub fn wasm(&self) -> Option<&'static [u8]> {
        self.wasm.get().copied()
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

macro_rules! source {
    () => {
        None
    };
    ($wat:literal) => {
        Some(include_str!(concat!("../../../contracts/", $wat)))
    };
}

macro_rules! files {
    ($($name:literal $(from $wat:literal)?),* $(,)?) => {
        &[$((
            $name,
            include_bytes!(concat!("../../../contracts/wasm/", $name, ".wasm")),
            source!($($wat)?),
        )),*]
    };
}

type File = (&'static str, &'static [u8], Option<&'static str>);

/// Part of this program wherever it runs.
const SMALL: &[File] = files![
    "counter" from "counter.wat",
    "counter-rust",
    "token",
    "escrow",
    "voting",
    "loop" from "loop.wat",
    "trap" from "trap.wat",
    "memory_bomb" from "memory_bomb.wat",
    "deep_recursion" from "deep_recursion.wat",
];

/// Beside the page in a browser.
#[cfg(not(target_arch = "wasm32"))]
const LARGE: &[File] = files![
    "cw-counter",
    "cw-escrow",
    "cw-auction",
    "cw-factory",
    "cw-burner",
    "cw-watch",
    "cw20-base",
    "cw721-base",
    "cw3-fixed-multisig",
];
#[cfg(target_arch = "wasm32")]
const LARGE: &[File] = &[];

/// `contracts/contracts.json`.
pub const MANIFEST: &str = include_str!("../../../contracts/contracts.json");

#[derive(Deserialize)]
struct Described {
    name: &'static str,
    file: &'static str,
    sha256: Hash,
    bytes: u64,
    summary: &'static str,
    examples: Vec<DescribedExample>,
}

#[derive(Deserialize)]
struct DescribedExample {
    entry: &'static str,
    /// JSON within JSON has escapes, so it cannot be borrowed.
    input: String,
    note: &'static str,
}

static CATALOGUE: LazyLock<Vec<Builtin>> = LazyLock::new(|| {
    // A test reads every line; at run time a broken list is an empty one and not a panic.
    let described: Vec<Described> = serde_json::from_str(MANIFEST).unwrap_or_default();
    described.into_iter().map(build).collect()
});

fn build(described: Described) -> Builtin {
    let file = SMALL.iter().chain(LARGE);
    let found = file.clone().find(|(name, ..)| *name == described.name);
    let examples = described
        .examples
        .into_iter()
        .filter_map(|e| {
            let entry = [Entry::Init, Entry::Call, Entry::View]
                .into_iter()
                .find(|entry| entry.name() == e.entry)?;
            Some(Example {
                entry,
                input: e.input.leak(),
                note: e.note,
            })
        })
        .collect();
    Builtin {
        name: described.name,
        hash: described.sha256,
        file: described.file,
        bytes: described.bytes,
        wasm: found.map_or_else(OnceLock::new, |(_, wasm, _)| OnceLock::from(*wasm)),
        wat: found.and_then(|(_, _, wat)| *wat),
        summary: described.summary,
        examples,
    }
}

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

/// Takes in the file of a sample contract. It stays for as long as the program runs; taking it in twice
/// is fine.
///
/// # Errors
/// A sentence, when these bytes are no sample contract's.
pub fn supply(wasm: &[u8]) -> Result<&'static Builtin, String> {
    let hash = sha256(wasm);
    let Some(contract) = by_hash(hash) else {
        return Err(format!(
            "a file of {} bytes with the digest {} is none of the sample contracts; reload the page, for it and its files may be of different versions",
            wasm.len(),
            hash.short(8)
        ));
    };
    // Leaked on purpose: at most once each, and handed out as what is built in.
    contract.wasm.get_or_init(|| Box::leak(wasm.into()));
    Ok(contract)
}
