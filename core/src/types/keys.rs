//! Real ed25519 signatures over domain-separated canonical bytes.

use super::{Signatures, ValidatorId};
use crate::base::{Hash, hash_of};
use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use std::sync::{Arc, OnceLock};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct PublicKey(pub [u8; 32]);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
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
    #[must_use]
    pub fn from_secret(secret: [u8; 32]) -> Self {
        Keypair(SigningKey::from_bytes(&secret))
    }

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
    const DOMAIN: &'static str;

    /// The digest that is signed on chain `chain`.
    fn digest(&self, chain: &Hash) -> Hash {
        hash_of(Self::DOMAIN, &(chain, self))
    }
}

/// A message, who claims to have signed it, and the signature. Shared by all its receivers, so that
/// the signature is verified once however many validators receive it.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct Signed<M> {
    pub signer: ValidatorId,
    pub message: M,
    pub signature: Signature,
    #[borsh(skip)]
    verdict: OnceLock<bool>,
}

impl<M: Signable> Signed<M> {
    pub fn new(message: M, signer: ValidatorId, keys: &Keypair, chain: &Hash) -> Arc<Self> {
        let signature = keys.sign(&message.digest(chain));
        Arc::new(Signed {
            signer,
            message,
            signature,
            verdict: OnceLock::new(),
        })
    }

    /// With a signature made elsewhere, perhaps wrong.
    pub fn with_signature(message: M, signer: ValidatorId, signature: Signature) -> Arc<Self> {
        Arc::new(Signed {
            signer,
            message,
            signature,
            verdict: OnceLock::new(),
        })
    }

    /// As [`Self::verify`], by what is known of signatures.
    #[must_use]
    pub fn verify_by(&self, known: &Signatures, key: &PublicKey, chain: &Hash) -> bool {
        let compute = || known.verify(key, &self.message.digest(chain), &self.signature);
        *self.verdict.get_or_init(compute)
    }

    /// True when `key` signed this. Computed at the first call; `every_time` computes it again, which
    /// can only give the same answer (the switch that proves the saving exact).
    #[must_use]
    pub fn verify(&self, key: &PublicKey, chain: &Hash, every_time: bool) -> bool {
        let compute = || verify(key, &self.message.digest(chain), &self.signature);
        if every_time {
            compute()
        } else {
            *self.verdict.get_or_init(compute)
        }
    }
}

impl<M: PartialEq> PartialEq for Signed<M> {
    fn eq(&self, other: &Self) -> bool {
        self.signer == other.signer
            && self.message == other.message
            && self.signature == other.signature
    }
}

impl<M: Eq> Eq for Signed<M> {}
