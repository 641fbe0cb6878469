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
    /// Who claims to have signed it.
    pub signer: ValidatorId,
    /// What was signed.
    pub message: M,
    /// Over [`Signable::digest`] of the message.
    pub signature: Signature,
    #[borsh(skip)]
    verdict: OnceLock<bool>,
    /// The same of all signed messages inside it.
    #[borsh(skip)]
    justified: OnceLock<bool>,
}

impl<M: Signable> Signed<M> {
    /// Signs `message` for `chain`.
    pub fn new(message: M, signer: ValidatorId, keys: &Keypair, chain: &Hash) -> Arc<Self> {
        let signature = keys.sign(&message.digest(chain));
        Arc::new(Signed {
            signer,
            message,
            signature,
            verdict: OnceLock::new(),
            justified: OnceLock::new(),
        })
    }

    /// With a signature made elsewhere, perhaps wrong.
    pub fn with_signature(message: M, signer: ValidatorId, signature: Signature) -> Arc<Self> {
        Arc::new(Signed {
            signer,
            message,
            signature,
            verdict: OnceLock::new(),
            justified: OnceLock::new(),
        })
    }

    /// What was found when it was verified, if it was.
    #[must_use]
    pub fn verdict(&self) -> Option<bool> {
        self.verdict.get().copied()
    }

    /// As [`Self::verify`], by what is known of signatures.
    #[must_use]
    pub fn verify_by(&self, known: &Signatures, key: &PublicKey, chain: &Hash) -> bool {
        let compute = || known.verify(key, &self.message.digest(chain), &self.signature);
        *self.verdict.get_or_init(compute)
    }

    /// Whether all signed messages inside this one are genuine, as `judge` finds: asked once.
    pub fn justified(&self, judge: impl FnOnce() -> bool) -> bool {
        *self.justified.get_or_init(judge)
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
