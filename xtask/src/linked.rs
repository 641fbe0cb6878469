//! What the linker knew of a module (`--emit-relocs`, web/build.rs) and wasm-bindgen leaves out: which
//! function and which constant refers to which. wasm-bindgen moves no constant, and gives no function that it
//! keeps another name (it demangles them), so this still says it of the module it makes.

use crate::source::{constant, function_names};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::ops::Range;
use wasmparser::{
    DataKind, KnownCustom, Linking, Parser, Payload, RelocationEntry, RelocationType, SymbolInfo,
};

/// What something refers to: functions by name, constants by their index in [`Linked::data`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    pub functions: Vec<String>,
    pub data: Vec<usize>,
}

/// A constant or a variable.
#[derive(Debug)]
pub struct Datum {
    /// Addresses in memory.
    pub place: Range<u32>,
    pub uses: Uses,
}

#[derive(Debug, Default)]
pub struct Linked {
    /// By the function's name, demangled.
    pub functions: BTreeMap<String, Uses>,
    pub data: Vec<Datum>,
    /// Addresses and contents of what memory holds at first.
    pub segments: Vec<(u32, Vec<u8>)>,
}

/// Of sections.
const CODE: u8 = 10;
const DATA: u8 = 11;

/// Where things lie in the file.
#[derive(Default)]
struct Places<'a> {
    sections: u32,
    code: (u32, u64),
    data: (u32, u64),
    imported: u32,
    names: BTreeMap<u32, &'a str>,
    /// Ranges of bodies in the file.
    bodies: Vec<Range<u64>>,
    /// Address, and range in the file.
    segments: Vec<(u32, Range<u64>)>,
    symbols: Vec<SymbolInfo<'a>>,
    relocations: Vec<(u32, Vec<RelocationEntry>)>,
}

impl Linked {
    /// # Errors
    /// When `wasm` was not linked with `--emit-relocs`.
    pub fn read(wasm: &[u8]) -> Result<Linked> {
        let places = Places::read(wasm)?;
        ensure!(
            !places.symbols.is_empty() && !places.relocations.is_empty(),
            "the linker left no relocations in the module (web/build.rs asks for them)"
        );
        let mut linked = Linked {
            segments: (places.segments.iter())
                .map(|(address, range)| (*address, wasm[index(range)].to_vec()))
                .collect(),
            ..Linked::default()
        };
        // Of symbols: the index of a function, or of a datum.
        let mut functions: Vec<Option<u32>> = Vec::new();
        let mut data: Vec<Option<usize>> = Vec::new();
        for symbol in &places.symbols {
            let (function, datum) = match symbol {
                SymbolInfo::Func { index, .. } => (Some(*index), None),
                SymbolInfo::Data {
                    symbol: Some(symbol),
                    ..
                } => {
                    let (address, _) = places
                        .segments
                        .get(symbol.index as usize)
                        .context("a symbol lies in no segment")?;
                    let start = address + symbol.offset;
                    linked.data.push(Datum {
                        place: start..start + symbol.size,
                        uses: Uses::default(),
                    });
                    (None, Some(linked.data.len() - 1))
                }
                _ => (None, None),
            };
            functions.push(function);
            data.push(datum);
        }
        // Where data begin, to find the one a place belongs to.
        let mut starts: Vec<(u32, usize)> = linked
            .data
            .iter()
            .enumerate()
            .map(|(k, d)| (d.place.start, k))
            .collect();
        starts.sort_unstable();
        let name = |function: u32| {
            let name = places.names.get(&function);
            name.map(|name| rustc_demangle::demangle(name).to_string())
                .with_context(|| format!("function {function} has no name"))
        };
        for index in 0..places.bodies.len() as u32 {
            linked
                .functions
                .insert(name(places.imported + index)?, Uses::default());
        }
        for (section, entries) in &places.relocations {
            for entry in entries {
                let symbol = entry.index as usize;
                let (mut function, mut datum) = (None, None);
                match entry.ty {
                    RelocationType::FunctionIndexLeb
                    | RelocationType::FunctionIndexI32
                    | RelocationType::TableIndexSleb
                    | RelocationType::TableIndexI32 => {
                        function = functions[symbol].filter(|f| *f >= places.imported);
                    }
                    RelocationType::MemoryAddrLeb
                    | RelocationType::MemoryAddrSleb
                    | RelocationType::MemoryAddrI32 => datum = data[symbol],
                    RelocationType::TypeIndexLeb
                    | RelocationType::GlobalIndexLeb
                    | RelocationType::TableNumberLeb => {}
                    other => bail!("the linker used {other:?}, which is not understood"),
                }
                let function = function.map(name).transpose()?;
                let add = |uses: &mut Uses| {
                    uses.functions.extend(function.clone());
                    uses.data.extend(datum);
                };
                if *section == places.code.0 {
                    let at = places.code.1 + u64::from(entry.offset);
                    let index = places.bodies.partition_point(|b| b.end <= at);
                    let user = name(places.imported + index as u32)?;
                    add(linked.functions.entry(user).or_default());
                } else if *section == places.data.0 {
                    let address = places.address(u64::from(entry.offset))?;
                    let end = starts.partition_point(|(start, _)| *start <= address);
                    // One holds the address, but for aliases, which begin at one place.
                    for (_, k) in starts[..end].iter().rev().take(64) {
                        if linked.data[*k].place.contains(&address) {
                            add(&mut linked.data[*k].uses);
                        }
                    }
                }
            }
        }
        Ok(linked)
    }
}

fn index(range: &Range<u64>) -> Range<usize> {
    range.start as usize..range.end as usize
}

impl<'a> Places<'a> {
    fn read(wasm: &'a [u8]) -> Result<Places<'a>> {
        let mut places = Places::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Some((id, range)) = payload.as_section() {
                match id {
                    CODE => places.code = (places.sections, range.start),
                    DATA => places.data = (places.sections, range.start),
                    _ => {}
                }
                places.sections += 1;
            }
            match payload {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        if let wasmparser::TypeRef::Func(_) = import?.ty {
                            places.imported += 1;
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => places.bodies.push(body.range()),
                Payload::DataSection(section) => {
                    for segment in section {
                        let segment = segment?;
                        let DataKind::Active { offset_expr, .. } = segment.kind else {
                            bail!("the module has a passive data segment");
                        };
                        let address = constant(&offset_expr).context("of a data segment")?;
                        let end = segment.range.end;
                        places
                            .segments
                            .push((address, end - segment.data.len() as u64..end));
                    }
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(linking) => {
                        for part in linking.subsections() {
                            if let Linking::SymbolTable(map) = part? {
                                for symbol in map {
                                    places.symbols.push(symbol?);
                                }
                            }
                        }
                    }
                    KnownCustom::Reloc(reader) => {
                        let entries = reader.entries().into_iter().collect::<Result<_, _>>()?;
                        places.relocations.push((reader.section_index(), entries));
                    }
                    KnownCustom::Name(names) => places.names = function_names(names)?,
                    _ => {}
                },
                _ => {}
            }
        }
        Ok(places)
    }

    /// The address of a place in the data section.
    fn address(&self, offset: u64) -> Result<u32> {
        let at = self.data.1 + offset;
        let (address, range) = self
            .segments
            .iter()
            .find(|(_, range)| range.contains(&at))
            .context("a relocation lies in no data segment")?;
        Ok(address + u32::try_from(at - range.start)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;
    use wasm_encoder::{
        CustomSection, DataSymbolDefinition, Encode, LinkingSection, Section, SymbolTable,
    };

    /// `reader` calls `helper` and reads the first datum, which points to the second.
    const MODULE: &str = r#"(module
      (import "page" "log" (func $log (param i32)))
      (memory 1)
      (func $_RNvCs1234_1a6reader (call $helper) (drop (i32.load (i32.const 100))))
      (func $helper (call $log (i32.const 7)))
      (data (i32.const 100) "AAAABBBB"))"#;

    const FUNCTION_INDEX_LEB: u8 = 0;
    const MEMORY_ADDR_SLEB: u8 = 4;
    const MEMORY_ADDR_I32: u8 = 5;

    /// Kind, offset in the section, symbol.
    fn relocations(section: u32, all: &[(u8, u32, u32)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        section.encode(&mut bytes);
        (all.len() as u32).encode(&mut bytes);
        for (kind, offset, symbol) in all {
            bytes.push(*kind);
            offset.encode(&mut bytes);
            symbol.encode(&mut bytes);
            if *kind != FUNCTION_INDEX_LEB {
                0_i32.encode(&mut bytes);
            }
        }
        bytes
    }

    fn linked() -> Linked {
        let mut wasm = wat::parse_str(MODULE).unwrap();
        let mut section = 0;
        let (mut code, mut data, mut body, mut content) = (0, 0, 0, 0);
        let (mut code_start, mut data_start) = (0, 0);
        for payload in Parser::new(0).parse_all(&wasm) {
            let payload = payload.unwrap();
            if let Some((id, range)) = payload.as_section() {
                match id {
                    CODE => (code, code_start) = (section, range.start),
                    DATA => (data, data_start) = (section, range.start),
                    _ => {}
                }
                section += 1;
            }
            match payload {
                Payload::CodeSectionEntry(entry) if body == 0 => body = entry.range().start,
                Payload::DataSection(segments) => {
                    content = segments.into_iter().next().unwrap().unwrap().range.end - 8;
                }
                _ => {}
            }
        }
        let within = |at: u64, start: u64| u32::try_from(at - start).unwrap();
        let mut symbols = SymbolTable::new();
        symbols.function(SymbolTable::WASM_SYM_UNDEFINED, 0, None);
        symbols.function(0, 1, Some("reader"));
        symbols.function(0, 2, Some("helper"));
        for offset in [0, 4] {
            let place = DataSymbolDefinition {
                index: 0,
                offset,
                size: 4,
            };
            symbols.data(0, "datum", Some(place));
        }
        let mut linking = LinkingSection::new();
        linking.symbol_table(&symbols);
        linking.append_to(&mut wasm);
        let (body, content) = (within(body, code_start), within(content, data_start));
        for (name, bytes) in [
            (
                "reloc.CODE",
                relocations(
                    code,
                    &[
                        (FUNCTION_INDEX_LEB, body + 2, 2),
                        (MEMORY_ADDR_SLEB, body + 4, 3),
                    ],
                ),
            ),
            (
                "reloc.DATA",
                relocations(data, &[(MEMORY_ADDR_I32, content, 4)]),
            ),
        ] {
            let section = CustomSection {
                name: Cow::Borrowed(name),
                data: Cow::Owned(bytes),
            };
            section.append_to(&mut wasm);
        }
        Linked::read(&wasm).unwrap()
    }

    #[test]
    fn what_refers_to_what() {
        let linked = linked();
        let mut functions = linked.functions.iter();
        let (_, reader) = functions
            .find(|(name, _)| name.ends_with("::reader"))
            .unwrap();
        assert_eq!(reader.functions, ["helper"]);
        assert_eq!(reader.data, [0]);
        assert_eq!(linked.functions["helper"], Uses::default());
        assert_eq!(linked.data[0].place, 100..104);
        assert_eq!(linked.data[0].uses.data, [1]);
        assert_eq!(linked.data[1].uses, Uses::default());
        assert_eq!(linked.segments, [(100, b"AAAABBBB".to_vec())]);
    }

    #[test]
    fn without_relocations_it_says_what_is_missing() {
        let wasm = wat::parse_str(MODULE).unwrap();
        let refused = Linked::read(&wasm).err().unwrap().to_string();
        assert!(refused.contains("no relocations"), "{refused}");
    }
}
