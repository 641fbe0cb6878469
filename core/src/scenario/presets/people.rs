//! Presets about who takes part: stakes, crashes, silence.

use super::{Preset, equal, names};
use crate::base::{MILLISECOND, SECOND};
use crate::model::{
    AdversarySpec, CrashSpec, FaultSpec, ProposerSpec, ProtocolSpec, StrategySpec, ValidatorSpec,
    Who,
};
use crate::scenario::Scenario;

pub(super) fn happy() -> Preset {
    Preset::new(
        "happy",
        "Four validators, nothing goes wrong",
        "Each height takes one proposal, one wave of prevotes, one wave of precommits, and then a commit.",
        // A pause as long as a height: the chart is what people look at, and it should not be empty.
        Scenario {
            protocol: ProtocolSpec {
                block_interval_us: 150 * MILLISECOND,
                ..ProtocolSpec::default()
            },
            ..Scenario::default()
        },
    )
}

pub(super) fn unequal() -> Preset {
    let validators = [100, 500, 200]
        .into_iter()
        .enumerate()
        .map(|(i, stake)| ValidatorSpec::numbered(i, stake))
        .collect();
    Preset::new(
        "unequal",
        "Three validators with stakes 100, 500 and 200",
        "A quorum is 534 of 800: v2 needs only one of the others, and nothing is decided without v2. It proposes five \
         of every eight heights.",
        Scenario {
            validators,
            ..Scenario::default()
        },
    )
}

pub(super) fn silent() -> Preset {
    Preset::new(
        "silent",
        "A silent proposer",
        "Whenever it is v1's turn, the others wait for the propose timeout, vote nil and decide in \
         round 1.",
        Scenario {
            protocol: ProtocolSpec {
                proposer: ProposerSpec::Rotation,
                ..ProtocolSpec::default()
            },
            adversary: AdversarySpec {
                who: Who::Names(names(["v1"])),
                strategy: StrategySpec::Silent,
            },
            ..Scenario::default()
        },
    )
}

pub(super) fn restart() -> Preset {
    Preset::new(
        "restart",
        "A crash and a restart",
        "v4 crashes at 5 s and restarts at 12 s with everything it had promised. It fetches the blocks it \
         missed and votes again.",
        Scenario {
            validators: equal(4),
            faults: FaultSpec {
                crashed: 0,
                crashes: vec![CrashSpec {
                    validator: "v4".into(),
                    at_us: 5 * SECOND,
                    restart_us: Some(12 * SECOND),
                }],
            },
            ..Scenario::default()
        },
    )
}
