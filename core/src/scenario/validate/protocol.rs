//! The protocol, its timeouts and who proposes.

use super::{Checked, Names, ScenarioError, all_known, few, pause, require};
use crate::base::limits::MAX_PROPOSER_LIST;
use crate::consensus::ParamError;
use crate::consensus::registry::{find, unknown};
use crate::model::{ProposerSpec, ProtocolSpec};
use crate::world::given;

pub(super) fn check(protocol: &ProtocolSpec, names: &Names) -> Checked {
    let Some(facts) = find(&protocol.name) else {
        let sentence = format!("{}.", unknown(&protocol.name));
        return Err(ScenarioError::new("protocol.name", sentence));
    };
    if let ProposerSpec::List(list) = &protocol.proposer {
        let place = "protocol.proposer.list";
        require(!list.is_empty(), place, || {
            "the list of proposers is empty; name at least one validator.".into()
        })?;
        few(place, list.len(), MAX_PROPOSER_LIST, "proposers")?;
        all_known(place, list, names)?;
    }
    let given = given(&protocol.params);
    (facts.check)(&given).map_err(|ParamError { field, sentence }| {
        let place = match field.as_str() {
            "" => "protocol.params".to_owned(),
            field => format!("protocol.params.{field}"),
        };
        ScenarioError::new(place, sentence)
    })?;
    pause("protocol.block_interval_us", protocol.block_interval_us)?;
    pause("protocol.resend_interval_us", protocol.resend_interval_us)
}
