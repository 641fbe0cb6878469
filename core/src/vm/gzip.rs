//! Modules come packed with gzip (RFC 1952), as wasmd takes them: unpacked before anything else is done.

use super::module::{Refusal, Rule};
use crate::base::limits::MAX_WASM_BYTES;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
use std::borrow::Cow;

const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
/// Fixed part of the header; checksum and size at the end.
const HEADER: usize = 10;
const TRAILER: usize = 8;

/// Flags: which parts follow the fixed header.
const HEADER_CHECKSUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

/// The module in these bytes: what they unpack to when they are a gzip file, else themselves.
///
/// # Errors
/// When a gzip file is damaged, or unpacks to more than a module may have.
pub fn unpack(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Refusal> {
    if !bytes.starts_with(&MAGIC) {
        return Ok(Cow::Borrowed(bytes));
    }
    let damaged = || {
        Refusal::new(
            Rule::FileKind,
            "the gzip file is damaged or cut; pack the module again, or upload it unpacked",
        )
    };
    let deflated = deflated(bytes).ok_or_else(damaged)?;
    let (packed, trailer) = deflated
        .split_at_checked(deflated.len().saturating_sub(TRAILER))
        .filter(|(_, trailer)| trailer.len() == TRAILER)
        .ok_or_else(damaged)?;
    let module = decompress_to_vec_with_limit(packed, MAX_WASM_BYTES).map_err(|error| {
        if error.status == TINFLStatus::HasMoreOutput {
            Refusal::new(
                Rule::Size,
                format!("the gzip file unpacks to more than the {MAX_WASM_BYTES} bytes a module may have"),
            )
        } else {
            damaged()
        }
    })?;
    let size = (module.len() as u32).to_le_bytes();
    if trailer[..4] != crc32(&module).to_le_bytes() || trailer[4..] != size {
        return Err(damaged());
    }
    Ok(Cow::Owned(module))
}

/// What follows the header.
fn deflated(bytes: &[u8]) -> Option<&[u8]> {
    let flags = *bytes.get(3)?;
    let mut rest = bytes.get(HEADER..)?;
    if flags & EXTRA != 0 {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        rest = behind.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end.checked_add(1)?..)?;
        }
    }
    if flags & HEADER_CHECKSUM != 0 {
        rest = rest.get(2..)?;
    }
    Some(rest)
}

/// CRC-32 of ISO 3309, bit by bit: a module of 3 MiB takes some thirty milliseconds.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let odd = crc & 1 == 1;
            crc >>= 1;
            if odd {
                crc ^= 0xedb8_8320;
            }
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gzip file with a name and a comment.
    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut file = vec![0x1f, 0x8b, 8, NAME | COMMENT, 0, 0, 0, 0, 0, 3];
        file.extend(b"contract.wasm\0a comment\0");
        file.extend(miniz_oxide::deflate::compress_to_vec(bytes, 6));
        file.extend(crc32(bytes).to_le_bytes());
        file.extend((bytes.len() as u32).to_le_bytes());
        file
    }

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_packed_module_unpacks_and_others_stay_as_they_are() {
        let module = b"\0asm\x01\0\0\0".repeat(100);
        assert_eq!(unpack(&packed(&module)).unwrap(), module);
        assert_eq!(unpack(&module).unwrap(), module);
        assert_eq!(unpack(b"").unwrap(), b"".as_slice());
    }

    #[test]
    fn a_damaged_or_exploding_file_is_refused() {
        let file = packed(b"\0asm\x01\0\0\0");
        for cut in 3..file.len() {
            assert!(unpack(&file[..cut]).is_err(), "{cut}");
        }
        let mut wrong = file.clone();
        let last = wrong.len() - 1;
        wrong[last - 5] ^= 1;
        assert_eq!(unpack(&wrong).unwrap_err().rule, Rule::FileKind);
        let bomb = packed(&vec![0; MAX_WASM_BYTES + 1]);
        assert!(bomb.len() < 10_000);
        assert_eq!(unpack(&bomb).unwrap_err().rule, Rule::Size);
    }
}
