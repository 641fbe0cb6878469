//! Where answers go.

use crate::failure::Failure;
use serde::Serialize;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Prints `text` as it is.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|e| match e.kind() {
            ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::CannotWrite(format!("cannot write to standard output: {e}.")),
        })
}

/// `value` as JSON for people and programs.
pub fn json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|e| Failure::CannotWrite(format!("cannot put the answer into JSON: {e}.")))
}

/// Prints `value` as JSON.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    print(&json(value)?)
}

/// Writes lines to a file.
pub fn write_lines(path: &Path, lines: impl Iterator<Item = String>) -> Result<(), Failure> {
    let write = || -> std::io::Result<()> {
        let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
        for line in lines {
            writeln!(out, "{line}")?;
        }
        out.flush()
    };
    write().map_err(|e| Failure::CannotWrite(format!("cannot write {}: {e}.", path.display())))
}
