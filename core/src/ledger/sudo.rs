//! The chain's own call of a contract, `sudo`: what governance or a module of the chain would decide.
//! Nobody signs it and nobody pays; it is part of no transaction.

use super::chain::Chain;
use super::contract::{Call, ExecutionContext};
use super::journal::Journal;
use super::keeper::{Commit, Keeper};
use super::receipt::{CallTree, GasReport, Receipt};
use super::state::State;
use crate::base::slices::finish;
use crate::base::{Hash, Micros};
use crate::types::{Address, bech32};
use crate::vm::Entry;

impl Chain {
    /// Calls `contract` with at most `gas`, as at the end of the block of `height` built at `time`, and
    /// carries out all it asks for. Gives the state after it, which is the one before it when the call
    /// failed, and a receipt whose transaction is the zero hash.
    #[must_use]
    pub fn sudo(
        &self,
        state: &State,
        (height, time): (u64, Micros),
        contract: Address,
        input: &[u8],
        gas: u64,
    ) -> (State, Receipt) {
        let mut journal = Journal::new(state);
        let before = journal.savepoint();
        let (result, tree) = if journal.contract(&contract).is_none() {
            let why = format!("there is no contract at {}", bech32::encode(&contract));
            let mut tree = CallTree::new(Entry::Sudo.name(), gas);
            tree.to = Some(contract);
            tree.failed = Some(why.clone());
            (Err(why), tree)
        } else {
            let context = ExecutionContext::new(&self.engine, height, time);
            let mut keeper = Keeper::new(context, &mut journal);
            keeper.announce_call("sudo", &contract);
            let call = Call::new(Entry::Sudo, Hash::ZERO, contract, input.to_vec());
            let (result, tree) = finish(keeper.call(call, Commit::Nothing, gas));
            (result.map_err(|error| error.text), tree)
        };
        if result.is_err() {
            journal.roll_back(before);
        }
        let (events, storage) = journal.settle();
        let receipt = Receipt {
            tx: Hash::ZERO,
            result: result.map(|effect| effect.into_data().unwrap_or_default()),
            gas_used: tree.gas_used,
            gas: GasReport {
                transaction: 0,
                contract: tree.total(),
            },
            events,
            created: None,
            code_id: None,
            calls: Some(tree),
            storage,
        };
        (journal.into_state(), receipt)
    }
}
