//! `query_chain`: a contract's questions to the chain, priced, and its answers.

use super::prices::{
    JSON, QUERY, QUERY_BYTES, QUERY_COINS, QUERY_DENOMS, QUERY_PAIR, QUERY_SUPPLY,
};
use super::{query, region};
use crate::base::limits::MAX_QUERY_DEPTH;
use crate::vm::abi::{AnswerForm, Guest, HostAction, pay};
use crate::vm::gas::Category;
use crate::vm::{Answer, Answered, Failure, NoAnswer, Query, error_code};

const MAX_REQUEST: usize = 64 << 10;

pub fn query_chain(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let request = region::read(guest, "query_chain: the request", args[0], MAX_REQUEST)?;
    pay(guest, JSON, request.len())?;
    pay(guest, QUERY, 0)?;
    match query::parse(&request) {
        Ok((asked, form)) => {
            guest.state().answer_form = form;
            ask(guest, asked)
        }
        Err(refused) => Ok(give(refused.encode(&request))),
    }
}

fn give(answer: String) -> HostAction {
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
                let deep = Err(NoAnswer::Failed {
                    why: format!("contracts ask contracts more than {MAX_QUERY_DEPTH} deep"),
                    heard: error_code::QUERY_TOO_DEEP.to_string(),
                });
                return Ok(give(query::encode(&asked, deep, AnswerForm::Plain)));
            }
        }
        Query::AllDenomMetadata { .. } | Query::DenomsOf { .. } => pay(guest, QUERY_DENOMS, 0)?,
        Query::Balance { .. }
        | Query::DenomMetadata { .. }
        | Query::DenomAdmin { .. }
        | Query::Port
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
    let form = guest.state().answer_form;
    Ok(give(query::encode(asked, answer, form)))
}
