//! How long a copy is on its way. The only file of the core with floating-point numbers: samples are
//! computed by the software routines of `libm`, the same bits on every platform, and rounded to
//! microseconds.
#![allow(clippy::float_arithmetic)]

use crate::base::random::Draw;
use crate::base::{Micros, limits::MAX_DELAY};
use crate::types::NodeId;
use std::sync::Arc;

/// How long a copy is on its way. Times are microseconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Latency {
    /// Always the same.
    Constant(Micros),
    /// Both ends included.
    Uniform {
        /// The least.
        min: Micros,
        /// The most.
        max: Micros,
    },
    /// Mean and standard deviation; what falls below 0 is 0.
    Normal {
        /// The mean.
        mean: Micros,
        /// Standard deviation.
        deviation: Micros,
    },
    /// Median, and sigma of the logarithm in thousandths.
    LogNormal {
        /// The median.
        median: Micros,
        /// Sigma of the logarithm, in thousandths.
        sigma_milli: u32,
    },
    /// Row `from`, column `to`.
    Matrix(Arc<Vec<Vec<Micros>>>),
}

impl Latency {
    /// One delay in microseconds, at most [`MAX_DELAY`].
    #[must_use]
    pub fn sample(&self, from: NodeId, to: NodeId, draw: &mut Draw) -> Micros {
        match self {
            Latency::Constant(us) => *us,
            Latency::Uniform { min, max } => draw.between(*min, *max),
            Latency::Normal { mean, deviation } => {
                round(*mean as f64 + *deviation as f64 * standard_normal(draw))
            }
            Latency::LogNormal {
                median,
                sigma_milli,
            } => {
                let sigma = f64::from(*sigma_milli) / 1000.0;
                round(*median as f64 * libm::exp(sigma * standard_normal(draw)))
            }
            Latency::Matrix(us) => us
                .get(from.index())
                .and_then(|row| row.get(to.index()))
                .copied()
                .unwrap_or(0),
        }
    }
}

/// Box and Muller, from two uniform numbers in (0, 1).
fn standard_normal(draw: &mut Draw) -> f64 {
    // 53 bits, moved half a step away from 0, whose logarithm has no value.
    let mut uniform = || ((draw.u64() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
    let (a, b) = (uniform(), uniform());
    libm::sqrt(-2.0 * libm::log(a)) * libm::cos(2.0 * core::f64::consts::PI * b)
}

/// To the nearest microsecond within 0..=MAX_DELAY; `as` saturates.
fn round(us: f64) -> Micros {
    (libm::round(us) as Micros).min(MAX_DELAY)
}
