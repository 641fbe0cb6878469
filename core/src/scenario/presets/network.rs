//! Presets about the network: loss, cuts, distance, asynchrony.

use super::{Preset, equal, names};
use crate::base::{MILLISECOND, Micros, SECOND};
use crate::model::{
    CheckSpec, Cut, GstSpec, LatencySpec, NetworkSpec, PartitionSpec, ValidatorSpec,
};
use crate::scenario::Scenario;

pub(super) fn lossy() -> Preset {
    Preset::new(
        "lossy",
        "30 % of all messages are lost",
        "Heights take more rounds and more messages: validators re-send until they have decided.",
        Scenario {
            network: NetworkSpec {
                loss_ppm: 300_000,
                ..NetworkSpec::default()
            },
            ..Scenario::default()
        },
    )
}

pub(super) fn partition() -> Preset {
    Preset::new(
        "partition",
        "A partition that heals",
        "From 5 s to 15 s, the network is split into two pairs. Neither has a quorum, so nothing is \
         decided and nothing forks. Then the chain continues.",
        Scenario {
            network: NetworkSpec {
                partitions: vec![PartitionSpec {
                    from_us: 5 * SECOND,
                    until_us: Some(15 * SECOND),
                    cut: Cut::Groups(vec![names(["v1", "v2"]), names(["v3", "v4"])]),
                }],
                ..NetworkSpec::default()
            },
            // Soon enough that the verdict is seen to turn during the cut.
            checks: CheckSpec {
                stall_after_us: 5 * SECOND,
            },
            ..Scenario::default()
        },
    )
}

/// Delays one way between cities, milliseconds: about half of usual round trips, rounded.
const CITIES: [&str; 6] = [
    "Frankfurt",
    "Virginia",
    "Oregon",
    "Singapore",
    "Tokyo",
    "Sydney",
];
const MILLIS: [[Micros; 6]; 6] = [
    [0, 45, 75, 80, 115, 140],
    [45, 0, 35, 110, 75, 100],
    [75, 35, 0, 82, 48, 70],
    [80, 110, 82, 0, 35, 46],
    [115, 75, 48, 35, 0, 52],
    [140, 100, 70, 46, 52, 0],
];

pub(super) fn regions() -> Preset {
    Preset::new(
        "regions",
        "Six validators around the world",
        "A quorum is five of six. Blocks from Oregon and Tokyo are decided everywhere within 275 ms; \
         those from the other cities take 300 ms.",
        Scenario {
            validators: CITIES
                .into_iter()
                .map(|name| ValidatorSpec {
                    name: name.into(),
                    stake: 100,
                })
                .collect(),
            network: NetworkSpec {
                latency: LatencySpec::Matrix {
                    us: MILLIS
                        .into_iter()
                        .map(|row| row.into_iter().map(|ms| ms * MILLISECOND).collect())
                        .collect(),
                },
                ..NetworkSpec::default()
            },
            ..Scenario::default()
        },
    )
}

pub(super) fn gst() -> Preset {
    Preset::new(
        "gst",
        "Asynchrony until 20 s",
        "Before the global stabilisation time, a message may take 6 s and rounds end without a decision. \
         After it, no message takes more than 100 ms, and every height decides in its first round.",
        Scenario {
            validators: equal(4),
            network: NetworkSpec {
                gst: Some(GstSpec {
                    at_us: 20 * SECOND,
                    max_before_us: 6 * SECOND,
                    delta_us: 100 * MILLISECOND,
                }),
                ..NetworkSpec::default()
            },
            ..Scenario::default()
        },
    )
}
