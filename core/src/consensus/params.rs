//! A protocol's parameters: a typed struct whose schema says everything else. Page, tool and
//! validation read names, sentences, limits and defaults from there, so none of them knows a protocol.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::fmt::Debug;

/// A protocol's own parameters, as a scenario writes them. Derive `Serialize`, `Deserialize` (with
/// `#[serde(default, deny_unknown_fields)]`) and `JsonSchema`, and give every field
///
/// - a doc comment: the sentence people read,
/// - `#[schemars(title = "...")]`: its name on the page,
/// - `#[schemars(range(min = .., max = ..))]` for a number,
/// - `#[schemars(extend("unit" = "us"))]` for a time in microseconds.
///
/// A field is a whole number, a `bool`, or an enum without fields.
pub trait Params:
    Serialize
    + DeserializeOwned
    + JsonSchema
    + Default
    + Clone
    + Debug
    + PartialEq
    + Send
    + Sync
    + 'static
{
    /// What limits of single fields cannot say.
    ///
    /// # Errors
    /// The field and the sentence.
    fn check(&self) -> Result<(), ParamError> {
        Ok(())
    }
}

/// For a protocol without parameters.
/// No parameters.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    serde::Deserialize,
    JsonSchema
)]
#[serde(deny_unknown_fields, default)]
pub struct NoParams {}

impl Params for NoParams {}

/// A parameter that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamError {
    /// The field; empty when it is about all of them.
    pub field: String,
    /// What is wrong and what to do.
    pub sentence: String,
}

/// One parameter as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// As a scenario writes it.
    pub name: String,
    /// As the page writes it.
    pub title: String,
    /// What it does.
    pub sentence: String,
    /// "us" for microseconds; empty for a bare number.
    pub unit: String,
    /// Which values it may have.
    pub kind: ParameterKind,
}

/// Which values a parameter may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A whole number.
    Number {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
        /// Where a scenario gives none.
        default: u64,
    },
    /// On or off.
    Switch {
        /// Where a scenario gives none.
        default: bool,
    },
    /// One of several names.
    Choice {
        /// The names.
        options: Vec<String>,
        /// Where a scenario gives none.
        default: String,
    },
}

/// The parameters of `P`, in the order of its fields.
#[must_use]
pub fn parameters<P: Params>() -> Vec<Parameter> {
    let schema = schemars::schema_for!(P);
    let defaults = serde_json::to_value(P::default()).unwrap_or_default();
    let fields = schema.get("properties").and_then(Value::as_object);
    let definitions = schema.get("$defs");
    let text = serde_json::to_string(&P::default()).unwrap_or_default();
    let names: Keys = serde_json::from_str(&text).unwrap_or_default();
    let mut all = Vec::new();
    for name in &names.0 {
        if let Some(field) = fields.and_then(|f| f.get(name)) {
            all.push(parameter(name, field, defaults.get(name), definitions));
        }
    }
    all
}

/// An object's keys in the order in which they are written; a schema sorts them.
#[derive(Default)]
struct Keys(Vec<String>);

impl<'de> serde::Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> serde::de::Visitor<'de> for Collect {
            type Value = Keys;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Keys::default();
                while let Some((key, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                    keys.0.push(key);
                }
                Ok(keys)
            }
        }
        from.deserialize_map(Collect)
    }
}

fn parameter(
    name: &str,
    field: &Value,
    default: Option<&Value>,
    definitions: Option<&Value>,
) -> Parameter {
    let text = |key: &str| field.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = match default {
        Some(Value::Bool(default)) => ParameterKind::Switch { default: *default },
        Some(Value::String(default)) => ParameterKind::Choice {
            options: options(field, definitions),
            default: default.clone(),
        },
        other => ParameterKind::Number {
            min: field.get("minimum").and_then(Value::as_u64).unwrap_or(0),
            max: field
                .get("maximum")
                .and_then(Value::as_u64)
                .unwrap_or(u64::from(u32::MAX)),
            default: other.and_then(Value::as_u64).unwrap_or(0),
        },
    };
    let title = text("title");
    Parameter {
        name: name.to_owned(),
        title: if title.is_empty() { name } else { title }.to_owned(),
        // A doc comment is broken where the source is.
        sentence: text("description").replace('\n', " "),
        unit: text("unit").to_owned(),
        kind,
    }
}

/// The names an enum without fields can have: in the field itself, or where it refers to.
fn options(field: &Value, definitions: Option<&Value>) -> Vec<String> {
    let referred = field
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|path| path.rsplit('/').next())
        .and_then(|name| definitions?.get(name));
    let schema = referred.unwrap_or(field);
    let listed = schema.get("enum").and_then(Value::as_array);
    let plain = listed.into_iter().flatten().filter_map(Value::as_str);
    let described = schema.get("oneOf").and_then(Value::as_array);
    let described = described.into_iter().flatten();
    let constants = described.filter_map(|v| v.get("const").and_then(Value::as_str));
    let nested = described_lists(schema);
    plain
        .chain(constants)
        .map(str::to_owned)
        .chain(nested)
        .collect()
}

/// Of an enum some of whose variants have doc comments, those that have none share one list.
fn described_lists(schema: &Value) -> Vec<String> {
    let described = schema.get("oneOf").and_then(Value::as_array);
    described
        .into_iter()
        .flatten()
        .filter_map(|v| v.get("enum").and_then(Value::as_array))
        .flatten()
        .filter_map(|v| v.as_str().map(str::to_owned))
        .collect()
}

/// Reads parameters a scenario gives; those it leaves out have their defaults.
///
/// # Errors
/// The field that does not exist or is out of its limits, with what to do.
pub fn read<P: Params>(given: &Map<String, Value>) -> Result<P, ParamError> {
    let known = parameters::<P>();
    for (name, value) in given {
        let error = |sentence| ParamError {
            field: name.clone(),
            sentence,
        };
        let Some(parameter) = known.iter().find(|p| p.name == *name) else {
            let names: Vec<_> = known.iter().map(|p| p.name.as_str()).collect();
            return Err(error(match names.as_slice() {
                [] => "this protocol has no parameters; leave it out.".to_owned(),
                _ => format!(
                    "this protocol has no such parameter; there are {}.",
                    names.join(", ")
                ),
            }));
        };
        fits(parameter, value).map_err(|unfit| error(unfit.to_string()))?;
    }
    let read: P = serde_json::from_value(Value::Object(given.clone())).map_err(|e| ParamError {
        field: String::new(),
        sentence: format!("{e}."),
    })?;
    read.check()?;
    Ok(read)
}

/// A value that its parameter does not take.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error("{value} is not possible; give a whole number from {min} to {max}{unit}.")]
    Number {
        value: Value,
        min: u64,
        max: u64,
        unit: &'static str,
    },
    #[error("{0} is not possible; give true or false.")]
    Switch(Value),
    #[error("{value} is not possible; give one of: {}.", options.join(", "))]
    Choice { value: Value, options: Vec<String> },
}

fn fits(parameter: &Parameter, value: &Value) -> Result<(), Unfit> {
    match &parameter.kind {
        ParameterKind::Number { min, max, .. } => {
            let unit = match parameter.unit.as_str() {
                "us" => " microseconds",
                _ => "",
            };
            match value.as_u64() {
                Some(n) if (*min..=*max).contains(&n) => Ok(()),
                _ => Err(Unfit::Number {
                    value: value.clone(),
                    min: *min,
                    max: *max,
                    unit,
                }),
            }
        }
        ParameterKind::Switch { .. } => match value {
            Value::Bool(_) => Ok(()),
            _ => Err(Unfit::Switch(value.clone())),
        },
        ParameterKind::Choice { options, .. } => match value.as_str() {
            Some(chosen) if options.iter().any(|o| o == chosen) => Ok(()),
            _ => Err(Unfit::Choice {
                value: value.clone(),
                options: options.clone(),
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    struct Example {
        /// How long a leader
        /// is waited for.
        #[schemars(title = "Delta", range(min = 1, max = 60_000_000), extend("unit" = "us"))]
        delta_us: u64,
        /// Whether votes are echoed.
        echo: bool,
        /// Which threshold.
        bound: Which,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Which {
        /// As in the paper.
        Paper,
        Strict,
        Loose,
    }

    impl Default for Example {
        fn default() -> Self {
            Example {
                delta_us: 500,
                echo: true,
                bound: Which::Strict,
            }
        }
    }

    impl Params for Example {
        fn check(&self) -> Result<(), ParamError> {
            if self.echo && self.delta_us == 7 {
                return Err(ParamError {
                    field: "echo".into(),
                    sentence: "not with a delta of 7.".into(),
                });
            }
            Ok(())
        }
    }

    #[test]
    fn a_struct_with_a_schema_is_a_list_of_parameters() {
        let all = parameters::<Example>();
        let names: Vec<_> = all.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names.len(), 3);
        let of = |name: &str| all.iter().find(|p| p.name == name).expect("there");
        let delta = of("delta_us");
        assert_eq!(delta.title, "Delta");
        assert_eq!(delta.sentence, "How long a leader is waited for.");
        assert_eq!(delta.unit, "us");
        let (min, max, default) = (1, 60_000_000, 500);
        assert_eq!(delta.kind, ParameterKind::Number { min, max, default });
        assert_eq!(of("echo").kind, ParameterKind::Switch { default: true });
        let ParameterKind::Choice { options, default } = &of("bound").kind else {
            panic!("{:?}", of("bound"));
        };
        assert_eq!(default, "strict");
        let mut options = options.clone();
        options.sort();
        assert_eq!(options, ["loose", "paper", "strict"]);
    }

    #[test]
    fn what_is_out_of_limits_is_refused_by_name() {
        let read = |given: Value| super::read::<Example>(given.as_object().expect("an object"));
        assert_eq!(read(json!({})), Ok(Example::default()));
        let delta = read(json!({"delta_us": 9, "bound": "paper"})).map(|e| (e.delta_us, e.bound));
        assert_eq!(delta, Ok((9, Which::Paper)));
        for (given, field, words) in [
            (
                json!({"delta_us": 0}),
                "delta_us",
                "from 1 to 60000000 microseconds",
            ),
            (json!({"delta_us": -1}), "delta_us", "whole number"),
            (json!({"delta_us": "x"}), "delta_us", "whole number"),
            (json!({"echo": 1}), "echo", "true or false"),
            (json!({"bound": "wild"}), "bound", "strict"),
            (
                json!({"speed": 1}),
                "speed",
                "there are delta_us, echo, bound",
            ),
            (json!({"delta_us": 7}), "echo", "not with a delta of 7"),
        ] {
            let error = read(given.clone()).expect_err("refused");
            assert_eq!(error.field, field, "{given}");
            assert!(error.sentence.contains(words), "{}", error.sentence);
        }
    }
}
