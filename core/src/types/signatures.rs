//! Signatures made and judged before, for a run that goes the same way again: ed25519 is deterministic,
//! so replay need not compute them again.

use super::keys::{Keypair, PublicKey, Signature, verify};
use crate::base::{Hash, limits};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Shared by a world and its checkpoints. Whatever is asked of it, the answers are those of
/// [`Keypair::sign`] and [`verify`]: it holds results of these alone, by all they depend on.
#[derive(Debug, Default)]
pub struct Signatures(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    made: BTreeMap<(PublicKey, Hash), Made>,
    /// The oldest goes when there are [`limits::MAX_SIGNATURES_KEPT`].
    order: VecDeque<(PublicKey, Hash)>,
    work: Work,
}

/// A signature, and what was found when it was verified.
#[derive(Clone, Copy, Debug)]
struct Made {
    signature: Signature,
    verdict: Option<bool>,
}

/// What was really computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Signatures made.
    pub signed: u64,
    /// Signatures verified.
    pub verified: u64,
}

impl Signatures {
    /// As [`Keypair::sign`].
    #[must_use]
    pub fn sign(&self, keys: &Keypair, digest: &Hash) -> Signature {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (keys.public(), *digest);
        if let Some(made) = known.made.get(&key) {
            return made.signature;
        }
        let signature = keys.sign(digest);
        known.work.signed += 1;
        if known.order.len() >= limits::MAX_SIGNATURES_KEPT
            && let Some(oldest) = known.order.pop_front()
        {
            known.made.remove(&oldest);
        }
        known.order.push_back(key);
        let verdict = None;
        known.made.insert(key, Made { signature, verdict });
        signature
    }

    /// As [`verify`]. Only a verdict on this very signature counts: any other is verified again.
    #[must_use]
    pub fn verify(&self, key: &PublicKey, digest: &Hash, signature: &Signature) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = &mut *known;
        let made = known.made.get_mut(&(*key, *digest));
        let made = made.filter(|m| m.signature == *signature);
        if let Some(verdict) = made.as_ref().and_then(|m| m.verdict) {
            return verdict;
        }
        known.work.verified += 1;
        let verdict = verify(key, digest, signature);
        if let Some(made) = made {
            made.verdict = Some(verdict);
        }
        verdict
    }

    /// What was really computed so far.
    #[must_use]
    pub fn work(&self) -> Work {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).work
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(i: u64) -> Hash {
        crate::base::hash_of("test", &i)
    }

    #[test]
    fn computes_once_and_answers_as_the_real_thing_does() {
        let (all, keys) = (Signatures::default(), Keypair::from_secret([3; 32]));
        for _ in 0..3 {
            let signature = all.sign(&keys, &digest(1));
            assert_eq!(signature, keys.sign(&digest(1)));
            assert!(all.verify(&keys.public(), &digest(1), &signature));
        }
        let (signed, verified) = (1, 1);
        assert_eq!(all.work(), Work { signed, verified });
    }

    #[test]
    fn a_forged_signature_is_judged_for_itself_also_after_the_genuine_one() {
        let (all, keys) = (Signatures::default(), Keypair::from_secret([3; 32]));
        let genuine = all.sign(&keys, &digest(1));
        assert!(all.verify(&keys.public(), &digest(1), &genuine));
        let mut forged = genuine;
        forged.0[7] ^= 1;
        let other = Keypair::from_secret([4; 32]);
        for _ in 0..2 {
            assert!(!all.verify(&keys.public(), &digest(1), &forged));
            assert!(!all.verify(&keys.public(), &digest(2), &genuine));
            assert!(!all.verify(&other.public(), &digest(1), &genuine));
        }
        assert!(all.verify(&keys.public(), &digest(1), &genuine));
    }

    #[test]
    fn the_oldest_goes_when_there_are_too_many() {
        let (all, keys) = (Signatures::default(), Keypair::from_secret([3; 32]));
        let most = limits::MAX_SIGNATURES_KEPT as u64;
        for i in 0..=most {
            let _ = all.sign(&keys, &digest(i));
        }
        assert_eq!(all.0.lock().unwrap().made.len() as u64, most);
        let _ = all.sign(&keys, &digest(most));
        assert_eq!(all.work().signed, most + 1);
        let _ = all.sign(&keys, &digest(0));
        assert_eq!(all.work().signed, most + 2);
    }
}
