//! How sure a count makes one. Floating-point numbers for people's eyes: nothing reads them back.
#![allow(clippy::float_arithmetic)]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The 97.5th percentile of the standard normal distribution: intervals cover 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// An estimated probability with its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// Hits by trials.
    pub estimate: f64,
    /// The upper end.
    pub high: f64,
}

/// The interval of Wilson ("Probable Inference, the Law of Succession, and Statistical Inference", JASA 1927) for
/// `hits` of `trials`: sound also near 0 and 1, where nothing or all was hit. Without trials it is everything.
#[must_use]
pub fn wilson(hits: u64, trials: u64) -> Interval {
    if trials == 0 {
        return Interval {
            low: 0.0,
            estimate: 0.5,
            high: 1.0,
        };
    }
    let n = trials as f64;
    let p = hits.min(trials) as f64 / n;
    let scale = 1.0 + Z * Z / n;
    let middle = (p + Z * Z / (2.0 * n)) / scale;
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
    Interval {
        // With no hits, and with nothing but hits, the ends are exact; rounding must not move them.
        low: if hits == 0 {
            0.0
        } else {
            (middle - half).max(0.0)
        },
        estimate: p,
        high: if hits >= trials {
            1.0
        } else {
            (middle + half).min(1.0)
        },
    }
}

/// The middle of some numbers, the lower of two; 0 of none.
#[must_use]
pub fn median(mut all: Vec<u64>) -> u64 {
    all.sort_unstable();
    all.get(all.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe ("Two-sided confidence intervals for the single proportion", Statistics in Medicine 1998), table I,
    /// method 3.
    #[test]
    fn the_interval_is_that_of_published_examples() {
        let cases = [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ];
        for (hits, trials, low, high) in cases {
            let found = wilson(hits, trials);
            let near = |a: f64, b: f64| (a - b).abs() < 0.000_06;
            assert!(
                near(found.low, low) && near(found.high, high),
                "{hits} of {trials}: {found:?}"
            );
        }
    }

    #[test]
    fn an_interval_narrows_and_stays_within_all_there_is() {
        let width = |n: u64| {
            let i = wilson(n / 4, n);
            i.high - i.low
        };
        assert!(width(40) > width(400) && width(400) > width(4_000));
        assert_eq!((wilson(0, 9).low, wilson(9, 9).high), (0.0, 1.0));
        assert_eq!((wilson(0, 0).low, wilson(0, 0).high), (0.0, 1.0));
    }
}
