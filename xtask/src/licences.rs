//! Holds the licence of everything this project is built from against the list in deny.toml.
//! `cargo deny check` reads the same list; this needs no further tool.

use crate::run;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

pub fn check() -> Result<()> {
    let root = run::root();
    let rules = Rules::read(&root.join("deny.toml"))?;
    let mut packages = Packages::new();
    for manifest in ["Cargo.toml", "contracts/Cargo.toml"].map(|m| root.join(m)) {
        if manifest.exists() {
            cargo_packages(&manifest, &mut packages)?;
        }
    }
    for lock in [
        "tests/browser/package-lock.json",
        "web/engine/test/package-lock.json",
        "web/vendor/package-lock.json",
    ]
    .map(|l| root.join(l))
    {
        if lock.exists() {
            npm_packages(&lock, &mut packages)?;
        }
    }

    let refused: Vec<String> = packages
        .iter()
        .filter(|((name, _), licence)| {
            let licence = rules.clarified(name, licence);
            !permits(licence, &rules.for_package(name))
        })
        .map(|((name, version), licence)| match licence.as_str() {
            "" => format!("  {name} {version}: names none"),
            licence => format!("  {name} {version}: {licence}"),
        })
        .collect();
    if !refused.is_empty() {
        bail!(
            "{} of {} packages have a licence that deny.toml does not allow; \
             replace them, or add the licence there:\n{}",
            refused.len(),
            packages.len(),
            refused.join("\n")
        );
    }
    println!(
        "{} packages, all under licences that deny.toml allows.",
        packages.len()
    );
    Ok(())
}

/// What deny.toml allows everywhere, and further licences for single packages.
struct Rules {
    allow: Vec<String>,
    exceptions: BTreeMap<String, Vec<String>>,
    /// What the licence files of packages say that name no licence.
    clarify: BTreeMap<String, String>,
}

impl Rules {
    fn read(file: &Path) -> Result<Rules> {
        let text = fs::read_to_string(file)
            .context("deny.toml holds the allowed licences and is missing")?;
        let table: toml::Table = text.parse().context("deny.toml is not TOML")?;
        let licenses = table
            .get("licenses")
            .context("deny.toml has no section [licenses]")?;
        let exceptions = licenses
            .get("exceptions")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|e| {
                Some((
                    e.get("crate")?.as_str()?.to_owned(),
                    strings(e.get("allow")),
                ))
            })
            .collect();
        let clarify = licenses
            .get("clarify")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|c| {
                Some((
                    c.get("crate")?.as_str()?.to_owned(),
                    c.get("expression")?.as_str()?.to_owned(),
                ))
            })
            .collect();
        Ok(Rules {
            allow: strings(licenses.get("allow")),
            exceptions,
            clarify,
        })
    }

    /// `licence`, or where a package names none what deny.toml read in its licence file.
    fn clarified<'a>(&'a self, name: &str, licence: &'a str) -> &'a str {
        match licence {
            "" => self.clarify.get(name).map_or("", String::as_str),
            named => named,
        }
    }

    fn for_package(&self, name: &str) -> Vec<String> {
        let more = self.exceptions.get(name).map_or(&[][..], Vec::as_slice);
        [&self.allow, more].concat()
    }
}

fn strings(list: Option<&toml::Value>) -> Vec<String> {
    let list = list.and_then(toml::Value::as_array).into_iter().flatten();
    list.filter_map(|word| word.as_str().map(str::to_owned))
        .collect()
}

/// Licence by name and version of a package.
type Packages = BTreeMap<(String, String), String>;

fn cargo_packages(manifest: &Path, into: &mut Packages) -> Result<()> {
    let metadata = run::metadata(manifest, &[])?;
    for package in run::list(&metadata["packages"]) {
        let name = text(&package["name"]);
        into.insert((name, text(&package["version"])), text(&package["license"]));
    }
    Ok(())
}

fn npm_packages(lock: &Path, into: &mut Packages) -> Result<()> {
    let lock: Value = serde_json::from_str(&fs::read_to_string(lock)?)
        .with_context(|| format!("{} is not JSON", lock.display()))?;
    for (path, package) in lock["packages"].as_object().into_iter().flatten() {
        // The entry without a path is the folder's own package.json.
        if let Some(at) = path.rfind("node_modules/") {
            let name = path[at + "node_modules/".len()..].to_owned();
            into.insert((name, text(&package["version"])), text(&package["license"]));
        }
    }
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Whether an SPDX expression can be satisfied with `allowed` licences alone. The old `A/B` is read
/// as `A OR B`.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let permitted = any(&mut words, allowed);
    permitted && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words, allowed: &[String]) -> bool {
    let mut permitted = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        permitted |= all(words, allowed);
    }
    permitted
}

fn all(words: &mut Words, allowed: &[String]) -> bool {
    let mut permitted = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        permitted &= one(words, allowed);
    }
    permitted
}

fn one(words: &mut Words, allowed: &[String]) -> bool {
    match words.next() {
        Some("(") => {
            let permitted = any(words, allowed);
            words.next_if_eq(&")").is_some() && permitted
        }
        Some(licence) => {
            // An exception only ever grants more than the licence it is attached to.
            if words.next_if_eq(&"WITH").is_some() {
                words.next();
            }
            // `X+` is X or later, so X will do.
            let licence = licence.trim_end_matches('+');
            allowed.iter().any(|a| a == licence)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::permits;

    #[test]
    fn expressions_are_read_as_spdx_defines_them() {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned);
        for good in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "Unicode-3.0+",
            "GPL-3.0-only/MIT",
            "Apache-2.0 WITH LLVM-exception",
            "(MIT OR GPL-3.0-only) AND Unicode-3.0",
            "GPL-3.0-only AND Zlib OR MIT",
        ] {
            assert!(permits(good, &allowed), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "(MIT OR",
            "MIT MIT",
            "MIT OR Zlib )",
        ] {
            assert!(!permits(bad, &allowed), "{bad}");
        }
    }
}
