//! What an entry point is given: `Env`, `MessageInfo`, `MigrateInfo` and `Reply`, as JSON; and inside a
//! reply the chain's own answers, which are protobuf.

use super::coins;
use super::json;
use super::prices::sdk_gas;
use super::protobuf::field;
use super::stargate;
use crate::base::Hash;
use crate::types::bech32;
use crate::vm::{CallContext, Event, MessageDone, MessageEffect, Reply};

fn name(address: &[u8; 32]) -> String {
    json::text(&bech32::encode(&Hash(*address)))
}

#[must_use]
pub fn env(ctx: &CallContext) -> String {
    json::object(&[
        (
            "block",
            &json::object(&[
                ("height", &ctx.height.to_string()),
                ("time", &format!("\"{}\"", ctx.time_ns)),
                ("chain_id", &json::text(&ctx.chain_id)),
            ]),
        ),
        (
            "transaction",
            &json::nullable(ctx.transaction, |transaction| {
                json::object(&[
                    ("index", &transaction.index.to_string()),
                    ("hash", &json::base64(&transaction.hash.0)),
                ])
            }),
        ),
        (
            "contract",
            &json::object(&[("address", &name(&ctx.contract))]),
        ),
    ])
}

#[must_use]
pub fn message_info(ctx: &CallContext) -> String {
    json::object(&[
        ("sender", &name(&ctx.sender)),
        ("funds", &coins::encode(&ctx.funds)),
    ])
}

#[must_use]
pub fn migrate_info(ctx: &CallContext) -> String {
    json::object(&[
        ("sender", &name(&ctx.sender)),
        (
            "old_migrate_version",
            &json::nullable(ctx.old_migrate_version, |version| version.to_string()),
        ),
    ])
}

#[must_use]
pub fn reply(reply: &Reply) -> String {
    let result = match &reply.result {
        Ok(done) => json::object(&[("ok", &sub_response(done))]),
        Err(error) => json::object(&[("error", &json::text(error))]),
    };
    json::object(&[
        ("id", &reply.id.to_string()),
        ("payload", &json::base64(&reply.payload)),
        ("gas_used", &sdk_gas(reply.gas_used).to_string()),
        ("result", &result),
    ])
}

fn sub_response(done: &MessageDone) -> String {
    let response = chain_response(&done.effect);
    // Bank messages and the like answer with an empty message, which `data` leaves out.
    let data = response.as_ref().map(|(_, message)| message);
    let data = data.filter(|bytes| !bytes.is_empty());
    json::object(&[
        ("events", &json::list(&done.events, event)),
        ("data", &json::nullable(data, |bytes| json::base64(bytes))),
        (
            "msg_responses",
            &json::list(response.as_slice(), |(type_url, message)| {
                json::object(&[
                    ("type_url", &json::text(type_url)),
                    ("value", &json::base64(message)),
                ])
            }),
        ),
    ])
}

fn event(event: &Event) -> String {
    json::object(&[
        ("type", &json::text(&event.kind)),
        (
            "attributes",
            &json::list(&event.attributes, |(key, value)| {
                json::object(&[("key", &json::text(key)), ("value", &json::text(value))])
            }),
        ),
    ])
}

/// The response message of the Cosmos SDK: its type and its protobuf. None where wasmd sends no message
/// of the SDK's: it burns by itself.
fn chain_response(what: &MessageEffect) -> Option<(&'static str, Vec<u8>)> {
    let data = |number, data: &Option<Vec<u8>>| field(number, data.as_deref().unwrap_or_default());
    Some(match what {
        MessageEffect::Nothing | MessageEffect::Burned => return None,
        MessageEffect::Sent => ("/cosmos.bank.v1beta1.MsgSendResponse", Vec::new()),
        MessageEffect::Executed { data: d } => {
            ("/cosmwasm.wasm.v1.MsgExecuteContractResponse", data(1, d))
        }
        MessageEffect::Migrated { data: d } => {
            ("/cosmwasm.wasm.v1.MsgMigrateContractResponse", data(1, d))
        }
        MessageEffect::Instantiated {
            address,
            data: d,
            salted,
        } => {
            let mut message = field(1, bech32::encode(address).as_bytes());
            message.extend(data(2, d));
            let type_url = if *salted {
                "/cosmwasm.wasm.v1.MsgInstantiateContract2Response"
            } else {
                "/cosmwasm.wasm.v1.MsgInstantiateContractResponse"
            };
            (type_url, message)
        }
        MessageEffect::AdminChanged => ("/cosmwasm.wasm.v1.MsgUpdateAdminResponse", Vec::new()),
        MessageEffect::AdminCleared => ("/cosmwasm.wasm.v1.MsgClearAdminResponse", Vec::new()),
        MessageEffect::Token(effect) => stargate::response(effect),
    })
}
