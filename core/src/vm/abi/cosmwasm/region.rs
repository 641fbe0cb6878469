//! Bytes between contract and chain. A pointer leads to twelve bytes of the contract's memory, the
//! region: offset, capacity and length of the bytes meant, each a little-endian u32. A contract may put
//! anything there and change it at every call into it, so a region is read anew and checked at each use.

use super::prices::{REGION_READ, REGION_WRITE};
use crate::vm::Failure;
use crate::vm::abi::{Guest, pay};

const SIZE: usize = 12;

struct Region {
    offset: u32,
    capacity: u32,
    length: u32,
}

/// Everything that can be wrong with a region, as a sentence about `what`.
fn load(guest: &mut dyn Guest, what: &str, pointer: u64) -> Result<Region, Failure> {
    let wrong = |text: &str| Failure::bad_request(format!("{what}: {text}"));
    if pointer == 0 {
        return Err(wrong("the contract gave no region, its pointer is 0"));
    }
    let start = usize::try_from(pointer).unwrap_or(usize::MAX);
    let Some(bytes) = start
        .checked_add(SIZE)
        .and_then(|end| guest.memory().get(start..end))
    else {
        return Err(wrong("the region lies outside the contract's memory"));
    };
    let word = |at: usize| {
        let mut word = [0; 4];
        word.copy_from_slice(&bytes[at..at + 4]);
        u32::from_le_bytes(word)
    };
    let region = Region {
        offset: word(0),
        capacity: word(4),
        length: word(8),
    };
    if region.offset == 0 {
        return Err(wrong("the region's bytes are at address 0"));
    }
    if region.length > region.capacity {
        return Err(wrong("the region is longer than its capacity"));
    }
    if region.offset.checked_add(region.capacity).is_none() {
        return Err(wrong("the region reaches beyond 4 GiB"));
    }
    Ok(region)
}

/// The bytes a region holds.
///
/// # Errors
/// A sentence about `what` when the region is wrong or longer than `limit`; out of gas.
pub fn read(
    guest: &mut dyn Guest,
    what: &str,
    pointer: u64,
    limit: usize,
) -> Result<Vec<u8>, Failure> {
    let region = load(guest, what, pointer)?;
    let (start, length) = (region.offset as usize, region.length as usize);
    if length > limit {
        return Err(Failure::bad_request(format!(
            "{what}: {length} bytes are more than the limit of {limit}"
        )));
    }
    pay(guest, REGION_READ, length)?;
    guest
        .memory()
        .get(start..start.saturating_add(length))
        .map(<[u8]>::to_vec)
        .ok_or_else(|| outside(what))
}

/// As [`read`]; pointer 0 means that nothing was given.
///
/// # Errors
/// As [`read`].
pub fn read_optional(
    guest: &mut dyn Guest,
    what: &str,
    pointer: u64,
    limit: usize,
) -> Result<Option<Vec<u8>>, Failure> {
    if pointer == 0 {
        return Ok(None);
    }
    read(guest, what, pointer, limit).map(Some)
}

/// Fills a region the contract has made ready.
///
/// # Errors
/// A sentence about `what` when the region is wrong or too small; out of gas.
pub fn write(guest: &mut dyn Guest, what: &str, pointer: u64, bytes: &[u8]) -> Result<(), Failure> {
    pay(guest, REGION_WRITE, bytes.len())?;
    let region = load(guest, what, pointer)?;
    let too_small = bytes.len() > region.capacity as usize;
    let Some(length) = u32::try_from(bytes.len()).ok().filter(|_| !too_small) else {
        return Err(Failure::bad_request(format!(
            "{what}: the region takes {} bytes, and {} are to be written",
            region.capacity,
            bytes.len()
        )));
    };
    let start = region.offset as usize;
    let memory = guest.memory();
    memory
        .get_mut(start..start.saturating_add(bytes.len()))
        .ok_or_else(|| outside(what))?
        .copy_from_slice(bytes);
    // The pointer was good a moment ago, and nothing of the contract has run since.
    let at = usize::try_from(pointer)
        .unwrap_or(usize::MAX)
        .saturating_add(8);
    memory
        .get_mut(at..at.saturating_add(4))
        .ok_or_else(|| outside(what))?
        .copy_from_slice(&length.to_le_bytes());
    Ok(())
}

fn outside(what: &str) -> Failure {
    Failure::bad_request(format!(
        "{what}: the region's bytes lie outside the contract's memory"
    ))
}
