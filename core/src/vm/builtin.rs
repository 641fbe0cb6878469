//! The sample contracts, built in. A link names them by hash, so a committed `.wasm` never changes:
//! an improved one is a new file. `contracts/contracts.json` describes them; `contracts-check` in the
//! tests holds files and sources together.

use super::Entry;
use crate::base::Hash;
use serde::Deserialize;
use std::sync::LazyLock;

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

macro_rules! files {
    ($($name:literal $(from $wat:literal)?),* $(,)?) => {
        &[$((
            $name,
            include_bytes!(concat!("../../../contracts/wasm/", $name, ".wasm")),
            None::<&str>$(.or(Some(include_str!(concat!("../../../contracts/", $wat)))))?,
        )),*]
    };
}

type File = (&'static str, &'static [u8], Option<&'static str>);

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let files: &[File] = files![
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
    files.to_vec()
});

/// `contracts/contracts.json`.
pub const MANIFEST: &str = include_str!("../../../contracts/contracts.json");

#[derive(Deserialize)]
struct Described {
    name: &'static str,
    sha256: Hash,
    summary: &'static str,
    examples: Vec<DescribedExample>,
}

#[derive(Deserialize)]
struct DescribedExample {
    entry: &'static str,
    input: &'static str,
    note: &'static str,
}

static CATALOGUE: LazyLock<Vec<Builtin>> = LazyLock::new(|| {
    // A test reads every line; at run time a broken list is an empty one and not a panic.
    let described: Vec<Described> = serde_json::from_str(MANIFEST).unwrap_or_default();
    described.into_iter().filter_map(build).collect()
});

fn build(described: Described) -> Option<Builtin> {
    let (name, wasm, wat) = FILES.iter().find(|(name, ..)| *name == described.name)?;
    let examples = described
        .examples
        .iter()
        .filter_map(|e| {
            let entry = [Entry::Init, Entry::Call, Entry::View]
                .into_iter()
                .find(|entry| entry.name() == e.entry)?;
            Some(Example {
                entry,
                input: e.input,
                note: e.note,
            })
        })
        .collect();
    Some(Builtin {
        name,
        hash: described.sha256,
        wasm,
        wat: *wat,
        summary: described.summary,
        examples,
    })
}

/// Every sample contract, in the order to show them.
#[must_use]
pub fn catalogue() -> &'static [Builtin] {
    &CATALOGUE
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
