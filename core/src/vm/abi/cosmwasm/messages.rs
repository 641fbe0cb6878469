//! `SubMsg` and `CosmosMsg`: from JSON to [`SubMessage`]. What is malformed fails the call; what is well
//! formed and cannot be done here becomes [`Message::Refused`], which the contract may catch.

use super::coins;
use super::json::{FieldError, Json};
use super::prices::PER_SDK_GAS;
use super::stargate;
use crate::base::limits::MAX_SALT_BYTES;
use crate::types::{Address, Coin, bech32};
use crate::vm::{ErrorCode, Message, ReplyOn, SubMessage, error_code, label};

/// Reads one message.
///
/// # Errors
/// What is malformed, beginning with its place.
pub fn parse(message: &Json, at: &str, sender: &Address) -> Result<SubMessage, FieldError> {
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
            return Err(FieldError::Choice {
                place: format!("{at}.reply_on"),
                known: "always, error, success or never",
            });
        }
    };
    let inner = message
        .field("msg")
        .ok_or_else(|| FieldError::Missing(format!("{at}.msg")))?;
    let read = cosmos(inner, &format!("{at}.msg"), sender);
    Ok(SubMessage {
        id: message.whole(at, "id")?,
        payload: message.optional_bytes(at, "payload")?.unwrap_or_default(),
        message: match read {
            Ok(message) => message,
            Err(Wrong::Here(code, why)) => Message::Refused { why, code },
            Err(Wrong::Malformed(why)) => return Err(why),
        },
        gas_limit,
        reply_on,
    })
}

/// Why there is no message.
enum Wrong {
    Malformed(FieldError),
    /// Fails the message alone.
    Here(ErrorCode, String),
}

impl From<FieldError> for Wrong {
    fn from(malformed: FieldError) -> Wrong {
        Wrong::Malformed(malformed)
    }
}

fn cosmos(message: &Json, at: &str, sender: &Address) -> Result<Message, Wrong> {
    let (module, inner) = message.variant(at)?;
    let unsupported = |kind: &str| {
        let kind: String = kind.chars().take(64).collect();
        Wrong::Here(
            error_code::UNKNOWN_REQUEST,
            format!("this chain has no messages of the kind `{kind}`"),
        )
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
        // The second is what the first was called before cosmwasm-std 2.
        "any" | "stargate" => {
            let at = format!("{at}.{module}");
            let (type_url, value) = (inner.text(&at, "type_url")?, inner.bytes(&at, "value")?);
            stargate::message(type_url, &value, sender)
                .map_err(|(code, why)| Wrong::Here(code, why))
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
    let invalid = |why: String| Wrong::Here(error_code::INVALID_REQUEST, why);
    if label.is_empty() {
        return Err(invalid("a contract needs a label".into()));
    }
    label::check(label).map_err(|why| invalid(why.to_string()))?;
    if let Some(salt) = &salt
        && (salt.is_empty() || salt.len() > MAX_SALT_BYTES)
    {
        return Err(invalid(format!(
            "a salt has 1 to {MAX_SALT_BYTES} bytes, and this one {}",
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
    bech32::decode(fields.text(at, key)?)
        .map_err(|why| Wrong::Here(error_code::INVALID_ADDRESS, why.to_string()))
}

/// Funds, which may be none. The inner error is kept until the rest of the message has been read.
fn funds(fields: &Json, at: &str) -> Result<Result<Vec<Coin>, Wrong>, FieldError> {
    let list = fields.list(at, "funds")?;
    Ok(coins::parse(list, &format!("{at}.funds"))?.map_err(|(code, why)| Wrong::Here(code, why)))
}

/// An amount. Of nothing there is none, but an empty list may be meant: `empty` says so.
fn amount(fields: &Json, at: &str, empty: bool) -> Result<Vec<Coin>, Wrong> {
    let list = fields.list(at, "amount")?;
    let coins = coins::parse(list, &format!("{at}.amount"))?
        .map_err(|(code, why)| Wrong::Here(code, why))?;
    if coins.is_empty() && !(empty && list.is_empty()) {
        // The bank refuses to send nothing, and wasmd to burn it.
        let code = if empty {
            error_code::INVALID_COINS
        } else {
            error_code::EMPTY
        };
        return Err(Wrong::Here(
            code,
            "an amount of nothing cannot be sent".into(),
        ));
    }
    Ok(coins)
}
