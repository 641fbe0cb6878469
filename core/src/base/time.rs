//! Simulated time: microseconds since the start of the run.

/// A point or a span of simulated time in microseconds.
pub type Micros = u64;

pub const MILLISECOND: Micros = 1_000;
pub const SECOND: Micros = 1_000_000;
