//! The protocol, its timeouts and who proposes.

use super::text::time;
use super::{Checked, Names, ScenarioError, all_known, few, pause, require};
use crate::base::SECOND;
use crate::base::limits::{MAX_PROPOSER_LIST, MAX_RESENT_PER_SECOND};
use crate::consensus::ParamError;
use crate::consensus::registry::{PROTOCOLS, find, unknown};
use crate::model::{ProposerSpec, ProtocolSpec};
use crate::world::given;

pub(super) fn check(protocol: &ProtocolSpec, names: &Names) -> Checked {
    let Some(facts) = find(&protocol.name) else {
        let sentence = format!("{}.", unknown(&protocol.name));
        return Err(ScenarioError::new("protocol.name", sentence));
    };
    let (count, most) = (names.count(), facts.most_validators);
    require(count <= most, "validators", || {
        let others = PROTOCOLS.iter().filter(|p| p.most_validators > most);
        let others: Vec<&str> = others.map(|p| p.info.name).collect();
        format!(
            "{count} validators are too many for {}, in which everybody sends to everybody; at most {most} can \
             take part. Remove some, or choose a protocol whose votes go to one leader: {}.",
            facts.info.name,
            others.join(", ")
        )
    })?;
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
    pause("protocol.resend_interval_us", protocol.resend_interval_us)?;
    resending(protocol, names.count() as u64)
}

/// Every validator sends each of its messages again to all others, interval by interval: at a microsecond
/// four of them would put sixteen million copies on the wire a second. Once a second is always allowed, also to
/// the 512 for whom it is 262,144 copies.
fn resending(protocol: &ProtocolSpec, validators: u64) -> Checked {
    let least = (validators * validators * SECOND / MAX_RESENT_PER_SECOND).min(SECOND);
    require(
        !protocol.resend || protocol.resend_interval_us >= least,
        "protocol.resend_interval_us",
        || {
            format!(
                "re-sending every {} among {validators} validators puts {} copies of a message on the \
                 wire a second; at most {MAX_RESENT_PER_SECOND} can be simulated. Give at least {}.",
                time(protocol.resend_interval_us),
                validators * validators * SECOND / protocol.resend_interval_us.max(1),
                time(least)
            )
        },
    )
}
