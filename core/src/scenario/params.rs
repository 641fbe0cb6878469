//! Protocol parameters between a scenario and the protocol that has them.
//!
//! In memory a scenario holds only what differs from the protocol's defaults of today. A link or a file
//! holds all of them (a link leaves out those frozen with its version), so that another default tomorrow
//! changes no run of today.

use crate::consensus::registry::find;
use crate::consensus::{Parameter, ParameterKind};
use crate::model::{ParamValue, ParamsSpec, ProtocolSpec};

/// The parameters of the protocol that `spec` names, each with its value there.
#[must_use]
pub fn parameters(spec: &ProtocolSpec) -> Vec<(Parameter, ParamValue)> {
    let all = find(&spec.name).map_or_else(Vec::new, |facts| (facts.parameters)());
    all.into_iter()
        .map(|parameter| {
            let given = spec.params.get(&parameter.name).cloned();
            let value = given.unwrap_or_else(|| default(&parameter));
            (parameter, value)
        })
        .collect()
}

/// The value of a parameter that is a number; `None` when the protocol has none of that name.
#[must_use]
pub fn number(spec: &ProtocolSpec, name: &str) -> Option<u64> {
    let all = parameters(spec);
    match all.into_iter().find(|(p, _)| p.name == name)?.1 {
        ParamValue::Number(n) => Some(n),
        ParamValue::Switch(_) | ParamValue::Choice(_) => None,
    }
}

fn default(parameter: &Parameter) -> ParamValue {
    match &parameter.kind {
        ParameterKind::Number { default, .. } => ParamValue::Number(*default),
        ParameterKind::Switch { default } => ParamValue::Switch(*default),
        ParameterKind::Choice { default, .. } => ParamValue::Choice(default.clone()),
    }
}

/// The same with every parameter written down.
pub(super) fn expanded(spec: &ProtocolSpec) -> ProtocolSpec {
    let mut whole = spec.clone();
    for (parameter, value) in parameters(spec) {
        // A protocol without a bug will be without one tomorrow as well.
        if parameter.name == "flaw" && value == default(&parameter) {
            continue;
        }
        whole.params.set(&parameter.name, value);
    }
    whole
}

/// The same without parameters that have today's defaults.
pub(super) fn reduced(spec: ProtocolSpec) -> ProtocolSpec {
    let mut params: ParamsSpec = spec.params.clone();
    for (parameter, value) in parameters(&spec) {
        if value == default(&parameter) {
            params.unset(&parameter.name);
        }
    }
    ProtocolSpec { params, ..spec }
}
