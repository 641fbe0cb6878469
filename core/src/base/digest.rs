//! SHA-256 digests with a domain in front, so that bytes signed or hashed for one purpose can never
//! be taken for another's.

use borsh::{BorshDeserialize, BorshSerialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Why a text is not the hex of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// Bytes are pairs of digits, and one digit has no partner.
    #[error("hex comes in pairs of digits, but this text has {digits}")]
    Odd {
        /// Bytes of the text, without `0x`.
        digits: usize,
    },
    /// The first byte of the text that is not a hex digit.
    #[error("'{0}' is not a hex digit")]
    Digit(char),
    /// Hex of the wrong length for a digest.
    #[error("a digest has 64 hex digits, but this text has {digits}")]
    NotADigest {
        /// Digits found, without `0x`.
        digits: usize,
    },
}

/// A SHA-256 digest. Shown as lower-case hex; `{:.8}` shows the first eight digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// 32 zero bytes: stands for "none" where a digest is required, as for the parent of genesis.
    pub const ZERO: Hash = Hash([0; 32]);

    /// Reads 64 hex digits.
    ///
    /// # Errors
    /// [`HexError`] for another number of digits, or a character that is not hex.
    pub fn from_hex(text: &str) -> Result<Hash, HexError> {
        let bytes = from_hex(text)?;
        let digits = bytes.len() * 2;
        let bytes = bytes.try_into();
        bytes.map(Hash).map_err(|_| HexError::NotADigest { digits })
    }

    /// The first `digits` hex digits (at most 64), as people quote a digest.
    #[must_use]
    pub fn short(&self, digits: usize) -> String {
        let mut text = to_hex(&self.0);
        text.truncate(digits);
        text
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&to_hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.short(8))
    }
}

/// Serialised as 64 hex digits.
impl serde::Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&to_hex(&self.0))
    }
}

impl<'de> serde::Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(d)?;
        Hash::from_hex(&text).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Hash {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hash".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[0-9a-fA-F]{64}$"})
    }
}

/// Digest of raw `bytes` under `domain`.
#[must_use]
pub fn hash_bytes(domain: &str, bytes: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update((domain.len() as u64).to_le_bytes());
    hasher.update(domain.as_bytes());
    hasher.update(bytes);
    Hash(hasher.finalize().into())
}

/// Digest of the canonical encoding of `value` under `domain`.
#[must_use]
pub fn hash_of<T: BorshSerialize + ?Sized>(domain: &str, value: &T) -> Hash {
    hash_bytes(domain, &super::encode(value))
}

/// Plain SHA-256, the name a `.wasm` file is known by everywhere.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// Two lower-case digits for each byte.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| {
            [
                DIGITS[usize::from(b >> 4)] as char,
                DIGITS[usize::from(b & 15)] as char,
            ]
        })
        .collect()
}

/// Reads pairs of hex digits; an optional `0x` in front is skipped.
///
/// # Errors
/// [`HexError`] for the first byte that is not a hex digit, or an odd number of digits.
pub fn from_hex(text: &str) -> Result<Vec<u8>, HexError> {
    let text = text.strip_prefix("0x").unwrap_or(text);
    if !text.len().is_multiple_of(2) {
        return Err(HexError::Odd { digits: text.len() });
    }
    let digit = |c: u8| match c {
        b'0'..=b'9' => Ok(c - b'0'),
        b'a'..=b'f' => Ok(c - b'a' + 10),
        b'A'..=b'F' => Ok(c - b'A' + 10),
        other => Err(HexError::Digit(char::from(other))),
    };
    text.as_bytes()
        .chunks(2)
        .map(|pair| Ok(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}
