//! The own ABI: pairs of pointer and length, no allocator, no encoding, so that a contract written
//! by hand fits on one screen. `docs/CONTRACT_ABI.md` is its document; a test holds the two together.

use super::{Abi, Entrance, Guest, HostAction, Import, pay, read, write};
use crate::base::limits::{
    MAX_EVENT_BYTES, MAX_EVENTS_PER_CALL, MAX_FAIL_BYTES, MAX_OUTPUT_BYTES, MAX_STORAGE_KEY,
    MAX_STORAGE_VALUE,
};
use crate::types::transaction::NATIVE_DENOM;
use crate::vm::module::{
    Export, ModuleInterface, ModuleShape, Profile, Refusal, Rule, Signature, Ty,
};
use crate::vm::{Entry, Failure, FailureKind, Response, TransferError, gas};

/// The project's own interface, described in `docs/CONTRACT_ABI.md`.
pub struct Forge;

/// Module of its imports.
pub const MODULE: &str = "forge";
/// The export by which a contract says that it speaks it.
pub const MARKER: &str = "forge_version_1";

/// The table.
pub static IMPORTS: &[Import] = &[
    Import {
        name: "input",
        params: &[("dst", Ty::I32), ("cap", Ty::I32)],
        result: Some(Ty::I32),
        body: input,
        doc: "Copies at most `cap` bytes of the call's input to `dst`; returns the input's full length.",
    },
    Import {
        name: "output",
        params: &[("ptr", Ty::I32), ("len", Ty::I32)],
        result: None,
        body: output,
        doc: "Makes these bytes the answer of the call; a later one replaces it.",
    },
    Import {
        name: "sender",
        params: &[("dst32", Ty::I32)],
        result: None,
        body: sender,
        doc: "Writes the 32 bytes of the caller's address.",
    },
    Import {
        name: "self_address",
        params: &[("dst32", Ty::I32)],
        result: None,
        body: self_address,
        doc: "Writes the 32 bytes of the contract's own address.",
    },
    Import {
        name: "height",
        params: &[],
        result: Some(Ty::I64),
        body: height,
        doc: "Returns the height of the block being executed.",
    },
    Import {
        name: "value",
        params: &[("dst16", Ty::I32)],
        result: None,
        body: value,
        doc: "Writes the tokens sent with the call, 16 bytes little endian.",
    },
    Import {
        name: "balance",
        params: &[("address32", Ty::I32), ("dst16", Ty::I32)],
        result: None,
        body: balance,
        doc: "Writes the tokens an account owns, 16 bytes little endian.",
    },
    Import {
        name: "get",
        params: &[
            ("key", Ty::I32),
            ("key_len", Ty::I32),
            ("dst", Ty::I32),
            ("cap", Ty::I32),
        ],
        result: Some(Ty::I32),
        body: get,
        doc: "Copies at most `cap` bytes of the stored value to `dst`; returns its full length, or -1 when the key is absent.",
    },
    Import {
        name: "set",
        params: &[
            ("key", Ty::I32),
            ("key_len", Ty::I32),
            ("val", Ty::I32),
            ("val_len", Ty::I32),
        ],
        result: None,
        body: set,
        doc: "Stores a value under a key.",
    },
    Import {
        name: "del",
        params: &[("key", Ty::I32), ("key_len", Ty::I32)],
        result: None,
        body: del,
        doc: "Removes a key; removing an absent one is fine.",
    },
    Import {
        name: "transfer",
        params: &[("to32", Ty::I32), ("lo", Ty::I64), ("hi", Ty::I64)],
        result: Some(Ty::I32),
        body: transfer,
        doc: "Sends hi * 2^64 + lo tokens of the contract; returns 0, 1 when it owns less, 2 when the chain refuses.",
    },
    Import {
        name: "emit",
        params: &[("ptr", Ty::I32), ("len", Ty::I32)],
        result: None,
        body: emit,
        doc: "Records an event.",
    },
    Import {
        name: "fail",
        params: &[("ptr", Ty::I32), ("len", Ty::I32)],
        result: None,
        body: fail,
        doc: "Ends the call with this sentence; everything it wrote is undone. Does not return.",
    },
];

impl Abi for Forge {
    fn name(&self) -> &'static str {
        "forge"
    }

    fn marker(&self) -> &'static str {
        MARKER
    }

    fn module(&self) -> &'static str {
        MODULE
    }

    fn imports(&self) -> &'static [Import] {
        IMPORTS
    }

    /// Rust's own compiler makes such modules; the strict profile is about another ABI's past.
    fn profile(&self, _: Profile) -> Profile {
        Profile::Modern
    }

    fn check(&self, shape: &ModuleShape, _: Profile) -> Result<ModuleInterface, Refusal> {
        if !shape.exports_memory() {
            return Err(Refusal::new(
                Rule::Exports,
                "the module exports no memory named `memory`, so the chain cannot read or write it; add (export \"memory\" (memory 0))",
            ));
        }
        shape.expect_function(MARKER, &[], &[])?;
        let mut entries = Vec::new();
        for entry in [Entry::Init, Entry::Call, Entry::View] {
            if shape.function(entry.name()).is_some() {
                shape.expect_function(entry.name(), &[], &[])?;
                entries.push(entry);
            }
        }
        if entries.is_empty() {
            return Err(Refusal::new(
                Rule::Exports,
                "the module exports none of the functions `init`, `call` and `view`, so nothing could ever run it; export at least one, of type () -> ()",
            ));
        }
        let empty = Signature {
            params: Vec::new(),
            results: Vec::new(),
        };
        let functions = shape
            .exports
            .iter()
            .filter(|(name, export)| {
                **export == Export::Function(empty.clone()) && name.as_str() != MARKER
            })
            .map(|(name, _)| name.clone())
            .collect();
        Ok(ModuleInterface {
            entries,
            functions,
            ..ModuleInterface::default()
        })
    }

    fn enter(&self, guest: &mut dyn Guest) -> Result<Entrance, Failure> {
        // It could neither see them nor send them on.
        if let Some(coin) = guest
            .context()
            .funds
            .iter()
            .find(|coin| coin.denom != NATIVE_DENOM)
        {
            return Err(Failure::bad_request(format!(
                "contracts take {NATIVE_DENOM} only, not {}",
                coin.denom
            )));
        }
        let entry = guest.context().entry;
        let verb = match entry {
            Entry::Init | Entry::Call => "called",
            Entry::View => "asked",
            // Functions of these names would be ordinary exports: this ABI has three entry points.
            Entry::Migrate | Entry::Sudo | Entry::Reply => {
                return Err(Failure::new(
                    FailureKind::NoEntry,
                    format!(
                        "the contract speaks `{MODULE}`, which has no entry point for {}",
                        match entry {
                            Entry::Migrate => "new code",
                            Entry::Sudo => "calls of the chain itself",
                            _ => "replies",
                        }
                    ),
                ));
            }
        };
        if !guest.has_export(entry.name()) {
            // Most contracts need no setting up: deploying one without `init` is fine.
            if entry == Entry::Init {
                return Ok(Entrance::Done(Response::of(Vec::new())));
            }
            return Err(Failure::new(
                FailureKind::NoEntry,
                format!(
                    "the contract has no function `{}`, so it cannot be {verb}",
                    entry.name()
                ),
            ));
        }
        Ok(Entrance::Call {
            function: entry.name(),
            arguments: Vec::new(),
        })
    }

    fn leave(&self, guest: &mut dyn Guest, _: u64) -> Result<Response, Failure> {
        Ok(Response::of(std::mem::take(&mut guest.state().output)))
    }
}

/// A length argument, refused above `limit` before anything is copied.
fn length(what: &str, len: u64, limit: usize) -> Result<usize, Failure> {
    match usize::try_from(len) {
        Ok(len) if len <= limit => Ok(len),
        _ => Err(Failure::bad_request(format!(
            "{what} of {len} bytes is longer than the limit of {limit}"
        ))),
    }
}

fn key(guest: &mut dyn Guest, name: &str, pointer: u64, len: u64) -> Result<Vec<u8>, Failure> {
    let len = length(&format!("{name}: a key"), len, MAX_STORAGE_KEY)?;
    if len == 0 {
        return Err(Failure::bad_request(format!(
            "{name}: an empty key cannot be used; give it at least one byte"
        )));
    }
    read(guest, name, pointer, len)
}

fn changes(guest: &dyn Guest, what: &str) -> Result<(), Failure> {
    if guest.context().is_read_only() {
        return Err(Failure::new(
            FailureKind::ReadOnly,
            format!("{what} was used in a read-only call: a view may look and not change anything"),
        ));
    }
    Ok(())
}

/// How many of `len` bytes the contract's buffer of `cap` takes. What a function returns is the full
/// length, so that a contract can see that its buffer was short.
fn fitting(len: usize, cap: u64) -> usize {
    usize::try_from(cap).map_or(len, |cap| cap.min(len))
}

fn input(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let full = guest.context().input.len();
    let part = fitting(full, args[1]);
    pay(guest, gas::COPY, part)?;
    let bytes = guest.context().input[..part].to_vec();
    write(guest, "input", args[0], &bytes)?;
    Ok(HostAction::Value(full as u64))
}

fn output(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let len = length("output: an answer", args[1], MAX_OUTPUT_BYTES)?;
    pay(guest, gas::OUTPUT, len)?;
    let bytes = read(guest, "output", args[0], len)?;
    guest.state().output = bytes;
    Ok(HostAction::Value(0))
}

fn sender(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let address = guest.context().sender;
    write(guest, "sender", args[0], &address)?;
    Ok(HostAction::Value(0))
}

fn self_address(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let address = guest.context().contract;
    write(guest, "self_address", args[0], &address)?;
    Ok(HostAction::Value(0))
}

fn height(guest: &mut dyn Guest, _: &[u64]) -> Result<HostAction, Failure> {
    Ok(HostAction::Value(guest.context().height))
}

fn value(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let amount = guest.context().value().to_le_bytes();
    write(guest, "value", args[0], &amount)?;
    Ok(HostAction::Value(0))
}

fn balance(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    pay(guest, gas::BALANCE, 0)?;
    let of = address(guest, "balance", args[0])?;
    let amount = guest.host().balance(&of).to_le_bytes();
    write(guest, "balance", args[1], &amount)?;
    Ok(HostAction::Value(0))
}

fn get(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let key = key(guest, "get", args[0], args[1])?;
    pay(guest, gas::GET, key.len())?;
    match guest.host().get(&key) {
        Some(bytes) => {
            guest.charge(
                gas::GET.category,
                gas::GET.per_unit.saturating_mul(bytes.len() as u64),
            )?;
            let part = fitting(bytes.len(), args[3]);
            pay(guest, gas::COPY, part)?;
            write(guest, "get", args[2], &bytes[..part])?;
            Ok(HostAction::Value(bytes.len() as u64))
        }
        None => Ok(HostAction::Value(u64::from(u32::MAX))),
    }
}

fn set(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    changes(guest, "set")?;
    let key = key(guest, "set", args[0], args[1])?;
    let len = length("set: a value", args[3], MAX_STORAGE_VALUE)?;
    pay(guest, gas::SET, key.len().saturating_add(len))?;
    let bytes = read(guest, "set", args[2], len)?;
    guest.host().set(&key, &bytes);
    Ok(HostAction::Value(0))
}

fn del(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    changes(guest, "del")?;
    let key = key(guest, "del", args[0], args[1])?;
    pay(guest, gas::DEL, key.len())?;
    guest.host().delete(&key);
    Ok(HostAction::Value(0))
}

fn transfer(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    changes(guest, "transfer")?;
    pay(guest, gas::TRANSFER, 0)?;
    let to = address(guest, "transfer", args[0])?;
    let amount = u128::from(args[2]) << 64 | u128::from(args[1]);
    Ok(HostAction::Value(match guest.host().transfer(to, amount) {
        Ok(()) => 0,
        Err(TransferError::Insufficient) => 1,
        Err(TransferError::Refused) => 2,
    }))
}

fn emit(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    changes(guest, "emit")?;
    if guest.state().events >= MAX_EVENTS_PER_CALL {
        return Err(Failure::bad_request(format!(
            "emit: a call may emit at most {MAX_EVENTS_PER_CALL} events"
        )));
    }
    let len = length("emit: an event", args[1], MAX_EVENT_BYTES)?;
    pay(guest, gas::EVENT, len)?;
    let bytes = read(guest, "emit", args[0], len)?;
    guest.state().events += 1;
    guest.host().emit(&bytes);
    Ok(HostAction::Value(0))
}

/// Bytes that are no text become replacement characters: a failure is always readable.
fn fail(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let len = length("fail: a sentence", args[1], MAX_FAIL_BYTES)?;
    pay(guest, gas::OUTPUT, len)?;
    let bytes = read(guest, "fail", args[0], len)?;
    Err(Failure::new(
        FailureKind::Contract,
        String::from_utf8_lossy(&bytes).into_owned(),
    ))
}

fn address(guest: &mut dyn Guest, what: &str, pointer: u64) -> Result<[u8; 32], Failure> {
    let bytes = read(guest, what, pointer, 32)?;
    let mut address = [0; 32];
    address.copy_from_slice(&bytes);
    Ok(address)
}
