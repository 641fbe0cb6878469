//! The tree of a transaction's calls, messages and replies as a list for people.

use super::Session;
use super::view::CallView;
use crate::ledger::CallTree;
use crate::types::{Address, NodeId, bech32};
use crate::vm::gas::{Category, GasUse};

/// Calls of one receipt that are shown: a page draws each.
const CALLS: usize = 128;

impl Session {
    /// The tree depth first, and how many calls it has beyond those listed.
    pub(super) fn calls(&self, tree: &CallTree) -> (Vec<CallView>, u64) {
        let (mut list, mut omitted) = (Vec::new(), 0);
        self.list(tree, 0, &mut list, &mut omitted);
        (list, omitted)
    }

    fn list(&self, tree: &CallTree, depth: u32, list: &mut Vec<CallView>, omitted: &mut u64) {
        if list.len() < CALLS {
            list.push(CallView {
                depth,
                what: tree.what.into(),
                to: tree.to.map(|to| (self.called(&to), bech32::encode(&to))),
                gas_limit: tree.gas_limit,
                gas_used: tree.gas_used,
                gas_by: gas_by(&tree.gas),
                reply_to: tree.reply_to,
                failed: tree.failed.clone(),
                log: tree.log.clone(),
            });
        } else {
            *omitted += 1;
        }
        for child in &tree.children {
            self.list(child, depth + 1, list, omitted);
        }
        *omitted += tree.omitted;
    }

    /// What the code at an address is called; nothing where there is none, as after an instance that
    /// failed.
    fn called(&self, address: &Address) -> String {
        let state = self
            .witness()
            .and_then(|node| self.sim.state(NodeId(node as u16)));
        let contract = state.and_then(|(state, _)| state.contract(address));
        contract.map_or_else(String::new, |contract| self.code_name(&contract.code))
    }
}

/// Gas by category, what is none left out.
pub(super) fn gas_by(gas: &GasUse) -> Vec<(String, u64)> {
    let parts = gas.parts().into_iter().filter(|(_, gas)| *gas > 0);
    parts
        .map(|(category, gas)| (name(category).into(), gas))
        .collect()
}

fn name(category: Category) -> &'static str {
    match category {
        Category::Operators => "operators",
        Category::Start => "start",
        Category::Memory => "memory",
        Category::HostCalls => "host calls",
        Category::StorageRead => "storage read",
        Category::StorageWrite => "storage write",
        Category::Transfers => "transfers",
        Category::Events => "events",
        Category::Crypto => "crypto",
        Category::Queries => "queries",
        Category::Messages => "messages",
    }
}
