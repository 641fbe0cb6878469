//! The first state: who owns what before the first block, and which contracts are there already.

use super::contract::{Call, ExecutionContext};
use super::error::GenesisError;
use super::journal::Journal;
use super::keeper::{Commit, Keeper};
use super::state::{Contract, State};
use super::validity::check_denom;
use super::{addresses, prices, state};
use crate::base::digest::sha256;
use crate::base::slices::finish;
use crate::base::{Hash, limits};
use crate::types::{Address, Coin};
use crate::vm::{Entry, SharedEngine as Engine};
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

/// A contract that is there from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisContract {
    /// Who counts as its creator.
    pub creator: Address,
    /// Its module.
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
    /// What is over a limit, is no denomination or adds up beyond 2^128 - 1, or which contract is refused or
    /// fails and why.
    pub fn build(&self, engine: &Engine) -> Result<State, GenesisError> {
        if self.accounts.len() > limits::MAX_ACCOUNTS {
            return Err(GenesisError::TooManyAccounts(self.accounts.len()));
        }
        if self.contracts.len() > limits::MAX_CONTRACTS {
            return Err(GenesisError::TooManyContracts(self.contracts.len()));
        }
        let mut journal = Journal::new(&State::default());
        let mut supply: BTreeMap<&str, u128> = BTreeMap::new();
        for (address, coins) in &self.accounts {
            let mut account: state::Account = journal.account(address);
            for Coin { denom, amount } in coins {
                check_denom(denom)?;
                let sum = supply.entry(denom).or_default();
                *sum = sum
                    .checked_add(*amount)
                    .ok_or_else(|| GenesisError::SupplyTooLarge(denom.clone()))?;
                account.set_balance(denom, account.balance(denom).saturating_add(*amount));
            }
            journal.set_account(*address, account);
        }
        if supply.len() > limits::MAX_DENOMS {
            return Err(GenesisError::TooManyDenominations(supply.len()));
        }
        for (index, contract) in (0..).zip(&self.contracts) {
            deploy(engine, &mut journal, index, contract)?;
        }
        Ok(journal.into_state())
    }
}

fn deploy(
    engine: &Engine,
    journal: &mut Journal,
    index: u64,
    deployed: &GenesisContract,
) -> Result<(), GenesisError> {
    let position = index + 1;
    engine
        .admit(&deployed.wasm)
        .map_err(|why| GenesisError::Refused { position, why })?;
    let address = Genesis::contract_address(index);
    let contract = Contract {
        code: sha256(&deployed.wasm),
        creator: deployed.creator,
    };
    journal.keep_code(contract.code, &deployed.wasm);
    let call = Call {
        code: Some(contract.code),
        ..Call::new(
            Entry::Init,
            deployed.creator,
            address,
            deployed.input.clone(),
        )
    };
    let mut keeper = Keeper::new(ExecutionContext::new(engine, 0, 0), journal);
    let commit = Commit::Create(contract, None);
    let (result, _) = finish(keeper.call(call, commit, prices::GENESIS_LIMIT));
    match result {
        Ok(_) => Ok(()),
        Err(error) => Err(GenesisError::InitFailed {
            position,
            why: error.text,
        }),
    }
}
