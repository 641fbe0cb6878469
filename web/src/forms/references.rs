//! Where the references of a schema lead.

use serde_json::Value;

/// References followed one after another: a schema may refer to itself.
pub const MAX_REFERENCES: usize = 16;

/// Follows references, and lists of one.
pub fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut now = schema;
    for _ in 0..MAX_REFERENCES {
        let only = ["allOf", "anyOf", "oneOf"].iter().find_map(|k| {
            let list = now.get(*k)?.as_array()?;
            let mut real = list.iter().filter(|s| !is_null(s));
            let first = real.next()?;
            real.next().is_none().then_some(first)
        });
        let target = now
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|r| r.strip_prefix('#'))
            .and_then(|path| root.pointer(path));
        match target.or(only) {
            Some(next) => now = next,
            None => break,
        }
    }
    now
}

pub fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}
