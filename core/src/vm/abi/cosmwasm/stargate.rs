//! Messages and questions that name a protobuf type of the chain: `any` and `stargate`, `grpc` and `stargate`.
//! The chain has those of the token factory and a few of the bank's, which contracts that make tokens use.

use super::coins;
use super::json;
use super::protobuf::{self, Fields, field, item, number, read};
use crate::types::{Address, Coin, bech32};
use crate::vm::abi::AnswerForm;
use crate::vm::token_factory::{DenomMetadata, DenomUnit, TokenEffect, TokenMessage};
use crate::vm::{Answer, ErrorCode, Message, Query, error_code};

const FACTORY: &str = "/osmosis.tokenfactory.v1beta1.";

type Wrong = (ErrorCode, String);

fn malformed(type_url: &str) -> Wrong {
    let kind: String = type_url.chars().take(64).collect();
    let why = format!("the message does not read as a `{kind}`");
    (error_code::INVALID_MESSAGE, why)
}

/// Reads a message that names its type.
///
/// # Errors
/// Why this chain cannot carry it out.
pub fn message(type_url: &str, value: &[u8], sender: &Address) -> Result<Message, Wrong> {
    let Some(kind) = type_url.strip_prefix(FACTORY) else {
        return Err(unknown(type_url));
    };
    let wrong = || malformed(type_url);
    let fields = read(value).ok_or_else(wrong)?;
    let text = |number| fields.text(number).ok_or_else(wrong);
    let signer = text(1)?;
    if signer != bech32::encode(sender) {
        let signer: String = signer.chars().take(128).collect();
        return Err((
            error_code::UNAUTHORIZED,
            format!(
                "a contract sends messages in its own name only, and this one names {signer:?}"
            ),
        ));
    }
    let account = |number| -> Result<Option<Address>, Wrong> {
        match text(number)?.as_str() {
            "" => Ok(None),
            named => bech32::decode(named)
                .map(Some)
                .map_err(|why| (error_code::INVALID_ADDRESS, why.to_string())),
        }
    };
    Ok(Message::Token(match kind {
        "MsgCreateDenom" => TokenMessage::CreateDenom { subdenom: text(2)? },
        "MsgMint" => TokenMessage::Mint {
            coin: coin(fields.bytes(2)).ok_or_else(wrong)?,
            to: account(3)?,
        },
        "MsgBurn" => TokenMessage::Burn {
            coin: coin(fields.bytes(2)).ok_or_else(wrong)?,
            from: account(3)?,
        },
        "MsgChangeAdmin" => TokenMessage::ChangeAdmin {
            denom: text(2)?,
            admin: account(3)?,
        },
        "MsgSetDenomMetadata" => {
            TokenMessage::SetMetadata(metadata(fields.bytes(2)).ok_or_else(wrong)?)
        }
        _ => return Err(unknown(type_url)),
    }))
}

fn unknown(type_url: &str) -> Wrong {
    let kind: String = type_url.chars().take(64).collect();
    let why = format!("this chain has no messages of the kind `{kind}`");
    (error_code::INVALID_MESSAGE, why)
}

fn coin(bytes: &[u8]) -> Option<Coin> {
    let fields = read(bytes)?;
    Some(Coin {
        denom: fields.text(1)?,
        amount: fields.text(2)?.parse().ok()?,
    })
}

fn metadata(bytes: &[u8]) -> Option<DenomMetadata> {
    let fields = read(bytes)?;
    Some(DenomMetadata {
        description: fields.text(1)?,
        units: fields.all(2).map(unit).collect::<Option<_>>()?,
        base: fields.text(3)?,
        display: fields.text(4)?,
        name: fields.text(5)?,
        symbol: fields.text(6)?,
        uri: fields.text(7)?,
        uri_hash: fields.text(8)?,
    })
}

fn unit(bytes: &[u8]) -> Option<DenomUnit> {
    let fields: Fields<'_> = read(bytes)?;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    Some(DenomUnit {
        denom: fields.text(1)?,
        exponent: u32::try_from(fields.number(2)).ok()?,
        aliases: fields.all(3).map(text).collect::<Option<_>>()?,
    })
}

/// The type and protobuf of what answers a message of the token factory.
#[must_use]
pub fn response(effect: &TokenEffect) -> (&'static str, Vec<u8>) {
    match effect {
        TokenEffect::Created { denom } => (
            "/osmosis.tokenfactory.v1beta1.MsgCreateDenomResponse",
            field(1, denom.as_bytes()),
        ),
        TokenEffect::Minted => ("/osmosis.tokenfactory.v1beta1.MsgMintResponse", Vec::new()),
        TokenEffect::Burned => ("/osmosis.tokenfactory.v1beta1.MsgBurnResponse", Vec::new()),
        TokenEffect::AdminChanged => (
            "/osmosis.tokenfactory.v1beta1.MsgChangeAdminResponse",
            Vec::new(),
        ),
        TokenEffect::MetadataSet => (
            "/osmosis.tokenfactory.v1beta1.MsgSetDenomMetadataResponse",
            Vec::new(),
        ),
    }
}

/// Why there is no question.
pub enum Unasked {
    /// The chain has none of this path.
    NoSuchPath,
    /// It does not read as what the path asks for, or names no address.
    Failed(ErrorCode),
}

/// Reads a question that names its path.
///
/// # Errors
/// Why it does not reach the chain.
pub fn question(path: &str, data: &[u8]) -> Result<Query, Unasked> {
    let fields = || read(data).ok_or(Unasked::Failed(error_code::INVALID_REQUEST));
    let text = |number| -> Result<String, Unasked> {
        let text = fields()?.text(number);
        text.ok_or(Unasked::Failed(error_code::INVALID_REQUEST))
    };
    let account = |number| {
        bech32::decode(&text(number)?).map_err(|_| Unasked::Failed(error_code::INVALID_ADDRESS))
    };
    Ok(match path {
        "/osmosis.tokenfactory.v1beta1.Query/DenomAuthorityMetadata" => {
            Query::DenomAdmin { denom: text(1)? }
        }
        "/osmosis.tokenfactory.v1beta1.Query/DenomsFromCreator" => Query::DenomsOf {
            creator: account(1)?,
        },
        "/cosmos.bank.v1beta1.Query/SupplyOf" => Query::Supply { denom: text(1)? },
        "/cosmos.bank.v1beta1.Query/Balance" => Query::Balance {
            of: account(1)?,
            denom: text(2)?,
        },
        "/cosmos.bank.v1beta1.Query/DenomMetadata" => Query::DenomMetadata { denom: text(1)? },
        _ => return Err(Unasked::NoSuchPath),
    })
}

/// The answer to such a question; `None` for one that no path leads to.
#[must_use]
pub fn answer(asked: &Query, answer: &Answer, form: AnswerForm) -> Option<Vec<u8>> {
    let json_form = form == AnswerForm::Json;
    let text = |json: String, protobuf: Vec<u8>| {
        if json_form {
            json.into_bytes()
        } else {
            protobuf
        }
    };
    Some(match answer {
        Answer::Coin(coin) => {
            let name = match asked {
                Query::Balance { .. } => "balance",
                _ => "amount",
            };
            let amount = coin.amount.to_string();
            let encoded = [field(1, coin.denom.as_bytes()), field(2, amount.as_bytes())].concat();
            text(
                json::object(&[(name, &coins::encode_one(coin))]),
                item(1, &encoded),
            )
        }
        Answer::DenomAdmin(admin) => {
            let admin = admin.as_ref().map(bech32::encode).unwrap_or_default();
            let inner = json::object(&[("admin", &json::text(&admin))]);
            text(
                json::object(&[("authority_metadata", &inner)]),
                item(1, &field(1, admin.as_bytes())),
            )
        }
        Answer::Denoms(denoms) => text(
            json::object(&[("denoms", &json::list(denoms, |denom| json::text(denom)))]),
            denoms
                .iter()
                .flat_map(|denom| item(1, denom.as_bytes()))
                .collect(),
        ),
        Answer::Metadata(metadata) => text(
            json::object(&[("metadata", &metadata_json(metadata))]),
            item(1, &encode_metadata(metadata)),
        ),
        Answer::Coins(_)
        | Answer::AllMetadata(..)
        | Answer::Bytes(_)
        | Answer::Range { .. }
        | Answer::Contract { .. }
        | Answer::Code { .. }
        | Answer::Port(_) => return None,
    })
}

/// The JSON of a denomination's metadata.
#[must_use]
pub fn metadata_json(metadata: &DenomMetadata) -> String {
    let unit = |unit: &DenomUnit| {
        json::object(&[
            ("denom", &json::text(&unit.denom)),
            ("exponent", &unit.exponent.to_string()),
            (
                "aliases",
                &json::list(&unit.aliases, |alias| json::text(alias)),
            ),
        ])
    };
    json::object(&[
        ("description", &json::text(&metadata.description)),
        ("denom_units", &json::list(&metadata.units, unit)),
        ("base", &json::text(&metadata.base)),
        ("display", &json::text(&metadata.display)),
        ("name", &json::text(&metadata.name)),
        ("symbol", &json::text(&metadata.symbol)),
        ("uri", &json::text(&metadata.uri)),
        ("uri_hash", &json::text(&metadata.uri_hash)),
    ])
}

fn encode_metadata(metadata: &DenomMetadata) -> Vec<u8> {
    let mut out = field(1, metadata.description.as_bytes());
    for unit in &metadata.units {
        let mut inner = field(1, unit.denom.as_bytes());
        inner.extend(number(2, u64::from(unit.exponent)));
        for alias in &unit.aliases {
            inner.extend(protobuf::item(3, alias.as_bytes()));
        }
        out.extend(item(2, &inner));
    }
    for (at, text) in [
        (3, &metadata.base),
        (4, &metadata.display),
        (5, &metadata.name),
        (6, &metadata.symbol),
        (7, &metadata.uri),
        (8, &metadata.uri_hash),
    ] {
        out.extend(field(at, text.as_bytes()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Hash;

    const ME: Hash = Hash([7; 32]);

    fn me() -> String {
        bech32::encode(&ME)
    }

    fn coin_bytes(denom: &str, amount: &str) -> Vec<u8> {
        [field(1, denom.as_bytes()), field(2, amount.as_bytes())].concat()
    }

    fn sent(kind: &str, parts: &[Vec<u8>]) -> Result<Message, Wrong> {
        let value = [field(1, me().as_bytes()), parts.concat()].concat();
        message(&format!("{FACTORY}{kind}"), &value, &ME)
    }

    #[test]
    fn messages_of_the_token_factory_are_read() {
        let other = Hash([8; 32]);
        let to = field(3, bech32::encode(&other).as_bytes());
        let coin = Coin {
            denom: "factory/x/y".into(),
            amount: u128::MAX,
        };
        let amount = item(2, &coin_bytes("factory/x/y", &u128::MAX.to_string()));
        let denom = field(2, b"factory/x/y");
        let cases = [
            (
                sent("MsgCreateDenom", &[field(2, b"uLST")]),
                TokenMessage::CreateDenom {
                    subdenom: "uLST".into(),
                },
            ),
            (
                sent("MsgMint", &[amount.clone(), to.clone()]),
                TokenMessage::Mint {
                    coin: coin.clone(),
                    to: Some(other),
                },
            ),
            (
                sent("MsgMint", std::slice::from_ref(&amount)),
                TokenMessage::Mint {
                    coin: coin.clone(),
                    to: None,
                },
            ),
            (
                sent("MsgBurn", &[amount]),
                TokenMessage::Burn { coin, from: None },
            ),
            (
                sent("MsgChangeAdmin", &[denom, to]),
                TokenMessage::ChangeAdmin {
                    denom: "factory/x/y".into(),
                    admin: Some(other),
                },
            ),
        ];
        for (found, wanted) in cases {
            assert_eq!(found, Ok(Message::Token(wanted)));
        }
    }

    #[test]
    fn metadata_is_read_as_it_is_written() {
        let mut metadata = DenomMetadata::fresh("factory/x/y");
        metadata.units.push(DenomUnit {
            denom: "Y".into(),
            exponent: 6,
            aliases: vec!["why".into(), String::new()],
        });
        metadata.description = "a token".into();
        let found = sent(
            "MsgSetDenomMetadata",
            &[item(2, &encode_metadata(&metadata))],
        );
        assert_eq!(
            found,
            Ok(Message::Token(TokenMessage::SetMetadata(metadata.clone())))
        );
        let asked = Query::DenomMetadata {
            denom: "factory/x/y".into(),
        };
        let answered = Answer::Metadata(metadata.clone());
        let json = answer(&asked, &answered, AnswerForm::Json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["metadata"]["denom_units"][1]["exponent"], 6);
        assert_eq!(json["metadata"]["symbol"], "factory/x/y");
        let bytes = answer(&asked, &answered, AnswerForm::Protobuf).unwrap();
        let inner = read(&bytes).unwrap().bytes(1).to_vec();
        assert_eq!(super::metadata(&inner), Some(metadata));
    }

    #[test]
    fn what_cannot_be_read_or_is_in_anothers_name_fails_with_its_number() {
        let unknown = message("/cosmos.gov.v1.MsgVote", b"", &ME).unwrap_err();
        assert_eq!(unknown.0, error_code::INVALID_MESSAGE);
        assert!(
            unknown.1.contains("/cosmos.gov.v1.MsgVote"),
            "{}",
            unknown.1
        );
        let strange = message(&format!("{FACTORY}MsgMint"), &[0xff], &ME).unwrap_err();
        assert_eq!(strange.0, error_code::INVALID_MESSAGE);
        let amount = item(2, &coin_bytes("a", "-1"));
        assert_eq!(
            sent("MsgMint", &[amount]).unwrap_err().0,
            error_code::INVALID_MESSAGE
        );
        let value = field(1, bech32::encode(&Hash([9; 32])).as_bytes());
        let forged = message(&format!("{FACTORY}MsgCreateDenom"), &value, &ME).unwrap_err();
        assert_eq!(forged.0, error_code::UNAUTHORIZED);
    }

    #[test]
    fn questions_by_path_are_answered_as_json_and_as_protobuf() {
        let denom = "factory/x/y";
        let asked = question(
            "/osmosis.tokenfactory.v1beta1.Query/DenomAuthorityMetadata",
            &field(1, denom.as_bytes()),
        );
        let Ok(asked) = asked else {
            panic!("not read");
        };
        assert_eq!(
            asked,
            Query::DenomAdmin {
                denom: denom.into()
            }
        );
        let admin = Answer::DenomAdmin(Some(ME));
        let json = answer(&asked, &admin, AnswerForm::Json).unwrap();
        assert_eq!(
            String::from_utf8(json).unwrap(),
            format!(r#"{{"authority_metadata":{{"admin":"{}"}}}}"#, me())
        );
        let bytes = answer(&asked, &admin, AnswerForm::Protobuf).unwrap();
        assert_eq!(bytes, item(1, &field(1, me().as_bytes())));
        let supply = Query::Supply {
            denom: denom.into(),
        };
        let coin = Answer::Coin(Coin {
            denom: denom.into(),
            amount: 5,
        });
        assert_eq!(
            answer(&supply, &coin, AnswerForm::Json).unwrap(),
            br#"{"amount":{"denom":"factory/x/y","amount":"5"}}"#
        );
        assert_eq!(
            answer(&supply, &coin, AnswerForm::Protobuf).unwrap(),
            item(1, &coin_bytes(denom, "5"))
        );
        assert!(matches!(
            question("/cosmos.staking.v1beta1.Query/Pool", b""),
            Err(Unasked::NoSuchPath)
        ));
    }
}
