//! What execution needs besides a state and a block, the same for every validator.

use super::contract::{Call, ExecutionContext};
use super::journal::Journal;
use super::prices;
use super::state::State;
use crate::base::slices::finish;
use crate::base::{Hash, Micros, hash_bytes};
use crate::types::{Address, Header, PublicKey, ValidatorSets};
use crate::vm::{Entry, Outcome, SharedEngine};
use std::fmt;

/// A chain's constants. Validator sets may only be added for heights not executed yet.
#[derive(Clone)]
pub struct Chain {
    /// What signatures are bound to.
    pub id: Hash,
    /// Who votes on each height; evidence and headers are checked against it.
    pub validators: ValidatorSets,
    /// What runs contracts.
    pub engine: SharedEngine,
    /// Verifies every signature whenever one is looked at. Can only give the same verdicts.
    pub everywhere: bool,
}

/// The account of whoever has this key: its fees are paid there.
#[must_use]
pub fn fee_account(key: &PublicKey) -> Address {
    Hash(key.0)
}

impl Chain {
    /// The account that earns a block's fees: the proposer's key. A stranger's block, which no honest
    /// validator accepts, pays an account that has no key, so that no unit is lost.
    #[must_use]
    pub fn fee_account(&self, header: &Header) -> Address {
        self.validators
            .at(header.height)
            .get(header.proposer)
            .map_or_else(
                || hash_bytes("consensusforge/no-proposer", &[]),
                |validator| fee_account(&validator.key),
            )
    }

    /// Asks a contract a question on `state`, as after the block of `height` built at `time`. Nothing
    /// changes, nobody pays; the sender is the zero address.
    pub async fn ask(
        &self,
        state: &State,
        (height, time): (u64, Micros),
        contract: Address,
        input: Vec<u8>,
    ) -> Outcome {
        let mut journal = Journal::new(state);
        let context = ExecutionContext::new(&self.engine, height, time);
        let call = Call::new(Entry::View, Hash::ZERO, contract, input);
        context.run(&mut journal, call, prices::VIEW_LIMIT).await
    }

    /// The same at one go.
    #[must_use]
    pub fn view(
        &self,
        state: &State,
        at: (u64, Micros),
        contract: Address,
        input: &[u8],
    ) -> Outcome {
        finish(self.ask(state, at, contract, input.to_vec()))
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chain({:?})", self.id)
    }
}
