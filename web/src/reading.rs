//! The pace at which a run is read: how fast it plays, and how far apart its instants are drawn. Both follow
//! from the scenario alone and not from what the run then does, or a slower network would not look slower.

use crate::model::Scenario;
use crate::settings::typical_latency;

/// Simulated seconds a real second at which a block takes about two seconds of the reader's time.
#[must_use]
pub fn speed(s: &Scenario) -> f64 {
    (block_us(s) / 2_000_000.0).clamp(0.001, 100.0)
}

/// Pixels a millisecond at which one height and a bit fills the chart.
#[must_use]
pub fn zoom(s: &Scenario, height_px: f64) -> f64 {
    (height_px * 1_000.0 / (block_us(s) * 1.25)).clamp(0.05, 20.0)
}

/// Microseconds a height takes when nothing goes wrong.
fn block_us(s: &Scenario) -> f64 {
    (s.protocol.block_interval_us + 3 * typical_latency(&s.network.latency)).max(1_000) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_takes_two_seconds_of_reading() {
        let s = Scenario::default();
        assert!((speed(&s) * 2_000_000.0 - 650_000.0).abs() < 1.0);
    }
}
