//! Random scenarios, each a function of one number.

use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, CrashSpec, Cut, GstSpec, LatencySpec, PartitionSpec, ProposerSpec, StrategySpec,
    ValidatorSpec, Who, WorkloadSpec,
};
use consensusforge_core::session::view::VerdictKind;

/// A small generator of its own: the scenarios must not change when the simulator's randomness does.
pub struct Dice(u64);

impl Dice {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Dice(
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .wrapping_add(0x1234_5678_9abc_def1),
        )
    }

    /// Uniform enough in `0..n` (splitmix64).
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// Everything is healed at this instant.
pub const CALM: u64 = 12_000_000;
/// And by this one the chain must have gone on.
pub const END: u64 = 40_000_000;

/// Up to a third of the stake Byzantine, and a network that misbehaves until [`CALM`].
#[must_use]
pub fn storm(seed: u64) -> Scenario {
    let mut dice = Dice::new(seed);
    let n = 3 + dice.below(6) as usize;
    let stakes: Vec<u64> = (0..n)
        .map(|_| {
            if dice.one_in(2) {
                100
            } else {
                1 + dice.below(200)
            }
        })
        .collect();
    let total: u64 = stakes.iter().sum();
    let validators = stakes
        .iter()
        .enumerate()
        .map(|(i, s)| ValidatorSpec::numbered(i, *s))
        .collect();
    let mut scenario = Scenario {
        seed,
        validators,
        ..Scenario::default()
    };
    scenario.workload = WorkloadSpec {
        tx_per_second: dice.below(3) as u32,
        accounts: 4,
    };
    scenario.protocol.block_interval_us = 100_000;
    scenario.protocol.proposer = match dice.below(3) {
        0 => ProposerSpec::Priority,
        1 => ProposerSpec::Rotation,
        _ => ProposerSpec::Draw,
    };
    scenario.network.latency = match dice.below(4) {
        0 => LatencySpec::Constant {
            us: 30_000 + dice.below(60_000),
        },
        1 => LatencySpec::Uniform {
            min_us: 5_000,
            max_us: 100_000 + dice.below(400_000),
        },
        2 => LatencySpec::Normal {
            mean_us: 60_000,
            deviation_us: 40_000,
        },
        _ => LatencySpec::LogNormal {
            median_us: 50_000,
            sigma_milli: 900,
        },
    };
    scenario.network.loss_ppm = dice.below(300_000) as u32;
    scenario.network.duplicate_ppm = dice.below(100_000) as u32;
    scenario.network.reorder_ppm = dice.below(200_000) as u32;
    scenario.network.reorder_by_us = 200_000;
    scenario.network.gst = Some(GstSpec {
        at_us: CALM,
        max_before_us: 100_000 + dice.below(2_000_000),
        delta_us: 100_000,
    });
    let name = |i: usize| format!("v{}", i + 1);
    let side: Vec<String> = (0..n).filter(|_| dice.one_in(2)).map(name).collect();
    if !side.is_empty() && dice.one_in(2) {
        let cut = if dice.one_in(2) {
            Cut::Groups(vec![side])
        } else {
            Cut::OneWay {
                from: side,
                to: (0..n).map(name).collect(),
            }
        };
        scenario.network.partitions.push(PartitionSpec {
            from_us: dice.below(CALM / 2),
            until_us: Some(CALM),
            cut,
        });
    }
    // Liars: from the first on as long as they hold at most a third.
    let mut held = 0;
    let mut liars = Vec::new();
    for _ in 0..n {
        let i = dice.below(n as u64) as usize;
        if !liars.contains(&name(i)) && 3 * (held + stakes[i]) <= total {
            held += stakes[i];
            liars.push(name(i));
        }
    }
    for i in 0..n {
        if !liars.contains(&name(i)) && dice.one_in(4) {
            let at_us = dice.below(CALM - 2_000_000);
            let back = at_us + 1 + dice.below(CALM - at_us - 1);
            scenario.faults.crashes.push(CrashSpec {
                validator: name(i),
                at_us,
                restart_us: Some(back),
            });
        }
    }
    let strategy = match dice.below(6) {
        0..=2 => StrategySpec::Coalition,
        3 => StrategySpec::Silent,
        4 => StrategySpec::Delay {
            by_us: 500_000 + dice.below(1_000_000),
        },
        _ => StrategySpec::Amnesia,
    };
    scenario.adversary = AdversarySpec {
        who: Who::Names(liars),
        strategy,
    };
    scenario
}

/// The storm of `seed` under another protocol, whose liars hold at most `1 / one_in` of the stake.
#[must_use]
pub fn storm_under(protocol: &str, one_in: u64, seed: u64) -> Scenario {
    let mut scenario = storm(seed);
    scenario.protocol.name = protocol.into();
    if let Who::Names(liars) = &mut scenario.adversary.who {
        let stake = |name: &String| {
            let known = scenario.validators.iter().find(|v| v.name == *name);
            known.map_or(0, |v| v.stake)
        };
        let total: u64 = scenario.validators.iter().map(|v| v.stake).sum();
        let mut held = 0;
        liars.retain(|name| {
            let fits = one_in * (held + stake(name)) <= total;
            held += if fits { stake(name) } else { 0 };
            fits
        });
    }
    // A protocol without locks cannot forget one.
    if scenario.adversary.strategy == StrategySpec::Amnesia {
        scenario.adversary.strategy = StrategySpec::Coalition;
    }
    scenario
}

/// What the runs together must have seen, or the schedules prove little.
#[derive(Default)]
pub struct Coverage {
    pub later_rounds: u32,
    pub relocks: u32,
    pub equivocations: u32,
    pub restarts: u32,
    pub caught_up: u32,
    pub skips: u32,
    /// How often each rule took effect, by its id.
    pub rules: std::collections::BTreeMap<String, u32>,
}

/// Runs the storm of `seed`: nothing may fork, and after [`CALM`] everybody goes on.
///
/// # Panics
/// With the seed, a command line and a link, when either fails.
pub fn weather(seed: u64, coverage: &mut Coverage) {
    survive(seed, &storm(seed), 3, coverage);
}

/// Runs `scenario`: nothing may fork, and after [`CALM`] everybody goes on, unless liars hold `1 / one_in` of the
/// stake or more.
///
/// # Panics
/// With the seed, a command line and a link, when either fails.
pub fn survive(seed: u64, scenario: &Scenario, one_in: u64, coverage: &mut Coverage) {
    let back = || way_back(seed, scenario);
    let mut session = Session::open(scenario.clone()).unwrap_or_else(|e| panic!("{e}\n{}", back()));
    session.run_to(CALM);
    let calm = session.frame().metrics.height;
    session.run_to(END);
    let frame = session.frame();
    for verdict in &frame.verdicts {
        assert_ne!(
            verdict.kind,
            VerdictKind::Violated,
            "{}\n{}",
            verdict.sentence,
            back()
        );
        // At exactly the bound the honest are no quorum without the liars.
        let may_stall = one_in * frame.adversary.stake >= frame.adversary.total;
        assert!(
            may_stall || verdict.kind != VerdictKind::Stalled,
            "{}\n{}",
            verdict.sentence,
            back()
        );
    }
    crate::nobody_honest_is_named(&session, back);
    // Every honest validator, the restarted ones included, is where the chain is.
    let honest: Vec<_> = frame.nodes.iter().filter(|n| !n.byzantine).collect();
    for node in &honest {
        assert!(
            one_in * frame.adversary.stake >= frame.adversary.total || node.decided > calm,
            "{} stands at {} since the network is calm\n{}",
            node.name,
            node.decided,
            back()
        );
    }
    let mut locks: std::collections::BTreeMap<(String, u64), Vec<String>> = Default::default();
    for line in session.trace_lines() {
        let value: serde_json::Value = serde_json::from_str(&line).expect("a JSON line");
        match value["event"].as_str().expect("named") {
            "committed" => {
                coverage.later_rounds += u32::from(value["round"] != 0);
                coverage.caught_up += u32::from(value["caught_up"] == true);
            }
            "evidence" => coverage.equivocations += 1,
            "restarted" => coverage.restarts += 1,
            "skipped" => coverage.skips += 1,
            "rule" => {
                let rule = value["rule"].as_str().expect("an id").to_owned();
                *coverage.rules.entry(rule).or_default() += 1;
            }
            "locked" => {
                let key = (
                    value["node"].to_string(),
                    value["height"].as_u64().expect("a height"),
                );
                let blocks = locks.entry(key).or_default();
                let block = value["block"].to_string();
                coverage.relocks += u32::from(!blocks.is_empty() && !blocks.contains(&block));
                blocks.push(block);
            }
            "sent" | "delivered" | "lost" | "bad signature" | "step" | "timeout" | "polka"
            | "executed" | "rejected" | "crashed" | "byzantine" | "changed" | "vanished"
            | "submitted" => {}
            other => panic!("whether {other:?} counts must be said here"),
        }
    }
}

/// How to reproduce a failing run, for a panic's text.
#[must_use]
pub fn way_back(seed: u64, scenario: &Scenario) -> String {
    let link = consensusforge_core::session::link_of(scenario);
    format!("seed {seed}\n  consensusforge run '#{link}'\n  open the page with #{link}")
}
