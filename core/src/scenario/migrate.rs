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

/// In the order they are applied. Shape 1 is the first, so there is nothing to carry forward yet.
const MIGRATIONS: &[Migration] = &[];

/// Defaults as they were when a shape was released.
const DEFAULTS: &[(u32, &str)] = &[(1, include_str!("defaults/v1.json"))];

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
pub(super) fn prune(scenario: Value, defaults: &Map<String, Value>) -> Value {
    let Value::Object(sections) = scenario else {
        return scenario;
    };
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
        let defaults = defaults(1);
        let mut scenario = Scenario::default();
        scenario.network.loss_ppm = 7;
        scenario.network.latency = crate::model::LatencySpec::Constant { us: 1 };
        let whole = serde_json::to_value(&scenario).unwrap();
        let pruned = prune(whole.clone(), &defaults);
        assert_eq!(
            pruned.to_string(),
            r#"{"network":{"latency":{"constant":{"us":1}},"loss_ppm":7}}"#
        );
        assert_eq!(complete(pruned, &defaults), whole);
    }
}
