//! Simulated time: microseconds since the start of the run.

/// A point or a span of simulated time in microseconds.
pub type Micros = u64;

/// One millisecond in microseconds.
pub const MILLISECOND: Micros = 1_000;
/// One second in microseconds.
pub const SECOND: Micros = 1_000_000;
