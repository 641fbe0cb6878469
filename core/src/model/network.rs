//! The network: delays, losses, cuts.

use crate::base::{MILLISECOND, Micros};
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How messages travel.
#[derive(Clone, Debug, PartialEq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkSpec {
    /// How long a copy is on its way.
    pub latency: LatencySpec,
    /// Probability that a copy is lost, in parts in a million.
    #[schemars(range(max = 1_000_000))]
    pub loss_ppm: u32,
    /// Probability that a copy arrives twice, in parts in a million.
    #[schemars(range(max = 1_000_000))]
    pub duplicate_ppm: u32,
    /// Share of messages that are held back by `reorder_by_us` more.
    #[schemars(range(max = 1_000_000))]
    pub reorder_ppm: u32,
    /// How long such a copy is held back, microseconds.
    #[schemars(range(max = 3_600_000_000u64))]
    pub reorder_by_us: Micros,
    /// Cuts with times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partitions: Vec<PartitionSpec>,
    /// The global stabilisation time; absent: the network is what the other fields say from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gst: Option<GstSpec>,
}

impl Default for NetworkSpec {
    fn default() -> Self {
        NetworkSpec {
            latency: LatencySpec::Uniform {
                min_us: 40 * MILLISECOND,
                max_us: 60 * MILLISECOND,
            },
            loss_ppm: 0,
            duplicate_ppm: 0,
            reorder_ppm: 0,
            reorder_by_us: 100 * MILLISECOND,
            partitions: Vec::new(),
            gst: None,
        }
    }
}

/// How long a message is on its way.
#[derive(Clone, Debug, PartialEq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LatencySpec {
    /// Always the same.
    Constant {
        /// Microseconds.
        us: Micros,
    },
    /// Any delay between two bounds is equally likely.
    Uniform {
        /// Microseconds.
        min_us: Micros,
        /// Microseconds.
        max_us: Micros,
    },
    /// Cut off at 0.
    Normal {
        /// Microseconds.
        mean_us: Micros,
        /// Standard deviation, microseconds.
        deviation_us: Micros,
    },
    /// Median and the sigma of the logarithm in thousandths (500 = 0.5).
    LogNormal {
        /// Microseconds.
        median_us: Micros,
        /// Sigma of the logarithm, in thousandths.
        sigma_milli: u32,
    },
    /// `us[from][to]` by validator, constant; twins use their validator's row.
    Matrix {
        /// Microseconds; row: sender, column: receiver.
        us: Vec<Vec<Micros>>,
    },
}

impl LatencySpec {
    /// The delay that others are measured in, microseconds: the constant, the middle of the range, the mean or
    /// the median; of a matrix the mean over different validators.
    #[must_use]
    pub fn typical(&self) -> Micros {
        match self {
            LatencySpec::Constant { us } => *us,
            LatencySpec::Uniform { min_us, max_us } => min_us / 2 + max_us / 2,
            LatencySpec::Normal { mean_us, .. } => *mean_us,
            LatencySpec::LogNormal { median_us, .. } => *median_us,
            LatencySpec::Matrix { us } => {
                let others = us.iter().enumerate().flat_map(|(from, row)| {
                    let row = row.iter().enumerate();
                    row.filter(move |(to, _)| *to != from)
                        .map(|(_, us)| u128::from(*us))
                });
                let (sum, count) = others.fold((0, 0), |(sum, count), us| (sum + us, count + 1));
                Micros::try_from(sum / count.max(1)).unwrap_or(Micros::MAX)
            }
        }
    }
}

/// A cut with a beginning and perhaps an end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartitionSpec {
    /// When it begins, microseconds.
    pub from_us: Micros,
    /// Absent: until the end, or until a `heal` command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_us: Option<Micros>,
    /// What is cut.
    pub cut: Cut,
}

/// Which links are cut.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cut {
    /// Nothing passes between different groups; who is in no group makes one more group.
    Groups(Vec<Vec<String>>),
    /// Messages from any of `from` to any of `to` are lost; the way back works.
    OneWay {
        /// Senders.
        from: Vec<String>,
        /// Receivers.
        to: Vec<String>,
    },
}

/// Before `at_us` any delay up to `max_before_us`, after it at most `delta_us`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GstSpec {
    /// The global stabilisation time, microseconds.
    pub at_us: Micros,
    /// Longest delay before it, microseconds.
    pub max_before_us: Micros,
    /// Longest delay after it, microseconds.
    pub delta_us: Micros,
}
