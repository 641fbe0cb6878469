//! What an entry point returns: `ContractResult`, read into [`Response`].

use super::json::{self, FieldError, Json};
use super::messages;
use super::prices::{ATTRIBUTE, EVENT, JSON, MESSAGE};
use super::{MAX_ERROR_BYTES, shorten};
use crate::base::Hash;
use crate::base::limits::{MAX_COSMWASM_EVENTS, MAX_MESSAGES_PER_CALL};
use crate::types::bech32;
use crate::vm::abi::{Guest, pay};
use crate::vm::token_factory::TokenMessage;
use crate::vm::{Event, Failure, FailureKind, Message, Response, SubMessage};

/// Reads the result of an entry point, and charges for what it asks for: a contract may have made a
/// thousand messages by pointing at a text.
///
/// # Errors
/// The contract's own error; a sentence when the result breaks a rule; out of gas.
pub fn read(guest: &mut dyn Guest, bytes: &[u8]) -> Result<Response, Failure> {
    let ok = unwrap(guest, bytes)?;
    let contract = Hash(guest.context().contract);
    let response = parse(&ok, &contract).map_err(malformed)?;
    for event in &response.events {
        pay(guest, EVENT, 0)?;
        for (key, value) in &event.attributes {
            pay(guest, ATTRIBUTE, key.len().saturating_add(value.len()))?;
        }
    }
    for message in &response.messages {
        pay(guest, MESSAGE, size(message))?;
    }
    Ok(response)
}

/// Reads the result of a query: the bytes asked for.
///
/// # Errors
/// As [`read`].
pub fn read_answer(guest: &mut dyn Guest, bytes: &[u8]) -> Result<Response, Failure> {
    match unwrap(guest, bytes)? {
        Json::Text(text) => json::from_base64(&text)
            .map(Response::of)
            .ok_or_else(|| malformed(Malformed::NotBase64)),
        _ => Err(malformed(Malformed::NotBase64)),
    }
}

/// What is wrong with a result that is JSON; continues "the contract's result is malformed:".
#[derive(Debug, thiserror::Error)]
enum Malformed {
    #[error(transparent)]
    Field(#[from] FieldError),
    #[error("it must be an object")]
    NoObject,
    #[error("it must have `ok` or a text `error`, and nothing else")]
    NeitherOkNorError,
    #[error("its `error` is empty")]
    EmptyError,
    #[error("`ok` must be base64")]
    NotBase64,
    #[error("`ok` must be an object")]
    OkIsNoObject,
    #[error("{0} events are more than the limit of {MAX_COSMWASM_EVENTS}")]
    TooManyEvents(usize),
    #[error("{0} messages are more than the limit of {MAX_MESSAGES_PER_CALL}")]
    TooManyMessages(usize),
    #[error("{0}.type must be longer than 2 bytes")]
    ShortType(String),
    #[error("{0}.key must not be empty")]
    EmptyKey(String),
    #[error("{0}.key must not begin with `_`: such keys are the chain's")]
    ChainsKey(String),
}

fn malformed(why: Malformed) -> Failure {
    Failure::bad_request(format!("the contract's result is malformed: {why}"))
}

/// `ok`'s value, or the contract's error.
fn unwrap(guest: &mut dyn Guest, bytes: &[u8]) -> Result<Json, Failure> {
    pay(guest, JSON, bytes.len())?;
    let parsed = json::parse(bytes)
        .map_err(|why| Failure::bad_request(format!("the contract's result {why}")))?;
    let Json::Object(mut fields) = parsed else {
        return Err(malformed(Malformed::NoObject));
    };
    match (fields.pop(), fields.is_empty()) {
        (Some((key, value)), true) if key == "ok" => Ok(value),
        // To wasmd this is neither an answer nor an error.
        (Some((key, Json::Text(text))), true) if key == "error" && text.is_empty() => {
            Err(malformed(Malformed::EmptyError))
        }
        (Some((key, Json::Text(text))), true) if key == "error" => Err(Failure::new(
            FailureKind::Contract,
            shorten(text.as_bytes(), MAX_ERROR_BYTES),
        )),
        _ => Err(malformed(Malformed::NeitherOkNorError)),
    }
}

fn parse(ok: &Json, contract: &Hash) -> Result<Response, Malformed> {
    if !matches!(ok, Json::Object(_)) {
        return Err(Malformed::OkIsNoObject);
    }
    let listed = ok.list("ok", "events")?;
    if listed.len() > MAX_COSMWASM_EVENTS {
        return Err(Malformed::TooManyEvents(listed.len()));
    }
    let mut events = Vec::with_capacity(listed.len().saturating_add(1));
    let plain = attributes(ok.list("ok", "attributes")?, "attributes")?;
    if !plain.is_empty() {
        events.push(event("wasm".into(), plain, contract));
    }
    for (index, custom) in listed.iter().enumerate() {
        let at = format!("events[{index}]");
        let kind = custom.text(&at, "type")?.trim();
        if kind.len() <= 2 {
            return Err(Malformed::ShortType(at));
        }
        let list = custom.list(&at, "attributes")?;
        let list = attributes(list, &format!("{at}.attributes"))?;
        events.push(event(format!("wasm-{kind}"), list, contract));
    }
    let messages = ok.list("ok", "messages")?;
    if messages.len() > MAX_MESSAGES_PER_CALL {
        return Err(Malformed::TooManyMessages(messages.len()));
    }
    Ok(Response {
        data: ok.optional_bytes("ok", "data")?,
        events,
        messages: messages
            .iter()
            .enumerate()
            .map(|(index, message)| {
                messages::parse(message, &format!("messages[{index}]"), contract)
            })
            .collect::<Result<_, _>>()?,
    })
}

fn event(kind: String, attributes: Vec<(String, String)>, contract: &Hash) -> Event {
    let mut all = Vec::with_capacity(attributes.len().saturating_add(1));
    all.push(("_contract_address".into(), bech32::encode(contract)));
    all.extend(attributes);
    Event {
        kind,
        attributes: all,
    }
}

fn attributes(list: &[Json], at: &str) -> Result<Vec<(String, String)>, Malformed> {
    let mut read = Vec::with_capacity(list.len());
    for (index, attribute) in list.iter().enumerate() {
        let at = format!("{at}[{index}]");
        let key = attribute.text(&at, "key")?.trim();
        let value = attribute.text(&at, "value")?.trim();
        if key.is_empty() {
            return Err(Malformed::EmptyKey(at));
        }
        if key.starts_with('_') {
            return Err(Malformed::ChainsKey(at));
        }
        read.push((key.into(), value.into()));
    }
    Ok(read)
}

/// Bytes a message carries.
fn size(message: &SubMessage) -> usize {
    let carried = match &message.message {
        Message::Execute { input, .. } | Message::Migrate { input, .. } => input.len(),
        Message::Instantiate { input, label, .. } => input.len().saturating_add(label.len()),
        Message::Refused { why, .. } => why.len(),
        Message::Token(TokenMessage::SetMetadata(metadata)) => metadata.bytes(),
        Message::Token(_)
        | Message::Send { .. }
        | Message::Burn { .. }
        | Message::UpdateAdmin { .. }
        | Message::ClearAdmin { .. } => 0,
    };
    carried.saturating_add(message.payload.len())
}
