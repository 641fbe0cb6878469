//! The first state: who owns what before the first block, and which contracts are there already.

use super::chain::Engine;
use super::contract::{Call, ExecutionContext};
use super::journal::Journal;
use super::keeper::{Keeper, MessageError};
use super::receipt::CallTree;
use super::state::{Contract, State};
use super::validity::check_denom;
use super::{addresses, prices, state};
use crate::base::digest::sha256;
use crate::base::slices::finish;
use crate::base::{Hash, limits};
use crate::types::{Address, Coin};
use crate::vm::Entry;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the chain starts with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Genesis {
    /// An account named twice owns the sum.
    pub accounts: Vec<(Address, Vec<Coin>)>,
    /// Deployed in order, at height 0, without fees.
    pub contracts: Vec<GenesisContract>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisContract {
    pub creator: Address,
    pub wasm: Arc<[u8]>,
    /// Handed to its `init`.
    pub input: Vec<u8>,
}

impl Genesis {
    /// Address of the `index`-th pre-deployed contract. No key signs for the zero address, so that no
    /// deployment can get there first.
    #[must_use]
    pub fn contract_address(index: u64) -> Address {
        addresses::deployed(&Hash::ZERO, index)
    }

    /// # Errors
    /// A sentence naming what is over a limit, is no denomination, adds up beyond 2^128 - 1, or which
    /// contract is refused or fails and why.
    pub fn build(&self, engine: &Engine) -> Result<State, String> {
        if self.accounts.len() > limits::MAX_ACCOUNTS {
            return Err(format!(
                "genesis has {} accounts: at most {}",
                self.accounts.len(),
                limits::MAX_ACCOUNTS
            ));
        }
        if self.contracts.len() > limits::MAX_CONTRACTS {
            return Err(format!(
                "genesis has {} contracts: at most {}",
                self.contracts.len(),
                limits::MAX_CONTRACTS
            ));
        }
        let mut journal = Journal::new(&State::default());
        let mut supply: BTreeMap<&str, u128> = BTreeMap::new();
        for (address, coins) in &self.accounts {
            let mut account: state::Account = journal.account(address);
            for Coin { denom, amount } in coins {
                check_denom(denom)?;
                let sum = supply.entry(denom).or_default();
                *sum = sum.checked_add(*amount).ok_or_else(|| {
                    format!("all {denom} of genesis add up to more than 2^128 - 1")
                })?;
                account.set_balance(denom, account.balance(denom).saturating_add(*amount));
            }
            journal.set_account(*address, account);
        }
        if supply.len() > limits::MAX_DENOMS {
            return Err(format!(
                "genesis has {} denominations: at most {}",
                supply.len(),
                limits::MAX_DENOMS
            ));
        }
        for (index, contract) in (0..).zip(&self.contracts) {
            deploy(engine, &mut journal, index, contract)
                .map_err(|why| format!("contract {} of genesis: {why}", index + 1))?;
        }
        Ok(journal.into_state())
    }
}

fn deploy(
    engine: &Engine,
    journal: &mut Journal,
    index: u64,
    deployed: &GenesisContract,
) -> Result<(), String> {
    engine.admit(&deployed.wasm).map_err(|r| r.text)?;
    let address = Genesis::contract_address(index);
    let contract = Contract {
        code: sha256(&deployed.wasm),
        creator: deployed.creator,
    };
    journal.create(address, contract, &deployed.wasm);
    let call = Call::new(
        Entry::Init,
        deployed.creator,
        address,
        deployed.input.clone(),
    );
    let mut keeper = Keeper {
        place: ExecutionContext::new(engine, 0, 0),
        journal,
    };
    let mut tree = CallTree::new("init", prices::GENESIS_LIMIT);
    finish(keeper.call(call, prices::GENESIS_LIMIT, 1, &mut tree))
        .map(|_| ())
        .map_err(MessageError::text)
}
