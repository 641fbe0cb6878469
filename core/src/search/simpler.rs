//! Simpler scenarios than a given one: each a step that can be taken only finitely often.

use super::parts::without_validator;
use crate::base::{MILLISECOND, Micros, SECOND};
use crate::model::{Command, LatencySpec, ProposerSpec, Scenario, StrategySpec};

/// Instants are rounded one by one up to so many commands.
const MOST_ROUNDED: usize = 24;

/// What may be simplified, in words, with the scenario that results; each is tried on its own.
pub(super) fn simpler(scenario: &Scenario) -> Vec<(String, Scenario)> {
    let mut all = Vec::new();
    // The last first: names of those before it stay in order.
    for index in (0..scenario.validators.len()).rev() {
        if let Some(rest) = without_validator(scenario, index) {
            let name = &scenario.validators[index].name;
            all.push((format!("without validator {name}"), rest));
        }
    }
    let mut with = |what: &str, change: &dyn Fn(&mut Scenario)| {
        let mut changed = scenario.clone();
        change(&mut changed);
        if changed != *scenario {
            all.push((what.to_owned(), changed));
        }
    };
    with("no generated transactions", &|s| {
        s.workload.tx_per_second = 0;
    });
    with("nobody down from the start", &|s| s.faults.crashed = 0);
    with("nothing lost at random", &|s| s.network.loss_ppm = 0);
    with("nothing duplicated", &|s| s.network.duplicate_ppm = 0);
    with("nothing held back", &|s| s.network.reorder_ppm = 0);
    with("no global stabilisation time", &|s| s.network.gst = None);
    with("one delay for all messages", &|s| {
        constant(&mut s.network.latency);
    });
    with("equal stakes", &|s| {
        let voting = s.validators.iter_mut().filter(|v| v.stake > 0);
        voting.for_each(|v| v.stake = 1);
    });
    with(
        "proposers one after another",
        &|s| match &s.protocol.proposer {
            ProposerSpec::Priority | ProposerSpec::Draw => {
                s.protocol.proposer = ProposerSpec::Rotation;
            }
            ProposerSpec::Rotation | ProposerSpec::List(_) => {}
        },
    );
    with("seed 1", &|s| s.seed = 1);
    with("no accounts of its own", &|s| s.accounts.clear());
    with("no contracts", &|s| s.contracts.clear());
    with("everything earlier", &|s| earlier(s));
    for unit in [SECOND, 100 * MILLISECOND, 10 * MILLISECOND, MILLISECOND] {
        with(&format!("instants in {} ms", unit / 1_000), &|s| {
            s.commands
                .iter_mut()
                .for_each(|c| c.at_us = whole(c.at_us, unit));
            if let StrategySpec::Puppet { script } = &mut s.adversary.strategy {
                script
                    .iter_mut()
                    .for_each(|l| l.at_us = whole(l.at_us, unit));
            }
        });
    }
    for i in 0..scenario.commands.len().min(MOST_ROUNDED) {
        for unit in [SECOND, 100 * MILLISECOND, 10 * MILLISECOND] {
            with(&format!("one instant in {} ms", unit / 1_000), &|s| {
                s.commands[i].at_us = whole(s.commands[i].at_us, unit);
                s.commands.sort_by_key(|c| c.at_us);
            });
        }
        with("one delay for all messages", &|s| {
            if let Command::SetLatency(spec) = &mut s.commands[i].command {
                constant(spec);
            }
        });
    }
    all
}

/// Rounded down; what is whole stays.
fn whole(at: Micros, unit: Micros) -> Micros {
    at / unit * unit
}

fn constant(latency: &mut LatencySpec) {
    let us = whole(latency.typical(), MILLISECOND).max(MILLISECOND);
    match latency {
        LatencySpec::Constant { .. } => {}
        LatencySpec::Uniform { .. }
        | LatencySpec::Normal { .. }
        | LatencySpec::LogNormal { .. }
        | LatencySpec::Matrix { .. } => *latency = LatencySpec::Constant { us },
    }
}

/// All that is done comes sooner by half the time until the first of it, so that fewer heights pass before.
fn earlier(scenario: &mut Scenario) {
    let first = scenario.commands.first().map_or(0, |c| c.at_us);
    if first < 200 * MILLISECOND {
        return;
    }
    for timed in &mut scenario.commands {
        timed.at_us -= whole(first / 2, MILLISECOND);
    }
}
