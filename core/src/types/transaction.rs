//! What users sign: a transfer, a deployment or a call, with a fee in gas.

use super::{Address, PublicKey, Signable, Signature};
use crate::base::{Hash, hash_of};
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::{Arc, OnceLock};

/// The denomination fees are paid in and the workload moves.
pub const NATIVE_DENOM: &str = "forge";

/// An amount of one denomination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Coin {
    pub denom: String,
    pub amount: u128,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Action {
    Transfer {
        to: Address,
        coin: Coin,
    },
    /// Stores `wasm` and runs its `init` with `input`; the contract gets an address of its own.
    Deploy {
        wasm: Arc<[u8]>,
        input: Vec<u8>,
        funds: Option<Coin>,
    },
    Call {
        contract: Address,
        input: Vec<u8>,
        funds: Option<Coin>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Transaction {
    pub sender: PublicKey,
    /// Counts from 0 by one for each transaction of the sender.
    pub nonce: u64,
    pub gas_limit: u64,
    /// Native units a unit of gas costs; 0 is allowed.
    pub gas_price: u64,
    pub action: Action,
}

impl Signable for Transaction {
    const DOMAIN: &'static str = "consensusforge/transaction";
}

/// A transaction with its sender's signature; `id` is the digest of both. Shared by all nodes, so id
/// and verdict are computed once.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct SignedTransaction {
    pub transaction: Transaction,
    pub signature: Signature,
    #[borsh(skip)]
    id: OnceLock<Hash>,
    #[borsh(skip)]
    verdict: OnceLock<bool>,
}

impl SignedTransaction {
    #[must_use]
    pub fn sign(transaction: Transaction, keys: &super::Keypair, chain: &Hash) -> Arc<Self> {
        let signature = keys.sign(&transaction.digest(chain));
        Self::with_signature(transaction, signature)
    }

    /// With a signature made elsewhere, perhaps wrong.
    #[must_use]
    pub fn with_signature(transaction: Transaction, signature: Signature) -> Arc<Self> {
        Arc::new(SignedTransaction {
            transaction,
            signature,
            id: OnceLock::new(),
            verdict: OnceLock::new(),
        })
    }

    /// True when the sender signed this for `chain`. Computed at the first call, with that call's chain;
    /// `every_time` computes it again.
    #[must_use]
    pub fn verify(&self, chain: &Hash, every_time: bool) -> bool {
        let compute = || {
            super::keys::verify(
                &self.transaction.sender,
                &self.transaction.digest(chain),
                &self.signature,
            )
        };
        if every_time {
            compute()
        } else {
            *self.verdict.get_or_init(compute)
        }
    }

    #[must_use]
    pub fn id(&self) -> Hash {
        *self
            .id
            .get_or_init(|| hash_of("consensusforge/transaction-id", self))
    }

    /// Encoded size on the wire.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let carried = match &self.transaction.action {
            Action::Transfer { .. } => 0,
            Action::Deploy { wasm, input, .. } => wasm.len() + input.len(),
            Action::Call { input, .. } => input.len(),
        };
        // Key, nonce, gas, signature, address and coin: the fixed part, rounded up.
        240 + carried
    }
}

impl PartialEq for SignedTransaction {
    fn eq(&self, other: &Self) -> bool {
        self.transaction == other.transaction && self.signature == other.signature
    }
}

impl Eq for SignedTransaction {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hash_bytes;
    use crate::types::Keypair;

    /// The kept verdict is that of the first question; asked to compute every time, it is this one's.
    #[test]
    fn a_signature_is_verified_once_or_every_time() {
        let keys = Keypair::from_secret([7; 32]);
        let [ours, other] = [b"ours", b"them"].map(|name| hash_bytes("test-chain", name));
        let transaction = Transaction {
            sender: keys.public(),
            nonce: 0,
            gas_limit: 1,
            gas_price: 1,
            action: Action::Transfer {
                to: Hash::ZERO,
                coin: Coin {
                    denom: NATIVE_DENOM.into(),
                    amount: 1,
                },
            },
        };
        let tx = SignedTransaction::sign(transaction, &keys, &ours);
        assert!(tx.verify(&ours, false));
        assert!(tx.verify(&other, false), "kept");
        assert!(!tx.verify(&other, true), "computed again");
        assert!(tx.verify(&ours, true));
    }
}
