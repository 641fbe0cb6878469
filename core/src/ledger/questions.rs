//! Questions of contracts to the chain, answered from the journal: they see what the asking call and
//! those around it have written.

use super::addresses::denoms_of;
use super::journal::Journal;
use crate::base::limits::MAX_RANGE_PAIRS;
use crate::types::{Address, Coin, bech32};
use crate::vm::{Answer, KeyRange, NoAnswer, Order, Query, SharedEngine, error_code};

/// The answer to whatever needs no contract to run for it.
///
/// # Errors
/// There is no such contract or code.
pub(super) fn look_up(
    engine: &SharedEngine,
    journal: &Journal,
    asker: &Address,
    query: &Query,
) -> Result<Answer, NoAnswer> {
    let port = |contract: &Address| {
        let wasm = journal.code(&journal.contract(contract)?.code)?;
        let ibc = engine.admit(&wasm).is_ok_and(|admitted| admitted.ibc);
        ibc.then(|| format!("wasm.{}", bech32::encode(contract)))
    };
    let known = |contract: &Address| match journal.contract(contract) {
        Some(found) => Ok(found),
        None => Err(NoAnswer::NoSuchContract(*contract)),
    };
    Ok(match query {
        // Answered by a contract, not from the journal.
        Query::Smart { contract, .. } => return Err(NoAnswer::NoSuchContract(*contract)),
        Query::Balance { of, denom } => Answer::Coin(Coin {
            denom: denom.clone(),
            amount: journal.balance(of, denom),
        }),
        Query::AllBalances { of } => Answer::Coins(
            journal
                .account(of)
                .balances
                .iter()
                .map(|(denom, amount)| Coin {
                    denom: denom.to_string(),
                    amount: *amount,
                })
                .collect(),
        ),
        Query::Supply { denom } => Answer::Coin(Coin {
            denom: denom.clone(),
            amount: journal.supply_of(denom),
        }),
        // As in wasmd, where nobody lives nothing is stored.
        Query::Raw { contract, key } => {
            let value = journal.storage(contract, key);
            Answer::Bytes(value.map(|v| v.to_vec()).unwrap_or_default())
        }
        Query::RawRange {
            contract,
            start,
            end,
            limit,
            order,
        } => range(
            journal,
            contract,
            (start.clone(), end.clone()),
            (*limit).min(MAX_RANGE_PAIRS),
            *order,
        ),
        Query::ContractInfo { contract } => {
            let found = known(contract)?;
            let info = journal.info(contract);
            Answer::Contract {
                // One that was deployed with its code has no stored code's number.
                code_id: info.as_ref().map_or(0, |i| i.code_id),
                creator: found.creator,
                admin: info.and_then(|i| i.admin),
                port: port(contract),
            }
        }
        Query::CodeInfo { code_id } => match journal.code_info(*code_id) {
            Some(code) => Answer::Code {
                code_id: *code_id,
                creator: code.creator,
                checksum: code.hash,
            },
            None => return Err(NoAnswer::NoSuchCode(*code_id)),
        },
        Query::Port => Answer::Port(port(asker)),
        Query::DenomMetadata { denom } => match journal.denom(denom) {
            Some(found) => Answer::Metadata(found.metadata),
            None => {
                let why = format!("there is no metadata of {denom}");
                return Err(NoAnswer::failed(error_code::NOT_FOUND, why));
            }
        },
        Query::DenomAdmin { denom } => {
            // The module answers an empty name for what it has not made.
            Answer::DenomAdmin(journal.denom(denom).and_then(|found| found.admin))
        }
        Query::DenomsOf { creator } => {
            let names = journal.denoms(&denoms_of(creator));
            Answer::Denoms(names.iter().map(|name| name.to_string()).collect())
        }
        Query::AllDenomMetadata { start, limit } => {
            let names = journal.denoms("").into_iter();
            let mut names = names.filter(|name| name.as_ref() >= start.as_str());
            let page: Vec<_> = names.by_ref().take(*limit as usize).collect();
            let found = page.iter().filter_map(|name| journal.denom(name));
            Answer::AllMetadata(
                found.map(|denom| denom.metadata).collect(),
                names.next().map(|name| name.to_string()),
            )
        }
    })
}

fn range(
    journal: &Journal,
    contract: &Address,
    (mut start, mut end): (Option<Vec<u8>>, Option<Vec<u8>>),
    limit: u32,
    order: Order,
) -> Answer {
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut next = None;
    loop {
        let span = KeyRange {
            start: start.as_deref(),
            end: end.as_deref(),
            order,
        };
        // Removed keys that were passed over are at most those one block has written.
        let Some((key, value)) = journal.first(contract, span, u64::MAX).found else {
            break;
        };
        if pairs.len() == limit as usize {
            next = Some(key);
            break;
        }
        match order {
            Order::Ascending => {
                let mut behind = key.clone();
                behind.push(0);
                start = Some(behind);
            }
            Order::Descending => end = Some(key.clone()),
        }
        pairs.push((key, value));
    }
    Answer::Range { pairs, next }
}
