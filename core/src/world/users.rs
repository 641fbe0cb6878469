//! Those who send transactions: the workload's accounts, and the user accounts a person acts with.

use super::wire::Payload;
use super::{ScheduledEvent, World};
use crate::base::digest::from_hex;
use crate::base::{Hash, HexError, Micros};
use crate::consensus::Corruptible;
use crate::ledger::error::MempoolError;
use crate::ledger::{Execution, Receipt, Workload, workload};
use crate::model::{CoinSpec, InputSpec, SubmitSpec};
use crate::trace::Event;
use crate::types::bech32::AddressError;
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{Action, Coin, Height, Keypair, NodeId, SignedTransaction, Transaction, bech32};
use std::collections::BTreeMap;
use std::sync::Arc;

/// User accounts at genesis. Their keys follow the workload's.
pub const USERS: u16 = 8;
/// Native units each account owns at genesis, and units of a second denomination each user owns.
pub(super) const ENDOWMENT: u128 = 1_000_000_000_000;
pub(super) const SECOND_DENOM: &str = "gold";
const USER_KEYS_FROM: u64 = 1 << 32;
/// Gas limit of a user's transaction that names none: a deployment pays by the byte.
pub const USER_GAS: u64 = 40_000_000;
/// A sender's transactions may wait for one that no node has any more (its only holder crashed): after
/// this many, the missing ones are offered again.
const LOST_AFTER: u64 = 4;
/// Submissions remembered for the receipts' list.
const REMEMBERED: usize = 256;

/// Keys of user `i`, the same in every run.
pub(super) fn user(i: u16) -> Keypair {
    workload::account(USER_KEYS_FROM + u64::from(i))
}

/// Address of user `i`.
#[must_use]
pub fn user_address(i: u16) -> Hash {
    Hash(user(i).public().0)
}

/// Why a person's transaction cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    /// `user:` with something else than the number of an account behind it.
    #[error("there is no user account '{0}'; give user:0 to user:{last}", last = USERS - 1)]
    NoUser(String),
    /// Neither a user account nor an address.
    #[error(
        "'{text}' is not an address: {why}. Write user:0, a `forge1...` address or 64 hex digits"
    )]
    NoAddress {
        /// As it was written.
        text: String,
        /// What is wrong with it as bech32.
        why: AddressError,
    },
    /// An address, input or salt in hex that is not hex.
    #[error(transparent)]
    Hex(#[from] HexError),
    /// A contract that the scenario does not list.
    #[error("the scenario has no contract named '{0}'")]
    NoContract(String),
}

/// Why a node does not take a client's transaction.
#[derive(Debug, thiserror::Error)]
enum NotTaken {
    #[error("the node has no state yet")]
    NoState,
    #[error(transparent)]
    Mempool(#[from] MempoolError),
}

/// The account or contract a text names: `user:0`, `forge1...` or 64 hex digits.
///
/// # Errors
/// [`UserError`], whose sentence says what may be written.
pub fn named_address(text: &str) -> Result<Hash, UserError> {
    if let Some(number) = text.strip_prefix("user:") {
        return match number.parse::<u16>() {
            Ok(i) if i < USERS => Ok(user_address(i)),
            _ => Err(UserError::NoUser(number.into())),
        };
    }
    if text.len() == 64 && !text.starts_with(bech32::PREFIX) {
        return Ok(Hash::from_hex(text)?);
    }
    bech32::decode(text).map_err(|why| UserError::NoAddress {
        text: text.into(),
        why,
    })
}

fn several(coins: &[CoinSpec]) -> Vec<Coin> {
    let mut coins: Vec<Coin> = coins
        .iter()
        .filter(|c| c.amount > 0)
        .map(|c| Coin {
            denom: c.denom.clone(),
            amount: u128::from(c.amount),
        })
        .collect();
    coins.sort();
    coins
}

/// A person's transaction and what became of it.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Id of the transaction.
    pub tx: Hash,
    /// In words.
    pub what: String,
    /// When it was handed in, microseconds.
    pub at: Micros,
    /// Gas it may use at most.
    pub gas_limit: u64,
    /// By the first honest node that executed it, or by a liar until one has.
    pub outcome: Option<(Height, Receipt)>,
    /// The outcome is a Byzantine node's.
    pub by_liar: bool,
    /// Nodes that executed it, and the state root after its block there.
    pub roots: Vec<(NodeId, Hash)>,
    /// Why no node took it.
    pub refused: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Users {
    workload: Workload,
    generated: u64,
    /// Next nonce of each user, for transactions sent faster than blocks come.
    nonces: BTreeMap<u16, u64>,
    submissions: Vec<Submission>,
    /// By a transaction's id: what its sender signed in its place.
    rivals: BTreeMap<Hash, Arc<SignedTransaction>>,
}

impl Users {
    pub(super) fn new(workload: Workload) -> Self {
        Users {
            workload,
            generated: 0,
            nonces: BTreeMap::new(),
            submissions: Vec::new(),
            rivals: BTreeMap::new(),
        }
    }

    pub(super) fn generated(&self) -> u64 {
        self.generated
    }

    pub(super) fn submissions(&self) -> &[Submission] {
        &self.submissions
    }

    /// Notes what became of persons' transactions in a block just executed by `node`.
    /// A liar's word stands until an honest node (`lies` false) has executed it.
    pub(super) fn executed(
        &mut self,
        node: NodeId,
        lies: bool,
        position: Height,
        execution: &Execution,
    ) {
        if self.submissions.is_empty() {
            return;
        }
        for receipt in &execution.receipts {
            if let Some(s) = self.submissions.iter_mut().find(|s| s.tx == receipt.tx) {
                if s.outcome.is_none() || (s.by_liar && !lies) {
                    s.by_liar = lies;
                    s.outcome = Some((position, receipt.clone()));
                }
                s.roots.push((node, execution.root));
            }
        }
    }
}

impl<P: Corruptible> World<P> {
    /// The generator's k-th transaction enters the network, and the next one is scheduled.
    pub(super) fn generate(&mut self, k: u64) {
        self.users.generated = k + 1;
        let era = self.workload_era;
        let rate = u64::from(self.tx_per_second.max(1));
        self.queue.push(
            self.now + 1_000_000 / rate,
            ScheduledEvent::Workload { k: k + 1, era },
        );
        let accounts = u64::from(self.fixed.workload_accounts.max(1));
        let Some(node) = self.entry((k % accounts) as usize) else {
            return;
        };
        let sender = workload::address(k % accounts);
        let n = &self.nodes[node.index()];
        let spent = n.computed.get(&n.tip).map_or(0, |c| c.state.nonce(&sender));
        let nonce = k / accounts;
        let first = if nonce > spent.saturating_add(LOST_AFTER) {
            spent
        } else {
            nonce
        };
        for again in (first..nonce).take(LOST_AFTER as usize).chain([nonce]) {
            let tx = self
                .users
                .workload
                .transaction(again * accounts + k % accounts);
            self.enter(node, &tx).ok();
        }
    }

    /// A person's transaction, signed with the key of user `from`.
    pub(super) fn submit(&mut self, from: u16, spec: &SubmitSpec, gas_limit: Option<u64>) {
        let what = describe(spec);
        let action = match self.action(spec) {
            Ok(action) => action,
            Err(why) => return self.changed(format!("{what} was not sent: {why}")),
        };
        let Some(node) = self.entry(0) else {
            return self.changed(format!("{what} was not sent: every validator is down"));
        };
        let nonce = self.next_nonce(from, node);
        let tx = self.signed(from, nonce, gas_limit.unwrap_or(USER_GAS), action);
        let refused = self.enter(node, &tx).err().map(|why| why.to_string());
        if refused.is_none() {
            self.users.nonces.insert(from, nonce + 1);
        }
        self.note_submission(&tx, what, refused);
    }

    /// Two transactions of user `from` with one nonce, for the ears of controlled nodes alone.
    pub(super) fn submit_twice(&mut self, from: u16, first: &SubmitSpec, second: &SubmitSpec) {
        let whats = [first, second].map(describe);
        let not_sent = |why: &str| format!("{} or {} was not sent: {why}", whats[0], whats[1]);
        let actions = match (self.action(first), self.action(second)) {
            (Ok(first), Ok(second)) => [first, second],
            (Err(why), _) | (_, Err(why)) => return self.changed(not_sent(&why.to_string())),
        };
        let up = |n: &&NodeId| self.nodes[n.index()].up;
        let members: Vec<NodeId> = self.adversary.members.iter().filter(up).copied().collect();
        let Some(&node) = members.first() else {
            return self.changed(not_sent(
                "honest validators take one transaction a nonce, and none is Byzantine",
            ));
        };
        let nonce = self.next_nonce(from, node);
        let [one, other] = actions.map(|action| self.signed(from, nonce, USER_GAS, action));
        let mut refused = None;
        for member in members {
            let n = &mut self.nodes[member.index()];
            if let Some(computed) = n.computed.get(&n.tip) {
                let taken = n.mempool.insert(
                    &one,
                    &computed.state,
                    &self.fixed.chain,
                    self.fixed.everywhere,
                );
                refused = refused.or_else(|| taken.err().map(|why| why.to_string()));
            }
        }
        if refused.is_none() {
            self.users.nonces.insert(from, nonce + 1);
            self.users.rivals.insert(one.id(), other.clone());
        }
        for (tx, what) in [&one, &other].into_iter().zip(whats) {
            let detail = Box::new(tx.id());
            self.trace.push(self.now, Event::Submitted { node, detail });
            self.note_submission(tx, what, refused.clone());
        }
    }

    /// What else the sender of `tx` signed with the same nonce.
    pub(super) fn rival(&self, tx: &Arc<SignedTransaction>) -> Option<&Arc<SignedTransaction>> {
        self.users.rivals.get(&tx.id())
    }

    /// The nonce of user `from`'s next transaction, as far as `node` and this client know.
    fn next_nonce(&self, from: u16, node: NodeId) -> u64 {
        let n = &self.nodes[node.index()];
        let on_chain = n
            .computed
            .get(&n.tip)
            .map_or(0, |c| c.state.nonce(&user_address(from)));
        let sent = self.users.nonces.get(&from).copied().unwrap_or(0);
        sent.max(on_chain)
    }

    fn signed(
        &self,
        from: u16,
        nonce: u64,
        gas_limit: u64,
        action: Action,
    ) -> Arc<SignedTransaction> {
        let keys = user(from);
        let transaction = Transaction {
            sender: keys.public(),
            nonce,
            gas_limit,
            gas_price: 1,
            action,
        };
        SignedTransaction::sign(transaction, &keys, &self.fixed.chain)
    }

    fn note_submission(
        &mut self,
        tx: &Arc<SignedTransaction>,
        what: String,
        refused: Option<String>,
    ) {
        if self.users.submissions.len() == REMEMBERED {
            self.users.submissions.remove(0);
        }
        let submission = Submission {
            tx: tx.id(),
            what,
            at: self.now,
            gas_limit: tx.transaction.gas_limit,
            outcome: None,
            by_liar: false,
            roots: Vec::new(),
            refused,
        };
        self.users.submissions.push(submission);
    }

    /// The node that a client talks to: the `turn`-th of those up, honest ones if there are any.
    fn entry(&self, turn: usize) -> Option<NodeId> {
        let up = || self.nodes.iter().filter(|n| n.up);
        let honest: Vec<NodeId> = up()
            .filter(|n| !self.adversary.controls(n.id))
            .map(|n| n.id)
            .collect();
        let all = if honest.is_empty() {
            up().map(|n| n.id).collect()
        } else {
            honest
        };
        (!all.is_empty()).then(|| all[turn % all.len()])
    }

    /// A client hands `tx` to `node`, which passes it on to everybody.
    fn enter(&mut self, node: NodeId, tx: &Arc<SignedTransaction>) -> Result<(), NotTaken> {
        let n = &mut self.nodes[node.index()];
        let Some(computed) = n.computed.get(&n.tip) else {
            return Err(NotTaken::NoState);
        };
        n.mempool.insert(
            tx,
            &computed.state,
            &self.fixed.chain,
            self.fixed.everywhere,
        )?;
        self.trace.push(
            self.now,
            Event::Submitted {
                node,
                detail: Box::new(tx.id()),
            },
        );
        if !self.mute(node) {
            let everybody: Vec<NodeId> = self.others(node).collect();
            self.chat(node, Payload::Transaction(tx.clone()), everybody, false);
        }
        Ok(())
    }

    fn action(&self, spec: &SubmitSpec) -> Result<Action, UserError> {
        let module = |name: &String| {
            let found = self.contracts.get(name).cloned();
            found.ok_or_else(|| UserError::NoContract(name.clone()))
        };
        Ok(match spec {
            SubmitSpec::Transfer { to, amount } => Action::Transfer {
                to: Hash(user(*to).public().0),
                coin: Coin {
                    denom: NATIVE_DENOM.into(),
                    amount: u128::from(*amount),
                },
            },
            SubmitSpec::Deploy { contract, input } => Action::Deploy {
                wasm: module(contract)?,
                input: bytes(input)?,
                funds: None,
            },
            SubmitSpec::Call {
                address,
                input,
                value,
            } => Action::Call {
                contract: *address,
                input: bytes(input)?,
                funds: (*value > 0).then(|| Coin {
                    denom: NATIVE_DENOM.into(),
                    amount: u128::from(*value),
                }),
            },
            SubmitSpec::Send { to, coins } => Action::Send {
                to: named_address(to)?,
                coins: several(coins),
            },
            SubmitSpec::Store { contract } => Action::Store {
                wasm: module(contract)?,
            },
            SubmitSpec::Instantiate {
                code_id,
                msg,
                funds,
                label,
                admin,
                salt,
            } => Action::Instantiate {
                code_id: *code_id,
                admin: admin.as_deref().map(named_address).transpose()?,
                label: label.clone(),
                input: bytes(msg)?,
                funds: several(funds),
                salt: salt.as_ref().map(bytes).transpose()?,
            },
            SubmitSpec::Execute {
                contract,
                msg,
                funds,
            } => Action::Execute {
                contract: named_address(contract)?,
                input: bytes(msg)?,
                funds: several(funds),
            },
            SubmitSpec::Migrate {
                contract,
                code_id,
                msg,
            } => Action::Migrate {
                contract: named_address(contract)?,
                code_id: *code_id,
                input: bytes(msg)?,
            },
            SubmitSpec::SetAdmin { contract, admin } => Action::SetAdmin {
                contract: named_address(contract)?,
                admin: admin.as_deref().map(named_address).transpose()?,
            },
        })
    }
}

impl<P: Corruptible> super::node::Node<P> {
    /// A transaction from a peer. What does not fit is forgotten: its sender's node still has it.
    pub(super) fn receive_transaction(
        &mut self,
        tx: &Arc<SignedTransaction>,
        chain: &Hash,
        every_time: bool,
    ) {
        if let Some(computed) = self.computed.get(&self.tip) {
            self.mempool
                .insert(tx, &computed.state, chain, every_time)
                .ok();
        }
    }
}

fn bytes(input: &InputSpec) -> Result<Vec<u8>, HexError> {
    match input {
        InputSpec::Text(text) => Ok(text.clone().into_bytes()),
        InputSpec::Hex(hex) => from_hex(hex),
    }
}

/// A name short enough for a line: the end of an address tells more than its beginning.
fn who(text: &str) -> String {
    if text.len() <= 16 {
        return text.to_owned();
    }
    let end: String = text.chars().rev().take(8).collect();
    format!("…{}", end.chars().rev().collect::<String>())
}

fn describe(spec: &SubmitSpec) -> String {
    let shown = |input: &InputSpec| match input {
        InputSpec::Text(text) => text.chars().take(60).collect::<String>(),
        InputSpec::Hex(hex) => format!("0x{}", hex.chars().take(60).collect::<String>()),
    };
    match spec {
        SubmitSpec::Transfer { to, amount } => {
            format!("transfer of {amount} {NATIVE_DENOM} to user {}", to + 1)
        }
        SubmitSpec::Deploy { contract, .. } => format!("deployment of {contract}"),
        SubmitSpec::Call { address, input, .. } => {
            format!("call of {} with '{}'", address.short(8), shown(input))
        }
        SubmitSpec::Send { to, coins } => {
            let coins = coins.iter().map(|c| format!("{} {}", c.amount, c.denom));
            format!(
                "transfer of {} to {}",
                coins.collect::<Vec<_>>().join(", "),
                who(to)
            )
        }
        SubmitSpec::Store { contract } => format!("storing of the code of {contract}"),
        SubmitSpec::Instantiate { code_id, msg, .. } => {
            format!("instance of code {code_id} with '{}'", shown(msg))
        }
        SubmitSpec::Execute { contract, msg, .. } => {
            format!("call of {} with '{}'", who(contract), shown(msg))
        }
        SubmitSpec::Migrate {
            contract, code_id, ..
        } => format!("migration of {} to code {code_id}", who(contract)),
        SubmitSpec::SetAdmin {
            contract,
            admin: Some(admin),
        } => format!("{} as the admin of {}", who(admin), who(contract)),
        SubmitSpec::SetAdmin {
            contract,
            admin: None,
        } => format!("no admin for {} any more", who(contract)),
    }
}
