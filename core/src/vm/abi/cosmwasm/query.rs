//! Questions: from the contract's JSON to [`Query`], and answers back to JSON.

use super::coins;
use super::json::{self, FieldError, Json};
use super::stargate::{self, Unasked};
use crate::base::digest::to_hex;
use crate::base::limits::MAX_RANGE_PAIRS;
use crate::types::{Address, bech32};
use crate::vm::abi::AnswerForm;
use crate::vm::{Answer, ErrorCode, NoAnswer, Order, Query, error_code};

/// A question that does not reach the chain, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refused {
    /// It cannot be read.
    Invalid(String),
    /// A kind this chain does not have.
    Unsupported(String),
    /// It names no address, or asks for what there is not.
    Failed(ErrorCode),
    /// Nobody needs to look: this is the JSON of the answer, always.
    Constant(&'static str),
}

/// Entries of a page whose size is not named, as in the Cosmos SDK.
const USUAL_PAGE: u64 = 100;
/// There is no other chain: no channel leads anywhere.
const NO_CHANNELS: &str = r#"{"channels":[]}"#;
const NO_CHANNEL: &str = r#"{"channel":null}"#;

impl From<FieldError> for Refused {
    fn from(malformed: FieldError) -> Refused {
        Refused::Invalid(malformed.to_string())
    }
}

impl Refused {
    /// The answer the contract gets.
    #[must_use]
    pub fn encode(&self, request: &[u8]) -> String {
        match self {
            Refused::Invalid(error) => system_error(&json::object(&[(
                "invalid_request",
                &json::object(&[
                    ("error", &json::text(error)),
                    ("request", &json::base64(request)),
                ]),
            )])),
            Refused::Unsupported(kind) => system_error(&json::object(&[(
                "unsupported_request",
                &json::object(&[("kind", &json::text(kind))]),
            )])),
            Refused::Failed(code) => contract_error(&code.to_string()),
            Refused::Constant(answer) => answered(answer.as_bytes()),
        }
    }
}

fn system_error(error: &str) -> String {
    json::object(&[("error", error)])
}

fn answered(bytes: &[u8]) -> String {
    json::object(&[("ok", &json::object(&[("ok", &json::base64(bytes))]))])
}

fn contract_error(text: &str) -> String {
    json::object(&[("ok", &json::object(&[("error", &json::text(text))]))])
}

/// Reads a `QueryRequest`.
///
/// # Errors
/// Why it does not reach the chain.
pub fn parse(request: &[u8]) -> Result<(Query, AnswerForm), Refused> {
    let request =
        json::parse(request).map_err(|why| Refused::Invalid(format!("the request {why}")))?;
    let (module, inner) = request.variant("the request")?;
    let plain = |query| (query, AnswerForm::Plain);
    match module {
        "bank" => bank(inner).map(plain),
        "wasm" => wasm(inner).map(plain),
        "ibc" => ibc(inner).map(plain),
        "stargate" => by_path("stargate", inner).map(|query| (query, AnswerForm::Json)),
        "grpc" => by_path("grpc", inner).map(|query| (query, AnswerForm::Protobuf)),
        other => Err(Refused::Unsupported(other.chars().take(64).collect())),
    }
}

fn bank(inner: &Json) -> Result<Query, Refused> {
    let at = "bank";
    let (kind, fields) = inner.variant(at)?;
    let text = |key| {
        fields
            .text(&format!("{at}.{kind}"), key)
            .map_err(Refused::from)
    };
    Ok(match kind {
        "balance" => Query::Balance {
            denom: text("denom")?.into(),
            of: address(text("address")?)?,
        },
        "all_balances" => Query::AllBalances {
            of: address(text("address")?)?,
        },
        "supply" => Query::Supply {
            denom: text("denom")?.into(),
        },
        "denom_metadata" => Query::DenomMetadata {
            denom: text("denom")?.into(),
        },
        "all_denom_metadata" => {
            let page = fields.field("pagination").unwrap_or(&Json::Null);
            let at = "bank.all_denom_metadata.pagination";
            let start = page.optional_bytes(at, "key")?;
            let limit = match page.field("limit") {
                None | Some(Json::Whole(0)) => USUAL_PAGE,
                Some(_) => page.whole(at, "limit")?,
            };
            Query::AllDenomMetadata {
                start: String::from_utf8_lossy(&start.unwrap_or_default()).into_owned(),
                limit: u32::try_from(limit)
                    .unwrap_or(u32::MAX)
                    .min(MAX_RANGE_PAIRS),
            }
        }
        _ => return Err(Refused::Unsupported("unknown BankQuery variant".into())),
    })
}

fn ibc(inner: &Json) -> Result<Query, Refused> {
    let (kind, fields) = inner.variant("ibc")?;
    match kind {
        "port_id" => Ok(Query::Port),
        "list_channels" => Err(Refused::Constant(NO_CHANNELS)),
        "channel" => {
            let at = "ibc.channel";
            fields.text(at, "channel_id")?;
            Err(Refused::Constant(NO_CHANNEL))
        }
        _ => Err(Refused::Unsupported("unknown IBCQuery variant".into())),
    }
}

/// A question that names a path of the chain's services.
fn by_path(at: &str, inner: &Json) -> Result<Query, Refused> {
    let path = inner.text(at, "path")?;
    let data = inner.bytes(at, "data")?;
    stargate::question(path, &data).map_err(|unasked| match unasked {
        Unasked::NoSuchPath => {
            let path: String = path.chars().take(64).collect();
            Refused::Unsupported(format!("'{path}' path is not allowed from the contract"))
        }
        Unasked::Failed(code) => Refused::Failed(code),
    })
}

fn wasm(inner: &Json) -> Result<Query, Refused> {
    let (kind, fields) = inner.variant("wasm")?;
    let at = format!("wasm.{kind}");
    let contract = || address(fields.text(&at, "contract_addr")?);
    let bytes = |key| fields.bytes(&at, key).map_err(Refused::from);
    let optional = |key| fields.optional_bytes(&at, key).map_err(Refused::from);
    Ok(match kind {
        "smart" => Query::Smart {
            input: bytes("msg")?,
            contract: contract()?,
        },
        "raw" => Query::Raw {
            key: bytes("key")?,
            contract: contract()?,
        },
        "contract_info" => Query::ContractInfo {
            contract: contract()?,
        },
        "code_info" => Query::CodeInfo {
            code_id: fields.whole(&at, "code_id")?,
        },
        "raw_range" => {
            let limit = fields.whole(&at, "limit")?;
            Query::RawRange {
                start: optional("start")?,
                end: optional("end")?,
                // Whoever asks for more gets fewer, and `next_key` to go on with.
                limit: u32::try_from(limit)
                    .unwrap_or(u32::MAX)
                    .min(MAX_RANGE_PAIRS),
                order: match fields.text(&at, "order")? {
                    "ascending" => Order::Ascending,
                    "descending" => Order::Descending,
                    _ => {
                        return Err(Refused::Invalid(format!(
                            "{at}.order must be \"ascending\" or \"descending\""
                        )));
                    }
                },
                contract: contract()?,
            }
        }
        _ => return Err(Refused::Unsupported("unknown WasmQuery variant".into())),
    })
}

fn address(text: &str) -> Result<Address, Refused> {
    bech32::decode(text).map_err(|_| Refused::Failed(error_code::INVALID_ADDRESS))
}

/// The answer's JSON: `SystemResult<ContractResult<Binary>>`.
#[must_use]
pub fn encode(asked: &Query, answer: Result<Answer, NoAnswer>, form: AnswerForm) -> String {
    let answer = match answer {
        Ok(answer) => answer,
        Err(NoAnswer::NoSuchContract(address)) => {
            return system_error(&json::object(&[(
                "no_such_contract",
                &json::object(&[("addr", &name(&address))]),
            )]));
        }
        Err(NoAnswer::NoSuchCode(code_id)) => {
            return system_error(&json::object(&[(
                "no_such_code",
                &json::object(&[("code_id", &code_id.to_string())]),
            )]));
        }
        Err(NoAnswer::Failed { heard, .. }) => return contract_error(&heard),
        // Never reaches a contract: the asking call ends.
        Err(NoAnswer::OutOfGas) => return contract_error("out of gas"),
    };
    let by_path = match form {
        AnswerForm::Plain => None,
        AnswerForm::Json | AnswerForm::Protobuf => stargate::answer(asked, &answer, form),
    };
    let bytes = by_path.unwrap_or_else(|| match answer {
        Answer::Bytes(bytes) => bytes,
        other => body(&other).into_bytes(),
    });
    answered(&bytes)
}

fn body(answer: &Answer) -> String {
    match answer {
        Answer::Coin(coin) => json::object(&[("amount", &coins::encode_one(coin))]),
        Answer::Coins(all) => json::object(&[("amount", &coins::encode(all))]),
        Answer::Range { pairs, next } => json::object(&[
            (
                "data",
                &json::list(pairs, |(key, value)| {
                    format!("[{},{}]", json::base64(key), json::base64(value))
                }),
            ),
            ("next_key", &json::nullable(next.as_deref(), json::base64)),
        ]),
        Answer::Contract {
            code_id,
            creator,
            admin,
            port,
        } => json::object(&[
            ("code_id", &code_id.to_string()),
            ("creator", &name(creator)),
            ("admin", &json::nullable(admin.as_ref(), name)),
            ("pinned", "false"),
            ("ibc_port", &json::nullable(port.as_deref(), json::text)),
            ("ibc2_port", "null"),
        ]),
        Answer::Code {
            code_id,
            creator,
            checksum,
        } => json::object(&[
            ("code_id", &code_id.to_string()),
            ("creator", &name(creator)),
            ("checksum", &json::text(&to_hex(&checksum.0))),
        ]),
        Answer::Metadata(metadata) => {
            json::object(&[("metadata", &stargate::metadata_json(metadata))])
        }
        Answer::AllMetadata(all, next) => json::object(&[
            ("metadata", &json::list(all, stargate::metadata_json)),
            (
                "next_key",
                &json::nullable(next.as_ref(), |next| json::base64(next.as_bytes())),
            ),
        ]),
        Answer::Port(port) => {
            json::object(&[("port_id", &json::text(port.as_deref().unwrap_or_default()))])
        }
        // Only a path leads to these.
        Answer::DenomAdmin(_) | Answer::Denoms(_) | Answer::Bytes(_) => String::new(),
    }
}

fn name(address: &Address) -> String {
    json::text(&bech32::encode(address))
}
