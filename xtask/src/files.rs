//! Which files there are in a folder.

use anyhow::Result;
use std::fs;
use std::path::Path;

/// Files below `root`, in order, named relative to it with `/` on every system.
pub fn below(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    walk(root, "", &mut names)?;
    names.sort();
    Ok(names)
}

fn walk(root: &Path, inside: &str, names: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(root.join(inside))? {
        let entry = entry?;
        let name = format!("{inside}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            walk(root, &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}
