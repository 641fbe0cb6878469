//! Modules a scenario brings along.

use super::validators::name;
use super::{Checked, ScenarioError, few, quote, require};
use crate::base::digest::sha256;
use crate::base::limits::{MAX_CONTRACTS, MAX_WASM_BYTES};
use crate::model::ContractSpec;
use crate::vm::builtin::{by_hash, catalogue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeSet;

/// The names commands may use.
pub(super) fn check(contracts: &[ContractSpec]) -> Result<BTreeSet<&str>, ScenarioError> {
    few("contracts", contracts.len(), MAX_CONTRACTS, "contracts")?;
    let mut names = BTreeSet::new();
    for (i, contract) in contracts.iter().enumerate() {
        let place = format!("contracts[{i}]");
        name(&format!("{place}.name"), &contract.name)?;
        require(
            names.insert(contract.name.as_str()),
            &format!("{place}.name"),
            || {
                format!(
                    "two contracts are called {}; rename one.",
                    quote(&contract.name)
                )
            },
        )?;
        module(&place, contract)?;
    }
    Ok(names)
}

fn module(place: &str, contract: &ContractSpec) -> Checked {
    let Some(text) = &contract.wasm else {
        return require(
            by_hash(contract.sha256).is_some(),
            &format!("{place}.sha256"),
            || {
                let names: Vec<&str> = catalogue().iter().map(|b| b.name).collect();
                format!(
                    "no built-in contract ({}) has the digest {}; put the module's bytes (base64) in \
                     `wasm`.",
                    names.join(", "),
                    contract.sha256
                )
            },
        );
    };
    let place = format!("{place}.wasm");
    // Checked on the text first, so that nothing large is decoded.
    let most = MAX_WASM_BYTES.div_ceil(3) * 4;
    require(text.len() <= most, &place, || {
        format!(
            "the module {} is larger than {MAX_WASM_BYTES} bytes, the most a contract may have. Build \
             it for size (opt-level \"z\", wasm-opt -Oz).",
            quote(&contract.name)
        )
    })?;
    let bytes = STANDARD.decode(text.as_ref()).map_err(|e| {
        ScenarioError::new(
            &place,
            format!("this is not base64 ({e}). Encode the module again."),
        )
    })?;
    require(bytes.len() <= MAX_WASM_BYTES, &place, || {
        format!(
            "the module {} has {} bytes; at most {MAX_WASM_BYTES} are allowed. Build it for size \
             (opt-level \"z\", wasm-opt -Oz).",
            quote(&contract.name),
            bytes.len()
        )
    })?;
    let found = sha256(&bytes);
    require(found == contract.sha256, &place, || {
        format!(
            "these bytes have the digest {found}, but `sha256` says {}. Correct the one that \
             is wrong.",
            contract.sha256
        )
    })
}
