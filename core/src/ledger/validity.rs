//! Which transactions may stand in a block, and which blocks on a state. Decided without executing, so
//! that a validator can vote before it computes.
//!
//! Fees are the one thing execution could spoil: a transaction must be able to pay when its turn comes.
//! So a [`SpendingCheck`] follows each sender's purse pessimistically: what its earlier transactions may spend is
//! gone, what others may send it is not counted. Nobody but the sender can take from an account, so
//! what passes here can pay.

use super::chain::Chain;
use super::error::{BlockError, CoinError, TransactionError};
use super::prices;
use super::state::State;
use crate::base::{Hash, hash_of, limits};
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{Action, Address, Block, Coin, SignedTransaction, Transaction};
use crate::vm::label;
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
/// The rule it breaks.
pub fn check_transaction(
    tx: &SignedTransaction,
    chain: &Hash,
    every_time: bool,
) -> Result<(), TransactionError> {
    let t = &tx.transaction;
    if tx.bytes() > limits::MAX_TX_BYTES {
        return Err(TransactionError::TooLarge(tx.bytes()));
    }
    check_coins(&t.action)?;
    check_names(&t.action)?;
    let input = t.action.input().len();
    if input > limits::MAX_CALL_BYTES {
        return Err(TransactionError::InputTooLarge(input));
    }
    check_gas(tx)?;
    // Last, for it is the dear one.
    check_signature(tx, chain, every_time)
}

/// Checks the name of a denomination by the rule of the Cosmos SDK, `[a-zA-Z][a-zA-Z0-9/:._-]{2,127}`:
/// `ibc/27394F...` and `factory/<address>/x` are names. Names of one or two characters, and those that
/// begin with a digit, stay allowed: links made before this rule have them.
///
/// # Errors
/// When `denom` is no such name.
pub fn check_denom(denom: &str) -> Result<(), CoinError> {
    let fine = |c: u8| c.is_ascii_alphanumeric() || b"/:._-".contains(&c);
    if denom.is_empty() || denom.len() > limits::MAX_DENOM_BYTES || !denom.bytes().all(fine) {
        let shown = denom.chars().take(limits::MAX_DENOM_BYTES).collect();
        return Err(CoinError::NotADenomination(shown));
    }
    Ok(())
}

fn check_coins(action: &Action) -> Result<(), CoinError> {
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
/// Unless there are at most [`limits::MAX_DENOMS`] coins, sorted by denomination, each once and none zero.
pub fn check_several(coins: &[Coin]) -> Result<(), CoinError> {
    if coins.len() > limits::MAX_DENOMS {
        return Err(CoinError::TooMany(coins.len()));
    }
    if let Some(coin) = coins.iter().find(|c| c.amount == 0) {
        return Err(CoinError::Zero(coin.denom.clone()));
    }
    if !coins.is_sorted_by(|a, b| a.denom < b.denom) {
        return Err(CoinError::Unsorted);
    }
    Ok(())
}

fn check_names(action: &Action) -> Result<(), TransactionError> {
    let Action::Instantiate { label, salt, .. } = action else {
        return Ok(());
    };
    label::check(label)?;
    if salt
        .as_ref()
        .is_some_and(|s| s.is_empty() || s.len() > limits::MAX_SALT_BYTES)
    {
        return Err(TransactionError::Salt);
    }
    Ok(())
}

fn check_gas(tx: &SignedTransaction) -> Result<(), TransactionError> {
    let (limit, least) = (tx.transaction.gas_limit, prices::intrinsic(tx));
    if limit < least {
        return Err(TransactionError::GasTooLow { limit, least });
    }
    if limit > limits::MAX_BLOCK_GAS {
        return Err(TransactionError::GasTooHigh(limit));
    }
    Ok(())
}

fn check_signature(
    tx: &SignedTransaction,
    chain: &Hash,
    every_time: bool,
) -> Result<(), TransactionError> {
    if tx.verify(chain, every_time) {
        Ok(())
    } else {
        Err(TransactionError::Signature)
    }
}

/// Transactions taken one after another on top of a state: nonces and purses.
#[derive(Debug)]
pub struct SpendingCheck<'a> {
    state: &'a State,
    /// Next nonce and native units certainly left, of each sender seen.
    senders: BTreeMap<Address, (u64, u128)>,
}

impl<'a> SpendingCheck<'a> {
    /// Nothing taken yet, on top of `state`.
    #[must_use]
    pub fn new(state: &'a State) -> Self {
        SpendingCheck {
            state,
            senders: BTreeMap::new(),
        }
    }

    /// Takes the next transaction, or leaves everything as it was.
    ///
    /// # Errors
    /// When the nonce is not the sender's next, or the fee may not be there.
    pub fn take(&mut self, tx: &Transaction) -> Result<(), TransactionError> {
        let from = sender(tx);
        let (nonce, left) = self.senders.get(&from).copied().unwrap_or_else(|| {
            let account = self.state.account(&from);
            account.map_or((0, 0), |a| (a.nonce, a.balance(NATIVE_DENOM)))
        });
        if tx.nonce != nonce {
            return Err(TransactionError::Nonce {
                found: tx.nonce,
                next: nonce,
            });
        }
        let fee = max_fee(tx);
        let Some(left) = left.checked_sub(fee) else {
            return Err(TransactionError::FeeNotCertain { fee, certain: left });
        };
        let Some(next) = nonce.checked_add(1) else {
            return Err(TransactionError::NoMoreNonces);
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
/// The first rule broken, and by which transaction.
pub fn check_block(chain: &Chain, parent: &State, block: &Block) -> Result<(), BlockError> {
    let mut spending = SpendingCheck::new(parent);
    check_each(chain, block, |tx| spending.take(tx))
}

/// What can be said of `block` without a state, so that everybody says the same of it at any time: all of
/// [`check_block`] but nonces and purses. In a DAG this is all that is asked of a block: what it stands on
/// is not known before it is ordered, and a transaction out of turn costs nothing and does nothing.
///
/// # Errors
/// As [`check_block`].
pub fn check_alone(chain: &Chain, block: &Block) -> Result<(), BlockError> {
    check_each(chain, block, |_| Ok(()))
}

/// The rules of a block, and of each of its transactions `further` ones, in their order.
fn check_each(
    chain: &Chain,
    block: &Block,
    mut further: impl FnMut(&Transaction) -> Result<(), TransactionError>,
) -> Result<(), BlockError> {
    let header = &block.header;
    if header.chain != chain.id {
        return Err(BlockError::OtherChain {
            found: header.chain,
            ours: chain.id,
        });
    }
    let known = chain.validators.at(header.height).get(header.proposer);
    if known.is_none() {
        return Err(BlockError::Stranger {
            proposer: header.proposer,
            height: header.height,
        });
    }
    if block.transactions.len() > limits::MAX_BLOCK_TXS {
        return Err(BlockError::TooManyTransactions(block.transactions.len()));
    }
    let large = block.transactions.iter().map(|tx| tx.bytes());
    let large = large.filter(|bytes| rides_along(*bytes)).max().unwrap_or(0);
    let bytes = (block.bytes() as usize).saturating_sub(large);
    if bytes > limits::MAX_BLOCK_BYTES {
        return Err(BlockError::TooLarge(bytes));
    }
    let ids: Vec<Hash> = block.transactions.iter().map(|t| t.id()).collect();
    if hash_of("consensusforge/transactions", &ids) != header.transactions {
        return Err(BlockError::OtherTransactions);
    }
    let mut gas: u64 = 0;
    for (i, tx) in block.transactions.iter().enumerate() {
        check_transaction(tx, &chain.id, chain.everywhere)
            .and_then(|()| further(&tx.transaction))
            .map_err(|why| BlockError::Transaction {
                position: i + 1,
                why,
            })?;
        gas = gas.saturating_add(tx.transaction.gas_limit);
        if gas > limits::MAX_BLOCK_GAS {
            return Err(BlockError::TooMuchGas(i + 1));
        }
    }
    Ok(())
}
