//! A slider's positions and the values they stand for.

/// Positions of a logarithmic slider.
const STOPS: f64 = 1_000.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    Linear {
        min: f64,
        max: f64,
        step: f64,
    },
    /// Even in ratios from `min` to `max`.
    Log {
        min: f64,
        max: f64,
    },
    /// The same; position 0 is 0.
    LogFromZero {
        min: f64,
        max: f64,
    },
}

impl Scale {
    #[must_use]
    pub fn stops(self) -> (f64, f64, f64) {
        match self {
            Scale::Linear { min, max, step } => (min, max, step),
            Scale::Log { .. } => (1.0, STOPS, 1.0),
            Scale::LogFromZero { .. } => (0.0, STOPS, 1.0),
        }
    }

    #[must_use]
    pub fn value(self, position: f64) -> f64 {
        match self {
            Scale::Linear { min, max, .. } => position.clamp(min, max),
            Scale::LogFromZero { .. } if position < 1.0 => 0.0,
            Scale::Log { max, .. } if position >= STOPS => max,
            Scale::Log { min, max } | Scale::LogFromZero { min, max } => {
                let share = (position.clamp(1.0, STOPS) - 1.0) / (STOPS - 1.0);
                rounded(min * (max / min).powf(share))
            }
        }
    }

    #[must_use]
    pub fn position(self, value: f64) -> f64 {
        match self {
            Scale::Linear { min, max, .. } => value.clamp(min, max),
            Scale::LogFromZero { min, .. } if value < min / 2.0 => 0.0,
            Scale::Log { min, max } | Scale::LogFromZero { min, max } => {
                let share = (value.clamp(min, max) / min).ln() / (max / min).ln();
                (1.0 + share * (STOPS - 1.0)).round()
            }
        }
    }

    #[must_use]
    pub fn max(self) -> f64 {
        match self {
            Scale::Linear { max, .. } | Scale::Log { max, .. } | Scale::LogFromZero { max, .. } => {
                max
            }
        }
    }
}

/// Two significant digits: a hand on a slider means no more.
fn rounded(v: f64) -> f64 {
    let unit = 10f64.powf(v.abs().max(1e-9).log10().floor() - 1.0).max(1.0);
    (v / unit).round() * unit
}

/// Positions of the speed slider; the last one means as fast as possible.
pub const SPEED_STOPS: f64 = 101.0;

/// From 1/1000 of real time to a hundred times it.
#[must_use]
pub fn speed(position: f64) -> Option<f64> {
    (position < SPEED_STOPS).then(|| 10f64.powf(position / 20.0 - 3.0))
}

#[must_use]
pub fn speed_position(speed: Option<f64>) -> f64 {
    speed.map_or(SPEED_STOPS, |v| {
        ((v.max(1e-3).log10() + 3.0) * 20.0)
            .round()
            .clamp(0.0, 100.0)
    })
}

/// Milliseconds as a field shows them, to the microseconds of a scenario.
#[must_use]
pub fn us(ms: f64) -> u64 {
    (ms * 1_000.0).round().max(0.0) as u64
}

#[must_use]
pub fn ms(us: u64) -> f64 {
    us as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_values_round_trip() {
        let scale = Scale::LogFromZero {
            min: 1.0,
            max: 5_000.0,
        };
        for value in [0.0, 1.0, 10.0, 50.0, 700.0, 5_000.0] {
            let back = scale.value(scale.position(value));
            assert!((back - value).abs() <= value * 0.02, "{value} {back}");
        }
    }

    #[test]
    fn every_small_number_of_validators_has_a_position_and_the_ends_are_exact() {
        for max in [256.0, 512.0] {
            let scale = Scale::Log { min: 1.0, max };
            for value in (1..=32).map(f64::from) {
                assert_eq!(scale.value(scale.position(value)), value);
            }
            let (first, last, _) = scale.stops();
            assert_eq!((scale.value(first), scale.value(last)), (1.0, max));
        }
    }

    #[test]
    fn speed_is_even_in_ratios_and_ends_without_a_limit() {
        assert_eq!(speed(SPEED_STOPS), None);
        assert_eq!(speed(60.0), Some(1.0));
        assert_eq!(speed_position(Some(0.1)), 40.0);
        assert_eq!(speed_position(None), SPEED_STOPS);
    }
}
