//! Contracts that others published, out of their packages' archives as cargo keeps them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

/// The folder of a package named in `tests/published/Cargo.toml`. Cargo fetches it when it is not there.
///
/// # Panics
/// When cargo cannot: the message says what is missing.
#[must_use]
pub fn folder(package: &str) -> PathBuf {
    static METADATA: OnceLock<serde_json::Value> = OnceLock::new();
    let metadata = METADATA.get_or_init(|| {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("published/Cargo.toml");
        let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--locked", "--format-version=1", "--manifest-path"])
            .arg(&manifest)
            .output()
            .unwrap_or_else(|e| panic!("cargo could not be started: {e}"));
        assert!(
            output.status.success(),
            "published contracts are missing, and cargo cannot fetch them; with a network, run\n    cargo fetch --manifest-path {}\n{}",
            manifest.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("cargo metadata: {e}"))
    });
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let manifest = packages
        .filter(|found| found["name"] == package)
        .find_map(|found| found["manifest_path"].as_str())
        .unwrap_or_else(|| panic!("tests/published/Cargo.toml names no package {package}"));
    Path::new(manifest)
        .parent()
        .unwrap_or_else(|| panic!("{manifest} is in no folder"))
        .to_path_buf()
}

/// A contract of the package cosmwasm-vm.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn cosmwasm_vm(name: &str) -> Arc<[u8]> {
    let path = folder("cosmwasm-vm").join("testdata").join(name);
    std::fs::read(&path)
        .unwrap_or_else(|e| panic!("{} cannot be read: {e}", path.display()))
        .into()
}
