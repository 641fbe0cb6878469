//! A contract's JSON Schema as forms. Understood are the files cosmwasm-schema writes (`schema/raw/*.json`,
//! one a message, and the combined file with all of them); what a form cannot say becomes a JSON field with
//! an example, so that every message can be written.

use super::example::{example, is_address};
use super::references::{MAX_REFERENCES, is_null, resolve};
use super::{FieldView, FormView, Input, Kind};
use serde_json::{Map, Value};

/// Functions of one contract: more is no contract of this world.
const MAX_FORMS: usize = 256;
/// Fields of one function.
const MAX_FIELDS: usize = 64;
/// Objects within objects that become fields of their own.
const MAX_NESTED: usize = 3;

/// A schema is larger than a message.
pub const MAX_SCHEMA_BYTES: usize = 1 << 20;

/// The forms a file holds.
///
/// # Errors
/// A sentence when it is no such schema.
pub fn forms(file: &str, text: &str) -> Result<Vec<FormView>, String> {
    if text.len() > MAX_SCHEMA_BYTES {
        return Err(format!("{file} is larger than a schema may be, 1 MB."));
    }
    let value: Value =
        serde_json::from_str(text).map_err(|e| format!("{file} is not JSON: {e}."))?;
    let Some(root) = value.as_object() else {
        return Err(format!("{file} is JSON, but no schema: that is an object."));
    };
    let mut all = Vec::new();
    if root.contains_key("idl_version") {
        for kind in Kind::ALL {
            if let Some(part) = root.get(kind.name()).filter(|p| p.is_object()) {
                of_message(kind, part, &mut all);
            }
        }
    } else {
        let kind = kind_of(root, file).ok_or_else(|| {
            format!("{file} is no schema of a message: its title names none of InstantiateMsg, ExecuteMsg, QueryMsg and MigrateMsg.")
        })?;
        of_message(kind, &value, &mut all);
    }
    if all.is_empty() {
        return Err(format!("{file} describes no message."));
    }
    all.truncate(MAX_FORMS);
    Ok(all)
}

fn kind_of(root: &Map<String, Value>, file: &str) -> Option<Kind> {
    let by = |text: &str| {
        let text = text.to_ascii_lowercase();
        Kind::ALL.into_iter().find(|k| text.contains(k.name()))
    };
    let title = root.get("title").and_then(Value::as_str);
    let is_schema = ["oneOf", "anyOf", "properties", "enum", "type"]
        .iter()
        .any(|k| root.contains_key(*k));
    // Answers to queries have schemas, too, and are no messages.
    let title = title.filter(|t| !t.ends_with("Response"));
    if !is_schema || file.contains("response_to") {
        return None;
    }
    title.and_then(by).or_else(|| title.and_then(|_| by(file)))
}

fn of_message(kind: Kind, schema: &Value, into: &mut Vec<FormView>) {
    let root = schema;
    match variants(root, schema, 0) {
        Some(all) => {
            for variant in all {
                of_variant(kind, root, variant, into);
            }
        }
        None => into.push(form(kind, root, String::new(), schema, about(schema))),
    }
}

/// The alternatives of an enum, references followed.
fn variants<'a>(root: &'a Value, schema: &'a Value, depth: usize) -> Option<Vec<&'a Value>> {
    if depth > MAX_REFERENCES {
        return None;
    }
    let schema = resolve(root, schema);
    let list = schema.get("oneOf").or_else(|| schema.get("anyOf"));
    let list = match list {
        Some(list) => list.as_array()?,
        None => return schema.get("enum").is_some().then(|| vec![schema]),
    };
    let mut all = Vec::new();
    for one in list {
        // An enum of enums, as one contract extending another has.
        match variants(root, one, depth + 1) {
            Some(inner) => all.extend(inner),
            None => all.push(one),
        }
        if all.len() > MAX_FORMS {
            break;
        }
    }
    Some(all)
}

fn of_variant(kind: Kind, root: &Value, variant: &Value, into: &mut Vec<FormView>) {
    if let Some(names) = variant.get("enum").and_then(Value::as_array) {
        for name in names.iter().filter_map(Value::as_str).take(MAX_FORMS) {
            // A bare name is the message: `"pause"` and not `{"pause": {}}`.
            let field = FieldView {
                name: String::new(),
                about: String::new(),
                input: Input::Choice(vec![name.into()]),
                required: true,
                example: name.into(),
            };
            into.push(FormView {
                kind,
                name: name.into(),
                about: about(variant),
                fields: vec![field],
            });
        }
        return;
    }
    let variant = resolve(root, variant);
    let only = variant.get("properties").and_then(Value::as_object);
    if let Some((name, inner)) = only
        .and_then(|p| p.iter().next())
        .filter(|_| only.is_some_and(|p| p.len() == 1))
    {
        let mut said = about(variant);
        if said.is_empty() {
            said = about(inner);
        }
        into.push(form(kind, root, name.clone(), inner, said));
    }
}

fn form(kind: Kind, root: &Value, name: String, schema: &Value, about: String) -> FormView {
    let mut fields = Vec::new();
    let inner = resolve(root, schema);
    let properties = inner.get("properties").and_then(Value::as_object);
    let is_object =
        properties.is_some() || inner.get("type").and_then(Value::as_str) == Some("object");
    if is_object {
        gather(root, inner, "", true, 0, &mut fields);
    } else {
        // Not an object: the message's inside is this one value.
        let (input, _) = input(root, schema);
        fields.push(FieldView {
            name: String::new(),
            about: String::new(),
            example: shown(&input, &example(root, schema)),
            input,
            required: true,
        });
    }
    FormView {
        kind,
        name,
        about,
        fields,
    }
}

fn gather(
    root: &Value,
    object: &Value,
    before: &str,
    required: bool,
    depth: usize,
    into: &mut Vec<FieldView>,
) {
    let must: Vec<&str> = object
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = object.get("properties").and_then(Value::as_object);
    // What must be there comes first; serde_json sorts by name.
    let mut all: Vec<_> = properties.into_iter().flatten().collect();
    all.sort_by_key(|(name, _)| !must.contains(&name.as_str()));
    for (name, schema) in all {
        if into.len() >= MAX_FIELDS {
            return;
        }
        let needed = required && must.contains(&name.as_str());
        let path = format!("{before}{name}");
        let (input, nullable) = input(root, schema);
        let inside = resolve(root, schema);
        // A name with a dot could not be told from a path.
        let opens = inside
            .get("properties")
            .is_some_and(|p| p.as_object().is_some_and(|p| !p.is_empty()));
        if input == Input::Json
            && needed
            && !nullable
            && opens
            && depth < MAX_NESTED
            && !name.contains('.')
        {
            gather(root, inside, &format!("{path}."), true, depth + 1, into);
        } else {
            into.push(FieldView {
                about: about(schema),
                example: if input == Input::Text && is_address(&path) {
                    "forge1…".into()
                } else {
                    shown(&input, &example(root, schema))
                },
                required: needed && !nullable,
                input,
                name: path,
            });
        }
    }
}

/// The last name a reference goes through: `Uint128` tells more than `string`.
fn named<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a str> {
    let mut now = schema;
    let mut name = None;
    for _ in 0..MAX_REFERENCES {
        if let Some(reference) = now.get("$ref").and_then(Value::as_str) {
            name = reference.rsplit('/').next();
            now = reference.strip_prefix('#').and_then(|p| root.pointer(p))?;
            if name.is_some_and(|n| known(n).is_some()) {
                return name;
            }
            continue;
        }
        let wrapped = ["allOf", "anyOf", "oneOf"]
            .iter()
            .find_map(|k| now.get(*k)?.as_array());
        let mut real = wrapped.into_iter().flatten().filter(|s| !is_null(s));
        match (real.next(), real.next()) {
            (Some(only), None) => now = only,
            _ => break,
        }
    }
    name
}

fn known(name: &str) -> Option<Input> {
    Some(match name {
        "Uint64" | "Uint128" | "Uint256" | "Uint512" | "Timestamp" => Input::Digits(false),
        "Int64" | "Int128" | "Int256" | "Int512" => Input::Digits(true),
        "Decimal" | "Decimal256" | "SignedDecimal" | "SignedDecimal256" => Input::Decimal,
        "Binary" => Input::Binary,
        _ => return None,
    })
}

/// How a field is asked for, and whether it may be null.
fn input(root: &Value, schema: &Value) -> (Input, bool) {
    let inner = resolve(root, schema);
    let lists = ["anyOf", "oneOf"]
        .iter()
        .filter_map(|k| schema.get(*k)?.as_array());
    let mut nullable = lists.flatten().any(is_null);
    let types: Vec<&str> = match inner.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    nullable |= types.contains(&"null");
    if let Some(input) = named(root, schema).and_then(known) {
        return (input, nullable);
    }
    if let Some(all) = choices(inner) {
        return (Input::Choice(all), nullable);
    }
    let mut real = types.iter().filter(|t| **t != "null");
    let input = match (real.next().copied(), real.next()) {
        (Some("string"), None) => Input::Text,
        (Some("integer"), None) => Input::Integer,
        (Some("number"), None) => Input::Number,
        (Some("boolean"), None) => Input::Bool,
        _ => Input::Json,
    };
    (input, nullable)
}

/// Names only: an enum without contents.
fn choices(schema: &Value) -> Option<Vec<String>> {
    let names = |s: &Value| -> Option<Vec<String>> {
        let list = s.get("enum")?.as_array()?;
        list.iter().map(|v| v.as_str().map(str::to_owned)).collect()
    };
    if let Some(all) = names(schema) {
        return Some(all);
    }
    let list = schema.get("oneOf")?.as_array()?;
    let all: Option<Vec<Vec<String>>> = list.iter().map(names).collect();
    all.map(|a| a.concat())
}

fn about(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str);
    let first = text
        .unwrap_or_default()
        .split("\n\n")
        .next()
        .unwrap_or_default();
    first
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(400)
        .collect()
}

/// An example as it would be typed.
fn shown(input: &Input, value: &Value) -> String {
    match (input, value) {
        (Input::Json, Value::Array(_) | Value::Object(_)) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        (_, Value::String(text)) => text.clone(),
        (_, value) => value.to_string(),
    }
}
