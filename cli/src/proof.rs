//! `contract proof`: whether a proof of storage, as the page copies it, holds.

use crate::failure::{Exit, Failure, Outcome};
use crate::{output, source};
use consensusforge_core::base::Hash;
use consensusforge_core::session::studio::{check_proof, key_text};
use consensusforge_core::types::bech32;
use schemars::JsonSchema;
use serde::Serialize;

/// What `contract proof` prints.
#[derive(Default, Serialize, JsonSchema)]
pub struct ProofReport {
    pub holds: bool,
    /// The state root it leads to, in hex.
    pub root: Option<String>,
    /// The contract it is about: as contracts write it, and in hex.
    pub contract: Option<String>,
    pub contract_hex: Option<String>,
    /// The key, for people and in hex.
    pub key: Option<String>,
    pub key_hex: Option<String>,
    /// What is stored there, in hex; null when the proof is that nothing is.
    pub value_hex: Option<String>,
    /// Hashes on the way from key to root.
    pub hashes: u64,
    /// One sentence: what it shows, or why it does not hold.
    pub sentence: String,
}

/// Reads a proof, follows it to its root, and holds that against `root` when one is given.
pub fn run(file: &str, root: Option<&str>) -> Outcome {
    let wanted = root
        .map(Hash::from_hex)
        .transpose()
        .map_err(|why| Failure::input(format!("--root: {why}. A state root is 64 hex digits.")))?;
    let bytes = source::read_bytes(file)?;
    // Bytes that are not text are not a proof, and are reported like any other.
    let mut report = read(&String::from_utf8_lossy(&bytes))?;
    if let (true, Some(wanted)) = (report.holds, wanted)
        && report.root.as_deref() != Some(&wanted.to_string())
    {
        report.holds = false;
        report.sentence = format!(
            "the proof leads to the state root {}, which is not the one given, {wanted}",
            report.root.as_deref().unwrap_or_default()
        );
    }
    output::print_json(&report)?;
    Ok(if report.holds {
        Exit::Fine
    } else {
        Exit::CannotWrite
    })
}

fn read(text: &str) -> Result<ProofReport, Failure> {
    let view = match check_proof(text) {
        Ok(view) => view,
        Err(problem) => {
            return Ok(ProofReport {
                sentence: problem.sentence,
                ..ProofReport::default()
            });
        }
    };
    let contract = Hash::from_hex(&view.contract).map_err(Failure::input)?;
    let key = consensusforge_core::base::digest::from_hex(&view.key).map_err(Failure::input)?;
    Ok(ProofReport {
        holds: true,
        root: Some(view.root),
        contract: Some(bech32::encode(&contract)),
        contract_hex: Some(view.contract),
        key: Some(key_text(&key)),
        key_hex: Some(view.key),
        value_hex: view.value,
        hashes: view.halves,
        sentence: view.sentence,
    })
}
