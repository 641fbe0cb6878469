//! What a person filled in, as a message.

use super::{Complaint, FieldView, FormView, Input, json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// The message's text. `values` are in the order of the form's fields; an empty one is left out.
///
/// # Errors
/// A sentence for each field that will not do.
pub fn fill(form: &FormView, values: &[String]) -> Result<String, Vec<Complaint>> {
    let mut complaints = Vec::new();
    let mut inside = Map::new();
    let mut whole = None;
    for (k, field) in form.fields.iter().enumerate() {
        let text = values.get(k).map_or("", String::as_str);
        match value(field, text) {
            Ok(None) => {}
            Ok(Some(value)) if field.name.is_empty() => whole = Some(value),
            Ok(Some(value)) => put(&mut inside, &field.name, value),
            Err(sentence) => complaints.push(Complaint {
                field: Some(k as u32),
                sentence,
            }),
        }
    }
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let bare = form.fields.len() == 1 && is_bare(&form.fields[0], &form.name);
    let message = match whole {
        Some(value) if bare || form.name.is_empty() => value,
        Some(value) => wrap(&form.name, value),
        None if form.name.is_empty() => Value::Object(inside),
        None => wrap(&form.name, Value::Object(inside)),
    };
    let text = message.to_string();
    if text.len() > json::MAX_BYTES {
        let sentence = format!(
            "The message has {} bytes: at most {}.",
            text.len(),
            json::MAX_BYTES
        );
        return Err(vec![Complaint {
            field: None,
            sentence,
        }]);
    }
    Ok(text)
}

/// A function that is its own name and takes nothing.
fn is_bare(field: &FieldView, name: &str) -> bool {
    field.name.is_empty()
        && matches!(&field.input, Input::Choice(all) if all.len() == 1 && all[0] == name)
}

fn wrap(name: &str, inside: Value) -> Value {
    let mut outer = Map::new();
    outer.insert(name.to_owned(), inside);
    Value::Object(outer)
}

/// Puts a value where its dotted name says.
fn put(into: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            into.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = into
                .entry(first)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

fn value(field: &FieldView, text: &str) -> Result<Option<Value>, String> {
    if let Input::Choice(all) = &field.input
        && all.len() == 1
        && field.required
    {
        return Ok(Some(all[0].as_str().into()));
    }
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return match field.required {
            true => Err("This is missing.".into()),
            false => Ok(None),
        };
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    Ok(Some(match &field.input {
        // Two quotes are a text without letters.
        Input::Text if trimmed == "\"\"" => "".into(),
        Input::Text => text.into(),
        Input::Digits(signed) => {
            let bare = trimmed.strip_prefix('-').filter(|_| *signed);
            if !digits(bare.unwrap_or(trimmed)) {
                return Err(format!(
                    "“{trimmed}” is not a whole number{}.",
                    if *signed { "" } else { " of 0 or more" }
                ));
            }
            trimmed.into()
        }
        Input::Decimal => {
            let bare = trimmed.strip_prefix('-').unwrap_or(trimmed);
            let (whole, part) = bare.split_once('.').unwrap_or((bare, "0"));
            if !digits(whole) || !digits(part) {
                return Err(format!(
                    "“{trimmed}” is not a decimal number, such as 0.25."
                ));
            }
            trimmed.into()
        }
        Input::Integer => match (trimmed.parse::<u64>(), trimmed.parse::<i64>()) {
            (Ok(n), _) => n.into(),
            (_, Ok(n)) => n.into(),
            _ => {
                return Err(format!(
                    "“{trimmed}” is not a whole number of at most 64 bits."
                ));
            }
        },
        Input::Number => match trimmed
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
        {
            Some(n) => Value::Number(n),
            None => return Err(format!("“{trimmed}” is not a number.")),
        },
        Input::Bool => match trimmed {
            "true" => true.into(),
            "false" => false.into(),
            other => return Err(format!("“{other}” is neither true nor false.")),
        },
        Input::Binary if trimmed.starts_with(['{', '[', '"']) => {
            STANDARD.encode(json::read(trimmed)?.to_string()).into()
        }
        Input::Binary => match STANDARD.decode(trimmed) {
            Ok(_) => trimmed.into(),
            Err(_) => {
                return Err(
                    "This is neither base64 nor JSON (which would be encoded for you).".into(),
                );
            }
        },
        Input::Choice(all) => match all.iter().any(|c| c == trimmed) {
            true => trimmed.into(),
            false => return Err(format!("“{trimmed}” is none of {}.", all.join(", "))),
        },
        Input::Json => json::read(text)?,
    }))
}
