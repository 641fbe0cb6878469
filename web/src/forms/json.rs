//! JSON as a person types it, read strictly: what a contract would read otherwise than its author
//! (the same key twice) is refused, and every refusal says where.

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Bytes of a message; the chain's own limit is not larger.
pub const MAX_BYTES: usize = 64 << 10;

/// # Errors
/// One sentence with line and column.
pub fn read(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Err("There is nothing here: the smallest message is {}.".into());
    }
    if text.len() > MAX_BYTES {
        let bytes = text.len();
        return Err(format!(
            "This has {bytes} bytes: a message has at most {MAX_BYTES}."
        ));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Strict::deserialize(&mut reader).and_then(|v| reader.end().map(|()| v.0));
    read.map_err(|error| sentence(&error))
}

fn sentence(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let what = said.split(" at line ").next().unwrap_or(&said);
    let what = if what.starts_with("recursion limit") {
        "this is nested too deep, at most 127 levels will do"
    } else if error.is_eof() {
        "the text ends in the middle: a bracket or a quote is not closed"
    } else {
        match what {
            "key must be a string" => "a key stands in double quotes",
            "expected value" => {
                "a value is expected: a number, true, false, null, or something in quotes or brackets"
            }
            "trailing comma" => "there is a comma before a closing bracket",
            "trailing characters" => "something stands behind the end of the message",
            other => other,
        }
    };
    format!("Line {line}, column {column}: {what}.")
}

/// A value in which no object has a key twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader).map(Strict)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Strict(v)) = seq.next_element()? {
            all.push(v);
        }
        Ok(Value::Array(all))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if all.contains_key(&key) {
                return Err(A::Error::custom(format_args!(
                    "the key \"{key}\" stands here twice"
                )));
            }
            let Strict(value) = map.next_value()?;
            all.insert(key, value);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_is_a_sentence_with_its_place() {
        let deep = "[".repeat(4_000);
        for (text, place, words) in [
            ("{\"a\": 1,\n  \"a\": 2}", "Line 2", "twice"),
            ("{\"a\": {\"b\": 1, \"b\": 1}}", "Line 1", "twice"),
            ("{\"a\": 1,\n}", "Line 2, column 1", "comma"),
            ("{a: 1}", "Line 1, column 2", "double quotes"),
            ("{\"a\": ", "Line 1", "not closed"),
            ("{} {}", "Line 1, column 4", "behind the end"),
            (deep.as_str(), "Line 1, column 128", "too deep"),
        ] {
            let said = read(text).unwrap_err();
            assert!(
                said.starts_with(place) && said.contains(words),
                "{text:.20}: {said}"
            );
        }
        assert!(read("  ").unwrap_err().contains("nothing here"));
        assert!(read(&" ".repeat(70_000)).unwrap_err().contains("nothing"));
        assert!(
            read(&format!("\"{}\"", "x".repeat(70_000)))
                .unwrap_err()
                .contains("65536")
        );
        assert_eq!(
            read("{\"a\":[1,null,\"x\"]}").unwrap().to_string(),
            "{\"a\":[1,null,\"x\"]}"
        );
    }
}
