//! An engine whose contracts do what they are told, for testing messages without any ABI.

use super::*;
use crate::base::Slices;
use crate::base::slices::finish;
use crate::vm::gas::{Category, GasUse};
use crate::vm::{
    Admitted, CallContext, ContractEngine, Entry, Failure, FailureKind, Host, Message, Outcome,
    Query, Refusal, ReplyOn, Response, Rule, SubMessage,
};
use borsh::{BorshDeserialize, BorshSerialize};

/// Gas of one call.
pub const CALL_GAS: u64 = 1_000;

/// What a call does, in order. Its input is the encoded list; a reply's is its payload.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub enum Op {
    Set(Vec<u8>, Vec<u8>),
    Remove(Vec<u8>),
    Fail(String),
    /// Burns all it was given.
    Burn,
    Data(Vec<u8>),
    Announce(String),
    /// Writes down what the reply says: `ok` with the data, or the error.
    NoteReply(Vec<u8>),
    /// Writes down the events the reply hears of.
    NoteEvents(Vec<u8>),
    /// Writes down how much somebody owns.
    NoteBalance(Vec<u8>, Hash, String),
    NoteSupply(Vec<u8>, String),
    /// Writes down what is known of a contract.
    NoteInfo(Vec<u8>, Hash),
    /// Writes down the answer of a contract.
    Ask(Vec<u8>, Hash, Vec<Op>),
    Send(Hash, String, u128),
    BurnCoins(String, u128),
    Message(Sent),
    /// Writes down how deep it is, and calls itself again so many times.
    Nest(u32),
}

/// A message, with what is to happen when it is done.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct Sent {
    pub what: What,
    pub on: u8,
    pub limit: Option<u64>,
    pub reply: Vec<Op>,
}

#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub enum What {
    Execute(Hash, Vec<Op>, u128),
    Instantiate(u64, Vec<Op>, Option<Vec<u8>>),
    Migrate(Hash, u64, Vec<Op>),
    SetAdmin(Hash, Option<Hash>),
    Send(Hash, u128),
}

pub const NEVER: u8 = 0;
pub const ALWAYS: u8 = 1;
pub const ERROR: u8 = 2;
pub const SUCCESS: u8 = 3;

pub fn ops(list: &[Op]) -> Vec<u8> {
    borsh::to_vec(&list.to_vec()).unwrap()
}

#[derive(Debug)]
pub struct Scripted;

pub fn scripted_chain() -> Chain {
    Chain {
        engine: Arc::new(Scripted),
        ..chain()
    }
}

impl ContractEngine for Scripted {
    fn admit(&self, wasm: &[u8]) -> Result<Admitted, Refusal> {
        if wasm == b"bad" {
            return Err(Refusal::new(Rule::Invalid, "this is no module"));
        }
        WasmEngine::new().admit(&wat::parse_str("(module (memory (export \"memory\") 1) (func (export \"forge_version_1\")) (func (export \"call\")))").unwrap())
    }

    fn begin<'a>(
        &'a self,
        _: Hash,
        _: &'a Arc<[u8]>,
        ctx: &'a CallContext,
        gas_limit: u64,
        host: &'a mut dyn Host,
    ) -> Slices<'a, Outcome> {
        Box::pin(async move {
            let mut asked = 0;
            let mut result = if gas_limit < CALL_GAS {
                Err(Failure::out_of_gas(gas_limit))
            } else {
                follow(ctx, gas_limit - CALL_GAS, host, &mut asked)
            };
            if CALL_GAS + asked > gas_limit {
                result = Err(Failure::out_of_gas(gas_limit));
            }
            let out = matches!(&result, Err(f) if f.kind == FailureKind::OutOfGas);
            let gas_used = if out { gas_limit } else { CALL_GAS + asked };
            let mut gas = GasUse::default();
            gas.add(Category::Operators, gas_used);
            Outcome {
                result,
                gas_used,
                gas,
                log: Vec::new(),
            }
        })
    }
}

fn follow(
    ctx: &CallContext,
    gas: u64,
    host: &mut dyn Host,
    asked: &mut u64,
) -> Result<Response, Failure> {
    let script = match &ctx.reply {
        Some(reply) => &reply.payload,
        None => &ctx.input,
    };
    let script: Vec<Op> = borsh::from_slice(script).unwrap_or_default();
    let mut response = Response::default();
    let coins = |denom: &str, amount: u128| {
        if amount == 0 {
            Vec::new()
        } else {
            vec![coin(denom, amount)]
        }
    };
    for op in script {
        match op {
            Op::Set(key, value) => host.set(&key, &value),
            Op::Remove(key) => host.delete(&key),
            Op::Fail(why) => return Err(Failure::new(FailureKind::Contract, why)),
            Op::Burn => return Err(Failure::out_of_gas(gas)),
            Op::Data(data) => response.data = Some(data),
            Op::Announce(kind) => response.events.push(crate::vm::Event::new(
                &kind,
                &[("b", "2"), ("a", "3"), ("b", "1")],
            )),
            Op::NoteReply(key) => {
                let text = match ctx.reply.as_ref().map(|r| &r.result) {
                    None => "no reply".to_owned(),
                    Some(Ok(done)) => format!(
                        "{:?} {:?}",
                        done.effect,
                        done.events.iter().map(|e| &e.kind).collect::<Vec<_>>()
                    ),
                    Some(Err(why)) => format!("failed: {why}"),
                };
                host.set(&key, text.as_bytes());
            }
            Op::NoteEvents(key) => {
                let events = ctx.reply.as_ref().and_then(|r| r.result.as_ref().ok());
                let events = events.map(|done| format!("{:?}", done.events));
                host.set(&key, events.unwrap_or_default().as_bytes());
            }
            Op::NoteBalance(key, of, denom) => {
                note(host, &key, &Query::Balance { of, denom }, gas, asked)
            }
            Op::NoteSupply(key, denom) => note(host, &key, &Query::Supply { denom }, gas, asked),
            Op::NoteInfo(key, contract) => {
                note(host, &key, &Query::ContractInfo { contract }, gas, asked);
            }
            Op::Ask(key, contract, script) => note(
                host,
                &key,
                &Query::Smart {
                    contract,
                    input: ops(&script),
                },
                gas,
                asked,
            ),
            Op::Send(to, denom, amount) => response.messages.push(SubMessage {
                id: 0,
                payload: Vec::new(),
                message: Message::Send {
                    to,
                    amount: coins(&denom, amount),
                },
                gas_limit: None,
                reply_on: ReplyOn::Never,
            }),
            Op::BurnCoins(denom, amount) => response.messages.push(SubMessage {
                id: 0,
                payload: Vec::new(),
                message: Message::Burn {
                    amount: coins(&denom, amount),
                },
                gas_limit: None,
                reply_on: ReplyOn::Never,
            }),
            Op::Nest(left) => {
                host.set(b"deep", left.to_string().as_bytes());
                if let Some(left) = left.checked_sub(1) {
                    response.messages.push(SubMessage {
                        id: 0,
                        payload: Vec::new(),
                        message: Message::Execute {
                            contract: Hash(ctx.contract),
                            input: ops(&[Op::Nest(left)]),
                            funds: Vec::new(),
                        },
                        gas_limit: None,
                        reply_on: ReplyOn::Never,
                    });
                }
            }
            Op::Message(sent) => response.messages.push(SubMessage {
                id: 7,
                payload: ops(&sent.reply),
                message: match sent.what {
                    What::Execute(contract, script, amount) => Message::Execute {
                        contract,
                        input: ops(&script),
                        funds: coins(NATIVE_DENOM, amount),
                    },
                    What::Instantiate(code_id, script, salt) => Message::Instantiate {
                        admin: Some(Hash(ctx.contract)),
                        code_id,
                        input: ops(&script),
                        funds: Vec::new(),
                        label: "made".into(),
                        salt,
                    },
                    What::Migrate(contract, code_id, script) => Message::Migrate {
                        contract,
                        code_id,
                        input: ops(&script),
                    },
                    What::SetAdmin(contract, Some(admin)) => {
                        Message::UpdateAdmin { contract, admin }
                    }
                    What::SetAdmin(contract, None) => Message::ClearAdmin { contract },
                    What::Send(to, amount) => Message::Send {
                        to,
                        amount: coins(NATIVE_DENOM, amount),
                    },
                },
                gas_limit: sent.limit,
                reply_on: match sent.on {
                    ALWAYS => ReplyOn::Always,
                    ERROR => ReplyOn::Error,
                    SUCCESS => ReplyOn::Success,
                    _ => ReplyOn::Never,
                },
            }),
        }
    }
    if ctx.entry == Entry::View && response.data.is_none() {
        response.data = Some(host.get(b"k").unwrap_or_default());
    }
    Ok(response)
}

fn note(host: &mut dyn Host, key: &[u8], query: &Query, gas: u64, asked: &mut u64) {
    let answered = finish(host.query(query, gas));
    *asked += answered.gas_used;
    host.set(key, format!("{:?}", answered.answer).as_bytes());
}
