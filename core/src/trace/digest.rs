//! The digest of a run: a frozen projection (signed messages, decisions, state roots), so that the
//! trace schema can grow without breaking links.

use crate::base::Hash;
use crate::types::{BlockId, Height, NodeId, Signature};
use sha2::{Digest, Sha256};

/// A running SHA-256 over what a run has irrevocably said.
#[derive(Clone)]
pub struct RunDigest(Sha256);

impl Default for RunDigest {
    fn default() -> Self {
        RunDigest(Sha256::new_with_prefix(b"consensusforge/run/1"))
    }
}

impl RunDigest {
    /// A message was signed at `node`.
    pub fn signed(&mut self, node: NodeId, signature: &Signature) {
        self.entry(1, node, &[&signature.0]);
    }

    /// `node` decided `block` at `height`.
    pub fn decided(&mut self, node: NodeId, height: Height, block: &BlockId) {
        self.entry(2, node, &[&height.to_le_bytes(), &block.0]);
    }

    /// `node` found `root` after `block`.
    pub fn executed(&mut self, node: NodeId, block: &BlockId, root: &Hash) {
        self.entry(3, node, &[&block.0, &root.0]);
    }

    /// The digest so far.
    #[must_use]
    pub fn value(&self) -> Hash {
        Hash(self.0.clone().finalize().into())
    }

    fn entry(&mut self, tag: u8, node: NodeId, parts: &[&[u8]]) {
        self.0.update([tag]);
        self.0.update(node.0.to_le_bytes());
        for part in parts {
            self.0.update(part);
        }
    }
}

impl std::fmt::Debug for RunDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RunDigest({})", self.value().short(16))
    }
}
