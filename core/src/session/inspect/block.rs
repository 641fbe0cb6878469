//! A block: what it holds, who has it, who decided it.

use crate::base::Micros;
use crate::base::digest::to_hex;
use crate::session::Session;
use crate::trace::Event;
use crate::types::{Action, BlockId, SignedTransaction, ValidatorId};

/// Transactions listed.
const LINES: usize = 200;

/// One block in full. Nodes and validators are numbers from 0, digests whole hex.
#[derive(Clone, Debug)]
pub struct BlockInside {
    /// Its digest.
    pub id: String,
    /// Its height.
    pub height: u64,
    /// The round it was first proposed in.
    pub round: u32,
    /// The validator that built it.
    pub proposer: u16,
    /// In a DAG, where heights are rounds: its place in the decided order, once it has one.
    pub position: Option<u64>,
    /// Digest of the block before it.
    pub parent: String,
    /// In a DAG: the parents after the first.
    pub further_parents: Vec<String>,
    /// False: the parent is genesis.
    pub has_parent: bool,
    /// When it was built, microseconds.
    pub built_us: Micros,
    /// The ancestor whose execution the header names, and the state root it claims after it.
    pub executed: String,
    /// State root after `executed`, as the header claims.
    pub claimed_root: String,
    /// Encoded size.
    pub bytes: u32,
    /// The first of its transactions, at most 200.
    pub transactions: Vec<TxLine>,
    /// All of them, listed or not.
    pub transaction_count: u64,
    /// The certificate that decided it first; empty while undecided, or when a later block of the same commit
    /// has it.
    pub certificate: Vec<Signature>,
    /// Stake of those who signed the certificate.
    pub certificate_stake: u64,
    /// Of the validators that vote on its height: how many, their stake, and a quorum of it.
    pub validators: u32,
    /// Stake of all of them.
    pub total: u64,
    /// The least stake that is a quorum.
    pub quorum: u64,
    /// Validators it changes from two heights later on, each with the stake it has then; 0: it leaves.
    pub changes: Vec<(u16, u64)>,
    /// (node, when, round, by catching up), first to last; the time is `None` where the trace has
    /// forgotten.
    pub decided: Vec<(u16, Option<Micros>, u32, bool)>,
    /// Nodes that have its body.
    pub holders: Vec<u16>,
    /// Results of executing it, in order of time.
    pub executions: Vec<ExecutedBy>,
    /// (node, when, why).
    pub rejected: Vec<(u16, Micros, String)>,
    /// Messages that proposed it, with their senders.
    pub proposals: Vec<(u32, u16)>,
    /// Other blocks of its height that were decided.
    pub rivals: Vec<String>,
}

/// A transaction in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxLine {
    /// Its id.
    pub id: String,
    /// What it does, in words.
    pub what: String,
    /// None: not executed, or no longer remembered.
    pub succeeded: Option<bool>,
}

/// A signature of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Who signed.
    pub validator: u16,
    /// Kind of the signed message.
    pub kind: String,
    /// Round of the signed message.
    pub round: u32,
}

/// One node's execution of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutedBy {
    /// The node.
    pub node: u16,
    /// When it was done, microseconds.
    pub at_us: Micros,
    /// State root after it.
    pub root: String,
    /// Gas its transactions used.
    pub gas: u64,
}

/// What a trace says of a block.
#[derive(Default)]
struct Told {
    decided: Vec<(u16, Micros, u32, bool)>,
    executions: Vec<ExecutedBy>,
    rejected: Vec<(u16, Micros, String)>,
}

impl Session {
    /// By the beginning of its digest; `None` when nobody keeps such a block (any more, or yet).
    #[must_use]
    pub fn block_inside(&self, hex: &str) -> Option<BlockInside> {
        let id = self.block_id(hex)?;
        let kept = self.sim.block(&id)?;
        let head = &self.sim.trace().head;
        let header = &kept.block.header;
        let told = self.told_of(&id, header.time);
        let set = self.sim.trace().validators(header.height);
        let mut signers: Vec<ValidatorId> = kept.certificate.iter().map(|s| s.validator).collect();
        signers.sort_unstable();
        signers.dedup();
        let mut decided: Vec<_> = kept
            .decided
            .iter()
            .map(|n| {
                let known = told.decided.iter().find(|d| d.0 == n.0);
                match known {
                    Some((_, at, round, caught_up)) => (n.0, Some(*at), *round, *caught_up),
                    None => (n.0, None, header.round, false),
                }
            })
            .collect();
        decided.sort_by_key(|d| d.1);
        let dag = header.extension.dag.as_ref();
        let place = kept.position.or(dag.is_none().then_some(header.height));
        let rivals = place.map_or_else(Vec::new, |place| self.sim.blocks_at(place));
        Some(BlockInside {
            id: id.to_string(),
            height: header.height,
            round: header.round,
            proposer: header.proposer.0,
            position: kept.position.filter(|_| dag.is_some()),
            parent: header.parent.to_string(),
            further_parents: dag.map_or_else(Vec::new, |dag| {
                dag.further_parents.iter().map(BlockId::to_string).collect()
            }),
            has_parent: header.parent != head.genesis,
            built_us: header.time,
            executed: header.executed.to_string(),
            claimed_root: header.state_root.to_string(),
            bytes: kept.block.bytes(),
            transactions: kept
                .block
                .transactions
                .iter()
                .take(LINES)
                .map(|tx| TxLine {
                    id: tx.id().to_string(),
                    what: what(tx),
                    succeeded: self.sim.receipt(&id, &tx.id()).map(|r| r.result.is_ok()),
                })
                .collect(),
            transaction_count: kept.block.transactions.len() as u64,
            certificate: kept
                .certificate
                .iter()
                .map(|s| Signature {
                    validator: s.validator.0,
                    kind: head
                        .kinds
                        .get(usize::from(s.kind))
                        .map_or("?", |k| k.name)
                        .to_owned(),
                    round: s.slot.round,
                })
                .collect(),
            certificate_stake: signers.iter().map(|v| set.stake(*v)).sum(),
            validators: set.len() as u32,
            total: set.total(),
            quorum: head.bound.quorum.needed(set.total()),
            changes: header
                .extension
                .validators
                .iter()
                .map(|v| (v.id.0, v.stake))
                .collect(),
            decided,
            holders: kept.holders.iter().map(|n| n.0).collect(),
            executions: told.executions,
            rejected: told.rejected,
            proposals: self
                .proposals_of(&id)
                .into_iter()
                .map(|(message, from)| (message, from.0))
                .collect(),
            rivals: rivals
                .into_iter()
                .filter(|b| *b != id)
                .filter(|b| self.sim.block(b).is_some_and(|k| !k.decided.is_empty()))
                .map(|b| b.to_string())
                .collect(),
        })
    }

    fn told_of(&self, id: &BlockId, since: Micros) -> Told {
        let trace = self.sim.trace();
        let mut told = Told::default();
        for record in trace.since(trace.position(since)) {
            if let Event::Committed(c) = &record.event
                && c.block == *id
            {
                told.decided
                    .push((c.node.0, record.at, c.round, c.caught_up));
            } else if let Event::Executed(e) = &record.event
                && e.block == *id
            {
                told.executions.push(ExecutedBy {
                    node: e.node.0,
                    at_us: record.at,
                    root: e.root.to_string(),
                    gas: e.gas,
                });
            } else if let Event::Rejected { node, detail } = &record.event
                && detail.block == *id
            {
                told.rejected
                    .push((node.0, record.at, detail.reason.clone()));
            }
        }
        told
    }
}

/// One line on what a transaction does.
pub(super) fn what(tx: &SignedTransaction) -> String {
    match &tx.transaction.action {
        Action::Transfer { to, coin } => {
            format!(
                "transfer of {} {} to {}",
                coin.amount,
                coin.denom,
                to.short(8)
            )
        }
        Action::Deploy { wasm, .. } => format!("deployment of {} bytes", wasm.len()),
        Action::Call {
            contract, input, ..
        }
        | Action::Execute {
            contract, input, ..
        } => format!("call of {}: {}", contract.short(8), said(input)),
        Action::Send { to, coins } => {
            let coins = coins.iter().map(|c| format!("{} {}", c.amount, c.denom));
            let coins = coins.collect::<Vec<_>>().join(", ");
            format!("transfer of {coins} to {}", to.short(8))
        }
        Action::Store { wasm } => format!("storing of {} bytes of code", wasm.len()),
        Action::Instantiate { code_id, input, .. } => {
            format!("instance of code {code_id}: {}", said(input))
        }
        Action::Migrate {
            contract, code_id, ..
        } => format!("migration of {} to code {code_id}", contract.short(8)),
        Action::SetAdmin {
            contract,
            admin: Some(admin),
        } => format!("{} gets the admin {}", contract.short(8), admin.short(8)),
        Action::SetAdmin {
            contract,
            admin: None,
        } => format!("{} gets no admin any more", contract.short(8)),
    }
}

/// The beginning of a contract's input, as text where it is some.
fn said(input: &[u8]) -> String {
    match std::str::from_utf8(input) {
        Ok(text) if !text.chars().any(char::is_control) => text.chars().take(40).collect(),
        Ok(_) | Err(_) => format!("0x{}", to_hex(&input[..input.len().min(16)])),
    }
}
