//! Which trials are run: arguments that commands share.

use crate::failure::Failure;
use crate::jobs;
use consensusforge_core::scenario::Scenario;
use consensusforge_core::search::{Generator, ISLANDS, Judged, Search, Settings, Space, part};
use consensusforge_core::world::simulate;

/// Which trials are run.
#[derive(clap::Args)]
pub struct Trials {
    /// How trials are made: random, pct, twins, byzzfuzz or guided
    #[arg(long, value_name = "NAME", default_value = "random")]
    generator: String,
    /// How many trials
    #[arg(long, value_name = "TRIALS", default_value_t = 1_000)]
    budget: u64,
    /// The first trial: where an earlier one stopped
    #[arg(long, value_name = "TRIAL", default_value_t = 0)]
    from: u64,
    /// Of the trials' own choices
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only this part of all trials: `1/4` to `4/4`
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    shard: String,
    /// Trials run at one time; by default as many as there are processors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    jobs: Option<u64>,
}

impl Trials {
    /// # Errors
    /// A sentence, when they make no sense.
    pub fn settings(
        &self,
        base: Scenario,
        space: Space,
        judged: &Judged,
    ) -> Result<Settings, Failure> {
        let settings = Settings {
            base,
            space,
            property: judged.property.clone(),
            generator: Generator::parse(&self.generator).map_err(|p| Failure::sentence(&p))?,
            seed: self.seed,
            from: self.from,
            trials: self.budget,
        };
        // A worker's own complaint would come too late.
        Search::over(settings.clone(), simulate, Vec::new()).map_err(|p| Failure::sentence(&p))?;
        Ok(settings)
    }

    /// Whether the shard is everything.
    pub fn whole(&self) -> bool {
        self.shard == "1/1"
    }

    /// The families of the shard.
    pub fn islands(&self) -> Result<Vec<u64>, Failure> {
        let numbers = self.shard.split_once('/');
        let parsed = numbers.and_then(|(i, n)| Some((i.parse::<u64>().ok()?, n.parse().ok()?)));
        match parsed {
            Some((i, n)) if i >= 1 => part(i - 1, n).map_err(|p| Failure::sentence(&p)),
            Some(_) | None => Err(Failure::input(format!(
                "{:?} is no shard: write `1/4` for the first of four, of at most {ISLANDS}.",
                self.shard
            ))),
        }
    }

    pub fn jobs(&self) -> usize {
        jobs::count(self.jobs)
    }
}
