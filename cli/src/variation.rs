//! What `search` may vary, and how a run is judged: arguments that commands share.

use crate::failure::Failure;
use crate::run::micros;
use consensusforge_core::base::Micros;
use consensusforge_core::scenario::Scenario;
use consensusforge_core::search::{Judged, Move, Property, Space};
use consensusforge_core::session::Session;

const PROPERTIES: &str = "safety, agreement, validity, roots, progress:SECONDS (after the network is calm), rounds:HEIGHT:MOST, \
                          decided:HEIGHT:SECONDS or included:TRANSACTION:SECONDS";

/// What is to be broken.
#[derive(clap::Args)]
pub struct Judgement {
    /// What is to be broken, see below
    #[arg(long, value_name = "PROPERTY", default_value = "safety", help = format!("What is to be broken: {PROPERTIES}"))]
    property: String,
    /// From this instant of simulated time on everything is healed
    #[arg(long, value_name = "SECONDS", value_parser = micros)]
    calm: Option<Micros>,
    /// A trial that has broken nothing by then is over
    #[arg(long, value_name = "SECONDS", value_parser = micros)]
    until: Option<Micros>,
}

impl Judgement {
    pub fn judged(&self) -> Result<Judged, Failure> {
        let property = Property::parse(&self.property).map_err(|p| Failure::sentence(&p))?;
        let usual = Space::default();
        let calm_us = self.calm.unwrap_or(usual.calm_us);
        // Long enough for the property to be judged.
        let needed = match &property {
            Property::Progress { within_us } => calm_us.saturating_add(*within_us),
            Property::Decided { by_us, .. } => *by_us,
            Property::Safety
            | Property::Agreement
            | Property::Validity
            | Property::Roots
            | Property::Rounds { .. }
            | Property::Included { .. } => 0,
        };
        let end_us = self.until.unwrap_or(usual.end_us.max(needed).max(calm_us));
        Ok(Judged {
            property,
            calm_us: self.calm.unwrap_or(calm_us.min(end_us)),
            end_us,
        })
    }
}

/// What may differ from the scenario.
#[derive(clap::Args)]
pub struct Variation {
    /// What may vary, by commas: seed, delay=SECONDS, loss=PERCENT, partitions=N, crashes=N, twins, gst, transactions=N
    /// [`search`: seed,delay=1,loss=20,partitions=2,crashes=1,twins; `probability`: seed]
    #[arg(long, value_name = "LIST")]
    vary: Option<String>,
    /// Validators with at most this share of the stake lie, other ones in each trial. Without it `search` takes the share
    /// that lies in the scenario, and `probability` leaves the liars as they are
    #[arg(long, value_name = "PERCENT")]
    liars: Option<f64>,
    /// What liars may do, by commas: coalition, silent, delay, amnesia, puppet; `none` leaves them their twins
    #[arg(
        long,
        value_name = "LIST",
        default_value = "coalition,silent,delay,amnesia,puppet"
    )]
    moves: String,
}

impl Variation {
    /// The space that these words span; `usual` is what varies without `--vary`. `liars`: whoever lies in the scenario may be
    /// others, without `--liars`.
    pub fn space(
        &self,
        scenario: &Scenario,
        judged: &Judged,
        usual: &str,
        liars: bool,
    ) -> Result<Space, Failure> {
        let mut space = Space {
            calm_us: judged.calm_us,
            end_us: judged.end_us,
            liars: self.stake(scenario, liars)?,
            moves: moves(&self.moves)?,
            ..Space::nothing()
        };
        let words = self.vary.as_deref().unwrap_or(usual).split(',');
        for word in words.filter(|w| !w.is_empty() && *w != "none") {
            dimension(&mut space, word)?;
        }
        Ok(space)
    }

    /// How much stake may lie.
    fn stake(&self, scenario: &Scenario, liars: bool) -> Result<u64, Failure> {
        match self.liars {
            Some(percent) => stake_of(percent, scenario),
            None if !liars => Ok(0),
            None => Ok(Session::open(scenario.clone())?.frame().adversary.stake),
        }
    }
}

/// So many percent of a scenario's stake.
pub fn stake_of(percent: f64, scenario: &Scenario) -> Result<u64, Failure> {
    if !(0.0..=100.0).contains(&percent) {
        return Err(Failure::input(format!(
            "liars cannot hold {percent} % of the stake: give 0 to 100."
        )));
    }
    let total: u64 = scenario.validators.iter().map(|v| v.stake).sum();
    // In hundredths of a percent, so that 33.33 stays below a third.
    let share = (percent * 100.0) as u128;
    Ok((u128::from(total) * share / 10_000) as u64)
}

fn moves(text: &str) -> Result<Vec<Move>, Failure> {
    let words = text.split(',').filter(|w| !w.is_empty() && *w != "none");
    words
        .map(|word| match word {
            "coalition" => Ok(Move::Coalition),
            "silent" => Ok(Move::Silent),
            "delay" => Ok(Move::Delay),
            "amnesia" => Ok(Move::Amnesia),
            "puppet" => Ok(Move::Puppet),
            other => Err(Failure::input(format!(
                "liars cannot {other:?}; they can: coalition, silent, delay, amnesia, puppet."
            ))),
        })
        .collect()
}

fn dimension(space: &mut Space, word: &str) -> Result<(), Failure> {
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    let wrong = |what: &str| Failure::input(format!("{word:?}: {name} takes {what}."));
    let few = || value.parse::<u8>().map_err(|_| wrong("a number up to 255"));
    match name {
        "seed" => space.seed = true,
        "twins" => space.twins = true,
        "gst" => space.gst = true,
        "delay" => space.delay_us = micros(value).map_err(|_| wrong("seconds"))?,
        "loss" => {
            let percent: f64 = value.parse().map_err(|_| wrong("a percentage"))?;
            if !(0.0..=100.0).contains(&percent) {
                return Err(wrong("0 to 100 percent"));
            }
            space.loss_ppm = (percent * 10_000.0) as u32;
        }
        "partitions" => space.partitions = few()?,
        "crashes" => space.crashes = few()?,
        "transactions" => space.transactions = few()?,
        other => {
            return Err(Failure::input(format!(
                "{other:?} cannot vary; these can: seed, delay, loss, partitions, crashes, twins, gst, transactions."
            )));
        }
    }
    Ok(())
}
