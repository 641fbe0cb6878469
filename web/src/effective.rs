//! What is in force at an instant of a run: the scenario as written, with the commands up to then on
//! top. Sliders show this, also after a scrub or an opened link.

use crate::model::{
    AdversarySpec, Command, Cut, LatencySpec, ProposerSpec, Scenario, StrategySpec, TimedCommand,
    ValidatorSpec, Who,
};

/// The scenario as if it had been written the way things stand at `now_us`. Its commands are left
/// out; `crashed` counts what [`Command::SetCrashed`] last said.
#[must_use]
pub fn at(scenario: &Scenario, now_us: u64) -> Scenario {
    let mut s = Scenario {
        commands: Vec::new(),
        ..scenario.clone()
    };
    for timed in scenario.commands.iter().take_while(|c| c.at_us <= now_us) {
        fold(&mut s, &timed.command);
    }
    s
}

fn fold(s: &mut Scenario, command: &Command) {
    match command {
        Command::SetLatency(latency) => s.network.latency = latency.clone(),
        Command::SetLoss { ppm } => s.network.loss_ppm = *ppm,
        Command::SetDuplicate { ppm } => s.network.duplicate_ppm = *ppm,
        Command::SetReorder { ppm, by_us } => {
            s.network.reorder_ppm = *ppm;
            s.network.reorder_by_us = *by_us;
        }
        Command::SetBlockInterval { us } => s.protocol.block_interval_us = *us,
        Command::SetWorkload { tx_per_second } => s.workload.tx_per_second = *tx_per_second,
        Command::SetCrashed { count } => s.faults.crashed = *count,
        Command::SetAdversary(adversary) => s.adversary = adversary.clone(),
        Command::ChangeValidators { changes } => {
            for change in changes {
                let same = |v: &&mut ValidatorSpec| v.name == change.validator;
                if let Some(v) = s.validators.iter_mut().find(same) {
                    v.stake = change.stake;
                }
            }
        }
        Command::Crash { .. }
        | Command::Restart { .. }
        | Command::Partition(_)
        | Command::Heal
        | Command::Submit { .. }
        | Command::SubmitTwice { .. }
        | Command::Drop(_)
        | Command::Delay { .. }
        | Command::Duplicate { .. }
        | Command::DeliverNow(_)
        | Command::Isolate { .. }
        | Command::Restore { .. } => {}
    }
}

/// A new run after a structural change: what the sliders said stays in force from the start, what was
/// submitted is submitted again at its time.
#[must_use]
pub fn restarted(scenario: &Scenario, now_us: u64, change: impl FnOnce(&mut Scenario)) -> Scenario {
    let mut next = at(scenario, now_us);
    next.commands = scenario
        .commands
        .iter()
        .filter(|c| {
            matches!(
                c.command,
                Command::Submit { .. } | Command::SubmitTwice { .. }
            )
        })
        .cloned()
        .collect::<Vec<TimedCommand>>();
    change(&mut next);
    fit(&mut next);
    next
}

/// Counts and names that no longer fit the validators are brought back into range: who is gone is named no
/// more, and what is left without a name goes too.
fn fit(s: &mut Scenario) {
    let n = u16::try_from(s.validators.len()).unwrap_or(u16::MAX);
    let known = |name: &String| s.validators.iter().any(|v| v.name == *name);
    s.twins.retain(known);
    // A twin is called like its validator, with a stroke.
    let twins = &s.twins;
    let stands = |name: &String| {
        known(name)
            || name
                .strip_suffix('\'')
                .is_some_and(|twin| twins.iter().any(|t| t == twin))
    };
    s.faults.crashed = s.faults.crashed.min(n);
    s.faults.crashes.retain(|c| stands(&c.validator));
    match &mut s.adversary.who {
        Who::Count(count) => *count = (*count).min(n),
        Who::Names(names) => names.retain(stands),
    }
    if let StrategySpec::Puppet { script } = &mut s.adversary.strategy {
        script.retain_mut(|line| {
            line.to.retain(stands);
            stands(&line.from) && !line.to.is_empty()
        });
    }
    if let ProposerSpec::List(names) = &mut s.protocol.proposer {
        names.retain(known);
        if names.is_empty() {
            s.protocol.proposer = ProposerSpec::Rotation;
        }
    }
    s.network
        .partitions
        .retain_mut(|partition| match &mut partition.cut {
            Cut::Groups(groups) => {
                groups.iter_mut().for_each(|group| group.retain(stands));
                groups.retain(|group| !group.is_empty());
                !groups.is_empty()
            }
            Cut::OneWay { from, to } => {
                from.retain(stands);
                to.retain(stands);
                !from.is_empty() && !to.is_empty()
            }
        });
    if let LatencySpec::Matrix { us } = &mut s.network.latency {
        if us.len() > usize::from(n) {
            // The distances of those who stay are as they were.
            us.truncate(usize::from(n));
            us.iter_mut().for_each(|row| row.truncate(usize::from(n)));
        } else if us.len() < usize::from(n) {
            s.network.latency = LatencySpec::Constant {
                us: us.iter().flatten().max().copied().unwrap_or(50_000),
            };
        }
    }
}

/// Speed at which a block takes about two seconds of the reader's time, from the scenario alone: it
/// must not follow what the run then does, or a slower network would not look slower.
#[must_use]
pub fn reading_speed(s: &Scenario) -> f64 {
    (block_us(s) / 2_000_000.0).clamp(0.001, 100.0)
}

/// Pixels a millisecond at which one height and a bit fills the chart.
#[must_use]
pub fn reading_zoom(s: &Scenario, height_px: f64) -> f64 {
    (height_px * 1_000.0 / (block_us(s) * 1.25)).clamp(0.05, 20.0)
}

/// What a height takes when nothing goes wrong.
fn block_us(s: &Scenario) -> f64 {
    (s.protocol.block_interval_us + 3 * typical_latency(&s.network.latency)).max(1_000) as f64
}

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
        "Coalition: proposes twice, votes for both halves",
    ),
    ("silent", "Silent: hears and says nothing"),
    ("delay", "Delay: says everything later"),
    ("wrong_root", "Wrong root: executes wrongly"),
    (
        "wrong_answers",
        "Wrong answers: tells contracts wrong balances",
    ),
    ("censor", "Censor: leaves the first user's transactions out"),
    ("amnesia", "Amnesia: forgets its lock"),
    ("puppet", "Puppet: says what a script says"),
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
    use crate::model::{PartitionSpec, SubmitSpec, ValidatorSpec};

    fn timed(at_us: u64, command: Command) -> TimedCommand {
        TimedCommand { at_us, command }
    }

    fn busy() -> Scenario {
        let pay = SubmitSpec::Transfer { to: 1, amount: 5 };
        Scenario {
            commands: vec![
                timed(10, Command::SetLoss { ppm: 100_000 }),
                timed(
                    20,
                    Command::Submit {
                        from: 0,
                        action: pay,
                        gas_limit: None,
                    },
                ),
                timed(30, Command::SetLoss { ppm: 300_000 }),
            ],
            ..Scenario::default()
        }
    }

    #[test]
    fn sliders_show_what_was_in_force_then() {
        assert_eq!(at(&busy(), 0).network.loss_ppm, 0);
        assert_eq!(at(&busy(), 15).network.loss_ppm, 100_000);
        assert_eq!(at(&busy(), 99).network.loss_ppm, 300_000);
    }

    #[test]
    fn a_restart_keeps_sliders_and_submissions() {
        let next = restarted(&busy(), 99, |s| s.seed = 7);
        assert_eq!(next.seed, 7);
        assert_eq!(next.network.loss_ppm, 300_000);
        assert_eq!(next.commands.len(), 1);
    }

    #[test]
    fn fewer_validators_bring_counts_and_names_back_into_range() {
        let mut s = Scenario::default();
        s.adversary.who = Who::Names(vec!["v1".into(), "v4".into()]);
        s.faults.crashed = 4;
        let next = restarted(&s, 0, |s| {
            s.validators = vec![ValidatorSpec::numbered(0, 1)]
        });
        assert_eq!(next.adversary.who, Who::Names(vec!["v1".into()]));
        assert_eq!(next.faults.crashed, 1);
    }

    /// Scenarios that name validators everywhere stay possible with fewer of them, down to one.
    #[test]
    fn every_ready_scenario_stands_with_fewer_validators() {
        use consensusforge_core::session::scenario::{presets, validate};
        for preset in presets() {
            for count in (1..preset.scenario.validators.len()).rev() {
                let next = restarted(&preset.scenario, u64::MAX, |s| s.validators.truncate(count));
                assert_eq!(validate(&next), Ok(()), "{} with {count}", preset.id);
            }
        }
    }

    #[test]
    fn lists_cuts_and_scripts_forget_who_is_gone() {
        let names = |all: &[&str]| all.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let cut = |cut| PartitionSpec {
            from_us: 0,
            until_us: None,
            cut,
        };
        let mut s = Scenario {
            twins: names(&["v1", "v4"]),
            ..Scenario::default()
        };
        s.protocol.proposer = ProposerSpec::List(names(&["v4", "v2", "v1"]));
        s.network.partitions = vec![
            cut(Cut::Groups(vec![names(&["v1", "v4"]), names(&["v3"])])),
            cut(Cut::OneWay {
                from: names(&["v4"]),
                to: names(&["v1"]),
            }),
            cut(Cut::OneWay {
                from: names(&["v1'"]),
                to: names(&["v2", "v4'"]),
            }),
        ];
        let next = restarted(&s, 0, |s| s.validators.truncate(2));
        assert_eq!(next.twins, names(&["v1"]));
        assert_eq!(
            next.protocol.proposer,
            ProposerSpec::List(names(&["v2", "v1"]))
        );
        let left: Vec<Cut> = next.network.partitions.into_iter().map(|p| p.cut).collect();
        let one_way = Cut::OneWay {
            from: names(&["v1'"]),
            to: names(&["v2"]),
        };
        assert_eq!(left, [Cut::Groups(vec![names(&["v1"])]), one_way]);

        s.protocol.proposer = ProposerSpec::List(names(&["v4"]));
        let next = restarted(&s, 0, |s| s.validators.truncate(2));
        assert_eq!(next.protocol.proposer, ProposerSpec::Rotation);
    }

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

    #[test]
    fn a_block_takes_two_seconds_of_reading() {
        let s = Scenario::default();
        assert!((reading_speed(&s) * 2_000_000.0 - 650_000.0).abs() < 1.0);
    }
}
