//! Which modules may be uploaded: a pure function of the bytes. `survey.rs` validates the module and
//! gathers its [`ModuleShape`]; the rules that need the whole shape are here. Each refusal is a
//! sentence naming the rule, the limit and the place.

use super::abi::Abi;
use super::module::{
    Admitted, ModuleInterface, ModuleShape, Profile, Refusal, Rule, Signature, foreign_import,
};
use super::{file_kind, gas, survey};
use crate::base::digest::sha256;
use crate::base::limits;

/// The refusal of a file of so many bytes, also where nobody has read them.
#[must_use]
pub fn too_large(bytes: u64) -> Refusal {
    Refusal::new(
        Rule::Size,
        format!(
            "the module has {bytes} bytes, more than the limit of {}; build it with opt-level \"z\", lto and strip",
            limits::MAX_WASM_BYTES
        ),
    )
}

/// Applies every static rule and finds the ABI.
///
/// # Errors
/// The first rule that is broken.
pub fn inspect(
    wasm: &[u8],
    abis: &[&'static dyn Abi],
    chain: Profile,
) -> Result<(Admitted, &'static dyn Abi, ModuleShape), Refusal> {
    file_kind::check(wasm)?;
    if wasm.len() > limits::MAX_WASM_BYTES {
        return Err(too_large(wasm.len() as u64));
    }
    let shape = survey::read(wasm)?;
    let abi = choose(&shape, abis)?;
    check_imports(&shape, abi)?;
    let card = check(wasm.len(), &shape, abi, abi.profile(chain))?;
    let strict = check(wasm.len(), &shape, abi, abi.profile(Profile::Strict)).is_ok();
    let admitted = Admitted {
        code: sha256(wasm),
        size: wasm.len() as u64,
        abi: abi.name(),
        marker: abi.marker(),
        profile: if strict {
            Profile::Strict
        } else {
            Profile::Modern
        },
        entries: card.entries,
        functions: card.functions,
        capabilities: card.capabilities,
        crypto: card.crypto,
        ibc: card.ibc,
        migrate_version: shape.migrate_version,
        start_gas: shape.start_gas(),
        upload_gas: gas::UPLOAD.gas(wasm.len() as u64),
    };
    Ok((admitted, abi, shape))
}

fn check(
    size: usize,
    shape: &ModuleShape,
    abi: &dyn Abi,
    profile: Profile,
) -> Result<ModuleInterface, Refusal> {
    if profile == Profile::Strict && size > limits::MAX_WASM_BYTES_STRICT {
        return Err(Refusal::new(
            Rule::Size,
            format!(
                "the module has {size} bytes, more than the {} anybody may store in the profile `strict`; build it with opt-level \"z\", lto and strip, or choose `modern`, which takes {}",
                limits::MAX_WASM_BYTES_STRICT,
                limits::MAX_WASM_BYTES
            ),
        ));
    }
    if let (Profile::Strict, Some((operator, place))) = (profile, &shape.bulk_memory) {
        return Err(Refusal::new(
            Rule::Feature,
            format!(
                "the module uses `{operator}` ({place}), which the profile `strict` refuses as cosmwasm-vm does; have wasm-opt lower it (--llvm-memory-copy-fill-lowering), or choose `modern`"
            ),
        ));
    }
    abi.check(shape, profile)
}

fn choose(shape: &ModuleShape, abis: &[&'static dyn Abi]) -> Result<&'static dyn Abi, Refusal> {
    if let Some(abi) = abis
        .iter()
        .find(|abi| shape.exports.contains_key(abi.marker()))
    {
        return Ok(*abi);
    }
    if let Some(refusal) = abis.iter().find_map(|abi| abi.near_miss(shape)) {
        return Err(refusal);
    }
    // An import says more about where a file comes from than a missing export does.
    if let Some(refusal) = shape
        .imports
        .iter()
        .find_map(|(module, name, _)| foreign_import(module, name))
    {
        return Err(refusal);
    }
    let markers: Vec<String> = abis.iter().map(|a| format!("`{}`", a.marker())).collect();
    Err(Refusal::new(
        Rule::Abi,
        format!(
            "the module does not say which contract interface it speaks: it exports none of {}; see docs/CONTRACT_ABI.md",
            markers.join(", ")
        ),
    ))
}

fn check_imports(shape: &ModuleShape, abi: &dyn Abi) -> Result<(), Refusal> {
    for (module, name, found) in &shape.imports {
        let known = abi
            .imports()
            .iter()
            .find(|i| module == abi.module() && i.name == name);
        let Some(known) = known else {
            if let Some(refusal) = foreign_import(module, name) {
                return Err(refusal);
            }
            let offered: Vec<&str> = abi.imports().iter().map(|i| i.name).collect();
            return Err(Refusal::new(
                Rule::Imports,
                format!(
                    "the module imports `{module}.{name}`, which the chain does not offer; module `{}` has {}",
                    abi.module(),
                    offered.join(", ")
                ),
            ));
        };
        let wanted = Signature {
            params: known.params.iter().map(|(_, ty)| *ty).collect(),
            results: known.result.into_iter().collect(),
        };
        // CosmWasm has an `abort` of one parameter; AssemblyScript's own has four.
        if *found != wanted
            && found.params.len() == 4
            && let Some(refusal) = foreign_import(module, name)
        {
            return Err(refusal);
        }
        if *found != wanted {
            return Err(Refusal::new(
                Rule::Imports,
                format!(
                    "the import `{module}.{name}` has type {found} and must have type {wanted}"
                ),
            ));
        }
    }
    Ok(())
}
