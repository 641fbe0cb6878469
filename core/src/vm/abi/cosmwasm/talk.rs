//! `debug`, `abort` and `query_chain`: words to people, and questions to the chain.

use super::prices::{
    JSON, PER_SDK_GAS, QUERY, QUERY_BYTES, QUERY_COINS, QUERY_PAIR, QUERY_SUPPLY, TEXT,
};
use super::{MAX_ERROR_BYTES, query, region, shorten};
use crate::base::limits::{MAX_DEBUG_BYTES, MAX_DEBUG_LINES, MAX_QUERY_DEPTH};
use crate::vm::abi::{Guest, HostAction, pay};
use crate::vm::gas::Category;
use crate::vm::{Answer, Answered, Failure, FailureKind, NoAnswer, Query};

const WORDS: usize = 2 << 20;
const REQUEST: usize = 64 << 10;

/// Kept for whoever develops the contract, outside of consensus: the newest lines, shortened.
pub fn debug(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let bytes = region::read(guest, "debug: the text", args[0], WORDS)?;
    let log = &mut guest.state().log;
    if log.len() >= MAX_DEBUG_LINES {
        log.remove(0);
    }
    log.push(shorten(&bytes, MAX_DEBUG_BYTES));
    Ok(HostAction::Value(0))
}

/// How a panic ends.
pub fn abort(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let bytes = region::read(guest, "abort: the text", args[0], WORDS)?;
    pay(guest, TEXT, bytes.len())?;
    Err(Failure::new(
        FailureKind::Trap,
        format!(
            "the contract panicked: {}",
            shorten(&bytes, MAX_ERROR_BYTES)
        ),
    ))
}

pub fn query_chain(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let request = region::read(guest, "query_chain: the request", args[0], REQUEST)?;
    pay(guest, JSON, request.len())?;
    pay(guest, QUERY, 0)?;
    match query::parse(&request) {
        Ok(asked) => ask(guest, asked),
        Err(refused) => Ok(told(refused.encode(&request))),
    }
}

fn told(answer: String) -> HostAction {
    HostAction::Give {
        what: "query_chain: the answer",
        bytes: answer.into_bytes(),
    }
}

/// Charges for the question.
fn ask(guest: &mut dyn Guest, asked: Query) -> Result<HostAction, Failure> {
    match &asked {
        Query::AllBalances { .. } => pay(guest, QUERY_COINS, 0)?,
        Query::Supply { .. } => pay(guest, QUERY_SUPPLY, 0)?,
        Query::RawRange { limit, .. } => pay(guest, QUERY_PAIR, *limit as usize)?,
        Query::Smart { .. } => {
            if guest.context().query_depth >= MAX_QUERY_DEPTH {
                return Ok(told(query::encode(Err(NoAnswer::Failed(format!(
                    "contracts ask contracts more than {MAX_QUERY_DEPTH} deep"
                ))))));
            }
        }
        Query::Balance { .. }
        | Query::Raw { .. }
        | Query::ContractInfo { .. }
        | Query::CodeInfo { .. } => {}
    }
    Ok(HostAction::Ask(asked))
}

/// Charges for the answer and hands it to the contract.
pub fn answered(
    guest: &mut dyn Guest,
    asked: &Query,
    Answered { answer, gas_used }: Answered,
) -> Result<HostAction, Failure> {
    guest.charge(Category::Queries, gas_used)?;
    let bytes = match (&answer, asked) {
        (Ok(Answer::Bytes(bytes)), Query::Raw { .. }) => bytes.len(),
        (Ok(Answer::Range { pairs, .. }), _) => pairs
            .iter()
            .map(|(key, value)| key.len().saturating_add(value.len()))
            .sum(),
        (Err(NoAnswer::OutOfGas), _) => {
            // The one answer a contract cannot catch: what it had is gone.
            let rest = guest.gas_left();
            guest.charge(Category::Queries, rest)?;
            return Err(guest.out_of_gas());
        }
        _ => 0,
    };
    pay(guest, QUERY_BYTES, bytes)?;
    Ok(told(query::encode(answer)))
}

/// Gas as the contract counts it, never less than it was.
#[must_use]
pub fn sdk_gas(gas: u64) -> u64 {
    gas.div_ceil(PER_SDK_GAS)
}
