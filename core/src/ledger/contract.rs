//! The chain as a contract sees it: one call's [`Host`] over the block's journal.

use super::chain::Engine;
use super::journal::Journal;
use super::receipt::Event;
use crate::base::{Hash, hash_of, limits};
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{Address, Coin};
use crate::vm::{
    Answered, CallContext, Entry, Failure, Host, NoAnswer, Outcome, Query, Span, Step,
    TransferError,
};
use std::sync::Arc;

/// One call of a contract.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub sender: Address,
    pub contract: Address,
    /// Of the block being executed.
    pub height: u64,
    /// Native units sent along, already moved.
    pub value: u128,
    pub input: &'a [u8],
    pub entry: Entry,
}

/// Where the contract lives that `sender` deploys with its transaction `nonce`.
#[must_use]
pub fn address(sender: &Address, nonce: u64) -> Address {
    hash_of("consensusforge/contract-address", &(sender, nonce))
}

/// Runs a call. Its writes are in `journal` even when it failed: whoever calls goes back to a savepoint.
pub fn run(engine: &Engine, journal: &mut Journal, message: &Message, gas_limit: u64) -> Outcome {
    let refuse = |text: String| Outcome::refused(Failure::bad_request(text));
    let Some(contract) = journal.contract(&message.contract) else {
        return refuse(format!("there is no contract at {}", message.contract));
    };
    let Some(wasm) = journal.code(&contract.code) else {
        return refuse(format!("the module {} is not stored", contract.code));
    };
    if message.input.len() > limits::MAX_CALL_BYTES {
        return refuse(format!(
            "the contract's input has {} bytes: at most {}",
            message.input.len(),
            limits::MAX_CALL_BYTES
        ));
    }
    let mut context = CallContext::new(
        message.entry,
        message.sender.0,
        message.contract.0,
        message.input.to_vec(),
    );
    context.height = message.height;
    if message.value > 0 {
        context.funds.push(Coin {
            denom: NATIVE_DENOM.into(),
            amount: message.value,
        });
    }
    let mut host = CallHost {
        journal,
        contract: message.contract,
    };
    let mut outcome = engine.run(contract.code, &wasm, &context, gas_limit, &mut host);
    // The engine promises this; a fee must never exceed what was reserved for it.
    outcome.gas_used = outcome.gas_used.min(gas_limit);
    outcome
}

struct CallHost<'j> {
    journal: &'j mut Journal,
    contract: Address,
}

impl Host for CallHost<'_> {
    fn get(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        self.journal
            .storage(&self.contract, key)
            .map(|value| value.to_vec())
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> Result<(), String> {
        self.journal
            .set_storage(self.contract, key, Some(Arc::from(value)));
        Ok(())
    }

    fn delete(&mut self, key: &[u8]) -> Result<(), String> {
        self.journal.set_storage(self.contract, key, None);
        Ok(())
    }

    fn transfer(&mut self, to: crate::vm::Address, amount: u128) -> Result<(), TransferError> {
        let savepoint = self.journal.savepoint();
        if !self.journal.take(&self.contract, NATIVE_DENOM, amount) {
            return Err(TransferError::Insufficient);
        }
        if !self.journal.give(&Hash(to), NATIVE_DENOM, amount) {
            self.journal.roll_back(savepoint);
            return Err(TransferError::Refused);
        }
        Ok(())
    }

    fn balance(&mut self, of: &crate::vm::Address) -> u128 {
        self.journal.balance(&Hash(*of), NATIVE_DENOM)
    }

    fn emit(&mut self, data: &[u8]) -> Result<(), String> {
        self.journal.emit(Event {
            contract: self.contract,
            data: data.to_vec(),
        });
        Ok(())
    }

    fn first(&mut self, _: Span<'_>, _: u64) -> Step {
        Step::default()
    }

    fn query(&mut self, _: &Query, _: u64) -> Answered {
        Answered {
            answer: Err(NoAnswer::Failed(
                "this chain answers no questions of contracts".into(),
            )),
            gas_used: 0,
        }
    }
}
