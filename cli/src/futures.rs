//! `futures`: when it was decided that a run breaks its property.

use crate::failure::{Exit, Failure, Outcome};
use crate::table::{seconds, table};
use crate::variation::Judgement;
use crate::{output, source};
use consensusforge_core::search::{Broken, FuturePoint, Futures as Count};
use consensusforge_core::world::simulate;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::IsTerminal;

/// Simulator events between two looks at how far it is.
const SLICE: u64 = 50_000;

/// See when it was decided that a run breaks a property
///
/// Takes the run back to some instants and from each runs its future again and again, with other delays and losses. The
/// share of futures that break the property too jumps where it was decided.
#[derive(clap::Args)]
pub struct Futures {
    /// A link, a file, `-`, or `preset:ID`
    scenario: String,
    #[command(flatten)]
    judgement: Judgement,
    /// Instants, from the beginning to where the property is broken
    #[arg(long, value_name = "N", default_value_t = 20)]
    instants: u64,
    /// Futures from each instant
    #[arg(long, value_name = "N", default_value_t = 50)]
    runs: u64,
    /// Of the futures' own draws
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long)]
    json: bool,
}

/// How likely the property was to be broken, instant by instant.
#[derive(Serialize, JsonSchema)]
pub struct FuturesReport {
    /// The property in words.
    pub property: String,
    /// How the run itself breaks it.
    pub broken: Broken,
    /// In order of time.
    pub instants: Vec<FuturePoint>,
}

impl Futures {
    pub fn run(self) -> Outcome {
        let scenario = source::document(&self.scenario)?.scenario;
        let judged = self.judgement.judged()?;
        let how_many = (self.instants, self.runs, self.seed);
        let mut futures =
            Count::new(scenario, &judged, simulate, how_many).map_err(|p| Failure::sentence(&p))?;
        let shows = !self.json && std::io::stderr().is_terminal();
        while !futures.advance(SLICE) {
            if shows {
                eprint!("\r{} of {} instants", futures.points().len(), self.instants);
            }
        }
        if shows {
            eprint!("\r{:40}\r", "");
        }
        let report = FuturesReport {
            property: judged.property.to_string(),
            broken: futures.broken().clone(),
            instants: futures.points().to_vec(),
        };
        if self.json {
            output::print_json(&report)?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(Exit::Fine)
    }
}

fn text(report: &FuturesReport) -> String {
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let rows: Vec<Vec<String>> = report
        .instants
        .iter()
        .map(|point| {
            let share = point.probability;
            vec![
                seconds(point.at_us),
                percent(share.estimate),
                format!("{} to {}", percent(share.low), percent(share.high)),
            ]
        })
        .collect();
    format!(
        "{}\n\n{}",
        report.broken.sentence,
        table(&["at", "futures that break it", "95 % sure"], &rows)
    )
}
