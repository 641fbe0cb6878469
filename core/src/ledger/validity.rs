//! Which transactions may stand in a block, and which blocks on a state. Decided without executing, so
//! that a validator can vote before it computes.
//!
//! Fees are the one thing execution could spoil: a transaction must be able to pay when its turn comes.
//! So a [`Turn`] follows each sender's purse pessimistically: what its earlier transactions may spend is
//! gone, what others may send it is not counted. Nobody but the sender can take from an account, so
//! what passes here can pay.

use super::chain::Chain;
use super::prices;
use super::state::State;
use crate::base::{Hash, hash_of, limits};
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{Action, Address, Block, Coin, SignedTransaction, Transaction};
use std::collections::BTreeMap;

/// Room for a header in a block's bytes.
pub(super) const HEADER_BYTES: usize = 1 << 10;

/// The account a transaction is sent from.
#[must_use]
pub fn sender(tx: &Transaction) -> Address {
    Hash(tx.sender.0)
}

/// Native units reserved before a transaction runs.
#[must_use]
pub fn max_fee(tx: &Transaction) -> u128 {
    u128::from(tx.gas_limit) * u128::from(tx.gas_price)
}

/// What can be said of a transaction without a state: sizes, gas bounds, signature (verified again where
/// it was before, if `every_time`).
///
/// # Errors
/// A sentence naming the rule it breaks.
pub fn check_transaction(
    tx: &SignedTransaction,
    chain: &Hash,
    every_time: bool,
) -> Result<(), String> {
    let t = &tx.transaction;
    if tx.bytes() > limits::MAX_TX_BYTES {
        return Err(format!(
            "the transaction has {} bytes: at most {}",
            tx.bytes(),
            limits::MAX_TX_BYTES
        ));
    }
    check_coins(&t.action)?;
    check_names(&t.action)?;
    let input = t.action.input().len();
    if input > limits::MAX_CALL_BYTES {
        return Err(format!(
            "the contract's input has {input} bytes: at most {}",
            limits::MAX_CALL_BYTES
        ));
    }
    check_gas(tx)?;
    // Last, for it is the dear one.
    check_signature(tx, chain, every_time)
}

/// # Errors
/// A sentence when `denom` is no denomination's name: 1 to 64 of `a-z`, `0-9`, `/`, `-`, `.`, `_`.
pub fn check_denom(denom: &str) -> Result<(), String> {
    let fine = |c: u8| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_');
    if denom.is_empty() || denom.len() > limits::MAX_NAME_BYTES || !denom.bytes().all(fine) {
        return Err(format!(
            "a denomination has 1 to {} letters a-z, digits, '/', '-', '.' or '_'",
            limits::MAX_NAME_BYTES
        ));
    }
    Ok(())
}

fn check_coins(action: &Action) -> Result<(), String> {
    let coins = action.coins();
    for coin in coins {
        check_denom(&coin.denom)?;
    }
    match action {
        Action::Transfer { .. } | Action::Deploy { .. } | Action::Call { .. } => Ok(()),
        Action::Send { .. }
        | Action::Store { .. }
        | Action::Instantiate { .. }
        | Action::Execute { .. }
        | Action::Migrate { .. }
        | Action::SetAdmin { .. } => check_several(coins),
    }
}

/// # Errors
/// A sentence, unless there are at most [`limits::MAX_DENOMS`] coins, sorted by denomination, each once
/// and none zero.
pub fn check_several(coins: &[Coin]) -> Result<(), String> {
    if coins.len() > limits::MAX_DENOMS {
        return Err(format!(
            "{} denominations at once: at most {}",
            coins.len(),
            limits::MAX_DENOMS
        ));
    }
    if coins.iter().any(|c| c.amount == 0) {
        return Err("an amount of zero: leave the coin out".into());
    }
    if !coins.is_sorted_by(|a, b| a.denom < b.denom) {
        return Err("coins must be sorted by denomination, each once".into());
    }
    Ok(())
}

fn check_names(action: &Action) -> Result<(), String> {
    let Action::Instantiate { label, salt, .. } = action else {
        return Ok(());
    };
    if label.len() > limits::MAX_LABEL_BYTES {
        return Err(format!(
            "the contract's label has {} bytes: at most {}",
            label.len(),
            limits::MAX_LABEL_BYTES
        ));
    }
    if salt
        .as_ref()
        .is_some_and(|s| s.is_empty() || s.len() > limits::MAX_SALT_BYTES)
    {
        return Err(format!("a salt has 1 to {} bytes", limits::MAX_SALT_BYTES));
    }
    Ok(())
}

fn check_gas(tx: &SignedTransaction) -> Result<(), String> {
    let (limit, least) = (tx.transaction.gas_limit, prices::intrinsic(tx));
    if limit < least {
        return Err(format!(
            "the gas limit {limit} is below the {least} this transaction costs before anything runs"
        ));
    }
    if limit > limits::MAX_BLOCK_GAS {
        return Err(format!(
            "the gas limit {limit} is above a block's {}",
            limits::MAX_BLOCK_GAS
        ));
    }
    Ok(())
}

fn check_signature(tx: &SignedTransaction, chain: &Hash, every_time: bool) -> Result<(), String> {
    if tx.verify(chain, every_time) {
        Ok(())
    } else {
        Err("the signature is not the sender's for this chain".into())
    }
}

/// Transactions taken one after another on top of a state: nonces and purses.
#[derive(Debug)]
pub struct Turn<'a> {
    state: &'a State,
    /// Next nonce and native units certainly left, of each sender seen.
    senders: BTreeMap<Address, (u64, u128)>,
}

impl<'a> Turn<'a> {
    #[must_use]
    pub fn new(state: &'a State) -> Self {
        Turn {
            state,
            senders: BTreeMap::new(),
        }
    }

    /// Takes the next transaction, or leaves everything as it was.
    ///
    /// # Errors
    /// A sentence when the nonce is not the sender's next, or the fee may not be there.
    pub fn take(&mut self, tx: &Transaction) -> Result<(), String> {
        let from = sender(tx);
        let (nonce, left) = self.senders.get(&from).copied().unwrap_or_else(|| {
            let account = self.state.account(&from);
            account.map_or((0, 0), |a| (a.nonce, a.balance(NATIVE_DENOM)))
        });
        if tx.nonce != nonce {
            return Err(format!(
                "the transaction carries nonce {}, the account's next is {nonce}",
                tx.nonce
            ));
        }
        let fee = max_fee(tx);
        let Some(left) = left.checked_sub(fee) else {
            return Err(format!(
                "the fee of up to {fee} {NATIVE_DENOM} cannot be paid: {left} are certain to be there"
            ));
        };
        let Some(next) = nonce.checked_add(1) else {
            return Err("the account has used up its nonces".into());
        };
        let spent = tx.action.coins().iter().find(|c| c.denom == NATIVE_DENOM);
        let left = left.saturating_sub(spent.map_or(0, |c| c.amount));
        self.senders.insert(from, (next, left));
        Ok(())
    }
}

/// A transaction of so many bytes fits no block: one of a block is not counted.
#[must_use]
pub(super) fn rides_along(bytes: usize) -> bool {
    bytes > limits::MAX_BLOCK_BYTES - HEADER_BYTES
}

/// May `block` stand on `parent`? Says nothing of its place in the tree (parent, height, time) nor of
/// the state root it names: these are the validator's to compare.
///
/// # Errors
/// A sentence naming the first rule broken, and by which transaction.
pub fn check_block(chain: &Chain, parent: &State, block: &Block) -> Result<(), String> {
    let mut turn = Turn::new(parent);
    check_each(chain, block, |tx| turn.take(tx))
}

/// What can be said of `block` without a state, so that everybody says the same of it at any time: all of
/// [`check_block`] but nonces and purses. In a DAG this is all that is asked of a block: what it stands on
/// is not known before it is ordered, and a transaction whose turn has not come, or is over, costs nothing and does
/// nothing.
///
/// # Errors
/// As [`check_block`].
pub fn check_alone(chain: &Chain, block: &Block) -> Result<(), String> {
    check_each(chain, block, |_| Ok(()))
}

/// The rules of a block, and of each of its transactions `further` ones, in their order.
fn check_each(
    chain: &Chain,
    block: &Block,
    mut further: impl FnMut(&Transaction) -> Result<(), String>,
) -> Result<(), String> {
    let header = &block.header;
    if header.chain != chain.id {
        return Err(format!(
            "the block is of chain {}, this is {}",
            header.chain.short(8),
            chain.id.short(8)
        ));
    }
    let known = chain.validators.at(header.height).get(header.proposer);
    if known.is_none() {
        return Err(format!(
            "{} is no validator of height {}",
            header.proposer, header.height
        ));
    }
    if block.transactions.len() > limits::MAX_BLOCK_TXS {
        return Err(format!(
            "the block has {} transactions: at most {}",
            block.transactions.len(),
            limits::MAX_BLOCK_TXS
        ));
    }
    let large = block.transactions.iter().map(|tx| tx.bytes());
    let large = large.filter(|bytes| rides_along(*bytes)).max().unwrap_or(0);
    let bytes = (block.bytes() as usize).saturating_sub(large);
    if bytes > limits::MAX_BLOCK_BYTES {
        return Err(format!(
            "the block has {bytes} bytes: at most {}",
            limits::MAX_BLOCK_BYTES
        ));
    }
    let ids: Vec<Hash> = block.transactions.iter().map(|t| t.id()).collect();
    if hash_of("consensusforge/transactions", &ids) != header.transactions {
        return Err("the header does not name the block's transactions".into());
    }
    let mut gas: u64 = 0;
    for (i, tx) in block.transactions.iter().enumerate() {
        check_transaction(tx, &chain.id, chain.everywhere)
            .and_then(|()| further(&tx.transaction))
            .map_err(|why| format!("transaction {} of the block: {why}", i + 1))?;
        gas = gas.saturating_add(tx.transaction.gas_limit);
        if gas > limits::MAX_BLOCK_GAS {
            return Err(format!(
                "the gas limits of the block add up to more than {} at transaction {}",
                limits::MAX_BLOCK_GAS,
                i + 1
            ));
        }
    }
    Ok(())
}
