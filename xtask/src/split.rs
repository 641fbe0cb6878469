//! Takes functions out of a wasm module into a second one that is fetched when the first of them is
//! called, with the constants that nothing else reads. The page opens without the contract engine, the
//! reader of links and files, and the panels that are not open: most of its weight, and none of what a
//! visitor sees first.
//!
//! Both modules share memory, tables and globals. A function that leaves keeps its place in the first
//! module; its body there fetches the second module and calls through the table, into whose places the
//! second module puts the real functions. So every call goes right whatever is taken out: what to
//! take out is a question of weight alone. Constants are another matter: one that leaves is zeros until
//! the second module is there. So it must be known exactly who reads what (`linked.rs`).

use crate::linked::Linked;
use crate::plan::Plan;
use crate::source::Source;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType,
    ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    Instruction, Module, RawSection, TableSection, TypeSection, ValType,
};
use wasmparser::Parser;

/// Where the first module gets the function that fetches the second, and the second all it shares.
pub const FETCH: (&str, &str) = ("later", "fetch");
const FIRST: &str = "first";
/// The first module's global that says that the second is there.
pub const READY: &str = "later:ready";

/// The module's two parts.
pub struct Parts {
    pub first: Vec<u8>,
    pub later: Vec<u8>,
    /// The functions in `later`, as the module numbered them.
    pub moved: Vec<u32>,
    /// Bytes of constants in `later`.
    pub constants: usize,
}

/// `wasm`, which wasm-bindgen made of what was `linked`, in two: the second holds the functions whose names
/// are `wanted` and all that is reached through these alone. Names of functions are read from the name
/// section, which neither part keeps.
///
/// # Errors
/// When the module has something this does not know how to share.
pub fn split(wasm: &[u8], linked: &Linked, wanted: impl Fn(&str) -> bool) -> Result<Parts> {
    let source = Source::read(wasm)?;
    let segments = linked.segments.iter();
    ensure!(
        source
            .segments
            .iter()
            .copied()
            .eq(segments.map(|(address, content)| (*address, content.as_slice()))),
        "what was linked is another module: its constants are others"
    );
    let plan = Plan::new(&source, linked, wanted)?;
    let later = Later(&source, &plan).module()?;
    let mut first = Module::new();
    First(&source, &plan)
        .parse_core_module(&mut first, Parser::new(0), wasm)
        .map_err(|e| anyhow::anyhow!("{e}"))?;
    let parts = Parts {
        first: first.finish(),
        later,
        moved: plan.moved.keys().copied().collect(),
        constants: plan.places.iter().map(ExactSizeIterator::len).sum(),
    };
    for part in [&parts.first, &parts.later] {
        wasmparser::Validator::new()
            .validate_all(part)
            .context("the split module is not valid")?;
    }
    Ok(parts)
}

/// `wasm` without names and other custom sections.
///
/// # Errors
/// When it is no wasm module.
pub fn strip(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Some((id, range)) = payload?.as_section()
            && id != 0
        {
            let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
            module.section(&RawSection {
                id,
                data: &wasm[range],
            });
        }
    }
    Ok(module.finish())
}

/// The name under which the first module shares something with the second.
fn shared(kind: &str, index: usize) -> String {
    // There are thousands: every letter counts.
    format!("{kind}{index:x}")
}

/// The first module: the original with other bodies for what left.
struct First<'s, 'a>(&'s Source<'a>, &'s Plan);

impl First<'_, '_> {
    /// The body of a function that left: fetches the second module unless it is there, and calls
    /// through the table.
    fn stub(&self, function: u32) -> Function {
        let (source, plan) = (self.0, self.1);
        let mut body = Function::new([]);
        let Some(place) = plan.moved[&function].first() else {
            // Nobody calls it here.
            body.instruction(&Instruction::Unreachable);
            body.instruction(&Instruction::End);
            return body;
        };
        let ty = source.functions[function as usize];
        body.instruction(&Instruction::GlobalGet(source.globals.len() as u32))
            .instruction(&Instruction::I32Eqz)
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::Call(source.imported))
            .instruction(&Instruction::End);
        for parameter in 0..source.params[ty as usize] {
            body.instruction(&Instruction::LocalGet(parameter));
        }
        body.instruction(&Instruction::I32Const(place.cast_signed()))
            .instruction(&Instruction::CallIndirect {
                type_index: ty,
                table_index: 0,
            })
            .instruction(&Instruction::End);
        body
    }
}

type Reencoded<T = ()> = Result<T, reencode::Error<std::convert::Infallible>>;

impl Reencode for First<'_, '_> {
    type Error = std::convert::Infallible;

    /// One more import stands before the module's own functions.
    fn function_index(&mut self, function: u32) -> Reencoded<u32> {
        Ok(function + u32::from(function >= self.0.imported))
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Reencoded {
        reencode::utils::parse_type_section(self, types, section)?;
        types.ty().function([], []);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Reencoded {
        reencode::utils::parse_import_section(self, imports, section)?;
        let nothing = self.0.params.len() as u32;
        imports.import(FETCH.0, FETCH.1, EntityType::Function(nothing));
        Ok(())
    }

    fn parse_table_section(
        &mut self,
        tables: &mut TableSection,
        section: wasmparser::TableSectionReader<'_>,
    ) -> Reencoded {
        for (index, table) in section.into_iter().enumerate() {
            let mut table = table?;
            if index == 0 {
                table.ty.initial = self.1.table;
                table.ty.maximum = table.ty.maximum.map(|max| max.max(self.1.table));
            }
            self.parse_table(tables, table)?;
        }
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Reencoded {
        reencode::utils::parse_global_section(self, globals, section)?;
        let ready = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        globals.global(ready, &ConstExpr::i32_const(0));
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Reencoded {
        reencode::utils::parse_export_section(self, exports, section)?;
        let source = self.0;
        for function in &self.1.shared {
            let index = self.function_index(*function)?;
            exports.export(&shared("f", *function as usize), ExportKind::Func, index);
        }
        let kinds = [
            ("t", ExportKind::Table, source.tables.len()),
            ("m", ExportKind::Memory, source.memories.len()),
            ("g", ExportKind::Global, source.globals.len()),
        ];
        for (name, kind, count) in kinds {
            for index in 0..count {
                exports.export(&shared(name, index), kind, index as u32);
            }
        }
        exports.export(READY, ExportKind::Global, source.globals.len() as u32);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Reencoded {
        for (function, body) in self.0.own().zip(section) {
            if self.1.moved.contains_key(&function) {
                code.function(&self.stub(function));
            } else {
                self.parse_function_body(code, body?)?;
            }
        }
        Ok(())
    }

    fn parse_data_section(
        &mut self,
        data: &mut DataSection,
        _: wasmparser::DataSectionReader<'_>,
    ) -> Reencoded {
        for (address, content) in &self.0.segments {
            let mut content = content.to_vec();
            for place in self.1.inside(*address, content.len()) {
                content[place].fill(0);
            }
            data.active(0, &ConstExpr::i32_const(address.cast_signed()), content);
        }
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Reencoded {
        Ok(())
    }
}

/// The second module: what left, and imports of all it shares with the first.
struct Later<'s, 'a>(&'s Source<'a>, &'s Plan);

impl Reencode for Later<'_, '_> {
    type Error = std::convert::Infallible;

    /// What is shared first, then what moved.
    fn function_index(&mut self, function: u32) -> Reencoded<u32> {
        let plan = self.1;
        Ok(match plan.shared.binary_search(&function) {
            Ok(index) => index as u32,
            Err(_) => (plan.shared.len() + plan.moved.range(..function).count()) as u32,
        })
    }
}

impl Later<'_, '_> {
    fn module(&mut self) -> Result<Vec<u8>> {
        let (source, plan) = (self.0, self.1);
        let mut types = TypeSection::new();
        if let Some(section) = source.types.clone() {
            self.parse_type_section(&mut types, section)?;
        }

        let mut imports = ImportSection::new();
        for function in &plan.shared {
            let ty = EntityType::Function(source.functions[*function as usize]);
            imports.import(FIRST, &shared("f", *function as usize), ty);
        }
        for (index, table) in source.tables.iter().enumerate() {
            let mut table = *table;
            if index == 0 {
                table.initial = plan.table;
                table.maximum = table.maximum.map(|max| max.max(plan.table));
            }
            let ty = EntityType::Table(self.table_type(table)?);
            imports.import(FIRST, &shared("t", index), ty);
        }
        for (index, memory) in source.memories.iter().enumerate() {
            let ty = EntityType::Memory(self.memory_type(*memory)?);
            imports.import(FIRST, &shared("m", index), ty);
        }
        for (index, global) in source.globals.iter().enumerate() {
            let ty = EntityType::Global(self.global_type(*global)?);
            imports.import(FIRST, &shared("g", index), ty);
        }

        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        for function in plan.moved.keys() {
            functions.function(source.functions[*function as usize]);
            let body = &source.bodies[(*function - source.imported) as usize];
            self.parse_function_body(&mut code, body.clone())?;
        }

        let mut data = DataSection::new();
        for (address, content) in &source.segments {
            for place in plan.inside(*address, content.len()) {
                let at = address + place.start as u32;
                let content = content[place].iter().copied();
                data.active(0, &ConstExpr::i32_const(at.cast_signed()), content);
            }
        }

        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&self.places()?)
            .section(&code)
            .section(&data);
        Ok(module.finish())
    }

    /// Puts what moved into its places of the table.
    fn places(&mut self) -> Result<ElementSection> {
        let by_place: BTreeMap<u32, u32> = self
            .1
            .moved
            .iter()
            .flat_map(|(function, places)| places.iter().map(|place| (*place, *function)))
            .collect();
        let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
        for (place, function) in by_place {
            let function = self.function_index(function)?;
            match runs.last_mut() {
                Some((start, run)) if *start + run.len() as u32 == place => run.push(function),
                _ => runs.push((place, vec![function])),
            }
        }
        let mut elements = ElementSection::new();
        for (start, run) in runs {
            elements.active(
                None,
                &ConstExpr::i32_const(start.cast_signed()),
                Elements::Functions(run.into()),
            );
        }
        Ok(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linked::{Datum, Uses};
    use crate::source::constant;
    use wasmparser::{DataKind, Payload};

    const MODULE: &str = r#"(module
      (import "page" "log" (func $log (param i32)))
      (memory (export "memory") 1)
      (global $stack (mut i32) (i32.const 64))
      (table 4 4 funcref)
      (elem (i32.const 1) $start $engine_slot $method)
      (func $start (export "start") (call $engine_run (i32.const 7)))
      (func $engine_run (param i32) (call $helper (local.get 0)) (call $both))
      (func $engine_slot (call $log (i32.const 1)))
      (func $helper (param i32) (global.set $stack (local.get 0)) (call $log (local.get 0)))
      (func $both (call $log (i32.const 2)))
      (func $other (export "other") (call $both))
      (func $method (call $log (i32.const 3)))
      (data (i32.const 100) "AAAABBBBCCCCDDDD"))"#;

    fn uses(functions: &[&str], data: &[usize]) -> Uses {
        Uses {
            functions: functions.iter().map(|&name| name.into()).collect(),
            data: data.to_vec(),
        }
    }

    /// A is read at first, B later; C by both, D is what B points to, as it does to a method.
    fn linked() -> Linked {
        let datum = |start, uses| Datum {
            place: start..start + 4,
            uses,
        };
        let functions = [
            ("start", uses(&["engine_run"], &[0])),
            ("engine_run", uses(&["helper", "both"], &[1])),
            ("engine_slot", uses(&[], &[])),
            ("helper", uses(&[], &[])),
            ("both", uses(&[], &[2])),
            ("other", uses(&["both"], &[])),
            ("method", uses(&[], &[])),
        ];
        Linked {
            functions: functions.map(|(name, uses)| (name.into(), uses)).into(),
            data: vec![
                datum(100, uses(&[], &[])),
                datum(104, uses(&["method"], &[3])),
                datum(108, uses(&[], &[])),
                datum(112, uses(&[], &[])),
            ],
            segments: vec![(100, b"AAAABBBBCCCCDDDD".to_vec())],
        }
    }

    fn parts() -> Parts {
        let wasm = wat::parse_str(MODULE).unwrap();
        split(&wasm, &linked(), |name| name.starts_with("engine")).unwrap()
    }

    fn data(wasm: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let of = |payload| match payload {
            Payload::DataSection(section) => section
                .into_iter()
                .map(|segment| match segment.unwrap() {
                    wasmparser::Data {
                        kind: DataKind::Active { offset_expr, .. },
                        data,
                        ..
                    } => (constant(&offset_expr).unwrap(), data.to_vec()),
                    other => panic!("{other:?}"),
                })
                .collect(),
            _ => Vec::new(),
        };
        Parser::new(0)
            .parse_all(wasm)
            .flat_map(|payload| of(payload.unwrap()))
            .collect()
    }

    fn imports(wasm: &[u8]) -> Vec<(String, String)> {
        let of = |payload| match payload {
            Payload::ImportSection(section) => section
                .into_imports()
                .map(|i| i.map(|i| (i.module.into(), i.name.into())).unwrap())
                .collect(),
            _ => Vec::new(),
        };
        Parser::new(0)
            .parse_all(wasm)
            .flat_map(|payload| of(payload.unwrap()))
            .collect()
    }

    /// `engine_run`, `engine_slot`, `helper`, which only the former calls, and `method`, which is reached
    /// through a constant of it alone; not `both`.
    #[test]
    fn what_only_leaving_functions_reach_leaves_too() {
        assert_eq!(parts().moved, [2, 3, 4, 7]);
    }

    #[test]
    fn constants_that_only_leaving_functions_read_leave_too() {
        let parts = parts();
        assert_eq!(parts.constants, 8);
        assert_eq!(
            data(&parts.first),
            [(100, b"AAAA\0\0\0\0CCCC\0\0\0\0".to_vec())]
        );
        assert_eq!(
            data(&parts.later),
            [(104, b"BBBB".to_vec()), (112, b"DDDD".to_vec())]
        );
    }

    /// Of a function the linker did not know, any number may be an address.
    #[test]
    fn a_function_of_unknown_origin_keeps_what_it_may_read() {
        let wasm = wat::parse_str(MODULE.replace("(i32.const 2)", "(i32.const 104)")).unwrap();
        let mut linked = linked();
        linked.functions.remove("both");
        let parts = split(&wasm, &linked, |name| name.starts_with("engine")).unwrap();
        assert_eq!(parts.moved, [2, 3, 4]);
        assert_eq!(parts.constants, 0);
    }

    #[test]
    fn what_was_linked_must_be_the_same_module() {
        let mut linked = linked();
        linked.segments[0].1[0] = b'X';
        let wasm = wat::parse_str(MODULE).unwrap();
        let refused = split(&wasm, &linked, |_| false).err().unwrap().to_string();
        assert!(refused.contains("another module"), "{refused}");
    }

    #[test]
    fn the_parts_share_memory_table_globals_and_what_stays() {
        let parts = parts();
        let first = imports(&parts.first);
        assert_eq!(first.last(), Some(&(FETCH.0.into(), FETCH.1.into())));
        let later = imports(&parts.later);
        for name in ["f0", "t0", "m0", "g0"] {
            assert!(later.contains(&(FIRST.into(), name.into())), "{later:?}");
        }
    }

    /// A function in the table keeps its place; one that is only called gets a new one at the end.
    #[test]
    fn moved_functions_have_places_in_the_table() {
        let wasm = wat::parse_str(MODULE).unwrap();
        let source = Source::read(&wasm).unwrap();
        let plan = Plan::new(&source, &linked(), |name| name.starts_with("engine")).unwrap();
        let places: Vec<&[u32]> = plan.moved.values().map(Vec::as_slice).collect();
        assert_eq!(places, [&[4][..], &[2], &[], &[3]]);
        assert_eq!(plan.table, 5);
    }

    #[test]
    fn without_names_nothing_is_taken_apart() {
        let wasm = strip(&wat::parse_str(MODULE).unwrap()).unwrap();
        let refused = split(&wasm, &linked(), |_| true).err().unwrap().to_string();
        assert!(refused.contains("no names"), "{refused}");
    }
}
