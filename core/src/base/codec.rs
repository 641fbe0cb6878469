//! Canonical encoding. One value has exactly one encoding (Borsh), so that what is signed and hashed
//! is the value and not one of its spellings.

use borsh::{BorshDeserialize, BorshSerialize};

/// The canonical bytes of `value`.
#[must_use]
pub fn encode<T: BorshSerialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A Vec never refuses bytes, and none of our types can fail to encode.
    let written = value.serialize(&mut bytes);
    debug_assert!(written.is_ok());
    bytes
}

/// Reads a value that must fill `bytes` exactly.
///
/// # Errors
/// A text naming what did not fit: a short input, a bad tag, or trailing bytes.
pub fn decode<T: BorshDeserialize>(bytes: &[u8]) -> Result<T, String> {
    T::try_from_slice(bytes).map_err(|e| e.to_string())
}
