//! `addr_*`: between an address's text and its bytes. What is wrong with an address is told to the
//! contract as text; only a wrong region ends the call.

use super::prices::{ADDRESS, TEXT};
use super::region;
use crate::base::Hash;
use crate::types::bech32;
use crate::vm::Failure;
use crate::vm::abi::{Guest, HostAction, pay};

/// Of an address's bytes, as cosmwasm-vm reads at most.
const MAX_CANONICAL: usize = 64;

/// Why a text is no address; the contract is told.
#[derive(Debug, thiserror::Error)]
enum NoAddress {
    #[error(transparent)]
    Bech32(#[from] bech32::AddressError),
    #[error("the address is not valid UTF-8")]
    NotUtf8,
}

/// The address a contract means, or what to tell it.
fn parse(
    guest: &mut dyn Guest,
    what: &str,
    pointer: u64,
) -> Result<Result<Hash, NoAddress>, Failure> {
    let bytes = region::read(guest, what, pointer, bech32::MAX_BYTES)?;
    pay(guest, TEXT, bytes.len())?;
    pay(guest, ADDRESS, 0)?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => bech32::decode(&text).map_err(NoAddress::from),
        Err(_) => Err(NoAddress::NotUtf8),
    })
}

fn wrong(what: &'static str, why: impl ToString) -> HostAction {
    HostAction::Give {
        what,
        bytes: why.to_string().into_bytes(),
    }
}

pub fn validate(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    match parse(guest, "addr_validate: the address", args[0])? {
        Ok(_) => Ok(HostAction::Value(0)),
        Err(why) => Ok(wrong("addr_validate: the answer", why)),
    }
}

pub fn canonicalize(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    match parse(guest, "addr_canonicalize: the address", args[0])? {
        Ok(address) => {
            let bytes = bech32::canonical(&address);
            region::write(guest, "addr_canonicalize: the result", args[1], bytes)?;
            Ok(HostAction::Value(0))
        }
        Err(why) => Ok(wrong("addr_canonicalize: the answer", why)),
    }
}

pub fn humanize(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let bytes = region::read(guest, "addr_humanize: the bytes", args[0], MAX_CANONICAL)?;
    pay(guest, ADDRESS, 0)?;
    let Some(address) = bech32::from_canonical(&bytes) else {
        let why = format!(
            "an address has 32 bytes, or 20 where it is derived from a key as Cosmos does, and not {}",
            bytes.len()
        );
        return Ok(wrong("addr_humanize: the answer", why));
    };
    let text = bech32::encode(&address);
    region::write(guest, "addr_humanize: the result", args[1], text.as_bytes())?;
    Ok(HostAction::Value(0))
}
