//! The protocol, its timeouts and who proposes.

use super::{Checked, Names, all_known, delay, few, pause, quote, require};
use crate::base::limits::MAX_PROPOSER_LIST;
use crate::model::{ProposerSpec, ProtocolSpec};
use crate::world::PROTOCOLS;

pub(super) fn check(protocol: &ProtocolSpec, names: &Names) -> Checked {
    require(
        PROTOCOLS.iter().any(|p| p.name == protocol.name),
        "protocol.name",
        || {
            let there_are: Vec<String> = PROTOCOLS.iter().map(|p| quote(p.name)).collect();
            format!(
                "there is no protocol {}; there are: {}.",
                quote(&protocol.name),
                there_are.join(", ")
            )
        },
    )?;
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
