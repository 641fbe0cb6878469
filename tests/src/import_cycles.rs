//! Finds import cycles between the files of a crate: files that cannot be read, tested or moved one
//! without the other.
//!
//! An edge leads from a file to the file that defines what it names. Two things are no edges: a
//! re-export (`pub use`), which is followed to where the name is defined, and what a file names of a module
//! around it (`super::Thing` in a child), since a folder's `mod.rs` and its files are one module.
//! Names that come by `*` are not followed.

use crate::imports::{module, sources, tokens};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Module = Vec<String>;

/// The groups of modules below `src` that reach one another by imports, each sorted; modules as
/// `room::file`.
#[must_use]
pub fn cycles(src: &Path) -> Vec<Vec<String>> {
    let files: BTreeMap<Module, String> = sources(src)
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            (module(src, &file), text)
        })
        .collect();
    groups(&edges(&files))
        .into_iter()
        .map(|group| group.into_iter().map(|module| module.join("::")).collect())
        .collect()
}

/// One name that a `use` brings in.
struct Import {
    path: Vec<String>,
    alias: String,
    exported: bool,
}

fn edges(files: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let read: BTreeMap<&Module, (Vec<Import>, Vec<Vec<String>>)> = files
        .iter()
        .map(|(module, text)| (module, paths(&without_tests(tokens(text)))))
        .collect();
    let mut exports: BTreeMap<&Module, BTreeMap<&str, Module>> = BTreeMap::new();
    for (module, (imports, _)) in &read {
        for import in imports.iter().filter(|import| import.exported) {
            if let Some(path) = absolute(module, &import.path, files) {
                exports
                    .entry(module)
                    .or_default()
                    .insert(&import.alias, path);
            }
        }
    }
    let defining = |path: Vec<String>| {
        let mut path = path;
        // A chain of re-exports longer than this would be a circle.
        for _ in 0..8 {
            let length = (0..=path.len())
                .rev()
                .find(|n| files.contains_key(&path[..*n]))?;
            let file = path[..length].to_vec();
            let next = path
                .get(length)
                .and_then(|name| exports.get(&file)?.get(name.as_str()));
            match next {
                Some(next) => path = [next.as_slice(), &path[length + 1..]].concat(),
                None => return Some(file),
            }
        }
        None
    };
    read.iter()
        .map(|(module, (imports, inline))| {
            let named = imports.iter().filter(|import| !import.exported);
            let named = named.map(|import| &import.path).chain(inline);
            let targets = named
                .filter_map(|path| defining(absolute(module, path, files)?))
                .filter(|target| !module.starts_with(target));
            ((*module).clone(), targets.collect())
        })
        .collect()
}

/// `path`, named in the file of `module`, from the crate's root; `None` where it leads to another crate.
fn absolute(
    module: &Module,
    path: &[String],
    files: &BTreeMap<Module, String>,
) -> Option<Vec<String>> {
    let climbs = path.iter().take_while(|name| *name == "super").count();
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some([module, &path[1..]].concat()),
        "super" => {
            let base = module.get(..module.len().checked_sub(climbs)?)?;
            Some([base, &path[climbs..]].concat())
        }
        child => {
            let inside = [module.as_slice(), &[child.to_owned()]].concat();
            files
                .contains_key(&inside)
                .then(|| [module.as_slice(), path].concat())
        }
    }
}

/// What `use` brings in, and the paths that stand in the code itself.
fn paths(tokens: &[&str]) -> (Vec<Import>, Vec<Vec<String>>) {
    let (mut imports, mut inline) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at] == "use" {
            let exported = tokens[..at].ends_with(&["pub"])
                || (at > 1
                    && tokens[at - 2] == "pub"
                    && ["crate", "super"].contains(&tokens[at - 1]));
            at = tree(tokens, at + 1, &[], exported, &mut imports);
        } else if tokens.get(at + 1) == Some(&"::") {
            let mut path = vec![tokens[at].to_owned()];
            while tokens.get(at + 1) == Some(&"::")
                && tokens.get(at + 2).is_some_and(|t| is_name(t))
            {
                path.push(tokens[at + 2].to_owned());
                at += 2;
            }
            inline.push(path);
            at += 1;
        } else {
            at += 1;
        }
    }
    (imports, inline)
}

/// Reads one path of a `use`, or a group of them, from token `at`; returns where it ends.
fn tree(
    tokens: &[&str],
    mut at: usize,
    before: &[String],
    exported: bool,
    imports: &mut Vec<Import>,
) -> usize {
    let mut path = before.to_vec();
    let start = at;
    loop {
        // `impl Trait + use<'a> {` opens no group: within a path only `::` joins.
        let joined = at == start || tokens[at - 1] == "::";
        match tokens.get(at) {
            Some(&"{") if joined => {
                at += 1;
                while tokens
                    .get(at)
                    .is_some_and(|token| *token != "}" && *token != ";")
                {
                    at = tree(tokens, at, &path, exported, imports);
                    if tokens.get(at) == Some(&",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            Some(&"::") => at += 1,
            Some(name) if joined && is_name(name) => {
                if *name != "self" || path.is_empty() {
                    path.push((*name).to_owned());
                }
                at += 1;
            }
            end => {
                let renamed = end == Some(&"as");
                let alias = if renamed {
                    at += 2;
                    tokens[at - 1].to_owned()
                } else {
                    path.last().cloned().unwrap_or_default()
                };
                imports.push(Import {
                    path,
                    alias,
                    exported,
                });
                return at;
            }
        }
    }
}

fn is_name(token: &str) -> bool {
    !matches!(token, "::" | "{" | "}" | "," | ";")
}

/// Leaves out modules that are compiled for tests only.
fn without_tests(tokens: Vec<&str>) -> Vec<&str> {
    let mut kept: Vec<&str> = Vec::new();
    let mut depth = 0_usize;
    for token in tokens {
        let inside = depth > 0;
        match token {
            "{" if inside
                || kept[..kept.len().saturating_sub(1)].ends_with(&["cfg", "test", "mod"]) =>
            {
                depth += 1;
            }
            "}" if inside => depth -= 1,
            _ if inside => {}
            _ => kept.push(token),
        }
    }
    kept
}

/// Groups of nodes that reach one another, each sorted, larger than one.
fn groups(edges: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<Vec<Module>> {
    let reached: BTreeMap<&Module, BTreeSet<&Module>> = edges
        .keys()
        .map(|start| (start, reach(edges, start)))
        .collect();
    let mut found = BTreeSet::new();
    for (start, there) in &reached {
        if there.contains(*start) {
            let group = there
                .iter()
                .filter(|other| reached[**other].contains(*start));
            found.insert(group.map(|&module| module.clone()).collect::<Vec<_>>());
        }
    }
    found.into_iter().collect()
}

/// Everything that imports lead to from `start`; `start` itself only if they lead back.
fn reach<'a>(
    edges: &'a BTreeMap<Module, BTreeSet<Module>>,
    start: &'a Module,
) -> BTreeSet<&'a Module> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(module) = open.pop() {
        for next in edges.get(module).into_iter().flatten() {
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The groups among files given as (module, text).
    fn among(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let files = files.iter().map(|(module, text)| {
            let module = module.split("::").filter(|name| !name.is_empty());
            (module.map(str::to_owned).collect(), (*text).to_owned())
        });
        let groups = groups(&edges(&files.collect()));
        let shown = |group: Vec<Module>| group.into_iter().map(|m| m.join("::")).collect();
        groups.into_iter().map(shown).collect()
    }

    #[test]
    fn two_files_that_name_each_other_are_a_cycle_however_they_do_it() {
        for back in [
            "use crate::room::a::Thing;",
            "use super::a::{self, Thing as Other};",
            "use crate::room::{a, c};",
            "use super::Thing;",
            "fn f() -> crate::room::a::Thing {}",
            "fn f() { super::a::f() }",
        ] {
            let found = among(&[
                ("", "mod room;"),
                ("room", "mod a; mod b; mod c; pub use a::Thing;"),
                ("room::a", "use super::b::Other; pub struct Thing;"),
                ("room::b", back),
                ("room::c", ""),
            ]);
            assert_eq!(found, [["room::a", "room::b"]], "{back}");
        }
    }

    #[test]
    fn a_longer_way_round_is_a_cycle_too() {
        let found = among(&[
            ("a", "use crate::b::B;"),
            ("b", "use crate::c::C;"),
            ("c", "use crate::a::A;"),
            (
                "d",
                "use crate::a::A; fn f() -> impl Fn() + use<'_> { f(); }",
            ),
        ]);
        assert_eq!(found, [["a", "b", "c"]]);
    }

    #[test]
    fn what_is_one_module_or_only_a_test_is_no_cycle() {
        let found = among(&[
            ("room", "mod child; use child::Part; pub struct Room;"),
            ("room::child", "use super::Room; pub struct Part;"),
            ("a", "use crate::b::B; // use crate::b::C;"),
            (
                "b",
                "#[cfg(test)] mod tests { use crate::a::A; fn f() { \"crate::a\"; } } pub struct B;",
            ),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
