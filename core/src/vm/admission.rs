//! Which modules may be uploaded: a pure function of the bytes. One pass validates the module and
//! gathers its [`ModuleShape`]; rules that need the whole shape follow. Each refusal is a sentence
//! naming the rule, the limit and the place.

use super::abi::{Abi, Ty};
use super::{gas, sniff};
use crate::base::digest::sha256;
use crate::base::{Hash, limits};
use std::collections::BTreeMap;
use std::fmt;
use wasmparser::{
    DataKind, ElementKind, ExternalKind, FuncValidatorAllocations, Operator, Parser, Payload,
    TypeRef, ValType, ValidPayload, Validator, WasmFeatures,
};

/// What a chain keeps about an admitted module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admitted {
    /// SHA-256 of the file.
    pub code: Hash,
    /// Name of the ABI it speaks.
    pub abi: &'static str,
    /// Exported functions of type () -> (), the marker left out: what a person can call.
    pub functions: Vec<String>,
    /// Gas for a fresh instance, paid at the start of every call.
    pub start_gas: u64,
    /// Gas for the upload itself.
    pub upload_gas: u64,
}

/// Why a module may not be uploaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    pub rule: Rule,
    /// One sentence, the same on every validator and in every version: may enter a receipt.
    pub text: String,
    /// What the parser said, for the uploader's eyes only; changes with the parser.
    pub detail: Option<String>,
}

/// The sorts of rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rule {
    FileKind,
    Size,
    Invalid,
    Feature,
    Start,
    Imports,
    Exports,
    Memory,
    Table,
    Counts,
    Abi,
    Instantiation,
}

/// How much of the language a contract may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Profile {
    /// As cosmwasm-vm: no bulk memory at all.
    Strict,
    /// Plus `memory.copy` and `memory.fill`, which stock Rust emits.
    Modern,
}

impl Refusal {
    #[must_use]
    pub fn new(rule: Rule, text: impl Into<String>) -> Refusal {
        Refusal {
            rule,
            text: text.into(),
            detail: None,
        }
    }

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

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    pub params: Vec<Ty>,
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

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Export {
    Function(Signature),
    Memory,
    Other,
}

/// A module as its rules see it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ModuleShape {
    /// Module, name, type; in the module's order.
    pub imports: Vec<(String, String, Signature)>,
    pub exports: BTreeMap<String, Export>,
    /// Pages of 64 KiB a fresh instance has.
    pub pages: u64,
    pub data_bytes: u64,
    pub data_segments: u64,
    /// The first bulk memory operator: name, and where.
    pub bulk_memory: Option<(&'static str, String)>,
}

impl ModuleShape {
    #[must_use]
    pub fn exports_memory(&self) -> bool {
        self.exports.get("memory") == Some(&Export::Memory)
    }

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

/// Applies every static rule and finds the ABI.
///
/// # Errors
/// The first rule that is broken.
pub fn inspect(
    wasm: &[u8],
    abis: &[&'static dyn Abi],
) -> Result<(Admitted, &'static dyn Abi, ModuleShape), Refusal> {
    sniff::sniff(wasm)?;
    if wasm.len() > limits::MAX_WASM_BYTES {
        return Err(Refusal::new(
            Rule::Size,
            format!(
                "the module has {} bytes, more than the limit of {}; build it with opt-level \"z\", lto and strip",
                wasm.len(),
                limits::MAX_WASM_BYTES
            ),
        ));
    }
    let shape = Survey::default().read(wasm)?;
    let abi = choose(&shape, abis)?;
    check_imports(&shape, abi)?;
    if let (Profile::Strict, Some((operator, place))) = (abi.profile(), &shape.bulk_memory) {
        return Err(feature(operator, place));
    }
    abi.check(&shape)?;
    let empty = Signature {
        params: Vec::new(),
        results: Vec::new(),
    };
    let functions = shape
        .exports
        .iter()
        .filter(|(name, export)| {
            **export == Export::Function(empty.clone()) && name.as_str() != abi.marker()
        })
        .map(|(name, _)| name.clone())
        .collect();
    let admitted = Admitted {
        code: sha256(wasm),
        abi: abi.name(),
        functions,
        start_gas: shape.start_gas(),
        upload_gas: gas::UPLOAD.gas(wasm.len() as u64),
    };
    Ok((admitted, abi, shape))
}

fn choose(shape: &ModuleShape, abis: &[&'static dyn Abi]) -> Result<&'static dyn Abi, Refusal> {
    if let Some(abi) = abis
        .iter()
        .find(|abi| shape.exports.contains_key(abi.marker()))
    {
        return Ok(*abi);
    }
    // An import says more about where a file comes from than a missing export does.
    if let Some(refusal) = shape
        .imports
        .iter()
        .find_map(|(module, name, _)| foreign_import(module, name))
    {
        return Err(refusal);
    }
    if shape
        .exports
        .keys()
        .any(|e| e.starts_with("interface_version_"))
    {
        return Err(cosmwasm());
    }
    let markers: Vec<String> = abis.iter().map(|a| format!("`{}`", a.marker())).collect();
    Err(Refusal::new(
        Rule::Abi,
        format!(
            "the module does not say which contract interface it speaks: it exports none of {}; see docs/CONTRACT_ABI.md",
            markers.join(", ")
        ),
    ))
}

fn cosmwasm() -> Refusal {
    Refusal::new(
        Rule::Abi,
        "this is a CosmWasm contract, and CosmWasm contracts are not supported yet",
    )
}

/// Recognises what other tool chains leave behind.
fn foreign_import(module: &str, name: &str) -> Option<Refusal> {
    const COSMWASM: [&str; 7] = [
        "db_read",
        "db_write",
        "db_remove",
        "db_scan",
        "addr_validate",
        "query_chain",
        "addr_canonicalize",
    ];
    if module == "env" && COSMWASM.contains(&name) {
        return Some(cosmwasm());
    }
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

fn check_imports(shape: &ModuleShape, abi: &dyn Abi) -> Result<(), Refusal> {
    for (module, name, found) in &shape.imports {
        let known = abi
            .imports()
            .iter()
            .find(|i| module == abi.module() && i.name == name);
        let Some(known) = known else {
            if let Some(refusal) = foreign_import(module, name) {
                return Err(refusal);
            }
            let offered: Vec<&str> = abi.imports().iter().map(|i| i.name).collect();
            return Err(Refusal::new(
                Rule::Imports,
                format!(
                    "the module imports `{module}.{name}`, which the chain does not offer; module `{}` has {}",
                    abi.module(),
                    offered.join(", ")
                ),
            ));
        };
        let wanted = Signature {
            params: known.params.iter().map(|(_, ty)| *ty).collect(),
            results: known.result.into_iter().collect(),
        };
        if *found != wanted {
            return Err(Refusal::new(
                Rule::Imports,
                format!(
                    "the import `{module}.{name}` has type {found} and must have type {wanted}"
                ),
            ));
        }
    }
    Ok(())
}

fn feature(operator: &str, place: &str) -> Refusal {
    Refusal::new(
        Rule::Feature,
        format!("the module uses `{operator}` ({place}), which contracts here may not use"),
    )
}

/// Everything not named here is off: a later proposal must be switched on by a person.
fn features() -> WasmFeatures {
    WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::MULTI_VALUE
        | WasmFeatures::FLOATS
        // Only the encoding: the operators of these two are refused one by one below.
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::REFERENCE_TYPES
        | WasmFeatures::GC_TYPES
}

fn convert(ty: ValType) -> Ty {
    match ty {
        ValType::I32 => Ty::I32,
        ValType::I64 => Ty::I64,
        ValType::F32 => Ty::F32,
        ValType::F64 => Ty::F64,
        _ => Ty::Other,
    }
}

/// The pass over the module.
#[derive(Default)]
struct Survey {
    shape: ModuleShape,
    types: Vec<Signature>,
    /// Type of each function, imported ones first.
    functions: Vec<u32>,
    params: usize,
    locals: u32,
    bodies: u32,
}

impl Survey {
    fn read(mut self, wasm: &[u8]) -> Result<ModuleShape, Refusal> {
        let mut validator = Validator::new_with_features(features());
        let mut scratch = FuncValidatorAllocations::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.map_err(|e| Survey::invalid(&e))?;
            // Counts come before validation: a limit must not be paid for by a long validation.
            self.section(&payload)
                .map_err(|e| Survey::unwrap_refusal(e))?;
            match validator
                .payload(&payload)
                .map_err(|e| Survey::invalid(&e))?
            {
                ValidPayload::Func(func, body) => {
                    let mut func = func.into_validator(std::mem::take(&mut scratch));
                    self.function(&mut func, &body)
                        .map_err(|e| Survey::unwrap_refusal(e))?;
                    scratch = func.into_allocations();
                }
                ValidPayload::Parser(_) => {
                    return Err(Refusal::new(
                        Rule::FileKind,
                        "the module contains another module, which contracts here may not",
                    ));
                }
                ValidPayload::Ok | ValidPayload::End(_) => {}
            }
        }
        Ok(self.shape)
    }

    fn section(&mut self, payload: &Payload<'_>) -> Result<(), Stop> {
        match payload {
            Payload::TypeSection(types) => {
                for ty in types.clone().into_iter_err_on_gc_types() {
                    let ty = ty?;
                    let count = ty.params().len();
                    at_most(
                        "parameters of one function type",
                        count,
                        limits::MAX_WASM_PARAMS,
                    )?;
                    if ty.results().len() > 1 {
                        return Err(Refusal::new(
                            Rule::Counts,
                            format!(
                                "function type {} has {} results; at most 1 is allowed",
                                self.types.len(),
                                ty.results().len()
                            ),
                        )
                        .into());
                    }
                    self.types.push(Signature {
                        params: ty.params().iter().copied().map(convert).collect(),
                        results: ty.results().iter().copied().map(convert).collect(),
                    });
                }
            }
            Payload::ImportSection(imports) => {
                at_most(
                    "imports",
                    imports.count() as usize,
                    limits::MAX_WASM_IMPORTS as usize,
                )?;
                for import in imports.clone() {
                    let import = import?;
                    let TypeRef::Func(index) = import.ty else {
                        return Err(foreign_import(import.module, import.name)
                            .unwrap_or_else(|| Refusal::new(Rule::Imports, format!(
                                "the module imports `{}.{}`, which is not a function; contracts may import functions only",
                                import.module, import.name
                            )))
                            .into());
                    };
                    self.functions.push(index);
                    // An index out of range is left to the validator, which comes right after.
                    if let Some(signature) = self.types.get(index as usize) {
                        self.shape.imports.push((
                            import.module.to_string(),
                            import.name.to_string(),
                            signature.clone(),
                        ));
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                at_most(
                    "functions",
                    functions.count() as usize,
                    limits::MAX_WASM_FUNCTIONS as usize,
                )?;
                for index in functions.clone() {
                    let index = index?;
                    self.functions.push(index);
                    let params = self.types.get(index as usize).map_or(0, |t| t.params.len());
                    self.params = self.params.saturating_add(params);
                }
                at_most(
                    "parameters of all functions together",
                    self.params,
                    limits::MAX_WASM_PARAMS_TOTAL,
                )?;
            }
            Payload::TableSection(tables) => {
                at_most("tables", tables.count() as usize, 1)?;
                for table in tables.clone() {
                    let table = table?.ty;
                    let elements = table.maximum.unwrap_or(u64::MAX).max(table.initial);
                    if elements > limits::MAX_WASM_TABLE {
                        let found = table.maximum.map_or("no maximum".to_string(), |m| {
                            format!("up to {} elements", m.max(table.initial))
                        });
                        return Err(Refusal::new(
                            Rule::Table,
                            format!(
                                "the table has {found}; it must declare a maximum of at most {}",
                                limits::MAX_WASM_TABLE
                            ),
                        )
                        .into());
                    }
                }
            }
            Payload::MemorySection(memories) => {
                at_most("memories", memories.count() as usize, 1)?;
                for memory in memories.clone() {
                    let memory = memory?;
                    let pages = memory.initial.max(memory.maximum.unwrap_or(0));
                    if pages > limits::MAX_WASM_PAGES {
                        return Err(Refusal::new(
                            Rule::Memory,
                            format!(
                                "the memory asks for {pages} pages of 64 KiB; at most {} (32 MiB) are given",
                                limits::MAX_WASM_PAGES
                            ),
                        )
                        .into());
                    }
                    self.shape.pages = memory.initial;
                }
            }
            Payload::GlobalSection(globals) => {
                at_most(
                    "globals",
                    globals.count() as usize,
                    limits::MAX_WASM_GLOBALS as usize,
                )?;
            }
            Payload::ExportSection(exports) => {
                at_most(
                    "exports",
                    exports.count() as usize,
                    limits::MAX_WASM_EXPORTS as usize,
                )?;
                for export in exports.clone() {
                    let export = export?;
                    let kind = match export.kind {
                        ExternalKind::Func => self
                            .functions
                            .get(export.index as usize)
                            .and_then(|index| self.types.get(*index as usize))
                            .map_or(Export::Other, |s| Export::Function(s.clone())),
                        ExternalKind::Memory => Export::Memory,
                        _ => Export::Other,
                    };
                    self.shape.exports.insert(export.name.to_string(), kind);
                }
            }
            Payload::StartSection { .. } => {
                return Err(Refusal::new(
                    Rule::Start,
                    "the module has a start function, which would run before any entry point is chosen; do that work in `init`",
                )
                .into());
            }
            Payload::ElementSection(elements) => {
                at_most(
                    "element segments",
                    elements.count() as usize,
                    limits::MAX_WASM_ELEMENT_SEGMENTS as usize,
                )?;
                for element in elements.clone() {
                    if matches!(element?.kind, ElementKind::Passive) {
                        return Err(feature("passive element segment", "element section").into());
                    }
                }
            }
            Payload::DataSection(data) => {
                at_most(
                    "data segments",
                    data.count() as usize,
                    limits::MAX_WASM_DATA_SEGMENTS as usize,
                )?;
                self.shape.data_segments = u64::from(data.count());
                for segment in data.clone() {
                    let segment = segment?;
                    if matches!(segment.kind, DataKind::Passive) {
                        return Err(feature("passive data segment", "data section").into());
                    }
                    let bytes = segment.data.len() as u64;
                    self.shape.data_bytes = self.shape.data_bytes.saturating_add(bytes);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn function(
        &mut self,
        func: &mut wasmparser::FuncValidator<wasmparser::ValidatorResources>,
        body: &wasmparser::FunctionBody<'_>,
    ) -> Result<(), Stop> {
        let index = self.bodies;
        self.bodies = self.bodies.saturating_add(1);
        let mut locals: u32 = 0;
        for group in body.get_locals_reader()? {
            locals = locals.saturating_add(group?.0);
        }
        self.locals = self.locals.saturating_add(locals);
        if locals > limits::MAX_WASM_LOCALS {
            return Err(Refusal::new(
                Rule::Counts,
                format!(
                    "function {index} (byte {}) has {locals} locals, more than the limit of {}",
                    body.range().start,
                    limits::MAX_WASM_LOCALS
                ),
            )
            .into());
        }
        at_most(
            "locals of all functions together",
            self.locals as usize,
            limits::MAX_WASM_LOCALS_TOTAL as usize,
        )?;
        let mut reader = body.get_binary_reader();
        func.read_locals(&mut reader)?;
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset()?;
            let place = || format!("function {index}, byte {offset}");
            if let Some(name) = refused(&operator) {
                return Err(feature(name, &place()).into());
            }
            if self.shape.bulk_memory.is_none() {
                self.shape.bulk_memory = match operator {
                    Operator::MemoryCopy { .. } => Some(("memory.copy", place())),
                    Operator::MemoryFill { .. } => Some(("memory.fill", place())),
                    _ => None,
                };
            }
            func.op(offset, &operator)?;
        }
        func.finish(operators.original_position())?;
        Ok(())
    }

    fn unwrap_refusal(stop: Stop) -> Refusal {
        match stop {
            Stop::Refusal(refusal) => refusal,
            Stop::Invalid(error) => Survey::invalid(&error),
        }
    }

    fn invalid(error: &wasmparser::BinaryReaderError) -> Refusal {
        let text = format!(
            "the module is not valid WebAssembly, or uses a newer feature contracts here may not use; see byte {}",
            error.offset()
        );
        Refusal::new(Rule::Invalid, text).with_detail(error.message())
    }
}

/// Operators that the encodings switched on above would bring along.
fn refused(operator: &Operator<'_>) -> Option<&'static str> {
    Some(match operator {
        Operator::MemoryInit { .. } => "memory.init",
        Operator::DataDrop { .. } => "data.drop",
        Operator::TableInit { .. } => "table.init",
        Operator::ElemDrop { .. } => "elem.drop",
        Operator::TableCopy { .. } => "table.copy",
        Operator::TableFill { .. } => "table.fill",
        Operator::TableGet { .. } => "table.get",
        Operator::TableSet { .. } => "table.set",
        Operator::TableGrow { .. } => "table.grow",
        Operator::TableSize { .. } => "table.size",
        Operator::RefNull { .. } => "ref.null",
        Operator::RefIsNull => "ref.is_null",
        Operator::RefFunc { .. } => "ref.func",
        Operator::TypedSelect { .. } => "select with a type",
        _ => return None,
    })
}

/// Why the pass ended early.
enum Stop {
    Refusal(Refusal),
    Invalid(wasmparser::BinaryReaderError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::Refusal(refusal)
    }
}

impl From<wasmparser::BinaryReaderError> for Stop {
    fn from(error: wasmparser::BinaryReaderError) -> Stop {
        Stop::Invalid(error)
    }
}

fn at_most(what: &str, count: usize, limit: usize) -> Result<(), Refusal> {
    if count > limit {
        return Err(Refusal::new(
            Rule::Counts,
            format!("the module has too many {what}: {count}, and the limit is {limit}"),
        ));
    }
    Ok(())
}
