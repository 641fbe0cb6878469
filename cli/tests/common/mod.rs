//! Runs the built program.
#![allow(dead_code, reason = "every test file uses some of it")]

use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};

pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}{}", self.out, self.err))
    }
}

pub fn run(arguments: &[&str]) -> Answer {
    run_with(arguments, b"")
}

/// With `input` on standard input.
pub fn run_with(arguments: &[&str], input: &[u8]) -> Answer {
    let mut child = Command::new(env!("CARGO_BIN_EXE_consensusforge"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that has seen enough may close its end first.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Answer {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The program refuses with a sentence that contains `words`.
pub fn refused(arguments: &[&str], input: &[u8], words: &[&str]) {
    let answer = run_with(arguments, input);
    assert_eq!(
        answer.code, 2,
        "{arguments:?}: {}{}",
        answer.out, answer.err
    );
    assert_eq!(answer.out, "", "{arguments:?}");
    assert!(!answer.err.contains("panicked"), "{}", answer.err);
    for word in words {
        assert!(
            answer.err.contains(word),
            "{arguments:?}: {} (wants {word})",
            answer.err
        );
    }
}

/// What of JSON Schema the published files use. A keyword that is not known here fails.
pub fn fits(schema: &Value, root: &Value, value: &Value) -> Result<(), String> {
    let rules = match schema {
        Value::Bool(true) => return Ok(()),
        Value::Bool(false) => return Err(format!("{value} is one too many")),
        Value::Object(rules) => rules,
        other => return Err(format!("{other} is no schema")),
    };
    let all = |list: &Value| -> Vec<Result<(), String>> {
        let list = list.as_array().expect("a list of schemas");
        list.iter().map(|one| fits(one, root, value)).collect()
    };
    for (keyword, rule) in rules {
        let fine = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" | "default" => true,
            "$ref" => {
                let place = rule.as_str().and_then(|r| r.strip_prefix('#'));
                let target = root.pointer(place.expect("within the file"));
                fits(target.expect("a definition"), root, value)?;
                true
            }
            "type" => match rule {
                Value::String(one) => is(value, one),
                Value::Array(some) => some.iter().any(|one| is(value, one.as_str().unwrap())),
                other => return Err(format!("type {other}")),
            },
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "pattern" => {
                assert_eq!(rule, "^[0-9a-fA-F]{64}$");
                let text = value.as_str().unwrap_or_default();
                text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
            }
            "minimum" => whole(value).is_none_or(|n| n >= whole(rule).unwrap()),
            "maximum" => whole(value).is_none_or(|n| n <= whole(rule).unwrap()),
            "required" => {
                let there = |name: &Value| value.get(name.as_str().unwrap()).is_some();
                rule.as_array().unwrap().iter().all(there)
            }
            "properties" => {
                for (name, schema) in rule.as_object().unwrap() {
                    if let Some(part) = value.get(name) {
                        fits(schema, root, part).map_err(|e| format!("{name}: {e}"))?;
                    }
                }
                true
            }
            "additionalProperties" => {
                let properties = rules.get("properties");
                let known = |name: &String| properties.is_some_and(|p| p.get(name).is_some());
                let stray = value.as_object().into_iter().flatten();
                let mut stray = stray.filter(|(name, _)| !known(name));
                stray.all(|(_, part)| fits(rule, root, part).is_ok())
            }
            "minItems" => {
                let items = value.as_array();
                items.is_none_or(|all| all.len() as u64 >= rule.as_u64().unwrap())
            }
            "maxItems" => {
                let items = value.as_array();
                items.is_none_or(|all| all.len() as u64 <= rule.as_u64().unwrap())
            }
            "maxLength" => {
                let text = value.as_str();
                text.is_none_or(|t| t.chars().count() as u64 <= rule.as_u64().unwrap())
            }
            "if" => {
                if fits(rule, root, value).is_ok() {
                    fits(&rules["then"], root, value)?;
                }
                true
            }
            "then" | "unit" | "prefixItems" => true,
            "items" => {
                for part in value.as_array().into_iter().flatten() {
                    fits(rule, root, part)?;
                }
                true
            }
            "oneOf" => {
                let fitting = all(rule).iter().filter(|fits| fits.is_ok()).count();
                if fitting != 1 {
                    return Err(format!("{fitting} of `oneOf` fit {value}"));
                }
                true
            }
            "anyOf" => all(rule).iter().any(Result::is_ok),
            "allOf" => all(rule).iter().all(Result::is_ok),
            other => return Err(format!("keyword {other} is not known here")),
        };
        if !fine {
            return Err(format!("{value} against {keyword} {rule}"));
        }
    }
    Ok(())
}

fn whole(value: &Value) -> Option<i128> {
    let signed = value.as_i64().map(i128::from);
    signed.or_else(|| value.as_u64().map(i128::from))
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("type {other}"),
    }
}
