//! Executing a block: the honest way, and the ways of a liar.

use super::chain::Chain;
use super::contract::{self, Message};
use super::journal::Journal;
use super::prices;
use super::receipt::{GasReport, Receipt};
use super::state::{Account, Contract, State};
use super::validity::{max_fee, sender};
use crate::base::digest::sha256;
use crate::base::{Hash, hash_bytes};
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{Action, Address, Block, Coin, Header, SignedTransaction};
use crate::vm::gas::GasUse;
use crate::vm::{Entry, Outcome};

/// What executing a block gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    pub state: State,
    /// Of `state`.
    pub root: Hash,
    /// One a transaction, in order.
    pub receipts: Vec<Receipt>,
    /// The sum over the receipts.
    pub gas_used: u64,
}

/// A way of executing. A pure function of its arguments, total: a block that breaks the rules (one
/// that only a liar would have let through) still gives some execution.
pub trait Executor {
    fn execute(&self, chain: &Chain, parent: &State, block: &Block) -> Execution;
}

/// Names an executor; each node has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExecutorKind {
    #[default]
    Honest,
    /// See [`WrongRoot`].
    WrongRoot,
}

impl ExecutorKind {
    #[must_use]
    pub fn executor(self) -> &'static dyn Executor {
        match self {
            ExecutorKind::Honest => &Honest,
            ExecutorKind::WrongRoot => &WrongRoot,
        }
    }
}

/// Follows the rules.
#[derive(Clone, Copy, Debug)]
pub struct Honest;

/// Follows the rules and then moves one native unit a block from the richest account to a pocket of
/// its own. A really different state, so a different root; all that lie this way agree among themselves.
#[derive(Clone, Copy, Debug)]
pub struct WrongRoot;

impl WrongRoot {
    /// Where the stolen units go.
    #[must_use]
    pub fn pocket() -> Address {
        hash_bytes("consensusforge/pocket", &[])
    }
}

impl Executor for Honest {
    fn execute(&self, chain: &Chain, parent: &State, block: &Block) -> Execution {
        let mut journal = Journal::new(parent);
        let receipts: Vec<Receipt> = block
            .transactions
            .iter()
            .map(|tx| execute_transaction(chain, &mut journal, &block.header, tx))
            .collect();
        let state = journal.into_state();
        Execution {
            root: state.root(),
            state,
            gas_used: receipts
                .iter()
                .fold(0, |sum, r| sum.saturating_add(r.gas_used)),
            receipts,
        }
    }
}

impl Executor for WrongRoot {
    fn execute(&self, chain: &Chain, parent: &State, block: &Block) -> Execution {
        let mut execution = Honest.execute(chain, parent, block);
        let pocket = WrongRoot::pocket();
        let victim = execution
            .state
            .accounts()
            .filter(|(address, _)| **address != pocket)
            // Of equals the first, so that the choice does not hang on iteration.
            .max_by_key(|(address, a)| (a.balance(NATIVE_DENOM), std::cmp::Reverse(**address)))
            .map(|(address, _)| *address);
        let mut journal = Journal::new(&execution.state);
        let moved = victim.is_some_and(|victim| journal.take(&victim, NATIVE_DENOM, 1))
            && journal.give(&pocket, NATIVE_DENOM, 1);
        if !moved {
            // Nothing to steal: a bogus entry is a lie too.
            let mut account = journal.account(&pocket);
            account.nonce = account.nonce.wrapping_add(1);
            journal.set_account(pocket, account);
        }
        execution.state = journal.into_state();
        execution.root = execution.state.root();
        execution
    }
}

/// What a transaction's action gave, before anything is paid or rolled back.
struct Act {
    result: Result<Vec<u8>, String>,
    /// Burnt by a contract.
    gas_used: u64,
    gas: GasUse,
    created: Option<Address>,
}

impl Act {
    fn without_contract(result: Result<Vec<u8>, String>) -> Act {
        Act {
            result,
            gas_used: 0,
            gas: GasUse::default(),
            created: None,
        }
    }

    fn of(outcome: Outcome, created: Option<Address>) -> Act {
        Act {
            created: created.filter(|_| outcome.result.is_ok()),
            result: outcome.answer().map_err(|failure| failure.text),
            gas_used: outcome.gas_used,
            gas: outcome.gas,
        }
    }
}

/// Reserves the whole fee, acts, takes the act back if it failed, and pays: the proposer for gas used,
/// the sender the rest. What an account loses another gains, in every denomination.
fn execute_transaction(
    chain: &Chain,
    journal: &mut Journal,
    header: &Header,
    tx: &SignedTransaction,
) -> Receipt {
    let t = &tx.transaction;
    let from = sender(t);
    if let Err(why) = reserve(journal, tx) {
        return Receipt {
            tx: tx.id(),
            result: Err(why),
            gas_used: 0,
            gas: GasReport::default(),
            events: Vec::new(),
            created: None,
            storage: Vec::new(),
        };
    }
    let intrinsic = prices::intrinsic(tx);
    let before = journal.savepoint();
    let act = match t.gas_limit.checked_sub(intrinsic) {
        Some(gas) => act(chain, journal, header, tx, gas),
        None => Act::without_contract(Err(format!(
            "the gas limit {} is below the {intrinsic} this transaction costs",
            t.gas_limit
        ))),
    };
    if act.result.is_err() {
        journal.roll_back(before);
    }
    let own = intrinsic.min(t.gas_limit);
    let used = own.saturating_add(act.gas_used).min(t.gas_limit);
    let price = u128::from(t.gas_price);
    let rest = u128::from(t.gas_limit - used) * price;
    // Neither can overflow: both were the sender's, and genesis keeps a supply within u128.
    journal.give(&from, NATIVE_DENOM, rest);
    journal.give(
        &chain.fee_account(header),
        NATIVE_DENOM,
        u128::from(used) * price,
    );
    let (events, storage) = journal.settle();
    Receipt {
        tx: tx.id(),
        result: act.result,
        gas_used: used,
        gas: GasReport {
            transaction: own,
            contract: act.gas,
        },
        events,
        created: act.created,
        storage,
    }
}

/// Counts the nonce and takes the whole fee. Fails only in a block that [`super::check_block`] refuses.
fn reserve(journal: &mut Journal, tx: &SignedTransaction) -> Result<(), String> {
    let t = &tx.transaction;
    let from = sender(t);
    let mut account: Account = journal.account(&from);
    if account.nonce != t.nonce {
        return Err(format!(
            "the transaction carries nonce {}, the account's next is {}",
            t.nonce, account.nonce
        ));
    }
    let fee = max_fee(t);
    let held = account.balance(NATIVE_DENOM);
    let (Some(left), Some(nonce)) = (held.checked_sub(fee), t.nonce.checked_add(1)) else {
        return Err(format!(
            "the fee of up to {fee} {NATIVE_DENOM} cannot be paid from {held}"
        ));
    };
    account.nonce = nonce;
    account.set_balance(NATIVE_DENOM, left);
    journal.set_account(from, account);
    Ok(())
}

fn act(
    chain: &Chain,
    journal: &mut Journal,
    header: &Header,
    tx: &SignedTransaction,
    gas: u64,
) -> Act {
    let t = &tx.transaction;
    let from = sender(t);
    match &t.action {
        Action::Transfer { to, coin } => {
            Act::without_contract(pay(journal, &from, to, coin).map(|()| Vec::new()))
        }
        Action::Call {
            contract,
            input,
            funds,
        } => {
            if journal.contract(contract).is_none() {
                return Act::without_contract(Err(format!("there is no contract at {contract}")));
            }
            let value = match fund(journal, &from, contract, funds.as_ref()) {
                Ok(value) => value,
                Err(why) => return Act::without_contract(Err(why)),
            };
            let message = Message {
                sender: from,
                contract: *contract,
                height: header.height,
                value,
                input,
                entry: Entry::Call,
            };
            Act::of(contract::run(&chain.engine, journal, &message, gas), None)
        }
        Action::Deploy { wasm, input, funds } => {
            if let Err(refusal) = chain.engine.admit(wasm) {
                return Act::without_contract(Err(refusal.text));
            }
            let address = contract::address(&from, t.nonce);
            let contract = Contract {
                code: sha256(wasm),
                creator: from,
            };
            if !journal.create(address, contract, wasm) {
                return Act::without_contract(Err(format!(
                    "there is a contract at {address} already"
                )));
            }
            let value = match fund(journal, &from, &address, funds.as_ref()) {
                Ok(value) => value,
                Err(why) => return Act::without_contract(Err(why)),
            };
            let message = Message {
                sender: from,
                contract: address,
                height: header.height,
                value,
                input,
                entry: Entry::Init,
            };
            let outcome = contract::run(&chain.engine, journal, &message, gas);
            Act::of(outcome, Some(address))
        }
    }
}

/// Moves what is sent along with a call, and says how much it is.
fn fund(
    journal: &mut Journal,
    from: &Address,
    contract: &Address,
    funds: Option<&Coin>,
) -> Result<u128, String> {
    let Some(coin) = funds else { return Ok(0) };
    if coin.denom != NATIVE_DENOM {
        // A contract could neither see them nor send them on.
        return Err(format!(
            "contracts take {NATIVE_DENOM} only, not {}",
            coin.denom
        ));
    }
    pay(journal, from, contract, coin)?;
    Ok(coin.amount)
}

fn pay(journal: &mut Journal, from: &Address, to: &Address, coin: &Coin) -> Result<(), String> {
    let Coin { denom, amount } = coin;
    if !journal.take(from, denom, *amount) {
        return Err(format!(
            "the sender owns {} {denom}, less than the {amount} it wants to send",
            journal.balance(from, denom)
        ));
    }
    if !journal.give(to, denom, *amount) {
        return Err(format!("{to} cannot hold {amount} more {denom}"));
    }
    Ok(())
}
