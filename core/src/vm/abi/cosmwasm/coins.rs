//! Coins in JSON: `{"denom":"forge","amount":"10"}`, amounts as decimal text.

use super::json::{self, Json};
use crate::types::Coin;

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

/// Coins a contract wants to send, sorted by denomination. The outer error is about the JSON and fails
/// the call; the inner one is about the coins and fails the message.
///
/// # Errors
/// When a field is missing or no text.
pub fn parse(list: &[Json], at: &str) -> Result<Result<Vec<Coin>, String>, String> {
    let mut coins = Vec::with_capacity(list.len());
    let mut wrong = None;
    for (index, coin) in list.iter().enumerate() {
        let at = format!("{at}[{index}]");
        let (denom, amount) = (coin.text(&at, "denom")?, coin.text(&at, "amount")?);
        match decimal(amount) {
            _ if denom.is_empty() => {
                wrong = wrong.or(Some("the denomination of an amount is empty".to_string()));
            }
            Err(why) => wrong = wrong.or(Some(why)),
            Ok(0) => {
                wrong = wrong.or_else(|| Some(format!("an amount of 0 {denom} cannot be sent")))
            }
            Ok(amount) => coins.push(Coin {
                denom: denom.into(),
                amount,
            }),
        }
    }
    if let Some(why) = wrong {
        return Ok(Err(why));
    }
    coins.sort();
    Ok(
        match coins.windows(2).find(|two| two[0].denom == two[1].denom) {
            Some(two) => Err(format!("{} appears twice among the amounts", two[0].denom)),
            None => Ok(coins),
        },
    )
}

/// A number as the chain writes it: no sign, no leading zeros, below 2^128.
fn decimal(text: &str) -> Result<u128, String> {
    let shown: String = text.chars().take(40).collect();
    match text.parse::<u128>() {
        Ok(number) if number.to_string() == text => Ok(number),
        Ok(_) => Err(format!(
            "the amount \"{shown}\" is not in plain decimal digits"
        )),
        Err(_) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
            Err(format!("the amount {shown} is larger than 2^128 - 1"))
        }
        Err(_) => Err(format!("the amount \"{shown}\" is not a number")),
    }
}
