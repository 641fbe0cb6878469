//! Coins in JSON: `{"denom":"forge","amount":"10"}`, amounts as decimal text.

use super::json::{self, FieldError, Json};
use crate::types::Coin;
use crate::vm::{ErrorCode, error_code};
use std::collections::BTreeMap;

/// What is wrong with coins: the error's number, and the sentence.
pub type Wrong = (ErrorCode, String);

fn invalid(why: String) -> Wrong {
    (error_code::INVALID_COINS, why)
}

/// The JSON of coins.
#[must_use]
pub fn encode(coins: &[Coin]) -> String {
    json::list(coins, encode_one)
}

#[must_use]
pub fn encode_one(coin: &Coin) -> String {
    json::object(&[
        ("denom", &json::text(&coin.denom)),
        ("amount", &format!("\"{}\"", coin.amount)),
    ])
}

/// Coins a contract wants to send, as wasmd adds them up: sorted by denomination, those named twice
/// together, those with 0 left out. The outer error is about the JSON and fails the call; the inner one
/// is about the coins and fails the message.
///
/// # Errors
/// When a field is missing or no text.
pub fn parse(list: &[Json], at: &str) -> Result<Result<Vec<Coin>, Wrong>, FieldError> {
    let mut sums: BTreeMap<&str, u128> = BTreeMap::new();
    let mut wrong = None;
    for (index, coin) in list.iter().enumerate() {
        let at = format!("{at}[{index}]");
        let (denom, amount) = (coin.text(&at, "denom")?, coin.text(&at, "amount")?);
        if let Err(why) = add(&mut sums, denom, amount) {
            wrong = wrong.or(Some(why));
        }
    }
    Ok(match wrong {
        Some(why) => Err(why),
        None => Ok(sums
            .into_iter()
            .filter(|(_, amount)| *amount > 0)
            .map(|(denom, amount)| Coin {
                denom: denom.into(),
                amount,
            })
            .collect()),
    })
}

fn add<'t>(sums: &mut BTreeMap<&'t str, u128>, denom: &'t str, amount: &str) -> Result<(), Wrong> {
    if denom.is_empty() {
        return Err((
            error_code::UNDEFINED,
            "the denomination of an amount is empty".into(),
        ));
    }
    let amount = decimal(amount)?;
    let sum = sums.entry(denom).or_default();
    *sum = sum.checked_add(amount).ok_or_else(|| {
        invalid(format!(
            "the amounts of {denom} are together larger than 2^128 - 1"
        ))
    })?;
    Ok(())
}

/// A number as the chain writes it: no sign, no leading zeros, below 2^128.
fn decimal(text: &str) -> Result<u128, Wrong> {
    let shown: String = text.chars().take(40).collect();
    match text.parse::<u128>() {
        Ok(number) if number.to_string() == text => Ok(number),
        Ok(_) => Err(invalid(format!(
            "the amount \"{shown}\" is not in plain decimal digits"
        ))),
        Err(_) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => Err(invalid(
            format!("the amount {shown} is larger than 2^128 - 1"),
        )),
        Err(_) => Err(invalid(format!("the amount \"{shown}\" is not a number"))),
    }
}
