//! The protocol, its timeouts and who proposes.

use super::{Checked, Names, all_known, delay, few, pause, require};
use crate::base::limits::MAX_PROPOSER_LIST;
use crate::consensus::registry::{find, unknown};
use crate::model::{ProposerSpec, ProtocolSpec};

pub(super) fn check(protocol: &ProtocolSpec, names: &Names) -> Checked {
    require(find(&protocol.name).is_some(), "protocol.name", || {
        format!("{}.", unknown(&protocol.name))
    })?;
    if let ProposerSpec::List(list) = &protocol.proposer {
        let place = "protocol.proposer.list";
        require(!list.is_empty(), place, || {
            "the list of proposers is empty; name at least one validator.".into()
        })?;
        few(place, list.len(), MAX_PROPOSER_LIST, "proposers")?;
        all_known(place, list, names)?;
    }
    // 1. every timeout is 0; 2. the network has no delay; 3. the proposer is silent: rounds would
    // follow one another for ever at one instant.
    pause("protocol.propose_timeout_us", protocol.propose_timeout_us)?;
    pause("protocol.prevote_timeout_us", protocol.prevote_timeout_us)?;
    pause(
        "protocol.precommit_timeout_us",
        protocol.precommit_timeout_us,
    )?;
    delay("protocol.timeout_delta_us", protocol.timeout_delta_us)?;
    pause("protocol.block_interval_us", protocol.block_interval_us)?;
    pause("protocol.resend_interval_us", protocol.resend_interval_us)
}
