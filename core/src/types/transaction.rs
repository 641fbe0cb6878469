//! What users sign: a payment, something to do with code or a contract, with a fee in gas.

use super::{Address, PublicKey, Signable, Signature};
use crate::base::{Hash, hash_of};
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::{Arc, OnceLock};

/// The denomination fees are paid in and the workload moves.
pub const NATIVE_DENOM: &str = "forge";

/// An amount of one denomination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Coin {
    /// Name of the denomination.
    pub denom: String,
    /// Units.
    pub amount: u128,
}

/// What a transaction does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub enum Action {
    /// Pays in one denomination.
    Transfer {
        /// Who receives it.
        to: Address,
        /// How much.
        coin: Coin,
    },
    /// Stores `wasm` and runs its `init` with `input`; the contract gets an address of its own.
    Deploy {
        /// The module.
        wasm: Arc<[u8]>,
        /// What `init` is called with.
        input: Vec<u8>,
        /// Coins that go to the contract.
        funds: Option<Coin>,
    },
    /// Calls a contract.
    Call {
        /// The contract.
        contract: Address,
        /// What it is called with.
        input: Vec<u8>,
        /// Coins that go to the contract.
        funds: Option<Coin>,
    },
    /// Pays in several denominations. As in all that follows, coins are sorted by denomination, each
    /// once, none zero.
    Send {
        /// Who receives them.
        to: Address,
        /// How much of each.
        coins: Vec<Coin>,
    },
    /// Stores `wasm` under the next code id.
    Store {
        /// The module.
        wasm: Arc<[u8]>,
    },
    /// Makes a contract of stored code and runs its `init`. With a salt (1 to 64 bytes) its address
    /// depends on code, sender and salt alone.
    Instantiate {
        /// Number of the stored code, from 1.
        code_id: u64,
        /// Who may migrate it; `None`: nobody.
        admin: Option<Address>,
        /// A line for people.
        label: String,
        /// What `init` is called with.
        input: Vec<u8>,
        /// Coins that go to the contract.
        funds: Vec<Coin>,
        /// Bytes that choose the address; `None`: it is the next one.
        salt: Option<Vec<u8>>,
    },
    /// Calls a contract with coins of several denominations.
    Execute {
        /// The contract.
        contract: Address,
        /// What it is called with.
        input: Vec<u8>,
        /// Coins that go to the contract.
        funds: Vec<Coin>,
    },
    /// Gives a contract other code, which its admin may.
    Migrate {
        /// The contract.
        contract: Address,
        /// Number of the new code.
        code_id: u64,
        /// What `migrate` is called with.
        input: Vec<u8>,
    },
    /// Hands a contract to another admin, or to nobody forever.
    SetAdmin {
        /// The contract.
        contract: Address,
        /// The new admin; `None`: nobody, forever.
        admin: Option<Address>,
    },
}

impl Action {
    /// What goes from the sender's account to whom the action names.
    #[must_use]
    pub fn coins(&self) -> &[Coin] {
        match self {
            Action::Transfer { coin, .. } => std::slice::from_ref(coin),
            Action::Deploy { funds, .. } | Action::Call { funds, .. } => {
                funds.as_ref().map_or(&[], std::slice::from_ref)
            }
            Action::Send { coins, .. } => coins,
            Action::Instantiate { funds, .. } | Action::Execute { funds, .. } => funds,
            Action::Store { .. } | Action::Migrate { .. } | Action::SetAdmin { .. } => &[],
        }
    }

    /// What a contract is handed.
    #[must_use]
    pub fn input(&self) -> &[u8] {
        match self {
            Action::Deploy { input, .. }
            | Action::Call { input, .. }
            | Action::Instantiate { input, .. }
            | Action::Execute { input, .. }
            | Action::Migrate { input, .. } => input,
            Action::Transfer { .. }
            | Action::Send { .. }
            | Action::Store { .. }
            | Action::SetAdmin { .. } => &[],
        }
    }

    /// Bytes beyond a fixed part.
    fn carried(&self) -> usize {
        let several = |coins: &[Coin]| coins.iter().map(|c| 24 + c.denom.len()).sum::<usize>();
        match self {
            Action::Transfer { .. } | Action::SetAdmin { .. } => 0,
            Action::Deploy { wasm, input, .. } => wasm.len() + input.len(),
            Action::Call { input, .. } | Action::Migrate { input, .. } => input.len(),
            Action::Send { coins, .. } => several(coins),
            Action::Store { wasm } => wasm.len(),
            Action::Instantiate {
                label,
                input,
                funds,
                salt,
                ..
            } => label.len() + input.len() + several(funds) + salt.as_ref().map_or(0, Vec::len),
            Action::Execute { input, funds, .. } => input.len() + several(funds),
        }
    }
}

/// What a user signs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Transaction {
    /// Who pays. Its account has the same 32 bytes.
    pub sender: PublicKey,
    /// Counts from 0 by one for each transaction of the sender.
    pub nonce: u64,
    /// Gas it may use at most; its fee is reserved before it runs.
    pub gas_limit: u64,
    /// Native units a unit of gas costs; 0 is allowed.
    pub gas_price: u64,
    /// What it does.
    pub action: Action,
}

impl Signable for Transaction {
    const DOMAIN: &'static str = "consensusforge/transaction";
}

/// A transaction with its sender's signature; `id` is the digest of both. Shared by all nodes, so id
/// and verdict are computed once.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct SignedTransaction {
    /// What was signed.
    pub transaction: Transaction,
    /// The sender's.
    pub signature: Signature,
    #[borsh(skip)]
    id: OnceLock<Hash>,
    #[borsh(skip)]
    verdict: OnceLock<bool>,
}

impl SignedTransaction {
    /// Signs `transaction` for `chain`.
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

    /// Digest of transaction and signature.
    #[must_use]
    pub fn id(&self) -> Hash {
        *self
            .id
            .get_or_init(|| hash_of("consensusforge/transaction-id", self))
    }

    /// Encoded size on the wire.
    #[must_use]
    pub fn bytes(&self) -> usize {
        // Key, nonce, gas, signature, address and coin: the fixed part, rounded up.
        240 + self.transaction.action.carried()
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
