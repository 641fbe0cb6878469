//! What crosses between JavaScript and Rust.

use consensusforge_core::session::view::Problem;
use serde::Serialize;
use serde_json::Value;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};

/// Letters that are kept of a sentence too long to be read: its beginning, and its end, where it says what to
/// do.
const HEAD: usize = 400;
const TAIL: usize = 200;

/// Why a call did nothing. `npm/api.js` makes a `ConsensusForgeError` of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub kind: Kind,
    /// What was wrong, where, which limit, what to do.
    pub sentence: String,
}

/// What a failure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An argument of the wrong type.
    Argument,
    /// A scenario that cannot run, or a link or file that cannot be read.
    Scenario,
    /// A command that makes no sense in this run.
    Command,
    /// A module that is not admitted, or a contract that cannot be asked.
    Contract,
}

/// What a method comes to: a value, or a [`Failure`] as a JavaScript object.
pub type Answer<T = JsValue> = Result<T, JsValue>;

impl Failure {
    pub fn new(kind: Kind, mut sentence: String) -> Failure {
        // Some repeat what they were given, and a program may have given a megabyte.
        let starts: Vec<usize> = sentence.char_indices().map(|(at, _)| at).collect();
        if starts.len() > HEAD + TAIL {
            sentence.replace_range(starts[HEAD]..starts[starts.len() - TAIL], " … ");
        }
        Failure { kind, sentence }
    }

    pub fn argument(sentence: String) -> JsValue {
        Failure::new(Kind::Argument, sentence).into()
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> JsValue {
        serde_wasm_bindgen::to_value(&failure)
            .unwrap_or_else(|error| JsValue::from_str(&error.to_string()))
    }
}

/// Says what a problem is about.
pub trait About<T> {
    fn about(self, kind: Kind) -> Answer<T>;
}

impl<T, E: Into<Problem>> About<T> for Result<T, E> {
    fn about(self, kind: Kind) -> Answer<T> {
        self.map_err(|error| {
            let Problem { sentence } = error.into();
            Failure::new(kind, sentence).into()
        })
    }
}

/// A plain object: structs and maps as objects, lists as arrays, absent values as `null`, 64-bit numbers
/// as `BigInt` whatever their size.
pub fn give<T: Serialize + ?Sized>(value: &T) -> Answer {
    let serializer = Serializer::json_compatible().serialize_large_number_types_as_bigints(true);
    Ok(value.serialize(&serializer)?)
}

/// What JSON could hold, taken from a plain object; `name` is what the caller calls it.
pub fn json(value: JsValue, name: &str) -> Answer<Value> {
    serde_wasm_bindgen::from_value(value).map_err(|error| {
        Failure::argument(format!(
            "{name}: {error}. Give a plain object of objects, lists, texts, numbers and truth values."
        ))
    })
}

/// A whole number of 64 bits.
pub fn whole(value: &JsValue, name: &str) -> Answer<u64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    let found = if value.is_bigint() {
        u64::try_from(value.clone()).ok()
    } else {
        value
            .as_f64()
            .filter(|n| (0.0..=MOST).contains(n) && n.fract() == 0.0)
            .map(|n| n as u64)
    };
    found.ok_or_else(|| {
        Failure::argument(format!(
            "{name}: {} is not a whole number from 0 to {}. Write those above {MOST} as a BigInt, like 10n.",
            shown(value),
            u64::MAX
        ))
    })
}

/// A whole number that fits a smaller type.
pub fn small<T: TryFrom<u64>>(value: &JsValue, name: &str, most: u64) -> Answer<T> {
    let number = whole(value, name)?;
    T::try_from(number)
        .ok()
        .filter(|_| number <= most)
        .ok_or_else(|| Failure::argument(format!("{name}: {number} is too large; at most {most}.")))
}

/// As [`whole`]; `None` for what was left out.
pub fn whole_or_none(value: &JsValue, name: &str) -> Answer<Option<u64>> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    whole(value, name).map(Some)
}

/// A text.
pub fn text(value: &JsValue, name: &str) -> Answer<String> {
    value
        .as_string()
        .ok_or_else(|| Failure::argument(format!("{name}: {} is not a text.", shown(value))))
}

/// Bytes: a `Uint8Array`.
pub fn bytes(value: &JsValue, name: &str) -> Answer<Vec<u8>> {
    // An array whose buffer was sent to a worker is empty, and throws when it is copied.
    let copied = |array: &js_sys::Uint8Array| match array.length() {
        0 => Vec::new(),
        _ => array.to_vec(),
    };
    value
        .dyn_ref()
        .map(copied)
        .ok_or_else(|| Failure::argument(format!("{name}: {} is not a Uint8Array.", shown(value))))
}

/// A value in a sentence, as JavaScript writes it.
fn shown(value: &JsValue) -> String {
    if let Some(text) = value.as_string() {
        let start: String = text.chars().take(40).collect();
        let more = if start.len() < text.len() { "…" } else { "" };
        return format!("the text \"{start}{more}\"");
    }
    if let Some(number) = value.as_f64() {
        return number.to_string();
    }
    if value.is_bigint() {
        return match js_sys::BigInt::unchecked_from_js(value.clone()).to_string(10) {
            Ok(digits) if digits.length() <= 40 => format!("{digits}n"),
            Ok(_) | Err(_) => "a number of more than 40 digits".into(),
        };
    }
    if value.is_null() {
        return "null".into();
    }
    match value.js_typeof().as_string().as_deref() {
        Some("undefined") => "undefined".into(),
        Some("boolean") => value.is_truthy().to_string(),
        Some("object") => "an object".into(),
        Some(other) => format!("a {other}"),
        None => "this".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_too_long_to_be_read_keeps_its_beginning_and_its_end() {
        let short = "a".repeat(HEAD + TAIL);
        assert_eq!(Failure::new(Kind::Scenario, short.clone()).sentence, short);
        let long = format!("what is wrong: {} what to do", "é".repeat(1000));
        let cut = Failure::new(Kind::Scenario, long).sentence;
        assert!(cut.starts_with("what is wrong: ") && cut.ends_with(" what to do"));
        assert_eq!(cut.chars().count(), HEAD + TAIL + 3);
    }
}
