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

/// Bytes that are not the canonical encoding of the value that was asked for.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DecodeError(#[from] std::io::Error);

/// Reads a value that must fill `bytes` exactly.
///
/// ```
/// use consensusforge_core::base::{decode, encode};
///
/// assert_eq!(decode::<u32>(&encode(&7_u32)).unwrap(), 7);
/// assert!(decode::<u32>(&[7, 0, 0]).is_err()); // too short
/// assert!(decode::<u32>(&[7, 0, 0, 0, 0]).is_err()); // a byte too many
/// ```
///
/// # Errors
/// [`DecodeError`] for a short input, an unknown tag, or trailing bytes.
pub fn decode<T: BorshDeserialize>(bytes: &[u8]) -> Result<T, DecodeError> {
    Ok(T::try_from_slice(bytes)?)
}
