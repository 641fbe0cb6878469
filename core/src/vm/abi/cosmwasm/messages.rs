//! `SubMsg` and `CosmosMsg`: from JSON to [`SubMessage`]. What is malformed fails the call; what is well
//! formed and cannot be done here becomes [`Message::Refused`], which the contract may catch.

use super::coins;
use super::json::Json;
use super::prices::PER_SDK_GAS;
use crate::types::{Address, Coin, bech32};
use crate::vm::{Message, ReplyOn, SubMessage};

const MAX_LABEL: usize = 128;
const MAX_SALT: usize = 64;

/// Reads one message.
///
/// # Errors
/// What is malformed, beginning with its place.
pub fn parse(message: &Json, at: &str) -> Result<SubMessage, String> {
    let gas_limit = match message.field("gas_limit") {
        None => None,
        // Contracts count in SDK gas.
        Some(_) => Some(message.whole(at, "gas_limit")?.saturating_mul(PER_SDK_GAS)),
    };
    let reply_on = match message.text(at, "reply_on")? {
        "always" => ReplyOn::Always,
        "error" => ReplyOn::Error,
        "success" => ReplyOn::Success,
        "never" => ReplyOn::Never,
        _ => {
            return Err(format!(
                "{at}.reply_on must be always, error, success or never"
            ));
        }
    };
    let inner = message
        .field("msg")
        .ok_or_else(|| format!("{at}.msg is missing"))?;
    let read = cosmos(inner, &format!("{at}.msg"));
    Ok(SubMessage {
        id: message.whole(at, "id")?,
        payload: message.optional_bytes(at, "payload")?.unwrap_or_default(),
        message: match read {
            Ok(message) => message,
            Err(Wrong::Here(why)) => Message::Refused { why },
            Err(Wrong::Malformed(why)) => return Err(why),
        },
        gas_limit,
        reply_on,
    })
}

/// Why there is no message.
enum Wrong {
    Malformed(String),
    /// Fails the message alone.
    Here(String),
}

impl From<String> for Wrong {
    fn from(text: String) -> Wrong {
        Wrong::Malformed(text)
    }
}

fn cosmos(message: &Json, at: &str) -> Result<Message, Wrong> {
    let (module, inner) = message.variant(at)?;
    let unsupported = |kind: &str| {
        let kind: String = kind.chars().take(64).collect();
        Wrong::Here(format!("this chain has no messages of the kind `{kind}`"))
    };
    match module {
        "bank" => {
            let at = format!("{at}.bank");
            let (kind, fields) = inner.variant(&at)?;
            let at = format!("{at}.{kind}");
            match kind {
                "send" => {
                    let to = address(fields, &at, "to_address");
                    Ok(Message::Send {
                        // wasmd carries out a list of no coins by doing nothing.
                        amount: amount(fields, &at, true)?,
                        to: to?,
                    })
                }
                "burn" => Ok(Message::Burn {
                    amount: amount(fields, &at, false)?,
                }),
                other => Err(unsupported(&format!("bank.{other}"))),
            }
        }
        "wasm" => {
            let at = format!("{at}.wasm");
            let (kind, fields) = inner.variant(&at)?;
            let at = format!("{at}.{kind}");
            wasm(kind, fields, &at)?.ok_or_else(|| unsupported(&format!("wasm.{kind}")))
        }
        other => Err(unsupported(other)),
    }
}

fn wasm(kind: &str, fields: &Json, at: &str) -> Result<Option<Message>, Wrong> {
    let contract = || address(fields, at, "contract_addr");
    Ok(Some(match kind {
        "execute" => {
            let (input, funds) = (fields.bytes(at, "msg")?, funds(fields, at)?);
            Message::Execute {
                contract: contract()?,
                input,
                funds: funds?,
            }
        }
        "instantiate" => instantiate(fields, at, None)?,
        "instantiate2" => {
            let salt = fields.bytes(at, "salt")?;
            instantiate(fields, at, Some(salt))?
        }
        "migrate" => {
            let (input, code_id) = (fields.bytes(at, "msg")?, fields.whole(at, "new_code_id")?);
            Message::Migrate {
                contract: contract()?,
                code_id,
                input,
            }
        }
        "update_admin" => Message::UpdateAdmin {
            admin: address(fields, at, "admin")?,
            contract: contract()?,
        },
        "clear_admin" => Message::ClearAdmin {
            contract: contract()?,
        },
        _ => return Ok(None),
    }))
}

fn instantiate(fields: &Json, at: &str, salt: Option<Vec<u8>>) -> Result<Message, Wrong> {
    let code_id = fields.whole(at, "code_id")?;
    let input = fields.bytes(at, "msg")?;
    let label = fields.text(at, "label")?;
    let funds = funds(fields, at)?;
    let admin = match fields.optional_text(at, "admin")? {
        // Contracts of old send an empty text for none.
        None | Some("") => None,
        Some(_) => Some(address(fields, at, "admin")?),
    };
    if label.trim().is_empty() || label.len() > MAX_LABEL {
        return Err(Wrong::Here(format!(
            "a contract's label has 1 to {MAX_LABEL} bytes, and this one {}",
            label.len()
        )));
    }
    if let Some(salt) = &salt
        && (salt.is_empty() || salt.len() > MAX_SALT)
    {
        return Err(Wrong::Here(format!(
            "a salt has 1 to {MAX_SALT} bytes, and this one {}",
            salt.len()
        )));
    }
    Ok(Message::Instantiate {
        admin,
        code_id,
        input,
        funds: funds?,
        label: label.into(),
        salt,
    })
}

fn address(fields: &Json, at: &str, key: &str) -> Result<Address, Wrong> {
    bech32::decode(fields.text(at, key)?).map_err(|why| Wrong::Here(why.to_string()))
}

/// Funds, which may be none. The inner error is kept until the rest of the message has been read.
fn funds(fields: &Json, at: &str) -> Result<Result<Vec<Coin>, Wrong>, String> {
    let list = fields.list(at, "funds")?;
    Ok(coins::parse(list, &format!("{at}.funds"))?.map_err(Wrong::Here))
}

/// An amount. Of nothing there is none, but an empty list may be meant: `empty` says so.
fn amount(fields: &Json, at: &str, empty: bool) -> Result<Vec<Coin>, Wrong> {
    let list = fields.list(at, "amount")?;
    let coins = coins::parse(list, &format!("{at}.amount"))?.map_err(Wrong::Here)?;
    if coins.is_empty() && !(empty && list.is_empty()) {
        return Err(Wrong::Here("an amount of nothing cannot be sent".into()));
    }
    Ok(coins)
}
