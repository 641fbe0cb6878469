//! Where answers go.

use crate::failure::Failure;
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

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

/// Prints `value` as one line of JSON.
pub fn print_line(value: &impl Serialize) -> Result<(), Failure> {
    let line = serde_json::to_string(value)
        .map_err(|e| Failure::CannotWrite(format!("cannot put the answer into JSON: {e}.")))?;
    print(&format!("{line}\n"))
}

/// A file of lines, written piece by piece.
pub struct Lines {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Lines {
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|e| cannot_write(path, &e))?;
        Ok(Lines {
            path: path.to_owned(),
            out: BufWriter::new(file),
        })
    }

    pub fn write(&mut self, lines: impl Iterator<Item = String>) -> Result<(), Failure> {
        for line in lines {
            writeln!(self.out, "{line}").map_err(|e| cannot_write(&self.path, &e))?;
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|e| cannot_write(&self.path, &e))
    }
}

/// A file of bytes, written piece by piece.
pub struct Bytes {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Bytes {
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|e| cannot_write(path, &e))?;
        Ok(Bytes {
            path: path.to_owned(),
            out: BufWriter::new(file),
        })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out
            .write_all(bytes)
            .map_err(|e| cannot_write(&self.path, &e))
    }

    pub fn finish(mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|e| cannot_write(&self.path, &e))
    }
}

/// Writes a file whole.
pub fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|e| cannot_write(path, &e))
}

fn cannot_write(path: &Path, why: &std::io::Error) -> Failure {
    Failure::CannotWrite(format!("cannot write {}: {why}.", path.display()))
}

/// A text written piece by piece, to a file or to standard output.
pub enum Text {
    File { path: PathBuf, out: BufWriter<File> },
    Standard,
}

impl Text {
    pub fn create(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Text::Standard);
        };
        let file = File::create(path).map_err(|e| cannot_write(path, &e))?;
        Ok(Text::File {
            path: path.to_owned(),
            out: BufWriter::new(file),
        })
    }

    pub fn write(&mut self, text: &str) -> Result<(), Failure> {
        match self {
            Text::File { path, out } => out
                .write_all(text.as_bytes())
                .map_err(|e| cannot_write(path, &e)),
            Text::Standard => print(text),
        }
    }

    pub fn finish(self) -> Result<(), Failure> {
        match self {
            Text::File { path, mut out } => out.flush().map_err(|e| cannot_write(&path, &e)),
            Text::Standard => Ok(()),
        }
    }
}
