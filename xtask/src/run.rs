//! Calling other programs from the workspace's root.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a stage came to when it did not fail.
pub enum Outcome {
    Passed,
    /// There was nothing to do yet; the text says why.
    Skipped(String),
}

impl Outcome {
    pub fn tell(self) {
        if let Outcome::Skipped(why) = self {
            println!("Skipped: {why}");
        }
    }
}

/// The workspace's root folder.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// `program` with `arguments`, in the workspace's root.
pub fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// Cargo with `arguments`, in the workspace's root.
pub fn cargo(arguments: &[&str]) -> Command {
    command("cargo", arguments)
}

/// Runs `command` to its end, its output going to ours.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    println!("$ {shown}");
    let status = command
        .status()
        .with_context(|| format!("`{shown}` could not be started"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status}); its own words are above");
    }
    Ok(())
}

/// Runs `command` silently and returns what it printed.
pub fn read(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{shown}` could not be started"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({})", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` printed no UTF-8 text"))
}

/// What `program --version` says, or nothing where there is no such program or it does not work.
pub fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// `cargo metadata` of the workspace whose manifest is given.
pub fn metadata(manifest: &Path, more: &[&str]) -> Result<Value> {
    let mut command = cargo(&["metadata", "--format-version=1", "--manifest-path"]);
    let text = read(command.arg(manifest).args(more))?;
    serde_json::from_str(&text).context("cargo metadata printed JSON that could not be read")
}

/// The targets of `kind` (`bin`, `example`, ...) that `package` of the workspace has, by name.
pub fn targets(package: &str, kind: &str) -> Result<Vec<String>> {
    let metadata = metadata(&root().join("Cargo.toml"), &["--no-deps"])?;
    let names = list(&metadata["packages"])
        .iter()
        .filter(|p| p["name"] == package)
        .flat_map(|p| list(&p["targets"]))
        .filter(|t| list(&t["kind"]).iter().any(|k| k == kind))
        .filter_map(|t| t["name"].as_str().map(str::to_owned));
    Ok(names.collect())
}

/// The elements of a JSON array, none where there is no array.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn show(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
