//! A signed message, shared by all its receivers.

use super::keys::{Keypair, PublicKey, Signable, Signature, verify};
use super::{Signatures, ValidatorId};
use crate::base::Hash;
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::{Arc, OnceLock};

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
