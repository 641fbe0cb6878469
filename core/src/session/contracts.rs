//! Deployed contracts.

use super::Session;
use super::view::ContractView;
use crate::base::Hash;
use crate::base::digest::to_hex;
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{NodeId, bech32};
use crate::vm::builtin::catalogue;

/// Storage entries of one contract that a view shows.
const ENTRIES: usize = 256;

impl Session {
    /// Deployed contracts, as the first honest validator that is up sees them.
    #[must_use]
    pub fn contracts(&self) -> Vec<ContractView> {
        let witness = self.witness();
        let Some((state, _)) = witness.and_then(|node| self.sim.state(NodeId(node as u16))) else {
            return Vec::new();
        };
        state
            .contracts()
            .map(|(address, contract)| {
                let all = || state.storage_of(*address, &[]);
                ContractView {
                    address: address.to_string(),
                    bech32: bech32::encode(address),
                    name: self.code_name(&contract.code),
                    code: contract.code.to_string(),
                    balance: state.balance(address, NATIVE_DENOM).to_string(),
                    storage: all()
                        .take(ENTRIES)
                        .map(|(k, v)| (to_hex(k), to_hex(v)))
                        .collect(),
                    storage_entries: all().count() as u64,
                }
            })
            .collect()
    }

    pub(super) fn code_name(&self, code: &Hash) -> String {
        let own = self
            .scenario
            .contracts
            .iter()
            .find(|c| c.sha256 == *code)
            .map(|c| c.name.clone());
        own.or_else(|| {
            catalogue()
                .iter()
                .find(|b| b.hash == *code)
                .map(|b| b.name.into())
        })
        .unwrap_or_else(|| code.short(8))
    }

    /// A validator whose state can be believed: honest and up, else up, else none.
    pub(super) fn witness(&self) -> Option<usize> {
        let nodes = || (0..self.sim.node_count()).map(|i| (i, self.sim.node(NodeId(i as u16))));
        nodes()
            .find(|(_, f)| f.up && !f.byzantine)
            .or_else(|| nodes().find(|(_, f)| f.up))
            .map(|(i, _)| i)
    }
}
