//! A `msg` of a script as a contract reads it: what was written, except for names in its texts.
//!
//! Numbers, the order of keys and `null` stay as they were typed. A JSON value in memory would not keep
//! them: 2^100 would become a floating-point number, and keys would come sorted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;

/// The bytes of `message`, without blanks between its parts, `in_text` applied to each text. An object whose
/// only field is `$base64` becomes that field's value, filled likewise, in base64.
pub fn fill(message: &RawValue, in_text: &impl Fn(&str) -> String) -> Vec<u8> {
    let mut out = String::new();
    write(message, in_text, &mut out);
    out.into_bytes()
}

fn write(value: &RawValue, in_text: &impl Fn(&str) -> String, out: &mut String) {
    let text = value.get();
    match serde_json::from_str(text) {
        Ok(Parts::Text(words)) => out.push_str(&quoted(&in_text(&words))),
        Ok(Parts::List(items)) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, in_text, out);
            }
            out.push(']');
        }
        Ok(Parts::Object(fields)) => match fields.as_slice() {
            [(key, inner)] if key == "$base64" => {
                let inner = STANDARD.encode(fill(inner, in_text));
                out.push_str(&quoted(&inner));
            }
            fields => {
                out.push('{');
                for (index, (key, field)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    out.push_str(&quoted(key));
                    out.push(':');
                    write(field, in_text, out);
                }
                out.push('}');
            }
        },
        // Numbers, `true`, `false` and `null`.
        Ok(Parts::Other) | Err(_) => out.push_str(text),
    }
}

fn quoted(text: &str) -> String {
    // Text cannot fail to be JSON.
    serde_json::to_string(text).unwrap_or_default()
}

/// One level of a JSON value.
enum Parts {
    Text(String),
    List(Vec<Box<RawValue>>),
    Object(Vec<(String, Box<RawValue>)>),
    Other,
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(PartsVisitor)
    }
}

struct PartsVisitor;

impl<'de> Visitor<'de> for PartsVisitor {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Parts, E> {
        Ok(Parts::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Parts, E> {
        Ok(Parts::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Parts, E> {
        Ok(Parts::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Parts, E> {
        Ok(Parts::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Parts, E> {
        Ok(Parts::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Parts, E> {
        Ok(Parts::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Parts, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Parts::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Parts, A::Error> {
        let mut object = Vec::new();
        while let Some(field) = fields.next_entry()? {
            object.push(field);
        }
        Ok(Parts::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(message: &str) -> String {
        let message: Box<RawValue> = serde_json::from_str(message).unwrap();
        let bytes = fill(&message, &|text| text.replace("{bob}", "forge1bob"));
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn numbers_the_order_of_keys_and_null_stay_as_written() {
        for message in [
            r#"{"z":340282366920938463463374607431768211455,"a":null,"m":[1.50,1e400,-0]}"#,
            "null",
            r#"{"b":{},"a":[]}"#,
            "18446744073709551616",
        ] {
            assert_eq!(filled(message), message);
        }
    }

    #[test]
    fn names_are_filled_in_at_any_depth_and_blanks_fall_away() {
        assert_eq!(
            filled(r#"{ "to" : [ "{bob}", {"x": "a\n{bob}"} ], "{bob}": 1 }"#),
            r#"{"to":["forge1bob",{"x":"a\nforge1bob"}],"{bob}":1}"#
        );
    }

    #[test]
    fn a_message_within_a_message_is_base64() {
        let inner = STANDARD.encode(r#"{"b":"forge1bob","a":18446744073709551616}"#);
        assert_eq!(
            filled(r#"{"msg":{"$base64":{"b":"{bob}","a":18446744073709551616}}}"#),
            format!(r#"{{"msg":"{inner}"}}"#)
        );
    }
}
