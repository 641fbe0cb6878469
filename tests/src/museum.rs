//! The bug museum: for each known bug a scenario in which it can show, what may vary there, and how it is looked for.

use consensusforge_core::consensus::flaws::{Breaks, FLAWS, Flaw};
use consensusforge_core::search::{
    Ending, Found, Generator, ISLANDS, Move, Property, Search, Settings, Shrink, Space, run,
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
    /// A generator that finds it, with this seed of the search, in so many trials.
    pub found_by: Option<(Generator, u64, u64)>,
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
        "tendermint-ignores-lock" | "tendermint-unlocks-on-nil" => {
            // One height of short rounds, in which a liar proposes twice.
            interval = 5_000_000;
            space.delay_us = 150_000;
            space.liars = 1;
            space.moves = vec![Move::Coalition];
            space.twins = true;
            (space.calm_us, space.end_us) = (800_000, 1_000_000);
            found_by = Some(match flaw.id {
                "tendermint-ignores-lock" => (Generator::Random, 2, 300),
                _ => (Generator::Random, 1, 1_100),
            });
        }
        "tendermint-counts-heads" => {
            stakes = vec![1, 1, 1, 10, 10, 10, 10];
            space.liars = 3;
            space.moves = vec![Move::Coalition, Move::Puppet];
            space.twins = true;
            found_by = Some((Generator::Random, 1, 10));
        }
        "tendermint-forgets-lock" => {
            interval = 5_000_000;
            space.delay_us = 150_000;
            space.crashes = 4;
            space.liars = 1;
            space.moves = vec![Move::Coalition];
            space.twins = true;
            (space.calm_us, space.end_us) = (400_000, 600_000);
            found_by = Some((Generator::Random, 1, 700));
        }
        "tendermint-forgets-valid" => {
            timeouts = 3;
            (space.calm_us, space.end_us) = (1_000_000, 4_000_000);
            found_by = Some((Generator::Random, 1, 20));
        }
        "streamlet-any-epochs" | "streamlet-any-chain" => {
            found_by = Some((Generator::Random, 1, 60));
        }
        "jolteon-half" | "hotstuff-2-half" | "simplex-half" => {
            stakes = vec![1; 5];
            space.liars = 1;
            space.twins = true;
            found_by = Some(match flaw.id {
                "hotstuff-2-half" => (Generator::Random, 1, 60),
                _ => (Generator::Random, 2, 20),
            });
        }
        "simplex-finalizes-skipped" => found_by = Some((Generator::Random, 1, 60)),
        "minimmit-nullifies-anyway" => {
            stakes = vec![1; 6];
            space.delay_us = 100_000;
            (space.calm_us, space.end_us) = (1_000_000, 1_200_000);
            found_by = Some((Generator::Pct, 1, 20));
        }
        "minimmit-low" | "votor-low" => {
            stakes = vec![1; 6];
            space.liars = 1;
            space.moves = vec![Move::Coalition];
            space.twins = true;
            (space.calm_us, space.end_us) = (1_000_000, 1_200_000);
            found_by = Some(match flaw.id {
                "minimmit-low" => (Generator::Random, 2, 70),
                _ => (Generator::Random, 1, 320),
            });
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

/// The same scenario without the bug.
#[must_use]
pub fn without(piece: &Piece, scenario: &Scenario) -> Scenario {
    let mut sound = scenario.clone();
    set_flaw(&mut sound.protocol, piece.flaw, false);
    sound
}

/// The line of the list of runs (`core/src/scenario/presets/museum.txt`) for a piece: what its generator finds, shrunk.
/// `None` where no generator is known to find it.
///
/// # Panics
/// When its generator finds nothing.
#[must_use]
pub fn exhibit(piece: &Piece) -> Option<String> {
    let (generator, seed, trials) = piece.found_by?;
    let search = piece.search(generator, seed, trials, true);
    let found = find(&search).unwrap_or_else(|| panic!("{}: not found", piece.flaw.id));
    // Shrinking makes stakes equal, and then a bug that is about stakes does no harm any more that liars could not do
    // without it.
    let small = Some(shrink(&found, &search)).filter(|small| {
        let sound = without(piece, &small.scenario);
        run(simulate, &search.judged(), sound).is_ok_and(|o| o.ending == Ending::Holds)
    });
    let mut shown = small.unwrap_or(found);
    shown.scenario.title = piece.flaw.title.into();
    let again = run(simulate, &search.judged(), shown.scenario).expect("possible");
    let link = again.link()?;
    Some(format!("{} {} {link}", piece.flaw.id, shown.broken.at_us))
}

/// How many runs a generator needs, for each of so many seeds; `None` for more than `most`.
#[must_use]
pub fn runs_needed(piece: &Piece, generator: Generator, seeds: u64, most: u64) -> Vec<Option<u64>> {
    (1..=seeds)
        .map(|seed| {
            let settings = piece.search(generator, seed, most, true);
            find(&settings).and_then(|found| Some(found.trial? + 1))
        })
        .collect()
}

/// The median of `runs` with its 95 % interval by order statistics, in words; `most` is where a search ended.
#[must_use]
pub fn median(runs: &[Option<u64>], most: u64) -> String {
    let mut sorted: Vec<u64> = runs.iter().map(|r| r.unwrap_or(u64::MAX)).collect();
    sorted.sort_unstable();
    let n = sorted.len();
    let word = |at: usize| match sorted.get(at) {
        Some(&runs) if runs != u64::MAX => runs.to_string(),
        Some(_) | None => format!("more than {most}"),
    };
    let middle = n.saturating_sub(1) / 2;
    if sorted.get(middle).is_none_or(|runs| *runs == u64::MAX) {
        let found = runs.iter().flatten().count();
        return format!("more than {most} (found by {found} of {n})");
    }
    // The chance that at most `k` of the runs lie below the median.
    let (mut chance, mut sum, mut low) = (0.5f64.powi(n as i32), 0.0, 0);
    for k in 0..n / 2 {
        sum += chance;
        if sum > 0.025 {
            break;
        }
        low = k + 1;
        chance *= (n - k) as f64 / (k + 1) as f64;
    }
    let low = low.saturating_sub(1).min(middle);
    format!("{} ({} to {})", word(middle), word(low), word(n - 1 - low))
}

/// Writes the list of runs and the table.
///
/// # Errors
/// When a file cannot be written.
pub fn write_down(seeds: u64, most: u64) -> std::io::Result<()> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let pieces = pieces();
    let lines: Vec<String> = pieces.iter().filter_map(exhibit).collect();
    let list: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(root.join("core/src/scenario/presets/museum.txt"), list)?;
    let mut text = format!(
        "# The bug museum\n\n\
         Known bugs that can be put into a protocol by a parameter, each with a run that shows it: it was found by a search, shrunk, and \
         opens on the page\n(\"Bug museum\" in the list of scenarios) and in the tool (`consensusforge run preset:ID`). Written by \
         `cargo xtask museum`; [SEARCH.md](SEARCH.md) tells of the generators.\n\n\
         Runs needed: the median of {seeds} searches with different seeds, in brackets its 95 % interval by order statistics (with fewer \
         than six seeds: from the least to the most). A search\nends after {most} runs. What may vary is in `tests/src/museum.rs`, and the same \
         for all generators; a generator may need more than is granted there (`twins` a second node, `byzzfuzz` a liar).\n"
    );
    for piece in &pieces {
        let Flaw {
            id,
            title,
            protocol,
            parameter,
            value,
            wrong,
            rule,
            source,
            ..
        } = piece.flaw;
        text += &format!(
            "\n## {title}\n\n`{id}`: `{parameter}` of `{protocol}` is `{value}`.\n\n{wrong}\n\n"
        );
        text += &format!("- Prevented by: {rule}\n- Source: {source}.\n");
        match lines
            .iter()
            .find_map(|line| line.strip_prefix(&format!("{id} ")))
        {
            Some(rest) => {
                let link = rest.split(' ').next_back().unwrap_or_default();
                text += &format!("- Link: `#{link}`\n\n");
            }
            None => text += "- No search has found it within its budget yet.\n\n",
        }
        text += "| generator | runs needed |\n|---|---|\n";
        for generator in Generator::ALL {
            let needed = median(&runs_needed(piece, generator, seeds, most), most);
            println!("{id} {}: {needed}", generator.name());
            text += &format!("| `{}` | {needed} |\n", generator.name());
        }
    }
    std::fs::write(root.join("docs/MUSEUM.md"), text)
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn a_median_has_the_interval_that_the_binomial_gives_it() {
        let twenty: Vec<Option<u64>> = (1..=20).map(Some).collect();
        // The 6th and the 15th of 20, as tables of order statistics have it.
        assert_eq!(median(&twenty, 100), "10 (6 to 15)");
        let few = [Some(3), None, Some(1), Some(2), None];
        assert_eq!(median(&few, 50), "3 (1 to more than 50)");
        let rare = [None, None, Some(9)];
        assert_eq!(median(&rare, 50), "more than 50 (found by 1 of 3)");
    }
}
