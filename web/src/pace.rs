//! Whether the simulation keeps up with the speed a person chose, from what the page sees of it.

/// Real time looked at, in milliseconds.
const WINDOW_MS: f64 = 2_000.0;
/// Below this share of the chosen speed it does not keep up; above the second it does again.
const BEHIND: f64 = 0.6;
const AGAIN: f64 = 0.85;

/// Simulated against real time. Start afresh ([`Pace::reset`]) whenever time does not simply flow.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// Where the window began: real milliseconds and simulated microseconds.
    began: Option<(f64, u64)>,
    behind: Option<f64>,
}

impl Pace {
    pub fn reset(&mut self) {
        *self = Pace::default();
    }

    /// The speed reached, where it is much less than the one chosen.
    pub fn observe(&mut self, real_ms: f64, now_us: u64, chosen: f64) -> Option<f64> {
        let (from_ms, from_us) = *self.began.get_or_insert((real_ms, now_us));
        if now_us < from_us {
            self.reset();
            return None;
        }
        let passed = real_ms - from_ms;
        if passed >= WINDOW_MS {
            let reached = (now_us - from_us) as f64 / (passed * 1_000.0);
            let limit = if self.behind.is_some() { AGAIN } else { BEHIND };
            self.behind = (reached < chosen * limit).then_some(reached);
            self.began = Some((real_ms, now_us));
        }
        self.behind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_keeps_up_is_not_mentioned() {
        let mut pace = Pace::default();
        for k in 0..600u32 {
            let now = u64::from(k) * 16 * 500;
            assert_eq!(pace.observe(f64::from(k) * 16.0, now, 0.5), None);
        }
    }

    #[test]
    fn one_that_does_not_is_told_with_the_speed_it_reaches() {
        let mut pace = Pace::default();
        let mut reported = None;
        for k in 0..600u32 {
            reported = pace.observe(f64::from(k) * 16.0, u64::from(k) * 16 * 100, 0.5);
        }
        assert!((reported.unwrap() - 0.1).abs() < 0.001);
        // A seek back, or another run.
        assert_eq!(pace.observe(10_000.0, 5, 0.5), None);
    }
}
