//! Real ed25519 keys and signatures over domain-separated canonical bytes.

use crate::base::{Hash, hash_of};
use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};

/// An ed25519 public key (RFC 8032), compressed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct PublicKey(pub [u8; 32]);

/// An ed25519 signature (RFC 8032).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Signature(pub [u8; 64]);

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", Hash(self.0).short(8))
    }
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..", crate::base::digest::to_hex(&self.0[..4]))
    }
}

/// A secret key and its public half.
#[derive(Clone)]
pub struct Keypair(SigningKey);

impl Keypair {
    /// The pair of a 32-byte secret. A run's secrets come from its seed and are no secret at all.
    #[must_use]
    pub fn from_secret(secret: [u8; 32]) -> Self {
        Keypair(SigningKey::from_bytes(&secret))
    }

    /// The key that verifies what this pair signs.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `digest`, which must already be separated by domain.
    #[must_use]
    pub fn sign(&self, digest: &Hash) -> Signature {
        Signature(self.0.sign(&digest.0).to_bytes())
    }
}

impl std::fmt::Debug for Keypair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keypair({:?})", self.public())
    }
}

/// Strict verification: no small-order keys, canonical encodings only.
#[must_use]
pub fn verify(key: &PublicKey, digest: &Hash, signature: &Signature) -> bool {
    VerifyingKey::from_bytes(&key.0)
        .and_then(|k| {
            k.verify_strict(
                &digest.0,
                &ed25519_dalek::Signature::from_bytes(&signature.0),
            )
        })
        .is_ok()
}

/// What can be signed: it names the domain its bytes live in.
pub trait Signable: BorshSerialize {
    /// Keeps this kind of bytes apart from every other that is signed: `consensusforge/tendermint/message`.
    const DOMAIN: &'static str;

    /// The digest that is signed on chain `chain`.
    fn digest(&self, chain: &Hash) -> Hash {
        hash_of(Self::DOMAIN, &(chain, self))
    }
}
