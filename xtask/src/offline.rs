//! Tells the service worker of a page being built which files there are. A build that changes under a
//! developer's hands must never be kept by a browser: it gets a service worker that takes itself away.

use crate::{files, weight};
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// `1` or `0`: whether browsers are to keep the page. Without it trunk's profile decides.
pub const VARIABLE: &str = "CONSENSUSFORGE_OFFLINE";

const WORKER: &str = "service-worker.js";
const IN_PAGE: &str = r#"name="consensusforge:offline" content="""#;

#[derive(Default)]
struct Files {
    /// Named for the content of everything.
    version: String,
    /// What a visit needs; `./` is the page itself.
    first: Vec<String>,
    /// What is fetched when wanted.
    later: Vec<String>,
}

/// Writes the list into the service worker and the worker's name into the page.
pub fn write(staging: &Path) -> Result<()> {
    let list = if wanted() {
        name_worker(&staging.join("index.html"))?;
        let files = gathered(staging)?;
        serde_json::json!({ "version": files.version, "first": files.first, "later": files.later })
    } else {
        serde_json::Value::Null
    };
    let path = staging.join(WORKER);
    let script = fs::read_to_string(&path).context("trunk copied no service worker")?;
    fs::write(&path, format!("const FILES = {list};\n{script}"))?;
    Ok(())
}

fn wanted() -> bool {
    match std::env::var(VARIABLE) {
        Ok(said) => said == "1",
        Err(_) => std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release"),
    }
}

fn name_worker(page: &Path) -> Result<()> {
    let html = fs::read_to_string(page).context("trunk made no index.html")?;
    ensure!(
        html.matches(IN_PAGE).count() == 1,
        "index.html must hold one <meta {IN_PAGE}>: the page finds its service worker by it"
    );
    let named = format!(r#"name="consensusforge:offline" content="{WORKER}""#);
    fs::write(page, html.replace(IN_PAGE, &named))?;
    Ok(())
}

fn gathered(staging: &Path) -> Result<Files> {
    let mut hasher = Sha256::new();
    let mut files = Files::default();
    // In order: the same content gives the same version.
    for name in files::below(staging)? {
        if name == WORKER {
            continue;
        }
        hasher.update(&name);
        // As long as itself, so that one file's end is never another's beginning.
        hasher.update(Sha256::digest(fs::read(staging.join(&name))?));
        if name == "index.html" {
            files.first.push("./".into());
        } else if weight::later(&name) {
            files.later.push(name);
        } else {
            files.first.push(name);
        }
    }
    files.version = hasher.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(files)
}
