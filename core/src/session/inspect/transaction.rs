//! A transaction, from submission through blocks to its receipt.

use super::block::what;
use crate::base::{Hash, Micros};
use crate::session::Session;
use crate::session::view::ReceiptView;
use crate::trace::Event;
use crate::types::NodeId;

/// One transaction from submission to receipt.
#[derive(Clone, Debug)]
pub struct TransactionInside {
    /// Its id in hex.
    pub id: String,
    /// `None`: its block is kept no more, and it waits nowhere.
    pub what: Option<String>,
    /// Address of the sender, its count, gas limit and price, size in bytes.
    pub sender: Option<(String, u64, u64, u64, u64)>,
    /// Where a client handed it in, and when. More than once when it was offered again.
    pub submitted: Vec<(u16, Micros)>,
    /// Messages that passed it on.
    pub messages: Vec<u32>,
    /// Nodes in whose mempool it waits.
    pub waiting: Vec<u16>,
    /// Blocks that contain it.
    pub blocks: Vec<InBlock>,
    /// The result, once it is known.
    pub receipt: Option<ReceiptView>,
}

/// A block that contains a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InBlock {
    /// Digest of the block in hex.
    pub id: String,
    /// Height of the block.
    pub height: u64,
    /// Nodes that decided the block; 0: only proposed.
    pub decided: u32,
    /// When the first of them did.
    pub first_us: Option<Micros>,
}

impl Session {
    /// By its whole id in hex; `None` when nothing is known of it.
    #[must_use]
    pub fn transaction_inside(&self, hex: &str) -> Option<TransactionInside> {
        let id = Hash::from_hex(hex).ok()?;
        let trace = self.sim.trace();
        let own = self.receipts().into_iter().find(|r| r.tx == hex);
        let known = self.sim.transaction(&id);
        let mut submitted = Vec::new();
        for record in trace.since(0) {
            if let Event::Submitted { node, detail } = &record.event
                && **detail == id
            {
                submitted.push((node.0, record.at));
            }
        }
        if known.is_none() && submitted.is_empty() && own.is_none() {
            return None;
        }
        let blocks: Vec<_> = self.sim.blocks_with(&id);
        let receipt = own.or_else(|| {
            blocks
                .iter()
                .find_map(|b| self.sim.receipt(b, &id))
                .map(|receipt| self.receipt_of(hex, &receipt))
        });
        let first = submitted.first().map_or(0, |s| s.1);
        let messages = trace
            .messages()
            .skip_while(|m| m.sent < first)
            .filter(|m| m.fields.iter().any(|(_, v)| v == hex))
            .map(|m| m.id)
            .take(8)
            .collect();
        Some(TransactionInside {
            id: hex.into(),
            what: known.as_deref().map(what).or_else(|| {
                let r = receipt.as_ref()?;
                (!r.what.is_empty()).then(|| r.what.clone())
            }),
            sender: known.as_ref().map(|t| {
                let tx = &t.transaction;
                (
                    Hash(tx.sender.0).to_string(),
                    tx.nonce,
                    tx.gas_limit,
                    tx.gas_price,
                    t.bytes() as u64,
                )
            }),
            submitted,
            messages,
            waiting: (0..self.sim.node_count() as u16)
                .filter(|n| self.sim.has_waiting(NodeId(*n), &id))
                .collect(),
            blocks: blocks
                .iter()
                .filter_map(|b| self.sim.block(b))
                .map(|kept| {
                    let block = kept.block.id();
                    InBlock {
                        id: block.to_string(),
                        height: kept.block.header.height,
                        decided: kept.decided.len() as u32,
                        first_us: self.committed_at(|b| *b == block),
                    }
                })
                .collect(),
            receipt,
        })
    }
}
