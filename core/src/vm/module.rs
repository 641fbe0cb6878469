//! A module as the chain sees it before it runs: its shape, what admission says of it, and why it may be
//! refused. Plain data for `survey.rs`, which gathers the shape, `admission.rs`, which judges it, and the
//! ABIs, which add rules of their own.

use super::{Entry, gas};
use crate::base::Hash;
use std::collections::BTreeMap;
use std::fmt;

/// A value type an import or export may have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ty {
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
    /// A 32-bit float.
    F32,
    /// A 64-bit float.
    F64,
    /// Vectors and references, which no ABI here uses.
    Other,
}

impl Ty {
    /// As WebAssembly text writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Ty::I32 => "i32",
            Ty::I64 => "i64",
            Ty::F32 => "f32",
            Ty::F64 => "f64",
            Ty::Other => "reference",
        }
    }
}

/// What a chain keeps about an admitted module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admitted {
    /// SHA-256 of the file.
    pub code: Hash,
    /// Of the file in bytes.
    pub size: u64,
    /// Name of the ABI it speaks, and the export by which it says so.
    pub abi: &'static str,
    /// The export by which it says which interface it speaks.
    pub marker: &'static str,
    /// The strictest profile that takes it.
    pub profile: Profile,
    /// Entry points that the chain calls.
    pub entries: Vec<Entry>,
    /// Exported functions a person can call, by their names in the module.
    pub functions: Vec<String>,
    /// What it says it needs of the chain.
    pub capabilities: Vec<String>,
    /// True when `vm::crypto` must be there before it runs.
    pub crypto: bool,
    /// True when it has all entry points an IBC channel needs.
    pub ibc: bool,
    /// The version of its stored data that the contract declares for migrations.
    pub migrate_version: Option<u64>,
    /// Gas for a fresh instance, paid at the start of every call.
    pub start_gas: u64,
    /// Gas for the upload itself.
    pub upload_gas: u64,
}

/// Why a module may not be uploaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The sort of rule it breaks.
    pub rule: Rule,
    /// One sentence, the same on every validator and in every version: may enter a receipt.
    pub text: String,
    /// What the parser said, for the uploader's eyes only; changes with the parser.
    pub detail: Option<String>,
}

/// The sorts of rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rule {
    /// Not a WebAssembly module.
    FileKind,
    /// Too many bytes.
    Size,
    /// Not valid WebAssembly.
    Invalid,
    /// A feature of WebAssembly that chains do not accept.
    Feature,
    /// A start function.
    Start,
    /// An import that the chain does not offer, or of another type.
    Imports,
    /// An export that is missing, or of another type.
    Exports,
    /// Memory that is missing, imported or too large.
    Memory,
    /// A table that is too large or has no maximum.
    Table,
    /// Too many functions, globals, segments and the like.
    Counts,
    /// An unknown interface, or several.
    Abi,
    /// It fails when it is instantiated.
    Instantiation,
    /// It needs something that the chain does not offer.
    Capabilities,
}

/// How much of the language a contract may use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Profile {
    /// As cosmwasm-vm: no bulk memory at all, at most 100 locals, no maximum of memory.
    Strict,
    /// Plus `memory.copy` and `memory.fill`, which stock Rust emits.
    #[default]
    Modern,
}

impl Profile {
    /// As people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Profile::Strict => "strict",
            Profile::Modern => "modern",
        }
    }
}

impl Refusal {
    /// A refusal with a sentence.
    #[must_use]
    pub fn new(rule: Rule, text: impl Into<String>) -> Refusal {
        Refusal {
            rule,
            text: text.into(),
            detail: None,
        }
    }

    /// The same with what the parser said.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Refusal {
        self.detail = Some(detail.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Refusal {}

/// Type of a function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// Types of its parameters.
    pub params: Vec<Ty>,
    /// Types of its results.
    pub results: Vec<Ty>,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |types: &[Ty]| {
            types
                .iter()
                .map(|t| t.name())
                .collect::<Vec<_>>()
                .join(", ")
        };
        write!(f, "({}) -> ({})", list(&self.params), list(&self.results))
    }
}

/// What a module exports under a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Export {
    /// A function.
    Function(Signature),
    /// Its memory.
    Memory,
    /// Anything else.
    Other,
}

/// A module as its rules see it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ModuleShape {
    /// Module, name, type; in the module's order.
    pub imports: Vec<(String, String, Signature)>,
    /// By name.
    pub exports: BTreeMap<String, Export>,
    /// Pages of 64 KiB a fresh instance has.
    pub pages: u64,
    /// Bytes of all data segments.
    pub data_bytes: u64,
    /// How many data segments there are.
    pub data_segments: u64,
    /// The first bulk memory operator: name, and where.
    pub bulk_memory: Option<(&'static str, String)>,
    /// The function with the most locals: how many, and which it is.
    pub most_locals: Option<(u32, String)>,
    /// True when the memory declares a maximum.
    pub memory_maximum: bool,
    /// The custom section `cw_migrate_version`, when it is a number.
    pub migrate_version: Option<u64>,
    /// True when there is such a section and it holds something else.
    pub migrate_version_is_wrong: bool,
}

impl ModuleShape {
    /// True when it exports its memory.
    #[must_use]
    pub fn exports_memory(&self) -> bool {
        self.exports.get("memory") == Some(&Export::Memory)
    }

    /// Type of the function exported under `name`.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&Signature> {
        match self.exports.get(name) {
            Some(Export::Function(signature)) => Some(signature),
            _ => None,
        }
    }

    /// # Errors
    /// A sentence, when the export is absent or has another type.
    pub fn expect_function(
        &self,
        name: &str,
        params: &[Ty],
        results: &[Ty],
    ) -> Result<(), Refusal> {
        let wanted = Signature {
            params: params.to_vec(),
            results: results.to_vec(),
        };
        match self.function(name) {
            Some(found) if *found == wanted => Ok(()),
            Some(found) => Err(Refusal::new(
                Rule::Exports,
                format!(
                    "the exported function `{name}` has type {found} and must have type {wanted}"
                ),
            )),
            None => Err(Refusal::new(
                Rule::Exports,
                format!("the module exports no function `{name}` of type {wanted}"),
            )),
        }
    }

    /// Gas for one fresh instance.
    #[must_use]
    pub fn start_gas(&self) -> u64 {
        [
            gas::START.gas(0),
            gas::START_PAGE.gas(self.pages),
            gas::START_DATA.gas(self.data_bytes),
            gas::START_SEGMENT.gas(self.data_segments),
        ]
        .iter()
        .fold(0, |sum, part| sum.saturating_add(*part))
    }
}

/// What a module can do, for whoever uploads it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ModuleInterface {
    /// Entry points that the chain calls.
    pub entries: Vec<Entry>,
    /// Names of the functions behind them, as exported.
    pub functions: Vec<String>,
    /// What it says it needs of the chain.
    pub capabilities: Vec<String>,
    /// True when it computes on elliptic curves, so that `vm::crypto` must be there before it runs.
    pub crypto: bool,
    /// True when it has all entry points a channel needs.
    pub ibc: bool,
}

/// Recognises what other tool chains leave behind.
pub(super) fn foreign_import(module: &str, name: &str) -> Option<Refusal> {
    let hint = if module.starts_with("wbg")
        || module.contains("wbindgen")
        || name.starts_with("__wbindgen")
    {
        "it was built with wasm-bindgen for web pages; build a plain cdylib for wasm32-unknown-unknown without it"
    } else if module.starts_with("wasi") {
        "it was built for WASI, which gives programs files and clocks; build it for wasm32-unknown-unknown"
    } else if module == "env" && name == "abort" {
        "it was built with AssemblyScript; compile it with --use abort= so that nothing is imported"
    } else if module == "env" && name == "memory" {
        "it imports its memory; let it define and export its own"
    } else {
        return None;
    };
    Some(Refusal::new(
        Rule::Imports,
        format!("the module imports `{module}.{name}`, which the chain does not offer: {hint}"),
    ))
}

pub(super) fn feature(operator: &str, place: &str) -> Refusal {
    Refusal::new(
        Rule::Feature,
        format!("the module uses `{operator}` ({place}), which contracts here may not use"),
    )
}

/// What the parser or validator found. Its words stay out of the sentence: they change with its
/// version.
impl From<wasmparser::BinaryReaderError> for Refusal {
    fn from(error: wasmparser::BinaryReaderError) -> Refusal {
        Refusal::new(
            Rule::Invalid,
            format!(
                "the module is not valid WebAssembly, or uses a newer feature contracts here may not use; see byte {}",
                error.offset()
            ),
        )
        .with_detail(error.message())
    }
}
