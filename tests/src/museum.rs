//! The bug museum: for each known bug a scenario in which it can show, what may vary there, and how it is looked for.

use consensusforge_core::consensus::flaws::{Breaks, FLAWS, Flaw};
use consensusforge_core::search::{
    Found, Generator, ISLANDS, Move, Property, Search, Settings, Shrink, Space,
};
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::flaw::set_flaw;
use consensusforge_core::session::scenario::model::{
    LatencySpec, ParamValue, ProposerSpec, ValidatorSpec, WorkloadSpec,
};
use consensusforge_core::world::simulate;

/// A known bug and where it is looked for.
pub struct Piece {
    /// The bug.
    pub flaw: &'static Flaw,
    /// A scenario of the protocol without it.
    pub sound: Scenario,
    /// What may vary.
    pub space: Space,
    /// A generator that finds it in so many trials, with the search's seed 1.
    pub found_by: Option<(Generator, u64)>,
}

impl Piece {
    /// The search for what the bug breaks, or the same search without the bug.
    #[must_use]
    pub fn search(&self, generator: Generator, seed: u64, trials: u64, bug: bool) -> Settings {
        let mut base = self.sound.clone();
        set_flaw(&mut base.protocol, self.flaw, bug);
        Settings {
            base,
            space: self.space.clone(),
            property: match self.flaw.breaks {
                Breaks::Agreement => Property::Agreement,
                Breaks::Progress => Property::Progress {
                    within_us: self.space.end_us - self.space.calm_us,
                },
            },
            generator,
            seed,
            from: 0,
            trials,
        }
    }
}

/// The first run that a search finds.
///
/// # Panics
/// When the search is not possible.
#[must_use]
pub fn find(settings: &Settings) -> Option<Found> {
    let all = (0..ISLANDS).collect();
    let mut search = Search::over(settings.clone(), simulate, all).expect("possible");
    while !search.advance(100_000).finished {}
    search.found().cloned()
}

/// The smallest run that breaks the same.
///
/// # Panics
/// When the found run breaks nothing.
#[must_use]
pub fn shrink(found: &Found, settings: &Settings) -> Found {
    let run = found.scenario.clone();
    let mut shrink = Shrink::over(run, settings.judged(), simulate).expect("possible");
    while !shrink.advance(100_000) {}
    shrink.best().expect("it breaks the property")
}

/// `times`: timeouts are so many times as long as the shortest that are of use.
fn scene(protocol: &str, stakes: &[u64], times: u64) -> Scenario {
    let mut scenario = Scenario {
        validators: stakes
            .iter()
            .enumerate()
            .map(|(i, stake)| ValidatorSpec::numbered(i, *stake))
            .collect(),
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Constant { us: 20_000 };
    scenario.protocol.name = protocol.into();
    scenario.protocol.proposer = ProposerSpec::Rotation;
    // Timeouts of a few delays: what a second rarely brings, a minute of trials must.
    let short: &[(&str, u64)] = match protocol {
        "tendermint" => &[
            ("propose_timeout_us", 60_000),
            ("prevote_timeout_us", 40_000),
            ("precommit_timeout_us", 40_000),
            ("timeout_delta_us", 10_000),
        ],
        "streamlet" => &[("epoch_us", 100_000)],
        _ => &[("delta_us", 30_000)],
    };
    for (name, us) in short {
        scenario
            .protocol
            .params
            .set(name, ParamValue::Number(times * us));
    }
    scenario
}

/// Where to look for a bug.
fn piece(flaw: &'static Flaw) -> Piece {
    let mut stakes = vec![1; 4];
    let mut found_by = None;
    let mut interval = 100_000;
    let mut timeouts = 1;
    let mut space = Space {
        seed: true,
        delay_us: 200_000,
        partitions: 4,
        calm_us: 2_000_000,
        end_us: 3_000_000,
        ..Space::nothing()
    };
    match flaw.id {
        "tendermint-ignores-lock" => {
            // One height of short rounds, in which a liar proposes twice.
            interval = 5_000_000;
            space.delay_us = 150_000;
            space.liars = 1;
            space.moves = vec![Move::Coalition];
            space.twins = true;
            (space.calm_us, space.end_us) = (800_000, 1_000_000);
            found_by = Some((Generator::Random, 1_200));
        }
        "tendermint-counts-heads" => {
            stakes = vec![1, 1, 1, 10, 10, 10, 10];
            space.liars = 3;
            space.moves = vec![Move::Coalition, Move::Puppet];
            space.twins = true;
            found_by = Some((Generator::Random, 10));
        }
        "tendermint-forgets-lock" => space.crashes = 3,
        "tendermint-forgets-valid" => {
            timeouts = 3;
            (space.calm_us, space.end_us) = (1_000_000, 4_000_000);
            found_by = Some((Generator::Random, 20));
        }
        "streamlet-any-epochs" | "streamlet-any-chain" => {
            found_by = Some((Generator::Random, 60));
        }
        "jolteon-half" => {
            stakes = vec![1; 5];
            space.liars = 1;
            space.twins = true;
            found_by = Some((Generator::Random, 80));
        }
        "simplex-finalizes-skipped" => found_by = Some((Generator::Random, 60)),
        "minimmit-nullifies-anyway" => {
            stakes = vec![1; 6];
            space.delay_us = 100_000;
            (space.calm_us, space.end_us) = (1_000_000, 1_200_000);
            found_by = Some((Generator::Pct, 20));
        }
        "votor-always-falls-back" => {
            stakes = vec![1; 6];
            space.liars = 1;
            space.moves = vec![Move::Coalition, Move::Puppet];
            space.twins = true;
        }
        _ => {}
    }
    let mut sound = scene(flaw.protocol, &stakes, timeouts);
    sound.protocol.block_interval_us = interval;
    Piece {
        flaw,
        sound,
        space,
        found_by,
    }
}

/// All pieces, in the order of [`FLAWS`].
#[must_use]
pub fn pieces() -> Vec<Piece> {
    FLAWS.iter().map(piece).collect()
}
