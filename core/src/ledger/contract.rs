//! One call of a contract: the chain as it sees it, over the block's journal.

use super::journal::Journal;
use super::message_error::MessageError;
use super::questions;
use super::receipt::Event;
use super::record::{HostCall, Recorder};
use crate::base::slices::pause;
use crate::base::{Hash, Micros, Slices, limits};
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{Address, Coin};
use crate::vm::TransactionInfo;
use crate::vm::{
    Answer, Answered, CallContext, Entry, Failure, FailureKind, Host, KeyRange, NoAnswer, Outcome,
    Query, RangeStep, Reply, SharedEngine, TransferError,
};
use std::cell::Cell;
use std::sync::{Arc, LazyLock};

/// The chain's name, as contracts see it.
static CHAIN_NAME: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from("forge-1"));
/// A run's first instant as contracts see it: 2026-01-01 UTC, in nanoseconds since 1970.
const BEGINNING_NS: u64 = 1_767_225_600_000_000_000;

/// What a call is part of.
#[derive(Clone, Copy)]
pub struct ExecutionContext<'a> {
    /// What runs contracts.
    pub engine: &'a SharedEngine,
    /// Of the block being executed, and its instant in the run.
    pub height: u64,
    /// Instant of the block, microseconds.
    pub time: Micros,
    /// The transaction; none in genesis, in questions and where the chain itself calls.
    pub transaction: Option<TransactionInfo>,
    /// How the executor errs, if it does.
    pub lie: Lie,
    /// What takes down host calls, if anything does.
    pub recorder: Option<&'a Recorder>,
    /// Counts gas, so that the execution of many short calls gives way between them.
    pub gas_since_pause: Option<&'a Cell<u64>>,
}

/// What an executor tells contracts that is not so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lie {
    /// Not at all.
    #[default]
    None,
    /// Every balance is one more than it is.
    Balances,
}

/// One call of a contract.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who calls.
    pub sender: Address,
    /// The contract called.
    pub contract: Address,
    /// Sorted by denomination; already moved.
    pub funds: Vec<Coin>,
    /// What it is called with.
    pub input: Vec<u8>,
    /// The entry point.
    pub entry: Entry,
    /// Given exactly for [`Entry::Reply`].
    pub reply: Option<Reply>,
    /// For [`Entry::Migrate`].
    pub old_migrate_version: Option<u64>,
    /// What runs, where it is not (or not yet) the contract's own code.
    pub code: Option<Hash>,
    /// Questions of contracts to contracts that led here.
    pub query_depth: u32,
}

impl Call {
    /// A call without funds.
    #[must_use]
    pub fn new(entry: Entry, sender: Address, contract: Address, input: Vec<u8>) -> Call {
        Call {
            sender,
            contract,
            funds: Vec::new(),
            input,
            entry,
            reply: None,
            old_migrate_version: None,
            code: None,
            query_depth: 0,
        }
    }
}

impl<'a> ExecutionContext<'a> {
    /// Outside of any transaction, honest and not recorded.
    #[must_use]
    pub fn new(engine: &'a SharedEngine, height: u64, time: Micros) -> Self {
        ExecutionContext {
            engine,
            height,
            time,
            transaction: None,
            lie: Lie::None,
            recorder: None,
            gas_since_pause: None,
        }
    }

    /// Runs a call. Its writes are in `journal` even when it failed: whoever calls goes back to a
    /// savepoint. What it asks for afterwards is the [`super::keeper::Keeper`]'s to carry out. Gives way in
    /// the midst and at the end.
    pub async fn run(&self, journal: &mut Journal, call: Call, gas_limit: u64) -> Outcome {
        let refuse = |text: String| Outcome::refused(Failure::bad_request(text));
        let own = || journal.contract(&call.contract).map(|c| c.code);
        let Some(code) = call.code.or_else(own) else {
            return refuse(format!("there is no contract at {}", call.contract));
        };
        let Some(wasm) = journal.code(&code) else {
            return refuse(format!("the module {code} is not stored"));
        };
        if call.input.len() > limits::MAX_CALL_BYTES {
            return refuse(format!(
                "the contract's input has {} bytes: at most {}",
                call.input.len(),
                limits::MAX_CALL_BYTES
            ));
        }
        let address = call.contract;
        let context = CallContext {
            sender: call.sender.0,
            contract: address.0,
            height: self.height,
            time_ns: BEGINNING_NS.saturating_add(self.time.saturating_mul(1_000)),
            chain_id: CHAIN_NAME.clone(),
            transaction: self.transaction,
            funds: call.funds,
            input: call.input,
            entry: call.entry,
            read_only: call.entry == Entry::View,
            reply: call.reply,
            old_migrate_version: call.old_migrate_version,
            query_depth: call.query_depth,
        };
        let recorded_call = self.recorder.map(|r| r.begin(&context, gas_limit));
        let mut host = CallHost {
            context: *self,
            journal,
            contract: address,
            query_depth: context.query_depth,
            recorded_call,
        };
        let mut outcome = self
            .engine
            .begin(code, &wasm, &context, gas_limit, &mut host)
            .await;
        // The engine promises this; a fee must never exceed what was reserved for it.
        outcome.gas_used = outcome.gas_used.min(gas_limit);
        if let (Some(recorder), Some(recorded_call)) = (self.recorder, recorded_call) {
            recorder.end(recorded_call, &outcome);
        }
        self.pause_if_long(outcome.gas_used).await;
        outcome
    }

    /// Gives way when short calls together have become long.
    async fn pause_if_long(&self, gas: u64) {
        let Some(gas_since_pause) = self.gas_since_pause else {
            return;
        };
        let since = gas_since_pause.get().saturating_add(gas);
        if since < limits::SLICE_GAS {
            gas_since_pause.set(since);
        } else {
            gas_since_pause.set(0);
            pause().await;
        }
    }
}

struct CallHost<'a, 'j> {
    context: ExecutionContext<'a>,
    journal: &'j mut Journal,
    contract: Address,
    query_depth: u32,
    /// Its number in the recording.
    recorded_call: Option<usize>,
}

impl CallHost<'_, '_> {
    fn note(&self, call: impl FnOnce() -> HostCall) {
        if let (Some(recorder), Some(recorded_call)) = (self.context.recorder, self.recorded_call) {
            recorder.note(recorded_call, call());
        }
    }

    /// What this executor says somebody owns.
    fn reported(&self, amount: u128) -> u128 {
        match self.context.lie {
            Lie::None => amount,
            Lie::Balances => amount.saturating_add(1),
        }
    }
}

impl Host for CallHost<'_, '_> {
    fn get(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        let value = self
            .journal
            .storage(&self.contract, key)
            .map(|value| value.to_vec());
        self.note(|| HostCall::read(key, value.as_deref()));
        value
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.note(|| HostCall::write(key, Some(value)));
        self.journal
            .set_storage(self.contract, key, Some(Arc::from(value)));
    }

    fn delete(&mut self, key: &[u8]) {
        self.note(|| HostCall::write(key, None));
        self.journal.set_storage(self.contract, key, None);
    }

    fn first(&mut self, span: KeyRange<'_>, max_skipped: u64) -> RangeStep {
        let step = self.journal.first(&self.contract, span, max_skipped);
        self.note(|| HostCall::walk(span, &step));
        step
    }

    fn transfer(&mut self, to: crate::vm::Address, amount: u128) -> Result<(), TransferError> {
        let savepoint = self.journal.savepoint();
        let result = if !self.journal.take(&self.contract, NATIVE_DENOM, amount) {
            Err(TransferError::Insufficient)
        } else if self.journal.give(&Hash(to), NATIVE_DENOM, amount) {
            Ok(())
        } else {
            self.journal.roll_back(savepoint);
            Err(TransferError::Refused)
        };
        self.note(|| HostCall::transfer(&Hash(to), amount, result.is_ok()));
        result
    }

    fn balance(&mut self, of: &crate::vm::Address) -> u128 {
        let amount = self.reported(self.journal.balance(&Hash(*of), NATIVE_DENOM));
        self.note(|| HostCall::balance(&Hash(*of), amount));
        amount
    }

    fn emit(&mut self, data: &[u8]) {
        self.note(|| HostCall::emit(data));
        self.journal.emit(Event::Said {
            contract: self.contract,
            data: data.to_vec(),
        });
    }

    fn query<'a>(&'a mut self, query: &'a Query, gas_limit: u64) -> Slices<'a, Answered> {
        Box::pin(self.answer(query, gas_limit))
    }
}

impl CallHost<'_, '_> {
    async fn answer(&mut self, query: &Query, gas_limit: u64) -> Answered {
        let mut answered = match query {
            Query::Smart { contract, input } => self.ask(contract, input, gas_limit).await,
            looked_up => Answered {
                answer: questions::look_up(
                    self.context.engine,
                    self.journal,
                    &self.contract,
                    looked_up,
                ),
                gas_used: 0,
            },
        };
        match &mut answered.answer {
            Ok(Answer::Coin(coin)) if matches!(query, Query::Balance { .. }) => {
                coin.amount = self.reported(coin.amount);
            }
            Ok(Answer::Coins(coins)) => {
                for coin in coins {
                    coin.amount = self.reported(coin.amount);
                }
            }
            Ok(
                Answer::Coin(_)
                | Answer::Bytes(_)
                | Answer::Range { .. }
                | Answer::Metadata(_)
                | Answer::AllMetadata(..)
                | Answer::DenomAdmin(_)
                | Answer::Denoms(_)
                | Answer::Port(_)
                | Answer::Contract { .. }
                | Answer::Code { .. },
            )
            | Err(_) => {}
        }
        self.note(|| HostCall::query(query, &answered));
        answered
    }

    /// Runs the contract asked. It sees what the asking call and those around it have written.
    async fn ask(&mut self, contract: &Address, input: &[u8], gas_limit: u64) -> Answered {
        if self.journal.contract(contract).is_none() {
            return Answered {
                answer: Err(NoAnswer::NoSuchContract(*contract)),
                gas_used: 0,
            };
        }
        let call = Call {
            query_depth: self.query_depth.saturating_add(1),
            ..Call::new(Entry::View, self.contract, *contract, input.to_vec())
        };
        let before = self.journal.savepoint();
        let Outcome {
            result, gas_used, ..
        } = self.context.run(self.journal, call, gas_limit).await;
        // The engine forbids a view every write; an engine that did not would be found out here.
        self.journal.roll_back(before);
        let answer = match result {
            Ok(response) => Ok(Answer::Bytes(response.data.unwrap_or_default())),
            Err(failure) if failure.kind == FailureKind::OutOfGas => Err(NoAnswer::OutOfGas),
            Err(failure) => {
                let error = MessageError::of_call(failure, Entry::View);
                Err(NoAnswer::Failed {
                    heard: error.heard(),
                    why: error.text,
                })
            }
        };
        Answered { answer, gas_used }
    }
}
