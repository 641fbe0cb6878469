//! Old scenarios become today's. A link or a file leaves out what equals the defaults of *its*
//! version; those are frozen here, so that another default tomorrow changes no old link. Then each
//! section is carried forward, step by step. A step, once released, is never edited.

use super::validate::VERSION;
use serde_json::{Map, Value};

/// One change of shape: what turns a section of shape `from` into one of shape `from + 1`.
struct Migration {
    from: u32,
    /// A field of the scenario: `network`, `commands`, ...
    section: &'static str,
    change: fn(Value) -> Value,
}

/// In the order they are applied.
const MIGRATIONS: &[Migration] = &[Migration {
    from: 1,
    section: "protocol",
    change: timeouts_become_params,
}];

/// Defaults as they were when a shape was released.
const DEFAULTS: &[(u32, &str)] = &[
    (1, include_str!("defaults/v1.json")),
    (2, include_str!("defaults/v2.json")),
];

/// Parameters of each protocol there was when a shape was released, as they were then. Of a protocol that
/// came later every link holds all parameters.
const PARAMS: &[(u32, &str)] = &[(2, include_str!("defaults/v2.params.json"))];

/// Shape 1 knew one protocol, and its timeouts stood among what every protocol has.
fn timeouts_become_params(section: Value) -> Value {
    const TIMEOUTS: [&str; 4] = [
        "propose_timeout_us",
        "prevote_timeout_us",
        "precommit_timeout_us",
        "timeout_delta_us",
    ];
    let Value::Object(mut fields) = section else {
        return section;
    };
    let moved: Map<String, Value> = TIMEOUTS
        .iter()
        .filter_map(|name| fields.remove_entry(*name))
        .collect();
    if fields.get("name").and_then(Value::as_str) == Some("tendermint") {
        fields.insert("params".into(), Value::Object(moved));
    }
    Value::Object(fields)
}

/// The frozen parameters of a protocol in shape `version`; empty when it came later.
fn frozen_params(version: u32, protocol: &str) -> Map<String, Value> {
    let text = PARAMS.iter().find(|(v, _)| *v == version).map(|(_, t)| *t);
    let all: Map<String, Value> = text
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let of = all.get(protocol).and_then(Value::as_object);
    of.cloned().unwrap_or_default()
}

/// The protocol a scenario names, and its parameters, if they are where they belong.
fn params_of(sections: &mut Map<String, Value>) -> Option<(String, &mut Map<String, Value>)> {
    let protocol = sections.get_mut("protocol")?.as_object_mut()?;
    let name = protocol.get("name")?.as_str()?.to_owned();
    let params = protocol
        .entry("params")
        .or_insert_with(|| Value::Object(Map::new()));
    Some((name, params.as_object_mut()?))
}

/// The frozen defaults of `version`; empty when there is no such version.
pub(super) fn defaults(version: u32) -> Map<String, Value> {
    DEFAULTS
        .iter()
        .find(|(v, _)| *v == version)
        .and_then(|(_, text)| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

/// A whole scenario of today's shape from one of shape `version` that leaves out defaults.
pub(super) fn migrate(version: u32, scenario: Value) -> Value {
    let mut whole = complete(scenario, &defaults(version));
    if let Value::Object(sections) = &mut whole {
        if version > 1
            && let Some((name, params)) = params_of(sections)
        {
            for (field, value) in frozen_params(version, &name) {
                params.entry(field).or_insert(value);
            }
        }
        for step in MIGRATIONS.iter().filter(|m| m.from >= version) {
            if let Some(section) = sections.get_mut(step.section) {
                *section = (step.change)(section.take());
            }
        }
        if version < VERSION {
            sections.insert("version".into(), VERSION.into());
        }
    }
    whole
}

/// Leaves out what equals the defaults: whole sections, and fields of sections. Deeper values are
/// kept whole, because a half of a latency or a list means nothing.
pub(super) fn prune(version: u32, scenario: Value) -> Value {
    let Value::Object(mut sections) = scenario else {
        return scenario;
    };
    let defaults = &defaults(version);
    if let Some((name, params)) = params_of(&mut sections) {
        let frozen = frozen_params(version, &name);
        params.retain(|field, value| frozen.get(field) != Some(value));
        if params.is_empty()
            && let Some(protocol) = sections.get_mut("protocol").and_then(Value::as_object_mut)
        {
            protocol.remove("params");
        }
    }
    let kept = sections.into_iter().filter_map(|(name, section)| {
        let default = defaults.get(&name);
        if Some(&section) == default {
            return None;
        }
        match (section, default) {
            (Value::Object(fields), Some(Value::Object(default))) => {
                let changed: Map<_, _> = fields
                    .into_iter()
                    .filter(|(field, value)| default.get(field) != Some(value))
                    .collect();
                Some((name, Value::Object(changed)))
            }
            (section, _) => Some((name, section)),
        }
    });
    Value::Object(kept.collect())
}

/// The inverse of [`prune`].
fn complete(scenario: Value, defaults: &Map<String, Value>) -> Value {
    let Value::Object(mut sections) = scenario else {
        return scenario;
    };
    for (name, default) in defaults {
        match (sections.get_mut(name), default) {
            (None, _) => {
                sections.insert(name.clone(), default.clone());
            }
            (Some(Value::Object(fields)), Value::Object(default)) => {
                for (field, value) in default {
                    fields.entry(field.clone()).or_insert_with(|| value.clone());
                }
            }
            (Some(_), _) => {}
        }
    }
    Value::Object(sections)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    /// When this fails, a default was changed or a field was added. That is allowed: raise nothing and
    /// edit nothing here, old links keep the frozen defaults. Only a *released* shape must stay as it is.
    #[test]
    fn frozen_defaults_are_a_scenario_of_their_shape() {
        for (version, _) in DEFAULTS {
            let frozen = Value::Object(defaults(*version));
            assert!(frozen.as_object().is_some_and(|o| !o.is_empty()));
            let opened: Scenario = serde_json::from_value(migrate(*version, frozen)).unwrap();
            assert_eq!(opened.version, VERSION);
            assert_eq!(crate::scenario::validate(&opened), Ok(()));
        }
    }

    #[test]
    fn every_version_has_its_defaults() {
        let versions: Vec<u32> = DEFAULTS.iter().map(|(v, _)| *v).collect();
        assert_eq!(versions, (1..=VERSION).collect::<Vec<_>>());
    }

    #[test]
    fn sections_are_pruned_and_completed_two_levels_deep() {
        let mut scenario = Scenario::default();
        scenario.network.loss_ppm = 7;
        scenario.network.latency = crate::model::LatencySpec::Constant { us: 1 };
        let whole = serde_json::to_value(&scenario).unwrap();
        let pruned = prune(VERSION, whole.clone());
        assert_eq!(
            pruned.to_string(),
            r#"{"network":{"latency":{"constant":{"us":1}},"loss_ppm":7}}"#
        );
        let mut again = migrate(VERSION, pruned);
        // What a scenario in memory leaves out, as it has the protocol's defaults of today.
        again["protocol"].as_object_mut().unwrap().remove("params");
        assert_eq!(again, whole);
    }

    #[test]
    fn timeouts_of_shape_1_become_parameters_of_tendermint_alone() {
        let opened = |json: &str| -> Scenario {
            let value = serde_json::from_str(json).unwrap();
            serde_json::from_value(migrate(1, value)).unwrap()
        };
        let old = opened(r#"{"protocol":{"propose_timeout_us":7}}"#);
        let number = |name| crate::scenario::params::number(&old.protocol, name);
        assert_eq!(number("propose_timeout_us"), Some(7));
        assert_eq!(number("timeout_delta_us"), Some(250_000));
        let other = opened(r#"{"protocol":{"name":"streamlet"}}"#);
        assert!(other.protocol.params.is_empty(), "{:?}", other.protocol);
    }

    /// Somebody sends a link to a run with all defaults. A later version of the program has another
    /// default. The link must still mean the timeouts it was made with.
    #[test]
    fn what_a_link_leaves_out_is_what_was_frozen_with_its_version() {
        let empty = Value::Object(Map::new());
        let whole = migrate(2, empty);
        assert_eq!(whole["protocol"]["params"]["propose_timeout_us"], 1_000_000);
        let named = serde_json::json!({"protocol": {"name": "streamlet"}});
        let whole = migrate(2, named);
        let params = &whole["protocol"]["params"];
        assert_eq!(*params, serde_json::json!({"epoch_us": 1_000_000}));
        // Of a protocol that came later nothing is frozen: its links hold everything.
        let later = serde_json::json!({"protocol": {"name": "later", "params": {"a": 1}}});
        assert_eq!(migrate(2, later.clone())["protocol"]["params"]["a"], 1);
        let pruned = prune(2, later);
        assert_eq!(pruned["protocol"]["params"]["a"], 1);
    }
}
