//! What a file is when it is no WebAssembly module, so that a person who picked the wrong file reads
//! what they picked.

use super::module::{Refusal, Rule};

const MAGIC: &[u8] = b"\0asm";
/// A core module of version 1.
const MODULE: &[u8] = &[1, 0, 0, 0];
/// Layer word of the component model.
const COMPONENT: &[u8] = &[0x0d, 0, 1, 0];

/// Looks at the first bytes and at the sizes of the sections.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refusal> {
    let text = if bytes.is_empty() {
        "the file is empty; choose a .wasm file".to_string()
    } else if bytes.starts_with(&[0x1f, 0x8b]) {
        "the file is gzip-compressed; unpack it and upload the .wasm inside".to_string()
    } else if bytes.starts_with(b"PK\x03\x04") {
        "the file is a zip archive; unpack it and upload the .wasm inside".to_string()
    } else if looks_like_html(bytes) {
        "the file is a web page, not WebAssembly; the download probably ended at an error page"
            .to_string()
    } else if looks_like_wat(bytes) {
        "the file is WebAssembly text; compile it to .wasm first, for example with wat2wasm"
            .to_string()
    } else if !bytes.starts_with(&MAGIC[..MAGIC.len().min(bytes.len())]) {
        "the file is not WebAssembly: a module starts with the bytes 00 61 73 6d".to_string()
    } else if bytes.len() < 8 {
        format!(
            "the file stops inside its header: it has {} of at least 8 bytes; upload the whole file",
            bytes.len()
        )
    } else if &bytes[4..8] == COMPONENT {
        "the file is a WebAssembly component; upload a core module, as `cargo build --target wasm32-unknown-unknown` makes it".to_string()
    } else if &bytes[4..8] != MODULE {
        "the file is WebAssembly of a version other than 1, which no engine here reads".to_string()
    } else if is_cut_off(&bytes[8..]) {
        format!(
            "the module stops in the middle, at byte {}; upload the whole file",
            bytes.len()
        )
    } else {
        return Ok(());
    };
    Err(Refusal::new(Rule::FileKind, text))
}

/// Whether the last section claims more bytes than follow. A section is an id, its size as a LEB128
/// number, and that many bytes. A size that is no number is left to the parser.
fn is_cut_off(mut rest: &[u8]) -> bool {
    while let Some((_, after_id)) = rest.split_first() {
        let mut size: u64 = 0;
        let mut used = 0;
        loop {
            let Some(byte) = after_id.get(used) else {
                return true;
            };
            size |= u64::from(byte & 0x7f) << (7 * used);
            used += 1;
            if byte & 0x80 == 0 {
                break;
            }
            if used == 5 {
                return false;
            }
        }
        let body = &after_id[used..];
        match usize::try_from(size).ok().and_then(|size| body.get(size..)) {
            Some(next) => rest = next,
            None => return true,
        }
    }
    false
}

fn looks_like_html(bytes: &[u8]) -> bool {
    let head = first_word(bytes);
    ["<!doctype", "<html", "<head", "<?xml"]
        .iter()
        .any(|tag| head.starts_with(tag))
}

fn looks_like_wat(bytes: &[u8]) -> bool {
    let head = first_word(bytes);
    head.starts_with("(module") || head.starts_with(";;") || head.starts_with("(;")
}

/// The first letters that are not white space, in lower case.
fn first_word(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes
        .iter()
        .take(256)
        .skip_while(|b| b.is_ascii_whitespace())
        .take(16)
        .map(|b| b.to_ascii_lowercase() as char)
        .collect()
}
