//! Which known bug a scenario's protocol has.

use crate::consensus::flaws::{self, Flaw};
use crate::model::{ParamValue, ProtocolSpec};

/// The bug of the museum that a scenario's parameters put into its protocol.
#[must_use]
pub fn flaw(protocol: &ProtocolSpec) -> Option<&'static Flaw> {
    flaws::find(&protocol.name, |parameter| {
        protocol.params.get(parameter).map(|value| match value {
            ParamValue::Switch(on) => on.to_string(),
            ParamValue::Number(number) => number.to_string(),
            ParamValue::Choice(word) => word.clone(),
        })
    })
}

/// The same protocol with the bug, or without it.
pub fn set_flaw(protocol: &mut ProtocolSpec, flaw: &Flaw, has: bool) {
    if !has {
        protocol.params.unset(flaw.parameter);
        return;
    }
    let value = match flaw.value {
        "true" => ParamValue::Switch(true),
        "false" => ParamValue::Switch(false),
        word => ParamValue::Choice(word.to_owned()),
    };
    protocol.params.set(flaw.parameter, value);
}
