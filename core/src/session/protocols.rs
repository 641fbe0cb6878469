//! The protocols there are, and the parameters of each, as a page shows them.

use crate::consensus::registry::{self, PROTOCOLS};
use crate::consensus::{Parameter, ParameterKind};
use crate::model::{ParamValue, ProtocolSpec};
use crate::scenario::params;

/// A protocol that a scenario can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolView {
    /// As a scenario names it.
    pub name: &'static str,
    /// As people write it.
    pub title: &'static str,
    /// Protocols built on one idea.
    pub family: &'static str,
    /// What it is good at and who runs it.
    pub summary: &'static str,
}

/// A parameter of a protocol, with what a control for it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterView {
    /// As a scenario writes it.
    pub name: String,
    /// As people write it.
    pub title: String,
    /// What it does.
    pub sentence: String,
    /// "us" for microseconds; empty for a bare number.
    pub unit: String,
    /// Its values.
    pub control: Control,
}

/// What a control for a parameter offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// A whole number.
    Number {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
        /// Where a scenario gives none.
        default: u64,
        /// As it is now.
        value: u64,
    },
    /// On or off.
    Switch {
        /// Where a scenario gives none.
        default: bool,
        /// As it is now.
        value: bool,
    },
    /// One of several names.
    Choice {
        /// The names.
        options: Vec<String>,
        /// Where a scenario gives none.
        default: String,
        /// As it is now.
        value: String,
    },
}

/// How many validators a scenario may have under the protocol of that name; 1 when there is none.
#[must_use]
pub fn most_validators(protocol: &str) -> usize {
    registry::find(protocol).map_or(1, |facts| facts.most_validators)
}

/// All protocols, in the order in which they are offered.
#[must_use]
pub fn protocols() -> Vec<ProtocolView> {
    let all = PROTOCOLS.iter().map(|p| ProtocolView {
        name: p.info.name,
        title: p.info.title,
        family: p.info.family,
        summary: p.info.summary,
    });
    all.collect()
}

/// The same by family, each with its protocols; a family comes where its first protocol does.
#[must_use]
pub fn families() -> Vec<(&'static str, Vec<ProtocolView>)> {
    let mut families: Vec<(&str, Vec<ProtocolView>)> = Vec::new();
    for protocol in protocols() {
        match families.iter_mut().find(|(f, _)| *f == protocol.family) {
            Some((_, members)) => members.push(protocol),
            None => families.push((protocol.family, vec![protocol])),
        }
    }
    families
}

/// The parameters of the protocol that `spec` names, with their values there. A value of the wrong kind
/// shows as the default; validation refuses it.
#[must_use]
pub fn parameters(spec: &ProtocolSpec) -> Vec<ParameterView> {
    let all = params::parameters(spec).into_iter();
    all.map(|(parameter, value)| view(parameter, value))
        .collect()
}

fn view(parameter: Parameter, value: ParamValue) -> ParameterView {
    let control = match (parameter.kind, value) {
        (ParameterKind::Number { min, max, default }, value) => Control::Number {
            min,
            max,
            default,
            value: match value {
                ParamValue::Number(n) => n,
                ParamValue::Switch(_) | ParamValue::Choice(_) => default,
            },
        },
        (ParameterKind::Switch { default }, value) => Control::Switch {
            default,
            value: match value {
                ParamValue::Switch(on) => on,
                ParamValue::Number(_) | ParamValue::Choice(_) => default,
            },
        },
        (ParameterKind::Choice { options, default }, value) => Control::Choice {
            options,
            value: match value {
                ParamValue::Choice(chosen) => chosen,
                ParamValue::Number(_) | ParamValue::Switch(_) => default.clone(),
            },
            default,
        },
    };
    ParameterView {
        name: parameter.name,
        title: parameter.title,
        sentence: parameter.sentence,
        unit: parameter.unit,
        control,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_can_show_every_parameter_of_every_protocol() {
        for protocol in protocols() {
            let spec = ProtocolSpec {
                name: protocol.name.into(),
                ..ProtocolSpec::default()
            };
            for parameter in parameters(&spec) {
                let place = format!("{}.{}", protocol.name, parameter.name);
                assert!(parameter.sentence.ends_with('.'), "{place} has no sentence");
                assert_ne!(parameter.title, parameter.name, "{place} has no title");
                if let Control::Number {
                    min, max, value, ..
                } = parameter.control
                {
                    assert!((min..=max).contains(&value), "{place}");
                }
            }
        }
    }

    #[test]
    fn every_protocol_stands_in_one_family() {
        let families = families();
        let members: usize = families.iter().map(|(_, members)| members.len()).sum();
        assert_eq!(members, protocols().len());
        let names: std::collections::BTreeSet<_> = families.iter().map(|f| f.0).collect();
        assert_eq!(names.len(), families.len());
        assert!(families.len() < members, "several share a family");
    }

    #[test]
    fn a_parameter_shows_what_the_scenario_says() {
        let spec = ProtocolSpec {
            params: [("propose_timeout_us", 7)].into(),
            ..ProtocolSpec::default()
        };
        let shown = parameters(&spec);
        let (min, max, default, value) = (1, 3_600_000_000, 1_000_000, 7);
        assert_eq!(shown[0].title, "Propose timeout");
        assert_eq!(
            shown[0].control,
            Control::Number {
                min,
                max,
                default,
                value
            }
        );
    }
}
