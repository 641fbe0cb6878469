//! What a visitor downloads: the gzip weight of the built page's parts, held against a limit.

use crate::{files, run};
use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;

/// Bytes the page may weigh, without the parts that are fetched only when wanted. The aim is 1,450,000;
/// docs/decisions/dropped-splitter.md says what was tried.
const LIMIT: u64 = 2_100_000;
/// Beginnings of files that are fetched only when wanted.
const LATER: [&str; 3] = ["compiler", "curves", "editor"];
/// Folders of files that are fetched only when wanted: bundles from npm, sample contracts.
const LATER_FOLDERS: [&str; 2] = ["vendor-", "contracts/"];
/// Endings of what a page fetches to run.
const PARTS: [&str; 4] = ["html", "css", "js", "wasm"];

struct Part {
    name: String,
    bytes: u64,
    later: bool,
}

/// Prints the parts of the page in dist/.
pub fn tell() -> Result<()> {
    let parts = parts()?;
    println!("kB, gzip:");
    for part in &parts {
        let when = if part.later { ", when wanted" } else { "" };
        println!("{:>8.1}  {}{when}", part.bytes as f64 / 1_000.0, part.name);
    }
    let begin = first(&parts);
    println!(
        "{:>8.1}  without what is fetched when wanted; {:.1} allowed",
        begin as f64 / 1_000.0,
        LIMIT as f64 / 1_000.0
    );
    Ok(())
}

/// # Errors
/// When the page in dist/ weighs more than it may.
pub fn check() -> Result<()> {
    let total = first(&parts()?);
    ensure!(
        total <= LIMIT,
        "the page weighs {total} bytes, more than the {LIMIT} it may (xtask/src/weight.rs)"
    );
    Ok(())
}

fn first(parts: &[Part]) -> u64 {
    parts.iter().filter(|p| !p.later).map(|p| p.bytes).sum()
}

fn parts() -> Result<Vec<Part>> {
    let dist = run::root().join("dist");
    let mut parts = Vec::new();
    for name in files::below(&dist).context("there is no built page in dist/")? {
        let ending = name.rsplit('.').next();
        if ending.is_some_and(|ending| PARTS.contains(&ending)) {
            parts.push(Part {
                bytes: gzipped(&fs::read(dist.join(&name))?)?,
                later: later(&name),
                name,
            });
        }
    }
    parts.sort_by_key(|p| (p.later, std::cmp::Reverse(p.bytes)));
    Ok(parts)
}

/// Whether a file of the page, named relative to it, is fetched only when wanted.
pub fn later(name: &str) -> bool {
    LATER_FOLDERS.iter().any(|folder| name.starts_with(folder))
        || LATER
            .iter()
            .any(|beginning| file(name).starts_with(beginning))
}

fn file(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn gzipped(bytes: &[u8]) -> Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}
