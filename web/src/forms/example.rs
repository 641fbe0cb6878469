//! A value that fits a schema, to start from.

use super::references::resolve;
use consensusforge_core::session::studio::address_of_user;
use serde_json::{Map, Value, json};

/// A message of a message of a contract has its coins nine deep.
const MAX_DEPTH: usize = 12;

#[must_use]
pub fn example(root: &Value, schema: &Value) -> Value {
    at(root, schema, 0)
}

fn at(root: &Value, schema: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    if let Some(given) = schema.get("default").filter(|d| !d.is_null()) {
        return given.clone();
    }
    let named = reference(schema);
    let inner = resolve(root, schema);
    if let Some(known) = named.and_then(by_name) {
        return known;
    }
    if let Some(first) = inner.get("enum").and_then(|e| e.get(0)) {
        return first.clone();
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(first) = inner.get(key).and_then(|l| l.get(0)) {
            return at(root, first, depth + 1);
        }
    }
    let one = match inner.get("type") {
        Some(Value::String(one)) => Some(one.as_str()),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).find(|t| *t != "null"),
        _ => None,
    };
    match one {
        Some("string") => "text".into(),
        Some("integer" | "number") => {
            let least = inner.get("minimum").and_then(Value::as_f64).unwrap_or(0.0);
            if least > 1.0 { json!(least) } else { json!(1) }
        }
        Some("boolean") => false.into(),
        Some("array") => match inner.get("items") {
            Some(Value::Array(each)) => each.iter().map(|s| at(root, s, depth + 1)).collect(),
            Some(items) if depth < MAX_DEPTH => Value::Array(vec![at(root, items, depth + 1)]),
            Some(_) => Value::Array(Vec::new()),
            None => Value::Array(Vec::new()),
        },
        Some("object") => object(root, inner, depth),
        _ if inner.get("properties").is_some() => object(root, inner, depth),
        _ => Value::Null,
    }
}

/// Only what must be there: what may be left out is, in an example, noise.
fn object(root: &Value, schema: &Value, depth: usize) -> Value {
    let must = schema.get("required").and_then(Value::as_array);
    let mut made = Map::new();
    for name in must.into_iter().flatten().filter_map(Value::as_str) {
        if let Some(inner) = schema.get("properties").and_then(|p| p.get(name)) {
            let value = at(root, inner, depth + 1);
            let address = is_address(name) && value == "text";
            made.insert(name.to_owned(), if address { you() } else { value });
        }
    }
    Value::Object(made)
}

/// Whether a field of this name likely holds an address: schemas know them as strings only.
#[must_use]
pub fn is_address(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "addr",
        "admin",
        "contract",
        "minter",
        "operator",
        "owner",
        "recipient",
        "sender",
        "spender",
        "seller",
        "arbiter",
        "voter",
    ];
    let last = name.rsplit('.').next().unwrap_or(name);
    NAMES.iter().any(|n| last.contains(n))
}

/// An address there is: the first account's.
fn you() -> Value {
    address_of_user(0).into()
}

fn reference(schema: &Value) -> Option<&str> {
    let direct = schema
        .get("$ref")
        .or_else(|| schema.get("allOf")?.get(0)?.get("$ref"));
    direct?.as_str()?.rsplit('/').next()
}

fn by_name(name: &str) -> Option<Value> {
    Some(match name {
        "Uint64" | "Uint128" | "Uint256" | "Uint512" | "Int64" | "Int128" | "Int256" | "Int512" => {
            "1".into()
        }
        "Decimal" | "Decimal256" => "0.5".into(),
        "Timestamp" => "1700000000000000000".into(),
        "Binary" => "e30=".into(),
        "Addr" => you(),
        _ => return None,
    })
}
