//! A chain of one contract, in a map: for tests, and for trying a contract where no ledger is.

use super::error_code::NOT_FOUND;
use super::{
    Address, Answer, Answered, Host, KeyRange, NoAnswer, Order, Query, RangeStep, TransferError,
};
use crate::base::Slices;
use crate::types::Coin;
use crate::types::transaction::NATIVE_DENOM;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Keeps what a contract writes. It has no journal: keep a clone to undo a failed call.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ScratchHost {
    /// Whose tokens `transfer` moves.
    pub contract: Address,
    /// The contract's storage.
    pub store: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Who owns how much.
    pub balances: BTreeMap<Address, u128>,
    /// Events so far.
    pub events: Vec<Vec<u8>>,
    /// Transfers that succeeded, in order.
    pub sent: Vec<(Address, u128)>,
}

impl Host for ScratchHost {
    fn get(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        self.store.get(key).cloned()
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.store.insert(key.to_vec(), value.to_vec());
    }

    fn delete(&mut self, key: &[u8]) {
        self.store.remove(key);
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

    fn emit(&mut self, data: &[u8]) {
        self.events.push(data.to_vec());
    }

    fn first(&mut self, span: KeyRange<'_>, _: u64) -> RangeStep {
        let start = span.start.map_or(Bound::Unbounded, Bound::Included);
        let end = span.end.map_or(Bound::Unbounded, Bound::Excluded);
        if let (Some(start), Some(end)) = (span.start, span.end)
            && start >= end
        {
            return RangeStep::default();
        }
        let mut range = self.store.range::<[u8], _>((start, end));
        let found = match span.order {
            Order::Ascending => range.next(),
            Order::Descending => range.next_back(),
        };
        RangeStep {
            found: found.map(|(key, value)| (key.clone(), value.clone())),
            skipped: 0,
        }
    }

    fn query<'a>(&'a mut self, query: &'a Query, _: u64) -> Slices<'a, Answered> {
        let answer = self.answer(query);
        let gas_used = 0;
        Box::pin(std::future::ready(Answered { answer, gas_used }))
    }
}

impl ScratchHost {
    /// Knows the native balances and its own storage; there are no other contracts.
    fn answer(&mut self, query: &Query) -> Result<Answer, NoAnswer> {
        let native = |amount| Coin {
            denom: NATIVE_DENOM.into(),
            amount,
        };
        match query {
            Query::Balance { of, denom } => Ok(Answer::Coin(Coin {
                amount: if denom == NATIVE_DENOM {
                    self.balance(&of.0)
                } else {
                    0
                },
                denom: denom.clone(),
            })),
            Query::AllBalances { of } => Ok(Answer::Coins(
                Some(self.balance(&of.0))
                    .filter(|amount| *amount > 0)
                    .map(native)
                    .into_iter()
                    .collect(),
            )),
            Query::Supply { denom } => Ok(Answer::Coin(Coin {
                amount: if denom == NATIVE_DENOM {
                    self.balances
                        .values()
                        .fold(0, |sum, b| sum.saturating_add(*b))
                } else {
                    0
                },
                denom: denom.clone(),
            })),
            Query::Raw { contract, key } if contract.0 == self.contract => {
                Ok(Answer::Bytes(self.get(key).unwrap_or_default()))
            }
            Query::Raw { .. } => Ok(Answer::Bytes(Vec::new())),
            Query::DenomMetadata { .. } | Query::DenomAdmin { .. } => {
                Err(NoAnswer::failed(NOT_FOUND, "there is no such denomination"))
            }
            Query::AllDenomMetadata { .. } => Ok(Answer::AllMetadata(Vec::new(), None)),
            Query::DenomsOf { .. } => Ok(Answer::Denoms(Vec::new())),
            Query::Port => Ok(Answer::Port(None)),
            Query::Smart { contract, .. }
            | Query::RawRange { contract, .. }
            | Query::ContractInfo { contract } => Err(NoAnswer::NoSuchContract(*contract)),
            Query::CodeInfo { code_id } => Err(NoAnswer::NoSuchCode(*code_id)),
        }
    }
}
