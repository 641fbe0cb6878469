//! A chain of one contract, in a map: for tests, and for trying a contract where no ledger is.

use super::{Address, Host, TransferError};
use std::collections::BTreeMap;

/// Keeps what a contract writes. It has no journal: keep a clone to undo a failed call.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ScratchHost {
    /// Whose tokens `transfer` moves.
    pub contract: Address,
    pub store: BTreeMap<Vec<u8>, Vec<u8>>,
    pub balances: BTreeMap<Address, u128>,
    pub events: Vec<Vec<u8>>,
    /// Transfers that succeeded, in order.
    pub sent: Vec<(Address, u128)>,
}

impl Host for ScratchHost {
    fn get(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        self.store.get(key).cloned()
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> Result<(), String> {
        self.store.insert(key.to_vec(), value.to_vec());
        Ok(())
    }

    fn delete(&mut self, key: &[u8]) -> Result<(), String> {
        self.store.remove(key);
        Ok(())
    }

    fn transfer(&mut self, to: Address, amount: u128) -> Result<(), TransferError> {
        let rest = self
            .balance(&self.contract.clone())
            .checked_sub(amount)
            .ok_or(TransferError::Insufficient)?;
        if to != self.contract {
            let theirs = self
                .balance(&to)
                .checked_add(amount)
                .ok_or(TransferError::Refused)?;
            self.balances.insert(self.contract, rest);
            self.balances.insert(to, theirs);
        }
        self.sent.push((to, amount));
        Ok(())
    }

    fn balance(&mut self, of: &Address) -> u128 {
        self.balances.get(of).copied().unwrap_or(0)
    }

    fn emit(&mut self, data: &[u8]) -> Result<(), String> {
        self.events.push(data.to_vec());
        Ok(())
    }
}
