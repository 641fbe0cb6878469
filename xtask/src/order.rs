//! The order of a module's functions. gzip looks back 32 kB only, and the compiler makes one function for
//! each type it is used with: a map's `insert` for a hundred types is a hundred times nearly the same bytes,
//! scattered over five megabytes. With them side by side the page weighs 1,650 kB instead of 1,778.

use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::ops::Range;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, CustomSection, FunctionSection, Module};
use wasmparser::{
    CodeSectionReader, CustomSectionReader, FunctionSectionReader, KnownCustom, Name, Parser,
    Payload, TypeRef,
};

/// The same module with its functions ordered by their names, and without those names. One that has no names
/// stays as it is.
pub fn by_name(module: &[u8]) -> Result<Vec<u8>> {
    let known = read(module)?;
    if known.names.is_empty() {
        return Ok(module.to_vec());
    }
    let mut order: Vec<usize> = (0..known.sizes.len()).collect();
    order.sort_by_key(|&own| {
        let name = known.names.get(&(known.imported + own as u32));
        (name.map_or("", |name| generic(name)), known.sizes[own])
    });
    let mut place = vec![0; order.len()];
    for (new, &own) in order.iter().enumerate() {
        place[own] = new as u32;
    }
    let mut ordered = Ordered {
        imported: known.imported,
        order,
        place,
    };
    let mut out = Module::new();
    ordered
        .parse_core_module(&mut out, Parser::new(0), module)
        .context("cannot order the module's functions")?;
    Ok(out.finish())
}

/// What all functions made from one have in common: the name without the digest at its end.
fn generic(name: &str) -> &str {
    name.rsplit_once("::h").map_or(name, |(generic, digest)| {
        let is_digest = digest.len() == 16 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        if is_digest { generic } else { name }
    })
}

struct Known<'a> {
    /// Functions of the host; they come first and keep their places.
    imported: u32,
    /// Bytes of each of the module's own functions.
    sizes: Vec<usize>,
    /// By number, the host's functions included.
    names: BTreeMap<u32, &'a str>,
}

fn read(module: &[u8]) -> Result<Known<'_>> {
    let (mut imported, mut sizes, mut names) = (0, Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => {
                let Range { start, end } = body.range();
                sizes.push((end - start) as usize);
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(section) = section.as_known() else {
                    continue;
                };
                for part in section {
                    let Name::Function(functions) = part? else {
                        continue;
                    };
                    for function in functions {
                        let function = function?;
                        names.insert(function.index, function.name);
                    }
                }
            }
            // Nothing else says what functions there are.
            _ => {}
        }
    }
    ensure!(!sizes.is_empty(), "the module has no functions");
    Ok(Known {
        imported,
        sizes,
        names,
    })
}

struct Ordered {
    imported: u32,
    /// The module's own functions in their new order, by their old place.
    order: Vec<usize>,
    /// And the new place of each.
    place: Vec<u32>,
}

impl Reencode for Ordered {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(match function.checked_sub(self.imported) {
            Some(own) => self.imported + self.place[own as usize],
            None => function,
        })
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for &own in &self.order {
            functions.function(types[own]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for own in self.order.clone() {
            utils::parse_function_body(self, code, bodies[own].clone())?;
        }
        Ok(())
    }

    /// Names and the list of tools: nobody who loads the page reads them.
    fn parse_custom_section(
        &mut self,
        module: &mut Module,
        section: CustomSectionReader<'_>,
    ) -> Result<(), Error> {
        if section.name() == "target_features" {
            module.section(&CustomSection {
                name: section.name().into(),
                data: section.data().into(),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmi::{Engine, Linker, Store};

    /// The names are out of order, and everything that can name a function does.
    const MODULE: &str = r#"(module
        (import "host" "seen" (func $host (param i32)))
        (table 2 funcref)
        (elem (i32.const 0) $z::h0123456789abcdef $a)
        (func $z::h0123456789abcdef (export "z") (result i32)
            (call_indirect (result i32) (i32.const 1)) (call $b) (i32.add))
        (func $b (result i32) (i32.const 1) (i32.const 2) (i32.add) (drop) (call $a))
        (func $a (result i32) (call $host (i32.const 7)) (i32.const 3))
    )"#;

    fn seen(module: &[u8]) -> (i32, Vec<i32>) {
        let engine = Engine::default();
        let mut store = Store::new(&engine, Vec::new());
        let mut linker = Linker::new(&engine);
        let host =
            |mut caller: wasmi::Caller<'_, Vec<i32>>, value: i32| caller.data_mut().push(value);
        linker.func_wrap("host", "seen", host).unwrap();
        let module = wasmi::Module::new(&engine, module).unwrap();
        let instance = linker.instantiate_and_start(&mut store, &module).unwrap();
        let z = instance.get_typed_func::<(), i32>(&store, "z").unwrap();
        (z.call(&mut store, ()).unwrap(), store.into_data())
    }

    #[test]
    fn functions_are_ordered_by_name_and_still_call_one_another() {
        let module = wat::parse_str(MODULE).unwrap();
        let ordered = by_name(&module).unwrap();
        assert_eq!(seen(&ordered), (6, vec![7, 7]));
        assert_eq!(seen(&ordered), seen(&module));
        let mut sizes = read(&module).unwrap().sizes;
        sizes.reverse();
        let known = read(&ordered).unwrap();
        assert_eq!(known.sizes, sizes, "a, b, z");
        assert!(known.names.is_empty());
        assert_eq!(
            by_name(&ordered).unwrap(),
            ordered,
            "without names nothing is done"
        );
    }

    #[test]
    fn functions_made_from_one_are_alike_whatever_their_digest() {
        assert_eq!(generic("map::insert::h0123456789abcdef"), "map::insert");
        assert_eq!(generic("map::insert::here"), "map::insert::here");
    }
}
