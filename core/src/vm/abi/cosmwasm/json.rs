//! JSON as contracts write it, read strictly: UTF-8, at most 127 levels deep, no object with the same key
//! twice (which of the two counts would be anybody's guess, and guesses fork chains). Sentences are
//! ours: a parser's own words change with its version.

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::fmt;

/// Levels of lists and objects.
pub const MAX_DEPTH: u32 = 127;

/// What is wrong with a text that is to be JSON, to stand after "the answer" or the like.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Bytes that are no text.
    #[error("is not valid UTF-8")]
    NotUtf8,
    /// More levels of lists and objects than [`MAX_DEPTH`].
    #[error("is JSON nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// No JSON from here on.
    #[error("is not valid JSON, see line {line}, column {column}")]
    NotJson {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// Which of the two counts would be anybody's guess. The key is cut after 64 characters.
    #[error("has the key `{0}` twice in one object")]
    KeyTwice(String),
}

/// A value that is not what it must be. Each names the place: `messages[0].msg`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// No such text.
    #[error("{0} must be text")]
    Text(String),
    /// No number, or none that a u64 holds.
    #[error("{0} must be a whole number below 2^64")]
    Whole(String),
    /// A text of another alphabet.
    #[error("{0} must be base64")]
    Base64(String),
    /// Something else than a list.
    #[error("{0} must be a list")]
    List(String),
    /// No enum as serde writes it.
    #[error("{0} must be an object of exactly one field")]
    Variant(String),
    /// A text that is none of a few.
    #[error("{place} must be {known}")]
    Choice {
        /// Where it stands.
        place: String,
        /// Those it may be, for a sentence.
        known: &'static str,
    },
    /// No such field.
    #[error("{0} is missing")]
    Missing(String),
}

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
/// [`JsonError`].
pub fn parse(bytes: &[u8]) -> Result<Json, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|_| JsonError::NotUtf8)?;
    if is_too_deep(text) {
        return Err(JsonError::TooDeep);
    }
    let problem = RefCell::new(None);
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = Reader { problem: &problem }
        .deserialize(&mut parser)
        .and_then(|value| parser.end().map(|()| value));
    value.map_err(|error| {
        problem.into_inner().unwrap_or_else(|| JsonError::NotJson {
            line: error.line(),
            column: error.column(),
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
    problem: &'p RefCell<Option<JsonError>>,
}

impl Reader<'_> {
    fn fails<E: serde::de::Error>(self, problem: JsonError) -> E {
        *self.problem.borrow_mut() = Some(problem);
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
                return Err(self.fails(JsonError::KeyTwice(key)));
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
    pub fn text(&self, at: &str, key: &str) -> Result<&str, FieldError> {
        match self.field(key) {
            Some(Json::Text(text)) => Ok(text),
            _ => Err(FieldError::Text(format!("{at}.{key}"))),
        }
    }

    /// # Errors
    /// When there is something else.
    pub fn optional_text(&self, at: &str, key: &str) -> Result<Option<&str>, FieldError> {
        match self.field(key) {
            None => Ok(None),
            Some(_) => self.text(at, key).map(Some),
        }
    }

    /// # Errors
    /// When there is no such number.
    pub fn whole(&self, at: &str, key: &str) -> Result<u64, FieldError> {
        match self.field(key) {
            Some(Json::Whole(number)) => Ok(*number),
            _ => Err(FieldError::Whole(format!("{at}.{key}"))),
        }
    }

    /// # Errors
    /// When there is no base64 text.
    pub fn bytes(&self, at: &str, key: &str) -> Result<Vec<u8>, FieldError> {
        from_base64(self.text(at, key)?).ok_or_else(|| FieldError::Base64(format!("{at}.{key}")))
    }

    /// # Errors
    /// When there is something else.
    pub fn optional_bytes(&self, at: &str, key: &str) -> Result<Option<Vec<u8>>, FieldError> {
        match self.field(key) {
            None => Ok(None),
            Some(_) => self.bytes(at, key).map(Some),
        }
    }

    /// A list, empty when the field is absent.
    ///
    /// # Errors
    /// When there is something else.
    pub fn list(&self, at: &str, key: &str) -> Result<&[Json], FieldError> {
        match self.field(key) {
            None => Ok(&[]),
            Some(Json::List(list)) => Ok(list),
            Some(_) => Err(FieldError::List(format!("{at}.{key}"))),
        }
    }

    /// The variant of an enum: an object of one field.
    ///
    /// # Errors
    /// When this is none.
    pub fn variant(&self, at: &str) -> Result<(&str, &Json), FieldError> {
        match self {
            Json::Object(fields) if fields.len() == 1 => Ok((&fields[0].0, &fields[0].1)),
            _ => Err(FieldError::Variant(at.to_owned())),
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
