//! Blocks name their parents: one in a chain, several in a DAG. A header also names a block that its proposer
//! had executed and the state root after it, so that a protocol may propose before the parents are
//! executed.

use super::{Height, Round, SignedTransaction, Validator, ValidatorId};
use crate::base::{Hash, Micros, hash_of};
use borsh::{BorshSerialize, io};
use std::sync::Arc;

/// Digest of a header.
pub type BlockId = Hash;

/// What a block says of itself; its digest is the block's id. See [`Extension`] for how it is encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The chain it belongs to.
    pub chain: Hash,
    /// One more than its parent's.
    pub height: Height,
    /// The round (or view) in which the block was first proposed.
    pub round: Round,
    /// Who built it.
    pub proposer: ValidatorId,
    /// The first of its parents, and the only one in a chain.
    pub parent: BlockId,
    /// Simulated instant at which the proposer built it.
    pub time: Micros,
    /// A block whose execution the proposer had finished (in Tendermint the parent, in a DAG the newest one
    /// that was decided there) ...
    pub executed: BlockId,
    /// ... and the state root after it.
    pub state_root: Hash,
    /// Digest of the transactions, in order.
    pub transactions: Hash,
    /// Free for a liar who wants two blocks that differ in nothing else; 0 in honest blocks.
    pub salt: u64,
    /// What was added to headers later; encoded only when it is not empty.
    pub extension: Extension,
}

/// What only some blocks say. In most nothing of it is there, and then it adds no byte to the header, so
/// that blocks keep the ids they had before there was an extension. What stands before it in a header
/// always has the same length: an extended header never reads as one without.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(BorshSerialize)]
pub struct Extension {
    /// Validators that change, each as it is from two heights later on; a stake of 0 leaves.
    pub validators: Vec<Validator>,
    /// What a block of a DAG says; `None` in a chain.
    pub dag: Option<DagLinks>,
}

/// The links of a block in a DAG, where what is built upon and what was executed are two things.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize)]
pub struct DagLinks {
    /// The parents after the header's `parent`.
    pub further_parents: Vec<BlockId>,
    /// The place of the header's `executed` in the decided order; 0 for genesis.
    pub executed_at: Height,
}

impl Extension {
    /// Nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Extension::default()
    }
}

impl Header {
    /// All its parents, in the order it names them.
    pub fn parents(&self) -> impl Iterator<Item = &BlockId> {
        let further = self.extension.dag.iter().flat_map(|d| &d.further_parents);
        std::iter::once(&self.parent).chain(further)
    }

    /// Whether it stands in a DAG. In a chain its height is its place in the decided order.
    #[must_use]
    pub fn in_dag(&self) -> bool {
        self.extension.dag.is_some()
    }
}

impl BorshSerialize for Header {
    fn serialize<W: io::Write>(&self, out: &mut W) -> io::Result<()> {
        let Header {
            chain,
            height,
            round,
            proposer,
            parent,
            time,
            executed,
            state_root,
            transactions,
            salt,
            extension,
        } = self;
        (chain, height, round, proposer, parent).serialize(out)?;
        (time, executed, state_root, transactions, salt).serialize(out)?;
        if extension.is_empty() {
            return Ok(());
        }
        extension.serialize(out)
    }
}

/// A sealed block: its header and transactions cannot be changed without changing its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    id: BlockId,
    bytes: u32,
    /// What the id is the digest of.
    pub header: Header,
    /// In the order of execution.
    pub transactions: Vec<Arc<SignedTransaction>>,
}

impl Block {
    /// Seals `transactions` under `header`, whose `transactions` digest is filled in here.
    #[must_use]
    pub fn new(mut header: Header, transactions: Vec<Arc<SignedTransaction>>) -> Arc<Self> {
        let ids: Vec<Hash> = transactions.iter().map(|t| t.id()).collect();
        header.transactions = hash_of("consensusforge/transactions", &ids);
        let id = hash_of("consensusforge/block", &header);
        let body: usize = transactions.iter().map(|t| t.bytes()).sum();
        let bytes = crate::base::encode(&header).len() + body;
        Arc::new(Block {
            id,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            header,
            transactions,
        })
    }

    /// Digest of the header.
    #[must_use]
    pub fn id(&self) -> BlockId {
        self.id
    }

    /// Encoded size on the wire.
    #[must_use]
    pub fn bytes(&self) -> u32 {
        self.bytes
    }
}
