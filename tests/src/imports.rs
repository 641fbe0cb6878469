//! Reads which rooms of the core a source file names, so that a test can hold the rooms to their
//! order. It reads text, not syntax trees: a path counts wherever it stands, in a `use` or in a line
//! of code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every `.rs` file under `folder`, in order; none where there is no such folder.
#[must_use]
pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The module path of a file inside `src`: `consensus/mod.rs` is `["consensus"]`.
#[must_use]
pub fn module(src: &Path, file: &Path) -> Vec<String> {
    let inside = file.strip_prefix(src).unwrap_or(file).with_extension("");
    let mut path: Vec<String> = inside
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if matches!(
        path.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        path.pop();
    }
    path
}

/// The paths `text` names below `root` (`crate`, or another crate's name), each cut after two names.
/// `a::{b, c::d}` are the paths `a::b` and `a::c`.
#[must_use]
pub fn paths_below(text: &str, root: &str) -> BTreeSet<Vec<String>> {
    let tokens = tokens(text);
    let mut found = BTreeSet::new();
    for at in 0..tokens.len() {
        let own_path = at == 0 || tokens[at - 1] != "::";
        if tokens[at] == root && own_path && tokens.get(at + 1) == Some(&"::") {
            tree(&tokens, at + 2, &[], &mut found);
        }
    }
    found
}

/// The paths `text`, a file of `module`, reaches by climbing with `super` to the crate's root and down
/// again. A module inside the file is one level deeper than this knows, so that a climb out of it may
/// seem to end one level higher than it does: the caller drops first names that are no room.
#[must_use]
pub fn paths_over_super(text: &str, module: &[String]) -> BTreeSet<Vec<String>> {
    let tokens = tokens(text);
    let mut found = BTreeSet::new();
    let mut at = 0;
    while at < tokens.len() {
        let start = at;
        while tokens.get(at) == Some(&"super") && tokens.get(at + 1) == Some(&"::") {
            at += 2;
        }
        if at > start && (at - start) / 2 == module.len() {
            tree(&tokens, at, &[], &mut found);
        }
        at += 1;
    }
    found
}

/// Follows a path, or a group of them, that begins at token `at`; returns where it ends.
fn tree(tokens: &[&str], at: usize, before: &[&str], found: &mut BTreeSet<Vec<String>>) -> usize {
    match tokens.get(at) {
        Some(&"{") => {
            let mut at = at + 1;
            while tokens.get(at).is_some_and(|token| *token != "}") {
                at = tree(tokens, at, before, found);
                // Past `as Name` and the comma.
                while tokens
                    .get(at)
                    .is_some_and(|token| *token != "}" && *token != ",")
                {
                    at += 1;
                }
                if tokens.get(at) == Some(&",") {
                    at += 1;
                }
            }
            at + 1
        }
        Some(name) => {
            let path = [before, &[name]].concat();
            if tokens.get(at + 1) == Some(&"::") {
                return tree(tokens, at + 2, &path, found);
            }
            found.insert(path.iter().take(2).map(|&name| name.to_owned()).collect());
            at + 1
        }
        None => at,
    }
}

/// Names, `::`, braces, commas and semicolons; comments, strings and all other signs are left out.
#[must_use]
pub fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '"' {
            string(rest)
        } else if let Some(length) = raw_string(rest) {
            length
        } else if rest.starts_with("'\"'") {
            3
        } else if rest.starts_with("'\\\"'") {
            4
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            let end = end.unwrap_or(rest.len());
            tokens.push(&rest[..end]);
            end
        } else if rest.starts_with("::") {
            tokens.push(&rest[..2]);
            2
        } else {
            let length = first.len_utf8();
            if matches!(first, '{' | '}' | ',' | ';') {
                tokens.push(&rest[..length]);
            }
            length
        };
        rest = &rest[length..];
    }
    tokens
}

/// The length of the string literal that `rest` begins with.
fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == '"' && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

/// The length of the raw string literal that `rest` begins with, if it does.
fn raw_string(rest: &str) -> Option<usize> {
    let hashed = rest.strip_prefix('r')?;
    let inside = hashed.trim_start_matches('#');
    let hashes = &hashed[..hashed.len() - inside.len()];
    let end = format!("\"{hashes}");
    let length = inside
        .strip_prefix('"')?
        .find(&end)
        .map(|at| at + 1 + end.len());
    Some(1 + hashes.len() + length.unwrap_or(inside.len()))
}
