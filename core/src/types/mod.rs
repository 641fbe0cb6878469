//! Plain vocabulary shared by every room above: who takes part, what is signed, what a block is.

pub mod bech32;
pub mod block;
pub mod evidence;
pub mod forks;
pub mod ids;
pub mod keys;
pub mod signatures;
pub mod signed;
pub mod transaction;
pub mod validators;

pub use block::{Block, BlockId, DagLinks, Extension, Header};
pub use evidence::Evidence;
pub use ids::{Address, Height, NodeId, Round, Slot, ValidatorId};
pub use keys::{Keypair, PublicKey, Signable, Signature};
pub use signatures::{Signatures, Work as SignatureWork};
pub use signed::Signed;
pub use transaction::{Action, Coin, SignedTransaction, Transaction};
pub use validators::{Validator, ValidatorSet, ValidatorSetError, ValidatorSets};
