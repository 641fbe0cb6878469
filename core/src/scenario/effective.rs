//! The settings that apply at an instant of a run: the scenario as written, with the commands up to that
//! instant folded in. Controls show this, also after a seek or once a link is open.

use super::model::{
    Command, Cut, LatencySpec, ProposerSpec, Scenario, StrategySpec, TimedCommand, ValidatorSpec,
    Who,
};

/// The scenario as if it had been written with the settings that apply at `now_us` (microseconds of
/// simulated time). It has no commands; `faults.crashed` is what the last [`Command::SetCrashed`] set.
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

/// The scenario of a new run after `change`, which cannot be made while a run goes on. The settings in
/// force at `now_us` (microseconds) hold from its start, and every transaction is submitted again at its
/// time. Names and counts that no longer fit the validators are dropped or lowered.
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

/// Brings counts and names back into range. With v4 gone, a cut of "v4 alone" has no validator left to cut off and
/// goes too; a list of proposers without a name becomes rotation.
fn fit(s: &mut Scenario) {
    let n = u16::try_from(s.validators.len()).unwrap_or(u16::MAX);
    let known = |name: &String| s.validators.iter().any(|v| v.name == *name);
    s.twins.retain(known);
    // A twin has its validator's name with an apostrophe.
    let twins = &s.twins;
    let exists = |name: &String| {
        known(name)
            || name
                .strip_suffix('\'')
                .is_some_and(|twin| twins.iter().any(|t| t == twin))
    };
    s.faults.crashed = s.faults.crashed.min(n);
    s.faults.crashes.retain(|c| exists(&c.validator));
    match &mut s.adversary.who {
        Who::Count(count) => *count = (*count).min(n),
        Who::Names(names) => names.retain(exists),
    }
    if let StrategySpec::Puppet { script } = &mut s.adversary.strategy {
        script.retain_mut(|line| {
            line.to.retain(exists);
            exists(&line.from) && !line.to.is_empty()
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
                groups.iter_mut().for_each(|group| group.retain(exists));
                groups.retain(|group| !group.is_empty());
                !groups.is_empty()
            }
            Cut::OneWay { from, to } => {
                from.retain(exists);
                to.retain(exists);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::model::{PartitionSpec, SubmitSpec, ValidatorSpec};

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
    fn a_setting_is_in_force_from_its_command_on() {
        assert_eq!(at(&busy(), 0).network.loss_ppm, 0);
        assert_eq!(at(&busy(), 15).network.loss_ppm, 100_000);
        assert_eq!(at(&busy(), 99).network.loss_ppm, 300_000);
    }

    #[test]
    fn a_restart_keeps_settings_and_submissions() {
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

    /// Also those that name validators in lists, cuts and scripts, down to one validator.
    #[test]
    fn every_preset_stays_valid_with_fewer_validators() {
        use crate::scenario::{presets, validate};
        for preset in presets() {
            for count in (1..preset.scenario.validators.len()).rev() {
                let next = restarted(&preset.scenario, u64::MAX, |s| s.validators.truncate(count));
                assert_eq!(validate(&next), Ok(()), "{} with {count}", preset.id);
            }
        }
    }

    #[test]
    fn lists_cuts_and_scripts_drop_validators_that_are_gone() {
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
}
