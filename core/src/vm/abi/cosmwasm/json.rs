//! JSON as contracts write it, read strictly: UTF-8, at most 127 levels deep, no object with the same key
//! twice (which of the two counts would be anybody's guess, and guesses fork chains). Sentences are
//! ours: a parser's own words change with its version.

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::fmt;

/// Levels of lists and objects.
pub const MAX_DEPTH: u32 = 127;

/// How the sentence about what is no JSON begins.
pub const NOT_JSON: &str = "is not valid JSON";

/// A value. Numbers that are no u64 are known to be numbers, and no more: nothing here takes them.
#[derive(Clone, PartialEq, Debug)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number from 0 on.
    Whole(u64),
    /// Any other number; its value is never needed.
    OtherNumber,
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// In the order written, no key twice.
    Object(Vec<(String, Json)>),
}

/// Reads one value and nothing after it.
///
/// # Errors
/// What is wrong, to stand after "the answer" or the like.
pub fn parse(bytes: &[u8]) -> Result<Json, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not valid UTF-8".to_string())?;
    if is_too_deep(text) {
        return Err(format!("is JSON nested more than {MAX_DEPTH} deep"));
    }
    let problem = RefCell::new(None);
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = Reader { problem: &problem }
        .deserialize(&mut parser)
        .and_then(|value| parser.end().map(|()| value));
    value.map_err(|error| {
        problem.into_inner().unwrap_or_else(|| {
            format!(
                "{NOT_JSON}, see line {}, column {}",
                error.line(),
                error.column()
            )
        })
    })
}

/// Counts brackets outside of texts. The parser has a limit of its own, with a message that could be told
/// from others only by its words.
fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for byte in text.bytes() {
        if escaped {
            escaped = false;
        } else if quoted {
            escaped = byte == b'\\';
            quoted = byte != b'"';
        } else if matches!(byte, b'[' | b'{') {
            depth = depth.saturating_add(1);
        } else if matches!(byte, b']' | b'}') {
            depth = depth.saturating_sub(1);
        } else {
            quoted = byte == b'"';
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

/// Reads a value; notes what JSON allows and this does not.
#[derive(Clone, Copy)]
struct Reader<'p> {
    problem: &'p RefCell<Option<String>>,
}

impl Reader<'_> {
    fn fails<E: serde::de::Error>(self, text: String) -> E {
        *self.problem.borrow_mut() = Some(text);
        E::custom("")
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Json;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Whole(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::OtherNumber)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::OtherNumber)
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json, A::Error> {
        let mut object: Vec<(String, Json)> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(key) = fields.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                let key: String = key.chars().take(64).collect();
                return Err(self.fails(format!("has the key `{key}` twice in one object")));
            }
            let value = fields.next_value_seed(self)?;
            object.push((key, value));
        }
        Ok(Json::Object(object))
    }
}

/// Reading fields. Errors name the place and what must be there.
impl Json {
    /// A field of an object; `None` when it is absent, null, or this is no object.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(fields) => fields
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value)
                .filter(|value| **value != Json::Null),
            _ => None,
        }
    }

    /// # Errors
    /// When there is no such text.
    pub fn text(&self, at: &str, key: &str) -> Result<&str, String> {
        match self.field(key) {
            Some(Json::Text(text)) => Ok(text),
            _ => Err(format!("{at}.{key} must be text")),
        }
    }

    /// # Errors
    /// When there is something else.
    pub fn optional_text(&self, at: &str, key: &str) -> Result<Option<&str>, String> {
        match self.field(key) {
            None => Ok(None),
            Some(_) => self.text(at, key).map(Some),
        }
    }

    /// # Errors
    /// When there is no such number.
    pub fn whole(&self, at: &str, key: &str) -> Result<u64, String> {
        match self.field(key) {
            Some(Json::Whole(number)) => Ok(*number),
            _ => Err(format!("{at}.{key} must be a whole number below 2^64")),
        }
    }

    /// # Errors
    /// When there is no base64 text.
    pub fn bytes(&self, at: &str, key: &str) -> Result<Vec<u8>, String> {
        from_base64(self.text(at, key)?).ok_or_else(|| format!("{at}.{key} must be base64"))
    }

    /// # Errors
    /// When there is something else.
    pub fn optional_bytes(&self, at: &str, key: &str) -> Result<Option<Vec<u8>>, String> {
        match self.field(key) {
            None => Ok(None),
            Some(_) => self.bytes(at, key).map(Some),
        }
    }

    /// A list, empty when the field is absent.
    ///
    /// # Errors
    /// When there is something else.
    pub fn list(&self, at: &str, key: &str) -> Result<&[Json], String> {
        match self.field(key) {
            None => Ok(&[]),
            Some(Json::List(list)) => Ok(list),
            Some(_) => Err(format!("{at}.{key} must be a list")),
        }
    }

    /// The variant of an enum: an object of one field.
    ///
    /// # Errors
    /// When this is none.
    pub fn variant(&self, at: &str) -> Result<(&str, &Json), String> {
        match self {
            Json::Object(fields) if fields.len() == 1 => Ok((&fields[0].0, &fields[0].1)),
            _ => Err(format!("{at} must be an object of exactly one field")),
        }
    }
}

/// Standard base64 with padding.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// A JSON text of standard base64.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    format!(
        "\"{}\"",
        base64::engine::general_purpose::STANDARD.encode(bytes)
    )
}

/// A JSON text.
#[must_use]
pub fn text(text: &str) -> String {
    // Text cannot fail to be JSON.
    serde_json::to_string(text).unwrap_or_default()
}

/// A JSON object of fields whose values are JSON already.
#[must_use]
pub fn object(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(key, value)| format!("\"{key}\":{value}"))
        .collect();
    format!("{{{}}}", fields.join(","))
}

/// A JSON list of values that are JSON already.
#[must_use]
pub fn list<T>(items: &[T], write: impl Fn(&T) -> String) -> String {
    let items: Vec<String> = items.iter().map(write).collect();
    format!("[{}]", items.join(","))
}

/// `null` or what `write` gives.
#[must_use]
pub fn nullable<T>(value: Option<T>, write: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "null".into(), write)
}
