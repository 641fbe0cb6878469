//! What the page takes from npm (CodeMirror, the AssemblyScript compiler, uPlot) lies bundled in
//! web/assets/vendor, so that building the page needs Rust alone. Here the bundles are made, and held
//! against what they were made from.

use crate::install;
use crate::run::{self, run};
use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

const SOURCES: &str = "web/vendor";
const BUNDLES: &str = "web/assets/vendor";
const MADE: [&str; 4] = ["LICENCES.txt", "assemblyscript.js", "editor.js", "plots.js"];
/// SHA-256 by name, of both.
const RECORD: &str = "vendor.json";

/// Makes the bundles anew, with npm and esbuild.
pub fn vendor() -> Result<()> {
    let root = run::root();
    install::node()?;
    let sources = root.join(SOURCES);
    let bundles = root.join(BUNDLES);
    fs::create_dir_all(&bundles)?;
    // esbuild's own install script would only look for the program npm has put there.
    let npm = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
    run(run::command("npm", &npm).current_dir(&sources))?;
    run(run::command("node", &["bundle.mjs"])
        .arg(&bundles)
        .current_dir(&sources))?;
    let record = json!({
        "made_by": "cargo xtask vendor",
        "from": digests(&sources, &inputs(&sources)?)?,
        "made": digests(&bundles, &MADE.map(str::to_owned))?,
    });
    fs::write(
        bundles.join(RECORD),
        serde_json::to_string_pretty(&record)? + "\n",
    )?;
    println!("{BUNDLES} is up to date.");
    Ok(())
}

/// # Errors
/// When a bundle or what it was made from is not what the record says.
pub fn check() -> Result<()> {
    let root = run::root();
    let bundles = root.join(BUNDLES);
    let text = fs::read_to_string(bundles.join(RECORD))
        .with_context(|| format!("{BUNDLES}/{RECORD} is missing"))?;
    let record: Value = serde_json::from_str(&text).context("the record is not JSON")?;
    let made = MADE.map(str::to_owned);
    let from = inputs(&root.join(SOURCES))?;
    for (key, folder, names) in [("from", SOURCES, &from[..]), ("made", BUNDLES, &made[..])] {
        for (name, digest) in digests(&root.join(folder), names)? {
            ensure!(
                record[key][&name] == digest,
                "{folder}/{name} is not what {BUNDLES}/{RECORD} says; run `cargo xtask vendor` and commit what it makes"
            );
        }
    }
    Ok(())
}

/// Names of all that decides what the bundles hold.
fn inputs(sources: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in ["", "samples/"] {
        for entry in fs::read_dir(sources.join(folder))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.push(format!("{folder}{}", entry.file_name().to_string_lossy()));
            }
        }
    }
    names.sort();
    Ok(names)
}

fn digests(folder: &Path, names: &[String]) -> Result<Map<String, Value>> {
    names
        .iter()
        .map(|name| {
            let path = folder.join(name);
            let bytes =
                fs::read(&path).with_context(|| format!("there is no {}", path.display()))?;
            let digest = Sha256::digest(bytes);
            let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
            Ok((name.clone(), Value::String(hex)))
        })
        .collect()
}
