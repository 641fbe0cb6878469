//! Addresses as CosmWasm contracts write them: bech32 (BIP-173, not bech32m) under one prefix.
//!
//! A text is an address when it is exactly what [`encode`] makes of some address: lower case, the chain's
//! prefix, a right checksum. So two different texts never name one account.
//!
//! Accounts and contracts of this chain have 32 bytes. Contracts derive others: an account of the Cosmos SDK
//! has the 20 bytes of a hash of its key. Such an address is kept as its 20 bytes and 12 zeros, and written
//! as 20; no key or hash of this chain ends in twelve zeros but by a chance of 2^-96.

use super::Address;
use crate::base::Hash;
use bech32::primitives::decode::{CheckedHrpstring, CheckedHrpstringError, UncheckedHrpstring};
use bech32::{Bech32, Hrp};

/// The part before the `1`.
pub const PREFIX: &str = "forge";
/// A longer text is no address on any chain.
pub const MAX_BYTES: usize = 256;

/// Why a text is not an address. Contracts receive these texts through `addr_validate`, so they are the same
/// in every version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no text.
    #[error("the address is empty")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the address has {bytes} characters, more than the limit of {MAX_BYTES}")]
    TooLong {
        /// Bytes of the text.
        bytes: usize,
    },
    /// Not of the form of any bech32 text.
    #[error(
        "the text is no bech32 address: it must be `{PREFIX}1` and then letters and digits of one case"
    )]
    Form,
    /// A mistyped character, or a text that was cut.
    #[error("the address has a typing mistake or is cut: its checksum does not fit")]
    Checksum,
    /// The checksum of bech32m (BIP-350).
    #[error("the address is bech32m; this chain uses bech32")]
    Bech32m,
    /// The right address, in capitals.
    #[error("the address is in upper case; write it in lower case")]
    UpperCase,
    /// Another prefix than [`PREFIX`].
    #[error("the address is of another chain: it begins with `{prefix}1` and not with `{PREFIX}1`")]
    OtherChain {
        /// What stands before the `1`.
        prefix: String,
    },
    /// A checksum that is right for a text that no encoder writes, such as one with padding bits.
    #[error("the text is no bech32 address")]
    NotCanonical,
    /// Addresses have 32 bytes, or 20.
    #[error(
        "the address stands for {bytes} bytes; addresses have 32, or 20 where they are derived from a key as Cosmos does"
    )]
    Length {
        /// Bytes the text stands for.
        bytes: usize,
    },
}

/// Bytes of an address as the Cosmos SDK derives it from a key.
const SHORT: usize = 20;

/// The text for an address.
#[must_use]
pub fn encode(address: &Address) -> String {
    encode_bytes(canonical(address))
}

/// The bytes an address stands for: 32, or 20 where it is one of the Cosmos SDK's.
#[must_use]
pub fn canonical(address: &Address) -> &[u8] {
    let (short, rest) = address.0.split_at(SHORT);
    // The zero address, which is nobody, is of this chain.
    if rest.iter().all(|byte| *byte == 0) && short.iter().any(|byte| *byte != 0) {
        short
    } else {
        &address.0
    }
}

/// The address of 20 or 32 bytes; `None` for other lengths, and for 32 bytes that stand for a shorter one.
#[must_use]
pub fn from_canonical(bytes: &[u8]) -> Option<Address> {
    let mut whole = [0; 32];
    match bytes.len() {
        32 => whole.copy_from_slice(bytes),
        SHORT => whole[..SHORT].copy_from_slice(bytes),
        _ => return None,
    }
    let address = Hash(whole);
    // One account has one spelling.
    (canonical(&address).len() == bytes.len()).then_some(address)
}

/// The text for any bytes; an address has 32.
#[must_use]
pub fn encode_bytes(bytes: &[u8]) -> String {
    let prefix = Hrp::parse_unchecked(PREFIX);
    // Fails only beyond 1023 characters, which no caller comes near.
    bech32::encode::<Bech32>(prefix, bytes).unwrap_or_default()
}

/// The address a text names.
///
/// # Errors
/// [`AddressError`] for every text but the one that [`encode`] makes.
pub fn decode(text: &str) -> Result<Address, AddressError> {
    let bytes = decode_bytes(text)?;
    from_canonical(&bytes).ok_or(AddressError::Length { bytes: bytes.len() })
}

fn decode_bytes(text: &str) -> Result<Vec<u8>, AddressError> {
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    if text.len() > MAX_BYTES {
        return Err(AddressError::TooLong { bytes: text.len() });
    }
    let checked = CheckedHrpstring::new::<Bech32>(text).map_err(|error| match error {
        CheckedHrpstringError::Parse(_) => AddressError::Form,
        CheckedHrpstringError::Checksum(_) => other_checksum(text),
        _ => AddressError::NotCanonical,
    })?;
    if checked.hrp().as_str() != PREFIX {
        // The prefix passed as letters of one case; in upper case it is still another text.
        return Err(if checked.hrp().to_lowercase() == PREFIX {
            AddressError::UpperCase
        } else {
            AddressError::OtherChain {
                prefix: checked.hrp().to_string(),
            }
        });
    }
    let bytes: Vec<u8> = checked.byte_iter().collect();
    // Padding bits and the like: only the one text that encoding gives is the address.
    if encode_bytes(&bytes) != text {
        return Err(AddressError::NotCanonical);
    }
    Ok(bytes)
}

fn other_checksum(text: &str) -> AddressError {
    let modified = UncheckedHrpstring::new(text)
        .is_ok_and(|parsed| parsed.has_valid_checksum::<bech32::Bech32m>());
    if modified {
        AddressError::Bech32m
    } else {
        AddressError::Checksum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_and_has_one_spelling() {
        for byte in [0, 1, 0x7f, 0xff] {
            let address = Hash([byte; 32]);
            let text = encode(&address);
            assert!(text.starts_with("forge1"), "{text}");
            assert_eq!(text.len(), "forge1".len() + 52 + 6);
            assert_eq!(decode(&text), Ok(address));
            assert_eq!(decode(&text.to_uppercase()), Err(AddressError::UpperCase));
        }
    }

    #[test]
    fn an_address_of_20_bytes_reads_back_and_has_one_spelling() {
        let text = encode_bytes(&[9; 20]);
        let address = decode(&text).unwrap();
        assert_eq!(encode(&address), text);
        assert_eq!(canonical(&address), [9; 20]);
        assert_eq!(from_canonical(&[9; 20]), Some(address));
        // The same account spelt with 32 bytes.
        assert!(decode(&encode_bytes(&address.0)).is_err());
        // Nobody's.
        assert_eq!(decode(&encode(&Hash::ZERO)), Ok(Hash::ZERO));
        assert_eq!(canonical(&Hash::ZERO).len(), 32);
        assert_eq!(from_canonical(&[0; 20]), None);
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said() {
        let good = encode(&Hash([7; 32]));
        let no_bech32 = "the text is no bech32 address: it must be `forge1` and then letters and digits of one case";
        let typing = "the address has a typing mistake or is cut: its checksum does not fit";
        let mixed = good.replacen('f', "F", 1);
        let cases = [
            (String::new(), "the address is empty"),
            ("alice".into(), no_bech32),
            ("forge1".into(), typing),
            (mixed, no_bech32),
            ("forge1\u{e4}\u{f6}".into(), no_bech32),
            (format!("{}q", &good[..good.len() - 1]), typing),
            (
                "x".repeat(300),
                "the address has 300 characters, more than the limit of 256",
            ),
            (
                encode_bytes(&[1; 21]),
                "the address stands for 21 bytes; addresses have 32, or 20 where they are derived from a key as Cosmos does",
            ),
            (
                bech32::encode::<Bech32>(Hrp::parse_unchecked("cosmos"), &[1; 32]).unwrap(),
                "the address is of another chain: it begins with `cosmos1` and not with `forge1`",
            ),
            (
                bech32::encode::<bech32::Bech32m>(Hrp::parse_unchecked(PREFIX), &[1; 32]).unwrap(),
                "the address is bech32m; this chain uses bech32",
            ),
        ];
        for (text, sentence) in cases {
            let refused = decode(&text).unwrap_err();
            assert_eq!(refused.to_string(), sentence, "{text}");
        }
    }

    /// BIP-173's lists, judged by the crate this file stands on; another prefix is refused after that.
    #[test]
    fn the_vectors_of_bip_173() {
        let other_chain = "the address is of another chain";
        for text in [
            "a12uel5l",
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
            "?1ezyfcl",
        ] {
            let refused = decode(text).unwrap_err().to_string();
            assert!(refused.starts_with(other_chain), "{text}: {refused}");
        }
        for text in [
            "\u{20}1nwldj5",
            "pzry9x0s0muk",
            "1pzry9x0s0muk",
            "x1b4n0q5v",
            "li1dgmt3",
            "A1G7SGD8",
            "10a06t8",
            "1qzzfhee",
        ] {
            let refused = decode(text).unwrap_err().to_string();
            assert!(!refused.starts_with(other_chain), "{text}: {refused}");
        }
    }
}
