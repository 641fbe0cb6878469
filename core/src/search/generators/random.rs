//! Uniform random: every dimension of the space is drawn by itself, each with an even chance of staying as it is.

use super::{Facts, add, calm_down, random_cut, random_strategy, random_transfer, shuffle, some};
use crate::base::MILLISECOND;
use crate::base::random::Draw;
use crate::model::{AdversarySpec, Command, GstSpec, LatencySpec, Scenario, Who};

pub(super) fn draft(facts: &Facts, trial: u64) -> Scenario {
    let mut dice = facts.dice(trial);
    let mut scenario = facts.seeded(&mut dice);
    who_lies(facts, &mut scenario, &mut dice);
    network(facts, &mut scenario, &mut dice);
    cuts_and_crashes(facts, &mut scenario, &mut dice);
    for _ in 0..dice.below(u64::from(facts.space.transactions) + 1) {
        let at = facts.instant(&mut dice);
        add(&mut scenario, at, random_transfer(&mut dice));
    }
    calm_down(&mut scenario, facts.space.calm_us);
    scenario
}

fn who_lies(facts: &Facts, scenario: &mut Scenario, dice: &mut Draw) {
    let liars = facts.liars(dice);
    if liars.is_empty() {
        return;
    }
    if facts.space.twins && (facts.moves.is_empty() || dice.below(4) == 0) {
        scenario.twins = liars.clone();
        scenario.adversary = super::obedient(liars);
        return;
    }
    if facts.moves.is_empty() {
        return;
    }
    let strategy = random_strategy(facts, &liars, dice);
    scenario.adversary = AdversarySpec {
        who: Who::Names(liars),
        strategy,
    };
}

fn network(facts: &Facts, scenario: &mut Scenario, dice: &mut Draw) {
    let space = &facts.space;
    if space.delay_us > 0 && dice.below(2) == 0 {
        let max_us = dice.between(1, space.delay_us.div_ceil(MILLISECOND)) * MILLISECOND;
        let spec = LatencySpec::Uniform {
            min_us: dice.below(max_us.min(20 * MILLISECOND)),
            max_us,
        };
        let at = if dice.below(2) == 0 {
            0
        } else {
            facts.instant(dice)
        };
        add(scenario, at, Command::SetLatency(spec));
    }
    if space.loss_ppm > 0 && dice.below(2) == 0 {
        let ppm = dice.between(1, u64::from(space.loss_ppm)) as u32;
        let at = facts.instant(dice);
        add(scenario, at, Command::SetLoss { ppm });
    }
    if space.gst && dice.below(2) == 0 {
        scenario.network.gst = Some(GstSpec {
            at_us: facts.instant(dice),
            max_before_us: dice.between(1, space.delay_us.max(1)),
            delta_us: 2 * scenario.network.latency.typical().max(1),
        });
    }
}

fn cuts_and_crashes(facts: &Facts, scenario: &mut Scenario, dice: &mut Draw) {
    let space = &facts.space;
    for _ in 0..dice.below(u64::from(space.partitions) + 1) {
        let (a, b) = (facts.instant(dice), facts.instant(dice));
        if let Some(cut) = random_cut(scenario, dice) {
            add(scenario, a.min(b), Command::Partition(cut));
            add(scenario, a.max(b), Command::Heal);
        }
    }
    let mut names = facts.names();
    shuffle(&mut names, dice);
    // Several may be down at once.
    let crashed = dice.below(u64::from(space.crashes) + 1) as usize;
    for validator in names.into_iter().take(crashed) {
        let (a, b) = (facts.instant(dice), facts.instant(dice));
        let restart = Command::Restart {
            validator: validator.clone(),
        };
        add(scenario, a.min(b), Command::Crash { validator });
        add(scenario, a.max(b), restart);
    }
}

/// Adds one more fault to `scenario`, of those that commands can bring.
pub(super) fn one_more(facts: &Facts, scenario: &mut Scenario, dice: &mut Draw) {
    let space = &facts.space;
    let at = facts.instant(dice);
    match dice.below(4) {
        0 if space.partitions > 0 => {
            if let Some(cut) = random_cut(scenario, dice) {
                add(scenario, at, Command::Partition(cut));
                let until = facts.instant(dice).max(at);
                add(scenario, until, Command::Heal);
            }
        }
        1 if space.crashes > 0 => {
            let name = some(&facts.names(), dice).into_iter().next();
            if let Some(validator) = name {
                let restart = Command::Restart {
                    validator: validator.clone(),
                };
                add(scenario, at, Command::Crash { validator });
                let until = facts.instant(dice).max(at);
                add(scenario, until, restart);
            }
        }
        2 if space.transactions > 0 => add(scenario, at, random_transfer(dice)),
        _ => network(facts, scenario, dice),
    }
}
