//! Where scenarios and other inputs come from. Nothing is read whole before its size is known to fit.

use crate::failure::Failure;
use consensusforge_core::base::limits::{MAX_SCENARIO_BYTES, MAX_TRACE_BYTES};
use consensusforge_core::scenario::codec::{self, Document};
use consensusforge_core::scenario::presets;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The bytes of a file, or of standard input for `-`.
pub fn read_bytes(name: &str) -> Result<Vec<u8>, Failure> {
    read_to(name, MAX_SCENARIO_BYTES)
}

/// As [`read_bytes`], at most `most` of them.
fn read_to(name: &str, most: usize) -> Result<Vec<u8>, Failure> {
    if name == "-" {
        return read_capped(std::io::stdin().lock(), "standard input", most);
    }
    let cannot = |e: std::io::Error| Failure::input(format!("cannot read {name}: {e}."));
    let file = File::open(name).map_err(cannot)?;
    let about = file.metadata().map_err(cannot)?;
    if about.is_dir() {
        return Err(is_folder(name));
    }
    if about.len() > most as u64 {
        return Err(Failure::input(format!(
            "{name} has {} bytes; at most {most} are read. Is it the right file?",
            about.len()
        )));
    }
    read_capped(file, name, most)
}

/// A pipe does not say how long it is, and a file may grow.
fn read_capped(from: impl Read, name: &str, most: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    from.take(most as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Failure::input(format!("cannot read {name}: {e}.")))?;
    if bytes.len() > most {
        return Err(Failure::input(format!(
            "{name} has more than {most} bytes, the most that are read. Is it the right \
             file?"
        )));
    }
    Ok(bytes)
}

/// A file that should be a contract.
pub enum Module {
    Whole(Vec<u8>),
    /// Not read: it has at least so many bytes, more than any module may.
    TooLarge(u64),
}

/// Reads a module, and of a file that is far too large only how large it is.
pub fn module(name: &str) -> Result<Module, Failure> {
    let most = MAX_SCENARIO_BYTES as u64;
    let cannot = |e: std::io::Error| Failure::input(format!("cannot read {name}: {e}."));
    let mut bytes = Vec::new();
    if name == "-" {
        let input = std::io::stdin().lock();
        input
            .take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(cannot)?;
    } else {
        let file = File::open(name).map_err(cannot)?;
        let about = file.metadata().map_err(cannot)?;
        if about.is_dir() {
            return Err(is_folder(name));
        }
        if about.len() > most {
            return Ok(Module::TooLarge(about.len()));
        }
        file.take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(cannot)?;
    }
    Ok(match bytes.len() as u64 {
        found if found > most => Module::TooLarge(found),
        _ => Module::Whole(bytes),
    })
}

fn is_folder(name: &str) -> Failure {
    Failure::input(format!("{name} is a folder; name a file in it."))
}

/// A trace file.
pub fn trace(name: &str) -> Result<Vec<u8>, Failure> {
    read_to(name, MAX_TRACE_BYTES)
}

/// Whether a command line names a trace file, by its first bytes.
pub fn is_trace(name: &str) -> bool {
    let mut first = [0; 8];
    let read = File::open(name).and_then(|mut f| f.read_exact(&mut first));
    read.is_ok() && consensusforge_core::session::is_trace(&first)
}

/// Whether a command line names a link.
pub fn is_link(source: &str) -> bool {
    source != "-" && !Path::new(source).exists() && codec::looks_like_link(source)
}

/// The document a command line names: a file, `-`, a link, or `preset:ID`.
pub fn document(source: &str) -> Result<Document, Failure> {
    if let Some(id) = source.strip_prefix("preset:") {
        return preset(id);
    }
    if is_link(source) {
        return Ok(codec::read_link(source)?);
    }
    Ok(codec::read(&read_bytes(source)?)?)
}

fn preset(id: &str) -> Result<Document, Failure> {
    match presets::find(id) {
        Some(preset) => Ok(Document {
            scenario: preset.scenario,
            expected: None,
            stops: Vec::new(),
        }),
        None => {
            let all = presets::presets().into_iter().chain(presets::museum());
            let ids: Vec<&str> = all.map(|p| p.id).collect();
            Err(Failure::input(format!(
                "there is no preset {id:?}; there are: {}.",
                ids.join(", ")
            )))
        }
    }
}
