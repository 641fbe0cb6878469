//! Arithmetic on elliptic curves for contracts: a pure function of bytes behind a seam.
//!
//! With the feature `crypto` a native program has the crate cosmwasm-crypto linked in. A page's worker has
//! not: the curves' tables alone would be a tenth of what it weighs, and few contracts use them. There a
//! module of its own, made of [`serve`], is loaded when the first contract asks, and [`provide`] puts a way
//! to call it here. Answers and gas are the same.

use std::sync::OnceLock;

/// What is computed, with its arguments. The numbers travel between worker and module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Hash, signature, key.
    Secp256k1Verify = 0,
    /// Hash, signature; the number is the recovery parameter. Gives the key's 65 bytes.
    Secp256k1Recover = 1,
    /// A signature on secp256r1 is right.
    Secp256r1Verify = 2,
    /// The key behind a signature on secp256r1.
    Secp256r1Recover = 3,
    /// Message, signature, key.
    Ed25519Verify = 4,
    /// Messages, signatures, keys, each as sections.
    Ed25519Batch = 5,
    /// Points. Gives one.
    AggregateG1 = 6,
    /// The sum of points in G2.
    AggregateG2 = 7,
    /// ps, qs, r, s.
    PairingEquality = 8,
    /// Message, domain; the number is the hash function. Gives a point.
    HashToG1 = 9,
    /// A point in G2 for a message.
    HashToG2 = 10,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; 11] = [
        Operation::Secp256k1Verify,
        Operation::Secp256k1Recover,
        Operation::Secp256r1Verify,
        Operation::Secp256r1Recover,
        Operation::Ed25519Verify,
        Operation::Ed25519Batch,
        Operation::AggregateG1,
        Operation::AggregateG2,
        Operation::PairingEquality,
        Operation::HashToG1,
        Operation::HashToG2,
    ];
}

/// The bytes computed (none for a verdict that is yes), or the code for the contract: 1 for a verdict
/// that is no, from 3 on the codes of cosmwasm-crypto.
pub type Answer = Result<Vec<u8>, u32>;

/// Answers an encoded request with an encoded answer ([`encode`], [`decode`]).
pub type Provider = fn(&[u8]) -> Vec<u8>;

static PROVIDER: OnceLock<Provider> = OnceLock::new();

/// Says who computes where nothing is linked in. The first word counts.
pub fn provide(provider: Provider) {
    let _ = PROVIDER.set(provider);
}

/// Whether [`answer`] will answer.
#[must_use]
pub fn available() -> bool {
    cfg!(all(feature = "crypto", not(target_arch = "wasm32"))) || PROVIDER.get().is_some()
}

/// Computes; `None` when there is nobody to.
#[must_use]
pub fn answer(operation: Operation, number: u32, parts: &[&[u8]]) -> Option<Answer> {
    #[cfg(all(feature = "crypto", not(target_arch = "wasm32")))]
    return Some(native::compute(operation, number, parts));
    #[cfg(not(all(feature = "crypto", not(target_arch = "wasm32"))))]
    return PROVIDER
        .get()
        .and_then(|provider| decode(&provider(&encode(operation, number, parts))));
}

/// A request as bytes: operation, number, and each part behind its length (both little endian u32).
#[must_use]
pub fn encode(operation: Operation, number: u32, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = vec![operation as u8];
    out.extend(number.to_le_bytes());
    for part in parts {
        out.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// An answer out of bytes: a zero and what was computed, or a code other than zero.
#[must_use]
pub fn decode(answer: &[u8]) -> Option<Answer> {
    match answer.split_first()? {
        (0, bytes) => Some(Ok(bytes.to_vec())),
        (code, _) => Some(Err(u32::from(*code))),
    }
}

/// Answers a request made by [`encode`]; empty when it is malformed.
#[cfg(feature = "crypto")]
#[must_use]
pub fn serve(request: &[u8]) -> Vec<u8> {
    let Some((operation, number, parts)) = read(request) else {
        return Vec::new();
    };
    match native::compute(operation, number, &parts) {
        Ok(bytes) => [&[0], bytes.as_slice()].concat(),
        Err(code) => vec![u8::try_from(code).unwrap_or(u8::MAX)],
    }
}

#[cfg(feature = "crypto")]
fn read(request: &[u8]) -> Option<(Operation, u32, Vec<&[u8]>)> {
    let (number, rest) = request.split_first()?;
    let operation = *Operation::ALL.get(usize::from(*number))?;
    let (number, mut rest) = rest.split_first_chunk::<4>()?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        parts.push(behind.get(..length)?);
        rest = behind.get(length..)?;
    }
    Some((operation, u32::from_le_bytes(*number), parts))
}

#[cfg(feature = "crypto")]
mod native {
    use super::{Answer, Operation};
    use crate::base::Hash;
    use crate::base::digest::sha256;
    use crate::vm::abi::cosmwasm::sections;
    use cosmwasm_crypto::{self as cw, CryptoError, HashFunction};

    /// A verdict that is no.
    const INVALID: u32 = 1;
    /// For what cannot happen: a request of the wrong shape.
    const GENERIC: u32 = 10;

    /// Computes it here.
    pub fn compute(operation: Operation, number: u32, parts: &[&[u8]]) -> Answer {
        let parameter = || u8::try_from(number).map_err(|_| 6_u32);
        match (operation, parts) {
            (Operation::Secp256k1Verify, [hash, signature, key]) => {
                verdict(cw::secp256k1_verify(hash, signature, key))
            }
            (Operation::Secp256r1Verify, [hash, signature, key]) => {
                verdict(cw::secp256r1_verify(hash, signature, key))
            }
            (Operation::Secp256k1Recover, [hash, signature]) => {
                cw::secp256k1_recover_pubkey(hash, signature, parameter()?).map_err(code)
            }
            (Operation::Secp256r1Recover, [hash, signature]) => {
                cw::secp256r1_recover_pubkey(hash, signature, parameter()?).map_err(code)
            }
            (Operation::Ed25519Verify, [message, signature, key]) => {
                verdict(cw::ed25519_verify(message, signature, key))
            }
            (Operation::Ed25519Batch, [messages, signatures, keys]) => {
                let list = |part| sections::decode(part).map_err(|_| GENERIC);
                verdict(cw::ed25519_batch_verify(
                    &mut Coefficients::new(parts),
                    &list(messages)?,
                    &list(signatures)?,
                    &list(keys)?,
                ))
            }
            (Operation::AggregateG1, [points]) => cw::bls12_381_aggregate_g1(points)
                .map(Vec::from)
                .map_err(code),
            (Operation::AggregateG2, [points]) => cw::bls12_381_aggregate_g2(points)
                .map(Vec::from)
                .map_err(code),
            (Operation::PairingEquality, [ps, qs, r, s]) => {
                verdict(cw::bls12_381_pairing_equality(ps, qs, r, s))
            }
            (Operation::HashToG1, [message, domain]) => {
                let function = HashFunction::from_u32(number).map_err(code)?;
                Ok(cw::bls12_381_hash_to_g1(function, message, domain).to_vec())
            }
            (Operation::HashToG2, [message, domain]) => {
                let function = HashFunction::from_u32(number).map_err(code)?;
                Ok(cw::bls12_381_hash_to_g2(function, message, domain).to_vec())
            }
            _ => Err(GENERIC),
        }
    }

    fn verdict(result: Result<bool, CryptoError>) -> Answer {
        match result {
            Ok(true) => Ok(Vec::new()),
            Ok(false) => Err(INVALID),
            Err(error) => Err(code(error)),
        }
    }

    fn code(error: CryptoError) -> u32 {
        error.code()
    }

    /// The coefficients with which a batch of signatures is summed up. They must be the same on every
    /// validator and yet not known to whoever makes the signatures: so they come from a digest of all
    /// that is verified.
    struct Coefficients {
        seed: Hash,
        drawn: u64,
        left: Vec<u8>,
    }

    impl Coefficients {
        fn new(parts: &[&[u8]]) -> Coefficients {
            let mut all = b"consensusforge/ed25519-batch".to_vec();
            for part in parts {
                all.extend((part.len() as u64).to_le_bytes());
                all.extend_from_slice(part);
            }
            Coefficients {
                seed: sha256(&all),
                drawn: 0,
                left: Vec::new(),
            }
        }

        fn byte(&mut self) -> u8 {
            if self.left.is_empty() {
                let mut block = self.seed.0.to_vec();
                block.extend(self.drawn.to_le_bytes());
                self.drawn = self.drawn.wrapping_add(1);
                self.left = sha256(&block).0.to_vec();
            }
            self.left.pop().unwrap_or_default()
        }
    }

    impl rand_core_06::RngCore for Coefficients {
        fn next_u32(&mut self) -> u32 {
            u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
        }

        fn next_u64(&mut self) -> u64 {
            u64::from(self.next_u32()) << 32 | u64::from(self.next_u32())
        }

        fn fill_bytes(&mut self, dest: &mut [u8]) {
            for byte in dest {
                *byte = self.byte();
            }
        }

        fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core_06::Error> {
            self.fill_bytes(dest);
            Ok(())
        }
    }

    impl rand_core_06::CryptoRng for Coefficients {}
}
