//! Which modules speak this ABI: what cosmwasm-vm checks at upload, and on top of it what it finds out
//! only when the contract is called.

use super::{ALLOCATE, DEALLOCATE, MARKER, curves, export};
use crate::base::limits::MAX_WASM_LOCALS_STRICT;
use crate::vm::Entry;

use crate::vm::module::{
    Export, ModuleInterface, ModuleShape, Profile, Refusal, Rule, Signature, Ty,
};

const MARKERS: &str = "interface_version_";
const OLD_MARKERS: [&str; 2] = ["cosmwasm_vm_version_", "cosmwasm_api_"];
const REQUIRES: &str = "requires_";
/// A contract with all of these has an IBC port.
const IBC_ENTRIES: [&str; 6] = [
    "ibc_channel_open",
    "ibc_channel_connect",
    "ibc_channel_close",
    "ibc_packet_receive",
    "ibc_packet_ack",
    "ibc_packet_timeout",
];

/// What contracts may say they need. Staking and the gateway to other modules are on the list so that
/// contracts with a use for them beside others can be tried; what they then ask for is refused at the
/// call, where the contract may catch it.
pub const CAPABILITIES: [&str; 12] = [
    "cosmwasm_1_1",
    "cosmwasm_1_2",
    "cosmwasm_1_3",
    "cosmwasm_1_4",
    "cosmwasm_2_0",
    "cosmwasm_2_1",
    "cosmwasm_2_2",
    "cosmwasm_3_0",
    "ibc2",
    "iterator",
    "staking",
    "stargate",
];

/// A CosmWasm contract that is not of this version.
pub fn near_miss(shape: &ModuleShape) -> Option<Refusal> {
    let other = shape.exports.keys().find(|name| {
        name.starts_with(MARKERS) || OLD_MARKERS.iter().any(|old| name.starts_with(old))
    });
    if let Some(marker) = other {
        return Some(Refusal::new(
            Rule::Abi,
            format!(
                "the module is a CosmWasm contract of another interface version (it exports `{marker}`); this chain runs `{MARKER}`, which cosmwasm-std 1.0 and later make"
            ),
        ));
    }
    const TELLING: [&str; 8] = [
        "db_read",
        "db_write",
        "db_remove",
        "db_scan",
        "addr_validate",
        "addr_canonicalize",
        "query_chain",
        "read_db",
    ];
    shape
        .imports
        .iter()
        .any(|(module, name, _)| module == super::MODULE && TELLING.contains(&name.as_str()))
        .then(|| {
            Refusal::new(
                Rule::Abi,
                format!(
                    "the module imports what CosmWasm contracts import, and exports no `{MARKER}`; build it with cosmwasm-std 1.0 or later"
                ),
            )
        })
}

pub fn check(shape: &ModuleShape, profile: Profile) -> Result<ModuleInterface, Refusal> {
    if profile == Profile::Strict {
        check_strictly(shape)?;
    }
    if let Some(second) = shape
        .exports
        .keys()
        .find(|name| name.starts_with(MARKERS) && *name != MARKER)
    {
        return Err(Refusal::new(
            Rule::Abi,
            format!("the module exports both `{MARKER}` and `{second}`; it must say one version"),
        ));
    }
    if !shape.exports_memory() {
        return Err(Refusal::new(
            Rule::Exports,
            "the module exports no memory named `memory`, so the chain cannot read or write it",
        ));
    }
    shape.expect_function(MARKER, &[], &[])?;
    shape.expect_function(ALLOCATE, &[Ty::I32], &[Ty::I32])?;
    shape.expect_function(DEALLOCATE, &[Ty::I32], &[])?;
    let entries = entries(shape)?;
    if shape.migrate_version_is_wrong {
        return Err(Refusal::new(
            Rule::Invalid,
            "the custom section `cw_migrate_version` must hold a decimal number below 2^64 and nothing else",
        ));
    }
    let capabilities: Vec<String> = shape
        .exports
        .keys()
        .filter_map(|name| name.strip_prefix(REQUIRES))
        .filter(|name| !name.is_empty())
        .map(str::to_string)
        .collect();
    let lacking: Vec<&str> = capabilities
        .iter()
        .map(String::as_str)
        .filter(|name| !CAPABILITIES.contains(name))
        .collect();
    if !lacking.is_empty() {
        return Err(Refusal::new(
            Rule::Capabilities,
            format!(
                "the module needs what this chain does not have: {}; it has {}",
                shown(&lacking),
                CAPABILITIES.join(", ")
            ),
        ));
    }
    Ok(ModuleInterface {
        functions: entries.iter().map(|e| export(*e).to_string()).collect(),
        crypto: shape
            .imports
            .iter()
            .any(|(_, name, _)| curves::NAMES.contains(&name.as_str())),
        ibc: IBC_ENTRIES
            .iter()
            .all(|name| shape.function(name).is_some()),
        entries,
        capabilities,
    })
}

/// At most ten names.
fn shown(names: &[&str]) -> String {
    let mut shown: Vec<String> = names
        .iter()
        .take(10)
        .map(|name| format!("`{}`", name.chars().take(64).collect::<String>()))
        .collect();
    if names.len() > 10 {
        shown.push(format!("and {} more", names.len() - 10));
    }
    shown.join(", ")
}

/// The entry points there are, each of a type that can be called.
fn entries(shape: &ModuleShape) -> Result<Vec<Entry>, Refusal> {
    let mut entries = Vec::new();
    for entry in Entry::ALL {
        let name = export(entry);
        let Some(Export::Function(found)) = shape.exports.get(name) else {
            continue;
        };
        let arities: &[usize] = match entry {
            Entry::Init | Entry::Call => &[3],
            Entry::View | Entry::Sudo | Entry::Reply => &[2],
            Entry::Migrate => &[2, 3],
        };
        let wanted: Vec<Signature> = arities
            .iter()
            .map(|arity| Signature {
                params: vec![Ty::I32; *arity],
                results: vec![Ty::I32],
            })
            .collect();
        if !wanted.contains(found) {
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            return Err(Refusal::new(
                Rule::Exports,
                format!(
                    "the entry point `{name}` has type {found} and must have type {}",
                    wanted.join(" or ")
                ),
            ));
        }
        entries.push(entry);
    }
    if entries.is_empty() {
        return Err(Refusal::new(
            Rule::Exports,
            format!(
                "the module exports none of the entry points {}, so nothing could ever run it",
                Entry::ALL.map(|e| format!("`{}`", export(e))).join(", ")
            ),
        ));
    }
    Ok(entries)
}

/// What only the strict profile asks for.
fn check_strictly(shape: &ModuleShape) -> Result<(), Refusal> {
    if shape.memory_maximum {
        return Err(Refusal::new(
            Rule::Memory,
            "the memory declares a maximum, which the profile `strict` refuses; leave it out, the chain sets one of its own",
        ));
    }
    if let Some((locals, place)) = &shape.most_locals
        && *locals > MAX_WASM_LOCALS_STRICT
    {
        return Err(Refusal::new(
            Rule::Counts,
            format!(
                "{place} has {locals} locals, more than the limit of {MAX_WASM_LOCALS_STRICT} of the profile `strict`"
            ),
        ));
    }
    Ok(())
}
