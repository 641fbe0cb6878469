//! A recording of what contracts asked of the chain and were told, call by call, for comparing two
//! executions of one block.

use crate::base::digest::to_hex;
use crate::types::Address;
use crate::vm::gas::GasUse;
use crate::vm::{
    Answer, Answered, CallContext, Entry, KeyRange, NoAnswer, Outcome, Query, RangeStep,
};
use std::cell::RefCell;

/// Host calls a recording keeps; what follows is left out, and the recording says so.
const MAX_HOST_CALLS: usize = 20_000;

/// Takes down what happens. Shared by the calls of one execution.
#[derive(Debug, Default)]
pub struct Recorder {
    recording: RefCell<Recording>,
}

/// Calls of contracts, in the order they began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// In order of their beginning.
    pub calls: Vec<RecordedCall>,
    /// Host calls of all of them.
    pub host_calls: usize,
    /// More happened than was kept.
    pub cut: bool,
}

/// One call of a contract and all it asked of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedCall {
    /// Place of the transaction in its block.
    pub transaction: Option<u32>,
    /// Address of the contract.
    pub contract: Address,
    /// The entry point.
    pub entry: Entry,
    /// What it was called with.
    pub input: Vec<u8>,
    /// Gas it was allowed.
    pub gas_limit: u64,
    /// What it asked of the chain, in order.
    pub host: Vec<HostCall>,
    /// Gas it used.
    pub gas_used: u64,
    /// The same by category.
    pub gas: GasUse,
    /// The answer's bytes, or the sentence it failed with.
    pub result: Result<Vec<u8>, String>,
    /// Messages it asked for.
    pub messages: usize,
}

/// One thing a contract asked of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCall {
    /// `read`, `write`, `remove`, `walk`, `transfer`, `balance`, `emit` or `query`.
    pub what: &'static str,
    /// What it is about: a key in hex, an address, a question in words.
    pub about: String,
    /// What the contract was told, or what it handed over.
    pub value: String,
}

impl Recorder {
    /// Ends the recording.
    #[must_use]
    pub fn into_recording(self) -> Recording {
        self.recording.into_inner()
    }

    pub(super) fn begin(&self, context: &CallContext, gas_limit: u64) -> usize {
        let mut recording = self.recording.borrow_mut();
        recording.calls.push(RecordedCall {
            transaction: context.transaction.map(|t| t.index),
            contract: crate::base::Hash(context.contract),
            entry: context.entry,
            input: context.input.clone(),
            gas_limit,
            host: Vec::new(),
            gas_used: 0,
            gas: GasUse::default(),
            result: Ok(Vec::new()),
            messages: 0,
        });
        recording.calls.len() - 1
    }

    pub(super) fn note(&self, call: usize, host: HostCall) {
        let mut recording = self.recording.borrow_mut();
        if recording.host_calls >= MAX_HOST_CALLS {
            recording.cut = true;
            return;
        }
        recording.host_calls += 1;
        if let Some(call) = recording.calls.get_mut(call) {
            call.host.push(host);
        }
    }

    pub(super) fn end(&self, call: usize, outcome: &Outcome) {
        let mut recording = self.recording.borrow_mut();
        if let Some(call) = recording.calls.get_mut(call) {
            call.gas_used = outcome.gas_used;
            call.gas = outcome.gas;
            call.result = outcome.answer().map_err(|failure| failure.text);
            call.messages = outcome.result.as_ref().map_or(0, |r| r.messages.len());
        }
    }
}

impl HostCall {
    fn new(what: &'static str, about: String, value: String) -> Self {
        HostCall { what, about, value }
    }

    pub(super) fn read(key: &[u8], value: Option<&[u8]>) -> Self {
        HostCall::new("read", to_hex(key), value.map_or("absent".into(), to_hex))
    }

    pub(super) fn write(key: &[u8], value: Option<&[u8]>) -> Self {
        match value {
            Some(value) => HostCall::new("write", to_hex(key), to_hex(value)),
            None => HostCall::new("remove", to_hex(key), String::new()),
        }
    }

    pub(super) fn walk(span: KeyRange<'_>, step: &RangeStep) -> Self {
        let bound = |key: Option<&[u8]>| key.map_or_else(|| "..".to_owned(), to_hex);
        let value = match &step.found {
            Some((key, value)) => format!("{} = {}", to_hex(key), to_hex(value)),
            None => "the end".into(),
        };
        HostCall::new(
            "walk",
            format!("{} to {}", bound(span.start), bound(span.end)),
            value,
        )
    }

    pub(super) fn transfer(to: &Address, amount: u128, done: bool) -> Self {
        let end = if done { "" } else { ", refused" };
        HostCall::new("transfer", to.to_string(), format!("{amount}{end}"))
    }

    pub(super) fn balance(of: &Address, amount: u128) -> Self {
        HostCall::new("balance", of.to_string(), amount.to_string())
    }

    pub(super) fn emit(data: &[u8]) -> Self {
        HostCall::new("emit", String::new(), to_hex(data))
    }

    pub(super) fn query(query: &Query, answered: &Answered) -> Self {
        let value = match &answered.answer {
            Ok(answer) => answer_text(answer),
            Err(NoAnswer::NoSuchContract(address)) => format!("no contract at {address}"),
            Err(NoAnswer::NoSuchCode(id)) => format!("no code {id}"),
            Err(NoAnswer::Failed { why, .. }) => format!("failed: {why}"),
            Err(NoAnswer::OutOfGas) => "out of gas".into(),
        };
        HostCall::new("query", query_text(query), value)
    }
}

fn query_text(query: &Query) -> String {
    match query {
        Query::Balance { of, denom } => format!("balance of {of} in {denom}"),
        Query::AllBalances { of } => format!("all balances of {of}"),
        Query::Supply { denom } => format!("supply of {denom}"),
        Query::Smart { contract, input } => {
            format!("{contract}: {}", String::from_utf8_lossy(input))
        }
        Query::Raw { contract, key } => format!("{contract}: key {}", to_hex(key)),
        Query::RawRange { contract, .. } => format!("{contract}: a range of keys"),
        Query::ContractInfo { contract } => format!("about contract {contract}"),
        Query::CodeInfo { code_id } => format!("about code {code_id}"),
        Query::DenomMetadata { denom } => format!("metadata of {denom}"),
        Query::AllDenomMetadata { .. } => "metadata of all denominations".into(),
        Query::DenomAdmin { denom } => format!("admin of {denom}"),
        Query::DenomsOf { creator } => format!("denominations made by {creator}"),
        Query::Port => "its IBC port".into(),
    }
}

fn answer_text(answer: &Answer) -> String {
    match answer {
        Answer::Coin(coin) => format!("{} {}", coin.amount, coin.denom),
        Answer::Coins(coins) => {
            let each = coins.iter().map(|c| format!("{} {}", c.amount, c.denom));
            each.collect::<Vec<_>>().join(", ")
        }
        Answer::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => to_hex(bytes),
        },
        Answer::Range { pairs, next } => {
            let each = pairs
                .iter()
                .map(|(k, v)| format!("{} = {}", to_hex(k), to_hex(v)));
            let more = if next.is_some() { ", and more" } else { "" };
            format!("{}{more}", each.collect::<Vec<_>>().join(", "))
        }
        Answer::Contract {
            code_id, creator, ..
        } => format!("of code {code_id}, made by {creator}"),
        Answer::Code {
            code_id, checksum, ..
        } => format!("code {code_id} is {checksum}"),
        Answer::Metadata(metadata) => metadata.symbol.clone(),
        Answer::AllMetadata(all, _) => format!("{} denominations", all.len()),
        Answer::DenomAdmin(admin) => {
            admin.map_or_else(|| "nobody".into(), |admin| admin.to_string())
        }
        Answer::Denoms(denoms) => denoms.join(", "),
        Answer::Port(port) => port.clone().unwrap_or_else(|| "none".into()),
    }
}
