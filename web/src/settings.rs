//! Settings of a scenario as the controls offer them: names in lists, and one number for a model of several.

use crate::model::{AdversarySpec, LatencySpec, StrategySpec, Who};

#[must_use]
pub fn typical_latency(latency: &LatencySpec) -> u64 {
    match latency {
        LatencySpec::Constant { us } => *us,
        LatencySpec::Uniform { min_us, max_us } => min_us.midpoint(*max_us),
        LatencySpec::Normal { mean_us, .. } => *mean_us,
        LatencySpec::LogNormal { median_us, .. } => *median_us,
        LatencySpec::Matrix { us } => {
            let all: Vec<u64> = us.iter().flatten().copied().collect();
            all.iter().sum::<u64>() / (all.len() as u64).max(1)
        }
    }
}

/// How far delays spread about the typical one, in the model's own sense.
#[must_use]
pub fn spread(latency: &LatencySpec) -> u64 {
    match latency {
        LatencySpec::Constant { .. } | LatencySpec::Matrix { .. } => 0,
        LatencySpec::Uniform { min_us, max_us } => max_us.saturating_sub(*min_us) / 2,
        LatencySpec::Normal { deviation_us, .. } => *deviation_us,
        LatencySpec::LogNormal {
            median_us,
            sigma_milli,
        } => median_us * u64::from(*sigma_milli) / 1_000,
    }
}

/// The latency models a person can choose from, by their names in the scenario.
pub const MODELS: [(&str, &str); 4] = [
    ("constant", "constant"),
    ("uniform", "uniform"),
    ("normal", "normal"),
    ("log_normal", "log-normal"),
];

#[must_use]
pub fn model_name(latency: &LatencySpec) -> &'static str {
    match latency {
        LatencySpec::Constant { .. } => "constant",
        LatencySpec::Uniform { .. } => "uniform",
        LatencySpec::Normal { .. } => "normal",
        LatencySpec::LogNormal { .. } => "log_normal",
        LatencySpec::Matrix { .. } => "matrix",
    }
}

/// Latency from what the controls say.
#[must_use]
pub fn latency(model: &str, typical_us: u64, spread_us: u64) -> LatencySpec {
    match model {
        "uniform" => LatencySpec::Uniform {
            min_us: typical_us.saturating_sub(spread_us),
            max_us: typical_us + spread_us,
        },
        "normal" => LatencySpec::Normal {
            mean_us: typical_us,
            deviation_us: spread_us,
        },
        "log_normal" => LatencySpec::LogNormal {
            median_us: typical_us.max(1),
            sigma_milli: u32::try_from(spread_us * 1_000 / typical_us.max(1))
                .unwrap_or(3_000)
                .min(3_000),
        },
        _ => LatencySpec::Constant { us: typical_us },
    }
}

/// Strategies a person can choose, with what they do.
pub const STRATEGIES: [(&str, &str); 8] = [
    (
        "coalition",
        "Coalition: proposes two blocks and votes for both",
    ),
    ("silent", "Silent: sends nothing"),
    ("delay", "Delay: sends everything late"),
    ("wrong_root", "Wrong root: claims a wrong state root"),
    (
        "wrong_answers",
        "Wrong answers: gives contracts wrong balances",
    ),
    ("censor", "Censor: leaves out the first user's transactions"),
    ("amnesia", "Amnesia: forgets its lock"),
    ("puppet", "Puppet: follows a script"),
];

#[must_use]
pub fn strategy_name(strategy: &StrategySpec) -> &'static str {
    match strategy {
        StrategySpec::Coalition => "coalition",
        StrategySpec::Silent => "silent",
        StrategySpec::Delay { .. } => "delay",
        StrategySpec::WrongRoot => "wrong_root",
        StrategySpec::WrongAnswers => "wrong_answers",
        StrategySpec::Censor { .. } => "censor",
        StrategySpec::Amnesia => "amnesia",
        StrategySpec::Puppet { .. } => "puppet",
    }
}

#[must_use]
pub fn strategy(name: &str, delay_us: u64) -> StrategySpec {
    match name {
        "silent" => StrategySpec::Silent,
        "delay" => StrategySpec::Delay { by_us: delay_us },
        "wrong_root" => StrategySpec::WrongRoot,
        "wrong_answers" => StrategySpec::WrongAnswers,
        "censor" => StrategySpec::Censor { users: vec![0] },
        "amnesia" => StrategySpec::Amnesia,
        "puppet" => StrategySpec::Puppet { script: Vec::new() },
        _ => StrategySpec::Coalition,
    }
}

#[must_use]
pub fn byzantine_count(adversary: &AdversarySpec) -> u16 {
    match &adversary.who {
        Who::Count(n) => *n,
        Who::Names(names) => u16::try_from(names.len()).unwrap_or(u16::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_latency_models_round_trip() {
        for (name, _) in MODELS {
            let l = latency(name, 50_000, 10_000);
            assert_eq!(model_name(&l), name);
            assert_eq!(typical_latency(&l), 50_000);
            let kept = if name == "constant" { 0 } else { 10_000 };
            assert_eq!(spread(&l), kept, "{name}");
        }
    }
}
