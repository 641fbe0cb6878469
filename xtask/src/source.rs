//! What has to be known of a module to take it apart.

use crate::linked::Linked;
use anyhow::{Context, Result, bail, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use wasmparser::{
    DataKind, ElementItems, ElementKind, FunctionBody, KnownCustom, Name, NameSectionReader,
    Operator, Parser, Payload, TypeRef,
};

#[derive(Default)]
pub struct Source<'a> {
    pub types: Option<wasmparser::TypeSectionReader<'a>>,
    /// Parameters a function type.
    pub params: Vec<u32>,
    pub imports: Vec<wasmparser::Import<'a>>,
    /// Of all functions, imported ones first: the type.
    pub functions: Vec<u32>,
    pub imported: u32,
    pub globals: Vec<wasmparser::GlobalType>,
    pub tables: Vec<wasmparser::TableType>,
    pub memories: Vec<wasmparser::MemoryType>,
    pub exported: BTreeSet<u32>,
    /// Table 0: the function at each place.
    pub slots: BTreeMap<u32, u32>,
    pub bodies: Vec<FunctionBody<'a>>,
    pub names: BTreeMap<u32, &'a str>,
    /// Address and content.
    pub segments: Vec<(u32, &'a [u8])>,
}

impl<'a> Source<'a> {
    pub fn read(wasm: &'a [u8]) -> Result<Source<'a>> {
        let mut source = Source::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => {
                    source.types = Some(section.clone());
                    for ty in section.into_iter_err_on_gc_types() {
                        source.params.push(u32::try_from(ty?.params().len())?);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Func(ty) => source.functions.push(ty),
                            other => bail!("the module imports {other:?}, which is not shared"),
                        }
                        source.imports.push(import);
                    }
                    source.imported = u32::try_from(source.functions.len())?;
                }
                Payload::FunctionSection(section) => {
                    for ty in section {
                        source.functions.push(ty?);
                    }
                }
                Payload::TableSection(section) => {
                    for table in section {
                        source.tables.push(table?.ty);
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        source.memories.push(memory?);
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        source.globals.push(global?.ty);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == wasmparser::ExternalKind::Func {
                            source.exported.insert(export.index);
                        }
                    }
                }
                Payload::ElementSection(section) => {
                    for element in section {
                        source.element(element?)?;
                    }
                }
                Payload::StartSection { func, .. } => {
                    source.exported.insert(func);
                }
                Payload::DataSection(section) => {
                    for segment in section {
                        let segment = segment?;
                        let DataKind::Active { offset_expr, .. } = segment.kind else {
                            bail!("the module has a passive data segment");
                        };
                        let address = constant(&offset_expr).context("of a data segment")?;
                        source.segments.push((address, segment.data));
                    }
                }
                Payload::CodeSectionEntry(body) => source.bodies.push(body),
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        source.names = function_names(names)?;
                    }
                }
                _ => {}
            }
        }
        ensure!(
            !source.names.is_empty(),
            "the module has no names of functions"
        );
        Ok(source)
    }

    fn element(&mut self, element: wasmparser::Element<'a>) -> Result<()> {
        let ElementKind::Active {
            table_index,
            offset_expr,
        } = element.kind
        else {
            bail!("the module has a passive element segment");
        };
        let ElementItems::Functions(functions) = element.items else {
            return Ok(());
        };
        ensure!(
            table_index.unwrap_or(0) == 0,
            "functions lie in a second table"
        );
        let start = constant(&offset_expr).context("of an element segment")?;
        for (place, function) in (start..).zip(functions) {
            self.slots.insert(place, function?);
        }
        Ok(())
    }

    /// The functions that `function`, one of the module's own, calls.
    pub fn calls(&self, function: u32) -> Result<Vec<u32>> {
        let body = &self.bodies[(function - self.imported) as usize];
        let mut calls = Vec::new();
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    calls.push(function_index);
                }
                Operator::RefFunc { .. }
                | Operator::MemoryInit { .. }
                | Operator::DataDrop { .. }
                | Operator::TableInit { .. } => {
                    bail!("function {function} uses an operator that is not shared")
                }
                _ => {}
            }
        }
        Ok(calls)
    }

    /// The data at or about which the numbers in `function` lie.
    pub fn guess(&self, function: u32, linked: &Linked) -> Result<Vec<usize>> {
        let body = &self.bodies[(function - self.imported) as usize];
        let mut near = Vec::new();
        for operator in body.get_operators_reader()? {
            if let Operator::I32Const { value } = operator? {
                let number = value.cast_unsigned();
                let data = linked.data.iter().enumerate();
                near.extend(
                    data.filter(|(_, d)| (d.place.start..=d.place.end).contains(&number))
                        .map(|(k, _)| k),
                );
            }
        }
        Ok(near)
    }

    pub fn own(&self) -> Range<u32> {
        self.imported..self.functions.len() as u32
    }
}

pub fn constant(place: &wasmparser::ConstExpr<'_>) -> Result<u32> {
    match place.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value.cast_unsigned()),
        _ => bail!("the place is computed"),
    }
}

/// By the function's index.
pub fn function_names(names: NameSectionReader<'_>) -> Result<BTreeMap<u32, &str>> {
    let mut all = BTreeMap::new();
    for part in names {
        if let Name::Function(map) = part? {
            for name in map {
                let name = name?;
                all.insert(name.index, name.name);
            }
        }
    }
    Ok(all)
}
