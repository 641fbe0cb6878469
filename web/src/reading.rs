//! The pace at which a run is read: how fast it plays, and how far apart its instants are drawn. Both follow
//! from the scenario alone and not from what the run then does, or a slower network would not look slower.

use crate::model::Scenario;
use crate::settings::typical_latency;

/// Simulated seconds a real second at which a block takes about two seconds of the reader's time.
#[must_use]
pub fn speed(s: &Scenario) -> f64 {
    (block_us(s) / 2_000_000.0).clamp(0.001, 100.0)
}

/// Seconds of the reader's time within which a scenario shows what it is about.
const PAYOFF_S: f64 = 12.0;
/// How much faster than it reads best a run may play for that; beyond it, a run begins later.
const HURRY: f64 = 2.0;

/// Where a ready-made scenario opens and how fast it plays, so that what it is about (at `point_us`) is soon
/// seen and what leads there can be followed: microseconds, simulated seconds a real second.
#[must_use]
pub fn opening(s: &Scenario, point_us: u64) -> (u64, f64) {
    let calm = speed(s);
    let wanted = point_us as f64 / 1e6 / PAYOFF_S;
    if wanted <= calm * HURRY {
        return (0, calm.max(wanted));
    }
    let speed = calm * HURRY;
    let lead_us = (PAYOFF_S * speed * 1e6) as u64;
    (point_us.saturating_sub(lead_us), speed)
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

    #[test]
    fn every_scenario_shows_what_it_is_about_within_fifteen_seconds_of_reading() {
        for preset in consensusforge_core::session::presets() {
            let (at_us, pace) = opening(&preset.scenario, preset.point_us);
            let reads = (preset.point_us - at_us) as f64 / 1e6 / pace;
            assert!(reads <= 15.0, "{}: {reads} s", preset.id);
            assert!(
                pace <= 2.0 * speed(&preset.scenario) + 1e-9,
                "{}: {pace}",
                preset.id
            );
            assert!(preset.point_us > 0, "{}", preset.id);
        }
    }
}
