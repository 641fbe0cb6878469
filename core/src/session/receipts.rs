//! Results of transactions: their receipts, with the tree of calls, messages and replies as a list.

use super::Session;
use super::view::{CallView, ReceiptView};
use crate::base::digest::to_hex;
use crate::ledger::{CallTree, Event, Receipt};
use crate::types::{Address, NodeId, bech32};
use crate::vm::gas::{Category, GasUse};
use crate::world::Submission;
use std::sync::Arc;

/// Calls of one receipt that are shown: a page draws each.
const CALLS: usize = 128;

impl Session {
    /// Results of people's transactions, newest first.
    #[must_use]
    pub fn receipts(&self) -> Vec<ReceiptView> {
        self.sim
            .submissions()
            .iter()
            .rev()
            .map(|s| self.receipt(s))
            .collect()
    }

    /// Of a transaction that was not sent from the page.
    pub(super) fn receipt_of(&self, tx: &str, receipt: &Receipt) -> ReceiptView {
        let mut view = ReceiptView {
            tx: tx.into(),
            status: String::new(),
            what: String::new(),
            height: None,
            submitted_us: 0,
            gas_limit: None,
            gas_used: 0,
            gas_by: Vec::new(),
            calls: Vec::new(),
            calls_omitted: 0,
            output: None,
            error: None,
            events: Vec::new(),
            created: None,
            changes: Vec::new(),
            roots: Vec::new(),
        };
        self.fill(&mut view, receipt);
        view
    }

    fn receipt(&self, s: &Submission) -> ReceiptView {
        let mut view = ReceiptView {
            tx: s.tx.to_string(),
            status: if s.refused.is_some() {
                "failed"
            } else {
                "pending"
            }
            .into(),
            what: s.what.clone(),
            height: None,
            submitted_us: s.at,
            gas_limit: Some(s.gas_limit),
            gas_used: 0,
            gas_by: Vec::new(),
            calls: Vec::new(),
            calls_omitted: 0,
            output: None,
            error: s.refused.clone(),
            events: Vec::new(),
            created: None,
            changes: Vec::new(),
            roots: s
                .roots
                .iter()
                .map(|(node, root)| (self.sim.trace().head.node_name(*node), root.to_string()))
                .collect(),
        };
        if let Some((height, receipt)) = &s.outcome {
            view.height = Some(*height);
            self.fill(&mut view, receipt);
        }
        view
    }

    fn fill(&self, view: &mut ReceiptView, receipt: &Receipt) {
        view.gas_used = receipt.gas_used;
        view.gas_by = gas_by(&receipt.gas.contract);
        if receipt.gas.transaction > 0 {
            let own = ("transaction".into(), receipt.gas.transaction);
            view.gas_by.insert(0, own);
        }
        if let Some(tree) = &receipt.calls {
            (view.calls, view.calls_omitted) = self.calls(tree);
        }
        view.events = receipt
            .events
            .iter()
            .map(|event| match event {
                Event::Said { data, .. } => text_or_hex(data),
                Event::Typed(event) => {
                    let parts = event.attributes.iter().map(|(k, v)| format!("{k}={v}"));
                    format!("{}: {}", event.kind, parts.collect::<Vec<_>>().join(", "))
                }
            })
            .collect();
        view.created = receipt.created.map(|a| a.to_string());
        view.changes = receipt
            .storage
            .iter()
            .map(|c| {
                let hex = |v: &Option<Arc<[u8]>>| v.as_ref().map(|b| to_hex(b));
                (
                    c.contract.to_string(),
                    to_hex(&c.key),
                    hex(&c.before),
                    hex(&c.after),
                )
            })
            .collect();
        match &receipt.result {
            Ok(output) => {
                view.status = "ok".into();
                view.output = Some(to_hex(output));
            }
            Err(error) => {
                view.status = "failed".into();
                view.error = Some(error.clone());
            }
        }
    }

    /// The tree depth first, and how many calls it has beyond those listed.
    fn calls(&self, tree: &CallTree) -> (Vec<CallView>, u64) {
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
fn gas_by(gas: &GasUse) -> Vec<(String, u64)> {
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

fn text_or_hex(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => text.into(),
        Ok(_) | Err(_) => format!("0x{}", to_hex(bytes)),
    }
}
