//! One pass over a module: validates it, applies the rules that have a place in the file, and gathers
//! what the other rules need.

use super::module::{Export, ModuleShape, Refusal, Rule, Signature, Ty, feature, foreign_import};
use crate::base::limits;
use wasmparser::{
    DataKind, ElementKind, ExternalKind, FuncValidatorAllocations, Operator, Parser, Payload,
    TypeRef, ValType, ValidPayload, Validator, WasmFeatures,
};

/// The shape of a valid module.
///
/// # Errors
/// The first rule it breaks.
pub(super) fn read(wasm: &[u8]) -> Result<ModuleShape, Refusal> {
    Survey::default().read(wasm)
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
            let payload = payload?;
            // Counts come before validation: a limit must not be paid for by a long validation.
            self.section(&payload)?;
            match validator.payload(&payload)? {
                ValidPayload::Func(func, body) => {
                    let mut func = func.into_validator(std::mem::take(&mut scratch));
                    self.function(wasm, &mut func, &body)?;
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

    fn section(&mut self, payload: &Payload<'_>) -> Result<(), Refusal> {
        match payload {
            Payload::TypeSection(types) => {
                for ty in types.clone().into_iter_err_on_gc_types() {
                    let ty = ty?;
                    for value in ty.params().iter().chain(ty.results()) {
                        not_simd(*value, || format!("function type {}", self.types.len()))?;
                    }
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
                        ));
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
                            ))));
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
                        ));
                    }
                }
            }
            Payload::MemorySection(memories) => {
                at_most("memories", memories.count() as usize, 1)?;
                for memory in memories.clone() {
                    let memory = memory?;
                    if memory.shared {
                        return Err(feature("threads", "a shared memory"));
                    }
                    let pages = memory.initial.max(memory.maximum.unwrap_or(0));
                    if pages > limits::MAX_WASM_PAGES {
                        return Err(Refusal::new(
                            Rule::Memory,
                            format!(
                                "the memory asks for {pages} pages of 64 KiB; at most {} (32 MiB) are given",
                                limits::MAX_WASM_PAGES
                            ),
                        ));
                    }
                    self.shape.pages = memory.initial;
                    self.shape.memory_maximum = memory.maximum.is_some();
                }
            }
            Payload::GlobalSection(globals) => {
                at_most(
                    "globals",
                    globals.count() as usize,
                    limits::MAX_WASM_GLOBALS as usize,
                )?;
                for global in globals.clone() {
                    not_simd(global?.ty.content_type, || "global section".into())?;
                }
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
                ));
            }
            Payload::ElementSection(elements) => {
                at_most(
                    "element segments",
                    elements.count() as usize,
                    limits::MAX_WASM_ELEMENT_SEGMENTS as usize,
                )?;
                for element in elements.clone() {
                    if matches!(element?.kind, ElementKind::Passive) {
                        return Err(feature("passive element segment", "element section"));
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
                        return Err(feature("passive data segment", "data section"));
                    }
                    let bytes = segment.data.len() as u64;
                    self.shape.data_bytes = self.shape.data_bytes.saturating_add(bytes);
                }
            }
            Payload::CustomSection(section) if section.name() == "cw_migrate_version" => {
                let text = std::str::from_utf8(section.data()).ok();
                self.shape.migrate_version = text.and_then(|text| text.parse().ok());
                self.shape.migrate_version_is_wrong = self.shape.migrate_version.is_none();
            }
            // Belongs to bulk memory, even where nothing else of it is used.
            Payload::DataCountSection { range, .. } => {
                self.shape.bulk_memory =
                    Some(("data count section", format!("byte {}", range.start)));
            }
            Payload::TagSection(_) => return Err(feature("exceptions", "tag section")),
            // No rule of ours beyond the validator's; bodies have `function`.
            Payload::Version { .. }
            | Payload::CustomSection(_)
            | Payload::CodeSectionStart { .. }
            | Payload::CodeSectionEntry(_)
            | Payload::End(_) => {}
            // Unknown ids, and what only components have.
            _ => {
                return Err(Refusal::new(
                    Rule::Feature,
                    "the module has a section of a kind that contracts here may not have",
                ));
            }
        }
        Ok(())
    }

    fn function(
        &mut self,
        wasm: &[u8],
        func: &mut wasmparser::FuncValidator<wasmparser::ValidatorResources>,
        body: &wasmparser::FunctionBody<'_>,
    ) -> Result<(), Refusal> {
        let index = self.bodies;
        self.bodies = self.bodies.saturating_add(1);
        let mut locals: u32 = 0;
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            not_simd(ty, || {
                format!("function {index}, byte {}", body.range().start)
            })?;
            locals = locals.saturating_add(count);
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
            ));
        }
        if self
            .shape
            .most_locals
            .as_ref()
            .is_none_or(|(most, _)| locals > *most)
        {
            self.shape.most_locals = Some((
                locals,
                format!("function {index} (byte {})", body.range().start),
            ));
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
            let offset = operators.original_position();
            let place = || format!("function {index}, byte {offset}");
            // Before it is read: some of these the reader knows, and of some it only says that it does not.
            if let Some(name) = wasm.get(offset).and_then(|opcode| newer(*opcode)) {
                return Err(feature(name, &place()));
            }
            let operator = operators.read()?;
            if let Some(name) = refused(&operator) {
                return Err(feature(name, &place()));
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

/// The proposal an operator belongs to by its first byte, where contracts may not use it.
fn newer(opcode: u8) -> Option<&'static str> {
    Some(match opcode {
        0x06..=0x0a | 0x18 | 0x19 | 0x1f => "exceptions",
        0x12 | 0x13 | 0x15 => "tail calls",
        0xfd => "SIMD",
        0xfe => "threads",
        _ => return None,
    })
}

fn not_simd(ty: ValType, place: impl Fn() -> String) -> Result<(), Refusal> {
    if ty == ValType::V128 {
        return Err(feature("SIMD", &place()));
    }
    Ok(())
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
